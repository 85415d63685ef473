"""Turns any value of the kernel into what the model gets: an image, a document, or text about it."""

from __future__ import annotations

import difflib
import pathlib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nbclaude.context.attachment import Attachment, introduction
from nbclaude.context.objects import (
    no_form,
    object_attachment,
    string_text,
    text_attachment,
    type_name,
    value_text,
)
from nbclaude.context.reprs import bounded_repr, bounded_str
from nbclaude.data.formats import FORMATS as DATA_FORMATS
from nbclaude.data.formats import read_format
from nbclaude.data.frames import Compared, describe_data, is_frame
from nbclaude.data.lazy.engines import engine_of
from nbclaude.errors import ConfigurationError, NbclaudeError
from nbclaude.texts import DEFAULT_LIMITS, TextLimits, counted, in_words, one_line
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from nbclaude.context.images.limits import ImageLimits

__all__ = ["FORMATS", "attachment_of", "close_format", "content_blocks", "labelled_blocks"]

FORMATS = (*(f"{row.word} {row.argument}".strip() for row in DATA_FORMATS.values()), "repr", "str")
"""How a value can be written: the formats of data, and what Python makes of anything."""

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

    Raises ConfigurationError for an unknown format, a format that does not fit the value, and a value without a form, or
    one that fails when it is looked at.
    """
    try:
        return _attachment(in_words(value, format), label, format, limits, images, citations, attached)
    except NbclaudeError:
        raise
    except Exception as error:  # what a value of the user's, or its library, may raise
        raise ConfigurationError(
            f"{label} is a {type_name(value)} that cannot be read: {type(error).__name__}: {_said(error)}. Send a part of it "
            f"({{{_unformatted(label, format)}.attribute}}), or a text that you make of it."
        ) from error


def _attachment(
    value: object,
    label: str,
    format: str,
    limits: TextLimits,
    images: ImageLimits | None,
    citations: bool,
    attached: bool,
) -> Attachment:
    word = read_format(format).word
    if word in ("repr", "str"):
        text, note = (bounded_repr if word == "repr" else bounded_str)(value, limits.text)
        return value_text(label, text, f"{word}, {len(text):,} characters", note)
    if format and word not in DATA_FORMATS:
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
        return text_attachment(label, "data", data, "data")
    from nbclaude.context.containers import tables_in

    if (tables := tables_in(value, label, format, limits)) is not None:
        return tables
    if word == "full" and isinstance(value, str):
        return string_text(value, label)
    if format:
        raise _misfit(value, label, format)
    return object_attachment(value, label, limits, images)


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
            blocks.append(text_block(introduction(attachment.label)))
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
    from nbclaude.context.images.limits import STANDARD_IMAGES

    if isinstance(value, pathlib.Path):
        return attach_path(value, images or STANDARD_IMAGES, citations=citations)
    if attached and isinstance(value, str) and _PICTURE_URL.fullmatch(value):
        return attach_url(value)
    return None


def _pictures(value: Any, label: str, images: ImageLimits | None) -> Attachment | None:
    from nbclaude.context.containers import DATA_FAMILIES, pictures_in
    from nbclaude.context.images.joining import MAX_PICTURES
    from nbclaude.context.images.limits import STANDARD_IMAGES
    from nbclaude.context.images.pictures import picture_of
    from nbclaude.context.shown.drawn_values import widget_attachment

    if isinstance(value, (str, int, float)) or value is None:
        return None
    family = str(type(value).__module__).partition(".")[0]
    # pandas returns the axes of several plots as a Series of objects.
    if family in DATA_FAMILIES and not (
        family == "pandas" and str(getattr(value, "dtype", "")) == "object" and len(value) <= MAX_PICTURES
    ):
        return None
    limits = images or STANDARD_IMAGES
    try:
        found = picture_of(value, limits, label) or widget_attachment(value, limits, label)
    except RecursionError:
        # A list that contains itself contains no picture.
        return None
    if found is not None:
        return Attachment(label, found.blocks, found.summary, found.notes, found.kind or "image")
    return pictures_in(value, label, limits)


def _misfit(value: object, label: str, format: str) -> ConfigurationError:
    """Return the error for a data format that does not apply to the value."""
    name, word = _unformatted(label, format), read_format(format).word
    if isinstance(value, Compared) and is_frame(value.frame):
        name, value = value.other_name, value.other
    elif isinstance(value, Compared):
        value = value.frame
    if word in ("group", "compare"):
        query = engine_of(value)
        said = f"a {query.title}: compute it first" if query else f"of type {type_name(value)}"
        return ConfigurationError(
            f"The format {format!r} is for frames of pandas, polars, Arrow and modin, but {name} is {said}."
        )
    if hasattr(type(value), "fetchall"):
        return no_form(value, name)
    return ConfigurationError(
        f"The format {format!r} is for frames, arrays and tables, but {label} is of type {type_name(value)}. "
        "Leave it out, or use repr or str."
    )


def _unformatted(label: str, format: str) -> str:
    """Return the expression of a reference alone: `df` of `df:schema`."""
    return label.removesuffix(f":{format}")


def _said(error: Exception) -> str:
    """Return the first line of what an error says; one of the user's may fail at that, too."""
    try:
        return one_line(str(error).strip().partition("\n")[0], 300).rstrip(".")
    except Exception:
        return "no message"


def _unknown_format(value: object, label: str, format: str) -> ConfigurationError:
    close = close_format(format)
    meant = f" Did you mean {close}?" if close else ""
    return ConfigurationError(
        f"{label} has no format {format!r}.{meant} Formats are {', '.join(FORMATS)}, and what Python's format() takes for a "
        f"{type_name(value)}."
    )
