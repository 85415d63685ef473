"""The table in docs/connections.md that says which server does what; each cell comes from a test that has tried it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ROWS", "SERVERS", "TABLE", "Cells", "cells_of", "table_of", "written_table"]

TABLE = Path(__file__).parents[2] / "docs" / "connections.md"
SERVERS = ("LiteLLM", "llama.cpp", "nginx", "mitmproxy")
ROWS = (
    "ask",
    "stream",
    "several turns",
    "system prompt",
    "stop",
    "images",
    "tools",
    "JSON (`--json`)",
    "models",
    "budget",
    "errors",
)
_BEGIN, _END = "<!-- generated: servers -->", "<!-- end -->"


class Cells(dict[tuple[str, str], str]):
    """What was seen, by row and server."""

    def note(self, row: str, server: str, seen: str) -> None:
        """Record what a test has seen."""
        assert row in ROWS and server in SERVERS
        self[row, server] = seen


def table_of(cells: Cells) -> str:
    """Write the table."""
    lines = [f"| | {' | '.join(SERVERS)} |", f"| :-- |{' :-- |' * len(SERVERS)}"]
    lines += [
        f"| {row} | {' | '.join(cells.get((row, server), '–') for server in SERVERS)} |" for row in ROWS
    ]
    return "\n".join(lines)


def cells_of(text: str) -> Cells:
    """Read the cells of the table in the documentation."""
    found = Cells()
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in _block(text).split("\n") if line
    ]
    for row, *seen in lines[2:]:
        named = zip(lines[0][1:], seen, strict=True)
        found.update(((row, server), cell) for server, cell in named if cell != "–")
    return found


def written_table(text: str, cells: Cells) -> str:
    """Put what was seen into the table of the documentation; servers that were not asked keep their cells."""
    before = cells_of(text)
    before.update(cells)
    head, begin, rest = text.partition(_BEGIN)
    return f"{head}{begin}\n{table_of(before)}\n{_END}{rest.partition(_END)[2]}"


def _block(text: str) -> str:
    return text.partition(_BEGIN)[2].partition(_END)[0]
