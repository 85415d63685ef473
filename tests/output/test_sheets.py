"""What nbconvert makes of an answer: no style sheet in text, one block of HTML in Markdown, the whole look on a page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from markdown_it import MarkdownIt

from nbclaude.output import open_display, show_table
from nbclaude.output.bundles import show_bundle
from nbclaude.render.footer import Footer
from nbclaude.render.sheet import divided, sheet_script, without_blank_lines
from nbclaude.render.style import STYLE
from nbclaude.saved.styles import may_hide
from nbclaude.saved.visible import View
from nbclaude.wire.events import BlockDelta
from tests.later import later

nbconvert = later("nbconvert")
nbformat = later("nbformat")

ANSWER = (
    "# Title\n\n| a | b |\n|---|---|\n| 1 | $x^2$ |\n\n```python\nx = 1\n\n\n  \ny = 2\n```\n\nThe *end*.\n"
)
FOOTER = Footer(("12 tokens in", "345 out", "$0.0021", "3.4 s"), model="claude-sonnet-5-5", name="Sonnet 5.5")

pytestmark = pytest.mark.filterwarnings("error")


class FrontEnd:
    """A shell whose cells are run by a front end that tells this."""

    def __init__(self, *, stdin: bool = False, cell: str | None = None) -> None:
        self.display_pub = CapturingDisplayPublisher()
        metadata = {"cellId": cell} if cell else {}
        self.parent = {"header": {"msg_id": "1"}, "metadata": metadata, "content": {"allow_stdin": stdin}}
        self.kernel = object()
        self.user_ns: dict[str, Any] = {}

    def get_parent(self) -> Any:
        return self.parent

    def answer(self, text: str = ANSWER, source: str = "") -> None:
        display = open_display(self, source=source)  # type: ignore[arg-type]
        display.begin()
        display.show([BlockDelta(0, {"type": "text_delta", "text": text})])
        display.finish(FOOTER)

    @property
    def outputs(self) -> list[dict[str, str]]:
        """What the notebook keeps: each output as it was shown last."""
        kept: dict[str, dict[str, str]] = {}
        for message in self.display_pub.outputs:
            kept[(message["transient"] or {}).get("display_id", str(len(kept)))] = message["data"]
        return list(kept.values())

    def notebook(self) -> Any:
        outputs = [nbformat.v4.new_output("display_data", data) for data in self.outputs]
        cell = nbformat.v4.new_code_cell("%%claude\nGo", outputs=outputs)
        return nbformat.v4.new_notebook(cells=[cell])


def exported(exporter: Any, front_end: FrontEnd) -> str:
    text: str = exporter().from_notebook_node(front_end.notebook())[0]
    return text


@pytest.fixture
def executed() -> FrontEnd:
    return FrontEnd()


def test_markdown_has_the_answer_and_little_else(executed: FrontEnd) -> None:
    executed.answer()
    markdown = exported(nbconvert.MarkdownExporter, executed).replace("```\n%%claude\nGo\n```", "")
    (answer,) = re.findall(
        r'<div class="nbclaude-answer[^>]*>(.*)</div><div class="nbclaude-footer"', markdown, re.DOTALL
    )
    assert "<h1>Title</h1>" in answer and "3.4 s" in markdown
    assert len(markdown.encode()) - len(answer.encode()) <= 320
    assert "{" not in markdown and "style" not in markdown
    blocks = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(markdown)
    assert [token.type for token in blocks if token.content.strip()] == ["html_block"]


def test_rst_has_no_style_sheet(executed: FrontEnd) -> None:
    executed.answer()
    rst = exported(nbconvert.RSTExporter, executed)
    assert "<h1>Title</h1>" in rst and "font-size" not in rst and "const place" not in rst


def test_a_page_has_each_answers_own_style_sheet(executed: FrontEnd) -> None:
    executed.answer()
    _, answer = executed.outputs
    page = exported(nbconvert.HTMLExporter, executed)
    assert (
        page.count('<style class="nbclaude-sheet">') == 1
        and STYLE in page
        and "<h1>Title</h1>" in page
        and "\\(x^2\\)" in page
    )
    assert answer["text/html"].startswith('<div class="nbclaude nbclaude-first"><div class="nbclaude-answer ')


def test_an_answer_brings_all_of_its_look_when_it_is_the_only_one_kept() -> None:
    """Whatever else was in the notebook: the HTML of its cell is the same, style sheet included."""
    cells = []
    for number in range(3):
        front_end = FrontEnd()
        front_end.answer(f"Answer {number}: `code` and $x_{number}$")
        [cell] = front_end.notebook().cells
        cells.append({**cell, "id": f"cell-{number}"})
    kept = [cells[0] | {"outputs": []}, cells[1], cells[2] | {"outputs": []}]
    pages = []
    for notebook in (cells, kept):
        made = nbformat.v4.new_notebook(cells=[nbformat.from_dict(cell) for cell in notebook])
        page: str = nbconvert.HTMLExporter(template_name="basic").from_notebook_node(made)[0]
        part = page.partition("cell-1")[2].partition("cell-2")[0]
        pages.append(
            re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", part)
        )  # ids made by nbconvert
    assert pages[0] == pages[1]
    assert STYLE in pages[0] and "Answer 1: " in pages[0]


def test_what_stands_above_and_beside_an_answer(executed: FrontEnd) -> None:
    """A listing brings rules of its own; a table and a card bring the style sheet once more, since each may stand alone."""
    executed.answer("See line 1.", source="x = 1")
    kinds = [
        "application/javascript" if "application/javascript" in each else "text/html"
        for each in executed.outputs
    ]
    assert kinds == ["application/javascript", "text/html", "text/html"]
    show_table(executed, "Models", ["a"], [["1"]])  # type: ignore[arg-type]
    show_bundle(executed, html='<div class="nbclaude"><style>p{}</style>Yes</div>', text="Yes")  # type: ignore[arg-type]
    assert sum("application/javascript" in each for each in executed.outputs) == 3
    assert "<style" not in exported(nbconvert.MarkdownExporter, executed)


@pytest.mark.parametrize("told", [{"cell": "A", "stdin": True}, {"cell": "A", "stdin": False}])
def test_where_somebody_looks_the_style_sheet_stays_with_the_answer(told: dict[str, Any]) -> None:
    front_end = FrontEnd(**told)
    front_end.answer()
    (answer,) = front_end.outputs
    assert answer["text/html"].startswith(f'<div class="nbclaude"><style>{STYLE}</style>')


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<pre>a\n\nb</pre>", "<pre>a\n&#10;b</pre>"),
        ("<pre>a\n\n\n \t\nb\n</pre>\n", "<pre>a\n&#10;&#10; \t&#10;b\n</pre>\n"),
        ("<p>a\nb</p>\n<p>c</p>", "<p>a\nb</p>\n<p>c</p>"),
        ("a\n\n", "a\n&#10;"),
    ],
)
def test_blank_lines(html: str, expected: str) -> None:
    assert without_blank_lines(html) == expected


def test_only_our_own_html_is_divided() -> None:
    assert divided('<div class="nbclaude a"><style>p{}</style>b</div>') == (
        "p{}",
        '<div class="nbclaude a nbclaude-first">b</div>',
    )
    for other in (
        "<p>a</p>",
        '<p><div class="nbclaude"><style>p{}</style></div>',
        '<div class="nbclaude"><p></p></div>',
        "",
    ):
        assert divided(other) == ("", other)


def test_a_script_ends_where_it_should() -> None:
    """A page has the style sheet as it is; to a front end its line is a comment, and the next one quotes it."""
    comment, code = sheet_script('p::after{content:"a"}\nb{}').split("\n")
    assert comment.startswith('//</script><style class="nbclaude-sheet">p::after{content:"a"} b{}.jp-')
    assert comment.endswith("}</style><script>")
    assert 'textContent:"p::after{content:\\"a\\"} b{}.jp-' in code and "<" not in code


def test_saved_answers_of_each_kind_are_our_own() -> None:
    """Those with the style sheet in another output, and with today's."""
    answer = '<div class="nbclaude-answer mathjax_ignore tex2jax_ignore"><p>Yes.</p>\n</div></div>'
    for head in (
        '<div class="nbclaude nbclaude-first">',
        f'<div class="nbclaude"><style>{STYLE}</style>',
    ):
        view = View("%claude ?", [head + answer])
        assert view.is_own and view.hidden_in("Yes.", ["Yes."]) == "" and view.differs_from(["Yes."]) == ""
        assert not may_hide(head + answer)
    assert not View("%claude ?", [f'<div class="nbclaude"><style>{STYLE}p{{}}</style>{answer}']).is_own


