"""What the libraries know of their figures: written out, for each of them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import numpy
import pandas
import pytest

from nbclaude.context.plotted.reading import facts_of, facts_of_shown
from nbclaude.context.plotted.wording import figure_lines
from tests.later import later

altair = later("altair")
px = later("plotly.express")
layouts = later("bokeh.layouts")
models = later("bokeh.models")
plotting = later("bokeh.plotting")


@pytest.fixture
def pyplot() -> Iterator[Any]:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def facts(value: Any) -> list[str]:
    found = facts_of(value)
    assert found is not None
    return figure_lines(found)


def drawn(figure: Any) -> list[str]:
    figure.canvas.draw()
    return facts(figure)


def test_titles_axes_scales_and_legends(pyplot: Any) -> None:
    figure, axes = pyplot.subplots()
    axes.plot([1, 2, 3], [4, 5, 6.5], label="a")
    axes.plot([1, 2], [3, 4], label="b")
    axes.axhline(5)
    axes.set(xlabel="t [s]", ylabel="V", title="A title", yscale="log", ylim=(1, 10))
    axes.legend(title="Series")
    assert drawn(figure) == [
        "matplotlib",
        'title: "A title"',
        'x: "t [s]", 0.9 to 3.1',
        'y: "V", 1 to 10, log',
        'legend: "Series:", "a", "b"',
        'line "a": 3 points',
        'line "b": 2 points',
        "horizontal line at 5",
    ]


def test_panels_twins_and_colorbars(pyplot: Any) -> None:
    figure, (left, right) = pyplot.subplots(1, 2)
    figure.suptitle("Both")
    left.plot(pandas.date_range("2024-01-01", periods=3), [1, 2, 3])
    left.set_xlim(pandas.Timestamp("2024-01-01"), pandas.Timestamp("2024-01-03"))
    left.set_ylim(0, 4)
    twin = left.twinx()
    twin.scatter([], [])
    twin.set(ylabel="other", ylim=(0, 1))
    shown = right.imshow([[1, 2], [3, 4]])
    figure.colorbar(shown, label="K")
    assert drawn(figure) == [
        "matplotlib, 2 panels",
        'title: "Both"',
        "panel 1 of 2",
        "  x: 2024-01-01 to 2024-01-03",
        "  y: 0 to 4",
        '  second y: "other", 0 to 1',
        "  line: 3 points",
        "panel 2 of 2",
        "  x: -0.5 to 1.5",
        "  y: 1.5 to -0.5",
        '  color: "K", 1 to 4',
        "  image: 2 × 2 values",
    ]


def test_categories_are_told_by_their_names(pyplot: Any) -> None:
    figure, axes = pyplot.subplots()
    axes.bar(["Rome", "Ulm"], [20, 10])
    axes.set_ylim(0, 21)
    assert drawn(figure)[1:] == ['x: categories "Rome", "Ulm"', "y: 0 to 21", "bars: 2 bars"]
    axes = pandas.DataFrame({"a": [1, 2]}, index=["p", "q"]).plot.barh()
    axes.set_xlim(0, 3)
    assert drawn(axes.figure)[1:] == [
        "x: 0 to 3",
        'y: categories "p", "q"',
        'legend: "a"',
        'horizontal bars "a": 2 bars',
    ]


def test_seaborn_names_its_lines_in_the_legend(pyplot: Any) -> None:
    seaborn = importlib.import_module("seaborn")
    frame = pandas.DataFrame({"x": [1, 2, 1, 2], "y": [1, 2, 3, 4], "kind": ["u", "u", "v", "v"]})
    axes = seaborn.lineplot(frame, x="x", y="y", hue="kind", errorbar=None)
    axes.set(xlim=(1, 2), ylim=(1, 4))
    assert drawn(axes.figure) == [
        "matplotlib",
        'x: "x", 1 to 2',
        'y: "y", 1 to 4',
        'legend: "kind:", "u", "v"',
        'line "u": 2 points',
        'line "v": 2 points',
    ]


@pytest.mark.filterwarnings("ignore")  # seaborn calls what newer versions of matplotlib and pandas deprecate
def test_what_seaborn_leaves_behind_tells_that_it_has_drawn(
    pyplot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seaborn, objects = importlib.import_module("seaborn"), importlib.import_module("seaborn.objects")
    frame = pandas.DataFrame({"x": [1, 2, 1, 2], "y": [1, 2, 3, 4], "kind": ["u", "u", "v", "v"]})
    for draw in (seaborn.boxplot, seaborn.swarmplot):
        _, (left, right) = pyplot.subplots(1, 2)
        draw(frame, x="kind", y="y", ax=right)
        assert facts(left.figure)[0] == "matplotlib and seaborn, 2 panels"
        draw(frame, x="kind", y="y", ax=left)
        assert facts(left.figure)[0] == "seaborn, 2 panels"
    _, axes = pyplot.subplots()
    objects.Plot(frame, x="x", y="y").add(objects.Dots()).on(axes).plot()
    assert facts(axes.figure)[0] == "seaborn"
    _, axes = pyplot.subplots()
    axes.boxplot([[1, 2, 3]])
    assert facts(axes.figure)[0] == "matplotlib"

    # A grid knows its figure, whatever is drawn on it, as long as one of the user's names stands for it.
    grid = seaborn.relplot(frame, x="x", y="y")
    assert facts(grid.figure)[0] == "matplotlib"
    monkeypatch.setattr(sys.modules["__main__"], "grid", grid, raising=False)
    assert facts(grid.figure)[0] == "seaborn"
    assert facts(axes.figure)[0] == "matplotlib"


def test_the_panel_that_goes_along_is_told_alone(pyplot: Any) -> None:
    from nbclaude.context.values import attachment_of

    _, axes = pyplot.subplots(1, 2)
    axes[1].set(xlabel="mine", xlim=(0, 2), ylim=(0, 3))
    axes[0].set(xlabel="other")
    text = attachment_of(axes[1], "axs[1]").blocks[-1]["text"]
    assert text == (
        '<plotted name="axs[1]">\nmatplotlib, panel 2 of 2\nx: "mine", 0 to 2\ny: 0 to 3\n</plotted>'
    )


def test_plotly() -> None:
    figure = px.scatter(x=[1, 2, 3], y=[4.5, 5, 6], color=["a", "b", "a"], title="A title", log_y=True)
    figure.update_xaxes(range=[0, 4])
    expected = [
        "plotly",
        'title: "A title"',
        'legend: "color:", "a", "b"',
        'x: "x", 0 to 4',
        'y: "y", values 4.5 to 6, log',
        'scatter "a": 2 points',
        'scatter "b": 1 point',
    ]
    assert facts(figure) == expected
    shown = facts_of_shown("application/vnd.plotly.v1+json", figure.to_json().encode())
    assert shown is not None
    assert figure_lines(shown) == expected


def test_altair() -> None:
    frame = pandas.DataFrame(
        {"when": pandas.date_range("2024-01-01", periods=2), "n": [1, 2], "b": ["x", "y"]}
    )
    bars = altair.Chart(frame, title="A title").mark_bar().encode(x="mean(n)", y=altair.Y("b", title="Bee"))
    points = (
        altair.Chart(frame)
        .mark_point()
        .encode(x="when", y=altair.Y("n", scale=altair.Scale(type="log", domain=[1, 10])))
    )
    assert facts(bars | points) == [
        "altair (Vega-Lite), 2 panels",
        'panel 1 of 2: "A title"',
        '  x: "Mean of n"',
        '  y: "Bee", categories "x", "y"',
        "  bar (computed from these rows): 2 rows",
        "panel 2 of 2",
        '  x: "when", values 2024-01-01 to 2024-01-02, time',
        '  y: "n", 1 to 10, log',
        "  point: 2 rows",
    ]


def test_bokeh() -> None:
    lines = plotting.figure(title="A title", x_axis_label="t", y_axis_type="log")
    lines.line([1, 2], [3, 4], legend_label="l")
    lines.scatter(x="a", y="b", source=models.ColumnDataSource({"a": numpy.array([1.5]), "b": [2]}))
    plot: Any = plotting.figure  # its stubs do not know that a list stands for a range
    bars = plot(x_range=["a", "b"], y_range=(0, 5))
    bars.vbar(x=["a", "b"], top=[1, 2], width=0.5)
    assert facts(layouts.row(lines, bars)) == [
        "bokeh, 2 panels",
        'panel 1 of 2: "A title"',
        '  x: "t", values 1 to 2',
        "  y: values 2 to 4, log",
        '  legend: "l"',
        "  line: 2 points",
        "  scatter: 1 point",
        "panel 2 of 2",
        '  x: categories "a", "b"',
        "  y: 0 to 5",
        "  bars: 2 bars",
    ]


@pytest.mark.parametrize("data", [b"", b"[]", b'{"data": 3}', b'{"data": [{"x": {"bdata": "?"}}]}'])
@pytest.mark.parametrize("kind", ["application/vnd.plotly.v1+json", "application/vnd.vegalite.v6+json"])
def test_what_cannot_be_read_tells_nothing_and_stops_nothing(kind: str, data: bytes) -> None:
    found = facts_of_shown(kind, data)
    assert found is None or not any(layer.columns for panel in found.panels for layer in panel.layers)


def test_what_is_no_figure_has_no_facts() -> None:
    assert facts_of([1, 2]) is None
    assert facts_of_shown("image/png", b"") is None
