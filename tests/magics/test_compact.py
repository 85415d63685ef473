"""`%claude_compact`: a summary in the place of turns, and undo that restores them exactly."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from nbclaude.conversation.exchange import is_summary
from nbclaude.conversation.question import Question
from nbclaude.simulator import HTTPFault, Simulator
from nbclaude.workspace import current_workspace
from tests.magics.conftest import Notebook

UNFOLDED = ["What is one?", "One is 1.", "What is two?", "Two is 2.", "And three?"]


def texts(simulator: Simulator) -> list[str]:
    body: dict[str, Any] = json.loads(simulator.requests[-1].body)
    return ["".join(block.get("text", "") for block in message["content"]) for message in body["messages"]]


def test_folding_and_unfolding(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary is asked with all turns, and stands in their place; undo sends the same bytes as if nothing had been folded."""
    notebook.simulator.enqueue(
        "One is 1.", "Two is 2.", "Four.", "We counted: 1, 2.", "Three is 3.", "Three is 3."
    )
    assert "there is nothing to fold" in notebook.refused("%claude_compact")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    notebook.run("%claude -c other What is four?")
    assert notebook.run("%claude_compact -m haiku-4-5 keep the numbers") is None
    sent = texts(notebook.simulator)
    assert sent[:4] == ["What is one?", "One is 1.", "What is two?", "Two is 2."]
    assert sent[4].endswith("keep the numbers")
    assert "instead of 2 turns" in capsys.readouterr().out
    notebook.run("%claude And three?")
    folded = texts(notebook.simulator)
    assert folded[1:] == ["We counted: 1, 2.", "And three?"]
    notebook.run("%claude_undo")
    notebook.run("%claude_undo")
    notebook.run("%claude And three?")
    assert texts(notebook.simulator) == UNFOLDED


