"""The arguments of `nbclaude.ask`, checked as the options of a line are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nbclaude.conversation.answer_format import AnswerFormat, answer_format
from nbclaude.errors import ConfigurationError
from nbclaude.refusal import Refusal, UnfitError, refused
from nbclaude.secrets.keys import find_keys
from nbclaude.settings.plain import items_of, plain_json, plain_text
from nbclaude.settings.resolve import checked
from nbclaude.settings.table import BY_NAME
from nbclaude.tools.definitions import definitions_of, tools_of
from nbclaude.tools.functions import Tool
from nbclaude.wire.request import text_block
from nbclaude.workspace import Workspace

__all__ = ["checked_arguments", "prompt_blocks", "refuse_keys"]


def checked_arguments(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], AnswerFormat | None]:
    """Check the arguments as the options are checked; return them, and how the answer's JSON is read.

    None stands for "not given".
    """
    given = {
        name: checked(BY_NAME[name], value) if value is not None else None
        for name, value in arguments.items()
        if name not in _READERS
    }
    form: AnswerFormat | None = None
    for name, read in _READERS.items():
        value = arguments[name]
        try:
            given[name] = None if value is None else read(value)
        except UnfitError as error:
            raise refused(error.refusal(name, value)) from None
    if (form := given.pop("json")) is not None:
        given["schema"] = form.schema
    # What has no setting behind it has its default where None is given.
    return {name: BY_NAME[name].unset if value is None else value for name, value in given.items()}, form


def _tools(value: object) -> tuple[Tool | Mapping[str, Any], ...]:
    found = tools_of(value)
    definitions_of(found)
    return found


# Arguments that are read by a room of their own.
_READERS: Mapping[str, Callable[[Any], Any]] = {"json": answer_format, "tools": _tools}


def refuse_keys(given: Mapping[str, Any], workspace: Workspace) -> None:
    """Refuse an argument that holds an API key; what is sent is searched for other secrets when it is planned."""
    try:
        known = [workspace.connection(workspace.settings({})).secret]
    except ConfigurationError:
        known = []
    for name, value in given.items():
        if isinstance(value, str | tuple | list | Mapping) and find_keys(repr(value), known):
            reason = "it holds an API key; nothing was sent. Keys belong in the environment."
            raise refused(Refusal(name, None, reason, shown=False))


def prompt_blocks(prompt: object) -> tuple[Mapping[str, Any], ...]:
    """Return the prompt as content blocks.

    Raises:
        ConfigurationError: it is neither text nor blocks that JSON can write.

    """
    unfit = UnfitError("it must be text that is not empty, or a list of content blocks.")
    try:
        if (text := plain_text(prompt)) is not None and text.strip():
            return (text_block(text),)
        items = [prompt] if isinstance(prompt, Mapping) else items_of(prompt)
        if not items or not all(isinstance(item, Mapping) for item in items):
            raise unfit
        return tuple(plain_json(item) for item in items)
    except UnfitError as error:
        raise refused(error.refusal("prompt", prompt)) from None
