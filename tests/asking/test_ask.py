"""Asking without a kernel: prepare, send, finish, with a display that notes what it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from nbclaude.asking.ask import Answered, Surface, ask_prepared
from nbclaude.asking.footer import footer_of
from nbclaude.asking.gathering import Gathered, gather
from nbclaude.asking.prepare import Ask, Prepared, prepare
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply
from nbclaude.context.attachment import Attachment
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN
from nbclaude.errors import AnswerInterrupted, APIStatusError, BudgetError, ConfigurationError
from nbclaude.magics.wording import note_text
from nbclaude.output.display import NoDisplay
from nbclaude.render.footer import Footer
from nbclaude.settings.values import Options
from nbclaude.simulator import HTTPFault, Simulator, StreamFault
from nbclaude.wire.events import BlockDelta, Event
from nbclaude.wire.request import text_block
from nbclaude.workspace import Surroundings, Workspace
from tests.conversation.conftest import CANARY, no_idle_lines, no_network_settings, workspace

__all__ = ["no_idle_lines", "no_network_settings", "workspace"]


def _footer(answered: Answered) -> Footer:
    return footer_of(answered, note_text)


class Bare:
    """As much of a shell as gathering needs."""

    def __init__(self, **names: Any) -> None:
        self.user_ns = names
        self.user_ns_hidden: dict[str, Any] = {}


class Noting(NoDisplay):
    """Notes what it is told; `stops` tells when its reader stops the answer."""

    def __init__(self, stops: str = "") -> None:
        self.told: list[str] = []
        self.footer: Footer | None = None
        self._stops = stops

    def begin(self) -> None:
        self.told.append("begin")

    def show(self, events: Sequence[Event]) -> None:
        self.told += (
            ["words"]
            if any(
                isinstance(event, BlockDelta) and event.delta.get("type") == "text_delta" for event in events
            )
            else []
        )

    def hold(self, reason: str) -> None:
        self.told.append(f"hold {reason}")

    def pause(self) -> float | None:
        if self._stops in self.told:
            raise KeyboardInterrupt
        return 0.01

    def settle(self, *, below: bool = False) -> None:
        self.told += ["end of page"] if below else []

    def finish(self, footer: Footer, saves: object = None) -> None:
        self.told.append("finish")
        self.footer = footer

    def abandon(self) -> None:
        self.told.append("abandon")


def ready(workspace: Workspace, prompt: Prompt | str, *, shell: Any = None, **options: Any) -> Prepared:
    """Gather and prepare what a surface would."""
    prompt = Prompt(prompt) if isinstance(prompt, str) else prompt
    settings = workspace.settings({"model": "claude-opus-5-5"})
    chosen = Options(**options)
    gathered = gather(workspace, shell or Bare(), chosen, prompt, workspace.model(settings), cells=2)
    question = Question(gathered.blocks, names=gathered.names, values=gathered.values, label=prompt.label)
    return prepare(workspace, Ask(question, settings, MAIN, gathered, then=prompt.then))


class Kept:
    """A surface that keeps replies in a list."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.surface = Surface(self.replies.append, _footer)


def order(told: list[str]) -> list[str]:
    """What was told, a run of words once."""
    return [word for word, before in zip(told, ["", *told], strict=False) if word != before]


