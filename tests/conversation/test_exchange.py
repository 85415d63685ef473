from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from nbclaude.client.connection import Connection
from nbclaude.conversation.exchange import Outcome, exchange
from nbclaude.conversation.plan import Plan, make_plan
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import Change, Conversation
from nbclaude.errors import (
    AnswerInterrupted,
    APIConnectionError,
    APIError,
    APITimeoutError,
    BadRequestError,
    ConfigurationError,
    IncompleteStreamError,
    OverloadedError,
)
from nbclaude.magics.wording import said
from nbclaude.models.info import model_info
from nbclaude.notebook import CellRun
from nbclaude.options.spelling import spell
from nbclaude.output.display import NoDisplay
from nbclaude.settings.values import Settings
from nbclaude.simulator import (
    Answer,
    HTTPFault,
    Pace,
    RawStream,
    Script,
    Simulator,
    StreamFault,
    thinking,
    tool_use,
)
from nbclaude.wire.events import Event
from nbclaude.wire.joining import joined
from nbclaude.wire.request import text_block
from tests.client.helpers import EVENTS, SHORT, connection, sse, stream_threads, wait_for

SETTINGS = Settings()
SLOW = Pace(deltas_per_second=100)


class Asker(NoDisplay):
    """A conversation with a strict simulator, and everything that was shown."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.conversation = Conversation()
        self.shown: list[Event] = []

    def ask(
        self,
        prompt: str,
        script: Script | str | None = None,
        *,
        cell: str = "",
        run: object = 1,
        timeout: float = 30.0,
        **more: Any,
    ) -> Outcome:
        if script is not None:
            self.simulator.enqueue(script)
        question = Question((text_block(prompt),), CellRun(cell, run) if cell else None, **more)
        return self.exchange(question, connection(self.simulator, timeout=timeout))

    def exchange(self, question: Question, to: Connection, settings: Settings = SETTINGS) -> Outcome:
        return exchange(question, self.plan(question, settings), self.conversation, to, self)

    def plan(self, question: Question, settings: Settings = SETTINGS) -> Plan:
        return make_plan(question, self.conversation, settings, model_info(settings.model))

    def show(self, events: Sequence[Event]) -> None:
        self.shown += events

    @property
    def turns(self) -> list[tuple[str, str, str]]:
        return [(turn.question, turn.answer, turn.stopped) for turn in self.conversation.turns]

    @property
    def last_sent(self) -> list[tuple[str, str]]:
        """The messages of the last request, as (role, text)."""
        return [
            (message["role"], "".join(block.get("text", "") for block in message["content"]))
            for message in self.simulator.message_requests[-1].messages
        ]

    def is_accepted(self) -> bool:
        """Ask once more: a strict server takes the history as it is now."""
        return self.ask("and now?", "fine", history=True).error is None


@pytest.fixture
def asker(simulator: Simulator) -> Asker:
    return Asker(simulator)


class TestComplete:
    def test_outcome(self, asker: Asker) -> None:
        outcome = asker.ask("Hi", "Hello.", cell="a")
        assert outcome.error is None
        assert not outcome.is_empty
        assert outcome.change == Change(1, 1)
        assert outcome.message["stop_reason"] == "end_turn"
        assert outcome.message["content"][-1]["text"] == "Hello."
        assert outcome.request_id.startswith("req_")
        assert 0 < outcome.seconds < 60
        assert asker.turns == [("Hi", "Hello.", "")]
        [turn] = asker.conversation.turns
        assert (turn.cell, turn.run, turn.model, turn.begins) == ("a", 1, "claude-sonnet-5-5", False)

    def test_every_event_is_shown(self, asker: Asker) -> None:
        asker.ask("Hi", RawStream(sse(*EVENTS)))
        texts = sum(event["type"] == "content_block_delta" for event in EVENTS)
        # Deltas that come together are shown as one.
        assert len(joined(asker.shown)) == len(EVENTS) - texts + 1

    def test_the_next_request_holds_it(self, asker: Asker) -> None:
        asker.ask("Hi", "Hello.")
        asker.ask("Bye", "See you.")
        assert asker.last_sent == [("user", "Hi"), ("assistant", "Hello."), ("user", "Bye")]

    @pytest.mark.parametrize(
        "script",
        [
            Answer([thinking(""), "Hello.  \n"]),
            Answer("Hello.", stop_reason="max_tokens"),
            Answer("", stop_reason="end_turn"),
            Answer(
                "",
                stop_reason="refusal",
                stop_details={"type": "refusal", "category": "cyber", "explanation": None},
            ),
            Answer("Part.", stop_reason="refusal"),
            Answer(["Let me see.", tool_use("f", {"a": 1})]),
            Answer([tool_use("f", {"a": 1})]),
            Answer([{"type": "text", "text": "   "}]),
            Answer("Hello.", stop_reason="model_context_window_exceeded"),
        ],
    )
    def test_every_ending_leaves_a_history_that_is_accepted(self, asker: Asker, script: Answer) -> None:
        outcome = asker.ask("Hi", script)
        assert outcome.error is None
        assert outcome.change is not None
        assert asker.is_accepted()

    def test_a_server_that_does_not_name_the_model(self, simulator: Simulator, asker: Asker) -> None:
        outcome = asker.ask(
            "Hi", RawStream(sse({"type": "message_start", "message": {"content": []}}, *EVENTS[1:]))
        )
        assert outcome.message["model"] == "claude-sonnet-5-5"

    def test_running_a_cell_again(self, asker: Asker) -> None:
        for cell in "abc":
            asker.ask(cell, cell.upper(), cell=cell)
        outcome = asker.ask("b2", "B2", cell="b", run=2)
        assert asker.last_sent == [("user", "a"), ("assistant", "A"), ("user", "b2")]
        assert outcome.change == Change(2, 3, replaced=1, later=1, kind="replacement")
        assert asker.turns == [("a", "A", ""), ("b2", "B2", ""), ("c", "C", "")]
        assert asker.is_accepted()

    def test_new(self, asker: Asker) -> None:
        asker.ask("a", "A", cell="a")
        outcome = asker.ask("n", "N", cell="n", begins=True)
        assert asker.last_sent == [("user", "n")]
        assert outcome.change == Change(2, 2, begins=True)
        asker.ask("o", "O", cell="o")
        assert asker.last_sent == [("user", "n"), ("assistant", "N"), ("user", "o")]

    def test_no_history(self, asker: Asker) -> None:
        asker.ask("a", "A", cell="a")
        outcome = asker.ask("x", "X", cell="x", history=False)
        assert asker.last_sent == [("user", "x")]
        assert outcome.change is None
        assert outcome.error is None
        assert asker.turns == [("a", "A", "")]


class TestFailed:
    @pytest.mark.parametrize(
        ("script", "kind"),
        [
            (HTTPFault(400), BadRequestError),
            (HTTPFault(529), OverloadedError),
            (StreamFault("error", after_events=0), OverloadedError),
            (StreamFault("error", after_events=1), OverloadedError),
            (StreamFault("error", after_events=2), OverloadedError),
            (StreamFault("truncate", after_events=2), IncompleteStreamError),
            (RawStream(b""), IncompleteStreamError),
            (Answer("late", pace=Pace(header_delay=9)), APITimeoutError),
            (StreamFault("error", Answer([thinking(""), "text"]), after_events=4), OverloadedError),
        ],
    )
    def test_before_any_text_the_conversation_is_as_it_was(
        self, asker: Asker, script: Script, kind: type[Exception]
    ) -> None:
        asker.ask("a", "A", cell="a")
        before = asker.conversation.turns
        outcome = asker.ask("b", script, cell="b", timeout=0.3 if kind is APITimeoutError else 30.0)
        assert type(outcome.error) is kind
        assert outcome.is_empty
        assert outcome.change is None
        assert asker.conversation.turns is before
        assert str(outcome.error).endswith("No answer arrived; the conversation is unchanged.")
        assert asker.is_accepted()

    @pytest.mark.parametrize(
        ("script", "kind"),
        [
            (StreamFault("error", "One two three.", after_characters=6), OverloadedError),
            (StreamFault("truncate", "One two three.", after_characters=6), IncompleteStreamError),
            (StreamFault("drop", "One two three.", after_characters=6), IncompleteStreamError),
            (StreamFault("stall", "One two three.", after_characters=6, seconds=9), APITimeoutError),
            (
                StreamFault("truncate", "One two three.", after_characters=6, inside_event=True),
                IncompleteStreamError,
            ),
        ],
    )
    def test_in_the_middle_what_had_come_is_kept(
        self, asker: Asker, script: Script, kind: type[Exception]
    ) -> None:
        outcome = asker.ask("a", script, cell="a", timeout=SHORT)
        assert type(outcome.error) is kind
        assert not outcome.is_empty
        assert outcome.change == Change(1, 1)
        [(question, answer, stopped)] = asker.turns
        assert (question, stopped) == ("a", "broken off")
        assert answer.startswith("One two")
        assert isinstance(outcome.error, APIError)
        assert outcome.error.said(spell).endswith(
            "The partial answer is kept. Continue: %claude_continue. Discard: %claude_undo."
        )
        assert asker.is_accepted()
        assert asker.last_sent[1] == ("assistant", answer.rstrip())

    def test_in_the_middle_of_a_tool_call(self, asker: Asker) -> None:
        script = StreamFault(
            "truncate", Answer(["Let me see.", tool_use("f", {"long": "x" * 500})]), after_events=12
        )
        outcome = asker.ask("a", script, cell="a")
        assert isinstance(outcome.error, IncompleteStreamError)
        assert asker.is_accepted()

    def test_of_a_cell_that_had_a_turn_leaves_the_turn(self, asker: Asker) -> None:
        asker.ask("a", "A", cell="a")
        asker.ask("a2", HTTPFault(400), cell="a", run=2)
        assert asker.turns == [("a", "A", "")]

    def test_in_the_middle_without_history(self, asker: Asker) -> None:
        outcome = asker.ask("a", StreamFault("error", after_characters=6), history=False)
        assert not outcome.is_empty
        assert asker.turns == []
        assert str(outcome.error).endswith("The partial answer is kept, but not as a turn.")

    def test_without_a_server(self, asker: Asker) -> None:
        outcome = asker.exchange(Question((text_block("Hi"),)), connection("http://127.0.0.1:9"))
        assert type(outcome.error) is APIConnectionError
        assert outcome.is_empty


def stop_when(condition: Callable[[], bool]) -> threading.Thread:
    """Press Ctrl-C as soon as the condition holds."""

    def press() -> None:
        if wait_for(condition):
            time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    return thread


class TestInterrupted:
    def test_before_any_text(self, asker: Asker) -> None:
        asker.ask("a", "A", cell="a")
        before = asker.conversation.turns
        count = len(asker.simulator.requests)
        presser = stop_when(lambda: len(asker.simulator.requests) > count)
        begun = time.monotonic()
        outcome = asker.ask("b", Answer("late", pace=Pace(header_delay=20)), cell="b", timeout=60)
        assert time.monotonic() - begun < 10
        presser.join()
        assert isinstance(outcome.error, AnswerInterrupted)
        assert outcome.is_empty
        assert asker.conversation.turns is before
        assert "No answer arrived" in str(outcome.error)
        assert asker.simulator.requests[-1].wait_disconnected()
        assert asker.is_accepted()

    def test_in_the_middle(self, asker: Asker) -> None:
        presser = stop_when(lambda: len(asker.shown) > 20)
        outcome = asker.ask("a", Answer("word " * 2000, pace=SLOW), cell="a")
        presser.join()
        assert isinstance(outcome.error, AnswerInterrupted)
        assert not outcome.is_empty
        [(_, answer, stopped)] = asker.turns
        assert stopped == "interrupted"
        assert answer.startswith("word word")
        assert outcome.message["stop_reason"] is None
        assert asker.simulator.requests[-1].wait_disconnected()
        assert asker.is_accepted()

    def test_in_the_thinking(self, asker: Asker) -> None:
        script = Answer([thinking("hm " * 2000), "text"], pace=SLOW)
        presser = stop_when(lambda: len(asker.shown) > 20)
        outcome = asker.ask("a", script, cell="a")
        presser.join()
        assert outcome.is_empty
        assert asker.turns == []
        assert asker.is_accepted()

    def test_no_thread_is_left(self, asker: Asker) -> None:
        presser = stop_when(lambda: len(asker.shown) > 5)
        asker.ask("a", Answer("word " * 2000, pace=SLOW))
        presser.join()
        assert wait_for(lambda: not stream_threads())


def in_two_parts(count: int) -> RawStream:
    """The first events, then the others once there was time to show those."""
    first = len(sse(*EVENTS[:count]))
    return RawStream(sse(*EVENTS), chunk_bytes=[first, 100_000], delay=0.6)


class TestBugs:
    def test_one_in_showing_does_not_cost_the_answer(self, asker: Asker) -> None:
        def broken(events: Sequence[Event]) -> None:
            asker.shown += events
            if len(asker.shown) >= len(EVENTS) - 1:
                raise ZeroDivisionError

        asker.show = broken  # type: ignore[method-assign]

        asker.simulator.enqueue(RawStream(sse(*EVENTS), chunk_bytes=100, delay=0.01))
        with pytest.raises(ZeroDivisionError):
            asker.exchange(Question((text_block("a"),)), connection(asker.simulator))
        assert [(question, answer) for question, answer, _ in asker.turns] == [("a", "Hello there.")]
        asker.show = lambda events: None  # type: ignore[method-assign]
        assert asker.is_accepted()

    def test_one_before_any_text_leaves_the_conversation_as_it_was(self, asker: Asker) -> None:
        def broken(events: Sequence[Event]) -> None:
            raise ZeroDivisionError

        asker.show = broken  # type: ignore[method-assign]

        asker.simulator.enqueue(in_two_parts(2))
        with pytest.raises(ZeroDivisionError):
            asker.exchange(Question((text_block("a"),)), connection(asker.simulator))
        assert asker.turns == []

    def test_one_in_the_middle_marks_the_turn(self, asker: Asker) -> None:
        def broken(events: Sequence[Event]) -> None:
            asker.shown += events
            if len(asker.shown) >= 4:
                raise ZeroDivisionError

        asker.show = broken  # type: ignore[method-assign]

        asker.simulator.enqueue(in_two_parts(4))
        with pytest.raises(ZeroDivisionError):
            asker.exchange(Question((text_block("a"),)), connection(asker.simulator))
        [(_, answer, stopped)] = asker.turns
        assert answer.startswith("Hello")
        assert stopped == "broken off"


class TestRequest:
    def test_is_built_from_settings_and_history(self) -> None:
        settings = Settings(model="m", max_tokens=5, system="be brief")
        request = make_plan(Question((text_block("Hi"),)), Conversation(), settings, model_info("m")).request
        assert request.body() == {
            "model": "m",
            "max_tokens": 5,
            "system": "be brief",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
            "stream": True,
        }


class TestGoingOn:
    def test_a_paused_answer_goes_on_by_itself(self, asker: Asker) -> None:
        search = {
            "type": "server_tool_use",
            "id": "srvtoolu_1",
            "name": "web_search",
            "input": {"query": "x"},
        }
        found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
        tools = ({"type": "web_search_20260318", "name": "web_search"},)
        asker.simulator.enqueue(
            Answer(["Searching.", search], stop_reason="pause_turn"), Answer([found, "Found."])
        )
        settings = Settings(tools=tools)
        outcome = asker.exchange(Question((text_block("Hi"),)), connection(asker.simulator), settings)
        assert outcome.error is None
        first, second = asker.simulator.message_requests
        # What the server wrote is sent back as it is, after the same question.
        assert second.messages[:-1] == first.messages
        assert [block["type"] for block in second.messages[-1]["content"]][-2:] == ["text", "server_tool_use"]
        assert second.json["tools"] == first.json["tools"] == list(tools)
        assert outcome.message["stop_reason"] == "end_turn"
        assert asker.turns == [("Hi", "Searching.Found.", "")]
        assert outcome.message["usage"]["output_tokens"] > 0
        asker.simulator.enqueue("ok")
        again = asker.exchange(Question((text_block("and?"),)), connection(asker.simulator))
        assert again.error is None
        assert asker.simulator.message_requests[-1].json["tools"] == list(tools)

    def test_a_server_that_pauses_for_ever_is_left(self, asker: Asker) -> None:
        search = {
            "type": "server_tool_use",
            "id": "srvtoolu_1",
            "name": "web_search",
            "input": {"query": "x"},
        }
        found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
        asker.simulator.enqueue(*[Answer(["a", search, found], stop_reason="pause_turn")] * 25)
        settings = Settings(tools=({"type": "web_search_20260318", "name": "web_search"},))
        outcome = asker.exchange(Question((text_block("Hi"),)), connection(asker.simulator), settings)
        assert len(asker.simulator.message_requests) == 21
        assert (outcome.error, outcome.message["stop_reason"]) == (None, "pause_turn")

    def test_a_failure_in_the_second_round_keeps_the_first(self, asker: Asker) -> None:
        search = {
            "type": "server_tool_use",
            "id": "srvtoolu_1",
            "name": "web_search",
            "input": {"query": "x"},
        }
        asker.simulator.enqueue(Answer(["Searching.", search], stop_reason="pause_turn"), HTTPFault(400))
        settings = Settings(tools=({"type": "web_search_20260318", "name": "web_search"},))
        outcome = asker.exchange(Question((text_block("Hi"),)), connection(asker.simulator), settings)
        assert isinstance(outcome.error, BadRequestError)
        assert outcome.error.partial
        assert asker.turns == [("Hi", "Searching.", "broken off")]
        assert asker.is_accepted()

    def test_a_prefill(self, asker: Asker) -> None:
        asker.simulator.enqueue("Helios")
        settings = Settings(model="claude-sonnet-4-5")
        question = Question((text_block("What is the Greek word for sun?"),), prefill="The best answer is ( ")
        outcome = asker.exchange(question, connection(asker.simulator), settings)
        assert outcome.error is None
        assert asker.last_sent[-1] == ("assistant", "The best answer is (")
        assert asker.turns == [("What is the Greek word for sun?", "The best answer is ( Helios", "")]
        assert asker.is_accepted()

    def test_a_prefill_alone_is_no_answer(self, asker: Asker) -> None:
        asker.simulator.enqueue(HTTPFault(400))
        settings = Settings(model="claude-sonnet-4-5")
        outcome = asker.exchange(
            Question((text_block("Hi"),), prefill="P"), connection(asker.simulator), settings
        )
        assert outcome.is_empty
        assert asker.turns == []

    def test_an_answer_that_goes_on_without_a_prompt(self, asker: Asker) -> None:
        settings = Settings(model="claude-sonnet-4-5")
        asker.simulator.enqueue(Answer("One two ", stop_reason="max_tokens"), "three.", "Four.")
        asker.exchange(Question((text_block("Count"),)), connection(asker.simulator), settings)
        asker.exchange(Question(()), connection(asker.simulator), settings)
        assert asker.last_sent == [("user", "Count"), ("assistant", "One two")]
        asker.exchange(Question((text_block("more"),)), connection(asker.simulator), settings)
        assert asker.last_sent == [("user", "Count"), ("assistant", "One twothree."), ("user", "more")]


class TestWaiting:
    def test_a_wait_is_announced_with_its_reason(self, asker: Asker) -> None:
        waits: list[tuple[str, float]] = []
        asker.wait = lambda reason, seconds: waits.append((reason, seconds))  # type: ignore[method-assign]
        asker.simulator.enqueue(HTTPFault(529, retry_after=0.05), HTTPFault(429, retry_after=0.02), "Hello.")
        to = connection(asker.simulator, max_retries=2)
        outcome = asker.exchange(Question((text_block("Hi"),)), to)
        assert outcome.error is None
        assert waits == [
            ("Overloaded (HTTP 529); attempt 2 of 3", 0.05),
            ("This request would exceed your organization's rate limit (HTTP 429); attempt 3 of 3", 0.02),
        ]
        assert outcome.waits == (0.05, 0.02)

    def test_a_long_reason_is_shortened(self, asker: Asker) -> None:
        waits: list[str] = []
        asker.wait = lambda reason, seconds: waits.append(reason)  # type: ignore[method-assign]
        asker.simulator.enqueue(HTTPFault(429, message="You are too fast. " * 20, retry_after=0.01), "Hello.")
        asker.exchange(Question((text_block("Hi"),)), connection(asker.simulator, max_retries=1))
        assert waits[0].endswith("You are… (HTTP 429); attempt 2 of 2") and len(waits[0]) < 140

    def test_it_can_be_interrupted(self, asker: Asker) -> None:
        asker.simulator.enqueue(HTTPFault(529, retry_after=30), "Hello.")
        presser = stop_when(lambda: len(asker.simulator.requests) > 0)
        begun = time.monotonic()
        to = connection(asker.simulator, max_retries=2, timeout=60)
        outcome = asker.exchange(Question((text_block("Hi"),)), to)
        presser.join()
        assert time.monotonic() - begun < 10
        assert isinstance(outcome.error, AnswerInterrupted)
        assert outcome.is_empty
        assert wait_for(lambda: not stream_threads())


class TestRecovery:
    def test_another_plan_is_tried_when_the_first_was_refused(self, asker: Asker) -> None:
        question = Question((text_block("Hi"),))
        asker.simulator.enqueue(
            HTTPFault(400, message="cache_control: Extra inputs are not permitted"), "Hello."
        )
        plan = asker.plan(question)
        better = replace(plan, caching="explicit")
        refused: list[str] = []

        def recover(error: APIError, tried: Plan) -> Plan | None:
            refused.append(f"{type(error).__name__} {tried.caching}")
            return better

        outcome = exchange(question, plan, asker.conversation, connection(asker.simulator), asker, recover)
        assert outcome.error is None
        assert outcome.plan is better
        assert refused == ["BadRequestError off"]

    def test_it_ends(self, asker: Asker) -> None:
        question = Question((text_block("Hi"),))
        asker.simulator.enqueue(*[HTTPFault(400)] * 9)
        plan = asker.plan(question)
        to = connection(asker.simulator)
        outcome = exchange(question, plan, asker.conversation, to, asker, lambda error, tried: plan)
        assert isinstance(outcome.error, BadRequestError)
        assert len(asker.simulator.message_requests) == 4

    def test_nothing_is_sent_again_after_something_has_come(self, asker: Asker) -> None:
        question = Question((text_block("Hi"),))
        asker.simulator.enqueue(StreamFault("error", after_characters=5))
        plan = asker.plan(question)
        to = connection(asker.simulator)
        outcome = exchange(question, plan, asker.conversation, to, asker, lambda error, tried: plan)
        assert isinstance(outcome.error, OverloadedError)
        assert len(asker.simulator.message_requests) == 1


def test_a_schema_and_documents_to_be_cited_exclude_each_other() -> None:
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "Grass is green."},
        "citations": {"enabled": True},
    }
    settings = Settings(model="claude-opus-4-8", schema={"type": "string"})
    question = Question((document, text_block("Hi")))
    with pytest.raises(
        ConfigurationError, match=r"json: the API does not accept a schema together"
    ) as refusal:
        make_plan(question, Conversation(), settings, model_info(settings.model))
    cure = "Leave out --citations; if an earlier turn has such a document, leave it behind with --new or --no-history."
    assert said(refusal.value).endswith(cure)
    plain = Question(({**document, "citations": {"enabled": False}}, text_block("Hi")))
    assert make_plan(plain, Conversation(), settings, model_info(settings.model)).notes == ()
    cited = replace(settings, schema=None)
    assert make_plan(question, Conversation(), cited, model_info(settings.model)).notes == ()
