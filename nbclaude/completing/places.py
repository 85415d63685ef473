"""Tells what is being typed at the cursor of a cell that asks: an option, its value, an argument, or a reference in braces."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from nbclaude.completing.quoting import unquoted
from nbclaude.context.references.brace_places import belongs_to_what_is_before, follows_a_sign
from nbclaude.context.references.expressions import parse_expression
from nbclaude.frozen import frozen
from nbclaude.notebook import ABOVE_MAGIC
from nbclaude.options import Option, ending_of

__all__ = ["Place", "place_at"]

_MAGIC = r"claude(?:_\w+)?|fix|explain"
_CELL = re.compile(ABOVE_MAGIC + rf"%%(?P<name>{_MAGIC})(?:[ \t](?P<line>[^\n]*))?(?P<body>\n)?")
# `%claude ...`, also after `reply =` and behind `%time`, which may have options.
_LINE = re.compile(
    r"(?:^[ \t]*|=[ \t]*|^[ \t]*%\w+[ \t]+(?:-\S+[ \t]+(?:[^\s%=-][^\s=]*[ \t]+)?)*(?:\w+[ \t]*=[ \t]*)?)"
    rf"%(?P<name>{_MAGIC})[ \t]"
)
_BRACE = re.compile(r"(?<!\{)\{([^{}\n]*)\Z")
_WORD = re.compile(r"[\w.]+")
_NAME = re.compile(r"(?:[^\W\d]\w*)?")
_ATTRIBUTE = re.compile(r"(.+)\.((?:[^\W\d]\w*)?)")
_STRING = r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
_OPEN_STRING = r"(?P<quote>[\"'])(?P<key>(?:(?!(?P=quote))[^\\]|\\.)*)"
_KEY = re.compile(rf"(?P<of>.+)\[{_OPEN_STRING}")
# The last key of a list: df[["a", "b
_LISTED_KEY = re.compile(rf"(?P<of>.+?)\[\[[ ]*(?:{_STRING}[ ]*,[ ]*)*{_OPEN_STRING}")
_FORMAT = re.compile(r"(.+?):([A-Za-z]*(?: \w*)?|(?:group|compare) [^:]*)")
# A word of a line as a shell reads it, with the blanks after it.
_WHOLE_WORD = re.compile(rf"((?:[^\s\"'\\]|\\.|{_STRING})+)[ \t]+")
_MAX_LOOKED_AT = 300  # characters before the cursor in which a reference may begin
_MAX_OPTIONS = 2_000  # characters of a line that are searched for options
_CONTINUED = re.compile(r"\\\n[ \t]*")


@frozen
class Place:
    """What is typed at the cursor.

    `fragment` is the part of it that stands already. A value is one of an `option`, an option or an argument one of a `magic`;
    where a magic takes both, a word in the place of an option may be its argument. A value that `is_assigned` with `=` cannot
    be left out. Keys, attributes and formats are those of the `expression` before them; a key is quoted with `quote`, and may
    be one of a list (`is_listed`). `typed` are the words before an argument of a magic that takes no prompt.
    `otherwise` is what else this may be if nothing fits: `my.data` may be a file.
    """

    kind: Literal["option", "value", "argument", "name", "attribute", "key", "format"]
    fragment: str
    option: Option | None = None
    magic: str = ""
    expression: str = ""
    quote: str = ""
    is_listed: bool = False
    typed: tuple[str, ...] = ()
    is_assigned: bool = False
    otherwise: Place | None = None


def place_at(
    text: str, offset: int, asking: Mapping[str, Sequence[Option]], prompts: Collection[str]
) -> Place | None:
    """Return what is typed at the offset of a cell's text; None where it is nothing of ours.

    `asking` are the magics whose lines take options and a prompt, each with the options that it alone has; `prompts` are the
    cell magics whose cell is a prompt.
    """
    before = text[:offset]
    cell = _CELL.match(before)
    if cell and not cell["body"]:
        return None if cell["line"] is None else _in_line(cell["name"], cell["line"], asking)
    if cell and cell["name"] in prompts:
        is_raw = ending_of(f"{(cell['line'] or '')[:_MAX_OPTIONS]} .").raw
        return None if is_raw else _in_braces(before, cell.end())
    line = _line_to_cursor(before)
    found = _LINE.search(line)
    return _in_line(found["name"], line[found.end() :], asking) if found else None


def _line_to_cursor(before: str) -> str:
    """Return the last line; a backslash at the end of a line joins it to the next one, as in every line magic."""
    start = before.rfind("\n") + 1
    while before.endswith("\\\n", 0, start) and len(before) - start < _MAX_OPTIONS:
        start = before.rfind("\n", 0, start - 1) + 1
    return _CONTINUED.sub("", before[start:])


def _in_line(magic: str, line: str, asking: Mapping[str, Sequence[Option]]) -> Place | None:
    is_long = len(line) > _MAX_OPTIONS  # nobody types this much
    if magic not in asking:
        return _argument(magic, line) if magic.startswith("claude") and not is_long else None
    if is_long:
        return _in_braces(line, 0)
    ending = ending_of(line, asking[magic])
    if ending.prompt:
        if _WORD.fullmatch(ending.fragment):
            return Place("argument", ending.fragment, magic=magic)
        return None if ending.raw else _in_braces(line, 0)
    kind: Literal["option", "value"] = "value" if ending.option else "option"
    place = Place(kind, ending.fragment, option=ending.option, magic=magic, is_assigned=ending.is_assigned)
    if ending.option and ending.option.expression:
        part = _reference(unquoted(ending.fragment))
        if part and part.kind in ("key", "attribute"):
            return replace(part, otherwise=place)
    return place


def _argument(magic: str, line: str) -> Place:
    """Return the argument that is being typed, for a magic that takes no prompt."""
    position, typed = len(line) - len(line.lstrip(" \t")), list[str]()
    while found := _WHOLE_WORD.match(line, position):
        typed.append(found[1])
        position = found.end()
    return Place("argument", line[position:], magic=magic, typed=tuple(typed))


def _in_braces(before: str, start: int) -> Place | None:
    """Return what is typed in braces that are open at the end of a prompt, which begins at `start`."""
    prompt = before[start:]
    found = _BRACE.search(prompt, max(0, len(prompt) - _MAX_LOOKED_AT))
    if not found:
        return None
    brace, last_end = found.start(), prompt.rfind("}", 0, found.start()) + 1
    if follows_a_sign(prompt, brace) or belongs_to_what_is_before(prompt, brace, last_end):
        return None
    return _reference(found[1])


def _reference(typed: str) -> Place | None:
    """Return which part of a reference is being typed."""
    if _NAME.fullmatch(typed):
        return Place("name", typed)
    if key := _LISTED_KEY.fullmatch(typed):
        return _key(key, is_listed=True)
    if key := _KEY.fullmatch(typed):
        return _key(key)
    if attribute := _ATTRIBUTE.fullmatch(typed):
        return _of(attribute[1], Place("attribute", attribute[2], expression=attribute[1]))
    if form := _FORMAT.fullmatch(typed):
        return _of(form[1], Place("format", form[2], expression=form[1]))
    return None


def _key(found: re.Match[str], *, is_listed: bool = False) -> Place | None:
    expression = found["of"]
    return _of(
        expression,
        Place("key", found["key"], expression=expression, quote=found["quote"], is_listed=is_listed),
    )


def _of(expression: str, place: Place) -> Place | None:
    return place if parse_expression(expression) else None
