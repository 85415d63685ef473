"""Reads the legend of a plotly figure as the browser shows it, and the traces that are hidden until chosen there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbclaude.context.plotted.plotly_traces import plain_title

__all__ = ["hidden_traces", "legend_of"]

# Traces that appear in a legend only with `showlegend=True`.
_NOT_IN_LEGENDS = frozenset(
    (
        *(
            "choropleth",
            "choroplethmap",
            "choroplethmapbox",
            "cone",
            "contour",
            "densitymap",
            "densitymapbox",
        ),
        *(
            "heatmap",
            "histogram2d",
            "histogram2dcontour",
            "icicle",
            "image",
            "indicator",
            "isosurface",
            "mesh3d",
        ),
        *(
            "parcats",
            "parcoords",
            "sankey",
            "streamtube",
            "sunburst",
            "surface",
            "table",
            "treemap",
            "volume",
        ),
    )
)


def legend_of(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> list[str]:
    """Return the entries of the legend, its title first, with a colon; nothing if no legend is shown.

    `traces` are those that are drawn or can be chosen in the legend. By default, plotly shows no legend for a single trace.
    """
    within = [each for each in traces if each.get("showlegend", each.get("type") not in _NOT_IN_LEGENDS)]
    asked = any(each.get("showlegend") is True for each in within)
    if not layout.get("showlegend", asked or len(within) > 1):
        return []
    title = plain_title((layout.get("legend") or {}).get("title"))
    entries = list(dict.fromkeys(filter(None, (plain_title(each.get("name")) for each in within))))
    return [f"{title}:", *entries] if title and entries else entries


def hidden_traces(traces: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of traces that are drawn only once they are chosen in the legend."""
    hidden = (plain_title(each.get("name")) for each in traces if each.get("visible") == "legendonly")
    return list(dict.fromkeys(filter(None, hidden)))
