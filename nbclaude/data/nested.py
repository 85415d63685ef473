"""Tells values that consist of many: lists, arrays, dicts, bytes, images, geometries. What they are counts, not their digits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["bytes_kind", "is_nested", "nested_facts", "nested_text"]

_SHORT = 6  # values of a list that are shown whole
_ENDS = 3  # of a longer one, from its beginning
_KEYS = 8  # of a dict are named
_MAX_ELEMENTS = 100_000  # are looked at for their types
_SHORT_GEOMETRY = 50  # characters: a point is shown whole

_MAGIC: Sequence[tuple[bytes, str]] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1f\x8b", "gzip"),
)


def is_nested(value: object) -> bool:
    """Return whether a value consists of others."""
    return (
        isinstance(value, (list, tuple, dict, set, frozenset, bytes, bytearray))
        or _is_array(value)
        or _is_geometry(value)
        or _is_picture(value)
    )


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype") and bool(getattr(value, "ndim", 0))


def _is_geometry(value: Any) -> bool:
    return isinstance(getattr(type(value), "geom_type", None), property)


def _is_picture(value: Any) -> bool:
    return type(value).__module__.startswith("PIL.") and hasattr(value, "size") and hasattr(value, "mode")


def bytes_kind(value: bytes | bytearray) -> str:
    """Return what bytes are by their first ones: PNG, JPEG, PDF; nothing for others."""
    if value[:4] == b"RIFF" and value[8:12] == b"WEBP":
        return "WebP"
    return next((kind for magic, kind in _MAGIC if value.startswith(magic)), "")


def nested_text(value: Any) -> str:
    """Return a value of many as a short text; nothing for other values."""
    if isinstance(value, (bytes, bytearray)):
        kind = bytes_kind(value)
        shown = "" if kind else f" {bytes(value[:12])!r}{'…' if len(value) > 12 else ''}"
        return f"<{kind + ', ' if kind else ''}{len(value):,} bytes>{shown}"
    if _is_picture(value):
        return f"<image {value.size[0]}×{value.size[1]} {value.mode}>"
    if _is_geometry(value):
        return _geometry_text(value)
    if _is_array(value):
        if value.ndim == 1 and len(value) <= _SHORT:
            return str(value.tolist() if hasattr(value, "tolist") else list(value))
        if value.ndim > 1:
            return f"<{' × '.join(map(str, value.shape))} {value.dtype}>"
        return f"[{', '.join(map(_element, value[:_ENDS]))}, … {len(value):,} values]"
    if isinstance(value, (list, tuple)) and len(value) > _SHORT and not isinstance(value[0], (dict, list)):
        return f"[{', '.join(map(_element, value[:_ENDS]))}, … {len(value):,} values]"
    return ""


def _element(value: Any) -> str:
    if isinstance(value, float) or getattr(getattr(value, "dtype", None), "kind", "") == "f":
        return f"{float(value):.4g}"
    return repr(value.item() if hasattr(value, "item") else value)[:40]


def _geometry_text(value: Any) -> str:
    if value.is_empty:
        return f"{value.geom_type} EMPTY"
    if value.geom_type == "Point":
        return str(value)[:_SHORT_GEOMETRY]
    import sys

    count = getattr(sys.modules.get("shapely"), "get_num_coordinates", None)
    points = f" of {int(count(value)):,} points" if count else ""
    west, south, east, north = value.bounds
    return f"<{value.geom_type}{points} in {west:.6g} {south:.6g} {east:.6g} {north:.6g}>"


def nested_facts(values: Sequence[Any]) -> str:
    """Tell values of many: what they are, how long, of what shape, and the types of their elements."""
    kinds = Counter(_kind(value) for value in values)
    told = []
    for kind, count in kinds.most_common(4):
        of_kind = [value for value in values if _kind(value) == kind]
        facts = _KINDS[kind](of_kind) if kind in _KINDS else ""
        times = f"{count:,} " if len(kinds) > 1 else ""
        between = "" if not facts else ", " if facts.startswith("length") else " "
        told.append(f"{times}{kind}{between}{facts}")
    return "holds " + ", ".join(told)


def _kind(value: Any) -> str:
    if isinstance(value, bytearray):
        return "bytes"
    if _is_picture(value):
        return "image"
    if _is_geometry(value):
        return "geometry"
    if _is_array(value):
        return "array"
    return type(value).__name__


def length_text(lengths: Sequence[int]) -> str:
    """Return `length 3`, or `length 0 … 5`."""
    least, most = min(lengths), max(lengths)
    return f"length {least:,}" if least == most else f"length {least:,} … {most:,}"


def _lists(values: Sequence[Any]) -> str:
    elements: Counter[str] = Counter()
    looked_at = 0
    for value in values:
        elements.update(_element_type(each) for each in value)
        looked_at += len(value)
        if looked_at > _MAX_ELEMENTS:
            break
    of = f"of {', '.join(kind for kind, _ in elements.most_common(3))}, " if elements else ""
    return f"{of}{length_text([len(value) for value in values])}"


def _element_type(value: Any) -> str:
    if isinstance(value, dict):
        return "dict"
    if isinstance(value, float) and math.isnan(value):
        return "float"
    return str(value.dtype) if hasattr(value, "dtype") else type(value).__name__


def _dicts(values: Sequence[Mapping[Any, Any]]) -> str:
    keys = Counter(key for value in values for key in value)
    named = ", ".join(
        f"{key}{'' if count == len(values) else f' ({count:,})'}" for key, count in keys.most_common(_KEYS)
    )
    more = f" and {len(keys) - _KEYS:,} more" if len(keys) > _KEYS else ""
    return f"with keys {named}{more}" if keys else "without keys"


def _arrays(values: Sequence[Any]) -> str:
    shapes = Counter(tuple(value.shape) for value in values)
    dtypes = Counter(str(value.dtype) for value in values)
    of = "/".join(kind for kind, _ in dtypes.most_common(3))
    if len(shapes) == 1:
        return f"of {of}, shape {next(iter(shapes))}"
    if all(len(shape) == 1 for shape in shapes):
        return f"of {of}, {length_text([shape[0] for shape in shapes])}"
    common = ", ".join(f"{shape}: {count:,}" for shape, count in shapes.most_common(3))
    return f"of {of}, {len(shapes):,} shapes ({common})"


def _bytes(values: Sequence[bytes]) -> str:
    kinds = Counter(kind for kind in map(bytes_kind, values) if kind)
    said = ", ".join(f"{kind}: {count:,}" for kind, count in kinds.most_common(4))
    return f"{length_text([len(value) for value in values])}{' (' + said + ')' if said else ''}"


def _pictures(values: Sequence[Any]) -> str:
    return _common(f"{value.size[0]}×{value.size[1]} {value.mode}" for value in values)


def _geometries(values: Sequence[Any]) -> str:
    return _common(value.geom_type for value in values)


def _common(texts: Iterable[str]) -> str:
    counts = Counter(texts)
    more = f" and {len(counts) - 4:,} more" if len(counts) > 4 else ""
    return "(" + ", ".join(f"{text}: {count:,}" for text, count in counts.most_common(4)) + f"{more})"


_KINDS = {
    "array": _arrays,
    "bytes": _bytes,
    "dict": _dicts,
    "frozenset": _lists,
    "geometry": _geometries,
    "image": _pictures,
    "list": _lists,
    "set": _lists,
    "tuple": _lists,
}
