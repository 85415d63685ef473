"""Finds the conversations that a notebook holds, and puts their turns into those of the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from nbclaude.cleaning import identifier
from nbclaude.conversation.turns import MAIN, Conversation, Turn
from nbclaude.frozen import frozen
from nbclaude.plurals import counted
from nbclaude.saved.notebook_file import NotebookFile
from nbclaude.saved.reading import ReadTurn, turns_of
from nbclaude.saved.record import id_of
from nbclaude.workspace import Workspace

__all__ = ["FoundConversation", "find_conversations", "put_back"]


@frozen
class FoundConversation:
    """A conversation as a notebook holds it: its turns in their order, and what is incomplete and why.

    `new` of the turns are not in the kernel's conversation yet. `saved` says when the last of it was saved.
    """

    name: str
    turns: tuple[Turn, ...]
    new: int
    saved: str
    told: tuple[str, ...] = ()
    lineages: tuple[str, ...] = field(default=(), repr=False)
    ids: tuple[str, ...] = field(default=(), repr=False)
    branch: tuple[str, int] = ("", 0)


@frozen
class _State:
    """How one lineage of a conversation stands by its newest record."""

    saved: str
    order: tuple[str, ...]
    also: tuple[str, ...]
    branch: tuple[str, int] = ("", 0)


def find_conversations(file: NotebookFile, workspace: Workspace) -> list[FoundConversation]:
    """Read what the notebook holds of conversations; nothing is changed."""
    read: dict[str, ReadTurn] = {}
    # A cell that was copied has its turns, too: the newest answer with an id counts, which is the same answer.
    for answer in file.answers:
        for one in turns_of(answer, file):
            known = read.get(one.id)
            if known is None or (known.turn is None and one.turn is not None):
                read[one.id] = one
    found = [_found(name, lineages, read, workspace) for name, lineages in _states(file).items()]
    return [each for each in found if each.turns or each.told]


def put_back(found: FoundConversation, workspace: Workspace) -> int:
    """Put the turns into the kernel's conversation, as one change; return how many are new.

    Turns that are there already stay; a cell that has asked since has its new turns in the place of the old ones.
    """
    conversation = workspace.conversations[found.name]
    new = conversation.restore(_merged(found.turns, conversation, workspace), found.lineages)
    if new:
        workspace.published.update(found.ids)
        if found.branch[0] and not conversation.branch[0]:
            conversation.branch = found.branch
    return new


def _states(file: NotebookFile) -> dict[str, dict[str, _State]]:
    """Return the newest state of each lineage, by the conversation's name."""
    states: dict[str, dict[str, _State]] = {}
    for answer in sorted(file.answers, key=lambda answer: answer.saved):
        for state in answer.states:
            order = state.get("order")
            also = state.get("also")
            names = [each for each in order if isinstance(each, str)] if isinstance(order, list) else []
            others = [each for each in also if isinstance(each, str)] if isinstance(also, list) else []
            lineages = states.setdefault(identifier(str(state.get("name") or "")) or MAIN, {})
            lineages[str(state.get("lineage"))] = _State(
                answer.saved, tuple(names), tuple(others), _branch(state.get("branch"))
            )
    return states


