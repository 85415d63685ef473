"""Any value of the kernel comes in; what it becomes for the model goes out: an image, a document, or text about it."""

from __future__ import annotations

import difflib
import pathlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.reprs import bounded_repr, bounded_str, is_bare
from nbclaude.context.sources import describe_exception, describe_source
from nbclaude.context.tables.frames import describe_data, read_format
from nbclaude.context.tables.table import Described
from nbclaude.context.texts import DEFAULT_LIMITS, TextLimits, clip, counted, framed, one_line
from nbclaude.errors import ConfigurationError
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from nbclaude.context.images.prepared import ImageLimits

__all__ = ["FORMATS", "attachment_of", "close_format", "content_blocks", "labelled_blocks"]

FORMATS = ("schema", "head N", "full", "repr", "str")

# A string goes whole up to this many characters.
_STRING = 200_000
# A table can be many things; that it is no picture is known without asking it.
_DATA_FAMILIES = frozenset({"pandas", "polars", "pyarrow", "xarray"})
_MOST_AXES = 1_000

# The blocks that a user message may hold, and what each of them must have; a dict of the user's own seldom does.
_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "text": ("text",),
    "image": ("source",),
    "document": ("source",),
    "search_result": ("source", "title", "content"),
    "container_upload": ("file_id",),
    "tool_result": ("tool_use_id",),
}

_PICTURE_URL = re.compile(r"https?://\S+\.(?:png|jpe?g|gif|webp)(?:[?#]\S*)?", re.IGNORECASE)


def attachment_of(
    value: object,
    label: str,
    format: str = "",
    *,
    limits: TextLimits = DEFAULT_LIMITS,
    images: ImageLimits | None = None,
    citations: bool = False,
    attached: bool = False,
) -> Attachment:
    """Return what a value becomes: content blocks in the API's shape, with words for the receipt.

    `format` is one of `FORMATS` or nothing. `images` are the limits of the model for images. `attached` says that the user
    asked for an attachment (`-a`), where the address of an image stands for the image.

    Raises ConfigurationError for an unknown format, a format that does not fit the value, and a value without a form.
    """
    word, _ = read_format(format)
    if word in ("repr", "str"):
        text, note = (bounded_repr if word == "repr" else bounded_str)(value, limits.text)
        return _value(label, text, f"{word}, {len(text):,} characters", note)
    if format and word not in ("schema", "head", "full"):
        raise _unknown_format(value, label, format)
    if not format:
        whole = (
            _raw(value, label)
            or _files(value, images, citations, attached)
            or _pictures(value, label, images)
        )
        if whole is not None:
            return whole
    data = describe_data(value, format, limits)
    if data is not None:
        return _framed(label, "data", data, "data")
    if word == "full" and isinstance(value, str):
        return _string(value, label)
    if format:
        raise ConfigurationError(
            f"The format {format!r} is for frames, arrays and tables, but {label} is a {_type_name(value)}. "
            "Leave it out, or use repr or str."
        )
    return _spoken(value, label, limits)


def content_blocks(value: object) -> tuple[Mapping[str, Any], ...]:
    """Return the content blocks that a value is as it stands: one block or a list of them, else nothing."""
    blocks = [value] if isinstance(value, dict) else value
    if not isinstance(blocks, (list, tuple)) or not blocks:
        return ()
    for block in blocks:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            return ()
        needed = _BLOCKS.get(block["type"])
        if needed is None or any(field not in block for field in needed):
            return ()
    return tuple(blocks)


def labelled_blocks(attachments: Iterable[Attachment]) -> tuple[Mapping[str, Any], ...]:
    """Return the blocks of attachments in the order in which they are sent; a picture is introduced by its name."""
    blocks: list[Mapping[str, Any]] = []
    for attachment in attachments:
        if attachment.kind == "image" and attachment.label:
            blocks.append(text_block(f"{attachment.label}:"))
        blocks += attachment.blocks
    return tuple(blocks)


def close_format(format: str) -> str:
    """Return the format that a word is probably meant to be, or nothing."""
    names = [name.partition(" ")[0] for name in FORMATS]
    found = difflib.get_close_matches(format.partition(" ")[0].lower(), names, 1, 0.7)
    return found[0] if found else ""


def _raw(value: object, label: str) -> Attachment | None:
    if isinstance(value, Attachment):
        return value
    blocks = content_blocks(value)
    if not blocks:
        return None
    kinds = sorted({str(block["type"]) for block in blocks})
    kind = kinds[0] if kinds in (["image"], ["document"]) else "text"
    return Attachment(
        label, blocks, f"{counted(len(blocks), 'content block')}: {', '.join(kinds)}", kind=kind
    )


def _files(value: object, images: ImageLimits | None, citations: bool, attached: bool) -> Attachment | None:
    from nbclaude.context.files import attach_path, attach_url
    from nbclaude.context.images.prepared import STANDARD_IMAGES

    if isinstance(value, pathlib.Path):
        return attach_path(value, images or STANDARD_IMAGES, citations=citations)
    if attached and isinstance(value, str) and _PICTURE_URL.fullmatch(value):
        return attach_url(value)
    return None


