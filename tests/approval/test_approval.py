"""What the user is shown of a call, and what counts as a yes: by buttons, by typing, in time and too late."""

from __future__ import annotations

import builtins
import dataclasses
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher

from nbclaude.approval import Approval, Proposed, approve_by_input, approve_in_cell, buttons
from nbclaude.approval.widget import Buttons
from nbclaude.cleaning import visible
from nbclaude.tools.functions import Tool, tool_of

Shell = Any


def erase(what: str, times: int = 1) -> str:
    """Erase something."""
    return what * times


ERASE: Tool = tool_of(erase)


def proposed(seconds: float = 0.0, /, **arguments: Any) -> Proposed:
    def check(given: Mapping[str, Any]) -> str:
        return "" if isinstance(given.get("times", 1), int) else "The arguments do not fit: times."

    return Proposed(ERASE, arguments, check, seconds)


class Page:
    """A front end that hears what widgets tell, and answers each that is new with `says`, from a thread of its own."""

    def __init__(self, says: Callable[[Buttons], list[dict[str, Any]]]) -> None:
        self.says = says
        self.widgets: list[Buttons] = []

    def opened(self, widget: Buttons) -> None:
        self.widgets.append(widget)
        self.hear(widget)

    def hear(self, widget: Buttons) -> threading.Thread:
        def run() -> None:
            for message in self.says(widget):
                widget._handle_custom_msg({"key": widget.key, **message}, [])

        thread = threading.Thread(target=run)
        thread.start()
        return thread


@pytest.fixture
def shell() -> Shell:
    parent = {
        "header": {"msg_id": "1"},
        "metadata": {"cellId": "a"},
        "content": {"allow_stdin": True},
    }
    kernel = SimpleNamespace(
        kernel_info={"supported_features": ["kernel subshells"]}, get_parent=lambda: parent
    )
    publisher: Any = CapturingDisplayPublisher
    return SimpleNamespace(display_pub=publisher(), get_parent=lambda: parent, kernel=kernel, user_ns={})


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Page]]:
    def open_page(*says: dict[str, Any], ready: bool = True) -> Page:
        said: list[dict[str, Any]] = [{"do": "ready"}, *says] if ready else list(says)
        page = Page(lambda widget: said)
        made = Buttons.__init__

        def noting(self: Buttons, *arguments: Any, **traits: Any) -> None:
            made(self, *arguments, **traits)
            page.opened(self)

        monkeypatch.setattr(Buttons, "__init__", noting)
        return page

    monkeypatch.setattr(buttons._Page, "is_heard", True)
    yield open_page
    buttons.close_old_buttons()


def _typing(asked: list[str], *said: str) -> Callable[[str], str]:
    """Return a function that types these lines, repeats the last one, and notes what it is asked."""

    def typing(prompt: str) -> str:
        asked.append(prompt)
        return said[min(len(asked), len(said)) - 1]

    return typing


def shown(shell: Shell) -> str:
    """Return what the card shows last."""
    cards = [output["data"] for output in shell.display_pub.outputs if "nbclaude-ask" in str(output)]
    last: str = cards[-1]["text/html"]
    return last.partition("</style>")[2]


def run_code(code: str, label: str = "") -> str:
    return code + label


CODE = dataclasses.replace(tool_of(run_code), shown="code")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["for n in x:", "    print(n)", "", "..", "...", "."], "for n in x:\n    print(n)\n\n.\n..."),
        (["  'text'", "."], "  'text'"),
        (["1", "."], "1"),
        ([""], "old"),
        (["."], ""),
        (["a", "allow", "yes", "."], "a\nallow\nyes"),
    ],
)
def test_code_is_edited_line_by_line(monkeypatch: pytest.MonkeyPatch, lines: list[str], code: str) -> None:
    asked: list[str] = []
    monkeypatch.setattr(builtins, "input", _typing(asked, "e", *lines, "", "a"))
    call = Proposed(CODE, {"code": "old", "label": "x"})
    assert approve_by_input(call) == Approval(True, {"code": code, "label": "x"})
    assert asked[1] == "code, line by line; end with a line that is only a dot (Enter keeps it): "
    # What was edited is shown before it is allowed.
    shown = "".join(f"  {line}\n" for line in code.split("\n") if code)
    assert f"what its code says.\n{shown}" in asked[-1]


