from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from nbclaude.conversation.history import Scope, history_of
from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.replaying import replayable
from nbclaude.conversation.turns import Turn
from nbclaude.simulator import Simulator
from nbclaude.wire.request import MessageRequest
from tests.client.helpers import connection, read

TEXT = {"type": "text", "text": "Hello."}
THINKING = {"type": "thinking", "thinking": "", "signature": "S"}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
MCP = {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "f", "server_name": "s", "input": {}}
MCP_RESULT = {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "is_error": False, "content": []}
CITED = {
    "type": "text",
    "text": "Cited.",
    "citations": [{"type": "web_search_result_location", "url": "u", "cited_text": "c"}],
}


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([], []),
        ([TEXT], [TEXT]),
        # Thinking is bound to the exact prefix it was made with.
        ([THINKING, TEXT], [TEXT]),
        ([{"type": "redacted_thinking", "data": "x"}, TEXT], [TEXT]),
        ([THINKING], []),
        # Calls and results only in pairs.
        ([TEXT, CALL], [TEXT]),
        ([CALL], []),
        ([TEXT, SEARCH, FOUND, TEXT], [TEXT, SEARCH, FOUND, TEXT]),
        ([TEXT, SEARCH], [TEXT]),
        ([FOUND, TEXT], [TEXT]),
        ([MCP, MCP_RESULT, TEXT], [MCP, MCP_RESULT, TEXT]),
        ([MCP], []),
        ([{**SEARCH, "partial_json": '{"que'}, FOUND, TEXT], [TEXT]),
        ([{**SEARCH, "id": "other"}, FOUND, TEXT], [TEXT]),
        # Text that the API would refuse.
        ([{"type": "text", "text": ""}], []),
        ([{"type": "text", "text": " \n"}], []),
        ([{"type": "text", "text": None}], []),
        ([{"type": "text"}], []),
        # What a gateway has garbled: every later question would be refused because of it.
        ([{}, {"type": None}, {"type": ""}, {"type": ["text"]}, {"text": "Hello."}, TEXT], [TEXT]),
        ([{"type": "text", "text": 1}, TEXT], [TEXT]),
        ([{**SEARCH, "id": None}, FOUND, TEXT], [TEXT]),
        ([{**SEARCH, "id": {"a": 1}}, {**FOUND, "tool_use_id": {"a": 1}}, TEXT], [TEXT]),
        ([{key: value for key, value in SEARCH.items() if key != "name"}, FOUND, TEXT], [TEXT]),
        ([{**TEXT, "citations": "all"}], [TEXT]),
        ([{**TEXT, "citations": [None]}], [TEXT]),
        # What nobody knows goes back as it came.
        ([{"type": "poem", "lines": []}], [{"type": "poem", "lines": []}]),
        ([TEXT, {"type": "text", "text": "  "}], [TEXT]),
        ([{"type": "text", "text": "Hello.  \n"}], [TEXT]),
        ([TEXT, {"type": "text", "text": "More. "}, THINKING], [TEXT, {"type": "text", "text": "More."}]),
        # White space before the last block is the model's own.
        (
            [{"type": "text", "text": "a "}, {"type": "text", "text": "b"}],
            [{"type": "text", "text": "a "}, {"type": "text", "text": "b"}],
        ),
        ([{"type": "text", "text": "  indented"}], [{"type": "text", "text": "  indented"}]),
        # Citations go back, an empty list of them says nothing.
        ([CITED], [CITED]),
        ([{"type": "text", "text": "Hello.", "citations": []}], [TEXT]),
        ([{"type": "text", "text": "Hello.", "citations": None}], [TEXT]),
        # What is not known goes back as it came.
        ([{"type": "hologram", "shape": {"a": 1}}], [{"type": "hologram", "shape": {"a": 1}}]),
        ([{"type": "container_upload", "file_id": "f"}], [{"type": "container_upload", "file_id": "f"}]),
    ],
)
def test_replayable(blocks: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert replayable(blocks) == expected


def test_nothing_that_was_given_is_changed() -> None:
    block = {"type": "text", "text": "a ", "citations": []}
    replayable([block])
    assert block == {"type": "text", "text": "a ", "citations": []}


def turn(question: str, *blocks: dict[str, Any], **more: Any) -> Turn:
    return Turn(({"type": "text", "text": question},), {"content": list(blocks)}, "m", **more)


def user(question: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": question}]}


def messages_of(turns: Sequence[Turn], prompt: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The messages without any thinking."""
    return history_of(turns, prompt, Scope(keeps_thinking=False)).messages


PROMPT = ({"type": "text", "text": "now"},)


class TestMessages:
    def test_of_nothing(self) -> None:
        assert messages_of([], PROMPT) == (user("now"),)

    def test_of_turns(self) -> None:
        assert messages_of([turn("a", TEXT), turn("b", THINKING, TEXT)], PROMPT) == (
            user("a"),
            {"role": "assistant", "content": [TEXT]},
            user("b"),
            {"role": "assistant", "content": [TEXT]},
            user("now"),
        )

    def test_a_turn_without_an_answer_is_left_out_whole(self) -> None:
        # Two user messages in a row would be read as one question.
        assert messages_of([turn("a"), turn("b", THINKING), turn("c", CALL), turn("d", TEXT)], PROMPT) == (
            user("d"),
            {"role": "assistant", "content": [TEXT]},
            user("now"),
        )

    def test_a_message_without_content(self) -> None:
        assert messages_of([Turn(PROMPT, {}, "m"), Turn(PROMPT, {"content": None}, "m")], PROMPT) == (
            user("now"),
        )


@pytest.mark.parametrize(
    "blocks",
    [
        [TEXT],
        [{"type": "text", "text": "ends in white space \n\n"}],
        [THINKING, {**TEXT, "citations": None}],
        [TEXT, CALL],
        [TEXT, {"type": "tool_use", "id": "toolu_2", "name": "f", "input": {}, "partial_json": '{"a'}],
        [CALL],
        [],
        [{"type": "text", "text": "   "}],
    ],
)
def test_a_strict_server_takes_every_history(simulator: Simulator, blocks: list[dict[str, Any]]) -> None:
    simulator.enqueue("ok")
    messages = messages_of([turn("a", *blocks), turn("b", TEXT)], PROMPT)
    result = read(connection(simulator), MessageRequest("claude-sonnet-5-5", 100, messages))
    assert result.error is None
    assert result.text == "ok"


DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Ulm"}}
TO_CITE = {**DOCUMENT, "citations": {"enabled": True}}


def test_documents_are_cited_all_or_none(simulator: Simulator) -> None:
    """A strict server refuses a request with citations on only some documents, whichever turn they are from."""
    said, answer = {"type": "text", "text": "Hi"}, {"content": [TEXT]}
    plain, cited = Turn((DOCUMENT, said), answer, "m"), Turn((TO_CITE, said), answer, "m")
    memory = TurnMemory()
    for turns, prompt, documents in (
        ([plain], (said,), [DOCUMENT]),
        ([plain], (TO_CITE, said), [TO_CITE, TO_CITE]),
        ([plain, cited], (said,), [TO_CITE, TO_CITE]),
        ([cited], (DOCUMENT, said), [TO_CITE, TO_CITE]),
        ([plain], (DOCUMENT, said), [DOCUMENT, DOCUMENT]),
    ):
        messages = history_of(turns, prompt, Scope(keeps_thinking=False), memory).messages
        assert [
            each for one in messages for each in one["content"] if each["type"] == "document"
        ] == documents
        result = read(connection(simulator), MessageRequest("claude-sonnet-5-5", 100, messages))
        assert result.error is None
    assert plain.prompt[0] == DOCUMENT


def test_which_messages_hold_media() -> None:
    """Files are uploaded and images counted in these alone, so none may be missing."""
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "x"}}
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "1"}
    call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    said = {"type": "text", "text": "Hi"}

    def turn(*prompt: dict[str, Any], answer: dict[str, Any] = said) -> Turn:
        return Turn(prompt, {"role": "assistant", "content": [said, answer], "stop_reason": "tool_use"}, "m")

    turns = (
        turn(said),
        turn(image, said),
        turn(said, answer=call),
        turn({**result, "content": [said, image]}, answer=call),
        turn(result),
        turn(document, said),
    )
    found = history_of(turns, [{"type": "search_result", "content": []}, said], Scope())
    assert found.media == (2, 6, 10, 12)
    assert len(found.messages) == 13
