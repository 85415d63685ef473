"""Makes the items of the transcript from a conversation's turns, each with its number and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from nbclaude.cleaning import printable
from nbclaude.conversation.turns import Turn
from nbclaude.models.info import model_info
from nbclaude.plurals import counted
from nbclaude.render.seams import escaped
from nbclaude.wire.message import content_of, prompt_tokens, token_count, whole_usage
from nbclaude.workspace import Workspace

__all__ = ["NOTHING_ASKED", "Transcript", "attached_blocks", "pending_html", "question_text", "turn_of_key"]

MAX_TURNS = 12  # that are shown at first; each has its buttons and its answer in the page
MAX_CHARACTERS = 20_000  # of a question
NOTHING_ASKED = '<div class="nbclaude-quiet">Nothing has been asked in this conversation yet.</div>'
_SHORT = 250  # characters
_FEW_LINES = 5
MAX_FOOTERS = 50  # that are kept; a receipt may hold pictures


class Transcript:
    """Lays out turns; what an answer looks like is remembered for as long as it is shown."""

    def __init__(self) -> None:
        self.shows_all = False
        self._drawn: dict[int, tuple[Turn, str]] = {}
        self._footers: dict[int, tuple[Turn, str]] = {}
        self._workspace: Workspace | None = None

    def keep_footer(self, turn: Turn, html: str) -> None:
        """Remember the footer and the receipt of a turn that was asked here."""
        self._footers[id(turn)] = (turn, html)
        while len(self._footers) > MAX_FOOTERS:
            self._footers.pop(next(iter(self._footers)))

    def items(
        self, turns: Sequence[Turn], aside: Sequence[Turn] = (), workspace: Workspace | None = None
    ) -> list[list[str]]:
        """Return `[key, html]` for each turn; of a long conversation the newest, after a button that shows the others.

        Those of them that are set `aside` have no number: no request sends them. The `workspace` knows what cells are called, and
        what stands under their answers.
        """
        self._workspace = workspace
        first = 0 if self.shows_all else max(0, len(turns) - MAX_TURNS)
        shown = turns[first:]
        self._drawn = {id(turn): (turn, self._html(turn)) for turn in shown}
        self._footers = {
            key: kept for key, kept in self._footers.items() if any(kept[0] is turn for turn in turns)
        }
        there = [id(turn) for turn in turns if not any(turn is other for other in aside)]
        numbers = {key: number for number, key in enumerate(there, 1)}
        items = [
            [
                _key(turn),
                _section(numbers.get(id(turn), 0), turn, self._drawn[id(turn)][1], self._cell_name(turn)),
            ]
            for turn in shown
        ]
        if first:
            label = f"Show {counted(first, 'earlier turn')}"
            items.insert(0, ["earlier", f'<button type="button" data-action="earlier">{label}</button>'])
        return items

    def _cell_name(self, turn: Turn) -> str:
        name = self._workspace.cell_name(turn.cell) if self._workspace is not None else ""
        return name or ("a cell" if turn.cell else "")

    def _html(self, turn: Turn) -> str:
        drawn = self._drawn.get(id(turn))
        if drawn is not None and drawn[0] is turn:
            return drawn[1]
        # Markdown loads with the first answer that there is to show.
        from nbclaude.render.calls import is_result
        from nbclaude.render.whole_message import message_html

        # What tools gave back stands in folds above the answer to it.
        results = [block for block in turn.prompt if is_result(block)]
        message = (
            {**turn.message, "content": [*results, *content_of(turn.message)]} if results else turn.message
        )

        kept = self._footers.get(id(turn))
        of_cell = self._workspace.footers.of(turn.message) if self._workspace is not None else ""
        footer = kept[1] if kept is not None else of_cell or _footer(turn)
        macros = frozenset(turn.settings.math_macros if turn.settings else ())
        return (
            printable(message_html(message, macros=macros, styled=False))
            + f'<div class="nbclaude">{footer}</div>'
        )


def turn_of_key(turns: Sequence[Turn], key: str) -> Turn | None:
    """Return the turn that an item's key means, None if it has gone meanwhile."""
    return next((turn for turn in turns if _key(turn) == key), None)


def question_text(turn: Turn) -> str:
    """Return what the user has typed: the last text of the prompt. What stands before it was attached."""
    last = turn.prompt[-1] if turn.prompt else {}
    return str(last.get("text") or "") if last.get("type") == "text" else ""


