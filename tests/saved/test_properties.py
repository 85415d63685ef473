"""Whatever is asked, undone, reset, deleted, branched or folded: restoring brings back what was there, and so does importing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.notebook import CellRun
from nbclaude.output.marks import Shown, marked
from nbclaude.render.whole_message import message_html
from nbclaude.saved.exporting import export
from nbclaude.saved.importing import read_conversation
from nbclaude.saved.record import change_record, id_of, record_of
from nbclaude.saved.restoring import put_back
from nbclaude.saved.visible import has_unseen_characters
from nbclaude.workspace import Workspace
from tests.later import later
from tests.saved.forging import read, save, turn

nbformat = later("nbformat")

CELLS = ("a", "b", "c", "d")
_STEPS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(CELLS)),
    st.tuples(st.just("ask"), st.sampled_from(CELLS)),
    st.tuples(st.just("fold"), st.sampled_from(CELLS)),
    st.tuples(st.just("panel"), st.just("")),
    st.tuples(st.just("undo"), st.just("")),
    st.tuples(st.just("reset"), st.just("")),
    st.tuples(st.just("delete"), st.sampled_from(CELLS)),
    st.tuples(st.just("branch"), st.integers(1, 4)),
    st.tuples(st.just("restart"), st.just("")),
)


class Book:
    """A notebook whose outputs record every step, and the kernel that runs it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.workspace = Workspace()
        self.name = "main"
        self.cells: dict[str, dict[str, Any]] = {}
        self._count = 0

    @property
    def conversation(self) -> Conversation:
        return self.workspace.conversations[self.name]

    def do(self, step: str, value: Any) -> None:
        """Do one step."""
        match step:
            case "ask" | "fold":
                self.ask(value, begins=step == "fold")
            case "panel":
                self.panel()
            case "undo":
                self.undo()
            case "reset":
                if self.conversation.reset():
                    self.changed()
            case "delete":
                self.delete(value)
            case "branch" if len(self.conversation.turns) >= value:
                self.branch(value)
            case "restart":
                self.restart()

    def undo(self) -> None:
        """Take the last change back. If it was a restore, restore again, as if nothing had been undone."""
        change = self.conversation.undo()
        if change is not None and change.kind == "restore":
            self._restore(self.workspace)
        elif change is not None:
            self.changed()

    def branch(self, count: int) -> None:
        """Go on in a new conversation, which begins with the first `count` turns of this one."""
        name = f"branch {self._count}"
        turns = self.conversation.turns[:count]
        shared = tuple(replace(each, saved_as=id_of(each, self.workspace)) for each in turns)
        self.workspace.conversations.branch(name, self.conversation, shared)
        self.name = name
        self.changed()

    def ask(self, cell: str, *, begins: bool = False) -> None:
        self._count += 1
        made_run = CellRun(cell, str(self._count))
        made = turn(f"Question {self._count}", f"Answer **{self._count}**.", cell, begins=begins)
        made = replace(made, run=made_run.run)
        for name in self.workspace.conversations.names():
            self.workspace.conversations[name].cell_exists(cell)
        self.workspace.conversations.leave_others(self.name, made_run)
        self.conversation.record(made, made_run)
        shown = Shown(f"{self._count:06x}", {0: made.answer})
        record = record_of(self.workspace, self.workspace.conversations.names(), [made], shown, {})
        data = {
            "text/html": message_html(made.message),
            "text/markdown": made.answer,
            "text/plain": made.answer,
        }
        self._show(cell, f"%%claude\n{made.asked}", data, marked(shown.answer, 0, record))

    def panel(self) -> None:
        self._count += 1
        self.conversation.record(turn(f"Panel {self._count}"), None)

    def changed(self) -> None:
        """Record the state of the conversations in an output, as an undo, a reset or a branch does."""
        self._count += 1
        metadata = change_record(self.workspace, {*self.workspace.conversations.names(), self.name})
        self._show(f"change {self._count}", "%claude_undo", {"text/plain": "Done."}, metadata)

    def delete(self, cell: str) -> None:
        self.cells.pop(cell, None)
        self.workspace.conversations.put_aside([cell])

    def restart(self) -> None:
        """Restore into a new kernel; restoring twice is the same as once."""
        self.workspace = self.restored()
        self.name = "main"
        self.changed()

    def restored(self) -> Workspace:
        save(
            self.path,
            {"cells": list(self.cells.values()), "nbformat": 4, "nbformat_minor": 5, "metadata": {}},
        )
        new = Workspace()
        self._restore(new)
        self._restore(new)
        assert all(each.new == 0 for each in read(self.path, new))
        return new

    def _restore(self, workspace: Workspace) -> None:
        for found in read(self.path, workspace):
            put_back(found, workspace)

    def _show(self, cell: str, source: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        # Of two records that are saved in the same millisecond, neither is newer.
        metadata["nbclaude"]["saved"] = f"2026-01-01T00:00:00.{self._count:06}Z"
        output = {"output_type": "display_data", "data": data, "metadata": metadata}
        self.cells[cell] = {
            "cell_type": "code",
            "id": cell,
            "metadata": {},
            "source": source,
            "outputs": [output],
        }

    def saved_ids(self) -> set[str]:
        marks = [cell["outputs"][0]["metadata"]["nbclaude"] for cell in self.cells.values()]
        return {entry["id"] for mark in marks for entry in mark["turns"]}

    def expected(self, name: str) -> list[Turn]:
        """Return the turns that the file can hold: a cell that ran again has lost its earlier answer."""
        ids = self.saved_ids()
        return [
            each for each in self.workspace.conversations[name].turns if id_of(each, self.workspace) in ids
        ]


def asked(turns: Iterable[Turn]) -> list[str]:
    return [each.asked for each in turns]


@settings(max_examples=50, derandomize=True)
@given(st.lists(_STEPS, min_size=3, max_size=14))
def test_restored_is_what_was_there(steps: Sequence[tuple[str, Any]]) -> None:
    """Each conversation has the same turns in the same order, a request sends the same, and one undo takes everything back."""
    with tempfile.TemporaryDirectory() as folder:
        book = Book(Path(folder) / "talk.ipynb")
        for step, value in steps:
            book.do(step, value)
        new = book.restored()
        for name in {*book.workspace.conversations.names(), *new.conversations.names()}:
            expected = book.expected(name)
            conversation = new.conversations[name]
            assert asked(conversation.turns) == asked(expected)
            assert [each.message for each in conversation.turns] == [
                {**each.message, "stop_sequence": None} for each in expected
            ]
            sent = conversation.before(len(conversation.every))
            begun = [place for place, each in enumerate(expected) if each.begins]
            assert asked(sent) == asked(expected[begun[-1] if begun else 0 :])
            if expected:
                conversation.undo()
                assert conversation.turns == ()


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf"]), min_size=1, max_size=40
).filter(lambda text: text.strip() != "")


@settings(max_examples=25, derandomize=True)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=4))
def test_exported_is_imported(talk: Sequence[tuple[str, str]]) -> None:
    """JSON comes back exactly; a notebook is valid, and what comes back from it is exact, too."""
    workspace = Workspace()
    conversation = workspace.conversations["main"]
    conversation.every = tuple(turn(question, answer) for question, answer in talk)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "talk.json"
        export(conversation, workspace, path)
        written = json.loads(path.read_text("utf-8"))
        roles = [message["role"] for message in written["messages"]]
        assert roles == ["user", "assistant"] * len(talk)
        back = read_conversation(path)
        if not any(has_unseen_characters(text) for pair in talk for text in pair):
            # The API refuses white space at the end of an answer, so it is not sent.
            assert [(each.asked, each.answer) for each in back.turns] == [
                (question, answer.rstrip()) for question, answer in talk
            ]
        notebook = Path(folder) / "talk.ipynb"
        export(conversation, workspace, notebook)
        nbformat.validate(json.loads(notebook.read_text("utf-8")))
        found = read(notebook)
        whole = {(each.asked, each.answer) for one in found for each in one.turns}
        told = [sentence for one in found for sentence in one.told]
        assert whole == set(talk) or told
        assert whole <= set(talk)
