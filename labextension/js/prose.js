// @ts-check
// Shows prompts as prose: the text of a %%claude cell as Markdown, its {references} marked as the kernel finds them.

import { hasCell } from "./cells.js";
import { lineOf } from "./lines.js";
import { codemirror, language, state, view } from "./shared.js";

const PROSE = "text/x-ipythongfm";
const MAGIC = /^(?:[ \t]*#[^\n]*\n|[ \t]*\n)*[ \t]*%%(claude(?:_edit|_explain)?|explain)(?!\w)/; // comments above are ignored

export const isPrompt = (/** @type {string} */ source) => MAGIC.exec(source)?.[1] === "claude";

const codes = new WeakMap(); // the media types that cells have as code

/** Give a cell the media type of prose for as long as it is a prompt. @param {CellModel} model */
function setType(model) {
  if (model.isDisposed || model.type !== "code") return;
  if (model.mimeType !== PROSE) codes.set(model, model.mimeType);
  const code = codes.get(model); // plain until the language of the kernel is known
  model.mimeType = /python|plain/.test(code) && isPrompt(model.sharedModel.getSource()) ? PROSE : code;
}

/** Markdown in which the line of the magic is a block of its own: a `*` in it does not start emphasis. */
async function promptLanguage(/** @type {any} */ languages) {
  const { data, parser } = (await languages.getLanguage(PROSE)).support.language;
  const isMagic = (_, /** @type {{ text: string }} */ { text }) => /^[ \t]*%%claude(?!\w)/.test(text);
  const parse = (/** @type {any} */ context, line) => isMagic(context, line) && (context.nextLine(), true);
  const parseBlock = [{ name: "Magic", before: "IndentedCode", parse, endLeaf: isMagic }];
  return state.Prec.highest(language.language.of(new language.Language(data, parser.configure({ parseBlock }), [], "markdown")));
}

/** What every editor gets: it does nothing outside of prompts. @param {Tracker} tracker */
export function proseExtension(tracker, /** @type {any} */ languages) {
  const { Decoration, EditorView } = view;
  let markdown = [];
  promptLanguage(languages).then((made) => (markdown = made), () => {}); // or the whole prompt stays JupyterLab's Markdown

  // It takes precedence over the language that JupyterLab has set, as long as the cell is a prompt.
  const slot = new state.Compartment(), none = [];
  const languageOf = (/** @type {string} */ source) => (isPrompt(source) ? markdown : none);
  const switches = state.EditorState.transactionExtender.of(({ startState, newDoc }) => {
    const wanted = languageOf(newDoc.sliceString(0, 2000));
    return wanted === slot.get(startState) ? null : { effects: slot.reconfigure(wanted) };
  });
  const reference = Decoration.mark({ class: "nbclaude-reference" });
  const instruction = Decoration.line({ class: "nbclaude-instruction" });

  // A Markdown comment would be HTML, and would be sent. So prompts are commented out as in Python.
  const comments = state.Prec.highest(state.EditorState.languageData.of((now) =>
    (isPrompt(now.sliceDoc(0, 2000)) ? [{ commentTokens: { line: "#" } }] : [])));

  // A magic's line is neither Markdown nor Python; comments above `%%claude` would be styled as headings.
  const instructions = EditorView.decorations.of(({ state: { doc } }) => {
    const magic = MAGIC.exec(doc.toString());
    if (!magic) return Decoration.none;
    const last = doc.lineAt(magic[0].length).number;
    const lines = Array.from({ length: magic[1] === "claude" ? last : 1 }, (_, above) => doc.line(last - above));
    return Decoration.set(lines.map(({ from }) => instruction.range(from)), true);
  });

  /** The marks move with the text until the kernel, which knows what is sent, has checked it again. */
  const referencesIn = (/** @type {string} */ cell, doc, before) => {
    const text = doc.toString();
    const line = text.includes("{") && isPrompt(text) ? lineOf(tracker.find((panel) => hasCell(panel, cell))) : undefined;
    if (!line?.comm) return Decoration.none;
    const found = line.referencesIn(cell, text)?.filter(([, to]) => to <= doc.length);
    return found ? Decoration.set(found.map(([from, to]) => reference.range(from, to))) : before;
  };
  const references = (/** @type {string} */ cell) => state.StateField.define({
    create: ({ doc }) => referencesIn(cell, doc, Decoration.none),
    update: (marks, { changes, newDoc }) => referencesIn(cell, newDoc, marks.map(changes)),
    provide: (field) => EditorView.decorations.from(field),
  });

  return {
    name: "nbclaude",
    factory: ({ model }) => {
      model.contentChanged.connect(setType);
      model.mimeTypeChanged.connect(setType); // JupyterLab sets it once the kernel has reported its language
      setType(model);
      return codemirror.EditorExtensionRegistry.createImmutableExtension([
        slot.of(languageOf(model.sharedModel.getSource())), switches, comments, instructions, references(model.id),
      ]);
    },
  };
}
