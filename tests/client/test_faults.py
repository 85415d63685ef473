from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude import Reply, ask
from nbclaude import workspace as workspace_module
from nbclaude.conversation.turns import Turn
from nbclaude.errors import APIError, APITimeoutError, IncompleteStreamError
from nbclaude.simulator import RawStream, Simulator
from nbclaude.workspace import Surroundings, Workspace, current_workspace
from tests.client.fault_table import FAULTS
from tests.client.faults import Fault, Stage
from tests.client.helpers import CANARY, EVENTS, STREAM, sse

# What is there of "Hello there." once so many events of STREAM have come.
KEPT = ["", "", "", "", "Hello ", "Hello there.", "Hello there.", "Hello there.", "Hello there."]


@pytest.fixture
def stage(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Give a workspace of the test's own, connected to the strict simulator."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(workspace_module, "_current", [Workspace()])
    with contextlib.ExitStack() as stack:
        yield Stage(simulator, stack)


def turns() -> tuple[Turn, ...]:
    return current_workspace().conversations["main"].turns


def asked(settings: dict[str, Any]) -> Reply | APIError:
    """Ask while things go wrong; give what came of it."""
    workspace = current_workspace()
    workspace.enter(Surroundings(configured=lambda: {"timeout": 30.0, "max_retries": 2} | settings))
    try:
        return ask("Trouble?", model="claude-opus-4-8")
    except APIError as error:
        return error
    finally:
        workspace.leave()


def assert_nothing_lost(stage: Stage, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that the conversation has what came, and that the API takes it at the next question."""
    assert [turn.question for turn in turns()] == (["Before", "Trouble?"] if kept else ["Before"])
    for name in stage.environment:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", stage.simulator.base_url)
    stage.simulator.clear()
    stage.simulator.enqueue("Better.")
    assert ask("And now?", model="claude-opus-4-8").text == "Better."
    [request] = stage.simulator.message_requests
    said = [(message["role"], message["content"][-1]["text"]) for message in request.messages]
    trouble = [("user", "Trouble?"), ("assistant", kept.rstrip())] if kept else []
    assert said == [("user", "Before"), ("assistant", "Well."), *trouble, ("user", "And now?")]


def begin(stage: Stage) -> None:
    stage.simulator.enqueue("Well.")
    ask("Before", model="claude-opus-4-8")


def row(fault: Fault) -> Any:
    marks = [pytest.mark.xfail(reason=fault.bug, strict=True)] if fault.bug else []
    return pytest.param(fault, id=fault.name, marks=marks)


@pytest.mark.parametrize("fault", [row(fault) for fault in FAULTS])
def test_a_fault(fault: Fault, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(stage)
    address = fault.make(stage)
    for name, value in (stage.environment | {"ANTHROPIC_BASE_URL": address}).items():
        monkeypatch.setenv(name, value)
    result = asked(dict(fault.settings))
    if isinstance(result, Reply):
        assert fault.error is None
        assert result.text == fault.kept
    else:
        assert type(result) is fault.error, repr(result)
        assert (result.reply.text if isinstance(result.reply, Reply) else "") == fault.kept
        assert result.partial == bool(fault.kept)
        said = str(result)
        assert fault.says in said
        assert ("The partial answer is kept." if fault.kept else "the conversation is unchanged") in said
        assert "\n" not in said
        assert CANARY not in said
        assert [turn.stopped for turn in turns()] == ["", *(["broken off"] if fault.kept else [])]
    assert stage.count() == fault.requests
    assert_nothing_lost(stage, fault.kept, monkeypatch)


@pytest.mark.parametrize("inside", [False, True], ids=["between", "inside"])
@pytest.mark.parametrize("end", ["clean", "drop", "reset"])
@pytest.mark.parametrize("after", range(len(EVENTS) + 1))
def test_an_end_at_every_event(
    after: int, end: Any, inside: bool, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    if inside and after == len(EVENTS):
        return  # there is no event to be inside of
    begin(stage)
    cut = len(sse(*EVENTS[:after])) + (len(sse(EVENTS[after])) // 2 if inside else 0)
    # A reset throws away what was not read yet; the pause before the last byte lets the rest be read.
    body, delay = (STREAM[:cut] + b":", 0.05) if end == "reset" else (STREAM[:cut], 0.0)
    stage.script(RawStream(body, end=end, chunk_bytes=[max(1, cut), 1], delay=delay))
    result = asked({})
    kept = KEPT[after]
    if after == len(EVENTS):
        assert isinstance(result, Reply)
    else:
        assert isinstance(result, APIError)
        assert not isinstance(result, APITimeoutError)
        text = result.reply.text if isinstance(result.reply, Reply) else ""
        assert kept.startswith(text) if end == "reset" else text == kept
        if kept := text:
            assert type(result) is IncompleteStreamError
    assert stage.count() == 1
    assert_nothing_lost(stage, kept, monkeypatch)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_partial_means_that_something_was_kept(after: int, stage: Stage) -> None:
    stage.script(RawStream(sse(*EVENTS[:after])))
    result = asked({})
    assert isinstance(result, IncompleteStreamError)
    assert turns() == ()
    assert not result.partial


def test_there_are_enough() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names)) >= 30
