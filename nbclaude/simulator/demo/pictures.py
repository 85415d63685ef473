"""Describes the images in a question: size, format and main colours."""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections import Counter
from collections.abc import Mapping
from typing import Any

from nbclaude.quiet import quietly

from ..images import ImageInfo, read_image
from .question import Question
from .wording import listed

__all__ = ["answer_images", "main_colours"]

# The names that people use, each with the sRGB values that they use it for: CSS's, matplotlib's, and a few shades.
_NAMES: dict[str, tuple[int, ...]] = {
    "black": (0x000000, 0x1A1A1A),
    "dark grey": (0x4B4B4B,),
    "grey": (0x808080,),
    "light grey": (0xCDCDCD,),
    "white": (0xFFFFFF,),
    "red": (0xFF0000, 0xD62728),
    "dark red": (0x7D0F14,),
    "orange": (0xFFA500, 0xFF7F0E),
    "brown": (0x825028, 0x8C564B),
    "yellow": (0xFFFF00, 0xFAE12D),
    "olive": (0xBCBD22, 0x808000),
    "beige": (0xF0E1BE,),
    "green": (0x008000, 0x2CA02C, 0x00FF00),
    "light green": (0x91DC87,),
    "dark green": (0x0F5523,),
    "teal": (0x008080,),
    "cyan": (0x00FFFF, 0x17BECF),
    "light blue": (0x96C8F0,),
    "blue": (0x0000FF, 0x1F77B4, 0x236EC8),
    "navy": (0x000080, 0x141E5F),
    "purple": (0x800080, 0x9467BD),
    "violet": (0xEE82EE,),
    "magenta": (0xFF00FF,),
    "pink": (0xFFC0CB, 0xE377C2),
}
_SHADES = [
    (name, value >> 16, value >> 8 & 255, value & 255) for name, values in _NAMES.items() for value in values
]
# What nbclaude sends in the place of an image that the conversation holds already.
_SAME = re.compile(r"\[Image \d+ of this conversation again\.\]")
_AGAIN = "The image is one that came with an earlier question; it was not sent again. A real model would look at it there."
SAMPLE = 96  # pixels a side are enough for shares in per cent


def answer_images(question: Question) -> str | None:
    """Say what images came with the question; None when there are none."""
    if not question.images:
        return _AGAIN if _SAME.search(question.text) else None
    if len(question.images) == 1:
        return f"I got one image: {_describe(question.images[0])}\n\n{_limits(question)}"
    lines = [f"{number}. {_describe(block)}" for number, block in enumerate(question.images, 1)]
    return f"I got {len(lines)} images:\n\n" + "\n".join(lines) + f"\n\n{_limits(question)}"


def _limits(question: Question) -> str:
    asked = "" if question.words < 3 else " What else you ask about it I cannot see:"
    return f"{asked.strip()} I measure pixels; a real model would look at the picture.".strip()


def _describe(block: Mapping[str, Any]) -> str:
    source = block["source"]
    if source["type"] != "base64":
        where = source.get("url") or source.get("file_id")
        return f"given as {source['type']} `{where}`, which I do not fetch."
    data = base64.b64decode(source["data"])
    info = read_image(data)
    if info is None:
        return "its bytes are no image that I know."
    kind = info.media_type.removeprefix("image/").upper()
    text = f"**{info.width} × {info.height} pixels**, {kind}, {_size(len(data))}."
    colours = main_colours(data)
    if not colours:
        return text
    shares = [f"{name} ({share:.0%})" if share >= 0.01 else f"a little {name}" for name, share in colours]
    return f"{text} Main colours: {listed(shares)}.{_guess(info, colours)}"


def main_colours(data: bytes, most: int = 5) -> list[tuple[str, float]]:
    """Name the colours of an image and their shares (0 to 1), largest first; empty if it is unreadable."""
    try:
        from PIL import Image  # loaded when the first image comes: it takes a while
    except ImportError:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks about odd files are not the user's
            with quietly("PIL"), Image.open(io.BytesIO(data)) as opened:
                opened.seek(0)
                small = opened.convert("RGBA").resize((SAMPLE, SAMPLE), Image.Resampling.NEAREST)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    colours: Counter[str] = Counter()
    for number, pixel in small.getcolors(SAMPLE * SAMPLE) or ():
        if isinstance(pixel, tuple):
            colours[_name(pixel)] += number
    total = SAMPLE * SAMPLE
    return [(name, number / total) for name, number in colours.most_common(most) if number / total >= 0.002]


def _name(pixel: tuple[int, ...]) -> str:
    red, green, blue, alpha = pixel
    if alpha < 32:
        return "transparent"

    def distance(shade: tuple[str, int, int, int]) -> float:
        # Weighted by how much the eye tells the channels apart; https://www.compuphase.com/cmetric.htm
        _, r, g, b = shade
        mean = (red + r) / 2
        return (
            (2 + mean / 256) * (red - r) ** 2
            + 4 * (green - g) ** 2
            + (2 + (255 - mean) / 256) * (blue - b) ** 2
        )

    return min(_SHADES, key=distance)[0]


def _guess(info: ImageInfo, colours: list[tuple[str, float]]) -> str:
    ground, share = colours[0]
    marks = [
        name for name, _ in colours[1:] if name not in ("white", "black", "grey", "light grey", "dark grey")
    ]
    if (
        ground in ("white", "black", "transparent")
        and share > 0.6
        and marks
        and min(info.width, info.height) > 100
    ):
        return f" The {ground} ground with a few strong colours suggests a chart or a drawing."
    return ""


def _size(length: int) -> str:
    return f"{length / 1024:,.0f} KB" if length >= 1024 else f"{length} bytes"
