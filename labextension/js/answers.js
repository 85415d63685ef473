// @ts-check
// Keeps answers whole while they arrive. A front end drops what belongs to an output that was cleared, to a cell that was cut,
// or to a page that was reloaded. So we remember the pages of an answer while its cell runs; when it ends, we show the
// missing ones.

import { outputsOf } from "./cells.js";

export const ENDS = ["restarting", "autorestarting", "dead"]; // of kernels
const STORED = "nbclaude:answers";

/** @typedef {{ cell: string, kernel: string, pages: Record<string, any>, count?: number, isOver?: boolean }} Answer */

/** Running answers by the ids of their requests; a reloaded page continues with them. @type {Map<string, Answer>} */
const answers = new Map(JSON.parse(sessionStorage.getItem(STORED) ?? "[]"));
const stored = [...answers.keys()];
sessionStorage.removeItem(STORED);
window.addEventListener("pagehide", () => sessionStorage.setItem(
  STORED, JSON.stringify([...answers].filter(([, { isOver }]) => !isOver))));

const html = (/** @type {any} */ output) => output.data?.["text/html"];
const markOf = (/** @type {any} */ output) => output.metadata?.nbclaude ?? {};
const ofPage = (/** @type {string} */ id) => id.replace(/-\d+$/, ""); // the answer
const listens = (/** @type {CodeCell} */ cell, request) => cell.outputArea?.future?.msg?.header.msg_id === request;

/** The answers of one kernel, for the cells of its notebooks. */
export class Answers {
  heard = new Set(); // answers of which something has arrived

  /** @param {Kernel} kernel @param {() => Panel[]} panels */
  constructor(kernel, panels) {
    this.kernel = kernel;
    this.panels = panels;
    this.heard = new Set([...answers.values()].flatMap(({ pages }) => Object.keys(pages).map(ofPage)));
    kernel.iopubMessage.connect((_, message) => this.hear(message));
  }

  expect(/** @type {string} */ request, /** @type {string} */ cell) {
    answers.set(request, { cell, kernel: this.kernel.id, pages: {} });
  }

  hear({ header: { msg_type: type }, parent_header: { msg_id: request }, content }) {
    if (ENDS.includes(this.kernel.status)) return; // it may say how to continue, which this kernel cannot
    const id = content.transient?.display_id ?? "";
    const isPage = /display_data$/.test(type) && id.startsWith("nbclaude-");
    if (isPage) this.heard.add(ofPage(id));
    const answer = answers.get(request);
    if (!answer) return;
    if (type === "execute_input") answer.count = content.execution_count;
    if (type === "clear_output") answer.pages = {};
    if (isPage && (id in answer.pages || this.belongs(answer, request, type, content)))
      answer.pages[id] = { output_type: "display_data", data: content.data, metadata: content.metadata };
    if (type === "status" && content.execution_state === "idle") this.end(request);
  }

  /** Whether a page belongs to the cell: one that an Output widget captured does not. */
  belongs(/** @type {Answer} */ answer, request, type, content) {
    const cells = this.cells(answer);
    return !cells.some((cell) => listens(cell, request)) || (type === "display_data"
      && cells.some((cell) => outputsOf(cell).some((output) => html(output.toJSON()) === html(content))));
  }

  cells(/** @type {Answer} */ { cell }) {
    return this.panels().flatMap(({ content }) => content.widgets).filter(({ model }) => model?.id === cell);
  }

  end(/** @type {string} */ request) {
    const answer = answers.get(request);
    if (!answer || answer.kernel !== this.kernel.id) return;
    const [cell] = this.cells(answer);
    answer.isOver = true;
    if (!cell && Object.keys(answer.pages).length) return; // it was cut, and may be pasted
    answers.delete(request);
    if (cell) show(cell, answer, listens(cell, request));
  }

  /** End what was running when the page was reloaded, once the kernel has done everything it was asked to do. */
  endStored() {
    for (const request of stored) if (Object.keys(answers.get(request)?.pages ?? {}).length) this.end(request);
  }

  /** Show the answers of cells that have been pasted back. */
  endCut() {
    for (const [request, answer] of answers) if (answer.isOver && this.cells(answer).length) this.end(request);
  }

  /** Forget what has run: the kernel has ended. */
  forget() {
    this.heard.clear();
    for (const [request, { kernel }] of answers) if (kernel === this.kernel.id) this.end(request);
  }
}

/** Show the pages that are missing, above what else the cell shows. */
function show(/** @type {CodeCell} */ { model }, /** @type {Answer} */ { pages, count }, /** @type {boolean} */ isHeard) {
  const [shown, there] = [Object.values(pages).filter(html), outputsOf({ model }).map((output) => output.toJSON())];
  const isIn = (page, outputs) => outputs.some((output) => {
    const [one, other] = [markOf(page), markOf(output)];
    return one.answer && other.answer ? one.answer === other.answer && one.page === other.page : html(page) === html(output);
  });
  if (shown.every((page) => there.some((output) => html(output) === html(page)))) return;
  if (!isHeard && count) model.executionCount = count;
  const isOfRun = isHeard || there.some((output) => markOf(output).open || isIn(output, shown)); // and of no earlier one
  const others = isOfRun ? there.filter((output) => !markOf(output).open && !isIn(output, shown)) : [];
  model.outputs.clear();
  for (const output of [...shown, ...others]) model.outputs.add(output);
}
