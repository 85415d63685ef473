"""A notebook that is executed without a front end, and exported: nbclient, nbconvert."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter, MarkdownExporter

from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator
from tests.kernel.environment import clean_environment

ANSWER = "# Title\n\n| a | b |\n|---|---|\n| 1 | $x^2$ |\n\n```python\nx = 1\n```\n"


def executed(simulator: Simulator, cells: list[str], home: object) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, timeout=150, kernel_name="python3", allow_errors=True)
    environment = clean_environment(home) | {
        "ANTHROPIC_BASE_URL": simulator.base_url,
        "ANTHROPIC_API_KEY": "k",
    }
    return client.execute(env=environment)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_an_executed_notebook_holds_and_exports_the_answer(simulator: Simulator, tmp_path: object) -> None:
    fault = HTTPFault(400, "invalid_request_error", "not this")
    simulator.enqueue(Answer(ANSWER, pace=Pace(100, 10)), "second", fault)
    cells = ["%load_ext nbclaude", "%%claude\nGo", "%claude and then?", "%%claude\nfails", "_claude"]
    notebook = executed(simulator, cells, tmp_path)
    sheet, output = notebook.cells[1].outputs
    assert "application/javascript" in sheet.data  # the look of the page, which text leaves out
    assert output.data["text/markdown"] == output.data["text/plain"] == ANSWER
    assert len(simulator.requests[1].messages) == 3
    (error,) = notebook.cells[3].outputs
    assert error.ename == "BadRequestError"
    sheet, value = notebook.cells[4].outputs
    assert "application/javascript" in sheet.data and value.output_type == "execute_result"
    assert value.data["text/html"].startswith('<div class="nbclaude nbclaude-first">')
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert "<h1>Title</h1>" in html and 'data-language="python"' in html and "\\(x^2\\)" in html
    markdown, _ = MarkdownExporter().from_notebook_node(notebook)
    assert "Title" in markdown and "second" in markdown and "font-size" not in markdown
