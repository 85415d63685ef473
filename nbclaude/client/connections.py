"""The connections that have a name: those built in, and those of the user's configuration."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from nbclaude.client.addresses import (
    DEFAULT_BASE_URL,
    is_anthropic,
    is_loopback,
    normalize_base_url,
    server_name,
)
from nbclaude.cures import Login
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.models.info import model_info

__all__ = [
    "ANTHROPIC_KEY_VARIABLES",
    "AUTH_STYLES",
    "BUILT_IN",
    "NamedConnection",
    "connection_of_settings",
    "find_connection",
    "known_connections",
]

ANTHROPIC_KEY_VARIABLES = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
AUTH_STYLES = ("x-api-key", "bearer")
_CACHING = ("automatic", "explicit", "off")
_ENTRY_KEYS = (
    "base_url",
    "auth_style",
    "key_variable",
    "key_optional",
    "default_model",
    "caching",
    "api_version",
    "models",
    "note",
)
_SECRETS = ("api_key", "auth_token", "key", "password", "secret", "token")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@frozen
class NamedConnection:
    """A server by name.

    The first of `key_variables` that is set holds the key; if none is needed (`key_optional`), a placeholder is sent.
    `auth_style` is "x-api-key", "bearer", or empty for what the address takes. `caching` is "automatic", "explicit",
    "off", or empty if that is not known. Empty `api_version` and `default_model` leave both to the settings.
    `models` says which Claude models its names stand for; `is_claude` whether the names of Claude models mean
    these, and `own_prices` that it sells them at other prices than Anthropic's.
    """

    name: str
    base_url: str
    auth_style: str = ""
    key_variables: tuple[str, ...] = ()
    key_optional: bool = False
    default_model: str = ""
    caching: str = ""
    api_version: str = ""
    note: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    is_claude: bool = False
    own_prices: bool = False


BUILT_IN: tuple[NamedConnection, ...] = (
    NamedConnection(
        "anthropic",
        DEFAULT_BASE_URL,
        key_variables=ANTHROPIC_KEY_VARIABLES,
        caching="automatic",
        note="Claude, from Anthropic",
        is_claude=True,
    ),
    NamedConnection(
        "apimart",
        "https://api.apimart.ai",
        "x-api-key",
        ("APIMART_API_KEY",),
        default_model="claude-haiku-4-5-20251001",
        caching="explicit",
        note="names ending in -thinking think before they answer",
        is_claude=True,
        own_prices=True,
    ),
    NamedConnection(
        "openrouter",
        "https://openrouter.ai/api",
        "bearer",
        ("OPENROUTER_API_KEY",),
        default_model="anthropic/claude-sonnet-5.5",
        caching="automatic",
        note="models are called maker/model",
        is_claude=True,
        own_prices=True,
    ),
    NamedConnection(
        "litellm",
        "http://localhost:4000",
        "x-api-key",
        ("LITELLM_API_KEY", "LITELLM_MASTER_KEY"),
        key_optional=True,
        caching="explicit",
        note="models are called as in its config.yaml",
    ),
    NamedConnection(
        "ollama",
        "http://localhost:11434",
        key_optional=True,
        caching="off",
        note="models are called as in `ollama list`",
    ),
    NamedConnection(
        "ollama-cloud",
        "https://ollama.com",
        "bearer",
        ("OLLAMA_API_KEY",),
        caching="off",
        note="without Ollama on this machine",
    ),
    NamedConnection(
        "vllm",
        "http://localhost:8000",
        "bearer",
        ("VLLM_API_KEY",),
        key_optional=True,
        caching="off",
        note="the model is the one it was started with",
    ),
    NamedConnection(
        "llamacpp",
        "http://localhost:8080",
        "x-api-key",
        ("LLAMA_API_KEY",),
        key_optional=True,
        caching="off",
        note="llama-server; any model name will do",
    ),
    NamedConnection(
        "lmstudio",
        "http://localhost:1234",
        "x-api-key",
        ("LM_API_TOKEN",),
        key_optional=True,
        caching="off",
        note="models are called as in its list",
    ),
)


def known_connections(configured: Mapping[str, Mapping[str, Any]]) -> tuple[NamedConnection, ...]:
    """Return the configured connections, then the built-in ones of other names.

    Raises:
        ConfigurationError: an entry of the configuration cannot be used.

    """
    own = tuple(_of_entry(name, entry) for name, entry in configured.items())
    names = {connection.name for connection in own}
    return (*own, *(connection for connection in BUILT_IN if connection.name not in names))


def find_connection(text: str, configured: Mapping[str, Mapping[str, Any]]) -> NamedConnection:
    """Return the connection of this name, or to this address.

    An address that belongs to a known connection gives that one. Another is named by its host, and has no key variable:
    a key of one server is never sent to the next.

    Raises:
        ConfigurationError: nothing has this name, the address is not valid, or the entry cannot be used.

    """
    word = text.strip()
    if "://" in word or "@" in word:
        return _at_address(word, configured)
    for name in configured:
        if name.casefold() == word.casefold():
            return _of_entry(name, configured[name])
    for connection in BUILT_IN:
        if connection.name == word.casefold():
            return connection
    names = [*configured, *(connection.name for connection in BUILT_IN if connection.name not in configured)]
    close = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}."
    raise ConfigurationError(
        f"There is no connection {word!r}: {hint} An address begins with http:// or https://."
    )


def connection_of_settings(base_url: str) -> NamedConnection:
    """Return what is in force while no connection is named: `base_url` of the settings, with Anthropic's variables."""
    address = normalize_base_url(base_url)
    return NamedConnection(server_name(address), address, key_variables=ANTHROPIC_KEY_VARIABLES)


