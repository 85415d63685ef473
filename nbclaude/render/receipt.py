"""A receipt comes in: what a request held; the fold under the answer goes out, with thumbnails of the images that were sent."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

__all__ = ["Receipt", "ReceiptPart"]

_LONGEST = 2_000  # characters of a text that are shown
_MOST_EARLIER = 40  # earlier turns that are listed


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """One content block: a title, and its text or (as a data: address) its image; `notes` say what was done to it."""

    title: str
    text: str = ""
    image: str = ""
    notes: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        """The part as HTML. An image is its very bytes: nothing is loaded from anywhere."""
        rows = [f'<div class="nbclaude-part-title">{escape(self.title)}</div>']
        if self.image:
            rows.append(f'<img class="nbclaude-thumb" alt="{escape(self.title)}" src="{escape(self.image)}">')
        if self.text:
            rows.append(f"<pre>{escape(_shortened(self.text), quote=False)}</pre>")
        rows += [f'<div class="nbclaude-part-note">{escape(note)}</div>' for note in self.notes]
        return f'<div class="nbclaude-part">{"".join(rows)}</div>\n'


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one request held: a summary, the blocks of its prompt, its earlier turns in a line each, and what else was sent."""

    summary: str
    parts: tuple[ReceiptPart, ...] = ()
    earlier: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        """The receipt as a fold."""
        inside = [f'<div class="nbclaude-part-note">{escape(note)}</div>' for note in self.notes]
        inside += [part.html for part in self.parts]
        if self.earlier:
            lines = self.earlier[-_MOST_EARLIER:]
            left = len(self.earlier) - len(lines)
            items = [f"<li>{escape(line)}</li>" for line in lines]
            if left:
                items.insert(0, f"<li>… {left} more</li>")
            inside.append(
                f'<div class="nbclaude-part"><div class="nbclaude-part-title">before it</div><ol>{"".join(items)}</ol></div>'
            )
        inside += [f'<div class="nbclaude-part-note">{escape(fact)}</div>' for fact in self.facts]
        return (
            f'<details class="nbclaude-fold nbclaude-receipt"><summary>{escape(self.summary)}</summary>\n'
            f'<div class="nbclaude-inside">{"".join(inside)}</div></details>'
        )

    @property
    def text(self) -> str:
        """The receipt as plain text, for terminals and dry runs."""
        lines = [self.summary, *(f"  {note}" for note in self.notes)]
        for part in self.parts:
            lines.append(f"  {part.title}")
            lines += [f"    {line}" for line in _shortened(part.text).splitlines()]
            lines += [f"    ({note})" for note in part.notes]
        if self.earlier:
            lines += ["  before it", *(f"    {line}" for line in self.earlier[-_MOST_EARLIER:])]
        return "\n".join([*lines, *(f"  {fact}" for fact in self.facts)])


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}\n… {len(text) - _LONGEST:,} more characters"
