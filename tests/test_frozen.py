"""Frozen classes do what frozen dataclasses of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest

from nbclaude.frozen import frozen


def _make(make: Any) -> Any:
    @make
    class Point:
        """A point."""

        x: int
        y: int = 2
        names: list[str] = field(default_factory=list)
        key: str = field(default="k", repr=False, compare=False)
        z: float = field(default=0.5, kw_only=True)

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("x is negative")

        @property
        def far(self) -> bool:
            return self.x > 100

    return Point


OURS, THEIRS = _make(frozen), _make(dataclass(frozen=True, slots=True))


@frozen
class Kept:
    a: int
    b: str = "b"


@frozen
class More(Kept):
    c: tuple[int, ...] = ()


@frozen
class Own:
    a: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "own"

    def _shown(self) -> str:
        return "shown"

    def _stored(self) -> str:
        return "stored"

    def _compared(self) -> str:
        return "compared"

    def of_its_own(self) -> list[str]:
        return [self._shown(), self._stored(), self._compared()]


@pytest.mark.parametrize(
    "of",
    [
        lambda kind: repr(kind(1)),
        lambda kind: str(inspect.signature(kind)),
        lambda kind: kind(1) == kind(1, key="other"),
        lambda kind: kind(1) == kind(1, z=2),
        lambda kind: kind(1) == 1,
        lambda kind: kind(1, names=["a"]).names,
        lambda kind: kind(1).names is kind(1).names,
        lambda kind: dataclasses.asdict(kind(1, key="x")),
        lambda kind: repr(dataclasses.replace(kind(1), x=5, z=1.5)),
        lambda kind: [
            (each.name, each.type, each.repr, each.compare, each.kw_only) for each in dataclasses.fields(kind)
        ],
        lambda kind: (kind.__slots__, kind.__match_args__, kind.__name__, kind.__doc__),
        lambda kind: kind(101).far,
        lambda kind: repr(copy.deepcopy(kind(3, names=["q"]))),
        lambda kind: (
            hash(dataclasses.replace(kind(1), names=()))
            == hash(dataclasses.replace(kind(1, key="j"), names=()))
        ),
        lambda kind: hasattr(kind(1), "__dict__"),
    ],
)
def test_as_a_dataclass(of: Any) -> None:
    assert of(OURS) == of(THEIRS)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda kind: setattr(kind(1), "x", 2),
        lambda kind: delattr(kind(1), "x"),
        lambda kind: kind(),
        lambda kind: kind(1, 2, [], "k", 0.1),
        lambda kind: kind(1, w=2),
        lambda kind: kind(-1),
        lambda kind: hash(kind(1)),
    ],
)
def test_refuses_as_a_dataclass(wrong: Any) -> None:
    with pytest.raises(Exception) as theirs:  # whatever it is
        wrong(THEIRS)
    with pytest.raises(theirs.type) as ours:
        wrong(OURS)
    assert str(ours.value) == str(theirs.value)


def test_subclasses_pickles_and_own_methods() -> None:
    more = More(1, c=(2,))
    assert repr(more) == "More(a=1, b='b', c=(2,))"
    assert pickle.loads(pickle.dumps(more)) == more  # noqa: S301  # our own
    assert more != Kept(1) and isinstance(more, Kept)
    assert (Own(1) == 5, hash(Own(1)), repr(Own(1))) == (True, 7, "own")
    assert Own(1).of_its_own() == ["shown", "stored", "compared"]
    match more:
        case Kept(a, b):
            assert (a, b) == (1, "b")


def test_what_it_refuses_to_make() -> None:
    with pytest.raises(TypeError, match=r"Late\.made: a frozen class cannot have a field with init=False"):

        @frozen
        class Late:
            made: int = field(init=False)
