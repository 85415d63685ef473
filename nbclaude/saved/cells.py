"""Cells of a notebook's file: which of their outputs and pictures a front end shows, and which cells it folds away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

__all__ = ["Cell", "bundle_of", "cells_of", "joined"]

_MARKUP = ("text/html", "text/markdown", "image/svg+xml")
# Media types that are shown in preference to a picture beside them; so are all vendor-specific ones.
_RICHER = frozenset(["text/html", "text/markdown", "text/latex", "application/javascript", "image/svg+xml"])
_SHOWN = ("display_data", "execute_result")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s|<h([1-6])\b", re.IGNORECASE)
_ATTACHMENT = re.compile(r"attachment:([^\s)\"'>]+)")
_MAX_OUTPUTS = 50  # JupyterLab hides what comes after them


@dataclass(frozen=True)
class Cell:
    """A cell of the file: what it is called in sentences, its id, source, and the outputs that show data."""

    name: str
    id: str
    source: str
    outputs: tuple[Mapping[str, Any], ...] = field(repr=False)
    attachments: Mapping[str, Any] = field(repr=False, default_factory=dict)
    is_collapsed: bool = False
    is_markdown: bool = False

    @property
    def markup(self) -> Iterator[str]:
        """The parts of the cell that a browser may treat as HTML."""
        if self.is_markdown:
            yield self.source
        for output in self.outputs:
            for kind in _MARKUP:
                yield joined(bundle_of(output).get(kind))

    @property
    def pictures(self) -> Iterator[str]:
        """The pictures that it shows by themselves, in base64: its outputs, and the attachments that its text names."""
        named = {unquote(name) for name in _ATTACHMENT.findall(self.source)} if self.attachments else ()
        for name in named:
            bundle = self.attachments.get(name)
            yield from _pictures(bundle if isinstance(bundle, Mapping) else {})
        for output in self.outputs:
            bundle = bundle_of(output)
            if not any(kind in _RICHER or "vnd." in kind for kind in bundle):
                yield from _pictures(bundle)


def cells_of(cells: Iterable[object]) -> Iterator[Cell]:
    """Read the cells of a notebook. Those under a heading that is folded count as collapsed."""
    folded = 0
    for number, each in enumerate(cells, 1):
        if not isinstance(each, Mapping):
            continue
        cell = _cell(number, each)
        level = _level(cell) if cell.is_markdown else 0
        if level and level <= folded:
            folded = 0
        yield replace(cell, is_collapsed=cell.is_collapsed or folded > 0)
        if level and _metadata(each).get(
            "jp-MarkdownHeadingCollapsed", _metadata(each).get("heading_collapsed")
        ):
            folded = min(level, folded or level)


def bundle_of(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the data of an output, by media type."""
    data = output.get("data")
    return data if isinstance(data, Mapping) else {}


def joined(value: object) -> str:
    """Return a text from a notebook, which may be stored as a list of lines."""
    if isinstance(value, list):
        return "".join(str(each) for each in value)
    return value if isinstance(value, str) else ""


def _pictures(bundle: Mapping[str, Any]) -> Iterator[str]:
    for kind, value in bundle.items():
        if str(kind).startswith("image/"):
            yield "".join(joined(value).split())


def _cell(number: int, cell: Mapping[str, Any]) -> Cell:
    count = cell.get("execution_count")
    written = cell.get("outputs")
    outputs = [each for each in written if isinstance(each, Mapping)] if isinstance(written, list) else []
    attachments = cell.get("attachments")
    is_code = cell.get("cell_type") == "code"
    return Cell(
        f"cell [{count}]" if type(count) is int else f"the cell at place {number}",
        str(cell.get("id") or ""),
        joined(cell.get("source")),
        tuple(each for each in outputs if is_code and each.get("output_type") in _SHOWN),
        attachments if isinstance(attachments, Mapping) else {},
        _is_collapsed(cell) or len(outputs) > _MAX_OUTPUTS,
        cell.get("cell_type") == "markdown",
    )


def _level(cell: Cell) -> int:
    """Return the level of the heading that a Markdown cell begins with; 0 if it has none."""
    found = _HEADING.match(cell.source)
    return len(found[1] or "") or int(found[2]) if found else 0


def _metadata(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _is_collapsed(cell: Mapping[str, Any]) -> bool:
    """Tell whether the cell's metadata hides its source or its outputs."""
    metadata = _metadata(cell)
    jupyter = metadata.get("jupyter")
    flags = {**metadata, **(jupyter if isinstance(jupyter, Mapping) else {})}
    tags = metadata.get("tags")
    hides = isinstance(tags, list) and any(
        isinstance(tag, str) and tag.startswith(("hide", "remove")) for tag in tags
    )
    return hides or any(
        flags.get(name) is True
        for name in ("collapsed", "source_hidden", "outputs_hidden", "hide_input", "hide_output")
    )
