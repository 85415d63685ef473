"""What is known about a query engine: the columns of its queries, where they are computed, how rows are fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nbclaude.data.lazy.jobs import Job
from nbclaude.frozen import frozen

__all__ = ["MAX_COLUMNS", "Engine", "Rows", "dtypes_of", "fields_of"]

Rows = list[Sequence[Any]]

MAX_COLUMNS = 100  # of a query are aggregated at most


@frozen
class Engine:
    """An engine whose queries are described without being collected.

    * `columns` gives names and types in the library's own words, without computing anything; None if they are not known yet.
    * `known` says what else is known at once: partitions, files, the backend.
    * `elsewhere` says what would compute outside this process; it is empty for an engine within it.
    * `fetch` computes a query of the library and returns its rows; None where narwhals cannot aggregate it.
    * `in_batches` says that we read and aggregate its batches ourselves, as with an Arrow dataset.
    * `renamed` renames the columns of a query, by position; None where names are always unique.
    * `in_own_thread` says whether a query may be computed only in the thread of the user's code.
    * `cure` is a reference to some rows, to suggest for a format that would fetch all of them.
    """

    title: str
    columns: Callable[[Any], Iterable[tuple[object, object]] | None]
    cure: str
    known: Callable[[Any], str] = lambda value: ""
    elsewhere: Callable[[Any], str] = lambda value: ""
    fetch: Callable[[Any, Job], Rows] | None = None
    in_batches: bool = False
    nan_is_null: bool = False
    renamed: Callable[[Any, Sequence[str]], Any] | None = None
    in_own_thread: Callable[[Any], bool] = lambda value: False

    def told_apart(self, value: Any) -> Any:
        """Return a query with unique column names: after a join, two names may be equal, or differ only in case."""
        if self.renamed is None:
            return value
        names = [str(name).lower() for name, _ in self.columns(value) or ()]
        if len(set(names)) == len(names):
            return value
        return self.renamed(value, [f"c{place}" for place in range(len(names))])


def fields_of(schema: Any) -> Iterable[tuple[object, object]]:
    """Return the columns of an Arrow schema, or of a similar one."""
    return zip(schema.names, schema.types, strict=True)


def dtypes_of(frame: Any) -> Iterable[tuple[object, object]]:
    """Return the columns of a frame that has `dtypes` as in pandas."""
    columns: Iterable[tuple[object, object]] = frame.dtypes.items()
    return columns
