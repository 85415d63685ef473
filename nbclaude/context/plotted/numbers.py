"""Lays out the plotted numbers of a figure within a number of characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbclaude.context.plotted.facts import Layer, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.values import chosen_rows, value_text
from nbclaude.context.plotted.wording import layer_title
from nbclaude.data.csv_rows import csv_line
from nbclaude.frozen import frozen
from nbclaude.texts import counted

__all__ = ["Numbers", "plotted_numbers"]

_LEAST = 60  # characters of a series that is sent in part


@frozen
class Numbers:
    """The numbers as text, how many rows it holds, and how many there are."""

    text: str
    rows: int
    of: int

    @property
    def said(self) -> str:
        """How much of the plotted numbers goes along, in words."""
        if not self.of:
            return "none available"
        return (
            counted(self.of, "point")
            if self.rows == self.of
            else f"{self.rows:,} of {counted(self.of, 'point')}"
        )


@frozen
class _Table:
    """The rows of one layer, written."""

    title: str
    layer: Layer
    header: str
    lines: Sequence[str]

    @property
    def total(self) -> int:
        return max(self.layer.count, len(self.lines))

    @property
    def length(self) -> int:
        return len(self.title) + len(self.header) + sum(map(len, self.lines)) + len(self.lines) + 3

    def within(self, room: int) -> tuple[str, int]:
        """Return as many rows as fit, spread over all of them, and how many these are."""
        left = room - len(self._head(self.total))
        longest = max(map(len, self.lines)) + 1
        average = sum(map(len, self.lines)) / len(self.lines) + 1
        places: list[int] = []
        # Rows differ in length: first try the number that fits on average, last the one that is certain to fit.
        for fitting in (int(left / average), int(left / average * 0.9), left // longest):
            places = chosen_rows(self.layer.columns, len(self.lines), max(0, fitting))
            if sum(len(self.lines[place]) + 1 for place in places) <= left:
                break
        if not places:
            return "", 0
        shown = "\n".join(self.lines[place] for place in places)
        return f"{self._head(len(places))}{shown}\n", len(places)

    def _head(self, shown: int) -> str:
        return f"{self.title}, {shown:,} of them\n{self.header}\n"

    def whole(self) -> tuple[str, int]:
        """Return all rows that are known, and their number."""
        some = f", {len(self.lines):,} of them" if len(self.lines) < self.total else ""
        rows = "\n".join(self.lines)
        return f"{self.title}{some}\n{self.header}\n{rows}\n", len(self.lines)


def plotted_numbers(figure: PlottedFigure, characters: int) -> Numbers:
    """Return the numbers of all layers, as CSV; where they are too many, each layer gets its share of the characters."""
    tables = [
        _written(layer, before)
        for number, panel in enumerate(figure.panels, 1)
        for before, layer in _layers(panel, f"panel {number}, " if len(figure.panels) > 1 else "")
    ]
    texts: list[str] = [""] * len(tables)
    rows, left = 0, characters
    # If there is too little room for useful numbers from each of them, only the first ones are sent.
    told = range(len(tables))[: max(1, characters // _LEAST)]
    waiting = sorted(told, key=lambda place: tables[place].length)
    while waiting:
        # The short ones leave what they do not need to the long ones.
        place = waiting.pop(0)
        share = left // (len(waiting) + 1)
        table = tables[place]
        texts[place], count = table.whole() if table.length <= share else table.within(share)
        left -= len(texts[place])
        rows += count
    return Numbers(
        "\n".join(text.rstrip("\n") for text in texts if text), rows, sum(table.total for table in tables)
    )


def _layers(panel: PlottedPanel, before: str) -> Iterator[tuple[str, Layer]]:
    """Give the layers of a panel and of its insets that have numbers, with what stands before their titles."""
    yield from ((before, layer) for layer in panel.layers if layer.rows)
    for inset in panel.insets:
        yield from _layers(inset, f"{before}inset, ")


def _written(layer: Layer, before: str) -> _Table:
    columns = [
        [None if value is None else value_text(value) for value in column[: layer.rows]]
        for column in layer.columns.values()
    ]
    lines = [csv_line(row).rstrip("\n") for row in zip(*columns, strict=True)]
    return _Table(f"{before}{layer_title(layer)}", layer, csv_line(list(layer.columns)).rstrip("\n"), lines)
