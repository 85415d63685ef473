"""Nothing comes in; the settings of `%claude` as traits go out, for `%config` and a profile's configuration file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from traitlets import Bool, Dict, Enum, Float, Integer, List, TraitError, Unicode, default, validate
from traitlets.config import Configurable

from nbclaude.conversation.settings import ENVIRONMENT, Settings, resolve_settings
from nbclaude.conversation.turns import MAIN
from nbclaude.models.table import EFFORT_LEVELS
from nbclaude.options.values import SECRET_HEADERS
from nbclaude.output import LAYOUTS
from nbclaude.secrets.keys import find_keys

__all__ = ["ClaudeTraits"]

_BUILT_IN = Settings()


class ClaudeTraits(Configurable):
    """Settings of `%claude`; what a model refuses of them is left out of its requests, and said once."""

    # No trait may ever hold a key: %config prints every value into the notebook.
    model = Unicode(
        help="The model to ask: an id, sonnet, opus, haiku or fable. Unset: ANTHROPIC_MODEL, else claude-sonnet-5-5."
    ).tag(config=True)
    max_tokens = Integer(
        _BUILT_IN.max_tokens, min=1, help="The most tokens that an answer may have, thinking included."
    ).tag(config=True)
    system = Unicode("", help="The system prompt of every ask.").tag(config=True)
    temperature = Float(
        None, min=0, max=1, allow_none=True, help="From 0 (steady) to 1 (varied); models up to 4.6 take it."
    ).tag(config=True)
    top_p = Float(
        None, min=0, max=1, allow_none=True, help="Nucleus sampling, 0 to 1; models up to 4.6 take it."
    ).tag(config=True)
    top_k = Integer(
        None, min=0, allow_none=True, help="Choose among so many likeliest tokens; models up to 4.6 take it."
    ).tag(config=True)
    stop_sequences = List(Unicode(), help="Texts at which an answer stops.").tag(config=True)
    effort = Enum(
        EFFORT_LEVELS,
        None,
        allow_none=True,
        help="How hard the model works: low, medium, high, xhigh or max.",
    ).tag(config=True)
    thinking = Enum(
        ("summarized", "omitted", "off"),
        None,
        allow_none=True,
        help="Think before answering: summarized (and show it), omitted, or off. Unset: as the model does by itself.",
    ).tag(config=True)
    service_tier = Enum(
        ("auto", "standard_only"),
        None,
        allow_none=True,
        help="The API's service tier: auto or standard_only.",
    ).tag(config=True)
    speed = Enum(
        ("standard", "fast"), None, allow_none=True, help="standard or fast, for models that offer it."
    ).tag(config=True)
    metadata_user = Unicode(
        None, allow_none=True, help="An id of the end user, for the API's abuse detection."
    ).tag(config=True)
    betas = List(Unicode(), help="Beta features of the API, for every request.").tag(config=True)
    headers = Dict(
        value_trait=Unicode(), key_trait=Unicode(), help="More HTTP headers for every request; never a key."
    ).tag(config=True)
    extra = Dict(help="More fields of every request's body, as they are.").tag(config=True)
    stream = Bool(True, help="Show an answer as it comes, not only when it is complete.").tag(config=True)
    caching = Enum(
        ("auto", "automatic", "explicit", "off"),
        "auto",
        help="Prompt caching: auto chooses by server and model; automatic marks the request, explicit its blocks.",
    ).tag(config=True)
    cache_ttl = Enum(("5m", "1h"), "5m", help="How long the server keeps a cached prompt.").tag(config=True)
    upload_files = Bool(
        True,
        help="Upload large images and documents once, where the server has a Files API, and send their ids.",
    ).tag(config=True)
    cells = Integer(
        0,
        min=0,
        help="How many of the last cells go along, with their outputs, where --cells says nothing else.",
    ).tag(config=True)
    mask_personal = List(
        Enum(("email", "card", "phone")),
        help="Personal data to mask in all that goes along but what you type: email, card, phone.",
    ).tag(config=True)
    display = Enum(
        LAYOUTS,
        "auto",
        help="How an answer appears: on pages that are updated, or appended block by block; auto knows the front end.",
    ).tag(config=True)
    math_macros = List(
        Unicode(),
        help="LaTeX macros that the notebook defines and answers may use, as ['R', 'norm']; others are shown as source.",
    ).tag(config=True)
    conversation = Unicode(MAIN, help="The conversation to ask in when -c does not name one.").tag(
        config=True
    )
    connection = Unicode(
        "",
        help="The server by name (anthropic, ollama, ...) or address; see %claude_connect. Wins over base_url.",
    ).tag(config=True)
    connections = Dict(
        help="Servers of your own by name: {'work': {'base_url': ..., 'key_variable': ..., 'default_model': ...}}."
    ).tag(config=True)
    base_url = Unicode(
        help="The server; may end in /, /v1 or /v1/messages. Unset: ANTHROPIC_BASE_URL, else https://api.anthropic.com."
    ).tag(config=True)
    auth_style = Enum(
        ("", "x-api-key", "bearer"),
        "",
        help="How the key is sent: x-api-key or bearer. Unset: as the server wants it.",
    ).tag(config=True)
    api_version = Unicode(_BUILT_IN.api_version, help="The anthropic-version header.").tag(config=True)
    timeout = Float(
        _BUILT_IN.timeout, min=0.001, help="Seconds to wait for the next byte of an answer before giving up."
    ).tag(config=True)
    max_retries = Integer(
        _BUILT_IN.max_retries,
        min=0,
        help="How often a request that failed before its answer began is sent again.",
    ).tag(config=True)

    def __init__(self, **arguments: Any) -> None:
        self._set_names: set[str] = set()
        super().__init__(**arguments)
        self._set_names |= set(self.config.get(type(self).__name__, {}))
        self.observe(lambda change: self._set_names.add(change["name"]))

    @default("model")
    def _default_model(self) -> str:
        return resolve_settings({}, {}, _environment()).model

    @default("base_url")
    def _default_base_url(self) -> str:
        return resolve_settings({}, {}, _environment()).base_url

    def _not_empty(self, proposal: Any) -> str:
        text = str(proposal["value"]).strip()
        if not text:
            raise TraitError(f"ClaudeMagics.{proposal['trait'].name} must not be empty.")
        return text

    @validate(
        *(
            "base_url",
            "connection",
            "connections",
            "extra",
            "system",
            "model",
            "metadata_user",
            "betas",
            "conversation",
        )
    )
    def _no_key(self, proposal: Any) -> Any:
        if find_keys(repr(proposal["value"])):
            raise TraitError(
                f"ClaudeMagics.{proposal['trait'].name}: it holds an API key, and %config would print it into the notebook. "
                "Revoke the key, and store another with %claude_login."
            )
        if proposal["trait"].name in ("model", "conversation"):
            return self._not_empty(proposal)
        return proposal["value"]

    @validate("headers")
    def _no_secret(self, proposal: Any) -> Any:
        for name in proposal["value"]:
            if name.lower() in SECRET_HEADERS or find_keys(repr(proposal["value"])):
                raise TraitError(
                    f"ClaudeMagics.headers: {name} is a secret, and %config would print it into the notebook. "
                    "Use %claude_login, or ANTHROPIC_CUSTOM_HEADERS in the environment."
                )
        return proposal["value"]

    @validate("math_macros")
    def _macro_names(self, proposal: Any) -> Any:
        from nbclaude.render.formulas import is_macro_name

        names = [str(name).removeprefix("\\") for name in proposal["value"]]
        for name in names:
            if not is_macro_name(name):
                raise TraitError(
                    f"ClaudeMagics.math_macros: {name!r} cannot be allowed. Give names of macros that the "
                    "notebook defines, such as 'R': letters only, and not a command that itself defines, loads, links or styles."
                )
        return names

    def names_set(self) -> frozenset[str]:
        """Return the names of all traits that `%config`, a profile or a panel has set."""
        return frozenset(self._set_names & set(self.trait_names(config=True)))

    def configured(self) -> dict[str, Any]:
        """Return the settings that `%config` or a profile has set; the others are for the environment to decide."""
        names = self._set_names & set(Settings.__dataclass_fields__)
        found = {name: getattr(self, name) for name in names}
        # A value that was refused leaves an empty one behind.
        return {name: value for name, value in found.items() if value or name not in ENVIRONMENT}


def _environment() -> Mapping[str, str]:
    return {name: os.environ.get(name, "") for name in ENVIRONMENT.values()}
