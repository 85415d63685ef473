"""The bytes of a picture come in; a small copy goes out as a data: address, for chips and galleries."""

from __future__ import annotations

import base64
import hashlib
import io

__all__ = ["thumbnail"]

_BOX = (300, 168)  # pixels: twice what is shown, for dense screens
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")
_MOST = 100

# By the picture's hash, the oldest first: the pictures themselves are not kept for it.
_made: dict[bytes, str] = {}


def thumbnail(data: bytes, media_type: str = "") -> str:
    """Return the address; nothing for what pillow cannot read, such as SVG or plotly's figures."""
    if media_type and media_type not in _RASTER:
        return ""
    key = hashlib.blake2b(data, digest_size=16).digest()
    if key not in _made:
        _made[key] = _drawn(data)
        while len(_made) > _MOST:
            _made.pop(next(iter(_made)))
    return _made.get(key, "")


def _drawn(data: bytes) -> str:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", _BOX)
            small = image.convert("RGBA" if image.has_transparency_data else "RGB")
            small.thumbnail(_BOX)
    except Exception:  # what is wrong with a picture that cannot be read is said when it is sent
        return ""
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
