"""`%claude_connect`, `%claude_login` and `%claude_logout`: which server is asked, and where its key is stored."""

from __future__ import annotations

import contextlib
import getpass
import os
import warnings
from typing import Any

from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.magic import line_magic, magics_class, no_var_expand

from nbclaude.client.connection import connect
from nbclaude.client.connections import (
    NamedConnection,
    connection_of_settings,
    find_connection,
    known_connections,
)
from nbclaude.client.keys import (
    KERNEL_ONLY,
    REVOKE_URL,
    forget_key,
    key_file,
    key_problem,
    keyring_problem,
    store_key,
    stored_key,
)
from nbclaude.errors import ConfigurationError, MissingKeyError
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.magics.wording import said, worded
from nbclaude.output import say, show_table
from nbclaude.secrets.keys import Secret, find_keys
from nbclaude.settings.resolve import resolve_settings
from nbclaude.settings.values import Settings

__all__ = ["ConnectMagics"]

_COLUMNS = ("in use", "name", "address", "key", "default model", "note")
_NOTHING_STORED = "Nothing was stored."


@magics_class
class ConnectMagics(OtherFamily):
    """Magics about servers and their keys; they have no settings of their own."""

    def __init__(self, chat: ClaudeMagics) -> None:
        super().__init__(chat)
        self._model_before = ""  # to go back to, after one that a connection brought

    @no_var_expand
    @line_magic
    @worded()
    def claude_connect(self, line: str) -> None:
        """Ask another server from now on, by name or address; alone, show the servers and where their keys come from.

        %claude_connect
        %claude_connect NAME    anthropic, ollama, openrouter, ..., or one of ClaudeMagics.connections
        %claude_connect URL     http://localhost:8080
        %claude_connect off     the server in the settings (base_url) again
        """
        word = argument(line)
        if find_keys(line):
            raise UsageError(_key_in_line("%claude_connect"))
        if not word:
            self._show_connections()
        elif len(word.split()) > 1:
            raise UsageError("%claude_connect takes one name or address.")
        elif word.lower() == "off":
            self._use("", connection_of_settings(self._settings().base_url))
        else:
            named = find_connection(word, self._configured())
            is_known = any(named == known for known in known_connections(self._configured()))
            self._use(named.name if is_known else named.base_url, named)

    @no_var_expand
    @line_magic
    @worded()
    def claude_login(self, line: str) -> None:
        """Ask for the key of the server in use, and store it, in the system's keyring if there is one.

        %claude_login
        %claude_login --connection NAME    the key of another server

        The key is typed into a field that does not show it; it is never written into the notebook.
        """
        named = self._named_in("%claude_login", line)
        try:
            secret = _ask_for_key(named)
            place = _store(named.name, secret)
        except StdinNotImplementedError:
            variables = " or ".join(named.key_variables)
            cure = f": set {variables} in the environment instead" if variables else ""
            raise UsageError(
                f"%claude_login has to ask for the key, and nobody can answer here{cure}."
            ) from None
        except (KeyboardInterrupt, EOFError):
            say(_NOTHING_STORED)
            return
        until = ", until it ends" if place == KERNEL_ONLY else ""
        wins = _variable_set(named)
        note = f" But {wins} is set in the environment, and wins over it." if wins else ""
        say(f"The key of {named.name} ({named.base_url}) is in {_the(place)} now{until}.{note}")

    @no_var_expand
    @line_magic
    @worded()
    def claude_logout(self, line: str) -> None:
        """Remove the stored key of the server in use, wherever it is.

        %claude_logout
        %claude_logout --connection NAME    the key of another server
        """
        named = self._named_in("%claude_logout", line)
        places = " and ".join(map(_the, forget_key(named.name)))
        variable = _variable_set(named)
        note = f" {variable} is set in the environment still, and holds a key." if variable else ""
        done = (
            f"The key of {named.name} was removed from {places}."
            if places
            else f"No key of {named.name} was stored."
        )
        say(done + note)

    def _configured(self) -> dict[str, Any]:
        return dict(self._chat.connections)

    def _settings(self) -> Settings:
        return resolve_settings({}, self._chat.configured(), os.environ)

    def _in_use(self) -> NamedConnection:
        name = str(self._chat.connection)
        if name:
            return find_connection(name, self._configured())
        return connection_of_settings(self._settings().base_url)

    def _use(self, connection: str, named: NamedConnection) -> None:
        """Ask this server from now on, with its default model if it has one."""
        before = ""
        with contextlib.suppress(ConfigurationError):  # one that is not in the configuration any more
            before = self._in_use().default_model
        self._chat.connection = connection
        if named.default_model:
            if self._chat.model != before:
                self._model_before = self._chat.model
            self._chat.model = named.default_model
        elif before and self._chat.model == before and self._model_before:
            self._chat.model = self._model_before
        self._end_demo()
        key = self._key_text(named if connection else None, unset="; %claude_login stores one")
        model = f"The model is {self._settings().model}"
        if not named.default_model and named.name != "anthropic":
            model += "; %claude_models lists its models"
        say(f"Questions go to {named.name} ({named.base_url}) now. Key: {key}. {model}.")

    def _end_demo(self) -> None:
        if self.workspace.demo_url:
            self.shell.magics_manager.registry["ManageMagics"].stop_demo()

    def _show_connections(self) -> None:
        known = known_connections(self._configured())
        used = self._in_use()
        is_unnamed = not self._chat.connection
        row_of_use = next((n for n in known if (n.name, n.base_url) == (used.name, used.base_url)), None)
        rows = [self._row(named, is_used=named is row_of_use) for named in known]
        if row_of_use is None:
            rows.insert(0, self._row(used, is_used=True, is_unnamed=is_unnamed))
        show_table(self.shell, "Connections; the arrow marks the one in use", _COLUMNS, rows)
        if self.workspace.demo_url:
            say("The demo is on, and answers instead of all of them; %claude_demo off ends it.")

    def _row(self, named: NamedConnection, *, is_used: bool, is_unnamed: bool = False) -> tuple[str, ...]:
        key = self._key_text(None if is_unnamed else named)
        note = "base_url of the settings" if is_unnamed else named.note
        return "→" if is_used else "", named.name, named.base_url, key, named.default_model, note

    def _key_text(self, named: NamedConnection | None, unset: str = "") -> str:
        """Say where the key comes from, without `named` that of the settings; `unset` is added where there is none."""
        settings = self._settings()
        try:
            connection = connect(
                os.environ,
                base_url=settings.base_url,
                api_version=settings.api_version,
                timeout=settings.timeout,
                max_retries=settings.max_retries,
                named=named,
                auth_style=settings.auth_style,
                stored_key=stored_key,
            )
        except MissingKeyError:
            variables = named.key_variables if named else ("ANTHROPIC_API_KEY",)
            return f"not set ({' or '.join(variables)}){unset}" if variables else f"not set{unset}"
        except ConfigurationError as error:
            return said(error)
        return _the(connection.key_source) if connection.key_source else "none needed"

    def _named_in(self, magic: str, line: str) -> NamedConnection:
        """Return the connection that `--connection` names, or the one in use."""
        if find_keys(line):
            raise UsageError(_key_in_line(magic))
        words = argument(line).replace("--connection=", "--connection ", 1).split()
        if not words:
            return self._in_use()
        if words == ["--connection"]:
            raise UsageError(f"{magic} --connection needs a name; %claude_connect lists them.")
        if len(words) == 2 and words[0] == "--connection":
            return find_connection(words[1], self._configured())
        names = {named.name for named in known_connections(self._configured())}
        if len(words) == 1 and words[0] in names:
            raise UsageError(f"Say {magic} --connection {words[0]}.")
        raise UsageError(_key_in_line(magic))


