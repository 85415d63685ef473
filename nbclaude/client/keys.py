"""Where the keys of connections are stored: this kernel's memory, a file, or the system's keyring.

A key is in one place at a time: storing it somewhere takes it out of the others.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

from nbclaude.cures import Command
from nbclaude.errors import ConfigurationError
from nbclaude.quiet import quietly
from nbclaude.secrets.keys import Secret

__all__ = [
    "KERNEL_ONLY",
    "REVOKE_URL",
    "forget_key",
    "key_file",
    "key_problem",
    "keyring_problem",
    "store_key",
    "stored_key",
]

KERNEL_ONLY = "this kernel's memory"
_KEYRING = "keyring"
_SERVICE = "nbclaude"
REVOKE_URL = "https://platform.claude.com/settings/keys"

_SHORTEST = 6

_kernel_keys: dict[str, Secret] = {}
_Result = TypeVar("_Result")


class _NoKeyringError(Exception):
    """The keyring cannot be used; the message is the reason, as the rest of a sentence."""

    def __init__(self, reason: str, *, exists: bool = False) -> None:
        super().__init__(reason)
        self.exists = exists


def stored_key(name: str) -> tuple[str, str]:
    """Return the stored key of a connection and where it is: "keyring", a path or KERNEL_ONLY; or two empty texts.

    Raises:
        ConfigurationError: the key file is broken, or others can read it.

    """
    if secret := _kernel_keys.get(name):
        return secret.reveal(), KERNEL_ONLY
    # The file is asked first: what is in it is newer than what a keyring may hold that was locked when it was written.
    if key := _read_file().get(name):
        return key, str(key_file())
    with contextlib.suppress(_NoKeyringError):
        if key := _ask_keyring(lambda keyring: keyring.get_password(_SERVICE, name)):
            return key, _KEYRING
    return "", ""


def store_key(name: str, secret: Secret, where: Literal["keyring", "file", "kernel"]) -> str:
    """Store the key of a connection, and return the place as `stored_key` names it.

    Raises:
        ConfigurationError: the place cannot be used.

    """
    if where == "kernel":
        _kernel_keys[name] = secret
        return KERNEL_ONLY
    if where == "file":
        _write_file(_read_file() | {name: secret.reveal()})
        with contextlib.suppress(_NoKeyringError):
            _remove_from_keyring(name)
        place = str(key_file())
    else:
        _store_in_keyring(name, secret)
        _remove_from_file(name)
        place = _KEYRING
    _kernel_keys.pop(name, None)
    return place


def forget_key(name: str) -> list[str]:
    """Remove the key of a connection from every place, and return those where there was one.

    Raises:
        ConfigurationError: a place cannot be used, and may still hold the key; the message names the others.

    """
    places = [KERNEL_ONLY] if _kernel_keys.pop(name, None) else []
    reason = ""
    try:
        if _remove_from_keyring(name):
            places.append(_KEYRING)
    except _NoKeyringError as problem:
        reason = str(problem) if problem.exists else ""
    if _remove_from_file(name):
        places.append(str(key_file()))
    if reason:
        removed = f" It was removed from {' and '.join(places)}." if places else ""
        raise ConfigurationError(
            f"The key of {name} may still be in the keyring: {reason}.",
            cure=("Unlock it, and run ", Command.LOGOUT, f" again.{removed}"),
        )
    return places


def key_file() -> Path:
    """Return the path of the key file in the user's configuration directory; it need not exist."""
    import platformdirs

    return platformdirs.user_config_path("nbclaude", appauthor=False) / "keys.json"


def keyring_problem() -> str:
    """Return why the system's keyring cannot be used, as the rest of a sentence; empty if it can."""
    try:
        _ask_keyring(lambda keyring: keyring.get_password(_SERVICE, "anthropic"))
    except _NoKeyringError as problem:
        return str(problem)
    return ""


def key_problem(text: str) -> str:
    """Return why a text cannot be a key, as the rest of a sentence; empty if it can be one."""
    if not text:
        return "it is empty"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "it has a space, a line break or a character that is not ASCII"
    if text[0] in "\"'`" or text[-1] in "\"'`":
        return "there are quotes around it"
    if "..." in text or "***" in text or "://" in text or re.match(r"[A-Za-z_][A-Za-z0-9_]*=", text):
        return "it is a placeholder, an address or an assignment"
    if (
        len(text) < _SHORTEST
        or (text.isalpha() and len(text) < 16)
        or re.fullmatch(r"[A-Z]+(_[A-Z]+)+", text)
    ):
        return "it is too short, or a word"
    if text.startswith("sk-ant-admin"):
        return "it is an admin key, which cannot ask a model and could do much else"
    return ""


@quietly("keyring", "secretstorage", "jeepney")
def _ask_keyring(question: Callable[[Any], _Result]) -> _Result:
    """Ask the keyring; whatever a backend raises is a reason not to use it."""
    try:
        import keyring
    except ImportError:
        raise _NoKeyringError(
            "the package keyring is not installed (pip install nbclaude[keyring])"
        ) from None
    try:
        if type(keyring.get_keyring()).__module__ == "keyring.backends.fail":
            raise _NoKeyringError("this machine has no keyring")
        return question(keyring)
    except _NoKeyringError:
        raise
    except Exception as error:
        # Only the kind is told: what a backend says could hold the key.
        kind = type(error).__name__
    raise _NoKeyringError(f"the keyring cannot be used ({kind})", exists=True)


def _store_in_keyring(name: str, secret: Secret) -> None:
    def store(keyring: Any) -> bool:
        keyring.set_password(_SERVICE, name, secret.reveal())
        # A backend that is switched off takes everything and keeps nothing.
        return bool(keyring.get_password(_SERVICE, name) == secret.reveal())

    reason = "the keyring did not keep it"
    try:
        if _ask_keyring(store):
            return
    except _NoKeyringError as problem:
        reason = str(problem)
    raise ConfigurationError(f"The key of {name} was not stored: {reason}.")


def _remove_from_keyring(name: str) -> bool:
    def remove(keyring: Any) -> bool:
        if keyring.get_password(_SERVICE, name) is None:
            return False
        keyring.delete_password(_SERVICE, name)
        return True

    return _ask_keyring(remove)


def _remove_from_file(name: str) -> bool:
    keys = _read_file()
    if name not in keys:
        return False
    del keys[name]
    if keys:
        _write_file(keys)
    else:
        key_file().unlink(missing_ok=True)
    return True


def _read_file() -> dict[str, str]:
    path = key_file()
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"The key file {path} cannot be read: {error.strerror}.") from None
    if os.name == "posix" and mode & 0o077:
        raise ConfigurationError(
            f"The key file {path} can be read or changed by others (its mode is {mode:o}), so it is not used.",
            cure=(
                f"If nobody has: chmod 600 {path}. Otherwise revoke its keys, delete it, and run ",
                *(Command.LOGIN, "."),
            ),
        )
    keys = _parsed(data)
    if keys is None:
        raise ConfigurationError(
            f"The key file {path} is broken: it is not a JSON object of names and keys.",
            cure=("Delete it, and run ", Command.LOGIN, " again."),
        )
    return keys


def _parsed(data: bytes) -> dict[str, str] | None:
    try:
        keys = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        return None
    return keys


def _write_file(keys: dict[str, str]) -> None:
    """Replace the file in one step; the new one is readable by its owner alone from its first byte on."""
    path = key_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        # mkstemp opens with mode 0600.
        descriptor, name = tempfile.mkstemp(prefix=".keys-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(keys, file, indent=2)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigurationError(f"The key file {path} cannot be written: {error.strerror}.") from None
