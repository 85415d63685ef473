// @ts-check
// Shows the panel in the side bar, so that it stays in view while you scroll: the same widgets, one panel per kernel.

import { kernelOf, lineOf, loading } from "./lines.js";
import { outputarea, widgets } from "./shared.js";

/** Add the side bar; return a function that opens it. @param {Parts} parts */
export function addSideBar({ app, tracker, icon }) {
  const { OutputAreaModel, SimplifiedOutputArea } = outputarea;
  const bar = new widgets.Panel();
  bar.id = "nbclaude-side-panel";
  bar.addClass("nbclaude-side"); // while it is empty, the style sheet shows a hint
  Object.assign(bar.title, { caption: "Claude", icon });
  const areas = new WeakMap(); // by kernel
  const show = () => {
    const area = areas.get(/** @type {Kernel} */ (kernelOf(tracker.currentWidget)));
    for (const each of bar.widgets) each.setHidden(each !== area);
  };
  app.shell.add(bar, "right", { rank: 700 });
  tracker.currentChanged.connect(show);

  return async (/** @type {Panel} */ panel) => {
    const first = await loading(panel);
    app.shell.activateById(bar.id);
    const [kernel, line] = [kernelOf(panel), lineOf(panel)];
    if (!kernel || !line || first === undefined) return;
    // A panel is closed by its own button or by the end of its kernel; a live one is only shown.
    const old = areas.get(kernel);
    if (old?.life === line.life && old.node.querySelector(".nbclaude-view")) return void show();
    old?.dispose();
    const { rendermime } = panel.content;
    const area = new SimplifiedOutputArea({ model: new OutputAreaModel({ trusted: true }), rendermime });
    areas.set(kernel, Object.assign(area, { life: line.life }));
    bar.addWidget(area);
    panel.disposed.connect(() => area.dispose());
    show();
    await SimplifiedOutputArea.execute(`${first}\n%claude`.trim(), area, panel.sessionContext, { nbclaude: panel.id });
  };
}
