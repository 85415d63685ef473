// @ts-check
// Reads and adds cells of a notebook, and passes to the kernel those that a prompt names by their numbers.

const PICTURE = /^(?:image\/|application\/(?:pdf$|vnd\.(?:plotly|vega|bokehjs_exec)))/;
const NAMED = /--(?:cell[ \t=]+["']?(?:In\[)?|(?:cells|fig)[ \t=]+["']?In\[)(\d+)/g;
const MOST = 6_000_000; // characters: a server closes a connection that brings much larger messages

export const hasCell = (/** @type {Panel} */ panel, cell) => panel.context.model.sharedModel.cells
  .some(({ id }) => id === cell);

export const cellIn = (/** @type {Panel[]} */ panels, id) => panels.flatMap(({ content }) => content.widgets)
  .find(({ model }) => model?.id === id);

export const insert = (/** @type {Panel} */ panel, index, source) => panel.context.model.sharedModel
  .insertCell(index, { cell_type: "code", source, metadata: { trusted: true } });

/** @param {Pick<CodeCell, "model"> | null | undefined} cell @returns {any[]} */
export const outputsOf = (cell) => Array.from({ length: cell?.model?.outputs?.length ?? 0 },
  (_, index) => cell?.model.outputs.get(index));

// The kernel also recognizes figures that the MIME type does not reveal: HTML charts and maps, widgets.
/** Return how many figures an output shows, as far as the page knows. */
export const figuresIn = ({ metadata, data = {} }) => metadata?.nbclaude?.figures
  ?? Number(Object.keys(data).some((type) => PICTURE.test(type)));

/** The cells that a prompt names, since the kernel may not have seen them. @param {Panel} panel @param {string} code */
export function cellsNamed(panel, code) {
  const numbers = new Set([...code.matchAll(NAMED)].map(([, number]) => Number(number)));
  let left = MOST;
  const passedOn = (output) => {
    const passed = output.toJSON();
    left -= JSON.stringify(passed).length;
    return left < 0 ? null : passed;
  };
  return panel.content.widgets.filter(({ model }) => numbers.has(model.executionCount)).map((cell) => ({
    cell: cell.model.id, source: cell.model.sharedModel.getSource(), outputs: outputsOf(cell).map(passedOn),
  }));
}

/** Turn a code block into a cell: the renderer says which lines of a session were typed, and which magic runs the code. */
export function cellOfBlock(/** @type {string} */ classes, /** @type {string} */ text) {
  const [magic, typed] = ["magic", "typed"].map((name) => classes.match(`\\b${name}-(\\S+)`)?.[1].split("-"));
  const lines = text.replace(/^\n+|\n+$/g, "").split("\n");
  const code = typed?.map((number) => lines[Number(number)].replace(/^\S+ ?/, "")) ?? lines;
  return [...(magic ? [`%%${magic.join(" ")}`] : []), ...code].join("\n");
}
