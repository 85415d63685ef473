// @ts-check
// Puts Fix on an error and Ask on a figure, and brings back an answer whose output was cleared while it arrived.

import { isPython } from "./lines.js";

/** @param {Tracker} tracker @param {Lines} lines @param {Modules} modules @param {any} act */
export function watchOutputs(tracker, lines, modules, act) {
  /** @param {Panel} panel @param {CodeCell} cell @param {HTMLElement} node @param {any} output */
  const equip = (panel, cell, node, output) => {
    if (!isPython(panel) || node.querySelector(":scope > .nbclaude-on-output")) return;
    const isError = output.type === "error";
    const types = Object.keys(output.data ?? {});
    if (!isError && !types.some((type) => type.startsWith("image/") || type.startsWith("application/vnd.plotly"))) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nbclaude-on-output";
    button.textContent = isError ? "Fix" : "Ask";
    button.title = isError ? "Have Claude say why this failed, and offer the cell corrected" : "Ask Claude about this figure";
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

  /** @param {Panel} panel */
  const take = (panel) => {
    const known = new WeakSet();
    const look = (/** @type {CodeCell} */ cell) => {
      const { outputArea } = cell;
      outputArea?.widgets.forEach((/** @type {any} */ widget, /** @type {number} */ index) => {
        if (index < cell.model.outputs.length) equip(panel, cell, widget.node, cell.model.outputs.get(index));
      });
    };
    const all = () => {
      for (const cell of panel.content.widgets) {
        if (cell.model.type !== "code" || known.has(cell)) continue;
        known.add(cell);
        cell.model.outputs.changed.connect(() => requestAnimationFrame(() => { if (!cell.isDisposed) look(cell); }));
        requestAnimationFrame(() => { if (!cell.isDisposed) look(cell); });
        cell.displayChanged?.connect(() => look(cell));
      }
    };
    panel.content.modelContentChanged.connect(all);
    panel.context.ready.then(all);
    panel.sessionContext.kernelChanged.connect(() => requestAnimationFrame(() => panel.content.widgets.forEach((cell) => { if (cell.model.type === "code") look(cell); })));
    all();
  };
  tracker.forEach(take);
  tracker.widgetAdded.connect((_, panel) => take(panel));
  keepAnswers(tracker, modules);
}

// Front ends drop updates to an output that has been cleared. So the pages of an answer are remembered while its cell runs, and
// those that are missing at its end are shown again.
/** @param {Tracker} tracker @param {Modules} modules */
function keepAnswers(tracker, modules) {
  /** @type {Map<string, Map<string, any>>} */
  const answers = new Map(); // by the cell that runs: pages by their display ids
  const clears = new Set();

  const hear = (/** @type {Panel} */ panel, /** @type {any} */ message) => {
    const { msg_type: type } = message.header;
    if (type !== "display_data" && type !== "update_display_data" && type !== "clear_output") return;
    const cell = panel.content.widgets.find((each) => each.outputArea?.future?.msg?.header.msg_id === message.parent_header.msg_id);
    if (!cell) return;
    const pages = answers.get(cell.model.id) ?? new Map();
    answers.set(cell.model.id, pages);
    if (type === "clear_output") {
      pages.clear();
      return;
    }
    const id = message.content.transient?.display_id ?? message.header.msg_id;
    const { data, metadata } = message.content;
    if (type === "display_data" || pages.has(id)) pages.set(id, { output_type: "display_data", data, metadata, transient: { display_id: id } });
    if (!pages.watched) {
      pages.watched = cell.model.outputs;
      cell.model.outputs.changed.connect((_, change) => { if (change.type === "remove" && cell.model.outputs.length === 0) clears.add(cell.model.id); });
    }
  };

  const end = (/** @type {CodeCell} */ cell) => {
    const pages = answers.get(cell.model.id);
    answers.delete(cell.model.id);
    if (!pages || !clears.delete(cell.model.id)) return;
    const ours = [...pages].filter(([id, page]) => id.startsWith("nbclaude-") && page.data["text/html"]);
    const { outputs } = cell.model;
    const shown = Array.from({ length: outputs.length }, (_, index) => JSON.stringify(outputs.get(index).toJSON().data));
    if (!ours.length || ours.every(([, page]) => shown.includes(JSON.stringify(page.data)))) return;
    outputs.clear();
    for (const page of pages.values()) outputs.add(page);
  };

  const take = (/** @type {Panel} */ panel) => {
    panel.sessionContext.iopubMessage.connect((_, message) => hear(panel, message));
  };
  tracker.forEach(take);
  tracker.widgetAdded.connect((_, panel) => take(panel));
  modules.notebook.NotebookActions.executed.connect((_, { cell }) => { if (cell.model?.type === "code") end(cell); });
}
