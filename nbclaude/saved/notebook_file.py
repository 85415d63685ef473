"""Reads a notebook's file: its cells, the answers saved in their outputs, and the pictures it holds, by their hashes."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

from nbclaude.cleaning import identifier
from nbclaude.errors import ConfigurationError
from nbclaude.output.marks import KEY, VERSION
from nbclaude.saved.cells import Cell, bundle_of, cells_of, joined
from nbclaude.saved.json_file import json_of_file
from nbclaude.saved.packing import sha256
from nbclaude.saved.styles import may_cover, may_hide
from nbclaude.saved.visible import View

__all__ = ["NotebookFile", "SavedAnswer", "read_notebook", "strip_notebook"]

MAX_BYTES = 500_000_000
_FORMAT = 4
_OTHER = "<other>"  # HTML that is not ours
_KINDS = frozenset(["text/html", "text/markdown", "text/plain"])
# Classes of outputs that replace a code block in the output above them, or all of that output.
_INSTEAD_OF_CODE = "nbclaude-instead"
_INSTEAD = "nbclaude-picture"


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

    @functools.cached_property
    def covering(self) -> str:
        """The name of the first cell with an output that may cover what another cell shows; empty if there is none."""
        return next((cell.name for cell in self.cells if any(map(may_cover, _others(cell)))), "")

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
            yield from cell.pictures
        for answer in self.answers:
            yield from answer.view.pictures

    def _answers(self, cell: Cell) -> Iterator[SavedAnswer]:
        pages: dict[str, dict[int, str]] = {}
        htmls: dict[str, list[str]] = {}
        records: dict[str, Mapping[str, Any]] = {}
        others: list[str] = []
        for number, output in enumerate(cell.outputs):
            mark, bundle = _mark(output), bundle_of(output)
            html = joined(bundle.get("text/html"))
            if mark is None:
                others.append(unescape(html))
                continue
            if mark["version"] != VERSION:
                self.newer += 1
                continue
            answer = str(mark.get("answer") or f"change {number}")
            page = mark.get("page")
            if type(page) is int:
                pages.setdefault(answer, {})[page] = joined(bundle.get("text/markdown"))
                # A front end that knows a kind of data other than ours shows that instead.
                htmls.setdefault(answer, []).append(html if _KINDS.issuperset(bundle) else _OTHER)
            if "turns" in mark:
                records[answer] = mark
        instead = [each for each in others if _INSTEAD_OF_CODE in each.lower()]
        hidden = [_OTHER] if any(_INSTEAD in each.lower() for each in others) else []
        for answer, record in records.items():
            view = View(cell.source, [*htmls.get(answer, []), *hidden], instead)
            yield SavedAnswer(record, cell, pages.get(answer, {}), view)


def _others(cell: Cell) -> Iterator[str]:
    """Return the parts of a cell that a browser may treat as HTML, except the pages of answers, which are checked separately."""
    return replace(cell, outputs=tuple(each for each in cell.outputs if _mark(each) is None)).markup


def read_notebook(path: Path) -> NotebookFile:
    """Read a notebook's file.

    Raises:
        ConfigurationError: there is none, it cannot be read, or it is not a notebook.

    """
    return NotebookFile(path, cells_of(_content(path)["cells"]))


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


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
