"""What `nbclaude.ask` says of arguments that are refused: the facts come from below, the words are here."""

from __future__ import annotations

from nbclaude.cures import Command, Login, Part
from nbclaude.errors import AnswerInterrupted, ConfigurationError, NbclaudeError
from nbclaude.refusal import ASKED, CONFIGURED, Refusal, Way, spelled
from nbclaude.secrets.shown import with_value
from nbclaude.settings.table import BY_NAME

__all__ = ["refusal_text", "said", "spell", "worded"]

_WAYS = {
    Way.STORE_KEY: "Set ANTHROPIC_API_KEY or ANTHROPIC_CUSTOM_HEADERS in the environment instead.",
    Way.LIST_MODELS: "",
}
_NO_COMMANDS = "In a notebook, %load_ext nbclaude makes the % commands available."


def refusal_text(refusal: Refusal) -> str:
    """Say why an argument, a configured value or an environment variable is refused, in one line."""
    subject = "" if refusal.bare else f"{_subject(refusal)}:"
    return " ".join(filter(None, (subject, refusal.reason, spelled(refusal.cure, spell))))


def said(error: NbclaudeError | AnswerInterrupted) -> str:
    """Return what an error says, in the words of this surface."""
    refusal = getattr(error, "refusal", None)
    return refusal_text(refusal) if refusal is not None else error.said(spell)


def worded(error: NbclaudeError | AnswerInterrupted, *, has_commands: bool = True) -> None:
    """Make an error use the words of `nbclaude.ask`; without the extension, add how to get the commands that it names."""
    parts = (*error.cure, *error.note)
    if isinstance(error, ConfigurationError) and error.refusal is not None:
        parts = (*error.refusal.cure, *error.note)
        error.args, error.refusal = (said(error),), None
    error.spell = spell
    if not has_commands and any(isinstance(part, Command | Login) for part in parts):
        error.note = (*error.note, *([" "] if error.note else ()), _NO_COMMANDS)


def _subject(refusal: Refusal) -> str:
    configured = refusal.source == CONFIGURED
    name = refusal.setting if refusal.source in (ASKED, CONFIGURED) else refusal.source
    return with_value(f"ClaudeMagics.{name}" if configured else name, " = " if configured else "=", refusal)


def spell(part: Part) -> str:
    """Spell what a sentence mentions, as an argument of `nbclaude.ask` where it is one."""
    if isinstance(part, Way):
        return _WAYS[part]
    # IPython comes with it, which plain Python need not load.
    from nbclaude.options.spelling import command_line, spelled_setting

    if isinstance(part, Command | Login):
        return command_line(part)
    row = BY_NAME[part.setting]
    if not row.in_ask:
        cell_alone = not row.configurable and not row.environment
        own = f"%claude {spelled_setting(row.name, part.value)}" if cell_alone else f"ClaudeMagics.{row.name}"
        return row.environment or own
    return row.name if part.value is None else f"{row.name}={part.value!r}"
