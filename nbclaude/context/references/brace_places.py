"""Tells what a brace belongs to, by the text before it: to code or maths, to a sign, or to nobody."""

from __future__ import annotations

import re

__all__ = ["belongs_to_what_is_before", "follows_a_sign"]

# As much of the line is looked at.
_NEAR = 100

# A brace directly after a Latin letter, a digit or a closing bracket is their own: a{b}, T{n}, \d{n}, (ab){n}. Other scripts
# write without spaces, and no code in them.
_AFTER_A_WORD = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff0-9)\]}]\Z")
# What git calls an earlier state: stash@{n}, HEAD@{n}.
_GIT = re.compile(r"\b(?:stash|HEAD)@\Z")
# An index of LaTeX also without dollars, after a short word or a command: x_{n}, \sum_{i}, (a+b)^{n}, |x|_{n}. A longer word
# is a name, run_{n}.csv, and what begins with such a sign is Markdown or prose, _{n}_.
_INDEX = re.compile(r"(?:(?<![A-Za-z0-9_])[A-Za-z0-9]{1,2}|\\[A-Za-z]+|[)\]}|'])_\Z|[A-Za-z0-9)\]}|']\^\Z")
# An escaped brace, but not the last part of a path, C:\data\{city}.
_ESCAPED = re.compile(r"(?<![\w.:])\\\Z")
# A command of LaTeX takes what follows it, after a space too: \ref {x}, \section* {x}, \sqrt[3]{x}.
_COMMAND = re.compile(
    r"\\(?:[A-Za-z]+\*?(?:\[[^\]\n]*\])*|(?<![\w.:]\\)[A-Za-z]{2,}\*?(?:\[[^\]\n]*\])*[ \t]+)\Z"
)
_ENDS_BRACES = re.compile(r"[\s{}]")
# A quantifier of a regular expression: ^.{n}$
_DOT = re.compile(r"(?<![\w.])\.\Z")
# A path of Rust or C++, a member in Perl: use a::{n}, $h->{n}
_PATH = re.compile(r"\w(?:::|->)\Z")
# The width of an f-string's format: {x:>{n}}
_FORMAT = re.compile(r"\{[A-Za-z_][\w.]*:[^\s{}\"']*\Z")


def belongs_to_what_is_before(prompt: str, position: int, last_end: int) -> bool:
    """Return whether a brace at this position is a part of what stands directly before it on its line.

    `last_end` is where the last reference ends. What is between it and the brace, without a space, is text like another:
    `{width}x{height}`, `{city}_{day}`.
    """
    before = prompt[max(position - _NEAR, last_end, 0) : position].rpartition("\n")[2]
    if _COMMAND.search(before) or _FORMAT.search(before):
        return True
    if position - len(before) == last_end > 0 and not _ENDS_BRACES.search(before):
        return False
    return any(pattern.search(before) for pattern in (_AFTER_A_WORD, _INDEX, _ESCAPED, _DOT, _PATH, _GIT))


def follows_a_sign(prompt: str, position: int) -> bool:
    """Return whether `$`, `#` or `%` stands directly before a brace: a price or a number, or a variable of shell or Ruby."""
    return prompt[max(position - 1, 0) : position] in ("$", "#", "%")
