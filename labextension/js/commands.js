// @ts-check
// The commands: each writes a magic into a cell and runs it, so that what happened can be seen and repeated.

import { isReadOnly } from "./actions.js";
import { figuresIn, insert, shownIn } from "./cells.js";
import { READ_ONLY, isPython, kernelOf, loading, say } from "./lines.js";
import { isPrompt } from "./prose.js";
import { apputils, notebook, widgets } from "./shared.js";

const UNNUMBERED = "This cell has no number in the notebook. Run it again, then repeat the command.";

function run(/** @type {Panel} */ { content, sessionContext }, index) {
  content.activeCellIndex = index;
  content.deselectAll();
  return notebook.NotebookActions.run(content, sessionContext);
}

/** Return the index above or below a cell, once nbclaude is loaded (if need be, by a new cell there); -1 if that fails. */
async function place(/** @type {Panel} */ panel, /** @type {CodeCell} */ cell, below = true) {
  const isFixed = isReadOnly(panel.context, below ? undefined : cell.model.sharedModel); // the cell, or its notebook
  const first = isFixed ? say(READ_ONLY, "warning") : await loading(panel);
  const index = panel.content.widgets.indexOf(cell);
  if (first === undefined || index < 0) return -1;
  const free = index + Number(below);
  if (!first) return free;
  insert(panel, free, first);
  await run(panel, free);
  return free + 1;
}

// If the magic ends in white space, the user is to continue it: it is not run, and the cursor goes to its end.
/** Write a magic below a cell and run it. @param {Panel} panel @param {CodeCell} cell @param {string} magic */
async function write(panel, cell, magic) {
  const index = await place(panel, cell);
  if (index < 0) return;
  insert(panel, index, magic);
  if (/\S$/.test(magic)) return void await run(panel, index);
  panel.content.activeCellIndex = index;
  panel.content.deselectAll();
  const added = panel.content.widgets[index];
  panel.content.scrollToItem(index, "smart").catch(() => {}); // a cell that is out of view may not be in the DOM
  await added.ready;
  panel.content.mode = "edit";
  added.editor?.setCursorPosition({ line: magic.split("\n").length - 1, column: 0 });
  added.editor?.focus(); // nothing has the focus if the focused cell has left the DOM
}

