"""Going on in the very cell that made an answer, and turns of cells that were deleted and came back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbclaude.simulator import Answer, Pace, Simulator, thinking, tool_use
from tests.kernel.kernel import Execution, Kernel
from tests.kernel.test_conversation import sent

CUT = "max_tokens"
TOOLS = "weather = {'name': 'weather', 'description': 'Weather.', 'input_schema': {'type': 'object'}}"


def ask(kernel: Kernel, code: str, cell: str, deleted: tuple[str, ...] = ()) -> Execution:
    done = kernel.run(code, cell_id=cell, deleted=deleted)
    assert done.ok, done.error
    assert done.stderr == ""
    return done


def run_all(kernel: Kernel, cells: list[tuple[str, str]], deleted: tuple[str, ...]) -> list[Execution]:
    """Queue cells (code, id) as a front end's Run All does: every request is sent before the first reply."""
    queued = [kernel.start(code, cell_id=cell, deleted=deleted) for code, cell in cells]
    done = [execution.wait() for execution in queued]
    assert [execution.error for execution in done if not execution.ok] == []
    return done


def shown(done: Execution) -> str:
    """What the pages of an answer say."""
    return "\n".join(done.data("text/markdown"))


def history(kernel: Kernel, name: str = "") -> list[list[str]]:
    """The first two columns of the history, row by row."""
    (plain,) = kernel.run(f"%claude_history {name}").data("text/plain")
    return [line.split("  ")[0].split() for line in plain.splitlines()[3:] if line.strip()]


def roles(simulator: Simulator) -> list[str]:
    return [message["role"] for message in simulator.requests[-1].messages]


