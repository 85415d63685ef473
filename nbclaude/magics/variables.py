"""Looks up the variables that options name, where the line stands; an error knows the way to what was meant."""

from __future__ import annotations

import builtins
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nbclaude.context.references.expressions import failures_of
from nbclaude.context.references.scope import Scope
from nbclaude.errors import ConfigurationError
from nbclaude.refusal import UnfitError
from nbclaude.settings.kinds import System

__all__ = ["is_variable_name", "named_in", "system_prompt", "variable"]

_MISSING = object()
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@contextmanager
def named_in(words: str) -> Iterator[None]:
    """Say where the name of a variable stands whose value cannot be used."""
    try:
        yield
    except UnfitError as error:
        raise ConfigurationError(f"{words}: {error.reason}") from None


def is_variable_name(text: str) -> bool:
    """Tell whether the text could name a variable, or an attribute of one."""
    return _NAME.fullmatch(text) is not None


def variable(names: Mapping[str, Any], name: str, option: str) -> Any:
    """Look up `name`, or `name.attribute`, among the variables that the line sees.

    Raises:
        ConfigurationError: there is no such variable, or it has no value yet; the message names one that is spelled alike.

    """
    if not is_variable_name(name):
        raise ConfigurationError(
            f"{option} {name}: it must be the name of a variable. Assign it to one first."
        )
    # As Python reads a name.
    first, *attributes = unicodedata.normalize("NFKC", name).split(".")
    if first not in names:
        known = [each for each in names if not each.startswith("_")]
        close = difflib.get_close_matches(first, known, n=1)
        missing = (
            "Assign it to a variable first."
            if hasattr(builtins, first)
            else "Run the cell that defines it first."
        )
        hint = f"Did you mean {close[0]}?" if close else missing
        raise ConfigurationError(f"{option} {name}: there is no variable {first}. {hint}")
    value = names[first]
    with failures_of(name, option):
        for attribute in attributes:
            spelled = names.spelled(attribute) if isinstance(names, Scope) else attribute
            owner, value = value, getattr(value, spelled, _MISSING)
            if value is _MISSING:
                raise ConfigurationError(f"{option} {name}: a {type(owner).__name__} has no {attribute}.")
    return value


def system_prompt(names: Mapping[str, Any], text: str) -> str | list[dict[str, Any]]:
    """Return the system prompt that an option gives: `@name` stands for a variable, a text or a list of text blocks.

    Raises:
        ConfigurationError: the variable does not exist, or is neither.

    """
    if not text.startswith("@") or not is_variable_name(text[1:]):
        return text
    value = variable(names, text[1:], "--system @")
    kind = System()
    with named_in(f"--system {text}"):
        prompt = kind.check(value)
        if not prompt.strip() if isinstance(prompt, str) else not prompt:
            raise kind.unfit()
        return prompt
    raise AssertionError
