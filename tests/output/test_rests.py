"""How long a display rests between two paintings."""

from __future__ import annotations

import pytest

from nbclaude.output.rests import Rests


def test_a_cheap_painting_needs_little_rest() -> None:
    assert Rests().after(100.0, 0.002, 900) == pytest.approx(0.02)
    assert Rests().after(100.0, 0.001, 9_000) == pytest.approx(0.1)


def test_a_costly_one_is_made_up_for_in_several_short_rests() -> None:
    rests = Rests()
    now, taken = 100.0, []
    for cost in (0.05, 0.0, 0.0, 0.0, 0.0):
        taken.append(rests.after(now, cost, 0))
        now += taken[-1]
    assert taken == pytest.approx([0.14, 0.14, 0.14, 0.08, 0.0])


@pytest.mark.parametrize("cost", [0.03, 0.2])
def test_in_the_long_run_painting_takes_a_tenth_of_the_time(cost: float) -> None:
    rests = Rests()
    now = 100.0
    for _ in range(100):
        now += rests.after(now, cost, 0)
    assert 100 * cost <= (now - 100.0) / 10 + 0.1
