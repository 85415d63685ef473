"""Renders a receipt: the fold under an answer, with thumbnails of the images that were sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape

from nbclaude.frozen import frozen
from nbclaude.render.seams import escaped

__all__ = ["Receipt", "ReceiptPart"]

_MANY_PARTS = 8  # if there are more, they are titles that can be opened


@frozen
class ReceiptPart:
    """One content block, or whatever else was sent: a title, and its text or (as a data: address) its image.

    `notes` say what was done to it, `parts` are what it consists of. A `folded` one is opened by a click.
    """

    title: str
    text: str = ""
    image: str = ""
    notes: tuple[str, ...] = ()
    parts: tuple[ReceiptPart, ...] = ()
    folded: bool = False

    @property
    def html(self) -> str:
        """The part as HTML. An image is its very bytes: nothing is loaded from anywhere."""
        rows = []
        if self.image:
            rows.append(f'<img class="nbclaude-thumb" alt="{escape(self.title)}" src="{escape(self.image)}">')
        if self.text:
            rows.append(f'<pre tabindex="0">{escaped(self.text)}</pre>')
        rows += [_note(note) for note in self.notes]
        inside = "".join(rows) + "".join(part.html for part in self.parts)
        title = escaped(self.title)
        if self.folded:
            return (
                f'<details class="nbclaude-fold nbclaude-part"><summary>{title}</summary>\n'
                f'<div class="nbclaude-inside">{inside}</div></details>\n'
            )
        return f'<div class="nbclaude-part"><div class="nbclaude-part-title">{title}</div>{inside}</div>\n'

    def lines(self, indent: str) -> Iterator[str]:
        """Give the part as plain text."""
        yield f"{indent}{self.title}"
        yield from (f"{indent}  {line}" for line in self.text.splitlines())
        yield from (f"{indent}  ({note})" for note in self.notes)
        for part in self.parts:
            yield from part.lines(f"{indent}  ")


@frozen
class Receipt:
    """What one request held: a summary, the blocks of its prompt, its earlier turns, and what else was sent.

    Of `earlier` turns there may be only the last ones; `left` says how many more there are. `facts` are parameters that fit
    on a line, `settings` those that do not.
    """

    summary: str
    parts: tuple[ReceiptPart, ...] = ()
    earlier: tuple[ReceiptPart, ...] = ()
    facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settings: tuple[ReceiptPart, ...] = ()
    left: int = 0

    @property
    def html(self) -> str:
        """The receipt as a fold."""
        return self.fold(escaped(self.summary))

    def fold(self, summary: str, more: Iterable[str] = (), *, is_open: bool = False) -> str:
        """The receipt below a line of HTML; `more` are facts that stand in the fold first."""
        parts: Iterable[ReceiptPart] = self.parts
        if len(self.parts) > _MANY_PARTS and not is_open:
            parts = (replace(part, folded=True) for part in self.parts)
        inside = [_note(fact) for fact in more]
        inside += [_note(note) for note in self.notes] + _html(parts)
        if self.earlier:
            before = [_note(self._left)] if self.left else []
            before += _html(self.earlier)
            inside.append(
                f'<div class="nbclaude-part"><div class="nbclaude-part-title">earlier turns</div>{"".join(before)}</div>'
            )
        inside += [*_html(self.settings), *(_note(fact) for fact in self.facts)]
        return (
            f'<details{" open" * is_open} class="nbclaude-fold nbclaude-receipt"><summary>{summary}</summary>\n'
            f'<div class="nbclaude-inside">{"".join(inside)}</div></details>'
        )

    @property
    def text(self) -> str:
        """The receipt as plain text, for terminals and dry runs."""
        lines = [self.summary, *(f"  {note}" for note in self.notes)]
        for part in self.parts:
            lines += part.lines("  ")
        if self.earlier:
            lines += ["  earlier turns", *([f"    {self._left}"] if self.left else [])]
        for part in self.earlier:
            lines += part.lines("    ")
        for part in self.settings:
            lines += part.lines("  ")
        return "\n".join([*lines, *(f"  {fact}" for fact in self.facts)])

    @property
    def _left(self) -> str:
        return f"… {self.left:,} more"


def _html(parts: Iterable[ReceiptPart]) -> list[str]:
    return [part.html for part in parts]


def _note(text: str) -> str:
    return f'<div class="nbclaude-part-note">{escaped(text)}</div>'
