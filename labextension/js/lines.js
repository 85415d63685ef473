// @ts-check
// Talks to kernels: reports the cells with each execution, and accepts the line that nbclaude opens once it is loaded.

import { receiveRun, reportRuns, showOutputs } from "./answers.js";
import { cellIn, cellsNamed, hasCell } from "./cells.js";
import { receiveOffer } from "./offers.js";
import { apputils } from "./shared.js";

export const VERSION = "0.1.0";
const TARGET = "nbclaude";
const PAGE = Math.random().toString(36).slice(2); // several pages may show one notebook
const PAUSE = 250; // ms without typing before the kernel is asked for references
const ENDS = ["restarting", "autorestarting", "dead"]; // of kernels
const BUSY_CLASS = "nbclaude-busy"; // for notebooks in which more may arrive: in others, unfinished answers stay unfinished

const LOAD = "%load_ext nbclaude";
const NEEDED = "'' if 'nbclaude' in getattr(getattr(get_ipython(), 'extension_manager', None), 'loaded', ()) else "
  + `'${LOAD}' if __import__('importlib.util').util.find_spec('nbclaude') else None`;
const ABSENT = "nbclaude is not installed where this kernel runs. Run %pip install nbclaude in a cell, then try again.";
export const READ_ONLY = "This notebook is read-only.";
const BUSY = "The kernel is busy. The command will run when it is idle.";
const LOADED = "nbclaude was not loaded in this kernel yet, so a new cell loads it first.";

export const kernelOf = (/** @type {Panel | null | undefined} */ panel) => panel?.sessionContext.session?.kernel;

/** Whether our commands apply: once the language is known, so is the type of the code. @param {Panel | null} panel */
export const isPython = (panel) => Boolean(kernelOf(panel)) && /python/.test(panel?.content.codeMimetype ?? "");

export const say = (text, kind = "info") => void apputils.Notification.emit(text, kind, { autoClose: 8000 });

/** Let the editor of a cell mark the references. @param {CodeCell | undefined} cell */
const mark = (cell) => cell?.editor?.editor.dispatch({});

const lines = /** @type {WeakMap<Kernel, Line>} */ (new WeakMap());

const ownLine = (/** @type {Panel | null | undefined} */ panel) => lines.get(/** @type {Kernel} */ (kernelOf(panel)));

// If several notebooks in a page share a kernel, only one of them has the comm.
/** The line to a notebook's kernel, open or not. @param {Panel | null | undefined} panel */
export const lineOf = (panel) => ownLine(panel)?.panels().map(ownLine).find((line) => line?.comm) ?? ownLine(panel);

/** Follow the kernels of notebooks; `look` at a notebook once it is there, and its kernel and language are known. */
export function followKernels(/** @type {Tracker} */ tracker, /** @type {(panel: Panel) => void} */ look) {
  tracker.widgetAdded.connect((_, panel) => {
    const again = () => look(panel);
    panel.sessionContext.kernelChanged.connect(() => {
      const kernel = kernelOf(panel);
      panel.node.classList.remove(BUSY_CLASS);
      if (kernel && !lines.has(kernel)) lines.set(kernel, new Line(kernel, tracker));
      again();
    });
    panel.context.model.metadataChanged.connect(again);
    panel.revealed.then(again);
    panel.content.modelContentChanged.connect(() => queueMicrotask(reportRuns));
  });
}

// nbclaude may be loaded without a line: it is an older version, or another notebook of the page gets the comms.
/** The code to run before a magic: empty if loaded, undefined if not installed. @param {Panel} panel */
export async function loading(panel) {
  const line = lineOf(panel);
  if (!line || line.comm) return "";
  if (line.kernel.status === "busy") say(BUSY);
  const asked = { code: "", silent: true, user_expressions: { it: NEEDED }, stop_on_error: false };
  const { content } = await line.kernel.requestExecute(asked).done;
  const needed = content.user_expressions?.it?.data?.["text/plain"] ?? "";
  if (needed === "None") return say(ABSENT, "warning");
  if (needed.includes(LOAD)) say(LOADED);
  return needed.slice(1, -1); // without its quotes
}

