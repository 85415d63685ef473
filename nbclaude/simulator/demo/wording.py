"""Writes lists, counts and quotations as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["code", "code_list", "count", "listed", "quote", "shorten"]


def listed(items: Sequence[str]) -> str:
    """Join words: `a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def code(value: str) -> str:
    """Set a value as inline code, with a longer fence where it holds backticks."""
    value = " ".join(value.split())
    return f"`` {value} ``" if "`" in value else f"`{value}`"


def code_list(values: Iterable[str], most: int = 6) -> str:
    """List values as inline code, each once, at most `most` of them."""
    names = list(dict.fromkeys(values))
    shown = [code(name) for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return listed(shown)


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: `1 word`, `2,300 words`, `no words`."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{number:,} {noun}" if number else f"no {noun}"


def shorten(value: str, most: int = 240) -> str:
    """Cut a text at a word, with an ellipsis."""
    if len(value) <= most:
        return value
    return value[:most].rsplit(maxsplit=1)[0].rstrip(" ,;:") + " …"


def quote(value: str, most: int = 240) -> str:
    """Set a text as a block quotation."""
    return "\n".join(f"> {line}" if line else ">" for line in shorten(value.strip(), most).split("\n"))
