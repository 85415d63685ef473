"""Shows what a new text changes in an old one: as HTML in the colours of both themes, and as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html import escape
from typing import Literal

from nbclaude.frozen import frozen

__all__ = ["DIFF_STYLE", "DiffLine", "diff_html", "diff_lines", "diff_text"]

_AROUND = 3  # unchanged lines that are shown above and below a change
_SHORT = 30  # lines; a text of no more is shown whole
_EXACT = 2_000  # lines; in longer texts lines that come often are no places to meet at, which keeps it fast
_SIGNS = {"same": " ", "out": "−", "in": "+", "skipped": "⋮"}
_PLAIN_SIGNS = {"same": " ", "out": "-", "in": "+", "skipped": " "}
_TAGS = {"same": "span", "out": "del", "in": "ins", "skipped": "span"}

_CSS = """
.nbclaude-diff .nbclaude-lines { display: inline-block; min-width: 100%; padding: 0; }
.nbclaude .nbclaude-diff pre { padding: .65em 0; }
.nbclaude-diff .nbclaude-lines > * { display: inline-block; width: 100%; box-sizing: border-box; padding: 0 1em 0 .7em;
  text-decoration: none; color: inherit; white-space: pre; }
.nbclaude-diff .nbclaude-lines > ins { background: #e6f4ea; color: #14532d; }
.nbclaude-diff .nbclaude-lines > del { background: #fdecea; color: #7f1d1d; }
.nbclaude-diff .nbclaude-lines > .nbclaude-skipped { color: var(--jp-content-font-color2, #767676); }
body[data-jp-theme-light="false"] .nbclaude-diff .nbclaude-lines > ins { background: #12301d; color: #b7f0c8; }
body[data-jp-theme-light="false"] .nbclaude-diff .nbclaude-lines > del { background: #3a1715; color: #ffc9c4; }
.nbclaude-diff b { display: inline-block; width: 1.6em; font-weight: inherit; opacity: .85; user-select: none; }
.nbclaude .nbclaude-diff[data-language] pre { padding-top: .65em; }
@media (max-width: 640px) { .nbclaude .nbclaude-diff[data-language] pre { padding-top: 1.6em; } }
"""
DIFF_STYLE = re.sub(r"\s+", " ", _CSS).strip()


@frozen
class DiffLine:
    """One line of a diff. A "skipped" one stands for lines that have not changed; its text says how many."""

    kind: Literal["same", "out", "in", "skipped"]
    text: str


def diff_lines(before: str, after: str) -> list[DiffLine]:
    """Compare two texts line by line; what has gone stands above what has come in its place."""
    old, new = before.split("\n"), after.split("\n")
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > _EXACT)
    around = max(len(old), len(new)) if max(len(old), len(new)) <= _SHORT else _AROUND
    lines: list[DiffLine] = []
    reached = 0
    for group in matcher.get_grouped_opcodes(around):
        lines += _skipped(group[0][1] - reached)
        for tag, begin, end, new_begin, new_end in group:
            if tag == "equal":
                lines += [DiffLine("same", line) for line in old[begin:end]]
                continue
            lines += [DiffLine("out", line) for line in old[begin:end]]
            lines += [DiffLine("in", line) for line in new[new_begin:new_end]]
        reached = group[-1][2]
    return [*lines, *_skipped(len(old) - reached)]


def _skipped(count: int) -> Iterator[DiffLine]:
    if count > 0:
        yield DiffLine("skipped", f"{count} unchanged line{'s' if count > 1 else ''}")


def diff_html(before: str, after: str, label: str = "") -> str:
    """Return the diff as a code block, styled by `DIFF_STYLE`; without style it reads well, too. `label` names what changes.

    Each line says with a sign what happens to it, also in words of HTML (`ins`, `del`), so nobody depends on its colour.
    """
    lines = "\n".join(_line_html(line) for line in diff_lines(before, after))
    named = f' data-language="{escape(label)}"' if label else ""
    said = escape(f"Changes in {label}" if label else "Changes")
    return (
        f'<div class="code nbclaude-diff mathjax_ignore tex2jax_ignore"{named} role="group" aria-label="{said}">'
        f'<pre tabindex="0"><code class="nbclaude-lines">{lines}</code></pre></div>'
    )


def _line_html(line: DiffLine) -> str:
    tag = _TAGS[line.kind]
    css = ' class="nbclaude-skipped"' if line.kind == "skipped" else ""
    return f"<{tag}{css}><b>{_SIGNS[line.kind]}</b>{escape(line.text, quote=False)}</{tag}>"


def diff_text(before: str, after: str) -> str:
    """Return the diff as plain text."""
    return "\n".join(f"{_PLAIN_SIGNS[line.kind]} {line.text}".rstrip() for line in diff_lines(before, after))
