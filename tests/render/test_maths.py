from __future__ import annotations

import re

import pytest

from nbclaude.render.formulas import formula_of
from nbclaude.render.markdown import render_markdown
from tests.render.html import assert_harmless, elements, text

OPEN = "mathjax_process tex2jax_process"


def inline(tex: str) -> str:
    return f'<span class="math {OPEN}">\\({tex}\\)</span>'


def display(tex: str, tag: str = "div") -> str:
    return f'<{tag} class="math display {OPEN}">\\[{tex}\\]</{tag}>'


def formulas(source: str) -> list[str]:
    """Find what the front end gets to typeset."""
    html = render_markdown(source)
    assert_harmless(html)
    return [
        found.strip()
        for found in re.findall(
            r"tex2jax_process\"(?: tabindex=\"0\")?>\\[(\[](.*?)\\[)\]]</", html, re.DOTALL
        )
    ]


class TestNotations:
    @pytest.mark.parametrize(
        ("source", "html"),
        [
            ("$x$", f"<p>{inline('x')}</p>\n"),
            (r"\(x\)", f"<p>{inline('x')}</p>\n"),
            ("$$x$$", f"{display('x')}\n"),
            (r"\[x\]", f"{display('x')}\n"),
            ("$$\nx\n$$", f"{display('x')}\n"),
            ("\\[\nx\n\\]", f"{display('x')}\n"),
            ("$$x\n= y$$", display("x\n= y") + "\n"),
            ("```math\nx < 1\n\n= y\n```\n- a", display("x &lt; 1\n= y") + "\n<ul>\n<li>a</li>\n</ul>\n"),
            ("~~~ math\n  x\n~~~", display("x") + "\n"),
            ("a $x$ b \\(y\\) c", f"<p>a {inline('x')} b {inline('y')} c</p>\n"),
            ("a $$x$$ b", f"<p>a {display('x', 'span')} b</p>\n"),
            (r"a \[x\] b", f"<p>a {display('x', 'span')} b</p>\n"),
            (r"$a < b \& c > d$", "<p>" + inline(r"a &lt; b \&amp; c &gt; d") + "</p>\n"),
            ("text\n$$x$$\ntext", f"<p>text</p>\n{display('x')}\n<p>text</p>\n"),
            ("$a_1$ and $b_2$", f"<p>{inline('a_1')} and {inline('b_2')}</p>\n"),
            (r"\( x \)", f"<p>{inline('x')}</p>\n"),
            ("**$x$**", f"<p><strong>{inline('x')}</strong></p>\n"),
            (r"$\text{if } x$", "<p>" + inline(r"\text{if } x") + "</p>\n"),
        ],
    )
    def test_html(self, source: str, html: str) -> None:
        assert render_markdown(source) == html

    @pytest.mark.parametrize(
        "source", ["```math\nx", "```math\n", "```math\n```", "```maths\nx\n```", "```math x\nx\n```"]
    )
    def test_a_fence_that_holds_no_formula(self, source: str) -> None:
        assert formulas(source) == []
        assert 'class="code"' in render_markdown(source)

    @pytest.mark.parametrize(
        ("tex", "is_wide"),
        [
            (r"\frac{\partial^2 u}{\partial t^2} = c^2 \nabla^2 u", False),
            (r"a &= b + c \\" * 20, False),
            ("a + b + c + d + " * 6, True),
        ],
    )
    def test_a_wide_formula_takes_the_focus_to_be_scrolled(self, tex: str, is_wide: bool) -> None:
        assert (
            'class="math display mathjax_process tex2jax_process" tabindex="0">'
            in render_markdown(f"$${tex}$$")
        ) is is_wide

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            (r"$\frac{a}{b}$", [r"\frac{a}{b}"]),
            (r"$a\$b$", [r"a\$b"]),
            (r"$x*y*z$", ["x*y*z"]),
            (r"$a_{i}b_{i}$", ["a_{i}b_{i}"]),
            (r"\(a_*b_*\)", ["a_*b_*"]),
            (r"$a \\ b$", [r"a \\ b"]),
            (
                "$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n$$",
                ["\\begin{aligned}\na &amp;= b \\\\\nc &amp;= d\n\\end{aligned}"],
            ),
            (r"$[a](b)$", ["[a](b)"]),
            (r"$2$", ["2"]),
            (r"$3x+1$", ["3x+1"]),
            (r"$2^{10} = 1024$", ["2^{10} = 1024"]),
            (r"$10\%$", [r"10\%"]),
            (r"$5 < x$", ["5 &lt; x"]),
            (r"$0.5\alpha$", [r"0.5\alpha"]),
            (r"$n!$", ["n!"]),
            (r"$-1$", ["-1"]),
            (r"$1,2,3$", ["1,2,3"]),
            (r"$2\pi r$", [r"2\pi r"]),
            (r"($x$)", ["x"]),
            (r"$-5 to $+5, ($x$)", ["x"]),
            (r"$X$Y and $\{$", ["X", r"\{"]),
            (r"$x$, $y$; $z$.", ["x", "y", "z"]),
            (r"$x$-axis", ["x"]),
            (r"the $k$th", ["k"]),
            (r"$k$NN, $AB$CD", ["k", "AB"]),
            (r"$1 \text{ km}$", [r"1 \text{ km}"]),
            (r"$3 \times 4$", [r"3 \times 4"]),
            (r"$2n$", ["2n"]),
            (r"$4ac$", ["4ac"]),
            (r"$2ab + c$", ["2ab + c"]),
            (r"$2xy = 6$", ["2xy = 6"]),
            (r"$2\sin x$", [r"2\sin x"]),
            (r"$10^{-3}$", ["10^{-3}"]),
            (r"$1/2$", ["1/2"]),
            (r"$95\%$ CI", [r"95\%"]),
        ],
    )
    def test_formulas(self, source: str, found: list[str]) -> None:
        assert formulas(source) == found

    @pytest.mark.parametrize(
        "source",
        [
            "- $x$\n- $y$",
            "1. $x$\n2. $y$",
            "> $x$ and $y$",
            "| $x$ | $y$ |\n|---|---|\n| 1 | 2 |",
            "| a | b |\n|---|---|\n| $x$ | $y$ |",
            "| a | b |\n|---|---|\n| \\(x\\) | \\(y\\) |",
            "# $x$ and $y$",
            "- [ ] $x$ and $y$",
            "*$x$* **$y$**",
            "[$x$](https://a.example) $y$",
            "$x$[^1] $y$\n\n[^1]: note",
        ],
    )
    def test_everywhere(self, source: str) -> None:
        assert formulas(source) == ["x", "y"]

    @pytest.mark.parametrize(
        "source",
        [
            "- a\n\n  $$\n  x\n  $$\n- b",
            "- a\n  $$\n  x\n  $$",
            "- a\n\n  \\[\n  x\n  \\]",
            "1. a\n   $$x$$",
            "> $$\n> x\n> $$",
            "> \\[\n> x\n> \\]",
            "- a\n  - b\n\n    $$\n    x\n    $$",
            "- $$x$$",
        ],
    )
    def test_display_inside_containers(self, source: str) -> None:
        assert formulas(source) == ["x"]

    def test_a_pipe_in_a_table_belongs_to_the_formula_when_escaped(self) -> None:
        assert formulas("| a |\n|---|\n| $\\|x\\|$ |") in (["|x|"], [r"\|x\|"])

    @pytest.mark.parametrize(
        "source",
        [
            "`$x$`",
            "`` \\(x\\) ``",
            "```\n$x$\n```",
            "    $x$ y\n",
            "```latex\n$$x$$\n```",
            r"\$x\$",
            "$$$$",
            "$ $",
            "$$",
            "$",
            r"\(\)",
            r"\[\]",
            r"\( \)",
        ],
    )
    def test_nothing_to_typeset(self, source: str) -> None:
        assert formulas(source) == []

    def test_a_formula_ends_with_its_paragraph(self) -> None:
        assert formulas("$$\na\n\nb\n$$") == []
        assert formulas("$a\n\nb$") == []

    def test_what_was_written_can_be_read_where_it_is_not_typeset(self) -> None:
        assert text(render_markdown("cost: $5 and $x")).strip() == "cost: $5 and $x"


