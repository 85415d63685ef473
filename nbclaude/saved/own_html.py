"""Reads HTML as nbclaude writes it, and nothing else: which of its texts are open, in folds, or shown at a pointer only.

What a browser shows of HTML in general cannot be known: too many elements, attributes, styles and classes can hide text, and
parsers of damaged markup differ. So HTML with anything that we do not write counts as showing nothing at all.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from nbclaude.frozen import frozen
from nbclaude.render.style import STYLE
from nbclaude.saved.places import (
    IGNORED,
    MAX_BREAKS,
    MAX_DEPTH,
    PROCESSED,
    SMALLEST,
    indents,
    is_far,
    is_formula,
    is_taken_for_formula,
    size,
    veils,
)

__all__ = ["Texts", "is_own_class", "texts_of"]

_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[ \t\n]+[\w:-]+(?:="[^"]*")?)*)[ \t\n]*>', re.ASCII)
_ATTRIBUTE = re.compile(r'([\w:-]+)(?:="([^"]*)")?', re.ASCII)
_VOID = frozenset(["br", "hr", "img", "input"])
_ELEMENTS = frozenset(
    re.findall(
        r"\S+",
        "a b blockquote code del details div em figcaption figure h1 h2 h3 h4 h5 h6 i li ol p pre s section span strong"
        " sub summary sup table tbody td th thead tr ul",
    )
) | set(_VOID)
_ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        "alt aria-label checked class colspan data-language data-name dir disabled href id open rel role"
        " rowspan src start style tabindex target title type",
    )
)
_CLASSES = frozenset(
    re.findall(
        r"\S+",
        "code contains-task-list display footnote image math mathjax_ignore mathjax_process number table task-list-item"
        " task-list-item-checkbox tex2jax_ignore tex2jax_process",
    )
)
# No finished answer has a waiting sign.
_STYLED = frozenset(re.findall(r"\.(nbclaude[\w-]*)", STYLE)) - {"nbclaude-waiting"}
# The class names of code colours have at most three characters.
_CLASS = re.compile(
    r"nbclaude-(?:remark|to|at|in)-[\w-]*|nbclaude-to|language-\S{1,30}|footnotes?[a-z-]*|[a-z][a-z0-9]{0,2}"
    r"|magic(?:-[a-zA-Z]+)+|typed(?:-\d+)+"
)
_STYLE = re.compile(r"text-align:\s?(?:left|right|center);?|white-space:\s?nowrap;?")
# What we add to an answer is not what the model has said.
_ADDED = re.compile(
    r"nbclaude-(?!answer\b|first\b|remark|to\b|at-|in-|listing\b)[\w-]*|footnote-(?:backref|ref)"
)
# Footnotes have ids. A front end may have style rules for other ids.
_ID = re.compile(r"fn(?:ref)?[\w:.-]*")
_TITLE = 40  # characters of the title of a link
_TITLES = 200  # of all in one output
_BIDI = frozenset(["rtl", "ltr", "auto"])


@frozen
class Texts:
    """What HTML of ours shows.

    `answer` is what the model has said, outside of folds; `in_open` has addresses and short titles of links, too, and `shown` has
    folds besides. `read` is all of it without addresses and titles. `pointed` is what appears only when the reader points at a
    link, `veiled` are formulas that may hide some of their words, and `codes` the code blocks. `is_far`: white space pushes text
    out of sight.

    `is_own` is False where the HTML holds what we do not write; then it counts as showing nothing.
    """

    answer: str = ""
    in_open: str = ""
    shown: str = ""
    read: str = ""
    pointed: tuple[str, ...] = ()
    veiled: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    is_far: bool = False
    is_own: bool = True


def is_own_class(name: str) -> bool:
    """Tell whether an element of ours may have this class."""
    return name in _CLASSES or name in _STYLED or _CLASS.fullmatch(name) is not None


def texts_of(html: str) -> Texts:
    """Return what a browser shows of our own HTML, without its style sheet."""
    html = html.replace("<wbr>", "")  # neither browsers nor MathJax end a word there
    reader = _Reader()
    end = 0
    for tag in _TAG.finditer(html):
        text = html[end : tag.start()]
        end = tag.end()
        if "<" in text:
            return Texts(is_own=False)
        is_ours = reader.text(unescape(text)) if text else True
        if not is_ours or not (reader.leave(tag[2]) if tag[1] else reader.enter(tag[2], tag[3])):
            return Texts(is_own=False)
    rest = html[end:]
    if "<" in rest or reader.elements:
        return Texts(is_own=False)
    reader.text(unescape(rest))
    return reader.texts


class _Element(NamedTuple):
    """An open element, and what applies within it.

    `size` is that of its text, `aside` how far it has been moved (1 is too far). `is_open_to_maths`: MathJax looks into it.
    """

    name: str = ""
    address: str = ""
    is_added: bool = False
    is_code: bool = False
    is_formula: bool = False
    is_open_to_maths: bool = True
    size: float = 1.0
    aside: float = 0.0


class _Reader:
    """Collects the texts of elements that are well nested."""

    def __init__(self) -> None:
        self.elements: list[_Element] = []
        self._answer: list[str] = []
        self._in_open: list[str] = []
        self._shown: list[str] = []
        self._read: list[str] = []
        self._pointed: list[str] = []
        self._veiled: list[str] = []
        self._codes: list[list[str]] = []
        self._titles = _TITLES
        self._breaks = 0
        self._is_far = False

    @property
    def texts(self) -> Texts:
        """What has been read."""
        return Texts(
            "".join(self._answer),
            "".join(self._in_open),
            "".join(self._shown),
            "".join(self._read),
            tuple(self._pointed),
            tuple(self._veiled),
            tuple("".join(code) for code in self._codes),
            self._is_far,
        )

    @property
    def _innermost(self) -> _Element:
        return self.elements[-1] if self.elements else _OUTSIDE

    def text(self, text: str) -> bool:
        """Take a text; tell whether it is allowed there."""
        around = self._innermost
        if self._breaks and text.strip():
            self._is_far |= self._breaks > MAX_BREAKS
            self._breaks = 0
        self._is_far |= is_far(text)
        if around.is_formula:
            if not is_formula(text):
                return False
            if veils(text):
                self._veiled.append(text)
                self._take(text)
                return True
        elif around.is_open_to_maths and is_taken_for_formula(text):
            return True  # what the reader sees of it is not known
        self._take(text)
        self._read.append(text)
        if around.is_code:
            self._codes[-1].append(text)
        if not around.is_added:
            self._answer.append(text)
        return True

    def enter(self, name: str, written: str) -> bool:
        """Begin an element; tell whether it is one of ours, and shows its text."""
        pairs = (
            [(key.lower(), unescape(value)) for key, value in _ATTRIBUTE.findall(written)] if written else []
        )
        attributes = dict(pairs)
        name, around = name.lower(), self._innermost
        if name not in _ELEMENTS or not _is_ours(attributes) or around.is_formula:
            return False
        if len(pairs) > len(attributes):
            return False  # if an attribute occurs twice, browsers use the first
        if name in _VOID:
            self._breaks += name == "br"
            return True
        # To a reader, the texts of two elements are separate words.
        self._take(" ")
        self._read.append(" ")
        self._point(attributes)
        classes = attributes.get("class", "").split()
        if "code" in classes and not around.is_code:
            self._codes.append([])
        entered = _entered(name, attributes.get("href", ""), classes, around)
        self.elements.append(entered)
        return len(self.elements) <= MAX_DEPTH and entered.size >= SMALLEST and entered.aside <= 1

    def leave(self, name: str) -> bool:
        """End an element; tell whether it is the innermost."""
        if not self.elements or self.elements[-1].name != name.lower():
            return False
        address = self.elements.pop().address
        if address:
            self._take(f" {address} {unquote(address)} ")
        return True

    def _point(self, attributes: dict[str, str]) -> None:
        """Take what a link shows when the reader points at it."""
        address = attributes.get("href", "")
        title = attributes.get("title", "") if address else ""
        self._pointed += [each for each in (title, _sentence(address)) if each]
        if title and len(title) <= min(_TITLE, self._titles):
            # Readers see it if they point at the link: enough for a name, not for a message.
            self._titles -= len(title)
            self._take(f" {title} ")

    def _take(self, text: str) -> None:
        self._shown.append(text)
        if not self._innermost.is_added:
            self._in_open.append(text)


_OUTSIDE = _Element()


def _entered(name: str, address: str, classes: list[str], around: _Element) -> _Element:
    """Return an element within another."""
    names = frozenset(classes)
    return _Element(
        name,
        address,
        around.is_added or name == "details" or any(_ADDED.fullmatch(each) for each in classes),
        around.is_code or "code" in classes,
        bool(PROCESSED & names),
        around.is_open_to_maths and name not in ("code", "pre") and not IGNORED & names,
        around.size * size(name, classes),
        around.aside + indents(name),
    )


def _is_ours(attributes: dict[str, str]) -> bool:
    if not _ATTRIBUTES.issuperset(attributes):
        return False
    style = attributes.get("style")
    if style is not None and _STYLE.fullmatch(style.strip()) is None:
        return False
    if not _ID.fullmatch(attributes.get("id", "fn")) or attributes.get("dir", "auto") not in _BIDI:
        return False
    return all(map(is_own_class, attributes.get("class", "").split()))


def _sentence(address: str) -> str:
    """Return an address that holds a sentence; empty if it holds none."""
    words = unquote(address)
    return words if len(words.split()) > 2 else ""
