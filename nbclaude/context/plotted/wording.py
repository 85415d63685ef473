"""Puts what is known about a figure into words; docs/context.md describes the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from nbclaude.context.plotted.facts import Axis, Layer, PlottedFigure, PlottedPanel
from nbclaude.texts import counted, one_line

__all__ = ["figure_lines", "layer_title"]

_MAX_PANELS = 20
_MAX_LAYERS = 20  # of one panel
_MAX_NAMES = 20
_MAX_LABEL = 120  # characters


def figure_lines(figure: PlottedFigure) -> list[str]:
    """Return the facts of a figure, a line each."""
    several = len(figure.panels) > 1
    head = figure.library
    if figure.number:
        head += f", panel {figure.number} of {figure.count}"
    elif several:
        head += f", {counted(len(figure.panels), 'panel')}"
    lines = [head]
    if figure.title:
        lines.append(f"title: {_quoted(figure.title)}")
    if figure.legend:
        lines.append(f"legend: {_names(figure.legend)}")
    lines += [one_line(note, 2 * _MAX_LABEL) for note in figure.notes]
    for number, panel in enumerate(figure.panels[:_MAX_PANELS], 1):
        if several:
            title = f": {_quoted(panel.title)}" if panel.title else ""
            lines.append(f"panel {number} of {len(figure.panels)}{title}")
        elif panel.title:
            lines.append(f"title: {_quoted(panel.title)}")
        lines += [f"  {line}" if several else line for line in _panel_lines(panel)]
    if len(figure.panels) > _MAX_PANELS:
        lines.append(f"({counted(len(figure.panels) - _MAX_PANELS, 'more panel')})")
    return lines


def _panel_lines(panel: PlottedPanel) -> Iterator[str]:
    if panel.note:
        yield panel.note
    for axis in panel.axes:
        if text := _axis(axis):
            yield f"{axis.name}: {text}"
    if panel.legend:
        yield f"legend: {_names(panel.legend)}"
    groups = [list(group) for _, group in groupby(panel.layers, _alike)]
    for group in groups[:_MAX_LAYERS]:
        yield layer_title(group[0]) if len(group) == 1 else _several(group)
    if len(groups) > _MAX_LAYERS:
        yield f"({len(groups) - _MAX_LAYERS} more)"
    if panel.texts:
        yield f"text: {'; '.join(panel.texts)}"
    for inset in panel.insets:
        yield f"inset: {_quoted(inset.title)}" if inset.title else "inset"
        yield from (f"  {line}" for line in _panel_lines(inset))


def _axis(axis: Axis) -> str:
    parts = [_quoted(axis.label)] if axis.label else []
    if axis.categories:
        parts.append(f"categories {_names(axis.categories)}")
    elif axis.limits:
        values = f"{axis.limits[0]} to {axis.limits[1]}"
        parts.append(f"values {values}" if axis.of_data else values)
    if axis.scale:
        parts.append(axis.scale)
    if axis.labels:
        parts.append(f"labels {_placed(axis.labels)}")
    return ", ".join(parts)


def _placed(labels: Sequence[tuple[str, str]]) -> str:
    said = ", ".join(f"{_quoted(name)} at {place}" for name, place in labels[:_MAX_NAMES])
    return said if len(labels) <= _MAX_NAMES else f"{said} and {len(labels) - _MAX_NAMES:,} more"


def layer_title(layer: Layer) -> str:
    """Return what a layer is, with its name and how much it holds."""
    name = f" {_quoted(layer.name)}" if layer.name else ""
    size = layer.size or (counted(layer.count, layer.parts) if layer.parts else "")
    note = f" ({layer.note})" if layer.note else ""
    called = f", {_names(layer.part_names)}" if layer.part_names else ""
    return f"{layer.kind}{name}{note}" + (f": {size}{called}" if size else "")


def _alike(layer: Layer) -> object:
    """Return a key that layers with the same description share: a box plot, for example, consists of many lines."""
    return layer.kind, layer.name, layer.count, layer.size, layer.note, tuple(layer.part_names)


def _several(group: Sequence[Layer]) -> str:
    first = group[0]
    return f"{len(group)} × {layer_title(first)}"


def _names(names: Sequence[str]) -> str:
    said = ", ".join(_quoted(name) for name in names[:_MAX_NAMES])
    return said if len(names) <= _MAX_NAMES else f"{said} and {len(names) - _MAX_NAMES:,} more"


def _quoted(text: str) -> str:
    return f'"{one_line(text, _MAX_LABEL)}"'
