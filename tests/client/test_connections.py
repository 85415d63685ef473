from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import pytest

from nbclaude.client.connections import (
    BUILT_IN,
    NamedConnection,
    connection_of_settings,
    find_connection,
    known_connections,
)
from nbclaude.errors import ConfigurationError
from nbclaude.options.spelling import spell

CANARY = "sk-ant-api03-canary-7f3e9b1d5c"
ANTHROPIC = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


@pytest.mark.parametrize(
    ("name", "base_url", "auth_style", "key_variables", "key_optional", "caching"),
    [
        ("anthropic", "https://api.anthropic.com", "", ANTHROPIC, False, "automatic"),
        ("apimart", "https://api.apimart.ai", "x-api-key", ("APIMART_API_KEY",), False, "explicit"),
        ("openrouter", "https://openrouter.ai/api", "bearer", ("OPENROUTER_API_KEY",), False, "automatic"),
        (
            "litellm",
            "http://localhost:4000",
            "x-api-key",
            ("LITELLM_API_KEY", "LITELLM_MASTER_KEY"),
            True,
            "explicit",
        ),
        ("ollama", "http://localhost:11434", "", (), True, "off"),
        ("ollama-cloud", "https://ollama.com", "bearer", ("OLLAMA_API_KEY",), False, "off"),
        ("vllm", "http://localhost:8000", "bearer", ("VLLM_API_KEY",), True, "off"),
        ("llamacpp", "http://localhost:8080", "x-api-key", ("LLAMA_API_KEY",), True, "off"),
        ("lmstudio", "http://localhost:1234", "x-api-key", ("LM_API_TOKEN",), True, "off"),
    ],
)
def test_built_in(
    name: str,
    base_url: str,
    auth_style: str,
    key_variables: tuple[str, ...],
    key_optional: bool,
    caching: str,
) -> None:
    found = find_connection(name, {})
    assert (found.name, found.base_url, found.auth_style) == (name, base_url, auth_style)
    assert (found.key_variables, found.key_optional, found.caching) == (key_variables, key_optional, caching)


def test_there_are_no_other_built_in_ones() -> None:
    assert [connection.name for connection in BUILT_IN] == [
        *(
            "anthropic",
            "apimart",
            "openrouter",
            "litellm",
            "ollama",
            "ollama-cloud",
            "vllm",
            "llamacpp",
            "lmstudio",
        ),
    ]


def test_a_name_in_any_case() -> None:
    assert find_connection(" Ollama ", {}).name == "ollama"
    assert find_connection("WORK", {"Work": {"base_url": "https://w.example"}}).name == "Work"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("antropic", "anthropic"), ("olama", "ollama"), ("lm-studio", "lmstudio"), ("wrk", "work")],
)
def test_a_misspelling(typed: str, meant: str) -> None:
    with pytest.raises(
        ConfigurationError, match=f"There is no connection '{typed}': did you mean {meant}[?]"
    ):
        find_connection(typed, {"work": {"base_url": "https://w.example"}})


def test_a_name_that_is_like_none_gets_the_list() -> None:
    with pytest.raises(ConfigurationError, match=r"there are work, anthropic, .*http://"):
        find_connection("zzzzzz", {"work": {"base_url": "https://w.example"}})


class TestAddresses:
    @pytest.mark.parametrize(
        ("text", "name", "base_url", "key_optional"),
        [
            ("https://gateway.example/v1/", "gateway.example", "https://gateway.example", False),
            (
                "https://gateway.example:8443/t",
                "gateway.example:8443",
                "https://gateway.example:8443/t",
                False,
            ),
            ("http://localhost:9999", "localhost:9999", "http://localhost:9999", True),
            ("http://127.0.0.1:9999/v1", "127.0.0.1:9999", "http://127.0.0.1:9999", True),
            ("http://[::1]:9999", "[::1]:9999", "http://[::1]:9999", True),
            (
                "http://localhost.evil.example",
                "http://localhost.evil.example",
                "http://localhost.evil.example",
                False,
            ),
        ],
    )
    def test_are_named_by_their_host(self, text: str, name: str, base_url: str, key_optional: bool) -> None:
        assert find_connection(text, {}) == NamedConnection(name, base_url, key_optional=key_optional)

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("https://api.anthropic.com/v1/messages", "anthropic"),
            ("https://openrouter.ai/api/v1", "openrouter"),
            ("http://localhost:11434/", "ollama"),
            ("https://w.example/", "work"),
        ],
    )
    def test_of_a_known_connection_give_that(self, text: str, name: str) -> None:
        assert find_connection(text, {"work": {"base_url": "https://w.example"}}).name == name

    @pytest.mark.parametrize("text", ["ftp://x", "http://", "http://h:port", "https://h/?a=1", "http://a b"])
    def test_that_are_none(self, text: str) -> None:
        with pytest.raises(ConfigurationError, match="is not an address"):
            find_connection(text, {})

    @pytest.mark.parametrize("text", ["https://me:{}@h.example", "me:{}@h.example", "{}@h"])
    def test_with_a_password_are_refused_and_not_shown(self, text: str) -> None:
        with pytest.raises(ConfigurationError, match="user name or a password") as caught:
            find_connection(text.format(CANARY), {})
        assert CANARY not in str(caught.value)


