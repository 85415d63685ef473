"""Values that stand beside their names without a sign between them: options of commands, elements of XML, pairs of fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbclaude.secrets.literals import literal_at
from nbclaude.secrets.names import Name, NamedPlace
from nbclaude.secrets.values import is_expression, looks_secret

__all__ = ["neighbour_secrets"]

Span = tuple[int, int, str]

_OPTION = re.compile(r"(?P<space>[ ]{1,2}|=)(?P<open>\\{0,7}[\"'])?")
# The next of a list of arguments; of a call's first argument it would be the help.
_ARGUMENT = re.compile(r"\\{0,7}[\"'],(?P<space>\s{0,40})(?P<open>\\{0,7}[\"'])")
_FIRST_OF_A_CALL = re.compile(r"\(\s*\\{0,7}[\"']\Z")
_WORD = re.compile(r"(?![-<\[${|])[^\s\"'`\\⏎|&;]{1,4096}")
# What follows an option that is only spoken of.
_PROSE = re.compile(
    r"(?:is|are|was|to|or|and|the|an?|as|on|for|with|in|not|no|when|if|from|instead|into|by|at|it|its|this|that|which|must|should|can"
    r"|may|will|here|now|option|options|flag|flags|argument|arguments|parameter|switch|value|field|header|your|you|has|have|does"
    r"|of|also|only|too|works|given)\b",
    re.IGNORECASE,
)
_METAVAR = re.compile(r"[A-Z][A-Z_-]{0,30}")
_ELEMENT = re.compile(r"(?:[ ][^<>]{0,300})?>(?P<value>[^<>]{1,4096})<(?:/|!\[CDATA\[)")
_CDATA = re.compile(r"(?:[ ][^<>]{0,300})?>\s*<!\[CDATA\[(?P<value>[^\]]{1,4096})\]\]>")
_WINDOWS_OPTION = re.compile(r":(?P<value>[^\s\"'\\]{1,4096})")
# `<add key="password" value="…"/>`, `{"name": "DB_PASSWORD", "value": "…"}`, `- name: DB_PASSWORD` and `value: …` below.
_IN_FIELD = re.compile(
    r"(?:\b|(?<=\\n))(?:name|key|id|variable|var|field|label|parameter|attribute|header|setting)"
    r"\\{0,7}[\"']?[ ]?[:=][ ]?\\{0,7}[\"']?\Z",
    re.IGNORECASE,
)
_VALUE_FIELD = re.compile(
    r"\\{0,7}[\"']?[ ]?[,;]?\s{0,80}(?:\\n\s{0,40})?(?:type=[\"']\w+[\"']\s*)?"
    r"\\{0,7}[\"']?(?:value|val|default|content|data|text)\\{0,7}[\"']?"
    r"[ ]?[:=][ ]?",
    re.IGNORECASE,
)
_AFTER_KEY = re.compile(r"</key>\s*<string>(?P<value>[^<>]{1,4096})</", re.IGNORECASE)
_AFTER_TAG = re.compile(r"\\{0,7}[\"'][^<>/]{0,100}>(?P<value>\s*[^<>\s][^<>]{0,4096})</")
_LINE = re.compile(r"[^\n\r⏎\"'\\#]{1,4096}")
_SQL = re.compile(r"(?:[ ]+(?:is|to))?[ ]+(?=\\{0,7}[\"'])", re.IGNORECASE)
_SET = re.compile(r"(?:\b(?:setx|set -g?x|ENV|ARG)|#define)[ ]+\Z")
_READER = re.compile(r"\\{0,7}[\"'][ ]?,[ ]?(?=[rbu]?\\{0,7}[\"'])")
_CALL = re.compile(
    r"(?:getenv|setenv|putenv|setdefault|get|put|set|env|config|add_?header|header|setRequestHeader"
    r"|setProperty|putString|setHeader)\([ ]?\\{0,7}[\"']\Z"
)


def neighbour_secrets(text: str, places: Sequence[NamedPlace]) -> Iterator[Span]:
    """Yield start, end and kind of each value that stands beside a name of a secret."""
    for place in places:
        for find in (_of_option, _of_element, _of_field, _of_statement):
            if span := find(text, place):
                yield (*span, place.name.kind)
                break


def _fits(value: str, name: Name) -> bool:
    return looks_secret(value, name, structured=True)


def _of_option(text: str, place: NamedPlace) -> tuple[int, int] | None:
    """Return the value of `--password x`, `-password=x` or `/password:x`."""
    before = text[max(place.start - 3, 0) : place.start]
    if before.endswith("/") and (match := _WINDOWS_OPTION.match(text, place.end)):
        span = match.span("value")
        return span if before[:-1].endswith(" ") and _fits(match["value"], place.name) else None
    dashes = len(before) - len(before.rstrip("-"))
    if (
        not dashes
        or (dashes == 1 and place.name.kind != "password")
        or before[: len(before) - dashes][-1:].isalnum()
    ):
        return None
    match = _OPTION.match(text, place.end) or _ARGUMENT.match(text, place.end)
    if match is None or _FIRST_OF_A_CALL.search(text, max(place.start - 40, 0), place.start - dashes):
        return None
    if match["open"]:
        literal = literal_at(text, match.start("open"))
        if literal is None or literal.value.startswith("--" if match["space"] == "=" else "-"):
            return None
        return (literal.start, literal.end) if _fits(literal.value, Name(place.name.kind)) else None
    value = _WORD.match(text, match.end())
    if value is None or is_expression(value[0]):
        return None
    if _METAVAR.fullmatch(value[0].strip("])}.,…")):
        return None
    if match["space"] != "=" and (_PROSE.match(value[0]) or match["space"] == "  "):
        return None
    end = value.end()
    while end > value.start() and text[end - 1] in ").,]}" and match["space"] != "=":
        end -= 1
    return (value.start(), end) if _fits(text[value.start() : end], Name(place.name.kind)) else None


def _of_element(text: str, place: NamedPlace) -> tuple[int, int] | None:
    """Return the text of an element of XML."""
    opened = text.rfind("<", max(place.start - 60, 0), place.start)
    if opened < 0 or not re.fullmatch(r"<(?:[\w.-]{1,50}:)?", text[opened : place.start]):
        return None
    match = _CDATA.match(text, place.end) or _ELEMENT.match(text, place.end)
    if match is None or text[opened + 1 : place.start].startswith("/"):
        return None
    start = match.start("value")
    value = match["value"].strip()
    start += len(match["value"]) - len(match["value"].lstrip())
    return (start, start + len(value)) if value and _fits(value, place.name) else None


def _of_field(text: str, place: NamedPlace) -> tuple[int, int] | None:
    """Return the value of a field whose name is the value of the field before it."""
    if (tag := _AFTER_KEY.match(text, place.end)) and _fits(tag["value"], place.name):
        return tag.span("value")
    if not _IN_FIELD.search(text, max(place.start - 40, 0), place.start):
        return None
    if tag := _AFTER_TAG.match(text, place.end):
        return tag.span("value") if _fits(tag["value"], place.name) else None
    match = _VALUE_FIELD.match(text, place.end)
    if match is None:
        return None
    literal = literal_at(text, match.end())
    if literal is not None:
        return (literal.start, literal.end) if _fits(literal.value, place.name) else None
    line = _LINE.match(text, match.end())
    if line is None or text[match.end()] in "{[":
        return None
    value = line[0].rstrip(" ,;}]")
    return (match.end(), match.end() + len(value)) if _fits(value, place.name) else None


def _of_statement(text: str, place: NamedPlace) -> tuple[int, int] | None:
    """Return the value of `PASSWORD '…'` in SQL, and of `getenv("PASSWORD", "…")`."""
    if _SET.search(text, max(place.start - 12, 0), place.start) and text[place.end : place.end + 1] == " ":
        quoted = literal_at(text, place.end + 1)
        if quoted is not None and not quoted.is_number:
            return (quoted.start, quoted.end) if _fits(quoted.value, place.name) else None
        value = _WORD.match(text, place.end + 1)
        return value.span() if value and _fits(value[0], place.name) else None
    match = _SQL.match(text, place.end) if place.name.kind == "password" else None
    if match is None:
        match = _READER.match(text, place.end)
        if match is None or not _CALL.search(text, max(place.start - 40, 0), place.start):
            return None
    literal = literal_at(text, match.end())
    if literal is None or literal.is_number:
        return None
    return (literal.start, literal.end) if _fits(literal.value, place.name) else None
