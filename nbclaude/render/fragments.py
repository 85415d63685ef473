"""The small pieces of HTML that several kinds of blocks are made of: folds, lines, code, JSON."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from nbclaude.render.highlight import highlight
from nbclaude.render.markdown import code_block_html, render_markdown

__all__ = [
    "clipped",
    "code_html",
    "fenced_markdown",
    "fold_html",
    "json_html",
    "line_html",
    "long_markdown",
    "text_html",
]

_BACKTICKS = re.compile("`+")
_MAX_MARKDOWN = 60_000  # characters
_MAX_LENGTH = 8_000  # characters of a result that are shown


def fold_html(summary_html: str, body_html: str, *, is_open: bool = False, kind: str = "") -> str:
    """Build a fold; `kind` is one more class. Without a body it is a line, since there is nothing to unfold."""
    if not body_html:
        return line_html(summary_html)
    css_class = f"nbclaude-fold {kind}".rstrip()
    state = " open" if is_open else ""
    return (
        f'<details class="{css_class}"{state}><summary>{summary_html}</summary>\n'
        f'<div class="nbclaude-inside">{body_html}</div></details>\n'
    )


def line_html(text_html: str) -> str:
    """Build a quiet line."""
    return f'<p class="nbclaude-line">{text_html}</p>\n'


def code_html(code: str, language: str = "") -> str:
    """Show source code or output, highlighted where the language is known, and cut where it is very long."""
    shown, rest = clipped(code)
    return code_block_html(highlight(shown, language), language, shown) + rest


def fenced_markdown(code: str, language: str = "") -> str:
    """Write code as a fenced block of Markdown, which no backticks in it can end."""
    fence = "`" * max([2, *map(len, _BACKTICKS.findall(code))])
    return f"`{fence}{language}\n{code}\n`{fence}\n"


def text_html(text: str) -> str:
    """Show plain text with its line ends, cut where it is very long."""
    shown, rest = clipped(text)
    return f'<pre tabindex="0">{escape(shown, quote=False)}</pre>\n{rest}' if shown.strip() else ""


def long_markdown(text: str) -> str:
    """Render Markdown that comes at once; what would take long to parse is shown as it came."""
    return render_markdown(text) if len(text) <= _MAX_MARKDOWN else text_html(text)


def json_html(value: Any) -> str:
    """Show a value as indented JSON."""
    return code_html(json.dumps(value, ensure_ascii=False, indent=2, default=str), "json")


def clipped(text: str) -> tuple[str, str]:
    """Return what is shown of a long text, and as HTML what is said about the rest."""
    text = text.removesuffix("\n")
    if len(text) <= _MAX_LENGTH:
        return text, ""
    return text[:_MAX_LENGTH], line_html(f"… {len(text) - _MAX_LENGTH:,} more characters, not shown")
