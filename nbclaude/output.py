"""Events come in; display messages (or, in a terminal, plain text) go out: the only publisher of nbclaude.

An open page is sent as HTML alone, a closed one as HTML, Markdown and plain text, which is what a notebook keeps.
Painting is throttled by what it costs, here and in the browser; what arrives in between is shown at the next painting.
"""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from nbclaude.errors import printable
from nbclaude.wire.events import BlockDelta, BlockStart, Event, MessageStart
from nbclaude.wire.message import text_of

if TYPE_CHECKING:
    from nbclaude.render.reply import Footer, PageImage, ReplyRenderer

__all__ = [
    "AnswerDisplay",
    "PagesDisplay",
    "TerminalDisplay",
    "is_terminal",
    "open_display",
    "say",
    "show_table",
]

MIN_INTERVAL = 1 / 15  # seconds between two paintings: smooth to read
LATER_INTERVAL = 1 / 10  # from the second page on, when the reader has begun to read
COST_FACTOR = 10  # painting takes at most a tenth of the kernel's time
# Characters of HTML a second: what a browser lays out again and again without a frozen frame.
BYTE_RATE = 90_000


class AnswerDisplay(Protocol):
    """Where an answer appears: `begin`, `show` events as they come, then `finish` or `abandon`."""

    def begin(self) -> None:
        """Show that the request is on its way."""

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events and paint if it is time; an empty list paints what waits."""

    def pause(self) -> float | None:
        """Seconds until something that has come must be painted; None when everything has been."""

    def finish(self, footer: Footer) -> None:
        """Paint all that is left, and the footer."""

    def abandon(self, *, alone: bool) -> None:
        """Take the waiting sign away; `alone` tells that nothing else of the cell's output would go with it."""


def is_terminal(shell: Any) -> bool:
    """Tell whether the shell prints to a terminal, where there are no outputs to update."""
    return any(base.__name__ == "TerminalInteractiveShell" for base in type(shell).__mro__)


def open_display(shell: Any) -> AnswerDisplay:
    """Choose the display that the front end of `shell` can show."""
    return TerminalDisplay(sys.stdout) if is_terminal(shell) else PagesDisplay(shell.display_pub)


def say(text: str) -> None:
    """Print a plain sentence or a list, for the magics that answer in text."""
    print(printable(text))  # noqa: T201 - the one place that does


def show_table(shell: Any, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Show a table: as HTML in a notebook, as aligned text in a terminal."""
    from nbclaude.render.table import table_html, table_text

    bundle = {"text/plain": printable(table_text(title, columns, rows))}
    if not is_terminal(shell):
        bundle["text/html"] = table_html(title, columns, rows)
    shell.display_pub.publish(data=bundle, metadata={})


class PagesDisplay:
    """An answer on pages: one output each, updated in place by its display id."""

    def __init__(self, publisher: Any) -> None:
        self._publisher = publisher
        self._id = f"nbclaude-{uuid.uuid4().hex[:12]}"
        self._renderer: ReplyRenderer | None = None
        self._shown = 0
        self._waiting: list[Event] = []
        self._due = 0.0

    def begin(self) -> None:
        """Show the waiting sign; the renderer loads afterwards, so that nobody waits for the sign."""
        from nbclaude.render.style import waiting_html

        self._publish(0, {"text/html": waiting_html()})

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events and paint if it is time; an empty list paints what waits."""
        self._waiting += events
        now = time.monotonic()
        if not self._waiting or now < self._due:
            return
        cost, size = self._paint(now)
        if size:
            # Counted from when painting began: the rhythm is that of the interval, not of interval and cost.
            interval = MIN_INTERVAL if self._shown == 1 else LATER_INTERVAL
            self._due = now + max(interval, COST_FACTOR * cost, size / BYTE_RATE)

    def pause(self) -> float | None:
        """Seconds until something that has come must be painted; None when everything has been."""
        return max(0.0, self._due - time.monotonic()) if self._waiting else None

    def finish(self, footer: Footer) -> None:
        """Paint all that is left, and the footer."""
        self._feed()
        for page in self._ready().close(footer):
            self._show_page(page)

    def abandon(self, *, alone: bool) -> None:
        """Take the waiting sign away."""
        if alone:
            self._publisher.clear_output(wait=True)
        else:
            self._publish(0, {"text/html": "", "text/plain": ""})

    def _paint(self, now: float) -> tuple[float, int]:
        self._feed()
        size = 0
        for page in self._ready().changes():
            size += len(page.html)
            self._show_page(page)
        return time.monotonic() - now, size

    def _feed(self) -> None:
        renderer = self._ready()
        for event in self._waiting:
            renderer.feed(event)
        self._waiting.clear()

    def _ready(self) -> ReplyRenderer:
        if self._renderer is None:
            from nbclaude.render.reply import ReplyRenderer

            self._renderer = ReplyRenderer(self._id.removeprefix("nbclaude-"))
        return self._renderer

    def _show_page(self, page: PageImage) -> None:
        bundle = {"text/html": page.html}
        if page.closed:
            bundle |= {"text/markdown": page.markdown, "text/plain": page.markdown}
        self._publish(page.number, bundle)

    def _publish(self, number: int, bundle: Mapping[str, str]) -> None:
        display_id = f"{self._id}-{number}"
        update = number < self._shown
        self._shown = max(self._shown, number + 1)
        self._publisher.publish(
            data=dict(bundle), metadata={}, transient={"display_id": display_id}, update=update
        )


class TerminalDisplay:
    """An answer in a terminal: its Markdown as it comes, then the footer; nothing is ever printed twice."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = "\n"

    def begin(self) -> None:
        """Show nothing: a line that was printed cannot be taken back everywhere."""

    def show(self, events: Sequence[Event]) -> None:
        """Print the text of the events."""
        for event in events:
            match event:
                case MessageStart(message):
                    self._write(text_of(message))
                case BlockStart(_, block) if block.get("type") == "text":
                    self._write(str(block.get("text") or ""))
                case BlockDelta(_, delta) if delta.get("type") == "text_delta":
                    self._write(str(delta.get("text") or ""))
                case _:
                    pass
        self._stream.flush()

    def pause(self) -> float | None:
        """Nothing ever waits here."""
        return None

    def finish(self, footer: Footer) -> None:
        """Print the footer."""
        if self._last != "\n":
            self._write("\n")
        self._write(f"({footer.text})\n")
        self._stream.flush()

    def abandon(self, *, alone: bool) -> None:
        """Nothing to take away."""

    def _write(self, text: str) -> None:
        if text:
            self._stream.write(printable(text))
            self._last = text[-1]
