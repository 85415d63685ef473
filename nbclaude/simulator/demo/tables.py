"""Describes the frames and values that a notebook sends along."""

from __future__ import annotations

import re
from html import unescape

from .question import Question
from .wording import code, code_list, count, listed

__all__ = ["answer_tables"]

# A frame of nbclaude: <data name="df"> ... </data>, <value name="x"> ... </value>
_FRAME = re.compile(r'^<(data|value) name="([^"\n]*)">\n(.*?)\n</\1>$', re.MULTILINE | re.DOTALL)
_COLUMN = re.compile(r"^  (\S[^:\n]*): [^;\n]+", re.MULTILINE)
_COLUMNS = re.compile(r"^columns: (.+)$", re.MULTILINE)
_MISSING = re.compile(r"^  (\S[^:\n]*): [^;\n]+;[^\n]*?\b(\d[\d,]*) missing", re.MULTILINE)
# A line of CSV: neither a fact about a column, nor a heading.
_ROW = re.compile(r"^(?!  |columns: |index[ :])[^\n]*,[^\n]*(?<!:)$", re.MULTILINE)

_LIMITS = "I count; a real model would read it and answer."


def answer_tables(question: Question) -> str | None:
    """Say what came along with the question; None when nothing did."""
    frames = _FRAME.findall(question.text)
    if not frames:
        return None
    told = [_describe(kind, unescape(name), text) for kind, name, text in frames]
    if len(told) == 1:
        return f"I got {told[0]}\n\n{_LIMITS}"
    items = "\n".join(f"{number}. {each}" for number, each in enumerate(told, 1))
    return f"I got {len(told)} things along with the question:\n\n{items}\n\n{_LIMITS}"


def _describe(kind: str, name: str, text: str) -> str:
    if kind == "value":
        return f"the value of {code(name)}: {count(len(text), 'character')} of text."
    what, _, rest = text.partition("\n")
    columns = _COLUMN.findall(rest)
    if not columns and (line := _COLUMNS.search(rest)):
        columns = [column.rpartition(":")[0] for column in line[1].split(", ")]
    rows = max(len(_ROW.findall(rest)) - 1, 0)
    parts = [f"{code(name)}: {what}."]
    if columns:
        verb = "column is" if len(columns) == 1 else "columns are"
        parts.append(f"The {verb} {code_list(columns, 8)}.")
    if missing := [f"{number} in {code(column)}" for column, number in _MISSING.findall(rest)]:
        parts.append(f"Missing values: {listed(missing)}.")
    parts.append(f"{count(rows, 'row')} came along." if rows else "No row came along.")
    return " ".join(parts)
