"""Finds the names of what is drawn in a matplotlib axes: its own labels, else the entries of the legends."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from nbclaude.context.libraries import is_a

__all__ = ["Names", "colour_of", "legend_entries", "legends_of", "name_of", "names_by_colour"]

# How matplotlib writes numbers in legends: "$\\mathdefault{2}$".
_PLAIN = re.compile(r"\$\\mathdefault\{([^{}]*)\}\$")
Names = Mapping[Any, str]
"""The entries of a legend by colour."""


def legends_of(axes: Any) -> list[Any]:
    """Return the legends in an axes, in the order in which they were added; `get_legend` knows only the last."""
    found = [each for each in axes.get_children() if is_a(each, "matplotlib:Legend") and each.get_visible()]
    last = axes.get_legend()
    return [*(each for each in found if each is not last), *([last] if last in found else [])]


def legend_entries(legend: Any) -> list[str]:
    """Return the entries of a legend, its title first, with a colon."""
    title = legend.get_title().get_text()
    entries = [_PLAIN.sub(r"\1", text.get_text()) for text in legend.get_texts()]
    return [f"{title}:", *entries] if title and title not in entries else entries


def name_of(artist: Any) -> str:
    """Return the label that an artist was given; empty if it was given none."""
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def names_by_colour(axes: Any) -> Names:
    """Return the entries of an axes' legends by colour, except shared colours: seaborn labels only the legend's handles.

    An entry that is the label of something drawn here names only that, even if other things have the same colour.
    """
    # In a grid of panels, the legend belongs to the figure.
    legends = [*legends_of(axes), *getattr(axes.figure, "legends", ())]
    drawn = {name_of(each) for each in (*axes.containers, *axes.get_children()) if not _is_sample(each)}
    found = []
    for legend in legends:
        handles = getattr(legend, "legend_handles", None) or getattr(legend, "legendHandles", None) or ()
        found += [
            (colour, text.get_text())
            for handle, text in zip(handles, legend.get_texts(), strict=False)
            if (colour := colour_of(handle)) is not None and text.get_text() not in drawn
        ]
    often = Counter(colour for colour, _ in found)
    return {colour: text for colour, text in found if often[colour] == 1}


def _is_sample(artist: Any) -> bool:
    """Return whether an artist has no data, and exists only for the legend."""
    if is_a(artist, "matplotlib:Line2D"):
        return not len(artist.get_xdata(orig=False))
    return is_a(artist, "matplotlib:Rectangle") and not (artist.get_width() and artist.get_height())


def colour_of(artist: Any) -> Any:
    """Return the one colour of an artist, without its opacity; None where it has several or none."""
    if is_a(artist, "matplotlib:Line2D"):
        drawn = artist.get_linestyle() not in ("None", "none", "", " ")
        colour = artist.get_color() if drawn else artist.get_markerfacecolor()
    elif hasattr(artist, "get_facecolor"):
        colour = artist.get_facecolor()
    else:
        return None
    rgba = sys.modules["matplotlib.colors"].to_rgba_array(colour)
    return tuple(round(float(part), 4) for part in rgba[0][:3]) if len(rgba) == 1 else None
