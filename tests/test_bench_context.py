"""What is sent about failing cells and frames holds the decisive facts; `make bench-context` prints the whole tables."""

from __future__ import annotations

import statistics

import pytest

from bench import frames
from bench.context import scored
from bench.failing_cells import CASES
from bench.told import hard, packages
from bench.told.facts import counts, mean, missing, shape, spans, unique

_HEAVY = ("pandas", "polars", "matplotlib", "async ", "asyncio", "_thread")


@pytest.mark.sweep
def test_the_facts_that_decide_are_sent_in_few_characters() -> None:
    assert len(CASES) >= 60
    # Those that load no large library, and leave no coroutine behind; the benchmark runs them all.
    light = [case for case in CASES if not any(word in "".join(case.before) for word in _HEAVY)]
    scores = [each.by_way["%claude_fix"] for each in scored(tuple(light[::6]), verbose=False)]
    found = sum(each.found for each in scores)
    missing = [fact for each in scores for fact in each.missing]
    assert found >= 0.95 * (found + len(missing)), missing
    assert statistics.median(each.characters for each in scores) < 3_000


@pytest.mark.sweep
def test_what_an_analyst_wants_to_know_is_told_of_frames() -> None:
    assert len(hard.CASES) + len(packages.CASES) >= 25
    # Those from packages need an environment of their own.
    (scores,) = frames.scored(hard.CASES).values()
    assert {score.case.name: score.missing for score in scores if score.missing} == {}
    assert len(scores) == len(hard.CASES)


def test_a_fact_is_found_in_the_words_of_each_tool() -> None:
    ours = (
        "pandas DataFrame, 1,344 rows × 2 columns\n"
        "  sex: object; 11 missing (3.2%), 2 distinct; male: 1,168\n  kg: f8; 2700 … 6300"
    )
    lida = "{'fields': [{'column': 'kg', 'properties': {'min': 2700.0, 'max': 6300.0, 'num_unique_values': 1344}}]}"
    querychat = "Table: df\nColumns:\n- kg (FLOAT)\n  Range: 2700.0 to 6300.0\n- sex (TEXT)"
    assert all(
        fact.is_told(ours) for fact in (shape(1344, 2), missing("sex", 11), counts("sex", {"male": 1168}))
    )
    assert all(spans("kg", 2700, 6300).is_told(text) for text in (ours, lida, querychat))
    assert unique("kg", 1344).is_told(lida)
    # What is said of another column, or is another number, does not count.
    assert not any(missing("kg", 11).is_told(text) for text in (ours, lida, querychat))
    assert not any(spans("sex", 2700, 6300).is_told(text) for text in (ours, lida, querychat))
    assert not spans("kg", 270, 6300).is_told(ours)
    assert not mean("kg", 2700).is_told(ours)
    assert not shape(344, 2).is_told(ours)
