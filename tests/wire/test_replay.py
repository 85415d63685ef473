"""Every recorded stream, at several chunk sizes, against a reading of it that shares no code with the product."""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from nbclaude.simulator import RawStream, Simulator
from nbclaude.wire.events import Event, MessageStop, StreamError, UnknownEvent, parse_event
from nbclaude.wire.message import MessageBuilder, text_of
from nbclaude.wire.sse import EventStreamDecoder
from tests.wire.recordings import CHUNK_SIZES, chunks, parameters, plain_events, stream_files

STREAMS = parameters(stream_files())


def read(data: bytes, size: int | None) -> list[Event]:
    decoder = EventStreamDecoder()
    items = [item for chunk in chunks(data, size) for item in decoder.feed(chunk)]
    events = (parse_event(item) for item in [*items, *decoder.close()])
    return [event for event in events if event is not None]


def build(events: list[Event]) -> MessageBuilder:
    builder = MessageBuilder()
    for event in events:
        builder.apply(event)
    return builder


class Plain:
    """What a stream says, read by the letter of the reference."""

    def __init__(self, data: bytes) -> None:
        self.blocks: dict[int, list[str]] = {}
        self.usage: dict[str, Any] = {}
        self.stop_reason: str | None = None
        for event in plain_events(data):
            self.take(event)

    def take(self, event: dict[str, Any]) -> None:
        kind = event.get("type")
        if kind == "message_start":
            message = event["message"]
            self.usage = dict(message.get("usage") or {})
            self.stop_reason = message.get("stop_reason")
            self.blocks = {
                index: [block["text"]]
                for index, block in enumerate(message.get("content") or [])
                if block["type"] == "text"
            }
        elif kind == "content_block_start" and event["content_block"]["type"] == "text":
            self.blocks[event["index"]] = [event["content_block"]["text"] or ""]
        elif kind == "content_block_delta" and event["delta"]["type"] == "text_delta":
            self.blocks[event["index"]].append(event["delta"]["text"])
        elif kind == "message_delta":
            # "overwrites any key it carries; absent keys keep the message_start value"
            self.usage.update(
                {key: value for key, value in (event.get("usage") or {}).items() if value is not None}
            )
            self.stop_reason = event["delta"].get("stop_reason", self.stop_reason)

    @property
    def text(self) -> str:
        return "".join("".join(self.blocks[index]) for index in sorted(self.blocks))


@pytest.mark.parametrize("path", STREAMS)
def test_replay(path: Path) -> None:
    data = path.read_bytes()
    expected = Plain(data)
    whole = read(data, None)
    for size in CHUNK_SIZES:
        events = read(data, size)
        assert events == whole, size
    builder = build(whole)
    message = builder.message
    assert text_of(message) == expected.text
    assert message["usage"] == expected.usage
    assert message["stop_reason"] == expected.stop_reason


@pytest.mark.parametrize("path", STREAMS)
def test_the_message_can_be_read_after_every_event(path: Path) -> None:
    builder = MessageBuilder()
    texts = [""]
    for number, event in enumerate(read(path.read_bytes(), None)):
        before = copy.deepcopy(event) if number % 5 == 0 else event
        builder.apply(event)
        if number % 10 == 0:
            json.dumps(builder.message)
            texts.append(text_of(builder.message))
        assert event == before
    json.dumps(builder.message)


@pytest.mark.parametrize("path", STREAMS)
def test_no_event_of_a_known_server_is_unknown(path: Path) -> None:
    unknown = {event.type for event in read(path.read_bytes(), None) if isinstance(event, UnknownEvent)}
    assert bool(unknown) == (path.stem == "anthropic-sdk__unknown_events_response")


