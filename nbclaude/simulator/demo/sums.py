"""Computes the sum in a question, without `eval`."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

from .question import Question

__all__ = ["answer_sum", "compute"]

Number = int | float

_OPERATORS: dict[type[ast.AST], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_WORDS = {
    r"\bplus\b": "+",
    r"\bminus\b": "-",
    r"\b(times|multiplied by)\b": "*",
    r"\bdivided by\b": "/",
    r"\bto the power of\b|\^": "**",
    r"\bsquared\b": "** 2",
    "×|·": "*",
    "÷": "/",
    "−": "-",
    r"(?<=\d),(?=\d{3}\b)": "",
}
_SUM = re.compile(r"[-(]*\d[\d.\s()+\-*/%]*[\d)]")
_ASKED = re.compile(r"\b(what is|what's|calculate|compute|evaluate|how much is|work out|solve)\b|=\s*\??$")
MAX_DIGITS = 400


def answer_sum(question: Question) -> str | None:
    """Give the value of the sum that is asked for; None when there is none."""
    text = question.lower
    for pattern, sign in _WORDS.items():
        text = re.sub(pattern, sign, text)
    bare = text.strip(" \n?.=!")
    match = _SUM.search(text)
    if match is None or not (_ASKED.search(text) or match.group().strip() == bare):
        return None
    source = match.group().strip()
    if not re.search(r"\d\s*[)]*\s*(\*\*|//|[-+*/%])", source):
        return None
    try:
        value = compute(source)
    except ZeroDivisionError:
        return f"`{source}` has no value: it divides by zero."
    except OverflowError:
        return f"`{source}` is a number of more digits than I write out."
    except (SyntaxError, ValueError):
        return None
    shown = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"`{source}` = **{shown}**"


def compute(source: str) -> Number:
    """Compute an arithmetic expression; ValueError or SyntaxError for anything else, OverflowError."""
    return _value(ast.parse(source, mode="eval").body)


def _value(node: ast.AST) -> Number:
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        inner = _value(node.operand)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and _power_digits(left, right) > MAX_DIGITS:
            raise OverflowError
        value = _OPERATORS[type(node.op)](left, right)
        if isinstance(value, complex):
            raise ValueError("not a real number")
        if isinstance(value, int) and value.bit_length() > MAX_DIGITS * 4:
            raise OverflowError
        return value
    raise ValueError("not an arithmetic expression")


def _power_digits(base: Number, exponent: Number) -> float:
    """Estimate the digits of a power before it is computed."""
    return len(str(abs(int(base)))) * abs(exponent)
