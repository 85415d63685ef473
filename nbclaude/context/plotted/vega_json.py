"""Reads what the specification of a Vega-Lite chart (altair) says: titles, marks, encodings, the rows it is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.context.plotted.facts import Axis, Layer, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.values import kept, span, value_text
from nbclaude.context.plotted.vega_rows import COMPUTED, drawn_rows, rows_drawn, transforms_said

__all__ = ["read_vega"]

_Spec = Mapping[str, Any]

_TOGETHER = ("hconcat", "vconcat", "concat")
_AXES = ("x", "y", "theta", "radius", "longitude", "latitude")
_LEGENDS = ("color", "fill", "stroke", "shape", "size", "opacity")
# Marks that Vega computes from the rows.
_COMPUTED = ("errorband", "errorbar")
_STACKED = {"normalize": "stacked to 100%"}
_SHOWN = (*_AXES, "x2", "y2", *_LEGENDS, "row", "column", "facet", "detail", "text")


def read_vega(chart: _Spec) -> PlottedFigure | None:
    """Return what a chart says of itself; None for what is not Vega-Lite."""
    if "vega-lite" not in str(chart.get("$schema")):
        return None
    reader = _Reader(chart.get("datasets") or {})
    panels = list(reader.panels(chart, {}))
    alone = len(panels) == 1
    title = "" if alone else _title(chart.get("title"))
    return PlottedFigure("altair (Vega-Lite)", title, panels, notes=list(_parameters(chart)))


def _parameters(chart: _Spec) -> Iterator[str]:
    """Give the parameters of a chart, which its readers can change, with their values in the picture."""
    for each in chart.get("params") or ():
        if isinstance(each, Mapping) and isinstance(each.get("value"), int | float | str):
            yield f"parameter {each.get('name')}: {value_text(each['value'])}"


class _Reader:
    """Reads the charts of one specification, which name its datasets."""

    def __init__(self, datasets: Mapping[str, Sequence[Any]]) -> None:
        self._datasets = datasets

    def panels(self, chart: _Spec, above: _Spec) -> Iterator[PlottedPanel]:
        """Give a chart, or the charts that stand side by side in it; `above` is what holds them."""
        chart = {**{name: above[name] for name in ("data",) if name in above}, **chart}
        for together in _TOGETHER:
            if isinstance(chart.get(together), list):
                for each in chart[together]:
                    yield from self.panels(each, chart)
                return
        if isinstance(chart.get("spec"), Mapping):
            facets = chart.get("facet") or {}
            many = (
                {"facet": facets}
                if "field" in facets
                else {name: facets[name] for name in ("row", "column") if name in facets}
            )
            inner = {"repeated": _lists(chart.get("repeat")), **chart["spec"]}
            inner.setdefault("title", chart.get("title"))
            transforms = [*(chart.get("transform") or ()), *(inner.get("transform") or ())]
            facet_rows = drawn_rows({"transform": transforms}, self._rows(chart))
            repeated = chart.get("repeat")
            note = f"repeated for {_repeated(repeated)}" if repeated else ""
            yield from (
                PlottedPanel(
                    each.title,
                    (*each.axes, *self._facets(many, facet_rows)),
                    each.legend,
                    each.layers,
                    note or each.note,
                )
                for each in self.panels(inner, chart)
            )
            return
        units = list(_units(chart, {}))
        rows = [self._rows(unit) for unit in units]
        pairs = list(zip(units, rows, strict=True))
        transforms = [each for unit in units for each in unit.get("transform") or ()]
        yield PlottedPanel(
            _title(chart.get("title")),
            list(_all_axes(pairs, chart)),
            (),
            [_layer(*pair) for pair in pairs],
            transforms_said(transforms),
        )

    def _facets(self, facets: Mapping[str, Any], rows: Sequence[Any]) -> Iterator[Axis]:
        for name, channel in facets.items():
            said = f"panels by {name}" if name != "facet" else "panels by"
            yield replace(_axis(said, channel, rows), limits=None, scale="")

    def _rows(self, unit: _Spec) -> Sequence[Any]:
        data = unit.get("data") or {}
        values = data.get("values") or self._datasets.get(str(data.get("name"))) or ()
        return [row for row in values if isinstance(row, Mapping)] if isinstance(values, list) else ()


def _units(chart: _Spec, above: _Spec) -> Iterator[_Spec]:
    """Give the layers of a chart, each with the data and encodings that it shares with the others."""
    unit = dict(chart)
    if "data" not in unit and "data" in above:
        unit["data"] = above["data"]
    if "repeated" in above:
        unit["repeated"] = above["repeated"]
    unit["encoding"] = {**(above.get("encoding") or {}), **(chart.get("encoding") or {})}
    unit["transform"] = [*(above.get("transform") or ()), *(chart.get("transform") or ())]
    if isinstance(chart.get("layer"), list):
        for each in chart["layer"]:
            yield from _units(each, unit)
    elif "mark" in chart:
        yield unit


def _all_axes(units: Sequence[tuple[_Spec, Sequence[Any]]], chart: _Spec) -> Iterator[Axis]:
    # Layers share their axes, unless the chart says otherwise.
    scales = (chart.get("resolve") or {}).get("scale") or {}
    apart = [name for name in ("x", "y") if scales.get(name) == "independent"]
    for name in (*_AXES, *_LEGENDS, "row", "column", "facet"):
        channels = [
            (unit, _shown(unit["encoding"][name]), () if _mark(unit) in _COMPUTED else drawn_rows(unit, rows))
            for unit, rows in units
            if isinstance(unit["encoding"].get(name), Mapping)
        ]
        channels = [
            (unit, channel, rows)
            for unit, channel, rows in channels
            if channel.get("field") or channel.get("aggregate") or channel.get("repeat")
        ]
        seen: list[str] = []
        for unit, channel, rows in channels:
            if (label := _label(channel)) not in seen:
                seen.append(label)
                axis = _axis(name, channel, rows)
                if axis.of_data and axis.limits and _is_stacked(unit, name):
                    axis = replace(axis, scale=", ".join(filter(None, (axis.scale, "before stacking"))))
                yield replace(axis, name=f"second {name}") if name in apart and len(seen) > 1 else axis


def _is_stacked(unit: _Spec, name: str) -> bool:
    """Return whether Vega-Lite stacks bars or areas along an axis, which then extends beyond their values."""
    encoding = unit["encoding"]
    other = encoding.get("y" if name == "x" else "x")
    if name not in ("x", "y") or _mark(unit) not in ("bar", "area") or not encoding[name].get("stack", True):
        return False
    measured = encoding[name].get("type") == "quantitative" and f"{name}2" not in encoding
    placed = not isinstance(other, Mapping) or other.get("type") != "quantitative"
    by = (encoding.get(channel) for channel in ("color", "fill", "stroke", "opacity", "detail"))
    return measured and placed and any(isinstance(each, Mapping) and _shown(each).get("field") for each in by)


def _axis(name: str, channel: _Spec, rows: Sequence[Any]) -> Axis:
    scaled = channel.get("scale")
    given: _Spec = scaled if isinstance(scaled, Mapping) else {}
    label, kind = _label(channel), channel.get("type")
    turned = given.get("reverse") or (
        kind in ("quantitative", "temporal") and channel.get("sort") == "descending"
    )
    scale = ", ".join(
        filter(
            None,
            (
                str(given.get("type") or ""),
                _STACKED.get(str(channel.get("stack")), ""),
                "reversed" * bool(turned),
            ),
        )
    )
    domain = given.get("domain")
    if isinstance(domain, list) and len(domain) == 2 and kind != "nominal":
        return Axis(name, label, (value_text(domain[0]), value_text(domain[1])), scale=scale)
    if _is_computed(channel):
        return Axis(name, label, scale=scale)
    # What is computed from the rows (`transform_fold`) is not among them.
    values = [row[field] for row in rows if (field := _field(channel)) in row]
    if kind in ("nominal", "ordinal") or (not kind and any(isinstance(each, str) for each in values)):
        return Axis(name, label, categories=_ordered(_categories(values), channel.get("sort")), scale=scale)
    return Axis(
        name, label, span(values), of_data=True, scale=scale or ("time" if kind == "temporal" else "")
    )


def _ordered(categories: Sequence[str], order: Any) -> Sequence[str]:
    """Return categories in the order that a channel gives."""
    if order == "descending":
        return categories[::-1]
    given = list(map(value_text, order)) if isinstance(order, list) else []
    return sorted(categories, key=lambda each: given.index(each) if each in given else len(given))


def _categories(values: Sequence[Any]) -> list[str]:
    """Return the distinct values, numbers in ascending order."""
    distinct = dict.fromkeys(each for each in values if each is not None and each == each)
    try:
        return [value_text(each) for each in sorted(distinct)]
    except TypeError:  # numbers among texts
        return sorted(map(value_text, distinct))


def _is_computed(channel: _Spec) -> bool:
    """Return whether Vega computes what a channel shows."""
    return bool(channel.get("aggregate") or channel.get("bin") or channel.get("timeUnit"))


def _label(channel: Any) -> str:
    """Return what stands beside an axis: the title, or what Vega-Lite makes of the field."""
    if not isinstance(channel, Mapping):
        return ""
    for titled in (channel, channel.get("axis"), channel.get("legend")):
        if not isinstance(titled, Mapping):
            continue
        if titled.get("title"):
            return _title(titled["title"])
    field, how = _field(channel), channel.get("aggregate")
    if how == "count":
        return "Count of Records"
    if isinstance(how, str):
        return f"{how.capitalize()} of {field}"
    if channel.get("timeUnit"):
        return f"{field} ({value_text(channel['timeUnit'])})"
    return f"{field} (binned)" if channel.get("bin") else field


def _repeated(over: Any) -> str:
    """Return the fields for which a chart is repeated."""
    return " and ".join(", ".join(each) for each in _lists(over).values())


def _lists(over: Any) -> dict[str, list[str]]:
    """Return the fields for which a chart is repeated, by what is repeated: rows, columns, layers, or panels one by one."""
    lists = over if isinstance(over, Mapping) else {"repeat": over}
    return {str(name): list(map(str, each)) for name, each in lists.items() if isinstance(each, list)}


def _field(channel: _Spec) -> str:
    """Return the field that a channel shows; of a repeated chart it is another one in each panel."""
    field = channel.get("field")
    return field if isinstance(field, str) else "the repeated field" if field else ""


def _mark(unit: _Spec) -> str:
    mark = unit.get("mark")
    return str(mark.get("type") if isinstance(mark, Mapping) else mark)


def _shown(channel: _Spec) -> _Spec:
    """Return a channel, or its condition with a field if all rows that are not selected look the same."""
    condition = channel.get("condition")
    conditions = condition if isinstance(condition, list) else [condition]
    within = (each for each in conditions if isinstance(each, Mapping) and each.get("field"))
    return channel if channel.get("field") else next(within, channel)


def _layer(unit: _Spec, rows: Sequence[Any]) -> Layer:
    kind = _mark(unit)
    encoding: _Spec = unit["encoding"]
    channels: list[_Spec] = [
        _shown(encoding[name]) for name in _SHOWN if isinstance(encoding.get(name), Mapping)
    ]
    fields = list(
        dict.fromkeys(str(channel["field"]) for channel in channels if isinstance(channel.get("field"), str))
    )
    repeated = unit.get("repeated") or {}
    for channel in channels:
        over = channel.get("field")
        if isinstance(over, Mapping):
            fields += [field for field in repeated.get(over.get("repeat"), ()) if field not in fields]
    datums = [
        f"{name} = {value_text(encoding[name]['datum'])}"
        for name in _SHOWN
        if isinstance(encoding.get(name), Mapping)
        and isinstance(encoding[name].get("datum"), int | float | str)
    ]
    computed = kind in _COMPUTED or any(map(_is_computed, channels))
    changed = COMPUTED if computed else rows_drawn(unit)
    how = ", ".join(filter(None, (*datums, changed)))
    columns = {
        field: [row.get(field) for row in rows] for field in fields if any(field in row for row in rows)
    }
    data = unit.get("data") or {}
    size = (
        ""
        if rows
        else f"rows from {value_text(data['url'])}"
        if data.get("url")
        else f'rows named "{value_text(data["name"])}", which are not in the chart'
        if data.get("name")
        else "rows that only the picture shows"
    )
    return Layer(kind, "", len(rows), "row", size, how, kept(columns) if columns else {})


def _title(titled: Any) -> str:
    text = titled.get("text") if isinstance(titled, Mapping) else titled
    lines = text if isinstance(text, list) else [text]
    return " ".join(line for line in lines if isinstance(line, str))
