from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from nbclaude.client import keys
from nbclaude.client.keys import (
    KERNEL_ONLY,
    forget_key,
    key_file,
    key_problem,
    keyring_problem,
    store_key,
    stored_key,
)
from nbclaude.errors import ConfigurationError
from nbclaude.secrets.keys import Secret

CANARY = "sk-ant-api03-canary-7f3e9b1d5c"
SECRET = Secret(CANARY)

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


class Keyring(KeyringBackend):
    """A keyring in memory, through the library's own interface for backends."""

    priority: ClassVar[float] = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.held:
            raise PasswordDeleteError(username)
        del self.held[service, username]


class Locked(Keyring):
    """A keyring that nobody unlocks; what it says holds what it was given."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"no: {CANARY}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"no: {password}")


class Forgetful(Keyring):
    """A keyring that is switched off: it takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a configuration directory of this test's own, no keyring, and an empty memory."""
    from keyring.backends.fail import Keyring as NoKeyring

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    keys._kernel_keys.clear()
    yield tmp_path
    keys._kernel_keys.clear()
    keyring.set_keyring(before)


def use(backend: KeyringBackend) -> KeyringBackend:
    keyring.set_keyring(backend)
    return backend


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nothing_is_stored_at_first(home: Path) -> None:
    assert stored_key("anthropic") == ("", "")
    assert forget_key("anthropic") == []
    assert list(home.iterdir()) == []


class TestFile:
    def test_there_and_back(self) -> None:
        path = str(key_file())
        assert store_key("anthropic", SECRET, "file") == path
        store_key("work", Secret("w"), "file")
        assert stored_key("anthropic") == (CANARY, path)
        assert stored_key("work") == ("w", path)
        assert stored_key("other") == ("", "")
        assert forget_key("anthropic") == [path]
        assert stored_key("anthropic") == ("", "")
        assert stored_key("work") == ("w", path)
        assert forget_key("work") == [path]
        assert not key_file().exists()

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have other places")
    def test_where_it_is(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert key_file() == home / "nbclaude" / "keys.json"
        monkeypatch.delenv("XDG_CONFIG_HOME")
        monkeypatch.setenv("HOME", "/home/somebody")
        assert key_file() == Path("/home/somebody/.config/nbclaude/keys.json")

    def test_what_is_in_it(self) -> None:
        store_key("anthropic", SECRET, "file")
        assert json.loads(key_file().read_text("utf-8")) == {"anthropic": CANARY}

    @posix_only
    @pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
    def test_only_its_owner_can_read_it(self, umask: int) -> None:
        before = os.umask(umask)
        try:
            store_key("anthropic", SECRET, "file")
            store_key("work", SECRET, "file")
        finally:
            os.umask(before)
        assert (mode(key_file()), mode(key_file().parent)) == (0o600, 0o700)
        assert [path.name for path in key_file().parent.iterdir()] == ["keys.json"]

    @posix_only
    def test_a_directory_that_others_can_enter_is_closed(self) -> None:
        key_file().parent.mkdir(mode=0o755)
        store_key("anthropic", SECRET, "file")
        assert mode(key_file().parent) == 0o700

    @posix_only
    @pytest.mark.parametrize("wide", [0o644, 0o640, 0o620, 0o604])
    def test_one_that_others_can_read_is_refused(self, wide: int) -> None:
        store_key("anthropic", SECRET, "file")
        key_file().chmod(wide)
        for attempt in (
            lambda: stored_key("anthropic"),
            lambda: store_key("anthropic", SECRET, "file"),
            lambda: forget_key("anthropic"),
        ):
            with pytest.raises(
                ConfigurationError, match=f"its mode is {wide:o}.*chmod 600 {key_file()}"
            ) as caught:
                attempt()
            assert CANARY not in str(caught.value)
        key_file().chmod(0o600)
        assert stored_key("anthropic")[0] == CANARY

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b'{"anthropic": "' + CANARY.encode(),
            b'["' + CANARY.encode() + b'"]',
            b'{"anthropic": 5}',
            b'{"anthropic": {"key": "' + CANARY.encode() + b'"}}',
            CANARY.encode(),
            b"\xff\xfe" + CANARY.encode(),
            b"[" * 100_000,
        ],
    )
    def test_a_broken_one_is_said_and_not_shown(self, content: bytes) -> None:
        key_file().parent.mkdir(mode=0o700)
        key_file().write_bytes(content)
        key_file().chmod(0o600)
        with pytest.raises(ConfigurationError, match=r"is broken.*Delete it") as caught:
            stored_key("anthropic")
        error = caught.value
        assert CANARY not in str(error)
        assert error.__context__ is None and error.__cause__ is None  # a JSONDecodeError carries the document

    def test_a_place_that_cannot_be_written_is_said(self, home: Path) -> None:
        (home / "nbclaude").write_text("a file, where the directory should be")
        with pytest.raises(ConfigurationError, match=r"keys\.json cannot be (read|written)") as caught:
            store_key("anthropic", SECRET, "file")
        assert CANARY not in str(caught.value)


