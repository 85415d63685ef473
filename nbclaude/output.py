"""Events come in; display messages (or, in a terminal, plain text) go out: the only publisher of nbclaude.

An open page is sent as HTML alone, a closed one as HTML, Markdown and plain text, which is what a notebook keeps.
Painting is throttled by what it costs, here and in the browser; what arrives in between is shown at the next painting.
"""

from __future__ import annotations

import math
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from nbclaude.errors import printable
from nbclaude.wire.events import Event

if TYPE_CHECKING:
    from nbclaude.render.plain import PlainAnswer
    from nbclaude.render.receipt import Receipt
    from nbclaude.render.reply import Footer, PageImage, ReplyRenderer

__all__ = [
    "AnswerDisplay",
    "PagesDisplay",
    "TerminalDisplay",
    "is_terminal",
    "open_display",
    "say",
    "show_bundle",
    "show_receipt",
    "show_table",
]

MIN_INTERVAL = 1 / 15  # seconds between two paintings: smooth to read
LATER_INTERVAL = 1 / 10  # from the second page on, when the reader has begun to read
CATCH_UP = 0.5  # seconds after which a long block is drawn again, however little it has grown
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

    def wait(self, reason: str, seconds: float) -> None:
        """Count down to the next attempt, `seconds` from now, until an event comes; `reason` tells why there is one."""

    def hold(self, reason: str) -> None:
        """Show beside the waiting sign what must end before the request is sent; empty when it has ended."""

    def finish(self, footer: Footer) -> None:
        """Paint all that is left, and the footer."""

    def abandon(self, *, alone: bool) -> None:
        """Take the waiting sign away; `alone` tells that nothing else of the cell's output would go with it."""


def is_terminal(shell: Any) -> bool:
    """Tell whether the shell prints to a terminal, where there are no outputs to update."""
    return any(base.__name__ == "TerminalInteractiveShell" for base in type(shell).__mro__)


def open_display(shell: Any, language: str = "") -> AnswerDisplay:
    """Choose the display that the front end of `shell` can show; with a `language` the answer's text is code in it."""
    if is_terminal(shell):
        return TerminalDisplay(sys.stdout)
    return PagesDisplay(shell.display_pub, language)


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


@dataclass(frozen=True, slots=True)
class _Countdown:
    """Why there is another attempt, when it comes, and when the seconds that are left must be painted next."""

    reason: str
    until: float
    next_tick: float


def show_receipt(shell: Any, receipt: Receipt) -> None:
    """Show what would be sent: unfolded in a notebook, as text in a terminal."""
    from nbclaude.render.style import STYLE

    body = receipt.html.replace("<details", "<details open", 1)
    show_bundle(shell, html=f'<div class="nbclaude"><style>{STYLE}</style>{body}</div>', text=receipt.text)


def show_bundle(shell: Any, *, html: str, text: str) -> None:
    """Show something of ours that is no answer."""
    bundle = {"text/plain": printable(text)}
    if not is_terminal(shell):
        bundle["text/html"] = html
    # The id keeps its pictures out of the figures that cells have shown.
    transient = {"display_id": f"nbclaude-{uuid.uuid4().hex[:12]}"}
    shell.display_pub.publish(data=bundle, metadata={}, transient=transient)


