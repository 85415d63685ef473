// @ts-check
// Shows the panel in the side bar, so that it stays in view while you scroll: the same widgets, one panel per kernel.

import { lineOf, loading } from "./lines.js";
import { outputarea, widgets } from "./shared.js";

/** Add the side bar; return a function that opens it. @param {Parts} parts */
export function addSideBar({ app, tracker, icon }) {
  const { OutputAreaModel, SimplifiedOutputArea } = outputarea;
  const bar = Object.assign(new widgets.Panel(), { id: "nbclaude-side-panel" });
  bar.addClass("nbclaude-side"); // while it is empty, the style sheet shows a hint
  Object.assign(bar.title, { caption: "Claude", icon });
  const show = () => bar.widgets.forEach((each) => each.setHidden(each !== lineOf(tracker.currentWidget)?.panel));
  app.shell.add(bar, "right", { rank: 700 });
  tracker.currentChanged.connect(show);

  return async (/** @type {Panel} */ panel) => {
    const first = await loading(panel);
    app.shell.activateById(bar.id);
    const line = lineOf(panel);
    if (!line || first === undefined) return;
    if (line.panel?.node.querySelector(".nbclaude-view")) return void show(); // else it was closed by its own button
    line.panel?.dispose();
    const { rendermime } = panel.content;
    const area = new SimplifiedOutputArea({ model: new OutputAreaModel({ trusted: true }), rendermime });
    line.panel = area;
    bar.addWidget(area);
    panel.disposed.connect(() => area.dispose());
    show();
    await SimplifiedOutputArea.execute(`${first}\n%claude`.trim(), area, panel.sessionContext, { nbclaude: panel.id });
  };
}
