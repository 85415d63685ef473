// @ts-check
// The commands: each writes a magic into a cell and runs it, so that what happened can be seen and repeated.

import { isPython, LOAD } from "./lines.js";
import { isPrompt } from "./prose.js";

const ASKS = /^\s*%%?(?:claude|fix\b|explain\b)/;
const PICTURE = /^(?:image\/|application\/(?:vnd\.(?:plotly|vegalite|vega|bokehjs)|javascript.*bokeh))/;

/** @param {any} app @param {Tracker} tracker @param {Lines} lines @param {Modules} modules @param {(token: any) => any} service @param {any} icon */
export function addCommands(app, tracker, lines, modules, service, icon) {
  const { NotebookActions } = modules.notebook;
  const { InputDialog, ICommandPalette, IToolbarWidgetRegistry, ToolbarButton } = modules.apputils;

  /** Put a new code cell below another, or in front of it. @param {Panel} panel @param {CodeCell} cell @param {string} source @param {boolean} [inFront] */
  const insert = (panel, cell, source, inFront = false) => {
    const index = panel.content.widgets.indexOf(cell) + (inFront ? 0 : 1);
    panel.content.model?.sharedModel.insertCell(index, { cell_type: "code", source, metadata: { trusted: true } });
    return index;
  };

  /** Run one cell, as Ctrl+Enter does. @param {Panel} panel @param {number} index */
  const run = (panel, index) => {
    panel.content.activeCellIndex = index;
    panel.content.deselectAll();
    return NotebookActions.run(panel.content, panel.sessionContext);
  };

  /** Write a magic of one line below a cell, and run it. @param {Panel} panel @param {CodeCell} cell @param {string} magic */
  const runBelow = async (panel, cell, magic) => {
    const first = await lines.loading(panel);
    if (first !== null) await run(panel, insert(panel, cell, first + magic));
  };

  /** Load nbclaude in a cell of its own where that is needed; return the cell to continue below, null if the kernel lacks nbclaude. @param {Panel} panel @param {CodeCell} cell @param {boolean} [inFront] */
  const loaded = async (panel, cell, inFront) => {
    const first = await lines.loading(panel);
    if (!first) return first === null ? null : cell;
    const index = insert(panel, cell, LOAD, inFront);
    await run(panel, index);
    return panel.content.widgets[index];
  };

  /** Begin a prompt below a cell, with the cursor in it. @param {Panel} panel @param {CodeCell} cell @param {string} text */
  const askBelow = async (panel, cell, text) => {
    const above = await loaded(panel, cell);
    if (!above) return;
    const index = insert(panel, above, text);
    const added = panel.content.widgets[index];
    panel.content.activeCellIndex = index;
    panel.content.deselectAll();
    await added.ready;
    panel.content.mode = "edit";
    const written = text.split("\n");
    added.editor?.setCursorPosition({ line: written.length - 1, column: written[written.length - 1].length });
  };

  /** The cells that have run and do not ask, by the kernel's count, the last one first. @param {Panel} panel */
  const ran = (panel) => panel.content.widgets
    .filter((cell) => cell.model?.type === "code" && cell.model.executionCount && !ASKS.test(cell.model.sharedModel.getSource()))
    .sort((a, b) => b.model.executionCount - a.model.executionCount);

  const outputsOf = (/** @type {CodeCell} */ cell) => {
    const outputs = cell?.model?.outputs;
    return Array.from({ length: outputs?.length ?? 0 }, (_, index) => outputs.get(index));
  };
  const isPicture = (output) => Object.keys(output.data ?? {}).some((type) => PICTURE.test(type));
  const hasError = (cell) => outputsOf(cell).some((output) => output.type === "error");

  /** Whether nbclaude saw what a cell has shown; if not, it is loaded, and the cell must run again. @param {Panel} panel @param {CodeCell} cell */
  const isSeen = async (panel, cell) => {
    const above = await loaded(panel, cell);
    if (!above || above === cell) return above === cell;
    lines.say("nbclaude is now loaded, but it has not seen this cell's output. Run the cell again, then press the button again.");
    return false;
  };

  const acts = {
    ask: (panel, cell) => askBelow(panel, cell, "%%claude\n"),
    explain: async (panel, cell) => {
      // If it is not the cell that ran last, a copy is explained without being run.
      const isLast = lines.of(panel) && ran(panel)[0] === cell && !cell.model.isDirty;
      if (isLast) return runBelow(panel, cell, "%claude_explain");
      const above = await loaded(panel, cell);
      if (above) await run(panel, insert(panel, above, `%%claude_explain --no-run\n${cell.model.sharedModel.getSource()}`));
    },
    // The kernel knows all about the last error, even if nbclaude is loaded only now.
    fix: (panel, cell) => runBelow(panel, cell, `%claude_fix --cell ${cell.model.executionCount}`),
    edit: async (panel, cell) => {
      const asked = await InputDialog.getText({ title: "Edit this cell", label: "What should change?", okLabel: "Edit" });
      const instruction = asked.value?.replace(/\s+/g, " ").trim();
      if (!asked.button.accept || !instruction) return;
      if (!(await loaded(panel, cell, true))) return;
      const source = cell.model.sharedModel.getSource().replace(/^%%claude_edit\b.*\n/, "");
      cell.model.sharedModel.setSource(`%%claude_edit ${instruction}\n${source}`);
      await run(panel, panel.content.widgets.indexOf(cell));
    },
    "ask-output": async (panel, cell, output) => {
      const shown = outputsOf(cell);
      const picture = output ?? shown.find(isPicture);
      const isValue = !picture && shown.some((each) => each.type === "execute_result");
      if (isValue) return askBelow(panel, cell, `%%claude\n{Out[${cell.model.executionCount}]} `);
      if (!hasError(cell) && !(await isSeen(panel, cell))) return undefined;
      return askBelow(panel, cell, picture ? `%%claude --fig${numberOf(panel, picture)}\n` : `%%claude --cells ${ran(panel).indexOf(cell) + 1}\n`);
    },
    panel: (panel, cell) => runBelow(panel, cell, "%claude"),
  };

  /** The number of a figure for --fig: 1, the last one, needs none. @param {Panel} panel @param {any} picture */
  const numberOf = (panel, picture) => {
    const all = ran(panel).flatMap((cell) => outputsOf(cell).filter(isPicture).reverse());
    const number = all.indexOf(picture) + 1;
    return number > 1 ? ` ${number}` : "";
  };

  /** @param {keyof typeof acts} name @param {CodeCell | null} [cell] @param {any} [output] */
  const act = (name, cell = null, output = undefined) => {
    const panel = tracker.currentWidget;
    const about = cell ?? panel?.content.activeCell;
    if (panel && about) return acts[name](panel, about, output);
    return undefined;
  };

  const code = () => active()?.model?.type === "code" && !isPrompt(active().model.sharedModel.getSource());
  const isShown = () => isPython(tracker.currentWidget);
  const active = () => /** @type {CodeCell} */ (tracker.currentWidget?.content.activeCell);
  /** @type {[keyof typeof acts, string, string, () => boolean][]} */
  const commands = [
    ["ask", "Ask Claude Below", "Insert a %%claude cell below", () => true],
    ["explain", "Explain This Cell", "Have Claude explain the cell", code],
    ["fix", "Fix This Error", "Have Claude say why the cell failed and offer a corrected version", () => code() && hasError(active())],
    ["edit", "Edit This Cell…", "Have Claude change the cell; nothing is replaced until you click", code],
    ["ask-output", "Ask About This Output", "Insert a %%claude cell with this output attached", () => outputsOf(active()).length > 0],
    ["panel", "Open the Panel", "Open Claude's panel below this cell", () => true],
  ];
  const palette = service(ICommandPalette);
  for (const [name, label, caption, isEnabled] of commands) {
    app.commands.addCommand(`nbclaude:${name}`, {
      label, caption, isVisible: isShown, isEnabled: () => isShown() && isEnabled(), execute: () => act(name),
    });
    palette?.addItem({ command: `nbclaude:${name}`, category: "Claude" });
  }
  service(IToolbarWidgetRegistry)?.addFactory("Cell", "nbclaude", (cell) => cellMenu(cell));

  const cellMenu = (/** @type {CodeCell} */ cell) => {
    const button = new ToolbarButton({
      className: "nbclaude-cell-menu",
      icon,
      tooltip: "Claude",
      onClick: () => {
        const panel = tracker.find((each) => each.content.widgets.includes(cell));
        if (panel) panel.content.activeCellIndex = panel.content.widgets.indexOf(cell);
        const menu = new modules.widgets.Menu({ commands: app.commands });
        for (const [name] of commands) menu.addItem({ command: `nbclaude:${name}` });
        const { left, bottom } = button.node.getBoundingClientRect();
        menu.aboutToClose.connect(() => setTimeout(() => menu.dispose(), 0));
        menu.open(left, bottom);
      },
    });
    return button;
  };
  return act;
}
