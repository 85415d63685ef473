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

from nbclaude.cleaning import printable
from nbclaude.render.whole_message import message_html
from nbclaude.saved.own_html import Texts, texts_of
from nbclaude.saved.own_styles import without_answer_sheet
from nbclaude.saved.places import is_far

__all__ = ["View", "has_unseen_characters"]

_WORD = re.compile(r"[^\W_]+")
_PICTURE = re.compile(
    r'<img class="nbclaude-thumb" alt="[^"<>]*" src="data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)">'
)
_CLASSES = re.compile(r'\sclass="[^"]*"')
_DATA = re.compile(r'(?<= src=")data:[\w/+.;=-]*,[A-Za-z0-9+/=%]*(?=")')
# More of these in a row than any script or emoji needs: text can be hidden in them.
_UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
)
_MANY_UNSEEN = re.compile(f"[{_UNSEEN}]{{5,}}")
# Between letters and signs of Latin, Greek and Cyrillic scripts, which need none of these.
_UNSEEN_BETWEEN = re.compile(f"(?<=[!-\u052f])[{_UNSEEN}]+(?=[!-\u052f])")
_MAX_UNSEEN_BETWEEN = 3  # as many as a text may have that was pasted from a page
# Markup that is words in the source and none on the screen; labels are short.
_MARKUP = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*[\w+#.-]{0,20}"
    r"|^[ \t>]*(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\]"
    r"|\[\^[^\]\s]{1,12}\]:?"
    r"|(?<=\])\[[^\]\n]{1,12}\]"
    r"|^[ ]{0,3}\[[^\]\n]{1,12}\]:"
    r"|</?(?:sub|sup|kbd|b|strong|i|em|s|del|details|summary)>|<br[ ]?/?>",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"\]\([^()\s]*\)")
_NUMBERS = re.compile(r"^[ \t>]*\d{1,9}[.)][ \t]", re.MULTILINE)


def has_unseen_characters(text: str) -> bool:
    """Tell whether a text holds characters that nobody sees, and more than writing needs."""
    if text.isascii() and text.isprintable():
        return False
    if printable(text) != text or _MANY_UNSEEN.search(text) is not None:
        return True
    return sum(1 for _ in _UNSEEN_BETWEEN.finditer(text)) > _MAX_UNSEEN_BETWEEN


class View:
    """What a cell shows: its source, the HTML of an answer's outputs, and the HTML shown `instead` of their last code block."""

    def __init__(self, source: str, htmls: Sequence[str], instead: Sequence[str] = ()) -> None:
        self.source = source
        self._htmls = htmls
        self._instead = instead

    @functools.cached_property
    def has_html(self) -> bool:
        """Whether it shows anything as HTML."""
        return any(html.strip() for html in self._htmls)

    @property
    def is_own(self) -> bool:
        """Whether its HTML is as nbclaude writes it, style sheet included: what other HTML hides cannot be known."""
        return self.has_html and all(texts.is_own for texts in self._texts)

    @property
    def pictures(self) -> list[str]:
        """The pictures in its HTML, in base64; none if that may hide them."""
        return [found[1] for html in self._htmls for found in _PICTURE.finditer(html)] if self.is_own else []

    @property
    def pointed(self) -> tuple[str, ...]:
        """What appears only when the reader points at a link: titles, and addresses that hold sentences."""
        return tuple(dict.fromkeys(text for texts in self._texts for text in texts.pointed))

    @property
    def veiled(self) -> tuple[str, ...]:
        """Formulas that may hide some of their words."""
        return tuple(dict.fromkeys(text for texts in self._texts for text in texts.veiled))

    @property
    def is_far(self) -> bool:
        """Whether white space pushes part of the source or the HTML out of sight."""
        return is_far(self.source) or any(texts.is_far for texts in self._texts)

    @property
    def covered(self) -> str:
        """A code block that another output replaces without showing it; empty if there is none."""
        if not self._instead:
            return ""
        there = Counter(_words(" ".join([self.source, *(_text_of_other(html) for html in self._instead)])))
        last = [texts.codes[-1] for texts in self._texts if texts.codes]
        return next((code for code in last if Counter(_words(code)) - there), "")

    @functools.cached_property
    def is_in_source(self) -> _Words:
        """The words of the source, in order."""
        return _Words(_WORD.findall(self.source.casefold()))

    def asks(self, text: str) -> bool:
        """Tell whether the cell's source says this text."""
        return self.is_in_source.have(text)

    def has_words_of(self, text: str) -> bool:
        """Tell whether each word of this text stands anywhere in the cell's source."""
        return set(_words(self.source)).issuperset(_words(text))

    def shows(self, text: str) -> bool:
        """Tell whether the outputs show this text, in its order."""
        words = self._read
        return words.have(text) or words.have(json.dumps(text, ensure_ascii=False)[1:-1])

    def hidden_in(self, markdown: str, texts: Sequence[str] = ()) -> str:
        """Return a word of the Markdown of outputs that their HTML does not show; empty if it shows all of them.

        Words of the answer's own `texts` must be there outside of folds.
        """
        if not self.has_html:
            return ""  # then it is the Markdown that is shown
        words, joined = self._shown
        return _missing(markdown, words.counted, joined) or _missing(
            "\n".join(texts), Counter(_words(self._in_open)), self._in_open.casefold()
        )

    def differs_from(self, texts: Sequence[str]) -> str:
        """Return the first words at which the answer's HTML differs from these Markdown texts; empty if none."""
        if not self.has_html:
            return ""
        shown = _words("".join(each.answer for each in self._texts))
        # Most Markdown is this simple. Anything else has to be rendered, which takes a hundred times as long.
        plain = _ADDRESS.sub("]", _NUMBERS.sub("", _MARKUP.sub(" ", unescape("".join(texts)))))
        if shown == _words(plain):
            return ""
        blocks = [{"type": "text", "text": text} for text in texts]
        rendered = _words(texts_of(message_html({"content": blocks}, styled=False)).answer)
        if shown == rendered:
            return ""
        place = next(
            (at for at, (one, other) in enumerate(zip(shown, rendered, strict=False)) if one != other),
            min(len(shown), len(rendered)),
        )
        return " ".join((rendered if place < len(rendered) else shown)[place : place + 3])

    @functools.cached_property
    def _texts(self) -> list[Texts]:
        return [texts_of(_DATA.sub("", without_answer_sheet(html))) for html in self._htmls]

    @functools.cached_property
    def _in_open(self) -> str:
        return "".join(each.in_open for each in self._texts)

    @functools.cached_property
    def _read(self) -> _Words:
        return _Words([word for each in self._texts for word in _words(each.read)])

    @functools.cached_property
    def _shown(self) -> tuple[_Words, str]:
        texts = [each.shown for each in self._texts]
        return _Words([word for text in texts for word in _words(text)]), "".join(texts).casefold()


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
        words = _words(text)
        return not words or f" {' '.join(words)} " in self._line


def _text_of_other(html: str) -> str:
    """Return what an output that is not an answer shows; its classes are not those of answers."""
    return texts_of(_CLASSES.sub("", _DATA.sub("", without_answer_sheet(html)))).read


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _missing(markdown: str, there: Counter[str], joined: str) -> str:
    """Return a word of the Markdown that is not there as often; `joined` is what is there as one text."""
    word: str
    for word, count in Counter(_WORD.findall(_MARKUP.sub(" ", unescape(markdown)).casefold())).items():
        if count > there[word] and not word.isdigit() and joined.count(word) < count:
            return word
    return ""
