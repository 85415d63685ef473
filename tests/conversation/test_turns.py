from __future__ import annotations

import pytest

from nbclaude.asking.changes import counts_of, summary_of, undone
from nbclaude.conversation.conversations import Conversations
from nbclaude.conversation.turns import MAIN, Change, Conversation, Turn
from nbclaude.notebook import CellRun


def ask(
    conversation: Conversation, question: str, cell: str = "", run: object = 1, *, begins: bool = False
) -> Change:
    """Record a turn, as an exchange does."""
    turn = Turn(
        prompt=({"type": "text", "text": question},),
        message={"content": [{"type": "text", "text": question.upper()}]},
        model="m",
        cell=cell,
        run=run if cell else None,
        begins=begins,
    )
    return conversation.record(turn, CellRun(cell, run) if cell else None)


def questions(conversation: Conversation) -> list[str]:
    return [turn.question for turn in conversation.turns]


def took_back(conversation: Conversation) -> str:
    """Undo, and say what it was."""
    change = conversation.undo()
    return undone(change) if change is not None else ""


def sent(conversation: Conversation, cell: str = "", run: object = 1) -> list[str]:
    """What a request from this cell run would send."""
    place = conversation.place_of(CellRun(cell, run) if cell else None)
    return [turn.question for turn in conversation.before(place)]


@pytest.fixture
def three() -> Conversation:
    conversation = Conversation()
    for cell in "abc":
        ask(conversation, cell, cell)
    return conversation


