"""An offer whose buttons our extension draws: it has the traits of the widget, and no widget manager is needed for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.lab.line import Line

__all__ = ["OfferedActions"]

_WITH_WORDS = ("outcome", "expected", "now", "done")  # what the front end tells


class OfferedActions:
    """What can be done with a new text for a cell, as `nbclaude.edits.actions.Actions` has it, told over the line.

    `shown` is the cell that shows the buttons, `page` the page that has run it. Of all pages that show the notebook only this one
    follows a wish: a cell of a shared document that two pages change at once would hold both texts. What the offer holds is saved
    with the notebook, in the metadata of its output, so that the buttons are there again where the notebook is reopened; a wish
    is not, or it would be followed again.
    """

    def __init__(self, line: Line, shown: str, page: str = "", **state: Any) -> None:
        defaults: dict[str, Any] = {
            "cell": "",
            "label": "",
            "sent": "",
            "after": "",
            "cells": [],
            "below": False,
            "has_buttons": True,
        }
        self.key = uuid.uuid4().hex[:12]
        self._line = line
        self._page = page
        self._state = {**defaults, **state, "shown": shown}
        self._wish = str(self._state.pop("wish", ""))
        self._told: dict[str, Any] = dict.fromkeys(_WITH_WORDS, "")
        self._observers: list[tuple[str, Callable[[Any], None]]] = []
        line.offer(self.key, self._hear)

    def observe(self, heard: Callable[[Any], None], name: str) -> None:
        """Call `heard` with `{"new": value}` when the front end tells something new of `name`."""
        self._observers.append((name, heard))

    @property
    def outcome(self) -> str:
        """What the front end has told last."""
        return str(self._told["outcome"])

    @outcome.setter
    def outcome(self, value: str) -> None:
        self._change(self._told, "outcome", value)

    @property
    def cells(self) -> list[list[str]]:
        """The new cells, as `[id, source]`."""
        cells: list[list[str]] = self._state["cells"]
        return cells

    @cells.setter
    def cells(self, value: list[list[str]]) -> None:
        self._change(self._state, "cells", value)

    @property
    def wish(self) -> str:
        """What the kernel wants."""
        return self._wish

    @wish.setter
    def wish(self, value: str) -> None:
        self._wish = value
        self._line.tell(self.key, {**self._state, "wish": value, "page": self._page})

    def close(self) -> None:
        """Take the offer back."""
        self._line.withdraw(self.key)

    def publish(self, publisher: Any) -> None:
        """Show the place where the extension draws the buttons; a wish follows, and is followed at once."""
        publisher.publish(
            data={
                "text/html": f'<div class="nbclaude-offer" data-nbclaude-offer="{self.key}"></div>',
                "text/plain": "",
            },
            metadata={"nbclaude": {"offer": {"id": self.key, "state": self._state}}},
            transient={"display_id": f"nbclaude-{uuid.uuid4().hex[:12]}"},
        )
        if self._wish:
            self.wish = self._wish

    def _change(self, of: dict[str, Any], name: str, value: Any) -> None:
        if of.get(name) != value:
            of[name] = value
            self._line.tell(self.key, {name: value})

    def _hear(self, told: Mapping[str, Any]) -> None:
        for name in _WITH_WORDS:
            if name not in told or told[name] == self._told[name]:
                continue
            self._change(self._told, name, str(told[name]))  # the other pages hear of it, too
            for observed, heard in self._observers:
                if observed == name:
                    heard({"new": self._told[name]})
