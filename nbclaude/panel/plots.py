"""Writes the line of code that plots a frame of the kernel, by kind and columns, and makes its picture.

The picture is made by the code that is shown, so the two cannot differ. pandas draws; a polars frame is given to pandas, whose
plotting knows all kinds (polars' own knows four, and needs two more packages to make a picture).
"""

from __future__ import annotations

import decimal
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.quiet import quietly

__all__ = ["KINDS", "Name", "Plot", "columns_of", "is_polars", "plot_code", "plot_picture"]

KINDS = ("line", "bar", "barh", "hist", "box", "area", "scatter", "hexbin", "density")
MAX_ROWS = 20_000  # that are drawn; of more, every n-th
MAX_COUNTED = 200_000  # rows of a plot that counts or averages them
MAX_BARS = 200  # nobody can read more
MAX_LINES = 10  # columns that are drawn where none was chosen
MAX_GROUPS = 30
MAX_LOOKED_AT = 1_000  # values that are looked at to find out what a column of objects holds
_OF_TWO_COLUMNS = ("scatter", "hexbin")
_OF_A_DISTRIBUTION = ("hist", "box", "density")

Name = str | int | tuple[Any, ...]
"""The name of a column, as it can be written in code."""


@frozen
class Plot:
    """What to plot: the frame's name, the kind, the columns. Without `x` it is the index, without `y` what holds numbers."""

    frame: str
    kind: str = "line"
    x: Name | None = None
    y: tuple[Name, ...] = ()
    group: Name | None = None


def is_polars(frame: object) -> bool:
    """Tell whether a frame is of polars; no library is imported for it."""
    return type(frame).__module__.partition(".")[0] == "polars"


def columns_of(frame: Any) -> tuple[list[Name], list[Name]]:
    """Return the names of the columns that can be chosen, and of those that hold numbers.

    What several columns are called means none of them; dates and other names cannot be written in a line of code.
    """
    every = list(frame.columns)
    counts: dict[Any, int] = {}
    for name in every:
        counts[name] = counts.get(name, 0) + 1
    names = [name for name in every if counts[name] == 1 and _can_be_written(name)]
    numbers = _numbers(frame)
    return names, [name for name in names if name in numbers]


def _can_be_written(name: object) -> bool:
    if isinstance(name, tuple):
        return all(_can_be_written(part) for part in name)
    return type(name) in (str, int)


def _numbers(frame: Any) -> set[Any]:
    if is_polars(frame):
        return {name for name, kind in zip(frame.columns, frame.dtypes, strict=True) if kind.is_numeric()}
    return {*frame.select_dtypes("number").columns, *_decimals(frame, list(frame.columns))}


def _decimals(frame: Any, names: Sequence[Name]) -> list[Name]:
    """Return the columns of a pandas frame that hold Python's decimals, which pandas stores as objects."""
    if is_polars(frame) or not frame.columns.is_unique:
        return []
    return [
        name
        for name in names
        if frame[name].dtype == object
        and frame[name].first_valid_index() is not None
        and frame[name].dropna().head(MAX_LOOKED_AT).map(type).eq(decimal.Decimal).all()
    ]


def _durations(frame: Any) -> list[Name]:
    if is_polars(frame):
        return []
    return list(frame.select_dtypes("timedelta").columns)


def plot_code(plot: Plot, frame: Any) -> str:
    """Write the code that plots it.

    Raises:
        ConfigurationError: a column is missing for this kind of plot; the message says which.

    """
    plot = _checked(plot, frame)
    lines, source = _source(plot, frame)
    return "\n".join([*lines, f"{_call(plot, frame, source)};"])


@quietly("matplotlib", "PIL")
def plot_picture(plot: Plot, frame: Any) -> bytes:
    """Draw it as a PNG, outside of pyplot, so that no figure of the user's is touched and no cell shows it.

    Raises:
        ConfigurationError: the plot cannot be drawn; the message says what the library said.

    """
    plot = _checked(plot, frame)
    try:
        import pandas  # type: ignore[import-untyped, unused-ignore]  # there are stubs where somebody has installed them
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigurationError(
            f"A plot needs pandas and matplotlib: {error}. Run %pip install pandas matplotlib."
        ) from None
    figure = Figure(layout="tight")  # as large as the figures of cells
    FigureCanvasAgg(figure)
    lines, source = _source(plot, frame)
    names = {plot.frame: frame, "pd": pandas, "ax": figure.subplots()}
    try:
        for line in lines:
            exec(line, names)  # noqa: S102 - our own code, with names that are quoted
        eval(_call(plot, frame, source, more=", ax=ax"), names)  # noqa: S307 - as above
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png")
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"A {plot.kind} plot needs {error.name}. Run %pip install {error.name}."
        ) from None
    except Exception as error:
        said = [type(error).__name__] if isinstance(error, KeyError) else []  # which says no more than a name
        said += str(error).strip().splitlines()[:1]
        raise ConfigurationError(
            f"{plot.frame} cannot be plotted as {plot.kind}: {' '.join(said) or type(error).__name__}"
        ) from None
    return drawn.getvalue()