class TestConfigured:
    ENTRY: ClassVar[dict[str, Any]] = {
        "base_url": "https://w.example/v1",
        "auth_style": "bearer",
        "key_variable": "WORK_KEY",
        "default_model": "claude-opus-5-5",
        "caching": "explicit",
        "api_version": "2025-10-01",
        "note": "of the team",
    }

    def test_all_of_it(self) -> None:
        assert find_connection("work", {"work": self.ENTRY}) == NamedConnection(
            "work",
            "https://w.example",
            "bearer",
            ("WORK_KEY",),
            False,
            "claude-opus-5-5",
            "explicit",
            "2025-10-01",
            "of the team",
        )

    def test_the_address_is_enough(self) -> None:
        found = find_connection("work", {"work": {"base_url": "https://w.example"}})
        assert found == NamedConnection("work", "https://w.example")

    def test_several_variables(self) -> None:
        entry = {"base_url": "https://w.example", "key_variable": ["A_KEY", "B_KEY"]}
        assert find_connection("w", {"w": entry}).key_variables == ("A_KEY", "B_KEY")

    def test_a_local_server_needs_no_key_unless_it_is_said(self) -> None:
        local = {"base_url": "http://localhost:7000"}
        assert find_connection("w", {"w": local}).key_optional is True
        assert find_connection("w", {"w": {**local, "key_optional": False}}).key_optional is False
        far = {"base_url": "http://gpu-box:8000", "key_optional": True}
        assert find_connection("w", {"w": far}).key_optional is True

    def test_a_built_in_name_changes_what_it_says_and_nothing_else(self) -> None:
        found = find_connection("vllm", {"vllm": {"default_model": "qwen"}})
        assert (found.default_model, found.base_url) == ("qwen", "http://localhost:8000")
        assert (found.key_variables, found.key_optional, found.caching) == (("VLLM_API_KEY",), True, "off")
        moved = find_connection("litellm", {"litellm": {"base_url": "https://llm.corp.example"}})
        assert (moved.base_url, moved.key_optional) == ("https://llm.corp.example", False)
        assert moved.key_variables == ("LITELLM_API_KEY", "LITELLM_MASTER_KEY")

    def test_own_ones_come_first_in_the_list(self) -> None:
        known = known_connections({"work": self.ENTRY, "ollama": {"default_model": "qwen3-coder"}})
        assert [connection.name for connection in known] == [
            *(
                "work",
                "ollama",
                "anthropic",
                "apimart",
                "openrouter",
                "litellm",
                "ollama-cloud",
                "vllm",
                "llamacpp",
            ),
            "lmstudio",
        ]
        assert known[1].default_model == "qwen3-coder"

    @pytest.mark.parametrize(
        "key", ["api_key", "key", "token", "auth_token", "secret", "password", "API_KEY"]
    )
    def test_a_key_in_it_is_refused_with_the_cure_and_not_shown(self, key: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            find_connection("work", {"work": {**self.ENTRY, key: CANARY}})
        message = caught.value.said(spell)
        assert "connections['work']" in message and "%claude_login --connection work" in message
        assert "key_variable" in message
        assert CANARY not in message

    @pytest.mark.parametrize("value", [CANARY, [CANARY], "two words", "", 5, None, ["A_KEY", 5]])
    def test_a_variable_that_is_no_name_is_refused_and_not_shown(self, value: Any) -> None:
        with pytest.raises(ConfigurationError, match="key_variable must be the name") as caught:
            find_connection("w", {"w": {"base_url": "https://w.example", "key_variable": value}})
        assert "canary" not in str(caught.value)

    def test_an_unknown_key_names_the_entry_the_key_and_the_known_ones(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            find_connection("work", {"work": {"base_uri": "https://w.example"}})
        message = str(caught.value)
        assert "connections['work'] has 'base_uri'" in message and "did you mean 'base_url'?" in message
        assert (
            "base_url, auth_style, key_variable, key_optional, default_model, caching, api_version" in message
        )

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ({}, "has no base_url"),
            ({"base_url": "w.example"}, "base_url 'w.example' is not an address"),
            ({"base_url": 5}, "base_url must be a text"),
            (
                {"base_url": "https://w.example", "auth_style": "basic"},
                "auth_style 'basic' is not known.*bearer",
            ),
            (
                {"base_url": "https://w.example", "caching": "always"},
                "caching 'always' is not known.*automatic",
            ),
            ({"base_url": "https://w.example", "key_optional": "no"}, "key_optional must be True or False"),
            ("https://w.example", "must be a dict"),
        ],
    )
    def test_what_cannot_be_used(self, entry: Any, message: str) -> None:
        with pytest.raises(ConfigurationError, match=rf"connections\['w'\].*{message}"):
            find_connection("w", {"w": entry})

    def test_a_broken_entry_is_in_nobody_else_s_way(self) -> None:
        assert find_connection("ollama", {"w": {}}).name == "ollama"


@pytest.mark.parametrize(
    ("base_url", "name"),
    [("https://api.anthropic.com/v1", "anthropic"), ("https://gateway.example", "gateway.example")],
)
def test_the_connection_of_the_settings(base_url: str, name: str) -> None:
    found = connection_of_settings(base_url)
    assert (found.name, found.key_variables, found.key_optional) == (name, ANTHROPIC, False)


def test_the_documentation_lists_the_built_in_ones_as_they_are() -> None:
    text = Path(__file__).parents[2].joinpath("docs", "connections.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| `(http[^`]+)` \|(.*)\|(.*)\|(.*)\| (\w+) \|$", text, re.MULTILINE)
    documented = [
        (name, url, tuple(re.findall(r"[A-Z_]{5,}", keys)), re.findall(r"`(.+)`", model), caching)
        for name, url, keys, _style, model, caching in rows
    ]
    assert documented == [
        (
            connection.name,
            connection.base_url,
            connection.key_variables,
            [connection.default_model] if connection.default_model else [],
            connection.caching,
        )
        for connection in BUILT_IN
    ]
