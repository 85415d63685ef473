"""Renders a table while it grows row by row: a row that is complete is parsed once.

A row depends on the head of its table and on nothing else, so the cost of a long table is linear, however often it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it.token import Token

__all__ = ["GrowingTable"]

Parse = Callable[[str], list[Token]]
Render = Callable[[Sequence[Token]], str]


class GrowingTable:
    """A table whose source is the end of a text: `begin` with all of it, then `grow` by what has been added."""

    def __init__(self, head: str, html: str) -> None:
        self._head = head
        self._head_html = html
        self._rows: list[str] = []
        self.read_to = len(head)  # how much of the source is rendered for good

    @classmethod
    def begin(cls, source: str, first: int, tokens: Sequence[Token], render: Render) -> GrowingTable | None:
        """Begin with a table that was parsed already, on line `first`; None if the tokens are not those of one table alone."""
        blocks = [token for token in tokens if token.level == 0 and token.nesting >= 0]
        head = next((index for index, token in enumerate(tokens) if token.type == "thead_close"), None)
        if head is None or [block.type for block in blocks] != ["table_open"]:
            return None
        lines = source.split("\n")
        return cls("\n".join(lines[: first + 2]) + "\n", render(tokens[: head + 1]))

    def grow(self, source: str, shown: str, parse: Parse, render: Render) -> str | None:
        """Return the HTML of the table; None if it is not a table alone any more.

        `source` is all of the text, `shown` what of its last line can be shown.
        """
        complete = source.rfind("\n") + 1
        if complete > self.read_to:
            rows = self._rows_of(source[self.read_to : complete], parse, render)
            if rows is None:
                return None
            self._rows.append(rows)
            self.read_to = complete
        last = self._rows_of(shown, parse, render) if shown.strip() else ""
        if last is None:
            return None
        body = "".join(self._rows) + last
        self._rows = ["".join(self._rows)]
        return self._head_html + (f"<tbody>\n{body}</tbody>\n" if body else "") + "</table></div>\n"

    def _rows_of(self, rows: str, parse: Parse, render: Render) -> str | None:
        tokens = parse(self._head + rows)
        kinds = [token.type for token in tokens]
        if not kinds or kinds[-1] != "table_close" or sum(token.level == 0 for token in tokens) != 2:
            return None
        if "\n\n" in rows or rows.startswith("\n"):
            return None
        if "tbody_open" not in kinds:
            return ""
        return render(tokens[kinds.index("tbody_open") + 1 : -2])
