"""What of a notebook's file is a saved answer, and what only lies beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbclaude.errors import ConfigurationError
from nbclaude.saved.notebook_file import read_notebook, strip_notebook

OFFER = {"offer": {"id": "a", "state": {}}}
LATER = {"version": 2, "answer": "b", "page": 0}
OURS = {"version": 1, "answer": "c", "page": 0, "turns": []}


def written(path: Path, *marks: Any) -> Path:
    outputs = [{"output_type": "display_data", "data": {}, "metadata": {"nbclaude": mark}} for mark in marks]
    cell = {"cell_type": "code", "id": "x", "source": "", "metadata": {}, "outputs": outputs}
    path.write_text(json.dumps({"cells": [cell]}))
    return path


def test_an_offer_is_not_an_answer_of_a_later_version(tmp_path: Path) -> None:
    file = read_notebook(written(tmp_path / "n.ipynb", OFFER, OURS, "damaged"))
    assert file.newer == 0
    assert len(file.answers) == 1
    assert read_notebook(written(tmp_path / "n.ipynb", OFFER, LATER)).newer == 1


def test_what_is_not_a_saved_answer_stays_when_answers_are_taken_out(tmp_path: Path) -> None:
    path = written(tmp_path / "n.ipynb", OFFER, OURS, LATER)
    assert strip_notebook(path) == 2
    outputs = json.loads(path.read_text())["cells"][0]["outputs"]
    assert [output["metadata"] for output in outputs] == [{"nbclaude": OFFER}, {}, {}]
    assert strip_notebook(path) == 0


@pytest.mark.parametrize(("content", "message"), [("{", "is not JSON"), ("[]", "it has no cells")])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=message):
        read_notebook(path)
    with pytest.raises(ConfigurationError, match="There is no file"):
        read_notebook(tmp_path / "other.ipynb")
