"""A query with what can be pushed down to its engine: some rows, one aggregate, how often values occur."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import narwhals.stable.v2 as nw

from nbclaude.data.fact_words import MAX_COUNTED
from nbclaude.data.facts import Facts
from nbclaude.data.lazy.aggregates import (
    Aggregate,
    aggregated,
    column_aggregates,
    counted_values,
    facts_of,
    few,
    row_count,
)
from nbclaude.data.lazy.datasets import dataset_aggregate, dataset_frame, first_rows
from nbclaude.data.lazy.engine import MAX_COLUMNS, Engine, Rows
from nbclaude.data.lazy.jobs import Job, StoppedError
from nbclaude.frozen import frozen

__all__ = ["Pushed"]

_MAX_COUNTED_COLUMNS = 30


@frozen
class Pushed:
    """A query, its engine, and the types of its columns as narwhals knows them; `frame` is None for an Arrow dataset."""

    value: Any
    engine: Engine
    fetch: Callable[[Any, Job], Rows]
    dtypes: Sequence[Any]
    frame: Any

    @classmethod
    def of(cls, value: Any, engine: Engine) -> Self | None:
        """Return a query whose engine can be asked; None for one that cannot."""
        if engine.in_batches:
            return cls(value, engine, _no_rows, dataset_frame(value).schema.dtypes(), None)
        if engine.fetch is None:
            return None
        if hasattr(
            type(value), "to_spark"
        ):  # pandas on Spark; a frame of Spark Connect has a column of any name
            value = value.to_spark()
        with warnings.catch_warnings():
            # dask warns that it will need another package one day, which is nothing that the user can act on.
            warnings.simplefilter("ignore", FutureWarning)
            frame: Any = nw.from_native(engine.told_apart(value))
        return cls(value, engine, engine.fetch, frame.collect_schema().dtypes(), frame)

    def first(self, rows: int, job: Job) -> Rows:
        """Return the first rows."""
        return first_rows(self.value, rows) if self.frame is None else self._fetch(self.frame.head(rows), job)

    def aggregate(self, rows: Rows, job: Job) -> Aggregate:
        """Return the one aggregate of all columns; `rows` show in which of them distinct values may be few."""
        if self.frame is None:
            return dataset_aggregate(self.value, self.dtypes, few(rows, self.dtypes), job)
        few_values = few(rows, self.dtypes)
        try:
            values = self._row(aggregated(self.frame, self.dtypes, few_values), job)
        except StoppedError:
            raise
        except Exception:  # one column is enough to make an engine refuse
            if not rows:
                raise
            return self._column_by_column(few_values, job)
        return Aggregate(int(values["rows"]), values)

    def _column_by_column(self, few_values: Sequence[int], job: Job) -> Aggregate:
        """Return the aggregate of each column on its own, each with as much as the engine can compute."""
        values = self._row(row_count(self.frame), job)
        refused: dict[int, Exception] = {}
        for column, dtype in enumerate(self.dtypes[:MAX_COLUMNS]):
            for is_all, aggregate in column_aggregates(
                self.frame, column, dtype, distinct=column in few_values
            ):
                job.check()
                try:
                    values |= self._row(aggregate(), job)
                except StoppedError:
                    raise
                except Exception as error:
                    refused.setdefault(column, error)
                    continue
                if is_all:
                    refused.pop(column, None)
                break
        return Aggregate(int(values["rows"]), values, refused=refused)

    def _row(self, query: nw.LazyFrame[Any], job: Job) -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return dict(zip(query.collect_schema().names(), self._fetch(query, job)[0], strict=True))

    def countable(self, aggregate: Aggregate) -> list[int]:
        """Return the columns whose values are to be counted one by one."""
        columns = range(min(len(self.dtypes), MAX_COLUMNS)) if self.frame is not None else ()
        # One of the distinct values may be a missing one. A constant numeric column has its minimum as its only value.
        few_values = [
            column
            for column in columns
            if self.dtypes[column].is_numeric() < aggregate.count(column, "distinct") <= MAX_COUNTED + 1
        ]
        return few_values[:_MAX_COUNTED_COLUMNS]

    def counts(self, column: int, job: Job) -> list[tuple[Any, int]]:
        """Return how often each value of a column occurs."""
        return [(value, int(count)) for value, count in self._fetch(counted_values(self.frame, column), job)]

    def facts(self, aggregate: Aggregate, counts: Mapping[int, Sequence[tuple[Any, int]]]) -> list[Facts]:
        """Describe each column that was aggregated."""
        return [
            facts_of(aggregate, column, dtype, counts.get(column), nan_is_null=self.engine.nan_is_null)
            for column, dtype in enumerate(self.dtypes[:MAX_COLUMNS])
        ]

    def _fetch(self, query: nw.LazyFrame[Any], job: Job) -> Rows:
        return self.fetch(nw.to_native(query), job)


def _no_rows(_query: Any, _job: Job) -> Rows:
    return []
