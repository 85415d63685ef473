"""What `nbclaude.ask` says of arguments that are refused: the facts come from below, the words are here."""

from __future__ import annotations

from nbclaude.refusal import ASKED, CONFIGURED, Mention, Refusal, Way, spelled
from nbclaude.secrets.shown import with_value
from nbclaude.settings.table import BY_NAME

__all__ = ["refusal_text", "said"]

_WAYS = {
    Way.STORE_KEY: "Set ANTHROPIC_API_KEY or ANTHROPIC_CUSTOM_HEADERS in the environment instead.",
    Way.LIST_MODELS: "",
}


def refusal_text(refusal: Refusal) -> str:
    """Say why an argument, a configured value or an environment variable is refused, in one line."""
    subject = "" if refusal.bare else f"{_subject(refusal)}:"
    return " ".join(filter(None, (subject, refusal.reason, spelled(refusal.cure, _spell))))


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
    row = BY_NAME[part.setting]
    if not row.in_ask:
        return row.environment or f"ClaudeMagics.{row.name}"
    return row.name if part.value is None else f"{row.name}={part.value!r}"
