"""Shows code with its lines numbered, above an answer that refers to them: who points at "line 4" sees which one that is.

A reference in the answer (`line_references.py`) and a line of the listing meet in a rule of style, so it needs no script: it
works in trusted notebooks and in exported HTML, across the outputs of one cell.
"""

from __future__ import annotations

import re

from nbclaude.frozen import frozen
from nbclaude.render.highlight import highlight

__all__ = ["LISTING_STYLE", "MARKED_LINE", "Listing"]

_MAX_LINES = 300
# Where several outputs meet: in JupyterLab, Notebook 7 and exported HTML; in the classic template; and in one output alone.
_AROUND = (".jp-OutputArea", ".output", ".nbclaude-whole")
_CSS = """
.nbclaude .nbclaude-listing pre { padding: .65em 0; max-height: 22em; overflow: auto; }
.nbclaude-listing code { display: inline-block; min-width: 100%; }
.nbclaude-listing code > span { display: inline-block; width: 100%; box-sizing: border-box; padding: 0 1em 0 0;
  white-space: pre; }
.nbclaude-listing b { display: inline-block; width: 3.2em; padding-right: 1em; box-sizing: border-box; text-align: right;
  font-weight: inherit; color: var(--nbclaude-quiet, #767676); user-select: none; }
.nbclaude .nbclaude-to { text-decoration: underline dotted; text-underline-offset: .2em; cursor: pointer; border-radius: 2px;
  color: var(--jp-content-link-color, #1976d2); }
.nbclaude .nbclaude-to:focus { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px; }
"""
LISTING_STYLE = re.sub(r"\s+", " ", _CSS).strip()
# The line that is meant is scrolled to: it is the only place where its box comes to rest.
MARKED_LINE = (
    "background:color-mix(in srgb,var(--jp-brand-color1,#1976d2) 20%,transparent);scroll-snap-align:center"
)
_SNAPS = "scroll-snap-type:y mandatory"
_EMPTY = re.compile(r'<span class="[a-z]+"></span>')
_TAG = re.compile(r'(<span class="[a-z]+">|</span>|\n)')


@frozen
class Listing:
    """The code that an answer is about; `id` tells it from other listings on the page."""

    source: str
    id: str

    @property
    def lines(self) -> int:
        """How many lines can be pointed at."""
        return min(self.source.count("\n") + 1, _MAX_LINES)

    def classes(self, numbers: range | list[int]) -> str:
        """Return the classes of a reference to lines with these numbers."""
        return " ".join(f"nbclaude-to-{self.id}-{number}" for number in numbers)

    @property
    def html(self) -> str:
        """The numbered lines, without a style sheet they read well, too."""
        lines = _lines(highlight(self.source, "python"))
        shown = "\n".join(
            f'<span class="nbclaude-at-{self.id}-{number}"><b>{number}</b>{line}</span>'
            for number, line in enumerate(lines, 1)
        )
        return (
            '<div class="code nbclaude-listing mathjax_ignore tex2jax_ignore" role="group"'
            ' aria-label="The code with line numbers">'
            f'<pre tabindex="0" class="nbclaude-in-{self.id}"><code>{shown}</code></pre></div>'
        )

    @property
    def style(self) -> str:
        """The rules of style: how it looks, and which line is marked when somebody points at a reference."""
        around = f":is({','.join(_AROUND)})"
        marks = ",".join(
            f"{around}:has(.nbclaude-to-{self.id}-{number}:is(:hover,:focus)) .nbclaude-at-{self.id}-{number}"
            for number in range(1, self.lines + 1)
        )
        snaps = f"{around}:has(.nbclaude-to-{self.id}:is(:hover,:focus)) .nbclaude-in-{self.id}"
        return f"{LISTING_STYLE} {marks}{{{MARKED_LINE}}} {snaps}{{{_SNAPS}}}"

    @property
    def text(self) -> str:
        """The numbered lines as plain text."""
        return "\n".join(
            f"{number:>3} | {line}".rstrip() for number, line in enumerate(self.source.split("\n"), 1)
        )


def _lines(html: str) -> list[str]:
    """Cut highlighted code into lines: a colour that goes on begins anew on each."""
    lines, opened = [""], ""
    for piece in _TAG.split(html):
        if piece == "\n":
            lines[-1] += "</span>" if opened else ""
            lines.append(opened)
            continue
        if piece.startswith("<span class="):
            opened = piece
        elif piece == "</span>":
            opened = ""
        lines[-1] += piece
    return [_EMPTY.sub("", line) for line in lines]