class TestKeyring:
    def test_there_and_back(self, home: Path) -> None:
        held = use(Keyring())
        assert keyring_problem() == ""
        assert store_key("work", SECRET, "keyring") == "keyring"
        assert held.get_password("nbclaude", "work") == CANARY
        assert stored_key("work") == (CANARY, "keyring")
        assert stored_key("anthropic") == ("", "")
        assert forget_key("work") == ["keyring"]
        assert stored_key("work") == ("", "")
        assert list(home.iterdir()) == []

    def test_a_machine_without_one(self) -> None:
        assert keyring_problem() == "this machine has no keyring"
        with pytest.raises(ConfigurationError, match="was not stored: this machine has no keyring"):
            store_key("work", SECRET, "keyring")

    def test_a_locked_one_is_a_reason_without_its_words(self) -> None:
        use(Locked())
        assert keyring_problem() == "the keyring cannot be used (KeyringLocked)"
        with pytest.raises(ConfigurationError, match="KeyringLocked") as caught:
            store_key("work", SECRET, "keyring")
        assert CANARY not in str(caught.value)
        assert stored_key("work") == ("", "")

    def test_one_that_keeps_nothing_is_found_out(self) -> None:
        use(Forgetful())
        with pytest.raises(ConfigurationError, match="the keyring did not keep it"):
            store_key("work", SECRET, "keyring")

    def test_the_file_is_used_when_it_is_locked(self) -> None:
        use(Locked())
        store_key("work", SECRET, "file")
        assert stored_key("work") == (CANARY, str(key_file()))

    def test_forgetting_with_a_locked_one_says_what_may_remain(self) -> None:
        use(Locked())
        store_key("work", SECRET, "file")
        with pytest.raises(ConfigurationError, match="may still be in the keyring") as caught:
            forget_key("work")
        assert f"It was removed from {key_file()}." in str(caught.value)
        assert not key_file().exists()


class TestOnePlace:
    def test_a_newer_key_takes_the_older_one_s_place_everywhere(self) -> None:
        held = use(Keyring())
        store_key("work", Secret("1"), "kernel")
        store_key("work", Secret("2"), "file")
        assert stored_key("work") == ("2", str(key_file()))
        store_key("work", Secret("3"), "keyring")
        assert stored_key("work") == ("3", "keyring")
        assert not key_file().exists()
        store_key("work", Secret("4"), "file")
        assert held.get_password("nbclaude", "work") is None
        assert stored_key("work") == ("4", str(key_file()))

    def test_this_kernel_s_key_is_written_nowhere(self, home: Path) -> None:
        assert store_key("work", SECRET, "kernel") == KERNEL_ONLY
        assert stored_key("work") == (CANARY, KERNEL_ONLY)
        assert list(home.iterdir()) == []
        assert CANARY not in repr(vars(keys))
        assert CANARY not in os.environ.values()
        assert forget_key("work") == [KERNEL_ONLY]
        assert stored_key("work") == ("", "")

    def test_forgetting_names_every_place(self) -> None:
        held = use(Keyring())
        store_key("work", Secret("2"), "file")
        held.set_password("nbclaude", "work", "old")
        store_key("work", Secret("1"), "kernel")
        assert forget_key("work") == [KERNEL_ONLY, "keyring", str(key_file())]
        assert stored_key("work") == ("", "")


class TestKeyProblem:
    @pytest.mark.parametrize("key", [CANARY, "sk-1234", "lm-studio", "sk-or-v1-0123456789abcdef", "abc123"])
    def test_can_be_one(self, key: str) -> None:
        assert key_problem(key) == ""

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "empty"),
            ("two words", "a space"),
            ("sk-ant-1\n2", "a line break"),
            ("sk-ant-canäry", "not ASCII"),
            ("“sk-ant-1234”", "not ASCII"),
            ('"sk-ant-1234"', "quotes"),
            ("'sk-ant-1234'", "quotes"),
            ("sk-ant-...", "placeholder"),
            ("ANTHROPIC_API_KEY=sk-ant-1234", "assignment"),
            ("https://platform.claude.com/settings/keys", "address"),
            ("ANTHROPIC_API_KEY", "a word"),
            ("yes", "too short"),
            ("password", "a word"),
            ("sk-ant-admin01-Ab3dEf9hIjKlMnOpQrSt", "admin key"),
        ],
    )
    def test_plainly_is_none(self, text: str, problem: str) -> None:
        assert problem in key_problem(text)
