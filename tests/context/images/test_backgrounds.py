"""Transparent pictures: what is drawn on them can be seen on the background that they get."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageDraw

from nbclaude.context.images.backgrounds import background_for
from nbclaude.context.images.limits import STANDARD_IMAGES
from nbclaude.context.images.pictures import prepare_shown
from nbclaude.context.images.prepared import prepare_image
from nbclaude.context.images.small_copies import small_copy

CLEAR = (0, 0, 0, 0)


def lines(*colours: Any, behind: Any = CLEAR, width: int = 2) -> Image.Image:
    """Lines in these colours, side by side on a ground."""
    image = Image.new("RGBA", (40 * len(colours), 60), behind)
    pen = ImageDraw.Draw(image)
    for number, colour in enumerate(colours):
        pen.line((40 * number + 20, 5, 40 * number + 24, 55), fill=colour, width=width)
    return image


def encoded(image: Image.Image, format_name: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (lines("black"), "white"),
        (lines("white"), "dark"),
        (lines("#1f77b4", "#ff7f0e", "#2ca02c"), "white"),
        (lines("#8dd3c7", "#feffb3", "#bfbbd9", "white"), "dark"),
        (lines("yellow"), "dark"),
        (lines("#808080"), "white"),
        (lines((255, 255, 255, 60)), "dark"),
        (lines((0, 0, 0, 60)), "white"),
        # Both kinds of ink, and one in between as well: on grey nothing is lost.
        (lines("black", "white"), "grey"),
        (lines("black", "white", "#808080"), "grey"),
        # The transparent dark template of plotly: white lines before a dark grid.
        (lines("white", "#283442", "#283442", width=1), "dark"),
        # A white panel with its frame and dark letters beside it, and a veil.
        (lines("black", behind=(255, 255, 255, 255)), "white"),
        (lines("white", behind=(255, 255, 255, 128)), "dark"),
        (lines("black", behind=(255, 255, 255, 0)), "white"),
        (lines("white", behind=(255, 255, 255, 0)), "dark"),
        (Image.new("RGBA", (30, 20), CLEAR), "white"),
    ],
)
def test_the_background_is_the_one_on_which_the_drawing_is_seen(image: Image.Image, name: str) -> None:
    assert background_for(image).name == name


def test_a_large_drawing_is_not_looked_at_pixel_by_pixel() -> None:
    image = lines("white").resize((4000, 6000))
    assert background_for(image).name == "dark"


WHITE_LINE = lines("white", width=4)
GREY_PNG = WHITE_LINE.convert("LA")


@pytest.mark.parametrize(
    "source",
    [
        WHITE_LINE,
        GREY_PNG,
        WHITE_LINE.convert("RGBa"),
        GREY_PNG.convert("La"),
        encoded(WHITE_LINE),
        encoded(GREY_PNG),
        encoded(WHITE_LINE.quantize(8)),
        encoded(WHITE_LINE, "WEBP", lossless=True),
        encoded(WHITE_LINE, "GIF"),
        encoded(WHITE_LINE, "GIF", save_all=True, append_images=[lines("red")]),
        encoded(WHITE_LINE, "TIFF"),
    ],
    ids=["RGBA", "LA", "RGBa", "La", "png", "grey png", "palette png", "webp", "gif", "animation", "tiff"],
)
def test_light_ink_is_seen_in_every_mode_and_format(source: Any) -> None:
    prepared = prepare_image(source)
    assert "transparent background on dark" in prepared.notes
    sent = Image.open(io.BytesIO(prepared.data)).convert("L")
    assert sent.getpixel((0, 0)) == 17
    assert sent.getpixel((22, 30)) > 240


def test_what_the_front_end_is_told_counts() -> None:
    for needed, ground in (("light", 255), ("dark", 17), ("", 17)):
        prepared = prepare_shown(encoded(WHITE_LINE), "image/png", STANDARD_IMAGES, "figure", needed)
        assert Image.open(io.BytesIO(prepared.data)).convert("L").getpixel((0, 0)) == ground


def test_an_svg_in_light_ink() -> None:
    pytest.importorskip("resvg_py")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">'
        '<line x1="0" y1="30" x2="60" y2="30" stroke="white" stroke-width="4"/></svg>'
    )
    prepared = prepare_shown(svg.encode(), "image/svg+xml", STANDARD_IMAGES, "figure")
    sent = Image.open(io.BytesIO(prepared.data)).convert("L")
    assert (sent.getpixel((60, 10)), sent.getpixel((60, 60))) == (17, 255)


def test_the_small_copy_lies_on_the_background_that_is_sent() -> None:
    data = encoded(WHITE_LINE)
    assert small_copy(data) == small_copy(data, "dark") != small_copy(data, "light")
