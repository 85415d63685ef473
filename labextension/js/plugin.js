// @ts-check
// Puts the parts of the extension together: prompts as prose, the line to the kernel, buttons, commands.

import { watchButtons } from "./buttons.js";
import { watchCleared } from "./cleared.js";
import { addCommands } from "./commands.js";
import { Lines } from "./lines.js";
import { proseExtension } from "./prose.js";
import { addSideBar } from "./sidebar.js";

const SHARED = {
  apputils: "@jupyterlab/apputils", codemirror: "@jupyterlab/codemirror", notebook: "@jupyterlab/notebook",
  outputarea: "@jupyterlab/outputarea", state: "@codemirror/state", ui: "@jupyterlab/ui-components",
  view: "@codemirror/view", widgets: "@lumino/widgets",
};
/** @param {string} name */
const address = (name) => new URL(`../${name}`, import.meta.url).href;

/** @param {(name: string) => Promise<any>} shared */
export async function pluginOf(shared) {
  /** @type {Modules} */
  const modules = {};
  await Promise.all(Object.entries(SHARED).map(async ([key, name]) => { modules[key] = await shared(name); }));
  const { apputils, codemirror, notebook, ui } = modules;
  const svgstr = await (await fetch(address("icon.svg"))).text();
  return {
    id: "nbclaude:plugin",
    description: "Claude in notebooks: prompts as prose, buttons on code blocks, commands.",
    autoStart: true,
    optional: [notebook.INotebookTracker, codemirror.IEditorExtensionRegistry, apputils.ICommandPalette],
    activate: (app, tracker, editors, palette) => {
      if (!tracker) return; // a page without notebooks
      for (const name of ["style.css", "actions.css"])
        document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address(name) }));
      const icon = new ui.LabIcon({ name: "nbclaude:icon", svgstr });
      const parts = { app, tracker, modules, icon, palette, lines: new Lines(tracker, modules) };
      editors?.addExtension(proseExtension(parts));
      const act = addCommands({ ...parts, openAside: addSideBar(parts) });
      watchButtons({ ...parts, act });
      watchCleared(parts);
    },
  };
}