/** Ask about what is selected in a cell, if it is not all of it. */
function aboutSelection(/** @type {CodeCell} */ { editor, model }) {
  const source = model.sharedModel.getSource().trimEnd();
  const { from, to } = editor?.editor.state.selection.main ?? {}; // without an editor, the whole cell
  const selected = source.slice(from, to).trimEnd();
  if (!selected.trim() || selected === source) return "";
  const [first, lines] = [source.slice(0, from), selected].map((text) => text.split("\n").length);
  if (lines > 1) return ` Explain lines ${first}-${first + lines - 1}.`;
  const isPart = selected.trim() !== source.split("\n")[first - 1].trim() && !selected.includes("`");
  return ` Explain ${isPart ? `\`${selected.trim()}\` in ` : ""}line ${first}.`;
}

// If the cell has been edited since it ran, a copy is explained without being run.
function explainMagic(/** @type {CodeCell} */ cell) {
  const { executionCount: number, isDirty, sharedModel } = cell.model;
  const about = aboutSelection(cell);
  return number && !isDirty ? `%claude_explain --cell ${number}${about}`
    : `%%claude_explain --no-run${about}\n${sharedModel.getSource().trimEnd()}`;
}

/** Attach an output of a cell, or all of them. @param {CodeCell} cell @param {number} [output] @param {boolean} [isBusy] */
function askMagic(cell, output, isBusy) {
  const { executionCount: number, sharedModel } = cell.model;
  if (isPrompt(sharedModel.getSource())) return "%%claude\n"; // it has the answer
  const figures = shownIn(cell).flatMap((shown, index) => Array(figuresIn(shown.output)).fill(index)); // the position of each
  if (!number) return isBusy && figures.length ? "%%claude --fig\n" : ""; // the last figure is that of the running cell
  const which = figures.length > 1 ? `.${Math.max(figures.indexOf(output), 0) + 1}` : "";
  return `%%claude ${figures.length ? "--fig" : "--cells"} In[${number}]${which}\n`;
}

/** Make the action that writes a magic below a cell. @param {(...given: any[]) => string} magicOf */
const writing = (magicOf) => (panel, cell, output) => {
  const magic = magicOf(cell, output, kernelOf(panel)?.status === "busy");
  return magic ? write(panel, cell, magic) : say(UNNUMBERED);
};

async function edit(/** @type {Panel} */ panel, /** @type {CodeCell} */ cell) {
  const { button, value } = await apputils.InputDialog.getText(
    { title: "Edit this cell", label: "What should change?", okLabel: "Edit" });
  const instruction = button.accept && value?.replace(/\s+/g, " ").trim();
  const index = instruction ? await place(panel, cell, false) : -1;
  if (index < 0) return;
  const source = cell.model.sharedModel.getSource().replace(/^%%claude_edit\b.*\n/, "");
  const words = /^--?[A-Za-z]/.test(instruction) ? `-- ${instruction}` : instruction; // else it would be taken for an option
  cell.model.sharedModel.setSource(`%%claude_edit ${words}\n${source}`);
  await run(panel, index);
}

/** Add the commands; `aside` opens the side bar. @param {Parts} parts */
export function addCommands({ app, tracker, icon, palette }, aside) {
  const source = (cell) => (cell?.model?.type === "code" ? cell.model.sharedModel.getSource() : "");
  const isCode = (cell) => /\S/.test(source(cell)) && !isPrompt(source(cell));
  const hasFailed = (cell) => isCode(cell) && shownIn(cell).some(({ output }) => output.type === "error");
  const shows = (cell) => shownIn(cell).length > 0;
  // The kernel knows all about the last error, even if nbclaude is loaded only now.
  const fixMagic = ({ model: { executionCount: number } }) => (number ? `%claude_fix --cell ${number}` : "");
  const menu = new widgets.Menu({ commands: app.commands });
  const isVisible = () => isPython(tracker.currentWidget);
  const isFixed = () => isReadOnly(tracker.currentWidget?.context);
  const commands = /** @type {[string, string, string, Function, ((cell: any) => boolean)?][]} */ ([
    ["ask", "Ask Claude Below", "Insert a %%claude cell below", writing(() => "%%claude\n")],
    ["explain", "Explain This Cell", "Have Claude explain the cell", writing(explainMagic), isCode],
    ["fix", "Fix This Error", "Have Claude say why the cell failed and offer a corrected version", writing(fixMagic), hasFailed],
    ["edit", "Edit This Cell…", "Have Claude change the cell; nothing is replaced until you click", edit, isCode],
    ["ask-output", "Ask About This Output", "Insert a %%claude cell with this output attached", writing(askMagic), shows],
    ["panel", "Open the Panel", "Open Claude's panel below this cell", writing(() => "%claude")],
    ["side-panel", "Show the Panel in the Side Bar", "Open Claude's panel beside the notebook", aside],
  ]);
  for (const [name, label, caption, act, applies = () => true] of commands) {
    const command = `nbclaude:${name}`;
    const isEnabled = () => isVisible() && applies(tracker.activeCell) && (act === aside || !isFixed());
    const execute = ({ output }) => tracker.activeCell && act(tracker.currentWidget, tracker.activeCell, output); // of a button
    app.commands.addCommand(command, { label, caption, isVisible, isEnabled, execute });
    palette?.addItem({ command, category: "Claude" });
    menu.addItem({ command });
  }
  app.commands.addCommand("nbclaude:menu", {
    label: "Claude", caption: "Claude", icon, className: "nbclaude-cell-menu", isVisible, isEnabled: isVisible,
    execute() {
      const place = tracker.activeCell?.node.querySelector(".nbclaude-cell-menu")?.getBoundingClientRect();
      menu.open(place?.left ?? 0, place?.bottom ?? 0);
    },
  });
}
