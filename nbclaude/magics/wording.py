"""What cells and `%config` say of settings that are refused: the facts come from below, the words are here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from nbclaude.cures import Part, Words
from nbclaude.errors import AnswerInterrupted, ConfigurationError, NbclaudeError
from nbclaude.options.spelling import option_for, spell, spelled_setting
from nbclaude.refusal import ASKED, CONFIGURED, Refusal, Way, spelled
from nbclaude.secrets.shown import shown_value, with_value

__all__ = ["note_text", "refusal_text", "said", "trait_text", "worded"]

_TRAIT_WAYS: Mapping[Part, str] = {
    Way.STORE_KEY: "Use %claude_login, or ANTHROPIC_CUSTOM_HEADERS in the environment."
}


def refusal_text(refusal: Refusal) -> str:
    """Say why a setting is refused, in one line."""
    return _line("" if refusal.bare else f"{_subject(refusal)}:", refusal)


def trait_text(refusal: Refusal) -> str:
    """Say it of a value that `%config` or a profile has given."""
    subject = with_value(f"ClaudeMagics.{refusal.setting}", " = ", refusal)
    cure = spelled(refusal.cure, lambda part: _TRAIT_WAYS[part] if part in _TRAIT_WAYS else spell(part))
    return " ".join(filter(None, (f"{subject}: {refusal.reason}", cure)))


def note_text(note: str | Words | Refusal) -> str:
    """Say what is to be known of a request: what was left out of it, and why."""
    if isinstance(note, str):
        return note
    if isinstance(note, tuple):
        return spelled(note, spell)
    return _line(f"{note.setting} {note.value} left out:", note)


def said(error: BaseException) -> str:
    """Return what an error says, in the words of this surface."""
    refusal = getattr(error, "refusal", None)
    if refusal is not None:
        return refusal_text(refusal)
    return error.said(spell) if isinstance(error, NbclaudeError | AnswerInterrupted) else str(error)


@contextmanager
def worded() -> Iterator[None]:
    """Word the errors from below; also a decorator, for the functions of magics."""
    try:
        yield
    except (NbclaudeError, AnswerInterrupted) as error:
        if isinstance(error, ConfigurationError) and error.refusal is not None:
            error.args = (refusal_text(error.refusal),)
            error.refusal = None
        error.spell = spell
        raise


def _line(subject: str, refusal: Refusal) -> str:
    return " ".join(filter(None, (subject, refusal.reason, spelled(refusal.cure, spell))))


def _subject(refusal: Refusal) -> str:
    name, value = refusal.setting, refusal.value
    if refusal.source == CONFIGURED:
        return with_value(f"ClaudeMagics.{name}", " = ", refusal)
    if refusal.source != ASKED:
        return with_value(refusal.source, "=", refusal)
    option = option_for(name)
    word = option.names[-1] if option else name
    can_be_shown = refusal.shown and not refusal.a_part and isinstance(value, str | int | float)
    is_plain = can_be_shown and shown_value(value) == repr(value)  # short, and no secret
    if option is None or not is_plain or option_for(name, value) is None:
        return with_value(word, " ", refusal)
    return spelled_setting(name, value)
