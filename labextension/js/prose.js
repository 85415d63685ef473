// @ts-check
// Shows prompts as prose: the text of a %%claude cell as Markdown, its {references} marked where the name exists.

import { lineOf } from "./lines.js";
import { codemirror, state, view } from "./shared.js";

const PROSE = "text/x-ipythongfm";
const ABOVE = String.raw`^(?:[ \t]*#[^\n]*\n|[ \t]*\n)*[ \t]*`; // empty lines and comments above a magic are ignored
const PROMPT = new RegExp(`${ABOVE}%%claude(?![\\w])`);
const VERB = new RegExp(`${ABOVE}%%(?:claude_(?:edit|explain)|explain)(?![\\w])`);
const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const PATH = String.raw`(?:\.${NAME}|\[[^\]{}\n]*\]|\([^(){}\n]*\))*`;
const REFERENCE = new RegExp(String.raw`\{(${NAME})${PATH}(?::[^{}\n]*)?\}`, "gu");
// What looks like a reference in code, fenced or in a line, is not sent.
const CODE = /(?<!`)(?:(`{3,})[\s\S]*?(?<!`)\1|(`{1,2})(?!`)(?:(?!\n[ \t]*\n)[\s\S])*?(?<!`)\2)(?!`)/g;

export const isPrompt = (/** @type {string} */ source) => PROMPT.test(source);

const codes = new WeakMap(); // the media types that cells have as code

/** Give a cell the media type of prose for as long as it is a prompt. @param {CellModel} model */
function setType(model) {
  if (model.isDisposed) return;
  if (model.mimeType !== PROSE) codes.set(model, model.mimeType);
  model.mimeType = isPrompt(model.sharedModel.getSource()) ? PROSE : codes.get(model);
}

function follow(/** @type {CellModel} */ model) {
  if (model.type !== "code") return;
  model.contentChanged.connect(setType);
  model.mimeTypeChanged.connect(setType); // JupyterLab sets it once the kernel has reported its language
  setType(model);
}

/** What every editor gets: it does nothing outside of prompts. @param {Tracker} tracker */
export function proseExtension(tracker) {
  const { Decoration, EditorView } = view;
  const reference = Decoration.mark({ class: "nbclaude-reference" });
  const instruction = Decoration.line({ class: "nbclaude-instruction" });

  // A Markdown comment would be HTML, and would be sent. So prompts are commented out as in Python.
  const comments = state.Prec.highest(state.EditorState.languageData.of((now) =>
    (isPrompt(now.sliceDoc(0, 2000)) ? [{ commentTokens: { line: "#" } }] : [])));

  const marks = EditorView.decorations.of(({ state: { doc }, dom }) => {
    const text = doc.toString();
    if (VERB.test(text)) return Decoration.set(instruction.range(doc.lineAt(text.indexOf("%%")).from));
    const prose = text.replace(CODE, (code) => " ".repeat(code.length));
    const found = isPrompt(text) ? [...prose.matchAll(REFERENCE)] : [];
    const line = found.length ? lineOf(tracker.find(({ content }) => content.node.contains(dom))) : undefined;
    line?.ask(found.map(([, name]) => name));
    const existing = found.filter(([, name]) => line?.names.has(name));
    return Decoration.set(existing.map(({ 0: all, index }) => reference.range(index, index + all.length)));
  });

  return {
    name: "nbclaude",
    factory: ({ model }) => {
      follow(model);
      return codemirror.EditorExtensionRegistry.createImmutableExtension([comments, marks]);
    },
  };
}
