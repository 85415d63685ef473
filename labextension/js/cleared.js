// @ts-check
// Restores an answer whose output was cleared while it was arriving.
// Front ends drop updates to an output that the reader has cleared. So we remember the pages of an answer while its
// cell runs, and show the missing ones again when it ends.

import { outputsOf } from "./cells.js";
import { notebook } from "./shared.js";

const answers = /** @type {WeakMap<CodeCell, Map<string, any>>} */ (new WeakMap()); // the pages by their display ids

const html = (/** @type {any} */ output) => output.data?.["text/html"];

export function bringBackCleared(/** @type {Tracker} */ tracker) {
  tracker.widgetAdded.connect((_, panel) =>
    panel.sessionContext.iopubMessage.connect((_, message) => remember(panel, message)));
  notebook.NotebookActions.executed.connect((_, { cell }) => bringBack(cell));
}

function remember(/** @type {Panel} */ panel, { header: { msg_type: type }, parent_header: parent, content }) {
  const id = content.transient?.display_id ?? "";
  if (type !== "clear_output" && !(/display_data$/.test(type) && id.startsWith("nbclaude-"))) return;
  const cell = panel.content.widgets.find((each) => each.outputArea?.future?.msg?.header.msg_id === parent.msg_id);
  if (!cell) return;
  const pages = (type !== "clear_output" && answers.get(cell)) || new Map();
  answers.set(cell, pages);
  // What an Output widget took was never in the cell, and does not belong there.
  const isHere = () => outputsOf(cell).some((output) => html(output.toJSON()) === html(content));
  if (pages.has(id) || (type === "display_data" && isHere()))
    pages.set(id, { ...content, output_type: "display_data" });
}

function bringBack(/** @type {CodeCell} */ cell) {
  const pages = [...answers.get(cell)?.values() ?? []].filter(html);
  answers.delete(cell);
  const there = outputsOf(cell).map((output) => output.toJSON());
  if (pages.every((page) => there.some((output) => html(output) === html(page)))) return;
  const others = there.filter((output) => pages.every((page) => html(output) !== html(page)));
  cell.model.outputs.clear();
  for (const output of [...pages, ...others]) cell.model.outputs.add(output);
}
