"""Turns in, the items of the transcript out."""

from __future__ import annotations

from typing import Any

from nbclaude.conversation.turns import Turn
from nbclaude.panel.transcript import (
    MAX_TURNS,
    Transcript,
    attached_blocks,
    pending_html,
    question_text,
    turn_of_key,
)


def turn(question: str = "Why?", *before: dict[str, Any], answer: str = "Because.", **more: Any) -> Turn:
    prompt = (*before, *([{"type": "text", "text": question}] if question else []))
    message = {
        "content": [{"type": "text", "text": answer}],
        "usage": {"input_tokens": 3, "output_tokens": 2},
    }
    return Turn(prompt, message, "claude-x", **more)


def test_an_item_has_number_question_answer_and_buttons() -> None:
    first = turn("Is <b> bold?", answer="**Yes.**", cell="cell-one-and-more")
    ((key, html),) = Transcript().items([first])
    assert turn_of_key([turn(), first], key) is first
    assert "Turn 1" in html and "asked in a cell" in html
    assert "Is &lt;b&gt; bold?" in html and "<strong>Yes.</strong>" in html
    assert "claude-x · 3 tokens in, 2 out" in html
    for action in ("copy-answer", "edit", "delete"):
        assert f'data-action="{action}" data-value="{key}"' in html


def test_a_turn_that_is_set_aside_has_no_number_and_a_way_back() -> None:
    first, gone, last = turn(cell="a"), turn("Where?", cell="deleted-cell"), turn(cell="c")
    (_, one), (key, aside), (_, two) = Transcript().items([first, gone, last], [gone])
    assert "Turn 1<" in one and "Turn 2<" in two
    assert "Set aside<" in aside and "asked in a cell, deleted: not sent" in aside
    assert f'data-action="bring-back" data-value="{key}"' in aside
    assert 'data-action="edit"' not in aside and 'data-action="delete"' in aside
    assert "bring-back" not in one + two


def test_the_answer_can_bring_no_button() -> None:
    ((_, html),) = Transcript().items([turn(answer='<button data-action="delete">x</button>')])
    assert html.count('data-action="delete"') == 1


def test_what_was_attached_is_told_from_what_was_typed() -> None:
    picture = {"type": "image", "source": {}}
    label = {"type": "text", "text": "figure of cell 3:"}
    asked = turn("What is it?", label, picture)
    assert question_text(asked) == "What is it?"
    assert attached_blocks(asked) == (label, picture)
    ((_, html),) = Transcript().items([asked])
    assert "with 1 image<" in html


def test_turns_without_words() -> None:
    result = turn("", {"type": "tool_result", "tool_use_id": "x", "content": "1"})
    items = Transcript().items([turn(""), result])
    assert "(continues the previous answer)" in items[0][1]
    assert "(the result of a tool)" in items[1][1]
    assert all('data-action="edit"' not in html for _, html in items)


def test_what_a_tool_gave_back_stands_in_a_fold() -> None:
    picture = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
    }
    texts = [{"type": "text", "text": '<tool_result name="python">\n<b>45</b>\n</tool_result>'}, picture]
    ((_, html),) = Transcript().items(
        [turn("", {"type": "tool_result", "tool_use_id": "x", "content": texts})]
    )
    assert "<summary>a tool gave back</summary>" in html
    assert "&lt;b&gt;45&lt;/b&gt;</pre>" in html and "data:image/png;base64,iVBORw0KGgo=" in html
    assert html.index("gave back") < html.index("nbclaude-footer")


def test_of_a_long_conversation_the_newest_are_shown_until_all_are_wanted() -> None:
    turns = [turn(f"Question {n}") for n in range(1, 51)]
    transcript = Transcript()
    items = transcript.items(turns)
    assert len(items) == MAX_TURNS + 1
    assert f"Show {50 - MAX_TURNS} earlier turns" in items[0][1]
    assert "Turn 50" in items[-1][1]
    transcript.shows_all = True
    assert len(transcript.items(turns)) == 50


def test_the_footer_of_an_answer_that_was_asked_here_stays_with_it() -> None:
    mine, other = turn(), turn()
    transcript = Transcript()
    transcript.keep_footer(mine, "<i>its receipt</i>")
    items = transcript.items([mine, other])
    assert "its receipt" in items[0][1] and "its receipt" not in items[1][1]


def test_the_style_sheet_does_not_come_with_each_turn() -> None:
    assert all("<style>" not in html for _, html in Transcript().items([turn(), turn()]))


def test_a_long_question_takes_the_focus_to_be_scrolled() -> None:
    assert 'dir="auto" tabindex="0">' in pending_html("word " * 80)
    assert 'dir="auto">' in pending_html("What is this?")