/** The line to one kernel. It is the kernel that opens it. */
class Line {
  comm = /** @type {Comm | null} */ (null);
  panel = /** @type {any} */ (null); // that of the side bar: it ends with the kernel, or with nbclaude in it
  prompts = /** @type {Map<string, { text: string, found?: number[][] }>} */ (new Map()); // as the kernel was last asked
  news = /** @type {Record<string, string>} */ ({}); // prompts to ask about
  running = 0; // requests of this page
  done = /** @type {Promise<any>} */ (Promise.resolve()); // when they have ended

  constructor(/** @type {Kernel} */ kernel, /** @type {Tracker} */ tracker) {
    this.kernel = kernel;
    this.panels = () => tracker.filter((panel) => kernelOf(panel)?.id === kernel.id);
    kernel.statusChanged.connect(() => {
      if (ENDS.includes(kernel.status)) this.end();
      this.follow();
    });
    // Sent with the request itself: another thread of the kernel may receive a comm message earlier or later.
    const execute = kernel.requestExecute;
    kernel.requestExecute = (content, dispose, metadata) => {
      const panel = this.panels().find((each) => each.id === metadata?.nbclaude || hasCell(each, metadata?.cellId));
      const more = panel ? { ...metadata, nbclaude: told(panel, content.code) } : metadata;
      const future = execute.call(kernel, content, dispose, more);
      this.running += 1;
      this.done = Promise.allSettled([this.done, future.done]).then(() => {
        this.running -= 1;
        this.follow();
      });
      return future;
    };
    this.follow();
    if (!kernel.handleComms) return;
    kernel.registerCommTarget(TARGET, (comm) => this.open(comm));
    // A reloaded page finds the line already open. The kernel answers when it has run what it was asked to run before.
    kernel.requestCommInfo({ target_name: TARGET }).then(({ content }) => {
      const [id] = Object.keys(content.comms ?? {});
      if (!id || this.comm || kernel.hasComm(id)) return;
      this.open(kernel.createComm(TARGET, id));
      this.send({ do: "hello", version: VERSION });
    }, () => {});
  }

  // With subshells, a kernel that runs a cell may report that it is idle.
  /** Let the style sheet know whether more may arrive. */
  follow() {
    const { kernel: { status }, running } = this;
    const isBusy = !ENDS.includes(status) && (status !== "idle" || running > 0);
    for (const { node } of this.panels()) node.classList.toggle(BUSY_CLASS, isBusy);
  }

  open(/** @type {Comm} */ comm) {
    this.comm = comm;
    comm.onMsg = (message) => this.receive(message.content.data);
    comm.onClose = () => this.end();
    this.markAll();
  }

  // Messages wait until cells have run: otherwise the kernel would answer while they run, and look idle.
  send(/** @type {object} */ data) {
    const { comm } = this;
    this.done.then(() => comm === this.comm && comm?.send(data));
  }

  /** Return where a prompt has references. The kernel is asked once typing stops; from then on it reports changes. */
  referencesIn(/** @type {string} */ cell, /** @type {string} */ text) {
    const asked = this.prompts.get(cell);
    if (asked?.text === text) return asked.found;
    this.prompts.set(cell, { text });
    this.news[cell] = text; // what arrives in the meantime may be about an earlier text
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.send({ do: "references", cells: this.news });
      this.news = {};
    }, PAUSE);
  }

  receive(data) {
    const { do: kind, cells = {}, page = PAGE, id, state } = data;
    if (kind === "say") say(data.text, "warning");
    for (const cell in cells) {
      Object.assign(this.prompts.get(cell) ?? {}, { found: cells[cell] });
      mark(cellIn(this.panels(), cell));
    }
    if (kind === "shown" && page === PAGE) receiveRun(this, data);
    if (kind === "outputs") showOutputs(this, data);
    if (kind !== "state") return;
    if (state?.wish && state.page !== PAGE) state.wish = ""; // only the page that ran the cell acts on it
    for (const panel of this.panels()) receiveOffer(this, panel, id, state);
  }

  end() {
    Object.assign(this, { comm: null, panel: null, news: {} });
    this.prompts.clear();
    this.markAll();
  }

  markAll() {
    for (const { content } of this.panels()) content.widgets.forEach(mark);
  }
}

/** What an execute request tells of the notebook. @param {Panel} panel @param {string} code */
function told(panel, code) {
  const { cells } = panel.context.model.sharedModel;
  return {
    version: VERSION, page: PAGE, notebook: panel.context.path, handed: cellsNamed(panel, code),
    cells: cells.map((cell) => cell.id), counts: cells.map((cell) => cell.execution_count ?? 0),
  };
}
