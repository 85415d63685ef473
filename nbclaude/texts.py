"""Cuts a long text to its limit, and says what was cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.plurals import counted
from nbclaude.wire.request import text_block

__all__ = [
    "DEFAULT_LIMITS",
    "Cut",
    "TextLimits",
    "beginning",
    "clip",
    "counted",
    "framed",
    "framed_name",
    "gap",
    "in_words",
    "one_line",
]


@frozen
class TextLimits:
    """How much text one thing may become, in characters (three are about one token), and how long it may take.

    `summary` is for a frame or an array described in the default way, `rows` for rows that were asked for (`head N`,
    `full`), `source` for source code and tracebacks, `text` for a repr. `seconds` is how long a query may
    take to compute its statistics; 0 computes none.
    """

    summary: int = 4_500
    rows: int = 60_000
    source: int = 24_000
    text: int = 8_000
    seconds: float = 3.0


DEFAULT_LIMITS = TextLimits()


class Cut(str):
    """A note that says that something was left out or shortened; other notes are plain text."""

    __slots__ = ()

    @classmethod
    def joined(cls, notes: Iterable[str], separator: str = "; ") -> str:
        """Join notes to one, which tells of a cut if one of them does; empty ones count for nothing."""
        said = [note for note in notes if note]
        text = separator.join(said)
        return cls(text) if any(isinstance(note, cls) for note in said) else text

    @classmethod
    def reworded(cls, note: str, text: str) -> str:
        """Return the text as a note of the same kind as another."""
        return cls(text) if isinstance(note, cls) else text


# What stands in the place of what was left out; `clip` knows its own marks, so that a text cut twice counts right.
_MARK = re.compile(r"\n?\[… ([\d,]+) (?:of [\d,]+ )?characters left out …\]\n?")
_MARK_END = " characters left out …]"


def beginning(text: str, limit: int) -> str:
    """Return the first `limit` characters, or fewer: a credential that the cut would go through is left out whole.

    Nothing is cut in another way than here and in `clip`: what is left of a credential is still secret, and no longer found.
    """
    if len(text) <= limit:
        return text
    from nbclaude.secrets.masking import whole_credentials

    return text[: whole_credentials(text, limit)[0]]


def clip(text: str, limit: int, *, tail: float = 0.0) -> tuple[str, str]:
    """Return the text within `limit` characters, and a note that says what was cut ("" for nothing).

    `tail` is the share of the limit that the end of the text gets: what a traceback says is at its end. What was cut from
    the text before is counted with what is cut now, and a mark of it is left whole or taken in.
    """
    if len(text) <= limit:
        return text, ""
    from nbclaude.secrets.masking import whole_credentials

    last = int(limit * tail)
    first, _ = whole_credentials(text, limit - last)
    _, resumed = whole_credentials(text, len(text) - last)
    here, elsewhere, total = 0, 0, len(text)
    # Most texts have none; to look for one as a pattern takes a second for each 100 MB.
    for mark in _MARK.finditer(text) if _MARK_END in text else ():
        missing = int(mark[1].replace(",", ""))
        total += missing - len(mark[0])
        if mark.start() < resumed and mark.end() > first:
            first, resumed = min(first, mark.start()), max(resumed, mark.end())
            here += missing - len(mark[0])
        else:
            elsewhere += missing
    here += resumed - first
    end = f"\n{text[resumed:]}" if last else ""
    said = f"{text[:first]}\n[… {here:,} of {total:,} characters left out …]{end}"
    return said, Cut(f"{here + elsewhere:,} of {total:,} characters left out")


def gap(characters: int) -> str:
    """Return the mark for so many characters that nobody has kept; `clip` counts them."""
    return f"\n[… {characters:,} characters left out …]\n"


def one_line(text: str, limit: int, *, strip: bool = True) -> str:
    """Return the text on one line, at most `limit` characters long, without the spaces around it if they say nothing."""
    # Only as much as can be shown is looked at: a cell of a frame may hold a book.
    short = text[: limit * 2].replace("\r", "").replace("\n", "⏎").replace("\t", " ")
    short = short.strip() if strip else short
    if len(short) <= limit and len(text) <= limit * 2:
        return short
    # The rest of the text is there for whoever looks whether the cut goes through a credential.
    return f"{beginning(short + text[limit * 2 : limit * 2 + 400], limit - 1)}…"


def in_words(value: object, format: str = "") -> object:
    """Return the text that represents one of our values to a model: for a reply, its answer. Other values are returned unchanged.

    Its class says so with a method `_prompt_text_`, as classes do with `_repr_html_` for a notebook. The format "repr"
    asks for the object itself.
    """
    # A user's class may invent any attribute that it is asked for.
    says = vars(type(value)).get("_prompt_text_")
    return value if says is None or format == "repr" else says(value) or value


def framed(tag: str, name: str, text: str) -> Mapping[str, Any]:
    """Return a text block that shows the model where a thing begins and ends, and what the user calls it."""
    quoted = name.replace("&", "&amp;").replace('"', "&quot;")
    return text_block(f'<{tag} name="{quoted}">\n{text}\n</{tag}>')


_FRAME = re.compile(r'<\w+ name="([^"]*)">')


def framed_name(text: str) -> str:
    """Return what the thing in a `framed` text is called, as it stands there; nothing for any other text."""
    found = _FRAME.match(text)
    return found[1] if found else ""