def test_a_turn_tells_its_texts() -> None:
    turn = Turn(
        prompt=({"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}),
        message={
            "content": [
                {"type": "thinking", "thinking": "x"},
                {"type": "text", "text": "c"},
                {"type": "text", "text": "d"},
            ]
        },
        model="m",
    )
    assert (turn.question, turn.answer) == ("ab", "cd")


class TestAppending:
    def test_in_order(self, three: Conversation) -> None:
        assert questions(three) == ["a", "b", "c"]
        assert sent(three, "d") == ["a", "b", "c"]

    def test_changes(self) -> None:
        conversation = Conversation()
        assert ask(conversation, "a", "a") == Change(1, 1)
        assert ask(conversation, "b", "b") == Change(2, 2)

    def test_without_cells_every_turn_is_appended(self) -> None:
        # Terminals and nbclient tell no cell.
        conversation = Conversation()
        for question in ("a", "b", "a"):
            ask(conversation, question)
        assert questions(conversation) == ["a", "b", "a"]
        assert sent(conversation) == ["a", "b", "a"]

    def test_turns_without_a_cell_are_not_those_of_a_cell(self, three: Conversation) -> None:
        ask(three, "t")
        ask(three, "t")
        ask(three, "b2", "b", 2)
        assert questions(three) == ["a", "b2", "c", "t", "t"]


class TestRunningAgain:
    def test_sends_only_what_came_before(self, three: Conversation) -> None:
        assert sent(three, "a", 2) == []
        assert sent(three, "b", 2) == ["a"]
        assert sent(three, "c", 2) == ["a", "b"]

    @pytest.mark.parametrize(
        ("cell", "expected", "change"),
        [
            ("a", ["new", "b", "c"], Change(1, 3, replaced=1, later=2, kind="replacement")),
            ("b", ["a", "new", "c"], Change(2, 3, replaced=1, later=1, kind="replacement")),
            ("c", ["a", "b", "new"], Change(3, 3, replaced=1, kind="replacement")),
        ],
    )
    def test_replaces_in_place_and_keeps_later_turns(
        self, three: Conversation, cell: str, expected: list[str], change: Change
    ) -> None:
        assert ask(three, "new", cell, 2) == change
        assert questions(three) == expected

    def test_again_and_again(self, three: Conversation) -> None:
        for run in range(2, 6):
            ask(three, f"b{run}", "b", run)
            assert questions(three) == ["a", f"b{run}", "c"]

    def test_a_cell_that_moved_keeps_its_place(self, three: Conversation) -> None:
        ask(three, "d", "d")
        ask(three, "a2", "a", 2)
        ask(three, "d2", "d", 2)
        assert questions(three) == ["a2", "b", "c", "d2"]


class TestLoops:
    def test_are_several_turns_of_one_cell(self) -> None:
        conversation = Conversation()
        for question in ("x", "y", "z"):
            assert sent(conversation, "a") == questions(conversation)
            ask(conversation, question, "a")
        assert questions(conversation) == ["x", "y", "z"]

    def test_between_other_cells(self, three: Conversation) -> None:
        assert ask(three, "b1", "b", 2) == Change(2, 3, replaced=1, later=1, kind="replacement")
        assert sent(three, "b", 2) == ["a", "b1"]
        assert ask(three, "b2", "b", 2) == Change(3, 4, later=1)
        assert sent(three, "b", 2) == ["a", "b1", "b2"]
        assert questions(three) == ["a", "b1", "b2", "c"]

    def test_run_again_shorter(self, three: Conversation) -> None:
        for question in ("b1", "b2", "b3"):
            ask(three, question, "b", 2)
        assert sent(three, "b", 3) == ["a"]
        assert ask(three, "n1", "b", 3) == Change(2, 3, replaced=3, later=1, kind="replacement")
        ask(three, "n2", "b", 3)
        assert questions(three) == ["a", "n1", "n2", "c"]

    def test_run_again_longer(self, three: Conversation) -> None:
        for question in ("n1", "n2", "n3"):
            ask(three, question, "a", 2)
        assert questions(three) == ["n1", "n2", "n3", "b", "c"]

    def test_equal_turns_are_still_two(self) -> None:
        conversation = Conversation()
        for _ in range(3):
            ask(conversation, "same", "a")
        assert questions(conversation) == ["same"] * 3
        ask(conversation, "same", "a", 2)
        assert questions(conversation) == ["same"]


class TestBeginnings:
    def test_a_request_reaches_back_to_the_last_one(self, three: Conversation) -> None:
        ask(three, "n", "n", begins=True)
        ask(three, "o", "o")
        assert sent(three, "p") == ["n", "o"]
        assert sent(three, "c", 2) == ["a", "b"]
        assert sent(three, "o", 2) == ["n"]

    def test_changes_say_so(self, three: Conversation) -> None:
        assert ask(three, "n", "n", begins=True) == Change(4, 4, begins=True)

    def test_running_the_beginning_again_without_new_joins_what_came_before(
        self, three: Conversation
    ) -> None:
        ask(three, "n", "n", begins=True)
        ask(three, "o", "o")
        ask(three, "n2", "n", 2)
        assert sent(three, "p") == ["a", "b", "c", "n2", "o"]

    def test_a_beginning_in_the_middle(self, three: Conversation) -> None:
        ask(three, "b2", "b", 2, begins=True)
        assert questions(three) == ["a", "b2", "c"]
        assert sent(three, "d") == ["b2", "c"]

    def test_two_of_them(self, three: Conversation) -> None:
        ask(three, "n", "n", begins=True)
        ask(three, "m", "m", begins=True)
        assert sent(three, "p") == ["m"]


class TestDeletedCells:
    def test_their_turns_are_set_aside(self, three: Conversation) -> None:
        assert three.put_aside(["b"]) == 1
        assert questions(three) == ["a", "c"]
        assert [turn.question for turn in three.set_aside] == ["b"]
        assert sent(three, "d") == ["a", "c"]

    def test_all_of_a_loop(self, three: Conversation) -> None:
        ask(three, "b1", "b", 2)
        ask(three, "b2", "b", 2)
        assert three.put_aside(["b", "c", "unknown"]) == 3
        assert questions(three) == ["a"]

    def test_of_cells_that_never_asked(self, three: Conversation) -> None:
        assert three.put_aside(["x"]) == 0
        assert took_back(three) == "turn 3"

    def test_no_cell_is_never_deleted(self) -> None:
        conversation = Conversation()
        ask(conversation, "a")
        assert conversation.put_aside([""]) == 0
        assert questions(conversation) == ["a"]

    def test_told_twice_they_count_once(self, three: Conversation) -> None:
        assert (three.put_aside(["b"]), three.put_aside(["b"])) == (1, 0)

    def test_a_cell_that_runs_again_has_its_old_place(self, three: Conversation) -> None:
        three.put_aside(["a", "b"])
        three.cell_exists("a")
        assert sent(three, "a", 2) == []
        assert ask(three, "a2", "a", 2) == Change(1, 2, replaced=1, later=1, kind="replacement")
        assert questions(three) == ["a2", "c"]
        three.cell_exists("b")
        assert questions(three) == ["a2", "b", "c"]

    def test_neighbours_may_change_meanwhile(self, three: Conversation) -> None:
        three.put_aside(["b"])
        ask(three, "d", "d")
        ask(three, "a2", "a", 2)
        three.put_aside(["c"])
        took_back(three)
        three.cell_exists("b")
        assert questions(three) == ["a", "b", "d"]
        three.cell_exists("c")
        assert questions(three) == ["a", "b", "c", "d"]

    def test_a_mark_of_a_beginning_goes_and_comes_with_its_turn(self, three: Conversation) -> None:
        ask(three, "n", "n", begins=True)
        ask(three, "o", "o")
        three.put_aside(["n"])
        assert sent(three, "p") == ["a", "b", "c", "o"]
        three.cell_exists("n")
        assert sent(three, "p") == ["n", "o"]

    def test_numbers_are_those_of_the_turns_that_are_there(self, three: Conversation) -> None:
        three.put_aside(["a"])
        assert ask(three, "c2", "c", 2) == Change(2, 2, replaced=1, kind="replacement")
        assert ask(three, "d", "d") == Change(3, 3)
        assert three.remove(three.set_aside[0]) == 0
        assert [turn.question for turn in three.every] == ["b", "c2", "d"]


class TestBringingBack:
    def test_by_hand(self, three: Conversation) -> None:
        three.put_aside(["a", "c"])
        assert three.bring_back() == 2
        assert questions(three) == ["a", "b", "c"]
        assert three.bring_back() == 0
        assert took_back(three) == "the return of 2 turns of deleted cells"
        assert questions(three) == ["b"]
        assert three.bring_back(["c"]) == 1
        assert took_back(three) == "the return of 1 turn of a deleted cell"

    def test_taking_it_back_leaves_those_that_are_known_to_exist(self, three: Conversation) -> None:
        three.put_aside(["a", "c"])
        three.bring_back()
        three.cell_exists("a")
        took_back(three)
        assert questions(three) == ["a", "b"]

    def test_setting_aside_is_no_change_that_undo_takes_back(self, three: Conversation) -> None:
        three.put_aside(["a"])
        ask(three, "d", "d")
        assert took_back(three) == "turn 3"
        assert questions(three) == ["b", "c"]
        assert took_back(three) == "turn 3"
        assert questions(three) == ["b"]

    def test_a_state_before_the_deletion_does_not_bring_it_back(self, three: Conversation) -> None:
        ask(three, "b2", "b", 2)
        three.put_aside(["b"])
        assert took_back(three) == "the replacement of turn 2"
        assert questions(three) == ["a", "c"]
        three.cell_exists("b")
        assert questions(three) == ["a", "b", "c"]

    def test_reset_drops_them_and_its_undo_leaves_them_set_aside(self, three: Conversation) -> None:
        three.put_aside(["b"])
        assert three.reset() == 3
        assert three.set_aside == ()
        assert took_back(three) == "the removal of all 3 turns"
        assert questions(three) == ["a", "c"]
        assert three.bring_back() == 1


class TestUndo:
    def test_of_nothing(self) -> None:
        assert Conversation().undo() is None

    def test_of_a_turn(self, three: Conversation) -> None:
        assert took_back(three) == "turn 3"
        assert questions(three) == ["a", "b"]

    def test_of_a_replacement_brings_the_old_turn_back(self, three: Conversation) -> None:
        ask(three, "b2", "b", 2)
        assert took_back(three) == "the replacement of turn 2"
        assert questions(three) == ["a", "b", "c"]

    def test_of_a_loop_goes_turn_by_turn(self, three: Conversation) -> None:
        ask(three, "b1", "b", 2)
        ask(three, "b2", "b", 2)
        three.undo()
        assert questions(three) == ["a", "b1", "c"]
        three.undo()
        assert questions(three) == ["a", "b", "c"]

    def test_of_a_reset(self, three: Conversation) -> None:
        assert three.reset() == 3
        assert questions(three) == []
        assert took_back(three) == "the removal of all 3 turns"
        assert questions(three) == ["a", "b", "c"]

    def test_of_everything(self, three: Conversation) -> None:
        ask(three, "b2", "b", 2)
        three.put_aside(["a"])
        three.reset()
        count = 0
        while three.undo():
            count += 1
        assert count == 5
        assert questions(three) == []

    def test_resetting_nothing_is_no_change(self) -> None:
        conversation = Conversation()
        assert conversation.reset() == 0
        assert took_back(conversation) == ""

    def test_after_an_undo_the_cell_can_be_run_again(self, three: Conversation) -> None:
        three.undo()
        ask(three, "c2", "c", 2)
        assert questions(three) == ["a", "b", "c2"]
        # And an undone run of a loop does not make the next ask of the same run a replacement of others.
        three.undo()
        ask(three, "c3", "c", 2)
        assert questions(three) == ["a", "b", "c3"]

    def test_is_not_endless(self) -> None:
        conversation = Conversation()
        for number in range(300):
            ask(conversation, str(number))
        count = 0
        while conversation.undo():
            count += 1
        assert count == 100


class TestSummary:
    @pytest.mark.parametrize(
        ("change", "summary"),
        [
            (Change(1, 1), "turn 1"),
            (Change(4, 4, begins=True), "turn 4, new conversation"),
            (Change(2, 3, replaced=1, later=1), "replaced turn 2, 1 later turn kept"),
            (Change(1, 3, replaced=1, later=2), "replaced turn 1, 2 later turns kept"),
            (Change(3, 3, replaced=1), "replaced turn 3"),
            (
                Change(2, 3, replaced=3, later=1),
                "replaced turn 2 (and 2 more of this cell), 1 later turn kept",
            ),
        ],
    )
    def test_words(self, change: Change, summary: str) -> None:
        assert summary_of(change) == summary

    def test_a_replacement_that_begins_anew_says_both(self) -> None:
        summary = summary_of(Change(2, 3, replaced=1, later=1, begins=True))
        assert "replaced turn 2" in summary
        assert "new conversation" in summary


class TestConversations:
    def test_by_name(self) -> None:
        conversations = Conversations()
        assert conversations["work"] is conversations["work"]
        assert conversations["work"] is not conversations[MAIN]
        assert conversations["work"].name == "work"

    def test_only_those_with_turns_are_named(self) -> None:
        conversations = Conversations()
        ask(conversations["work"], "a")
        assert conversations[MAIN].turns == ()
        assert conversations.names() == ["work"]

    def test_one_that_was_begun_by_name_is_there_before_the_first_question(self) -> None:
        conversations = Conversations()
        assert conversations["looked at"].turns == ()
        conversations.begin("new")
        assert conversations.names() == ["new"]

    def test_one_cell_in_two_conversations(self) -> None:
        conversations = Conversations()
        ask(conversations["x"], "a", "a")
        ask(conversations["y"], "b", "a")
        ask(conversations["x"], "a2", "a", 2)
        assert questions(conversations["x"]) == ["a2"]
        assert questions(conversations["y"]) == ["b"]

    def test_deleted_cells_go_everywhere(self) -> None:
        conversations = Conversations()
        ask(conversations["x"], "a", "a")
        ask(conversations["y"], "b", "a")
        ask(conversations["y"], "c", "c")
        assert conversations.put_aside(["a"]) == 2
        assert conversations.put_aside([]) == 0
        assert questions(conversations["y"]) == ["c"]
        # A conversation whose turns are all set aside can still be looked at, and brought back.
        assert conversations.names() == ["x", "y"]
        assert conversations.bring_back() == {"x": 1, "y": 1}
        assert questions(conversations["x"]) == ["a"]


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"input_tokens": 1_000, "cache_read_input_tokens": 500, "output_tokens": 7}, ("1,500", "7")),
        ({}, ("–", "–")),
        (None, ("–", "–")),
    ],
)
def test_tokens_that_nobody_has_counted_are_not_zero(
    usage: dict[str, int] | None, counts: tuple[str, str]
) -> None:
    assert counts_of(Turn((), {"usage": usage}, "claude-sonnet-5-5")) == counts
