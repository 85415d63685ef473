from __future__ import annotations

from typing import Any

import pytest

from nbclaude.conversation.caching import caching_mode, with_caching
from nbclaude.models.info import model_info
from nbclaude.settings.values import Settings
from nbclaude.wire.request import MessageRequest

MARK = {"type": "ephemeral"}


@pytest.mark.parametrize(
    ("model", "offered", "configured", "history", "mode"),
    [
        ("claude-sonnet-5-5", "", "auto", True, "automatic"),
        ("claude-sonnet-5-5", "automatic", "auto", True, "automatic"),
        ("claude-sonnet-5-5", "explicit", "auto", True, "explicit"),
        ("claude-sonnet-5-5", "off", "auto", True, "off"),
        ("claude-sonnet-5-5", "", "off", True, "off"),
        ("claude-sonnet-5-5", "automatic", "explicit", True, "explicit"),
        # Asked once: nobody would read the entry.
        ("claude-sonnet-5-5", "", "auto", False, "off"),
        # A model that nobody knows gets nothing that was not asked for.
        ("llama3.2", "", "auto", True, "off"),
        ("llama3.2", "", "automatic", True, "automatic"),
    ],
)
def test_mode(model: str, offered: str, configured: str, history: bool, mode: str) -> None:
    assert caching_mode(Settings(caching=configured), offered, model_info(model), history=history) == mode


def test_the_user_s_own_marks_count() -> None:
    settings = Settings(extra={"cache_control": {"type": "ephemeral", "ttl": "1h"}})
    assert caching_mode(settings, "", model_info("claude-sonnet-5-5"), history=True) == "off"


def text(value: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": value, **more}


MESSAGES = (
    {"role": "user", "content": [text("a")]},
    {"role": "assistant", "content": [text("b")]},
    {"role": "user", "content": [text("c")]},
    {"role": "assistant", "content": [text("d")]},
    {"role": "user", "content": [text("e"), text("f")]},
)


def test_automatic() -> None:
    request = MessageRequest("m", 1, MESSAGES, parameters={"effort": 1})
    assert with_caching(request, "automatic", "5m").parameters == {"effort": 1, "cache_control": MARK}
    assert with_caching(request, "automatic", "1h").parameters["cache_control"] == {
        "type": "ephemeral",
        "ttl": "1h",
    }
    assert with_caching(request, "off", "5m") is request


def test_explicit() -> None:
    tools = ({"name": "f"}, {"name": "g"})
    body = with_caching(MessageRequest("m", 1, MESSAGES, system="s", tools=tools), "explicit", "5m").body()
    assert body["tools"] == [{"name": "f"}, {"name": "g", "cache_control": MARK}]
    assert body["system"] == [text("s", cache_control=MARK)]
    assert body["messages"] == [
        MESSAGES[0],
        MESSAGES[1],
        {"role": "user", "content": [text("c", cache_control=MARK)]},
        MESSAGES[3],
        {"role": "user", "content": [text("e"), text("f", cache_control=MARK)]},
    ]
    assert "cache_control" not in body
    assert MESSAGES[2] == {"role": "user", "content": [text("c")]}
