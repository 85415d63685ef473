"""Tells what a reader of a notebook sees of a cell: what is restored must be among it.

Compared are words, without regard to markup. A text that stands in an output where no browser shows it is not seen.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

from nbclaude.cleaning import printable
from nbclaude.render.style import STYLE

__all__ = ["View", "has_unseen_characters"]

_WORD = re.compile(r"[^\W_]+")
_DATA = re.compile(r"data:[\w/+.;=-]*,[A-Za-z0-9+/=%]*")
# What our own HTML consists of; Python's reader takes five times as long.
_TAG = re.compile(r'<(/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*/?>')
_ATTRIBUTE = re.compile(r'([\w:-]+)(?:="([^"]*)")?')
# More of these in a row than any script or emoji needs: text can be hidden in them.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u200b-\u200f\u2060\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]{5,}"
)
# Markup that is words in the source and none on the screen; labels are short.
_MARKUP = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*[\w+#.-]{0,20}"
    r"|^[ \t>]*(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\]"
    r"|\[\^[^\]\s]{1,12}\]:?"
    r"|(?<=\])\[[^\]\n]{1,12}\]"
    r"|^[ ]{0,3}\[[^\]\n]{1,12}\]:",
    re.MULTILINE,
)
_STYLE = re.compile(r"\s*(?:text-align|white-space)\s*:\s*[a-z-]+\s*;?\s*")  # that hides nothing
_TITLE = 40  # characters of the title of a link
_TITLES = 200  # of all in one output
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_HIDDEN = frozenset(
    [
        "style",
        "script",
        "template",
        "noscript",
        "title",
        "head",
        "textarea",
        "noembed",
        "noframes",
        "iframe",
        "object",
    ]
)


def has_unseen_characters(text: str) -> bool:
    """Tell whether a text holds characters that nobody sees, and more than writing needs."""
    return printable(text) != text or _UNSEEN.search(text) is not None


class View:
    """What a cell shows: its source, and the HTML of its outputs."""

    def __init__(self, source: str, htmls: Sequence[str]) -> None:
        self.source = source
        self._htmls = htmls

    @functools.cached_property
    def has_html(self) -> bool:
        """Whether it shows anything as HTML."""
        return any(html.strip() for html in self._htmls)

    @functools.cached_property
    def has_foreign_style(self) -> bool:
        """Whether an output brings rules of style that are not ours: nobody can tell what they hide."""
        return any("<style" in html.replace(f"<style>{STYLE}</style>", "").lower() for html in self._htmls)

    @functools.cached_property
    def is_in_source(self) -> _Words:
        """The words of the source, in order."""
        return _Words(_WORD.findall(self.source.casefold()))

    def asks(self, text: str) -> bool:
        """Tell whether the cell's source says this text."""
        return self.is_in_source.have(text)

    def shows(self, text: str) -> bool:
        """Tell whether the outputs show this text, in its order."""
        words = self._shown[0]
        return words.have(text) or words.have(json.dumps(text, ensure_ascii=False)[1:-1])

    def hidden_in(self, markdown: str) -> str:
        """Return a word of the Markdown of outputs that their HTML does not show; empty if it shows all of them."""
        if not self.has_html:
            return ""  # then it is the Markdown that is shown
        words, joined = self._shown
        word: str
        there = words.counted
        for word, count in Counter(_WORD.findall(_MARKUP.sub(" ", unescape(markdown)).casefold())).items():
            if count > there[word] and not word.isdigit() and joined.count(word) < count:
                return word
        return ""

    @functools.cached_property
    def _shown(self) -> tuple[_Words, str]:
        texts: list[str] = []
        for html in self._htmls:
            texts += _texts_of(_DATA.sub("", html.replace(f"<style>{STYLE}</style>", "")))
        words = [word for text in texts for word in _WORD.findall(text.casefold())]
        return _Words(words), "".join(texts).casefold()


class _Words:
    """Words in their order."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)
        self._line = f" {' '.join(self._words)} "

    @functools.cached_property
    def counted(self) -> Counter[str]:
        """How often each stands there."""
        return Counter(self._words)

    def have(self, text: str) -> bool:
        """Tell whether the words of this text stand there, one behind the other."""
        words = _WORD.findall(text.casefold())
        return not words or f" {' '.join(words)} " in self._line


def _texts_of(html: str) -> list[str]:
    """Return the texts that a browser shows of HTML, and the addresses of its links."""
    reader = _Reader()
    end = 0
    for tag in _TAG.finditer(html):
        text = html[end : tag.start()]
        if "<" in text or tag[2].lower() in _HIDDEN:
            return _read_slowly(html)
        if text:
            reader.handle_data(unescape(text))
        if tag[1]:
            reader.handle_endtag(tag[2].lower())
        else:
            attributes = _ATTRIBUTE.findall(tag[3]) if tag[3] else []
            reader.handle_starttag(
                tag[2].lower(), [(name.lower(), unescape(value)) for name, value in attributes]
            )
        end = tag.end()
    if "<" in html[end:]:
        return _read_slowly(html)
    return [*reader.texts, html[end:]]


def _read_slowly(html: str) -> list[str]:
    """Do the same for HTML that we do not write like this: comments, scripts, attributes without quotes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.texts


class _Reader(HTMLParser):
    """Collects the texts that a browser shows; what a style or an attribute may hide counts as hidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._hidden_in: list[str] = []
        self._titles = _TITLES

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        given = dict(attrs)
        style = given.get("style")
        is_styled = style is not None and _STYLE.fullmatch(style) is None
        hides = tag in _HIDDEN or is_styled or "hidden" in given or "aria-hidden" in given
        if (hides or self._hidden_in) and tag not in _VOID:
            self._hidden_in.append(tag)
        href = given.get("href")
        if href and not self._hidden_in:
            self.texts.append(f" {href} {unquote(href)} ")
            title = given.get("title") or ""
            if len(title) <= min(_TITLE, self._titles):
                # Seen by whoever points at the link: a name is, a message is not.
                self._titles -= len(title)
                self.texts.append(f" {title} ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass an element that holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in self._hidden_in:
            while self._hidden_in.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if not self._hidden_in:
            self.texts.append(data)
