"""Images in a question: image blocks come in, their size, format and main colours come out."""

from __future__ import annotations

import base64
import io
import warnings
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..images import ImageInfo, read_image
from .question import Question
from .wording import listed

__all__ = ["answer_images", "main_colours"]

# The names that people use, in sRGB. A pixel gets the name whose colour is nearest.
_NAMES: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "dark grey": (75, 75, 75),
    "grey": (135, 135, 135),
    "light grey": (205, 205, 205),
    "white": (255, 255, 255),
    "red": (215, 30, 35),
    "dark red": (125, 15, 20),
    "orange": (255, 140, 20),
    "brown": (130, 80, 40),
    "yellow": (250, 225, 45),
    "beige": (240, 225, 190),
    "green": (45, 165, 50),
    "light green": (145, 220, 135),
    "dark green": (15, 85, 35),
    "teal": (20, 150, 150),
    "cyan": (60, 225, 235),
    "light blue": (150, 200, 240),
    "blue": (35, 110, 200),
    "bright blue": (20, 30, 240),
    "navy": (20, 30, 95),
    "purple": (130, 60, 170),
    "violet": (175, 140, 220),
    "magenta": (235, 40, 200),
    "pink": (250, 170, 190),
}
SAMPLE = 96  # pixels a side are enough for shares in per cent


def answer_images(question: Question) -> str | None:
    """Say what images came with the question; None when there are none."""
    if not question.images:
        return None
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
            with Image.open(io.BytesIO(data)) as opened:
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

    def distance(name: str) -> float:
        # Weighted by how much the eye tells the channels apart; https://www.compuphase.com/cmetric.htm
        r, g, b = _NAMES[name]
        mean = (red + r) / 2
        return (
            (2 + mean / 256) * (red - r) ** 2
            + 4 * (green - g) ** 2
            + (2 + (255 - mean) / 256) * (blue - b) ** 2
        )

    return min(_NAMES, key=distance)


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
