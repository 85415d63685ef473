// @ts-check
// Shows prompts as prose: the text of a %%claude cell as Markdown, its {references} marked where the name exists.

const PROSE = "text/x-ipythongfm";
const ABOVE = String.raw`^(?:[ \t]*#[^\n]*\n|[ \t]*\n)*[ \t]*`; // empty lines and comments above a magic are ignored
const PROMPT = new RegExp(`${ABOVE}%%claude(?![\\w])`);
const VERB = new RegExp(`${ABOVE}%%(?:claude_(?:edit|explain)|explain)(?![\\w])`);
const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const PATH = String.raw`(?:\.${NAME}|\[[^\]{}\n]*\]|\([^(){}\n]*\))*`;
const REFERENCE = new RegExp(String.raw`\{(${NAME})${PATH}(?::[^{}\n]*)?\}`, "gu");

/** @param {string} source */
export const isPrompt = (source) => PROMPT.test(source);

const followed = new WeakSet();

/** Give a cell the media type of prose for as long as it is a prompt. @param {CellModel} model */
function follow(model) {
  if (model.type !== "code" || followed.has(model)) return;
  followed.add(model);
  let code = model.mimeType;
  const set = () => {
    if (model.isDisposed) return;
    if (model.mimeType !== PROSE) code = model.mimeType;
    model.mimeType = isPrompt(model.sharedModel.getSource()) ? PROSE : code;
  };
  model.contentChanged.connect(set);
  model.mimeTypeChanged.connect(set); // JupyterLab sets it once the kernel has reported its language
  set();
}

/** What every editor gets: it does nothing in what is not a prompt. @param {Parts} parts */
export function proseExtension({ tracker, lines, modules }) {
  const { EditorState, Prec } = modules.state;
  const { Decoration, EditorView } = modules.view;
  const reference = Decoration.mark({ class: "nbclaude-reference" });
  const instruction = Decoration.line({ class: "nbclaude-instruction" });

  // A Markdown comment would be HTML, and would be sent. So prompts are commented out as in Python.
  const comments = Prec.highest(EditorState.languageData.of((state) =>
    (isPrompt(state.sliceDoc(0, 2000)) ? [{ commentTokens: { line: "#" } }] : [])));

  const marks = EditorView.decorations.of((view) => {
    const text = view.state.doc.toString();
    if (VERB.test(text)) return Decoration.set(instruction.range(view.state.doc.lineAt(text.indexOf("%%")).from));
    const found = isPrompt(text) ? [...text.matchAll(REFERENCE)] : [];
    const line = found.length ? lines.of(tracker.find(({ content }) => content.node.contains(view.dom))) : undefined;
    line?.ask(found.map(([, name]) => name));
    const existing = found.filter(([, name]) => line?.names.has(name));
    return Decoration.set(existing.map(({ 0: all, index }) => reference.range(index, index + all.length)));
  });

  const { EditorExtensionRegistry } = modules.codemirror;
  return {
    name: "nbclaude",
    factory: ({ model }) => {
      follow(model);
      return EditorExtensionRegistry.createImmutableExtension([comments, marks]);
    },
  };
}
