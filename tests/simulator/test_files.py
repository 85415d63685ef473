from __future__ import annotations

import json
from typing import Any

import pytest

from nbclaude.simulator import Simulator, text
from nbclaude.simulator.files import UploadedFile
from tests.simulator.conftest import Clock
from tests.simulator.helpers import (
    CALL,
    HEADERS,
    RESULT,
    TOOL,
    Reply,
    ask,
    assert_refused,
    body,
    get,
    image,
    image_bytes,
    send,
)

PDF = b"%PDF-1.7\n%\x80\xff\r\n--x\r\n1 0 obj\r\n\r\n%%EOF\n"
OPUS = "claude-opus-4-8"  # does not think by default, 3 bytes a token
DAY = 86_400


def form(*fields: tuple[str, bytes], boundary: str = "x-1") -> tuple[bytes, dict[str, str]]:
    """Write a form of (content-disposition and more, content); give the body and the headers."""
    parts = [b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary.encode(), head.encode(), data) for head, data in fields]
    data = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return data, HEADERS | {"content-type": f"multipart/form-data; boundary={boundary}"}


def file_field(data: bytes, name: str = "a.png", mime_type: str = "image/png") -> tuple[str, bytes]:
    return (
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {mime_type}',
        data,
    )


def lifetime_field(seconds: object) -> tuple[str, bytes]:
    return 'Content-Disposition: form-data; name="expires_in_seconds"', str(seconds).encode()


def post(simulator: Simulator, *fields: tuple[str, bytes]) -> Reply:
    data, headers = form(*fields)
    return send(simulator, data, path="/v1/files", headers=headers)


def upload(simulator: Simulator, data: bytes, name: str = "a.png", mime_type: str = "image/png") -> str:
    return str(post(simulator, file_field(data, name, mime_type)).json["id"])


def file_block(file_id: str, kind: str = "image", **more: Any) -> dict[str, Any]:
    return {"type": kind, "source": {"type": "file", "file_id": file_id}, **more}


def assert_missing(reply: Reply, message: str, details: dict[str, Any] | None = None) -> None:
    assert reply.status == 404
    error = {"type": "not_found_error", "message": message} | ({"details": details} if details else {})
    assert reply.json["error"] == error


