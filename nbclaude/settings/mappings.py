"""The kinds of settings that are mappings: HTTP headers, fields of the request body, servers by name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from nbclaude.refusal import UnfitError, Way
from nbclaude.settings.kinds import Kind
from nbclaude.settings.plain import as_float, items_of, number_of, plain_json, plain_text

__all__ = ["SECRET_HEADERS", "Entries", "Headers", "Json", "Prices"]

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "x-api-key",
        "proxy-authorization",
        "cookie",
        "api-key",
        "x-auth-token",
        "x-goog-api-key",
    }
)
# These say how the request is written on the wire, which is for the client to know.
_OF_THE_CLIENT = frozenset(
    {
        *("host", "connection", "content-length", "content-encoding", "transfer-encoding", "accept-encoding"),
        *("expect", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"),
    }
)
_NAME = re.compile(r"[A-Za-z0-9-]+")


class Headers(Kind):
    """HTTP headers by their names, in lower case; none of them holds a secret."""

    annotation: ClassVar[str] = "Mapping[str, str]"
    of_word: ClassVar[str] = "tuple[str, str]"
    accepts: ClassVar[str] = "Mapping[str, str]"

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return 'a dict of names and values, in ASCII, like {"X-Team": "blue"}'

    def read(self, word: str) -> tuple[str, str]:
        """Read one header, `Name: value`."""
        name, colon, value = word.partition(":")
        try:
            if colon:
                return _header(name, value)
        except _NoHeaderError:
            pass
        raise UnfitError("it must be a header like 'Name: value', in ASCII.")

    def check(self, value: object) -> dict[str, str]:
        """Check a value of Python: a mapping, or pairs."""
        pairs = list(value.items()) if isinstance(value, Mapping) else items_of(value)
        if pairs is None or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
            raise self.unfit(shown=not isinstance(value, Mapping | list | tuple))
        found = {}
        for name, of_it in pairs:
            try:
                lowered, text = _header(name, of_it)
            except _NoHeaderError:
                # The value may be a secret; the name tells which header it is.
                reason = "a header must be a name and a value in ASCII, without line breaks."
                raise UnfitError(reason, part=(name,)) from None
            found[lowered] = text
        return found


class _NoHeaderError(ValueError):
    """A name and a value do not make a header."""


def _header(name: object, value: object) -> tuple[str, str]:
    name, value = plain_text(name), plain_text(value)
    if name is None or value is None or not _NAME.fullmatch(name.strip(" \t")):
        raise _NoHeaderError
    name, value = name.strip().lower(), value.strip(" \t")
    if not value.isascii() or not value.isprintable():
        raise _NoHeaderError
    if name in SECRET_HEADERS:
        raise UnfitError(
            "it must be a header that is not secret: a notebook is no place for a key.",
            cure=(Way.STORE_KEY,),
            part=(name,),
        )
    if name in _OF_THE_CLIENT:
        raise UnfitError(
            "it must be a header that nbclaude does not write itself. Leave it out.", part=(name,)
        )
    return name, value


class Json(Kind):
    """Fields of a JSON object."""

    annotation: ClassVar[str] = "Mapping[str, Any]"
    accepts: ClassVar[str] = "Mapping[str, Any]"

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return 'a dict of JSON values, like {"top_k": 5}'

    def read(self, word: str) -> dict[str, Any]:
        """Read a JSON object."""
        try:
            return self.check(json.loads(word, parse_constant=_no_constant))
        except (ValueError, RecursionError):
            raise UnfitError("""it must be a JSON object in quotes, like '{"top_k": 5}'.""") from None

    def check(self, value: object) -> dict[str, Any]:
        """Check a value of Python."""
        if not isinstance(value, Mapping):
            raise self.unfit()
        found: dict[str, Any] = plain_json(value)
        return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


class Entries(Kind):
    """Entries by name, each of which its own room checks when it is used."""

    annotation: ClassVar[str] = "Mapping[str, Any]"

    def __init__(self, what: str) -> None:
        self.what = what

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return self.what

    def check(self, value: object) -> dict[Any, Any]:
        """Check a value of Python."""
        if not isinstance(value, Mapping):
            raise self.unfit()
        return dict(value)


class Prices(Kind):
    """Prices of models by name: dollars per million tokens of input, of output, and if it costs less, of cached input."""

    annotation: ClassVar[str] = "Mapping[str, tuple[float, ...]]"

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return (
            "a dict of models and their prices in dollars per million tokens, (input, output) or (input, output, cached), "
            "like {'qwen3': (0.2, 0.6)}"
        )

    def check(self, value: object) -> dict[str, tuple[float, ...]]:
        """Check a value of Python."""
        if not isinstance(value, Mapping):
            raise self.unfit()
        return {self._name(name): self._price(name, each) for name, each in value.items()}

    def _name(self, name: object) -> str:
        text = plain_text(name)
        if text is None or not text.strip():
            raise UnfitError("the name of a model must be text that is not empty.", part=(name,))
        if "*" in text:
            raise UnfitError("a price belongs to one model, so '*' cannot stand for several.", part=(name,))
        return text.strip()

    def _price(self, name: object, value: object) -> tuple[float, ...]:
        items = items_of(value)
        numbers = [number_of(item) for item in items or ()]
        found = tuple(as_float(number) for number in numbers if number is not None)
        if items is None or len(found) != len(items) or len(found) not in (2, 3):
            reason = "a price must be two or three numbers: input, output, and cached input."
            raise UnfitError(reason, part=({name: value},))
        if not all(0 <= dollars < 1e6 for dollars in found):
            reason = "each price must be in dollars per million tokens, from 0 to less than 1,000,000."
            raise UnfitError(reason, part=({name: value},))
        return found
