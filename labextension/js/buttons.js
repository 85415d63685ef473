// @ts-check
// Puts buttons on outputs: Copy and Insert below on code blocks, Fix on errors, Ask on figures, and those of offers.

import { copy } from "./actions.js";
import { cellOfBlock } from "./cellofblock.js";
import { eachPanel, isPython } from "./lines.js";
import { drawOffer } from "./offers.js";
import { isPicture, outputsOf } from "./pictures.js";

const BLOCK = ".nbclaude .code:not(.nbclaude-diff, .nbclaude-listing)";

/** @param {HTMLElement} node @param {Record<string, string>} attributes */
function mark(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

/** @param {string} name @param {string} label @param {(node: HTMLButtonElement) => void} act */
function button(name, label, act) {
  const node = document.createElement("button");
  mark(node, { type: "button", class: name, title: label, "aria-label": label, "data-lm-suppress-shortcuts": "true" });
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    act(node);
  });
  return node;
}

/** A button that says for a moment what it did. @param {any} icon @param {string} label @param {() => any} act */
function blockButton(icon, label, act) {
  const node = button("nbclaude-on-block", label, async () => {
    const did = await act();
    mark(node, { title: did, "aria-label": did, class: "nbclaude-on-block nbclaude-did" });
    setTimeout(() => mark(node, { title: label, "aria-label": label, class: "nbclaude-on-block" }), 1500);
  });
  node.innerHTML = icon.svgstr;
  return node;
}

/** @param {Parts} parts */
export function watchButtons({ tracker, lines, modules: { ui }, act }) {
  /** @param {HTMLElement} block */
  const equipBlock = (block) => {
    if (block.querySelector(":scope > .nbclaude-on-blocks") || block.closest(".nbclaude-instead")) return;
    const text = () => block.querySelector("pre")?.textContent ?? "";
    const bar = document.createElement("div");
    mark(bar, { class: "nbclaude-on-blocks", role: "group", "aria-label": "Code block" });
    bar.append(
      blockButton(ui.copyIcon, "Copy", async () => (await copy(text().replace(/\n$/, "")) ? "Copied" : "The clipboard is closed")),
      blockButton(ui.addBelowIcon, "Insert below", () => {
        const panel = tracker.find((each) => each.node.contains(block)) ?? tracker.currentWidget;
        const isDone = panel && insertBelow(panel, block, cellOfBlock(block.dataset.language ?? "", text()));
        return isDone ? "Inserted below" : "This notebook is read-only";
      }),
    );
    block.append(bar);
  };

  /** Fix on an error, Ask on a figure, or the buttons of an offer. @param {HTMLElement} node */
  const equipOutput = (node) => {
    const panel = tracker.find((each) => each.content.node.contains(node));
    const cell = panel?.content.widgets.find((each) => each.node.contains(node));
    const child = /** @type {HTMLElement} */ (node.closest(".jp-OutputArea-child"));
    const shown = () => outputsOf(cell)[cell?.outputArea.widgets.findIndex((each) => each.node === child)];
    const output = shown();
    if (!panel || !cell || !output) return;
    const { offer } = output.metadata?.nbclaude ?? {};
    const place = /** @type {HTMLElement} */ (offer && node.querySelector("[data-nbclaude-offer]"));
    if (place && cell.model.trusted) drawOffer(lines.of(panel), panel, place, offer);
    const isError = output.type === "error";
    const old = child.querySelector(":scope > .nbclaude-on-output");
    if (!isPython(panel) || !(isError || isPicture(output))) return old?.remove();
    if (old) return;
    const label = isError ? "Fix this error: Claude says why and offers a corrected cell" : "Ask Claude about this figure";
    const added = button("nbclaude-on-output", label, () => act(isError ? "fix" : "ask-output", cell, shown()));
    added.textContent = isError ? "Fix" : "Ask";
    child.classList.add("nbclaude-has-button");
    child.append(added);
  };

  const look = (/** @type {Iterable<Element>} */ nodes) => {
    const all = (selector) => new Set([...nodes].flatMap((node) => [node.closest(selector), ...node.querySelectorAll(selector)]));
    for (const block of all(BLOCK)) if (block) equipBlock(block);
    for (const output of all(".jp-OutputArea-output")) if (output) equipOutput(output);
  };
  new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
    look(/** @type {Element[]} */ (added.filter((node) => node instanceof Element && node.isConnected)));
  }).observe(document.body, { childList: true, subtree: true });
  // What a notebook shows may be there before the notebook, its kernel and its language are known.
  eachPanel(tracker, (panel) => {
    const again = () => look([panel.node]);
    panel.revealed.then(again);
    panel.sessionContext.kernelChanged.connect(again);
    panel.context.model.metadataChanged.connect(again);
  });
}

/** Put code below the cell that shows a block, else below the active one. @param {Panel} panel @param {Element} block @param {string} source */
function insertBelow({ content }, block, source) {
  if (!content.model || content.model.readOnly) return false;
  const shown = content.widgets.findIndex((cell) => cell.node.contains(block));
  const place = (shown < 0 ? content.activeCellIndex : shown) + 1;
  content.model.sharedModel.insertCell(place, { cell_type: "code", source, metadata: {} });
  return true;
}
