// @ts-check
// Puts the parts of the extension together: prompts as prose, the line to the kernel, buttons, commands.

import { watchButtons } from "./buttons.js";
import { addCommands } from "./commands.js";
import { followKernels } from "./lines.js";
import { proseExtension } from "./prose.js";
import { apputils, codemirror, notebook, ui } from "./shared.js";
import { addSideBar } from "./sidebar.js";

const address = (/** @type {string} */ name) => new URL(`../${name}`, import.meta.url).href;
const svgstr = await (await fetch(address("icon.svg"))).text();

export const plugin = {
  id: "nbclaude:plugin",
  description: "Claude in notebooks: prompts as prose, buttons on code blocks, commands.",
  autoStart: true,
  optional: [
    notebook.INotebookTracker, codemirror.IEditorExtensionRegistry, codemirror.IEditorLanguageRegistry, apputils.ICommandPalette,
  ],
  activate(app, tracker, editors, languages, palette) {
    if (!tracker) return; // a page without notebooks
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address("style.css") }));
    const parts = { app, tracker, palette, icon: new ui.LabIcon({ name: "nbclaude:icon", svgstr }) };
    editors?.addExtension(proseExtension(tracker, languages));
    addCommands(parts, addSideBar(parts));
    const look = watchButtons(parts);
    followKernels(tracker, (panel) => {
      look([panel.node]);
      app.commands.notifyCommandChanged("nbclaude:menu");
    });
  },
};
