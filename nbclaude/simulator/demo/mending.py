"""Mends a cell that failed, where the failure itself tells how: a missing import, a misspelt name, shapes that do not fit."""

from __future__ import annotations

import re

from .question import Question
from .wording import code

__all__ = ["answer_failure"]

_FAILURE = re.compile(r'<failure name="In\[(\d+)\]">\n(.*?)\n</failure>', re.DOTALL)
_SOURCE = re.compile(r"In\[\d+\], which failed:\n(.*?)\n\n(?:It printed:|Traceback, trimmed)", re.DOTALL)
_LAST = re.compile(
    r"^([A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)|The command failed)(?:: (.*))?$", re.MULTILINE
)
_KEY = re.compile(r"^'([^'\n]+)' is not in (\S+); spelled alike there: '([^'\n]+)'", re.MULTILINE)
_NAME = re.compile(r"^(\w+) is not defined; spelled alike: (\w+)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^.+: spelled like (\w+): (\w+)", re.MULTILINE)
_MODULE = re.compile(r"^modules spelled like (\w+): (\w+)", re.MULTILINE)
_SHAPE = re.compile(r"^([\w.]+) = (?:\w+\.)?(?:ndarray|Tensor) \S+ \((\d+), (\d+)\)", re.MULTILINE)
_RESHAPE = re.compile(r"\.reshape\(\s*(\d+)\s*,\s*\d+\s*\)")
_PRODUCT = re.compile(r"\b([\w.]+) *(@|\+|-|\*) *([\w.]+)\b")

_IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "pl": "import polars as pl",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "sp": "import scipy as sp",
    "xr": "import xarray as xr",
    "Path": "from pathlib import Path",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "datetime": "from datetime import datetime",
    **{
        name: f"import {name}"
        for name in (
            "math",
            "os",
            "sys",
            "re",
            "json",
            "random",
            "time",
            "itertools",
            "functools",
            "asyncio",
            "csv",
            "statistics",
        )
    },
}


def answer_failure(question: Question) -> str | None:
    """Say why a cell failed, and give it mended where its failure tells how; None where no failure was sent."""
    found = _FAILURE.search(question.text)
    if found is None or "explain" in question.text.rpartition("</")[2].lower():
        return None
    failure = found[2]
    source = _SOURCE.search(failure)
    errors = _LAST.findall(failure)
    kind, message = errors[-1] if errors else ("", "")
    why = f"In[{found[1]}] stopped with **{kind}**" + (f": {code(message)}." if message else ".")
    for mend in (_key, _import, _name, _attribute, _module, _shape):
        mended = mend(failure, source[1]) if source else None
        if source and mended is not None and mended[1] != source[1]:
            return f"{why} {mended[0]}\n\n```python\n{mended[1]}\n```"
    return f"{why} I am a demo model and mend only what the failure itself tells."


def _word(source: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, source)


def _key(failure: str, source: str) -> tuple[str, str] | None:
    found = _KEY.search(failure)
    if found is None:
        return None
    return f"{code(found[2])} has no {code(found[1])}; it is called {code(found[3])}.", _word(
        source, found[1], found[3]
    )


def _import(failure: str, source: str) -> tuple[str, str] | None:
    found = re.search(r"^NameError: name '(\w+)' is not defined", failure, re.MULTILINE)
    line = _IMPORTS.get(found[1]) if found else None
    if found is None or line is None:
        return None
    # A cell magic stays the first line.
    head = re.match(r"(?:%%[^\n]*\n)?", source)
    at = head.end() if head else 0
    return f"{code(found[1])} was never imported here.", f"{source[:at]}{line}\n\n{source[at:]}"


def _name(failure: str, source: str) -> tuple[str, str] | None:
    found = _NAME.search(failure)
    if found is None:
        return None
    return f"There is no {code(found[1])}; there is {code(found[2])}.", _word(source, found[1], found[2])


def _attribute(failure: str, source: str) -> tuple[str, str] | None:
    found = _ATTRIBUTE.search(failure)
    if found is None or "AttributeError" not in failure:
        return None
    return f"It has no {code(found[1])}; it has {code(found[2])}.", _word(source, found[1], found[2])


def _module(failure: str, source: str) -> tuple[str, str] | None:
    found = _MODULE.search(failure)
    if found is None:
        return None
    return f"There is no module {code(found[1])}; there is {code(found[2])}.", _word(
        source, found[1], found[2]
    )


def _shape(failure: str, source: str) -> tuple[str, str] | None:
    """Transpose, or leave out columns, where two shapes do not fit; let the length decide in a reshape."""
    if "cannot reshape" in failure:
        return "The sizes do not multiply to the number of values; -1 lets the length decide.", _RESHAPE.sub(
            r".reshape(\1, -1)", source
        )
    shapes = {name: (int(rows), int(columns)) for name, rows, columns in _SHAPE.findall(failure)}
    for left, sign, right in _PRODUCT.findall(source):
        one, other = shapes.get(left), shapes.get(right)
        if (
            one is None
            or other is None
            or (sign == "@" and one[1] == other[0])
            or one == other[:: 1 if sign != "@" else -1]
        ):
            continue
        said = f"{code(left)} is {one} and {code(right)} is {other}."
        if (sign == "@" and one[1] == other[1]) or (sign != "@" and one == other[::-1]):
            return f"{said} Transposed, the second one fits.", source.replace(
                f"{left} {sign} {right}", f"{left} {sign} {right}.T"
            )
        if sign == "@" and one[1] > other[0]:
            return f"{said} The first {other[0]} columns fit.", source.replace(
                f"{left} {sign} {right}", f"{left}[:, :{other[0]}] {sign} {right}"
            )
    return None
