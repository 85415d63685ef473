from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbclaude.simulator import Simulator, text
from tests.simulator.helpers import (
    CALL,
    HEADERS,
    RESULT,
    ask,
    assert_refused,
    body,
    image,
    image_bytes,
    send,
)

EXTRA = "Extra inputs are not permitted"


MARK = {"type": "ephemeral"}


HOUR = {"type": "ephemeral", "ttl": "1h"}


UNANSWERED = (
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each "
    "`tool_use` block must have a corresponding `tool_result` block in the next message."
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


class TestVersions:
    NEWEST = HEADERS | {"anthropic-version": "2026-10-21"}

    @pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
    def test_newest_version_knows_no_sampling(self, shared: Simulator, name: str) -> None:
        reply = send(shared, body(model="claude-opus-4-6", **{name: 1}), headers=self.NEWEST)
        assert_refused(reply, f"{name}: {EXTRA}")

    def test_newest_version_refuses_citations_of_users(self, shared: Simulator) -> None:
        reply = send(shared, body([text("a", citations=[{"type": "x"}])]), headers=self.NEWEST)
        assert_refused(
            reply, "messages.0.content.0.text.citations: citations are not permitted in user messages"
        )

    def test_newest_version_refuses_documents_of_assistants(self, shared: Simulator) -> None:
        document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}
        reply = send(shared, body("a", [document], "b"), headers=self.NEWEST)
        assert_refused(
            reply, "messages.1.content.0: `document` blocks are not permitted in assistant messages"
        )
        assert ask(shared, "a", [document], "b").status == 200

    def test_both_versions_answer(self, shared: Simulator) -> None:
        assert send(shared, body(), headers=self.NEWEST).status == 200

    @pytest.mark.parametrize(
        ("version", "message"),
        [
            ("", "anthropic-version: header is required"),
            ("2025-10-01", 'anthropic-version: "2025-10-01" is not a valid version'),
        ],
    )
    def test_other_versions_are_refused(self, shared: Simulator, version: str, message: str) -> None:
        headers = {key: value for key, value in HEADERS.items() if key != "anthropic-version"}
        if version:
            headers["anthropic-version"] = version
        assert_refused(send(shared, body(), headers=headers), message)

    def test_beta_fields_need_their_header(self, shared: Simulator) -> None:
        headers = HEADERS | {"anthropic-beta": "compact-2026-09-04,thinking-binding-controls-2026-08-01"}
        changes = {
            "context_management": {"edits": []},
            "thinking": {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}},
        }
        assert send(shared, body(**changes), headers=headers).status == 200


class TestImages:
    def test_whole_images_pass(self, shared: Simulator) -> None:
        for kind in ("PNG", "JPEG", "GIF", "WEBP"):
            assert ask(shared, [image(image_bytes(kind), f"image/{kind.lower()}")]).status == 200

    @pytest.mark.parametrize(
        ("block", "message"),
        [
            (
                image(image_bytes("PNG"), "image/jpeg"),
                ": The image was specified using the image/jpeg media type, but the image appears to be a "
                "image/png image",
            ),
            (image(image_bytes("PNG")[:-9]), ": Could not process image"),
            (image(b"no image"), ": Could not process image"),
            (
                image(b"x", "image/tiff"),
                ".media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
            ),
            (
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "not base64!"},
                },
                ".data: Invalid base64 data",
            ),
            (
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "A" * 10_485_764},
                },
                ": image exceeds 10 MB maximum: 10485764 bytes > 10485760 bytes",
            ),
        ],
    )
    def test_broken_images_are_refused(self, shared: Simulator, block: dict[str, Any], message: str) -> None:
        assert_refused(ask(shared, [block]), f"messages.0.content.0.image.source.base64{message}")

    def test_too_large_a_side(self, shared: Simulator) -> None:
        reply = ask(shared, [text("a"), image(image_bytes(size=(8001, 1)))])
        place = "messages.0.content.1"
        assert_refused(
            reply,
            f"{place}.image.source.base64.data: At least one of the image dimensions exceed max allowed size: "
            "8000 pixels",
        )
        assert reply.json["error"]["details"] == {
            "error_code": "image_dimensions_too_large",
            "max_side_length_pixels": 8000,
            "paths": [place],
        }

    def test_many_images_must_be_smaller(self, shared: Simulator) -> None:
        small, large = image(image_bytes(size=(2, 2))), image(image_bytes(size=(2001, 2)))
        assert ask(shared, [large] * 20).status == 200
        result = RESULT | {"content": [large]}
        reply = ask(shared, [small] * 20, [CALL], [result])
        assert reply.json["error"]["details"]["paths"] == ["messages.2.content.0.content.0"]
        assert reply.json["error"]["details"]["max_side_length_pixels"] == 2000


class TestBreakpoints:
    def test_at_most_four(self, shared: Simulator) -> None:
        four = [text(word, cache_control=MARK) for word in "abcd"]
        assert ask(shared, four).status == 200
        message = "A maximum of 4 blocks with cache_control may be provided. Found 5."
        assert_refused(ask(shared, [*four, text("e", cache_control=MARK)]), message)
        assert_refused(ask(shared, four, cache_control=MARK), message)

    def test_longer_life_comes_first(self, shared: Simulator) -> None:
        reply = ask(shared, [text("b", cache_control=HOUR)], system=[text("a", cache_control=MARK)])
        assert_refused(
            reply,
            "messages.0.content.0.cache_control.ttl: a ttl='1h' cache_control block must not come after a "
            "ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, "
            "`system`, `messages`.",
        )

    @pytest.mark.parametrize(
        ("mark", "message"),
        [
            ({"type": "permanent"}, "type: Input should be 'ephemeral'"),
            ({"type": "ephemeral", "ttl": "1d"}, "ttl: Input should be '5m' or '1h'"),
        ],
    )
    def test_marks_are_checked(self, shared: Simulator, mark: dict[str, Any], message: str) -> None:
        reply = ask(shared, [text("a", cache_control=mark)])
        assert_refused(reply, f"messages.0.content.0.cache_control.{message}")

    def test_empty_text_cannot_be_cached(self, shared: Simulator) -> None:
        reply = ask(shared, system=[text("", cache_control=MARK)])
        assert_refused(reply, "system.0: cache_control cannot be set for empty text blocks")


@pytest.fixture(scope="module")
def lenient() -> Iterator[Simulator]:
    with Simulator(strict=False, wrap=True) as running:
        yield running


class TestGateways:
    def test_unknown_things_pass(self, lenient: Simulator) -> None:
        headers = HEADERS | {"anthropic-version": "2025-10-01"}
        wild = body([text("a", colour="red"), {"type": "video"}], model="gpt-oss", top_a=1, temperature=0.3)
        reply = send(lenient, wild, headers=headers)
        assert reply.status == 200
        assert reply.json["code"] == 200
        assert reply.json["data"]["model"] == "gpt-oss"

    def test_structure_is_still_checked(self, lenient: Simulator) -> None:
        assert_refused(ask(lenient, "a", [CALL], "b"), UNANSWERED)
