"""The recorded streams and replies of real servers, kept outside the repository; without them their tests are skipped.

They are looked for in `$NBCLAUDE_RECORDED`, else in `../shared/recorded` relative to the repository's root.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["CHUNK_SIZES", "chunks", "json_files", "parameters", "stream_files"]

CHUNK_SIZES = [1, 2, 3, 7, None]
_ROOT = Path(__file__).parents[2]
_PLACE = Path(os.environ.get("NBCLAUDE_RECORDED") or _ROOT.parent / "shared" / "recorded")
_REASON = "no recorded streams: put them into ../shared/recorded beside the repository, or name their folder in NBCLAUDE_RECORDED"


def stream_files() -> list[Path]:
    return sorted(_PLACE.glob("*.sse"))


def json_files() -> list[Path]:
    return sorted((_PLACE / "json").glob("*.json"))


def parameters(paths: list[Path]) -> list[Any]:
    """Make test parameters of the files, or a single one that is skipped and says why."""
    if not paths:
        return [pytest.param(None, marks=pytest.mark.skip(reason=_REASON), id="none")]
    return [pytest.param(path, id=path.stem) for path in paths]


def statuses() -> dict[str, int]:
    """Read the HTTP status of every file from the index, by the file's name."""
    index = _PLACE / "INDEX.tsv"
    rows = [line.split("\t") for line in index.read_text("utf-8").split("\n")[1:]] if index.exists() else []
    return {row[0]: int(row[4]) for row in rows if len(row) > 4 and row[4].isdigit()}


def chunks(data: bytes, size: int | None) -> Iterator[bytes]:
    """Cut `data` into chunks; None is one chunk."""
    for start in range(0, len(data), size or max(1, len(data))):
        yield data[start : start + (size or len(data))]


def plain_events(data: bytes) -> list[Any]:
    """Read a stream in the plainest way: blank lines between events, `json` for the data. Shares no code with the product."""
    text = data.decode("utf-8").replace("\r\n", "\n")
    found = []
    for block in text.split("\n\n"):
        values = [line[5:] for line in block.split("\n") if line.startswith("data:")]
        joined = "\n".join(values).strip()
        if joined and joined != "[DONE]":
            found.append(json.loads(joined))
    return found
