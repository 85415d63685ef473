// @ts-check
// Talks to kernels: reports the cells with each execution, and accepts the line that nbclaude opens once it is loaded.

import { eachPanel } from "./cells.js";
import { Offers } from "./offers.js";

export const VERSION = "0.1.0";
export const LOAD = "%load_ext nbclaude";
export const PAGE = Math.random().toString(36).slice(2); // several pages may show one notebook
const TARGET = "nbclaude";
const ABSENT = "nbclaude is not installed where this kernel runs. Run %pip install nbclaude in a cell, then try again.";
const LOADED = "nbclaude was not loaded in this kernel yet, so the new cell loads it first.";
const STATE = "(__import__('importlib.util').util.find_spec('nbclaude') is not None, "
  + "'nbclaude' in getattr(getattr(get_ipython(), 'extension_manager', None), 'loaded', ()))";

/** The language of a notebook's kernel, as JupyterLab notes it when the kernel has told it; empty before. @param {Panel | null} panel @returns {string} */
function languageOf(panel) {
  const model = panel?.content?.model;
  return (model?.getMetadata?.("language_info")?.name ?? model?.getMetadata?.("kernelspec")?.language ?? "").toLowerCase();
}

/** Whether commands mean anything in this notebook. @param {Panel | null} panel */
export const isPython = (panel) => Boolean(panel?.sessionContext?.session?.kernel) && /^i?python/.test(languageOf(panel));

export class Lines {
  /** @param {Tracker} tracker @param {Modules} modules */
  constructor(tracker, modules) {
    this.tracker = tracker;
    this.modules = modules;
    /** @type {WeakMap<Kernel, Line>} */
    this._lines = new WeakMap();
    /** @type {WeakMap<Panel, Offers>} */
    this._offers = new WeakMap();
    this._said = new Set();
    /** @type {Set<() => void>} */
    this.changed = new Set(); // called when a line has opened or closed, or reports names
    eachPanel(tracker, (panel) => {
      panel.sessionContext.kernelChanged.connect((_, { newValue }) => this._take(panel, newValue));
      this._take(panel, panel.sessionContext.session?.kernel);
    });
  }

  /** The line to a notebook's kernel, open or not. @param {Panel | null | undefined} panel @returns {Line | null} */
  lineOf(panel) {
    const kernel = panel?.sessionContext?.session?.kernel;
    return (kernel && this._lines.get(kernel)) ?? null;
  }

  /** The same, null where nbclaude is not loaded. @param {Panel | null | undefined} panel */
  of(panel) {
    const line = this.lineOf(panel);
    return line?.isOpen ? line : null;
  }

  /** What the kernel offers in a notebook, also while it has none. @param {Panel} panel @returns {Offers} */
  offersOf(panel) {
    const offers = this._offers.get(panel) ?? new Offers(this, panel);
    this._offers.set(panel, offers);
    return offers;
  }

  /** What must stand before a magic: nothing, or the line that loads it. Null where the kernel does not have it. @param {Panel} panel */
  async loading(panel) {
    const line = this.lineOf(panel);
    if (!line || line.isOpen) return "";
    // A line may be missing where nbclaude is loaded: it is older than this script, or the page gives comms to another notebook.
    const state = await line.evaluate(STATE);
    if (state.startsWith("(False")) this.say(ABSENT, "warning");
    else if (state === "(True, False)") this.say(LOADED);
    return state.startsWith("(False") ? null : state === "(True, False)" ? `${LOAD}\n` : "";
  }

  /** What an execute request tells of the notebook. @param {Panel} panel */
  told(panel) {
    const { cells } = panel.context.model.sharedModel;
    return {
      version: VERSION, page: PAGE, notebook: panel.context.path,
      cells: cells.map((cell) => cell.id), counts: cells.map((cell) => cell.execution_count ?? 0),
    };
  }

  /** @param {Panel} panel @param {Kernel | null | undefined} kernel */
  _take(panel, kernel) {
    if (!kernel) return;
    const known = this._lines.get(kernel);
    if (known) {
      known.panels.add(panel);
      return;
    }
    const line = new Line(kernel, panel, this);
    this._lines.set(kernel, line);
    // Sent with the request itself: another thread of the kernel may receive a comm message earlier or later.
    const execute = kernel.requestExecute;
    kernel.requestExecute = (content, dispose, metadata) => {
      const known = metadata?.cellId && line.panelOf(metadata.cellId);
      return execute.call(kernel, content, dispose, known ? { ...metadata, nbclaude: this.told(known) } : metadata);
    };
    if (!kernel.handleComms) return;
    kernel.registerCommTarget(TARGET, (comm, message) => line.open(comm, message.content.data));
    line.resume();
  }

