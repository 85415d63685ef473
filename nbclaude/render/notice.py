"""Notices: a quiet line that a word begins (Stopped, Masked, Budget), and a card that says what failed and what to do."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from nbclaude.frozen import frozen
from nbclaude.render.seams import escaped

__all__ = ["NOTICE_CSS", "QUOTED_CSS", "Failure", "Notice", "on_its_own", "sentence_html", "typed_html"]

# A card or a line is an output of its own where there is no answer to stand under: then it brings these rules along.
NOTICE_CSS = """
.nbclaude { font-family: var(--jp-content-font-family, system-ui, sans-serif); font-size: var(--jp-content-font-size1, 14px);
  line-height: 1.6; color: var(--nbclaude-ink); padding-left: var(--jp-code-padding, 5px);
  overflow-wrap: break-word; word-break: normal;
  --nbclaude-ink: var(--jp-content-font-color1, var(--vscode-editor-foreground, currentColor));
  --nbclaude-quiet: color-mix(in srgb, var(--nbclaude-ink) 74%, transparent);
  --nbclaude-edge: color-mix(in srgb, var(--nbclaude-ink) 24%, transparent);
  --nbclaude-ground: color-mix(in srgb, var(--nbclaude-ink) 6%, transparent);
  --nbclaude-warn: color-mix(in srgb, #d97706 64%, var(--nbclaude-ink));
  --nbclaude-fault: color-mix(in srgb, #dc2626 78%, var(--nbclaude-ink)); }
.nbclaude-notice { display: flex; gap: .6em; align-items: baseline; margin: .35em 0; font-size: .93em; max-width: 46rem;
  color: var(--nbclaude-quiet); white-space: pre-line; }
.nbclaude > style + .nbclaude-notice:last-child { margin: 0; }
.nbclaude-mark { color: var(--nbclaude-warn); font-weight: 600; flex: none; }
.nbclaude-card { max-width: 46rem; box-sizing: border-box; margin: .3em 0; padding: .7em .95em .8em; border-radius: 8px;
  border: 1px solid var(--nbclaude-edge); border-left: 3px solid var(--nbclaude-fault); }
.nbclaude .nbclaude-card p { margin: .2em 0 0; color: var(--nbclaude-quiet); white-space: pre-line; line-height: 1.55; }
.nbclaude .nbclaude-card p.nbclaude-title { font-weight: 600; line-height: 1.4; margin: 0; color: inherit; }
.nbclaude .nbclaude-card p.nbclaude-detail { font-size: .86em; margin-top: .4em; }
.nbclaude .nbclaude-notice code, .nbclaude .nbclaude-card code { font-size: .92em; padding: .1em .3em; border-radius: 3px;
  font-family: var(--jp-code-font-family, ui-monospace, monospace); color: inherit; background: var(--nbclaude-ground); }
.nbclaude .nbclaude-typed.nbclaude-typed { white-space: nowrap; }
"""

# Verbatim text below a sentence.
QUOTED_CSS = """
.nbclaude.nbclaude .nbclaude-quoted { max-width: 46rem; max-height: 30em; overflow: auto; margin: .2em 0 .5em; padding: .5em .8em;
  border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; word-break: normal; font-size: .88em; line-height: 1.5;
  font-family: var(--jp-code-font-family, ui-monospace, monospace); color: inherit; background: var(--nbclaude-ground); }
"""

# What a reader types is set as code: magics with their words, options, the name of the reply.
_WORDS = r"(?: (?:(?:deleted|accept|drop|off|add|[A-Z]{2,}|\d+)(?![\w.]\w)\b|\"[A-Z]+\"|\[options\]))*"
_NO_MATHS = "mathjax_ignore tex2jax_ignore"  # the dollars are prices
_UNBROKEN = 40  # characters of what is typed that stay on one line


@frozen
class Notice:
    """A word that stands out, and a sentence that does not."""

    word: str
    text: str

    @property
    def html(self) -> str:
        """The notice as a line."""
        return (
            f'<div class="nbclaude-notice {_NO_MATHS}"><span class="nbclaude-mark">{escape(self.word)}</span>'
            f"<span>{typed_html(self.text)}</span></div>"
        )

    @property
    def line(self) -> str:
        """The notice as plain text."""
        return f"{self.word}: {self.text}"


@frozen
class Failure:
    """What has failed, in a few words (`title`), what is known of it and what to do (`paragraphs`), and what support asks for."""

    title: str
    paragraphs: tuple[str, ...] = ()
    detail: str = ""

    @property
    def html(self) -> str:
        """The failure as a card."""
        rows = [f"<p>{typed_html(text)}</p>" for text in self.paragraphs if text]
        detail = f'<p class="nbclaude-detail"><code>{escaped(self.detail)}</code></p>' if self.detail else ""
        title = f'<p class="nbclaude-title"><strong>{typed_html(self.title)}</strong></p>'
        name = f'role="group" aria-label="{escape(self.title)}"'
        return f'<div class="nbclaude-card {_NO_MATHS}" {name}>{title}{"".join(rows)}{detail}</div>'


def sentence_html(sentence: str, text: str = "") -> str:
    """Return a sentence as an output of its own: a quiet line, with a `text` verbatim below it."""
    line = f'<div class="nbclaude-notice {_NO_MATHS}"><span>{typed_html(sentence)}</span></div>'
    if not text:
        return on_its_own(line)
    quoted = f'<pre class="nbclaude-quoted {_NO_MATHS}" tabindex="0">{escaped(text)}</pre>'
    return on_its_own(line + quoted, QUOTED_CSS)


def on_its_own(html: str, more_css: str = "") -> str:
    """Return a notice or a card as an output of its own."""
    css = " ".join((NOTICE_CSS + more_css).split())
    return f'<div class="nbclaude"><style>{css}</style>{html}</div>'


@cache
def _typed() -> re.Pattern[str]:
    """Compile the pattern on first use: this module is loaded before the first sign of life, where every millisecond counts."""
    return re.compile(
        rf"(?<![\w%/.-])(?:%config \w+(?:\.\w+)*(?: = [^\s.]+)?|%{{1,2}}(?:claude\w*|load_ext|reload_ext){_WORDS}"
        r"|`(?P<said>[^`\n]+)`|--?[a-z][\w-]*(?<!-)|_claude(?:\.\w+)*)"
    )


def typed_html(text: str) -> str:
    """Return a text as HTML; what a reader types is set as code in it."""
    parts, end = [], 0
    for match in _typed().finditer(text):
        typed = match["said"] or match[0]
        kept = ' class="nbclaude-typed"' if len(typed) <= _UNBROKEN else ""
        parts.append(escaped(text[end : match.start()]))
        parts.append(f"<code{kept}>{escaped(typed)}</code>")
        end = match.end()
    return "".join([*parts, escaped(text[end:])])
