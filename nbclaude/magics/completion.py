"""Gives IPython's completer the words that nbclaude knows, for as long as the extension is loaded."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from nbclaude.magics import short_names
from nbclaude.magics.calls import ASKING, OWN_VERBS
from nbclaude.notebook import Shell
from nbclaude.verbs.options import OWN
from nbclaude.workspace import Workspace

__all__ = ["load", "references_in", "unload"]

# Before Jedi: where our words fit, no others are looked for.
_PRIORITY = 1_000
_IDENTIFIER = "nbclaude"
_PROMPTS = ("claude",)
# Where only our words are valid and none fits, the typed text is returned: IPython asks the other matchers if one offers nothing,
# and they would offer all Python names.
_ALL_OURS = ("option", "value", "argument", "name", "format")
_MAY_BE_OURS = re.compile(r"%(?:claude|fix|explain)")
# How magics that take no prompt are used. Words in capitals stand for lists of names, or for what only the user knows.
_USAGES: Mapping[str, tuple[str, ...]] = {
    "claude_budget": ("off",),
    "claude_connect": ("off", "CONNECTION"),
    "claude_demo": ("off",),
    "claude_explain": ("VARIABLE",),
    "claude_insert": ("all", "BLOCK"),
    "claude_rules": ("accept", "drop"),
    "claude_history": ("CONVERSATION",),
    "claude_login": ("--connection CONNECTION",),
    "claude_logout": ("--connection CONNECTION",),
    "claude_mcp": (
        *("add NAME --env ENVIRONMENT", "add NAME --bearer ENVIRONMENT"),
        *("show SERVER", "accept SERVER", "remove SERVER"),
    ),
    "claude_models": ("MODEL",),
    "claude_reset": ("CONVERSATION",),
    "claude_restore": ("--yes CONVERSATION_FILE", "CONVERSATION_FILE --yes"),
    "claude_replay": ("on NOTEBOOK", "off", "only NOTEBOOK"),
    "claude_forget": ("--saved NOTEBOOK",),
    "claude_fork": ("NAME TURN",),
    "claude_export": ("-c CONVERSATION EXPORT", "EXPORT -c CONVERSATION"),
    "claude_tool_result": ("VARIABLE",),
    "claude_undo": ("deleted", "CONVERSATION"),
}


def load(shell: Shell, workspace: Workspace) -> None:
    """Add our matcher to the shell's completer."""

    @context_matcher(identifier=_IDENTIFIER, priority=_PRIORITY)  # type: ignore[untyped-decorator]
    def match(context: CompletionContext) -> SimpleMatcherResult:
        return _completions(context, shell, workspace)

    shell.Completer.custom_matchers.append(match)


def unload(shell: Shell) -> None:
    """Take our matcher out again."""
    matchers = shell.Completer.custom_matchers
    matchers[:] = [
        matcher for matcher in matchers if getattr(matcher, "matcher_identifier", "") != _IDENTIFIER
    ]


def references_in(shell: Shell, source: str) -> list[tuple[int, int]]:
    """Return where the source of a cell has references, as `nbclaude.completing.marking` does."""
    from nbclaude.asking.gathering import notebook_names
    from nbclaude.completing import marking

    return marking.references_in(source, notebook_names(shell))


def _completions(context: CompletionContext, shell: Shell, workspace: Workspace) -> SimpleMatcherResult:
    if not _MAY_BE_OURS.search(context.full_text):
        return SimpleMatcherResult(completions=[])
    from nbclaude.completing.known import Known, Word
    from nbclaude.completing.places import place_at
    from nbclaude.completing.words import words_at

    from_line = context.full_text.split("\n", context.cursor_line)[-1]
    offset = len(context.full_text) - len(from_line) + context.cursor_position
    asking = {name: OWN.get(name, ()) for name in (*ASKING, *OWN_VERBS) if short_names.is_ours(shell, name)}
    place = place_at(context.full_text, offset, asking, _PROMPTS)
    if place is None:
        return SimpleMatcherResult(completions=[])
    known = Known(_variables(shell), workspace, _usages(place.magic), OWN, _inputs(shell))
    following = context.full_text[offset:]
    # A value of the user's may raise, or a setting may be unusable: completion is not the place to report it.
    words: list[Word] = []
    with contextlib.suppress(Exception):
        words = words_at(place, following, known)
        if not words and place.otherwise is not None:
            place = place.otherwise
            words = words_at(place, following, known)
    # On the line of a magic that asks, a word may be the first of the prompt.
    if not words and place.kind in _ALL_OURS and not (place.kind == "argument" and place.magic in asking):
        words = [Word(place.fragment, place.option.metavar if place.option else "as\u00a0typed")]
    return SimpleMatcherResult(
        completions=[SimpleCompletion(text=word.text, type=word.about) for word in words],
        matched_fragment=place.fragment,
        ordered=True,
        suppress=True,
    )


def _usages(magic: str) -> Mapping[str, Sequence[str]]:
    if magic == "claude_edit":
        from nbclaude.verbs.instructions import instruction_names

        return {magic: instruction_names()}
    if magic == "claude_verb":
        own = [name.removeprefix("claude_") for name in sorted(OWN_VERBS)]
        return {
            magic: [
                "--keep",
                "--forget",
                *own,
                *(f"{word} {name}" for word in ("--keep", "--forget") for name in own),
            ]
        }
    return {**_USAGES, "explain": _USAGES["claude_explain"]}


def _variables(shell: Shell) -> dict[str, Any]:
    """Return the variables of the notebook without those of IPython's own."""
    hidden = shell.user_ns_hidden
    return {name: value for name, value in shell.user_ns.items() if name not in hidden or name == "_claude"}


def _inputs(shell: Shell) -> Sequence[str]:
    """Return the code of the cells that ran, as it was typed."""
    inputs: Sequence[str] = getattr(getattr(shell, "history_manager", None), "input_hist_raw", ())
    return inputs
