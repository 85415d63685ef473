"""`nbclaude.ask` checks its arguments as the options are checked, and says what is wrong in the words of Python."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude import workspace as workspace_module
from nbclaude.errors import ConfigurationError
from nbclaude.reply import ask
from nbclaude.settings.table import OPTIONS, SETTINGS
from nbclaude.simulator import Simulator
from nbclaude.workspace import Surroundings, current_workspace
from tests.client.conftest import no_network_settings

__all__ = ["no_network_settings"]

KEY = "sk-ant-api03-aB3dE5gH9kLmN0pQrS1tU2vW3xY4z"
OLD = {"model": "claude-sonnet-4-5"}


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, simulator: Simulator) -> Iterator[Simulator]:
    """Give a simulator that this process's own, fresh workspace asks."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary-1234567")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    monkeypatch.setattr(workspace_module, "_current", [])
    yield simulator


SENT = [
    ({"stop_sequences": "END"}, {"stop_sequences": ["END"]}),
    ({"stop_sequences": (text for text in ("a", "b"))}, {"stop_sequences": ["a", "b"]}),
    ({"system": ["a", "b"]}, {"system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}),
    ({"effort": "LOW"}, {"output_config": {"effort": "low"}}),
    ({"temperature": 1, **OLD}, {"temperature": 1}),
    ({"max_tokens": 1e3}, {"max_tokens": 1000}),
    ({"metadata_user": "u-1"}, {"metadata": {"user_id": "u-1"}}),
    ({"service_tier": "standard_only"}, {"service_tier": "standard_only"}),
    ({"speed": "fast"}, {"speed": "fast"}),
    ({"extra": {"inference_geo": "us"}}, {"inference_geo": "us"}),
]


@pytest.mark.parametrize(("arguments", "fields"), SENT)
def test_sent(connected: Simulator, arguments: dict[str, Any], fields: dict[str, Any]) -> None:
    connected.enqueue("ok")
    ask("Hi", **arguments)
    body = connected.message_requests[-1].json
    assert {name: body.get(name) for name in fields} == fields


def test_headers_and_betas(connected: Simulator) -> None:
    connected.enqueue("ok")
    ask("Hi", betas="files-api-2025-04-14", headers={"X-Team": "blue"}, stream=False)
    [request] = connected.message_requests
    assert (request.headers["anthropic-beta"], request.headers["x-team"]) == ("files-api-2025-04-14", "blue")
    assert "stream" not in request.json


REFUSED = [
    ({"system": 5}, 'system=5: it must be text, or a list of text blocks like {"type": "text", "text": "..."}.'),
    ({"extra": [1]}, 'extra=[1]: it must be a dict of JSON values, like {"top_k": 5}.'),
    ({"betas": 5}, "betas=5: it must be the name of a beta feature, like files-api-2025-04-14, or several in a list."),
    ({"effort": "huge"}, "effort='huge': it must be one of low, medium, high, xhigh, max."),
    ({"temperature": "hot"}, "temperature='hot': it must be a number from 0 to 1."),
    ({"max_tokens": -1}, "max_tokens=-1: it must be a whole number from 1."),
    ({"new": "no"}, "new='no': it must be True or False."),
    ({"stop_sequences": ["a", 5]}, "stop_sequences (with 5): each must be text that is not only white space."),
    (
        {"headers": {"Authorization": "Bearer hunter2"}},
        "headers (with 'authorization'): it must be a header that is not secret: a notebook is no place for a key. "
        "Set ANTHROPIC_API_KEY or ANTHROPIC_CUSTOM_HEADERS in the environment instead.",
    ),
    (
        {"temperature": 0.5, "model": "claude-sonnet-5-5"},
        "temperature=0.5: claude-sonnet-5-5 does not accept temperature, top_p or top_k. "
        "Use effort (low, medium, high, xhigh, max) to steer it.",
    ),
    (
        {"temperature": 0.5, "thinking": "summarized", "model": "claude-sonnet-4-6"},
        "temperature=0.5: claude-sonnet-4-6 does not accept temperature while it thinks. Add thinking='off', or leave it out.",
    ),
    (
        {"prefill": "{"},
        "prefill: claude-sonnet-5-5 does not accept a prefill. "
        "Say in the prompt how the answer should begin, or use json for a fixed form.",
    ),
    ({"tool_choice": "any"}, "tool_choice='any': there are no tools to choose from. Give their definitions with tools."),
    ({"model": "sonet"}, "There is no model 'sonet'. Did you mean claude-sonnet-5-5?"),
    ({"effort": KEY}, "effort='[secret removed: Anthropic key]': it must be one of low, medium, high, xhigh, max."),
    ({"metadata_user": KEY}, "metadata_user: it holds an API key; nothing was sent. Keys belong in the environment."),
    ({"headers": {"X-Team": KEY}}, "headers: it holds an API key; nothing was sent. Keys belong in the environment."),
    (
        {"metadata_user": "AKIAIOSFODNN7EXAMPLQ"},
        "metadata_user: it holds a secret (AWS key), which cannot be masked there; nothing was sent. "
        "Take it out, or send it with allow_secrets=True.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refused(connected: Simulator, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ask("Hi", **arguments)
    assert str(caught.value) == message
    assert connected.requests == []


BEGIN = [
    ({"tools": "name"}, "tools='name': it is a str. A tool is a function, a dict like"),
    ({"tools": {"a", "b"}}, "tools={'a', 'b'}: it holds a str. A tool is a function, a dict like"),
    ({"tools": [{"name": "f", "input_schema": {"type": object}}]}, "tools (with <type>): it holds a type, which is not"),
    ({"json": 5}, "json=5: it is not a schema"),
    ({"json": {"type": object}}, "json={'type': <class 'object'>}: it is not a schema"),
    ({"effort": "x" * 100_000}, "effort='" + "x" * 78 + "…: it must be one of"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "begin"), BEGIN)
def test_long_reasons(connected: Simulator, arguments: dict[str, Any], begin: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ask("Hi", **arguments)
    assert str(caught.value).startswith(begin)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(("arguments", "_message"), [*REFUSED, *BEGIN])
def test_no_option_is_spelled(connected: Simulator, arguments: dict[str, Any], _message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ask("Hi", **arguments)
    names = {name for option in OPTIONS for name in option.names}
    assert not names & set(re.findall(r"(?<!\w)--?[a-z][\w-]*", str(caught.value)))
    assert "%" not in str(caught.value)


def test_a_block_that_is_not_json(connected: Simulator) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^prompt \(with b'x'\): it holds bytes, which is not JSON\.$"
    ):
        ask([{"type": "text", "text": b"x"}])


def test_what_is_configured_is_checked_too(connected: Simulator) -> None:
    current_workspace().enter(Surroundings(configured=lambda: {"effort": "huge"}))
    with pytest.raises(ConfigurationError, match=r"^ClaudeMagics\.effort = 'huge': it must be one of low"):
        ask("Hi")
    assert connected.requests == []


def test_the_signature_is_written_out() -> None:
    parameters = inspect.signature(ask).parameters
    assert list(parameters)[1:] == [setting.name for setting in SETTINGS if setting.in_ask]
    for name in ("metadata_user", "service_tier", "speed", "headers", "stream"):
        assert parameters[name].default is None
        assert f"        {name}: " in (ask.__doc__ or "")
