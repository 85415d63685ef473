"""A frame and a choice in; the code is as written here, runs, and draws what the preview shows."""

from __future__ import annotations

import datetime
import decimal
import io
from typing import Any

import pandas as pd
import polars as pl
import pyarrow
import pytest
from matplotlib.figure import Figure

from nbclaude.context.shown.cells import LoggedCell
from nbclaude.errors import ConfigurationError
from nbclaude.panel.plot_columns import columns_of, dates_first
from nbclaude.panel.plot_frames import frames_in
from nbclaude.panel.plots import KINDS, Plot, plot_code, plot_picture

FRAME = pd.DataFrame(
    {
        "year": [2001, 2002, 2003, 2004] * 2,
        "shop": list("aaaabbbb"),
        "sales": range(8),
        "unit price": [2.5] * 8,
    }
)

CODES = {
    Plot("df"): "df.plot(kind='line');",
    Plot("df", "line", "year", ("sales",)): "df.plot(kind='line', x='year', y=['sales']);",
    Plot("df", "area", "year", ("sales", "unit price")): (
        "df.plot(kind='area', x='year', y=['sales', 'unit price'], stacked=False);"
    ),
    Plot("df", "bar", "shop", ("sales",)): "df.plot(kind='bar', x='shop', y=['sales']);",
    Plot("df", "barh", None, ("sales",), "shop"): "df.groupby('shop')['sales'].mean().plot(kind='barh');",
    Plot("df", "line", "year", ("sales",), "shop"): (
        "df.pivot_table(index='year', columns='shop', values='sales', observed=True).plot(kind='line');"
    ),
    Plot("df", "hist", None, ("sales",)): "df[['sales']].plot(kind='hist', bins=30, alpha=0.6);",
    Plot("df", "box", None, ("sales",), "shop"): (
        "df.reset_index(drop=True).pivot(columns='shop', values='sales').plot(kind='box');"
    ),
    Plot("df", "scatter", "year", ("unit price",)): "df.plot.scatter(x='year', y='unit price');",
    Plot("df", "hexbin", "year", ("sales",)): "df.plot.hexbin(x='year', y='sales', gridsize=30);",
}


@pytest.mark.parametrize("plot", CODES, ids=str)
def test_the_code(plot: Plot) -> None:
    assert plot_code(plot, FRAME) == CODES[plot]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", [None, "shop"])
@pytest.mark.parametrize("frame", [FRAME, pl.from_pandas(FRAME)], ids=["pandas", "polars"])
@pytest.mark.sweep
def test_the_picture_is_what_the_code_draws(kind: str, group: str | None, frame: Any) -> None:
    if (kind, group) == ("hexbin", "shop"):
        pytest.skip("a hexbin plot has no groups")
    plot = Plot("df", kind, "year", ("sales",), group)
    figure = Figure(layout="tight")
    code = plot_code(plot, frame).replace("import pandas as pd\n", "")
    call, end = code[: code.rindex(")")], code[code.rindex(")") :]
    eval((f"{call}, ax=ax" + end).rstrip(";"), {"df": frame, "pd": pd, "ax": figure.subplots()})  # noqa: S307
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    assert plot_picture(plot, frame) == drawn.getvalue()


