"""Reads a notebook's file: its cells, the answers saved in their outputs, and the pictures it holds, by their hashes."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbclaude.cleaning import identifier
from nbclaude.errors import ConfigurationError
from nbclaude.output.marks import KEY, VERSION
from nbclaude.saved.json_file import json_of_file
from nbclaude.saved.packing import sha256
from nbclaude.saved.styles import may_hide
from nbclaude.saved.visible import View

__all__ = ["Cell", "NotebookFile", "SavedAnswer", "joined", "read_notebook", "strip_notebook"]

MAX_BYTES = 500_000_000
_FORMAT = 4
_KINDS = frozenset(["text/html", "text/markdown", "text/plain"])
_MARKUP = ("text/html", "text/markdown", "image/svg+xml")
_DATA = re.compile(r"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class Cell:
    """A cell of the file: what it is called in sentences, its id, source and outputs."""

    name: str
    id: str
    source: str
    outputs: tuple[Mapping[str, Any], ...] = field(repr=False)
    attachments: Mapping[str, Any] = field(repr=False, default_factory=dict)
    is_collapsed: bool = False
    is_markdown: bool = False

    @property
    def markup(self) -> Iterator[str]:
        """The parts of the cell that a browser may take for HTML."""
        if self.is_markdown:
            yield self.source
        for output in self.outputs:
            data = output.get("data")
            bundle = data if isinstance(data, Mapping) else {}
            for kind in _MARKUP:
                yield joined(bundle.get(kind))


@dataclass(frozen=True)
class SavedAnswer:
    """An answer of the file: its record, its cell, and the Markdown and HTML of its pages by their numbers."""

    record: Mapping[str, Any]
    cell: Cell
    pages: Mapping[int, str]
    view: View

    @property
    def saved(self) -> str:
        """When it was saved, as the record says; it sorts by time."""
        return identifier(str(self.record.get("saved") or ""), 40)

    @property
    def states(self) -> list[Mapping[str, Any]]:
        """How conversations stood after it."""
        return [each for each in _list(self.record.get("conversations")) if isinstance(each, Mapping)]

    @property
    def turns(self) -> list[Mapping[str, Any]]:
        """The turns that it has made."""
        return [each for each in _list(self.record.get("turns")) if isinstance(each, Mapping)]


class NotebookFile:
    """A notebook as its file has it."""

    def __init__(self, path: Path, cells: Iterable[Cell]) -> None:
        self.path = path
        self.cells = tuple(cells)
        self.newer = 0
        """How many records were written by a later version of the format."""
        self.answers = tuple(answer for cell in self.cells for answer in self._answers(cell))
        self._images: dict[str, bytes] | None = None

    @property
    def is_stripped(self) -> bool:
        """Whether cells ask in it, and no cell has any output: a tool has taken them out."""
        asks = any("%claude" in cell.source for cell in self.cells)
        return asks and not any(cell.outputs for cell in self.cells)

    @functools.cached_property
    def hiding(self) -> str:
        """The name of the first cell with a style sheet that may hide what another cell shows; empty if there is none."""
        return next((cell.name for cell in self.cells if any(map(may_hide, cell.markup))), "")

    def image(self, hash_: str) -> bytes | None:
        """Return a picture of the notebook's outputs, receipts and attachments by the hash of its bytes."""
        if self._images is None:
            self._images = {}
            for data in self._pictures():
                try:
                    content = base64.b64decode(data, validate=True)
                except (binascii.Error, ValueError):
                    continue
                self._images[sha256(content)] = content
        return self._images.get(hash_)

    def _pictures(self) -> Iterator[str]:
        for cell in self.cells:
            bundles = [output.get("data") for output in cell.outputs]
            bundles += list(cell.attachments.values())
            for bundle in bundles:
                for kind, value in bundle.items() if isinstance(bundle, Mapping) else ():
                    text = joined(value)
                    if kind.startswith("image/"):
                        yield "".join(text.split())
                    elif kind == "text/html":
                        yield from (found[1] for found in _DATA.finditer(text))

    def _answers(self, cell: Cell) -> Iterator[SavedAnswer]:
        pages: dict[str, dict[int, str]] = {}
        htmls: dict[str, list[str]] = {}
        records: dict[str, Mapping[str, Any]] = {}
        for number, output in enumerate(cell.outputs):
            mark = _mark(output)
            if mark is None:
                continue
            if mark["version"] != VERSION:
                self.newer += 1
                continue
            answer = str(mark.get("answer") or f"change {number}")
            data = output.get("data")
            bundle = data if isinstance(data, Mapping) else {}
            page = mark.get("page")
            if type(page) is int:
                pages.setdefault(answer, {})[page] = joined(bundle.get("text/markdown"))
                # A front end that knows a kind of data other than ours shows that instead.
                html = joined(bundle.get("text/html")) if _KINDS.issuperset(bundle) else "<other>"
                htmls.setdefault(answer, []).append(html)
            if "turns" in mark:
                records[answer] = mark
        for answer, record in records.items():
            view = View(cell.source, htmls.get(answer, []))
            yield SavedAnswer(record, cell, pages.get(answer, {}), view)


