from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude.simulator import Answer, HTTPFault, Simulator, text
from tests.simulator.helpers import HEADERS, TOOL, Reply, body, deltas, image, image_bytes, names, send

SONNET = "claude-sonnet-4-5-20250929"
MODELS = [
    "claude-haiku-4-5-20251001",
    SONNET,
    "claude-opus-4-1-20250805",
    "claude-opus-4-1-20250805-thinking",
    "claude-sonnet-4-5-20250929-thinking",
]
GATEWAY = {"content-type": "application/json", "anthropic-version": "2025-10-01", "x-api-key": "canary"}


@pytest.fixture
def gateway() -> Iterator[Simulator]:
    with Simulator(gateway=True) as running:
        yield running


def ask(gateway: Simulator, *contents: Any, **changes: Any) -> Reply:
    return send(gateway, body(*contents, **{"model": SONNET} | changes), headers=GATEWAY)


def test_wraps_its_messages(gateway: Simulator) -> None:
    gateway.enqueue("Hello.")
    reply = ask(gateway)
    assert (reply.status, reply.json["code"]) == (200, 200)
    assert reply.json["data"]["content"] == [text("Hello.")]
    assert reply.json["data"]["model"] == SONNET


def test_streams_like_anyone(gateway: Simulator) -> None:
    gateway.enqueue("Hello.")
    reply = ask(gateway, stream=True)
    assert names(reply.body)[0] == "message_start"
    assert "".join(deltas(reply.body)) == "Hello."


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", MODELS[3:])
def test_thinking_models_think_unasked(gateway: Simulator, model: str, stream: bool) -> None:
    gateway.enqueue(Answer("51", thinking="17 * 3."))
    reply = ask(gateway, "What is 17 * 3?", model=model, stream=stream)
    if stream:
        assert "".join(deltas(reply.body, "thinking_delta", "thinking")) == "17 * 3."
        return
    first, second = reply.json["data"]["content"]
    assert (first["type"], first["thinking"], second) == ("thinking", "17 * 3.", text("51"))
    assert reply.json["data"]["model"] == model


def test_other_models_do_not(gateway: Simulator) -> None:
    gateway.enqueue(Answer("51", thinking="17 * 3."))
    assert ask(gateway).json["data"]["content"] == [text("51")]


def test_lists_its_models(gateway: Simulator) -> None:
    page = send(gateway, method="GET", path="/v1/models", headers=GATEWAY).json
    assert page["object"] == "list"
    assert [model["id"] for model in page["data"]] == MODELS
    assert {model["object"] for model in page["data"]} == {"model"}
    one = send(gateway, method="GET", path=f"/v1/models/{MODELS[3]}", headers=GATEWAY)
    assert one.json["id"] == MODELS[3]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"anthropic-version": "2023-06-01"}, 200),
        ({"anthropic-version": "2026-10-21"}, 400),
        ({"anthropic-version": ""}, 400),
        ({"x-api-key": None, "authorization": "Bearer canary"}, 200),
        ({"x-api-key": None}, 401),
    ],
)
def test_headers(gateway: Simulator, changes: dict[str, str | None], status: int) -> None:
    headers = {key: value for key, value in (GATEWAY | changes).items() if value is not None}
    assert send(gateway, body(model=SONNET), headers=headers).status == status


@pytest.mark.parametrize(
    ("contents", "changes"),
    [
        (["Hi"], {"temperature": 0.2, "top_p": 0.9, "top_k": 40}),
        (["Hi"], {"stop_sequences": ["\n\nHuman:", "\n\nAssistant:", "a", "b"]}),
        (["Hi"], {"metadata": {"user_id": "u1"}, "system": "Be brief."}),
        (["Hi"], {"system": [text("Be brief.")]}),
        (["Hi"], {"tools": [TOOL], "tool_choice": {"type": "any"}}),
        (["Hi"], {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "add"}}),
        (["What is the Greek name for Sun?", "The best answer is ("], {}),
        (
            ["Hi"],
            {
                "tools": [
                    {
                        "type": "computer_20241022",
                        "name": "computer",
                        "display_width_px": 9,
                        "display_height_px": 9,
                    },
                    {"type": "text_editor_20241022", "name": "str_replace_editor"},
                    {"type": "bash_20241022", "name": "bash"},
                ]
            },
        ),
        ([[{"type": "image", "source": {"type": "url", "url": "https://example.org/a.jpg"}}, text("?")]], {}),
        ([[image(image_bytes("JPEG"), "image/jpeg"), text("?")]], {}),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_takes_what_it_documents(
    gateway: Simulator, model: str, contents: list[Any], changes: dict[str, Any]
) -> None:
    reply = ask(gateway, *contents, model=model, **changes)
    assert reply.status == 200, reply.body


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stop_sequences": list("abcde")}, "stop_sequences: List should have at most 4 items"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"model": "claude-sonnet-5-5"}, "model: claude-sonnet-5-5"),
        ({"thinking": {"type": "adaptive"}}, "adaptive thinking is not supported on this model"),
        ({"output_config": {"effort": "low"}}, "This model does not support the effort parameter."),
    ],
)
def test_refuses(gateway: Simulator, changes: dict[str, Any], message: str) -> None:
    reply = ask(gateway, **changes)
    assert reply.status in (400, 404)
    assert reply.message == message


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/files"),
        ("POST", "/v1/files"),
        ("POST", "/v1/messages/count_tokens"),
        ("GET", "/v1/models/claude-opus-5-5"),
    ],
)
def test_has_no_such_endpoint(gateway: Simulator, method: str, path: str) -> None:
    assert send(gateway, body(), method=method, path=path, headers=GATEWAY).status == 404


def test_errors_of_its_own_shape() -> None:
    with Simulator(gateway=True, plain_errors=True) as gateway:
        gateway.enqueue(HTTPFault(429, retry_after=2))
        reply = ask(gateway)
        said = "This request would exceed your organization's rate limit."
        assert (reply.status, reply.json) == (429, {"code": 429, "message": said})
        assert reply.headers["retry-after"] == "2"
        reply = ask(gateway, max_tokens="x")
        assert reply.json == {"code": 400, "message": "max_tokens: Input should be a valid integer"}


def test_the_api_itself_has_no_such_models(simulator: Simulator) -> None:
    assert send(simulator, body(model=MODELS[3])).status == 404
    assert send(simulator, body(), headers=HEADERS | {"anthropic-version": "2025-10-01"}).status == 400
