"""notebooks/figures.ipynb and notebooks/dataframes.ipynb: every cell runs, and what they say goes along (or stays home) does."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Execution, Kernel

pytestmark = pytest.mark.once

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = ["figures", "dataframes"]
AGAIN = re.compile(r"\[Image \d of this conversation again\.\]")


def cells_of(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]
    return found


@dataclass
class Run:
    """A notebook after its execution: what each cell showed, and the content blocks of the question that it sent."""

    executions: dict[str, Execution] = field(default_factory=dict)
    sent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)

    def texts(self, cell: str) -> list[str]:
        return [block["text"] for block in self.sent[cell] if block["type"] == "text"]

    def images(self, cell: str) -> list[bytes]:
        sources = [block["source"] for block in self.sent[cell] if block["type"] == "image"]
        return [
            self.uploads[source["file_id"]] if source["type"] == "file" else base64.b64decode(source["data"])
            for source in sources
        ]

    def shown(self, cell: str) -> list[bytes]:
        return [base64.b64decode(png) for png in self.executions[cell].data("image/png")]

    def receipt(self, cell: str) -> str:
        """The line that is folded under the answer."""
        [summary] = re.findall(
            r"<details[^>]*nbclaude-receipt[^>]*><summary>(.*?)</summary>", self.executions[cell].html
        )
        return str(summary)


def execute(kernel: Kernel, name: str) -> Run:
    """Execute a notebook in its folder, on a simulator whose requests can be read: all but the cell that starts the demo."""
    kernel.reset()
    done = Run()
    with Simulator() as simulator:
        kernel.run(
            f"%cd -q {NOTEBOOKS}\nimport os\nos.environ['ANTHROPIC_BASE_URL'] = {simulator.base_url!r}\n"
            "os.environ['ANTHROPIC_API_KEY'] = 'sk-ant-simulator'"
        )
        for cell in cells_of(name):
            if cell["cell_type"] != "code" or cell["id"] == "demo":
                continue
            before = len(simulator.message_requests)
            done.executions[cell["id"]] = kernel.run("".join(cell["source"]), cell_id=cell["id"], timeout=150)
            for request in simulator.message_requests[before:]:
                done.sent[cell["id"]] = request.messages[-1]["content"]
                done.bodies.append(request.body.decode())
        done.uploads = {upload.id: upload.data for upload in simulator.files}
        kernel.run(f"%cd -q {kernel.home}\nif 'folder' in globals():\n    folder.cleanup()")
    return done


@pytest.fixture(scope="module")
def figures(shared_kernel: Kernel) -> Run:
    return execute(shared_kernel, "figures")


@pytest.fixture(scope="module")
def dataframes(shared_kernel: Kernel) -> Run:
    return execute(shared_kernel, "dataframes")


@pytest.mark.parametrize(("name", "meant_to_fail"), [("figures", set()), ("dataframes", {"typo", "mistake"})])
def test_no_cell_fails_except_those_meant_to(
    request: pytest.FixtureRequest, name: str, meant_to_fail: set[str]
) -> None:
    run: Run = request.getfixturevalue(name)
    assert {cell for cell, execution in run.executions.items() if not execution.ok} == meant_to_fail
    tagged = {cell["id"] for cell in cells_of(name) if "raises-exception" in cell["metadata"].get("tags", [])}
    assert tagged == meant_to_fail
    # What IPython calls a usage error is no error to the kernel: it is printed. So are warnings.
    assert {cell: done.stderr for cell, done in run.executions.items() if done.stderr} == {}


class TestFigures:
    def test_each_cell_sends_what_it_says(self, figures: Run) -> None:
        assert {cell: len(figures.images(cell)) for cell in figures.sent} == {
            "ask": 1,
            "plot-and-ask": 1,
            "earlier": 0,
            "ask-facts": 1,
            "ask-several": 2,
            "ask-named": 1,
            "ask-again": 0,
            "ask-panel": 1,
            "animation": 3,
            "ask-file": 1,
        }

    def test_figures_arrive_as_they_were_shown(self, figures: Run) -> None:
        assert figures.images("ask") == figures.shown("plot")
        assert figures.images("plot-and-ask") == figures.shown("plot-and-ask")
        assert figures.images("ask-several") == figures.shown("several")
        # A figure that is not on the screen, and the picture in a file: as large as they were drawn.
        assert Image.open(io.BytesIO(figures.images("ask-file")[0])).size == (1000, 600)
        assert figures.shown("named") == []
        [scatter] = figures.images("ask-named")
        assert Image.open(io.BytesIO(scatter)).format == "PNG"

    def test_a_figure_again_is_not_sent_twice(self, figures: Run) -> None:
        assert any(AGAIN.fullmatch(text) for text in figures.texts("earlier"))
        assert any(AGAIN.fullmatch(text) for text in figures.texts("ask-again"))
        assert figures.texts("ask-again")[-1] == "What about the dots far out on the right of [scatter]?"

    def test_the_gallery_has_the_numbers(self, figures: Run) -> None:
        [table] = figures.executions["gallery"].data("text/plain")
        assert re.findall(r"^(--fig \d) +figure(?: \d)? of cell (\d+)", table, re.MULTILINE) == [
            ("--fig 1", self.count(figures, "several")),
            ("--fig 2", self.count(figures, "several")),
            ("--fig 3", self.count(figures, "facts")),
            ("--fig 4", self.count(figures, "plot-and-ask")),
            ("--fig 5", self.count(figures, "plot")),
        ]

    def test_facts_and_numbers_go_along(self, figures: Run) -> None:
        plotted = next(text for text in figures.texts("ask-facts") if text.startswith("<plotted "))
        # Both questions can be answered from it: the median, and the year.
        assert (
            "\nx,whisker low,box low,median,box high,whisker high\ncoast,-2.431967213,-0.7325409836,"
            in plotted
        )
        assert re.search(r"^1997,[-.\d]+$", plotted, re.MULTILINE)
        assert "axs[1]: panel 2 of 2" in figures.texts("ask-panel")
        assert "years: frame 3 of 5" in figures.texts("animation")

    def test_a_dry_run_sends_nothing(self, figures: Run) -> None:
        assert "look" not in figures.sent
        assert figures.receipt("look").startswith("would be sent: figure 1 of cell ")

    def count(self, run: Run, cell: str) -> str:
        reply = run.executions[cell].reply
        assert reply is not None
        return str(reply["execution_count"])


ROWS = "0,Adelie,Torgersen,39.1,18.7,181,3750,male,2007"


class TestDataframes:
    def test_questions_arrive_with_names_in_the_place_of_data(self, dataframes: Run) -> None:
        assert {cell: dataframes.texts(cell)[-1] for cell in dataframes.sent} == {
            "ask": "Which columns of [penguins] would you use to tell the species apart?",
            "schema": "How would you fill in the missing values? [penguins:schema]",
            "rows": "Do these look right? [penguins:head 20]",
            "ask-visits": "What should I fix in [visits] before I count anything?",
            "ask-formats": "Are the penguins whose sex is not known lighter? [penguins:group species] "
            "[everyone:compare sexed]",
            "column": 'What is typical of [penguins["body_mass_g"]], in grams?',
            "call": "Which numbers are surprising? [penguins.describe()]",
            "ask-values": "What is 5076 - 3701?",
            "ask-two": "Which species of [penguins:schema] live on only one island? Counted: [islands:full]",
            "braces": 'Answer in JSON like {"heaviest": "Gentoo"}, write $\\frac{m}{\\bar{m}}$ for the ratio, '
            "and {penguins} for the table.",
            "raw": "What does {penguins} mean in an f-string of Python?",
            "explain": "What went wrong?",
            "ask-secret": "Is this configuration complete? [config]",
            "ask-personal": "Who keeps which island? [keepers]",
        }

    def test_data_go_along_in_the_form_that_was_asked_for(self, dataframes: Run) -> None:
        [summary, _question] = dataframes.texts("ask")
        assert "344 rows × 8 columns" in summary
        assert ROWS in summary
        [schema, _question] = dataframes.texts("schema")
        assert "body_mass_g: float64; 2 missing" in schema
        assert "Torgersen" not in schema
        [rows, _question] = dataframes.texts("rows")
        assert "19,Adelie,Torgersen,46,21.5,194,4200,male,2007" in rows
        assert "20,Adelie," not in rows
        [visits, _question] = dataframes.texts("ask-visits")
        for fact in (
            "unique by island, day: 114 of 171 combinations",
            "2024-03-01 … 2024-04-29, daily, 2 gaps, 57 distinct",
            "ordered: calm < rough < stormy; 1 of 3 categories unused: stormy",
            "Biscoe: 57, Dream: 56, 'Dream ': 1",
            "numbers as text with decimal commas but for 2; '12,50': 110, '14,00': 2, n/a: 2",
            "00:30:00 … 01:30:00, mean 00:55:00, median 00:45:00",
            "holds list of str, length 0 … 3",
        ):
            assert fact in visits
        [groups, compared, _question] = dataframes.texts("ask-formats")
        assert "Gentoo,124,47.5049," in groups
        assert "everyone: pandas DataFrame, 3 rows × 2 columns" in compared
        assert "body_mass_g: 2 of 3 rows differ, by at most 16.42 (species Adelie: " in compared
        assert "50%,44.45," in dataframes.texts("call")[0]
        assert [text.splitlines()[0] for text in dataframes.texts("ask-two")[:2]] == [
            '<data name="penguins:schema">',
            '<data name="islands:full">',
        ]

    def test_the_error_goes_along_with_its_cell(self, dataframes: Run) -> None:
        [cells, _question] = dataframes.texts("explain")
        assert 'penguins["year"].value_counts()' in cells
        assert "2009    120" in cells
        assert "ZeroDivisionError: division by zero" in cells
        assert "ZeroDivisionError" in dataframes.executions["explain"].html

    def test_what_stays_home_stays_home(self, dataframes: Run) -> None:
        sent = "\n".join(dataframes.bodies)
        for secret in ("AKIAIOSFODNN7EXAMPLE", "example.org", "example.com", "4711"):
            assert secret not in sent
        assert "masked in config: AWS key" in dataframes.executions["ask-secret"].html
        assert "masked in keepers" in dataframes.executions["ask-personal"].html
        assert "4711" not in dataframes.executions["ask-ignored"].html

    def test_a_misspelt_name_and_dry_runs_send_nothing(self, dataframes: Run) -> None:
        error = dataframes.executions["typo"].error
        assert error is not None
        assert "Did you mean {penguins}?" in error["evalue"]
        assert not {"typo", "look", "ask-ignored"} & set(dataframes.sent)
        assert dataframes.receipt("look").startswith("would be sent: penguins:full (")


@pytest.mark.parametrize("name", NAMES)
def test_they_are_committed_clean(name: str) -> None:
    ids = [cell["id"] for cell in cells_of(name)]
    assert len(set(ids)) == len(ids)
    assert [each for each in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", each)] == []
    for cell in cells_of(name):
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


@pytest.mark.parametrize(
    ("file", "columns", "rows"),
    [
        ("el-nino.csv", "month coast central", 732),
        (
            "penguins.csv",
            "species island bill_length_mm bill_depth_mm flipper_length_mm body_mass_g sex year",
            344,
        ),
    ],
)
def test_the_data_are_what_their_page_says(file: str, columns: str, rows: int) -> None:
    with (NOTEBOOKS / "data" / file).open(newline="", encoding="utf-8") as text:
        head, *body = csv.reader(text)
    assert (head, len(body)) == (columns.split(), rows)
    assert {len(row) for row in body} == {len(head)}
    page = (NOTEBOOKS / "data" / "README.md").read_text("utf-8")
    section = page.partition(f"## {file}")[2].partition("\n## ")[0]
    assert [name for name in head if f"`{name}`" not in section] == []
    assert f"| {rows} |" in page
    assert "public domain" in section