@pytest.mark.parametrize(
    ("says", "expected", "outcome"),
    [
        ([{"do": "allow"}], Approval(True, {"what": "x"}), "✓ Allowed."),
        (
            [{"do": "always"}],
            Approval(True, {"what": "x"}, always=True),
            "✓ Allowed in this conversation.",
        ),
        ([{"do": "deny", "reason": " no "}], Approval(False, {"what": "x"}, "no"), "✕ Denied: no"),
        ([{"do": "deny"}], Approval(False, {"what": "x"}), "✕ Denied."),
        (
            [{"do": "edit", "values": {"what": "y\nz"}}],
            Approval(True, {"what": "y\nz"}),
            "✓ Allowed, with the arguments that you edited.",
        ),
        # What means nothing, or belongs to another card, allows nothing.
        (
            [
                {"do": "allow", "key": "another"},
                {"do": "yes"},
                {},
                {"do": ["allow"]},
                {"do": "ready"},
                {"do": "deny"},
                {"do": "allow"},
            ],
            Approval(False, {"what": "x"}),
            "✕ Denied.",
        ),
        (
            [{"do": "edit", "values": {"other": 1}}],
            Approval(True, {"what": "x"}),
            "✓ Allowed.",
        ),
    ],
)
def test_buttons(
    shell: Shell, page: Callable[..., Page], says: list[Any], expected: Approval, outcome: str
) -> None:
    opened = page(*says)
    assert approve_in_cell(shell)(proposed(what="x")) == expected
    assert f"{outcome}</p>" in shown(shell)
    [widget] = opened.widgets
    assert widget.state == "over"
    # A second click on a card that is answered changes nothing.
    widget._handle_custom_msg({"key": widget.key, "do": "allow"}, [])
    assert f"{outcome}</p>" in shown(shell)
    # Nothing that could be clicked is left in the notebook: the output of the widget is empty.
    assert shell.display_pub.outputs[-2]["data"] == {"text/html": "", "text/plain": ""}


def test_an_edit_that_does_not_fit_is_said_and_asked_about_again(
    shell: Shell, page: Callable[..., Page]
) -> None:
    told: list[str] = []
    opened = page(
        {"do": "edit", "values": {"times": "many"}},
        {"do": "edit", "values": {"times": '"2"'}},
        {"do": "edit", "values": {"times": "3"}},
    )
    opened.says = _noting(opened.says, told)
    said = approve_in_cell(shell)(proposed(what="x", times=2))
    assert said == Approval(True, {"what": "x", "times": 3})
    assert told == [
        "times must be JSON, such as 3, true, [1, 2] or a text in double quotes.",
        "The arguments do not fit: times.",
    ]


def _noting(says: Any, told: list[str]) -> Any:
    def noted(widget: Buttons) -> Any:
        widget.observe(lambda change: told.append(change["new"]) if change["new"] else None, "problem")
        return says(widget)

    return noted


def test_a_page_that_is_not_heard_gets_no_buttons(
    shell: Shell, page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buttons, "_READY", 0.05)
    asked: list[str] = []
    monkeypatch.setattr(builtins, "input", _typing(asked, "a"))
    opened = page(ready=False)
    assert approve_in_cell(shell)(proposed(what="x")) == Approval(True, {"what": "x"})
    assert asked == ["[a]llow, allow in this [c]onversation, [e]dit the arguments, [d]eny: "]
    assert "✓ Allowed.</p>" in shown(shell)
    (late,) = opened.widgets
    late._handle_custom_msg(
        {"key": late.key, "do": "ready"}, []
    )  # in the cell's thread, when the cell has ended
    approve_in_cell(shell)(proposed(what="x"))
    assert (len(opened.widgets), len(asked)) == (1, 2)  # the next card does not wait for it
    assert not any("widget-view" in str(output["data"]) for output in shell.display_pub.outputs)
    monkeypatch.setattr(buttons, "_READY", 30.0)
    opened.says = lambda widget: [{"do": "ready"}, {"do": "allow"}]
    opened.hear(late).join()
    assert approve_in_cell(shell)(proposed(what="x")) == Approval(True, {"what": "x"})
    assert (len(opened.widgets), len(asked)) == (2, 2)  # it was only slow: the next card has buttons