PRICES = [
    "$HOME and $HOME/bin:$PATH",
    "$5 to $+6, ($7)",
    "It costs $5 and $10.",
    "from $5 to $10",
    "$5-$10",
    "$5–$10",
    "$5/$10",
    "$5, $10, $15",
    "$5 or $10",
    "($5) or ($10)",
    "between $1.50 and $2.75 per hour",
    "$1,000 and $2,000",
    "$1,000,000 vs. $2,000,000",
    "$5k and $10k",
    "$5M to $10M",
    "$1.5B or $2B",
    "$100 million and $200 million",
    "US$5 and US$10",
    "A$5 and A$10",
    "$5 per user, $10 per team",
    "$5/month or $50/year",
    "$5/mo. and $50/yr.",
    "$5 (was $10)",
    "**$5** instead of **$10**",
    "*$5* and *$10*",
    "| Plan | Price |\n|---|---|\n| A | $5 |\n| B | $10 |",
    "| $5 | $10 |\n|---|---|\n| $15 | $20 |",
    "- $5\n- $10",
    "- $5 for A, $10 for B",
    "$0.10 in / $0.50 out",
    "$3 input and $15 output per million tokens",
    "Pay $20 now, $30 later, and $40 in the end.",
    "the price is $5",
    "5$ and 10$",
    "costs 5$ or 10$ each",
    "$5.",
    "$5 $10 $15",
    "$5+$10=$15",
    "$5 + $10 = $15",
    "$5 < $10",
    "Save $5! Only $10!",
    "$5: cheap; $10: dear",
    '"$5" and "$10"',
    "~$5 and ~$10",
    "$5-10 and $20-30",
    "$12.99 → $9.99",
    "$5 % off $10",
    "$99/seat, minimum $500",
    "a $5 bill and a $10 bill",
    "$5 and\n$10",
]

