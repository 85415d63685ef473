"""The conversation follows the notebook: what re-running, deleting and looping cells does to the next request."""

from __future__ import annotations

import re

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Kernel


def sent(simulator: Simulator) -> list[str]:
    """The texts of the last request's messages, oldest first."""
    return [
        "".join(block.get("text", "") for block in message["content"])
        for message in simulator.requests[-1].messages
    ]


def test_turns_accumulate(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "A2")
    claude_kernel.run("%%claude\nQ1", cell_id="a")
    claude_kernel.run("%%claude\nQ2", cell_id="b")
    assert sent(simulator) == ["Q1", "A1", "Q2"]


def test_running_a_cell_again_replaces_its_turn_in_place(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "A2", "A3", "A2b", "A4")
    for cell in ("a", "b", "c"):
        claude_kernel.run(f"%%claude\nQ-{cell}", cell_id=cell)
    again = claude_kernel.run("%%claude\nQ-b again", cell_id="b")
    assert sent(simulator) == ["Q-a", "A1", "Q-b again"]
    assert "replaced turn 2, 1 later turn kept" in again.html
    claude_kernel.run("%%claude\nQ-d", cell_id="d")
    assert sent(simulator) == ["Q-a", "A1", "Q-b again", "A2b", "Q-c", "A3", "Q-d"]


