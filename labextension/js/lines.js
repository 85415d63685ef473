// @ts-check
// Talks to kernels: reports the cells with each execution, and accepts the line that nbclaude opens once it is loaded.

import { receiveOffer } from "./offers.js";
import { figuresNamed } from "./pictures.js";

export const VERSION = "0.1.0";
const LOAD = "%load_ext nbclaude";
const PAGE = Math.random().toString(36).slice(2); // several pages may show one notebook
const TARGET = "nbclaude";
const PAUSE = 250; // ms without typing before the kernel is asked for names
const ENDS = ["restarting", "autorestarting", "dead"];
const ABSENT = "nbclaude is not installed where this kernel runs. Run %pip install nbclaude in a cell, then try again.";
const LOADED = "nbclaude was not loaded in this kernel yet, so the new cell loads it first.";
const NEEDED = "'' if 'nbclaude' in getattr(getattr(get_ipython(), 'extension_manager', None), 'loaded', ()) else "
  + `'${LOAD}' if __import__('importlib.util').util.find_spec('nbclaude') else None`;

/** @param {Panel | null | undefined} panel */
export const kernelOf = (panel) => panel?.sessionContext?.session?.kernel ?? null;

/** Whether our commands apply: JupyterLab notes the language once it is known. @param {Panel | null} panel */
export function isPython(panel) {
  const noted = (name) => panel?.content?.model?.getMetadata?.(name);
  return Boolean(kernelOf(panel)) && /^i?python/i.test(noted("language_info")?.name ?? noted("kernelspec")?.language);
}

/** @param {Panel} panel @param {string} cell */
export const hasCell = (panel, cell) => panel.context.model.sharedModel.cells.some(({ id }) => id === cell);

/** @param {Tracker} tracker @param {(panel: Panel) => void} act */
export function eachPanel(tracker, act) {
  tracker.forEach(act);
  tracker.widgetAdded.connect((_, panel) => act(panel));
}

export class Lines {
  /** @type {WeakMap<Kernel, Line>} */
  #lines = new WeakMap();
  #said = new Map(); // ids of notifications

