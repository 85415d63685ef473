"""What the libraries know of their figures: written out, for each of them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import numpy
import pandas
import pytest

from nbclaude.context.plotted.numbers import plotted_numbers
from nbclaude.context.plotted.reading import facts_of, facts_of_shown
from nbclaude.context.plotted.seaborn_marks import seaborn_calls
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


def test_a_cell_that_calls_seaborn_is_known_by_its_calls() -> None:
    seaborn = importlib.import_module("seaborn")
    names = {"sns": seaborn, "lineplot": seaborn.lineplot, "df": {}, "plot": print}
    for code, said in (
        ("fig = sns.lineplot(df).figure", "seaborn.lineplot"),
        ("lineplot(df); sns.histplot(df); sns.histplot(df)", "seaborn.lineplot, seaborn.histplot"),
        ("sns.set_theme(); df = sns.load_dataset('x'); plot(df)", ""),
        ("for a in df:\n    sns.regplot(ax=a)", "seaborn.regplot"),
        ("get_ipython().run_cell_magic('time', '', 'sns.lineplot(df)\\n')", "seaborn.lineplot"),
        ("get_ipython().run_line_magic('time', 'sns.lineplot(df)')", "seaborn.lineplot"),
        ("get_ipython().run_cell_magic('bash', '', 'sns.lineplot(df)\\n')", ""),
        ("text = 'sns.lineplot(df)'", ""),
        ("df.sns.lineplot(); sns.nothing(); other.lineplot()", ""),
        ("sns.lineplot(", ""),
    ):
        assert seaborn_calls(code, names) == said, code


def test_box_plots_are_told_by_their_boxes(pyplot: Any) -> None:
    figure, (left, right) = pyplot.subplots(1, 2)
    left.boxplot([[1, 2, 3, 4, 30], [2, 3, 4, 5, 6]], tick_labels=["A", "B"])
    right.boxplot([[1, 2, 3]], notch=True, patch_artist=True, orientation="horizontal", showcaps=False)
    for axes in (left, right):
        axes.set(xlim=(0, 9), ylim=(0, 9))
    assert drawn(figure) == [
        "matplotlib, 2 panels",
        "panel 1 of 2",
        '  x: categories "A", "B"',
        "  y: 0 to 9",
        "  box plot: 2 boxes",
        "  outliers: 1 point",
        "panel 2 of 2",
        "  x: 0 to 9",
        "  y: 0 to 9",
        "  box plot: 1 box",
    ]


@pytest.mark.filterwarnings("ignore")  # newer matplotlib and pandas deprecate functions that seaborn calls
def test_violins_are_told_by_their_categories_and_boxes(pyplot: Any) -> None:
    seaborn = importlib.import_module("seaborn")
    frame = pandas.DataFrame({"kind": ["a", "b"] * 20, "y": range(40), "half": ["l", "l", "r", "r"] * 10})
    figure, (left, right) = pyplot.subplots(1, 2)
    seaborn.violinplot(frame, x="kind", y="y", ax=left)
    seaborn.violinplot(frame, y="kind", x="y", hue="half", split=True, inner=None, ax=right)
    lines = drawn(figure)
    assert lines[4:7] == ["  box plot: 2 boxes", "  violin at a: 100 points", "  violin at b: 100 points"]
    assert [line for line in lines[7:] if "violin" in line] == [
        f'  violin at {kind} "{half}": 100 points' for kind in "ab" for half in "lr"
    ]
    found = facts_of(figure)
    assert found is not None
    box, first, *_ = found.panels[0].layers
    # Quartiles of 0, 2, … 38.
    assert [column[0] for column in box.columns.values()] == ["a", 0, 9.5, 19, 28.5, 38]
    assert list(first.columns) == ["y", "width"]


@pytest.mark.filterwarnings("ignore")
def test_legends_of_a_whole_grid_name_what_is_in_its_panels(pyplot: Any) -> None:
    seaborn = importlib.import_module("seaborn")
    frame = pandas.DataFrame(
        {"x": [1, 2, 3, 4], "y": [1, 2, 3, 4], "kind": list("abab"), "part": list("llrr")}
    )
    found = facts_of(seaborn.relplot(frame, x="x", y="y", hue="kind", col="part").figure)
    assert found is not None
    assert [panel.layers[0].columns["group"] for panel in found.panels] == [["a", "b"], ["a", "b"]]


def test_axes_that_are_known_only_once_they_are_drawn(pyplot: Any) -> None:
    figure, axes = pyplot.subplots()
    axes.quiver([0, 1], [0, 1], [1, 0], [0, 1])
    axes.set(xlim=(0, 100), ylim=(0, 9))
    axes.secondary_xaxis("top", functions=(lambda c: c * 9 / 5 + 32, lambda f: (f - 32) * 5 / 9))
    scale = importlib.import_module("matplotlib.cm").ScalarMappable()
    scale.set_clim(1, 3)
    figure.colorbar(scale, ax=axes, label="v")
    inset = importlib.import_module("mpl_toolkits.axes_grid1.inset_locator").inset_axes(axes, "30%", "30%")
    inset.set(xlim=(0, 1), ylim=(0, 2))
    assert facts(figure) == [
        "matplotlib",
        "x: 0 to 100",
        "y: 0 to 9",
        "second x: 32 to 212",
        'color: "v", 1 to 3',
        "arrows: 2 arrows",
        "inset",
        "  x: 0 to 1",
        "  y: 0 to 2",
    ]


def test_shapes_are_told_by_what_they_show(pyplot: Any) -> None:
    figure, axes = pyplot.subplots()
    axes.set(xlim=(0, 9), ylim=(0, 9))
    axes.fill_between([1, 2, 3], [1, 2, 3], [0, 1, 1], label="band")
    axes.hlines([1, 2], 0, 5)
    axes.axvspan(1, 2, label="phase")
    axes.axline((0, 0), slope=2)
    axes.axline((0, 1), (2, 3))
    axes.contourf([[0, 1], [2, 3]], levels=[0, 1, 3])
    axes.quiver([0, 1], [0, 1], [1, 1], [1, 0])
    axes.step([1, 2], [3, 4])
    axes.stairs([1, 2], [0, 1, 2])
    axes.annotate("peak", (1, 2))
    axes.text(3, 3, "7")
    axes.add_artist(axes.legend(["first"]))
    axes.legend(["second"], loc="lower left")
    axes.secondary_xaxis("top", functions=(lambda x: 2 * x, lambda x: x / 2)).set_xlabel("double")
    inset = axes.inset_axes([0.5, 0.5, 0.4, 0.4], xlim=(0, 1), ylim=(0, 1), title="zoom")
    inset.plot([0, 1], [0, 1])
    figure.supxlabel("below")
    assert drawn(figure) == [
        "matplotlib",
        'x label of the whole figure: "below"',
        "x: 0 to 9",
        "y: 0 to 9",
        'second x: "double", 0 to 18',
        'legend: "first", "second"',
        'area "band": 3 points',
        "lines: 2 segments",
        "endless line through (0, 0) with slope 2",
        "endless line through (0, 1) and (2, 3)",
        "filled contours: 3 levels, 0, 1, 3",
        "arrows: 2 arrows",
        "line of steps: 2 points",
        'vertical band from 1 to 2 "phase"',
        "steps: 2 steps",
        'text: "peak" at 1, 2',
        'inset: "zoom"',
        "  x: 0 to 1",
        "  y: 0 to 1",
        "  line: 2 points",
    ]


def test_polar_and_3d_axes_have_their_own_names(pyplot: Any) -> None:
    figure, axes = pyplot.subplots(subplot_kw={"projection": "polar"})
    axes.plot([0, 1], [1, 2])
    axes.set_rlim(0, 3)
    assert drawn(figure)[1:] == [
        "polar projection",
        "theta: 0 to 6.28319, radians",
        "r: 0 to 3",
        "line: 2 points",
    ]
    axes.set(theta_zero_location="N", theta_direction=-1)
    assert drawn(figure)[2] == "theta: 0 to 6.28319, radians, clockwise, 0 at the top"
    figure, axes = pyplot.subplots(subplot_kw={"projection": "3d"})
    grid = numpy.meshgrid([1, 2], [1, 2])
    axes.plot_wireframe(*grid, numpy.ones((2, 2)))
    axes.bar3d([0], [0], [0], 1, 1, 1)
    assert drawn(figure)[-2:] == ["lines in 3D: 4 lines", "surface in 3D: 6 faces"]


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


def test_plotly_axes_over_each_other_shapes_and_frames() -> None:
    figure = graphs.Figure(
        [graphs.Bar(x=["a", "b"], y=[1, 2], name="n"), graphs.Scatter(y=[10, 20], name="%", yaxis="y2")],
        layout={
            "yaxis2": {"overlaying": "y", "title": "share", "range": [0, 100]},
            "title": "A<br><sup>B</sup>",
        },
        frames=[{"name": "2000"}, {"name": "2001"}],
    )
    figure.add_hline(y=1.5).add_vrect(x0=0, x1=1)
    assert facts(figure) == [
        "plotly",
        'title: "A B"',
        'legend: "n", "%"',
        "animation of 2 frames (2000, 2001), not yet played",
        'x: categories "a", "b"',
        "y: values 1 to 2",
        'second y: "share", 0 to 100',
        'bars "n": 2 bars',
        'scatter "%" (on the second y axis): 2 points',
        "horizontal line at 1.5",
        "vertical band from 0 to 1",
    ]


def _of_kinds() -> Any:
    kinds = [[{"type": "polar"}, {"type": "ternary"}, {"type": "geo"}, {"type": "domain"}]]
    figure = importlib.import_module("plotly.subplots").make_subplots(
        1, 4, specs=kinds, subplot_titles=("P", "T", "G", "D")
    )
    figure.add_trace(graphs.Scatterpolar(r=[1, 5], theta=[0, 90]), 1, 1)
    figure.add_trace(graphs.Scatterternary(a=[1, 2], b=[2, 3], c=[3, 1]), 1, 2)
    figure.add_trace(graphs.Scattergeo(lat=[10, 20], lon=[30, 40]), 1, 3)
    figure.add_trace(graphs.Indicator(value=4, mode="gauge", gauge={"axis": {"range": [0, 9]}}), 1, 4)
    figure.update_polars(
        radialaxis={"title": "speed", "range": [0, 9]}, angularaxis={"direction": "clockwise"}
    )
    figure.update_layout(ternary_aaxis_title="sand", geo_scope="africa", showlegend=False)
    return figure


def test_plotly_plots_without_x_and_y() -> None:
    assert [line for line in facts(_of_kinds()) if "panel " in line or ": values" in line or "," in line] == [
        "plotly, 4 panels",
        'panel 1 of 4: "P"',
        "  theta: values 0 to 90, degrees, clockwise, 0 at the top",
        '  r: "speed", 0 to 9',
        'panel 2 of 4: "T"',
        '  a: "sand", values 1 to 2',
        "  b: values 2 to 3",
        "  c: values 1 to 3",
        'panel 3 of 4: "G"',
        "  lon: values 30 to 40",
        "  lat: values 10 to 20",
        'panel 4 of 4: "D"',
    ]
    assert {"  map of africa", "  gauge: 0 to 9"} <= set(facts(_of_kinds()))


def test_plotly_facets_shared_colors_and_categories_within_others() -> None:
    rows = {"x": [1, 2, 3, 4], "c": [5, 6, 7, 8], "k": ["a", "b", "a", "b"], "m": ["u", "u", "v", "v"]}
    lines = facts(px.scatter(rows, x="x", y="x", color="c", facet_col="k", facet_row="m"))
    assert [line for line in lines if line[0] == "p" or line.startswith("  x:")][1:] == [
        'panel 1 of 4: "m=u | k=a"',
        "  x: values 1 to 1",
        'panel 2 of 4: "m=u | k=b"',
        "  x: values 2 to 2",
        'panel 3 of 4: "m=v | k=a"',
        '  x: "x", values 3 to 3',
        'panel 4 of 4: "m=v | k=b"',
        '  x: "x", values 4 to 4',
    ]
    assert lines.count('  color: "c", values 5 to 8') == 4 and "annotations" not in str(lines)
    bars = [graphs.Bar(x=[["2023", "2024"], ["Q1", "Q1"]], y=[1, 2], name=name) for name in "ab"]
    lines = facts(graphs.Figure(bars).update_layout(barmode="stack").update_yaxes(autorange="reversed"))
    assert lines[2:5] == [
        "bars stacked",
        'x: categories "2023 / Q1", "2024 / Q1"',
        "y: values 1 to 2, reversed, before stacking",
    ]
    assert facts(px.scatter_matrix(rows, dimensions=["x", "c"], color="k"))[2:4] == [
        'dimension "x": values 1 to 4',
        'dimension "c": values 5 to 8',
    ]


def test_plotly_traces_without_axes_have_their_numbers() -> None:
    sankey = graphs.Sankey(node={"label": ["a", "b"]}, link={"source": [0], "target": [1], "value": [3]})
    times = {"task": ["A"], "start": ["2024-01-01"], "end": ["2024-01-03"]}
    for figure, text in (
        (graphs.Figure(sankey), "sankey: 1 link\nsource,target,value\na,b,3"),
        (px.parallel_coordinates({"p": [1, 2], "q": [3, 4]}), "parcoords: 2 rows\np,q\n1,3\n2,4"),
        (
            graphs.Figure(graphs.Indicator(value=42, title={"text": "Speed"})),
            "indicator: 1 value\ntitle,value\nSpeed,42",
        ),
        (
            graphs.Figure(graphs.Table(header={"values": ["A"]}, cells={"values": [["x"]]})),
            "table: 1 row\nA\nx",
        ),
        (
            px.timeline(times, x_start="start", x_end="end", y="task"),
            "horizontal bars: 1 bar\ny,x from,x to\nA,2024-01-01,2024-01-03",
        ),
        (px.scatter(x=[1], y=[2], error_y=[0.5]), "scatter with error bars: 1 point\nx,y,y error\n1,2,0.5"),
        (px.pie(names=["a", "b"], values=[1, 3]), 'pie: 2 wedges, "a", "b"\nlabel,value\na,1\nb,3'),
        # plotly adds up values with the same name.
        (
            px.pie(names=["a", "b", "a"], values=[1, 3, 2]),
            'pie: 3 values in 2 wedges, "a", "b"\nlabel,value\na,1\nb,3\na,2',
        ),
        (
            px.treemap(names=["a", "b"], parents=["", "a"], values=[2, 1]),
            'treemap: 2 parts, "a", "b"\nlabel,value,parent\na,2,""\nb,1,a',
        ),
    ):
        found = facts_of(figure)
        assert found is not None
        assert plotted_numbers(found, 500).text == text
    found = facts_of(graphs.Figure(graphs.Candlestick(x=[1], open=[2], high=[9], low=[1], close=[3])))
    assert found is not None
    assert figure_lines(found)[1:] == ["x: values 1 to 1", "y: values 1 to 9", "candlestick: 1 point"]


def test_plotly_tells_the_values_of_all_points() -> None:
    values = numpy.zeros(50_000)
    values[31_234] = 7.5
    (x, *_), *_ = (panel.axes for panel in facts_of(graphs.Figure(graphs.Scatter(x=values, y=values))).panels)  # type: ignore[union-attr]
    assert x.limits == ("0", "7.5")


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
        '  line "l": 2 points',
        "  scatter: 1 point",
        "panel 2 of 2",
        '  x: categories "a", "b"',
        "  y: 0 to 5",
        "  bars: 2 bars",
    ]


def test_altair_constants_repeats_and_what_is_computed() -> None:
    frame = pandas.DataFrame({"x": [1, 2], "y": [3, 4]})
    chart = altair.Chart(frame)
    line = chart.mark_line().encode(x="x", y="y") + altair.Chart().mark_rule().encode(y=altair.datum(3.5))
    assert facts(line)[-1] == "rule (y = 3.5): 1 row"
    across = altair.X(altair.repeat("column"), type="quantitative")
    repeated = facts_of(chart.mark_point().encode(x=across, y="y").repeat(column=["x", "y"]))
    assert repeated is not None
    assert plotted_numbers(repeated, 500).text == "point: 2 rows\ny,x\n3,1\n4,2"
    facets = chart.mark_point().encode(x="x", y="y").facet("x:N")
    assert 'panels by: "x", categories "1", "2"' in facts(facets)
    assert 'panels by: "x"' in facts(facets.transform_filter("datum.x < 2"))
    lines = [chart.mark_line().encode(x="x", y=name) for name in ("x", "y")]
    apart = altair.layer(*lines).resolve_scale(y="independent")
    assert facts(apart)[2:4] == ['y: "x", values 1 to 2', 'second y: "y", values 3 to 4']
    folded = chart.transform_fold(["x", "y"]).mark_line().encode(x="x", y="value:Q", color="key:N")
    assert facts(folded)[1:] == [
        "the rows are transformed before they are drawn: fold",
        'x: "x", values 1 to 2',
        'y: "value"',
        'color: "key"',
        "line: 2 rows",
    ]


def test_altair_tells_no_values_of_rows_that_are_not_drawn() -> None:
    frame = pandas.DataFrame({"x": [1, 2, 3], "kind": ["a", "b", "c"]})
    points = altair.Chart(frame).mark_point().encode(x="x", y="kind")
    rows = "the rows are transformed before they are drawn:"
    filtered = points.transform_filter("datum.x < 3")
    assert facts(filtered)[1:] == [
        f"{rows} filter (datum.x < 3)",
        'x: "x"',
        'y: "kind"',
        "point (some of these rows): 3 rows",
    ]
    computed = points.transform_calculate(x="datum.x * 10")
    assert facts(computed)[1:] == [
        f"{rows} calculate",
        'x: "x"',
        'y: "kind", categories "a", "b", "c"',
        "point: 3 rows",
    ]


def test_matplotlib_names_wedges_and_leaves_out_labels_that_are_not_shown(pyplot: Any) -> None:
    figure, (left, right) = pyplot.subplots(1, 2)
    left.pie([1, 2], labels=["u", "v"])
    right.plot([1, 2])
    right.set(xlabel="seen", ylabel="unseen", xlim=(0, 1), ylim=(1, 2))
    right.yaxis.label.set_visible(False)
    assert facts(figure)[1:] == [
        "panel 1 of 2",
        '  pie: 2 wedges, "u", "v"',
        "panel 2 of 2",
        '  x: "seen", 0 to 1',
        "  y: 1 to 2",
        "  line: 2 points",
    ]


def test_bokeh_second_axes_stacks_images_and_annotations() -> None:
    plot: Any = plotting.figure
    figure = plot(x_range=(0, 9), y_range=(0, 9))
    source = models.ColumnDataSource({"x": [1, 2], "u": [1, 2], "v": [3, 4], "kind": ["p", "q"]})
    figure.vbar_stack(["u", "v"], x="x", source=source)
    figure.scatter(
        "x",
        "u",
        source=source,
        legend_group="kind",
        fill_color=transform.linear_cmap("v", "Viridis256", 0, 9),
    )
    figure.extra_y_ranges = {"right": models.Range1d(0, 100)}
    figure.add_layout(models.LinearAxis(y_range_name="right", axis_label="share"), "right")
    figure.multi_line([[1, 2], [1, 2, 3]], [[10, 20], [30, 20, 10]], y_range_name="right")
    figure.add_layout(models.Span(location=2, dimension="width"))
    figure.add_layout(models.Label(x=1, y=2, text="peak"))
    assert facts(figure) == [
        "bokeh",
        "x: 0 to 9",
        "y: 0 to 9",
        'second y: "share", 0 to 100',
        'legend: "p", "q"',
        'bars "u": 2 bars',
        'bars "v": 2 bars',
        "scatter: 2 points",
        "lines (on the second y axis): 2 lines",
        "horizontal line at 2",
        'text: "peak" at 1, 2',
    ]


@pytest.mark.parametrize("data", [b"", b"[]", b'{"data": 3}', b'{"data": [{"x": {"bdata": "?"}}]}'])
@pytest.mark.parametrize("kind", ["application/vnd.plotly.v1+json", "application/vnd.vegalite.v6+json"])
def test_what_cannot_be_read_tells_nothing_and_stops_nothing(kind: str, data: bytes) -> None:
    found = facts_of_shown(kind, data)
    assert found is None or not any(layer.columns for panel in found.panels for layer in panel.layers)


def test_what_is_no_figure_has_no_facts() -> None:
    assert facts_of([1, 2]) is None
    assert facts_of_shown("image/png", b"") is None
