"""The still picture that a saved notebook shows in the place of a panel: HTML without a widget."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nbclaude.render.style import STYLE
from nbclaude.render.switches import PANEL_PICTURE

__all__ = ["picture_html"]


def picture_html(facts: Sequence[tuple[str, str]], turns: Sequence[tuple[int, str, str]]) -> str:
    """Show settings as name and value, and the newest turns as number, question and the beginning of the answer.

    The style sheet in it hides the picture where the live panel stands above it.
    """
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in facts)
    asked = "".join(
        f'<p class="nbclaude-line"><strong>Turn {number}</strong> {escape(question)}<br>{escape(answer)}</p>'
        for number, question, answer in turns
    )
    return (
        f'<div class="nbclaude nbclaude-picture mathjax_ignore tex2jax_ignore"><style>{STYLE}{PANEL_PICTURE}</style>'
        "<p><strong>The panel of %claude, as it was last</strong></p>"
        f'<div class="table"><table><tbody>\n{rows}</tbody></table></div>{asked}'
        '<p class="nbclaude-footer">Run this cell to open the panel.</p></div>'
    )
