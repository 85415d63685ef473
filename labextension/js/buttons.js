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

/** Make a button that says for a moment what its action returns. @param {() => any} act */
function button(name, label, content, act) {
  const node = document.createElement("button");
  const say = (text, more = "") => mark(node, { title: text, "aria-label": text, class: name + more });
  mark(node, { type: "button", "data-lm-suppress-shortcuts": "true" });
  say(label);
  node.innerHTML = content;
  node.addEventListener("click", async (event) => {
    event.stopPropagation();
    const did = await act();
    if (did) say(did, " nbclaude-did");
    if (did) setTimeout(() => say(label), 1500);
  });
  return node;
}

/** @param {Parts} parts */
export function watchButtons({ app, tracker, lines, modules: { ui }, act }) {
  /** @param {HTMLElement} block */
  const equipBlock = (block) => {
    if (block.querySelector(":scope > .nbclaude-on-blocks") || block.closest(".nbclaude-instead")) return;
    const text = () => block.querySelector("pre")?.textContent ?? "";
    const bar = document.createElement("div");
    mark(bar, { class: "nbclaude-on-blocks", role: "group", "aria-label": "Code block" });
    bar.append(
      button("nbclaude-on-block", "Copy", ui.copyIcon.svgstr, async () =>
        (await copy(text().replace(/\n$/, "")) ? "Copied" : "Copying was not allowed")),
      button("nbclaude-on-block", "Insert below", ui.addBelowIcon.svgstr, () => {
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
    const [word, label, name] = isError
      ? ["Fix", "Fix this error: Claude says why and offers a corrected cell", "fix"]
      : ["Ask", "Ask Claude about this figure", "ask-output"];
    const added = button("nbclaude-on-output", label, word, () => void act(name, cell, shown()));
    child.classList.add("nbclaude-has-button");
    child.append(added);
  };

  const look = (/** @type {Iterable<Element>} */ nodes) => {
    const all = (/** @type {string} */ selector) =>
      new Set([...nodes].flatMap((node) => [node.closest(selector), ...node.querySelectorAll(selector)]));
    for (const block of all(BLOCK)) if (block) equipBlock(block);
    for (const output of all(".jp-OutputArea-output")) if (output) equipOutput(output);
  };
  new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
    look(/** @type {Element[]} */ (added.filter((node) => node instanceof Element && node.isConnected)));
  }).observe(document.body, { childList: true, subtree: true });
  // Outputs may be on the page before the notebook, its kernel and its language are known.
  eachPanel(tracker, (panel) => {
    const again = () => {
      look([panel.node]);
      app.commands.notifyCommandChanged("nbclaude:menu");
    };
    panel.revealed.then(again);
    panel.sessionContext.kernelChanged.connect(again);
    panel.context.model.metadataChanged.connect(again);
  });
}

/** Insert code below the cell with the block, else below the active one. @param {Panel} panel @param {Element} block */
function insertBelow({ content }, block, source) {
  if (!content.model || content.model.readOnly) return false;
  const shown = content.widgets.findIndex((cell) => cell.node.contains(block));
  const place = (shown < 0 ? content.activeCellIndex : shown) + 1;
  content.model.sharedModel.insertCell(place, { cell_type: "code", source, metadata: {} });
  return true;
}
