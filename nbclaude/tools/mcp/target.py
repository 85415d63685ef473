"""What an MCP server is reached by, as the user names it: a command that is run, or an address."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from urllib.parse import urlsplit

from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.secrets.masking import mask

__all__ = ["Target", "is_server_name", "target_of"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@frozen
class Target:
    """A command with its arguments, or a `url`.

    `environment` and `bearer` are names of variables of the environment: a command gets the variables, an address the
    value of `bearer` as its token. Values stand nowhere.
    """

    command: tuple[str, ...] = ()
    url: str = ""
    environment: tuple[str, ...] = ()
    bearer: str = ""

    @property
    def key(self) -> str:
        """What stands for this server where its descriptions are kept: a hash."""
        told = json.dumps([*self.command] if self.command else self.url)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def shown(self) -> str:
        """The command or the address, as it may be shown."""
        return mask(" ".join(self.command) or self.url)[0]

    def value_of(self, name: str) -> str:
        """Return the value of a variable of the environment.

        Raises:
            ConfigurationError: it is not set.

        """
        value = os.environ.get(name)
        if value is None:
            raise ConfigurationError(f"The environment of this kernel has no variable {name}.")
        return value


def is_server_name(name: str) -> bool:
    """Tell whether a server may be called so: a letter, then letters, digits, - and _."""
    return _NAME.fullmatch(name) is not None and "__" not in name


def target_of(words: Sequence[str], environment: Sequence[str] = (), bearer: str = "") -> Target:
    """Read the words of a command, or the one word of an address.

    Raises:
        ConfigurationError: the command was not found, the address is not one, or an environment variable is not set.

    """
    for name in (*environment, *([bearer] if bearer else [])):
        if not _VARIABLE.fullmatch(name):
            raise ConfigurationError(
                "Give the name of a variable of the environment; its value does not belong into a notebook."
            )
    if len(words) == 1 and "://" in words[0]:
        target = _address(words[0], bearer)
        if environment:
            raise ConfigurationError("A server at an address gets no variables of the environment.")
    else:
        target = _command(words, environment)
        if bearer:
            raise ConfigurationError("A token is only for a server at an address.")
    for name in (*environment, *([bearer] if bearer else [])):
        target.value_of(name)
    return target


def _address(url: str, bearer: str) -> Target:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"{mask(url)[0]} is not an address that begins with https:// or http://.")
    if parts.username is not None or mask(url)[1]:
        raise _holds_credential("address")
    if bearer and parts.scheme == "http" and host not in _LOOPBACK:
        raise ConfigurationError("A token is sent over https:// only.")
    return Target(url=url, bearer=bearer)


def _command(words: Sequence[str], environment: Sequence[str]) -> Target:
    if mask(" ".join(words))[1]:
        raise _holds_credential("command")
    if "\0" in "".join(words):
        raise ConfigurationError("The command holds a NUL character.")
    path = shutil.which(words[0])
    if path is None:
        raise ConfigurationError(f"The command {mask(words[0])[0]} was not found on this machine.")
    return Target(command=tuple(words), environment=tuple(dict.fromkeys(environment)))


def _holds_credential(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"The {what} contains a credential, which does not belong in a notebook. Put it in an environment variable, and "
        "give the name of that."
    )
