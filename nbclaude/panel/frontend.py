"""HTML with buttons comes in; it is shown in a panel, and what the user does there goes out: clicks, keys, files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ipywidgets import DOMWidget
from traitlets import Bool, List, Unicode

from nbclaude.render.style import STYLE

__all__ = ["OnAction", "View"]

_HERE = Path(__file__).parent
_ANYWIDGET = "~" + ".".join([*version("anywidget").split(".")[:2], "*"])  # what its front end is asked for
OnAction = Callable[[str, str, bytes], None]
"""`(action, value, data)`: what was clicked, pressed, pasted or dropped; `data` are the bytes of a file."""


class View(DOMWidget):  # type: ignore[misc]
    """The one widget of ours: HTML whose elements with `data-action` are buttons, and a place where an answer grows.

    `items` are `[key, html]`; only items that change are drawn anew. Below them stands a `pending` question, with the pages
    of its answer. The HTML is ours, never the model's own. The view that `listens` also tells of Shift+Enter in the question
    and of files that are dropped on or pasted into the panel.

    The front end is anywidget's: these are the traits that its model reads. Its Python half watches files and makes a class
    for each widget, and to import it would take a fifth of the time in which a panel opens.
    """

    _model_name = Unicode("AnyModel").tag(sync=True)
    _model_module = Unicode("anywidget").tag(sync=True)
    _model_module_version = Unicode(_ANYWIDGET).tag(sync=True)
    _view_name = Unicode("AnyView").tag(sync=True)
    _view_module = Unicode("anywidget").tag(sync=True)
    _view_module_version = Unicode(_ANYWIDGET).tag(sync=True)
    _anywidget_id = Unicode("nbclaude.panel.frontend.View").tag(sync=True)
    _esm = Unicode((_HERE / "view.js").read_text("utf-8")).tag(sync=True)
    _css = Unicode(STYLE + (_HERE / "panel.css").read_text("utf-8")).tag(sync=True)
    items: List[list[str]] = List().tag(sync=True)
    pending = Unicode().tag(sync=True)
    label = Unicode().tag(sync=True)
    role = Unicode("group").tag(sync=True)
    listens = Bool(False).tag(sync=True)

    def __init__(self, on_action: OnAction, **traits: Any) -> None:
        super().__init__(**traits)
        if (colab := sys.modules.get("google.colab.output")) is not None:
            colab.enable_custom_widget_manager()  # else Colab shows none but those of ipywidgets
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