def _at_address(text: str, configured: Mapping[str, Mapping[str, Any]]) -> NamedConnection:
    address = normalize_base_url(text, "The connection")
    for connection in known_connections(configured):
        if connection.base_url == address:
            return connection
    return NamedConnection(server_name(address), address, key_optional=is_loopback(address))


def _of_entry(name: str, entry: Any) -> NamedConnection:
    """Build the connection of a configured entry, on top of the built-in one of that name."""
    where = f"connections[{name!r}]"
    if not isinstance(entry, Mapping):
        raise ConfigurationError(f"{where} must be a dict, like {{'base_url': 'https://...'}}.")
    _refuse_unknown(name, entry)
    base = next((connection for connection in BUILT_IN if connection.name == name), None)
    given = dict(entry)
    _check_types(where, given)
    if "base_url" in given:
        given["base_url"] = normalize_base_url(given["base_url"], f"{where}: base_url")
        given.setdefault("key_optional", is_loopback(given["base_url"]))
        if base is not None:
            base = replace(base, is_claude=is_anthropic(given["base_url"]), own_prices=False)
    elif base is None:
        raise ConfigurationError(f"{where} has no base_url, the address of the server.")
    if "models" in given:
        given |= _meant(where, given["models"])
    if "key_variable" in given:
        given["key_variables"] = _variables(where, given.pop("key_variable"))
    return replace(base or NamedConnection(name, ""), **given)


def _refuse_unknown(name: str, entry: Mapping[str, Any]) -> None:
    for key in entry:
        word = str(key).lower()
        if word in _SECRETS:
            raise ConfigurationError(
                f"connections[{name!r}] must not hold a key ({key}): the notebook would show it.",
                cure=(
                    *("Take it out, and run ", Login(name), ", or set 'key_variable' to the name of the "),
                    "environment variable that holds it.",
                ),
            )
        if key not in _ENTRY_KEYS:
            close = difflib.get_close_matches(word, _ENTRY_KEYS, n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise ConfigurationError(
                f"connections[{name!r}] has {key!r}, which is not known: {hint}The keys are {', '.join(_ENTRY_KEYS)}."
            )


def _check_types(where: str, given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        if key == "key_optional":
            if not isinstance(value, bool):
                raise ConfigurationError(f"{where}: key_optional must be True or False.")
        elif key not in ("key_variable", "models") and not isinstance(value, str):
            raise ConfigurationError(f"{where}: {key} must be a text.")
    for key, choices in (("auth_style", AUTH_STYLES), ("caching", _CACHING)):
        if given.get(key, "") not in ("", *choices):
            raise ConfigurationError(
                f"{where}: {key} {given[key]!r} is not known. It is one of {', '.join(choices)}."
            )


def _meant(where: str, value: Any) -> dict[str, Any]:
    """Read which Claude models the names of a server mean: a dict, or "anthropic" if they are Anthropic's own."""
    if value == "anthropic":
        return {"models": {}, "is_claude": True}
    is_dict = isinstance(value, Mapping) and all(
        isinstance(part, str) for pair in value.items() for part in pair
    )
    if not is_dict:
        raise ConfigurationError(
            f"{where}: models must be a dict like {{'fast': 'claude-haiku-5-5'}}, which maps the server's names to Claude "
            "models, or 'anthropic' if its names are Anthropic's own."
        )
    for name, meant in value.items():
        if not model_info(meant).known:
            raise ConfigurationError(
                f"{where}: models[{name!r}] is {meant!r}, which is not the name of a Claude model that nbclaude knows."
            )
    return {"models": dict(value), "is_claude": False}


def _variables(where: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(
        isinstance(name, str) and _VARIABLE.fullmatch(name) for name in names
    ):
        # What stands there may be a key; the message leaves it out.
        raise ConfigurationError(
            f"{where}: key_variable must be the name of an environment variable (or a list of names), like WORK_API_KEY; "
            "never the key itself."
        )
    return tuple(names)
