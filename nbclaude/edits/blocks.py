"""Makes cells of the code blocks of an answer: with the cell magic that their language needs, and the one that was asked for."""

from __future__ import annotations

import difflib
from collections.abc import Container, Sequence

from nbclaude.edits.python_cells import cell_magic_of, is_python_magic
from nbclaude.notebook import OUR_CELL
from nbclaude.render.block_cells import MAGICS, PYTHON, SHELLS, language_tag, magic_of, typed_source

__all__ = ["cell_of_block", "corrected_cell", "is_runnable", "missing_extension"]

# Cell magics that are not IPython's own, and what loads them.
_EXTENSIONS = {"sql": "sql", "R": "rpy2.ipython", "cython": "Cython", "julia": "julia.magic"}


def cell_of_block(language: str, source: str) -> str:
    """Return the code of a block as a cell: what is not Python gets the cell magic of its language."""
    tag = language_tag(language)
    source = typed_source(tag, source.strip("\n"))
    magic = magic_of(tag, source)
    return f"%%{magic}\n{source}" if magic else source


def is_runnable(language: str) -> bool:
    """Tell whether a block in this language can run as a cell: Python, or what a cell magic runs."""
    tag = language_tag(language)
    return tag in PYTHON or tag in MAGICS


def missing_extension(source: str, known: Container[str]) -> str:
    """Return the extension that has the cell magic of this cell, if the shell does not know it: `rpy2.ipython` for `%%R`."""
    name, _ = cell_magic_of(source)
    return "" if name in known else _EXTENSIONS.get(name, "")


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
    tag, source = language_tag(language), _without_asking(source).strip("\n")
    magic, line = cell_magic_of(before)
    own, _ = cell_magic_of(source)
    if own:
        return source
    source = typed_source(tag, source)
    if not magic:
        return source if tag in PYTHON else None
    if is_python_magic(magic):
        # It may have been left out on purpose: the check says so.
        return source if tag in PYTHON else None
    if tag in PYTHON - {""}:
        return source
    return f"{line}\n{source}" if not tag or _is_language_of(tag, magic) else None


def _without_asking(source: str) -> str:
    first, _, rest = source.lstrip("\n").partition("\n")
    return rest if OUR_CELL.match(first) else source


def _is_language_of(tag: str, magic: str) -> bool:
    if tag in SHELLS:
        return magic in ("bash", "sh", "script", "system", "sx", "!")
    return tag in magic.lower() or MAGICS.get(tag, "").lower() == magic.lower()
