// @ts-check
// Reads and adds cells of a notebook, and passes to the kernel those that a prompt names by their numbers.

const PICTURE = /^(?:image\/|application\/(?:pdf$|vnd\.(?:plotly|vega|bokehjs_exec)))/;
const NAMED = /--(?:cell[ \t=]+["']?(?:In\[)?|(?:cells|fig)[ \t=]+["']?In\[)(\d+)/g;
const AREA = "jp-OutputArea";
const MOST = 6_000_000; // characters: a server closes a connection that brings much larger messages

/** @param {Panel} panel @param {string} cell */
export const hasCell = (panel, cell) => panel.context.model.sharedModel.cells.some(({ id }) => id === cell);

/** @param {Panel[]} panels @param {string} cell */
export const cellIn = (panels, cell) => panels.flatMap(({ content }) => content.widgets).find(({ model }) => model?.id === cell);

/** @param {Panel} panel @param {number} index @param {string} source */
export const insert = (panel, index, source) => panel.context.model.sharedModel
  .insertCell(index, { cell_type: "code", source, metadata: { trusted: true } });

/** @param {{ length: number, get(index: number): any } | undefined} model @returns {any[]} */
const listed = (model) => Array.from({ length: model?.length ?? 0 }, (_, index) => model?.get(index));

export const outputsOf = (/** @type {Pick<CodeCell, "model"> | null | undefined} */ cell) => listed(cell?.model?.outputs);

// The kernel also recognizes figures that the MIME type does not reveal: HTML charts and maps, widgets.
/** Return how many figures an output shows, as far as the page knows. */
export const figuresIn = ({ metadata, data = {} }) => metadata?.nbclaude?.figures
  ?? Number(Object.keys(data).some((type) => PICTURE.test(type)));

/** @returns {any[]} the areas of the Output widgets below a widget */
const areasIn = (widget) => [...widget?.children() ?? []].flatMap((each) => (each.hasClass(AREA) ? each : areasIn(each)));

/** List what a cell shows from top to bottom, including what Output widgets hold: outputs and, if drawn, their nodes. */
export const shownIn = (cell, area = cell?.outputArea, model = cell?.model?.outputs) => listed(model).flatMap((output, index) => {
  const widget = area?.widgets[index];
  const within = figuresIn(output) ? [] : areasIn(widget);
  return [{ output, node: widget?.node }, ...within.flatMap((each) => shownIn(null, each, each.model))];
});

/** The cells that a prompt names, since the kernel may not have seen them. @param {Panel} panel @param {string} code */
export function cellsNamed(panel, code) {
  const numbers = new Set([...code.matchAll(NAMED)].map(([, number]) => Number(number)));
  let left = MOST;
  const fits = (passed) => (left -= JSON.stringify(passed).length) >= 0;
  return panel.content.widgets.filter(({ model }) => numbers.has(model.executionCount)).map((cell) => ({
    cell: cell.model.id, source: cell.model.sharedModel.getSource(),
    outputs: shownIn(cell).map(({ output }) => output.toJSON()).map((passed) => (fits(passed) ? passed : null)),
  }));
}

/** Turn a code block into a cell: the renderer says which lines of a session were typed, and which magic runs the code. */
export function cellOfBlock(/** @type {string} */ classes, /** @type {string} */ text) {
  const [magic, typed] = ["magic", "typed"].map((name) => classes.match(`\\b${name}-(\\S+)`)?.[1].split("-"));
  const lines = text.replace(/^\n+|\n+$/g, "").split("\n");
  const code = typed?.map((number) => lines[Number(number)].replace(/^\S+ ?/, "")) ?? lines;
  return [...(magic ? [`%%${magic.join(" ")}`] : []), ...code].join("\n");
}
