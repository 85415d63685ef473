"""Keys that nothing shows, and which of them stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Secret", "find_keys"]

_KEY = re.compile(r"(?<![A-Za-z0-9])sk-ant-(?:[a-z]+[0-9]{2}-)?[A-Za-z0-9_-]{16,}")
_SHORTEST_KNOWN = 12  # characters; a placeholder like "k" or "no-key" may stand in any text


class Secret:
    """A key that no repr, log or traceback shows; only `reveal` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key, for the one header that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not to be pickled")


def find_keys(text: str, known: Iterable[Secret] = ()) -> list[str]:
    """Return the API keys in a text, in the order of their first places: Anthropic's by their form, `known` by value.

    Placeholders (dots, crosses, words without digits) are no keys.
    """
    found = [match.group() for match in _KEY.finditer(text) if _is_random(match.group())]
    values = (secret.reveal() for secret in known)
    found += [value for value in values if len(value) >= _SHORTEST_KNOWN and value in text]
    return sorted(dict.fromkeys(found), key=text.index)


def _is_random(key: str) -> bool:
    body = re.sub(r"^sk-ant-(?:[a-z]+[0-9]{2}-)?", "", key)
    return len(set(body)) >= 8 and len(set(re.findall("[0-9]", body))) >= 2
