"""Numbers and values found in a column come in; a line of facts about it goes out, split by what it gives away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nbclaude.context.texts import one_line

__all__ = [
    "Facts",
    "category_facts",
    "cell_text",
    "missing_text",
    "name_text",
    "number_facts",
    "number_text",
]

_NAME_LIMIT = 80
_CELL_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """What is in a column: `ranges` tell no single row, `values` quote what stands in some."""

    ranges: str = ""
    values: str = ""


def cell_text(value: object) -> str:
    """Return one value as a cell of CSV: nothing for a missing one, and never more than 60 characters."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.10g}"
    if isinstance(value, (bytes, bytearray)):
        # Much more than is shown: `one_line` must see where a credential ends.
        return one_line(repr(bytes(value[: 10 * _CELL_LIMIT])), _CELL_LIMIT)
    try:
        text = str(value)
    except Exception:  # an object of the user's may fail in any way when it is shown
        text = f"<{type(value).__name__}>"
    # What pandas shows for a missing date, number or boolean.
    return "" if text in ("NaT", "<NA>") else one_line(text, _CELL_LIMIT)


def name_text(name: object) -> str:
    """Return the name of a column as text."""
    return one_line(str(name), _NAME_LIMIT) or "(no name)"


def number_text(value: float | int) -> str:
    """Return a statistic: whole numbers whole, others with six significant digits."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.6g}"


def number_facts(
    missing: int,
    rows: int,
    least: float | int | None = None,
    most: float | int | None = None,
    *,
    mean: float = math.nan,
    median: float = math.nan,
    deviation: float = math.nan,
    infinite: int = 0,
    sampled: bool = False,
) -> Facts:
    """Tell a column of numbers: missing, range, mean, median, standard deviation; what is `sampled` is marked, not the range."""
    parts = [missing_text(missing, rows)]
    if least is not None and most is not None:
        parts.append(f"{number_text(least)} … {number_text(most)}")
        known = (("mean", mean), ("median", median), ("std", deviation))
        mark = "~" if sampled else ""
        parts += [f"{mark}{word} {number_text(number)}" for word, number in known if not math.isnan(number)]
    if infinite:
        parts.append(f"{infinite:,} infinite")
    return Facts(", ".join(part for part in parts if part))


def category_facts(
    missing: int,
    rows: int,
    distinct: int | None,
    top: Sequence[tuple[object, int]],
    types: str = "",
    *,
    sampled: bool = False,
    missing_sampled: bool = False,
) -> Facts:
    """Tell a column of texts, categories or objects: missing, distinct values, and the commonest, marked if `sampled`."""
    mark = "~" if sampled else ""
    parts = [missing_text(missing, rows, sampled=missing_sampled)]
    if distinct is not None:
        parts.append(f"{mark}{distinct:,} distinct")
    if types:
        parts.append(f"holds {types}")
    quoted = [(cell_text(value), count) for value, count in top]
    if quoted and quoted[0][1] > 1:
        values = f"{mark}top: " + ", ".join(f"{text!r} {count:,}" for text, count in quoted)
    else:
        values = "such as " + ", ".join(repr(text) for text, _ in quoted[:3]) if quoted else ""
    return Facts(", ".join(part for part in parts if part), values)


def missing_text(missing: int, rows: int, *, sampled: bool = False) -> str:
    """Return how many values are missing, or nothing where none is; of a sample only which share, marked."""
    if sampled and missing != rows:
        return f"~{missing / rows:.1%} missing" if missing else "~none missing"
    if not missing:
        return ""
    if missing == rows:
        return "~all missing" if sampled else "all missing"
    share = f"{missing / rows:.1%}" if missing / rows >= 0.0005 else "< 0.1%"
    return f"{missing:,} missing ({share})"
