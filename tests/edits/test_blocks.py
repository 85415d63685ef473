"""What becomes of the code blocks of an answer in a cell."""

from __future__ import annotations

import pytest

from nbclaude.edits import cell_of_block, corrected_cell
from nbclaude.edits.inserting import joined

CELLS = {
    "python": ("python", "x = 1\n", "x = 1"),
    "no language": ("", "x = 1", "x = 1"),
    "unknown language": ("pseudo", "do it", "do it"),
    "bash": ("bash", "ls", "%%bash\nls"),
    "sh": ("sh", "ls", "%%sh\nls"),
    "shell": ("shell", "ls", "%%bash\nls"),
    "sql": ("sql", "SELECT 1", "%%sql\nSELECT 1"),
    "html": ("html", "<b>x</b>", "%%html\n<b>x</b>"),
    "javascript": ("javascript", "alert(1)", "%%javascript\nalert(1)"),
    "js": ("js", "alert(1)", "%%javascript\nalert(1)"),
    "R": ("R", "x <- 1", "%%R\nx <- 1"),
    "r": ("r", "x <- 1", "%%R\nx <- 1"),
    "upper case": ("SQL", "SELECT 1", "%%sql\nSELECT 1"),
    "knitr": ("{r}", "x <- 1", "%%R\nx <- 1"),
    "has its magic": ("bash", "%%bash -e\nls", "%%bash -e\nls"),
    "python with a magic": ("python", "%%time\nf()", "%%time\nf()"),
    "session": ("pycon", ">>> x = 1\n>>> for i in x:\n...     i\n...\n1", "x = 1\nfor i in x:\n    i\n"),
    "session as python": ("python", ">>> x\n1", "x"),
    "console": ("console", "$ ls\na b\n$ pwd", "%%bash\nls\npwd"),
    "indented by the list it is in": ("python", "if x:\n    y", "if x:\n    y"),
}

CORRECTED = {
    "the only one": ("x = 1", [("python", "x = 2")], "x = 2"),
    "none": ("x = 1", [], None),
    "output beside it": ("x = 1", [("text", "1"), ("python", "x = 2")], "x = 2"),
    "shell beside it": ("import a", [("bash", "pip install a"), ("python", "import a")], "import a"),
    "the likeliest": (
        "def mean(a):\n    return sum(a) / len(b)",
        [("python", "mean([1])"), ("python", "def mean(a):\n    return sum(a) / len(a)")],
        "def mean(a):\n    return sum(a) / len(a)",
    ),
    "bash gets its magic back": ("%%bash -e\nls |", [("bash", "ls | wc")], "%%bash -e\nls | wc"),
    "sh is bash": ("%%bash\nls |", [("sh", "ls")], "%%bash\nls"),
    "sql": ("%%sql --con db\nSELCT 1", [("sql", "SELECT 1")], "%%sql --con db\nSELECT 1"),
    "another sql": ("%%sparksql\nSELCT 1", [("sql", "SELECT 1")], "%%sparksql\nSELECT 1"),
    "no language below a magic": ("%%html\n<b>", [("", "<b>x</b>")], "%%html\n<b>x</b>"),
    "time is left to the check": ("%%time\nx", [("python", "y")], "y"),
    "the line that asked": ("x = 1", [("python", "%%claude_edit annotate\nx = 1  # one")], "x = 1  # one"),
    "only shell": ("x = 1", [("bash", "pip install x")], None),
    "empty block": ("x = 1", [("python", "\n")], None),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_block_becomes_a_cell(name: str) -> None:
    """The code alone, with the cell magic that its language needs."""
    language, source, cell = CELLS[name]
    assert cell_of_block(language, source) == cell


@pytest.mark.parametrize("name", CORRECTED)
def test_the_corrected_cell(name: str) -> None:
    """The one block that is to take the place of the cell."""
    before, blocks, cell = CORRECTED[name]
    assert corrected_cell(blocks, before) == cell


def test_several_share_a_cell() -> None:
    """A blank comment line stands between; what would need a cell of its own is a comment."""
    assert joined(["a = 1", "b = 2"]) == "a = 1\n\n#\n\nb = 2"
    assert joined(["%%bash\nls"]) == "%%bash\nls"
    assert joined(["a = 1", "%%bash\nls\n\npwd"]) == "a = 1\n\n#\n\n# %%bash\n# ls\n#\n# pwd"
