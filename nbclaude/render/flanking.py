"""Tells whether a run of `*`, `_` or `~` can open or close emphasis, by what stands around it.

CommonMark decides by spaces and punctuation: https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run. This also
considers scripts that have no spaces between words, and the use of these characters as operators, wildcards and parts of names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from markdown_it.common.utils import isPunctChar, isWhiteSpace

from nbclaude.render.directions import is_right_to_left

__all__ = ["flanks", "is_within_word", "joins"]

# East Asian letters and marks, which are written without spaces.
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u2e80-\u33ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
# Letters and marks of Thai, Lao, Burmese and Khmer, which have spaces between sentences, but not between words.
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f]"
)

_REST_OF_NAME = re.compile(r"([A-Za-z]\w*?)_{1,2}(?!\w)", re.ASCII)
_LONGEST_WORD = 60  # characters
# `*.py`, `**/*.py`
_WILDCARD = re.compile(r"\.\w|/")
# The end of `un*frigging*` or of `walk**ed**`.
_REST_OF_WORD = re.compile(rf"[^\s*]{{1,{_LONGEST_WORD}}}+(\*++)")
# Names that Python uses between double underscores, in addition to those that its built-in types have.
_SPECIAL = """
    aenter aexit aiter all anext annotations await call complex contains copy debug deepcopy del delete enter exit file
    fspath future get getattr import index iter length_hint main matmul missing name next path post_init prepare pycache
    set set_name slots version wrapped
"""
_KINDS = (object, type, int, float, str, list, dict, set, BaseException)


def flanks(src: str, start: int, end: int, limit: int) -> tuple[bool, bool]:
    """Tell whether the run from `start` to `end` in a text that ends at `limit` can open, and whether it can close emphasis."""
    before = src[start - 1] if start > 0 else " "
    after = src[end] if end < limit else " "
    (space_before, mark_before), (space_after, mark_after) = _kind(before), _kind(after)
    opens = not space_after and (not mark_after or space_before or mark_before)
    closes = not space_before and (not mark_before or space_after or mark_after)
    mark = src[start]
    if mark == "_":
        opens, closes = opens and (not closes or mark_before), closes and (not opens or mark_after)
        return (False, False) if (opens or closes) and _is_in_name(src, start, end) else (opens, closes)
    if not (before.isascii() and after.isascii()) and (joins(before) or joins(after)):
        opens = not space_after and (
            not _is_other_mark(after) or space_before or mark_before or joins(before)
        )
        closes = not space_before and (
            not _is_other_mark(before) or space_after or mark_after or joins(after)
        )
        return opens, closes
    if mark == "~":
        return opens, closes
    length = end - start
    if is_within_word(before, after):
        return _within_word(src, start, end)
    if length > 1:
        # What ends in a mark may end before a letter, as in `**Note:**text`.
        ends = mark_before and not space_after and unicodedata.category(before) not in ("Ps", "Pi")
        return opens and not _WILDCARD.match(src, end), closes or ends
    is_repetition = before in ".)]" and mark_after  # as in `.*?`
    opens = opens and not is_repetition and after not in ")]}" and not _WILDCARD.match(src, end)
    closes = closes and before not in "([{" and not (before == "/" and _WILDCARD.match(src, end))
    return opens, closes


@lru_cache(maxsize=512)
def _kind(character: str) -> tuple[bool, bool]:
    """Tell whether it is white space, and whether it is a mark of punctuation."""
    return isWhiteSpace(ord(character)), isPunctChar(character)


def is_within_word(before: str, after: str) -> bool:
    """Tell whether a mark between these characters stands within a word, a number or a product."""
    return before.isalnum() and after.isalnum() and not (joins(before) or joins(after))


def joins(character: str) -> bool:
    """Tell whether it belongs to a script that needs no space between words."""
    if character.isascii():
        return False
    if _EAST_ASIAN.match(character) or _WITHOUT_SPACES.match(character):
        return True
    return character.isalpha() and is_right_to_left(character)


def _is_other_mark(character: str) -> bool:
    """Tell whether it is a mark of punctuation, but not an East Asian one."""
    return isPunctChar(character) and _EAST_ASIAN.match(character) is None


def _within_word(src: str, start: int, end: int) -> tuple[bool, bool]:
    """Tell the same for a run within a word: part of a word may be emphasised, but nothing in `2*3` and `x**2 + y**2`."""
    length = end - start
    if src[end].isdigit():
        return False, False
    rest = _REST_OF_WORD.match(src, end)
    closing = -1 if rest is None or len(rest[1]) != length else rest.end()
    opens = closing > 0 and not src[start - 1].isdigit()
    if length > 1:
        return opens, True
    ends_within = opens and closing < len(src) and src[closing].isalnum()
    begun = src.rfind("*", max(0, start - _LONGEST_WORD), start)
    is_one_word = begun >= 0 and not any(map(str.isspace, src[begun:start]))
    return opens and not ends_within, is_one_word


def _is_in_name(src: str, start: int, end: int) -> bool:
    """Tell whether underscores begin or end a name of a program, such as `__init__` or `_repr_html_`."""
    if start > 0 and (src[start - 1].isalnum() or src[start - 1] == "_"):
        begin = end
        while (
            begin > 0 and end - begin < _LONGEST_WORD and (src[begin - 1].isalnum() or src[begin - 1] == "_")
        ):
            begin -= 1
        start, end = begin, begin
        while src.startswith("_", end):
            end += 1
    found = _REST_OF_NAME.match(src, end, end + _LONGEST_WORD)
    return found is not None and ("_" in found[1] or (end - start == 2 and found[1] in _special_names()))


@cache
def _special_names() -> frozenset[str]:
    """Return the names that Python writes between double underscores, without the underscores."""
    return frozenset(_SPECIAL.split()).union(name.strip("_") for kind in _KINDS for name in dir(kind))
