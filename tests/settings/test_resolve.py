from __future__ import annotations

from typing import Any

import pytest

from nbclaude.errors import MissingKeyError
from nbclaude.settings.resolve import resolve_settings
from nbclaude.settings.values import Settings
from nbclaude.workspace import Surroundings, Workspace, current_workspace


def test_built_in() -> None:
    assert resolve_settings({}, {}, {}) == Settings(
        model="claude-sonnet-5-5",
        max_tokens=16_000,
        system="",
        base_url="https://api.anthropic.com",
        api_version="2023-06-01",
        timeout=600.0,
        max_retries=2,
    )


@pytest.mark.parametrize(
    ("options", "configured", "environment", "model"),
    [
        ({}, {}, {}, "claude-sonnet-5-5"),
        ({}, {}, {"ANTHROPIC_MODEL": "env"}, "env"),
        ({}, {}, {"ANTHROPIC_MODEL": ""}, "claude-sonnet-5-5"),
        ({}, {}, {"ANTHROPIC_MODEL": " \n"}, "claude-sonnet-5-5"),
        ({}, {}, {"ANTHROPIC_MODEL": " env "}, "env"),
        ({}, {"model": "conf"}, {"ANTHROPIC_MODEL": "env"}, "conf"),
        ({"model": "opt"}, {"model": "conf"}, {"ANTHROPIC_MODEL": "env"}, "opt"),
        ({"model": None}, {"model": "conf"}, {}, "conf"),
        ({"model": None}, {"model": None}, {"ANTHROPIC_MODEL": "env"}, "env"),
    ],
)
def test_the_nearest_word_wins(
    options: dict[str, Any], configured: dict[str, Any], environment: dict[str, str], model: str
) -> None:
    assert resolve_settings(options, configured, environment).model == model


@pytest.mark.parametrize(
    ("configured", "environment", "base_url"),
    [
        ({}, {}, "https://api.anthropic.com"),
        ({}, {"ANTHROPIC_BASE_URL": "http://e"}, "http://e"),
        ({}, {"ANTHROPIC_BASE_URL": ""}, "https://api.anthropic.com"),
        ({"base_url": "http://c"}, {"ANTHROPIC_BASE_URL": "http://e"}, "http://c"),
    ],
)
def test_base_url(configured: dict[str, Any], environment: dict[str, str], base_url: str) -> None:
    assert resolve_settings({}, configured, environment).base_url == base_url


def test_an_empty_system_prompt_is_an_answer() -> None:
    # `--system ""` takes away what the configuration has set.
    assert resolve_settings({"system": ""}, {"system": "be brief"}, {}).system == ""


def test_other_names_are_not_settings() -> None:
    assert resolve_settings({"into": "x"}, {"conversation": "y"}, {"ANTHROPIC_MAX_TOKENS": "5"}) == Settings()


class TestWorkspace:
    def test_there_is_one(self) -> None:
        assert current_workspace() is current_workspace()

    def test_settings_ask_the_front_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANTHROPIC_MODEL", "env")
        workspace = Workspace()
        assert workspace.settings({}).model == "env"
        workspace.enter(Surroundings(configured=lambda: {"model": "conf"}))
        assert workspace.settings({}).model == "conf"
        assert workspace.settings({"model": "opt"}).model == "opt"

    def test_a_connection_needs_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS"):
            monkeypatch.delenv(name, raising=False)
        workspace = Workspace()
        with pytest.raises(MissingKeyError):
            workspace.connection(workspace.settings({}))
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary")
        connection = workspace.connection(
            Settings(base_url="http://h/v1", timeout=3.0, max_retries=7, api_version="v")
        )
        assert (connection.base_url, connection.timeout, connection.max_retries, connection.api_version) == (
            "http://h",
            3.0,
            7,
            "v",
        )
        assert connection.key_source == "ANTHROPIC_API_KEY"

    def test_the_demo_takes_no_key_of_the_users(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary")
        monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Secret: sk-canary")
        workspace = Workspace()
        workspace.begin_demo("http://127.0.0.1:1")
        connection = workspace.connection(Settings(base_url="http://h"))
        assert connection.base_url == "http://127.0.0.1:1"
        assert connection.key_source == "the demo model"
        assert "sk-canary" not in connection.headers().values()
