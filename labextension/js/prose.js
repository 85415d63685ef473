// @ts-check
// Shows prompts as prose: the text of a %%claude cell as Markdown, its {references} marked where the name exists.

import { eachCodeCell, eachPanel } from "./cells.js";

const PROSE = "text/x-ipythongfm";
const ABOVE = String.raw`^(?:[ \t]*#[^\n]*\n|[ \t]*\n)*[ \t]*`; // empty lines and comments above a magic are ignored
const PROMPT = new RegExp(`${ABOVE}%%claude(?![\\w])`);
const VERB = new RegExp(`${ABOVE}%%(?:claude_(?:edit|explain)|explain)(?![\\w])`);
const REFERENCE = /\{([\p{L}_][\p{L}\p{N}_]*)((?:\.[\p{L}_][\p{L}\p{N}_]*|\[[^\]{}\n]*\]|\([^(){}\n]*\))*)(?::[^{}\n]*)?\}/gu;
const PAUSE = 250; // ms without typing before the kernel is asked for names

/** @param {string} source */
export const isPrompt = (source) => PROMPT.test(source);

/** Keep the media type of prompts as that of prose. @param {Tracker} tracker */
export function watchProse(tracker) {
  eachPanel(tracker, (panel) => eachCodeCell(panel, ({ model }) => {
    const set = () => {
      if (model.isDisposed) return;
      const wanted = isPrompt(model.sharedModel.getSource()) ? PROSE : panel.content.codeMimetype;
      const isOurs = model.mimeType === PROSE;
      if (model.mimeType !== wanted && (wanted === PROSE || isOurs)) model.mimeType = wanted;
    };
    model.contentChanged.connect(set);
    model.mimeTypeChanged.connect(set); // JupyterLab sets it once the kernel has reported its language
    set();
  }));
}

/** What every editor gets: it does nothing in what is not a prompt. @param {Modules} modules @param {Tracker} tracker @param {Lines} lines */
export function proseExtension(modules, tracker, lines) {
  const { EditorState, Prec, RangeSetBuilder, StateEffect } = modules.state;
  const { Decoration, ViewPlugin } = modules.view;
  const redraw = StateEffect.define();
  const mark = Decoration.mark({ class: "nbclaude-reference" });
  const instruction = Decoration.line({ class: "nbclaude-instruction" });

  // A Markdown comment would be HTML, and would be sent. So prompts are commented out as in Python.
  const comments = Prec.highest(EditorState.languageData.of((state) =>
    (isPrompt(state.sliceDoc(0, 2000)) ? [{ commentTokens: { line: "#" } }] : [])));

  const lineOf = (view) => lines.lineOf(tracker.find((each) => each.content.node.contains(view.dom)));

  const decorated = (view, names) => {
    const builder = new RangeSetBuilder();
    const head = view.state.sliceDoc(0, 2000);
    if (VERB.test(head)) {
      const at = view.state.doc.lineAt(head.indexOf("%%"));
      builder.add(at.from, at.from, instruction);
    } else if (isPrompt(head)) {
      const text = view.state.doc.toString();
      for (const found of text.matchAll(REFERENCE))
        if (names.has(found[1])) builder.add(found.index, found.index + found[0].length, mark);
    }
    return builder.finish();
  };

  const plugin = ViewPlugin.fromClass(class {
    constructor(view) {
      this.view = view;
      this.decorations = decorated(view, new Set());
      this.opened = 0;
      this.hear = () => {
        const line = lineOf(view);
        if (line && line.opened !== this.opened) this.ask();
        if (line) view.dispatch({ effects: redraw.of(line.names) });
      };
      lines.changed.add(this.hear);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    update(update) {
      if (update.docChanged) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.ask(), PAUSE);
      }
      const told = update.transactions.flatMap((each) => each.effects).filter((effect) => effect.is(redraw));
      if (told.length) this.names = told[told.length - 1].value;
      if (told.length || update.docChanged) this.decorations = decorated(this.view, this.names ?? new Set());
    }

    // The kernel is asked only for names in braces, and only where nbclaude is loaded.
    ask() {
      const line = lineOf(this.view);
      const text = this.view.state.doc.toString();
      if (!line?.isOpen || !isPrompt(text)) return;
      this.opened = line.opened;
      line.ask([...new Set([...text.matchAll(REFERENCE)].map((found) => found[1]))]);
    }

    destroy() {
      clearTimeout(this.timer);
      lines.changed.delete(this.hear);
    }
  }, { decorations: (value) => value.decorations });

  return {
    name: "nbclaude",
    factory: () => modules.codemirror.EditorExtensionRegistry.createImmutableExtension([comments, plugin]),
  };
}
