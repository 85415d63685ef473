"""Text from elsewhere without the characters that steer a terminal, turn the direction of reading, or cannot be seen."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["excerpt", "identifier", "one_line", "printable", "seen_only", "shortened", "visible"]

_MAX_LINE = 1_000  # characters of a message
_MAX_IDENTIFIER = 200

# Controls (a terminal obeys them: title, colours, clipboard), but line ends and tabs, which are text; embeddings, overrides and
# isolates of the direction; what is deprecated or was never meant for text; tags, in which a text can be hidden. What Arabic,
# Hebrew, Persian, Thai and emoji need stays: joiners, direction marks, zero-width spaces. So do the tags of a flag.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\u180e\u2061-\u2064\ufeff\ufff9-\ufffb\ufffe\uffff]"
    "|[\ud800-\udfff]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Invisible letters, and variation selectors, in which a text can be hidden.
_BLANK = frozenset(
    "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f" + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_LINE = re.compile(r"[\s\u2028\u2029]+")


def printable(text: str) -> str:
    """Return a text of several lines as it can be shown anywhere; half a character becomes `\ufffd`."""
    if text.replace("\n", "").isprintable():
        return text  # nearly every text, at a twentieth of the cost
    return _UNSAFE.sub(_shown, text)


def visible(text: str) -> str:
    """Return a text for the user to judge: characters that are invisible, or change the direction of reading, become escapes."""
    return "".join(
        character if character in "\n\t" or _can_be_seen(character) else _escape(character)
        for character in text
    )


def seen_only(text: str) -> str:
    """Return a text without what cannot be seen or changes the direction of reading, in which something could be hidden."""
    return "".join(character for character in text if character in "\n\t" or _can_be_seen(character))


def one_line(text: str, limit: int = _MAX_LINE) -> str:
    """Return a sentence on one line, at most `limit` characters long."""
    line = printable(_LINE.sub(" ", text)).strip()
    return shortened(line, limit)


_LONG_WORD = 16  # characters


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters: the beginning of a longer one ends in an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def excerpt(text: str, most: int) -> str:
    """Return the beginning of a text on one line, at most so many characters long; it ends with a word, unless that is long."""
    line = " ".join(text.split())
    end = line.rfind(" ", max(0, most - _LONG_WORD), most) if len(line) > most else -1
    return f"{line[:end]}…" if end > 0 else shortened(line, most)


def identifier(text: str, limit: int = _MAX_IDENTIFIER) -> str:
    """Return an id, a type or a name of a server's, on one line and without anything that cannot be seen."""
    line = one_line(text, limit)
    if line.isascii():
        return line
    return "".join(character for character in line if unicodedata.category(character) != "Cf")


def _can_be_seen(character: str) -> bool:
    return (character.isascii() and character.isprintable()) or (
        unicodedata.category(character) not in _UNSEEN and character not in _BLANK
    )


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _shown(match: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= match[0] <= "\udfff" else ""
