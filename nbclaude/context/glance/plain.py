"""Looks at the values of Python itself and of its standard library: numbers, texts, lists, dicts, dates."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import io
import itertools
import pathlib
import re
import types
import uuid
from typing import Any

from nbclaude.context.glance.glance import (
    Glance,
    Looking,
    bases_of,
    glance,
    is_a,
    listed,
    members_of,
    type_of,
)
from nbclaude.texts import beginning

__all__ = ["look", "text_of_string"]

_SHOWN_WHOLE: tuple[type, ...] = (
    *(bool, complex, type(None), type(...), range, slice),
    *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone),
    *(decimal.Decimal, fractions.Fraction, uuid.UUID, re.Pattern),
)
_TUPLES = (list, tuple, set, frozenset, collections.deque)
_MAX_KEYS = 15
_MAX_NUMBER = 10**30


def look(value: Any, looking: Looking) -> Glance | None:
    """Return what a value of Python is; None for one of another kind."""
    kind = type(value)
    if value is None:
        return Glance("None")
    if kind is int:
        shown = repr(value) if abs(value) < _MAX_NUMBER else f"int of {value.bit_length():,} bits"
        return Glance("int", shown)
    if kind is float:
        return Glance("float", repr(value) if len(repr(value)) < 10 else f"{value:.6g}")
    if kind in _SHOWN_WHOLE or is_a(value, pathlib.PurePath):
        said = (
            repr(value) if kind in _SHOWN_WHOLE else f"{kind.__name__}({pathlib.PurePath.__str__(value)!r})"
        )
        return Glance(type_of(value), beginning(said, looking.room))
    if kind is str:
        return text_of_string(value, looking.room)
    if kind in (bytes, bytearray):
        return Glance(
            f"{kind.__name__} of {len(value):,}",
            f"{beginning(repr(bytes(value[:60])), 80)} ({len(value):,} bytes)",
        )
    if is_a(value, enum.Enum) and isinstance(getattr(value, "_name_", None), str):
        return Glance(f"member of {type_of(value)}", f"{type_of(value)}.{value._name_}")
    if is_a(value, dict):
        return _mapping(value, looking)
    if is_a(value, _TUPLES):
        return _row(value, looking)
    return _running(value)


def text_of_string(value: str, room: int) -> Glance:
    """Return a string in quotes, cut to the room, and how long it is where it is cut."""
    shown = repr(beginning(value, room))
    if len(value) > room:
        shown += f"… ({len(value):,} characters)"
    return Glance(f"str of {len(value):,}" if value else "empty str", shown)


def _row(value: Any, looking: Looking) -> Glance:
    """Look at a list, tuple or set: its length and first items. A class of the user's is read as the builtin one it is."""
    base = next(each for each in _TUPLES if is_a(value, each))
    count = base.__len__(value)
    name = type_of(value)
    if count == 0:
        return Glance(f"empty {name}", f"{name}, empty")
    if is_a(value, tuple) and any("_fields" in members_of(each) for each in bases_of(type(value))):
        return _named(value, looking)
    first = list(itertools.islice(base.__iter__(value), looking.items if looking.depth > 0 else 0))
    sample = [glance(each, "", looking.inside) for each in first]
    kinds = {type_of(each) for each in itertools.islice(base.__iter__(value), 1_000)}
    # What is in a list of lists, by their kinds: `[3, 2]` and `[3]` differ in length.
    inner = (
        sample[0].kind
        if len({each.kind for each in sample}) == 1 and sample
        else ", ".join(sorted(kinds)[:4])
    )
    shown = listed([each.text() for each in sample], count, looking.room) if sample else "…"
    mixed = f" ({', '.join(sorted(kinds)[:4])})" if len(kinds) > 1 else ""
    opening, closing = "([" if base in (list, collections.deque) else "((" if base is tuple else "({", ""
    closing = {"[": "]", "(": ")", "{": "}"}[opening[1]]
    return Glance(
        f"{name} of {count:,}: {inner}", f"{name} of {count:,}{mixed}: {opening[1]}{shown}{closing}"
    )


def _named(value: Any, looking: Looking) -> Glance:
    """Look at a named tuple."""
    fields = [str(each) for each in type(value)._fields]
    items = list(tuple.__iter__(value))
    pairs = [(field, glance(item, field, looking.inside)) for field, item in zip(fields, items, strict=False)]
    shown = listed([f"{field}={each.text()}" for field, each in pairs], len(pairs), looking.room)
    kinds = listed([f"{field}: {each.kind}" for field, each in pairs], len(pairs), looking.room)
    return Glance(f"{type_of(value)}({kinds})", f"{type_of(value)}({shown})")


def _mapping(value: Any, looking: Looking) -> Glance:
    """Look at a dict: its keys, two levels deep, and as much of their values as there is room for."""
    count, name = dict.__len__(value), type_of(value)
    if count == 0:
        return Glance(f"empty {name}", f"{name}, empty")
    keys = list(itertools.islice(dict.keys(value), _MAX_KEYS))
    if looking.depth <= 0:
        return Glance(
            f"{name} of {count:,}", f"{{{listed([_key(key) for key in keys], count, looking.room)}}}"
        )
    pairs = []
    for key in keys:
        named = key if isinstance(key, str) else ""
        pairs.append(f"{_key(key)}: {glance(dict.__getitem__(value, key), named, looking.inside).text()}")
    shown = listed(pairs, count, looking.room)
    if ", … " in shown:
        # The keys decide more than their values.
        shown += f"; keys: {listed([_key(key) for key in keys], count, looking.room)}"
    return Glance(f"{name} of {count:,}", f"{name} of {count:,}: {{{shown}}}")


def _key(key: object) -> str:
    return glance(key, "", Looking(depth=0, room=40)).text()


def _running(value: object) -> Glance | None:
    """Look at what runs or is read: a coroutine, a generator, a file."""
    if is_a(value, types.CoroutineType):
        return Glance(f"coroutine {value.__name__}(), not awaited")
    if is_a(value, types.GeneratorType):
        state = ", exhausted" if value.gi_frame is None else ""
        return Glance(f"generator {value.__name__}(){state}")
    if type(value) in (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.StringIO, io.BytesIO):
        file: Any = value
        state = "closed" if file.closed else "open"
        named = getattr(file, "name", "")
        return Glance(f"{type(value).__name__}, {state}", f"{type(value).__name__} of {named!r}, {state}")
    if type(value) in (map, filter, zip, enumerate, reversed):
        return Glance(f"{type(value).__name__} object: an iterator, to be read once")
    return None
