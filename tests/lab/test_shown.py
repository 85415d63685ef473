"""Our outputs of a cell are kept until a page has them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from nbclaude.lab import ShownOutputs


class Asking:
    """The shell of a kernel that runs a cell."""

    def __init__(self, request: str, cell: str | None = "a") -> None:
        self.displayhook = SimpleNamespace(prompt_count=7)
        self.parent = {"header": {"msg_id": request}, "metadata": {"cellId": cell}}

    def get_parent(self) -> dict[str, Any]:
        return self.parent


def begun(shown: ShownOutputs, request: str = "r", cell: str | None = "a") -> None:
    shell: Any = Asking(request, cell)
    shown.begin(shell, "page")


def display(
    shown: ShownOutputs, display_id: str, html: str, request: str = "r", **metadata: Any
) -> dict[str, Any]:
    content = {
        "data": {"text/html": html},
        "metadata": metadata,
        "transient": {"display_id": display_id} if display_id else {},
    }
    message = {
        "header": {"msg_type": "display_data"},
        "parent_header": {"msg_id": request},
        "content": content,
    }
    kept: dict[str, Any] = shown.hear(message)["content"]["metadata"]
    return kept


def clear(shown: ShownOutputs) -> None:
    message = {"header": {"msg_type": "clear_output"}, "parent_header": {"msg_id": "r"}, "content": {}}
    assert shown.hear(message) is message


def test_a_page_is_told_what_was_shown_and_gets_what_it_lacks() -> None:
    shown = ShownOutputs()
    begun(shown)
    assert display(shown, "nbclaude-1-0", "open", nbclaude={"open": "nbclaude-1"}) == {
        "nbclaude": {"open": "nbclaude-1", "output": "nbclaude-1-0", "state": 1}
    }
    assert display(shown, "", "of the user", x=1) == {"x": 1}
    assert display(shown, "nbclaude-1-0", "of another request", request="other") == {}
    display(shown, "nbclaude-1-0", "closed", nbclaude={"answer": "1"})
    display(shown, "nbclaude-1-1", "last")
    asked = {"do": "shown", "request": "r", "cell": "a"}
    assert shown.end() == [{**asked, "page": "page"}]
    assert shown.end() == []
    # A page that is loaded now may be any page.
    assert list(shown.summaries()) == [asked]
    (sent,) = shown.taken("r", [["nbclaude-1-0", 1], ["nbclaude-1-1", 3], [None, None]])
    assert (sent["do"], sent["request"], sent["cell"], sent["count"]) == ("outputs", "r", "a", 7)
    assert sent["outputs"] == [
        {
            "output_type": "display_data",
            "data": {"text/html": html},
            "metadata": {"nbclaude": {**mark, "output": f"nbclaude-1-{number}", "state": number + 2}},
        }
        for number, (html, mark) in enumerate([("closed", {"answer": "1"}), ("last", {})])
    ]
    assert shown.taken("r", []) == []


def test_what_a_page_has_is_forgotten() -> None:
    shown = ShownOutputs()
    begun(shown)
    display(shown, "nbclaude-1", "all")
    shown.end()
    assert shown.taken("r", [["nbclaude-1", 1]]) == []
    assert list(shown.summaries()) == []
    for number in range(30):
        begun(shown, f"r{number}", f"cell {number}")
        display(shown, "nbclaude-1", "all", f"r{number}")
        shown.end()
    assert [summary["request"] for summary in shown.summaries()] == [f"r{number}" for number in range(10, 30)]
    shown.forget()
    assert list(shown.summaries()) == []


def test_a_cell_that_runs_again_forgets_what_it_has_shown() -> None:
    shown = ShownOutputs()
    for request, cell in (("r1", "a"), ("r2", "b"), ("r3", "a")):
        begun(shown, request, cell)
        display(shown, "nbclaude-1", "all", request)
        shown.end()
    assert [summary["request"] for summary in shown.summaries()] == ["r2", "r3"]


def test_what_the_cell_does_not_show_is_not_kept() -> None:
    shown = ShownOutputs()
    begun(shown)
    display(shown, "nbclaude-1", "cleared")
    clear(shown)
    assert shown.end() == []
    begun(shown)
    display(shown, "nbclaude-1", "of the cell")
    shown.is_captured = lambda request: request == "r"
    display(shown, "nbclaude-2", "in a widget")
    clear(shown)
    display(shown, "nbclaude-1", "of the cell, updated")
    shown.end()
    assert shown.taken("r", [["nbclaude-1", 2]]) == []
    begun(shown, cell=None)  # of the side bar
    display(shown, "nbclaude-3", "aside")
    assert shown.end() == []


def test_an_unfinished_output_has_a_place_for_a_notice_to_readers_to_whom_nothing_more_comes() -> None:
    shown = ShownOutputs()
    begun(shown)
    display(shown, "nbclaude-1", "<div>And</div>", nbclaude={"open": "nbclaude-1"})
    shown.end()
    ((sent,),) = (message["outputs"] for message in shown.taken("r", None))
    assert sent["data"]["text/html"] == ('<div>And<div class="nbclaude-incomplete" hidden></div></div>')


def test_no_fault_costs_an_output() -> None:
    shown = ShownOutputs()
    begun(shown)
    message: dict[str, Any] = {"parent_header": {"msg_id": "r"}}
    assert shown.hear(message) is message
