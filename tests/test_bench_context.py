"""What `%claude_fix` sends of failing cells holds the facts that decide; `make bench-context` prints the whole table."""

from __future__ import annotations

import statistics

import pytest

from bench.context import scored
from bench.failing_cells import CASES

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