def read_notebook(path: Path) -> NotebookFile:
    """Read a notebook's file.

    Raises:
        ConfigurationError: there is none, it cannot be read, or it is not a notebook.

    """
    cells = _content(path)["cells"]
    return NotebookFile(
        path, [_cell(number, cell) for number, cell in enumerate(cells, 1) if isinstance(cell, Mapping)]
    )


def strip_notebook(path: Path) -> int:
    """Take all that we have saved out of the outputs of a file, in one step; return of how many outputs.

    Raises:
        ConfigurationError: there is none, it cannot be read or written, or it is not a notebook.

    """
    content = _content(path)
    count = 0
    for cell in content["cells"]:
        for output in _list(cell.get("outputs")) if isinstance(cell, Mapping) else ():
            if _mark(output) is not None:
                del output["metadata"][KEY]
                count += 1
    if count:
        new = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            new.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
            shutil.copymode(path, new)
            new.replace(path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from None
    return count


def _mark(output: object) -> Mapping[str, Any] | None:
    """Return what an output carries of a saved answer; None if it carries nothing, or something else of ours: an offer."""
    metadata = output.get("metadata") if isinstance(output, Mapping) else None
    mark = metadata.get(KEY) if isinstance(metadata, Mapping) else None
    return mark if isinstance(mark, Mapping) and "version" in mark else None


def _content(path: Path) -> Mapping[str, Any]:
    """Return the JSON of a notebook, whose `cells` are a list."""
    content = json_of_file(path, MAX_BYTES)
    if not isinstance(content, Mapping) or not isinstance(content.get("cells"), list):
        raise ConfigurationError(f"{path} is not a notebook: it has no cells.")
    version = content.get("nbformat", _FORMAT)
    if version != _FORMAT:
        raise ConfigurationError(
            f"{path} has the notebook format {identifier(str(version), 20)}; only format {_FORMAT} can be read."
        )
    return content


def joined(value: object) -> str:
    """Return a text of a notebook, which may be kept as a list of lines."""
    if isinstance(value, list):
        return "".join(str(each) for each in value)
    return value if isinstance(value, str) else ""


def _cell(number: int, cell: Mapping[str, Any]) -> Cell:
    count = cell.get("execution_count")
    outputs = [each for each in _list(cell.get("outputs")) if isinstance(each, Mapping)]
    attachments = cell.get("attachments")
    return Cell(
        f"cell [{count}]" if type(count) is int else f"the cell at place {number}",
        str(cell.get("id") or ""),
        joined(cell.get("source")),
        tuple(outputs),
        attachments if isinstance(attachments, Mapping) else {},
        _is_collapsed(cell),
        cell.get("cell_type") == "markdown",
    )


def _is_collapsed(cell: Mapping[str, Any]) -> bool:
    """Tell whether the cell's metadata hides its source or its outputs."""
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
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


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
