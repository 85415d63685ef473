from __future__ import annotations

from typing import Any

import pytest

from nbclaude.render import pages
from nbclaude.render.calls import RUNS_HERE
from nbclaude.render.reply import ReplyRenderer
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from tests.render.html import elements, text
from tests.render.test_pages import FOOTER, Reader
from tests.render.test_reply import block, show

START = MessageStart({"content": []})


def call(index: int, name: str, given: str = "{}", kind: str = "server_tool_use", **more: Any) -> list[Event]:
    """A call as the API streams it: an empty first piece, then the rest in two."""
    start = {"type": kind, "id": f"id{index}", "name": name, "input": {}, **more}
    pieces = ["", given[:7], given[7:]]
    deltas = [BlockDelta(index, {"type": "input_json_delta", "partial_json": piece}) for piece in pieces]
    return [BlockStart(index, start), *deltas, BlockStop(index)]


def result(index: int, of: int, kind: str, content: Any, **more: Any) -> list[Event]:
    start = {"type": f"{kind}_tool_result", "tool_use_id": f"id{of}", "content": content, **more}
    return [BlockStart(index, start), BlockStop(index)]


def hit(title: str, url: str, age: str | None = None) -> dict[str, Any]:
    return {
        "type": "web_search_result",
        "title": title,
        "url": url,
        "page_age": age,
        "encrypted_content": "SECRET",
    }


SEARCH = call(0, "web_search", '{"query": "why <tides>?"}')
FOUND = [hit("Tides", "https://www.a.example/t", "3 weeks ago"), hit("Bad", "javascript:alert(1)")]


def summaries(html: str) -> list[str]:
    """The lines of the folds, as text."""
    found = []
    for piece in html.split("<summary>")[1:]:
        found.append(text(piece.partition("</summary>")[0]))
    return found


