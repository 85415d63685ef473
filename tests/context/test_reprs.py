"""What a repr shows of texts that the library itself would cut."""

import collections
from collections.abc import Callable
from typing import Any

import pandas
import pytest

from nbclaude.context.reprs import bounded_repr, bounded_str
from nbclaude.secrets.masking import mask
from tests.growth import is_quick

_TOKEN = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".abcDEF0123456789ghiJKL"


@pytest.mark.parametrize("wrap", [lambda frame: frame, lambda frame: [frame], lambda frame: frame["note"]])
def test_pandas_cuts_through_no_credential(wrap) -> None:  # type: ignore[no-untyped-def]
    value = wrap(pandas.DataFrame({"note": ["the cookie is session=" + _TOKEN, "x" * 70]}))
    for show in (bounded_repr, bounded_str):
        masked, findings = mask(show(value, 8_000)[0])
        assert "eyJ" not in masked
        assert [finding.kind for finding in findings] == ["JSON web token"]


def test_where_there_is_none_it_looks_as_in_the_notebook() -> None:
    frame = pandas.DataFrame({"note": ["x" * 70]})
    assert bounded_repr(frame, 8_000) == (repr(frame), "")


class _Bad:
    def __repr__(self) -> str:
        raise ValueError("no")


def test_one_bad_repr_does_not_spoil_the_others() -> None:
    assert bounded_repr({"a": 1, "b": _Bad(), "c": ["x"]}, 8_000)[0] == (
        "{'a': 1, 'b': <_Bad, whose repr() failed: ValueError>, 'c': ['x']}"
    )


@pytest.mark.parametrize(
    ("make", "beginning"),
    [
        (
            lambda: collections.Counter({n: n for n in range(1_000_000, 0, -1)}),
            "Counter({1000000: 1000000,\n 999999: 999999,\n",
        ),
        (
            lambda: collections.defaultdict(list, {n: [] for n in range(1_000_000)}),
            "defaultdict(<class 'list'>, {0: [],\n",
        ),
        (lambda: collections.deque(range(1_000_000)), "deque([0, 1, 2, "),
        (lambda: collections.OrderedDict.fromkeys(range(1_000_000)), "OrderedDict({0: None,\n"),
    ],
)
def test_containers_of_the_standard_library_are_trimmed_before_they_are_printed(
    make: Callable[[], Any], beginning: str
) -> None:
    value = make()
    assert is_quick(lambda: bounded_repr(value, 8_000), 1)
    text, note = bounded_repr(value, 8_000)
    assert text.startswith(beginning)
    assert note.endswith("items of lists left out")


def test_many_bytes() -> None:
    text, note = bounded_repr(b"ab" * 100_000_000, 8_000)
    assert text.startswith("b'abab") and text.endswith("ab… (200,000,000 bytes in all)")
    assert note == "1 text shortened"
    assert bounded_repr([bytes(5_000)], 8_000)[0].endswith("… (5,000 bytes in all)]")
    assert bounded_repr(collections.Counter("aab"), 8_000) == ("Counter({'a': 2, 'b': 1})", "")
