from __future__ import annotations

import dataclasses
import json

import pytest

from nbclaude.wire.request import MessageRequest, text_block

QUESTION = ({"role": "user", "content": [{"type": "text", "text": "Hi"}]},)


def test_only_what_was_asked_for_is_sent() -> None:
    assert MessageRequest("m", 100, QUESTION).body() == {
        "model": "m",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "stream": True,
    }


def test_everything() -> None:
    request = MessageRequest(
        "m", 100, QUESTION, system="be brief", stream=False, extra={"metadata": {"user_id": "u"}}
    )
    assert request.body() == {
        "model": "m",
        "max_tokens": 100,
        "system": "be brief",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "metadata": {"user_id": "u"},
    }


def test_extra_fields_win() -> None:
    assert MessageRequest("m", 100, QUESTION, extra={"max_tokens": 5}).body()["max_tokens"] == 5


def test_json_is_utf8_and_compact() -> None:
    assert MessageRequest("m", 1, ({"role": "user", "content": 'é\u2028😀 "x"'},)).to_json() == (
        b'{"model":"m","max_tokens":1,"messages":[{"role":"user",'
        b'"content":"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80 \\"x\\""}],"stream":true}'
    )


def test_the_same_request_gives_the_same_bytes() -> None:
    assert MessageRequest("m", 1, QUESTION).to_json() == MessageRequest("m", 1, QUESTION).to_json()


@pytest.mark.parametrize(
    ("text", "sent"),
    [("half a pair: \ud83d", "half a pair: \ufffd"), ("\udc80 from a file name", "\ufffd from a file name")],
)
def test_text_with_lone_surrogates_can_be_sent(text: str, sent: str) -> None:
    # Such strings come from `surrogateescape` and from pasted text; an error in the depths of a codec helps nobody,
    # and no server takes half a character.
    body = MessageRequest("m", 1, ({"role": "user", "content": text},)).to_json()
    assert json.loads(body)["messages"][0]["content"] in (sent, sent.replace("\ufffd", "?"))


def test_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        MessageRequest("m", 1, QUESTION).model = "n"  # type: ignore[misc]


def test_text_block() -> None:
    assert text_block("a\nb") == {"type": "text", "text": "a\nb"}