def test_a_loop_in_a_cell_is_several_turns_and_a_rerun_replaces_them_all(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("A0", "L1", "L2", "L3", "Z", "M1", "M2", "end")
    claude_kernel.run("%claude Q0", cell_id="a")
    loop = "for i in range({}):\n    get_ipython().run_line_magic('claude', f'ask {{i}}')"
    claude_kernel.run(loop.format(3), cell_id="loop")
    assert sent(simulator) == ["Q0", "A0", "ask 0", "L1", "ask 1", "L2", "ask 2"]
    claude_kernel.run("%claude after", cell_id="z")
    claude_kernel.run(loop.format(2), cell_id="loop")
    assert sent(simulator) == ["Q0", "A0", "ask 0", "M1", "ask 1"]
    claude_kernel.run("%claude now", cell_id="y")
    assert sent(simulator) == ["Q0", "A0", "ask 0", "M1", "ask 1", "M2", "after", "Z", "now"]


def test_deleting_a_cell_sets_its_turn_aside_at_the_next_execution(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("A1", "A2", "A3")
    claude_kernel.run("%claude Q1", cell_id="a")
    claude_kernel.run("%claude Q2", cell_id="b")
    claude_kernel.run("1 + 1", cell_id="plain", deleted=["a"])
    last = claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q2", "A2", "Q3"]
    assert "1 turn of a deleted cell set aside (%claude_undo deleted brings it back)" in re.sub(
        r"<[^>]*>", "", last.html
    )


def test_front_ends_without_cell_ids_append(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "A2")
    claude_kernel.run("%claude Q1")
    claude_kernel.run("%claude Q1")
    assert sent(simulator) == ["Q1", "A1", "Q1"]


def test_undo_takes_back_a_replacement(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "A2", "A1b", "A3")
    claude_kernel.run("%claude Q1", cell_id="a")
    claude_kernel.run("%claude Q2", cell_id="b")
    claude_kernel.run("%claude Q1 again", cell_id="a")
    assert "2 turns" in claude_kernel.run("%claude_undo").stdout
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q2", "A2", "Q3"]


def test_reset_and_its_undo(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "A2", "A3")
    claude_kernel.run("%claude Q1", cell_id="a")
    claude_kernel.run("%claude_reset")
    claude_kernel.run("%claude Q2", cell_id="b")
    assert sent(simulator) == ["Q2"]
    claude_kernel.run("%claude_undo")
    claude_kernel.run("%claude_undo")
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q3"]


def test_new_begins_a_conversation_and_keeps_the_old_turns(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("A1", "A2", "A3", "A2b", "A4")
    claude_kernel.run("%claude Q1", cell_id="a")
    claude_kernel.run("%claude --new Q2", cell_id="b")
    assert sent(simulator) == ["Q2"]
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q2", "A2", "Q3"]
    claude_kernel.run("%claude --new Q2 again", cell_id="b")
    assert sent(simulator) == ["Q2 again"]
    claude_kernel.run("%claude Q4", cell_id="d")
    assert sent(simulator) == ["Q2 again", "A2b", "Q3", "A3", "Q4"]


def test_conversations_by_name(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "B1", "A2", "B2")
    claude_kernel.run("%claude Q1", cell_id="a")
    claude_kernel.run("%claude -c side R1", cell_id="b")
    claude_kernel.run("%claude Q2", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q2"]
    claude_kernel.run("%config ClaudeMagics.conversation = 'side'")
    claude_kernel.run("%claude R2", cell_id="d")
    assert sent(simulator) == ["R1", "B1", "R2"]
    assert "No conversation is called 'sied'" in claude_kernel.run("%claude_history sied").reply["evalue"]


def test_a_cell_that_moves_to_another_conversation_leaves_the_first(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("A1", "A2", "B2", "A3", "C1", "C2")
    claude_kernel.run("%claude Q1", cell_id="a")
    claude_kernel.run("%claude Q2", cell_id="b")
    moved = claude_kernel.run("%claude -c side Q2", cell_id="b")
    assert sent(simulator) == ["Q2"]
    assert "turn 1, moved from main" in moved.html
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q3"]
    claude_kernel.run("%claude -c one q\n%claude -c two q", cell_id="both")
    assert "C1" in claude_kernel.run("%claude_history 'one'").data("text/plain")[0]


def test_no_history_neither_sends_nor_records(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "secret", "A3")
    claude_kernel.run("%claude Q1", cell_id="a")
    aside = claude_kernel.run("%claude --no-history aside", cell_id="b")
    assert sent(simulator) == ["aside"]
    assert "not recorded" in aside.html
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q3"]


def test_history_lists_turns_with_numbers_cells_and_tokens(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    assert "no turns yet" in claude_kernel.run("%claude_history").stdout
    simulator.enqueue("the *first* answer", "the second")
    asked = [
        claude_kernel.run("%claude first <b>question</b>", cell_id="cell-aaaa"),
        claude_kernel.run("%claude second question", cell_id="cell-bbbb"),
    ]
    counts = [each.reply["execution_count"] for each in asked]
    history = claude_kernel.run("%claude_history")
    (plain,) = history.data("text/plain")
    first, second = (re.split(r"  +", line.strip()) for line in plain.splitlines()[3:])
    assert first[:4] == ["1", f"cell {counts[0]}", "first <b>question</b>", "the first answer"]
    assert second[:4] == ["2", f"cell {counts[1]}", "second question", "the second"]
    assert all(tokens.isdecimal() for tokens in (*first[4:6], *second[4:6]))
    assert "<b>question" not in history.html and "&lt;b&gt;question" in history.html


def test_nbclaude_ask_shares_the_conversation_of_the_cells(
    claude_kernel: Kernel, simulator: Simulator
) -> None:
    simulator.enqueue("A1", "A2", "A3", "A2b")
    claude_kernel.run("%claude Q1", cell_id="a")
    asked = "import nbclaude\nr = nbclaude.ask('Q2', max_tokens=99)\nr.text"
    assert claude_kernel.run(asked, cell_id="b").result == "'A2'"
    assert simulator.requests[-1].json["max_tokens"] == 99
    claude_kernel.run("%claude Q3", cell_id="c")
    assert sent(simulator) == ["Q1", "A1", "Q2", "A2", "Q3"]
    claude_kernel.run(asked, cell_id="b")
    assert sent(simulator) == ["Q1", "A1", "Q2"]
