"""Makes small copies of pictures, as data: addresses, for receipts, chips and galleries."""

from __future__ import annotations

import io

from PIL import Image

from nbclaude.context.images.backgrounds import background_named
from nbclaude.context.images.pixels import draw
from nbclaude.quiet import quietly
from nbclaude.render.data_urls import data_url

__all__ = ["small_copy"]

_EDGES = (300, 150, 75)  # pixels: the first that makes a file no larger than
_MAX_LENGTH = 20_000  # characters


@quietly("PIL")
def small_copy(content: bytes, needs_background: str = "") -> str:
    """Return the address; nothing for what pillow cannot read, such as SVG or plotly's figures.

    What can be seen through is laid on the background that it is sent on.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            small, _, _ = draw(image, background_named(needs_background))
    except Exception:  # what is wrong with a picture is said when it is sent
        return ""
    smallest = ""
    for edge in _EDGES:
        small.thumbnail((edge, edge))
        # A drawing is small as the one, a photo as the other.
        smallest = min((_encoded(small, kind) for kind in ("png", "jpeg")), key=len)
        if len(smallest) <= _MAX_LENGTH:
            break
    return smallest


def _encoded(image: Image.Image, kind: str) -> str:
    data = io.BytesIO()
    image.info = {}
    image.save(data, kind)
    return data_url(f"image/{kind}", data.getvalue())
