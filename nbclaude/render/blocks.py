"""Shows blocks that are neither text nor thinking as folds, a call and its result in one."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from nbclaude.render.calls import CALL_TYPES, ToolCall, is_result
from nbclaude.render.fragments import fold_html, json_html, long_markdown
from nbclaude.render.links import escaped_markdown
from nbclaude.render.pages import Part
from nbclaude.render.results import BECAME

__all__ = ["BlockSection"]

_MORE = 8  # times the characters of a page of text: folds are many characters and few lines


class _OtherBlock:
    """A block that is no call: a line or a fold, and what a block that nobody knows holds as JSON."""

    def __init__(self, block: Mapping[str, Any]) -> None:
        self._block = dict(block)
        self._drawn = ""
        self.is_complete = False

    def feed(self, delta: Mapping[str, Any]) -> None:
        """Take the next delta: those that are not known carry fields of the block."""
        self._block.update({key: value for key, value in delta.items() if key != "type"})
        self._drawn = ""

    def end(self) -> None:
        """Note that it is complete."""
        self.is_complete = True

    @property
    def is_behind(self) -> bool:
        """It never is."""
        return False

    def html(self, *, is_final: bool, catch_up: bool = False) -> str:
        """Build the line or the fold."""
        self._drawn = self._drawn or fold_html(escape(self._title, quote=False), self._body_html())
        return self._drawn

    @property
    def markdown(self) -> str:
        """The block in a line."""
        return f"*{escaped_markdown(self._title)}*"

    @property
    def _title(self) -> str:
        match self._block:
            case {"type": "compaction"}:
                return "The conversation was compacted"
            case {"type": "fallback", "from": {"model": str(asked)}, "to": {"model": str(answered)}}:
                return f"Answered by {answered} instead of {asked}{self._trigger()}"
            case {"type": "container_upload", "file_id": str(file_id)}:
                return f"A file was put into the container: {file_id}"
            case {"type": str(kind)} if kind:
                name = self._block.get("name")
                return (
                    f"{kind.replace('_', ' ')}: {name}" if isinstance(name, str) else kind.replace("_", " ")
                )
            case _:
                return "A block of an unknown kind"

    def _trigger(self) -> str:
        trigger = self._block.get("trigger")
        if not isinstance(trigger, Mapping) or not trigger.get("type"):
            return ""
        reason = " ".join(str(trigger[key]) for key in ("type", "category") if trigger.get(key))
        return f" ({reason.replace('_', ' ')})"

    def _body_html(self) -> str:
        match self._block:
            case {"type": "compaction", "content": str(content)} if content.strip():
                return long_markdown(content)
            case {"type": "compaction" | "container_upload"}:
                return ""
            case {"type": "fallback", "from": {"model": str()}, "to": {"model": str()}}:
                return ""
            case _:
                rest = {key: value for key, value in self._block.items() if key not in ("type", "name", "id")}
                return json_html(rest) if rest else ""


class BlockSection:
    """Blocks in a row, on one page: twenty calls of a tool do not make twenty outputs."""

    def __init__(self, calls: dict[str, ToolCall]) -> None:
        # The calls of the whole answer, by id: a result may come after text that followed its call.
        self._calls = calls
        self._items: list[ToolCall | _OtherBlock] = []
        self._by_index: dict[int, ToolCall | _OtherBlock] = {}
        self._laid = 0  # items that are settled
        self._laid_size = 0  # characters of them in the last part
        self._pending: set[ToolCall | _OtherBlock] = set()  # items that are not
        self._starts: list[int] = []  # the first item of each part
        self.parts: list[Part] = []

    def add(self, index: int, block: Mapping[str, Any]) -> None:
        """Take the start of content block `index`."""
        if is_result(block):
            call = self._calls.get(str(block.get("tool_use_id")))
            if call is not None and call.result is None and call in self._pending:
                call.answer(block)
                return
            if block.get(BECAME) == "not run":
                return  # the approval card, or the line below, says so already
            item: ToolCall | _OtherBlock = ToolCall.of_result(block, call)
        elif str(block.get("type")) in CALL_TYPES:
            item = ToolCall(block)
            self._calls[str(block.get("id"))] = item
        else:
            item = _OtherBlock(block)
        self._items.append(item)
        self._pending.add(item)
        self._by_index[index] = item

    def feed(self, index: int, delta: Mapping[str, Any]) -> None:
        """Take a delta of content block `index`."""
        if index in self._by_index:
            self._by_index[index].feed(delta)

    def end_block(self, index: int, at: float) -> None:
        """Note that content block `index` is complete."""
        if index in self._by_index:
            self._by_index.pop(index).end()

    def begin_part(self) -> Part:
        """Begin the part on a new page."""
        self.parts.append(Part())
        self._laid_size = 0
        self._starts.append(self._laid)
        return self.parts[-1]

    @property
    def is_behind(self) -> bool:
        """Whether a little of what has come is not laid yet."""
        return any(item.is_behind for item in self._pending)

    def lay(self, limit: float, *, catch_up: bool = False, at_most: int | None = None) -> bool:
        """Bring the folds up to date; tell whether so many are complete that their page is full."""
        part = self.parts[-1]
        while self._laid < len(self._items) and self._items[self._laid].is_complete:
            item = self._items[self._laid]
            part.settled.append(item.html(is_final=True))
            self._laid += 1
            self._laid_size += len(part.settled[-1])
            self._pending.discard(item)
            if self._laid_size >= _MORE * limit:
                part.tail = ""
                part.source = self._source(self._starts[-1], self._laid)
                return True
        left = self._items[self._laid :]
        part.tail = "".join(item.html(is_final=False, catch_up=catch_up) for item in left)
        return False

    def close(self, *, portions: int | None = None) -> list[Part]:
        """Settle all folds: what has no result now will not get one."""
        changed = []
        ends = [*self._starts[1:], len(self._items)]
        for part, start, end in zip(self.parts, self._starts, ends, strict=True):
            html = "".join(item.html(is_final=True) for item in self._items[start:end])
            part.source = self._source(start, end)
            if part.replace(html):
                changed.append(part)
        return changed

    def _source(self, start: int, end: int) -> str:
        return "\n\n".join(item.markdown for item in self._items[start:end]) + "\n"
