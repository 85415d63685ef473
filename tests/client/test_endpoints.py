from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nbclaude.client import endpoints, lines
from nbclaude.client.endpoints import count_tokens, has_files, list_models, upload_file
from nbclaude.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
)
from nbclaude.models.info import model_info
from nbclaude.models.table import ModelInfo
from nbclaude.secrets.keys import Secret
from nbclaude.simulator import MODELS, Simulator
from tests.client.helpers import CANARY, connection
from tests.wire.recordings import json_files, parameters


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Reply = tuple[int, Any]


@dataclass
class Server:
    """A server that gives these replies in turn, the last one for ever; a body of bytes goes out as it is."""

    replies: list[Reply]
    asked: list[Asked] = field(default_factory=list)
    base_url: str = ""

    def handle(self, request: Asked) -> Reply:
        self.asked.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, reply = self.server.double.handle(Asked(self.command, self.path, headers, body))
        data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - http.server's names

    def log_message(self, *_: Any) -> None:
        pass


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers with the replies that the test gives."""
    running: list[ThreadingHTTPServer] = []

    def start(*replies: Reply) -> Server:
        double = Server(list(replies))
        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        http.daemon_threads = True
        http.double = double  # type: ignore[attr-defined]
        double.base_url = f"http://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        running.append(http)
        return double

    yield start
    lines.close_lines()
    for http in running:
        http.shutdown()
        http.server_close()


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Forget which servers have files: another test's server may have had the same port."""
    endpoints._files_found.clear()
    yield
    endpoints._files_found.clear()


# Models.


def test_the_models_of_the_simulator(simulator: Simulator) -> None:
    infos = list_models(connection(simulator))
    assert [info.id for info in infos] == [model.id for model in MODELS]
    for info in infos:
        assert info.known
        table = model_info(info.id)
        assert (info.name, info.max_tokens, info.thinking, info.effort) == (
            (table.name, table.max_tokens, table.thinking, table.effort)
        )
    (request,) = simulator.requests
    assert (request.method, request.path, request.query) == ("GET", "/v1/models", "limit=1000")
    assert request.headers["x-api-key"] == CANARY
    assert request.headers["accept"] == "application/json"
    assert "content-type" not in request.headers


def test_the_models_of_a_gateway() -> None:
    with Simulator(openai_models=True) as simulator:
        infos = list_models(connection(simulator))
    assert infos == tuple(ModelInfo(id=model.id) for model in MODELS)


def test_all_pages(serve: Serve) -> None:
    server = serve(
        (200, {"data": [{"id": "a"}, {"id": "b"}], "has_more": True, "first_id": "a", "last_id": "b"}),
        (200, {"data": [{"id": "c"}], "has_more": False, "first_id": "c", "last_id": "c"}),
    )
    assert [info.id for info in list_models(connection(server.base_url))] == ["a", "b", "c"]
    assert [request.path for request in server.asked] == [
        "/v1/models?limit=1000",
        "/v1/models?limit=1000&after_id=b",
    ]


@pytest.mark.parametrize("last", ["a", None, 7])
def test_a_list_that_never_ends_ends(serve: Serve, last: Any) -> None:
    server = serve((200, {"data": [{"id": "a"}], "has_more": True, "last_id": last}))
    assert [info.id for info in list_models(connection(server.base_url))] == ["a"]
    assert len(server.asked) <= 2


ENTRY = {"id": "claude-opus-4-8", "object": "model", "created": 1, "owned_by": "x"}


@pytest.mark.parametrize(
    "reply",
    [
        {"object": "list", "data": [ENTRY]},
        {"code": 200, "data": [ENTRY]},
        {"code": 200, "data": {"object": "list", "data": [ENTRY]}},
        {"data": [ENTRY], "error": None},
        {"data": [None, "x", {}, ENTRY, ENTRY]},
        [ENTRY],
    ],
)
def test_shapes_of_lists(serve: Serve, reply: Any) -> None:
    assert list_models(connection(serve((200, reply)).base_url)) == (ModelInfo(id="claude-opus-4-8"),)


def test_an_empty_list(serve: Serve) -> None:
    assert list_models(connection(serve((200, {"data": []})).base_url)) == ()


@pytest.mark.parametrize(
    "path", parameters([path for path in json_files() if "opencode-models" in path.name])
)
def test_a_recorded_list(serve: Serve, path: Path) -> None:
    infos = list_models(connection(serve((200, path.read_bytes())).base_url))
    assert [info.id for info in infos] == ["minimax-m3", "minimax-m2.7", "kimi-k3"]
    assert not any(model_info(info.id, infos).known for info in infos)


