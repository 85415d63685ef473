"""What goes along beside a figure: facts always, and the plotted numbers if they are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from nbclaude.context.references.scope import Scope
from nbclaude.magics.in_cell import first_words
from nbclaude.options import Options

from .conftest import Notebook

PLOT = """
import matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
figure, axes = pyplot.subplots()
axes.plot([1, 2, 3], [4.125, 5.25, 6.0625], label="volts")
axes.set(xlabel="t [s]", xlim=(0, 4), ylim=(0, 7))
"""


def texts(notebook: Notebook, code: str) -> list[str]:
    """Return the texts of the question that a cell sends, and where its images stand."""
    assert notebook.run(code) is None
    content: Any = notebook.simulator.requests[-1].json["messages"][-1]["content"]
    return [block.get("text") or block["type"] for block in content]


@pytest.mark.parametrize(
    "line",
    ["--fig-data 300 What", "--fig --fig-data 300 What", "--fig-data What", "-a figure --fig-data What"],
)
def test_a_question_about_exact_values_can_be_answered_from_the_request(
    notebook: Notebook, line: str
) -> None:
    notebook.run(PLOT)
    try:
        image, plotted, prompt = texts(notebook, f"%claude {line} is the value at t = 2?")
    finally:
        notebook.run("pyplot.close('all')")
    assert (image, prompt) == ("image", "What is the value at t = 2?")
    rows = dict(line.split(",") for line in plotted.splitlines() if line[:1].isdigit())
    assert rows == {"1": "4.125", "2": "5.25", "3": "6.0625"}


def test_without_it_the_facts_go_and_no_numbers(notebook: Notebook) -> None:
    notebook.run(PLOT)
    try:
        image, plotted, _ = texts(notebook, "%claude --fig What?")
        by_name = texts(notebook, "%claude --fresh --new {figure} What?")
    finally:
        notebook.run("pyplot.close('all')")
    facts = ["matplotlib", 'x: "t [s]", 0 to 4', "y: 0 to 7", 'line "volts": 3 points']
    assert (image, plotted.splitlines()[1:-1]) == ("image", facts)
    assert by_name[:2] == ["figure:", "image"]
    assert by_name[2].splitlines()[1:-1] == facts


def test_a_budget_that_holds_nothing_is_refused(notebook: Notebook) -> None:
    said = notebook.refused("%claude --fig-data 1 What?")
    assert "--fig-data" in said
    assert "0, or a number of characters from 200" in said


class Chart:
    """Stands for a figure of a library that paints slowly."""

    __module__ = "plotly.graph_objs._figure"


@pytest.mark.parametrize(
    ("options", "prompt", "words"),
    [
        (Options(), "What of {chart}?", "Painting the figure…"),
        (Options(), "What of {chart:repr} and {other}?", "Painting the figure…"),
        (Options(attach=("chart",)), "Why?", "Painting the figure…"),
        (Options(figures=("1",)), "Why?", "Painting the figure…"),
        (Options(), "What of {other}?", "Preparing what is attached…"),
        (Options(attach=("data.csv",)), "Why?", "Preparing what is attached…"),
        (Options(), "Why?", ""),
    ],
)
def test_the_first_words_say_what_takes_long(options: Options, prompt: str, words: str) -> None:
    assert first_words(options, prompt, Scope({"chart": Chart(), "other": 5})) == words
