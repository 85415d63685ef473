"""Mends a cell that failed, where the failure itself tells how: a missing import, a misspelt name, shapes that do not fit."""

from __future__ import annotations

import importlib
import re

from .question import Question
from .shapes import mended_shapes
from .wording import code

__all__ = ["answer_failure"]

_FAILURE = re.compile(r'<failure name="In\[(\d+)\]">\n(.*?)\n</failure>', re.DOTALL)
_SOURCE = re.compile(r"In\[\d+\], which failed:\n(.*?)\n\n(?:It printed:|Traceback, trimmed)", re.DOTALL)
_LAST = re.compile(
    r"^([A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning)|The command failed)(?:: (.*))?$", re.MULTILINE
)
_KEY = re.compile(r"^'([^'\n]+)' is not in (\S+); spelled alike there: '([^'\n]+)'", re.MULTILINE)
_NAME = re.compile(r"^(\w+) is not defined; spelled alike: (\w+)( \(builtin\))?", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^.+: spelled like (\w+): (\w+)", re.MULTILINE)
_MODULE = re.compile(r"^modules spelled like (\w+): (\w+)", re.MULTILINE)
_IMPORTED = re.compile(r"^in module \S+(?: \S+)?, spelled alike: (\w+)", re.MULTILINE)
_MAGIC = re.compile(r"^no magic (%{1,2})(\w+); spelled alike: (.+)$", re.MULTILINE)

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


# Where names of the standard library are at home.
_HOMES = (
    "math",
    "collections",
    "itertools",
    "functools",
    "dataclasses",
    "statistics",
    "random",
    "pathlib",
    "typing",
)


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
    for mend in (_key, _import, _name, _attribute, _module, _imported, _magic, mended_shapes, _syntax):
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
    if found is None:
        return None
    alike = _NAME.search(failure)
    line = _IMPORTS.get(found[1])
    if line is None and (alike is None or alike[3]):
        home = next((module for module in _HOMES if found[1] in dir(importlib.import_module(module))), None)
        line = f"from {home} import {found[1]}" if home else None
    if line is None:
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


def _imported(failure: str, source: str) -> tuple[str, str] | None:
    wanted = re.search(r"cannot import name '(\w+)'", failure)
    found = _IMPORTED.search(failure)
    if wanted is None or found is None:
        return None
    return f"There is no {code(wanted[1])}; there is {code(found[1])}.", _word(source, wanted[1], found[1])


def _magic(failure: str, source: str) -> tuple[str, str] | None:
    found = _MAGIC.search(failure)
    known = [each.strip() for each in found[3].split(",")] if found else []
    near = next((each for each in known if found and each.rstrip() == found[1] + each.lstrip("%")), None)
    if found is None or near is None:
        return None
    return f"There is no magic {code(found[1] + found[2])}; there is {code(near)}.", source.replace(
        found[1] + found[2], near, 1
    )


def _syntax(failure: str, source: str) -> tuple[str, str] | None:
    """Mend what Python itself says of a line: a colon, a bracket or the brackets of `print` are missing."""
    place = re.search(r"^  In\[\d+\], line (\d+)", failure, re.MULTILINE)
    if "SyntaxError" not in failure or place is None:
        return None
    lines = source.split("\n")
    number = min(int(place[1]), len(lines)) - 1
    line = lines[number]
    if "Missing parentheses in call to 'print'" in failure:
        lines[number] = re.sub(r"\bprint\s+(.+)$", r"print(\1)", line)
        return "`print` is a function.", "\n".join(lines)
    if "expected ':'" in failure:
        lines[number] = f"{line.rstrip()}:"
        return f"Line {number + 1} needs a colon at its end.", "\n".join(lines)
    if opened := re.search(r"'([(\[{])' was never closed", failure):
        lines[number] = line.rstrip() + {"(": ")", "[": "]", "{": "}"}[opened[1]]
        return f"Line {number + 1} leaves a bracket open.", "\n".join(lines)
    return None
