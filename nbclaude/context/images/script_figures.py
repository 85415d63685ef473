"""Takes out of scripts the figures that they draw: those of bokeh, altair and plotly, and animations of matplotlib."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.images.animations import chosen_frames, frame_name
from nbclaude.context.images.picture import BOKEH, PLOTLY_JSON, VEGA_JSON, Picture

__all__ = ["altair_figures", "animations", "bokeh_figures", "holds_bokeh", "plotly_figures"]

_ALTAIR, _DRAWS = "altair-viz-", re.compile(r"\}\)\((?=\{)")
# In a standalone page.
_ALTAIR_PAGE = re.compile(r"\(function\(vegaEmbed\) \{\s*var spec = (?=\{)")
_NEW_PLOT = re.compile(r"Plotly\.(?:newPlot|react|plot)\(\s*(?=[\"'])")
_BOKEH_DOCUMENTS = re.compile(r"\bdocs_json\s*=\s*(?=\{\s*[\"}])")
_FRAME = re.compile(r"\bframes\[(\d+)\]\s*=\s*\"data:(image/\w+);base64,([^\"]*)\"")
# Names of bokeh's models that plot, and pictures in the HTML of others; the rest are controls, tables and layouts.
_BOKEH_PLOTS = re.compile(
    r"\"name\":\s*\"(?:Figure|Plot|GMap|GMapPlot|[\w.]*(?:Plotly|Vega|ECharts|DeckGL|VTK|Folium|IPyWidget)\w*)\""
    r"|(?:<|&lt;|\\u003c)(?:img|svg|iframe|canvas|video)\b"
)
_BOKEH_PAGE = re.compile(r"<script type=\"application/json\"[^>]*>\s*(?=\{)")


def altair_figures(html: str) -> tuple[Picture, ...]:
    """Return the chart that altair's HTML draws: the first argument of the script's last call, or its variable `spec`."""
    place = (_DRAWS if _ALTAIR in html[:500] else _ALTAIR_PAGE).search(html)
    chart = _json_at(html, place.end()) if place else None
    return (Picture(VEGA_JSON, json.dumps(chart).encode(), "chart"),) if chart else ()


def holds_bokeh(code: str) -> bool:
    """Return whether a page or a script shows documents of bokeh, with plots in them or without."""
    return bool(_BOKEH_DOCUMENTS.search(code) or _BOKEH_PAGE.search(code))


def bokeh_figures(code: str) -> tuple[Picture, ...]:
    """Return the bokeh documents with a plot in them that are shown, also those of panel and HoloViews."""
    pictures = []
    # In a page of its own they stand in an element beside the script.
    for place in (*_BOKEH_DOCUMENTS.finditer(code), *_BOKEH_PAGE.finditer(code)):
        documents = _json_at(code, place.end())
        for document in documents.values() if isinstance(documents, dict) else ():
            described = json.dumps(document)
            if _BOKEH_PLOTS.search(described):
                pictures.append(Picture(BOKEH, described.encode(), "bokeh figure"))
    return tuple(pictures)


def plotly_figures(html: str) -> tuple[Picture, ...]:
    """Return the figures that plotly's HTML draws: `newPlot("id", [data], {layout})`."""
    pictures = []
    for place in _NEW_PLOT.finditer(html):
        values: list[Any] = []
        end = place.end()
        while len(values) < 3 and (read := _json_and_end(html, end)) is not None:
            values.append(read[0])
            end = _after_comma(html, read[1])
        if len(values) == 3 and isinstance(values[1], list) and isinstance(values[2], dict):
            figure = {"data": values[1], "layout": values[2]}
            pictures.append(Picture(PLOTLY_JSON, json.dumps(figure).encode(), "plotly figure"))
    return tuple(pictures)


def animations(html: str) -> tuple[Picture, ...]:
    """Return the animation of matplotlib's `to_jshtml` as its first frame, with the others that are sent."""
    frames = list(_FRAME.finditer(html)) if "new Animation(" in html else []
    shown = (
        [picture for place in chosen_frames(len(frames)) if (picture := _frame(frames, place))]
        if frames
        else []
    )
    return (replace(shown[0], more=tuple(shown[1:])),) if shown else ()


def _frame(frames: Sequence[re.Match[str]], place: int) -> Picture | None:
    try:
        data = base64.b64decode(re.sub(r"[\\\s]", "", frames[place][3]))
    except (binascii.Error, ValueError):
        return None
    return Picture(frames[place][2], data, "animation", part=frame_name(place, len(frames)))


def _json_at(text: str, start: int) -> Any:
    read = _json_and_end(text, start)
    return read[0] if read else None


def _json_and_end(text: str, start: int) -> tuple[Any, int] | None:
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value, end


def _after_comma(text: str, start: int) -> int:
    found = re.compile(r"\s*,\s*").match(text, start)
    return found.end() if found else start
