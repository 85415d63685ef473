// @ts-check
// Knows which outputs are pictures, and passes to the kernel those that a prompt names by cell number.

// Figures drawn by scripts (bokeh) also count as pictures, but are not passed on: that would mean running them.
const PICTURE = /^(?:image\/|application\/(?:pdf$|vnd\.(?:plotly|vega|bokehjs_exec)))/;
const SCRIPT = /bokehjs/;
const NAMED = /--fig[ \t=]+["']?In\[(\d+)\]/g;
const MOST = 6_000_000; // characters: a server ends a connection on which much larger messages come

/** @param {CodeCell | null | undefined} cell @returns {any[]} */
export function outputsOf(cell) {
  const outputs = cell?.model?.outputs;
  return Array.from({ length: outputs?.length ?? 0 }, (_, index) => outputs?.get(index));
}

export const isPicture = (output) => Object.keys(output.data ?? {}).some((type) => PICTURE.test(type));

/** Pictures of the cells that a prompt names; the kernel may lack them. @param {Panel} panel @param {string} code */
export function figuresNamed(panel, code) {
  const numbers = new Set([...code.matchAll(NAMED)].map(([, number]) => Number(number)));
  let left = MOST;
  return panel.content.widgets.filter(({ model }) => numbers.has(model.executionCount)).flatMap((cell) =>
    outputsOf(cell).filter(isPicture).map((output) => {
      const { data, metadata } = output.toJSON();
      const pictures = Object.entries(data).filter(([type]) => PICTURE.test(type) && !SCRIPT.test(type));
      left -= JSON.stringify(pictures).length;
      return { cell: cell.model.id, data: left < 0 ? null : Object.fromEntries(pictures), metadata };
    }));
}
