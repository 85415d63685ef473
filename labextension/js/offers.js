// @ts-check
// Changes cells in the notebook's own document, as the kernel offers or asks; the buttons are those of the widget.

import actions, { outcomeIn } from "./actions.js";
import { hasCell } from "./cells.js";

const models = new WeakMap(); // by document, then by the ID of the offer

/** @param {Panel} panel @returns {Map<string, Offer>} */
const modelsIn = (panel) => models.get(panel.context) ?? (models.set(panel.context, new Map()), modelsIn(panel));

/** One offer from the kernel in one document, as the model that the widget's script (actions.js) expects. */
class Offer extends EventTarget {
  on = this.addEventListener;
  off = this.removeEventListener;

  /** @param {any} line @param {Panel} panel @param {string} id @param {any} state */
  constructor(line, panel, id, state) {
    super();
    // An offer vanishes with its kernel; an offer in a reopened notebook has no kernel at all.
    this.widget_manager = { context: line?.comm ? panel.context : { model: panel.context.model } };
    this.get = (name) => state[name];
    this.set = (name, value) => this.take({ [name]: value });
    this.save_changes = () => line?.send({ do: "state", id, state });
    this.take = (changes) => {
      Object.assign(state, changes);
      for (const name in changes) this.dispatchEvent(new Event(`change:${name}`));
    };
    modelsIn(panel).set(id, this);
    actions.initialize({ model: this });
  }
}

/** Take the new state of an offer from the kernel; a wish is carried out at once, even if the offer is off screen. */
export function receiveOffer(line, panel, id, state) {
  const offer = modelsIn(panel).get(id);
  if (state === null) {
    modelsIn(panel).delete(id);
    for (const node of panel.node.querySelectorAll(`[data-nbclaude-offer="${CSS.escape(id)}"]`)) node.replaceChildren();
  } else if (offer) offer.take(state);
  // A message may arrive before its output; of the notebooks that share a kernel, only one has the cell.
  else if (hasCell(panel, state.shown)) new Offer(line, panel, id, state);
}

/** Draw the buttons of an offer in its output, starting from the state saved in the notebook. */
export function drawOffer(line, panel, node, { id, state }) {
  if (node.childElementCount) return;
  // The saved state may be out of date: the document shows whether the offer was taken.
  const { cells } = panel.context.model.sharedModel;
  const model = modelsIn(panel).get(id) ?? new Offer(line, panel, id, { ...state, wish: "", outcome: outcomeIn(cells, state) });
  actions.render({ model, el: node.appendChild(document.createElement("div")) });
}