def _ask_for_key(named: NamedConnection) -> Secret:
    """Ask for the key, without showing it."""
    with warnings.catch_warnings():
        # A terminal that cannot hide what is typed only warns.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            text = getpass.getpass(f"Key of {named.name} ({named.base_url}): ")
        except getpass.GetPassWarning:
            text = None
    if text is None:
        raise UsageError("%claude_login: this terminal cannot hide what you type.")
    secret = Secret(text.strip())
    if problem := key_problem(secret.reveal()):
        raise UsageError(f"That is not a key: {problem}. {_NOTHING_STORED}")
    return secret


def _store(name: str, secret: Secret) -> str:
    """Store the key in the keyring, else, with consent, in the file, else in this kernel; return the place."""
    reason = keyring_problem()
    if not reason:
        try:
            return store_key(name, secret, "keyring")
        except ConfigurationError as error:
            reason = str(error).rstrip(".")
    question = f"No keyring: {reason}. Store the key in the file {key_file()}, readable by you alone? [y/N] "
    consents = input(question).strip().lower() in ("y", "yes")
    return store_key(name, secret, "file" if consents else "kernel")


def _variable_set(named: NamedConnection) -> str:
    return next((name for name in named.key_variables if os.environ.get(name, "").strip()), "")


def _the(place: str) -> str:
    return "the keyring" if place == "keyring" else place


def _key_in_line(magic: str) -> str:
    return (
        f"{magic} takes no key. If that was one, it is in the notebook and in the kernel's history now: revoke it "
        f"(Anthropic's at {REVOKE_URL}), delete it from the cell, and run %claude_login alone, which asks for the new one. "
        "For another server: %claude_login --connection NAME."
    )
