"""Asks in the panel whether a tool may run. The card of the call, with its buttons, appears below the growing answer."""

from __future__ import annotations

import queue
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from nbclaude.approval import Approval, Approve, Proposed
from nbclaude.approval.buttons import OpenButtons
from nbclaude.approval.card import card_html
from nbclaude.approval.widget import Buttons
from nbclaude.panel.host import Host

__all__ = ["ApprovalPane"]


class ApprovalPane:
    """The place of the card; it is empty while no call is waiting."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._card = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self._card])
        self.widget.layout.display = "none"

    def approver(self, pause: Callable[[], object]) -> Approve:
        """Return the function that asks in an answer's thread; `pause` raises whatever ends the answer."""
        return lambda proposed: self._approved(proposed, pause)

    def _approved(self, proposed: Proposed, pause: Callable[[], object]) -> Approval:
        said: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        buttons = self._host.apart(lambda: self._shown(proposed, said.put))
        try:
            return OpenButtons(self._host.shell, proposed, buttons, said, pause).answer()
        finally:
            self._host.apart(lambda: self._ended(buttons))

    def _shown(self, proposed: Proposed, heard: Callable[[Mapping[str, Any]], None]) -> Buttons:
        fields = [[field.name, field.text, field.is_json] for field in proposed.fields]
        buttons = Buttons(heard, key=uuid.uuid4().hex, fields=fields, state="open")
        self._card.value = card_html(proposed)
        self.widget.children = (self._card, buttons)
        self.widget.layout.display = ""
        return buttons

    def _ended(self, buttons: Buttons) -> None:
        self.widget.layout.display = "none"
        self.widget.children = (self._card,)
        self._card.value = ""
        buttons.state = "over"
        buttons.close()
