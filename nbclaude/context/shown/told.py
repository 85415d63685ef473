"""What a cell displays comes in, as the kernel sends it; what it says in words goes out, for a model that reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

__all__ = ["told"]

# A text that gives only a type away: `<IPython.core.display.Markdown object>`, `<...Styler at 0x7f00>`.
_BARE = re.compile(r"<[^\n<>]{1,200}(?: object| at 0x[0-9A-Fa-f]+)>")
_LONGEST_HTML = 400_000  # characters that are read
_UNSEEN = frozenset({"script", "style", "head", "template"})
_LINES = frozenset({"br", "caption", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "pre", "tr"})


def told(data: Mapping[str, Any]) -> str:
    """Return the text of a mime bundle: its Markdown or plain text, or that of its HTML where these say nothing."""
    plain, html = (data.get(kind) for kind in ("text/plain", "text/html"))
    if isinstance(markdown := data.get("text/markdown"), str) and not isinstance(html, str):
        return markdown
    plain = plain if isinstance(plain, str) else ""
    if isinstance(html, str) and _BARE.fullmatch(plain):
        return _Words.of(html) or plain
    return plain


class _Words(HTMLParser):
    """Collects the text of HTML: rows of tables are lines, and their cells stand apart."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []
        self._unseen = 0

    @classmethod
    def of(cls, html: str) -> str:
        """Return the words of some HTML, without empty lines."""
        reader = cls()
        reader.feed(html[:_LONGEST_HTML])
        lines = (" ".join(line.split()).removesuffix(" |") for line in "".join(reader._words).split("\n"))
        return "\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a line, or what nobody sees."""
        self._unseen += tag in _UNSEEN
        if tag in _LINES:
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a line or a cell."""
        self._unseen = max(self._unseen - (tag in _UNSEEN), 0)
        if tag in ("td", "th"):
            self._words.append(" | ")
        elif tag in _LINES:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep what is seen; what breaks a line in the source does not break it on the page."""
        if not self._unseen:
            self._words.append(re.sub(r"\s+", " ", data))