SHELL = [
    "set $HOME and $PATH",
    "echo $HOME; echo $USER",
    "${HOME} and ${PATH}",
    "use $1 and $2 in awk",
    "$_GET and $_POST",
    "$(date) and $(whoami)",
    "jQuery's $ and $.ajax",
    "perl: $x = $y;",
    "the $ sign, and the $ sign again",
    "regex ^a$ and ^b$",
]


@pytest.mark.parametrize("source", PRICES)
def test_prices_are_not_maths(source: str) -> None:
    assert formulas(source) == []
    shown = text(render_markdown(source))
    assert shown.count("$") == source.count("$")


@pytest.mark.parametrize("source", SHELL)
def test_other_dollars_are_not_maths(source: str) -> None:
    assert formulas(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("It costs $5, where $x$ is the price.", ["x"]),
        ("The value $x$ costs $5.", ["x"]),
        ("$x$ for $5 and $y$ for $10", ["x", "y"]),
        (r"\$5 and $x$", ["x"]),
        ("$5 and $x = 3$", ["x = 3"]),
        ("at $10, $f(x)$ is $0", ["f(x)"]),
    ],
)
def test_prices_beside_maths(source: str, found: list[str]) -> None:
    assert formulas(source) == found


# What MathJax could do more than show a formula.
REFUSED = [
    r"\href{javascript:alert(1)}{x}",
    r"\href{https://evil.example}{x}",
    r"\url{https://evil.example}",
    r"\require{html}",
    r"\class{jp-Button}{x}",
    r"\style{position:fixed}{x}",
    r"\cssId{main}{x}",
    r"\data{x=1}{y}",
    r"\unicode[evil]{65}",
    r"\includegraphics{https://evil.example/x.png}",
    r"\mmlToken{mi}[href=javascript:alert(1)]{x}",
    r"\bbox[url(https://evil.example/x.png)]{x}",
    r"\tooltip{x}{y}",
    r"\texttip{x}{y}",
    r"\mathtip{x}{y}",
    r"\toggle{x}{y}\endtoggle",
    r"\action{x}",
    r"\htmlData{x=1}{y}",
    r"\htmlId{x}{y}",
    r"\htmlClass{x}{y}",
    r"\htmlStyle{color:red}{y}",
    r"\csname href\endcsname{javascript:alert(1)}{x}",
    r"\def\x{y}",
    r"\gdef\x{y}",
    r"\xdef\x{y}",
    r"\edef\x{y}",
    r"\let\frac\href",
    r"\futurelet\x\y",
    r"\global\def\x{y}",
    r"\newcommand{\x}{y}",
    r"\renewcommand{\frac}[2]{#1}",
    r"\providecommand{\x}{y}",
    r"\newenvironment{x}{y}{z}",
    r"\renewenvironment{x}{y}{z}",
    r"\DeclareMathOperator{\x}{y}",
    r"\definecolor{x}{rgb}{1,0,0}",
    r"\Newextarrow{\x}{5,10}{0x21C0}",
    r"\begingroup x \endgroup",
    r"\input{x}",
    r"\include{x}",
    r"\usepackage{x}",
    "^^5chref{javascript:alert(1)}{x}",
    r"\text{\href{javascript:alert(1)}{x}}",
    r"\frac{\href{javascript:alert(1)}{x}}{y}",
    "\\href\n{javascript:alert(1)}{x}",
    r"\href %" + "\n{javascript:alert(1)}{x}",
    r"\\\href{javascript:alert(1)}{x}",
    r"\verb|x| \href{javascript:alert(1)}{x}",
    r"x \) <b>y</b> \( z",
    r"x \] y \[ z",
    "{x",
    "x}",
    "x\\",
    r"\begin{x",
]