def _found(
    name: str, lineages: Mapping[str, _State], read: Mapping[str, ReadTurn], workspace: Workspace
) -> FoundConversation:
    continued = {other for state in lineages.values() for other in state.also}
    own = [state for lineage, state in lineages.items() if lineage not in continued]
    order = [each for state in sorted(own, key=lambda state: state.saved) for each in state.order]
    shared = {each.lstrip("~-") for state in own for each in state.order[: state.branch[1]]}
    branch = next((state.branch for state in own if state.branch[0]), ("", 0))
    conversation = workspace.conversations[name]
    live = {id_of(turn, workspace) for turn in conversation.every}
    there = _by_cell(conversation)
    turns: dict[str, Turn] = {}
    asked_since = 0
    told: dict[str, None] = {}
    left_out: dict[str, int] = {}
    missing = {"~": 0, "": 0}
    for each in order:
        mark, its_id = (each[0], each[1:]) if each[:1] in "~-" else ("", each)
        if its_id in turns:
            continue
        one = read.get(its_id)
        if one is None:
            if mark in missing and its_id not in live:
                missing[mark] += 1
            continue
        for sentence in one.told:
            told[f"{one.answer.cell.name}: {sentence}"] = None
        for kind in one.left_out:
            left_out[kind] = left_out.get(kind, 0) + 1
        if one.turn is not None:
            turn = _linked(one, one.turn, turns)
            in_cell = [] if its_id in live else there.get(turn.cell, [])
            asked_since += bool(in_cell) and not _is_of_other(in_cell, turn)
            # A turn that a branch shares belongs to no cell; nor does one from another notebook that has a cell of this id.
            belongs = its_id not in shared and not _is_of_other(in_cell, turn)
            turns[its_id] = turn if belongs else replace(turn, cell="")
    new = sum(its_id not in live for its_id in turns) - asked_since
    sentences = (*_missing_told(missing, asked_since), *told, *_left_out_told(left_out))
    saved = max((state.saved for state in lineages.values()), default="")
    return FoundConversation(
        name, tuple(turns.values()), new, saved, sentences, tuple(lineages), tuple(turns), branch
    )


def _branch(value: object) -> tuple[str, int]:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and type(value[1]) is int:
        return value[0], value[1]
    return "", 0


def _linked(one: ReadTurn, turn: Turn, turns: Mapping[str, Turn]) -> Turn:
    """Tie a turn to those that it goes on from."""
    kept = tuple(turns[each] for each in one.kept if each in turns)
    return replace(turn, follows=turns.get(one.follows), kept=kept)


def _by_cell(conversation: Conversation) -> dict[str, list[Turn]]:
    by_cell: dict[str, list[Turn]] = {}
    for turn in conversation.every:
        if turn.cell:
            by_cell.setdefault(turn.cell, []).append(turn)
    return by_cell


def _is_of_other(in_cell: Sequence[Turn], turn: Turn) -> bool:
    """Tell whether a cell's turns were restored and this one is from another answer: two notebooks have a cell of this id."""
    return (
        bool(in_cell)
        and all(each.is_restored for each in in_cell)
        and turn.run not in [each.run for each in in_cell]
    )


def _missing_told(missing: Mapping[str, int], asked_since: int) -> Iterable[str]:
    if asked_since:
        yield f"{counted(asked_since, 'turn')} not restored: the cell has asked again since the restart"
    if count := missing["~"]:
        yield f"{counted(count, 'turn')} asked in a panel or by code had no output to be saved in"
    if count := missing[""]:
        yield f"{counted(count, 'turn')} cannot be found: the cell or its output is gone, or the notebook was not saved since"


def _left_out_told(left_out: Mapping[str, int]) -> Iterable[str]:
    for kind, count in left_out.items():
        yield f"{kind} of {counted(count, 'answer')}: not saved"


def _merged(restored: Iterable[Turn], conversation: Conversation, workspace: Workspace) -> tuple[Turn, ...]:
    live = {id_of(turn, workspace): turn for turn in conversation.every}
    by_cell = _by_cell(conversation)
    merged: dict[int, Turn] = {}
    restored = tuple(restored)
    if all(turn.is_restored for turn in conversation.every) and not any(
        turn.saved_as in live for turn in restored
    ):
        # Another notebook was restored before: this one comes after it.
        merged |= {id(turn): turn for turn in conversation.every}
    for turn in restored:
        known = live.get(turn.saved_as)
        instead = [known] if known is not None else by_cell.get(turn.cell) or [turn]
        merged |= {id(each): each for each in instead if id(each) not in merged}
    merged |= {id(each): each for each in conversation.every if id(each) not in merged}
    return tuple(merged.values())
