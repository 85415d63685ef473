// @ts-check
// Changes cells in the notebook's own document, as the kernel offers or asks; the buttons are those of the widget.

import actions from "./actions.js";
import { hasCell } from "./cells.js";

const models = new WeakMap(); // by document, then by the id of the offer

/** @param {Panel} panel @returns {Map<string, any>} */
const modelsIn = (panel) => models.get(panel.context) ?? (models.set(panel.context, new Map()), modelsIn(panel));

/** Make the model that the widget script (actions.js) expects: one offer from the kernel, in one document. */
function make(line, panel, id, state) {
  const told = new EventTarget();
  const model = {
    // An offer vanishes with its kernel; an offer in a reopened notebook has no kernel at all.
    widget_manager: { context: line?.comm ? panel.context : { model: panel.context.model } },
    get: (name) => state[name],
    set: (name, value) => model.take({ [name]: value }),
    take(changes) {
      const changed = Object.keys(changes).filter((name) => changes[name] !== state[name]);
      Object.assign(state, changes);
      for (const name of changed) told.dispatchEvent(new Event(`change:${name}`));
    },
    on: told.addEventListener.bind(told),
    off: told.removeEventListener.bind(told),
    save_changes: () => line?.send({ do: "state", id, state }),
  };
  modelsIn(panel).set(id, model);
  actions.initialize({ model });
  return model;
}

/** Take the new state of an offer from the kernel; a wish is carried out at once, even if the offer is off screen. */
export function receiveOffer(line, panel, id, state) {
  const model = modelsIn(panel).get(id);
  if (state === null) {
    modelsIn(panel).delete(id);
    for (const node of panel.node.querySelectorAll(`[data-nbclaude-offer="${CSS.escape(id)}"]`)) node.replaceChildren();
  } else if (model) model.take(state);
  // A message may arrive before its output; of the notebooks that share a kernel, only one has the cell.
  else if (hasCell(panel, state.shown)) make(line, panel, id, state);
}

/** Draw the buttons of an offer in its output, starting from the state saved in the notebook. */
export function drawOffer(line, panel, node, { id, state }) {
  if (node.childElementCount) return;
  // The saved state may be out of date: the document shows whether the offer was taken.
  const { cell, after, cells = [] } = state;
  const now = panel.context.model.sharedModel.cells.find((each) => each.id === cell)?.getSource();
  const outcome = cells.some(([added]) => hasCell(panel, added)) ? "inserted"
    : after && now?.trimEnd() === after.trimEnd() ? "replaced" : "";
  const model = modelsIn(panel).get(id) ?? make(line, panel, id, { ...state, wish: "", outcome });
  actions.render({ model, el: node.appendChild(document.createElement("div")) });
}
