"""The types of parameters in the form that msgspec takes, with what annotations add to them: constraints and descriptions."""

from __future__ import annotations

import collections.abc
import types
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

__all__ = ["AnyOf", "classes_of", "fitting", "notes_of"]

_REBUILT = (
    *(list, dict, tuple, set, frozenset),
    *(collections.abc.Sequence, collections.abc.Collection, collections.abc.Mapping, collections.abc.Set),
    *(collections.abc.MutableSequence, collections.abc.MutableMapping, collections.abc.MutableSet),
)
# Types that are made at run time, which type checkers cannot know.
_ANNOTATED: Any = Annotated
_UNION: Any = Union
# Constraints as pydantic and annotated_types name them; msgspec uses the same names.
_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")


class AnyOf(type):
    """The metaclass of classes that stand for a union that msgspec does not support. `kinds` are its members."""

    kinds: tuple[Any, ...]

    def __instancecheck__(cls, value: object) -> bool:
        # A value is checked against the members when it is read.
        return True


def fitting(kind: Any) -> Any:
    """Return an equivalent type that msgspec accepts.

    Raises:
        TypeError: it has constraints that do not fit it.

    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _limited(fitting(inner[0]), inner[1:])
    if origin in (Union, types.UnionType):
        return _union([fitting(each) for each in inner])
    if collections.abc.Iterable in (kind, origin):
        return list[fitting(inner[0])] if inner else list  # type: ignore[misc]
    if inner and origin in _REBUILT:
        return types.GenericAlias(origin, tuple(fitting(each) for each in inner))
    return kind


def classes_of(kind: Any) -> tuple[type, ...]:
    """Return the class of a type that only the kernel has."""
    found = get_origin(kind) or kind
    return (found,) if isinstance(found, type) else (object,)


def notes_of(kind: Any) -> list[str]:
    """Return what an annotation says in words: its texts, and the names of enum values that are not self-explanatory."""
    found = [said for note in _metadata(kind) if (said := _words_of(note))]
    return found + [_named(each) for each in dict.fromkeys(_enums(kind)) if not _is_plain(each)]


def _limited(kind: Any, notes: tuple[Any, ...]) -> Any:
    limits: dict[str, Any] = {}
    for note in notes:
        limits |= _limits_of(note)
    own = [note for note in notes if isinstance(note, msgspec.Meta)]
    metas = [*own, *([msgspec.Meta(**limits)] if limits else [])]
    return _ANNOTATED[(kind, *metas)] if metas else kind


def _limits_of(note: Any) -> dict[str, Any]:
    if isinstance(note, str | msgspec.Meta):
        return {}
    found = {name: value for name in _LIMITS if (value := getattr(note, name, None)) is not None}
    for inner in getattr(note, "metadata", None) or ():
        found |= _limits_of(inner)
    return found


def _union(members: list[Any]) -> Any:
    union = _UNION[tuple(members)]
    try:
        msgspec.json.Decoder(union, dec_hook=lambda kind, value: value)
    except (TypeError, NameError):
        others = tuple(each for each in members if each is not type(None))
        if len(others) > 1:
            one = AnyOf("any_of", (), {"kinds": others})
            return _UNION[one, None] if len(others) < len(members) else one
    return union


def _metadata(kind: Any) -> tuple[Any, ...]:
    return get_args(kind)[1:] if get_origin(kind) is Annotated else ()


def _words_of(note: Any) -> str:
    # typing.Doc has its text in `documentation`, pydantic's Field in `description`; msgspec's own goes into the schema anyway.
    if isinstance(note, msgspec.Meta):
        return ""
    said = (
        note
        if isinstance(note, str)
        else getattr(note, "documentation", None) or getattr(note, "description", "")
    )
    return said if isinstance(said, str) else ""


def _enums(kind: Any) -> Iterator[type[Enum]]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield kind
    for inner in get_args(kind):
        yield from _enums(inner)


def _is_plain(kind: type[Enum]) -> bool:
    return all(isinstance(member.value, str) for member in kind)


def _named(kind: type[Enum]) -> str:
    return f"{kind.__name__}: " + ", ".join(f"{member.value!r} is {member.name}" for member in kind)
