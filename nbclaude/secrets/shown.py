"""A value of the user's as a message shows it: in few characters, and without secrets."""

from __future__ import annotations

from collections.abc import Mapping

from nbclaude.cleaning import shortened
from nbclaude.refusal import Refusal

__all__ = ["shown_value", "with_value"]

_MAX_LENGTH = 80  # characters
_AS_WRITTEN = (str, bytes, bool, int, float, complex, type(None))


def shown_value(value: object) -> str:
    """Return a short text for a value: a literal as it is written, anything else by its type.

    It is masked before it is cut: a part of a credential is a secret still, and no detector knows it.
    """
    if type(value).__module__ in ("numpy", "decimal", "fractions") and getattr(value, "shape", ()) == ():
        text = _repr(value)
    elif isinstance(value, _AS_WRITTEN):
        text = repr(value) if isinstance(value, str | bytes) and len(value) <= 10_000 else _repr(value)
    elif isinstance(value, list | tuple | set | frozenset | Mapping):
        text = _repr(value)
    else:
        text = f"<{type(value).__name__}>"
    from nbclaude.secrets.masking import mask  # its patterns take a while to compile

    masked, _ = mask(text)
    return shortened(masked, _MAX_LENGTH)


def _repr(value: object) -> str:
    """Write a value whose parts may be long, deep, or fail to write themselves."""
    import reprlib

    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = 10_000
    try:
        return " ".join(short.repr(value).split())
    except ValueError:  # a number of more digits than Python writes
        return f"<{type(value).__name__}>"


def with_value(name: str, sign: str, refusal: Refusal) -> str:
    """Write the name of a setting, and what of its value is refused, if that can be shown."""
    if not refusal.shown:
        return name
    value = shown_value(refusal.value)
    return f"{name} (with {value})" if refusal.a_part else f"{name}{sign}{value}"