@pytest.mark.parametrize("tex", REFUSED)
def test_a_formula_that_could_do_more_is_shown_as_source(tex: str) -> None:
    for source in (f"${tex}$", f"\\({tex}\\)", f"$${tex}$$", f"\\[{tex}\\]", f"$$\n{tex}\n$$"):
        html = render_markdown(source)
        assert_harmless(html)
        for element in elements(html):
            if "tex2jax_process" in element.attributes.get("class", ""):
                # Something smaller may have been found in it, but never the command.
                inner = html[html.index("tex2jax_process") :]
                assert not re.search(
                    r"\\(href|def|let|csname|style|class|unicode|require)(?![A-Za-z])",
                    inner.partition("</")[0],
                )
                assert formula_of(tex, r"\)").tex or tex not in inner


def test_what_a_refused_formula_says_is_still_there_to_read() -> None:
    html = render_markdown(r"$\href{javascript:alert(1)}{x}$")
    assert r"\href{javascript:alert(1)}{x}" in text(html)
    assert '<code class="math">' in html


def test_labels_are_taken_out() -> None:
    # A formula is painted more than once, and a label is known to the whole page.
    assert formulas("$$x \\label{eq:1} = y$$") == ["x  = y"]


def test_the_page_around_formulas_is_closed_to_mathjax() -> None:
    for name in (r"\(x\)", "$x$"):
        html = render_markdown(f"`{name}` and \\{name}")
        assert "tex2jax_process" not in html


@pytest.mark.parametrize(
    "source", ["$" * 3000, "$a" * 3000, "\\(" * 3000, "\\[" * 3000, "$$a" * 3000, "$5 " * 3000, "$$\n" * 2000]
)
def test_long_runs_cost_little(source: str) -> None:
    assert_harmless(render_markdown(source))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            r"The matrix \begin{pmatrix}1&2\\3&4\end{pmatrix} is",
            r"\(\begin{pmatrix}1&amp;2\\3&amp;4\end{pmatrix}\)</span> is",
        ),
        (
            "so \\begin{align}\na&=b\n\\end{align} holds",
            "\\[\\begin{align*}\na&amp;=b\n\\end{align*}\\]</span> holds",
        ),
        (
            "| x |\n|-|\n| \\begin{bmatrix}1\\\\2\\end{bmatrix} |",
            r"\(\begin{bmatrix}1\\2\end{bmatrix}\)</span></td>",
        ),
    ],
)
def test_environments_within_a_line(text: str, html: str) -> None:
    assert html in render_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        r"In LaTeX \begin{cases} opens, and \end{cases} closes",
        r"`\begin{align}&\end{align}`",
        r"\begin{pmatrix}1&2",
        r"\begin{itemize}&\end{itemize} x",
    ],
)
def test_what_is_said_of_environments_is_prose(text: str) -> None:
    assert "mathjax_process" not in render_markdown(text)