def attached_blocks(turn: Turn) -> tuple[Mapping[str, Any], ...]:
    """Return the blocks of the prompt that were attached."""
    return turn.prompt[:-1] if question_text(turn) else turn.prompt


def pending_html(text: str) -> str:
    """Show a question whose answer is on its way."""
    return (
        '<section class="nbclaude-turn mathjax_ignore tex2jax_ignore" aria-label="The question that is being answered">'
        f'<div class="nbclaude-said" dir="auto"{_focus(text)}>{escaped(text)}</div></section>'
    )


def _key(turn: Turn) -> str:
    return f"{id(turn):x}"


def _section(number: int, turn: Turn, answer: str, cell: str) -> str:
    key, question = _key(turn), question_text(turn)
    said = turn.label or question or _without_words(turn)
    if len(said) > MAX_CHARACTERS:
        said = f"{said[:MAX_CHARACTERS]}\n… ({len(said) - MAX_CHARACTERS:,} characters more)"
    where = f"asked in {cell}" if cell else "asked here"
    where += ", begins a new conversation" if turn.begins else ""
    where += "" if number else ", deleted: not sent"
    name, this = (
        (f"Turn {number}", f"turn {number}") if number else ("Set aside", "the turn that is set aside")
    )
    buttons = [_button("copy-answer", key, "Copy", f"Copy the answer of {this}")]
    if not number:
        buttons.append(_button("bring-back", key, "Bring back", "Send this turn again, in its place"))
    elif question:
        buttons.append(_button("edit", key, "Edit", f"Edit and resend {this}"))
    buttons.append(_button("delete", key, "Delete", f"Delete {this}"))
    aside = "" if number else " nbclaude-aside"
    return (
        f'<section class="nbclaude-turn{aside} mathjax_ignore tex2jax_ignore" aria-label="{name}">'
        '<div class="nbclaude-turn-head">'
        f'<span class="nbclaude-turn-number">{name}</span><span>{escape(where)}</span>'
        f'<span class="nbclaude-grow"></span>{"".join(buttons)}</div>'
        f'<div class="nbclaude-said" dir="auto"{_focus(said)}>{escaped(said)}{_attached(turn)}</div>{answer}</section>'
    )


def _focus(said: str) -> str:
    """Let a question that may be scrolled take the focus, since its box is only a few lines high."""
    is_long = len(said) > _SHORT or said.count("\n") > _FEW_LINES
    return ' tabindex="0"' if is_long else ""


def _button(action: str, key: str, text: str, label: str) -> str:
    return (
        f'<button type="button" data-action="{action}" data-value="{key}" aria-label="{escape(label)}" '
        f'title="{escape(label)}">{text}</button>'
    )


def _attached(turn: Turn) -> str:
    kinds = [kind for block in attached_blocks(turn) if (kind := _kind(block))]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    words = [counted(count, kind) for kind, count in counts.items()]
    return (
        f'<div class="nbclaude-quiet" dir="ltr">with {escaped(", ".join(words))}</div>'
        if words and question_text(turn)
        else ""
    )


def _kind(block: Mapping[str, Any]) -> str:
    if block.get("type") != "text":
        return str(block.get("type")).replace("_", " ")
    # The name that introduces a picture is no text of its own.
    return "" if str(block.get("text")).endswith(":") else "text"


def _without_words(turn: Turn) -> str:
    if not turn.prompt:
        return "(continues the previous answer)"
    kinds = {str(block.get("type")) for block in turn.prompt}
    return "(the result of a tool)" if "tool_result" in kinds else f"({', '.join(sorted(kinds))})"


def _footer(turn: Turn) -> str:
    usage = whole_usage(turn.message.get("usage"))
    tokens = (
        f"{prompt_tokens(usage):,} tokens in, {token_count(usage, 'output_tokens'):,} out" if usage else ""
    )
    model = turn.model if turn.notice else model_info(turn.model).name.removeprefix("Claude ") or turn.model
    facts = [turn.stopped, turn.notice, model, tokens, f"{turn.seconds:.1f} s" if turn.seconds else ""]
    return f'<div class="nbclaude-footer">{" · ".join(escaped(fact) for fact in facts if fact)}</div>'
