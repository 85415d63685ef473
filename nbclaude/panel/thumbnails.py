"""The bytes of a picture come in; a small copy goes out as a data: address, for chips and galleries."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

__all__ = ["thumbnail"]

_BOX = (300, 168)  # pixels: twice what is shown, for dense screens
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")


@lru_cache(maxsize=128)
def thumbnail(data: bytes, media_type: str) -> str:
    """Return the address; nothing for what pillow cannot read, such as SVG or plotly's figures."""
    if media_type and media_type not in _RASTER:
        return ""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", _BOX)
            small = image.convert(
                "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
            )
            small.thumbnail(_BOX)
    except (
        Exception
    ):  # a picture that cannot be read has no thumbnail; what is wrong with it is said when it is sent
        return ""
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
