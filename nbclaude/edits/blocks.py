"""Makes cells of the code blocks of an answer: with the cell magic that their language needs, and the one that was asked for."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Container, Mapping, Sequence
from pathlib import Path

from nbclaude.edits.python_cells import cell_magic_of, is_python_magic
from nbclaude.notebook import OUR_CELL

__all__ = ["cell_of_block", "corrected_cell", "is_runnable", "missing_extension"]

# The front end uses the same table to turn blocks into cells.
_LANGUAGES = json.loads(Path(__file__).with_name("languages.json").read_text("utf-8"))
_PYTHON: frozenset[str] = frozenset(_LANGUAGES["python"])
_MAGICS: Mapping[str, str] = _LANGUAGES["magics"]  # by the language of a block: the cell magic that runs it
_SHELLS: frozenset[str] = frozenset(_LANGUAGES["shells"])
# Cell magics that are not IPython's own, and what loads them.
_EXTENSIONS = {"sql": "sql", "R": "rpy2.ipython", "cython": "Cython", "julia": "julia.magic"}
# What is shown of a session is not typed: the signs before the input go, and what the session has answered.
_PROMPT = re.compile(r"(>>>|\.\.\.)(?: |$)")
_CONSOLE = re.compile(r"\$ ")


def cell_of_block(language: str, source: str) -> str:
    """Return the code of a block as a cell: what is not Python gets the cell magic of its language."""
    tag = _tag(language)
    source = source.strip("\n")
    source = _typed(tag, source)
    magic = _MAGICS.get(tag)
    if magic is None or source.lstrip().startswith("%%"):
        return source
    if tag in ("html", "svg") and not source.strip():
        return source
    return f"%%{magic}\n{source}"


def is_runnable(language: str) -> bool:
    """Tell whether a block in this language can run as a cell: Python, or what a cell magic runs."""
    tag = _tag(language)
    return tag in _PYTHON or tag in _MAGICS


def missing_extension(source: str, known: Container[str]) -> str:
    """Return the extension that has the cell magic of this cell, if the shell does not know it: `rpy2.ipython` for `%%R`."""
    name, _ = cell_magic_of(source)
    return "" if name in known else _EXTENSIONS.get(name, "")


def _tag(language: str) -> str:
    """Return the language without what some models write around it: `{python}`, `python,ignore`."""
    found = re.match(r"[{.\s]*([\w+#-]*)", language)
    return found[1].lower() if found else ""


def _typed(tag: str, source: str) -> str:
    lines = source.split("\n")
    if tag in _PYTHON and _PROMPT.match(lines[0]):
        typed = [_PROMPT.sub("", line, count=1) for line in lines if _PROMPT.match(line)]
        return "\n".join(typed)
    if tag in _SHELLS and _CONSOLE.match(lines[0]):
        return "\n".join(line[2:] for line in lines if _CONSOLE.match(line))
    return source


def corrected_cell(blocks: Sequence[tuple[str, str]], before: str) -> str | None:
    """Return the one cell among an answer's code blocks, as (language, source), that is to take the place of `before`.

    None if there is none. Of several it is the one most like the old cell. A block without the cell magic of the old cell
    gets it back if its language says that it is the same code.
    """
    found = (_in_place_of(before, language, source) for language, source in blocks if source.strip())
    cells = [cell for cell in found if cell is not None]
    if len(cells) < 2:
        return cells[0] if cells else None
    likeness = [difflib.SequenceMatcher(None, before[:20_000], cell[:20_000]).ratio() for cell in cells]
    best = max(likeness)
    return next(cell for cell, like in zip(cells, likeness, strict=True) if like == best)


def _in_place_of(before: str, language: str, source: str) -> str | None:
    """Return a block as a cell in the place of another one; None for what is in another language."""
    # Some models repeat the line that asked; the new cell must not ask again.
    tag, source = _tag(language), _without_asking(source).strip("\n")
    magic, line = cell_magic_of(before)
    own, _ = cell_magic_of(source)
    if own:
        return source
    source = _typed(tag, source)
    if not magic:
        return source if tag in _PYTHON else None
    if is_python_magic(magic):
        # It may have been left out on purpose: the check says so.
        return source if tag in _PYTHON else None
    if tag in _PYTHON - {""}:
        return source
    return f"{line}\n{source}" if not tag or _is_language_of(tag, magic) else None


def _without_asking(source: str) -> str:
    first, _, rest = source.lstrip("\n").partition("\n")
    return rest if OUR_CELL.match(first) else source


def _is_language_of(tag: str, magic: str) -> bool:
    if tag in _SHELLS:
        return magic in ("bash", "sh", "script", "system", "sx", "!")
    return tag in magic.lower() or _MAGICS.get(tag, "").lower() == magic.lower()
