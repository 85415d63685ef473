"""The kinds of values that settings have: each reads a word of a magic's line and checks a value of Python, in one way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from nbclaude.refusal import UnfitError
from nbclaude.settings.plain import as_float, items_of, number_of, plain_json, plain_text

__all__ = [
    "Choice",
    "Flag",
    "Given",
    "Kind",
    "Number",
    "System",
    "Text",
    "Texts",
    "Whole",
]

_MAX_WHOLE = 2**63 - 1


class Kind:
    """One kind of value.

    `read` takes a word of a line, `check` a value of Python; both return the value as it is kept, and raise an UnfitError
    that says what it must be. `annotation` is the type of what is kept, `of_word` that of what a word means, where it is
    another; `accepts` is the type of what `nbclaude.ask` takes.
    """

    annotation: ClassVar[str] = "Any"
    of_word: ClassVar[str] = ""
    accepts: ClassVar[str] = "object"

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        raise NotImplementedError

    def read(self, word: str) -> Any:
        """Read a word of a line."""
        return self.check(word)

    def check(self, value: object) -> Any:
        """Check a value of Python."""
        raise NotImplementedError

    def unfit(self, **more: Any) -> UnfitError:
        """Make the error that says what it must be."""
        return UnfitError(f"it must be {self.wanted}.", **more)


class Given(Kind):
    """A value that its own room has read and checked: tools, a schema. `of` is its type."""

    def __init__(self, of: str = "Any") -> None:
        self.of = of

    def check(self, value: object) -> Any:
        """Take it as it is."""
        return value


class Text(Kind):
    """A text without the white space around it; with `escapes` a text as it is, in which a line may write escapes."""

    annotation: ClassVar[str] = "str"
    accepts: ClassVar[str] = "str"
    what = "text that is not empty"

    def __init__(self, what: str = "", *, empty: bool = False, escapes: bool = False) -> None:
        self.what = what or self.what
        self.empty = empty
        self.escapes = escapes

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return self.what

    def read(self, word: str) -> str:
        """Read a word of a line, which has no line breaks of its own."""
        return self.check(word.replace("\\n", "\n").replace("\\t", "\t") if self.escapes else word)

    def check(self, value: object) -> str:
        """Check a value of Python."""
        text = plain_text(value)
        if text is None or not (text.strip() or (self.empty and not text)):
            raise self.unfit()
        return text if self.escapes else text.strip()


class Choice(Kind):
    """One of some words, in any case; with `empty` also none of them."""

    annotation: ClassVar[str] = "str"
    accepts: ClassVar[str] = "str"

    def __init__(self, words: tuple[str, ...], *, empty: bool = False) -> None:
        self.words = words
        self.empty = empty

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return f"one of {', '.join(self.words)}"

    def check(self, value: object) -> str:
        """Check a value of Python."""
        text = plain_text(value)
        if text is None or not (text.lower() in self.words or (self.empty and not text)):
            raise self.unfit()
        return text.lower()


class Number(Kind):
    """A number in a range."""

    annotation: ClassVar[str] = "float"
    accepts: ClassVar[str] = "float"

    def __init__(self, least: float, most: float | None = None, *, unit: str = "") -> None:
        self.least = least
        self.most = most
        self.unit = unit

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        top = f" to {self.most:g}" if self.most is not None else ""
        return f"a number{self.unit and f' of {self.unit}'} from {self.least:g}{top}"

    def read(self, word: str) -> float:
        """Read a word of a line."""
        try:
            return self.check(float(word))
        except ValueError:
            raise self.unfit() from None

    def check(self, value: object) -> float:
        """Check a value of Python."""
        number = number_of(value)
        result = math.nan if number is None else as_float(number)
        if not self.least <= result <= (_MAX_WHOLE if self.most is None else self.most):
            raise self.unfit()
        return result


class Whole(Kind):
    """A whole number that is not below `least`."""

    annotation: ClassVar[str] = "int"
    accepts: ClassVar[str] = "int"

    def __init__(self, least: int) -> None:
        self.least = least

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return f"a whole number from {self.least}"

    def read(self, word: str) -> int:
        """Read a word of a line: ASCII digits."""
        if not (word.isascii() and word.isdigit()):
            raise self.unfit()
        return self.check(int(word) if len(word) < 100 else _MAX_WHOLE + 1)

    def check(self, value: object) -> int:
        """Check a value of Python; 1e3 is a whole number."""
        number = number_of(value)
        try:
            result = int(number) if number is not None else -1
        except (OverflowError, ValueError):
            raise self.unfit() from None
        if number is None or result != number or result < self.least:
            raise self.unfit()
        if result > _MAX_WHOLE:
            raise UnfitError(f"it must be {self.wanted} to {_MAX_WHOLE:,}.")
        return result


class Flag(Kind):
    """Yes or no."""

    annotation: ClassVar[str] = "bool"
    accepts: ClassVar[str] = "bool"

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return "True or False"

    def check(self, value: object) -> bool:
        """Check a value of Python."""
        if isinstance(value, bool):
            return value
        if type(value).__name__ in ("bool", "bool_") and type(value).__module__ == "numpy":
            return bool(value)
        raise self.unfit()


class Texts(Kind):
    """Several values of one kind; a lone one is a list of one."""

    annotation: ClassVar[str] = "tuple[str, ...]"
    of_word: ClassVar[str] = "str"
    accepts: ClassVar[str] = "str | Iterable[str]"

    def __init__(self, each: Kind) -> None:
        self.each = each

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return f"{self.each.wanted}, or several in a list"

    def read(self, word: str) -> Any:
        """Read one of them."""
        return self.each.read(word)

    def check(self, value: object) -> tuple[Any, ...]:
        """Check a value of Python."""
        if plain_text(value) is not None:
            return (self.each.check(value),)
        items = items_of(value)
        if items is None:
            raise self.unfit()
        found = []
        for item in items:
            try:
                found.append(self.each.check(item))
            except UnfitError as error:
                raise UnfitError(f"each {error.reason.removeprefix('it ')}", part=(item,)) from None
        return tuple(found)


class System(Kind):
    """A system prompt: text, which may be empty, or text blocks."""

    annotation: ClassVar[str] = "str | list[dict[str, Any]]"
    accepts: ClassVar[str] = "str | Sequence[str | Mapping[str, Any]]"

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return 'text, or a list of text blocks like {"type": "text", "text": "..."}'

    def check(self, value: object) -> str | list[dict[str, Any]]:
        """Check a value of Python; a lone block is a list of one, and texts in a list are blocks."""
        text = plain_text(value)
        if text is not None:
            return text
        items = [value] if isinstance(value, Mapping) else items_of(value)
        if items is None:
            raise self.unfit()
        return [self._block(item) for item in items] or ""

    def _block(self, item: object) -> dict[str, Any]:
        text = plain_text(item)
        block = {"type": "text", "text": text} if text is not None else plain_json(item)
        if (
            not isinstance(block, dict)
            or block.get("type") != "text"
            or not isinstance(block.get("text"), str)
        ):
            raise self.unfit(part=(item,))
        if not block["text"]:
            raise self.unfit(part=(item,))
        return block
