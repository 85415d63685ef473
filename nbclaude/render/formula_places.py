r"""Finds formulas in a line of text: between single dollars, which also stand before prices, and bare environments."""

from __future__ import annotations

import re

from nbclaude.render.flanking import joins

__all__ = ["ENVIRONMENT", "bare_environment", "between_dollars", "may_become_formula"]

# A formula goes on after a dollar within its braces or environments, as in `\text{if $x > 0$}`; at most this many are read.
MAX_INNER_DOLLARS = 12
_LONGEST_AWAITED = 300  # characters of what may yet become a formula between dollars

# `$5 and 10$`, `$5-$x`, `$10k/month for $`: a number, then prose or a dangling operator.
_PRICE = re.compile(
    r"\d[\d.,]*+(?:[kKmMbB]\b|%)?+(?:(?<=,)$|\s*+[-–—/+,;:=<>~≈×·([]+$|\*\*|__|\s*+[-–—/,;:]\s++[A-Za-z]{2}|\s++(?:[A-Za-z]{2}|a\s)|[-–—/][A-Za-z]{2})"
)

_HALF_PRICE = re.compile(r"\d[\d.,]*+[kKmMbB%]?+\s*+[-–—/+,;:=<>~]?+\s*+[A-Za-z]?+\Z")

# No formula starts at the first dollar of `$HOME/bin:$PATH`, where shell variables follow both dollars (`$k$NN` has a formula),
# or of `$5, ($x$)`, where a parenthesis opens just before the second dollar.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]+\b")
_OPENS = re.compile(r"[^\\]\([\"“]?\Z")

_WORDS = re.compile(r"[A-Za-z]{2}[).,;:]*+\s++[A-Za-z]{3}|[A-Za-z]{3}[).,;:]*+\s++[A-Za-z]{2}")

_UP_TO_DOLLAR = re.compile(r"(?:[^\\$`]++|\\.)++", re.DOTALL)
# Environments that are displays on their own; and those that LaTeX allows only within formulas, but that are also written
# on their own.
ENVIRONMENT = re.compile(
    r"\\begin\{(((?:align|alignat|equation|eqnarray|flalign|gather|multline)\*?)"
    r"|aligned|gathered|split|array|[dr]?cases|(?:[bBpvV]|small)?matrix)\}",
    re.ASCII,
)
_LONGEST_IN_LINE = 2_000  # characters of an environment within a line of text
_NESTING = re.compile(r"\\(?:begin|end)\b|\\.|[{}]", re.DOTALL)
_DEPTH = {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}


def between_dollars(src: str, start: int, limit: int) -> tuple[int, int, int, bool] | None:
    """Find `$..$` at `start`: (start of the formula, its end, where the text goes on, display)."""
    end = _closing_dollar(src, start + 1, limit)
    if end < 0:
        return None
    tex = src[start + 1 : end]
    before, after = src[start - 1 : start], src[end + 1 : end + 2]
    if tex[0].isspace() or tex[-1].isspace() or _ends_word(before) or after.isdigit():
        return None
    if _is_price(tex) or _is_prose(tex):
        return None
    is_shell = not tex[-1].isalnum() and _VARIABLE.match(tex) and _VARIABLE.match(src, end + 1)
    if is_shell or _OPENS.search(tex):
        return None
    return (start + 1, end, end + 1, False)


def bare_environment(src: str, start: int, limit: int) -> tuple[int, int, int, bool] | None:
    r"""Find `\begin{..}..\end{..}` at `start`, with rows or columns in it: prose may mention an environment, too."""
    bare = ENVIRONMENT.match(src, start)
    if bare is None:
        return None
    closing = rf"\end{{{bare[1]}}}"
    end = src.find(closing, bare.end(), min(limit, start + _LONGEST_IN_LINE))
    if end < 0 or not any(sign in src[bare.end() : end] for sign in ("&", r"\\")):
        return None
    after = end + len(closing)
    return start, after, after, bare[2] is not None


def may_become_formula(src: str, start: int) -> bool:
    """Tell whether the dollar at `start`, after which no other has come yet, may begin a formula."""
    rest = src[start + 1 :]
    if not rest:
        return True
    if len(rest) > _LONGEST_AWAITED or rest[0].isspace() or _ends_word(src[start - 1 : start]):
        return False
    if _HALF_PRICE.match(rest):
        return True
    return not (_is_price(rest) or _is_prose(rest) or "`" in rest)


def _ends_word(before: str) -> bool:
    """Tell whether a dollar behind this character belongs to the word before it, as in `US$`."""
    return before.isalnum() and not joins(before)


def _is_prose(tex: str) -> bool:
    """Tell whether it is text: words in a row, or a script in which formulas have no letters."""
    return "\\" not in tex and "{" not in tex and (_WORDS.search(tex) is not None or any(map(joins, tex)))


def _is_price(tex: str) -> bool:
    """Tell whether what stands between two dollars begins with an amount: the second one begins something else."""
    if not tex[0].isdigit():
        return False
    opened, closed = (sum(map(tex.count, brackets)) for brackets in ("([", ")]"))
    return _PRICE.match(tex) is not None or (opened > closed and "\\" not in tex)


def _closing_dollar(src: str, start: int, limit: int) -> int:
    """Find the dollar that ends a formula, or return -1; those within its braces belong to it, if all of them close."""
    position, depth, first = start, 0, -1
    for _ in range(MAX_INNER_DOLLARS):
        match = _UP_TO_DOLLAR.match(src, position, limit)
        if match is None or match.end() >= limit or src[match.end()] != "$":
            break
        depth += sum(_DEPTH.get(piece, 0) for piece in _NESTING.findall(match[0]))
        first = match.end() if first < 0 else first
        if depth <= 0:
            return match.end() if depth == 0 else first
        position = match.end() + 1
    return first
