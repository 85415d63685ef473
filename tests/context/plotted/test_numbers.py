"""The plotted numbers: exact, within their budget, and honest about what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy
import pandas
import pytest

from nbclaude.context.plotted.facts import Layer, PlottedFigure, PlottedPanel
from nbclaude.context.plotted.numbers import plotted_numbers
from nbclaude.context.plotted.reading import facts_of
from nbclaude.context.plotted.values import MAX_KEPT, chosen_rows, kept, value_text


@pytest.fixture
def pyplot() -> Iterator[Any]:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def numbers(figure: Any, characters: int = 4_000) -> str:
    found = facts_of(figure)
    assert found is not None
    return plotted_numbers(found, characters).text


def figure_of(*counts: int) -> PlottedFigure:
    layers = [
        Layer(
            "line",
            f"l{place}",
            count,
            columns={"x": list(range(count)), "y": [each % 97 for each in range(count)]},
        )
        for place, count in enumerate(counts)
    ]
    return PlottedFigure("made up", panels=[PlottedPanel(layers=layers)])


def test_numbers_are_exact(pyplot: Any) -> None:
    figure, axes = pyplot.subplots()
    axes.plot([0, 0.1, 1e-12], [1 / 3, 123456789, float("nan")], label="a, b")
    assert numbers(figure) == 'line "a, b": 3 points\nx,y\n0,0.3333333333\n0.1,123456789\n1e-12,NaN'


def test_dates_categories_and_ranges_are_those_of_the_user(pyplot: Any) -> None:
    figure, axes = pyplot.subplots(1, 3)
    axes[0].plot(pandas.date_range("2024-01-01", periods=2), [1, 2])
    axes[1].bar(["Rome", "Ulm"], [20, 10])
    axes[2].hist([1, 1, 2, 4], bins=[0, 2, 4])
    assert numbers(figure) == (
        "panel 1, line: 2 points\nx,y\n2024-01-01,1\n2024-01-02,2\n"
        "panel 2, bars: 2 bars\nx,y\nRome,20\nUlm,10\n"
        "panel 3, bars: 2 bars\nx from,x to,y\n0,2,2\n2,4,2"
    )


def test_numbers_of_shapes_are_those_of_the_axes(pyplot: Any) -> None:
    figure, axes = pyplot.subplots(1, 4)
    axes[0].fill_between(pandas.to_datetime(["2024-01-01", "2024-01-02"]), [1, 2])
    axes[1].imshow([[1, 2], [3, 4]], extent=(0, 20, 0, 10))
    axes[2].pcolormesh([0, 1, 3], [0, 1], [[5, 6]])
    axes[3].boxplot([[1, 2, 3, 4, 30]])
    assert numbers(figure) == (
        "panel 1, area: 2 points\nx,y low,y high\n2024-01-01,0,1\n2024-01-02,0,2\n"
        "panel 2, image: 2 × 2 values\nx,y,value\n5,7.5,1\n15,7.5,2\n5,2.5,3\n15,2.5,4\n"
        "panel 3, grid of colors: 1 × 2 values\nx,y,value\n0.5,0.5,5\n2,0.5,6\n"
        "panel 4, box plot: 1 box\nx,whisker low,box low,median,box high,whisker high\n1,1,2,3,4,4\n"
        "panel 4, outliers: 1 point\nx,y\n1,30"
    )


def test_dates_have_the_time_of_their_zone(pyplot: Any) -> None:
    figure, axes = pyplot.subplots()
    axes.plot(pandas.to_datetime(["2024-01-01", "2024-07-01"]).tz_localize("Europe/Rome"), [1, 2])
    assert numbers(figure) == "line: 2 points\nx,y\n2024-01-01,1\n2024-07-01,2"


def test_of_a_large_image_every_nth_value_goes(pyplot: Any) -> None:
    figure, axes = pyplot.subplots()
    axes.imshow(numpy.arange(60_000.0).reshape(200, 300))
    found = plotted_numbers(facts_of(figure), 200)  # type: ignore[arg-type]
    assert (found.of, found.rows > 3) == (60_000, True)
    assert found.text.startswith(f"image: 200 × 300 values, {found.rows} of them\nx,y,value\n0,0,0\n")


def test_the_first_of_many_panels_keep_their_numbers() -> None:
    layer = Layer("line", count=2, columns={"x": [0, 1], "y": [2, 3]})
    figure = PlottedFigure("made up", panels=[PlottedPanel(layers=[layer])] * 25)
    text = plotted_numbers(figure, 300).text
    assert text.startswith("panel 1, line: 2 points\nx,y\n0,2\n1,3\npanel 2, ")


@pytest.mark.parametrize("characters", [200, 500, 4_000, 50_000])
@pytest.mark.parametrize("counts", [(3,), (1_000,), (5, 3_000, 7), (900,) * 8])
def test_the_budget_is_kept_and_what_is_left_out_is_said(counts: tuple[int, ...], characters: int) -> None:
    found = plotted_numbers(figure_of(*counts), characters)
    assert len(found.text) <= characters
    assert found.of == sum(counts)
    rows = [line for line in found.text.splitlines() if line[0].isdigit()]
    assert len(rows) == found.rows
    assert ("of" in found.said) == (found.rows < found.of)
    if found.rows == found.of:
        assert "of them" not in found.text


def test_short_series_leave_their_share_to_long_ones() -> None:
    text = plotted_numbers(figure_of(3, 1_000), 1_000).text
    assert 'line "l0": 3 points\nx,y\n0,0\n1,1\n2,2\n' in text
    assert len(text) > 900


def test_the_extremes_stay() -> None:
    values = [0.0] * 10_000
    values[4_321], values[777] = 99.0, -99.0
    columns = {"x": list(range(10_000)), "y": values}
    places = chosen_rows(columns, 10_000, 20)
    assert len(places) == 20
    assert {0, 777, 4_321, 9_999} <= set(places)
    assert chosen_rows(columns, 10_000, 0) == []


def test_what_is_remembered_is_bounded_and_a_copy() -> None:
    values = numpy.arange(1_000_000.0)
    found = kept({"y": values})
    assert len(found["y"]) <= MAX_KEPT
    # Among millions, extremes are only looked for in arrays, where that is quick.
    spiked = numpy.zeros(1_000_000)
    spiked[123_457], spiked[7] = 9.0, -9.0
    assert {9.0, -9.0} <= set(kept({"x": values, "y": spiked, "color": values})["y"])
    few = numpy.array([1.0, 2.0])
    copied = kept({"y": few})
    few[0] = 5
    assert copied == {"y": [1.0, 2.0]}


def test_values_are_written_short() -> None:
    written = [
        0.1 + 0.2,
        2.0,
        10**20,
        numpy.float64(1.5),
        True,
        date(2024, 1, 2),
        datetime(2024, 1, 2, 3, 4),
        None,
    ]
    assert list(map(value_text, written)) == [
        "0.3", "2", "100000000000000000000", "1.5", "True", "2024-01-02", "2024-01-02 03:04:00", "",
    ]  # fmt: skip
