from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from nbclaude.simulator.images import ImageInfo, read_image
from tests.simulator.helpers import image_bytes


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"exif": b"Exif\x00\x00" + b"x" * 500, "comment": b"hello"}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\x00\x00"}),
    ],
)
def test_media_type_and_size(kind: str, options: dict[str, object]) -> None:
    out = io.BytesIO()
    Image.new("RGB", (301, 47), "teal").save(out, kind, **options)
    assert read_image(out.getvalue()) == ImageInfo(f"image/{kind.lower()}", 301, 47)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG", "WEBP"])
def test_no_beginning_of_a_file_is_an_image(kind: str) -> None:
    data = image_bytes(kind)
    assert [cut for cut in range(len(data)) if read_image(data[:cut])] == []


def test_nothing_else_is_an_image() -> None:
    for data in (b"", b"%PDF-1.7", b"BM" + b"\0" * 60, b"<svg/>", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPabcd"):
        assert read_image(data) is None


def test_damaged_files_never_raise() -> None:
    dice = random.Random(7)
    for kind in ("PNG", "GIF", "JPEG", "WEBP"):
        for _ in range(300):
            data = bytearray(image_bytes(kind))
            for _ in range(5):
                data[dice.randrange(len(data))] = dice.randrange(256)
            read_image(bytes(data))
