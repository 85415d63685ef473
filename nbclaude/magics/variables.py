"""The name of a kernel variable comes in, as an option gives it; its value goes out, or an error that knows the way."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbclaude.context.references.expressions import failures_of
from nbclaude.errors import ConfigurationError
from nbclaude.notebook import Shell
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


def variable(shell: Shell, name: str, option: str) -> Any:
    """Look up `name`, or `name.attribute`.

    Raises:
        ConfigurationError: there is no such variable; the message names one that is spelled alike.

    """
    if not is_variable_name(name):
        raise ConfigurationError(f"{option} {name}: it must be the name of a variable.")
    first, *attributes = name.split(".")
    if first not in shell.user_ns:
        names = [known for known in shell.user_ns if not known.startswith("_")]
        close = difflib.get_close_matches(first, names, n=1)
        hint = f"Did you mean {close[0]}?" if close else "Run the cell that defines it first."
        raise ConfigurationError(f"{option} {name}: there is no variable {first}. {hint}")
    value = shell.user_ns[first]
    with failures_of(name, option):
        for attribute in attributes:
            owner, value = value, getattr(value, attribute, _MISSING)
            if value is _MISSING:
                raise ConfigurationError(f"{option} {name}: a {type(owner).__name__} has no {attribute}.")
    return value


def system_prompt(shell: Shell, text: str) -> str | list[dict[str, Any]]:
    """Return the system prompt that an option gives: `@name` stands for a variable, a text or a list of text blocks.

    Raises:
        ConfigurationError: the variable does not exist, or is neither.

    """
    if not text.startswith("@") or not is_variable_name(text[1:]):
        return text
    value = variable(shell, text[1:], "--system @")
    kind = System()
    with named_in(f"--system {text}"):
        prompt = kind.check(value)
        if not prompt.strip() if isinstance(prompt, str) else not prompt:
            raise kind.unfit()
        return prompt
    raise AssertionError