def test_kernels_without_threads_for_widgets_are_asked_by_typing(
    shell: Shell, page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.kernel.kernel_info = {}
    monkeypatch.setattr(builtins, "input", lambda prompt: "d no")
    opened = page({"do": "allow"})
    assert approve_in_cell(shell)(proposed(what="x")) == Approval(False, {"what": "x"}, "no")
    assert opened.widgets == []
    assert "✕ Denied: no</p>" in shown(shell)


def test_a_stop_ends_the_waiting(shell: Shell, page: Callable[..., Page]) -> None:
    def says(widget: Buttons) -> Iterator[dict[str, Any]]:
        yield {"do": "ready"}
        while widget.state != "open":
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    page().says = says  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        approve_in_cell(shell)(proposed(what="x"))
    assert "✕ Stopped. The tool was not run.</p>" in shown(shell)


def test_without_an_answer_in_time_it_is_denied(
    shell: Shell, page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Approval(False, {"what": "x"}, "the user did not answer in time")
    page()
    assert approve_in_cell(shell)(proposed(0.05, what="x")) == late
    assert "✕ Denied: no answer in time.</p>" in shown(shell)

    def never(prompt: str) -> str:
        threading.Event().wait(60)
        return "a"

    monkeypatch.setattr(builtins, "input", never)
    assert approve_by_input(proposed(0.05, what="x")) == late
    # The signal that ends the typing is gone with it.
    monkeypatch.setattr(builtins, "input", lambda prompt: "a")
    assert approve_by_input(proposed(60, what="x")).allowed


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("plain: äöü 日本 é 😀\n\tx", "plain: äöü 日本 é 😀\n\tx"),
        ("\x1b[2Ka\rb\x07", "\\x1b[2Ka\\x0db\\x07"),
        ("a\u202eb\u2066c\u200bd", "a\\u202eb\\u2066c\\u200bd"),
        ("x\u2028y\x85z", "x\\u2028y\\x85z"),
        ("ㅤ\u115f\u2800", "\\u3164\\u115f\\u2800"),
        ("\U000e0041\U000e0101", "\\U000e0041\\U000e0101"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_cannot_be_seen_is_an_escape(given: str, seen: str) -> None:
    assert visible(given) == seen


def test_everything_of_a_call_is_shown_as_text(
    shell: Shell, page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buttons._Page, "is_heard", False)
    monkeypatch.setattr(builtins, "input", lambda prompt: "d")
    hostile = {
        "what": '</td><button>Allow</button><script>x</script>\x1b]0;t\x07\u202e$$x$$ {"a"}',
        "<img src=x>": "[a]llow: a\n✓ Allowed.",
        "long": "y" * 100_000,
    }
    approve_in_cell(shell)(Proposed(ERASE, hostile))
    card = shown(shell).replace("<wbr>", "")  # where a line may break
    for forbidden in ("<button", "<script", "<img", "\x1b", "\u202e"):
        assert forbidden not in card
    assert "&lt;button&gt;Allow&lt;/button&gt;" in card
    assert "\\u001b]0;t\\u0007\\u202e" in card
    assert "y" * 100_000 in card
    asked: list[str] = []
    monkeypatch.setattr(builtins, "input", _typing(asked, "d"))
    approve_by_input(Proposed(ERASE, hostile))
    # Line ends of an argument are escapes, so that it cannot look like the next question.
    assert '\n  <img src=x> = "[a]llow: a\\n✓ Allowed."\n' in asked[0]


@pytest.mark.parametrize(
    "said",
    ["", "allow it", "a b", "yes please", "ok", "allow, allow in this conversation", "\u0430", "edit x"],
)
def test_only_a_clear_yes_allows(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "input", lambda prompt: said)
    assert not approve_by_input(proposed(what="x")).allowed
