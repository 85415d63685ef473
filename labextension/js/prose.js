// @ts-check
// Shows prompts as prose: the text of a %%claude cell as Markdown, its {references} marked where the name exists.

const PROSE = "text/x-ipythongfm";
const ABOVE = String.raw`^(?:[ \t]*#[^\n]*\n|[ \t]*\n)*[ \t]*`; // empty lines and comments above a magic are ignored
const PROMPT = new RegExp(`${ABOVE}%%claude(?![\\w])`);
const VERB = new RegExp(`${ABOVE}%%(?:claude_(?:edit|explain)|explain)(?![\\w])`);
const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const PATH = String.raw`(?:\.${NAME}|\[[^\]{}\n]*\]|\([^(){}\n]*\))*`;
const REFERENCE = new RegExp(String.raw`\{(${NAME})${PATH}(?::[^{}\n]*)?\}`, "gu");
const PAUSE = 250; // ms without typing before the kernel is asked for names

/** @param {string} source */
export const isPrompt = (source) => PROMPT.test(source);

const followed = new WeakSet();

/** Keep the media type of a cell as that of prose while it is a prompt. @param {CellModel} model */
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
  const { Decoration, ViewPlugin } = modules.view;
  const mark = Decoration.mark({ class: "nbclaude-reference" });
  const instruction = Decoration.line({ class: "nbclaude-instruction" });

  // A Markdown comment would be HTML, and would be sent. So prompts are commented out as in Python.
  const comments = Prec.highest(EditorState.languageData.of((state) =>
    (isPrompt(state.sliceDoc(0, 2000)) ? [{ commentTokens: { line: "#" } }] : [])));

  const plugin = ViewPlugin.fromClass(class {
    constructor(view) {
      this.view = view;
      this.look = () => view.dispatch({});
      lines.changed.add(this.look);
      this.update();
    }

    update() {
      const { doc } = this.view.state;
      const text = doc.toString();
      const lineOf = () => lines.of(tracker.find((each) => each.content.node.contains(this.view.dom)));
      const found = isPrompt(text) ? [...text.matchAll(REFERENCE)] : [];
      const existing = found.length ? found.filter(([, name]) => lineOf()?.names.has(name)) : [];
      this.decorations = Decoration.set([
        ...(VERB.test(text) ? [instruction.range(doc.lineAt(text.indexOf("%%")).from)] : []),
        ...existing.map(({ 0: all, index }) => mark.range(index, index + all.length)),
      ]);
      // The kernel is asked only for names in braces, and only where nbclaude is loaded.
      clearTimeout(this.timer);
      if (found.length) this.timer = setTimeout(() => lineOf()?.ask(found.map(([, name]) => name)), PAUSE);
    }

    destroy() {
      clearTimeout(this.timer);
      lines.changed.delete(this.look);
    }
  }, { decorations: (value) => value.decorations });

  return {
    name: "nbclaude",
    factory: ({ model }) => {
      follow(model);
      return modules.codemirror.EditorExtensionRegistry.createImmutableExtension([comments, plugin]);
    },
  };
}