@pytest.mark.parametrize(
    ("status", "reply", "kind"),
    [
        (404, b"404 page not found", NotFoundError),
        (
            401,
            {"type": "error", "error": {"type": "authentication_error", "message": "no"}},
            AuthenticationError,
        ),
        (200, {"code": 401, "message": "no"}, AuthenticationError),
        (200, {"error": {"message": "no"}}, APIError),
        (502, b"<html>Bad gateway</html>", InternalServerError),
        (302, b"", APIResponseValidationError),
        (200, b"<html>Welcome</html>", APIResponseValidationError),
        (200, b"", APIResponseValidationError),
        (200, b"7", APIResponseValidationError),
        (200, {"models": []}, APIResponseValidationError),
        (200, b"[" * 100_000, APIResponseValidationError),
        (200, b"\xff\xfe{", APIResponseValidationError),
    ],
)
def test_lists_that_cannot_be_had(serve: Serve, status: int, reply: Any, kind: type[APIError]) -> None:
    with pytest.raises(kind) as caught:
        list_models(connection(serve((status, reply)).base_url))
    assert CANARY not in str(caught.value)


# The network.


@pytest.fixture
def nobody() -> str:
    """Give an address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_nobody_there(nobody: str) -> None:
    for call in (
        lambda: list_models(connection(nobody)),
        lambda: count_tokens(connection(nobody), {"model": "m", "messages": []}),
        lambda: upload_file(connection(nobody), "a.txt", "text/plain", b"a"),
    ):
        with pytest.raises(APIConnectionError, match="could not be reached") as caught:
            call()
        assert CANARY not in str(caught.value)
        assert caught.value.__suppress_context__
    assert has_files(connection(nobody)) is False


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(APITimeoutError, match=r"for 0\.2 s"):
            list_models(connection(url, timeout=0.2))


def test_no_call_waits_longer_than_half_a_minute(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    send = lines.Line.send

    def note(self: lines.Line, *arguments: Any) -> Any:
        waits.append(arguments[4])
        return send(self, *arguments)

    monkeypatch.setattr(lines.Line, "send", note)
    list_models(connection(simulator, timeout=600))
    list_models(connection(simulator, timeout=7))
    assert waits == [30.0, 7]


def test_a_connection_that_breaks() -> None:
    def hang_up(server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=hang_up, args=(server,))
        thread.start()
        with pytest.raises(APIConnectionError):
            list_models(connection(f"http://127.0.0.1:{server.getsockname()[1]}"))
        thread.join(60)


def test_a_proxy_of_an_unknown_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(APIConnectionError):
        list_models(connection("http://models.example"))


def test_a_key_that_cannot_be_a_header_is_not_shown(simulator: Simulator) -> None:
    with pytest.raises(APIConnectionError) as caught:
        list_models(connection(simulator, secret=Secret(f"{CANARY}\n")))
    assert CANARY not in str(caught.value)


def test_the_line_is_given_back(simulator: Simulator) -> None:
    list_models(connection(simulator))
    (line,) = lines._idle
    list_models(connection(simulator))
    assert lines._idle == [line]


# Token counts.


BODY = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 1000,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "Hello there."}],
    "stream": True,
    "stop_sequences": ["x"],
    "metadata": {"user_id": "u"},
    "temperature": 1,
    "service_tier": "auto",
    "output_config": {"effort": "low"},
    "cache_control": {"type": "ephemeral"},
}


def test_the_simulator_counts(simulator: Simulator) -> None:
    tokens = count_tokens(connection(simulator), BODY, {"anthropic-beta": "compact-2026-01-12"})
    (request,) = simulator.requests
    assert request.path == "/v1/messages/count_tokens"
    assert request.json == {
        "model": "claude-sonnet-5-5",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Hello there."}],
        "output_config": {"effort": "low"},
        "cache_control": {"type": "ephemeral"},
    }
    assert request.headers["anthropic-beta"] == "compact-2026-01-12"
    assert request.headers["content-type"] == "application/json"
    longer = {**BODY, "system": "Be brief. " * 100}
    assert tokens is not None
    assert 0 < tokens < (count_tokens(connection(simulator), longer) or 0)


@pytest.mark.parametrize(
    ("status", "reply", "tokens"),
    [
        (200, {"input_tokens": 14}, 14),
        (200, {"input_tokens": 14, "context_management": {"original_input_tokens": 20}}, 14),
        (200, {"code": 200, "data": {"input_tokens": 14}}, 14),
        (404, {"error": {"message": "no such page"}}, None),
        (405, b"Method Not Allowed", None),
        (501, b"", None),
        (200, {"code": 404, "message": "no such page"}, None),
        (200, b"<html>Welcome</html>", None),
        (200, {"input_tokens": None}, None),
        (200, {"input_tokens": "14"}, None),
        (200, {"input_tokens": True}, None),
        (200, {"input_tokens": -1}, None),
        (200, [], None),
    ],
)
def test_counts(serve: Serve, status: int, reply: Any, tokens: int | None) -> None:
    assert count_tokens(connection(serve((status, reply)).base_url), BODY) == tokens


def test_a_refused_count_is_an_error(simulator: Simulator) -> None:
    with pytest.raises(BadRequestError, match="messages"):
        count_tokens(connection(simulator), {"model": "claude-sonnet-5-5", "messages": []})


# Files.

FILES: Reply = (200, {"data": [], "next_page": None})


@pytest.mark.parametrize(
    ("status", "reply", "found"),
    [
        (*FILES, True),
        (200, {"data": [{"type": "file", "id": "file_1"}], "has_more": False, "first_id": "file_1"}, True),
        (200, {"object": "list", "data": [], "has_more": False}, False),
        (200, {"code": 200, "data": {"data": [], "next_page": None}}, False),
        (200, {"code": 200, "data": [], "next_page": None}, False),
        (200, {"data": []}, False),
        (200, {"data": {}, "next_page": None}, False),
        (200, [], False),
        (200, b"<html>Welcome</html>", False),
        (404, b"404 page not found", False),
        (405, b"", False),
        (501, b"", False),
        (403, {"error": {"type": "permission_error", "message": "no"}}, False),
    ],
)
def test_whether_there_are_files(serve: Serve, status: int, reply: Any, found: bool) -> None:
    server = serve((status, reply))
    assert has_files(connection(server.base_url)) is found
    assert has_files(connection(server.base_url)) is found
    (request,) = server.asked  # the answer is remembered
    assert (request.method, request.path) == ("GET", "/v1/files?limit=1")


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503, 529])
def test_trouble_for_now_is_not_remembered(serve: Serve, status: int) -> None:
    server = serve((status, b""), FILES)
    assert has_files(connection(server.base_url)) is False
    assert has_files(connection(server.base_url)) is True


def test_another_key_is_another_question(serve: Serve) -> None:
    server = serve((403, b""), FILES)
    assert has_files(connection(server.base_url, key_source="ANTHROPIC_API_KEY")) is False
    assert has_files(connection(server.base_url, key_source="ANTHROPIC_AUTH_TOKEN")) is True


def parts_of(request: Asked) -> dict[str, tuple[str | None, str, bytes]]:
    """Read a multipart body with the standard library: name to file name, media type and bytes."""
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return {
        str(part.get_param("name", header="content-disposition")): (
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()  # type: ignore[attr-defined]
    }


def test_upload(serve: Serve) -> None:
    server = serve((200, {"type": "file", "id": "file_011", "filename": "figure.png", "size_bytes": 6}))
    data = b"\x89PNG\r\n--\x00"
    assert upload_file(connection(server.base_url), "figure.png", "image/png", data, 3600) == "file_011"
    (request,) = server.asked
    assert (request.method, request.path) == ("POST", "/v1/files")
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert request.headers["x-api-key"] == CANARY
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert "anthropic-beta" not in request.headers
    assert parts_of(request) == {
        "file": ("figure.png", "image/png", data),
        "expires_in_seconds": (None, "text/plain", b"3600"),
    }


def test_upload_for_ever_in_a_wrapping(serve: Serve) -> None:
    server = serve((200, {"code": 200, "data": {"id": "file_9"}}))
    assert upload_file(connection(server.base_url), "a.pdf", "application/pdf", b"") == "file_9"
    assert parts_of(server.asked[0]) == {"file": ("a.pdf", "application/pdf", b"")}


def test_a_file_name_cannot_break_out_of_its_header(serve: Serve) -> None:
    server = serve((200, {"id": "file_1"}))
    upload_file(connection(server.base_url), 'a"\r\nx-evil: 1\r\n.txt', "text/plain", b"text")
    assert b"\nx-evil" not in server.asked[0].body
    assert parts_of(server.asked[0])["file"][2] == b"text"


@pytest.mark.parametrize(
    ("status", "reply", "kind"),
    [
        (413, b"<html>Too Large</html>", APIError),
        (400, {"error": {"type": "invalid_request_error", "message": "no"}}, BadRequestError),
        (200, {"id": ""}, APIResponseValidationError),
        (200, {"id": 7}, APIResponseValidationError),
        (200, [], APIResponseValidationError),
    ],
)
def test_uploads_that_fail(serve: Serve, status: int, reply: Any, kind: type[APIError]) -> None:
    with pytest.raises(kind):
        upload_file(connection(serve((status, reply)).base_url), "a.txt", "text/plain", b"text")


def test_all_at_the_simulator_with_a_bearer_token(simulator: Simulator) -> None:
    list_models(connection(simulator, auth_header="authorization"))
    assert simulator.requests[0].headers["authorization"] == f"Bearer {CANARY}"
