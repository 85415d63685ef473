r"""What of a formula MathJax may have: known commands that typeset, with arguments that stay within the formula.

MathJax is a program on the whole notebook page. A definition in one formula holds in every other, a style or a large dimension
draws over other cells, and a deeply nested formula stops the typesetting of its neighbours. So a formula is
typeset if all that it says is known to do no more than that (`tex_names`), and shown as source otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from nbclaude.frozen import frozen
from nbclaude.render.tex_names import (
    COMMANDS,
    COUNTED,
    DOUBLING,
    ENVIRONMENTS,
    LOADED,
    NEVER_MACROS,
    SWITCHES,
    TAKES_DIMENSIONS,
    TAKES_NUMBER,
)

__all__ = ["Formula", "formula_of", "is_macro_name"]

MAX_CHARACTERS = 8_000
MAX_DEPTH = 50  # of braces, environments and \left together
MAXSWITCHES = 100  # commands that hold for the rest of the formula: each nests it once more
MAX_DOUBLED = 3  # doubling commands within one another
MAX_EM = 60.0  # all dimensions of a formula together
MAX_DIGITS = 2  # of a number that repeats or multiplies something

_PIECE = re.compile(r"\\(?:[A-Za-z]+|.)|[{}$]", re.DOTALL)
_ENVIRONMENT = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}")
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}")
_REQUIRE = re.compile(r"\\require\s*\{\s*([a-z]+)\s*\}")
_NUMBERED = re.compile(
    r"(\\(?:begin|end)\s*\{\s*(?:equation|align|alignat|eqnarray|flalign|gather|multline|xalignat))(?=\s*\})"
)

# What models write although MathJax 3 does not know it, and the command that says the same.
_SAME_AS: Mapping[str, str] = {
    "argmax": r"\operatorname*{argmax}",
    "argmin": r"\operatorname*{argmin}",
    "bm": r"\boldsymbol",
    "mathbbm": r"\mathbb",
    "mathds": r"\mathbb",
}
_OTHER_NAME = re.compile(r"\\(" + "|".join(_SAME_AS) + r")(?![A-Za-z])")

_EM_PER_UNIT = {
    "em": 1.0,
    "ex": 0.45,
    "mu": 1 / 18,
    "px": 1 / 16,
    "pt": 0.1,
    "bp": 0.1,
    "pc": 1.2,
    "mm": 0.28,
    "cm": 2.8,
    "in": 7.2,
}
_ONE_DIMENSION = re.compile(
    r"((?:[-+]\s*+)?+(?:(?<!\d)\d++[.,]?+\d*+|[.,]\d++))\s*+(em|ex|mu|px|pt|pc|mm|cm|in|bp)"
)
# Delimiters and a position may stand before or between the lengths, as in `\genfrac{(}{)}{2pt}` and `\framebox[2em][c]`.
_DIMENSIONS = re.compile(
    r"(?:\s*+(?:\{?\\?[()|.\[\]]\}?|\[[lcr]\]|[{\[]?+\s*+" + _ONE_DIMENSION.pattern + r"\s*+[}\]]?+)){1,4}"
)
_LONG_NUMBER = re.compile(r"\d" * (MAX_DIGITS + 1))
_NUMBER = re.compile(r"\s*[\[{]?\s*-?\s*(\d*)")
_ENVIRONMENT_ARGUMENTS = re.compile(r"(?:\s*\[[^\[\]]*\])*\s*(?:\{(?:[^{}]|\{[^{}]*\})*\})?")

_COLOUR = r"\{[\w#.,!\s-]*\}"
_ARGUMENTS: Mapping[str, re.Pattern[str]] = {
    # What a colour may be ends up in a style, so it must be no more than a colour.
    **{
        name: re.compile(rf"\s*+(?:\[\s*+\w*+\s*+\])?+\s*+(?:{_COLOUR}|[A-Za-z])")
        for name in ("color", "textcolor", "colorbox", "cellcolor", "rowcolor", "columncolor")
    },
    "fcolorbox": re.compile(rf"\s*+{_COLOUR}\s*+{_COLOUR}"),
    "bbox": re.compile(
        r"\s*+\[\s*+(?:(?:#[0-9A-Fa-f]++|[A-Za-z]++|\d{1,2}[a-z]{2}|border\s*+:\s*+\d?\.?\d[a-z]{2}\s++\w++\s++#?\w++)\s*+(?:,\s*+|(?=\])))*+\]|\s*+(?!\[)"
    ),
    # Attributes of an enclosure could be as large as they like.
    "enclose": re.compile(r"\s*+\{[a-z\s,]*+\}(?!\s*+\[)"),
    "unicode": re.compile(r"\s*+\{\s*+(?:x[0-9A-Fa-f]{1,6}|\d{1,7})\s*+\}"),
}


@frozen
class Formula:
    r"""A formula as MathJax gets it, or empty; `refused` is the command (`\def`) that is the reason, if one is."""

    tex: str
    refused: str = ""


def is_macro_name(name: str) -> bool:
    """Tell whether a user may allow this name: a command of letters that the front ends do not define themselves."""
    return name.isascii() and name.isalpha() and name not in NEVER_MACROS


@lru_cache(maxsize=1024)
def formula_of(source: str, close: str, macros: frozenset[str] = frozenset()) -> Formula:
    r"""Return what MathJax may typeset of a formula that ends with `close` (`\)` or `\]`).

    `macros` are names without a backslash that the notebook defines, and that an answer may use.
    """
    if len(source) > MAX_CHARACTERS or "^^" in source:
        return Formula("")
    # A label is known to the whole page, a number counts on in it, and a formula is painted more than once.
    tex = _NUMBERED.sub(r"\1*", _LABEL.sub("", source))
    tex = _REQUIRE.sub(lambda found: "" if found[1] in LOADED else found[0], tex)
    tex = _OTHER_NAME.sub(lambda found: found[0] if found[1] in macros else _SAME_AS[found[1]], tex).strip()
    scan = _Scan(tex, close, macros)
    return Formula(tex) if scan.is_typesettable() else Formula("", scan.refused)


class _Scan:
    """One reading of a formula from left to right."""

    def __init__(self, tex: str, close: str, macros: frozenset[str]) -> None:
        self.refused = ""
        self._tex, self._close, self._macros = tex, close, macros
        self._depth = self._nested = self._switches = 0
        # The depths at which doubling commands stand whose arguments are still open.
        self._doubled: list[int] = []
        self._em = 0.0
        self._in_text: int | None = None  # where a dollar has opened a formula within a text

    def is_typesettable(self) -> bool:
        """Read all of it; where the answer is no, `refused` may name the command."""
        for found in _PIECE.finditer(self._tex):
            piece = found[0]
            if len(piece) > 1:
                if piece == self._close:
                    return False
                if not self._command(piece[1:], found.end()):
                    self.refused = self.refused or piece
                    return False
            elif not self._mark(piece):
                return False
            if self._depth + self._nested > MAX_DEPTH:
                return False
        # A backslash at the end would take the delimiter's.
        ends_open = (len(self._tex) - len(self._tex.rstrip("\\"))) % 2
        return self._depth == 0 and self._in_text is None and not ends_open

    def _mark(self, piece: str) -> bool:
        """Follow a brace or a dollar: within braces or an environment dollars come in pairs, elsewhere there are none."""
        if piece == "$":
            level = self._depth + self._nested
            closes = self._in_text == level
            opens = self._in_text is None and level > 0
            self._in_text = level if opens else None
            return opens or closes
        self._depth += 1 if piece == "{" else -1
        self._end_doubled()
        return self._depth >= 0 and self._depth + self._nested >= (self._in_text or 0)

    def _command(self, name: str, end: int) -> bool:
        if name in ("begin", "end"):
            return self._environment(name, end)
        if name.isascii() and name.isalpha() and name not in COMMANDS and name not in self._macros:
            return False
        self._nested += {"left": 1, "right": -1}.get(name, 0)
        self._switches += name in SWITCHES
        if name in DOUBLING:
            self._end_doubled()
            self._doubled.append(self._depth)
        if self._switches > MAXSWITCHES or len(self._doubled) > MAX_DOUBLED:
            return False
        arguments = _ARGUMENTS.get(name)
        if arguments is not None and not arguments.match(self._tex, end):
            return False
        if name == "unicode":
            return self._shows_a_character(end)
        if name in TAKES_DIMENSIONS:
            return self._adds_dimensions(end)
        number = _NUMBER.match(self._tex, end) if name in TAKES_NUMBER else None
        return number is None or len(number[1]) <= MAX_DIGITS

    def _end_doubled(self) -> None:
        while self._doubled and self._doubled[-1] >= self._depth:
            self._doubled.pop()

    def _environment(self, name: str, end: int) -> bool:
        found = _ENVIRONMENT.match(self._tex, end)
        if found is None or found[1] not in ENVIRONMENTS:
            self.refused = rf"\begin{{{found[1]}}}" if found else ""
            return False
        self._nested += 1 if name == "begin" else -1
        if name == "begin" and not self._begins_well(found[1], found.end()):
            self.refused = rf"\begin{{{found[1]}}}"
            return False
        return True

    def _begins_well(self, name: str, end: int) -> bool:
        """Look at the arguments of an environment: they may hold a number of columns, which MathJax would lay out."""
        arguments = _ENVIRONMENT_ARGUMENTS.match(self._tex, end) if name in COUNTED else None
        return arguments is None or not _LONG_NUMBER.search(arguments[0])

    def _adds_dimensions(self, end: int) -> bool:
        star = self._tex.startswith("*", end)
        found = _DIMENSIONS.match(self._tex, end + star)
        for number, unit in _ONE_DIMENSION.findall(found[0]) if found else ():
            size = "".join(number.split()).replace(",", ".")
            self._em += abs(float(size)) * _EM_PER_UNIT[unit] if len(size) < 10 else MAX_EM + 1
        return self._em <= MAX_EM

    def _shows_a_character(self, end: int) -> bool:
        code = self._tex[end:].partition("}")[0].strip(" \t\n{")
        point = int(code[1:], 16) if code.startswith("x") else int(code)
        return point < 0x110000 and unicodedata.category(chr(point)) not in ("Cc", "Cf", "Cs", "Co", "Cn")
