// @ts-check
// Keeps answers whole. A front end drops what arrives for an output that was cleared, a cell that was cut, or a page that was
// reloaded. So when a cell has run, the kernel asks what it shows, and sends what is missing.

import { cellIn, outputsOf } from "./cells.js";

const runs = new Map(); // of cells that may not be in the notebook: a cell that was cut may be pasted again

const markOf = (/** @type {any} */ output) => output.metadata?.nbclaude ?? {};

/** Note that the kernel asks which outputs of a run a cell shows. */
export function receiveRun(line, { request, cell }) {
  runs.set(request, { line, cell });
  reportRuns();
}

/** Tell the kernel the ID and the state of what the cells show. */
export function reportRuns() {
  for (const [request, { line, cell: id }] of runs) {
    const cell = cellIn(line.panels(), id);
    if (!cell) continue;
    runs.delete(request);
    line.send({ do: "shown", request, stamps: outputsOf(cell).map(markOf).map(({ output, state }) => [output, state]) });
  }
}

/** Show the missing outputs of a cell, above the other outputs of its run. */
export function showOutputs(line, { request, cell: id, count, outputs }) {
  const cell = cellIn(line.panels(), id);
  const running = cell?.outputArea?.future?.msg?.header.msg_id;
  if (!cell || (running && running !== request)) return; // it has been run again
  const there = outputsOf(cell).map((output) => output.toJSON());
  const isOld = (one) => outputs.some((other) => markOf(one).output === markOf(other).output);
  const isOfRun = running === request || there.some(isOld);
  const others = isOfRun ? there.filter((output) => !isOld(output)) : [];
  cell.model.executionCount = count;
  cell.model.outputs.clear();
  for (const output of [...outputs, ...others]) cell.model.outputs.add(output);
}
