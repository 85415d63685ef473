"""What draws in a notebook without leaving a picture in its output, by how it is recognised; and what only looks as if it did."""

from __future__ import annotations

import re

from nbclaude.frozen import frozen

__all__ = [
    "SCREENSHOT",
    "VIDEO",
    "Drawing",
    "drawing_by_type",
    "drawing_in_code",
    "drawing_of_package",
    "is_data_type",
]

SCREENSHOT = "Save it as a PNG, or take a screenshot of it."


@frozen
class Drawing:
    """Something that is drawn in the browser: what users call it, and how to get a picture if it cannot be painted."""

    what: str
    cure: str = SCREENSHOT


VIDEO = Drawing(
    "video",
    "Attach frames of it as images. A matplotlib animation can be sent itself, or as `to_jshtml` shows it.",
)
_DRAW_ANEW = (
    "Its scripts and tiles come from the internet, so the kernel needs internet access. Without it, take a screenshot, "
    "or plot the same data as a static figure, for example with `GeoDataFrame.plot`."
)
_MAP = Drawing("map", _DRAW_ANEW)
_GRAPH = Drawing("graph of a network")
_SCENE = Drawing("scene in 3D")
_LEAFLET = Drawing("folium map", _DRAW_ANEW)
_TABLE = None

# Code of pages and scripts that draws, by what stands in it; the first that is found counts, so the special ones come first.
_BY_CODE: tuple[tuple[str, Drawing], ...] = (
    (r"youtube(?:-nocookie)?\.com/embed|player\.vimeo\.com", VIDEO),
    (r"\bmpld3\b", Drawing("mpld3 figure", "Show the matplotlib figure itself.")),
    (r"data-lets-plot-script|\bLetsPlot\b", Drawing("Lets-Plot figure", "Save it with `ggsave`.")),
    (r"3[Dd]mol", Drawing("molecule in 3D")),
    (r"\bSHAP\.", Drawing("SHAP plot", "Draw it with `matplotlib=True`.")),
    (r"\becharts\b", Drawing("ECharts chart")),
    (r"\bHighcharts\b", Drawing("Highcharts chart")),
    (r"\bdeck\.?gl\b|deckgl", Drawing("deck.gl map", _DRAW_ANEW)),
    (r"\bkepler", Drawing("kepler.gl map", _DRAW_ANEW)),
    (r"\bvis-network\b|\bvis\.Network\b", _GRAPH),
    (r"\bcytoscape\b|\bsigma\.js\b", _GRAPH),
    (r"\b[Ll]eaflet\b|\bmapbox", _LEAFLET),
    (r"\bvegaEmbed\b", Drawing("Vega chart", "Show it with altair itself.")),
    (r"\bBokeh\b", Drawing("bokeh figure", "Show it with `bokeh.plotting.show`.")),
    (r"\bPlotly\.\w+\(|plotly-graph-div", Drawing("plotly figure", "Show the figure itself.")),
    (r"\bTHREE\.|\bx3d\b|\bthreejs\b", _SCENE),
    (r"\bmermaid\b", Drawing("Mermaid diagram", "Attach its source text instead: it says the same.")),
    (r"\btensorboard\b", Drawing("TensorBoard page")),
    (r"\bwandb\b", Drawing("Weights & Biases page")),
    (r"\bvizzu\b", Drawing("Vizzu chart")),
    (r"\bnv\.|\bd3\.(?:select|v\d)|/d3(?:\.min)?(?:\.js|@)", Drawing("D3 drawing")),
    (r"\bChart\(|chart\.js", Drawing("Chart.js chart")),
)

