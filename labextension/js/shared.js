// @ts-check
// Loads the application's own modules, so that its tokens are the same objects here.

/** @param {string} name @returns {Promise<any>} the loaded version, else the newest */
async function load(name) {
  const found = window._JUPYTERLAB?.nbclaude.scope[name] ?? {};
  const versions = Object.keys(found).sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
  return (await found[versions.find((each) => found[each].loaded) ?? versions[0]].get())();
}

export const [apputils, codemirror, notebook, outputarea, ui, language, state, view, widgets] = await Promise.all([
  ...["apputils", "codemirror", "notebook", "outputarea", "ui-components"].map((name) => load(`@jupyterlab/${name}`)),
  ...["@codemirror/language", "@codemirror/state", "@codemirror/view", "@lumino/widgets"].map(load),
]);
