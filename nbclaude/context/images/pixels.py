"""Turns a pillow image of any mode into pixels that every reader shows alike, in their smallest encoding."""

from __future__ import annotations

import math
import re
from array import array
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageOps

from nbclaude.context.images.backgrounds import Background, background_for, laid_on
from nbclaude.errors import ConfigurationError

__all__ = ["PLENTY", "draw", "encode", "is_transparent", "squeeze", "tells_of_its_making"]

# A lossless file that needs more is a photo, or as rich as one; drawings need a tenth of it.
PLENTY = 0.5  # bytes for each pixel
LITTLE = 50_000  # bytes: what no other encoding is tried for
QUALITIES = (90, 80, 70, 60)  # the first shows no loss; the others are for images that would be refused else

# Where files keep who made them, when, where and with what words.
_PERSONAL = frozenset({"exif", "xmp", "XML:com.adobe.xmp", "photoshop", "comment"})
# What a JPEG's segments begin with that tell how its pixels are to be shown.
_OF_PIXELS = (b"JFIF", b"JFXX", b"Adobe", b"ICC_PROFILE")
# What matplotlib writes into each PNG.
_MATPLOTLIB = re.compile(r"Matplotlib version\s?[\w.+-]{1,30}, https://matplotlib\.org/")


def tells_of_its_making(image: Image.Image) -> bool:
    """Tell whether a file that was loaded holds more than a picture: camera, place, time, comments, texts of its author."""
    if _PERSONAL & image.info.keys() or image.getexif() or getattr(image, "private_chunks", None):
        return True
    if any(not data.startswith(_OF_PIXELS) for _name, data in getattr(image, "applist", ())):
        return True
    # Of a GIF this is only how often it is played.
    extension = image.info.get("extension")
    if extension and not extension[0].startswith(b"NETSCAPE2.0"):
        return True
    texts = dict(getattr(image, "text", None) or {})
    return any(name != "Software" or not _MATPLOTLIB.fullmatch(text) for name, text in texts.items())


def is_transparent(image: Image.Image) -> bool:
    """Tell whether anything of the image can be seen through."""
    if not image.has_transparency_data:
        return False
    lowest = image.convert("RGBA").getchannel("A").getextrema()[0]
    return isinstance(lowest, int | float) and lowest < 255


def draw(
    image: Image.Image, background: Background | None = None
) -> tuple[Image.Image, tuple[str, ...], str]:
    """Return the image as L or RGB, upright and opaque; notes; and what the model should be told.

    What can be seen through is laid on `background`, by default on the one on which the drawing can be seen.
    """
    notes: list[str] = []
    caption = ""
    frames = getattr(image, "n_frames", 1)
    # MPO is how cameras store a JPEG with a preview.
    if frames > 1 and image.format != "MPO":
        caption = f"{'page' if image.format == 'TIFF' else 'frame'} {image.tell() + 1} of {frames}"
        notes.append(caption)
    # A copy, even where there is nothing to turn: the user's own image stays as it is.
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "La":
        # Its grey is multiplied by the alpha channel; pillow knows no other way out of this mode.
        upright = upright.convert("LA")
    if upright.mode == "F" or upright.mode.startswith("I"):
        upright = _eight_bits(upright, notes)
    transparent = is_transparent(upright)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
    if transparent:
        background = background or background_for(upright)
        notes.append(f"transparent background on {background.name}")
        upright = laid_on(background, upright)
    return upright.convert("L" if upright.mode in ("1", "L") else "RGB"), tuple(notes), caption


def _eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    """Stretch numbers (measurements, heights, 12 of 16 bits) from black to white, as plots of them do; return L or LA."""
    numbers = (image if image.mode in ("I", "F") else image.convert("I")).convert("F")
    values = array("f", numbers.tobytes())
    finite = values if all(map(math.isfinite, values)) else [v for v in values if math.isfinite(v)]
    lowest, highest = (min(finite), max(finite)) if finite else (0.0, 0.0)
    if len(finite) < len(values):
        notes.append("values that are not finite shown as black")
        clean = array("f", (v if math.isfinite(v) else lowest for v in values))
        numbers = Image.frombytes("F", numbers.size, clean.tobytes())
    notes.append(f"values {lowest:g} to {highest:g} shown as black to white")
    scale = 255 / (highest - lowest) if highest > lowest else 0.0
    shown = numbers.point(lambda value: value * scale + -lowest * scale).convert("L")
    # A 16-bit PNG may name one value that is seen through.
    clear = image.info.get("transparency")
    if isinstance(clear, int) and clear in values:
        alpha = Image.frombytes("L", shown.size, bytes(0 if value == clear else 255 for value in values))
        shown = Image.merge("LA", (shown, alpha))
    return shown


def encode(image: Image.Image, *, photo: bool) -> tuple[bytes, str]:
    """Return the smallest of the encodings without visible loss, and its media type."""
    found = []
    if not photo:
        png = _saved(_with_palette(image), "PNG")
        if len(png) <= max(LITTLE, PLENTY * image.width * image.height):
            return png, "image/png"
        found.append((png, "image/png"))
    # Colours at full resolution: thin coloured lines and letters would smear.
    found.append((_saved(image, "JPEG", quality=QUALITIES[0], subsampling=0), "image/jpeg"))
    found.append((_saved(image, "WEBP", quality=QUALITIES[0]), "image/webp"))
    return min(found, key=lambda each: len(each[0]))


def _with_palette(image: Image.Image) -> Image.Image:
    """Return the same picture with a palette where it has at most 256 colours."""
    colors = image.getcolors(256) if image.mode == "RGB" else None
    if not colors:
        return image
    reduced = image.quantize(len(colors), method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    exact = ImageChops.difference(image, reduced.convert("RGB")).getbbox() is None
    return reduced if exact else image


def squeeze(image: Image.Image, max_bytes: int) -> tuple[bytes, str, Image.Image]:
    """Return the image in at most `max_bytes`, its media type, and the image that was encoded, smaller if it must be."""
    for quality in QUALITIES:
        data = _saved(image, "JPEG", quality=quality)
        if len(data) <= max_bytes:
            return data, "image/jpeg", image
    smaller = (max(1, image.width * 3 // 4), max(1, image.height * 3 // 4))
    if smaller == image.size:
        raise ConfigurationError(f"No image fits into {max_bytes} bytes.")
    return squeeze(image.resize(smaller, Image.Resampling.LANCZOS), max_bytes)


def _saved(image: Image.Image, format_name: str, **options: Any) -> bytes:
    buffer = BytesIO()
    # What pillow would carry over from the file the image came from (comments, profiles) stays behind.
    image.info = {}
    image.save(buffer, format_name, **options)
    return buffer.getvalue()