# Output types that no front end shows as text, by how they begin; None is no plot: tables, progress, what only loads a library.
_BY_TYPE: tuple[tuple[str, Drawing | None], ...] = (
    ("application/vnd.bokehjs_load.", None),
    ("application/vnd.holoviews_load.", None),
    ("application/vnd.jupyter.widget-state", None),
    ("application/vnd.jupyter.", None),
    ("application/vnd.dataresource", _TABLE),
    ("application/vnd.google.colaboratory.", None),
    ("application/vnd.code.", None),
    ("application/vnd.dex.", _TABLE),
    ("application/vnd.livy.table", _TABLE),
    ("application/json", None),
    ("application/xml", None),
    ("application/x-", None),
    ("application/papermill", None),
    ("application/scrapbook", None),
    ("application/vnd.papermill", None),
    ("application/vnd.vscode", None),
    ("application/vnd.nteract", None),
    ("application/geo+json", _MAP),
    ("application/vnd.geo+json", _MAP),
    ("application/3dmoljs", Drawing("molecule in 3D")),
    ("chemical/", Drawing("molecule in 3D")),
    ("model/", _SCENE),
    ("video/", VIDEO),
    ("audio/", None),
    ("text/vnd.mermaid", Drawing("Mermaid diagram", "Attach its source text instead: it says the same.")),
    ("text/", None),
)
# What an unknown type is called that holds data.
_DATA = re.compile(r"table|frame|grid|data|text|log|error|progress|state", re.IGNORECASE)

# Packages of widgets, without those whose widgets `widgets` knows one by one; None draws nothing.
_BY_PACKAGE: dict[str, Drawing | None] = {
    "bqplot": Drawing("bqplot figure", "Save it with its `save_png()`."),
    "ipyleaflet": Drawing("ipyleaflet map", _DRAW_ANEW),
    "jupyter_leaflet": Drawing("ipyleaflet map"),
    "leafmap": _MAP,
    "geemap": _MAP,
    "gmaps": _MAP,
    "lonboard": _MAP,
    "keplergl": _MAP,
    "pydeck": Drawing("deck.gl map", _DRAW_ANEW),
    "pythreejs": _SCENE,
    "k3d": _SCENE,
    "ipyvolume": _SCENE,
    "itkwidgets": _SCENE,
    "nglview": Drawing("molecule in 3D"),
    "ipycanvas": Drawing("canvas", "Save it with its `to_file`."),
    "ipycytoscape": _GRAPH,
    "ipysigma": _GRAPH,
    "yfiles_jupyter_graphs": _GRAPH,
    "jscatter": Drawing("scatter plot"),
    "ipyvizzu": Drawing("Vizzu chart"),
    "ipywebrtc": VIDEO,
    "ipydatagrid": _TABLE,
    "ipysheet": _TABLE,
    "ipyaggrid": _TABLE,
    "itables": _TABLE,
    "buckaroo": _TABLE,
    "qgrid": _TABLE,
    "qgridnext": _TABLE,
    "mitosheet": _TABLE,
    "quak": _TABLE,
    "great_tables": _TABLE,
    "ipyvuetify": None,
    "ipyvue": None,
    "reacton": None,
    "solara": None,
    "ipytree": None,
    "ipyfilechooser": None,
    "ipyevents": None,
    "tqdm": None,
    "ipyparallel": None,
    "drawdata": None,
    "nbclaude": None,
}


def drawing_in_code(code: str) -> Drawing | None:
    """Return what a page or a script draws, by the library that it uses; None if it uses none that is known."""
    return next((drawing for mark, drawing in _BY_CODE if re.search(mark, code)), None)


def drawing_by_type(media_type: str) -> Drawing | None:
    """Return what an output of this type shows, if it is neither text nor a picture; None if it is no plot."""
    for begins, drawing in _BY_TYPE:
        if media_type.startswith(begins):
            return drawing
    return None if _DATA.search(media_type) else Drawing(f"output of the type {media_type}")


def is_data_type(media_type: str) -> bool:
    """Return whether an output of this type is none to look at, whatever else stands beside it."""
    return media_type.startswith("application/") and any(
        media_type.startswith(begins) and drawing is None for begins, drawing in _BY_TYPE
    )


def drawing_of_package(package: str, code: str) -> Drawing | None:
    """Return what a widget of this package draws; `code` is its own JavaScript, where it is known.

    A widget of a package that nobody knows here draws, unless its code shows that it does not.
    """
    if package in _BY_PACKAGE:
        return _BY_PACKAGE[package]
    if code and not re.search(
        r"canvas|svg|webgl|<img|\bd3\b|chart|plot|three|leaflet|maplibre|iframe", code, re.IGNORECASE
    ):
        return None
    return (drawing_in_code(code) if code else None) or Drawing(f"widget of {package or 'a library'}")
