"""The table of the settings, a row each; options, traits, arguments, requests, panel and documentation are made of it."""

from __future__ import annotations

from collections.abc import Mapping

from nbclaude.settings.kinds import Choice, Flag, Given, Number, System, Text, Texts, Whole
from nbclaude.settings.mappings import Entries, Headers, Json
from nbclaude.settings.rows import EVERY_FIELD, Option, Setting, parameter
from nbclaude.settings.words import Beta, Cells, Figure, Identifier, Macro
from nbclaude.wire.request import EFFORT_LEVELS

__all__ = ["BY_NAME", "DEFAULT_BASE_URL", "ENVIRONMENT", "MAIN", "OPTIONS", "SETTINGS"]

DEFAULT_BASE_URL = "https://api.anthropic.com"
MAIN = "main"  # the conversation that is asked in where nothing else is said

_THINKING = ("summarized", "omitted")
_OLD_MODELS = "models up to 4.6"

# In the order of the help page.
SETTINGS: tuple[Setting, ...] = (
    parameter(
        "model",
        Text(),
        "the model to ask: an id, sonnet, opus, haiku or fable",
        default="claude-sonnet-5-5",
        options=(Option(("-m", "--model"), "MODEL"),),
        environment="ANTHROPIC_MODEL",
        body="",
        in_state="",
    ),
    parameter(
        "system",
        System(),
        "the system prompt",
        default="",
        options=(
            Option(
                ("--system",),
                "TEXT",
                more="; @name takes a variable: text or text blocks",
                kind=Text(empty=True),
            ),
        ),
        body="",
        masked="the system prompt",
        in_state="always",
    ),
    parameter(
        "max_tokens",
        Whole(1),
        "the most tokens the answer may have, thinking included",
        "N",
        default=16_000,
        body="",
        in_state="always",
    ),
    parameter(
        "temperature",
        Number(0, 1),
        f"from 0 (steady) to 1 (varied); {_OLD_MODELS}",
        options=(Option(("-t", "--temperature"), "X"),),
        in_state="always",
    ),
    parameter("top_p", Number(0, 1), f"nucleus sampling, 0 to 1; {_OLD_MODELS}", "X"),
    parameter("top_k", Whole(0), f"choose among the K likeliest tokens; {_OLD_MODELS}", "K"),
    parameter(
        "stop_sequences",
        Texts(Text("text that is not only white space", escapes=True)),
        "texts at which the answer stops",
        default=(),
        options=(Option(("--stop",), "TEXT", repeat=True),),
    ),
    parameter(
        "effort",
        Choice(EFFORT_LEVELS),
        f"how hard the model works: {', '.join(EFFORT_LEVELS)}",
        "LEVEL",
        body="output_config.effort",
        in_state="always",
    ),
    parameter(
        "thinking",
        Choice((*_THINKING, "off")),
        "think before answering: summarized (and show the summary), omitted, or off; unset: the model's default",
        options=(
            Option(
                ("--think",),
                f"[{'|'.join(_THINKING)}]",
                "think before answering, and show a summary of it (or omit it)",
                kind=Choice(_THINKING),
                optional=_THINKING[0],
            ),
            Option(("--no-think",), help="do not think before answering", flag="off"),
        ),
        in_state="always",
    ),
    Setting(
        "prefill",
        Text("text that is not only white space", empty=True, escapes=True),
        "how the answer begins; models up to 4.5",
        default="",
        options=(
            Option(("--prefill",), "TEXT", kind=Text("text that is not only white space", escapes=True)),
        ),
        in_ask=True,
        held=False,
    ),
    Setting(
        "json",
        Given(),
        "answer in JSON: a JSON schema, a dataclass or a pydantic model",
        options=(
            Option(
                ("--json",),
                "NAME",
                "answer in JSON: NAME is a variable with a JSON schema, a dataclass or a pydantic model",
                kind=Text(),
            ),
        ),
        in_ask=True,
        held=False,
    ),
    Setting(
        "attach",
        Texts(Text()),
        "send this along: a file, the address of an image or PDF, or a variable",
        default=(),
        options=(Option(("-a", "--attach"), "WHAT", repeat=True, expression=True),),
        held=False,
    ),
    Setting(
        "figures",
        Texts(Figure()),
        "send the last figure shown, the Nth last, or all of the last cell that plotted",
        default=(),
        options=(Option(("--fig",), "[N|cell]", repeat=True, optional="1"),),
        held=False,
    ),
    Setting(
        "cells",
        Whole(0),
        "how many of the last cells to send along, with their outputs",
        default=0,
        options=(
            Option(
                ("--cells",),
                "N|all|needed",
                "send the last N cells with their outputs, all, or those that the names in the prompt depend on",
                kind=Cells(),
            ),
        ),
        configurable=True,
        held=False,
    ),
    Setting(
        "citations",
        Flag(),
        "let the answer cite the attached documents",
        default=False,
        options=(Option(("--citations",)),),
        held=False,
    ),
    Setting(
        "tools",
        Given("tuple[Mapping[str, Any], ...]"),
        "functions that Claude may call, or tool definitions, one or a list of them",
        default=(),
        options=(
            Option(
                ("--tools",),
                "NAME[,NAME]",
                "functions that Claude may call, or tool definitions, by name; or python",
                kind=Text(),
                repeat=True,
            ),
        ),
        in_ask=True,
        follows=True,
        masked="the tool definitions",
    ),
    Setting(
        "max_steps",
        Whole(1),
        "how many times in one answer the calls of tools are run",
        default=10,
        options=(Option(("--max-steps",), "N"),),
        configurable=True,
        in_ask=True,
    ),
    Setting(
        "approval",
        Choice(("ask", "deny")),
        "what happens when Claude calls a tool that is not safe: ask you, or deny the call",
        default="ask",
        configurable=True,
    ),
    Setting(
        "allow_tools",
        Texts(Text()),
        "names of tools that run without asking, like ['total', 'python']",
        default=(),
        configurable=True,
    ),
    parameter(
        "tool_choice",
        Text(),
        "auto, any, none, or the name of the tool to use",
        "CHOICE",
        configurable=False,
        follows=False,
        in_state="",
    ),
    parameter(
        "metadata_user",
        Text(),
        "an id for the end user, for the API's abuse detection",
        "ID",
        body="metadata.user_id",
    ),
    parameter(
        "service_tier",
        Choice(("auto", "standard_only")),
        "the API's service tier: auto or standard_only",
        "TIER",
    ),
    parameter(
        "speed",
        Choice(("standard", "fast")),
        "standard or fast, for models that offer it",
        betas={"fast": "fast-mode-2026-02-01"},
    ),
    parameter(
        "betas",
        Texts(Beta()),
        "beta features of the API",
        default=(),
        options=(Option(("--beta",), "NAME", repeat=True),),
        body="",
        added=True,
    ),
    parameter(
        "headers",
        Headers(),
        "more HTTP headers, never a key",
        default={},
        options=(Option(("--header",), "HEADER", more=": 'Name: value'", repeat=True),),
        body="",
        added=True,
    ),
    parameter(
        "extra",
        Json(),
        "more fields of the request body, sent as they are",
        default={},
        options=(Option(("--extra",), "JSON", more=": a JSON object in quotes"),),
        body=EVERY_FIELD,
        added=True,
    ),
    Setting(
        "raw",
        Flag(),
        "send braces as they are: {name} is not read as a variable",
        default=False,
        options=(Option(("--raw",)),),
        held=False,
    ),
    Setting(
        "allow_secrets",
        Flag(),
        "do not mask what looks like a password or a key",
        default=False,
        options=(Option(("--allow-secrets",)),),
        in_ask=True,
    ),
    Setting(
        "dry_run",
        Flag(),
        "show what would be sent, and send nothing",
        default=False,
        options=(Option(("--dry-run",)),),
        held=False,
    ),
    Setting(
        "stream",
        Flag(),
        "show the answer as it arrives, not only when it is complete",
        default=True,
        options=(Option(("--no-stream",), help="show the answer only when it is complete", flag=False),),
        configurable=True,
        in_ask=True,
    ),
    Setting(
        "conversation",
        Text(),
        "the conversation to ask in",
        default=MAIN,
        options=(Option(("-c", "--conversation"), "NAME"),),
        configurable=True,
        in_ask=True,
        held=False,
    ),
    Setting(
        "new",
        Flag(),
        "start a new conversation: send nothing of what came before",
        default=False,
        options=(Option(("--new",)),),
        in_ask=True,
        held=False,
    ),
    Setting(
        "history",
        Flag(),
        "ask in the conversation, and record the turn",
        default=True,
        options=(
            Option(("--no-history",), help="ask without the conversation, and do not record", flag=False),
        ),
        in_ask=True,
        held=False,
    ),
    Setting(
        "into",
        Identifier(),
        "put the reply into this variable too (always in _claude)",
        options=(Option(("--into",), "NAME"),),
        held=False,
    ),
    Setting(
        "schema",
        Given("Mapping[str, Any]"),
        "the JSON schema that the answer follows",
        body="output_config.format",
        follows=True,
        masked="the JSON schema",
    ),
    Setting(
        "mask_personal",
        Texts(Choice(("email", "card", "phone"))),
        "personal data to mask in everything sent along except what you type: email, card, phone",
        default=(),
        configurable=True,
    ),
    Setting(
        "caching",
        Choice(("auto", "automatic", "explicit", "off")),
        "prompt caching: auto chooses by server and model; automatic marks the request, explicit its blocks",
        default="auto",
        configurable=True,
        in_state="always",
    ),
    Setting(
        "cache_ttl",
        Choice(("5m", "1h")),
        "how long the server keeps a cached prompt: 5m or 1h",
        default="5m",
        configurable=True,
    ),
    Setting(
        "upload_files",
        Flag(),
        "upload large images and documents once, where the server has a Files API, and send their ids",
        default=True,
        configurable=True,
    ),
    Setting(
        "display",
        Choice(("auto", "pages", "append")),
        "how answers appear: pages (updated as the answer grows), append (block by block), or auto",
        default="auto",
        configurable=True,
        held=False,
    ),
    Setting(
        "math_macros",
        Texts(Macro()),
        "LaTeX macros that the notebook defines and answers may use, like ['R', 'norm']; others are shown as source",
        default=(),
        configurable=True,
    ),
    Setting(
        "connection",
        Text(empty=True),
        "the server by name (anthropic, ollama, ...) or address; see %claude_connect. Wins over base_url",
        default="",
        configurable=True,
    ),
    Setting(
        "connections",
        Entries("a dict like {'work': {'base_url': 'https://...'}}"),
        "servers of your own by name: {'work': {'base_url': ..., 'key_variable': ..., 'default_model': ...}}",
        default={},
        configurable=True,
        held=False,
    ),
    Setting(
        "base_url",
        Text(empty=True),
        "the server; may end in /, /v1 or /v1/messages",
        default=DEFAULT_BASE_URL,
        environment="ANTHROPIC_BASE_URL",
        configurable=True,
    ),
    Setting(
        "auth_style",
        Choice(("x-api-key", "bearer"), empty=True),
        "how the key is sent: x-api-key or bearer; empty: as the server expects",
        default="",
        configurable=True,
    ),
    Setting(
        "api_version",
        Text(),
        "the anthropic-version header",
        default="2023-06-01",
        configurable=True,
    ),
    Setting(
        "timeout",
        Number(0.001, unit="seconds"),
        "seconds to wait for the next byte of an answer before giving up",
        default=600.0,
        configurable=True,
    ),
    Setting(
        "max_retries",
        Whole(0),
        "how many times to retry a request that failed before its answer began",
        default=2,
        configurable=True,
    ),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}
OPTIONS: tuple[Option, ...] = tuple(option for setting in SETTINGS for option in setting.options)
# An empty variable counts as unset.
ENVIRONMENT: Mapping[str, str] = {
    setting.name: setting.environment for setting in SETTINGS if setting.environment
}
