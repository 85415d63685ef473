"""Reads HTML as nbclaude writes it, and nothing else: which of its texts are open, in folds, or shown at a pointer only.

What a browser shows of HTML in general cannot be known: too many elements, attributes, styles and classes can hide text, and
parsers of damaged markup differ. So HTML with anything that we do not write counts as showing nothing at all.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from nbclaude.frozen import frozen
from nbclaude.render.style import STYLE

__all__ = ["Texts", "is_own_class", "texts_of"]

_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*>')
_ATTRIBUTE = re.compile(r'([\w:-]+)(?:="([^"]*)")?')
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
        "alt aria-label checked class colspan data-language data-name dir disabled href id open rel role rowspan src start"
        " style tabindex target title type",
    )
)
_CLASSES = frozenset(
    re.findall(
        r"\S+",
        "code contains-task-list display footnote image math mathjax_ignore mathjax_process number table task-list-item"
        " task-list-item-checkbox tex2jax_ignore tex2jax_process",
    )
)
_STYLED = frozenset(re.findall(r"\.(nbclaude[\w-]*)", STYLE))
# The class names of code colours have at most three characters.
_CLASS = re.compile(
    r"nbclaude-(?:remark|to|at|in)-[\w-]*|nbclaude-to|language-\S{1,30}|footnotes?[a-z-]*|[a-z][a-z0-9]{0,2}"
)
_STYLE = re.compile(r"text-align:\s?(?:left|right|center);?|white-space:\s?nowrap;?")
# What we add to an answer is not what the model has said.
_ADDED = re.compile(
    r"nbclaude-(?!answer\b|first\b|remark|to\b|at-|in-|listing\b)[\w-]*|footnote-(?:backref|ref)"
)
_TITLE = 40  # characters of the title of a link
_TITLES = 200  # of all in one output
_BIDI = frozenset(["rtl", "ltr", "auto"])


@frozen
class Texts:
    """What HTML of ours shows.

    `answer` is what the model has said, outside of folds; `in_open` has addresses and short titles of links, too, and `shown` has
    folds besides. `pointed` is what appears only when the reader points at a link.

    `is_own` is False where the HTML holds what we do not write; then it counts as showing nothing.
    """

    answer: str = ""
    in_open: str = ""
    shown: str = ""
    pointed: tuple[str, ...] = ()
    is_own: bool = True


def is_own_class(name: str) -> bool:
    """Tell whether an element of ours may have this class."""
    return name in _CLASSES or name in _STYLED or _CLASS.fullmatch(name) is not None


def texts_of(html: str) -> Texts:
    """Return what a browser shows of our own HTML, without its style sheet."""
    reader = _Reader()
    end = 0
    for tag in _TAG.finditer(html):
        text = html[end : tag.start()]
        end = tag.end()
        if "<" in text:
            return Texts(is_own=False)
        reader.text(unescape(text))
        if not (reader.leave(tag[2]) if tag[1] else reader.enter(tag[2], tag[3])):
            return Texts(is_own=False)
    rest = html[end:]
    if "<" in rest or reader.elements:
        return Texts(is_own=False)
    reader.text(unescape(rest))
    return Texts(
        "".join(reader.answer), "".join(reader.in_open), "".join(reader.shown), tuple(reader.pointed)
    )


class _Reader:
    """Collects the texts of elements that are well nested."""

    def __init__(self) -> None:
        self.answer: list[str] = []
        self.in_open: list[str] = []
        self.shown: list[str] = []
        self.pointed: list[str] = []
        self.elements: list[
            tuple[str, str, bool]
        ] = []  # with the address of each, and whether it was within an addition
        self._is_added = False
        self._titles = _TITLES

    def text(self, text: str) -> None:
        """Take a text."""
        self._take(text)
        if not self._is_added:
            self.answer.append(text)

    def enter(self, name: str, written: str) -> bool:
        """Begin an element; tell whether it is one of ours."""
        attributes = (
            {key.lower(): unescape(value) for key, value in _ATTRIBUTE.findall(written)} if written else {}
        )
        name = name.lower()
        if name not in _ELEMENTS or not _is_ours(attributes):
            return False
        if name in _VOID:
            return True
        address = attributes.get("href", "")
        title = attributes.get("title", "") if address else ""
        self.elements.append((name, f" {address} {unquote(address)} " if address else "", self._is_added))
        self.pointed += [each for each in (title, _sentence(address)) if each]
        if len(title) <= min(_TITLE, self._titles):
            # Readers see it if they point at the link: enough for a name, not for a message.
            self._titles -= len(title)
            self._take(f" {title} ")
        classes = attributes.get("class", "").split()
        self._is_added |= name == "details" or any(_ADDED.fullmatch(each) for each in classes)
        return True

    def leave(self, name: str) -> bool:
        """End an element; tell whether it is the innermost."""
        if not self.elements or self.elements[-1][0] != name.lower():
            return False
        _, address, self._is_added = self.elements.pop()
        self._take(address)
        return True

    def _take(self, text: str) -> None:
        self.shown.append(text)
        if not self._is_added:
            self.in_open.append(text)


def _is_ours(attributes: dict[str, str]) -> bool:
    if not _ATTRIBUTES.issuperset(attributes):
        return False
    style = attributes.get("style")
    if style is not None and _STYLE.fullmatch(style.strip()) is None:
        return False
    direction = attributes.get("dir")
    return (direction is None or direction in _BIDI) and all(
        map(is_own_class, attributes.get("class", "").split())
    )


def _sentence(address: str) -> str:
    """Return an address that holds a sentence; empty if it holds none."""
    words = unquote(address)
    return words if len(words.split()) > 2 else ""
