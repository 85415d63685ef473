// @ts-check
// Makes a cell of a code block, as nbclaude/edits/blocks.py does, from the same table of languages.

const { python, shells, magics } = await (await fetch(new URL("../languages.json", import.meta.url))).json();

/** Add the magic of a language other than Python; keep only the typed lines of a session. */
export function cellOfBlock(/** @type {string} */ language, /** @type {string} */ text) {
  const tag = (/[\w+#-]+/.exec(language.replace(/^[{.\s]*/, ""))?.[0] ?? "").toLowerCase();
  const lines = text.replace(/^\n+|\n+$/g, "").split("\n");
  const sign = python.includes(tag) ? /^(?:>>>|\.\.\.)(?: |$)/ : shells.includes(tag) ? /^\$ / : null;
  const typed = sign?.test(lines[0]) ? lines.filter((line) => sign.test(line)) : lines;
  const source = typed.map((line) => (sign && typed !== lines ? line.replace(sign, "") : line)).join("\n");
  const isWhole = source.trimStart().startsWith("%%") || (["html", "svg"].includes(tag) && !source.trim());
  return magics[tag] && !isWhole ? `%%${magics[tag]}\n${source}` : source;
}
