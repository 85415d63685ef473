// @ts-check
// Shows the panel in the side bar, so that it stays in view while you scroll: the same widgets, one panel per notebook.

import { kernelOf } from "./lines.js";

/** Add the side bar; return a function that opens it. @param {Parts} parts */
export function addSideBar({ app, tracker, lines, modules, icon }) {
  const { OutputAreaModel, SimplifiedOutputArea } = modules.outputarea;
  const bar = new modules.widgets.Panel();
  bar.id = "nbclaude-side-panel";
  bar.addClass("nbclaude-side"); // while it is empty, the style sheet shows a hint
  Object.assign(bar.title, { caption: "Claude", icon });
  const areas = new WeakMap(); // by kernel
  const show = () => {
    const kernel = kernelOf(tracker.currentWidget);
    const area = kernel && areas.get(kernel);
    for (const each of bar.widgets) each.setHidden(each !== area);
  };
  app.shell.add(bar, "right", { rank: 700 });
  tracker.currentChanged.connect(show);

  return async (/** @type {Panel} */ panel) => {
    const kernel = kernelOf(panel);
    const first = await lines.loading(panel);
    app.shell.activateById(bar.id);
    if (!kernel || first === null) return;
    let area = areas.get(kernel);
    if (!area) {
      const { rendermime } = panel.content;
      area = new SimplifiedOutputArea({ model: new OutputAreaModel({ trusted: true }), rendermime });
      areas.set(kernel, area);
      bar.addWidget(area);
      panel.disposed.connect(() => { areas.delete(kernel); area.dispose(); });
    }
    show();
    // A panel is closed by its own button or by the end of its kernel; a live one is only shown.
    const lives = lines.of(panel)?.lives;
    if (area.lives === lives && area.node.querySelector(".nbclaude-view")) return;
    area.lives = lives;
    await SimplifiedOutputArea.execute(`${first}\n%claude`.trim(), area, panel.sessionContext, { nbclaude: panel.id });
  };
}