def _checked(plot: Plot, frame: Any) -> Plot:
    """Return what can be drawn: of very many columns the first, where none was chosen."""
    if plot.kind not in KINDS:
        raise ConfigurationError(f"{plot.kind} is no kind of plot. There are {', '.join(KINDS)}.")
    names, numbers = columns_of(frame)
    for name in (plot.x, *plot.y, plot.group):
        if name is not None and name not in names:
            raise ConfigurationError(f"{plot.frame} has no column {name!r} (any more). Choose another.")
    if text := [name for name in plot.y if name not in numbers]:
        known = ", ".join(map(str, numbers)) or "none"
        raise ConfigurationError(f"{text[0]} holds no numbers, so it cannot be y. Columns that do: {known}.")
    if not _numbers(frame):
        raise ConfigurationError(f"{plot.frame} has no column with numbers.")
    if not len(frame):
        raise ConfigurationError(f"{plot.frame} has no rows.")
    _check_x(plot, numbers)
    _check_amounts(plot, frame)
    if plot.y or (is_polars(frame) and len(_numbers(frame)) <= MAX_LINES):
        return plot
    # pandas can plot durations by themselves, but not on the same axis as numbers.
    apart = _durations(frame)
    if len(_numbers(frame)) > MAX_LINES or apart or _decimals(frame, numbers):
        drawn = [name for name in numbers if name != plot.x and name not in apart] or apart
        return replace(plot, y=tuple(drawn)[:MAX_LINES])
    return plot


def _check_x(plot: Plot, numbers: list[Name]) -> None:
    """Refuse an x that pandas would refuse in words that nobody understands."""
    if plot.kind in _OF_TWO_COLUMNS and (plot.x is None or len(plot.y) != 1):
        raise ConfigurationError(f"A {plot.kind} plot needs one column for x and one for y.")
    if plot.kind == "hexbin" and plot.x not in numbers:
        raise ConfigurationError(
            f"{plot.x} holds no numbers, so a hexbin plot cannot have it as x. Choose scatter."
        )
    if plot.kind not in (*_OF_TWO_COLUMNS, *_OF_A_DISTRIBUTION) and plot.x in plot.y and plot.x != plot.group:
        raise ConfigurationError(f"{plot.x} is x already, so it cannot be y. Choose another column.")


def _check_amounts(plot: Plot, frame: Any) -> None:
    """Refuse what nobody could read, and what would hold the kernel up."""
    if plot.group is not None:
        if plot.kind == "hexbin":
            raise ConfigurationError(
                "A hexbin plot counts points; it has no groups. Choose scatter for them."
            )
        if not plot.y:
            raise ConfigurationError("Choose the column for y that is to be shown for each group.")
        _check_count(plot, frame, plot.group, MAX_GROUPS, "groups")
    if plot.kind in ("bar", "barh"):
        if plot.group is None and len(frame) > MAX_BARS:
            raise ConfigurationError(
                f"{plot.frame} has {len(frame):,} rows, too many for bars ({MAX_BARS} at most). Choose a column to group "
                "by, or another kind."
            )
        if plot.group is not None and plot.x is not None:
            _check_count(plot, frame, plot.x, MAX_BARS, "bars")


def _check_count(plot: Plot, frame: Any, column: Name, most: int, what: str) -> None:
    values = frame[column].head(MAX_COUNTED)
    try:
        count = values.n_unique() if is_polars(frame) else values.nunique()
    except TypeError as error:  # lists, for example
        raise ConfigurationError(
            f"{column} of {plot.frame} cannot tell {what} apart: {error}. Choose another column."
        ) from None
    if count > most:
        raise ConfigurationError(
            f"{column} of {plot.frame} has {count:,} values, too many for {what} ({most} at most). Choose another column."
        )