class TestContinueInItsCell:
    def test_the_cell_that_was_cut_keeps_its_one_turn(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue("A0", Answer("One two thr", stop_reason=CUT), "ee four.", "Z", "ok")
        ask(claude_kernel, "%claude -m sonnet-4-5 Q0", "z")
        ask(claude_kernel, "%claude -m sonnet-4-5 --max-tokens 9 Count", "a")
        done = ask(claude_kernel, "%claude_continue", "a")
        assert simulator.requests[-1].messages[-1] == {
            "role": "assistant",
            "content": [{"type": "text", "text": "One two thr"}],
        }
        assert "One two three four." in shown(done)
        assert "went on with turn 2" in done.html
        assert claude_kernel.value("_claude.text") == "One two three four."
        ask(claude_kernel, "%claude -m sonnet-4-5 And?", "b")
        assert sent(simulator) == ["Q0", "A0", "Count", "One two three four.", "And?"]
        assert "Took back turn 3" in claude_kernel.run("%claude_undo").stdout
        assert "Took back the rest of turn 2" in claude_kernel.run("%claude_undo").stdout
        ask(claude_kernel, "%claude -m sonnet-4-5 And?", "b")
        assert sent(simulator) == ["Q0", "A0", "Count", "One two thr", "And?"]

    def test_run_again_it_asks_for_the_rest_of_the_same_beginning(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue(
            Answer("One ", stop_reason=CUT), "two.", "three.", Answer("1", stop_reason=CUT), "2"
        )
        ask(claude_kernel, "%%claude -m opus-4-8 --max-tokens 9\nCount", "a")
        ask(claude_kernel, "%claude_continue", "a")
        assert roles(simulator) == ["user", "assistant", "user"]
        done = ask(claude_kernel, "%claude_continue", "a")
        assert roles(simulator) == ["user", "assistant", "user"]
        assert sent(simulator)[:2] == ["Count", "One"]
        assert "One three." in shown(done)
        assert "replaced turn 1" in done.html
        # The question itself, asked again, begins anew.
        ask(claude_kernel, "%%claude -m opus-4-8 --max-tokens 9\nCount", "a")
        assert sent(simulator) == ["Count"]
        ask(claude_kernel, "%claude_continue", "a")
        assert sent(simulator)[:2] == ["Count", "1"]
        assert claude_kernel.value("_claude.text") == "12"

    def test_again_and_again_until_it_is_whole(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue(
            Answer("a", stop_reason=CUT), Answer("b", stop_reason=CUT), Answer("c", stop_reason=CUT), "d"
        )
        ask(claude_kernel, "%claude -m sonnet-4-5 --max-tokens 9 Letters", "a")
        for whole in ("ab", "abc", "abcd"):
            done = ask(claude_kernel, "%claude_continue", "a")
            assert whole in shown(done)
            assert len(history(claude_kernel)) == 1
        assert sent(simulator) == ["Letters", "abc"]

    def test_in_one_run_of_the_cell(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue(Answer("One ", stop_reason=CUT), "two.", "All.", "ok")
        code = "%claude -m opus-4-8 --max-tokens 9 Count\n%claude_continue"
        done = ask(claude_kernel, code, "a")
        assert [text.partition("\n\n---")[0].strip() for text in done.data("text/markdown")] == [
            "One",
            "two.",
        ]
        assert claude_kernel.value("_claude.text") == "One two."
        # The answer is complete at once this time: the second line has nothing to do, which is no error.
        done = ask(claude_kernel, code, "a")
        assert "The answer above is complete" in done.stdout
        ask(claude_kernel, "%claude -m opus-4-8 And?", "b")
        assert sent(simulator) == ["Count", "All.", "And?"]

    @pytest.mark.parametrize("model", ["sonnet-5-5", "sonnet-4-5"])
    def test_json_that_was_cut(self, claude_kernel: Kernel, simulator: Simulator, model: str) -> None:
        """Held to the schema, the rest would begin with a new value."""
        simulator.enqueue(Answer('{"a": 1', stop_reason=CUT), "7}")
        ask(claude_kernel, f"S = {{'a': int}}\n%claude -m {model} --json S Count\n%claude_continue", "a")
        first, rest = (request.json for request in simulator.message_requests)
        assert ("output_config" in first, "output_config" in rest) == (True, False)
        assert claude_kernel.value("_claude.data") == "{'a': 17}"

    def test_an_answer_that_is_complete(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("All.")
        ask(claude_kernel, "%claude Q", "a")
        for cell in "ab":
            refused = str(claude_kernel.run("%claude_continue", cell_id=cell).error)
            assert "the last answer is complete" in refused

    def test_after_the_stop_button(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue(Answer("word " * 400, pace=Pace(deltas_per_second=40)), "the rest.", "ok")
        running = claude_kernel.start("%claude -m sonnet-4-5 Write", cell_id="a")
        running.wait_until(lambda e: "word word" in e.html)
        claude_kernel.interrupt()
        assert running.wait().error is not None
        done = ask(claude_kernel, "%claude_continue", "a")
        assert shown(done).startswith("word word") and "the rest." in shown(done)
        assert len(history(claude_kernel)) == 1
        assert "interrupted" not in claude_kernel.run("%claude_history").data("text/plain")[0]

    def test_a_cell_below_still_makes_a_turn_of_its_own(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue(
            Answer("a", stop_reason=CUT), Answer("b", stop_reason=CUT), Answer("A", stop_reason=CUT), "B"
        )
        ask(claude_kernel, "%claude -m sonnet-4-5 --max-tokens 9 Q", "a")
        done = ask(claude_kernel, "%claude_continue", "b")
        assert shown(done).startswith("b")
        # Run All: the first cell answers anew, and the second goes on with that.
        ask(claude_kernel, "%claude -m sonnet-4-5 --max-tokens 9 Q", "a")
        done = ask(claude_kernel, "%claude_continue", "b")
        assert sent(simulator) == ["Q", "A"]
        assert shown(done).startswith("B")
        assert len(history(claude_kernel)) == 2

    def test_thinking_and_beginnings(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("A0", Answer([thinking("Hm."), "One "], stop_reason=CUT), "two.", "ok")
        ask(claude_kernel, "%claude Q0", "z")
        ask(claude_kernel, "%claude --think --new --max-tokens 5000 Count", "a")
        done = ask(claude_kernel, "%claude_continue", "a")
        assert sent(simulator)[:2] == ["Count", "One"]
        assert "Hm." in done.html
        # The model thinks anew before the rest: its thoughts stand where they came.
        assert shown(done).split() == ["One", "two."]
        ask(claude_kernel, "%claude And?", "b")
        assert sent(simulator) == ["Count", "One two.", "And?"]

    def test_a_thought_that_was_cut_is_asked_for_again_in_its_place(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue("A0", Answer([thinking("hm")], stop_reason=CUT), "Paris.", "ok")
        ask(claude_kernel, "%claude Q0", "z")
        ask(claude_kernel, "%claude --new --think Capital?", "a")
        ask(claude_kernel, "%claude_continue", "a")
        assert sent(simulator) == ["Capital?"]
        ask(claude_kernel, "%claude And?", "b")
        assert sent(simulator) == ["Capital?", "Paris.", "And?"]


class TestResultsInTheirCell:
    def test_the_cell_that_made_the_call(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, TOOLS, "t")
        simulator.enqueue(Answer([tool_use("weather", {}, id="toolu_1")]), "Cold.", "Warm.", "ok")
        ask(claude_kernel, "%claude --tools weather Weather?", "a")
        done = ask(claude_kernel, "%claude_tool_result 'snow'", "a")
        assert results(simulator) == [("toolu_1", "snow")]
        assert "turn 2" in done.html
        ask(claude_kernel, "%claude_tool_result 'sun'", "a")
        assert results(simulator) == [("toolu_1", "sun")]
        ask(claude_kernel, "%claude And?", "b")
        assert [text for text in sent(simulator) if text] == ["Weather?", "Warm.", "And?"]

    def test_one_loop_in_one_cell(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, TOOLS, "t")
        first = Answer([tool_use("weather", {}, id="toolu_1")])
        simulator.enqueue(first, Answer([tool_use("weather", {}, id="toolu_2")]), "Done.", "New.", "ok")
        ask(claude_kernel, "%claude --tools weather Weather?", "a")
        ask(claude_kernel, "%claude_tool_result 1\n%claude_tool_result 2", "a")
        assert results(simulator) == [("toolu_1", "1"), ("toolu_2", "2")]
        assert len(history(claude_kernel)) == 3
        ask(claude_kernel, "%claude Something else", "a")
        assert sent(simulator) == ["Something else"]
        assert len(history(claude_kernel)) == 1

    def test_a_loop_in_several_cells_run_again(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        ask(claude_kernel, TOOLS, "t")
        for number in (1, 2):
            simulator.enqueue(
                Answer([tool_use("weather", {}, id=f"toolu_{number}a")]),
                Answer([tool_use("weather", {}, id=f"toolu_{number}b")]),
                "Done.",
            )
            ask(claude_kernel, "%claude --tools weather Weather?", "a")
            ask(claude_kernel, "%claude_tool_result 1", "b")
            assert results(simulator) == [(f"toolu_{number}a", "1")]
            ask(claude_kernel, "%claude_tool_result 2", "c")
            assert results(simulator) == [(f"toolu_{number}a", "1"), (f"toolu_{number}b", "2")]
            assert len(history(claude_kernel)) == 3


def results(simulator: Simulator) -> list[tuple[str, Any]]:
    return [
        (block["tool_use_id"], block["content"])
        for message in simulator.requests[-1].messages
        for block in message["content"]
        if block["type"] == "tool_result"
    ]


class TestDeletedCells:
    def test_a_cell_that_is_pasted_and_run_has_its_old_place(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue("A", "B", "C", "B2", "D")
        for cell in "abc":
            ask(claude_kernel, f"%claude {cell}", cell)
        ask(claude_kernel, "1", "x", deleted=("b",))
        assert history(claude_kernel)[1][:2] == ["set", "aside"]
        done = ask(claude_kernel, "%claude b2", "b", deleted=("b",))
        assert sent(simulator) == ["a", "A", "b2"]
        assert "replaced turn 2, 1 later turn kept" in done.html
        assert "set aside" not in done.html
        ask(claude_kernel, "%claude d", "d")
        assert sent(simulator) == ["a", "A", "b2", "B2", "c", "C", "d"]

    def test_run_all_after_a_deletion_was_undone(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("A", "B", "C", "A2", "B2", "C2")
        for cell in "abc":
            ask(claude_kernel, f"%claude {cell}", cell)
        run_all(claude_kernel, [(f"%claude {cell}", cell) for cell in "abc"], deleted=("b",))
        assert sent(simulator) == ["a", "A2", "b", "B2", "c"]

    def test_one_that_does_not_run_again_is_brought_back_by_hand(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue("A", "B", "C", "D", "E")
        ask(claude_kernel, "%claude a", "a")
        ask(claude_kernel, "%claude -c side b", "b")
        done = ask(claude_kernel, "%claude c", "c", deleted=("a", "b"))
        assert sent(simulator) == ["c"]
        assert "2 turns of deleted cells set aside (%claude_undo deleted brings them back)" in re.sub(
            r"<[^>]*>", "", done.html
        )
        # A request that was queued together with another tells of the same cells once more.
        cells = [("%claude_undo deleted", "u"), ("%claude d", "d")]
        undo, done = run_all(claude_kernel, cells, deleted=("a", "b"))
        assert undo.data("text/plain") == [
            "Brought back 1 turn in 'main', 1 turn in 'side'; the next request sends them again."
        ]
        assert sent(simulator) == ["a", "A", "c", "C", "d"]
        assert "set aside" not in done.html
        undone = claude_kernel.run("%claude_undo").stdout + claude_kernel.run("%claude_undo").stdout
        assert "Took back turn 3." in undone
        assert "Took back the return of 1 turn of a deleted cell. The conversation has 1 turn now." in undone
        assert "%claude_undo deleted or running its cell again brings it back" in undone

    def test_a_plain_undo_takes_back_the_answer_and_says_what_is_set_aside(
        self, claude_kernel: Kernel, simulator: Simulator
    ) -> None:
        simulator.enqueue("A", "B", "C")
        ask(claude_kernel, "%claude a", "a")
        ask(claude_kernel, "%claude b", "b", deleted=("a",))
        said = claude_kernel.run("%claude_undo").stdout
        assert said.startswith("Took back turn 1. The conversation has 0 turns now.")
        assert "1 turn of a deleted cell is set aside" in said
        assert "Forgot 1 turn" in claude_kernel.run("%claude_reset").stdout
        assert "No turn is set aside" in claude_kernel.run("%claude_undo deleted").stdout
        ask(claude_kernel, "%claude c", "c")
        assert sent(simulator) == ["c"]

    def test_the_ledger_knows_no_deletion(self, claude_kernel: Kernel, simulator: Simulator) -> None:
        simulator.enqueue("A")
        ask(claude_kernel, "%claude a", "a")
        before = claude_kernel.run("%claude_usage").data("text/plain")[0]
        ask(claude_kernel, "1", "x", deleted=("a",))
        assert claude_kernel.run("%claude_usage").data("text/plain")[0] == before
