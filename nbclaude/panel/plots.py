"""Writes the line of code that plots a frame of the kernel, by kind and columns, and makes its picture.

The picture is made by the code that is shown, so the two cannot differ. pandas draws; a polars frame is given to pandas, whose
plotting knows all kinds (polars' own knows four, and needs two more packages to make a picture).
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.panel.plot_columns import (
    Name,
    can_be_compared,
    columns_of,
    dates_in,
    decimals_in,
    durations_in,
    has_infinite,
    is_polars,
    numbers_in,
    varies,
    varies_in,
)
from nbclaude.quiet import quietly

__all__ = ["KINDS", "Plot", "plot_code", "plot_picture"]

KINDS = ("line", "bar", "barh", "hist", "box", "area", "scatter", "hexbin", "density")
MAX_ROWS = 20_000  # that are drawn; of more, every n-th
MAX_COUNTED = 200_000  # rows of a plot that counts or averages them
MAX_BARS = 200  # nobody can read more
MAX_LINES = 10  # columns that are drawn where none was chosen
MAX_GROUPS = 30
_OF_TWO_COLUMNS = ("scatter", "hexbin")
_OF_A_DISTRIBUTION = ("hist", "box", "density")


@frozen
class Plot:
    """What to plot: the frame's name, the kind, the columns. Without `x` it is the index, without `y` what holds numbers."""

    frame: str
    kind: str = "line"
    x: Name | None = None
    y: tuple[Name, ...] = ()
    group: Name | None = None


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
            f"{_a(plot.kind)} plot needs {error.name}. Run %pip install {error.name}."
        ) from None
    except Exception as error:
        said = [type(error).__name__] if isinstance(error, KeyError) else []  # which says no more than a name
        said += str(error).strip().splitlines()[:1]
        raise ConfigurationError(
            f"{_a(plot.kind)} plot of {plot.frame} fails with these columns. Choose others, or another kind. pandas says: "
            f"{' '.join(said) or type(error).__name__}"
        ) from None
    return drawn.getvalue()


def _a(kind: str) -> str:
    return f"{'An' if kind[0] in 'aeiou' else 'A'} {kind}"


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
    if not numbers_in(frame):
        raise ConfigurationError(f"{plot.frame} has no column with numbers.")
    if not len(frame):
        raise ConfigurationError(f"{plot.frame} has no rows.")
    _check_x(plot, numbers)
    if plot.x is not None and plot.kind not in _OF_A_DISTRIBUTION and not can_be_compared(frame, plot.x):
        raise ConfigurationError(
            f"{plot.x} of {plot.frame} holds lists or the like, which cannot be x. Choose another column."
        )
    _check_amounts(plot, frame)
    _check_values(replace(plot, y=plot.y or tuple(numbers[:MAX_LINES])), frame)
    # pandas can plot durations by themselves, but not on the same axis as numbers.
    apart = durations_in(frame)
    has_dates = any(name != plot.x for name in dates_in(frame))
    if plot.y or (is_polars(frame) and len(numbers_in(frame)) <= MAX_LINES and not (apart or has_dates)):
        return plot
    # An area plot fills missing values with 0, which pandas does not accept in text and boolean columns.
    is_area = plot.kind == "area"
    if len(numbers_in(frame)) > MAX_LINES or apart or has_dates or is_area or decimals_in(frame, numbers):
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


def _check_values(plot: Plot, frame: Any) -> None:
    """Refuse values of which no histogram and no density can be made."""
    for name in plot.y if plot.kind in ("hist", "density") else ():
        if has_infinite(frame, name):
            raise ConfigurationError(
                f"{name} of {plot.frame} has infinite values, which a {plot.kind} plot cannot show. Choose another column, "
                "or scatter."
            )
        if plot.kind == "density" and plot.group is not None and not varies_in(frame, name, plot.group):
            raise ConfigurationError(
                f"{name} of {plot.frame} has fewer than two different values in some groups of {plot.group}, so they have "
                "no density. Choose another column, or hist."
            )
        if plot.kind == "density" and not varies(frame, name):
            raise ConfigurationError(
                f"{name} of {plot.frame} has fewer than two different values, so it has no density. Choose another column, "
                "or hist."
            )


def _check_count(plot: Plot, frame: Any, column: Name, most: int, what: str) -> None:
    values = frame[column].head(MAX_COUNTED)
    try:
        count = values.drop_nulls().n_unique() if is_polars(frame) else values.nunique()
    except Exception:  # lists, for example; polars has errors of its own for them
        count = 0
    # polars can tell lists apart, but pandas cannot, which draws.
    if not count or not can_be_compared(frame, column):
        raise ConfigurationError(
            f"{column} of {plot.frame} cannot tell {what} apart: its values cannot be compared. Choose another column."
        )
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
    if prices := decimals_in(frame, [name for name in (plot.x, *plot.y) if name is not None]):
        source += f".astype({dict.fromkeys(prices, 'float')!r})"
    return lines, source


def _with_names(plot: Plot, frame: Any, source: str) -> str:
    """Have an x that holds neither numbers nor dates drawn as names: as text, without missing values."""
    if plot.kind != "scatter" or plot.x is None or plot.x in numbers_in(frame):
        return source
    kind = frame[plot.x].dtype
    if kind.is_temporal() if is_polars(frame) else kind.kind in "mM":
        return source
    return f"{source}.dropna(subset={[plot.x]!r}).astype({{{plot.x!r}: 'str'}})"


def _in_seconds(plot: Plot, frame: Any, source: str) -> tuple[Plot, str]:
    """Have durations drawn as seconds, with columns named accordingly, where they cannot be drawn as they are.

    This is so for points, distributions and areas, for bars if some may be missing, and for durations that share an axis with
    numbers.
    """
    lasting = durations_in(frame)
    mixed = any(name in lasting for name in plot.y) and any(name not in lasting for name in plot.y)
    some_missing = plot.kind in ("bar", "barh") and plot.group is not None
    if plot.kind not in (*_OF_TWO_COLUMNS, *_OF_A_DISTRIBUTION, "area") and not mixed and not some_missing:
        return plot, source
    drawn = (plot.x, *plot.y) if plot.kind in _OF_TWO_COLUMNS else plot.y
    seconds = {name: f"{name} [s]" for name in drawn if name is not None and name in lasting}
    if not seconds:
        return plot, source
    columns = ", ".join(f"{new!r}: rows[{old!r}].dt.total_seconds()" for old, new in seconds.items())
    source = f"{source}.pipe(lambda rows: rows.assign(**{{{columns}}}))"
    x = seconds.get(plot.x) if plot.kind in _OF_TWO_COLUMNS and plot.x in seconds else plot.x
    return replace(plot, x=x, y=tuple(seconds.get(name, name) for name in plot.y)), source


def _palette(plot: Plot, frame: Any) -> str:
    """Return the name of a colormap that has a colour for each group."""
    values = frame[plot.group].head(MAX_COUNTED)
    return "tab10" if (values.n_unique() if is_polars(frame) else values.nunique()) <= 10 else "turbo"


def _call(plot: Plot, frame: Any, source: str, more: str = "") -> str:
    """Write the call that plots; `more` are arguments of ours."""
    source = _with_names(plot, frame, source)
    plot, source = _in_seconds(plot, frame, source)
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
