// @ts-check
// Makes a cell of a code block, as nbclaude/edits/blocks.py does.

// By the language of a block: the cell magic that runs it.
const MAGICS = {
  "bash": "bash", "sh": "sh", "shell": "bash", "zsh": "script zsh", "console": "bash", "sql": "sql", "sqlite": "sql",
  "postgresql": "sql", "mysql": "sql", "html": "html", "svg": "svg", "javascript": "javascript", "js": "javascript", "r": "R",
  "latex": "latex", "tex": "latex", "markdown": "markdown", "md": "markdown", "perl": "perl", "ruby": "ruby", "rb": "ruby",
  "cython": "cython", "julia": "julia"
};
const PYTHON = ["", "python", "py", "python3", "py3", "ipython", "ipython3", "jupyter", "pycon", "sage", "cython3"];
const SHELLS = ["bash", "sh", "shell", "zsh", "console"];

/** The code of a block as a cell: what is not Python gets its magic, and of a session only what was typed. @param {string} language @param {string} text */
export function cellOfBlock(language, text) {
  const tag = (/[\w+#-]+/.exec(language.replace(/^[{.\s]*/, ""))?.[0] ?? "").toLowerCase();
  let source = text.replace(/^\n+|\n+$/g, "");
  const lines = source.split("\n");
  const prompt = /^(>>>|\.\.\.)(?: |$)/;
  if (PYTHON.includes(tag) && prompt.test(lines[0]))
    source = lines.filter((line) => prompt.test(line)).map((line) => line.replace(prompt, "")).join("\n");
  else if (SHELLS.includes(tag) && lines[0].startsWith("$ "))
    source = lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2)).join("\n");
  const magic = MAGICS[tag];
  if (!magic || source.trimStart().startsWith("%%") || (["html", "svg"].includes(tag) && !source.trim())) return source;
  return `%%${magic}\n${source}`;
}
