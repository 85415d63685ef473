"""The one widget of our own in the panel: shows HTML with buttons, and reports clicks, keys and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from traitlets import Bool, List, Unicode

from nbclaude.edits.actions import SHARED_SCRIPT
from nbclaude.render.style import STYLE
from nbclaude.widget import FrontEndWidget

__all__ = ["OnAction", "View"]

_HERE = Path(__file__).parent
OnAction = Callable[[str, str, bytes], None]
"""`(action, value, data)`: what was clicked, pressed, pasted or dropped; `data` are the bytes of a file."""


class View(FrontEndWidget):
    """The one widget of ours: HTML whose elements with `data-action` are buttons, and a place where an answer grows.

    `items` are `[key, html]`; only items that change are drawn anew. Below them stands a `pending` question, with the pages
    of its answer. The HTML is ours, never the model's own. The view that `listens` also tells of Shift+Enter in the question
    and of files that are dropped on or pasted into the panel.
    """

    _anywidget_id = Unicode("nbclaude.panel.frontend.View").tag(sync=True)
    _esm = Unicode(SHARED_SCRIPT + (_HERE / "view.js").read_text("utf-8")).tag(sync=True)
    _css = Unicode(STYLE + (_HERE / "panel.css").read_text("utf-8")).tag(sync=True)
    items: List[list[str]] = List().tag(sync=True)
    pending = Unicode().tag(sync=True)
    label = Unicode().tag(sync=True)
    role = Unicode("group").tag(sync=True)
    listens = Bool(False).tag(sync=True)

    def __init__(self, on_action: OnAction, **traits: Any) -> None:
        super().__init__(**traits)
        self._on_action = on_action
        self.on_msg(self._receive)

    def show_page(self, number: int, html: str) -> None:
        """Draw one page of the answer that is on its way, below the items."""
        self.send({"do": "page", "number": number, "html": html})

    def show_end(self) -> None:
        """Scroll to the end, and follow what comes there."""
        self.send({"do": "end"})

    def clear_pages(self) -> None:
        """Take that answer away."""
        self.send({"do": "clear"})

    def copy(self, text: str) -> None:
        """Put a text into the clipboard of the front end; the action `copied` or `not-copied` tells what came of it."""
        self.send({"do": "copy", "text": text})

    def insert_cell(self, code: str, below: str) -> None:
        """Write code in a new cell below the cell of this id; `inserted` or `not-inserted` tells what came of it."""
        self.send({"do": "insert", "code": code, "cell": below})

    def focus(self, target: str) -> None:
        """Put the keyboard's focus on the element of the panel that this CSS selector finds."""
        self.send({"do": "focus", "target": target})

    def _receive(self, _widget: object, content: Any, buffers: Any) -> None:
        if isinstance(content, Mapping) and isinstance(content.get("action"), str):
            data = bytes(buffers[0]) if buffers else b""
            self._on_action(content["action"], str(content.get("value", "")), data)
