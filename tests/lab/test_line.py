from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import comm
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher

from nbclaude.lab import Line, OfferedActions


class Wire:
    """The kernel's end of a comm, which keeps what is sent."""

    def __init__(self, **opened: Any) -> None:
        self.opened = opened
        self.sent: list[Any] = []
        self.closed = False

    def send(self, data: Any) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True

    def on_msg(self, heard: Callable[[Any], None]) -> None:
        self.hear = heard

    def on_close(self, closed: Callable[[Any], None]) -> None:
        self.end = closed

    def tell(self, **data: Any) -> None:
        self.hear({"content": {"data": data}})


class Asking:
    def __init__(self, **metadata: Any) -> None:
        self.metadata = metadata
        self.user_ns = {"df": 1}

    def get_parent(self) -> dict[str, Any]:
        return {"metadata": self.metadata}


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    made: list[Wire] = []

    def create(**opened: Any) -> Wire:
        made.append(Wire(**opened))
        return made[-1]

    monkeypatch.setattr(comm, "create_comm", create)
    return made


def opened(line: Line) -> Any:
    shell: Any = Asking(nbclaude={"version": "1.2.30", "cells": ["a"], "notebook": "n"})
    line.version = "1.2.3"
    line.before_cell(shell)
    return shell


def test_it_opens_only_where_there_is_an_extension(wires: list[Wire]) -> None:
    line = Line()
    shell: Any = Asking(cellId="a")
    line.version = "1.2.3"
    line.before_cell(shell)
    assert wires == []
    opened(line)
    opened(line)
    assert [wire.opened for wire in wires] == [{"target_name": "nbclaude", "data": {}}]
    line.close()
    assert wires[0].closed
    assert not line.is_open


def test_versions_that_differ_are_named_when_a_page_is_there(wires: list[Wire]) -> None:
    line = Line()
    opened(line)
    wires[0].tell(do="hello", version="2.2.3")
    wires[0].tell(do="what nobody knows")
    wires[0].hear({"content": {"data": None}})
    text = "This kernel has nbclaude 1.2.3, but the extension is version 2.2.3. Update the older one to use all features."
    assert wires[0].sent == [{"do": "say", "text": text}]
    wires[0].end({})
    assert not line.is_open


def test_a_page_asks_for_what_its_cell_lacks(wires: list[Wire]) -> None:
    line = Line()
    line.version = "0.1.0"
    shell: Any = Asking(nbclaude={"version": "0.1.0", "cells": ["a"], "notebook": "n"}, cellId="a")
    shell.displayhook = SimpleNamespace(prompt_count=7)
    line.before_cell(shell)
    line.shown.hear(
        {
            "header": {"msg_type": "display_data"},
            "parent_header": {"msg_id": "None"},
            "content": {"data": {}, "metadata": {}, "transient": {"display_id": "nbclaude-1"}},
        }
    )
    line.after_cell()
    wires[0].tell(do="hello", version="0.1.0")
    wires[0].tell(do="shown", request="None", stamps=[])
    wires[0].tell(do="shown", request="None", stamps=[])
    assert [message["do"] for message in wires[0].sent] == ["shown", "shown", "outputs"]


def test_references_are_told_when_they_are_asked_for_and_when_other_names_exist(wires: list[Wire]) -> None:
    line = Line()
    shell = opened(line)
    looked: list[str] = []

    def references(source: str) -> list[tuple[int, int]]:
        looked.append(source)
        return [(0, 4)] if source.strip("{}") in shell.user_ns else []

    line.references = references
    wires[0].tell(do="references", cells={"a": "{df}", "b": "{gone}"})
    line.after_cell()
    looked.clear()
    shell.user_ns |= {"gone": 2, "_i7": "gone = 2"}
    line.after_cell()
    line.after_cell()
    assert looked == ["{gone}"]
    wires[0].tell(do="references", cells={"b": "gone"})
    wires[0].tell(do="references", cells=None)
    assert [message["cells"] for message in wires[0].sent] == [
        {"a": [(0, 4)], "b": []},
        {"b": [(0, 4)]},
        {"b": [(0, 4)]},
    ]


def test_an_offer_is_saved_without_its_wish_and_hears_what_came_of_it(wires: list[Wire]) -> None:
    line = Line()
    opened(line)
    made = OfferedActions(
        line, "shown-in", "page", cell="c", sent="a", after="b", cells=[["id", "b"]], wish="replace"
    )
    heard: list[Any] = []
    made.observe(heard.append, "outcome")
    publisher = CapturingDisplayPublisher()
    made.publish(publisher)
    (output,) = publisher.outputs
    saved = output["metadata"]["nbclaude"]["offer"]
    assert saved["id"] == made.key
    assert made.key in output["data"]["text/html"]
    assert "wish" not in saved["state"]
    assert [message["state"]["wish"] for message in wires[0].sent] == ["replace"]
    wires[0].tell(do="state", id=made.key, state={"outcome": "replaced", "done": "replace"})
    wires[0].tell(do="state", id="of nobody", state={"outcome": "replaced"})
    assert heard == [{"new": "replaced"}]
    made.outcome = "replaced"  # known: nothing is sent
    made.cells = [["id", "b"], ["id2", "c"]]
    made.close()
    made.close()
    assert [message["state"] for message in wires[0].sent[1:]] == [
        {"outcome": "replaced"},
        {"done": "replace"},
        {"cells": [["id", "b"], ["id2", "c"]]},
        None,
    ]
