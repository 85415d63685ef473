// @ts-check
// Puts Fix on an error and Ask on a figure, and brings back an answer whose output was cleared while it arrived.

import { eachCodeCell, eachPanel } from "./cells.js";
import { isPython } from "./lines.js";

const SHOWN = /^(?:image\/|application\/vnd\.(?:plotly|vega))/;

/** @param {Tracker} tracker @param {Lines} lines @param {Modules} modules @param {any} act */
export function watchOutputs(tracker, lines, modules, act) {
  /** @param {Panel} panel @param {CodeCell} cell @param {HTMLElement} node @param {any} output */
  const equip = (panel, cell, node, output) => {
    if (!isPython(panel) || node.querySelector(":scope > .nbclaude-on-output")) return;
    const isError = output.type === "error";
    if (!isError && !Object.keys(output.data ?? {}).some((type) => SHOWN.test(type))) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nbclaude-on-output";
    button.textContent = isError ? "Fix" : "Ask";
    button.title = isError ? "Have Claude say why this failed and offer a corrected cell" : "Ask Claude about this figure";
    button.setAttribute("aria-label", isError ? "Fix this error with Claude" : "Ask Claude about this figure");
    button.setAttribute("data-lm-suppress-shortcuts", "true");
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      panel.content.activeCellIndex = panel.content.widgets.indexOf(cell);
      act(isError ? "fix" : "ask-output", cell, output);
    });
    node.classList.add("nbclaude-has-button");
    node.append(button);
  };

  eachPanel(tracker, (panel) => {
    const look = (/** @type {CodeCell} */ cell) => requestAnimationFrame(() => {
      if (cell.isDisposed || cell.model?.type !== "code") return;
      cell.outputArea?.widgets.forEach((/** @type {any} */ widget, /** @type {number} */ index) => {
        if (index < cell.model.outputs.length) equip(panel, cell, widget.node, cell.model.outputs.get(index));
      });
    });
    eachCodeCell(panel, (cell) => {
      const { outputs } = cell.model;
      outputs.changed.connect(() => {
        const answer = running.get(cell);
        if (answer && outputs.length === 0) answer.isCleared = true;
        look(cell);
      });
      cell.displayChanged?.connect(() => look(cell));
      look(cell);
    });
    panel.sessionContext.kernelChanged.connect(() => panel.content.widgets.forEach(look));
    panel.sessionContext.iopubMessage.connect((_, message) => remember(panel, message));
  });
  modules.notebook.NotebookActions.executed.connect((_, { cell }) => bringBack(cell));
}

// Front ends drop updates to an output that the reader has cleared. So what a cell shows is remembered while it runs, and pages of
// an answer that are missing at its end are shown again.

/** @type {WeakMap<CodeCell, {pages: Map<string, any>, isCleared: boolean}>} */
const running = new WeakMap();

/** @param {Panel} panel @param {any} message */
function remember(panel, { header, parent_header: parent, content }) {
  const type = header.msg_type;
  if (type !== "display_data" && type !== "update_display_data" && type !== "clear_output") return;
  const cell = panel.content.widgets.find((each) => each.outputArea?.future?.msg?.header.msg_id === parent.msg_id);
  if (!cell) return;
  const answer = running.get(cell) ?? { pages: new Map(), isCleared: false };
  running.set(cell, answer);
  if (type === "clear_output") answer.pages.clear();
  const id = content.transient?.display_id;
  if (!id?.startsWith("nbclaude-") || (type === "update_display_data" && !answer.pages.has(id))) return;
  const { data, metadata, transient } = content;
  answer.pages.set(id, { output_type: "display_data", data, metadata, transient });
}

/** @param {CodeCell} cell */
function bringBack(cell) {
  const answer = running.get(cell);
  running.delete(cell);
  if (!answer?.isCleared) return;
  const { outputs } = cell.model;
  const there = Array.from({ length: outputs.length }, (_, index) => outputs.get(index).toJSON());
  const pages = [...answer.pages.values()].filter(({ data }) => data["text/html"]);
  const ids = new Set(pages.map(({ data }) => JSON.stringify(data)));
  const others = there.filter(({ data }) => !ids.has(JSON.stringify(data)));
  if (there.length - others.length >= pages.length) return;
  outputs.clear();
  for (const output of [...pages, ...others]) outputs.add(output);
}
