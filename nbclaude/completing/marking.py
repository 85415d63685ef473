"""Finds the references in the source of a cell that asks, for a front end that marks them while they are typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbclaude.context.references.replacing import find_references, is_kept
from nbclaude.notebook import ABOVE_MAGIC
from nbclaude.options import parse_line

__all__ = ["references_in"]

_CELL = re.compile(rf"{ABOVE_MAGIC}%%claude(?=[ \t\n]|$)(?P<line>[^\n]*)(?:\n|$)")


def references_in(source: str, namespace: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return where references will be replaced: pairs of positions in UTF-16 code units, as JavaScript counts.

    `source` is a whole cell; one that is not a `%%claude` cell has no references. Nothing is evaluated.
    """
    start = _prompt_start(source)
    if start is None:
        return []
    found = find_references(source[start:], namespace, unfinished=True)
    places = [
        (start + each.start, start + each.end)
        for each in found
        if not (each.literal or is_kept(each, namespace))
    ]
    return [(_units(source[:first]), _units(source[:last])) for first, last in places]


def _prompt_start(source: str) -> int | None:
    """Return where the prompt begins; None if nothing in the cell is replaced."""
    cell = _CELL.match(source)
    if cell is None:
        return None
    try:
        options, prompt = parse_line(cell["line"])
    except Exception:  # the line is wrong or unfinished, but it is still being typed
        return None
    if options.raw:
        return None
    return cell.end("line") - len(prompt) if prompt.strip() else cell.end()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
