"""The card of a call as HTML: what is asked, and what became of it."""

from __future__ import annotations

from nbclaude.approval.proposed import Proposed

__all__ = ["card_html"]


def card_html(
    proposed: Proposed, outcome: str = "", *, is_allowed: bool = False, more_style: str = ""
) -> str:
    """Return the card, with the style sheet; without an outcome it waits."""
    from nbclaude.render.approval import approval_html
    from nbclaude.render.style import STYLE

    tool = proposed.tool
    language = "diff" if tool.preview is not None else {"command": "bash"}.get(tool.shown, "python")
    card = approval_html(
        tool.name, proposed.rows, proposed.source, language, tool.touches, outcome, is_allowed=is_allowed
    )
    return f'<div class="nbclaude"><style>{STYLE}{more_style}</style>{card}</div>'
