"""A call that Claude proposes, what the user is shown of it, and what the user says.

What the model writes is only shown, never interpreted: only the user's own keys and buttons can allow anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import visible
from nbclaude.frozen import frozen

if TYPE_CHECKING:
    from nbclaude.tools.functions import Tool

__all__ = ["NOBODY", "TOO_LATE", "Approval", "Approve", "Field", "Proposed"]

NOBODY = "nobody could be asked"
TOO_LATE = "the user did not answer in time"


@frozen
class Approval:
    """The user's decision on one call. `arguments` are those to run it with; `reason` says why it was denied.

    `asked` says whether anyone could be asked, `always` that the tool need not ask again in this conversation.
    """

    allowed: bool
    arguments: Mapping[str, Any]
    reason: str = ""
    always: bool = False
    asked: bool = True


@frozen
class Field:
    """One argument as the user sees and edits it: a text as it is, everything else as JSON.

    A text with invisible characters is written as JSON, too, which makes them visible.
    """

    name: str
    text: str
    is_json: bool = False

    @property
    def label(self) -> str:
        """The name as the user sees it, on one line."""
        return _one_line(self.name)

    def read(self, said: str) -> Any:
        """Return the value of the text as the user edited it.

        Raises:
            ValueError: it must be JSON, and is not.

        """
        if not self.is_json:
            return said
        try:
            return json.loads(said)
        except ValueError:
            raise ValueError(
                f"{self.label} must be JSON, such as 3, true, [1, 2] or a text in double quotes."
            ) from None


@frozen
class Proposed:
    """A call that needs the user's approval. `check` says what is wrong with other arguments, empty if nothing is.

    After `seconds` without an answer it is denied; 0 waits forever.
    """

    tool: Tool
    arguments: Mapping[str, Any]
    check: Callable[[Mapping[str, Any]], str] = lambda arguments: ""
    seconds: float = 0.0

    def edited(self, arguments: Mapping[str, Any]) -> Proposed:
        """Return the same call with other arguments."""
        return replace(self, arguments=arguments)

    @property
    def source(self) -> str:
        """Code or a diff that says what the call would do; empty where its arguments say it."""
        tool = self.tool
        if tool.preview is not None and (preview := tool.preview(self.arguments)):
            return visible(preview)
        code = self.arguments.get(tool.shown)
        return visible(code.strip("\n")) if isinstance(code, str) else ""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The arguments that the source does not show, each written as JSON."""
        tool = self.tool
        if tool.preview is not None and tool.preview(self.arguments):
            shown = frozenset(tool.previewed)
        else:
            shown = frozenset([tool.shown])
        return [
            (_one_line(name), _written(value))
            for name, value in self.arguments.items()
            if name not in shown or (name == tool.shown and not isinstance(value, str))
        ]

    @property
    def fields(self) -> list[Field]:
        """The arguments as they are edited."""
        return [
            Field(name, value)
            if isinstance(value, str) and visible(value) == value
            else Field(name, _written(value), is_json=True)
            for name, value in self.arguments.items()
        ]

    def is_in_lines(self, name: str) -> bool:
        """Tell whether an argument is edited line by line: code, the text of a file, or any text of several lines."""
        value = self.arguments.get(name)
        return isinstance(value, str) and (
            name == self.tool.shown or name in self.tool.previewed or "\n" in value
        )

    @property
    def text(self) -> str:
        """What is asked, in full: the tool, its arguments, and what it may touch."""
        lines = [f"Claude wants to call {self.tool.name}: {self.tool.touches}."]
        lines += [f"  {line}" for line in self.source.split("\n") if self.source]
        lines += [f"  {name} = {value}" for name, value in self.rows]
        return "\n".join(lines if self.arguments else [*lines, "  without arguments"])


Approve = Callable[[Proposed], Approval]


def _one_line(name: str) -> str:
    """Return a name without line breaks: what follows one could pass for something other than a name."""
    return visible(name).replace("\n", "\\n").replace("\t", "\\t")


def _written(value: object) -> str:
    return visible(json.dumps(value, ensure_ascii=False, default=str))
