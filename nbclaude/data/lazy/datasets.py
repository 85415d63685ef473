"""Aggregates an Arrow dataset batch by batch, so that no more than a batch of it is in memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from nbclaude.data.fact_words import MAX_COUNTED
from nbclaude.data.lazy.aggregates import Aggregate, aggregated
from nbclaude.data.lazy.jobs import Job

__all__ = ["dataset_aggregate", "dataset_frame", "first_rows"]

_ROWS_TOGETHER = 50_000
_BATCHES_TOGETHER = 500
_COUNTS = ("missing", "nan", "finite", "true")


def dataset_frame(dataset: Any) -> nw.DataFrame[Any]:
    """Return an empty table with the columns of a dataset.

    Raises ValueError if columns share a name: Arrow cannot read such columns by name, nor reliably by position.
    """
    if len(set(dataset.schema.names)) < len(dataset.schema.names):
        raise ValueError("Arrow cannot read a dataset in which several columns have the same name")
    return nw.from_native(dataset.schema.empty_table(), eager_only=True)


def first_rows(dataset: Any, rows: int) -> list[Sequence[Any]]:
    """Return the first rows of a dataset."""
    return list(nw.from_native(dataset.head(rows), eager_only=True).rows())


def dataset_aggregate(dataset: Any, dtypes: Sequence[Any], few_values: Sequence[int], job: Job) -> Aggregate:
    """Return the aggregate of a dataset, read a few batches at a time; each value of the columns of `few_values` is counted."""
    parts = []
    counts: dict[int, Counter[Any]] = {column: Counter() for column in few_values}
    for table in _tables(dataset, job):
        whole = aggregated(nw.from_native(table, eager_only=True).lazy(), dtypes, ())
        parts.append(whole.collect().rows(named=True)[0])
        _count(table, counts)
    rows = sum(part["rows"] for part in parts)
    columns = range(min(len(dtypes), len(dataset.schema.names)))
    merged = {"rows": rows}
    for column in columns:
        merged |= _merged(parts, column)
    for column, values in counts.items():
        merged[f"c{column}_distinct"] = len(values)
    return Aggregate(rows, merged, {column: list(values.items()) for column, values in counts.items()})


def _tables(dataset: Any, job: Job) -> Iterator[Any]:
    """Give the rows of a dataset in tables; small batches are put together, since each file has one at least."""
    table_of = type(dataset.schema.empty_table()).from_batches
    batches: list[Any] = []
    for batch in dataset.to_batches():
        job.check()
        batches.append(batch)
        if sum(each.num_rows for each in batches) >= _ROWS_TOGETHER or len(batches) == _BATCHES_TOGETHER:
            yield table_of(batches)
            batches = []
    if any(batch.num_rows for batch in batches):
        yield table_of(batches)


def _count(batch: Any, counts: dict[int, Counter[Any]]) -> None:
    """Count the values of a batch; columns that turn out to have many are left out."""
    for column in list(counts):
        found = batch.column(column).value_counts()
        if len(found) <= MAX_COUNTED + 1:
            for each in found.to_pylist():
                counts[column][each["values"]] += each["counts"]
        if len(found) > MAX_COUNTED + 1 or len(counts[column]) > MAX_COUNTED + 1:
            del counts[column]


def _merged(parts: Sequence[Mapping[str, Any]], column: int) -> dict[str, Any]:
    def of(word: str) -> list[Any]:
        return [part.get(f"c{column}_{word}") for part in parts]

    found: dict[str, Any] = {word: sum(each or 0 for each in of(word)) for word in _COUNTS}
    known = [each for each in of("least") if each is not None]
    if known:
        found["least"], found["most"] = min(known), max(each for each in of("most") if each is not None)
    counts = [
        (finite or 0) if finite is not None else part["rows"] - missing
        for finite, missing, part in zip(of("finite"), of("missing"), parts, strict=True)
    ]
    found |= _moments(counts, of("mean"), of("deviation"))
    return {f"c{column}_{word}": value for word, value in found.items()}


def _moments(counts: Sequence[int], means: Sequence[Any], deviations: Sequence[Any]) -> dict[str, Any]:
    """Return mean and deviation of several batches together (Chan, Golub and LeVeque 1983)."""
    together, mean, squares = 0, 0.0, 0.0
    for count, of_part, deviation in zip(counts, means, deviations, strict=True):
        if not count or of_part is None:
            continue
        distance = float(of_part) - mean
        whole = together + count
        own = float(deviation or 0.0) if deviation == deviation else 0.0
        squares += own**2 * (count - 1) + distance**2 * together * count / whole
        mean += distance * count / whole
        together = whole
    if not together:
        return {}
    return {"mean": mean, "deviation": math.sqrt(squares / (together - 1)) if together > 1 else None}
