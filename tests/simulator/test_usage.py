from __future__ import annotations

from typing import Any

import pytest

from nbclaude.simulator import Simulator, text
from tests.simulator.conftest import Clock
from tests.simulator.helpers import CALL, RESULT, TOOL, ask, body, events, image, image_bytes, send

MARK = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
OPUS = "claude-opus-4-8"  # does not think by default, 3 bytes a token, caches from 1,024 tokens on
LONG = "x" * 3600  # 1,200 tokens


def usage(simulator: Simulator, *contents: Any, **changes: Any) -> tuple[int, int, int]:
    """Give uncached, written and read input tokens of a request."""
    found = ask(simulator, *contents, model=OPUS, **changes).json["usage"]
    return found["input_tokens"], found["cache_creation_input_tokens"], found["cache_read_input_tokens"]


@pytest.mark.parametrize(
    ("model", "contents", "changes", "tokens"),
    [
        (OPUS, ["x" * 30], {}, 14),  # 10 and 4 for the message
        (OPUS, [[text("x" * 30)]], {}, 14),
        (OPUS, ["x" * 31], {}, 15),
        (OPUS, ["é" * 30], {}, 24),  # bytes count
        ("claude-haiku-4-5", ["x" * 40], {}, 14),
        (OPUS, ["xxx", "xxx", "xxx"], {}, 15),
        (OPUS, ["xxx"], {"system": "x" * 30}, 15),
        (OPUS, [[image(image_bytes(size=(280, 57)))]], {}, 34),  # 10 * 3 patches
        (OPUS, [[image(image_bytes(size=(5152, 28)))]], {}, 96),  # scaled to 2576 * 14: 92 patches
        ("claude-haiku-4-5", [[image(image_bytes(size=(1568, 1568)))]], {}, 1572),  # the maximum
        (
            OPUS,
            [[{"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}]],
            {},
            4788,
        ),
    ],
)
def test_input_tokens(
    simulator: Simulator, model: str, contents: list[Any], changes: dict[str, Any], tokens: int
) -> None:
    assert ask(simulator, *contents, model=model, **changes).json["usage"]["input_tokens"] == tokens
    counted = body(*contents, model=model, max_tokens=None, **changes)
    assert send(simulator, counted, path="/v1/messages/count_tokens").json == {"input_tokens": tokens}


def test_tools_and_results_count(simulator: Simulator) -> None:
    plain = usage(simulator, "a", "b", "c")[0]
    assert usage(simulator, "a", [CALL], [RESULT], tools=[TOOL])[0] > plain + 20


def test_counting_takes_fewer_fields(simulator: Simulator) -> None:
    reply = send(simulator, body(), path="/v1/messages/count_tokens")
    assert (reply.status, reply.message) == (400, "max_tokens: Extra inputs are not permitted")
    reply = send(
        simulator,
        body(max_tokens=None, tools=[TOOL], tool_choice={"type": "any"}),
        path="/v1/messages/count_tokens",
    )
    assert reply.message == 'tool_choice: type "tool" and "any" are not supported for this model.'


def test_output_tokens(simulator: Simulator) -> None:
    simulator.enqueue("x" * 30, "x" * 30)
    assert ask(simulator, model=OPUS).json["usage"]["output_tokens"] == 10
    thinking = ask(simulator).json["usage"]  # "Considering what was asked.": 27 bytes
    assert (thinking["output_tokens"], thinking["output_tokens_details"]) == (19, {"thinking_tokens": 9})


class TestCache:
    def test_a_prefix_is_written_then_read(self, simulator: Simulator) -> None:
        system = [text(LONG, cache_control=MARK)]
        assert usage(simulator, "xxx", system=system) == (5, 1200, 0)
        assert usage(simulator, "xxx yyy", system=system) == (7, 0, 1200)
        assert usage(simulator, "xxx", system=[text(LONG + "!", cache_control=MARK)]) == (5, 1201, 0)

    def test_too_short_a_prefix_is_silently_not_cached(self, simulator: Simulator) -> None:
        for _ in range(2):
            assert usage(simulator, "xxx", system=[text("x" * 3069, cache_control=MARK)]) == (1028, 0, 0)

    def test_the_conversation_grows_on_its_cache(self, simulator: Simulator) -> None:
        first = [LONG]
        assert usage(simulator, *first, cache_control=MARK) == (0, 1204, 0)
        assert usage(simulator, *first, "yyy", "zzz", cache_control=MARK) == (0, 10, 1204)
        assert usage(simulator, "changed " + LONG, "yyy", "zzz", cache_control=MARK) == (0, 1217, 0)

    def test_marks_themselves_do_not_change_the_prefix(self, simulator: Simulator) -> None:
        assert usage(simulator, [text(LONG, cache_control=MARK)])[1] == 1204
        assert usage(simulator, LONG, "yyy", [text("zzz", cache_control=MARK)]) == (0, 10, 1204)

    def test_lives_five_minutes_after_the_last_read(self, timed: Simulator, clock: Clock) -> None:
        assert usage(timed, LONG, cache_control=MARK)[1] == 1204
        for _ in range(3):
            clock.now += 290
            assert usage(timed, LONG, cache_control=MARK) == (0, 0, 1204)
        clock.now += 301
        assert usage(timed, LONG, cache_control=MARK) == (0, 1204, 0)

    def test_or_an_hour(self, timed: Simulator, clock: Clock) -> None:
        system = [text(LONG, cache_control=HOUR)]
        reply = ask(timed, [text("xxx", cache_control=MARK)], system=system, model=OPUS)
        assert reply.json["usage"]["cache_creation"] == {
            "ephemeral_5m_input_tokens": 5,
            "ephemeral_1h_input_tokens": 1200,
        }
        clock.now += 3500
        assert usage(timed, "xxx", system=system) == (5, 0, 1200)

    def test_looks_back_over_twenty_blocks(self, simulator: Simulator) -> None:
        blocks = [text(LONG)] + [text("xxx") for _ in range(30)]
        usage(simulator, blocks[:10], cache_control=MARK)
        assert usage(simulator, blocks[:29], cache_control=MARK)[2] == 1213
        simulator.clear()
        usage(simulator, blocks[:10], cache_control=MARK)
        assert usage(simulator, blocks[:30], cache_control=MARK)[2] == 0

    def test_models_and_parameters_part_the_caches(self, simulator: Simulator) -> None:
        changes: dict[str, Any] = {"system": [text(LONG, cache_control=MARK)], "cache_control": MARK}
        assert usage(simulator, "xxx", **changes) == (0, 1205, 0)
        assert usage(simulator, "xxx", **changes, thinking={"type": "adaptive"}) == (0, 5, 1200)
        other = ask(simulator, "xxx", model="claude-opus-5", **changes).json["usage"]
        assert other["cache_read_input_tokens"] == 0

    def test_streams_say_the_same_twice(self, simulator: Simulator) -> None:
        reply = ask(simulator, LONG, model=OPUS, cache_control=MARK, stream=True)
        values = dict(events(reply.body))
        for found in (values["message_start"]["message"]["usage"], values["message_delta"]["usage"]):
            assert found["cache_creation_input_tokens"] == 1204
            assert found["input_tokens"] == 0

    def test_the_first_image_parts_the_caches_of_the_messages(self, simulator: Simulator) -> None:
        system = [text(LONG, cache_control=MARK)]
        assert usage(simulator, LONG, system=system, cache_control=MARK) == (0, 2404, 0)
        picture = image(image_bytes(size=(28, 28)))
        pictured = [picture, text("xxx")]
        assert usage(simulator, LONG, "yyy", pictured, system=system, cache_control=MARK) == (0, 1215, 1200)
        more = [LONG, "yyy", pictured, "zzz", [picture]]
        assert usage(simulator, *more, system=system, cache_control=MARK) == (0, 10, 2415)

    def test_forced_tools_part_the_caches_of_the_messages(self, simulator: Simulator) -> None:
        changes: dict[str, Any] = {"system": [text(LONG, cache_control=MARK)], "tools": [TOOL]}
        first = usage(simulator, "xxx", **changes)
        assert usage(simulator, "xxx", **changes, tool_choice={"type": "any"}) == (first[0], 0, first[1])

    def test_a_system_message_keeps_the_cache(self, simulator: Simulator) -> None:
        written = usage(simulator, LONG, cache_control=MARK)[1]
        messages = [
            {"role": "user", "content": LONG},
            {"role": "system", "content": "xxx"},
            {"role": "user", "content": "xxx"},
        ]
        assert usage(simulator, messages=messages, cache_control=MARK) == (0, 10, written)


@pytest.mark.parametrize(
    ("document", "tokens"),
    [
        ({"type": "text", "media_type": "text/plain", "data": "x" * 30}, 14),
        ({"type": "content", "content": [text("x" * 30), text("xxx")]}, 15),
        ({"type": "content", "content": "x" * 30}, 14),
        ({"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjc="}, 2004),
        ({"type": "url", "url": "https://example.org/a.pdf"}, 2004),
    ],
)
def test_documents(simulator: Simulator, document: dict[str, Any], tokens: int) -> None:
    block = {"type": "document", "source": document}
    assert usage(simulator, [block])[0] == tokens
    named = block | {"title": "xxx", "context": "xxxx", "citations": {"enabled": True}}
    assert usage(simulator, [named])[0] == tokens + 3


@pytest.mark.parametrize(
    ("model", "least"),
    [
        ("claude-fable-5-2", 512),
        ("claude-haiku-5-5", 512),
        ("claude-opus-5-5", 512),
        ("claude-haiku-4-5", 4096),
    ],
)
def test_the_minimum_of_each_model(simulator: Simulator, model: str, least: int) -> None:
    size = 4 if model == "claude-haiku-4-5" else 3
    for tokens, written in ((least - 1, 0), (least, least)):
        system = [text("x" * size * tokens, cache_control=MARK)]
        found = ask(simulator, "xxx", model=model, system=system).json["usage"]
        assert found["cache_creation_input_tokens"] == written
