"""A function of the user's as a tool: its name and definition, and whether it may run without being asked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

from nbclaude.frozen import frozen
from nbclaude.refusal import UnfitError

if TYPE_CHECKING:
    from nbclaude.tools.arguments import Arguments

__all__ = ["Tool", "is_function", "tool", "tool_of"]

_F = TypeVar("_F", bound=Callable[..., Any])
_MARK = "__nbclaude_tool__"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
_MAX_NAME = 64  # characters; the API takes no more
_MAX_DESCRIPTION = 4_000


@frozen
class _Marks:
    """What the decorator says of a function."""

    safe: bool = False
    name: str = ""


@frozen
class Tool:
    """A tool that runs in the kernel.

    `definition` is what the request says of it, `arguments` reads those of a call. A `safe` one runs without being asked about;
    `touches` says what any other may do, and `shown` names the argument that is source code. One that is `on_main` runs on the
    kernel's main thread only. `preview` says what a call would do, in place of the arguments that are `previewed`, where it
    has something to say. `named` is the user's name for it, if the API has another, and `group` is the
    user's name for all of its kind. Calls of a `batch` in one answer build on each other: if one fails, the rest are not run.
    If there are many `deferrable` ones, the model may search for them.
    """

    name: str
    definition: Mapping[str, Any]
    function: Callable[..., Any]
    arguments: Arguments
    safe: bool = False
    touches: str = "a function of yours, which does what its code says"
    shown: str = ""
    on_main: bool = False
    preview: Callable[[Mapping[str, Any]], str] | None = None
    previewed: tuple[str, ...] = ()
    named: str = ""
    group: str = ""
    batch: str = ""
    deferrable: bool = False


@overload
def tool(function: _F) -> _F: ...


@overload
def tool(*, safe: bool = False, name: str = "") -> Callable[[_F], _F]: ...


def tool(function: Any = None, *, safe: bool = False, name: str = "") -> Any:
    """Mark a function as a tool that Claude may call.

    The function stays what it is. Its signature, annotations and docstring are what Claude is told of it; parameters that are
    annotated with a type that JSON has not (a DataFrame, an array, a class of yours) take the name of a variable.

    Arguments:
        function: the function, where the decorator is used without parentheses.
        safe: run it whenever Claude calls it. Otherwise you are asked before each call.
        name: what Claude calls it, if not by the function's own name.

    """

    def mark(function: _F) -> _F:
        setattr(function, _MARK, _Marks(safe, name))
        return function

    return mark if function is None else mark(function)


def is_function(value: object) -> bool:
    """Tell whether a value may become a tool: a function, method, partial or callable object; not a class."""
    return callable(value) and not isinstance(value, type)


def tool_of(function: Callable[..., Any], called: str = "") -> Tool:
    """Make a function a tool; `called` is the name of the variable that holds it, for functions without a name.

    Raises:
        UnfitError: its parameters cannot be described to the model; the message says which.

    """
    # msgspec takes a while to load, so it comes with the first tool.
    from nbclaude.tools.arguments import arguments_of
    from nbclaude.tools.docstrings import documented

    marks = getattr(function, _MARK, None)
    marks = marks if isinstance(marks, _Marks) else _Marks()
    own = str(getattr(function, "__name__", "") or "")
    name = marks.name or (own if own.isidentifier() else "") or called or type(function).__name__
    name = _NOT_IN_A_NAME.sub("_", name)[:_MAX_NAME]
    if not name.strip("_"):
        raise UnfitError("it has no name that the API takes. Name it with @nbclaude.tool(name=...).")
    told = documented(function)
    arguments = arguments_of(function, name, told)
    definition = {"name": name, "input_schema": arguments.schema}
    if told.description:
        definition = {
            "name": name,
            "description": told.description[:_MAX_DESCRIPTION],
            "input_schema": arguments.schema,
        }
    return Tool(name, definition, function, arguments, marks.safe)
