"""Every block of every recorded answer: shown, said in words, and the same streamed as whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nbclaude.render.plain import PlainAnswer
from nbclaude.render.reply import ReplyRenderer
from nbclaude.render.whole_message import message_html
from nbclaude.wire.events import MessageStart
from nbclaude.wire.message import MessageBuilder, content_of, text_of
from tests.render.html import assert_harmless, elements, text
from tests.render.test_pages import Reader
from tests.wire.recordings import json_files, parameters, stream_files
from tests.wire.test_replay import read


def without_style(html: str) -> str:
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def without_anchors(html: str) -> str:
    return re.sub(r"(fn|fnref)-\w+-(\d)", r"\1-\2", html)


@pytest.mark.parametrize("step", [1, 7])
@pytest.mark.parametrize("path", parameters(stream_files()))
def test_a_stream_ends_as_its_message(path: Path, step: int) -> None:
    events = read(path.read_bytes(), None)
    builder = MessageBuilder()
    reader = Reader(ReplyRenderer("x"), late=True)
    for start in range(0, len(events), step):
        for event in events[start : start + step]:
            builder.apply(event)
        reader.feed(*events[start : start + step])
    reader.close()
    begins_again = sum(isinstance(event, MessageStart) for event in events) > 1
    whole = without_anchors(message_html(builder.message))
    assert begins_again or without_anchors(reader.html) in whole
    assert len(reader.pages) <= 12
    for image in reader.pages.values():
        assert_harmless(without_style(image.html))
    assert_harmless(without_style(whole))


def check_blocks(message: Mapping[str, Any]) -> None:
    for block in content_of(message):
        if block["type"] == "text":
            continue  # a list's dash alone, say, before the cited text
        if block["type"] == "thinking" and not block.get("thinking"):
            continue  # it left no word, and nobody knows how long it took
        shown = text(message_html({"content": [block]})).strip()
        assert shown, block["type"]
        if block["type"] == "thinking":
            assert shown.startswith("Thought")
        else:
            # A kind that we know is told in words, and never by its name in the API.
            assert block["type"] not in shown.partition("\n")[0]
            assert not shown.startswith(block["type"].replace("_", " "))
    whole = message_html(message)
    cited = [c for block in content_of(message) for c in block.get("citations") or ()]
    assert bool(cited) == ("nbclaude-sources" in without_style(whole))
    errors = [
        b for b in content_of(message) if isinstance(b.get("content"), dict) and "error_code" in b["content"]
    ]
    for block in errors:
        assert f"failed: {block['content']['error_code']}" in text(whole)
    open_folds = [e for e in elements(whole, "details") if "open" in e.attributes]
    calls = [block for block in content_of(message) if block["type"] == "tool_use"]
    assert len(open_folds) <= len(calls)


@pytest.mark.parametrize("path", parameters(stream_files()))
def test_every_block_of_a_stream_says_something(path: Path) -> None:
    builder = MessageBuilder()
    for event in read(path.read_bytes(), None):
        builder.apply(event)
    check_blocks(builder.message)


@pytest.mark.parametrize("path", parameters(json_files()))
def test_every_block_of_a_reply_says_something(path: Path) -> None:
    reply = json.loads(path.read_text("utf-8"))
    message = reply.get("data", reply) if isinstance(reply, dict) else {}
    if isinstance(message, dict) and isinstance(message.get("content"), list):
        check_blocks(message)


@pytest.mark.parametrize("path", parameters(stream_files()))
def test_in_a_terminal(path: Path) -> None:
    builder = MessageBuilder()
    answer = PlainAnswer()
    shown = ""
    for event in read(path.read_bytes(), None):
        builder.apply(event)
        shown += answer.feed(event)
    shown += answer.close()
    for line in text_of(builder.message).split("\n"):
        # Notes may stand inside a line, and a tool call between two.
        first = re.split(r"[.,:;!?]", line)[0].strip()
        assert first in re.sub(r"\[\d+\]", "", shown)