def test_half_a_summary_folds_nothing(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """A summary that was cut off is a turn like any other."""
    notebook.simulator.enqueue("One is 1.", "Two is 2.")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    assert notebook.run("%claude_compact -m haiku-4-5 --max-tokens 1") is None
    assert "nothing was folded" in capsys.readouterr().out
    notebook.run("%claude And three?")
    assert texts(notebook.simulator)[:2] == ["What is one?", "One is 1."]


def body(simulator: Simulator, at: int = -1) -> dict[str, Any]:
    """Return the JSON of a request for an answer."""
    asked = [request for request in simulator.requests if request.path.startswith("/v1/messages")]
    found: dict[str, Any] = json.loads(asked[at].body)
    return found


def betas(simulator: Simulator, at: int = -1) -> str:
    asked = [request for request in simulator.requests if request.path.startswith("/v1/messages")]
    return asked[at].headers.get("anthropic-beta", "")


def receipts(outputs: list[dict[str, Any]]) -> list[str]:
    """Return what the lines under the answers say of what was sent."""
    shown = "".join(output["data"].get("text/html", "") for output in outputs)
    return list(dict.fromkeys(found.strip() for found in re.findall(r"sent: [^<]*", shown)))


def test_the_api_folds_where_the_model_offers_it(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    """The conversation is sent unchanged, later requests begin with the signed block as it came, and undo is exact."""
    outputs: Any = notebook.shell.display_pub.outputs
    begun = len(outputs)
    notebook.simulator.enqueue(
        "One is 1.", "Two is 2.", "**Counted**: 1, 2.", "Three is 3.", "Four is 4.", "Three is 3."
    )
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    assert notebook.run("%claude_compact") is None
    asked = body(notebook.simulator)
    assert asked["compaction"] == {"type": "summarize"}
    assert betas(notebook.simulator) == "compact-2026-09-04"
    assert texts(notebook.simulator) == ["What is one?", "One is 1.", "What is two?", "Two is 2."]
    assert "instead of 2 turns" in capsys.readouterr().out
    notebook.run("%claude And three?")
    asked = body(notebook.simulator)
    assert "compaction" not in asked
    assert betas(notebook.simulator) == "compact-2026-09-04"
    first, question = asked["messages"]
    assert (first["role"], question["role"]) == ("assistant", "user")
    [block] = first["content"]
    assert block["type"] == "compaction" and block["content"] == "**Counted**: 1, 2." and block["signature"]
    notebook.run("%claude And four?")
    assert [message["role"] for message in body(notebook.simulator)["messages"]] == [
        *("assistant", "user", "assistant", "user")
    ]
    assert receipts(outputs[begun:]) == [
        "sent: the prompt alone",
        "sent: 1 earlier turn",
        "sent: 2 earlier turns",
        "sent: the summary of earlier turns",
        "sent: the summary of earlier turns, 1 earlier turn",
    ]
    summary = current_workspace().conversations["main"].turns[2]
    assert (summary.asked, summary.answer) == ("summary of 2 turns", "**Counted**: 1, 2.")
    for _ in range(3):
        notebook.run("%claude_undo")
    notebook.run("%claude And three?")
    assert betas(notebook.simulator) == ""
    assert texts(notebook.simulator) == UNFOLDED


def test_what_to_keep_goes_to_the_api_as_instructions(notebook: Notebook) -> None:
    notebook.simulator.enqueue("One is 1.", "Two is 2.", "1, 2.")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    notebook.run("%claude_compact keep the numbers")
    instructions = body(notebook.simulator)["compaction"]["instructions"]
    assert instructions.startswith("Summarize this conversation") and instructions.endswith(
        "keep the numbers"
    )


def test_a_summary_that_failed_folds_nothing(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """A block without a summary is shown, but it does not count and is not sent."""
    notebook.simulator.enqueue("One is 1.", "Two is 2.", "", "Three is 3.")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    notebook.run("%claude_compact")
    assert "nothing was folded" in capsys.readouterr().out
    notebook.run("%claude And three?")
    assert texts(notebook.simulator) == UNFOLDED


def test_looking_at_what_would_be_sent_asks_nothing(notebook: Notebook) -> None:
    notebook.simulator.enqueue("One is 1.", "Two is 2.")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    before = len(notebook.simulator.requests)
    notebook.run("%claude_compact --dry-run")
    assert [request.path for request in notebook.simulator.requests[before:]] == []


REFUSALS = [
    ("compaction: Extra inputs are not permitted", None),
    ("Unexpected value(s) `compact-2026-09-04` for the `anthropic-beta` header", None),
    ("messages: there is nothing to summarize", "compaction_nothing_to_summarize"),
    (
        "This model does not support assistant message prefill. The conversation must end with a user message.",
        None,
    ),
]


@pytest.mark.parametrize(("message", "code"), REFUSALS)
def test_a_refused_compaction_becomes_a_summary(
    notebook: Notebook, capsys: pytest.CaptureFixture[str], message: str, code: str | None
) -> None:
    """The model writes the summary then, and the user is told why."""
    fault = HTTPFault(400, message=message, details={"error_code": code} if code else None)
    notebook.simulator.enqueue("One is 1.", "Two is 2.", fault, "We counted: 1, 2.", "Three is 3.")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    assert notebook.run("%claude_compact keep the numbers") is None
    said = capsys.readouterr().out
    assert "The server did not compact the conversation, so the model is asked for a summary." in said
    assert message in said and "instead of 2 turns" in said
    asked = body(notebook.simulator)
    assert "compaction" not in asked and betas(notebook.simulator) == ""
    assert texts(notebook.simulator)[-1].endswith("keep the numbers")
    notebook.run("%claude And three?")
    assert texts(notebook.simulator)[1:] == ["We counted: 1, 2.", "And three?"]
    notebook.run("%claude_undo")
    notebook.run("%claude_undo")
    notebook.run("%claude And three?")
    assert texts(notebook.simulator) == UNFOLDED


def test_other_failures_of_a_compaction_are_errors(notebook: Notebook) -> None:
    """A failure that would also affect a summary in words is not retried."""
    fault = HTTPFault(400, message="prompt is too long: 300000 tokens > 200000 maximum")
    notebook.simulator.enqueue("One is 1.", "Two is 2.", fault)
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    assert "prompt is too long" in str(notebook.run("%claude_compact"))
    assert body(notebook.simulator)["compaction"] == {"type": "summarize"}


def test_a_server_that_ignores_the_field_folds_nothing() -> None:
    """It returns an ordinary answer, which must not replace a whole conversation."""
    answer = {"content": [{"type": "text", "text": "By the way, three is 3."}], "stop_reason": "end_turn"}
    assert not is_summary(answer, Question((), folds=True, compaction={"type": "summarize"}))
    assert is_summary(answer, Question((), folds=True))


def test_what_a_compaction_took_is_counted(notebook: Notebook) -> None:
    """The totals of its usage are 0, since the API counts it separately. The line, the history and the ledger include it."""
    outputs: Any = notebook.shell.display_pub.outputs
    notebook.simulator.enqueue("One is 1.", "Two is 2.", "**Counted**: 1, 2.")
    notebook.run("%claude What is one?")
    notebook.run("%claude What is two?")
    notebook.run("%claude_compact")
    shown = outputs[-1]["data"]["text/html"]
    summary = current_workspace().conversations["main"].turns[-1]
    [iteration] = summary.message["usage"]["iterations"]
    tokens_in, tokens_out = iteration["input_tokens"], iteration["output_tokens"]
    assert tokens_in > 0 and tokens_out > 0
    assert f"compacted · {tokens_in:,} tokens in, {tokens_out:,} out · $" in shown
    assert '<span class="nbclaude-mark">' not in shown
    notebook.run("%claude_history")
    assert f"{tokens_in:,}" in outputs[-1]["data"]["text/plain"].partition("summary of 2")[2]
    assert current_workspace().ledger.entries[-1].tokens_in == tokens_in