class TestEndpoint:
    def test_an_upload(self, timed: Simulator) -> None:
        data = image_bytes()
        reply = post(timed, file_field(data, "Größe.png"), lifetime_field(DAY))
        file_id = reply.json["id"]
        assert file_id.startswith("file_01")
        assert reply.json == {
            "type": "file",
            "id": file_id,
            "filename": "Größe.png",
            "mime_type": "image/png",
            "size_bytes": len(data),
            "created_at": "2026-09-21T14:13:20.250000Z",
            "expires_at": "2026-09-22T14:13:20.250000Z",
            "downloadable": False,
        }
        assert timed.files == [
            UploadedFile(file_id, "Größe.png", "image/png", data, 1_790_000_000.25, 1_790_000_000.25 + DAY)
        ]
        assert get(timed, f"/v1/files/{file_id}").json == reply.json

    def test_bytes_arrive_as_they_are(self, simulator: Simulator) -> None:
        upload(simulator, PDF, "a.pdf", "application/pdf")
        assert simulator.files[0].data == PDF

    def test_without_a_lifetime_it_never_expires(self, timed: Simulator, clock: Clock) -> None:
        file_id = upload(timed, b"a", "a.txt", "text/plain")
        clock.now += 1e9
        assert get(timed, f"/v1/files/{file_id}").json["expires_at"] is None

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ([], "file: Field required"),
            ([lifetime_field(DAY)], "file: Field required"),
            (
                [file_field(b"x"), lifetime_field(60)],
                "expires_in_seconds: Input should be an integer from 3600 to 7776000",
            ),
            (
                [file_field(b"x"), lifetime_field("soon")],
                "expires_in_seconds: Input should be an integer from 3600 to 7776000",
            ),
            (
                [file_field(b"x"), ('Content-Disposition: form-data; name="purpose"', b"vision")],
                "purpose: Extra inputs are not permitted",
            ),
        ],
    )
    def test_forms_are_refused(
        self, simulator: Simulator, fields: list[tuple[str, bytes]], message: str
    ) -> None:
        assert_refused(post(simulator, *fields), message)
        assert simulator.files == []

    def test_what_is_no_form(self, simulator: Simulator) -> None:
        assert send(simulator, {}, path="/v1/files").status == 415
        data, headers = form(file_field(b"x"))
        reply = send(simulator, data[:-6], path="/v1/files", headers=headers)
        assert_refused(reply, "The request body is not a whole form")

    def test_lists_newest_first_in_pages(self, simulator: Simulator) -> None:
        ids = [upload(simulator, b"a", f"{number}.txt", "text/plain") for number in range(3)]
        page = get(simulator, "/v1/files?limit=2").json
        assert [file["id"] for file in page["data"]] == ids[:0:-1]
        rest = get(simulator, f"/v1/files?limit=2&page={page['next_page']}").json
        assert [file["id"] for file in rest["data"]] == ids[:1]
        assert rest["next_page"] is None
        chosen = get(simulator, f"/v1/files?ids[]={ids[0]}&ids%5B%5D={ids[2]}").json
        assert [file["id"] for file in chosen["data"]] == [ids[2], ids[0]]
        assert_refused(get(simulator, "/v1/files?after_id=x"), "after_id: Extra inputs are not permitted")
        assert_refused(get(simulator, "/v1/files?page=x"), "page: Invalid page token")
        assert_refused(
            get(simulator, "/v1/files?limit=0"), "limit: Input should be an integer from 1 to 1000"
        )

    def test_an_empty_list(self, simulator: Simulator) -> None:
        assert get(simulator, "/v1/files").json == {"data": [], "next_page": None}

    def test_what_is_uploaded_cannot_be_downloaded(self, simulator: Simulator) -> None:
        file_id = upload(simulator, b"a", "a.txt", "text/plain")
        assert_refused(
            get(simulator, f"/v1/files/{file_id}/content"), f"File '{file_id}' is not downloadable"
        )
        assert_missing(get(simulator, "/v1/files/file_x/content"), "File not found: file_x")

    def test_deletes(self, simulator: Simulator) -> None:
        file_id = upload(simulator, b"a", "a.txt", "text/plain")
        reply = send(simulator, method="DELETE", path=f"/v1/files/{file_id}")
        assert (reply.status, reply.json) == (200, {"id": file_id, "type": "file_deleted"})
        assert simulator.files == []
        again = send(simulator, method="DELETE", path=f"/v1/files/{file_id}")
        assert_missing(again, f"File not found: {file_id}")

    def test_methods_and_paths(self, simulator: Simulator) -> None:
        assert send(simulator, method="PUT", path="/v1/files").status == 405
        assert send(simulator, method="POST", path="/v1/files/file_x").status == 405
        assert get(simulator, "/v1/files/file_x/parts").status == 404
        assert get(simulator, "/v1/filesystem").status == 404

    def test_needs_a_key_and_a_version(self, simulator: Simulator) -> None:
        assert send(simulator, method="GET", path="/v1/files", headers={}).status == 401
        reply = send(simulator, method="GET", path="/v1/files", headers={"x-api-key": "a"})
        assert_refused(reply, "anthropic-version: header is required")

    def test_a_server_without_it(self) -> None:
        with Simulator(files=False) as simulator:
            assert_missing(get(simulator, "/v1/files?limit=1"), "Not found")
            assert post(simulator, file_field(b"x")).status == 404


