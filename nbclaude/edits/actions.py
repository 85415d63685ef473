"""The buttons below a diff: a widget that changes cells in the front end's own document, also while the kernel is busy."""

from __future__ import annotations

from pathlib import Path

from traitlets import Bool, List, Unicode

from nbclaude.widget import FrontEndWidget

__all__ = ["SHARED_SCRIPT", "Actions"]

_HERE = Path(__file__).parent
_SCRIPT = (_HERE / "actions.js").read_text("utf-8")
SHARED_SCRIPT = _SCRIPT.partition("// What stands above is shared")[0]
"""What the scripts of our widgets share: the notebook's document, the clipboard, and the end of the kernel."""


class Actions(FrontEndWidget):
    """Replaces a cell, or adds cells below it, when a button is pressed or the kernel wishes it.

    Everything is done in the front end, so it does not matter whether the kernel is busy: the cell is compared with what was
    `sent` first. `outcome` is what the front end tells of it: "" as long as nothing was done, then "replaced", "inserted",
    "restored", or why not: "changed", "gone", "read-only", "no-document". With "changed", `expected` and `now` are the texts that
    differ.

    A `wish` is "replace", "below" or "restore", with a number where it is repeated; `done` repeats the one that was followed
    last, so that a page that is loaded again does not follow it twice. `cells` go below the cell; they have ids from here, so
    that two pages that show the same notebook do not both add them.
    """

    _anywidget_id = Unicode("nbclaude.edits.actions.Actions").tag(sync=True)
    _esm = Unicode(_SCRIPT).tag(sync=True)
    _css = Unicode((_HERE / "actions.css").read_text("utf-8")).tag(sync=True)
    cell = Unicode().tag(sync=True)
    label = Unicode().tag(sync=True)
    sent = Unicode().tag(sync=True)
    after = Unicode().tag(sync=True)
    cells: List[list[str]] = List().tag(sync=True)
    below = Bool(False).tag(sync=True)
    has_buttons = Bool(True).tag(sync=True)
    wish = Unicode().tag(sync=True)
    done = Unicode().tag(sync=True)
    outcome = Unicode().tag(sync=True)
    expected = Unicode().tag(sync=True)
    now = Unicode().tag(sync=True)
