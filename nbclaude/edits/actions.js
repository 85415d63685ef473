// Changes cells in the front end's document. In: the traits of Actions (actions.py). Out: what came of it, in `outcome` and `done`.

// JupyterLab and Notebook 7 give their widgets the notebook's document; other front ends do not.
function documentOf(model) {
  const context = model.widget_manager?.context;
  const notebook = context?.model?.sharedModel;
  return notebook?.insertCell && notebook.cells ? notebook : null;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure address there is no clipboard but the old one.
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

const ENDS = ["restarting", "autorestarting", "terminating", "dead"];
const GONE = "jupyter-widgets-disconnected"; // the class that ipywidgets gives to what has no kernel

// JupyterLab does not tell widgets that their kernel has ended until the page is reloaded.
function whenKernelEnds(model, act) {
  const session = model.widget_manager?.context?.sessionContext;
  const look = (_, status) => { if (ENDS.includes(status)) act(); };
  session?.statusChanged?.connect(look);
  session?.kernelChanged?.connect(act);
  return () => {
    session?.statusChanged?.disconnect(look);
    session?.kernelChanged?.disconnect(act);
  };
}

// What stands above is shared with the scripts of other widgets (SHARED_SCRIPT in actions.py).

const SLOW = 1_000_000; // pairs of lines; a comparison beyond it shows the texts one after the other

export const isReadOnly = (context, cell) => context?.model?.readOnly === true || cell?.getMetadata?.("editable") === false;

const trimmed = (text) => text.replace(/\n+$/, "");

/** Tell from the cells of a document whether an offer was taken: a cell is as `after` the change, or the new `cells` exist. */
export function outcomeIn(there, { cell, after, cells = [] }) {
  if (cells.some(([id]) => there.some((each) => each.id === id))) return "inserted";
  const now = there.find((each) => each.id === cell)?.getSource();
  return after && now !== undefined && trimmed(now) === trimmed(after) ? "replaced" : "";
}

function exchange(model, from, to, done) {
  const cell = documentOf(model).cells.find((each) => each.id === model.get("cell"));
  if (!cell) return { outcome: "gone" };
  const now = cell.getSource();
  if (trimmed(now) === trimmed(to)) return { outcome: done };
  if (isReadOnly(model.widget_manager.context, cell)) return { outcome: "read-only" };
  if (trimmed(now) !== trimmed(from)) return { outcome: "changed", expected: from, now };
  cell.setSource(to);
  return { outcome: done };
}

function insertBelow(model) {
  const notebook = documentOf(model);
  if (isReadOnly(model.widget_manager.context)) return { outcome: "read-only" };
  let place = notebook.cells.findIndex((each) => each.id === model.get("cell"));
  if (place < 0) return { outcome: "gone" };
  for (const [id, source] of model.get("cells")) {
    const there = notebook.cells.findIndex((each) => each.id === id);
    place = there < 0 ? place + 1 : there;
    if (there >= 0) continue;
    notebook.insertCell(place, { cell_type: "code", id, source, metadata: {} });
  }
  return { outcome: "inserted" };
}

// Takes the new cells out again, unless somebody has worked on them.
function takeOut(model) {
  const notebook = documentOf(model);
  let left = null;
  for (const [id, source] of model.get("cells")) {
    const place = notebook.cells.findIndex((each) => each.id === id);
    if (place < 0) continue;
    const now = notebook.cells[place].getSource();
    if (trimmed(now) === trimmed(source)) notebook.deleteCell(place);
    else left ??= { outcome: "changed", expected: source, now };
  }
  return left ?? { outcome: "restored" };
}

function act(model, wish) {
  if (!documentOf(model)) return { outcome: "no-document" };
  const sent = model.get("sent");
  const after = model.get("after");
  if (wish === "replace") return exchange(model, sent, after, "replaced");
  if (wish === "below") return insertBelow(model);
  const hasCells = model.get("cells").some(([id]) => documentOf(model).cells.some((each) => each.id === id));
  const cells = hasCells ? takeOut(model) : null;
  if (cells?.outcome === "changed" || model.get("below")) return cells ?? { outcome: "restored" };
  return exchange(model, after, sent, "restored");
}

// Several views may show one model, and none need be on the screen: what came of it is the model's.
function follow(model, wish) {
  const { outcome, expected = "", now = "" } = act(model, wish);
  model.set("expected", expected);
  model.set("now", now);
  model.set("outcome", outcome);
}

function initialize({ model }) {
  const obey = () => {
    const wish = model.get("wish");
    if (!wish || wish === model.get("done")) return;
    // Of the pages that share a kernel, only that of this notebook has the cell.
    const notebook = documentOf(model);
    if (notebook && model.get("cell") && !notebook.cells.some((each) => each.id === model.get("cell"))) return;
    model.set("done", wish);
    follow(model, wish.split(" ")[0]);
    model.save_changes();
  };
  model.on("change:wish", obey);
  obey();
}

function differences(before, after) {
  const a = before.split("\n");
  const b = after.split("\n");
  if (a.length * b.length > SLOW) return [...a.map((line) => ["del", line]), ...b.map((line) => ["ins", line])];
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      longest[i][j] = a[i] === b[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
  const lines = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { lines.push(["span", a[i]]); i += 1; j += 1; }
    else if (j >= b.length || (i < a.length && longest[i + 1][j] >= longest[i][j + 1])) { lines.push(["del", a[i]]); i += 1; }
    else { lines.push(["ins", b[j]]); j += 1; }
  }
  return lines;
}

function shownDifferences(before, after) {
  const node = document.createElement("pre");
  node.tabIndex = 0;
  node.setAttribute("aria-label", "What changed meanwhile");
  const signs = { span: " ", del: "−", ins: "+" };
  for (const [tag, line] of differences(before, after)) {
    const row = document.createElement(tag);
    row.textContent = `${signs[tag]} ${line}`;
    node.append(row, "\n");
  }
  return node;
}

const named = (model) => model.get("label") || "the cell";

const WORDS = {
  replaced: (model) => `Replaced ${named(model)}. Nothing was run.`,
  inserted: (model) => (model.get("has_buttons") || model.get("label")
    ? `The code is in a new cell below ${named(model)}. Nothing was run.` : ""),
  restored: (model) => `The old text is back in ${named(model)}.`,
  changed: (model) => `Not replaced: ${named(model)} changed meanwhile, as shown here.`,
  gone: (model) => `Not done: ${named(model)} is no longer in this notebook.`,
  "read-only": (model) => `Not done: ${named(model)} is read-only.`,
  "no-document": () => "This front end does not let nbclaude change its cells. Copy the code instead.",
  copied: () => "Copied.",
  "not-copied": () => "This browser keeps its clipboard closed. Select the code and copy it.",
};

function button(text, act, primary = false) {
  const node = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  if (primary) node.className = "nbclaude-primary";
  node.addEventListener("click", act);
  return node;
}

function buttonsOf(model, say) {
  const press = (wish) => () => {
    follow(model, wish);
    model.save_changes();
  };
  const outcome = model.get("outcome");
  const changes = documentOf(model) !== null && model.get("cell") !== "";
  const nodes = [];
  const first = model.get("below") ? "below" : "replace";
  if (changes) {
    if (!model.get("below") && outcome !== "replaced")
      nodes.push(button(`Replace ${model.get("label") || "cell"}`, press("replace"), first === "replace"));
    if (outcome !== "inserted") nodes.push(button("New cell below", press("below"), first === "below"));
    if (outcome === "replaced" || outcome === "inserted") nodes.push(button("Undo", press("restore")));
  }
  const text = model.get("after") || model.get("cells").map(([, source]) => source).join("\n\n");
  nodes.push(button("Copy", () => copy(text).then((done) => say(done ? "copied" : "not-copied"))));
  return nodes;
}

function render({ model, el }) {
  el.classList.add("nbclaude-actions");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // keys that are pressed on a button are the button's
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "What to do with the new code");
  const bar = document.createElement("span");
  bar.style.display = "contents";
  const status = Object.assign(document.createElement("span"), { className: "nbclaude-outcome" });
  status.setAttribute("role", "status");
  const more = document.createElement("span");
  more.style.display = "contents";
  el.append(bar, status, more);
  const say = (word) => { status.textContent = WORDS[word]?.(model) ?? ""; };
  const draw = () => {
    const focused = el.contains(document.activeElement);
    const outcome = model.get("outcome");
    bar.replaceChildren(...(model.get("has_buttons") ? buttonsOf(model, say) : []));
    if (focused) bar.querySelector("button")?.focus();
    if (outcome) say(outcome);
    more.replaceChildren(...(outcome === "changed" ? [shownDifferences(model.get("expected"), model.get("now"))] : []));
  };
  const changes = ["change:outcome", "change:now"];
  for (const change of changes) model.on(change, draw);
  draw();
  const forgetKernel = whenKernelEnds(model, () => el.classList.add(GONE));
  return () => {
    for (const change of changes) model.off(change, draw);
    forgetKernel();
  };
}

export default { initialize, render };
