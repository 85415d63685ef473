"""A client that shares no code with the simulator: `http.client`, and the reading of events by hand."""

from __future__ import annotations

import base64
import http.client
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from nbclaude.simulator import Simulator

MODEL = "claude-sonnet-5-5"
HEADERS = {"content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": "canary"}
TOOL = {"name": "add", "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {}}
GREETING = "Grüße, 世界 🎉 – eins\u2028zwei\x85drei"
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "3"}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The message of an error."""
        return str(self.json["error"]["message"])


def body(*contents: Any, **changes: Any) -> dict[str, Any]:
    """Build a valid body of alternating turns; a change to None takes the field away."""
    messages = [
        {"role": "user" if index % 2 == 0 else "assistant", "content": content}
        for index, content in enumerate(contents or ("Hello",))
    ]
    built = {"model": MODEL, "max_tokens": 1000, "messages": messages} | changes
    return {key: value for key, value in built.items() if value is not None}


def send(
    simulator: Simulator,
    data: Any = None,
    *,
    method: str = "POST",
    path: str = "/v1/messages",
    headers: Mapping[str, str] = HEADERS,
) -> Reply:
    """Send one request on a new connection; `data` is a body to be sent as JSON, or bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=30)
    try:
        payload = data if isinstance(data, bytes | None) else json.dumps(data).encode()
        connection.request(method, path, payload, dict(headers))
        with connection.getresponse() as reply:
            return Reply(
                reply.status, {key.lower(): value for key, value in reply.getheaders()}, reply.read()
            )
    finally:
        connection.close()


def ask(simulator: Simulator, *contents: Any, **changes: Any) -> Reply:
    """Send a message request."""
    return send(simulator, body(*contents, **changes))


def get(simulator: Simulator, path: str) -> Reply:
    return send(simulator, method="GET", path=path)


def events(data: bytes) -> list[tuple[str, Any]]:
    """Read a complete stream strictly: every event has exactly the lines `event:` and `data:`."""
    found = []
    assert data.endswith(b"\n\n")
    for block in data.decode().split("\n\n")[:-1]:
        name, value = block.split("\n")
        assert name.startswith("event: ")
        assert value.startswith("data: ")
        found.append((name.removeprefix("event: "), json.loads(value.removeprefix("data: "))))
    return found


def deltas(data: bytes, kind: str = "text_delta", key: str = "text") -> list[Any]:
    """Collect the pieces of one kind of delta."""
    return [
        value["delta"][key]
        for name, value in events(data)
        if name == "content_block_delta" and value["delta"]["type"] == kind
    ]


def image_bytes(kind: str = "PNG", size: tuple[int, int] = (20, 10), colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def image(data: bytes, media_type: str = "image/png") -> dict[str, Any]:
    source = {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
    return {"type": "image", "source": source}


def names(data: bytes) -> list[str]:
    return [name for name, _ in events(data)]


def stream(simulator: Simulator, *contents: Any, **changes: Any) -> bytes:
    reply = ask(simulator, *contents, stream=True, **changes)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    return reply.body


def simulator_id(kind: str) -> Any:
    """Equal to any id of that kind."""

    class Matching(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            return isinstance(other, str) and other.startswith(f"{kind}_01") and len(other) == len(kind) + 25

        __hash__ = str.__hash__

    return Matching(kind)


class open_stream:  # noqa: N801 - used like a function
    """A streaming reply whose lines are read one by one."""

    def __init__(self, simulator: Simulator, **changes: Any) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=30)
        self.connection.request("POST", "/v1/messages", json.dumps(body(stream=True, **changes)), HEADERS)
        self.reply = self.connection.getresponse()

    def __enter__(self) -> http.client.HTTPResponse:
        return self.reply

    def __exit__(self, *error: object) -> None:
        self.reply.close()
        self.connection.close()


def assert_refused(reply: Reply, message: str) -> None:
    assert reply.status == 400, reply.body
    assert reply.message == message
    assert reply.json["type"] == "error"
    assert reply.json["error"]["type"] == "invalid_request_error"
    assert reply.json["request_id"] == reply.headers["request-id"]
    assert reply.headers["x-should-retry"] == "false"
