"""A cell that failed, as values: nothing in it holds an object of the user's, so it can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbclaude.frozen import frozen

if TYPE_CHECKING:
    from nbclaude.context.glance.glance import Glance

__all__ = ["Failure", "FailureLog", "FrameFacts", "Raised", "ValueFact", "exit_status"]

_KEPT = 100  # failures


@frozen
class ValueFact:
    """What a name, or a part of what it names, was when the cell failed."""

    name: str
    seen: Glance


@frozen
class FrameFacts:
    """One frame of a traceback: of the user's code with the code around the line, of a library its line alone.

    `columns` are where on the line it was, from 1; `code` is the function's source where it is not a cell's own line.
    """

    place: str
    line: int
    function: str = ""
    columns: tuple[int, int] | None = None
    text: str = ""
    code: str = ""
    is_users: bool = False
    values: tuple[ValueFact, ...] = ()
    repeated: int = 0


@frozen
class Raised:
    """One exception of a chain; `link` says how it led to the next one ("" for the last)."""

    kind: str
    message: str
    frames: tuple[FrameFacts, ...] = ()
    notes: tuple[str, ...] = ()
    link: str = ""
    is_users: bool = False
    """Whether code of the user's has worded the message."""


@frozen
class Failure:
    """A cell's failure: its source, the exceptions from the first cause to the last error, and what helps to mend it.

    `names` are what the failing code needs from other cells. `hidden` are values under secret names, which no text about the
    failure may hold. `seconds` is how long it ran.
    """

    cell_id: str
    execution_count: int
    source: str
    raised: tuple[Raised, ...]
    near: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def last(self) -> Raised:
        """The error that the cell ended with."""
        return self.raised[-1]

    @property
    def user_files(self) -> tuple[str, ...]:
        """Files of the user's, other than cells, that the traceback goes through; the one where it happened last."""
        places = [frame.place for each in self.raised for frame in each.frames if frame.is_users]
        return tuple(dict.fromkeys(place for place in places if not place.startswith("In[")))


def exit_status(namespace: Mapping[str, Any]) -> int:
    """Return the status with which the last shell command has ended, as IPython keeps it; 0 if there was none."""
    status = namespace.get("_exit_code")
    return status if type(status) is int else 0


class FailureLog:
    """The failures of the cells that ran, each cell's last one; the newest hundred."""

    def __init__(self) -> None:
        self._failures: list[Failure] = []

    def record(self, failure: Failure) -> None:
        """Note a failure."""
        self._failures = [each for each in self._failures if not _is_same_cell(each, failure.cell_id)]
        self._failures = [*self._failures, failure][-_KEPT:]

    def succeeded(self, cell_id: str) -> None:
        """Note that a cell has run without an error: what it failed with before is mended."""
        self._failures = [each for each in self._failures if not _is_same_cell(each, cell_id)]

    def clear(self) -> None:
        """Forget all failures."""
        self._failures.clear()

    @property
    def all(self) -> tuple[Failure, ...]:
        """The failures, the newest last."""
        return tuple(self._failures)

    def of_cell(self, execution_count: int) -> Failure | None:
        """Return the failure of the cell that ran under this number."""
        return next(
            (each for each in reversed(self._failures) if each.execution_count == execution_count), None
        )


def _is_same_cell(failure: Failure, cell_id: str) -> bool:
    return bool(cell_id) and failure.cell_id == cell_id
