// @ts-check
// Restores an answer whose output was cleared while it was arriving.
// Front ends drop updates to an output that the reader has cleared. So we remember the pages of an answer while its
// cell runs, and show the missing ones again when it ends.

import { eachPanel } from "./lines.js";
import { outputsOf } from "./pictures.js";

/** @type {WeakMap<CodeCell, {pages: Map<string, any>, isCleared: boolean}>} */
const running = new WeakMap();

/** @param {Parts} parts */
export function watchCleared({ tracker, modules }) {
  eachPanel(tracker, (panel) => panel.sessionContext.iopubMessage.connect((_, message) => remember(panel, message)));
  modules.notebook.NotebookActions.executed.connect((_, { cell }) => bringBack(cell));
}

/** @param {Panel} panel @param {any} message */
function remember(panel, { header: { msg_type: type }, parent_header: parent, content }) {
  const id = content.transient?.display_id ?? "";
  if (type !== "clear_output" && !(/display_data$/.test(type) && id.startsWith("nbclaude-"))) return;
  const cell = panel.content.widgets.find((each) => each.outputArea?.future?.msg?.header.msg_id === parent.msg_id);
  if (!cell) return;
  const answer = running.get(cell) ?? { pages: new Map(), isCleared: false };
  if (!running.has(cell)) cell.model.outputs.changed.connect(({ length }) => { answer.isCleared ||= !length; });
  running.set(cell, answer);
  if (type === "clear_output") answer.pages.clear();
  else if (type === "display_data" || answer.pages.has(id))
    answer.pages.set(id, { ...content, output_type: "display_data" });
}

/** @param {CodeCell} cell */
function bringBack(cell) {
  const answer = running.get(cell);
  running.delete(cell);
  if (!answer?.isCleared) return;
  const pages = [...answer.pages.values()].filter(({ data }) => data["text/html"]);
  const texts = new Set(pages.map(({ data }) => JSON.stringify(data)));
  const there = outputsOf(cell).map((output) => output.toJSON());
  const others = there.filter(({ data }) => !texts.has(JSON.stringify(data)));
  if (there.length - others.length >= pages.length) return;
  cell.model.outputs.clear();
  for (const output of [...pages, ...others]) cell.model.outputs.add(output);
}