  /** Say once what is not as it should be. @param {string} text @param {"info" | "warning"} [kind] */
  say(text, kind = "info") {
    if (this._said.has(text)) return;
    this._said.add(text);
    this.modules.apputils.Notification.emit(text, kind, { autoClose: 8000 });
    setTimeout(() => this._said.delete(text), 8000);
  }
}

/** The line to one kernel. It is the kernel that opens it. */
class Line {
  /** @param {Kernel} kernel @param {Panel} panel @param {Lines} lines */
  constructor(kernel, panel, lines) {
    this.kernel = kernel;
    this.lines = lines;
    this.panels = new Set([panel]);
    /** @type {Comm | null} */
    this.comm = null;
    this.names = new Set(); // names in prompts that exist
    this.opened = 0;
    /** @type {Record<string, unknown>[]} */
    this._waiting = [];
    kernel.statusChanged?.connect(() => {
      if (["restarting", "autorestarting", "dead"].includes(kernel.status)) this._end();
      else this._flush();
    });
  }

  get isOpen() {
    return this.comm !== null && !this.comm.isDisposed;
  }

  /** The notebook that has this cell. @param {string} cell */
  panelOf(cell) {
    for (const panel of this.panels) if (panel.isDisposed) this.panels.delete(panel);
    return [...this.panels].find((panel) => panel.context.model.sharedModel.cells.some((each) => each.id === cell)) ?? null;
  }

  /** @param {Comm} comm @param {any} data */
  open(comm, data) {
    this.comm = comm;
    this.opened += 1;
    comm.onMsg = (message) => this._receive(message.content.data);
    comm.onClose = () => this._end();
    this._greet(data ?? {});
  }

  // A reloaded page finds the line already open.
  async resume() {
    const { content } = await this.kernel.requestCommInfo({ target_name: TARGET }).catch(() => ({ content: null }));
    const [id] = Object.keys(content?.comms ?? {});
    if (!id || this.isOpen || this.kernel.hasComm?.(id)) return;
    this.open(this.kernel.createComm(TARGET, id), null);
    this.send({ do: "hello", version: VERSION });
  }

  // Messages wait while a cell runs: otherwise the kernel would answer meanwhile, and be shown as idle.
  /** @param {Record<string, unknown>} data */
  send(data) {
    if (this.isOpen) this._waiting.push(data);
    this._flush();
  }

  _flush() {
    if (this.kernel.status === "busy") return;
    for (const data of this._waiting.splice(0)) this.comm?.send(data);
  }

  /** The repr of an expression's value; empty where there is none. @param {string} expression */
  async evaluate(expression) {
    const code = { code: "", silent: true, store_history: false, user_expressions: { it: expression }, stop_on_error: false };
    const { content } = await this.kernel.requestExecute(code).done;
    return content.user_expressions?.it?.data?.["text/plain"] ?? "";
  }

  /** @param {string[]} names */
  ask(names) {
    if (names.length) this.send({ do: "names", names });
  }

  /** @param {any} data */
  _receive(data) {
    if (data.do === "version") this._greet(data);
    else if (data.do === "names") {
      this.names = new Set(data.names); // of all names that were ever asked about
      this._tell();
    } else if (data.do === "state") for (const panel of this.panels) this.lines.offersOf(panel).receive(data.id, data.state, PAGE);
  }

  /** @param {{version?: string}} data */
  _greet({ version }) {
    if (version) {
      const parts = (/** @type {string} */ text) => text.split(".").slice(0, 2).join(".");
      if (parts(version) !== parts(VERSION)) {
        this.lines.say(
          `This kernel has nbclaude ${version}, and this page its extension ${VERSION}. What both know works; update the older one for the rest.`, "warning");
      }
    }
    this._tell();
  }

  _end() {
    this.comm = null;
    this._waiting = [];
    this.names = new Set();
    this._tell();
  }

  _tell() {
    for (const each of this.lines.changed) each();
  }
}
