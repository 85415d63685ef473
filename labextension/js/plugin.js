// @ts-check
// Puts the parts of the extension together: prompts as prose, the line to the kernel, buttons, commands.

import { watchBlocks } from "./blocks.js";
import { addCommands } from "./commands.js";
import { Lines } from "./lines.js";
import { watchOutputs } from "./outputs.js";
import { addSideBar } from "./sidebar.js";
import { proseExtension, watchProse } from "./prose.js";

const SHARED = {
  application: "@jupyterlab/application",
  apputils: "@jupyterlab/apputils",
  codemirror: "@jupyterlab/codemirror",
  language: "@codemirror/language",
  mainmenu: "@jupyterlab/mainmenu",
  notebook: "@jupyterlab/notebook",
  outputarea: "@jupyterlab/outputarea",
  state: "@codemirror/state",
  ui: "@jupyterlab/ui-components",
  view: "@codemirror/view",
  widgets: "@lumino/widgets",
};

// A speech bubble with a spark, in the colour of the theme's icons.
const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16"><path class="jp-icon3" fill="#616161" '
  + 'd="M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-9l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm8 3-1.1 3.4L7.5 10.5l3.4 1.1L12 15'
  + 'l1.1-3.4 3.4-1.1-3.4-1.1z"/></svg>';

function addStyles() {
  for (const name of ["style.css", "actions.css"]) {
    const href = new URL(`../${name}`, import.meta.url).href;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
  }
}

/** @param {(name: string) => Promise<any>} shared */
export async function pluginOf(shared) {
  /** @type {Modules} */
  const modules = {};
  await Promise.all(Object.entries(SHARED).map(async ([key, name]) => {
    modules[key] = await shared(name).catch(() => undefined); // not every application has all of them
  }));
  const { INotebookTracker } = modules.notebook;
  const { ICommandPalette, IToolbarWidgetRegistry } = modules.apputils;
  const optional = [
    INotebookTracker, modules.codemirror.IEditorExtensionRegistry, ICommandPalette, modules.mainmenu?.IMainMenu, IToolbarWidgetRegistry,
  ].filter(Boolean);
  return {
    id: "nbclaude:plugin",
    description: "Claude in notebooks: prompts as prose, buttons on code blocks, commands.",
    autoStart: true,
    optional,
    activate: (app, ...given) => {
      const service = (token) => given[optional.indexOf(token)] ?? null;
      const tracker = service(INotebookTracker);
      if (!tracker) return; // a page without notebooks
      addStyles();
      const icon = new modules.ui.LabIcon({ name: "nbclaude:icon", svgstr: ICON });
      const lines = new Lines(tracker, modules);
      service(modules.codemirror.IEditorExtensionRegistry)?.addExtension(proseExtension(modules, tracker, lines));
      watchProse(tracker);
      watchBlocks(tracker, lines);
      const run = addCommands(app, tracker, lines, modules, service, icon);
      watchOutputs(tracker, lines, modules, run);
      addSideBar(app, tracker, lines, modules, service, icon);
    },
  };
}
