"""Keeps count of the names that a cell binds, reads, changes and deletes, in the order of its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from nbclaude.frozen import frozen

__all__ = ["Bindings", "CellNames"]


@frozen
class CellNames:
    """What one cell does to names, as far as its text tells.

    `uses` are read as the cell runs and were not bound in it before; `later` are read by its functions when these are called.
    `perhaps` are those of `defines` that stand in a branch. `changes` are names whose values it may change in place, `deletes`
    those that it takes away. `unknown` says what cannot be known without running it.
    """

    defines: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    parses: bool = True

    @property
    def wants(self) -> frozenset[str]:
        """Every name that must come from elsewhere."""
        return self.uses | (self.later - self.defines)


class Bindings:
    """What is known of a cell's names so far; grows with each statement that is read."""

    def __init__(self) -> None:
        self.changes: set[str] = set()
        self.later: set[str] = set()
        self.unknown: list[str] = []
        self._bound: set[str] = set()
        self._defines: set[str] = set()
        self._perhaps: set[str] = set()
        self._uses: set[str] = set()
        self._deletes: set[str] = set()
        self._branch = 0

    def found(self) -> CellNames:
        """Return what the cell does to names."""
        certain = self._defines - self._perhaps
        return CellNames(
            frozenset(self._defines),
            frozenset(self._perhaps & self._defines),
            frozenset(self._uses),
            frozenset(self.later),
            frozenset(self.changes - certain | (self.changes & self._uses)),
            frozenset(self._deletes),
            tuple(dict.fromkeys(self.unknown)),
        )

    def is_bound(self, name: str) -> bool:
        """Whether the cell has bound the name before."""
        return name in self._bound

    def bind(self, name: str) -> None:
        """Note that the cell gives the name a value."""
        self._bound.add(name)
        if self._branch and name not in self._defines:
            self._perhaps.add(name)
        elif not self._branch:
            self._perhaps.discard(name)
        self._defines.add(name)
        self._deletes.discard(name)

    def bind_for_now(self, name: str) -> None:
        """Note a name that the cell takes away again by itself, as that of an exception in its handler."""
        self._bound.add(name)

    def use(self, name: str) -> None:
        """Note that the cell reads the name."""
        if name not in self._bound:
            self._uses.add(name)

    def delete(self, name: str) -> None:
        """Note that the cell deletes the name."""
        self.use(name)
        for names in (self._bound, self._defines, self._perhaps):
            names.discard(name)
        self._deletes.add(name)

    @contextmanager
    def branch(self) -> Iterator[None]:
        """What is bound meanwhile is bound perhaps."""
        self._branch += 1
        try:
            yield
        finally:
            self._branch -= 1

    def branches(self, readers: Iterable[Callable[[], None]]) -> None:
        """Read branches, of which one is taken: a name that all of them bind is bound for certain."""
        before, always = set(self._bound), None
        with self.branch():
            for read in readers:
                self._bound = set(before)
                read()
                always = self._bound if always is None else always & self._bound
        if not self._branch:
            self._perhaps -= (always or set()) - before
        self._bound = before | self._defines
