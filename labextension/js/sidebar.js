// @ts-check
// Shows the panel in the side bar, so that it stays in view while you scroll: the same widgets, one panel per notebook.

import { isPython } from "./lines.js";

const HINT = "Open a Python notebook to see its Claude panel here.";

/** @param {any} app @param {Tracker} tracker @param {Lines} lines @param {Modules} modules @param {(token: any) => any} service @param {any} icon */
export function addSideBar(app, tracker, lines, modules, service, icon) {
  const { Panel, Widget } = modules.widgets;
  const { OutputAreaModel, SimplifiedOutputArea } = modules.outputarea ?? {};
  if (!SimplifiedOutputArea) return;
  const bar = new Panel();
  bar.id = "nbclaude-side-panel";
  bar.addClass("nbclaude-side");
  bar.title.label = "";
  bar.title.caption = "Claude";
  bar.title.icon = icon;
  const hint = new Widget();
  hint.addClass("nbclaude-side-hint");
  hint.node.textContent = HINT;
  bar.addWidget(hint);
  /** @type {WeakMap<object, any>} */
  const areas = new WeakMap(); // by kernel

  const show = () => {
    const kernel = tracker.currentWidget?.sessionContext.session?.kernel;
    const area = kernel && areas.get(kernel);
    for (const each of bar.widgets) each.setHidden(each !== (area ?? hint));
  };

  const open = async (/** @type {Panel} */ panel) => {
    const kernel = panel.sessionContext.session?.kernel;
    const first = await lines.loading(panel);
    if (!kernel || first === null) return;
    let area = areas.get(kernel);
    if (!area) {
      area = new SimplifiedOutputArea({ model: new OutputAreaModel({ trusted: true }), rendermime: panel.content.rendermime });
      areas.set(kernel, area);
      bar.addWidget(area);
      panel.disposed.connect(() => { areas.delete(kernel); area.dispose(); show(); });
    }
    // A panel is closed by its own button or by the end of its kernel; a live one is only shown.
    const lives = area.opened === lines.of(panel)?.opened && area.node.querySelector(".nbclaude-view");
    if (!lives) await SimplifiedOutputArea.execute(`${first}%claude`, area, panel.sessionContext);
    area.opened = lines.of(panel)?.opened;
    show();
  };

  app.shell.add(bar, "right", { rank: 700 });
  tracker.currentChanged.connect(show);
  show();
  const command = "nbclaude:side-panel";
  app.commands.addCommand(command, {
    label: "Show the Panel in the Side Bar",
    caption: "Open Claude's panel beside the notebook",
    isVisible: () => isPython(tracker.currentWidget),
    isEnabled: () => isPython(tracker.currentWidget),
    execute: async () => {
      if (tracker.currentWidget) await open(tracker.currentWidget);
      app.shell.activateById(bar.id);
    },
  });
  service(modules.apputils.ICommandPalette)?.addItem({ command, category: "Claude" });
}
