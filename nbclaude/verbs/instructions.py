"""The known instructions of an edit, and what each says to the model."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Instruction", "edit_prompt", "instruction_for", "instructions_help"]

_FILE = Path(__file__).with_name("instructions.toml")
_SPELLINGS = {"optimize": "optimise", "docstrings": "docstring", "tests": "test", "type": "types"}


@dataclass(frozen=True, slots=True)
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


def edit_prompt() -> str:
    """Return what every edit says to the model before the instruction."""
    return _text("edit")


def instruction_for(said: str) -> Instruction:
    """Return what an instruction means: a known one only if it is nothing but its word, `translate` with what follows."""
    words = said.split()
    word = words[0].lower() if words else ""
    name = _SPELLINGS.get(word, word)
    if name == "translate" and len(words) > 1:
        language = " ".join(words[1:])
        language = language.removeprefix("to ").removeprefix("into ")
        return Instruction(_text(name).replace("{language}", language), name, any_language=True)
    if len(words) == 1 and name in _known() and name != "translate":
        return Instruction(_text(name), name, name == "annotate", bool(_table()[name].get("below")))
    return Instruction(said)


def instructions_help() -> str:
    """List the known instructions, one a line."""
    return "\n".join(f"  {name:<12}{_table()[name]['help']}" for name in _known())


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def _known() -> list[str]:
    return [name for name in _table() if name != "edit"]


def _text(name: str) -> str:
    return str(_table()[name]["prompt"]).strip()
