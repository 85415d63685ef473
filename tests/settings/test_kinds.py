"""What each kind of setting takes, as a word of a line and as a value of Python, and what it says of the rest."""

from __future__ import annotations

import datetime
import enum
import itertools
from collections import OrderedDict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbclaude.refusal import UnfitError
from nbclaude.settings.kinds import Kind
from nbclaude.settings.table import BY_NAME, SETTINGS


class Level(enum.StrEnum):
    LOW = "low"


class Fields(dict[str, Any]):
    """A dict of somebody's own."""


class Loud:
    """What fails however one looks at it."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("sk-ant-api03-aB3dE5gH9kLmN0pQrS1tU2vW3xY4z")

    @property
    def shape(self) -> tuple[int, ...]:
        raise RuntimeError("no shape")


def kind(name: str) -> Kind:
    return BY_NAME[name].kind


TAKEN = [
    ("prices", {"qwen3": (0.2, 0.6), " local ": [0, 0]}, {"qwen3": (0.2, 0.6), "local": (0.0, 0.0)}),
    ("prices", {"m": np.array([1, 2, 0.5])}, {"m": (1.0, 2.0, 0.5)}),
    ("prices", {}, {}),
    ("stop_sequences", "END", ("END",)),
    ("stop_sequences", np.str_("END"), ("END",)),
    ("stop_sequences", ["a", "\n\nHuman:"], ("a", "\n\nHuman:")),
    ("stop_sequences", (text for text in "ab"), ("a", "b")),
    ("stop_sequences", {"b", "c", "a"}, ("a", "b", "c")),
    ("stop_sequences", {"b": 1, "a": 2}.keys(), ("b", "a")),
    ("stop_sequences", np.array(["x", "y"]), ("x", "y")),
    ("stop_sequences", pd.Series(["x"]), ("x",)),
    ("stop_sequences", [], ()),
    ("betas", "files-api-2025-04-14", ("files-api-2025-04-14",)),
    ("betas", ("a", " b "), ("a", "b")),
    ("mask_personal", "EMAIL", ("email",)),
    ("math_macros", "\\R", ("R",)),
    ("math_macros", ["R", "norm"], ("R", "norm")),
    ("system", "", ""),
    ("system", "be brief", "be brief"),
    ("system", ["a", "b"], [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
    ("system", {"type": "text", "text": "a"}, [{"type": "text", "text": "a"}]),
    ("system", [], ""),
    ("effort", "LOW", "low"),
    ("effort", Level.LOW, "low"),
    ("thinking", "off", "off"),
    ("auth_style", "", ""),
    ("temperature", 1, 1.0),
    ("temperature", np.float32(0.3), 0.3),
    ("temperature", np.array(0.5), 0.5),
    ("temperature", Decimal("0.25"), 0.25),
    ("temperature", Fraction(1, 4), 0.25),
    ("max_tokens", 1e3, 1000),
    ("max_tokens", np.int64(5), 5),
    ("max_tokens", Decimal(7), 7),
    ("top_k", 0, 0),
    ("timeout", 3, 3.0),
    ("extra", Fields(a=(1, 2)), {"a": [1, 2]}),
    ("extra", OrderedDict(a=np.int64(3), b=np.float64(0.5)), {"a": 3, "b": 0.5}),
    ("extra", MappingProxyType({"a": None, "b": True, "c": 1e20}), {"a": None, "b": True, "c": 1e20}),
    ("headers", {"X-Team": " blue "}, {"x-team": "blue"}),
    ("headers", [("X-Team", "blue")], {"x-team": "blue"}),
    ("stream", np.bool_(False), False),
    ("prefill", "", ""),
    ("into", "größe", "größe"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "kept"), TAKEN)
def test_taken(name: str, value: Any, kept: Any) -> None:
    found = kind(name).check(value)
    assert found == kept
    assert type(found) is type(kept)


_FRACTION = "it must be a number from 0 to 1."
_EFFORT = "it must be one of low, medium, high, xhigh, max."
_SYSTEM = 'it must be text, or a list of text blocks like {"type": "text", "text": "..."}.'
_STOP = "it must be text that is not only white space"
_MACRO = (
    "each must be the name of a macro that the notebook defines, such as 'R': letters only, and not a command that itself "
    "defines, loads, links or styles."
)
_JSON = 'it must be a dict of JSON values, like {"top_k": 5}.'
_HEADER = "a header must be a name and a value in ASCII, without line breaks."
_SECRET = "it must be a header that is not secret: a notebook is no place for a key."
_CLIENTS = "it must be a header that nbclaude does not write itself. Leave it out."


def endless() -> Iterator[str]:
    return itertools.repeat("x")


def circle() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["a"] = found
    return found


REFUSED = [
    ("prices", {"m": 3}, "a price must be two or three numbers: input, output, and cached input."),
    ("prices", {"m": (1,)}, "a price must be two or three numbers: input, output, and cached input."),
    ("prices", {"m": ("1", "2")}, "a price must be two or three numbers: input, output, and cached input."),
    ("prices", {"m": (True, 2)}, "a price must be two or three numbers: input, output, and cached input."),
    ("prices", {"m": (-1, 2)}, "each price must be in dollars per million tokens, from 0 to less than 1,000,000."),
    ("prices", {"m": (float("nan"), 2)}, "each price must be in dollars per million tokens, from 0 to less than 1,000,000."),
    ("prices", {"": (1, 2)}, "the name of a model must be text that is not empty."),
    ("prices", {"qwen*": (1, 2)}, "a price belongs to one model, so '*' cannot stand for several."),
    ("stop_sequences", "", f"{_STOP}."),
    ("stop_sequences", ["a", " "], "each must be text that is not only white space."),
    ("stop_sequences", [None], "each must be text that is not only white space."),
    ("stop_sequences", {"a": 1}, f"{_STOP}, or several in a list."),
    ("stop_sequences", b"END", f"{_STOP}, or several in a list."),
    ("stop_sequences", Path("END"), f"{_STOP}, or several in a list."),
    ("stop_sequences", 5, f"{_STOP}, or several in a list."),
    ("stop_sequences", Loud(), "it cannot be read: iterating over it raises a RuntimeError."),
    ("stop_sequences", endless(), "it has more than 100,000 items."),
    ("betas", "a\r\nX: y", "it must be the name of a beta feature, like files-api-2025-04-14."),
    ("betas", ["é"], "each must be the name of a beta feature, like files-api-2025-04-14."),
    ("betas", 5, "it must be the name of a beta feature, like files-api-2025-04-14, or several in a list."),
    ("mask_personal", ["name"], "each must be one of email, card, phone."),
    ("math_macros", ["def"], _MACRO),
    ("math_macros", ["a1"], _MACRO),
    ("math_macros", [5], _MACRO),
    ("system", 5, _SYSTEM),
    ("system", True, _SYSTEM),
    ("system", b"x", _SYSTEM),
    ("system", [{"type": "image"}], _SYSTEM),
    ("system", [{"type": "text", "text": ""}], _SYSTEM),
    ("effort", "huge", _EFFORT),
    ("effort", "", _EFFORT),
    ("effort", True, _EFFORT),
    ("effort", ["low"], _EFFORT),
    ("temperature", "hot", _FRACTION),
    ("temperature", "0.5", _FRACTION),
    ("temperature", True, _FRACTION),
    ("temperature", np.bool_(True), _FRACTION),
    ("temperature", float("nan"), _FRACTION),
    ("temperature", float("inf"), _FRACTION),
    ("temperature", Decimal("sNaN"), _FRACTION),
    ("temperature", 10**400, _FRACTION),
    ("temperature", 1j, _FRACTION),
    ("temperature", np.complex64(0.5), _FRACTION),
    ("temperature", np.array([0.5]), _FRACTION),
    ("temperature", np.datetime64("2020"), _FRACTION),
    ("temperature", pd.NA, _FRACTION),
    ("temperature", Loud(), _FRACTION),
    ("temperature", -0.1, _FRACTION),
    ("max_tokens", 0, "it must be a whole number from 1."),
    ("max_tokens", -5, "it must be a whole number from 1."),
    ("max_tokens", 1.5, "it must be a whole number from 1."),
    ("max_tokens", float("nan"), "it must be a whole number from 1."),
    ("max_tokens", float("inf"), "it must be a whole number from 1."),
    ("max_tokens", 10**5000, "it must be a whole number from 1 to 9,223,372,036,854,775,807."),
    ("max_tokens", True, "it must be a whole number from 1."),
    ("timeout", float("inf"), "it must be a number of seconds from 0.001."),
    ("timeout", 0, "it must be a number of seconds from 0.001."),
    ("extra", [1], _JSON),
    ("extra", "{}", _JSON),
    ("extra", {"a": float("nan")}, "it holds a number that JSON cannot write."),
    ("extra", {"a": [10**400]}, "it holds a number that JSON cannot write."),
    ("extra", {1: 2}, "the names of fields must be text."),
    ("extra", {"a": {1, 2}}, "it holds a set, which is not JSON."),
    ("extra", {"a": datetime.date(2026, 1, 1)}, "it holds a date, which is not JSON."),
    ("extra", circle(), "it is nested too deeply."),
    ("headers", "X-Team: blue", 'it must be a dict of names and values, in ASCII, like {"X-Team": "blue"}.'),
    ("headers", {"X-Team": "a\r\nX-Evil: b"}, _HEADER),
    ("headers", {"X-Team\n": "a"}, _HEADER),
    ("headers", {"X-Team": None}, _HEADER),
    ("headers", {"": "a"}, _HEADER),
    ("headers", {b"X-Team": "a"}, _HEADER),
    ("headers", {"AUTHORIZATION": "Bearer x"}, _SECRET),
    ("headers", {" X-Api-Key": "x"}, _SECRET),
    ("headers", {"cookie": "x"}, _SECRET),
    ("headers", {"Content-Length": "5"}, _CLIENTS),
    ("headers", {"Host": "a"}, _CLIENTS),
    ("stream", 0, "it must be True or False."),
    ("stream", "no", "it must be True or False."),
    ("model", " ", "it must be text that is not empty."),
    ("conversation", 5, "it must be text that is not empty."),
    ("into", "class", "it must be the name of a Python variable."),
    ("connections", [1], "it must be a dict like {'work': {'base_url': 'https://...'}}."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refused(name: str, value: Any, reason: str) -> None:
    with pytest.raises(UnfitError) as caught:
        kind(name).check(value)
    assert caught.value.reason == str(caught.value) == reason


def test_defaults_are_of_their_kinds() -> None:
    for setting in SETTINGS:
        if setting.default is not None:
            assert setting.kind.check(setting.default) == setting.default, setting.name


def test_rows_are_complete() -> None:
    names = [setting.name for setting in SETTINGS]
    assert len(set(names)) == len(names)
    options = [name for setting in SETTINGS for option in setting.options for name in option.names]
    assert len(set(options)) == len(options)
    for setting in SETTINGS:
        assert setting.help[0] == setting.help[0].lower() or setting.help.startswith("LaTeX"), setting.name
        assert not setting.help.endswith(".")
        assert setting.options or setting.configurable or setting.name == "schema", setting.name
