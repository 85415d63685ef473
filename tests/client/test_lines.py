from __future__ import annotations

import threading
from typing import Any

import pytest

from nbclaude.client import lines
from nbclaude.client.lines import close_lines, give_back, take_line
from nbclaude.simulator import HTTPFault, Simulator, StreamFault
from tests.client.helpers import connection, read, wait_for


def test_a_line_is_used_again() -> None:
    first = take_line("a.example")
    give_back(first)
    assert take_line("a.example") is first


def test_two_streams_at_once_have_two_lines() -> None:
    first, second = take_line("a.example"), take_line("a.example")
    assert first is not second
    give_back(first)
    give_back(second)


def test_closed_lines_are_not_given_out() -> None:
    first = take_line("a.example")
    give_back(first)
    close_lines()
    assert take_line("a.example") is not first


def test_another_proxy_gets_another_line(monkeypatch: pytest.MonkeyPatch) -> None:
    first = take_line("a.example")
    give_back(first)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    second = take_line("a.example")
    assert second is not first
    give_back(second)


def test_a_line_that_was_shut_down_is_not_used_again() -> None:
    first = take_line("a.example")
    first.shut_down()
    give_back(first)
    assert take_line("a.example") is not first


@pytest.mark.parametrize(
    "trouble",
    [
        StreamFault("drop"),
        StreamFault("reset"),
        StreamFault("error"),
        StreamFault("truncate"),
        HTTPFault(400),
        HTTPFault.html(502),
    ],
)
def test_trouble_on_a_line_does_not_reach_the_next_question(simulator: Simulator, trouble: Any) -> None:
    simulator.enqueue("one", trouble, "three", "four")
    texts = [read(connection(simulator)) for _ in range(4)]
    assert texts[1].error is not None
    assert [result.text for result in (texts[0], texts[2], texts[3])] == ["one", "three", "four"]


def test_a_connection_that_the_server_has_closed_meanwhile_is_replaced() -> None:
    with Simulator() as first:
        port = first.port
        first.enqueue("one")
        assert read(connection(first)).text == "one"
    with Simulator(port=port) as second:
        second.enqueue("two")
        # No retry is needed for it.
        assert read(connection(second)).text == "two"


def test_a_few_lines_at_the_most_wait_for_work(simulator: Simulator) -> None:
    simulator.enqueue(*["ok"] * 12)
    threads = [threading.Thread(target=read, args=(connection(simulator),)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert wait_for(lambda: len(lines._idle) <= 12)
    close_lines()
    assert lines._idle == []
