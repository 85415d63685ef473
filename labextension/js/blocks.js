// @ts-check
// Puts buttons on answers: Copy and Insert below on each code block, and the possible actions on each offer.

import { copy } from "./actions.js";
import { cellOfBlock } from "./cellofblock.js";

const OUTPUT = ".nbclaude .code:not(.nbclaude-diff, .nbclaude-listing)";
const OFFER = "[data-nbclaude-offer]";
const SVG = 'viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true"';
const ICONS = {
  copy: `<svg ${SVG}><rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.5v-1h-8v8h1"/></svg>`,
  insert: `<svg ${SVG}><rect x="2" y="2" width="12" height="4.5" rx="1"/><path d="M8 8.5v5.5M5.5 11.5 8 14l2.5-2.5"/></svg>`,
};

/** @param {Tracker} tracker @param {Lines} lines */
export function watchBlocks(tracker, lines) {
  /** @param {Element} node */
  const panelOf = (node) => tracker.find((each) => each.node.contains(node)) ?? tracker.currentWidget;

  /** @param {string} name @param {string} label @param {(say: (text: string) => void) => void} act */
  const button = (name, label, act) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "nbclaude-on-block";
    node.dataset.nbclaude = name;
    node.innerHTML = ICONS[name];
    const say = (/** @type {string} */ text) => {
      node.title = text;
      node.setAttribute("aria-label", text);
    };
    say(label);
    node.addEventListener("click", (event) => {
      event.stopPropagation();
      act((text) => {
        say(text);
        node.classList.add("nbclaude-did");
        setTimeout(() => { say(label); node.classList.remove("nbclaude-did"); }, 1500);
      });
    });
    return node;
  };

  /** @param {HTMLElement} block */
  const equip = (block) => {
    if (block.querySelector(":scope > .nbclaude-on-blocks") || block.closest(".nbclaude-instead")) return;
    const text = () => block.querySelector("pre")?.textContent ?? "";
    const bar = document.createElement("div");
    bar.className = "nbclaude-on-blocks";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Code block");
    bar.setAttribute("data-lm-suppress-shortcuts", "true");
    bar.append(
      button("copy", "Copy", (say) => copy(text().replace(/\n$/, "")).then((done) => say(done ? "Copied" : "The clipboard is closed"))),
      button("insert", "Insert below", (say) => {
        const panel = panelOf(block);
        say(panel && insertBelow(panel, block, cellOfBlock(block.dataset.language ?? "", text())) ? "Inserted below" : "This notebook is read-only");
      }),
    );
    block.append(bar);
  };

  /** @param {HTMLElement} place */
  const offer = (place) => {
    const panel = panelOf(place);
    const cell = panel?.content.widgets.find((each) => each.node.contains(place));
    const outputs = cell?.model.outputs;
    if (!panel || !outputs || !cell.model.trusted) return;
    for (let index = 0; index < outputs.length; index += 1) {
      const saved = outputs.get(index).metadata?.nbclaude?.offer;
      if (saved?.id === place.dataset.nbclaudeOffer) lines.offersOf(panel).draw(place, saved.state);
    }
  };

  const look = (/** @type {Element} */ node) => {
    for (const [selector, act] of /** @type {const} */ ([[OUTPUT, equip], [OFFER, offer]])) {
      const inside = [...node.querySelectorAll(selector)];
      for (const each of node.matches(selector) ? [node, ...inside] : inside) act(/** @type {HTMLElement} */ (each));
    }
  };
  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) if (node instanceof Element && node.isConnected) look(node);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  // What stands in a notebook that is being opened is there before the notebook is known.
  tracker.widgetAdded.connect((_, panel) => panel.revealed.then(() => look(panel.node)));
  look(document.body);
}

/** Put code into a new cell below the one that shows a block, else below the active one. @param {Panel} panel @param {Element} block @param {string} source */
function insertBelow(panel, block, source) {
  const { model, widgets, activeCellIndex } = panel.content;
  if (!model || model.readOnly) return false;
  const shown = widgets.findIndex((cell) => cell.node.contains(block));
  const place = (shown < 0 ? activeCellIndex : shown) + 1;
  model.sharedModel.insertCell(place, { cell_type: "code", source, metadata: {} });
  return true;
}
