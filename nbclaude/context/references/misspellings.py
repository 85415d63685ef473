"""Finds the existing name that a misspelt word is meant to be."""

from __future__ import annotations

import builtins
import difflib
import keyword
from collections.abc import Iterable

__all__ = ["close_name"]

# What every IPython namespace holds, and nobody means by a misspelt word.
_NOT_MEANT = frozenset({"In", "Out", "get_ipython", "exit", "quit", "open"})


def close_name(word: str, names: Iterable[str], *, surely: bool = False) -> str:
    """Return the name that a word is most likely meant to be; "" if it may well be a word of its own.

    Close is what has the same letters but for their case (from two letters on); a letter doubled (from two on); two
    neighbours swapped (from three on); one letter too many or too few (from four on), or other (from five on). Of four
    letters a plural is a word of its own: in a template `{item}` may well stand beside `items`. A digit is no slip: `part2`
    is not `part1`. No keyword or builtin of Python is a misspelling. `surely` says that a name is meant in any case: then
    whatever is spelled alike is close.
    """
    if keyword.iskeyword(word) or hasattr(builtins, word) or len(word) < 2:
        return ""
    known = [name for name in names if not name.startswith("_") and name not in _NOT_MEANT]
    for is_close in (_same_but_for_case, _doubled, _swapped, _one_letter_off):
        for name in known:
            if is_close(word, name):
                return name
    alike = difflib.get_close_matches(word, known, 1, 0.6) if surely else []
    return alike[0] if alike else ""


def _same_but_for_case(word: str, name: str) -> bool:
    return word.casefold() == name.casefold()


def _doubled(word: str, name: str) -> bool:
    return len(word) == len(name) + 1 > 2 and any(
        word[n] == word[n - 1] and word[:n] + word[n + 1 :] == name and word[n].isalpha()
        for n in range(1, len(word))
    )


def _swapped(word: str, name: str) -> bool:
    if len(word) != len(name) or len(word) < 3:
        return False
    differing = [n for n, (one, other) in enumerate(zip(word, name, strict=True)) if one != other]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return word[first] == name[second] and word[second] == name[first]


def _one_letter_off(word: str, name: str) -> bool:
    shorter, longer = sorted((word, name), key=len)
    longer_by = len(longer) - len(shorter)
    if len(shorter) < 5 - longer_by or longer_by > 1 or word == name:
        return False
    if len(shorter) == 4 and longer == f"{shorter}s":
        return False
    same = next(
        (n for n, (one, other) in enumerate(zip(shorter, longer, strict=False)) if one != other), len(shorter)
    )
    rest = same + (len(shorter) == len(longer))
    changed = shorter[same:rest] + longer[same : same + 1]
    return shorter[rest:] == longer[same + 1 :] and not any(character.isdigit() for character in changed)
