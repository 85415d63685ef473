"""Completes the end of a growing text: open marks are closed, and what may become markup is held back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbclaude.render.flanking import flanks, is_within_word
from nbclaude.render.formula_places import ENVIRONMENT, bare_environment, between_dollars, may_become_formula
from nbclaude.render.inline_tags import TAG_NAMES

__all__ = ["completed"]

_PIECE = re.compile(
    r"\\(?:begin\{|.|\Z)|`++|\$\$?|\*++|_++|~++|!?\[|\]|<|&|\||(?:https?|ftp)://[^\s<>*~|\]]*+", re.DOTALL
)
_TICKS = re.compile(r"`++")
_ADDRESS = re.compile(
    r"""\(\s*+(?:<[^<>\n]*+>|(?:[^\s()<]|\([^\s()]*+\))*+)(?:\s++(?:"[^"]*+"|'[^']*+'))?+\s*+\)"""
)
_HALF_ADDRESS = re.compile(
    r"""\(\s*+(?:<[^<>\n]*+>?|(?:[^\s()<]|\([^\s()]*+\))*+(?:\([^\s()]*+\Z)?+)(?:\s++(?:"[^"]*+"?|'[^']*+'?)?+\s*+)?+\Z"""
)
_SAFE = re.compile(r"\(\s*+<?(?:https?:|mailto:|#)")
_TAG = re.compile(rf"<(/?)({'|'.join(TAG_NAMES)})>", re.IGNORECASE)
_SUMMARY = re.compile(r"[ \t>]*+(?:<details(?: open)?> *+)?<summary>")
_AUTOLINK = re.compile(r"<(?:[A-Za-z][\w+.\-]++:[^\s<>]*+|[^\s<>@]++@[^\s<>@]++|/?\w++)>")
_HALF_TAG = re.compile(r"<(?:[^\s<>]{0,120}+|details [open]*+)\Z")
_HALF_ENTITY = re.compile(r"&#?\w{0,31}+\Z")
_HALF_BEGIN = re.compile(r"\\(?:begin\{[a-z]*+\*?+|begin?|be?g?|)\Z")
# Operators of Python before the names that usually follow them.
_OPERAND = re.compile(r"(?:args|kwargs|kwds|kw)\b(?!\*)")
_HALF_OPERAND = re.compile(r"(?:\.|a|ar|arg|args|k|kw|kwa|kwar|kwarg|kwargs|kwd|kwds)\Z")
_REST_OF_NAME = re.compile(r"\w{1,60}+\Z", re.ASCII)
_NAME = re.compile(r"(?<=[A-Za-z0-9])_\w{0,60}\Z", re.ASCII)
_PIPE = re.compile(r"(?<!\\)\|")

# After this many characters, what was awaited is taken for text.
_LONGEST_LINK = 200
_LONGEST_FORMULA = 600
_LONGEST_ENVIRONMENT = 2_000
_LONGEST_CODE = 1_000


@dataclass(slots=True)
class _Open:
    """A mark that is open: what it is, where it stands, and what would close it."""

    mark: str
    start: int
    end: int
    closing: str


def completed(text: str, *, in_row: bool = False) -> str:
    """Return a run of inline text, such as a paragraph, as it can be shown now.

    `in_row` says that it is a row of a table, whose cells end with pipes.
    """
    reader = _Reader(text, in_row)
    reader.read()
    return reader.result()


class _Reader:
    """One reading of a text from left to right."""

    def __init__(self, text: str, in_row: bool) -> None:
        self._text = text
        self._in_row = in_row
        self._open: list[_Open] = []
        self._stray = -1  # where the last mark that is text ends
        self._pipes: list[int] = []  # those in code and formulas, which end no cell
        self._cut = len(text)
        self._tail = ""  # what is shown in place of the text after the cut
        # The last mark can go on only in a line that is still being written.
        self._is_growing = bool(text) and not text.endswith("\n")

    def read(self) -> None:
        """Note what is open at the end."""
        if self._is_growing and self._text.endswith("!"):
            self._cut -= 1  # of an image, maybe
        position = 0
        while position >= 0 and (found := _PIECE.search(self._text, position)) is not None:
            position = self._take(found[0], found.start(), found.end())

    def result(self) -> str:
        """Return the text, completed."""
        for bracket in (each for each in self._open if each.mark in ("[", "![")):
            if self._cut - bracket.start <= _LONGEST_LINK:
                self._cut, self._tail = bracket.start, ""
                break
        body = self._text[: self._cut]
        self._open = [mark for mark in self._open if mark.closing and mark.start < self._cut]
        if self._tail:
            return self._escaped(body) + self._tail + self._closings()
        shown = body.rstrip()
        while self._open and (shorter := self._without_half_end(shown, self._open[-1])) != shown:
            shown = body = shorter
            while self._open and self._open[-1].end > len(shown):
                self._open.pop()
        return self._escaped(shown) + self._closings() + body[len(shown) :]

    def _without_half_end(self, shown: str, mark: _Open) -> str:
        """Return a text without the part at its end after which a mark could not be closed."""
        if mark.end >= len(shown):
            return shown[: mark.start].rstrip()
        if mark.closing[0] in "*~" and len(shown) == self._stray:
            return shown.rstrip(mark.closing[0]).rstrip()
        if mark.closing[0] == "_" and (name := _NAME.search(shown)) is not None:
            return shown[: name.start()]
        return shown

    def _closings(self) -> str:
        return "".join(mark.closing for mark in reversed(self._open))

    def _escaped(self, shown: str) -> str:
        for place in reversed([place for place in self._pipes if place < len(shown)]):
            shown = f"{shown[:place]}\\{shown[place:]}"
        return shown

    def _take(self, piece: str, start: int, end: int) -> int:
        """Take the piece that stands there; return where to go on, or -1 if the rest is held back."""
        first = piece[0]
        if first == "\\":
            return self._backslash(piece, start, end)
        if first == "`":
            return self._code(piece, start, end)
        if first == "$":
            return self._dollar(piece, start, end)
        if first in "*_~":
            return self._emphasis(piece, start, end)
        if piece in ("[", "!["):
            self._open.append(_Open(piece, start, end, ""))
        elif first == "]":
            return self._end_of_bracket(start, end)
        elif first == "<":
            return self._angle(start, end)
        elif first == "&" and self._is_growing and _HALF_ENTITY.match(self._text, start):
            return self._hold(start)
        elif first == "|" and self._in_row:
            self._open.clear()
        return end

    def _hold(self, start: int) -> int:
        self._cut = start
        return -1

    def _backslash(self, piece: str, start: int, end: int) -> int:
        if _HALF_BEGIN.match(self._text, start) if self._is_growing else end == len(self._text):
            return self._hold(start)
        if piece == r"\begin{":
            found = bare_environment(self._text, start, len(self._text))
            if found is not None:
                return self._past_formula(start, found[2])
            bare = ENVIRONMENT.match(self._text, start)
            is_over = bare is None or f"\\end{{{bare[1]}}}" in self._text[end:]
            return end if is_over or len(self._text) - start > _LONGEST_ENVIRONMENT else self._hold(start)
        closing = {r"\(": r"\)", r"\[": r"\]"}.get(piece)
        return self._formula(closing, start, end) if closing else end

    def _formula(self, closing: str, start: int, end: int) -> int:
        close = self._text.find(closing, end)
        if close >= 0:
            return self._past_formula(start, close + 2)
        return end if len(self._text) - start > _LONGEST_FORMULA else self._hold(start)

    def _past_formula(self, start: int, end: int) -> int:
        self._note_pipes(start, end)
        return end

    def _note_pipes(self, start: int, end: int) -> None:
        if self._in_row:
            self._pipes += [found.start() for found in _PIPE.finditer(self._text, start, end)]

    def _dollar(self, piece: str, start: int, end: int) -> int:
        if piece == "$$":
            return self._formula("$$", start, end)
        found = between_dollars(self._text, start, len(self._text))
        if found is not None:
            is_sure = not self._is_growing or found[2] < len(self._text)  # a digit may follow, as in `US$5`
            return self._past_formula(start, found[2]) if is_sure else self._hold(start)
        if "$" not in self._text[end:] and may_become_formula(self._text, start):
            return self._hold(start)
        return end

    def _code(self, piece: str, start: int, end: int) -> int:
        for ticks in _TICKS.finditer(self._text, end):
            if ticks[0] == piece:
                self._note_pipes(end, ticks.start())
                return ticks.end()
        rest = self._text[end:]
        if len(rest) > _LONGEST_CODE or (piece == "`" and rest[:1] == " "):
            return end
        rest = rest.rstrip("`" if self._is_growing else "").rstrip()
        if not rest:
            return self._hold(start)
        space = " " if rest.endswith("`") else ""
        if self._in_row:
            rest = _PIPE.sub(r"\\|", rest)
        self._cut = start
        self._tail = f"{piece}{rest}{space}{piece}"
        return -1

    def _emphasis(self, piece: str, start: int, end: int) -> int:
        text = self._text
        if self._is_growing:
            if end == len(text):
                return self._hold(start)
            if piece[0] == "_" and not text[start - 1 : start].isalnum() and _REST_OF_NAME.match(text, end):
                return self._hold(start)
            if piece[0] == "*" and (_HALF_OPERAND.match(text, end) or _may_be_in_word(text, start, end)):
                return self._hold(start)
        if piece == "~" or (piece[0] == "*" and _OPERAND.match(text, end)):
            return end
        opens, closes = flanks(text, start, end, len(text))
        length = len(piece)
        while closes and length and (opened := self._opened(piece[0])):
            used = min(2, length, len(opened.mark))
            length -= used
            del self._open[self._open.index(opened) + 1 :]
            if len(opened.mark) > used:
                opened.mark = opened.closing = opened.mark[used:]
                opened.end -= used
            else:
                self._open.pop()
        if opens and length:
            self._open.append(_Open(piece[:length], end - length, end, piece[:length]))
        elif length:
            self._stray = end
        return end

    def _opened(self, character: str) -> _Open | None:
        """Find the innermost mark of this kind that is open."""
        for mark in reversed(self._open):
            if mark.mark[0] == character:
                return mark
            if mark.mark[0] in "[!<":
                return None
        return None

    def _end_of_bracket(self, start: int, end: int) -> int:
        opened = next((mark for mark in reversed(self._open) if mark.mark in ("[", "![")), None)
        if opened is None:
            return end
        if end == len(self._text) and self._is_growing:
            return self._hold(self._outermost_bracket())
        place = self._open.index(opened)
        address = _ADDRESS.match(self._text, end)
        if address is not None:
            del self._open[place:]
            return address.end()
        if _HALF_ADDRESS.match(self._text, end) is None or len(self._text) - end > _LONGEST_LINK:
            del self._open[place]
            return end
        outermost = self._outermost_bracket()
        if outermost < opened.start or opened.mark == "![" or _SAFE.match(self._text, end) is None:
            return self._hold(outermost)
        del self._open[place:]
        self._cut = opened.start
        self._tail = self._text[opened.end : start]
        return -1

    def _outermost_bracket(self) -> int:
        return next(mark.start for mark in self._open if mark.mark in ("[", "!["))

    def _angle(self, start: int, end: int) -> int:
        text = self._text
        tag = _TAG.match(text, start)
        if tag is None:
            link = _AUTOLINK.match(text, start)
            if link is None:
                return self._hold(start) if self._is_growing and _HALF_TAG.match(text, start) else end
            line = text.rfind("\n", 0, start) + 1
            summary = _SUMMARY.match(text, line)
            if summary is not None and summary.end() == link.end():
                self._open.append(_Open("<summary", start, link.end(), "</summary>"))
            elif link[0] == "</summary>":
                self._close_tag("summary")
            return link.end()
        name = tag[2].lower()
        if tag[1]:
            self._close_tag(name)
        else:
            self._open.append(_Open(f"<{name}", start, tag.end(), f"</{name}>"))
        return tag.end()

    def _close_tag(self, name: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index].mark == f"<{name}":
                del self._open[index:]
                return


def _may_be_in_word(text: str, start: int, end: int) -> bool:
    """Tell whether a mark may begin emphasis in a word that is still being written."""
    rest = text[end:].rstrip("*")
    is_within = start > 0 and is_within_word(text[start - 1], text[end])
    return is_within and not text[end].isdigit() and "*" not in rest and not any(map(str.isspace, rest))
