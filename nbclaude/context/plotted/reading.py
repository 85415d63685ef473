"""Finds what is known about a figure, from its library or from the form in which it was shown.

No plotting library is imported. If a figure cannot be read, nothing is known about it, and its picture is sent alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.context.images.picture import BOKEH
from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import PlottedFigure

__all__ = ["facts_of", "facts_of_shown"]


def facts_of(value: Any, panel: Any = None) -> PlottedFigure | None:
    """Return what the library of a figure knows of it, or of a panel of a matplotlib figure; None where nothing is known."""
    for kind, read in _READERS.items():
        if is_a(value, kind):
            try:
                return read(value, panel)
            except Exception:  # the figure may be half finished, or its library a version that we do not know
                return None
    return None


def facts_of_shown(media_type: str, data: bytes | Mapping[str, Any]) -> PlottedFigure | None:
    """Return what is known of a figure in this form: plotly's, Vega's or bokeh's JSON, also if it was read already."""
    read = next((each for begins, each in _FORMS.items() if media_type.startswith(begins)), None)
    if read is None:
        return None
    try:
        return read(json.loads(data) if isinstance(data, bytes) else data)
    except Exception:  # as above
        return None


def _matplotlib(figure: Any, panel: Any) -> PlottedFigure:
    from nbclaude.context.plotted.matplotlib_axes import read_figure

    return read_figure(figure, panel)


def _plotly(figure: Any, _panel: Any) -> PlottedFigure:
    return _plotly_json(figure.to_plotly_json())


def _altair(chart: Any, _panel: Any) -> PlottedFigure | None:
    return _vega_json(chart.to_dict())


def _altair_widget(widget: Any, _panel: Any) -> PlottedFigure | None:
    return _vega_json(widget.spec)


def _ipympl(canvas: Any, panel: Any) -> PlottedFigure:
    return _matplotlib(canvas.figure, panel)


def _bokeh(model: Any, _panel: Any) -> PlottedFigure | None:
    from nbclaude.context.plotted.bokeh_models import read_bokeh

    return read_bokeh([model])


def _bokeh_widget(widget: Any, panel: Any) -> PlottedFigure | None:
    return _bokeh(widget._model, panel)


def _folium(shown: Any, _panel: Any) -> PlottedFigure:
    from nbclaude.context.plotted.maps import read_folium

    return read_folium(shown)


def _ipyleaflet(shown: Any, _panel: Any) -> PlottedFigure:
    from nbclaude.context.plotted.maps import read_ipyleaflet

    return read_ipyleaflet(shown)


def _plotly_json(figure: Mapping[str, Any]) -> PlottedFigure:
    from nbclaude.context.plotted.plotly_json import read_plotly

    return read_plotly(figure)


def _vega_json(chart: Mapping[str, Any]) -> PlottedFigure | None:
    from nbclaude.context.plotted.vega_json import read_vega

    return read_vega(chart)


def _bokeh_json(described: Mapping[str, Any]) -> PlottedFigure | None:
    document = sys.modules.get("bokeh.document")
    if document is None:
        return None
    from nbclaude.context.plotted.bokeh_models import read_bokeh

    return read_bokeh(document.Document.from_json(dict(described)).roots)


_Reader = Callable[[Any, Any], PlottedFigure | None]
_READERS: Mapping[str, _Reader] = {
    "matplotlib:Figure": _matplotlib,
    "plotly:BaseFigure": _plotly,
    "altair:TopLevelMixin": _altair,
    "altair:JupyterChart": _altair_widget,
    "bokeh:LayoutDOM": _bokeh,
    "folium:Map": _folium,
    "ipyleaflet:Map": _ipyleaflet,
    "ipympl:Canvas": _ipympl,
    "jupyter_bokeh:BokehModel": _bokeh_widget,
}
# By how the type of the form begins.
_FORMS: Mapping[str, Callable[[Mapping[str, Any]], PlottedFigure | None]] = {
    "application/vnd.plotly.": _plotly_json,
    "application/vnd.vegalite.": _vega_json,
    BOKEH: _bokeh_json,
}
