// @ts-check
// Calls a function for each notebook, and for each of its code cells, including those added later.

/** @param {Tracker} tracker @param {(panel: Panel) => void} act */
export function eachPanel(tracker, act) {
  tracker.forEach(act);
  tracker.widgetAdded.connect((_, panel) => act(panel));
}

/** @param {Panel} panel @param {(cell: CodeCell) => void} act */
export function eachCodeCell(panel, act) {
  const known = new WeakSet();
  const look = () => {
    for (const cell of panel.content.widgets) {
      if (cell.model?.type !== "code" || known.has(cell)) continue;
      known.add(cell);
      act(cell);
    }
  };
  panel.content.modelContentChanged.connect(look);
  panel.context.ready.then(look);
  look();
}
