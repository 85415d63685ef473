"""The line to our extension in the front end: a comm that the kernel opens where the extension tells that it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nbclaude.forks import in_child
from nbclaude.lab.shown import ShownOutputs
from nbclaude.lab.told import told_by
from nbclaude.notebook import Shell

__all__ = ["LINE", "Line"]

TARGET = "nbclaude"
_UPDATE = "Update the older one to use all features."  # JupyterLab cuts texts of more than 140 characters
_MAX_PROMPTS = 500  # the latest ones, which are searched for references

OnState = Callable[[Mapping[str, Any]], None]
Spans = list[tuple[int, int]]


class Line:
    """One comm for all pages that show a notebook of this kernel.

    It is opened with the first cell whose request tells of the extension, so that nothing is sent to a front end that has
    none. A page that is loaded again takes up the line that is open. What happens to an offer is told by its id.
    """

    def __init__(self) -> None:
        self.version = ""
        """The version of nbclaude, which is compared with the extension's."""
        self.references: Callable[[str], Spans] = lambda _source: []
        """Where the source of a cell has references: pairs of positions, in UTF-16 code units."""
        self.shown = ShownOutputs()
        """Our outputs of cells, until a page has them."""
        self._comm: Any = None
        self._shell: Shell | None = None
        self._offers: dict[str, OnState] = {}
        self._prompts: dict[str, str] = {}  # sources by the ids of their cells
        self._found: dict[str, Spans] = {}
        self._names: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether the extension can be told something."""
        return self._comm is not None

    def before_cell(self, shell: Shell) -> None:
        """Open the line if the extension reports that it is there, and start keeping our outputs of the cell."""
        told = told_by(shell)
        if told is None:
            return
        self._shell = shell
        if self._comm is None:
            self._open()
            self._greet(told.version)
        self.shown.begin(shell, told.page)

    def _open(self) -> None:
        from comm import create_comm  # every kernel whose front end can tell has it

        self._comm = create_comm(target_name=TARGET, data={})
        self._comm.on_msg(self._receive)
        self._comm.on_close(self._closed)

    def _greet(self, version: str) -> None:
        """Tell the user if the versions of nbclaude and of its extension differ in more than the last number."""
        if _series(version) != _series(self.version):
            text = (
                f"This kernel has nbclaude {self.version}, but the extension is version {version}. {_UPDATE}"
            )
            self._send({"do": "say", "text": text})

    def after_cell(self) -> None:
        """Report our outputs of the cell and, if names have appeared or disappeared, where prompts have references."""
        self._send(*self.shown.end())
        if self._comm is None or self._shell is None or not self._prompts:
            return
        names = frozenset(self._shell.user_ns)
        others, self._names = names ^ self._names, names
        # Every cell adds names of IPython's, so only prompts with a name that came or went are searched again.
        self._tell_references(
            cell for cell, source in self._prompts.items() if any(name in source for name in others)
        )

    def close(self) -> None:
        """Close the line; what was offered cannot be taken any more."""
        comm, self._comm = self._comm, None
        self._offers.clear()
        self._prompts.clear()
        self._found.clear()
        self.shown.forget()
        if comm is not None:
            comm.close()

    def offer(self, key: str, heard: OnState) -> None:
        """Call `heard` with what the front end tells of the offer of this id."""
        self._offers[key] = heard

    def withdraw(self, key: str) -> None:
        """Take an offer back: its buttons vanish."""
        if self._offers.pop(key, None) is not None:
            self.tell(key, None)

    def tell(self, key: str, state: Mapping[str, Any] | None) -> None:
        """Tell the front end what has become of an offer, or what is wished; None takes it back."""
        self._send({"do": "state", "id": key, "state": None if state is None else dict(state)})

    def _send(self, *messages: dict[str, Any]) -> None:
        for data in messages if self._comm is not None else ():
            self._comm.send(data)

    def _receive(self, message: Any) -> None:
        data = message.get("content", {}).get("data") if isinstance(message, Mapping) else None
        if not isinstance(data, Mapping):
            return
        match data.get("do"):
            case "hello":
                self._greet(str(data.get("version")))
                self._send(*self.shown.summaries())
            case "shown":
                self._send(*self.shown.taken(data.get("request"), data.get("stamps")))
            case "references":
                self._ask(data.get("cells"))
            case "state":
                heard, state = self._offers.get(str(data.get("id"))), data.get("state")
                if heard is not None and isinstance(state, Mapping):
                    heard(state)

    def _ask(self, cells: object) -> None:
        asked = dict(cells) if isinstance(cells, Mapping) else {}
        for cell, source in asked.items():
            self._prompts.pop(cell, None)
            self._prompts[cell] = str(source)
            self._found.pop(cell, None)
        while len(self._prompts) > _MAX_PROMPTS:
            del self._prompts[next(iter(self._prompts))]
        self._tell_references(asked)

    def _tell_references(self, cells: Iterable[str]) -> None:
        found = {cell: self.references(self._prompts[cell]) for cell in tuple(cells) if cell in self._prompts}
        news = {cell: spans for cell, spans in found.items() if self._found.get(cell) != spans}
        self._found |= news
        if news:
            self._send({"do": "references", "cells": news})

    def forget(self) -> None:
        """Leave the line to whoever has it: a forked process does not speak for its kernel."""
        self._comm = None

    def _closed(self, _message: object) -> None:
        self._comm = None


def _series(version: str) -> list[str]:
    """Return the major and minor number of a version."""
    return version.split(".")[:2]


LINE = Line()
"""The line of this process."""

in_child(LINE.forget)
