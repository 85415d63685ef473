"""What stands in the place of the waiting sign until the next attempt."""

from __future__ import annotations

import pytest

from nbclaude.output.countdown import Countdown


def test_it_tells_the_seconds_that_are_left_and_when_that_changes() -> None:
    countdown = Countdown("Overloaded; attempt 2 of 3", until=102.5)
    assert countdown.text(100.0) == "Overloaded; attempt 2 of 3. Trying again in 3 s"
    assert countdown.next_tick == pytest.approx(100.5)
    assert countdown.text(100.5).endswith("in 2 s") and countdown.next_tick == pytest.approx(101.5)
    assert countdown.text(102.4).endswith("in 1 s")


def test_it_is_over_when_the_time_has_come() -> None:
    assert Countdown("Overloaded", until=102.5).text(102.5) == ""