def _source(plot: Plot, frame: Any) -> tuple[list[str], str]:
    """Write what is plotted: the frame, the columns that are needed of a polars one, a sample of a very long one."""
    counts = plot.group is not None or plot.kind in (*_OF_A_DISTRIBUTION, "hexbin")
    step = -(-len(frame) // (MAX_COUNTED if counts else MAX_ROWS))
    lines, source = [], plot.frame
    if is_polars(frame):
        lines = ["import pandas as pd"]
        needed = [name for name in dict.fromkeys((plot.x, *plot.y, plot.group)) if name is not None]
        if plot.y:
            source += f".select({', '.join(map(repr, needed))})"
        if step > 1:
            source += f".gather_every({step})"
        # pandas does not plot Python's decimals.
        decimals = [name for name in needed or frame.columns if frame.schema[name].is_decimal()]
        floats = f".astype({dict.fromkeys(decimals, 'float')!r})" if decimals else ""
        return lines, f"pd.DataFrame({source}.to_dict(as_series=False)){floats}"
    if step > 1:
        source += f".iloc[::{step}]"
    if prices := _decimals(frame, [name for name in (plot.x, *plot.y) if name is not None]):
        source += f".astype({dict.fromkeys(prices, 'float')!r})"
    return lines, source


def _with_names(plot: Plot, frame: Any, source: str) -> str:
    """Have an x that holds neither numbers nor dates drawn as names: as text, without missing values."""
    if plot.kind != "scatter" or plot.x is None or plot.x in _numbers(frame):
        return source
    kind = frame[plot.x].dtype
    if kind.is_temporal() if is_polars(frame) else kind.kind in "mM":
        return source
    return f"{source}.dropna(subset={[plot.x]!r}).astype({{{plot.x!r}: 'str'}})"


def _palette(plot: Plot, frame: Any) -> str:
    """Return the name of a colormap that has a colour for each group."""
    values = frame[plot.group].head(MAX_COUNTED)
    return "tab10" if (values.n_unique() if is_polars(frame) else values.nunique()) <= 10 else "turbo"


def _call(plot: Plot, frame: Any, source: str, more: str = "") -> str:
    """Write the call that plots; `more` are arguments of ours."""
    source = _with_names(plot, frame, source)
    kind, y = repr(plot.kind), _columns(plot.y)
    if plot.kind in _OF_TWO_COLUMNS:
        if plot.group is not None:
            palette = _palette(plot, frame)
            colour = f".astype({{{plot.group!r}: 'category'}})"
            return f"{source}{colour}.plot.scatter(x={plot.x!r}, y={plot.y[0]!r}, c={plot.group!r}, colormap={palette!r}{more})"
        size = ", gridsize=30" if plot.kind == "hexbin" else ""
        return f"{source}.plot.{plot.kind}(x={plot.x!r}, y={plot.y[0]!r}{size}{more})"
    if plot.kind in _OF_A_DISTRIBUTION:
        columns = f"[{y}]" if y else ""
        if plot.group is not None:
            # One column for each group.
            columns = f".reset_index(drop=True).pivot(columns={plot.group!r}, values={_one_or_more(plot.y)})"
        style = ", bins=30, alpha=0.6" if plot.kind == "hist" else ""
        return f"{source}{columns}.plot(kind={kind}{style}{more})"
    if plot.group is not None:
        # The mean of what falls on one point; without an x, one value for each group.
        if plot.x in (None, plot.group):
            return f"{source}.groupby({plot.group!r})[{_one_or_more(plot.y)}].mean().plot(kind={kind}{_beside(plot)}{more})"
        table = f".pivot_table(index={plot.x!r}, columns={plot.group!r}, values={_one_or_more(plot.y)}, observed=True)"
        return f"{source}{table}.plot(kind={kind}{_beside(plot)}{more})"
    arguments = [
        f"kind={kind}",
        *([f"x={plot.x!r}"] if plot.x is not None else []),
        *([f"y={y}"] if y else []),
    ]
    return f"{source}.plot({', '.join(arguments)}{_beside(plot)}{more})"


def _beside(plot: Plot) -> str:
    """Write that areas are not stacked: pandas refuses to stack what is partly negative."""
    return ", stacked=False" if plot.kind == "area" else ""


def _one_or_more(names: tuple[Name, ...]) -> str:
    return repr(names[0] if len(names) == 1 else list(names))


def _columns(names: tuple[Name, ...]) -> str:
    return repr(list(names)) if names else ""
