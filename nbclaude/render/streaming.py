"""Renders an answer's text as it arrives: HTML of its settled blocks, each rendered once, and of its tail.

A block is settled when another top-level block has begun on a complete line after it: CommonMark reads line by line, and
what it has closed it never opens again. What may still change a settled block is a link reference or a footnote that
is defined later; hence `close`, whose rendering of the whole text is the authority.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.token import Token

from nbclaude.frozen import frozen
from nbclaude.render.citations import Citations
from nbclaude.render.definitions import Definitions, defines_links
from nbclaude.render.dividing import parsing_cost
from nbclaude.render.growing_code import GrowingCode
from nbclaude.render.growing_table import GrowingTable
from nbclaude.render.growth import ALWAYS, has_grown
from nbclaude.render.highlight import CodeHighlighter
from nbclaude.render.listing import Listing
from nbclaude.render.markdown import build_parser, code_block_html
from nbclaude.render.maths import NOTE_RULE, REFUSED_BEFORE, refused_in
from nbclaude.render.unfinished import presentable, presentable_row, shared_length

__all__ = ["PORTION", "Advance", "MarkdownStream", "SettledBlock"]

_LINE_END = re.compile(r"\r\n|\n|\r")
_PIECE = 4_096  # characters
PORTION = 60_000  # of new text that is parsed at once, in characters of plain prose
_SHARE = 8
_ENDED_BY_BLANK = {"paragraph_open", "heading_open", "hr", "blockquote_open", "table_open", "fence"}
_SHARE_OF_CHEAP = 64  # of a code block, or a table that grows by rows
# A longer text is not rendered a second time because of what it defines late: that must not take longer than a stop may wait.
_MAX_AGAIN = 60_000


@frozen
class SettledBlock:
    """One top-level block that will not change: where it ends in the text (in characters), and its HTML."""

    end: int
    html: str


@frozen
class Advance:
    """What a look at the growing text gives: the blocks that have settled since the last one, and the tail's HTML."""

    settled: tuple[SettledBlock, ...]
    tail: str


