"""A mime bundle, as cells display it, comes in; the picture in it goes out."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["IMAGE_TYPES", "PLOTLY", "VEGA", "bundle_image"]

# What a mime bundle may hold of a picture, the best first.
IMAGE_TYPES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/svg+xml",
    "application/pdf",
)
# How the mime types begin that hold a figure as JSON.
PLOTLY = ("application/vnd.plotly.v",)
VEGA = ("application/vnd.vegalite.v", "application/vnd.vega.v")

_ALTAIR, _DRAWS = "altair-viz-", re.compile(r"\}\)\((?=\{)")


def bundle_image(data: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """Return mime type and bytes of the picture in a mime bundle; None if it holds none that can be read.

    Besides images this may be a PDF, or the JSON of plotly and Vega, also from the HTML in which altair shows a chart.
    """
    for media_type in IMAGE_TYPES:
        if content := data.get(media_type):
            if isinstance(content, bytes | bytearray):
                return media_type, bytes(content)
            text = _text(content)
            if text is None:
                continue
            if media_type == "image/svg+xml":
                return media_type, text.encode()
            try:
                return media_type, base64.b64decode(text)
            except (binascii.Error, ValueError):
                continue
    for media_type, content in data.items():
        if media_type.startswith(PLOTLY + VEGA) and isinstance(content, Mapping):
            return media_type, json.dumps(content).encode()
    return _chart_in(_text(data.get("text/html")) or "")


def _chart_in(html: str) -> tuple[str, bytes] | None:
    """Return the chart that altair's HTML draws: the first argument of the script's last call."""
    found = _DRAWS.search(html) if _ALTAIR in html[:500] else None
    if found is None:
        return None
    try:
        chart, _end = json.JSONDecoder().raw_decode(html, found.end())
    except ValueError:
        return None
    return "application/vnd.vegalite.v0+json", json.dumps(chart).encode()


def _text(content: Any) -> str | None:
    """Return a text, or the lines of one; None for what else an object may give as its picture."""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple) and all(isinstance(line, str) for line in content):
        return "".join(content)
    return None
