"""Loads what the first question needs while the kernel is idle, so that it waits neither at loading nor at asking."""

from __future__ import annotations

import contextlib
import pkgutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbclaude import stopping
from nbclaude.magics.families import FAMILIES

if TYPE_CHECKING:
    import asyncio

__all__ = ["Warming"]

# Modules to import and functions to call, in this order and one at a time: a cell or a completion that is asked for meanwhile
# waits for at most one of them. So packages that take long to load are loaded in parts.
_STEPS = (
    "nbclaude.completing.places",
    "nbclaude.completing.words",
    "nbclaude.models.prices",
    "nbclaude.asking.gathering",
    "nbclaude.conversation.history",
    "nbclaude.conversation.plan",
    "nbclaude.asking.prepare",
    "nbclaude.approval",
    "nbclaude.asking.ask",
    "nbclaude.secrets.shapes",
    "nbclaude.secrets.values",
    "nbclaude.secrets.commands",
    "nbclaude.secrets.bare",
    "nbclaude.secrets.assigned",
    "nbclaude.secrets.documents",
    "nbclaude.secrets.delimited",
    "nbclaude.secrets.placed",
    "nbclaude.secrets.rows",
    "nbclaude.conversation.screening",
    "nbclaude.magics.asked",
    "nbclaude.asking.footer",
    "nbclaude.magics.tool_names",
    "nbclaude.magics.in_cell",
    "nbclaude.data.decimals",
    "nbclaude.data.table",
    "nbclaude.data.styled_tables",
    "nbclaude.data.lazy.queries",
    "nbclaude.context.values",
    "h11",
    "attrs",  # of trio
    "trio",  # httpcore imports it if it is installed, httpx the next two
    "httpcore",
    "click",
    "rich.console",
    "rich.progress",
    "httpx",
    "nbclaude.client.failures",
    "nbclaude.client.relay",
    "mdurl",  # of markdown_it
    "markdown_it",
    "nbclaude.render.line_references",
    "nbclaude.render.maths",
    "nbclaude.render.scripts",
    "nbclaude.render.markdown",
    "nbclaude.render.blocks",
    "nbclaude.render.reply",
    "pygments.lexers.python",
    "nbclaude.render.highlight:prepare_python",
    "nbclaude.output.pages",
    "nbclaude.asking.receipt",
    "nbclaude.saved.record",
    "nbclaude.context.code.names",
    "nbclaude.context.glance",
    "nbclaude.context.failures.told",
    "nbclaude.edits.checks",
    "nbclaude.edits.offers",
    # Code that reads all magics, as IPython does to complete `%config`, loads all of these.
    *(f"nbclaude.magics.{row.module}" for row in FAMILIES[1:]),
)
_FIRST = 0.2  # seconds after the cell that loads the extension
_NEXT = 0.01


class Warming:
    """Takes one step after another in the event loop, if there is one: in a kernel, between cells.

    A step is a module to import ("package.module") or a function to call without arguments ("package.module:function").
    """

    def __init__(self, steps: Sequence[str] = _STEPS) -> None:
        self._left = list(steps)
        self._next: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Begin soon; in a terminal, which has no loop of ours, the first question loads what it needs."""
        # Where a loop runs, somebody has imported this; importing it for nothing would take as long as all of ours.
        if "asyncio" not in sys.modules:
            return
        import asyncio

        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            self._next = loop.call_later(_FIRST, self._load, loop)

    def end(self) -> None:
        """Load no more."""
        self._left.clear()
        if self._next is not None:
            self._next.cancel()

    def _load(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._left:
            return
        # What cannot be imported is said when it is needed. A stop does not tear an import.
        with stopping.held(), contextlib.suppress(Exception):
            loaded = pkgutil.resolve_name(self._left.pop(0))
            if callable(loaded):
                loaded()
        self._next = loop.call_later(_NEXT, self._load, loop)