@pytest.mark.parametrize("exporter", ["MarkdownExporter", "RSTExporter"])
def test_what_a_front_end_has_saved_is_exported_without_its_style_sheet(exporter: str) -> None:
    """The templates that the package installs remove it, and leave the outputs of others alone."""
    front_end = FrontEnd(cell="A", stdin=True)
    front_end.answer()
    notebook = front_end.notebook()
    data = notebook.cells[0].outputs[0].data
    _, without = divided(data["text/html"])
    others = [
        "<div><style>.dataframe {}</style>\n\n<table></table></div>",
        '<div class="nbclaude"><p><b class="x"><style>p {}</style></div>',
        '<div class="nbclaude">',
    ]
    for html in others:
        notebook.cells[0].outputs.append(nbformat.v4.new_output("display_data", {"text/html": html}))
    for kind in ("execute_result", "display_data"):
        notebook.cells[0].outputs.append(nbformat.v4.new_output(kind, {"text/plain": f"of kind {kind}"}))
    made = getattr(nbconvert, exporter)()
    text = made.from_notebook_node(notebook)[0]
    shown = [without, *others] if exporter == "MarkdownExporter" else [without.split("\n")[0]]
    assert all(html in text for html in shown)
    assert "font-size" not in text and text.count("<style>") == 2
    assert "of kind execute_result" in text and "of kind display_data" in text
    assert "<style>" in data["text/html"]