@pytest.mark.parametrize("path", STREAMS)
def test_every_cut_in_the_middle_of_the_stream_is_survived(path: Path) -> None:
    """The connection may end after any byte: what had arrived is there, and nothing else."""
    data = path.read_bytes()
    whole = read(data, None)
    step = max(1, len(data) // 40)
    for end in range(0, len(data), step):
        decoder = EventStreamDecoder()
        events = [event for item in decoder.feed(data[:end]) if (event := parse_event(item)) is not None]
        assert events == whole[: len(events)]


class TestNamedStreams:
    """What the odd ones among the streams are there for."""

    @staticmethod
    def message(name: str) -> dict[str, Any]:
        found = [path for path in stream_files() if path.stem == name]
        if not found:
            pytest.skip(f"no recorded stream {name}")
        return build(read(found[0].read_bytes(), None)).message

    @staticmethod
    def events(name: str) -> list[Event]:
        found = [path for path in stream_files() if path.stem == name]
        if not found:
            pytest.skip(f"no recorded stream {name}")
        return read(found[0].read_bytes(), None)

    @pytest.mark.parametrize(
        "name", ["constructed__midstream-overloaded-error", "constructed__first-event-error"]
    )
    def test_errors(self, name: str) -> None:
        errors = [event for event in self.events(name) if isinstance(event, StreamError)]
        assert [error.error["type"] for error in errors] == ["overloaded_error"]

    def test_cut_off(self) -> None:
        events = self.events("constructed__truncated-no-message_stop")
        assert not any(isinstance(event, MessageStop) for event in events)

    def test_incomplete_tool_input(self) -> None:
        calls = [
            block
            for block in self.message("anthropic-sdk__incomplete_partial_json_response")["content"]
            if block["type"] == "tool_use"
        ]
        assert calls
        assert all(isinstance(call["input"], dict) for call in calls)
        assert any("partial_json" in call for call in calls)

    def test_usage_that_comes_late(self) -> None:
        usage = self.message("kirsch__opencode-minimax-m2.7-S2-tool-call")["usage"]
        assert usage["input_tokens"] > 0


SDK_STREAMS = [
    "anthropic-sdk__basic_response",
    "anthropic-sdk__tool_use_response",
    "anthropic-sdk__refusal_response",
    "anthropic-sdk__message_delta_fields_response",
    "anthropic-sdk__unknown_events_response",
    "fantasy__multi_tool_streaming",
    "fantasy__thinking-streaming",
    "langchain__test_code_execution",
    "langchain__test_redacted_thinking",
    "langchain__test_web_fetch",
    "llm-anthropic__test_prompt",
    "llm-anthropic__test_opus_46_adaptive_thinking",
    "llm-anthropic__test_web_search",
    "mirascope__test_max_tokens-anthropic_beta_claude_sonnet_4_0-stream",
    "openllmetry__test_anthropic_prompt_caching_stream_legacy",
    "prism__stream-with-extended-thinking-1",
    "pydantic-ai__test_anthropic_code_execution_tool_stream",
    "pydantic-ai__test_anthropic_text_parts_ahead_of_built_in_tool_call",
    "pydantic-ai__test_pause_turn_web_search_streaming_vcr",
    "vercel-ai__anthropic-web-fetch-tool.1",
    "vercel-ai__anthropic-programmatic-tool-calling.1",
    "vercel-ai__anthropic-refusal",
]


def without_nulls(value: Any) -> Any:
    """Drop what is null: the SDK's models fill in the fields that a stream left out."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def replay_server() -> Any:
    with Simulator(strict=False) as running:
        yield running


@pytest.mark.parametrize("name", SDK_STREAMS)
def test_the_official_sdk_builds_the_same_message(name: str, replay_server: Simulator) -> None:
    found = [path for path in stream_files() if path.stem == name]
    if not found:
        pytest.skip(f"no recorded stream {name}")
    data = found[0].read_bytes()
    import anthropic

    with warnings.catch_warnings():
        # The SDK says which of the recorded models are deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        replay_server.enqueue(RawStream(data, chunk_bytes=[5, 700, 64]))
        client = anthropic.Anthropic(api_key="canary", base_url=replay_server.base_url, max_retries=0)
        ask = {
            "model": "claude-sonnet-5-5",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": "x"}],
        }
        with client, client.messages.stream(**ask) as stream:
            theirs = without_nulls(json.loads(stream.get_final_message().to_json()))
    ours = without_nulls(build(read(data, 7)).message)
    for part in theirs["content"]:
        # The SDK's helper parses structured output into a field of its own.
        part.pop("parsed_output", None)
    assert ours["content"] == theirs["content"]
    for key in ("id", "model", "role", "stop_reason", "stop_sequence", "type"):
        assert ours.get(key) == theirs.get(key), key
    assert ours["usage"] == theirs["usage"]
