"""A notebook keeps the style sheets of the version that saved it, and is restored by all later ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbclaude.saved.notebook_file import read_notebook
from nbclaude.saved.own_styles import CURRENT, KNOWN
from nbclaude.saved.packing import sha256
from nbclaude.saved.styles import may_hide
from nbclaude.workspace import Workspace
from tests.saved.forging import restored

RELEASED = sorted((Path(__file__).parent / "released").glob("*.ipynb"))


def test_every_style_sheet_is_known_by_its_hash() -> None:
    """What fails here is the line to add: see the docstring of `nbclaude/saved/own_styles.py`."""
    assert [
        f'"{sha256(each)}": {len(each):_},' for each in CURRENT if KNOWN.get(sha256(each)) != len(each)
    ] == []


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_what_earlier_versions_have_saved_is_restored(path: Path) -> None:
    assert restored(path, Workspace()) == ["What is a list?"]
    assert all(not told for told in [read_notebook(path).hiding])


@pytest.mark.parametrize(
    ("css", "hides"),
    [
        ("".join(CURRENT), False),
        (f"{CURRENT[0]} p{{display:none}}", True),
        (f"p{{display:none}} {CURRENT[0]}", True),
        (CURRENT[0].replace("1.6", "0"), True),
    ],
)
def test_sheets_that_are_not_quite_ours(css: str, hides: bool) -> None:
    """Sheets of ours, one behind the other, are ours. Anything before, between, behind or in them is not."""
    assert may_hide(f"<style>{css}</style>") is hides