class MarkdownStream:
    """Incremental renderer: `feed` text, `advance` as often as you paint, then `close`."""

    def __init__(
        self,
        document_id: str = "",
        citations: Citations | None = None,
        macros: frozenset[str] = frozenset(),
        listing: Listing | None = None,
    ) -> None:
        self._highlighter = CodeHighlighter()
        self._parser = build_parser(self._highlighter, citations, macros, listing)
        # Until the end is known, footnotes stay where they are written, and none of ours is added.
        self._draft_parser = build_parser(self._highlighter, citations, macros, listing)
        self._draft_parser.disable(["footnote_tail", NOTE_RULE])
        self._definitions = Definitions(document_id)
        self._fresh: deque[str] = deque()
        self._fresh_size = 0
        self._tail = ""
        self._tail_html = ""
        self._table: GrowingTable | None = None
        self._code: GrowingCode | None = None
        self._share = _SHARE
        self._settled: list[SettledBlock] = []
        self._settled_to = 0
        self._macros = macros
        self._refused: list[str] = []  # commands of formulas that have settled as source

    def feed(self, text: str) -> None:
        """Take the next piece of the text; costs nothing until somebody looks."""
        self._fresh += (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
        self._fresh_size += len(text)

    @property
    def behind(self) -> int:
        """How many characters were fed that are not rendered yet."""
        return self._fresh_size

    @property
    def is_behind(self) -> bool:
        """Whether something that was fed is not rendered yet, since it is little beside the block that it belongs to."""
        return self._fresh_size > 0

    @property
    def is_far_behind(self) -> bool:
        """Whether more was fed than is rendered at once."""
        return self._fresh_size > PORTION

    def advance(self, *, catch_up: bool = False, at_most: int | None = None) -> Advance:
        """Render what has come since the last call: the blocks that are settled now, and the tail.

        Of a long block, a little that has come may wait for the next call; `catch_up` renders it all the same. However much has
        come at once, it is parsed by the portion; `at_most` so many of them.
        """
        settled: list[SettledBlock] = []
        while at_most != 0 and (self._fresh if catch_up else self._is_worth_it):
            self._take_portion()
            if (html := self._grown_html()) is not None:
                self._tail_html = html
            else:
                settled += self._advance()
            at_most = None if at_most is None else at_most - 1
        return Advance(tuple(settled), self._tail_html)

    @property
    def _is_worth_it(self) -> bool:
        return has_grown(self._fresh_size, len(self._tail), self._share)

    def _take_portion(self) -> None:
        portion: list[str] = []
        cost = 0
        while self._fresh and (not portion or cost + parsing_cost(self._fresh[0]) <= PORTION):
            portion.append(self._fresh.popleft())
            cost += parsing_cost(portion[-1])
        self._tail += "".join(portion)
        self._fresh_size -= sum(map(len, portion))

    def _advance(self) -> list[SettledBlock]:
        source = _with_newlines(self._tail)
        text = presentable(source)
        environment = self._definitions.environment_for(text)
        tokens = self._draft_parser.parse(text, environment)
        self._definitions.note(environment)
        line_starts, tail_starts = _line_starts(text), _line_starts(self._tail)
        complete = source.rfind("\n", 0, shared_length(source, text)) + 1
        every = _top_level_starts(tokens)
        starts = [
            (index, line)
            for (before, _), (index, line) in itertools.pairwise([(-1, 0), *every])
            if _begins_for_sure(tokens, before, index, text, line_starts[line], complete)
        ]
        settled: list[SettledBlock] = []
        for (token_index, _), (next_index, next_line) in itertools.pairwise(starts):
            html = self._render(tokens[token_index:next_index], environment)
            settled.append(SettledBlock(self._settled_to + tail_starts[next_line], html))
        rest, to_line = tokens, 0
        if settled:
            last_index, to_line = starts[-1]
            self._definitions.keep(environment, tokens[:last_index], to_line)
            self._refused += refused_in(tokens[:last_index], self._macros)
            self._tail = self._tail[tail_starts[to_line] :]
            self._settled_to = settled[-1].end
            self._settled += settled
            rest = tokens[last_index:]
        _mark_open_fence(rest)
        self._tail_html = self._render(rest, environment)
        self._begin_growing(rest, to_line)
        is_cheap = self._table is not None or self._code is not None
        self._share = _SHARE_OF_CHEAP if is_cheap else _SHARE
        return settled

    def _begin_growing(self, tokens: Sequence[Token], from_line: int) -> None:
        """From here on, render a long table by its rows, and long code by its lines; the tail begins on line `from_line`."""
        self._table = self._code = None
        if len(self._tail) <= ALWAYS or not tokens or tokens[0].map is None:
            return
        first = tokens[0].map[0] - from_line
        self._code = GrowingCode.begin(self._tail, first, tokens)
        if tokens[0].type == "table_open" and "\r" not in self._tail:
            environment = self._definitions.environment_for("")
            self._table = GrowingTable.begin(
                self._tail, first, tokens, lambda tokens: self._render(tokens, environment)
            )

    def _grown_html(self) -> str | None:
        """Render the tail as the table or the code that has grown; None if it is neither."""
        if self._code is not None:
            token = self._code.grow(self._tail)
            return None if token is None else self._render([token], self._definitions.kept)
        return self._table_html()

    def _table_html(self) -> str | None:
        if self._table is None or "\r" in self._tail:
            return None
        line = self._tail[self._tail.rfind("\n") + 1 :]
        environment = self._definitions.environment_for(self._tail[self._table.read_to :])
        html = self._table.grow(
            self._tail,
            presentable_row(line),
            lambda text: self._draft_parser.parse(text, environment),
            lambda tokens: self._render(tokens, environment),
        )
        if html is None:
            self._table = None
        return html

    def close(self, text: str, boundaries: Sequence[int], *, portions: int | None = None) -> list[str]:
        """Render the whole `text` and cut it where the pages were cut.

        `boundaries` are positions in characters, ascending; the result has one piece of HTML more than there are
        boundaries, and their concatenation is what `MarkdownIt.render(text)` gives. What has settled is rendered again only
        where a definition may have changed it, and not in a very long text. Of what has come since the last look only so many
        `portions` are rendered, if somebody waits for the end, and the rest is shown as it came.
        """
        hurried = portions is not None
        if not self._settled and not hurried:
            return self._close_whole(text, boundaries)
        if portions != 0:
            self._take_portion()
        while self._fresh and not hurried:
            self._advance()
            self._take_portion()
        rest = "".join(self._fresh)
        is_whole = self._settled_to + len(self._tail) + len(rest) == len(text)
        is_long = len(text) > _MAX_AGAIN or hurried
        if is_whole and (is_long or not (self._definitions.has_any or "[^" in text)):
            environment = self._definitions.environment_for(self._tail) | {
                "draft": False,
                REFUSED_BEFORE: self._refused,
            }
            if "[^" in text:
                self._parser.disable("footnote_tail")  # the footnotes stay where they have settled
            tokens = self._parser.parse(self._tail, environment)
            if is_long or not defines_links(environment):
                rest_html = code_block_html(escape(rest, quote=False), "", rest) if rest else ""
                return self._cut_settled(boundaries, self._render(tokens, environment) + rest_html)
        return self._close_whole(text, boundaries)

    def _cut_settled(self, boundaries: Sequence[int], tail_html: str) -> list[str]:
        pieces: list[list[str]] = [[]]
        for block in self._settled:
            pieces[-1].append(block.html)
            if len(pieces) <= len(boundaries) and block.end >= boundaries[len(pieces) - 1]:
                pieces.append([])
        pieces[-1].append(tail_html)
        pieces += [[] for _ in range(len(boundaries) + 1 - len(pieces))]
        return ["".join(piece) for piece in pieces]

    def _close_whole(self, text: str, boundaries: Sequence[int]) -> list[str]:
        environment = self._definitions.none()
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


def _top_level_starts(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where the top-level blocks begin: (index of the token, number of its line)."""
    return [
        (index, token.map[0])
        for index, token in enumerate(tokens)
        if token.level == 0 and token.nesting >= 0 and token.map is not None
    ]


def _with_newlines(text: str) -> str:
    """Return a text with newlines as its only line ends; a last carriage return may yet become a part of one."""
    return text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _line_starts(text: str) -> list[int]:
    """The position of every line, and the end of the text; markdown-it reads every line end as a newline."""
    return [0, *(match.end() for match in _LINE_END.finditer(text)), len(text)]


def _begins_for_sure(
    tokens: Sequence[Token], before: int, index: int, text: str, start: int, complete: int
) -> bool:
    """Tell whether a block begins at `start` whatever comes; `complete` is where the last complete line ends.

    `before` is the token of the block above it, `index` its own.
    """
    if start >= complete:
        # Its line is still being written: it could go on with what stands above, unless a blank line has ended that.
        is_apart = not text[text.rfind("\n", 0, max(0, start - 1)) + 1 : start].strip(" \t\n")
        return before >= 0 and is_apart and tokens[before].type in _ENDED_BY_BLANK
    is_open_formula = tokens[index].type == "math_display" and tokens[index].meta.get("open")
    # One that never ends is no formula, but a line of the paragraph that it stands under.
    return not is_open_formula or not text[:start].strip() or text.endswith("\n\n", 0, start)


def _mark_open_fence(tokens: Sequence[Token]) -> None:
    for token in tokens[-1:]:
        if token.type == "fence":
            token.meta["open"] = True
