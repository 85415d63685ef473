"""What a picture does not show, or only on a close look: filters, order, labels, what is stacked or hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas
import pytest

from nbclaude.context.plotted.numbers import plotted_numbers
from nbclaude.context.plotted.reading import facts_of
from nbclaude.context.plotted.wording import figure_lines
from tests.later import later

altair = later("altair")
px = later("plotly.express")
graphs = later("plotly.graph_objects")
layouts = later("bokeh.layouts")
models = later("bokeh.models")
plotting = later("bokeh.plotting")
transform = later("bokeh.transform")


@pytest.fixture
def axes() -> Iterator[Any]:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    yield pyplot.subplots()[1]
    pyplot.close("all")


def facts(value: Any) -> list[str]:
    found = facts_of(value)
    assert found is not None
    return figure_lines(found)


def numbers(value: Any, characters: int = 2_000) -> str:
    found = facts_of(value)
    assert found is not None
    return plotted_numbers(found, characters).text


def test_a_legend_entry_names_what_has_its_label_and_nothing_else_in_its_colour(axes: Any) -> None:
    axes.plot([1, 2, 3], [1, 2, 3])
    axes.fill_between([1, 2, 3], [0, 1, 2], [2, 3, 4], label="interval", color="C0")
    axes.hist([[1, 2], [2, 3]], bins=2, label=["u", "v"], stacked=True)
    axes.bar([7, 8], [1, 2], label=["p", "q"])
    axes.legend()
    assert facts(axes.figure)[4:] == [
        'bars "u": 2 bars',
        'bars "v": 2 bars',
        'bars: 2 bars, "p", "q"',
        "line: 3 points",
        'area "interval": 3 points',
    ]


def test_braces_in_names_and_missing_values_stay(axes: Any) -> None:
    axes.plot(range(100), range(100), label="$x^{1.5}$")
    assert numbers(axes.figure, 80).startswith('line "$x^{1.5}$": 100 points, 5 of them\nx,y\n0,0\n')
    assert numbers(graphs.Figure(graphs.Scatter(x=[1, 2], y=[3, None]))).endswith("\n1,3\n2,")


def test_labels_that_stand_on_an_axis_of_numbers(axes: Any) -> None:
    axes.broken_barh([(1, 2)], (10, 5))
    axes.set(xlim=(0, 4), ylim=(8, 16))
    axes.set_yticks([12.5], ["job"])
    assert facts(axes.figure)[2] == 'y: 8 to 16, labels "job" at 12.5'
    polar = axes.figure.add_subplot(2, 1, 2, projection="polar")
    polar.set_xticks([0, 1.5], ["north", "east"])
    assert '  theta: 0 to 6.28319, radians, labels "north" at 0, "east" at 1.5' in facts(axes.figure)


def test_times_have_the_digits_that_they_were_given(axes: Any) -> None:
    times = pandas.to_datetime(["2024-01-01 08:00:00.000", "2024-01-01 08:00:00.125"])
    axes.plot(times, [1, 2])
    axes.bar(pandas.to_datetime(["2024-01-01 20:00"]), [3], width=0.03)
    axes.set_xlim(times[0], times[0] + pandas.Timedelta(hours=9))
    assert facts(axes.figure)[1] == "x: 2024-01-01 08:00:00 to 2024-01-01 17:00:00"
    assert numbers(axes.figure).splitlines()[2::2] == [
        "2024-01-01 20:00:00,3",
        "x,y",
        "2024-01-01 08:00:00.125,2",
    ]


def test_segments_alike_are_told_once(axes: Any) -> None:
    for place in (1, 2):
        axes.plot([place, place], [3, 4], label="_range")
    axes.plot([1, 2], [3, 3])
    assert facts(axes.figure)[3:] == ["2 × vertical segment: 2 points", "horizontal segment: 2 points"]


def test_dates_of_an_axes_whose_values_are_on_a_second_axis(axes: Any) -> None:
    frame = pandas.DataFrame({"a": [1, 2], "b": [3, 4]}, index=pandas.date_range("2024-01-01", periods=2))
    panels = frame.plot(subplots=True, secondary_y=["b"])
    assert facts(panels[0].figure).count("  x: 2024-01-01 to 2024-01-02") == 2


def test_plotly_legends_are_those_of_the_browser() -> None:
    surface = graphs.Surface(z=[[1, 2], [3, 4]])
    path = graphs.Scatter3d(x=[1], y=[1], z=[1], name="path")
    assert "legend" not in str(facts(graphs.Figure([surface, path])))
    lines = [graphs.Scatter(y=[1], name="a"), graphs.Scatter(y=[2], name="b", visible="legendonly")]
    assert facts(graphs.Figure(lines))[1:3] == ['legend: "a", "b"', "not shown until chosen in the legend: b"]
    assert "legend" not in str(facts(graphs.Figure(lines[:1] * 2).update_layout(showlegend=False)))


def test_plotly_boxes_points_and_what_the_browser_computes() -> None:
    boxes = [
        graphs.Box(y=[1, 2], name="u"),
        graphs.Box(q1=[1], median=[2], q3=[3], lowerfence=[0], upperfence=[4], x=["w"], name="given"),
    ]
    assert facts(graphs.Figure(boxes))[2:] == [
        'x: categories "u", "w"',
        "y: values 0 to 4",
        'box plot (of these values) "u": 2 values',
        'box plot "given": 1 point',
    ]
    assert facts(px.strip({"x": ["a", "b"], "y": [1, 2]}, x="x", y="y"))[-1] == "points: 2 points"
    counts = facts(px.density_heatmap({"x": [1, 2], "y": [3, 4], "z": [5, 6]}, x="x", y="y", z="z"))
    assert counts[3:] == ['color: "sum of z"', "2D histogram (of these values): 2 points"]
    steps = facts(graphs.Figure(graphs.Waterfall(x=["a", "b"], y=[5, -2])))
    assert steps[1:] == ['x: categories "a", "b"', "waterfall: 2 points"]
    assert facts(px.imshow([[1, 2]]))[-1] == "heatmap: 1 × 2 values"
    contours = {"start": 0, "end": 1, "size": 0.5}
    told = facts(graphs.Figure(graphs.Contour(z=[[0, 1]], contours=contours)))
    assert told[-1] == "contour: 1 × 2 values, contours from 0 to 1 in steps of 0.5"


def test_plotly_order_of_categories_stacks_titles_and_dates() -> None:
    rows = {"x": ["lo", "hi", "lo"], "y": [1, 2, 3], "c": ["u", "u", "v"]}
    bars = px.bar(rows, x="x", y="y", color="c", category_orders={"x": ["lo", "hi"][::-1]})
    bars.update_layout(title={"text": "Title", "subtitle": {"text": "below"}})
    assert facts(bars)[1:6] == [
        'title: "Title | below"',
        'legend: "c:", "u", "v"',
        "bars stacked",
        'x: "x", categories "hi", "lo"',
        'y: "y", values 1 to 3, before stacking',
    ]
    ordered = bars.update_xaxes(categoryorder="total descending", categoryarray=None)
    assert facts(ordered)[4] == 'x: "x", categories "lo", "hi", in the order total descending'
    line = px.line(x=["2024-01-01", "2024-01-05"], y=[1, 2]).add_vline(x=1_704_240_000_000)
    assert facts(line)[-1] == "vertical line at 2024-01-03"


def test_altair_filters_parameters_order_and_selections() -> None:
    chart = altair.Chart(pandas.DataFrame({"x": ["a", "a", "b"], "y": [1, 2, 3], "c": ["u", "v", "u"]}))
    bars = chart.mark_bar().encode(x=altair.X("x").sort(["b", "a"]), y="y", color="c")
    assert facts(bars)[1:3] == ['x: "x", categories "b", "a"', 'y: "y", values 1 to 3, before stacking']
    apart = chart.mark_bar().encode(x=altair.X("y").stack(None).scale(reverse=True), y="x", color="c")
    assert facts(apart)[1] == 'x: "y", values 1 to 3, reversed'
    least = altair.param("least", value=2)
    some = chart.mark_point().encode(x="x").add_params(least).transform_filter(altair.datum.y > least)
    assert facts(some)[1:3] == [
        "parameter least: 2",
        "the rows are transformed before they are drawn: filter (datum.y > least)",
    ]
    brush = altair.selection_interval()
    color = altair.condition(brush, "c", altair.value("grey"))
    assert 'color: "c", categories "u", "v"' in facts(chart.mark_point().encode(x="x", color=color))
    among = chart.mark_point().encode(x="x").transform_filter(altair.FieldOneOfPredicate("c", ["u", "w"]))
    assert facts(among)[1].endswith("filter (c = u or w)")
    points = chart.mark_point().encode(x="y", y="y")
    both = points + points.transform_regression("y", "y").mark_line()
    assert facts(both)[-2:] == ["point: 3 rows", "line (computed from these rows): 3 rows"]


@pytest.mark.parametrize(
    ("view", "drawn", "last"),
    [
        (lambda: models.IndexFilter([0, 2]), "2 of 3 rows, because of a filter): 2", "1,u\n3,u"),
        (
            lambda: models.GroupFilter(column_name="c", group="v"),
            "1 of 3 rows, because of a filter): 1",
            "2,v",
        ),
        (lambda: models.BooleanFilter([True, False, False]), "1 of 3 rows, because of a filter): 1", "1,u"),
        (lambda: ~models.IndexFilter([0]), "2 of 3 rows, because of a filter): 2", "2,v\n3,u"),
        (
            lambda: models.IndexFilter([0, 1]) & models.IndexFilter([1]),
            "1 of 3 rows, because of a filter): 1",
            "2,v",
        ),
        (
            lambda: models.IndexFilter([0]) | models.IndexFilter([1]),
            "2 of 3 rows, because of a filter): 2",
            "1,u\n2,v",
        ),
        (lambda: models.CustomJSFilter(), "only some of these, because of a filter): 3", "1,u\n2,v\n3,u"),
    ],
)
def test_bokeh_tells_the_rows_that_a_view_leaves(view: Callable[[], Any], drawn: str, last: str) -> None:
    source = models.ColumnDataSource({"x": [1, 2, 3], "c": ["u", "v", "u"]})
    figure: Any = plotting.figure(y_range=["u", "v"])
    figure.scatter("x", "c", source=source, view=models.CDSView(filter=view()))
    points = "point" if drawn.endswith(" 1") else "points"
    assert facts(figure)[-1] == f"scatter ({drawn} {points}"
    assert numbers(figure).endswith(f"\nx,y\n{last}")


def test_bokeh_tabs_legends_ranges_and_wedges() -> None:
    source = models.ColumnDataSource({"k": ["a", "b"], "low": [1, 2], "high": [3, 4], "angle": [1.5, 4.5]})
    first: Any = plotting.figure(x_range=["a", "b"])
    first.scatter("k", "low", source=source, legend_label="measured")
    first.y_range.flipped = True
    first.add_layout(models.Whisker(base="k", lower="low", upper="high", source=source))
    first.add_layout(models.Slope(gradient=2, y_intercept=1))
    first.add_layout(models.LabelSet(x="k", y="high", text="low", source=source))
    second: Any = plotting.figure(x_range=(-1, 1))
    ends = {
        "start_angle": transform.cumsum("angle", include_zero=True),
        "end_angle": transform.cumsum("angle"),
    }
    second.wedge(x=0, y=0, radius=1, source=source, **ends)
    second.image([[[1, 2]]], x=0, y=0, dw=6, dh=5)
    tabs = [("First", first), ("Second", layouts.column(second))]
    shown = models.Tabs(tabs=[models.TabPanel(child=child, title=title) for title, child in tabs])
    assert facts(shown)[1:] == [
        "panel 1 of 2",
        '  in the tab "First"',
        '  x: categories "a", "b"',
        "  y: values 1 to 2, reversed",
        '  legend: "measured"',
        '  scatter "measured": 2 points',
        "  error bars: 2 bars",
        "  endless line through (0, 1) with slope 2",
        '  text: "1" at a, 3; "2" at b, 4',
        "panel 2 of 2",
        '  in the tab "Second", not in front',
        "  x: -1 to 1",
        "  y: values 0 to 5",
        "  wedges: 2 wedges",
        "  image: 1 × 2 values",
    ]
    assert "start_angle,end_angle\n0,1.5\n1.5,6" in numbers(shown)
