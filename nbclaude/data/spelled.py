"""Recognises texts that represent values of another type (dates, times, numbers), and faults that are easily overlooked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from nbclaude.data.cells import value_text
from nbclaude.data.fact_words import MAX_COUNTED, share_text
from nbclaude.data.facts import Fact
from nbclaude.frozen import frozen

__all__ = ["LOOKED_AT", "text_facts"]

LOOKED_AT = 5_000  # texts of a column
_TRIED = 40  # of these are tried first
_MOST = 0.8  # share of the texts that must be dates or numbers for the others to be exceptions
_NAMED = 3  # the most exceptions that are quoted
_LONG = 60  # characters: no more of a text are shown among facts
_MONTHS, _DAYS = 12, 31
_CODE = re.compile(r"0\d+")
_DATE = re.compile(
    r"\d{4}([-/])(?:0[1-9]|1[0-2])(?:\1(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?P<zone>Z|[-+]\d\d:?\d\d)?)?)?"
)
_CLOCK = r"\d{1,2}:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
# With a year of two digits, points would make a date of a version number.
_SHORT_DATE = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(?P<year>\d{{4}}|(?<![.])\d\d)(?:,? {_CLOCK})?")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NAMED_MONTH = re.compile(
    rf"(?:[a-z]{{3,9}},? )?(?:\d{{1,2}}[ .-]{{1,2}}{_MONTH}|{_MONTH} \d{{1,2}}),?[ -](?:\d{{4}}|\d\d)(?:,? {_CLOCK})?",
    re.IGNORECASE,
)
_TIME = re.compile(rf"(?=(?:[01]?\d|2[0-3]):){_CLOCK}")
_CURRENCY = r"(?:[$€£¥₹]|(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|INR|CNY)\b)"
# More than 15 digits are a code, and so are digits after a leading zero.
_NUMBER = re.compile(
    rf"\s*[-+]?{_CURRENCY}?\s?[-+]?(?:0|[1-9]\d{{0,14}}|[1-9]\d{{0,2}}(?:,\d{{3}}){{1,4}}|[1-9]\d{{0,2}}(?:['’]\d{{3}}){{1,4}})?"
    rf"(?:\.\d*)?(?:[eE][-+]?\d{{1,3}})?\s?(?:%|{_CURRENCY})?\s*"
)
# As written in most of Europe: 1.234,5 or 1 234,5.
_COMMA = re.compile(
    rf"\s*[-+]?{_CURRENCY}?\s?(?:(?:0|[1-9]\d{{0,14}}|[1-9]\d{{0,2}}(?:\.\d{{3}}){{1,4}})(?:,\d+)?"
    rf"|[1-9]\d{{0,2}}(?:[ \u00a0\u202f]\d{{3}}){{1,4}},\d+)\s?(?:%|{_CURRENCY})?\s*"
)
# Negative amounts, as accountants write them.
_LOSS = re.compile(rf"\s*\({_NUMBER.pattern}\)\s*")


def _is_short_date(text: str) -> bool:
    found = _SHORT_DATE.fullmatch(text)
    if found is None:
        return False
    low, high = sorted((int(found[1]), int(found[3])))
    return 1 <= low <= _MONTHS and high <= _DAYS


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and bool(_NUMBER.fullmatch(text) or _LOSS.fullmatch(text))


def _is_with_comma(text: str) -> bool:
    return any(map(str.isdigit, text)) and bool(_COMMA.fullmatch(text))


def _order(texts: Sequence[str]) -> str:
    """Say which of the first two numbers is the day, if one cannot be a month and the third is certainly a year."""
    found = [match for text in texts if (match := _SHORT_DATE.fullmatch(text))]
    first = any(int(match[1]) > _MONTHS for match in found)
    second = any(int(match[3]) > _MONTHS for match in found)
    if second:
        return "" if first else ", month first"
    if not any(int(match["year"]) > _DAYS for match in found):
        return ""
    return ", day first" if first else ", day or month first"


def _losses(texts: Sequence[str]) -> str:
    return ", negative in parentheses" if any(map(_LOSS.fullmatch, texts)) else ""


def _no_more(_texts: Sequence[str]) -> str:
    return ""


@frozen
class _Spelling:
    """What texts may represent: how to recognise it, the words for it, and what all the texts together show."""

    is_one: Callable[[str], object]
    words: str
    more: Callable[[Sequence[str]], str] = _no_more
    is_number: bool = False


_SPELLINGS = (
    _Spelling(_DATE.fullmatch, "dates as text"),
    _Spelling(_is_short_date, "dates as text", _order),
    _Spelling(_NAMED_MONTH.fullmatch, "dates as text"),
    _Spelling(_TIME.fullmatch, "times as text"),
    _Spelling(_is_number, "numbers as text", _losses, is_number=True),
    _Spelling(_is_with_comma, "numbers as text with decimal commas", is_number=True),
)


def text_facts(texts: Sequence[str], distinct: int, *, sampled: bool = False) -> tuple[Fact, ...]:
    """Tell what texts represent, their length, and what is wrong with them; if few are distinct, their counts show the latter."""
    if distinct < 2:
        return ()
    counted = distinct <= MAX_COUNTED
    faults = () if counted else _faults(texts, sampled=sampled)
    return (_spelled(texts, sampled=sampled, quoting=not counted), _length(texts, sampled=sampled), *faults)


def _spelled(texts: Sequence[str], *, sampled: bool, quoting: bool) -> Fact:
    """Describe texts that are nearly all dates, times or numbers, `quoting` those that are not; nothing for others.

    Dates have a range if their texts sort in the order of time. For a sample, all of this is marked.
    """
    tried = texts[:: max(1, len(texts) // _TRIED)]
    if len(tried) < 2:
        return Fact("")
    for spelling in _SPELLINGS:
        if sum(bool(spelling.is_one(text)) for text in tried) < _MOST * len(tried):
            continue
        others = [text for text in texts if not spelling.is_one(text)]
        if len(others) > (1 - _MOST) * len(texts):
            continue
        if spelling.is_number and any(map(_CODE.fullmatch, texts)):
            continue
        # The range quotes values, as the facts about other dates do.
        words = f"{'~' * sampled}{spelling.words}{spelling.more(texts)}"
        known = "" if others or spelling is not _SPELLINGS[0] else _range(texts)
        but = f" but for {len(others):,}" if others and not sampled else " mostly" if others else ""
        return Fact(
            f"{words}{known}{but}{_quoted(others) if quoting else ''}", 1, schema=f"{words}{known}{but}"
        )
    return Fact("")


def _quoted(others: Sequence[str]) -> str:
    """Return the exceptions, if only a few are distinct."""
    distinct = [text for text, _ in Counter(others).most_common(_NAMED + 1)]
    if (
        not distinct
        or len(distinct) > _NAMED
        or any(len(text) > _LONG or set("()") & set(text) for text in distinct)
    ):
        return ""
    return f" ({', '.join(map(value_text, distinct))})"


def _length(texts: Sequence[str], *, sampled: bool) -> Fact:
    """Tell how long texts are, if some are too long to be shown in full."""
    lengths = list(map(len, texts))
    least, most = min(lengths, default=0), max(lengths, default=0)
    if most <= _LONG:
        return Fact("")
    return Fact(f"{'~' * sampled}{f'{least:,} … ' if least < most else ''}{most:,} characters", 1)


def _faults(texts: Sequence[str], *, sampled: bool) -> tuple[Fact, ...]:
    """Tell how many texts are empty, and how many have surrounding spaces; for a sample, only the share."""
    empty = sum(not text for text in texts)
    around = sum(text != text.strip() for text in texts)
    told = ((empty, "empty"), (around, "with surrounding spaces"))
    return tuple(
        Fact(f"~{share_text(count / len(texts))} {words}" if sampled else f"{count:,} {words}", 1)
        for count, words in told
        if count
    )


def _range(texts: Sequence[str]) -> str:
    """Return the first and the last date if the texts sort in the order of time; else nothing."""
    found = [_DATE.fullmatch(text) for text in texts]
    zones = {each["zone"] for each in found if each}
    least, most = min(texts), max(texts)
    in_order = all(found) and len(zones) == 1 and len(set(map(len, texts))) == 1
    return f" {least} … {most}" if in_order and least < most else ""
