from __future__ import annotations

import pytest

from nbclaude.wire.json_text import from_json, to_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'"\xff"', "\ufffd"),
        # Half of a pair, alone, in a key, and a whole pair beside it.
        (r'"a\ud83d."', "a?."),
        (r'{"\uDE00": 1}', {"?": 1}),
        (r'"\ud83d\ude00 \ud83d"', "😀 ?"),
        (r'"\\ud83d"', r"\ud83d"),
    ],
)
def test_reading(text: str | bytes, value: object) -> None:
    assert from_json(text) == value


@pytest.mark.parametrize("text", ["", "{", b"\x00", "[" * 200_000])
def test_what_is_no_json(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


def test_writing() -> None:
    assert to_json({"ü": "a\ud83d"}) == '{"ü":"a?"}'.encode()
