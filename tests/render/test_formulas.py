from __future__ import annotations

from pathlib import Path

import pytest

from nbclaude.render.formulas import formula_of, is_macro_name
from nbclaude.render.markdown import build_parser, render_markdown
from nbclaude.render.streaming import MarkdownStream
from nbclaude.render.tex_names import COMMANDS, ENVIRONMENTS
from tests.render.hostile_formulas import HOSTILE
from tests.render.html import assert_harmless, text

CORPUS = [
    line.replace(r"}\n", "}\n").replace(r"\\\n", "\\\\\n").replace(r"0\n", "0\n")
    for line in (Path(__file__).parent / "formulas.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def typeset(tex: str) -> str:
    return formula_of(tex, r"\]").tex


def test_the_corpus_is_large() -> None:
    assert len(set(CORPUS)) == len(CORPUS) >= 300


@pytest.mark.parametrize("tex", CORPUS)
def test_real_formulas_are_typeset(tex: str) -> None:
    for source in (f"$${tex}$$", f"\\[{tex}\\]", f"so\n\n$$\n{tex}\n$$\n\nthus"):
        html = render_markdown(source)
        assert html.count("tex2jax_process") == 1
        assert "<code" not in html
    if "\n" not in tex and "`" not in tex:
        html = render_markdown(f"so ${tex}$ follows")
        assert html.count("tex2jax_process") == 1
        assert "<code" not in html


@pytest.mark.parametrize("tex", HOSTILE)
def test_what_is_more_than_a_formula_is_shown_as_source(tex: str) -> None:
    assert typeset(tex) == ""
    html = render_markdown(f"$${tex}$$")
    assert_harmless(html)
    assert "tex2jax_process" not in html
    assert " ".join(tex.split()) in " ".join(text(html).split())


@pytest.mark.parametrize(
    ("tex", "sent"),
    [
        (r"\bm{x}", r"\boldsymbol{x}"),
        (r"\bmod", r"\bmod"),
        (r"\argmin_x", r"\operatorname*{argmin}_x"),
        (r"\require{cancel}\cancel{x}", r"\cancel{x}"),
        (r"\require{mhchem} \ce{H2O}", r"\ce{H2O}"),
        (r"\begin{align} x \label{a} \end{align}", r"\begin{align*} x  \end{align*}"),
        (r"\begin{equation*} x \end{equation*}", r"\begin{equation*} x \end{equation*}"),
        (r"\begin{aligned} x \end{aligned}", r"\begin{aligned} x \end{aligned}"),
    ],
)
def test_what_is_said_in_other_words(tex: str, sent: str) -> None:
    assert typeset(tex) == sent


@pytest.mark.parametrize(
    ("tex", "refused"),
    [
        (r"\def\x{y}", r"\def"),
        (r"a + \R", r"\R"),
        (r"\begin{evil}x\end{evil}", r"\begin{evil}"),
        (r"\hspace{900em}", r"\hspace"),
        (r"\color{a;b}", r"\color"),
        ("{x", ""),
        ("x" * 9000, ""),
    ],
)
def test_the_command_that_is_the_reason(tex: str, refused: str) -> None:
    assert formula_of(tex, r"\)") == type(formula_of("", ""))("", refused)


class TestMacrosOfTheNotebook:
    def test_a_name_that_is_allowed_is_typeset(self) -> None:
        assert formula_of(r"x \in \R^n", r"\)", frozenset({"R"})).tex == r"x \in \R^n"
        assert formula_of(r"x \in \Rn", r"\)", frozenset({"R"})).refused == r"\Rn"
        html = build_parser(macros=frozenset({"R"})).render(r"$\R$")
        assert r"\(\R\)" in html

    def test_it_wins_over_the_other_name(self) -> None:
        assert formula_of(r"\bm{x}", r"\)", frozenset({"bm"})).tex == r"\bm{x}"

    @pytest.mark.parametrize(
        "name", ["def", "require", "href", "x1", "", r"\R", "DeclarePairedDelimiter", "é"]
    )
    def test_names_that_cannot_be_allowed(self, name: str) -> None:
        assert not is_macro_name(name)

    def test_names_that_can(self) -> None:
        assert is_macro_name("R")
        assert is_macro_name("norm")


NOTE = '<p class="nbclaude-line">Shown as source: formulas with {} (may affect more than the formula it stands in).</p>\n'


class TestNote:
    def test_one_note_at_the_end_names_the_commands(self) -> None:
        html = render_markdown("$\\def\\x{y}$, $\\R$\n\n- $\\R$\n\nThe end.")
        assert html.count("nbclaude-line") == 1
        assert html.endswith("<p>The end.</p>\n" + NOTE.format(r"<code>\def</code>, <code>\R</code>"))

    def test_none_where_all_is_typeset_or_merely_broken(self) -> None:
        assert "nbclaude-line" not in render_markdown("$x$ and ${x$")

    def test_while_an_answer_grows_there_is_none(self) -> None:
        stream = MarkdownStream()
        source = "$\\R$ is a set.\n\n" + "And more.\n\n" * 3
        stream.feed(source)
        now = stream.advance()
        assert "nbclaude-line" not in "".join(block.html for block in now.settled) + now.tail
        pieces = stream.close(source, [16, 27])
        assert [piece.count("nbclaude-line") for piece in pieces] == [0, 0, 1]
        assert "".join(pieces) == render_markdown(source)


def test_the_lists_hold_no_name_that_defines() -> None:
    assert not {name for name in COMMANDS if not is_macro_name(name)}
    assert "tikzpicture" not in ENVIRONMENTS


@pytest.mark.parametrize(
    "piece", ["{", "}", "$", "\\", "\\(", "[", "\\begin{array}", "\\kern1em", "\\bbox[", "{$"]
)
def test_long_runs_are_read_in_one_go(piece: str) -> None:
    formula_of(piece * (7_900 // len(piece)), r"\)")
