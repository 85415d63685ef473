"""What is asked, as one value: a prompt, from where, and what of the conversation it takes part in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbclaude.conversation.turns import Turn
from nbclaude.frozen import frozen
from nbclaude.notebook import CellRun

__all__ = ["Question"]


@frozen
class Question:
    """What is asked: content blocks, from which cell run, whether it begins anew, whether the conversation takes part.

    An empty `prompt` asks for the rest of the answer before. `prefill` is how the answer begins. `names` are what the user
    calls the blocks of the prompt, one each: a text without a name is what they typed. `values` came from the kernel into
    what they typed. `instead_of` is the turn that this one replaces.

    `follows` is the turn whose answer this one goes on from. With `in_place` the answer is that turn's own rest: the two
    become one turn, and are shown together unless the first part `is_shown` already. `kept` are turns of the cell's earlier
    runs that stay. `label` is what the question is called where turns are listed; empty for its own words.

    `steps` are the turns that the same ask has made before: this one gives the results of the calls of the last of them.
    A question that `folds` is sent with everything before it, and its complete answer replaces all of that afterwards. With
    `compaction` (the request field of that name) it has no prompt: the API condenses everything before it into a signed block.
    """

    prompt: tuple[Mapping[str, Any], ...]
    at: CellRun | None = None
    begins: bool = False
    history: bool = True
    prefill: str = ""
    names: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    instead_of: Turn | None = None
    follows: Turn | None = None
    in_place: bool = False
    is_shown: bool = False
    kept: tuple[Turn, ...] = ()
    label: str = ""
    steps: tuple[Turn, ...] = ()
    folds: bool = False
    compaction: Mapping[str, Any] | None = None

    @property
    def completes(self) -> Turn | None:
        """The turn whose rest is asked for, to become one with it."""
        return self.follows if self.in_place else None
