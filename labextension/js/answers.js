// @ts-check
// Keeps answers whole. A front end drops what arrives for an output that was cleared, a cell that was cut, or a page that was
// reloaded. So when a cell has run, the kernel reports what it has shown, and sends what is missing.

import { cellIn, outputsOf } from "./cells.js";

const runs = new Map(); // reports about cells that are not in the notebook: a cell that was cut may be pasted again

const markOf = (/** @type {any} */ output) => output.metadata?.nbclaude ?? {};

/** Receive what a run of a cell has shown: the ID and the state of each output. */
export function receiveRun(line, { request, cell, stamps }) {
  runs.set(request, { line, cell, stamps });
  compareRuns();
}

/** Tell the kernel whether the cells show everything. */
export function compareRuns() {
  for (const [request, { line, cell: id, stamps }] of runs) {
    const cell = cellIn(line.panels(), id);
    if (!cell) continue;
    runs.delete(request);
    const marks = outputsOf(cell).map(markOf);
    const isThere = ([output, state]) => marks.some((mark) => mark.output === output && mark.state === state);
    line.send({ do: "shown", request, whole: stamps.every(isThere) });
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
