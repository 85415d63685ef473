"""Keeps our outputs of a cell until a page in the browser has them.

A front end drops what arrives for an output that was cleared, a cell that was cut, or a page that was reloaded. So each output
has its ID and its state in its metadata. When the cell has run, our extension reports which of them the cell shows, and gets
the outputs if some are missing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbclaude.notebook import Shell, cell_number, cell_run, request_id

__all__ = ["ShownOutputs", "unfinished_html"]

_OURS = "nbclaude-"  # the prefix of the display IDs of our outputs
_KEY = "nbclaude"
_MAX_CELLS = 20  # the most recent ones are kept

_Message = dict[str, Any]


@dataclass
class _Run:
    """One execution of a cell, the page that requested it, and our outputs in it by display ID.

    `states` counts how often an output has been shown or updated.
    """

    request: str
    cell: str
    count: int
    page: str
    states: int = 0
    outputs: dict[str, _Message] = field(default_factory=dict)

    def summary(self, page: str) -> _Message:
        """Return a message that asks a page what the cell shows; an empty `page` means any page."""
        asked = {"do": "shown", "request": self.request, "cell": self.cell}
        return {**asked, "page": page} if page else asked

    def content(self) -> _Message:
        """Return the outputs, as a notebook keeps them."""
        outputs = [{"output_type": "display_data", **output} for output in self.outputs.values()]
        return {
            "do": "outputs",
            "request": self.request,
            "cell": self.cell,
            "count": self.count,
            "outputs": outputs,
        }


def unfinished_html(html: str) -> str:
    """Add to an unfinished output the place where our extension's style sheet says so if the rest never arrives.

    An output is sent hundreds of times while it grows, so the words are in the style sheet.
    """
    inside, end, rest = html.rpartition("</div>")
    return f'{inside}<div class="nbclaude-incomplete" hidden></div>{end}{rest}'


class ShownOutputs:
    """The outputs of the running cell, and of cells that no page has reported as complete."""

    def __init__(self) -> None:
        self.is_captured: Callable[[str], bool] = lambda _request: False
        """Whether a widget currently captures what is displayed for a request; if so, the cell does not show it."""
        self._running: _Run | None = None
        self._ended: dict[str, _Run] = {}  # by cells

    def begin(self, shell: Shell, page: str) -> None:
        """Start recording the outputs of the running cell, and forget its earlier ones."""
        at, self._running = cell_run(shell), None
        if at is not None:
            self._ended.pop(at.cell, None)
            self._running = _Run(str(request_id(shell)), at.cell, cell_number(shell), page)

    def hear(self, message: _Message) -> _Message:
        """Receive a message that is about to be sent to the front end; return it, stamped if it is one of our outputs."""
        with contextlib.suppress(Exception):  # a bug here must never cost the user an output
            self._take(message)
        return message

    def _take(self, message: _Message) -> None:
        run = self._running
        if run is None or message["parent_header"].get("msg_id") != run.request:
            return
        content = message["content"]
        if message["header"]["msg_type"] == "clear_output":
            if not self.is_captured(run.request):
                run.outputs.clear()
            return
        display_id = str(content.get("transient", {}).get("display_id", ""))
        is_known = display_id in run.outputs
        if not display_id.startswith(_OURS) or (not is_known and self.is_captured(run.request)):
            return
        run.states += 1
        mark = {**content["metadata"].get(_KEY, {}), "output": display_id, "state": run.states}
        content["metadata"] = {**content["metadata"], _KEY: mark}
        if "open" in mark:
            html = unfinished_html(content["data"].get("text/html", ""))
            content["data"] = {**content["data"], "text/html": html}
        run.outputs[display_id] = {"data": content["data"], "metadata": content["metadata"]}

    def end(self) -> list[_Message]:
        """Return what to tell the page when the cell has run."""
        run, self._running = self._running, None
        if run is None or not run.outputs:
            return []
        self._ended[run.cell] = run
        while len(self._ended) > _MAX_CELLS:
            del self._ended[next(iter(self._ended))]
        return [run.summary(run.page)]

    def summaries(self) -> Iterable[_Message]:
        """Return what to tell a page that has been loaded in the meantime."""
        return [run.summary("") for run in self._ended.values()]

    def taken(self, request: object, stamps: object) -> list[_Message]:
        """Forget the outputs of a request once a page has reported those that it has; return them if some are missing.

        `stamps` are pairs of an output's ID and its state.
        """
        run = next((each for each in self._ended.values() if each.request == request), None)
        if run is None:
            return []
        del self._ended[run.cell]
        there = stamps if isinstance(stamps, list) else []
        return [] if all(_stamp(output) in there for output in run.outputs.values()) else [run.content()]

    def forget(self) -> None:
        """Forget all outputs."""
        self._running = None
        self._ended.clear()


def _stamp(output: Mapping[str, Any]) -> list[Any]:
    mark = output["metadata"][_KEY]
    return [mark["output"], mark["state"]]
