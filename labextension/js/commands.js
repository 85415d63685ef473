// @ts-check
// The commands: each writes a magic into a cell and runs it, so that what happened can be seen and repeated.

import { isPython, kernelOf } from "./lines.js";
import { isPicture, outputsOf } from "./pictures.js";
import { isPrompt } from "./prose.js";

const ASKS = /^\s*%%?(?:claude|fix\b|explain\b)/;
const UNSEEN = "nbclaude has not seen this cell's output. Run the cell again, then repeat the command.";

/** Add the commands; return a function that runs one on a cell. @param {Parts} parts */
export function addCommands({ app, tracker, lines, modules, icon, palette, openAside }) {
  const { NotebookActions } = modules.notebook;
  const { InputDialog } = modules.apputils;

  /** @param {Panel} panel @param {number} index */
  const select = ({ content }, index) => {
    content.activeCellIndex = index;
    content.deselectAll();
  };
  const insert = (panel, index, source) =>
    panel.content.model.sharedModel.insertCell(index, { cell_type: "code", source, metadata: { trusted: true } });

  /** Run one cell, as Ctrl+Enter does. @param {Panel} panel @param {number} index */
  const run = (panel, index) => {
    select(panel, index);
    return NotebookActions.run(panel.content, panel.sessionContext);
  };

  /** Load nbclaude in a cell of its own where that is needed; return what `Lines.loading` does. */
  const load = async (/** @type {Panel} */ panel, /** @type {number} */ index) => {
    const first = await lines.loading(panel);
    if (first) insert(panel, index, first);
    if (first) await run(panel, index);
    return first;
  };

  // If the magic ends in white space, the user is to continue it: it is not run, and the cursor goes to its end.
  /** Write a magic below a cell and run it. @param {Panel} panel @param {CodeCell} cell @param {string} magic */
  const write = async (panel, cell, magic) => {
    const below = panel.content.widgets.indexOf(cell) + 1;
    const isWhole = magic.startsWith("%%"); // nothing may stand above it in its cell
    const first = await (isWhole ? load(panel, below) : lines.loading(panel));
    if (first === null) return;
    const index = first && isWhole ? below + 1 : below;
    insert(panel, index, first && !isWhole ? `${first}\n${magic}` : magic);
    if (/\S$/.test(magic)) return void await run(panel, index);
    select(panel, index);
    const added = panel.content.widgets[index];
    await added.ready;
    panel.content.mode = "edit";
    const { length, [length - 1]: last } = magic.split("\n");
    added.editor?.setCursorPosition({ line: length - 1, column: last.length });
  };

  /** The cells that have run and do not ask, by the kernel's count, the last one first. @param {Panel} panel */
  const ran = (panel) => panel.content.widgets
    .filter(({ model }) => model?.executionCount && !ASKS.test(model.sharedModel.getSource()))
    .sort((a, b) => b.model.executionCount - a.model.executionCount);
  const hasError = (cell) => outputsOf(cell).some((output) => output.type === "error");

  /** @type {Record<string, (panel: Panel, cell: CodeCell, output?: any) => any>} */
  const acts = {
    ask: (panel, cell) => write(panel, cell, "%%claude\n"),
    panel: (panel, cell) => write(panel, cell, "%claude"),
    "side-panel": openAside,
    // The kernel knows all about the last error, even if nbclaude is loaded only now.
    fix: (panel, cell) => (cell.model.executionCount
      ? write(panel, cell, `%claude_fix --cell ${cell.model.executionCount}`) : lines.say(UNSEEN)),
    explain(panel, cell) {
      // If it is not the cell that ran last, a copy is explained without being run.
      const isLast = lines.of(panel)?.comm && ran(panel)[0] === cell && !cell.model.isDirty;
      const source = cell.model.sharedModel.getSource().trimEnd();
      return write(panel, cell, isLast ? "%claude_explain" : `%%claude_explain --no-run\n${source}`);
    },
    async edit(panel, cell) {
      const words = { title: "Edit this cell", label: "What should change?", okLabel: "Edit" };
      const { button, value } = await InputDialog.getText(words);
      const instruction = button.accept && value?.replace(/\s+/g, " ").trim();
      if (!instruction || (await load(panel, panel.content.widgets.indexOf(cell))) === null) return;
      const source = cell.model.sharedModel.getSource().replace(/^%%claude_edit\b.*\n/, "");
      cell.model.sharedModel.setSource(`%%claude_edit ${instruction}\n${source}`);
      await run(panel, panel.content.widgets.indexOf(cell));
    },
    async "ask-output"(panel, cell, output) {
      const shown = outputsOf(cell);
      const pictures = shown.filter(isPicture);
      const number = cell.model.executionCount;
      // Use the cell's number, since the kernel may not have seen the figure; a running cell has no number yet.
      if (pictures.length && (number || kernelOf(panel)?.status === "busy")) {
        const which = pictures.length > 1 ? `.${Math.max(pictures.indexOf(output), 0) + 1}` : "";
        return write(panel, cell, number ? `%%claude --fig In[${number}]${which}\n` : "%%claude --fig\n");
      }
      if (!pictures.length && shown.some((each) => each.type === "execute_result"))
        return write(panel, cell, `%%claude\n{Out[${number}]} `);
      const first = hasError(cell) ? "" : await load(panel, panel.content.widgets.indexOf(cell) + 1);
      if (first || (first === "" && !number)) return lines.say(UNSEEN);
      return first === "" && write(panel, cell, `%%claude --cells ${ran(panel).indexOf(cell) + 1}\n`);
    },
  };

  /** @param {string} name @param {CodeCell} [cell] @param {any} [output] */
  const act = (name, cell, output) => {
    const panel = cell ? tracker.find((each) => each.content.widgets.includes(cell)) : tracker.currentWidget;
    if (cell && panel) select(panel, panel.content.widgets.indexOf(cell));
    const about = panel?.content.activeCell;
    return panel && about ? acts[name](panel, about, output) : undefined;
  };

  const active = () => tracker.currentWidget?.content.activeCell;
  const code = () => active()?.model?.type === "code" && !isPrompt(active()?.model.sharedModel.getSource() ?? "");
  const failed = () => code() && hasError(active());
  const shows = () => outputsOf(active()).length > 0;
  const menu = () => {
    const made = new modules.widgets.Menu({ commands: app.commands });
    for (const [name] of commands.slice(0, -1)) made.addItem({ command: `nbclaude:${name}` });
    const place = active()?.node.querySelector(".nbclaude-cell-menu")?.getBoundingClientRect();
    made.aboutToClose.connect(() => setTimeout(() => made.dispose(), 0));
    made.open(place?.left ?? 0, place?.bottom ?? 0);
  };
  /** @type {[string, string, string, () => boolean, object?][]} */
  const commands = [
    ["ask", "Ask Claude Below", "Insert a %%claude cell below", () => true],
    ["explain", "Explain This Cell", "Have Claude explain the cell", code],
    ["fix", "Fix This Error", "Have Claude say why the cell failed and offer a corrected version", failed],
    ["edit", "Edit This Cell…", "Have Claude change the cell; nothing is replaced until you click", code],
    ["ask-output", "Ask About This Output", "Insert a %%claude cell with this output attached", shows],
    ["panel", "Open the Panel", "Open Claude's panel below this cell", () => true],
    ["side-panel", "Show the Panel in the Side Bar", "Open Claude's panel beside the notebook", () => true],
    ["menu", "Claude", "Claude", () => true, { icon, className: "nbclaude-cell-menu", execute: menu }],
  ];
  const isVisible = () => isPython(tracker.currentWidget);
  for (const [name, label, caption, isEnabled, more] of commands) {
    const command = `nbclaude:${name}`;
    app.commands.addCommand(command, {
      label, caption, isVisible, isEnabled: () => isVisible() && isEnabled(), execute: () => act(name), ...more,
    });
    if (!more) palette?.addItem({ command, category: "Claude" });
  }
  return act;
}