@pytest.mark.parametrize(
    ("plot", "said"),
    [
        (Plot("df", "line", "year", ("year",)), "year is x already, so it cannot be y."),
        (
            Plot("df", "hexbin", "shop", ("sales",)),
            "shop holds no numbers, so a hexbin plot cannot have it as x.",
        ),
        (Plot("df", "pie"), "pie is no kind of plot. There are line, bar,"),
        (Plot("df", "line", "month"), "df has no column 'month'"),
        (Plot("df", "scatter", "year"), "A scatter plot needs one column for x and one for y."),
        (Plot("df", "hexbin", "year", ("sales",), "shop"), "Choose scatter"),
        (Plot("df", "line", "year", ("shop",)), "shop holds no numbers, so it cannot be y."),
        (Plot("df", "line", "year", (), "shop"), "Choose the column for y"),
    ],
)
def test_what_cannot_be_plotted_is_said(plot: Plot, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        plot_code(plot, FRAME)
    assert said in str(raised.value)


def test_of_a_very_long_frame_a_sample_is_drawn_and_the_code_says_so() -> None:
    long = pd.DataFrame({"n": range(1_000_000)})
    assert plot_code(Plot("df", "line", None, ("n",)), long) == "df.iloc[::50].plot(kind='line', y=['n']);"
    of_polars = plot_code(Plot("df", "hist", None, ("n",)), pl.from_pandas(long))
    assert ".gather_every(5)" in of_polars
    with pytest.raises(ConfigurationError, match=r"1,000,000 rows, too many for bars \(200 at most\)"):
        plot_code(Plot("df", "bar", None, ("n",)), long)


def test_frames_are_found_by_their_names() -> None:
    shown = {"_": FRAME, "__": FRAME, "_12": FRAME}  # what IPython keeps of cells
    namespace = {"größe": FRAME, "_own": FRAME, **shown, "people": pl.DataFrame(), "df": FRAME, "n": 1}
    assert list(frames_in(namespace)) == ["df", "größe", "people", "_own"]


def test_the_frame_that_was_used_last_comes_first() -> None:
    namespace = dict.fromkeys(("a", "b", "c", "d", "_own", "never"), FRAME)

    def order(*sources: str) -> list[str]:
        return list(frames_in(namespace, [LoggedCell(str(n), n, text) for n, text in enumerate(sources, 1)]))

    assert order("d = load()", "c = d.copy()", "a = 1") == ["a", "c", "d", "b", "never", "_own"]
    assert order("a.head()", "b['x'] = 1", "def f(): return _own") == ["_own", "b", "a", "c", "d", "never"]
    # A name inside a string or an attribute does not count as using the frame; code that cannot be parsed is skipped.
    assert order("b", "print('a', x.c)", "a +") == ["b", "a", "c", "d", "never", "_own"]
    assert order("%time c.sum()") == ["c", "a", "b", "d", "never", "_own"]


def test_columns() -> None:
    assert columns_of(FRAME) == (["year", "shop", "sales", "unit price"], ["year", "sales", "unit price"])
    assert columns_of(pd.DataFrame({1: [2], "a": ["x"], 2.5: [3]})) == ([1, "a"], [1])
    twice = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"])
    assert columns_of(twice) == (["b"], ["b"])


def test_names_that_are_no_text() -> None:
    numbered = pd.DataFrame([[1, 2], [3, 4]])
    assert plot_code(Plot("df", "line", 0, (1,)), numbered) == "df.plot(kind='line', x=0, y=[1]);"
    assert plot_picture(Plot("df"), numbered).startswith(b"\x89PNG")
    levels = pd.DataFrame([[1, 2], [3, 4]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    assert plot_code(Plot("df", "box", None, (("a", "y"),)), levels) == "df[[('a', 'y')]].plot(kind='box');"
    assert plot_picture(Plot("df", "box", None, (("a", "y"),)), levels).startswith(b"\x89PNG")


def test_what_would_hold_the_kernel_up_is_not_drawn() -> None:
    wide = pd.DataFrame({f"c{n}": [1, 2] for n in range(1000)})
    ten = ", ".join(f"'c{n}'" for n in range(10))
    assert plot_code(Plot("df"), wide) == f"df.plot(kind='line', y=[{ten}]);"
    groups = pd.DataFrame({"g": range(3000), "v": range(3000)})
    with pytest.raises(
        ConfigurationError, match=r"g of df has 3,000 values, too many for groups \(30 at most\)"
    ):
        plot_code(Plot("df", "line", None, ("v",), "g"), groups)
    with pytest.raises(ConfigurationError, match="df has no rows"):
        plot_code(Plot("df"), wide[:0])


def test_groups_of_columns_whose_names_are_no_text() -> None:
    numbered = pd.DataFrame({0: ["a", "b", "a"], 1: [1, 2, 3], 2: [3, 1, 2]})
    plot = Plot("df", "scatter", 1, (2,), 0)
    assert plot_code(plot, numbered) == (
        "df.astype({0: 'category'}).plot.scatter(x=1, y=2, c=0, colormap='tab10');"
    )
    assert plot_picture(plot, numbered).startswith(b"\x89PNG")


def test_areas_beside_texts_and_booleans_that_are_missing() -> None:
    frame = pd.DataFrame(
        {"flag": pd.array([True, None, False], "boolean"), "name": ["a", None, "b"], "v": [1, None, 2]}
    )
    assert plot_code(Plot("df", "area"), frame) == "df.plot(kind='area', y=['v'], stacked=False);"
    assert plot_picture(Plot("df", "area"), frame).startswith(b"\x89PNG")


def test_areas_of_groups_may_be_negative() -> None:
    signed = pd.DataFrame({"g": list("aabb"), "t": [1, 2, 1, 2], "v": [1, -1, 2, -2]})
    assert plot_picture(Plot("df", "area", "t", ("v",), "g"), signed).startswith(b"\x89PNG")


def test_decimals_of_polars_are_drawn() -> None:
    money = pl.DataFrame({"n": [1, 2], "price": pl.Series(["1.50", "2.50"]).cast(pl.Decimal(10, 2))})
    plot = Plot("df", "line", "n", ("price",))
    assert plot_code(plot, money).endswith(
        ".to_dict(as_series=False)).astype({'price': 'float'}).plot(kind='line', x='n', y=['price']);"
    )
    assert plot_picture(plot, money).startswith(b"\x89PNG")


def test_lists_make_no_groups() -> None:
    lists = pd.DataFrame({"l": [[1], [2]], "v": [1, 2]})
    with pytest.raises(ConfigurationError, match="l of df cannot tell groups apart"):
        plot_code(Plot("df", "line", None, ("v",), "l"), lists)


_KINDS = pd.DataFrame(
    {
        "group": [f"g{n % 25:02}" for n in range(60)],
        "n": range(60),
        "price": [decimal.Decimal(n) / 4 for n in range(60)],
        "flag": [True, False] * 30,
        "some": pd.array([True, None] * 30, dtype="boolean"),
        "name": [None, "a", "b"] * 20,
        "day": pd.date_range("2024-01-01", periods=60),
        "took": pd.to_timedelta(range(60), unit="h"),
    }
)


_OF_POLARS = pl.from_pandas(_KINDS.drop(columns=["took"])).with_columns(
    pl.Series("took", [datetime.timedelta(hours=n) for n in range(60)])
)


@pytest.mark.parametrize("of", ["pandas", "polars"])
@pytest.mark.parametrize(
    "plot",
    [
        Plot("df", "scatter", "n", ("n",), "group"),
        Plot("df", "scatter", "flag", ("n",)),
        Plot("df", "scatter", "some", ("n",)),
        Plot("df", "scatter", "name", ("n",)),
        Plot("df", "scatter", "day", ("price",)),
        Plot("df", "scatter", "price", ("n",)),
        Plot("df", "hist", None, ("price",)),
        Plot("df", "line"),
        Plot("df", "scatter", "took", ("n",), "group"),
        Plot("df", "scatter", "n", ("took",)),
        Plot("df", "hexbin", "took", ("price",)),
        Plot("df", "hist", None, ("took",), "flag"),
        Plot("df", "box", None, ("took", "n")),
        Plot("df", "area", "day", ("took",)),
        Plot("df", "line", "day", ("took", "price")),
        Plot("df", "bar", "name", ("price",), "flag"),
    ],
)
def test_columns_of_any_kind_are_drawn(of: str, plot: Plot) -> None:
    frame = _KINDS if of == "pandas" else _OF_POLARS
    assert plot_picture(plot, frame).startswith(b"\x89PNG")


def test_durations_and_decimals_are_numbers() -> None:
    assert columns_of(_KINDS)[1] == ["n", "price", "took"]
    assert columns_of(_OF_POLARS)[1] == ["n", "price", "took"]
    assert columns_of(pd.DataFrame({"c": [1j, 2j], "n": [1, 2]}))[1] == ["n"]
    assert plot_code(Plot("df", "line", None, ("took",)), _KINDS) == "df.plot(kind='line', y=['took']);"
    assert plot_code(Plot("df", "line"), _KINDS) == (
        "df.astype({'price': 'float'}).plot(kind='line', y=['n', 'price']);"
    )
    assert plot_code(Plot("df", "scatter", "flag", ("n",)), _KINDS) == (
        "df.dropna(subset=['flag']).astype({'flag': 'str'}).plot.scatter(x='flag', y='n');"
    )
    assert plot_code(Plot("df", "scatter", "took", ("n",)), _KINDS) == (
        "df.pipe(lambda rows: rows.assign(**{'took [s]': rows['took'].dt.total_seconds()}))"
        ".plot.scatter(x='took [s]', y='n');"
    )


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_what_has_no_distribution_is_said(make: Any) -> None:
    frame = make({"far": [1.0, float("inf")], "same": [5, 5], "l": [[1], [2]]})
    for kind, column, said in (
        (
            "hist",
            "far",
            "far of df has infinite values, which a hist plot cannot show. Choose another column, or scatter.",
        ),
        ("density", "same", "same of df has fewer than two different values, so it has no density."),
    ):
        with pytest.raises(ConfigurationError) as raised:
            plot_code(Plot("df", kind, None, (column,)), frame)
        assert str(raised.value).startswith(said)
    with pytest.raises(ConfigurationError, match=r"of df fails with these columns|cannot tell groups apart"):
        plot_picture(Plot("df", "hist", None, ("same",), "l"), frame)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_groups_whose_values_are_all_alike_have_no_density(make: Any) -> None:
    frame = make({"v": [1.0, 2, 3, 3], "w": [1.0, 2, 3, 4], "g": [*"aabb"]})
    with pytest.raises(
        ConfigurationError, match=r"v of df has fewer than two different values in some groups of g, so they"
    ):
        plot_code(Plot("df", "density", None, ("v",), "g"), frame)
    assert plot_code(Plot("df", "density", None, ("w",), "g"), frame)
    odd = make({"v": [1.0, 2], "nan": [float("nan"), 1.0], "l": [[1], [2]], "nothing": [None, None]})
    for y, group in (("v", "l"), ("v", "nothing"), ("v", "v"), ("nan", None)):
        with pytest.raises(ConfigurationError) as raised:
            plot_code(Plot("df", "density", None, (y,), group), odd)
        assert "pandas says" not in str(raised.value)


def test_bars_of_durations_of_which_some_are_missing_and_arrows_decimals() -> None:
    took = pd.to_timedelta([1, 2, 3], "h")
    price = pd.array(
        [decimal.Decimal("1.5"), None, decimal.Decimal(2)], dtype=pd.ArrowDtype(pyarrow.decimal128(9, 2))
    )
    frame = pd.DataFrame({"x": [1, 2, 2], "g": [*"aab"], "took": took, "price": price})
    assert columns_of(frame)[1] == ["x", "took", "price"]
    for y in ("took", "price"):
        assert plot_picture(Plot("df", "bar", "x", (y,), "g"), frame).startswith(b"\x89PNG")
    assert "'took [s]'" in plot_code(Plot("df", "bar", "x", ("took",), "g"), frame)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_dates_are_offered_first_and_lists_are_refused(make: Any) -> None:
    moments = [None, datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 2)]
    frame = make(
        {"n": [1, 2, 3], "l": [[1], [2], None], "moment": moments, "day": [datetime.date(2024, 1, 1)] * 3}
    )
    assert dates_first(frame, columns_of(frame)[0]) == ["moment", "day", "n", "l"]
    for kind, group in (("line", "n"), ("area", None), ("scatter", None)):
        with pytest.raises(ConfigurationError, match="l of df holds lists or the like, which cannot be x"):
            plot_code(Plot("df", kind, "l", ("n",), group), frame)


def test_periods_are_offered_first() -> None:
    frame = pd.DataFrame({"n": [1, 2], "month": pd.period_range("2024-01", periods=2, freq="M")})
    assert dates_first(frame, ["n", "month"]) == ["month", "n"]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_dates_are_not_drawn_as_numbers(kind: Any) -> None:
    """Where no column was chosen, pandas would draw them on the same axis as the numbers."""
    frame = kind({"day": pd.date_range("2021-01-01", periods=3), "n": [1, 2, 3]})
    assert "y=['n']" in plot_code(Plot("df"), frame)
    assert "y=" not in plot_code(Plot("df", "line", "day"), frame)
