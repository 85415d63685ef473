from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher

from nbclaude.notebook import is_terminal
from nbclaude.output import PagesDisplay, TerminalDisplay, early, open_display, pages, rests, say, show_table
from nbclaude.render.footer import Footer
from nbclaude.render.markdown import render_markdown
from nbclaude.render.receipt import Receipt, ReceiptPart
from nbclaude.render.table import table_html
from nbclaude.wire.events import BlockDelta, BlockStart, BlockStop, Event, MessageStart
from tests.render.html import text

FOOTER = Footer(("m", "1 token"), mark="interrupted")


def delta(value: str) -> Event:
    return BlockDelta(0, {"type": "text_delta", "text": value})


class Notebook:
    """What a front end makes of the messages: outputs by display id, each replaced by its updates."""

    def __init__(self, language: str = "") -> None:
        self.publisher = CapturingDisplayPublisher()
        self.is_alone = False
        self.display = PagesDisplay(self.publisher, language, is_alone=lambda: self.is_alone)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.publisher.outputs

    @property
    def outputs(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for message in self.messages:
            display_id = message["transient"]["display_id"]
            assert message["update"] == (display_id in found), "an output is made once and updated after"
            found[display_id] = message["data"]
        return found


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


class Clock:
    """A clock that advances only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that displays use."""
    clock = Clock()
    monkeypatch.setattr(pages, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint at every call: the throttle has its own tests."""
    monkeypatch.setattr(pages, "MIN_INTERVAL", 0.0)
    monkeypatch.setattr(rests, "COST_FACTOR", 0.0)
    monkeypatch.setattr(rests, "BYTE_RATE", float("inf"))


@pytest.mark.usefixtures("unhurried")
class TestPages:
    def test_a_short_answer_is_one_output(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([MessageStart({}), BlockStart(0, {"type": "text", "text": ""})])
        notebook.display.show([delta("Hello ")])
        notebook.display.show([delta("**there**.")])
        notebook.display.finish(FOOTER)
        [data] = notebook.outputs.values()
        assert "<p>Hello <strong>there</strong>.</p>" in data["text/html"]
        assert "interrupted" in data["text/html"]
        assert data["text/markdown"] == data["text/plain"] == "Hello **there**."
        assert data.keys() == {"text/html", "text/markdown", "text/plain"}

    @pytest.mark.parametrize(("waited", "shown"), [(0.0, 0), (60.0, 1)])
    def test_whoever_has_waited_gets_a_sign_at_once(
        self, waited: float, shown: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(early, "DELAY", 60.0)
        publisher = CapturingDisplayPublisher()
        with early.EarlySign(publisher, waited=waited):
            signs = len(publisher.outputs)
        assert signs == shown
        assert [message["data"]["text/html"] for message in publisher.outputs[signs:]] == [""] * shown

    def test_an_output_to_which_more_is_to_come_says_so(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([delta("Hello.")])
        notebook.display.expect()
        notebook.display.finish(FOOTER)
        ids = {message["transient"]["display_id"].rpartition("-")[0] for message in notebook.messages}
        marks = [message["metadata"].get("nbclaude") for message in notebook.messages]
        assert marks[:-1] == [{"open": display_id} for display_id in ids] * (len(marks) - 1)
        assert marks[-1] is None

    def test_the_progress_of_a_tool_replaces_itself_until_something_follows(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([delta("Let me look.")])
        for message in ("1 of 2", "2 of\n2 <b>"):
            notebook.display.report(message)
        [html] = [output["text/html"] for output in notebook.outputs.values()]
        assert "2 of 2 &lt;b&gt;" in html and "1 of 2" not in html and "Let me look." in html
        notebook.display.settle(below=True)  # the tool prints
        notebook.display.report("more")
        notebook.display.report("most")
        assert ["2 of 2" in each["text/html"] for each in notebook.outputs.values()] == [False, False]
        assert "most" in list(notebook.outputs.values())[1]["text/html"]
        notebook.display.show([delta("\n\nFound.")])
        notebook.display.finish(FOOTER)
        assert len(notebook.outputs) == 2
        assert "most" not in "".join(output["text/html"] for output in notebook.outputs.values())

    def test_progress_is_printed_where_nobody_watches(
        self, notebook: Notebook, capsys: pytest.CaptureFixture[str]
    ) -> None:
        display = PagesDisplay(notebook.publisher, watched=False)
        display.begin()
        for number in range(100):
            display.report(f"{number} of 100")
        assert capsys.readouterr().out == "".join(f"{number} of 100\n" for number in range(100))

    def test_a_tool_that_reports_without_end_does_not_keep_the_page_busy(
        self, notebook: Notebook, clock: Clock
    ) -> None:
        notebook.display.begin()
        notebook.display.show([delta("Let me look.")])
        before = len(notebook.messages)
        for number in range(1_000):
            notebook.display.report(f"{number} of 1,000")
        assert 20 <= len(notebook.messages) - before <= 40
        clock.now += 60
        notebook.display.report("the last")
        assert "the last" in notebook.messages[-1]["data"]["text/html"]

    def test_an_answer_alone_takes_the_place_of_whatever_is_there(self, notebook: Notebook) -> None:
        """Its output may have been cleared by hand; where it was not, nothing may be there twice."""
        notebook.is_alone = True
        notebook.display.begin()
        notebook.display.show([delta("Hello.")])
        notebook.display.finish(FOOTER)
        [last] = notebook.messages  # the publisher has been told to clear the rest
        assert not last["update"] and "Hello." in last["data"]["text/html"]

    def test_a_page_and_its_ending_take_the_place_of_whatever_is_there(self, notebook: Notebook) -> None:
        notebook.is_alone = True
        notebook.display.begin()
        for _ in range(3):
            notebook.display.show([delta("word\n\n" * 100)])
        notebook.display.finish(FOOTER)
        assert [message["update"] for message in notebook.messages] == [False, False]
        assert sum(message["data"]["text/html"].count("<p>word") for message in notebook.messages) == 300

    @pytest.mark.parametrize(("text", "alone"), [("Hello.", False), ("word\n\n" * 2_000, True)])
    def test_other_outputs_and_several_pages_stay(self, notebook: Notebook, text: str, alone: bool) -> None:
        notebook.is_alone = alone
        notebook.display.begin()
        notebook.display.show([delta(text)])
        notebook.display.finish(FOOTER)
        assert notebook.messages[0]["data"]["text/plain"] == "Asking Claude …"

    def test_what_is_shown_first_says_something_in_plain_text(self, notebook: Notebook) -> None:
        """A front end that ignores updates shows these, and nothing more."""
        notebook.display.begin()
        notebook.display.show([delta("word\n\n" * 900)])
        firsts = [message["data"]["text/plain"] for message in notebook.messages if not message["update"]]
        assert firsts == ["Asking Claude …", "(the answer goes on)", "(the answer goes on)"]

    def test_the_waiting_sign_comes_first_and_goes(self, notebook: Notebook) -> None:
        notebook.display.begin()
        assert "nbclaude-waiting" in notebook.messages[0]["data"]["text/html"]
        notebook.display.show([delta("Hi")])
        assert 'class="nbclaude-waiting"' not in notebook.messages[-1]["data"]["text/html"]
        assert notebook.messages[-1]["update"]

    def test_the_sign_stays_until_there_is_something_to_see(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([MessageStart({})])
        notebook.display.show([BlockStart(0, {"type": "text", "text": ""})])
        assert len(notebook.messages) == 1

    def test_the_sign_says_that_it_thinks(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([BlockStart(0, {"type": "thinking", "thinking": ""})])
        notebook.display.show([BlockDelta(0, {"type": "signature_delta", "signature": "S"})])
        assert len(notebook.messages) == 2
        assert "Thinking…" in notebook.messages[-1]["data"]["text/html"]

    def test_how_long_it_thought(self, notebook: Notebook, clock: Clock) -> None:
        notebook.display.begin()
        notebook.display.show([BlockStart(0, {"type": "thinking", "thinking": "hm"})])
        clock.now += 1.6
        notebook.display.show([BlockStop(0)])
        notebook.display.finish(FOOTER)
        assert "<summary>Thought for 2 s</summary>" in notebook.messages[-1]["data"]["text/html"]

    def test_an_answer_in_a_language(self) -> None:
        notebook = Notebook("json")
        notebook.display.begin()
        notebook.display.show([delta('{"a":')])
        notebook.display.show([delta("1}")])
        notebook.display.finish(FOOTER)
        [data] = notebook.outputs.values()
        assert 'data-language="json"' in data["text/html"]
        assert data["text/markdown"] == '```json\n{\n  "a": 1\n}\n```\n'

    def test_an_open_page_is_html_alone(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([delta("Hi")])
        assert notebook.messages[-1]["data"].keys() == {"text/html"}

    def test_a_long_answer(self, notebook: Notebook) -> None:
        source = "Some words of an answer.\n\n" * 800
        notebook.display.begin()
        for start in range(0, len(source), 500):
            notebook.display.show([delta(source[start : start + 500])])
        notebook.display.finish(FOOTER)
        outputs = list(notebook.outputs.values())
        assert 4 < len(outputs) <= 30
        assert "".join(data["text/markdown"] for data in outputs) == source
        assert all(data["text/plain"] == data["text/markdown"] for data in outputs)
        assert "".join(text(data["text/html"]) for data in outputs).startswith(text(render_markdown(source)))

    def test_a_closed_page_is_never_published_again(self, notebook: Notebook) -> None:
        notebook.display.begin()
        for _ in range(60):
            notebook.display.show([delta("Some words of an answer.\n\n" * 20)])
        notebook.display.finish(FOOTER)
        closed: set[str] = set()
        for message in notebook.messages:
            assert message["transient"]["display_id"] not in closed
            if "text/markdown" in message["data"]:
                closed.add(message["transient"]["display_id"])
        assert closed == notebook.outputs.keys()

    def test_two_answers_have_nothing_in_common(self) -> None:
        ids = set()
        for _ in range(2):
            one = Notebook()
            one.display.begin()
            one.display.show([delta("a[^1]\n\n[^1]: n")])
            one.display.finish(FOOTER)
            ids |= one.outputs.keys()
        assert len(ids) == 2

    def test_an_answer_without_text_is_its_footer(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([MessageStart({})])
        notebook.display.finish(FOOTER)
        [data] = notebook.outputs.values()
        assert 'class="nbclaude-waiting"' not in data["text/html"]
        assert "1 token" in data["text/html"]

    def test_abandoned(self, notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
        notebook.display.begin()
        notebook.display.abandon()
        [data] = notebook.outputs.values()
        assert data["text/html"] == ""

    def test_abandoned_in_its_own_cell(self, notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
        notebook.display.begin()
        notebook.is_alone = True
        notebook.display.abandon()
        assert notebook.messages == []

    def test_everything_that_is_published_can_be_saved(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([delta("half a pair: \ud83d\n\n")])
        notebook.display.finish(FOOTER)
        for data in notebook.outputs.values():
            for value in data.values():
                value.encode("utf-8")


@pytest.mark.usefixtures("clock")
class TestThrottle:
    def test_the_first_words_are_shown_at_once(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([MessageStart({}), BlockStart(0, {"type": "text", "text": ""})])
        notebook.display.show([delta("Hi")])
        assert "<p>Hi</p>" in notebook.messages[-1]["data"]["text/html"]

    def test_a_burst_is_painted_a_few_times(self, notebook: Notebook, clock: Clock) -> None:
        notebook.display.begin()
        for _ in range(2000):
            clock.now += 0.001
            notebook.display.show([delta("word ")])
        assert 5 < len(notebook.messages) <= 3 + 2.0 / pages.MIN_INTERVAL
        notebook.display.finish(FOOTER)
        [data] = notebook.outputs.values()
        assert data["text/markdown"] == "word " * 2000

    def test_pause_tells_when_to_come_back(self, notebook: Notebook, clock: Clock) -> None:
        notebook.display.begin()
        assert notebook.display.pause() is None
        notebook.display.show([delta("a ")])
        assert notebook.display.pause() is None
        notebook.display.show([delta("b ")])
        pause = notebook.display.pause()
        assert pause is not None
        assert pages.MIN_INTERVAL - 0.001 < pause < 0.5
        count = len(notebook.messages)
        notebook.display.show([])
        assert len(notebook.messages) == count
        clock.now += pause
        assert notebook.display.pause() == 0.0
        notebook.display.show([])
        assert len(notebook.messages) == count + 1
        assert "a b" in notebook.messages[-1]["data"]["text/html"]
        assert notebook.display.pause() is None

    def test_nothing_new_paints_nothing(self, notebook: Notebook, clock: Clock) -> None:
        notebook.display.begin()
        notebook.display.show([delta("a")])
        clock.now += 9.0
        count = len(notebook.messages)
        notebook.display.show([])
        assert len(notebook.messages) == count

    def test_finish_paints_what_waits(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([delta("a ")])
        notebook.display.show([delta("b")])
        notebook.display.finish(FOOTER)
        assert "<p>a b</p>" in notebook.messages[-1]["data"]["text/html"]


@pytest.mark.usefixtures("clock")
class TestWaiting:
    """The countdown before another attempt."""

    @staticmethod
    def said(notebook: Notebook) -> str:
        return text(notebook.messages[-1]["data"]["text/html"].partition("</style>")[2]).strip()

    def test_it_counts_down_to_the_plain_sign(self, notebook: Notebook, clock: Clock) -> None:
        notebook.display.begin()
        notebook.display.wait("Overloaded (HTTP 529)", 2.2)
        seen = [self.said(notebook)]
        for _ in range(3):
            pause = notebook.display.pause()
            assert pause is not None
            assert 0 < pause <= 1
            clock.now += pause + 0.001
            assert notebook.display.pause() == 0.0
            notebook.display.show([])
            seen.append(self.said(notebook))
        assert seen == [
            "Overloaded (HTTP 529). Trying again in 3 s",
            "Overloaded (HTTP 529). Trying again in 2 s",
            "Overloaded (HTTP 529). Trying again in 1 s",
            "Claude is thinking…",
        ]
        assert "Claude is thinking…" in notebook.messages[-1]["data"]["text/html"]
        assert notebook.display.pause() is None
        assert len(notebook.messages) == 5
        assert len(notebook.outputs) == 1

    def test_between_two_seconds_nothing_is_painted(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.wait("Overloaded", 5.0)
        notebook.display.show([])
        assert len(notebook.messages) == 2

    def test_it_goes_with_the_next_event(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.wait("Overloaded", 5.0)
        notebook.display.show([MessageStart({})])
        assert self.said(notebook) == "Claude is thinking…"
        assert notebook.display.pause() is None
        notebook.display.show([delta("Hi")])
        assert self.said(notebook) == "Hi"
        notebook.display.finish(FOOTER)
        assert len(notebook.outputs) == 1

    def test_a_second_one_takes_the_place_of_the_first(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.wait("Overloaded", 5.0)
        notebook.display.wait("Rate limited", 9.0)
        assert self.said(notebook) == "Rate limited. Trying again in 9 s"

    def test_nothing_to_wait_for(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.wait("Overloaded", 0.0)
        assert self.said(notebook) == "Claude is thinking…"
        assert notebook.display.pause() is None

    def test_it_is_escaped(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.wait("<b>", 1.0)
        assert self.said(notebook) == "<b>. Trying again in 1 s"

    def test_pages_that_are_shown_stay(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.show([delta("Hi")])
        count = len(notebook.messages)
        notebook.display.wait("Overloaded", 5.0)
        assert notebook.display.pause() is None
        assert len(notebook.messages) == count

    @pytest.mark.parametrize("alone", [True, False])
    def test_the_end_ends_it(
        self, notebook: Notebook, alone: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        notebook.display.begin()
        notebook.display.wait("Overloaded", 5.0)
        notebook.is_alone = alone
        notebook.display.abandon()
        assert notebook.display.pause() is None

    def test_finished_while_waiting(self, notebook: Notebook) -> None:
        notebook.display.begin()
        notebook.display.wait("Overloaded", 5.0)
        notebook.display.finish(FOOTER)
        assert self.said(notebook) == "interrupted · m · 1 token"


class TestTerminal:
    @staticmethod
    def shown(*events: Event, footer: Footer | None = FOOTER) -> str:
        stream = io.StringIO()
        display = TerminalDisplay(stream)
        display.begin()
        for event in events:
            display.show([event])
            assert display.pause() is None
        if footer:
            display.finish(footer)
        else:
            display.abandon()
        return stream.getvalue()

    def test_text_as_it_comes(self) -> None:
        start = BlockStart(0, {"type": "text", "text": "Hel"})
        assert (
            self.shown(start, delta("lo **"), delta("there**."))
            == "Hello **there**.\n(interrupted · m · 1 token)\n"
        )

    @pytest.mark.parametrize("is_finished", [True, False])
    def test_where_pieces_may_change_places_all_is_printed_at_once(self, is_finished: bool) -> None:
        pieces: list[str] = []
        stream = io.StringIO()
        stream.write = lambda text: len(pieces.append(text) or text)  # type: ignore[method-assign, func-returns-value]
        display = TerminalDisplay(stream, at_once=True)
        display.show([delta("Hello "), delta("there.")])
        display.wait("Overloaded", 1.0)
        display.settle()
        assert pieces == []
        if is_finished:
            display.finish(FOOTER)
        else:
            display.abandon()
        (printed,) = pieces
        assert printed.startswith("Hello ")
        assert printed.endswith("(interrupted · m · 1 token)\n") == is_finished

    def test_no_line_too_many(self) -> None:
        assert self.shown(delta("Hi\n")) == "Hi\n(interrupted · m · 1 token)\n"

    def test_content_of_the_message_start(self) -> None:
        assert (
            self.shown(MessageStart({"content": [{"type": "text", "text": "Hi"}]}))
            == "Hi\n(interrupted · m · 1 token)\n"
        )

    def test_a_line_for_what_is_not_text(self) -> None:
        shown = self.shown(
            BlockStart(0, {"type": "thinking", "thinking": "hm"}),
            BlockDelta(0, {"type": "thinking_delta", "thinking": "hm"}),
            BlockStart(1, {"type": "tool_use", "name": "f"}),
            delta("Hi"),
        )
        assert shown == "(thinking …)\n(f)\nHi\n(interrupted · m · 1 token)\n"

    def test_sources(self) -> None:
        citation = {"type": "web_search_result_location", "url": "https://a.example", "title": "A"}
        shown = self.shown(
            BlockStart(0, {"type": "text", "text": "Hi. ", "citations": [citation]}), BlockStop(0)
        )
        assert shown == "Hi.[1] \n\nSources:\n[1] A, https://a.example\n(interrupted · m · 1 token)\n"

    def test_a_callout(self) -> None:
        footer = Footer(("m",), callout="It says why.")
        assert self.shown(delta("Hi"), footer=footer) == "Hi\nIt says why.\n(m)\n"

    def test_what_was_sent(self) -> None:
        receipt = Receipt("sent: df (3 rows), 40 tokens", parts=(ReceiptPart("df", "rows"),))
        shown = self.shown(delta("Hi"), footer=Footer(("m",), receipt=receipt))
        assert shown == "Hi\n(m · sent: df (3 rows), 40 tokens)\n"

    def test_waiting_is_one_line(self) -> None:
        stream = io.StringIO()
        display = TerminalDisplay(stream)
        display.wait("Overloaded (HTTP 529)", 6.2)
        assert display.pause() is None
        display.show([delta("Hi")])
        display.finish(FOOTER)
        assert stream.getvalue() == (
            "(Overloaded (HTTP 529). Trying again in 7 s)\nHi\n(interrupted · m · 1 token)\n"
        )

    def test_abandoned(self) -> None:
        assert self.shown(footer=None) == ""

    @pytest.mark.parametrize(
        "pieces",
        [
            ["\x1b[2J\x1b]0;title\x07text"],
            ["\x1b", "[2J", "text"],
            ["\x1b]52;c;", "ZXZpbA==\x07", "text"],
            ["\x9b2Jtext"],
            ["a\rtext"],
            ["a\x08\x08text"],
        ],
    )
    def test_an_answer_cannot_steer_the_terminal(self, pieces: list[str]) -> None:
        # Escape sequences can set the clipboard, the title, and hide what was printed.
        shown = self.shown(*(delta(piece) for piece in pieces))
        assert "text" in shown
        assert not set(shown) & set("\x1b\x07\x9b\x08\r")

    def test_tabs_and_line_ends_stay(self) -> None:
        assert self.shown(delta("a\tb\nc")).startswith("a\tb\nc\n")


class TerminalInteractiveShell:
    display_pub = None


class OwnTerminal(TerminalInteractiveShell):
    pass


class ZMQInteractiveShell:
    def __init__(self) -> None:
        self.display_pub = CapturingDisplayPublisher()


class TestShells:
    @pytest.mark.parametrize(
        ("shell", "terminal"),
        [
            (TerminalInteractiveShell(), True),
            (OwnTerminal(), True),
            (ZMQInteractiveShell(), False),
            (None, False),
        ],
    )
    def test_is_terminal(self, shell: Any, terminal: bool) -> None:
        assert is_terminal(shell) is terminal

    def test_open_display(self) -> None:
        assert isinstance(open_display(OwnTerminal()), TerminalDisplay)
        assert isinstance(open_display(ZMQInteractiveShell(), "json"), PagesDisplay)

    def test_tables(self) -> None:
        shell = ZMQInteractiveShell()
        show_table(shell, "Turns", ["no", "what"], [[1, "a<b"], [10, "c"]])
        [message] = shell.display_pub.outputs
        assert message["data"]["text/plain"] == "Turns\nno  what\n--  ----\n 1  a<b\n10  c"
        assert ">a&lt;b</td>" in message["data"]["text/html"]

    def test_tables_in_a_terminal_are_text_alone(self) -> None:
        shell: Any = OwnTerminal()
        shell.display_pub = CapturingDisplayPublisher()
        show_table(shell, "T", ["a"], [["b"]])
        [message] = shell.display_pub.outputs
        assert message["data"].keys() == {"text/plain"}

    def test_tables_are_no_wider_than_the_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shell: Any = OwnTerminal()
        shell.display_pub = CapturingDisplayPublisher()
        for columns in ("60", "24", "0", "5"):
            monkeypatch.setenv("COLUMNS", columns)
            show_table(shell, "T", ["a", "b"], [["name of it", "word " * 8]], "word " * 8)
        texts = [message["data"]["text/plain"] for message in shell.display_pub.outputs]
        # Nobody tells the width in the third case; none is less than 20.
        for shown, most in zip(texts, (60, 24, 999, 20), strict=True):
            assert max(map(len, shown.splitlines())) <= most
        assert texts[1] == (
            "T\na           b\n----------  ------------\nname of it  word word\n            word word\n"
            "            word word\n            word word\nword word word word word\nword word word"
        )

    def test_code_in_a_table_is_set_as_code(self) -> None:
        html = table_html("T", ["a"], [["as in `ollama <b>`"]], "%claude_budget 5 sets one.")
        assert "as in <code>ollama &lt;b&gt;</code>" in html
        assert ">%claude_budget 5</code> sets one." in html

    def test_say(self, capsys: pytest.CaptureFixture[str]) -> None:
        say("one\ntwo")
        assert capsys.readouterr().out == "one\ntwo\n"


def test_what_comes_at_once_is_painted_by_the_portion_also_where_another_block_follows(
    notebook: Notebook,
) -> None:
    notebook.display.begin()
    text = "word " * 20 + "\n\n"
    notebook.display.show(
        [delta(text * 3_000), BlockStart(1, {"type": "tool_use", "name": "f", "id": "t", "input": {}})]
    )
    first = "".join(data["text/html"] for data in notebook.outputs.values())
    assert 0 < first.count("<p>word") < 1_500
    notebook.display.finish(FOOTER)
    assert sum(data["text/html"].count("<p>word") for data in notebook.outputs.values()) == 3_000


def test_what_is_shown_below_a_page_stands_below_its_ending(notebook: Notebook) -> None:
    notebook.display.begin()
    for number in range(12):
        notebook.display.show([delta(f"P{number} " + "word " * 30 + "\n\n")])
        notebook.display._due = 0.0
    shown = len(notebook.outputs)
    assert shown == 2
    notebook.display.settle(below=True)
    html = "".join(data["text/html"] for data in notebook.outputs.values())
    assert [html.count(f"P{number} ") for number in range(12)] == [1] * 12
    notebook.display.show([delta("Afterwards.")])
    notebook.display.finish(FOOTER)
    last = list(notebook.outputs.values())[-1]
    assert (
        len(notebook.outputs) == 3 and "Afterwards." in last["text/html"] and "P11" not in last["text/html"]
    )
