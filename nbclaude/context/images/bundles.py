"""Finds the pictures in a mime bundle, as cells display it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbclaude.context.images.drawings import drawing_by_type, is_data_type
from nbclaude.context.images.html_pictures import html_pictures, script_pictures
from nbclaude.context.images.picture import BOKEH, IMAGE_TYPES, SVG, WIDGET, Picture

__all__ = ["IMAGE_TYPES", "bundle_pictures"]

# How the types begin of figures that are described in JSON, and what they are called.
_DESCRIBED = (
    ("application/vnd.plotly.v", "plotly figure"),
    ("application/vnd.vegalite.v", "chart"),
    ("application/vnd.vega.v", "chart"),
)
_SCRIPTS = ("application/javascript", "text/javascript", BOKEH)
_MARKDOWN_IMAGE = re.compile(r"!\[[^\]]*\]\((data:image/[^)\s]+)\)|<img\b[^>]*>")
_MERMAID = re.compile(r"^[ \t]*```+[ \t]*mermaid\b", re.MULTILINE)


def bundle_pictures(
    data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None
) -> tuple[Picture, ...]:
    """Return the pictures that a mime bundle shows, from top to bottom; what it shows beside them does not matter.

    Besides images these may be a PDF, figures that are described (plotly, Vega, bokeh), also those in HTML, widgets, and
    what only a browser draws. Texts, tables, controls and sound are none.
    """
    view = data.get(WIDGET)
    widget = str(view.get("model_id") or "") if isinstance(view, Mapping) else ""
    found = _image(data) or _described(data)
    if found is not None:
        return (replace(found, widget=widget, needs_background=_background(found, metadata or {})),)
    if widget:
        return (Picture(WIDGET, what="widget", widget=widget),)
    if any(map(is_data_type, data)):
        return ()
    return _shown(data)


def _image(data: Mapping[str, Any]) -> Picture | None:
    others = (each for each in data if each.startswith("image/") and each not in IMAGE_TYPES)
    for media_type in (*IMAGE_TYPES, *others):
        content = data.get(media_type)
        if isinstance(content, bytes | bytearray) and content:
            return Picture(media_type, bytes(content))
        text = _text(content)
        if not text:
            continue
        if media_type == SVG:
            return Picture(media_type, text.encode())
        try:
            return Picture(media_type, base64.b64decode(text))
        except (binascii.Error, ValueError):
            continue
    return None


def _described(data: Mapping[str, Any]) -> Picture | None:
    for media_type, content in data.items():
        for begins, what in _DESCRIBED:
            if media_type.startswith(begins) and isinstance(content, Mapping):
                return Picture(media_type, json.dumps(content).encode(), what)
    return None


def _shown(data: Mapping[str, Any]) -> tuple[Picture, ...]:
    """Return what HTML, Markdown or a script shows; else, what an output of a type that is shown in its own way is."""
    html = _text(data.get("text/html")) or ""
    if found := html_pictures(html):
        return found
    for media_type in _SCRIPTS:
        if found := script_pictures(_text(data.get(media_type)) or ""):
            return found
    if found := _in_markdown(_text(data.get("text/markdown")) or ""):
        return found
    # A table beside an output of a type that nobody knows here is the same in another form.
    if "<table" in html.lower():
        return ()
    for media_type in data:
        drawing = drawing_by_type(media_type) if media_type not in _HANDLED else None
        if drawing is not None:
            return (Picture.of(drawing),)
    return ()


_HANDLED = frozenset(
    (*_SCRIPTS, *IMAGE_TYPES, WIDGET, "text/html", "text/markdown", "application/vnd.holoviews_exec.v0+json")
)


def _in_markdown(markdown: str) -> tuple[Picture, ...]:
    """Return the pictures that stand in Markdown itself; diagrams of Mermaid are drawn by the browser."""
    found: list[Picture] = []
    for image in _MARKDOWN_IMAGE.finditer(markdown):
        found += html_pictures(f'<img src="{image[1]}">' if image[1] else image[0])
    if not found and _MERMAID.search(markdown) and (diagram := drawing_by_type("text/vnd.mermaid")):
        return (Picture.of(diagram),)
    return tuple(found)


def _background(picture: Picture, metadata: Mapping[str, Any]) -> str:
    """Return what the front end is told of the background, for the output or for its one form that is shown."""
    of_form = metadata.get(picture.media_type)
    needed = metadata.get("needs_background") or (
        of_form.get("needs_background") if isinstance(of_form, Mapping) else ""
    )
    return needed if isinstance(needed, str) else ""


def _text(content: Any) -> str | None:
    """Return a text, or the lines of one; None for what else an object may give as its picture."""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple) and all(isinstance(line, str) for line in content):
        return "".join(content)
    return None
