"""Masks e-mail addresses, telephone and card numbers in a text about data, as far as asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from nbclaude.errors import ConfigurationError
from nbclaude.secrets.masking import Finding

__all__ = ["PERSONAL_KINDS", "PERSONAL_WORDS", "mask_personal"]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b")
# With a country code, or in groups: a plain number of many digits is a number.
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,5}\)[ .-]?)?\d(?:[ .-]?\d){5,12}"
    r"|\(0\d{1,4}\)[ -]?\d{4,8}|\(\d{2,5}\)[ -]?\d{2,5}(?:[ -]\d{2,5}){1,3}"
    r"|\d{3}[-.]\d{3}[-.]\d{4}|0[1-9](?:[ .]\d\d){4}|0\d{1,4}[ /-]\d{2,4}(?:[ -]?\d{2,4}){1,2})(?![\w.]|-\d)"
)
# A column of card numbers of which one is missing is one of floats.
_CARD = re.compile(r"(?<![\w.+-])\d(?:[ -]?\d){12,18}(?:\.0(?!\d))?(?![\w.]|-\d)")
# Numbers in groups that are something else: a date, and the rows and columns of a table, all of them of one width.
_DATE = re.compile(r"(?:0[1-9]|[12]\d|3[01])([ /.-])(?:0[1-9]|[12]\d|3[01])\1(?:19|20)\d\d$")
_ONE_WIDTH = re.compile(r"0\d(?:[ /-]\d\d){2,3}$|0\d\d(?:[ /-]0\d\d)+$")
_LEAST_DIGITS = 7


def _is_card(text: str) -> bool:
    """Return whether digits are a card number by the check digit of Luhn."""
    digits = [int(character) for character in text.removesuffix(".0") if character.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return text[0] in "23456" and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_phone(text: str) -> bool:
    """Return whether digits in groups are no date, no numbers side by side, and enough of them."""
    if _DATE.match(text) or _ONE_WIDTH.match(text):
        return False
    return sum(character.isdigit() for character in text) >= _LEAST_DIGITS


def _any(text: str) -> bool:
    return bool(text)


# The order matters: a card number in groups would pass for a telephone number.
_KINDS: Mapping[str, tuple[str, re.Pattern[str], Callable[[str], bool]]] = {
    "email": ("e-mail address", _EMAIL, _any),
    "card": ("card number", _CARD, _is_card),
    "phone": ("telephone number", _PHONE, _is_phone),
}

PERSONAL_KINDS = tuple(_KINDS)
PERSONAL_WORDS = frozenset(words for words, _, _ in _KINDS.values())


def mask_personal(text: str, kinds: Collection[str] = PERSONAL_KINDS) -> tuple[str, tuple[Finding, ...]]:
    """Return the text with `[e-mail address]` in place of each, and what was found.

    `kinds` are among "email", "card" and "phone"; any other raises ConfigurationError.
    """
    if unknown := sorted(set(kinds) - set(_KINDS)):
        raise ConfigurationError(f"{unknown[0]!r} cannot be masked; what can is {', '.join(_KINDS)}.")
    findings: list[Finding] = []
    for kind, (words, pattern, is_one) in _KINDS.items():
        if kind not in kinds:
            continue
        pieces: list[str] = []
        position = 0
        for match in pattern.finditer(text):
            if is_one(match[0]):
                pieces += (text[position : match.start()], f"[{words}]")
                position = match.end()
                findings.append(Finding(words, text.count("\n", 0, match.start()) + 1))
        text = "".join([*pieces, text[position:]])
    return text, tuple(findings)
