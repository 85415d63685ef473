"""The text of an answer comes in, piece by piece; HTML of its settled blocks, each rendered once, and of its tail goes out.

A block is settled when another top-level block has begun on a complete line after it: CommonMark reads line by line, and
what it has closed it never opens again. What may still change a settled block is a link reference or a footnote that
is defined later; hence `close`, whose rendering of the whole text is the authority.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it.token import Token

from nbclaude.render.citations import Citations
from nbclaude.render.highlight import CodeHighlighter
from nbclaude.render.markdown import build_parser
from nbclaude.render.maths import NOTE_RULE
from nbclaude.render.unfinished import presentable

__all__ = ["Advance", "MarkdownStream", "SettledBlock"]

_FOOTNOTE_MARK = re.compile(r"\[\^([^\]\s]+)\]")


@dataclass(frozen=True, slots=True)
class SettledBlock:
    """One top-level block that will not change: where it ends in the text (in characters), and its HTML."""

    end: int
    html: str


@dataclass(frozen=True, slots=True)
class Advance:
    """What a look at the growing text gives: the blocks that have settled since the last one, and the tail's HTML."""

    settled: tuple[SettledBlock, ...]
    tail: str


class MarkdownStream:
    """Incremental renderer: `feed` text, `advance` as often as you paint, then `close`."""

    def __init__(
        self, document_id: str = "", citations: Citations | None = None, macros: frozenset[str] = frozenset()
    ) -> None:
        self._highlighter = CodeHighlighter()
        self._parser = build_parser(self._highlighter, citations, macros)
        # Until the end is known, footnotes stay where they are written, and none of ours is added.
        self._draft_parser = build_parser(self._highlighter, citations, macros)
        self._draft_parser.disable(["footnote_tail", NOTE_RULE])
        self._environment: dict[str, Any] = {"docId": document_id}
        self._document_id = document_id
        self._pieces: list[str] = []
        self._tail = ""
        self._tail_html = ""
        self._settled_to = 0

    def feed(self, text: str) -> None:
        """Take the next piece of the text; costs nothing until somebody looks."""
        self._pieces.append(text)

    def advance(self) -> Advance:
        """Render what has come since the last call: the blocks that are settled now, and the tail."""
        if not self._pieces:
            return Advance((), self._tail_html)
        self._tail += "".join(self._pieces)
        self._pieces.clear()
        text = presentable(self._tail)
        environment = self._environment_for(text)
        tokens = self._draft_parser.parse(text, environment)
        line_starts = _line_starts(text)
        complete = self._tail.rfind("\n") + 1
        starts = [
            (index, line)
            for index, line in _top_level_starts(tokens)
            if _begins_for_sure(tokens[index], text[: line_starts[line]], complete)
        ]
        settled: list[SettledBlock] = []
        for (token_index, _), (next_index, next_line) in itertools.pairwise(starts):
            html = self._render(tokens[token_index:next_index], environment)
            settled.append(SettledBlock(self._settled_to + line_starts[next_line], html))
        rest = tokens
        if settled:
            last_index, last_line = starts[-1]
            self._keep_definitions(environment, tokens[:last_index], last_line)
            self._tail = self._tail[line_starts[last_line] :]
            self._settled_to = settled[-1].end
            rest = tokens[last_index:]
        _mark_open_fence(rest)
        self._tail_html = self._render(rest, environment)
        return Advance(tuple(settled), self._tail_html)

    def close(self, text: str, boundaries: Sequence[int]) -> list[str]:
        """Render the whole `text` at once and cut it where the pages were cut.

        `boundaries` are positions in characters, ascending; the result has one piece of HTML more than there are
        boundaries, and their concatenation is what `MarkdownIt.render(text)` gives.
        """
        environment: dict[str, Any] = {"docId": self._document_id}
        tokens = self._parser.parse(text, environment)
        line_starts = _line_starts(text)
        pieces: list[str] = []
        begin = 0
        starts = _top_level_starts(tokens)
        for boundary in boundaries:
            cut = next((index for index, line in starts if line_starts[line] >= boundary), None)
            if cut is None:
                # Only notes, which have no line of their own, come after it.
                cut = next(
                    (
                        i
                        for i, token in enumerate(tokens)
                        if token.type in ("footnote_block_open", "math_note")
                    ),
                    len(tokens),
                )
            cut = max(cut, begin)
            pieces.append(self._render(tokens[begin:cut], environment))
            begin = cut
        pieces.append(self._render(tokens[begin:], environment))
        return pieces

    def _render(self, tokens: Sequence[Token], environment: dict[str, Any]) -> str:
        html: str = self._parser.renderer.render(tokens, self._parser.options, environment)
        return html

    def _environment_for(self, text: str) -> dict[str, Any]:
        """What settled text has defined, plus a note for every mark: a mark that has no note in the end is rare."""
        environment = copy.deepcopy(self._environment)
        environment["draft"] = True
        notes = environment.setdefault("footnotes", {"refs": {}, "list": {}})["refs"]
        for label in _FOOTNOTE_MARK.findall(text):
            notes.setdefault(":" + label, -1)
        return environment

    def _keep_definitions(self, environment: dict[str, Any], settled: Sequence[Token], to_line: int) -> None:
        """Keep what the settled lines have defined or used: link references, and the numbers of notes."""
        references = self._environment.setdefault("references", {})
        for label, reference in environment.get("references", {}).items():
            if label not in references and reference["map"][1] <= to_line:
                references[label] = {**reference, "map": [-1, -1]}
        notes = self._environment.setdefault("footnotes", {"refs": {}, "list": {}})
        for token in settled:
            for child in token.children or ():
                if child.type == "footnote_ref":
                    note = child.meta["id"]
                    notes["refs"][":" + child.meta["label"]] = note
                    count = notes["list"].get(note, {"count": 0})["count"]
                    notes["list"][note] = {"label": child.meta["label"], "count": count + 1}


def _top_level_starts(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where the top-level blocks begin: (index of the token, number of its line)."""
    return [
        (index, token.map[0])
        for index, token in enumerate(tokens)
        if token.level == 0 and token.nesting >= 0 and token.map is not None
    ]


def _line_starts(text: str) -> list[int]:
    """The position of every line, and the end of the text; markdown-it reads every line end as a newline."""
    return [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text)), len(text)]


def _begins_for_sure(token: Token, before: str, complete: int) -> bool:
    """Tell whether a block begins here whatever comes; `complete` is where the last complete line ends."""
    if len(before) >= complete:
        return False  # its line is still being written
    is_open_formula = token.type == "math_display" and token.meta.get("open")
    # One that never ends is no formula, but a line of the paragraph that it stands under.
    return not is_open_formula or not before.strip() or before.endswith("\n\n")


def _mark_open_fence(tokens: Sequence[Token]) -> None:
    for token in tokens[-1:]:
        if token.type == "fence":
            token.meta["open"] = True
