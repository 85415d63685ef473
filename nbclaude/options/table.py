"""Nothing comes in; the table of the options goes out: names, help, and the field of `Options` that each fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nbclaude.options.values import (
    cells,
    escaped_text,
    figure,
    fraction,
    header,
    identifier,
    json_object,
    one_of,
    whole_number,
    word,
)

__all__ = ["OPTIONS", "Option", "Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """What one ask was given; None (or nothing) means that the configuration decides.

    `system`, `json`, `tools` and what is in `attach` may name kernel variables: they are text here, looked up later.
    """

    model: str | None = None
    system: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: tuple[str, ...] | None = None
    effort: str | None = None
    thinking: str | None = None
    prefill: str = ""
    json: str | None = None
    attach: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    cells: str | None = None
    citations: bool = False
    raw: bool = False
    allow_secrets: bool = False
    dry_run: bool = False
    tools: tuple[str, ...] | None = None
    tool_choice: str | None = None
    metadata_user: str | None = None
    service_tier: str | None = None
    speed: str | None = None
    betas: tuple[str, ...] | None = None
    headers: tuple[tuple[str, str], ...] | None = None
    extra: Mapping[str, Any] | None = None
    stream: bool | None = None
    conversation: str | None = None
    new: bool = False
    history: bool = True
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its names, the field of `Options` that it fills, and how its value is read.

    A `repeat`ed option collects its values. The value of an option with `optional` may be left out, and is that one then: the
    next word is a value only if `read` takes it, or if it is a number and so is `optional`. An `expression` may have brackets,
    in which quotes and spaces are Python's.
    """

    names: tuple[str, ...]
    field: str
    help: str
    metavar: str = ""
    read: Callable[[str], Any] = str
    flag: Any = True
    repeat: bool = False
    optional: str = ""
    expression: bool = False

    @property
    def usage(self) -> str:
        """The option as the help page shows it."""
        names = ", ".join(self.names)
        return f"{names} {self.metavar}" if self.metavar else names


OPTIONS: tuple[Option, ...] = (
    Option(
        ("-m", "--model"), "model", "the model to ask: an id, sonnet, opus, haiku or fable", "MODEL", word
    ),
    Option(("--system",), "system", "the system prompt; @name takes a variable: text or text blocks", "TEXT"),
    Option(("--max-tokens",), "max_tokens", "the most tokens that the answer may have", "N", whole_number(1)),
    Option(
        ("-t", "--temperature"),
        "temperature",
        "from 0 (steady) to 1 (varied); models up to 4.6",
        "X",
        fraction,
    ),
    Option(("--top-p",), "top_p", "nucleus sampling, 0 to 1; models up to 4.6", "X", fraction),
    Option(
        ("--top-k",), "top_k", "choose among the K likeliest tokens; models up to 4.6", "K", whole_number(0)
    ),
    Option(
        ("--stop",),
        "stop_sequences",
        "stop at this text (can be repeated)",
        "TEXT",
        escaped_text,
        repeat=True,
    ),
    Option(
        ("--effort",),
        "effort",
        "how hard the model works: low, medium, high, xhigh, max",
        "LEVEL",
        one_of("low", "medium", "high", "xhigh", "max"),
    ),
    Option(
        ("--think",),
        "thinking",
        "think before answering, and show a summary of it (or omit it)",
        "[summarized|omitted]",
        one_of("summarized", "omitted"),
        optional="summarized",
    ),
    Option(("--no-think",), "thinking", "do not think before answering", flag="off"),
    Option(("--prefill",), "prefill", "how the answer begins; models up to 4.5", "TEXT", escaped_text),
    Option(
        ("--json",),
        "json",
        "answer in JSON: NAME is a variable with a JSON schema, a dataclass or a pydantic model",
        "NAME",
        word,
    ),
    Option(
        ("-a", "--attach"),
        "attach",
        "send this along: a file, the address of an image or PDF, or a variable (can be repeated)",
        "WHAT",
        word,
        repeat=True,
        expression=True,
    ),
    Option(
        ("--fig",),
        "figures",
        "send the last figure that a cell has shown, the Nth last, or all of the last cell that plotted",
        "[N|cell]",
        figure,
        repeat=True,
        optional="1",
    ),
    Option(("--cells",), "cells", "send the last N cells with their outputs, or all", "N|all", cells),
    Option(("--citations",), "citations", "let the answer cite the attached documents"),
    Option(
        ("--tools",),
        "tools",
        "a variable with tool definitions, a dict or a list of them (can be repeated)",
        "NAME",
        word,
        repeat=True,
    ),
    Option(
        ("--tool-choice",), "tool_choice", "auto, any, none, or the name of the tool to use", "CHOICE", word
    ),
    Option(("--metadata-user",), "metadata_user", "an id of the end user, for abuse detection", "ID", word),
    Option(
        ("--service-tier",),
        "service_tier",
        "auto or standard_only",
        "TIER",
        one_of("auto", "standard_only"),
    ),
    Option(("--speed",), "speed", "standard or fast", "SPEED", one_of("standard", "fast")),
    Option(("--beta",), "betas", "a beta feature of the API (can be repeated)", "NAME", word, repeat=True),
    Option(
        ("--header",),
        "headers",
        "one more HTTP header, 'Name: value' (can be repeated)",
        "HEADER",
        header,
        repeat=True,
    ),
    Option(
        ("--extra",),
        "extra",
        "fields of the request body as they are, a JSON object in quotes",
        "JSON",
        json_object,
    ),
    Option(("--raw",), "raw", "send braces as they are: {name} is no variable"),
    Option(("--allow-secrets",), "allow_secrets", "do not mask what looks like a password or a key"),
    Option(("--dry-run",), "dry_run", "show what would be sent, and send nothing"),
    Option(("--no-stream",), "stream", "take the answer whole instead of as it comes", flag=False),
    Option(("-c", "--conversation"), "conversation", "ask in the conversation of this name", "NAME", word),
    Option(("--new",), "new", "start a new conversation: send nothing of what came before"),
    Option(("--no-history",), "history", "ask without the conversation, and do not record", flag=False),
    Option(
        ("--into",), "into", "put the reply into this variable too (always in _claude)", "NAME", identifier
    ),
)
