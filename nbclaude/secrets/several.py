"""Several secrets under a plural: `tokens = {"ann": "…"}`, `passwords = […]`, `secrets:` with a setting a line below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from nbclaude.secrets.literals import Literal, leaves_of, literal_at
from nbclaude.secrets.names import Name, NamedPlace, name_of
from nbclaude.secrets.shapes import MAX_LENGTH
from nbclaude.secrets.values import changes, is_password, is_stand_in, is_token, looks_secret
from nbclaude.secrets.words import DESCRIBING, PLACES, WEAK_KEYS

__all__ = ["collected", "parts_of"]

Span = tuple[int, int, str]

_OPENED = re.compile(
    r"(?:(?:dict|list|set|tuple|frozenset)\()?(?=[\[{(])|(?:dict|list|set|tuple|frozenset)(?=\()"
)
_ITEMS_BELOW = re.compile(r"(?:\n[ \t]*- [^\n:]{1,400})+")
_ITEM_BELOW = re.compile(r"\n[ \t]*- [\"']?(?P<value>[^\n\"']+)")
_SETTINGS_BELOW = re.compile(
    r"[ \t]*\n(?P<indent>[ \t]+)[\w.@-]{1,60}:[^\n]{0,400}(?:\n(?P=indent)[^\n]{0,400}){0,400}"
)
_SETTING_BELOW = re.compile(
    r"(?P<indent>[ \t]+)(?P<key>[\w.@-]{1,60}):[ ]+[\"']?(?P<value>[^\s\"'#{[&*|>!][^\n\"'#]{0,400})"
)
# `passwords["ann"] = "…"`, and lines under `[passwords]`.
_PART = re.compile(r"\[[\"']?(?P<key>[^\[\]\"'\n]{1,60})[\"']?\][ ]?=[ ]?(?=[bru]?[\"'`])")
_LINES_OF_A_SECTION = re.compile(r"\][ \t]*(?:\n[ \t]*[\w.@-]{1,60}[ ]?=[^\n]{0,400}){1,400}")
_LINE_OF_A_SECTION = re.compile(
    r"\n[ \t]*(?P<key>[\w.@-]{1,60})[ ]?=[ ]?[\"']?(?P<value>[^\s\"'][^\n\"']{0,400})"
)
_WORD = re.compile(r"[a-z]+")
_PLURAL = re.compile(r"[^sS][sS]\Z")
# What a secret is for.
_SERVERS = frozenset(("db", "database", "server", "bucket", "domain"))
_CREDENTIALS = ("credential", "cred")
_SHORTEST_IN_A_DICT = 10
_SHORTEST_OF_A_SERVICE = 6


def collected(text: str, place: NamedPlace, position: int, *, closed: bool) -> tuple[list[Span], int] | None:
    """Return the secrets in a list, a dict or lines below that begin behind a sign, and where they end; None if none begin."""
    name = place.name
    if items := _ITEMS_BELOW.match(text, position):
        return list(_of_items(text, items, name)), items.end()
    is_plural = name.several or _PLURAL.search(text, place.start, place.end)
    if is_plural and (below := _SETTINGS_BELOW.match(text, position)):
        return list(_of_settings(text, below, name)), position
    opened = _OPENED.match(text, position)
    if opened is None or not _may_hold(text, place):
        return ([], position) if name.several else None
    leaves, end = leaves_of(text, opened.end())
    return [(leaf.start, leaf.end, name.kind) for leaf in leaves if _fits(leaf, name, closed=closed)], end


def parts_of(text: str, place: NamedPlace) -> list[Span]:
    """Return the secret that a part of several gets, and those in a section of settings that has this name."""
    name = place.name
    if (part := _PART.match(text, place.end)) and (literal := literal_at(text, part.end())):
        leaf = replace(literal, key=part["key"])
        return [(leaf.start, leaf.end, name.kind)] if _fits(leaf, name, closed=True) else []
    if text[place.start - 1 : place.start] != "[" or not (
        name.several or _PLURAL.search(text, place.start, place.end)
    ):
        return []
    section = _LINES_OF_A_SECTION.match(text, place.end)
    lines = _LINE_OF_A_SECTION.finditer(text, *section.span()) if section else ()
    return [
        (*line.span("value"), name.kind)
        for line in lines
        if _fits(Literal(0, 0, line["value"], key=line["key"]), name, closed=True)
    ]


def _may_hold(text: str, place: NamedPlace) -> bool:
    name = place.name
    if name.kind == "credentials":
        return text[place.start : place.end].lower().rstrip("s").endswith(_CREDENTIALS)
    return name.strong or name.plain or name.several


def _fits(leaf: Literal, name: Name, *, closed: bool) -> bool:
    own = name_of(leaf.key) if leaf.key else None
    if own is not None and (name.several or name.kind == "credentials"):
        return looks_secret(leaf.value, own, structured=True)
    if name.several or name.kind == "credentials":
        return not leaf.is_number and _is_one_of(leaf.value, leaf.key, name)
    return (closed or not leaf.is_number) and looks_secret(leaf.value, name, structured=name.strong)


def _is_one_of(value: str, key: str, name: Name) -> bool:
    """Tell whether a value in a list or dict is a secret, where the name above it could also mean something else."""
    value = value[:MAX_LENGTH].strip()
    words = _WORD.findall(re.sub(r"([A-Z])", r" \1", key).lower())
    describes = DESCRIBING - _SERVERS if name.kind == "secret" else DESCRIBING
    if is_stand_in(value) or (words and words[-1] in describes):
        return False
    if name.kind == "secret":
        return bool(key) or is_password(value)
    if name.kind == "credentials":
        return bool(key) and is_password(value) and changes(value) > 0
    if not key:
        return is_token(value)
    if set(words) & (WEAK_KEYS | PLACES):
        return len(value) >= _SHORTEST_OF_A_SERVICE
    return is_token(value) or (
        len(value) >= _SHORTEST_IN_A_DICT and is_password(value) and changes(value) > 1
    )


def _of_items(text: str, items: re.Match[str], name: Name) -> Iterator[Span]:
    """Yield the items of a list of YAML."""
    if name.kind == "credentials":
        return
    for item in _ITEM_BELOW.finditer(text, *items.span()) if name.strong or name.several else ():
        fits = (
            _is_one_of(item["value"], "", name)
            if name.several
            else looks_secret(item["value"], name, structured=True)
        )
        if fits:
            yield (*item.span("value"), name.kind)


def _of_settings(text: str, below: re.Match[str], name: Name) -> Iterator[Span]:
    """Yield the values of the lines of YAML directly under a name."""
    for setting in _SETTING_BELOW.finditer(text, below.start("indent"), below.end()):
        if text[setting.start() - 1] != "\n" or setting["indent"] != below["indent"]:
            continue
        value, key = setting["value"].rstrip(), setting["key"]
        if name.several or name.kind == "credentials":
            fits = _is_one_of(value, key, name)
        else:
            fits = name.strong and not is_stand_in(value) and key.lower() not in DESCRIBING
        if fits:
            yield setting.start("value"), setting.start("value") + len(value), name.kind
