"""What `nbclaude.ask` says of arguments that are refused: the facts come from below, the words are here."""

from __future__ import annotations

from nbclaude.refusal import ASKED, CONFIGURED, Mention, Refusal, Way, spelled
from nbclaude.secrets.shown import with_value

__all__ = ["refusal_text", "said"]

_WAYS = {
    Way.STORE_KEY: "Set ANTHROPIC_API_KEY or ANTHROPIC_CUSTOM_HEADERS in the environment instead.",
    Way.LIST_MODELS: "The documentation of the server lists its models",
    Way.CHECK_CONNECTION: "Check the environment variable that holds it",
}


def refusal_text(refusal: Refusal) -> str:
    """Say why an argument, a configured value or an environment variable is refused, in one line."""
    cure = spelled(refusal.cure, _spell)
    return " ".join(filter(None, (f"{_subject(refusal)}: {refusal.reason}", cure)))


def said(error: Exception) -> str:
    """Return what an error says, in the words of this surface."""
    refusal = getattr(error, "refusal", None)
    return refusal_text(refusal) if refusal is not None else str(error)


def _subject(refusal: Refusal) -> str:
    configured = refusal.source == CONFIGURED
    name = refusal.setting if refusal.source in (ASKED, CONFIGURED) else refusal.source
    return with_value(f"ClaudeMagics.{name}" if configured else name, " = " if configured else "=", refusal)


def _spell(part: Mention | Way) -> str:
    if isinstance(part, Way):
        return _WAYS[part]
    return part.setting if part.value is None else f"{part.setting}={part.value!r}"
