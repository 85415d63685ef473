"""How many of a tool's messages are shown."""

from __future__ import annotations

from nbclaude.output.bursts import Bursts


def test_a_burst_is_shown_up_to_its_thirtieth_message() -> None:
    bursts = Bursts()
    assert [bursts.may_show(100.0) for _ in range(50)] == [True] * 30 + [False] * 20


def test_a_second_makes_room_for_fifteen_more() -> None:
    bursts = Bursts()
    for _ in range(50):
        bursts.may_show(100.0)
    assert [bursts.may_show(101.0) for _ in range(20)] == [True] * 15 + [False] * 5


def test_messages_at_a_moderate_rate_are_always_shown() -> None:
    bursts = Bursts()
    assert all(bursts.may_show(100.0 + second / 10) for second in range(600))
