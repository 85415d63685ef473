"""Answers that no parser of Markdown likes: the cost grows with the length, no painting takes long, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher

from nbclaude.output.pages import PagesDisplay
from nbclaude.render import growth, streaming
from nbclaude.render.dividing import divided
from nbclaude.render.footer import Footer
from nbclaude.render.markdown import fences_of, render_markdown
from nbclaude.render.reply import ReplyRenderer
from nbclaude.render.results import result_html
from nbclaude.render.whole_message import message_html
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event
from tests.growth import TRIES, cpu
from tests.render.html import assert_harmless, text

pytestmark = pytest.mark.sweep

HEAD = "| a | b |\n|---|---|\n"
# A size is about so many characters.
TEXTS: dict[str, Callable[[int], str]] = {
    "a table": lambda size: HEAD + "".join(f"| row {i} | `{i}` **{i}** |\n" for i in range(size // 25)),
    "a task list": lambda size: "".join(f"- [ ] item {i}\n" for i in range(size // 16)),
    "a list with blank lines": lambda size: "".join(f"1. item {i}\n\n" for i in range(size // 14)),
    "lists in lists": lambda size: "".join("  " * i + f"- {i}\n" for i in range(int(size**0.5))),
    "lists in lists on one line": lambda size: "- " * (size // 2),
    "quotes in quotes": lambda size: "> " * (size // 2) + "a",
    "quotes and lists": lambda size: "> - " * (size // 4) + "a",
    "spaces": lambda size: "a" + " " * size,
    "tabs": lambda size: "\t" * size,
    "more signs": lambda size: ">" * size,
    "brackets": lambda size: "[" * size,
    "pairs of brackets": lambda size: ("[" * 12 + "]" * 12) * (size // 24),
    "images": lambda size: "![" * (size // 2),
    "links": lambda size: "[a](https://a.example/b) " * (size // 25),
    "half links": lambda size: "[a](" * (size // 4),
    "asterisks": lambda size: "*" * size,
    "emphasis": lambda size: "*a _b **c " * (size // 10),
    "backticks": lambda size: "".join("`" * (i % 90) + "a" for i in range(size // 46)),
    "angles": lambda size: "<a" * (size // 2),
    "ampersands": lambda size: "&amp" * (size // 4),
    "dollars": lambda size: "$a" * (size // 2),
    "formulas": lambda size: "\\(" * (size // 2),
    "formulas on lines": lambda size: "\\[\n" * (size // 3),
    "addresses": lambda size: "http://a" * (size // 8),
    "footnotes": lambda size: "".join(f"a[^{i}]\n\n[^{i}]: b\n\n" for i in range(size // 20)),
    "definitions": lambda size: "".join(f"[a{i}] b\n\n[a{i}]: /c\n\n" for i in range(size // 22)),
    "short lines": lambda size: "a\n" * (size // 2),
    "a long word": lambda size: "a" * size,
    "code": lambda size: "```python\n" + "x = f(1, 'a')\n" * (size // 14),
    "code of one line": lambda size: "```js\n" + "f(1);" * (size // 5),
    "code of Markdown": lambda size: "```md\n" * (size // 6),
    "code of Markdown that may hold code": lambda size: "```md\n\n```\na\n" * (size // 13),
    "code with Windows line ends": lambda size: "~~~\r\n" + "x = f(1, 'a')\r\n" * (size // 15),
    "indented code": lambda size: "  ```python\n" + "  x = f(1, 'a')\n" * (size // 16),
    "code in a list": lambda size: "- ```python\n" + "  x = f(1, 'a')\n" * (size // 16),
    "varied code": lambda size: (
        "```python\n" + "".join(f"x{i} = f({i * i}, 'a{i}')\n" for i in range(size // 25))
    ),
    "fences": lambda size: "```\n" * (size // 4),
}
SIZE = 4_000
STEP = 800  # characters of a delta, with a painting for each
LONGEST = 2.0  # seconds of CPU, for less than half a second's work: a busy machine takes longer for the same


def stream(source: str, kind: str = "text", step: int = STEP) -> tuple[float, float]:
    """Stream a text and paint after each delta; return the seconds of CPU of it all, and of the longest painting."""
    field = {"text": "text", "thinking": "thinking", "tool_use": "partial_json"}[kind]
    delta = {"text": "text_delta", "thinking": "thinking_delta", "tool_use": "input_json_delta"}[kind]
    renderer = ReplyRenderer("x")
    begun = time.thread_time()
    longest = 0.0
    renderer.feed(BlockStart(0, {"type": kind, "name": "f", "id": "t"}))
    for start in range(0, len(source), step):
        renderer.feed(BlockDelta(0, {"type": delta, field: source[start : start + step]}))
        before = time.thread_time()
        renderer.changes()
        longest = max(longest, time.thread_time() - before)
    before = time.thread_time()
    renderer.feed(BlockStop(0))
    renderer.close(Footer())
    return time.thread_time() - begun, max(longest, time.thread_time() - before)


def assert_linear(cost: Callable[[int], float], size: int = SIZE, times: int = 4) -> None:
    """Four times the size may cost little more than four times as much; a square would be sixteen times."""
    for _ in range(TRIES):
        once, more = cost(size), cost(times * size)
        if more < 0.02 or more < 2 * times * once:
            return
    raise AssertionError(f"{once:.3f} s, then {more:.3f} s")


def always_below(bound: int, patch: pytest.MonkeyPatch) -> None:
    """Let a block be drawn whenever it has grown as long as it is below so many characters."""
    patch.setattr(growth, "ALWAYS", bound)
    patch.setattr(streaming, "ALWAYS", bound)


@pytest.mark.parametrize("name", TEXTS)
def test_streaming_is_linear(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    always_below(SIZE // 4, monkeypatch)  # so that the sizes lie beyond it
    # What looks behind itself does so for a few thousand characters: up to there, the cost of each grows.
    assert_linear(lambda size: stream(TEXTS[name](size), step=STEP // 2)[0])


def test_a_square_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    always_below(100 * SIZE, monkeypatch)
    once = min(stream(TEXTS["a table"](SIZE // 4), step=STEP // 2)[0] for _ in range(TRIES))
    more = stream(TEXTS["a table"](2 * SIZE), step=STEP // 2)[0]
    assert more > 2 * 8 * once  # what `assert_linear` rejects


@pytest.mark.parametrize("name", TEXTS)
def test_rendering_at_once_is_linear(name: str) -> None:
    assert_linear(lambda size: cpu(lambda: render_markdown(TEXTS[name](size))))


@pytest.mark.parametrize("name", TEXTS)
def test_no_painting_takes_long(name: str) -> None:
    assert stream(TEXTS[name](30_000), step=8_000)[1] < LONGEST


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("tool_use", lambda size: '{"a": [' + '{"b": 1, "c": "text"}, ' * (size // 23)),
        ("tool_use", lambda size: "[" * size),
        ("tool_use", lambda size: '{"a": "' + "\\n" * (size // 2)),
        ("thinking", lambda size: "Some **words** of it.\n" * (size // 22)),
    ],
)
def test_calls_and_thinking_are_linear(kind: str, source: Callable[[int], str]) -> None:
    assert_linear(lambda size: stream(source(2 * size), kind)[0])


def test_many_citations_and_blocks_are_linear() -> None:
    def cited(count: int) -> float:
        renderer = ReplyRenderer("x")
        begun = time.thread_time()
        for index in range(count):
            renderer.feed(BlockStart(index, {"type": "text", "text": ""}))
            renderer.feed(BlockDelta(index, {"type": "text_delta", "text": f"Fact {index}. "}))
            citation = {"url": f"https://a.example/{index % 500}", "cited_text": f"fact {index}"}
            renderer.feed(BlockDelta(index, {"type": "citations_delta", "citation": citation}))
            renderer.feed(BlockStop(index))
        renderer.close(Footer())
        return time.thread_time() - begun

    def alternating(count: int) -> float:
        renderer = ReplyRenderer("x")
        begun = time.thread_time()
        for index in range(count):
            kind = ("text", "redacted_thinking", "tool_use")[index % 3]
            renderer.feed(BlockStart(index, {"type": kind, "text": "a", "id": f"t{index}", "name": "f"}))
            renderer.feed(BlockStop(index))
        renderer.changes()
        renderer.close(Footer())
        return time.thread_time() - begun

    assert_linear(lambda size: cited(size // 10))
    assert_linear(lambda size: alternating(size // 10))


class TestNothingIsLost:
    @pytest.mark.parametrize("name", TEXTS)
    def test_words(self, name: str) -> None:
        source = TEXTS[name](20_000)
        html = render_markdown(source)
        assert_harmless(html)
        shown = set(text(html).replace("[", " ").split())
        assert {f"{number}" for number in range(50)} & set(source.split()) <= shown

    def test_lists_in_lists(self) -> None:
        shown = text(render_markdown(TEXTS["lists in lists"](3_000))).split()
        assert [word for word in shown if word.isdigit()] == [str(number) for number in range(54)]

    def test_brackets(self) -> None:
        assert text(render_markdown("[" * 500 + "**a**")).strip() == "[" * 500 + "**a**"
        assert text(render_markdown("[" * 12 + "**a**")).strip() == "[" * 12 + "a"

    def test_a_long_table_goes_on_under_the_same_head(self) -> None:
        rows = [f"| row {number} | {'x' * 40} |\n" for number in range(9_000)]
        html = message_html({"content": [{"type": "text", "text": HEAD + "".join(rows) + "\nEnd.\n"}]})
        tables = html.count("<table>")
        assert 5 < tables == html.count("<thead>") < 20
        assert html.count("<tr>") == 9_000 + tables
        assert "<p>End.</p>" in html

    def test_long_code_goes_on_in_the_same_language(self) -> None:
        source = "```python\n" + "x = 1\n" * 60_000 + "```\n\n**End.**\n"
        html = message_html({"content": [{"type": "text", "text": source}]})
        assert html.count('<code class="language-python">') == 2
        assert text(html).count("x = 1") == 60_000
        assert "<p><strong>End.</strong></p>" in html
        assert fences_of(source) == [("python", "x = 1\n" * 60_000)]

    def test_a_numbered_list_goes_on_counting(self) -> None:
        html = render_markdown("".join(f"{number}. item\n" for number in range(1, 2_001)))
        assert html.count("<li>") == 2_000
        assert html.count("<ol") == 2

    def test_an_ordinary_answer_is_not_divided(self) -> None:
        lists = "".join(f"- item {number} of a list with a **few** words\n" for number in range(400))
        table = HEAD + "".join(f"| row {number} | {number} |\n" for number in range(1_000))
        code = "```python\n" + "x = 1\n" * 20_000 + "```\n"
        source = f"{lists}\n# Heading\n\n{table}\n{code}\nEnd.\n" * 3
        assert divided(source) == source


def test_a_long_answer_ends_without_being_rendered_again() -> None:
    """What is done when an answer ends must be quick, since a stop waits for it."""
    section = "## Heading\n\nSome *words* of an answer, with `code`.\n\n- one\n- two\n\n" * 4_000
    renderer = ReplyRenderer("x")
    for start in range(0, len(section), 20_000):
        renderer.feed(BlockDelta(0, {"type": "text_delta", "text": section[start : start + 20_000]}))
        renderer.changes()
    assert cpu(lambda: renderer.close(Footer())) < LONGEST


class TestAHugeDelta:
    """A megabyte in one delta: each painting takes a portion of it, and a stop does not wait for the rest."""

    TEXT = "Some *words* of an answer, with `code`.\n\n" * 25_000

    def test_each_painting_takes_a_portion(self) -> None:
        renderer = ReplyRenderer("x")
        renderer.feed(BlockDelta(0, {"type": "text_delta", "text": self.TEXT}))
        costs = [cpu(lambda: renderer.changes(at_most=1)) for _ in range(3)]
        assert max(costs) < LONGEST
        assert renderer.is_behind

    def test_after_a_stop_the_rest_is_shown_as_it_came(self) -> None:
        renderer = ReplyRenderer("x")
        renderer.feed(BlockDelta(0, {"type": "text_delta", "text": self.TEXT}))
        renderer.changes(at_most=1)
        pages = []
        assert cpu(lambda: pages.extend(renderer.close(Footer(hurried=True)))) < LONGEST
        html = "".join(page.body for page in renderer._pages)
        assert html.count("Some ") == 25_000
        assert html.count("<p>Some <em>words</em>") > 300
        assert "Some *words* of an answer, with `code`.\n\nSome *words*" in html

    def test_without_a_stop_all_of_it_is_rendered(self) -> None:
        renderer = ReplyRenderer("x")
        renderer.feed(BlockDelta(0, {"type": "text_delta", "text": self.TEXT[: len(self.TEXT) // 10]}))
        renderer.close(Footer())
        assert sum(page.body.count("<em>words</em>") for page in renderer._pages) == 2_500

    def test_so_is_all_that_waits_however_many_blocks_it_is(self) -> None:
        renderer = ReplyRenderer("x")
        for number in range(0, 40, 2):
            renderer.feed(BlockStart(number, {"type": "text", "text": self.TEXT[:20_000]}), hurried=True)
            renderer.feed(BlockStart(number + 1, {"type": "tool_use", "id": str(number)}), hurried=True)
        renderer.close(Footer(hurried=True))
        html = "".join(page.body for page in renderer._pages)
        assert html.count("Some ") == 20 * self.TEXT[:20_000].count("Some ")
        assert 1_000 < html.count("<em>words</em>") < 2_000  # of some 9,500

    @pytest.mark.parametrize(
        "event",
        [
            BlockStart(1, {"type": "tool_use", "id": "t", "name": "f", "input": {}}),
            BlockDelta(1, {"type": "thinking_delta", "thinking": "Hm."}),
            BlockDelta(1, {"type": "input_json_delta", "partial_json": "{}"}),
        ],
        ids=["a block", "thinking that no start announced", "a call that none did"],
    )
    @pytest.mark.parametrize("kind", ["text", "thinking"])
    def test_what_ends_a_block_waits_until_the_block_is_nearly_drawn(self, kind: str, event: Event) -> None:
        if kind == "thinking" and event == BlockDelta(1, {"type": "thinking_delta", "thinking": "Hm."}):
            event = BlockDelta(1, {"type": "text_delta", "text": "Hm."})
        publisher = CapturingDisplayPublisher()
        display = PagesDisplay(publisher)
        display.begin()
        display.show([BlockStart(0, {"type": kind, kind: self.TEXT[: len(self.TEXT) // 10]}), event])
        assert display._ready().is_far_behind
        assert display._waiting[0][0] == event
        display.finish(Footer())
        assert not display._waiting
        shown: dict[str, str] = {}
        for output in publisher.outputs:
            shown[output["transient"]["display_id"]] = output["data"]["text/html"]
        assert sum(html.count("<em>words</em>") for html in shown.values()) == 2_500


def test_of_very_many_results_some_are_shown() -> None:
    found = [
        {"type": "web_search_result", "url": f"https://x.org/{n}", "title": f"t{n}"} for n in range(8_000)
    ]
    html = result_html(found)
    assert html.count("<li>") == 500
    assert "7,500 more results, not shown" in html
