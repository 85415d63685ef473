"""A server that repeats the key and steers terminals: neither gets further than the client."""

from __future__ import annotations

import base64
from typing import Any

import pytest

import nbclaude
from nbclaude.client.endpoints import list_models
from nbclaude.errors import APIError
from nbclaude.secrets.keys import Secret
from nbclaude.simulator import Answer, HTTPFault, RawStream, Simulator, thinking, tool_use
from tests.client.helpers import EVENTS, connection, read, sse

_KEY = "sk-gateway-" + "0a1B2c3D4e5F6a7B8c9D"
_MASK = "[secret removed: API key in use]"
_STEERING = "\x1b]52;c;aGk=\x07\u202e"


def _delta(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


@pytest.mark.parametrize("chunk", [1, 5, 64, None])
def test_a_key_in_pieces_is_in_no_event(simulator: Simulator, chunk: int | None) -> None:
    pieces = [_KEY[:3], _KEY[3:4], _KEY[4:20], _KEY[20:] + " and ", base64.b64encode(_KEY.encode()).decode()]
    body = sse(*EVENTS[:3], *map(_delta, pieces), *EVENTS[5:])
    simulator.enqueue(RawStream(body, chunk_bytes=chunk))
    result = read(connection(simulator, secret=Secret(_KEY)))
    assert result.error is None
    assert result.text.startswith(f"{_MASK} and {_MASK}")
    assert len(result.text) < len(f"{_MASK} and {_MASK}") + 4
    assert _KEY not in repr(result.events)


def test_what_was_held_back_is_there_when_the_stream_breaks(simulator: Simulator) -> None:
    simulator.enqueue(RawStream(sse(*EVENTS[:3], _delta("Hello sk-g")), end="drop"))
    result = read(connection(simulator, secret=Secret(_KEY)))
    assert result.text == "Hello sk-g"
    assert result.api_error.partial


def test_a_key_of_custom_headers_counts_too(simulator: Simulator) -> None:
    simulator.enqueue(RawStream(sse(*EVENTS[:3], _delta(f"You sent {_KEY}."), *EVENTS[5:])))
    headers = {"Authorization": f"Bearer {_KEY}", "X-Team": "notebooks-of-physics"}
    result = read(connection(simulator, custom_headers=headers))
    assert result.text == f"You sent {_MASK}."


def test_an_error_repeats_no_key_and_steers_nothing(simulator: Simulator) -> None:
    said = f"bad key {_KEY}{_STEERING}\nsecond line"
    simulator.enqueue(
        HTTPFault(401, error_type=f"auth{_STEERING}", message=said, details={"error_code": said})
    )
    error = read(connection(simulator, secret=Secret(_KEY))).api_error
    assert error.args[0] == f"bad key {_MASK}]52;c;aGk= second line"
    text = str(error)
    assert text.isprintable()
    assert _KEY not in text + repr(vars(error))


def test_an_error_in_the_stream_too(simulator: Simulator) -> None:
    error = {"type": f"overloaded_error{_STEERING}", "message": f"{_KEY[:31]}{_STEERING}"}
    simulator.enqueue(RawStream(sse(*EVENTS[:4], {"type": "error", "error": error, "request_id": _STEERING})))
    result = read(connection(simulator, secret=Secret(_KEY)))
    assert result.text == "Hello "
    assert str(result.api_error).isprintable()
    assert _KEY not in repr(vars(result.api_error))


def test_the_id_of_a_request_is_clean(simulator: Simulator) -> None:
    simulator.enqueue(RawStream(sse(*EVENTS), headers={"request-id": f"req_{_KEY}"}))
    assert read(connection(simulator, secret=Secret(_KEY))).request_id == f"req_{_MASK}"


def test_lists_of_models_are_clean(simulator: Simulator) -> None:
    with pytest.raises(APIError) as caught:
        list_models(connection(f"{simulator.base_url}/{_KEY}", secret=Secret(_KEY)))
    assert _KEY not in str(caught.value)


def test_thinking_that_was_masked_does_not_stop_the_conversation(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its signature no longer fits; where the server refuses it, the question is asked again without it."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", _KEY)
    call = tool_use("look", {"at": "it"}, id="toolu_1")
    simulator.enqueue(Answer([thinking(f"The key is {_KEY}."), call]), "Fine.")
    look = {"name": "look", "description": "Look", "input_schema": {"type": "object"}}
    first = nbclaude.ask("What?", conversation="masked thinking", tools=[look])
    assert _KEY not in repr(first.message) and first.tool_calls
    result = [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "seen"}]
    assert nbclaude.ask(result, conversation="masked thinking", tools=[look]).text == "Fine."
    sent = simulator.message_requests[-1].messages[1]["content"]
    assert [block["type"] for block in sent] == ["tool_use"]
    assert _KEY not in repr(sent)
