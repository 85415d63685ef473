"""The card that asks whether a tool may run, and shows what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nbclaude.render.highlight import highlight
from nbclaude.render.seams import escaped

__all__ = ["APPROVAL_CSS", "approval_html"]

# Long lines are wrapped, since no code may hide beyond the right edge.
APPROVAL_CSS = """
.nbclaude .nbclaude-card.nbclaude-ask { border-left-color: var(--jp-brand-color1, #1976d2); }
.nbclaude .nbclaude-card.nbclaude-ask.nbclaude-done { border-left-color: var(--nbclaude-edge); }
.nbclaude .nbclaude-ask table { margin: .45em 0 .2em; border-collapse: collapse; font-size: .93em; table-layout: auto;
  width: 100%; border: 0; }
.nbclaude .nbclaude-ask th, .nbclaude .nbclaude-ask td { text-align: left; vertical-align: top; padding: .1em 1em .1em 0;
  border: 0; background: none; font-weight: 400; white-space: pre-wrap; overflow-wrap: anywhere; max-width: none; }
.nbclaude .nbclaude-ask tbody tr { background: none; }
.nbclaude .nbclaude-ask th { color: var(--nbclaude-quiet); white-space: nowrap; width: 1%; }
.nbclaude .nbclaude-ask td { font-family: var(--jp-code-font-family, ui-monospace, monospace); }
.nbclaude .nbclaude-ask pre { margin: .5em 0 .2em; padding: .6em .8em; border-radius: 6px; max-height: 28em; overflow: auto;
  background: var(--nbclaude-ground); white-space: pre-wrap; overflow-wrap: anywhere; font-size: .93em; line-height: 1.5; }
.nbclaude .nbclaude-ask pre code { padding: 0; background: none; font-size: 1em; }
.nbclaude .nbclaude-ask p.nbclaude-said { font-weight: 600; margin-top: .45em; }
"""


def approval_html(
    tool: str,
    rows: Sequence[tuple[str, str]],
    source: str,
    language: str,
    touches: str,
    outcome: str = "",
    *,
    is_allowed: bool = False,
) -> str:
    """Return the card: the arguments as `rows`, code or a diff as `source`, what the call may touch, and its outcome, if any."""
    name = f"<code>{escaped(tool)}</code>"
    verb = "asked to call" if outcome else "wants to call"
    parts = [f'<p class="nbclaude-title"><strong>Claude {verb} {name}</strong></p>']
    if source:
        parts.append(
            f'<pre class="mathjax_ignore tex2jax_ignore" tabindex="0"><code>{highlight(source, language)}</code></pre>'
        )
    if rows:
        cells = (
            f'<tr><th scope="row">{escaped(name)}</th><td>{escaped(value)}</td></tr>' for name, value in rows
        )
        parts.append(f'<table class="mathjax_ignore tex2jax_ignore"><tbody>{"".join(cells)}</tbody></table>')
    if not rows and not source:
        parts.append("<p>Without arguments.</p>")
    parts.append(f"<p>{escape(touches[:1].upper() + touches[1:], quote=False)}.</p>")
    if outcome:
        sign = "✓" if is_allowed else "✕"
        parts.append(f'<p class="nbclaude-said">{sign} {escaped(outcome)}</p>')
    state = "nbclaude-done" if outcome else "nbclaude-waits"
    label = escape(f"Claude {verb} {tool}")
    return f'<div class="nbclaude-card nbclaude-ask {state}" role="group" aria-label="{label}">{"".join(parts)}</div>'
