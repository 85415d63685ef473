"""The widget of the buttons below the card of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from traitlets import List, Unicode

from nbclaude.edits.actions import SHARED_SCRIPT
from nbclaude.widget import FrontEndWidget

__all__ = ["Buttons"]

_HERE = Path(__file__).parent


class Buttons(FrontEndWidget):
    """Sends the user's decision in messages: `{"key": ..., "do": "ready" | "allow" | "always" | "deny" | "edit", ...}`.

    `key` belongs to this card: messages with another one are ignored. `fields` are `[name, text, is_json]` of each argument, and
    `problem` says what is wrong with the edited ones. The `state` is "new" until the page is heard, then "open", then "over".
    """

    _anywidget_id = Unicode("nbclaude.approval.widget.Buttons").tag(sync=True)
    _esm = Unicode(SHARED_SCRIPT + (_HERE / "buttons.js").read_text("utf-8")).tag(sync=True)
    _css = Unicode((_HERE / "buttons.css").read_text("utf-8")).tag(sync=True)
    key = Unicode().tag(sync=True)
    fields: List[list[Any]] = List().tag(sync=True)
    problem = Unicode().tag(sync=True)
    state = Unicode("new").tag(sync=True)

    def __init__(self, heard: Callable[[Mapping[str, Any]], None], **traits: Any) -> None:
        super().__init__(**traits)
        self._heard = heard
        self.on_msg(self._receive)

    def tell(self, problem: str) -> None:
        """Show a problem; the user may try again."""
        self.problem = ""  # so that the page is told even if the problem is the same as before
        self.problem = problem

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if isinstance(content, Mapping) and content.get("key") == self.key and self.state != "over":
            self._heard(content)
