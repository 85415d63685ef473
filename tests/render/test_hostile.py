from __future__ import annotations

import itertools

import pytest

from nbclaude.render.footer import Footer
from nbclaude.render.markdown import render_markdown
from nbclaude.render.reply import ReplyRenderer
from nbclaude.render.streaming import MarkdownStream
from nbclaude.render.table import table_html
from nbclaude.render.whole_message import message_html
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop
from tests.render.hostile import HOSTILE
from tests.render.html import assert_harmless, elements, text

pytestmark = pytest.mark.sweep

STYLED = {"style"}

CONTAINERS = [
    "{}",
    "> {}",
    "- {}",
    "1. a\n\n   {}",
    "# {}",
    "**{}**",
    "[{}](https://a.example)",
    "| a |\n|---|\n| {} |",
    "a[^n]\n\n[^n]: {}",
]


def without_style(html: str) -> str:
    """Take out the one style sheet, which is ours."""
    before, _, rest = html.partition("<style>")
    return before + rest.partition("</style>")[2] if rest else before


@pytest.mark.parametrize("source", HOSTILE)
def test_whole(source: str) -> None:
    assert_harmless(render_markdown(source))


@pytest.mark.parametrize("container", CONTAINERS)
def test_inside_every_container(container: str) -> None:
    for source in HOSTILE:
        indent = " " * (len(container) - len(container.lstrip()))
        html = render_markdown(container.format(source.replace("\n", "\n" + indent)))
        assert_harmless(html)


@pytest.mark.parametrize("source", HOSTILE)
def test_at_every_moment_of_streaming(source: str) -> None:
    stream = MarkdownStream("x")
    shown = []
    for letter in source:
        stream.feed(letter)
        now = stream.advance()
        shown += [block.html for block in now.settled]
        assert_harmless("".join(shown) + now.tail)
    for piece in stream.close(source, []):
        assert_harmless(piece)


def test_two_after_each_other() -> None:
    for one, two in itertools.pairwise(HOSTILE):
        assert_harmless(render_markdown(f"{one} {two}"))
        assert_harmless(render_markdown(f"{one}\n\n{two}"))


def test_all_of_them_on_pages() -> None:
    renderer = ReplyRenderer("x")
    images = []
    for source in HOSTILE:
        renderer.feed(BlockDelta(0, {"type": "text_delta", "text": source + "\n\n"}))
        images += renderer.changes()
    images += renderer.close(
        Footer(
            ("<script>alert(1)</script>",),
            mark="<img src=x>",
            notice="<b onclick=x>",
            callout="<iframe src=x>",
        )
    )
    for image in images:
        assert_harmless(without_style(image.html))


@pytest.mark.parametrize(
    "block",
    [
        {"type": "thinking", "thinking": "{}"},
        {"type": "tool_use", "name": "{}", "input": {}},
        {"type": "tool_use", "name": "f", "input": {"{}": "{}"}},
        {"type": "{}"},
        {"type": "{}", "name": "{}", "{}": ["{}"]},
        {"type": "tool_use", "name": "f", "input": {}, "caller": {"type": "{}"}},
        {"type": "server_tool_use", "name": "{}", "input": {"{}": "{}"}},
        {"type": "server_tool_use", "name": "web_search", "input": {"query": "{}"}},
        {"type": "server_tool_use", "name": "web_fetch", "input": {"url": "{}"}},
        {"type": "server_tool_use", "name": "code_execution", "input": {"code": "{}"}},
        {
            "type": "server_tool_use",
            "name": "text_editor_code_execution",
            "input": {"command": "{}", "path": "{}", "file_text": "{}"},
        },
        {"type": "mcp_tool_use", "name": "{}", "server_name": "{}", "input": {}},
        {"type": "web_search_tool_result", "content": [{"url": "{}", "title": "{}", "page_age": "{}"}]},
        {
            "type": "web_search_tool_result",
            "content": {"type": "{}", "error_code": "{}", "error_message": "{}"},
        },
        {
            "type": "web_fetch_tool_result",
            "content": {
                "type": "web_fetch_result",
                "url": "{}",
                "title": "{}",
                "content": {"source": {"type": "text", "data": "{}"}},
            },
        },
        {
            "type": "web_fetch_tool_result",
            "content": {"type": "web_fetch_result", "content": {"source": {"media_type": "{}"}}},
        },
        {
            "type": "code_execution_tool_result",
            "content": {
                "type": "code_execution_result",
                "stdout": "{}",
                "stderr": "{}",
                "return_code": 1,
                "content": [{"file_id": "{}"}],
            },
        },
        {
            "type": "text_editor_code_execution_tool_result",
            "content": {"type": "text_editor_code_execution_view_result", "content": "{}"},
        },
        {"type": "tool_search_tool_result", "content": {"tool_references": [{"tool_name": "{}"}]}},
        {"type": "mcp_tool_result", "content": [{"type": "text", "text": "{}"}, {"type": "{}", "{}": "{}"}]},
        {"type": "mcp_tool_result", "is_error": True, "content": "{}"},
        {"type": "advisor_tool_result", "content": {"type": "advisor_result", "text": "{}"}},
        {"type": "compaction", "content": "{}"},
        {"type": "fallback", "from": {"model": "{}"}, "to": {"model": "{}"}, "trigger": {"type": "{}"}},
        {"type": "container_upload", "file_id": "{}"},
        {
            "type": "text",
            "text": "a",
            "citations": [
                {"url": "{}", "title": "{}", "cited_text": "{}"},
                {"document_title": "{}", "document_index": 0, "cited_text": "{}", "start_char_index": 1},
            ],
        },
    ],
    ids=lambda block: str(block["type"]),
)
def test_in_every_field_of_a_block(block: dict[str, object]) -> None:
    def filled(value: object, source: str) -> object:
        if isinstance(value, dict):
            return {str(filled(key, source)): filled(item, source) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item, source) for item in value]
        return source if value == "{}" else value

    for source in HOSTILE:
        renderer = ReplyRenderer("x")
        made = filled(block, source)
        assert isinstance(made, dict)
        renderer.feed(BlockStart(0, made))
        # Other blocks do not grow: a delta that they get anyway opens its own section.
        if block["type"] in ("text", "thinking", "tool_use", "server_tool_use", "mcp_tool_use"):
            renderer.feed(BlockDelta(0, {"type": "thinking_delta", "thinking": source}))
            renderer.feed(BlockDelta(0, {"type": "input_json_delta", "partial_json": source}))
        for image in renderer.changes():
            assert_harmless(without_style(image.html))
        renderer.feed(BlockStop(0))
        for image in renderer.close(Footer()):
            assert_harmless(without_style(image.html))


def test_our_style_sheet_is_the_only_style_and_loads_nothing() -> None:
    text = "<style>x</style>\n\n" + "\n\n".join(HOSTILE)
    html = message_html({"content": [{"type": "text", "text": text}]})
    assert [element.tag for element in elements(html) if element.tag in STYLED] == ["style"]
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "<" not in style


def test_tables_of_the_magics() -> None:
    html = table_html(
        "<script>", ["<img src=x>", "b"], [["<b onclick=x>", r"\(\href{javascript:alert(1)}{x}\)"]] * 2
    )
    assert_harmless(without_style(html), own=True)
    assert "<script>" in text(html)
    assert "tex2jax_ignore" in html
    assert "tex2jax_process" not in html


def test_what_is_hostile_can_still_be_read() -> None:
    for source in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</code></pre>"):
        assert text(render_markdown(source)).strip() == source
