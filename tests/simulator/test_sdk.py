"""The official SDK as the referee: it must be able to talk to the simulator, and see what it would see of the API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator, StreamFault, text, tool_use
from tests.later import later
from tests.simulator.helpers import MODEL, TOOL, image, image_bytes

if TYPE_CHECKING:
    import anthropic
else:
    anthropic = later("anthropic")

HELLO: Any = [{"role": "user", "content": "Hello"}]
GREETING = "Grüße, 世界 🎉 – eins\u2028zwei\x85drei"


@pytest.fixture
def client(simulator: Simulator) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="canary", base_url=simulator.base_url, max_retries=0) as connected:
        yield connected


def create(client: anthropic.Anthropic, **changes: Any) -> anthropic.types.Message:
    message: anthropic.types.Message = client.messages.create(
        **{"model": MODEL, "max_tokens": 1000, "messages": HELLO, **changes}
    )
    return message


def streamed(client: anthropic.Anthropic, **changes: Any) -> Any:
    with client.messages.stream(
        **{"model": MODEL, "max_tokens": 1000, "messages": HELLO, **changes}
    ) as stream:
        return stream.get_final_message()


def test_a_message(simulator: Simulator, client: anthropic.Anthropic) -> None:
    simulator.enqueue(GREETING)
    message = create(client)
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[1].text == GREETING  # type: ignore[union-attr]
    assert (message.stop_reason, message.model, message.role) == ("end_turn", MODEL, "assistant")
    assert message.usage.output_tokens_details
    assert message.usage.output_tokens_details.thinking_tokens == 9
    assert simulator.requests[0].headers["anthropic-version"] in ("2023-06-01", "2026-10-21")


@pytest.mark.parametrize("size", [None, 1, 2, 3, 7])
def test_streaming_gives_the_same_message(
    simulator: Simulator, client: anthropic.Anthropic, size: int | None
) -> None:
    simulator.enqueue(GREETING, Answer(GREETING, chunk_bytes=size))
    whole, stream = create(client).model_dump(), streamed(client).model_dump()
    for message in (whole, stream):
        message.pop("id")
        for block in message["content"]:
            block.pop("parsed_output", None)
    assert stream == whole


def test_raw_events(simulator: Simulator, client: anthropic.Anthropic) -> None:
    simulator.enqueue("Hi")
    with client.messages.create(model=MODEL, max_tokens=9000, messages=HELLO, stream=True) as stream:
        kinds = [event.type for event in stream]
    assert kinds == [
        "message_start",
        *["content_block_start", "content_block_delta", "content_block_stop"] * 2,
        "message_delta",
        "message_stop",
    ]


def test_thinking_that_is_shown(simulator: Simulator, client: anthropic.Anthropic) -> None:
    simulator.enqueue(Answer("Hi", thinking="First this, then that."))
    message = streamed(client, thinking={"type": "adaptive", "display": "summarized"})
    assert message.content[0].thinking == "First this, then that."
    assert message.content[0].signature


def test_a_tool_loop_with_bound_thinking(simulator: Simulator, client: anthropic.Anthropic) -> None:
    simulator.enqueue(
        Answer([text("Adding."), tool_use("add", {"a": 3, "b": [1, "ü"]})], thinking="Add."), "Three."
    )
    first = streamed(client, tools=[TOOL])
    call = first.content[2]
    assert (first.stop_reason, call.input) == ("tool_use", {"a": 3, "b": [1, "ü"]})
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "3"}
    messages = [
        *HELLO,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result]},
    ]
    second = create(client, tools=[TOOL], messages=messages)
    assert second.content[-1].text == "Three."  # type: ignore[union-attr]


def test_count_and_models(client: anthropic.Anthropic) -> None:
    assert client.messages.count_tokens(model=MODEL, messages=HELLO).input_tokens == 6
    ids = [model.id for model in client.models.list(limit=5)]  # follows the pages
    assert len(ids) == len(set(ids)) == 18
    assert MODEL in ids
    model = client.models.retrieve("claude-haiku-4-5")
    assert (model.id, model.max_input_tokens, model.lifecycle) == (
        "claude-haiku-4-5-20251001",
        200_000,
        "active",
    )
    assert model.capabilities
    assert model.capabilities.thinking.types.enabled.supported
    assert not model.capabilities.effort.supported


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (402, "APIStatusError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (408, "APIStatusError"),
        (409, "ConflictError"),
        (413, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (503, "InternalServerError"),
        (504, "InternalServerError"),
        (529, "InternalServerError"),
    ],
)
def test_every_error_class(
    simulator: Simulator, client: anthropic.Anthropic, status: int, error: str
) -> None:
    simulator.enqueue(HTTPFault(status), HTTPFault(status))
    expected: type[anthropic.APIStatusError] = getattr(anthropic, error)
    with pytest.raises(expected) as caught:
        create(client)
    assert caught.value.status_code == status
    assert caught.value.request_id
    with pytest.raises(expected):
        streamed(client)


def test_refusals_reach_the_sdk(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="temperature: Extra inputs are not permitted"):
        create(client, extra_body={"temperature": 1}, extra_headers={"anthropic-version": "2026-10-21"})
    with pytest.raises(anthropic.NotFoundError, match="model: claude-none"):
        create(client, model="claude-none")
    content = [image(image_bytes(size=(8001, 1)))]
    with pytest.raises(anthropic.BadRequestError) as caught:
        create(client, messages=[{"role": "user", "content": content}])
    assert type(caught.value).__name__ == "ImageDimensionsTooLargeError"


def test_retries_wait_as_told(simulator: Simulator) -> None:
    simulator.enqueue(HTTPFault(429, retry_after=0.2), HTTPFault(529, retry_after=0.1), "at last")
    with anthropic.Anthropic(api_key="canary", base_url=simulator.base_url, max_retries=2) as client:
        started = time.monotonic()
        assert create(client).content[-1].text == "at last"  # type: ignore[union-attr]
        assert time.monotonic() - started > 0.3
        simulator.enqueue(HTTPFault(429, should_retry=False, retry_after=60))
        with pytest.raises(anthropic.RateLimitError):
            create(client)
    assert len(simulator.requests) == 4


def test_errors_in_mid_stream(simulator: Simulator, client: anthropic.Anthropic) -> None:
    simulator.enqueue(
        StreamFault("error", "abc def", after_characters=3), StreamFault("error", after_events=0)
    )
    for _ in range(2):
        with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
            streamed(client)


@pytest.mark.parametrize("kind", ["drop", "reset"])
def test_lost_connections(simulator: Simulator, client: anthropic.Anthropic, kind: Any) -> None:
    simulator.enqueue(StreamFault(kind, after_events=0), StreamFault(kind, after_events=5, inside_event=True))
    for _ in range(2):
        with pytest.raises(Exception, match=r"closed|reset|incomplete|Connection|ReadError|disconnect"):
            streamed(client)


def test_leaving_a_stream_closes_the_connection(simulator: Simulator, client: anthropic.Anthropic) -> None:
    simulator.enqueue(Answer("x" * 9000, pace=Pace(deltas_per_second=50)))
    with client.messages.stream(model=MODEL, max_tokens=9000, messages=HELLO) as stream:
        for event in stream:
            if event.type == "text":
                break
    assert simulator.requests[0].wait_disconnected()


def test_the_demo_model_answers(client: anthropic.Anthropic) -> None:
    assert "not Claude" in streamed(client).content[-1].text
