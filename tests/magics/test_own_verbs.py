"""Users' own verbs: made, asked in each way, kept, listed, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import nbclaude
from nbclaude.magics.calls import OWN_VERBS
from tests.magics.conftest import Notebook

MAKE = '%claude_verb review "Review this code for bugs; be brief" --max-tokens 77'


@pytest.fixture(autouse=True)
def profile(notebook: Notebook) -> Iterator[Path]:
    """Give the file of the profile; it is gone afterwards."""
    path = Path(notebook.shell.profile_dir.location) / "nbclaude_verbs.toml"
    yield path
    path.unlink(missing_ok=True)


def test_a_verb_asks_in_a_line_and_above_a_cell(notebook: Notebook) -> None:
    """Its text is the prompt; words of the line follow it, and what stands below goes along, not run."""
    assert notebook.run(MAKE) is None
    assert notebook.sent("%claude_review") == ["Review this code for bugs; be brief"]
    assert notebook.simulator.requests[-1].json["max_tokens"] == 77
    (prompt,) = notebook.sent("%claude_review --max-tokens 78 what about {x}?")
    assert prompt == "Review this code for bugs; be brief\n\nwhat about {x}?"
    assert notebook.simulator.requests[-1].json["max_tokens"] == 78
    notebook.sent("%%claude_review\nx = [1]  # why?\n1 / 0")
    assert "x = [1]  # why?\n1 / 0" in str(notebook.simulator.requests[-1].messages).replace("\\n", "\n")


def test_it_is_assigned_and_sees_local_names(notebook: Notebook) -> None:
    """As every magic that asks."""
    notebook.run(MAKE)
    code = "def f():\n    secretless = 41\n    r = %claude_review of {secretless}?\n    return r\nreply = f()"
    (prompt,) = notebook.sent(code)
    assert "41" in prompt
    assert notebook.value("reply").text


def test_text_below_the_line(notebook: Notebook) -> None:
    """A longer text has a cell of its own."""
    assert notebook.run("%%claude_verb haiku --max-tokens 50\nWrite a haiku.\n\nNo title.") is None
    assert notebook.sent("%claude_haiku") == ["Write a haiku.\n\nNo title."]


def test_keep_load_and_forget(notebook: Notebook, profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kept verb is there after the next load; a forgotten one is gone from the file, too."""
    assert notebook.run(f"{MAKE} --keep") is None
    assert f"kept in {profile}" in capsys.readouterr().out
    assert notebook.run('%claude_verb other "Say --keep."') is None
    nbclaude.unload_ipython_extension(notebook.shell)
    assert set() == OWN_VERBS
    assert "claude_review" not in notebook.shell.magics_manager.magics["line"]
    nbclaude.load_ipython_extension(notebook.shell)
    assert {"claude_review"} == OWN_VERBS
    assert notebook.sent("%claude_review") == ["Review this code for bugs; be brief"]
    assert notebook.run("%claude_verb --forget review") is None
    assert "[review]" not in profile.read_text("utf-8").splitlines()
    assert "this is not a verb of yours" in notebook.refused("%claude_verb --forget review")


def test_the_list(notebook: Notebook) -> None:
    """What it asks, its options, and whether it is kept."""
    notebook.run(f"{MAKE} --keep")
    notebook.run('%claude_verb other "Another"')
    notebook.shell.display_pub.outputs.clear()
    assert notebook.run("%claude_verbs") is None
    text = notebook.shell.display_pub.outputs[-1]["data"]["text/plain"]
    rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]
    assert ["%claude_review", "Review this code for bugs; be brief", "--max-tokens 77", "yes"] in rows
    assert ["%claude_other", "Another", "–", "no"] in rows


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%claude_verb", "makes a verb of your own"),
        ("%claude_verb review", "put its text in quotes"),
        ("%claude_verb review be brief", "put its text in quotes"),
        ('%claude_verb review ""', "its text is empty"),
        ('%claude_verb fix "x"', "%claude_fix is there already"),
        ('%claude_verb verb "x"', "%claude_verb is there already"),
        ('%claude_verb undo "x"', "%claude_undo is there already"),
        ('%claude_verb my-verb "x"', "a name has small letters"),
        ('%claude_verb a "x" --tempratur 1', "There is no option --tempratur"),
        ('%claude_verb a "x" more words', "only options of %claude may stand, not 'more words'"),
    ],
)
def test_usage(notebook: Notebook, line: str, said: str) -> None:
    """What is wrong is said, and no magic is made."""
    assert said in notebook.refused(line)
    assert set() == OWN_VERBS


def test_a_broken_file_does_not_keep_the_extension_from_loading(
    notebook: Notebook, profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named in one line."""
    profile.write_text("[review\n", "utf-8")
    nbclaude.unload_ipython_extension(notebook.shell)
    nbclaude.load_ipython_extension(notebook.shell)
    assert f"The verbs of your own are not loaded. {profile} is not valid TOML" in capsys.readouterr().out
    assert "is not valid TOML" in notebook.refused(f"{MAKE} --keep")
