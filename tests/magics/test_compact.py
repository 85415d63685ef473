"""`%claude_compact`: a summary in the place of turns, and undo that restores them exactly."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from nbclaude.simulator import Simulator
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
