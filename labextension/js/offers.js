// @ts-check
// Changes cells in the notebook's own document, as the kernel offers or asks; the buttons are those of the widget (actions.js).

import actions from "./actions.js";

/** What the script of the widget takes for its model: an offer of the kernel, in the document of one notebook. */
class Model {
  /** @param {Panel} panel @param {Record<string, any>} state @param {(changes: Record<string, any>) => void} tell @param {boolean} lives */
  constructor(panel, state, tell, lives) {
    // An offer vanishes with its kernel; an offer in a reopened notebook has no kernel at all.
    this.widget_manager = { context: lives ? panel.context : { model: panel.context.model } };
    this._state = state;
    this._tell = tell;
    this._unsaved = {};
    /** @type {Map<string, Set<() => void>>} */
    this._listeners = new Map();
  }

  get(name) {
    return this._state[name];
  }

  set(name, value) {
    this._unsaved[name] = value;
    this.take({ [name]: value });
  }

  take(changes) {
    for (const [name, value] of Object.entries(changes)) {
      if (JSON.stringify(this._state[name]) === JSON.stringify(value)) continue;
      this._state[name] = value;
      for (const each of this._listeners.get(`change:${name}`) ?? []) each();
    }
  }

  on(event, listener) {
    if (!this._listeners.has(event)) this._listeners.set(event, new Set());
    this._listeners.get(event)?.add(listener);
  }

  off(event, listener) {
    this._listeners.get(event)?.delete(listener);
  }

  save_changes() {
    this._tell(this._unsaved);
    this._unsaved = {};
  }
}

/** The offers in one notebook, by their ids. */
export class Offers {
  /** @param {Lines} lines @param {Panel} panel */
  constructor(lines, panel) {
    this._lines = lines;
    this._panel = panel;
    /** @type {Map<string, Model>} */
    this._models = new Map();
  }

  /** Take what the kernel says of an offer. A wish is followed at once, on the screen or not, and by the page that ran the cell alone. */
  receive(id, state, page) {
    if (state?.wish && state.page !== page) state = { ...state, wish: "" };
    const known = this._models.get(id);
    if (state === null) {
      this._models.delete(id);
      for (const node of this._panel.node.querySelectorAll(`[data-nbclaude-offer="${CSS.escape(id)}"]`)) node.replaceChildren();
    } else if (known) known.take(state);
    // A message may arrive before its output; of the notebooks that share a kernel, only one has the cell.
    else if (this._panel.context.model.sharedModel.cells.some((cell) => cell.id === state.shown)) this._make(id, state);
  }

  /** Draw the buttons of an offer where its output stands. @param {HTMLElement} node @param {Record<string, any>} saved */
  draw(node, saved) {
    if (node.childElementCount) return;
    const id = node.dataset.nbclaudeOffer ?? "";
    // A saved notebook's state of an offer may be out of date: the document shows whether it was taken.
    const model = this._models.get(id) ?? this._make(id, { ...saved, wish: "", outcome: outcomeOf(this._panel, saved) });
    const bar = document.createElement("div");
    actions.render({ model, el: bar });
    node.append(bar);
  }

  _make(id, state) {
    const line = this._lines.of(this._panel);
    const model = new Model(this._panel, state, (changes) => line?.send({ do: "state", id, state: changes }), line !== null);
    this._models.set(id, model);
    actions.initialize({ model });
    return model;
  }
}

/** @param {Panel} panel @param {any} saved */
function outcomeOf(panel, { cell, after, cells = [] }) {
  const { cells: all } = panel.context.model.sharedModel;
  if (cells.some(([id]) => all.some((each) => each.id === id))) return "inserted";
  const now = all.find((each) => each.id === cell)?.getSource();
  return after && now?.trimEnd() === after.trimEnd() ? "replaced" : "";
}
