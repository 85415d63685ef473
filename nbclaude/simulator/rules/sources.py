"""Checks that the data of images and documents is what it claims to be.

https://platform.claude.com/docs/en/build-with-claude/vision
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from ..faults import APIFault
from ..images import MEDIA_TYPES, ImageInfo, read_image
from ..tokens import as_blocks
from .context import Context
from .fields import Field, check_fields, check_tag

__all__ = ["check_document", "check_image", "check_image_limits"]

MAX_BYTES = 10 * 1024 * 1024  # of base64 text
MAX_SIDE = 8000
MAX_SIDE_OF_MANY = 2000
MANY = 20
MAX_IMAGES = 600

_BASE64 = {
    "media_type": Field("string", required=True, choices=MEDIA_TYPES),
    "data": Field("string", required=True),
}
_IMAGE = {
    "base64": _BASE64,
    "url": {"url": Field("string", required=True)},
    "file": {"file_id": Field("string", required=True)},
}
_DOCUMENT = {
    "base64": {
        "media_type": Field("string", required=True, choices=("application/pdf",)),
        "data": Field("string", required=True),
    },
    "text": {
        "media_type": Field("string", required=True, choices=("text/plain",)),
        "data": Field("string", required=True),
    },
    "content": {"content": Field("content", required=True)},
    "url": _IMAGE["url"],
    "file": _IMAGE["file"],
}
_CITATIONS = {"enabled": Field("boolean", nullable=True)}


def check_image(place: str, block: Mapping[str, Any], context: Context) -> None:
    """Check an image's source: base64 data is read and compared with its media type; APIFault 400."""
    source = block["source"]
    kind = _check_source(f"{place}.image.source", source, _IMAGE, context)
    if kind != "base64":
        return
    where = f"{place}.image.source.base64"
    if len(source["data"]) > MAX_BYTES:
        raise APIFault(
            f"{where}: image exceeds 10 MB maximum: {len(source['data'])} bytes > {MAX_BYTES} bytes"
        )
    image = read_image(_decode(where, source["data"]))
    if image is None:
        raise APIFault(f"{where}: Could not process image")
    if image.media_type != source["media_type"]:
        raise APIFault(
            f"{where}: The image was specified using the {source['media_type']} media type, but the image "
            "appears to be "
            f"a {image.media_type} image"
        )


def check_document(place: str, block: Mapping[str, Any], context: Context) -> None:
    """Check a document's source; APIFault 400."""
    source = block["source"]
    where = f"{place}.document.source"
    if block.get("citations") is not None:
        check_fields(f"{place}.document.citations", block["citations"], _CITATIONS, strict=context.strict)
    kind = _check_source(where, source, _DOCUMENT, context)
    if kind == "base64":
        data = _decode(f"{where}.base64", source["data"])
        if not data.startswith(b"%PDF"):
            raise APIFault(f"{where}.base64.data: The PDF specified was not valid.")
    elif kind == "text" and not source["data"].strip():
        raise APIFault(f"{where}.text.data: document text must contain non-whitespace text")
    elif kind == "content":
        for index, item in enumerate(as_blocks(source["content"])):
            check_tag(f"{where}.content.content.{index}", item, ("text", "image"), strict=context.strict)


def check_image_limits(messages: list[dict[str, Any]]) -> None:
    """Check the number of images of a request, and the sides that this number allows; APIFault 400."""
    sizes = list(_images(messages))
    if len(sizes) > MAX_IMAGES:
        raise APIFault(f"messages: too many images: {len(sizes)} > {MAX_IMAGES}")
    limit = MAX_SIDE if len(sizes) <= MANY else MAX_SIDE_OF_MANY
    paths = [place for place, image in sizes if image and max(image.width, image.height) > limit]
    if paths:
        many = " for many-image requests" if limit == MAX_SIDE_OF_MANY else ""
        raise APIFault(
            f"{paths[0]}.image.source.base64.data: At least one of the image dimensions exceed max allowed "
            f"size{many}: {limit} pixels",
            details={
                "error_code": "image_dimensions_too_large",
                "max_side_length_pixels": limit,
                "paths": paths,
            },
        )


def _images(messages: list[dict[str, Any]]) -> list[tuple[str, ImageInfo | None]]:
    found: list[tuple[str, ImageInfo | None]] = []

    def look(place: str, content: object) -> None:
        for index, block in enumerate(content if isinstance(content, list) else ()):
            here = f"{place}.content.{index}"
            if block.get("type") == "image":
                source = block["source"]
                found.append(
                    (here, read_image(base64.b64decode(source["data"])) if "data" in source else None)
                )
            elif block.get("type") == "tool_result":
                look(here, block.get("content"))

    for number, message in enumerate(messages):
        look(f"messages.{number}", message["content"])
    return found


def _check_source(place: str, source: Any, table: Mapping[str, dict[str, Field]], context: Context) -> str:
    kind = check_tag(place, source, table, strict=context.strict)
    if kind in table:
        fields = {"type": Field("string"), **table[kind]}
        check_fields(f"{place}.{kind}", source, fields, strict=context.strict)
    return kind


def _decode(place: str, data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (ValueError, binascii.Error):
        raise APIFault(f"{place}.data: Invalid base64 data") from None
