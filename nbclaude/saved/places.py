"""Tells where our own elements and classes, combined in other ways, would show a text too small, too far away, or not at all.

Each of them is allowed in an answer; only their combined effect is limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbclaude.render.formulas import formula_of, is_macro_name
from nbclaude.render.style import STYLE
from nbclaude.render.tex_names import COMMANDS, ENVIRONMENTS

__all__ = [
    "IGNORED",
    "MAX_BREAKS",
    "MAX_DEPTH",
    "PROCESSED",
    "SMALLEST",
    "indents",
    "is_far",
    "is_formula",
    "is_taken_for_formula",
    "size",
    "veils",
]

SMALLEST = 0.4  # of the size of the text around the answer
MAX_DEPTH = 100  # elements
MAX_BREAKS = 40  # in a row
MAX_INDENTED = 24  # lists, quotations and folds within one another
PROCESSED = frozenset(["mathjax_process", "tex2jax_process"])
"""The classes of elements that MathJax looks into."""
IGNORED = frozenset(["mathjax_ignore", "tex2jax_ignore"])
"""The classes of elements that MathJax leaves alone."""

_SIZE = re.compile(r"([^{}]+)\{[^{}]*font-size:\s?(\d*\.?\d+)em")
_COMPOUND = re.compile(r"[\s>+~]+")
_CLASS = re.compile(r"\.([\w-]+)")
_ELEMENT = re.compile(r"[a-z]\w*")
_INDENTED = frozenset(["ul", "ol", "blockquote", "details"])
_FORMULA = re.compile(r"\\\((?P<inline>.*)\\\)|\\\[(?P<display>.*)\\\]", re.DOTALL)
_FAR = re.compile(r"[ \t\u00a0\u2000-\u200a\u3000]{300}\s*\S|(?:\n[ \t]*){60}\s*\S")
_FEW = 60
# What MathJax takes for the start of a formula in a text that it processes.
_TAKEN = re.compile(r"\\[([]|\\begin\b|\$[^$]*[\\%][^$]*\$")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_VEIL = re.compile(
    r"(?<!\\)%|\\(?:[hv]?phantom|(?:text|cell|row|column)?color|f?colorbox|(?:math|text|cramped)?[lr]lap|(?:math|text|cramped)?clap"
    r"|smash|m?kern|[hm]?skip|[hm]space|raise|lower|verb)\b"
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_MANY_WORDS = 3


def _sizes() -> dict[str, float]:
    """Return the smallest factor by which each class and element scales text; browsers shrink superscripts and subscripts."""
    sizes = {"sup": 0.75, "sub": 0.75}
    for selectors, size in _SIZE.findall(STYLE):
        for selector in selectors.split(","):
            compound = _COMPOUND.split(selector.strip())[-1]
            if "::" in compound:
                continue
            names = _CLASS.findall(compound) or _ELEMENT.findall(compound)[:1]
            for name in names[-1:]:
                sizes[name] = min(sizes.get(name, 1.0), float(size))
    return sizes


_SIZES = _sizes()


def size(name: str, classes: Iterable[str]) -> float:
    """Return the factor by which an element scales the text in it."""
    return min(_SIZES.get(each, 1.0) for each in (name, *classes))


def indents(name: str) -> float:
    """Return how far an element moves its text aside, as a share of what is allowed."""
    return 1 / MAX_INDENTED if name in _INDENTED else 0.0


def is_far(text: str) -> bool:
    """Tell whether white space pushes a part of this text out of sight."""
    return len(text) > _FEW and _FAR.search(text) is not None


def is_taken_for_formula(text: str) -> bool:
    """Tell whether MathJax may take part of this text for a formula, in an element that it processes."""
    return ("$" in text or "\\" in text) and _TAKEN.search(text) is not None


def is_formula(text: str) -> bool:
    """Tell whether this is a formula as we write it, which does nothing but typeset."""
    found = _FORMULA.fullmatch(text.strip())
    if found is None:
        return False
    tex = found["inline"] or found["display"] or ""
    close = r"\)" if found["inline"] is not None else r"\]"
    return formula_of(tex, close, _macros(tex)).tex != ""


def veils(formula: str) -> bool:
    """Tell whether a formula has several words, and a command that may hide them."""
    is_veiled = _VEIL.search(formula) is not None or bool(_macros(formula))
    return is_veiled and len(_WORD.findall(_COMMAND.sub(" ", formula))) >= _MANY_WORDS


def _macros(tex: str) -> frozenset[str]:
    """Return the commands that only the notebook itself can have defined."""
    names = set(_COMMAND.findall(tex)) - COMMANDS - {"begin", "end", *ENVIRONMENTS}
    return frozenset(filter(is_macro_name, names))
