"""Reads the media type and size of an image from its bytes alone.

Nothing is decoded; the containers of PNG, JPEG, GIF and WebP are read far enough to find the size and to see
that the file is whole.
"""

from __future__ import annotations

import struct

from nbclaude.frozen import frozen

__all__ = ["MEDIA_TYPES", "ImageInfo", "read_image"]

MEDIA_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")


@frozen
class ImageInfo:
    """Media type, and width and height in pixels."""

    media_type: str
    width: int
    height: int


def read_image(data: bytes) -> ImageInfo | None:
    """Find media type and size; None when the bytes are no whole PNG, JPEG, GIF or WebP."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return _gif(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return None
    return None


def _png(data: bytes) -> ImageInfo | None:
    width, height = struct.unpack(">II", data[16:24])
    position = 8
    while True:
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        position += 12 + length
        if kind == b"IEND":
            return ImageInfo("image/png", width, height) if position <= len(data) else None


def _jpeg(data: bytes) -> ImageInfo | None:
    if b"\xff\xd9" not in data[-64:]:
        return None
    position = 2
    while True:
        marker, length = struct.unpack(">2sH", data[position : position + 4])
        # SOF0 ... SOF15 hold the size; C4, C8 and CC are tables and an extension.
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return ImageInfo("image/jpeg", width, height)
        position += 2 + length


def _gif(data: bytes) -> ImageInfo | None:
    width, height = struct.unpack("<HH", data[6:10])
    return ImageInfo("image/gif", width, height) if data.endswith(b";") else None


def _webp(data: bytes) -> ImageInfo | None:
    (length,) = struct.unpack("<I", data[4:8])
    if length + 8 > len(data):
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8L":
        (bits,) = struct.unpack("<I", data[21:25])
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", data[26:30]))
    else:
        return None
    return ImageInfo("image/webp", width, height)