class TestInRequests:
    def test_an_image_counts_by_its_size(self, simulator: Simulator) -> None:
        data = image_bytes(size=(280, 57))
        file_id = upload(simulator, data)
        counted = body([file_block(file_id)], max_tokens=None, model=OPUS)
        assert send(simulator, counted, path="/v1/messages/count_tokens").json == {"input_tokens": 34}
        assert ask(simulator, [file_block(file_id)], model=OPUS).json["usage"]["input_tokens"] == 34
        assert simulator.message_requests[0].messages[0]["content"] == [file_block(file_id)]

    def test_documents(self, simulator: Simulator) -> None:
        pdf = upload(simulator, PDF, "a.pdf", "application/pdf")
        plain = upload(simulator, b"x" * 30, "a.txt", "text/plain")
        used = [
            ask(simulator, [file_block(file_id, "document", title="xxx")], model=OPUS).json["usage"]
            for file_id in (pdf, plain)
        ]
        assert [usage["input_tokens"] for usage in used] == [2005, 15]

    def test_within_a_tool_result(self, simulator: Simulator) -> None:
        result = RESULT | {"content": [file_block("file_x")]}
        assert_missing(ask(simulator, "a", [CALL], [result], tools=[TOOL]), "File not found: file_x")

    def test_unknown_and_expired(self, simulator: Simulator) -> None:
        simulator.enqueue("not used up")
        assert_missing(ask(simulator, [file_block("file_x")]), "File not found: file_x")
        file_id = upload(simulator, image_bytes())
        simulator.expire_files()
        expired = {"error_code": "file_expired"}
        assert_missing(ask(simulator, [file_block(file_id)]), f"File has expired: {file_id}", expired)
        assert get(simulator, "/v1/files").json["data"] == []
        assert [file.id for file in simulator.files] == [file_id]
        assert simulator.pending == 1

    def test_expires_with_time(self, timed: Simulator, clock: Clock) -> None:
        file_id = post(timed, file_field(image_bytes()), lifetime_field(DAY)).json["id"]
        clock.now += DAY - 1
        assert ask(timed, [file_block(file_id)]).status == 200
        clock.now += 1
        assert ask(timed, [file_block(file_id)]).status == 404

    @pytest.mark.parametrize(
        ("data", "mime_type", "kind", "message"),
        [
            (
                PDF,
                "application/pdf",
                "image",
                "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', "
                "'image/png', 'image/gif' or 'image/webp'",
            ),
            (
                b"a",
                "text/plain",
                "image",
                "messages.0.content.0.image.source: Input tag 'text' found using 'type' does not match any of "
                "the expected tags: 'base64', 'url', 'file'",
            ),
            (
                b"\x89PNG\r\n",
                "image/png",
                "document",
                "messages.0.content.0.document.source.base64.media_type: Input should be 'application/pdf'",
            ),
            (
                b"no image",
                "image/png",
                "image",
                "messages.0.content.0.image.source.base64: Could not process image",
            ),
            (
                b"no pdf",
                "application/pdf",
                "document",
                "messages.0.content.0.document.source.base64.data: The PDF specified was not valid.",
            ),
        ],
    )
    def test_must_fit_the_block(
        self, simulator: Simulator, data: bytes, mime_type: str, kind: str, message: str
    ) -> None:
        file_id = upload(simulator, data, "a", mime_type)
        assert_refused(ask(simulator, [file_block(file_id, kind)]), message)

    def test_a_file_is_the_same_as_its_bytes(self, simulator: Simulator) -> None:
        data = image_bytes(size=(1400, 1400))
        file_id = upload(simulator, data)
        mark: dict[str, Any] = {"cache_control": {"type": "ephemeral"}}
        sent = ask(simulator, [image(data) | mark], model=OPUS).json["usage"]
        again = ask(simulator, [file_block(file_id, **mark)], model=OPUS).json["usage"]
        assert sent["cache_creation_input_tokens"] == again["cache_read_input_tokens"] == 2504

    def test_the_demo_model_sees_it(self, simulator: Simulator) -> None:
        file_id = upload(simulator, image_bytes(size=(123, 45)))
        reply = ask(simulator, [file_block(file_id), text("What is this?")], model=OPUS)
        assert "123" in reply.json["content"][0]["text"]

    def test_a_body_that_makes_no_sense_is_refused_as_ever(self, simulator: Simulator) -> None:
        values: list[Any] = [[], {"messages": "x"}, {"messages": [1, {"content": [1, {"type": "image"}]}]}]
        for value in values:
            assert send(simulator, value).status == 400
        block = {"type": "image", "source": {"type": "file", "file_id": 5}}
        assert_refused(
            ask(simulator, [block]),
            "messages.0.content.0.image.source.file.file_id: Input should be a valid string",
        )

    def test_clear_forgets_files(self, simulator: Simulator) -> None:
        upload(simulator, b"a", "a.txt", "text/plain")
        simulator.clear()
        assert simulator.files == []


def test_the_form_of_a_real_client(simulator: Simulator) -> None:
    import httpx

    reply = httpx.post(
        f"{simulator.base_url}/v1/files",
        headers={"x-api-key": "a", "anthropic-version": "2026-10-21"},
        files={"file": ('a "b" ü.pdf', PDF, "application/pdf")},
        data={"expires_in_seconds": "3600"},
        trust_env=False,
    )
    assert reply.status_code == 200, reply.text
    assert [(file.mime_type, file.data) for file in simulator.files] == [("application/pdf", PDF)]
    assert json.loads(reply.text)["size_bytes"] == len(PDF)
