// @ts-check
// Puts buttons on outputs: Copy and Insert below on code blocks, Fix on errors, Ask on figures, and those of offers.

import { copy, isReadOnly } from "./actions.js";
import { cellOfBlock, figuresIn, insert, shownIn } from "./cells.js";
import { READ_ONLY, isPython, lineOf } from "./lines.js";
import { drawOffer } from "./offers.js";
import { ui } from "./shared.js";

const BLOCK = ".nbclaude .code:not(.nbclaude-diff, .nbclaude-listing)";
const OUTPUT = ".jp-OutputArea-output";

/** Make a button that says for a moment what its action returns. @param {() => any} act */
function button(name, label, innerHTML, act) {
  const node = Object.assign(document.createElement("button"), { type: "button", innerHTML });
  const say = (title, more = "") => Object.assign(node, { title, ariaLabel: title, className: name + more });
  node.dataset.lmSuppressShortcuts = "true";
  node.addEventListener("click", async (event) => {
    event.stopPropagation();
    const did = await act();
    if (did) say(did, " nbclaude-did");
    if (did) setTimeout(() => say(label), 1500);
  });
  return say(label);
}

/** Watch what is added to the page; return a function that looks at nodes again. @param {Parts} parts */
export function watchButtons({ app, tracker }) {
  const equipBlock = (/** @type {HTMLElement} */ block) => {
    if (block.querySelector(":scope > .nbclaude-on-blocks") || block.closest(".nbclaude-instead")) return;
    const text = () => block.querySelector("pre")?.textContent ?? "";
    const copyText = async () => (await copy(text().replace(/\n$/, "")) ? "Copied" : "Copying was not allowed");
    const insertBelow = () => {
      // Below the cell with the block, else (in the side bar) below the active one.
      const panel = tracker.find((each) => each.node.contains(block)) ?? tracker.currentWidget;
      if (!panel || isReadOnly(panel.context)) return READ_ONLY;
      const { widgets, activeCellIndex } = panel.content;
      const shown = widgets.findIndex((cell) => cell.node.contains(block));
      insert(panel, (shown < 0 ? activeCellIndex : shown) + 1, cellOfBlock(block.className, text()));
      return "Inserted below";
    };
    const bar = block.appendChild(document.createElement("div"));
    Object.assign(bar, { className: "nbclaude-on-blocks", role: "group", ariaLabel: "Code block" });
    bar.append(button("nbclaude-on-block", "Copy", ui.copyIcon.svgstr, copyText),
      button("nbclaude-on-block", "Insert below", ui.addBelowIcon.svgstr, insertBelow));
  };

  /** Fix on an error, Ask on a figure, or the buttons of an offer. @param {HTMLElement} node */
  const equipOutput = (node) => {
    const panel = tracker.find((each) => each.content.node.contains(node));
    const cell = panel?.content.widgets.find((each) => each.node.contains(node));
    const shown = () => shownIn(cell);
    const { output, node: child } = shown().findLast((each) => each.node?.contains(node)) ?? {};
    if (!panel || !cell || !output) return;
    const { offer } = output.metadata?.nbclaude ?? {};
    const offered = offer && node.querySelector("[data-nbclaude-offer]");
    if (offered && cell.model.trusted) drawOffer(lineOf(panel), panel, offered, offer);
    const failure = shown().findLast((each) => each.output.type === "error"); // the one that Fix is about
    const name = failure?.node === child ? "fix" : isPython(panel) && figuresIn(output) ? "ask-output" : "";
    const old = child.querySelector(":scope > .nbclaude-on-output");
    if (!name || !isPython(panel)) return old?.remove();
    if (old) return;
    const label = app.commands.label(`nbclaude:${name}`);
    if (name === "fix") cell.node.querySelector(".nbclaude-fix")?.remove();
    child.classList.add("nbclaude-has-button");
    child.append(button(`nbclaude-on-output nbclaude-${name}`, label, label.split(" ")[0], () => {
      panel.content.activeCellIndex = panel.content.widgets.indexOf(cell);
      app.commands.execute(`nbclaude:${name}`, { output: shown().findIndex((each) => each.node === child) });
    }));
  };

  const look = (/** @type {Node[]} */ nodes) => {
    const elements = /** @type {Element[]} */ (nodes.filter((node) => node instanceof Element && node.isConnected));
    const all = (/** @type {string} */ selector) => /** @type {Set<any>} */ (
      new Set(elements.flatMap((node) => [node.closest(selector) ?? [], ...node.querySelectorAll(selector)].flat())));
    all(BLOCK).forEach(equipBlock);
    all(OUTPUT).forEach(equipOutput);
  };
  new MutationObserver((records) => look(records.flatMap(({ addedNodes }) => [...addedNodes])))
    .observe(document.body, { childList: true, subtree: true });
  return look;
}
