"""Reads what verbs say to the model from the one file that holds it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

__all__ = ["prompt_text", "prompts_of", "verb_names"]


@functools.cache
def _all() -> Mapping[str, Mapping[str, Any]]:
    text = resources.files("nbclaude.verbs").joinpath("prompts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def verb_names() -> tuple[str, ...]:
    """Return the verbs that the file has."""
    return tuple(_all())


def prompts_of(verb: str) -> Mapping[str, Any]:
    """Return everything that the file says of a verb."""
    return _all()[verb]


def prompt_text(verb: str, part: str, **filled: str) -> str:
    """Return one text of a verb, with the words in braces filled in."""
    text = str(prompts_of(verb)[part]).strip()
    for name, value in filled.items():
        text = text.replace(f"{{{name}}}", value)
    return text
