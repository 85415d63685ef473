"""Facts about a frame, and whether a text states them, in whatever words its tool uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Case",
    "Fact",
    "cells",
    "column",
    "counts",
    "distinct",
    "mean",
    "median",
    "missing",
    "says",
    "shape",
    "spans",
    "std",
    "unique",
    "values",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in a reader's words, and the test for whether a text states it."""

    words: str
    is_told: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Case:
    """A frame, how to get it, and the facts about it that an analyst would not want to miss."""

    name: str
    load: Callable[[], Any]
    facts: tuple[Fact, ...]


# Where the part about a column begins: in our lines and data-formulator's, querychat's, lida's dicts, pandas-ai's JSON.
_PARTS = re.compile(r"\n(?!  (?:Range|Categorical))|(?=\{'column')|(?=\{\"name\")")
_DIGITS = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?"
_NUMBER = re.compile(rf"(?<![\w.]){_DIGITS}", re.IGNORECASE)


def _about(text: str, name: str) -> str:
    """Return what a text says about a column; nothing if it only shows its name above values."""
    begins = re.compile(
        rf"[\s\-{{'\"]*(?:(?:column|name)['\"]: ['\"])?{re.escape(name)}['\"]?(?::| --| \(|,?(?= ['\"]))"
    )
    return "\n".join(part for part in _PARTS.split(text) if begins.match(part))


def _holds(text: str, *numbers: float) -> bool:
    """Return whether a text has all of these numbers, rounded to four digits at most."""
    found = [float(each.replace(",", "")) for each in _NUMBER.findall(text)]
    return all(
        any(each == number or (number % 1 and abs(each - number) <= 5e-4 * abs(number)) for each in found)
        for number in numbers
    )


def shape(rows: int, columns: int) -> Fact:
    """How large the frame is."""
    size = re.compile(rf"(?<![\d,]){rows:,} rows? × {columns:,} columns?|\b{rows}x{columns}\b")
    return Fact(f"{rows} × {columns}", lambda text: bool(size.search(text)))


def missing(name: str, count: int) -> Fact:
    """How many values of a column are missing, NaN or null."""
    said = re.compile(
        rf"\b{count:,} (missing|null|NaN)|(missing|null|nan)\w*['\"]?: {count}\b", re.IGNORECASE
    )
    return Fact(f"{name}: {count} missing", lambda text: bool(said.search(_about(text, name))))


def spans(name: str, least: float | str, most: float | str) -> Fact:
    """The least and the greatest value of a column."""

    def is_told(text: str) -> bool:
        told = _about(text, name)
        if isinstance(least, str) or isinstance(most, str):
            return str(least) in told and str(most) in told
        return _holds(told, least, most)

    return Fact(f"{name}: {least} … {most}", is_told)


def _statistic(word: str, name: str, value: float) -> Fact:
    after = re.compile(rf"{word}['\"]?:? ~?({_DIGITS})", re.IGNORECASE)

    def is_told(text: str) -> bool:
        return any(_holds(f" {each}", value) for each in after.findall(_about(text, name)))

    return Fact(f"{name}: {word} {value}", is_told)


def mean(name: str, value: float) -> Fact:
    """The mean of a column."""
    return _statistic("mean", name, value)


def median(name: str, value: float) -> Fact:
    """The median of a column."""
    return _statistic("median", name, value)


def std(name: str, value: float) -> Fact:
    """The standard deviation of a column."""
    return _statistic("std", name, value)


def distinct(name: str, count: int) -> Fact:
    """How many different values a column has."""
    said = re.compile(rf"\b{count:,} distinct|num_unique_values': {count}\b")
    return Fact(f"{name}: {count} distinct", lambda text: bool(said.search(_about(text, name))))


def unique(name: str, rows: int) -> Fact:
    """That no value of a column occurs twice."""
    said = re.compile(rf"(?<!_)\bunique\b(?!_)|\b{rows:,} distinct|num_unique_values': {rows}\b")
    return Fact(f"{name}: unique", lambda text: bool(said.search(_about(text, name))))


def counts(name: str, known: Mapping[object, int]) -> Fact:
    """How often values of a column occur."""

    def is_told(text: str) -> bool:
        told = _about(text, name)
        return all(
            re.search(rf"(?<![\w.]){re.escape(str(value))}['\"]?: {count:,}\b", told)
            for value, count in known.items()
        )

    return Fact(f"{name}: {known}", is_told)


def values(name: str, *known: object) -> Fact:
    """Which values a column has."""
    return Fact(f"{name}: {known}", lambda text: all(str(value) in _about(text, name) for value in known))


def column(name: str, *patterns: str) -> Fact:
    """What is said about a column: a regular expression for each part of it."""
    return Fact(
        f"{name}: {patterns}", lambda text: all(re.search(each, _about(text, name)) for each in patterns)
    )


def says(*patterns: str) -> Fact:
    """What is said about the frame: a regular expression for each part of it."""
    return Fact(f"{patterns}", lambda text: all(re.search(each, text) for each in patterns))


def cells(*known: object) -> Fact:
    """Values of one row, in the order of their columns."""
    between = r"(?:\.0)?[\s,|]+(?:[^\n]*[\s,|])?"
    row = re.compile(between.join(re.escape(str(value)) for value in known))
    return Fact(f"row {known}", lambda text: bool(row.search(text)))
