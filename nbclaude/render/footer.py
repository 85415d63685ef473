"""What stands under an answer: one quiet line, and above it what a reader must not miss."""

from __future__ import annotations

from html import escape

from nbclaude.frozen import frozen
from nbclaude.render.notice import Failure, Notice, typed_html
from nbclaude.render.receipt import Receipt
from nbclaude.render.seams import escaped

__all__ = ["Footer"]


@frozen
class Footer:
    """The quiet line under an answer: a `mark` (interrupted, refused, ...), a `notice`, the model, then `facts` in order.

    `model` is the name that requests use, `name` the one that people read. `callout` is a paragraph above the line: why the model
    refused, or how to go on. `notices` have lines of their own, as has an `ending` that was not the answer's own (a stop, an
    error), which says more than the mark. `receipt` is what was sent: the line's fold. `more` are facts that stand in the fold.
    The answer is `hurried` when somebody has stopped it and waits for its end.
    """

    facts: tuple[str, ...] = ()
    mark: str = ""
    notice: str = ""
    callout: str = ""
    receipt: Receipt | None = None
    model: str = ""
    name: str = ""
    notices: tuple[Notice, ...] = ()
    ending: Notice | Failure | None = None
    more: tuple[str, ...] = ()
    hurried: bool = False

    @property
    def html(self) -> str:
        """The line as HTML; above it what needs a line of its own, below it what was sent."""
        is_marked = self.mark and self.ending is None
        parts = [f'<span class="nbclaude-mark">{escape(self.mark)}</span>'] if is_marked else []
        parts += [f"<strong>{escape(self.notice)}</strong>"] if self.notice else []
        if self.model:
            title = f' title="{escape(self.model)}"' if self.name and self.name != self.model else ""
            parts.append(f"<strong{title}>{escaped(self.name or self.model)}</strong>")
        parts += [_unbroken(fact) for fact in self.facts]
        line = " · ".join(parts)
        callout = f'<div class="nbclaude-callout">{typed_html(self.callout)}</div>' if self.callout else ""
        endings = (self.ending,) if self.ending else ()
        above = "".join(each.html for each in (*self.notices, *endings))
        if self.receipt is None:
            line = " · ".join([line, *map(escaped, self.more)])
            return f'{callout}{above}<div class="nbclaude-footer" role="status">{line}</div>'
        summary = (
            f'<span class="nbclaude-footer" role="status">{line}</span> · {escaped(self.receipt.summary)}'
        )
        return f"{callout}{above}{self.receipt.fold(summary, self.more)}"

    @property
    def line(self) -> str:
        """The line alone, as plain text."""
        facts = (self.mark, self.notice, self.model, *self.facts, *self.more)
        return " · ".join(part for part in facts if part)

    @property
    def text(self) -> str:
        """All of it as plain text, each thing on a line of its own."""
        sent = (self.receipt.summary, *self.receipt.notes) if self.receipt else ()
        lines = (self.callout, *(notice.line for notice in self.notices), self.line, *sent)
        return "\n".join(part for part in lines if part)


def _unbroken(fact: str) -> str:
    """Return a fact as HTML; the unit of seconds stays on the line of its number."""
    return f'<span class="nbclaude-fact">{escaped(fact)}</span>' if fact.endswith(" s") else escaped(fact)
