"""A word that can be inserted, and what words are taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nbclaude.frozen import frozen
from nbclaude.options import Option
from nbclaude.workspace import Workspace

__all__ = ["Known", "Word"]


class Word(NamedTuple):
    """A word that can be inserted, and what it is `about`.

    Front ends have room for about twelve characters of the latter, and break it at spaces and hyphens.
    """

    text: str
    about: str = "value"


@frozen
class Known:
    """What words are taken from: the variables that users made, the state, and what may follow each magic."""

    namespace: Mapping[str, Any]
    workspace: Workspace
    usages: Mapping[str, Sequence[str]]
    """By magic: what may follow it, as words and names of lists such as `MODEL`; `NAME` is a word that only the user knows."""
    own_options: Mapping[str, Sequence[Option]]
    """By magic: the options that no other has."""
    inputs: Sequence[str] = ()
    """The code of the cells that ran, indexed by cell number."""
