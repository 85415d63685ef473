"""The words for what happens to conversations: a turn added or replaced, turns of deleted cells, a change taken back."""

from __future__ import annotations

from nbclaude.conversation.turns import Change, Turn
from nbclaude.cures import Command, Words
from nbclaude.plurals import counted

__all__ = ["count_of_turns", "counts_of", "set_aside_note", "set_aside_sentence", "summary_of", "undone"]


def count_of_turns(number: int, which: str = "turn") -> str:
    """Say how many turns there are."""
    return counted(number, which)


def counts_of(turn: Turn) -> tuple[str, str]:
    """Return the turn's tokens in and out as they stand in a table."""
    if turn.tokens is None:
        return "–", "–"
    tokens_in, tokens_out = turn.tokens
    return f"{tokens_in:,}", f"{tokens_out:,}"


def summary_of(change: Change) -> str:
    """Say in a few words what became of a turn, for the footer."""
    if change.kind == "rest":
        return f"went on with turn {change.number}"
    if change.replaced:
        what = f"replaced turn {change.number}"
        if change.replaced > 1:
            what += f" (and {change.replaced - 1} more of this cell)"
        if change.begins:
            what += ", new conversation"
        return f"{what}, {count_of_turns(change.later, 'later turn')} kept" if change.later else what
    what = f"turn {change.number}, new conversation" if change.begins else f"turn {change.number}"
    return f"{what}, moved from {' and '.join(change.left)}" if change.left else what


def set_aside_note(number: int) -> Words:
    """Say that turns have been set aside, and how they come back, for the footer; empty for none."""
    if not number:
        return ()
    whose, them = ("a deleted cell", "it") if number == 1 else ("deleted cells", "them")
    aside = f"{count_of_turns(number)} of {whose} set aside ("
    return (aside, Command.UNDO_DELETED, f" brings {them} back)")


def set_aside_sentence(number: int) -> Words:
    """Say that turns are set aside, what that means, and how they come back."""
    if number == 1:
        aside, back = "1 turn of a deleted cell is", " or running its cell again brings it back."
    else:
        aside = f"{count_of_turns(number)} of deleted cells are"
        back = " or running their cells again brings them back."
    return (f"{aside} set aside and not sent. ", Command.UNDO_DELETED, back)


def undone(change: Change) -> str:
    """Name a change that was taken back, as the object of a sentence."""
    number = change.replaced
    match change.kind:
        case "replacement":
            return f"the replacement of turn {change.number}"
        case "rest":
            return f"the rest of turn {change.number}"
        case "removal":
            return f"the removal of turn {change.number}" if change.number else "the removal of a turn"
        case "departure":
            return f"the removal of {count_of_turns(number)} of a cell that now asks elsewhere"
        case "return":
            whose = "a deleted cell" if len(change.cells) == 1 else "deleted cells"
            return f"the return of {count_of_turns(number)} of {whose}"
        case "restore":
            return f"the restoration of {count_of_turns(number)}"
        case "reset":
            return f"the removal of all {count_of_turns(number)}"
        case _:
            return f"turn {change.number}"