class TestServerTools:
    def test_a_search_and_its_results_in_one_fold(self) -> None:
        reader = show(START, *SEARCH, *result(1, 0, "web_search", FOUND), *block(2, "Hi"))
        assert summaries(reader.html) == ["Searched the web for “why <tides>?” · 2 results"]
        [fold] = elements(reader.html, "details")
        assert "open" not in fold.attributes
        assert [link.attributes["href"] for link in elements(reader.html, "a")] == ["https://www.a.example/t"]
        assert "Tides · a.example · 3 weeks ago" in text(reader.html)
        assert "Bad" in text(reader.html)
        assert "SECRET" not in reader.html
        assert reader.pages[0].markdown == "*Searched the web for “why \\<tides\\>?” · 2 results*\n"
        assert reader.repainted == set()

    def test_what_it_is_doing(self) -> None:
        renderer = ReplyRenderer("x")
        seen = []
        for event in [*SEARCH, *result(1, 0, "web_search", FOUND)]:
            renderer.feed(event)
            seen += [summary for image in renderer.changes() for summary in lines(image.html)]
        assert seen == [
            "Searching the web…",
            "Searching the web for “why <tides>?”…",
            "Searched the web for “why <tides>?” · 2 results",
        ]

    @pytest.mark.parametrize(
        ("events", "line"),
        [
            (
                [*SEARCH, *result(1, 0, "web_search", FOUND[:1])],
                "Searched the web for “why <tides>?” · 1 result",
            ),
            ([*SEARCH, *result(1, 0, "web_search", [])], "Searched the web for “why <tides>?” · 0 results"),
            (SEARCH, "Web search: “why <tides>?”"),
            (result(1, 0, "web_search", FOUND), "Searched the web · 2 results"),
            (
                [
                    *SEARCH,
                    *result(
                        1,
                        0,
                        "web_search",
                        {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"},
                    ),
                ],
                "Web search failed: max_uses_exceeded · “why <tides>?”",
            ),
            (
                [
                    *call(0, "web_fetch", '{"url": "https://www.a.example/page/"}'),
                    *result(
                        1,
                        0,
                        "web_fetch",
                        {"type": "web_fetch_result", "url": "https://www.a.example/page/", "content": None},
                    ),
                ],
                "Fetched a.example/page",
            ),
            (
                result(
                    1,
                    0,
                    "web_fetch",
                    {"type": "web_fetch_result", "url": "http://a.example", "content": None},
                ),
                "Fetched a.example",
            ),
            (
                [
                    *call(0, "web_fetch", '{"url": "https://a.example"}'),
                    *result(
                        1,
                        0,
                        "web_fetch",
                        {"type": "web_fetch_tool_result_error", "error_code": "url_not_allowed"},
                    ),
                ],
                "Web fetch failed: url_not_allowed · a.example",
            ),
            (
                [
                    *call(0, "bash_code_execution", '{"command": "ls"}'),
                    *result(
                        1,
                        0,
                        "bash_code_execution",
                        {
                            "type": "bash_code_execution_result",
                            "stdout": "",
                            "stderr": "no",
                            "return_code": 2,
                            "content": [],
                        },
                    ),
                ],
                "Ran code · exit 2",
            ),
            (
                [
                    *call(
                        0,
                        "text_editor_code_execution",
                        '{"command": "create", "path": "/tmp/a.py", "file_text": "x = 1"}',
                    ),
                    *result(
                        1,
                        0,
                        "text_editor_code_execution",
                        {"type": "text_editor_code_execution_create_result", "is_file_update": False},
                    ),
                ],
                "Created /tmp/a.py",
            ),
            (
                [
                    *call(0, "text_editor_code_execution", '{"command": "view", "path": "/a"}'),
                    *result(
                        1,
                        0,
                        "text_editor_code_execution",
                        {"type": "text_editor_code_execution_view_result", "content": "x", "num_lines": 1},
                    ),
                ],
                "Viewed /a · 1 line",
            ),
            (
                [
                    *call(0, "tool_search_tool_bm25", '{"query": "rates"}'),
                    *result(
                        1,
                        0,
                        "tool_search",
                        {
                            "type": "tool_search_tool_search_result",
                            "tool_references": [{"tool_name": "get_rate"}],
                        },
                    ),
                ],
                "Searched the tools for “rates” · found get_rate",
            ),
            (
                [
                    *call(0, "ask", '{"q": "x", "r": 1}', "mcp_tool_use", server_name="wiki"),
                    *result(1, 0, "mcp", [{"type": "text", "text": "so"}], is_error=False),
                ],
                "Called ask of wiki",
            ),
            (
                [
                    *call(0, "ask", "{}", "mcp_tool_use", server_name="wiki"),
                    *result(1, 0, "mcp", [{"type": "text", "text": "so"}], is_error=True),
                ],
                "ask of wiki failed",
            ),
            (
                [
                    *call(0, "advisor"),
                    *result(1, 0, "advisor", {"type": "advisor_result", "text": "**Ship** it"}),
                ],
                "Asked the advisor",
            ),
            (
                [
                    *call(
                        0,
                        "web_fetch",
                        '{"url": "https://a.example"}',
                        caller={"type": "code_execution_20260120"},
                    )
                ],
                "Web fetch: a.example · called from code",
            ),
            (call(0, "time_travel", '{"to": 1984}'), "time_travel"),
        ],
    )
    def test_lines(self, events: list[Event], line: str) -> None:
        assert lines(show(START, *events).html) == [line]

    @pytest.mark.parametrize(
        ("events", "words"),
        [
            (
                [
                    *call(0, "code_execution", '{"code": "print(6 * 7)\\n"}'),
                    *result(
                        1,
                        0,
                        "code_execution",
                        {
                            "type": "code_execution_result",
                            "stdout": "42\n",
                            "stderr": "careful",
                            "return_code": 0,
                            "content": [{"type": "code_execution_output", "file_id": "file_1"}],
                        },
                    ),
                ],
                ["print(6 * 7)", "42", "stderr", "careful", "Made the file file_1"],
            ),
            (
                result(
                    0,
                    9,
                    "code_execution",
                    {"type": "encrypted_code_execution_result", "encrypted_stdout": "E", "return_code": 0},
                ),
                ["The output is encrypted"],
            ),
            (
                result(
                    0,
                    9,
                    "web_fetch",
                    {
                        "type": "web_fetch_result",
                        "url": "https://a.example",
                        "title": "Title",
                        "content": {
                            "source": {"type": "text", "media_type": "text/plain", "data": "Body <b>"}
                        },
                    },
                ),
                ["Title", "Body <b>"],
            ),
            (
                result(
                    0,
                    9,
                    "web_fetch",
                    {
                        "type": "web_fetch_result",
                        "url": "https://a.example",
                        "content": {
                            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0"}
                        },
                    },
                ),
                ["application/pdf, not shown"],
            ),
            (
                [
                    *call(
                        0,
                        "text_editor_code_execution",
                        '{"command": "str_replace", "path": "a.py", "old_str": "x\\ny", "new_str": "z"}',
                    )
                ],
                ["-x\n-y\n+z"],
            ),
            (
                result(
                    0,
                    9,
                    "text_editor_code_execution",
                    {
                        "type": "text_editor_code_execution_tool_result_error",
                        "error_code": "unavailable",
                        "error_message": "It could not be read",
                    },
                ),
                ["failed: unavailable", "It could not be read"],
            ),
            (
                result(
                    0,
                    9,
                    "mcp",
                    [
                        {"type": "text", "text": "so"},
                        {"type": "image", "source": {"type": "url", "url": "https://a.example/x.png"}},
                        {"type": "new", "a": 1},
                    ],
                ),
                ["so", "An image, not shown", '"a": 1'],
            ),
            (result(0, 9, "mcp", "plain"), ["plain"]),
            (result(0, 9, "advisor", {"type": "advisor_result", "text": "- Ship\n"}), ["Ship"]),
            (
                result(0, 9, "advisor", {"type": "advisor_redacted_result", "encrypted_content": "E"}),
                ["The advice is encrypted"],
            ),
            (result(0, 9, "code_execution", {"stdout": "42"}), ["42"]),
            (
                result(0, 9, "time_travel", {"type": "time_travel_result", "year": 1984}),
                ["Called time_travel", '"year": 1984'],
            ),
        ],
    )
    def test_bodies(self, events: list[Event], words: list[str]) -> None:
        html = show(START, *events).html
        for word in words:
            assert word in text(html)
        assert elements(html, "img") == []

    def test_failures_have_the_colour_of_warnings(self) -> None:
        error = {"type": "web_search_tool_result_error", "error_code": "unavailable"}
        html = show(START, *SEARCH, *result(1, 0, "web_search", error)).html
        assert '<span class="nbclaude-mark">Web search failed: unavailable</span>' in html
        code = {"type": "code_execution_result", "stdout": "", "stderr": "", "return_code": 1, "content": []}
        html = show(START, *call(0, "code_execution"), *result(1, 0, "code_execution", code)).html
        assert '<span class="nbclaude-mark">exit 1</span>' in html

    def test_long_results_are_cut(self) -> None:
        output = {"type": "code_execution_result", "stdout": "x" * 100_000, "stderr": "", "return_code": 0}
        html = show(START, *result(0, 9, "code_execution", output)).html
        assert len(html) < 20_000
        assert "… 92,000 more characters, not shown" in text(html)

    def test_blocks_in_a_row_share_a_page(self) -> None:
        events = [START, *block(0, "I look.")]
        for number in range(1, 41, 2):
            events += [
                *call(number, "web_search", '{"query": "q"}'),
                *result(number + 1, number, "web_search", FOUND),
            ]
        reader = show(*events, *block(50, "Done."))
        assert len(reader.pages) == 2
        assert len(summaries(reader.html)) == 20
        assert reader.repainted == set()

    def test_so_many_that_a_page_is_full(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages, "_FIRST_LIMIT", 100)
        events: list[Event] = [START]
        for number in range(0, 40, 2):
            events += [
                *call(number, "web_search", '{"query": "q"}'),
                *result(number + 1, number, "web_search", FOUND),
            ]
        reader = show(*events)
        assert 5 < len(reader.pages) <= 20
        assert len(summaries(reader.html)) == 20
        assert reader.markdown.count("Searched") == 20
        assert reader.repainted == set()

    def test_calls_inside_a_call(self) -> None:
        inner = {"type": "web_fetch_result", "url": "https://a.example", "content": None}
        outer = {"type": "code_execution_result", "stdout": "ok", "stderr": "", "return_code": 0}
        reader = show(
            START,
            *call(0, "code_execution", '{"code": "fetch()"}'),
            *call(1, "web_fetch", '{"url": "https://a.example"}', caller={"type": "code_execution_20260120"}),
            *result(2, 1, "web_fetch", inner),
            *result(3, 0, "code_execution", outer),
        )
        assert lines(reader.html) == ["Ran code · exit 0", "Fetched a.example · called from code"]

    def test_a_result_behind_text_has_a_fold_of_its_own(self) -> None:
        reader = show(START, *SEARCH, *block(1, "Wait."), *result(2, 0, "web_search", FOUND))
        assert lines(reader.html) == [
            "Web search: “why <tides>?”",
            "Searched the web for “why <tides>?” · 2 results",
        ]


def lines(html: str) -> list[str]:
    """What the folds and the quiet lines say; the inside of folds left out."""
    found = []
    outside = html.partition("</style>")[2] or html
    while outside:
        before, _, rest = outside.partition('<div class="nbclaude-inside">')
        for piece in (
            before.replace("<summary>", "\0").replace('<p class="nbclaude-line">', "\0").split("\0")[1:]
        ):
            found.append(text(piece.partition("</summary>")[0].partition("</p>")[0]))
        outside = rest.partition("</div></details>")[2]
    return found


class TestCallsOfTheUser:
    def test_one_that_runs_here_streams_open_and_closes(self) -> None:
        renderer = ReplyRenderer("x")
        *growing, end = call(0, "total", '{"city": "Ulm", "days": 3}', "tool_use", **{RUNS_HERE: True})
        for event in growing:
            renderer.feed(event)
        [image] = renderer.changes()
        assert "open" in elements(image.html, "details")[0].attributes
        renderer.feed(end)
        [image] = renderer.changes()
        assert "open" not in elements(image.html, "details")[0].attributes
        assert '"city": "Ulm"' in text(image.html)

    def test_it_streams_open_and_stays_open(self) -> None:
        renderer = ReplyRenderer("x")
        events = call(0, "get_weather", '{"city": "Par<is>", "days": 3}', "tool_use")
        for event in events[:-2]:
            renderer.feed(event)
        [image] = renderer.changes()
        assert "open" in elements(image.html, "details")[0].attributes
        assert '{\n  "ci' in text(image.html)
        for event in events[-2:]:
            renderer.feed(event)
        [image] = renderer.close(FOOTER)
        assert "open" in elements(image.html, "details")[0].attributes
        assert "Calls <strong>get_weather</strong></summary>" in image.html
        assert '{\n  "city": "Par<is>",\n  "days": 3\n}' in text(image.html)
        assert "id0" not in text(image.html)
        assert image.markdown == (
            '*Calls get\\_weather*\n\n```json\n{\n  "city": "Par<is>",\n  "days": 3\n}\n```\n'
        )

    def test_arguments_in_the_start(self) -> None:
        reader = show(START, BlockStart(0, {"type": "tool_use", "name": "f", "input": {"a": 1}}))
        assert '"a": 1' in text(reader.html)

    @pytest.mark.parametrize("end", [[BlockStop(0)], []])
    def test_cut_off(self, end: list[Event]) -> None:
        reader = show(START, *call(0, "f", '{"a":1,"b":"x', "tool_use")[:-1], *end)
        assert lines(reader.html) == ["Calls f · the arguments are cut off"]
        assert '{"a":1,"b":"x' in text(reader.html)
        assert '{"a":1,"b":"x' in reader.markdown

    def test_cut_off_in_a_whole_message(self) -> None:
        start = {"type": "tool_use", "name": "f", "input": {}, "partial_json": '{"a":1,'}
        reader = show(START, BlockStart(0, start), BlockStop(0))
        assert lines(reader.html) == ["Calls f · the arguments are cut off"]
        assert '{"a":1,' in text(reader.html)

    def test_without_arguments(self) -> None:
        reader = show(START, BlockStart(0, {"type": "tool_use", "name": "f", "input": {}}), BlockStop(0))
        assert lines(reader.html) == ["Calls f · without arguments"]
        assert reader.markdown == "*Calls f · without arguments*\n"

    def test_from_code(self) -> None:
        caller = {"type": "code_execution_20250825", "tool_id": "s"}
        assert lines(show(START, *call(0, "roll", '{"a": 1}', "tool_use", caller=caller)).html) == [
            "Calls roll · called from code"
        ]

    def test_without_its_start(self) -> None:
        reader = show(
            START, BlockDelta(0, {"type": "input_json_delta", "partial_json": '{"a": 1}'}), BlockStop(0)
        )
        assert lines(reader.html) == ["Calls a tool"]

    def test_backticks_in_arguments_do_not_end_the_block(self) -> None:
        reader = show(START, *call(0, "f", '{"a": "```"}', "tool_use"))
        assert '\n\n````json\n{\n  "a": "```"\n}\n````' in reader.markdown

    def test_large_arguments_cost_in_proportion(self) -> None:
        painted = []
        for count in (200, 400):
            reader = Reader(ReplyRenderer("x"))
            reader.feed(START, *call(0, "f", "", "tool_use")[:-1])
            for _ in range(count):
                reader.renderer.feed(
                    BlockDelta(0, {"type": "input_json_delta", "partial_json": '"' + "x" * 500 + '",'})
                )
            reader.close()
            painted.append(reader.painted)
        assert painted[1] < 2.2 * painted[0]


class TestOtherBlocks:
    @pytest.mark.parametrize(
        ("start", "line"),
        [
            ({"type": "container_upload", "file_id": "file_1"}, "A file was put into the container: file_1"),
            ({"type": "compaction", "content": None}, "The conversation was compacted"),
            ({"type": "compaction", "content": "They **met**."}, "The conversation was compacted"),
            (
                {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
                "Answered by b instead of a",
            ),
            (
                {
                    "type": "fallback",
                    "from": {"model": "a"},
                    "to": {"model": "b"},
                    "trigger": {"type": "refusal", "category": "cyber"},
                },
                "Answered by b instead of a (refusal cyber)",
            ),
            ({"type": "fallback"}, "fallback"),
            ({"type": "hologram", "shape": "cube"}, "hologram"),
            ({"type": "mcp_tool_listing", "name": "wiki", "tools": []}, "mcp tool listing: wiki"),
            ({}, "A block of an unknown kind"),
        ],
    )
    def test_lines(self, start: dict[str, Any], line: str) -> None:
        reader = show(START, BlockStart(0, start), BlockStop(0))
        assert lines(reader.html) == [line]
        assert reader.markdown.strip("*\n").replace("\\", "") == line

    def test_a_compaction_is_markdown(self) -> None:
        delta = {"type": "compaction_delta", "content": "They **met**.", "encrypted_content": "E"}
        reader = show(
            START, BlockStart(0, {"type": "compaction", "content": None}), BlockDelta(0, delta), BlockStop(0)
        )
        assert "<p>They <strong>met</strong>.</p>" in reader.html

    def test_what_nobody_knows_is_shown_as_json(self) -> None:
        reader = show(START, BlockStart(0, {"type": "hologram", "shape": "cube", "id": "x"}), BlockStop(0))
        assert '{\n  "shape": "cube"\n}' in text(reader.html)
