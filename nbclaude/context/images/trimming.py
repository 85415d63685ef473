"""Trims the empty margins of a picture."""

from __future__ import annotations

from PIL import Image, ImageChops

__all__ = ["trimmed"]

_RIM = 10  # pixels that are kept around the drawing


def trimmed(image: Image.Image) -> Image.Image:
    """Return a picture without its margins, which have the colour of its first pixel; an empty picture is returned unchanged."""
    empty = Image.new(image.mode, image.size, image.getpixel((0, 0)))
    drawn = ImageChops.difference(image.convert("RGBA"), empty.convert("RGBA")).getbbox(alpha_only=False)
    if drawn is None:
        return image
    left, top, right, bottom = drawn
    return image.crop(
        (
            max(left - _RIM, 0),
            max(top - _RIM, 0),
            min(right + _RIM, image.width),
            min(bottom + _RIM, image.height),
        )
    )
