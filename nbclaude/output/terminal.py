"""Prints an answer in a terminal, which has no outputs to update: its Markdown as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from nbclaude.cleaning import printable
from nbclaude.output.countdown import trying_again
from nbclaude.wire.events import Event

if TYPE_CHECKING:
    from nbclaude.output.marks import Saves
    from nbclaude.render.footer import Footer
    from nbclaude.render.plain import PlainAnswer

__all__ = ["TerminalDisplay", "footer_lines"]


def footer_lines(footer: Footer) -> list[str]:
    """Write what stands below an answer as lines of text: the callout, the notices, the facts with what was sent."""
    sent = f" · {footer.receipt.summary}" if footer.receipt is not None else ""
    notices = (f"({notice.line})" for notice in footer.notices)
    return [line for line in (footer.callout, *notices, f"({footer.line}{sent})") if line]


class TerminalDisplay:
    """An answer in a terminal: its Markdown as it comes, then the footer; nothing is ever printed twice.

    With `at_once` all of it is printed together at the end: what a child of a kernel prints piece by piece may arrive in another
    order, since ipykernel sends each piece over a connection of its own. Tables are laid out in columns, no wider than `width`;
    without a width they stay Markdown.
    """

    def __init__(self, stream: TextIO, *, at_once: bool = False, width: int | None = None) -> None:
        self._stream = stream
        self._width = width
        self._kept: list[str] | None = [] if at_once else None
        self._last = "\n"
        self._answer: PlainAnswer | None = None

    def begin(self) -> None:
        """Show nothing: a line that was printed cannot be taken back everywhere."""

    def show(self, events: Sequence[Event]) -> None:
        """Print the text of the events."""
        for event in events:
            self._write(self._ready().feed(event))
        self._flush()

    def pause(self) -> float | None:
        """Nothing ever waits here."""
        return None

    def wait(self, reason: str, seconds: float) -> None:
        """Print why there is another attempt, and when."""
        self._write_lines(f"({trying_again(reason, seconds)})")

    def expect(self) -> None:
        """Print nothing."""

    def hold(self, reason: str) -> None:
        """Print what must end first."""
        self._write_lines(f"({reason})" if reason else "")

    def settle(self, *, below: bool = False) -> None:
        """Print what is held back, and end the line."""
        self._write(self._ready().settle())
        self._flush()

    def report(self, text: str) -> None:
        """Print how far a tool has come."""
        self._write_lines(text)

    def finish(self, footer: Footer, saves: Saves | None = None) -> None:
        """Print the sources, the footer, and what was sent in a line."""
        self._write(self._ready().close())
        self._write_lines(*footer_lines(footer))
        self._print_kept()

    def abandon(self) -> None:
        """Take nothing away; what was kept is printed."""
        self._print_kept()

    def _ready(self) -> PlainAnswer:
        if self._answer is None:
            from nbclaude.render.plain import PlainAnswer

            self._answer = PlainAnswer(self._width)
        return self._answer

    def _write_lines(self, *lines: str) -> None:
        for line in filter(None, lines):
            self._write(f"{line}\n" if self._last == "\n" else f"\n{line}\n")
        self._flush()

    def _write(self, text: str) -> None:
        if text and self._kept is not None:
            self._kept.append(printable(text))
        elif text:
            self._stream.write(printable(text))
        self._last = text[-1:] or self._last

    def _flush(self) -> None:
        if self._kept is None:
            self._stream.flush()

    def _print_kept(self) -> None:
        if self._kept:
            self._stream.write("".join(self._kept))
            self._stream.flush()
            self._kept = []
