"""Writes places on the axes of a matplotlib figure as its user gave them: numbers, dates, categories."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from nbclaude.context.plotted.values import kept, value_text
from nbclaude.frozen import frozen

__all__ = ["Scales", "categories_of", "labels_of", "writer_of"]

_DATES = ("DateConverter", "_SwitchableDateConverter", "ConciseDateConverter", "DatetimeConverter")
_HALF = 0.5
_DIGITS = 4  # of seconds


@frozen
class Scales:
    """How places on the two axes are written: a number, a date, a category."""

    x: Callable[[float], str] | None
    y: Callable[[float], str] | None
    named_x: bool = False
    named_y: bool = False

    @classmethod
    def of(cls, axes: Any) -> Scales:
        """Return how places in an axes are written."""
        return cls(
            writer_of(axes, "x"),
            writer_of(axes, "y"),
            bool(categories_of(axes.xaxis)),
            bool(categories_of(axes.yaxis)),
        )

    def columns(self, **values: Any) -> dict[str, list[Any]]:
        """Return plotted places as columns of what the user gave; numbers stay numbers.

        `x_from` becomes the column "x from", and is written as places on the x axis are.
        """
        found = {name.replace("_", " "): column for name, column in kept(values).items()}
        for name, column in found.items():
            if text := self._text(name):
                found[name] = [text(value) if value == value else None for value in column]
        return found

    def place(self, name: str, value: float) -> str:
        """Return one place on an axis as the user gave it."""
        text = self._text(name)
        return text(value) if text else value_text(value)

    def has_names(self, axis: str) -> bool:
        """Return whether an axis shows categories."""
        return self.named_x if axis == "x" else self.named_y

    def _text(self, name: str) -> Callable[[float], str] | None:
        axis = name.partition(" ")[0]
        return self.x if axis == "x" else self.y if axis == "y" else None


def categories_of(axis: Any) -> dict[float, str]:
    """Return the names on a categorical axis by position; none for numbers that merely have other labels."""
    if type(axis.get_major_formatter()).__name__ == "StrCategoryFormatter":
        mapping = getattr(axis.units, "_mapping", None) or {}
        return {float(place): str(name) for name, place in mapping.items()}
    named = labels_of(axis)
    # pandas and seaborn put categories at 0, 1, 2 (heat maps in the middle of each cell); ticks elsewhere are numbers.
    start = min(named, default=0.0)
    in_row = all(place == start + number for number, place in enumerate(sorted(named)))
    return named if in_row and start in (0.0, 0.5, 1.0) and all(named.values()) else {}


def labels_of(axis: Any) -> dict[float, str]:
    """Return the tick labels that were set on an axis, by position; none if they only repeat the numbers."""
    formatter, locator = axis.get_major_formatter(), axis.get_major_locator()
    # The theta locator of a polar plot wraps the one that was set.
    locator = getattr(locator, "base", locator)
    if type(locator).__name__ != "FixedLocator" or not _is_fixed(formatter):
        return {}
    named = {float(place): str(formatter(place, number)) for number, place in enumerate(locator())}
    return named if any(name != value_text(place) for place, name in named.items()) else {}


def _is_fixed(formatter: Any) -> bool:
    """Return whether a formatter only looks up labels that were given for these ticks: no function of the user's runs."""
    looked_up = getattr(getattr(formatter, "func", None), "func", None)
    return (
        type(formatter).__name__ == "FixedFormatter"
        or getattr(looked_up, "__name__", "") == "_format_with_dict"
    )


def writer_of(axes: Any, name: str, *, to_the_second: bool = False) -> Callable[[float], str] | None:
    """Return a function that writes positions on an axis as the user gave them (dates, names); None for numbers."""
    axis = getattr(axes, f"{name}axis")
    names = categories_of(axis)
    converter = axis.get_converter() if hasattr(axis, "get_converter") else getattr(axis, "converter", None)
    kind = type(converter).__name__
    dates, pandas = sys.modules.get("matplotlib.dates"), sys.modules.get("pandas")
    frequency = getattr(axes, "freq", None) if name == "x" else None
    if names:
        # Bars side by side stand beside the place of their category.
        return lambda place: names.get(float(place)) or names.get(_nearest(place, names)) or value_text(place)
    if kind in _DATES and dates is not None:
        # Its units are the time zone of the dates.
        zone = axis.units if hasattr(axis.units, "utcoffset") else None
        return lambda place: _moment(dates.num2date(place, zone), 0 if to_the_second else _DIGITS)
    if kind == "PeriodConverter" and frequency and pandas is not None:
        return lambda place: str(pandas.Period(ordinal=round(place), freq=frequency))
    return None


def _moment(moment: datetime, digits: int) -> str:
    """Return a date with its seconds rounded to some digits: stored as a number of days, it is not exact to the microsecond."""
    unit = 10 ** (6 - digits)
    moment = moment.replace(tzinfo=None)
    moment += timedelta(microseconds=round(moment.microsecond / unit) * unit - moment.microsecond)
    text = value_text(moment)
    return text.rstrip("0") if moment.microsecond else text


def _nearest(place: float, names: Mapping[float, str]) -> float:
    closest = min(names, key=lambda each: abs(each - place))
    return closest if abs(closest - place) < _HALF else math.nan