  /** @param {Tracker} tracker @param {Modules} modules */
  constructor(tracker, modules) {
    this.tracker = tracker;
    this.modules = modules;
    eachPanel(tracker, (panel) => {
      const take = () => {
        const kernel = kernelOf(panel);
        if (kernel && !this.#lines.has(kernel)) this.#lines.set(kernel, new Line(kernel, this));
      };
      panel.sessionContext.kernelChanged.connect(take);
      take();
    });
  }

  /** The line to a notebook's kernel, open or not. @param {Panel | null | undefined} panel */
  of(panel) {
    return this.#lines.get(/** @type {Kernel} */ (kernelOf(panel)));
  }

  /** The code to run before a magic: empty if loaded, null if not installed. @param {Panel} panel */
  async loading(panel) {
    const line = this.of(panel);
    // nbclaude may be loaded without a line: it is an older version, or another notebook of the page gets the comms.
    const needed = line && !line.comm ? await line.evaluate(NEEDED) : "";
    if (needed === "None") return this.say(ABSENT, "warning");
    if (needed.includes(LOAD)) this.say(LOADED);
    return needed.slice(1, -1); // without its quotes
  }

  /** Show a notification; it replaces an earlier one with the same text. @param {string} text */
  say(text, kind = "info") {
    const { Notification } = this.modules.apputils;
    if (this.#said.has(text)) Notification.dismiss(this.#said.get(text));
    this.#said.set(text, Notification.emit(text, kind, { autoClose: 8000 }));
    return null;
  }
}

/** The line to one kernel. It is the kernel that opens it. */
class Line {
  /** @type {Comm | null} */
  comm = null;
  lives = 0; // how often the kernel, or nbclaude in it, has ended
  asked = new Set(); // names that the kernel was asked about
  names = new Set(); // those that exist
  /** @type {object[]} */
  waiting = [];

  /** @param {Kernel} kernel @param {Lines} lines */
  constructor(kernel, lines) {
    this.kernel = kernel;
    this.lines = lines;
    kernel.statusChanged.connect(() => (ENDS.includes(kernel.status) ? this.end() : this.flush()));
    // Sent with the request itself: another thread of the kernel may receive a comm message earlier or later.
    const execute = kernel.requestExecute;
    kernel.requestExecute = (content, dispose, metadata) => {
      const panel = this.panels.find((each) => each.id === metadata?.nbclaude || hasCell(each, metadata?.cellId));
      const more = panel ? { ...metadata, nbclaude: told(panel, content.code) } : metadata;
      return execute.call(kernel, content, dispose, more);
    };
    if (!kernel.handleComms) return;
    kernel.registerCommTarget(TARGET, (comm, message) => this.open(comm, message.content.data));
    this.resume();
  }

  get panels() {
    return this.lines.tracker.filter((panel) => kernelOf(panel) === this.kernel);
  }

  // A reloaded page finds the line already open.
  async resume() {
    const reply = await this.kernel.requestCommInfo({ target_name: TARGET }).catch(() => null);
    const [id] = Object.keys(reply?.content.comms ?? {});
    if (!id || this.comm || this.kernel.hasComm(id)) return;
    this.open(this.kernel.createComm(TARGET, id));
    this.send({ do: "hello", version: VERSION });
  }

  /** @param {Comm} comm @param {any} [data] */
  open(comm, data) {
    this.comm = comm;
    comm.onMsg = (message) => this.receive(message.content.data);
    comm.onClose = () => this.end();
    this.greet(data?.version);
  }

  // Messages wait while a cell runs: otherwise the kernel would answer meanwhile, and be shown as idle.
  /** @param {object} data */
  send(data) {
    if (this.comm) this.waiting.push(data);
    this.flush();
  }

  flush() {
    if (this.kernel.status !== "busy") for (const data of this.waiting.splice(0)) this.comm?.send(data);
  }

  /** The repr of an expression's value; empty where there is none. @param {string} expression */
  async evaluate(expression) {
    const asked = { code: "", silent: true, user_expressions: { it: expression }, stop_on_error: false };
    const { content } = await this.kernel.requestExecute(asked).done;
    return content.user_expressions?.it?.data?.["text/plain"] ?? "";
  }

  /** Ask which names exist, once typing stops; from then on the kernel reports changes. @param {string[]} names */
  ask(names) {
    if (!this.comm || names.every((name) => this.asked.has(name))) return;
    for (const name of names) this.asked.add(name);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send({ do: "names", names: [...this.asked] }), PAUSE);
  }

  /** @param {any} data */
  receive(data) {
    if (data.do === "version") this.greet(data.version);
    if (data.do === "names") this.tell(data.names); // of all names that were ever asked about
    if (data.do !== "state") return;
    // Only the page that ran the cell acts on a wish.
    const state = data.state?.wish && data.state.page !== PAGE ? { ...data.state, wish: "" } : data.state;
    for (const panel of this.panels) receiveOffer(this, panel, data.id, state);
  }

  greet(version = VERSION) {
    const [theirs, ours] = [version, VERSION].map((text) => text.split(".", 2).join("."));
    if (theirs !== ours)
      this.lines.say(`This kernel has nbclaude ${version}, and this page its extension ${VERSION}. `
        + "They work together as far as both can; update the older one to use everything.", "warning");
    this.tell();
  }

  end() {
    this.lives += 1;
    this.comm = null;
    this.waiting = [];
    this.asked.clear();
    this.tell();
  }

  /** Let the editors mark the names that exist. @param {string[]} names */
  tell(names = []) {
    this.names = new Set(names);
    for (const { content } of this.panels) for (const { editor } of content.widgets) editor?.editor.dispatch({});
  }
}

/** What an execute request tells of the notebook. @param {Panel} panel @param {string} code */
function told(panel, code) {
  const { cells } = panel.context.model.sharedModel;
  return {
    version: VERSION, page: PAGE, notebook: panel.context.path, figures: figuresNamed(panel, code),
    cells: cells.map((cell) => cell.id), counts: cells.map((cell) => cell.execution_count ?? 0),
  };
}
