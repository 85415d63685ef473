"""Reads what a matplotlib figure knows about itself: titles, axes, legends and (in `matplotlib_layers`) layers."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.images.panels import Panel, bars_of, panels_in
from nbclaude.context.libraries import is_a
from nbclaude.context.plotted.facts import Axis, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.matplotlib_layers import layers_of
from nbclaude.context.plotted.matplotlib_names import legend_entries, legends_of
from nbclaude.context.plotted.matplotlib_scales import Scales, categories_of, labels_of, writer_of
from nbclaude.context.plotted.seaborn_marks import library_of
from nbclaude.context.plotted.values import value_text
from nbclaude.texts import one_line

__all__ = ["read_figure"]

_MAX_CATEGORIES = 200
_MAX_TEXTS = 10  # of a panel
_MAX_TEXT = 80  # characters
_POLAR = {"x": "theta", "y": "r"}
_NEARLY = 1e-9
_TOP = 90  # degrees
_MINUTES = 0.01  # of a day
_DIGITS = 6  # of limits: they are set with a margin, and have as many digits as a float


def read_figure(figure: Any, panel: Panel | None = None) -> PlottedFigure:
    """Return what is known about a figure, or about one of its panels."""
    groups = [panel.axes] if panel is not None else panels_in(figure)
    number, count = (panel.number, panel.count) if panel is not None else (0, 0)
    legend = [text for each in figure.legends for text in legend_entries(each)]
    panels = [_panel(group) for group in groups]
    notes = list(_notes(figure)) if panel is None else []
    library = library_of(figure, groups)
    return PlottedFigure(library, _over(figure, "suptitle"), panels, legend, notes, number, count)


def _over(figure: Any, name: str) -> str:
    """Return a title or label of a whole figure or of a part of it."""
    text = getattr(figure, f"_{name}", None)
    return text.get_text() if text is not None else ""


def _notes(figure: Any) -> Iterator[str]:
    for axis in ("x", "y"):
        if label := _over(figure, f"sup{axis}label"):
            yield f'{axis} label of the whole figure: "{label}"'
    parts = getattr(figure, "subfigs", ())
    for number, part in enumerate(parts, 1):
        if title := _over(part, "suptitle"):
            yield f'title of part {number} of {len(parts)}: "{title}"'
    labels = [getattr(figure, f"_{name}", None) for name in ("suptitle", "supxlabel", "supylabel")]
    if texts := [text for each in figure.texts if each not in labels and (text := _written(each, None))][
        :_MAX_TEXTS
    ]:
        yield f"text: {'; '.join(texts)}"


def _panel(group: Sequence[Any]) -> PlottedPanel:
    within = [each for each in group[1:] if _is_inset(each)]
    group = [each for each in group if each not in within]
    first = group[0]
    places = ("center", "left", "right")
    title = " | ".join(text for each in group for place in places if (text := each.get_title(loc=place)))
    legend = [text for each in group for shown in legends_of(each) for text in legend_entries(shown)]
    axes: list[Axis] = []
    layers = []
    for place, each in enumerate(group):
        names = {}
        for axis, name in list(_axes(each, group)):
            if place and _is_shared(each, first, name):
                continue
            names[name] = f"second {axis.name}" if axis.name in {known.name for known in axes} else axis.name
            axes.append(replace(axis, name=names[name]))
        twin = next((said for said in names.values() if said.startswith("second")), "")
        layers += layers_of(each, Scales.of(each), f"on the {twin} axis" if twin else "")
        axes += _secondary(each)
    axes += [bar for each in group for bar in _colours(each)]
    kind = "" if first.name in ("rectilinear", "") else f"{first.name} projection"
    insets = [
        _panel([child])
        for each in group
        for child in (*each.child_axes, *within)
        if child.get_visible() and not is_a(child, "matplotlib:SecondaryAxis")
    ]
    return PlottedPanel(title, axes, legend, layers, kind, _texts(group), insets)


def _is_inset(axes: Any) -> bool:
    """Return whether an axes is an inset of `mpl_toolkits`, which reports the position of its parent axes as its own."""
    return type(axes.get_axes_locator()).__module__.endswith(".inset_locator")


def _secondary(axes: Any) -> Iterator[Axis]:
    """Give the axes that show the same places in another unit."""
    for child in axes.child_axes:
        if is_a(child, "matplotlib:SecondaryAxis") and child.get_visible():
            name = "x" if getattr(child, "_orientation", "x") == "x" else "y"
            with contextlib.suppress(AttributeError):  # their limits follow the main axes only when drawn
                child._set_lims()
            low, high = getattr(child, f"get_{name}lim")()
            label = getattr(child, f"get_{name}label")()
            yield Axis(f"second {name}", label, (_limit(low), _limit(high)))


def _texts(group: Sequence[Any]) -> list[str]:
    """Return the words that are written into a panel, without numbers beside bars and the names of wedges."""
    if any(is_a(patch, "matplotlib:Wedge") for each in group for patch in each.patches):
        return []
    return [text for each in group for written in each.texts if (text := _written(written, each))][
        :_MAX_TEXTS
    ]


def _written(text: Any, axes: Any) -> str:
    words = text.get_text()
    if not text.get_visible() or not any(map(str.isalpha, words)):
        return ""
    said = f'"{one_line(words, _MAX_TEXT)}"'
    if axes is None or getattr(text, "xycoords", "") != "data":
        return said
    scales = Scales.of(axes)
    try:
        place = [
            scales.place(name, axis.convert_units(each))
            for name, axis, each in (("x", axes.xaxis, text.xy[0]), ("y", axes.yaxis, text.xy[1]))
        ]
    except Exception:  # a place that the axis cannot convert: the text itself is known anyway
        return said
    return f"{said} at {', '.join(place)}"


def _is_shared(axes: Any, first: Any, name: str) -> bool:
    grouper = getattr(axes, f"get_shared_{name}_axes", None)
    return bool(grouper and grouper().joined(axes, first))


def _axes(axes: Any, group: Sequence[Any]) -> Iterator[tuple[Axis, str]]:
    for name in ("x", "y", "z"):
        axis = getattr(axes, f"{name}axis", None)
        if axis is None or not getattr(axes, "_axis3don", axes.axison) or not axis.get_visible():
            continue
        if not axis.label.get_text() and not len(axis.get_ticklocs()):
            continue  # nothing tells its values: a pie
        low, high = getattr(axes, f"get_{name}lim")()
        scale = str(axis.get_scale())
        scale = "" if scale == "linear" or _is_straight(axis, low, high) else scale
        if axes.name == "polar" and name == "x":
            scale = _turning(axes)
        names = categories_of(axis)
        labels = {} if names else labels_of(axis)
        text = (None if names else _writer(axes, group, name, high - low)) or _limit
        limits = (text(low), text(high))
        yield (
            Axis(
                _POLAR[name] if axes.name == "polar" else name,
                axis.label.get_text() if axis.label.get_visible() else "",
                limits,
                scale=scale,
                categories=list(names.values())[:_MAX_CATEGORIES],
                labels=[(label, text(place)) for place, label in labels.items() if label],
            ),
            name,
        )


def _writer(axes: Any, group: Sequence[Any], name: str, length: float) -> Callable[[float], str] | None:
    """Return the function that writes the limits of an axis; only another axes that shares it may know it."""
    sharing = (axes, *(each for each in group if each is not axes and _is_shared(each, axes, name)))
    whole = length > _MINUTES
    return next((found for each in sharing if (found := writer_of(each, name, to_the_second=whole))), None)


def _is_straight(axis: Any, low: float, high: float) -> bool:
    """Return whether a scale is linear despite its name, as that of `seaborn.objects` is."""
    if axis.get_scale() != "function":
        return False
    start, middle, end = axis.get_transform().transform([low, (low + high) / 2, high])
    return bool(abs(start + end - 2 * middle) <= _NEARLY * (abs(start) + abs(end)))


def _turning(axes: Any) -> str:
    """Say where the angles of a polar plot start and in which direction they go, if that is not the usual way in mathematics."""
    start = round(math.degrees(axes.get_theta_offset())) % 360
    said = ["radians", *(["clockwise"] if axes.get_theta_direction() < 0 else [])]
    said += ["0 at the top" if start == _TOP else f"0 at {start} degrees"] if start else []
    return ", ".join(said)


def _limit(place: float) -> str:
    return value_text(float(f"{place:.{max(_DIGITS, len(str(int(abs(place)))) + 1)}g}"))


def _colours(axes: Any) -> Iterator[Axis]:
    for bar in bars_of(axes):
        label = bar.ax.get_ylabel() or bar.ax.get_xlabel()
        limits = (value_text(float(bar.vmin)), value_text(float(bar.vmax)))
        scale = type(bar.norm).__name__.removesuffix("Norm").lower()
        yield Axis("color", label, limits, scale=scale if scale not in ("normalize", "no") else "")
