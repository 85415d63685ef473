"""Every recorded JSON reply, played by the simulator with its own status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbclaude import errors
from nbclaude.simulator import RawStream, Simulator
from nbclaude.wire.message import text_of
from tests.client.helpers import connection, read
from tests.wire.recordings import json_files, parameters, statuses

# The class of the error by the reply's status and error type ("" where the body names none).
ERRORS = {
    (400, "invalid_request_error"): "BadRequestError",
    (400, ""): "BadRequestError",
    (429, "rate_limit_error"): "RateLimitError",
    (500, "api_error"): "InternalServerError",
    (529, "overloaded_error"): "OverloadedError",
    # A success of another endpoint is no message.
    (200, ""): "APIResponseValidationError",
}


def message_in(data: Any) -> dict[str, Any] | None:
    """Find the message in a reply; one that lacks its `type` has content and a stop reason."""
    for found in (data, data.get("data")):
        if isinstance(found, dict) and isinstance(found.get("content"), list) and "stop_reason" in found:
            return found
    return None


@pytest.mark.parametrize("path", parameters(json_files()))
def test_reply(simulator: Simulator, path: Path) -> None:
    body = path.read_bytes()
    status = statuses()[f"json/{path.name}"]
    data = json.loads(body) if not path.name.endswith("jsonl") else {}
    simulator.enqueue(RawStream(body, content_type="application/json", status=status, chunk_bytes=1000))
    result = read(connection(simulator))
    expected = message_in(data)
    if status == 200 and expected is not None:
        assert result.error is None
        assert result.message["content"] == expected["content"]
        assert result.text == text_of(expected)
        assert result.message["usage"] == (expected.get("usage") or {})
        assert result.message["stop_reason"] == expected["stop_reason"]
        for key in expected.keys() - {"content", "usage"}:
            assert result.message[key] == expected[key], key
        return
    error = data.get("error")
    kind = str(error.get("type") or "") if isinstance(error, dict) else ""
    assert type(result.error) is getattr(errors, ERRORS[status, kind])
    said = error.get("message") if isinstance(error, dict) else data.get("message")
    if status != 200 and said:
        assert str(said).rstrip() in str(result.error)