def _pictures(value: Any, label: str, images: ImageLimits | None) -> Attachment | None:
    from nbclaude.context.images.pictures import MOST_PICTURES, joined, picture_of
    from nbclaude.context.images.prepared import STANDARD_IMAGES

    family = _family(value)
    if isinstance(value, (str, int, float)) or value is None:
        return None
    # pandas returns the axes of several plots as a Series of objects.
    if family in _DATA_FAMILIES and not (
        str(getattr(value, "dtype", "")) == "object" and len(value) <= MOST_PICTURES
    ):
        return None
    try:
        found = picture_of(value, images or STANDARD_IMAGES, label)
    except RecursionError:
        # A list that contains itself contains no picture.
        return None
    if found is not None:
        return Attachment(label, found.blocks, found.summary, found.notes, found.kind or "image")
    items = _items(value)
    limits = images or STANDARD_IMAGES
    pictures = (_pictured(item, limits, label) for item in items)
    if items and (alone := joined(pictures, len(items), limits, label)) is not None:
        return alone
    return _with_pictures(value, label, limits)


def _with_pictures(value: Any, label: str, limits: ImageLimits) -> Attachment | None:
    """Return a list or dict some of whose values are pictures: these, by their places, after its repr; None without any."""
    from nbclaude.context.images.pictures import MOST_PICTURES, joined

    named = value.items() if isinstance(value, dict) else enumerate(value) if _items(value) else ()
    pictures = []
    # Who puts a picture among other values seldom puts it far behind: a list of numbers is not looked through.
    for key, item in islice(named, MOST_PICTURES):
        place = f"{label}[{one_line(repr(key), 60)}]"
        if (found := _pictured(item, limits, place)) is not None:
            pictures.append(replace(found, blocks=(text_block(f"{place}:"), *found.blocks)))
    if not pictures:
        return None
    together = joined(pictures, len(pictures), limits, label)
    text, note = bounded_repr(value, TextLimits().text)
    notes = ((note,) if note else ()) + (together.notes if together else ())
    if len(value) > MOST_PICTURES:
        notes = (*notes, f"pictures only of the first {MOST_PICTURES} of {len(value):,} values")
    blocks = (framed("value", label, text), *(together.blocks if together else ()))
    return Attachment(
        label, blocks, f"{_type_name(value)} with {counted(len(pictures), 'picture')}", notes, "image"
    )


def _pictured(item: Any, limits: ImageLimits, label: str) -> Attachment | None:
    from nbclaude.context.images.pictures import picture_of

    if item is None or isinstance(item, (str, int, float)) or _family(item) in _DATA_FAMILIES:
        return None
    return picture_of(item, limits, label)


def _family(value: object) -> str:
    return str(type(value).__module__).partition(".")[0]


def _items(value: Any) -> Sequence[Any]:
    """Return what is in a list, a tuple, or an array of objects (matplotlib's axes); nothing for other values."""
    if type(value).__module__ == "numpy" and getattr(getattr(value, "dtype", None), "kind", "") == "O":
        # Who has so many axes wants none of them sent.
        return list(value.flat) if value.size <= _MOST_AXES else ()
    return value if isinstance(value, (list, tuple)) else ()


def _spoken(value: Any, label: str, limits: TextLimits) -> Attachment:
    """Return a value that is no data and no picture: source, traceback, text, or its repr."""
    if isinstance(value, BaseException):
        return _framed(label, "traceback", describe_exception(value, limits), "text")
    source = describe_source(value, limits)
    if source is not None:
        return _framed(label, "source", source, "source")
    if isinstance(value, str):
        return _string(value, label)
    text, note = bounded_repr(value, limits.text)
    if is_bare(text):
        # Some types have nothing to say in their repr, but print well.
        text, note = bounded_str(value, limits.text)
        if is_bare(text):
            raise ConfigurationError(_no_form(value, label))
    return _value(label, text, f"repr of a {_type_name(value)}", note)


def _string(value: str, label: str) -> Attachment:
    text, note = clip(value, _STRING)
    return _framed(
        label, "text", Described(text, f"text, {len(text):,} characters", (note,) if note else ()), "text"
    )


def _value(label: str, text: str, summary: str, note: str) -> Attachment:
    return _framed(label, "value", Described(text, summary, (note,) if note else ()), "text")


def _framed(label: str, tag: str, described: Described, kind: str) -> Attachment:
    blocks = (framed(tag, label, described.text),)
    return Attachment(label, blocks, described.summary, described.notes, kind)


def _type_name(value: object) -> str:
    kind = type(value)
    return (
        kind.__qualname__
        if kind.__module__ in ("builtins", "__main__")
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def _unknown_format(value: object, label: str, format: str) -> ConfigurationError:
    close = close_format(format)
    meant = f" Did you mean {close}?" if close else ""
    return ConfigurationError(
        f"{label} has no format {format!r}.{meant} Formats are {', '.join(FORMATS)}, and what Python's format() takes for a "
        f"{_type_name(value)}."
    )


def _no_form(value: Any, label: str) -> str:
    way = (
        "reference what is in it ({"
        + label
        + ".attribute}, {vars("
        + label
        + ")}), or give its class a __repr__"
    )
    if _has(value, "fetchall"):
        way = f"fetch its rows first: rows = {label}.fetchall()"
    elif _has(value, "__next__"):
        way = "make it a list first: {list(" + label + ")}"
    return f"{label} is a {_type_name(value)}, an object without any form that would say something to the model: {way}."


def _has(value: object, method: str) -> bool:
    """Return whether a class has defined a method: some objects have every attribute that one asks for."""
    return any(method in vars(base) for base in type(value).__mro__)
