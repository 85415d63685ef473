"""Explains Python errors: what the exception means, and where it was raised."""

from __future__ import annotations

import re

from .question import Question
from .wording import code

__all__ = ["answer_traceback"]

# exception -> what it means, what to look at
_MEANINGS = {
    "AssertionError": "An `assert` found its condition false.",
    "AttributeError": "The object has no attribute of that name: check its type and the spelling.",
    "FileNotFoundError": "There is no file at that path; relative paths start from the notebook's folder.",
    "ImportError": "The module exists but does not hold that name, or could not be loaded.",
    "IndentationError": "The indentation of the line does not fit the block around it.",
    "IndexError": "The index lies outside of the sequence; the last one is `len(...) - 1`.",
    "KeyError": "The key is not in the mapping; `.get(key)` gives a default, `.keys()` shows what there is.",
    "KeyboardInterrupt": "The cell was interrupted.",
    "ModuleNotFoundError": "The module is not installed in this kernel; `%pip install` puts it there.",
    "NameError": "The name is not defined (yet): a typing error, or a cell that was not run.",
    "RecursionError": "A function calls itself without end: look for the case that should stop it.",
    "SyntaxError": "The line is no valid Python: look at it, and at the bracket or quote before it.",
    "TypeError": "A value has a type that the operation does not take, or the arguments do not fit.",
    "UnboundLocalError": "The variable is assigned in this function, but read before that.",
    "ValueError": "The type is right but the value is not one that the function can take.",
    "ZeroDivisionError": "Something was divided by zero: check the denominator before dividing.",
}
_LAST = re.compile(
    r"^([A-Z]\w*(?:Error|Exception|Interrupt|Warning)|StopIteration)(?:: (.*))?$", re.MULTILINE
)
_ARROW = re.compile(r"^-+> *(\d+) (.*)$", re.MULTILINE)
_FILE = re.compile(r'^ *File "([^"]+)", line (\d+).*\n? *(.*)$', re.MULTILINE)


def answer_traceback(question: Question) -> str | None:
    """Explain the last exception of a traceback in the question; None when there is none."""
    text = question.text
    found = list(_LAST.finditer(text))
    if not found or not (
        "Traceback" in text or _ARROW.search(text) or text.strip().startswith(found[-1].group())
    ):
        return None
    name, message = found[-1][1], found[-1][2] or ""
    lines = [f"The code stopped with **{name}**" + (f": {code(message)}." if message else ".")]
    if arrows := _ARROW.findall(text):
        number, source = arrows[-1]
        lines.append(f"It happened at line {number}, {code(source)}.")
    elif files := _FILE.findall(text):
        # The user's own line says more than the library's that it led to.
        own = [frame for frame in files if "ipykernel_" in frame[0]]
        path, number, source = (own or files)[-1]
        where = f"line {number} of the cell" if own else f"{code(path)}, line {number}"
        lines.append(f"It happened in {where}" + (f": {code(source)}." if source else "."))
    meaning = _MEANINGS.get(name)
    lines.append(meaning or "I know no more about this exception than its name and message.")
    return "\n\n".join(lines)