class PagesDisplay:
    """An answer on pages: one output each, updated in place by its display id."""

    def __init__(self, publisher: Any, language: str = "") -> None:
        self._publisher = publisher
        self._language = language
        self._id = f"nbclaude-{uuid.uuid4().hex[:12]}"
        self._renderer: ReplyRenderer | None = None
        self._shown = 0
        self._has_words = False
        self._waiting: list[tuple[Event, float]] = []
        self._due = 0.0
        self._caught_up = 0.0
        self._countdown: _Countdown | None = None

    def begin(self) -> None:
        """Show the waiting sign; the renderer loads afterwards, so that nobody waits for the sign."""
        self._show_sign()

    def show(self, events: Sequence[Event]) -> None:
        """Take the next events and paint if it is time; an empty list paints what waits."""
        now = time.monotonic()
        self._waiting += [(event, now) for event in events]
        if self._countdown is not None:
            self._count_down(now)
        if now < self._due or not (self._waiting or (self._is_behind and now >= self._caught_up + CATCH_UP)):
            return
        cost, size = self._paint(now)
        if size:
            # Counted from when painting began: the rhythm is that of the interval, not of interval and cost.
            interval = MIN_INTERVAL if self._shown == 1 else LATER_INTERVAL
            self._due = now + max(interval, COST_FACTOR * cost, size / BYTE_RATE)

    def pause(self) -> float | None:
        """Seconds until something must be painted; None when everything has been."""
        now = time.monotonic()
        if self._waiting:
            return max(0.0, self._due - now)
        if self._is_behind:
            return max(0.0, max(self._due, self._caught_up + CATCH_UP) - now)
        return max(0.0, self._countdown.next_tick - now) if self._countdown is not None else None

    def wait(self, reason: str, seconds: float) -> None:
        """Count down in the place of the waiting sign. Where words are shown already, they stay alone."""
        if not self._has_words:
            now = time.monotonic()
            self._countdown = _Countdown(reason, now + seconds, now)
            self._count_down(now)

    def hold(self, reason: str) -> None:
        """Show beside the waiting sign what must end first."""
        self._show_sign(reason)

    def finish(self, footer: Footer) -> None:
        """Paint all that is left, and the footer."""
        self._countdown = None
        self._feed()
        for page in self._ready().close(footer):
            self._show_page(page)

    def abandon(self, *, alone: bool) -> None:
        """Take the waiting sign away."""
        self._countdown = None
        if alone:
            self._publisher.clear_output(wait=True)
        else:
            self._publish(0, {"text/html": "", "text/plain": ""})

    def _count_down(self, now: float) -> None:
        """Show the seconds that are left; at the end, or when an event has come, the plain sign again."""
        countdown = self._countdown
        if countdown is None or (not self._waiting and now < countdown.next_tick):
            return
        left = math.ceil(countdown.until - now)
        if self._waiting or left <= 0:
            self._countdown = None
            self._show_sign()
        else:
            self._show_sign(f"{countdown.reason}. Trying again in {left} s")
            self._countdown = replace(countdown, next_tick=countdown.until - left + 1)

    def _show_sign(self, text: str = "") -> None:
        from nbclaude.render.style import waiting_html

        self._publish(0, {"text/html": waiting_html(text)})

    def _paint(self, now: float) -> tuple[float, int]:
        self._feed()
        size = 0
        catch_up = now >= self._caught_up + CATCH_UP
        if catch_up:
            self._caught_up = now
        for page in self._ready().changes(catch_up=catch_up):
            size += len(page.html)
            self._show_page(page)
        return time.monotonic() - now, size

    @property
    def _is_behind(self) -> bool:
        return self._renderer is not None and self._renderer.is_behind

    def _feed(self) -> None:
        renderer = self._ready()
        for event, at in self._waiting:
            renderer.feed(event, at)
        self._waiting.clear()

    def _ready(self) -> ReplyRenderer:
        if self._renderer is None:
            from nbclaude.render.reply import ReplyRenderer

            self._renderer = ReplyRenderer(self._id.removeprefix("nbclaude-"), self._language)
        return self._renderer

    def _show_page(self, page: PageImage) -> None:
        self._has_words = True
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
        self._answer: PlainAnswer | None = None

    def begin(self) -> None:
        """Show nothing: a line that was printed cannot be taken back everywhere."""

    def show(self, events: Sequence[Event]) -> None:
        """Print the text of the events."""
        for event in events:
            self._write(self._ready().feed(event))
        self._stream.flush()

    def pause(self) -> float | None:
        """Nothing ever waits here."""
        return None

    def wait(self, reason: str, seconds: float) -> None:
        """Print why there is another attempt, and when."""
        self._write_lines(f"({reason}. Trying again in {math.ceil(seconds)} s)")

    def hold(self, reason: str) -> None:
        """Print what must end first."""
        self._write_lines(f"({reason})" if reason else "")

    def finish(self, footer: Footer) -> None:
        """Print the sources, the footer, and what was sent in a line."""
        self._write(self._ready().close())
        sent = f"({footer.receipt.summary})" if footer.receipt is not None else ""
        self._write_lines(footer.callout, f"({footer.line})", sent)

    def abandon(self, *, alone: bool) -> None:
        """Nothing to take away."""

    def _ready(self) -> PlainAnswer:
        if self._answer is None:
            from nbclaude.render.plain import PlainAnswer

            self._answer = PlainAnswer()
        return self._answer

    def _write_lines(self, *lines: str) -> None:
        for line in filter(None, lines):
            self._write(f"{line}\n" if self._last == "\n" else f"\n{line}\n")
        self._stream.flush()

    def _write(self, text: str) -> None:
        if text:
            self._stream.write(printable(text))
            self._last = text[-1]