def test_an_answer_is_shown_kept_and_recorded(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue("Four.")
    display, kept = Noting(), Kept()
    answered = ask_prepared(ready(workspace, "Two and two?"), display, kept.surface)
    assert order(display.told) == ["begin", "words", "finish"]
    assert [reply.text for reply in kept.replies] == ["Four."] == [answered.reply.text]
    assert answered.is_complete
    assert [turn.question for turn in workspace.conversations[MAIN].turns] == ["Two and two?"]
    assert workspace.ledger.total.answers == 1
    assert display.footer is not None
    assert display.footer.more[-1] == "turn 1"
    assert display.footer.receipt is not None and display.footer.receipt.parts[0].text == "Two and two?"


def test_what_cannot_be_sent_is_refused_before_anything_is_shown(
    workspace: Workspace, simulator: Simulator
) -> None:
    with pytest.raises(ConfigurationError, match="holds an API key"):
        ready(workspace, f"My key is {CANARY}")
    assert simulator.requests == []


def test_no_answer_leaves_nothing_behind(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue(HTTPFault(404))
    display, kept = Noting(), Kept()
    answered = ask_prepared(ready(workspace, "Hi"), display, kept.surface)
    assert display.told == ["begin", "abandon"]
    assert isinstance(answered.outcome.error, APIStatusError)
    assert (kept.replies, workspace.conversations[MAIN].turns) == ([], ())


def test_a_part_of_an_answer_is_shown_and_kept(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue(StreamFault("truncate", after_characters=8))
    display, kept, called = Noting(), Kept(), list[Answered]()
    answered = ask_prepared(ready(workspace, Prompt("Hi", then=called.append)), display, kept.surface)
    assert display.told[-1] == "finish"
    assert answered.outcome.error is not None and not answered.is_complete
    assert (len(kept.replies), len(workspace.conversations[MAIN].turns), called) == (1, 1, [])


def test_a_budget_that_would_be_passed_sends_nothing(workspace: Workspace, simulator: Simulator) -> None:
    workspace.budget.set(0.000001, workspace.ledger)
    display = Noting()
    with pytest.raises(BudgetError):
        ask_prepared(ready(workspace, "Hi"), display, Surface())
    assert display.told == ["begin", "abandon"]
    assert simulator.message_requests == []


def test_a_reader_who_stops_while_another_question_is_answered(
    workspace: Workspace, simulator: Simulator
) -> None:
    lock, held, done = workspace.conversations[MAIN].turn_lock, threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            done.wait(10)

    threading.Thread(target=hold).start()
    held.wait(10)
    said = "hold Another question of the conversation 'main' is being answered first"
    display = Noting(stops=said)
    with pytest.raises(KeyboardInterrupt):
        ask_prepared(ready(workspace, "Hi"), display, Surface())
    done.set()
    assert display.told == ["begin", said, "abandon"]
    assert simulator.message_requests == []


def test_a_reader_who_stops_in_the_middle(workspace: Workspace, simulator: Simulator) -> None:
    stopped = threading.Event()
    simulator.enqueue(StreamFault("stall", "word " * 400, after_characters=500, until=stopped))
    display, kept = Noting(stops="words"), Kept()
    answered = ask_prepared(ready(workspace, "Hi"), display, kept.surface)
    stopped.set()
    assert isinstance(answered.outcome.error, AnswerInterrupted)
    assert display.told[-1] == "finish"
    assert [turn.stopped for turn in workspace.conversations[MAIN].turns] == ["interrupted"]


def test_without_a_footer_nothing_counts_as_told(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue("a", "b")
    workspace.enter(Surroundings(configured=lambda: {"temperature": 0.5}))
    quiet = ask_prepared(ready(workspace, "Hi"), NoDisplay(), Surface())
    assert (quiet.notes, quiet.receipt) == ((), None)
    told = ask_prepared(ready(workspace, "Hi"), NoDisplay(), Surface(footer=_footer))
    assert len(told.notes) == 1


class TestVerb:
    """A verb asks with words, attachments, an instruction and something to do of its own."""

    @pytest.fixture
    def prompt(self) -> Iterator[Prompt]:
        self.called: list[Answered] = []
        yield Prompt(
            "Why is {n} wrong?",
            verb="explain",
            label="explain cell 5",
            attachments=(
                Attachment("cell 5", (text_block("x = {n}"),), "1 line", ("masked",), kind="source"),
            ),
            instruction="Refer to lines of {n} as L4.",
            then=self.called.append,
        )

    def test_what_is_sent(self, prompt: Prompt, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue("It is not.")
        display = Noting()
        answered = ask_prepared(ready(workspace, prompt, shell=Bare(n=7)), display, Surface(footer=_footer))
        [message] = simulator.message_requests[0].messages
        assert [block["text"] for block in message["content"]] == [
            "x = {n}",
            "Refer to lines of {n} as L4.",
            "Why is 7 wrong?",
        ]
        # What the verb shows stands between the answer and its footer.
        assert [each.reply for each in self.called] == [answered.reply]
        assert display.told[-2:] == ["end of page", "finish"]
        assert answered.reply.text == "It is not."
        [turn] = workspace.conversations[MAIN].turns
        assert turn.label == "explain cell 5"

    def test_the_receipt_says_who_gathered(
        self, prompt: Prompt, workspace: Workspace, simulator: Simulator
    ) -> None:
        simulator.enqueue("It is not.")
        answered = ask_prepared(
            ready(workspace, prompt, shell=Bare(n=7)), NoDisplay(), Surface(footer=_footer)
        )
        receipt = answered.receipt
        assert receipt is not None
        assert receipt.summary.startswith("sent: cell 5 (1 line), instruction")
        assert [(part.title, part.notes) for part in receipt.parts] == [
            ("cell 5", ("gathered by explain", "masked")),
            ("instruction", ("gathered by explain",)),
            ("prompt", ()),
        ]

    def test_a_secret_that_it_gathered_is_masked(self, workspace: Workspace, simulator: Simulator) -> None:
        simulator.enqueue("ok")
        secret = Attachment("env", (text_block("DB_PASSWORD=hunter2hunter2"),), "", kind="text")
        ask_prepared(
            ready(workspace, Prompt("Why?", verb="fix", attachments=(secret,))), NoDisplay(), Surface()
        )
        assert b"hunter2" not in simulator.message_requests[0].body


def test_what_a_panel_has_attached_goes_with_one_ask(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue("a", "b")
    workspace.tray.attach("t", "t")
    for _ in range(2):
        ask_prepared(ready(workspace, "What?", shell=Bare(t=[1, 2])), NoDisplay(), Surface())
    counts = [len(request.messages[-1]["content"]) for request in simulator.message_requests]
    assert counts == [2, 1]


def test_the_facts_of_an_ask_that_takes_no_part(workspace: Workspace, simulator: Simulator) -> None:
    simulator.enqueue("ok")
    question = Question((text_block("Hi"),), history=False)
    ask = Ask(question, workspace.settings({}), MAIN, Gathered(question.prompt))
    answered = ask_prepared(prepare(workspace, ask), NoDisplay(), Surface(footer=_footer))
    assert (answered.is_recorded, answered.outcome.change) == (False, None)
    assert footer_of(answered, note_text).facts[-1] == "not recorded"
