"""Finds in a text the end of a private key whose beginning was cut off.

The other half, a beginning without its end, is one of the shapes in `shapes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["key_tails"]

_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_MAX_LENGTH = 20_000  # characters of a key
_LEAST = 24  # characters in base64; what is less only speaks of keys

# What stands before the end, read backwards: lines in base64, and between them line breaks, also those of a repr, with signs
# of comments, quotes and diffs, and the line numbers of a traceback.
_BREAK = r"(?:[rn]\\{1,3}|[\s⏎\"',#>|+]){1,24}(?:(?:\d{1,5}|[+>|-]{1,5})[\s>|-]{1,24}(?:[rn]\\{1,3})?){0,2}"
_CODE = r"(?:(?![rn]\\|\+[\s⏎])[A-Za-z0-9+/=])"
_BODY = re.compile(rf"(?:{_BREAK})?{_CODE}+(?:{_BREAK}{_CODE}{{40,}})*(?:{_BREAK}{_CODE}{{2,}})?")


def key_tails(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of each end of a private key, with the lines of the key before it."""
    position = 0
    for end in _END.finditer(text):
        before = text[max(position, end.start() - _MAX_LENGTH) : end.start()][::-1]
        position = end.end()
        body = _BODY.match(before)
        if body and sum(character.isalnum() for character in body[0]) >= _LEAST:
            yield end.start() - len(body[0].rstrip()), end.end(), "private key"
