from __future__ import annotations

import json

import pytest

from nbclaude.render.json_layout import JsonLayout, is_json
from nbclaude.render.reply import ReplyRenderer
from nbclaude.wire.events import BlockDelta, BlockStart, Event, MessageStart
from tests.growth import is_linear
from tests.render.html import text
from tests.render.test_pages import Reader

VALUES = [
    {"a": 1, "b": [1, 2, {}], "c": {"d": 'x"y{,', "e": [], "f": "\\"}},
    [True, None, -1.5, "é\n\u2028"],
    {},
    [],
    "text",
    {"a": {"b": {"c": [[[]]]}}},
]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("value", VALUES)
def test_laid_out_like_the_standard_library(value: object, step: int) -> None:
    source = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    layout = JsonLayout()
    before = ""
    for start in range(0, len(source), step):
        layout.feed(source[start : start + step])
        assert layout.text.startswith(before), "what was laid out never changes"
        before = layout.text
    assert layout.text == json.dumps(value, ensure_ascii=False, indent=2)


def test_literals_stay_as_they_came() -> None:
    layout = JsonLayout()
    layout.feed('{"a": 1.50e3 , "b":12345678901234567890123, "c" : "\\u00e9"}')
    assert layout.text == '{\n  "a": 1.50e3,\n  "b": 12345678901234567890123,\n  "c": "\\u00e9"\n}'


@pytest.mark.parametrize("source", ['{"a": "x', '{"a": [1, ', '{"a', "}}]", '"\\', ""])
def test_what_is_cut_off_is_no_error(source: str) -> None:
    layout = JsonLayout()
    layout.feed(source)
    assert "".join(layout.text.split()) == "".join(source.split()).removesuffix("\\")
    assert not is_json(source)


def test_single_characters_are_linear() -> None:
    def feed(source: str) -> None:
        layout = JsonLayout()
        for character in source:
            layout.feed(character)
        assert layout.text.endswith('x"\n}')

    assert is_linear(feed, lambda size: '{"a": "' + "x" * size + '"}', 100_000)


def answer(*pieces: str, language: str = "json") -> Reader:
    reader = Reader(ReplyRenderer("x", language))
    reader.feed(MessageStart({"content": []}), BlockStart(0, {"type": "text", "text": ""}))
    for piece in pieces:
        reader.feed(BlockDelta(0, {"type": "text_delta", "text": piece}))
    reader.close()
    return reader


class TestAnswers:
    def test_a_highlighted_block(self) -> None:
        reader = answer('{"name": "An', 'na", "age": 7}')
        assert reader.html.startswith('<div class="code" data-language="json">')
        assert '<span class="s">"Anna"</span>' in reader.html
        assert text(reader.html) == '{\n  "name": "Anna",\n  "age": 7\n}\n'
        assert reader.markdown == '```json\n{\n  "name": "Anna",\n  "age": 7\n}\n```\n'

    def test_it_streams(self) -> None:
        renderer = ReplyRenderer("x", "json")
        renderer.feed(BlockDelta(0, {"type": "text_delta", "text": '{"a": [1, '}))
        [image] = renderer.changes()
        assert '{\n  "a": [\n    1,' in text(image.html)

    def test_prose_where_json_was_asked_for(self) -> None:
        reader = answer("I cannot, [sorry]:\n  ```\n", "no")
        assert text(reader.html) == "I cannot, [sorry]:\n  ```\nno\n"
        assert reader.markdown == "````json\nI cannot, [sorry]:\n  ```\nno\n````\n"

    def test_cut_off_is_shown_as_it_came(self) -> None:
        assert text(answer('{"a":1,"b":"x').html) == '{"a":1,"b":"x\n'

    def test_another_language(self) -> None:
        reader = answer("x = {1:  2}\n", language="python")
        assert text(reader.html) == "x = {1:  2}\n\n"

    def test_nothing(self) -> None:
        reader = answer()
        assert reader.html == reader.markdown == ""

    def test_a_tool_between(self) -> None:
        events: list[Event] = [
            BlockStart(0, {"type": "thinking", "thinking": "hm"}),
            BlockStart(1, {"type": "text", "text": "[1]"}),
        ]
        reader = Reader(ReplyRenderer("x", "json"))
        reader.feed(*events)
        reader.close()
        assert "<p>hm</p>" in reader.html
        assert text(reader.pages[1].html).startswith("[\n  1\n]")
