"""The known instructions of an edit, and what each says to the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.verbs.prompts import prompts_of

__all__ = ["Instruction", "instruction_for", "instruction_names", "instructions_text"]

_SPELLINGS = {"optimize": "optimise", "docstrings": "docstring", "tests": "test"}


@frozen
class Instruction:
    """What is to be done with a cell.

    `text` is what the model is told. Where `only_comments`, nothing else may change; `below` makes a new cell; the answer may
    be in `any_language`. `name` is empty for an instruction in the user's own words.
    """

    text: str
    name: str = ""
    only_comments: bool = False
    below: bool = False
    any_language: bool = False


def instruction_for(said: str) -> Instruction:
    """Return what an instruction means: a known one only if it is nothing but its word, `translate` with what follows."""
    word, _, more = said.strip().partition(" ")
    name, more = _SPELLINGS.get(word.lower(), word.lower()), more.strip()
    known = _known().get(name)
    if known is None or bool(more) != (name == "translate"):
        return Instruction(said.strip())
    language = re.sub(r"^(?:in)?to\s+", "", more)
    text = str(known["prompt"]).strip().replace("{language}", language)
    return Instruction(text, name, name == "annotate", bool(known.get("below")), name == "translate")


def instruction_names() -> list[str]:
    """Return the words of the known instructions."""
    return list(_known())


def instructions_text() -> str:
    """List the known instructions for the help page, one a line."""
    return "\n".join(f"  {name:<10}  {known['help']}" for name, known in _known().items())


def _known() -> Mapping[str, Mapping[str, Any]]:
    known: Mapping[str, Mapping[str, Any]] = prompts_of("edit")["known"]
    return known
