"""Text of other scripts than Latin, tables whose cells hold pipes, notes as on GitHub, prices: what models write."""

from __future__ import annotations

import pytest

from nbclaude.render.markdown import render_markdown

FORMULA = r'<span class="math mathjax_process tex2jax_process">\({}\)</span>'
CELL = '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("文書**「重要なこと」**です。", "<p>文書<strong>「重要なこと」</strong>です。</p>\n"),
        ("**注意：**正文", "<p><strong>注意：</strong>正文</p>\n"),
        ("**注意:**正文", "<p><strong>注意:</strong>正文</p>\n"),
        ('**"강조"**는', "<p><strong>&quot;강조&quot;</strong>는</p>\n"),
        ("~~「x」~~です", "<p><s>「x」</s>です</p>\n"),
        ("ข้อความ**“สำคัญ”**มาก", "<p>ข้อความ<strong>“สำคัญ”</strong>มาก</p>\n"),
        ("សួស្តី**«សំខាន់»**ណា", "<p>សួស្តី<strong>«សំខាន់»</strong>ណា</p>\n"),
        ("و**«مهم»**، و**هذا**", '<p dir="auto">و<strong>«مهم»</strong>، و<strong>هذا</strong></p>\n'),
        ('ב**"הארץ"**', '<p dir="auto">ב<strong>&quot;הארץ&quot;</strong></p>\n'),
        ("a**(b)**c", "<p>a**(b)**c</p>\n"),
        ("a * b * c", "<p>a * b * c</p>\n"),
    ],
)
def test_emphasis_where_no_space_stands(text: str, html: str) -> None:
    assert render_markdown(text) == html


def test_blocks_run_by_their_text_and_code_left_to_right() -> None:
    assert render_markdown("مرحبا `x = 1`\n\nHi\n\n- א\n- b\n\n> א") == (
        '<p dir="auto">مرحبا <code dir="ltr">x = 1</code></p>\n<p>Hi</p>\n'
        '<ul dir="rtl">\n<li dir="auto">א</li>\n<li>b</li>\n</ul>\n'
        '<blockquote dir="rtl">\n<p dir="auto">א</p>\n</blockquote>\n'
    )
    assert '<code dir="ltr">f()</code>' in render_markdown("- א\n  - ב\n- `f()`")
    # A block whose letters have not come has ended without a direction.
    assert render_markdown("- 1\n\nא").startswith("<ul>\n")
    # Code alone in a cell, too.
    table = render_markdown("| א | b |\n|---|---|\n| `f()` | 2 |\n\n`g()`")
    assert '<td><code dir="ltr">f()</code></td>' in table and "<code>g()</code>" in table
    assert '<table dir="rtl">' in render_markdown("| א | b |\n|---|---|\n| 1 | 2 |")


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| `a | b` | or |", ["<code>a | b</code>", "or"]),
        ("| `a || b` | x | y |", ["<code>a || b</code>", "x | y"]),
        ("| a \\| b | c |", ["a | b", "c"]),
        ("| `x | y |", ["`x", "y"]),
        ("| 1 | 2 | 3 | 4", ["1", "2 | 3 | 4"]),
        ("`a|b`|c", ["<code>a|b</code>", "c"]),
        ("| $|x|$ | norm |", [FORMULA.format("|x|"), "norm"]),
        ("| P | $P(A|B)$ and `c|d` |", ["P", FORMULA.format("P(A|B)") + " and <code>c|d</code>"]),
        (r"| \(|a|\) | $\frac{|a|}{2}$ |", [FORMULA.format("|a|"), FORMULA.format(r"\frac{|a|}{2}")]),
        ("| $5 | $6 | $7 |", ["$5", "$6 | $7"]),
        ("|$5|$6|$7|", ["$5", "$6|$7"]),
        ("| $5 | $6 |", ["$5", "$6"]),
    ],
)
def test_no_text_of_a_row_is_lost(row: str, cells: list[str]) -> None:
    html = render_markdown(f"| Op | m |\n|---|---|\n{row}")
    assert [cell.partition("</td>")[0] for cell in html.split("<td>")[1:]] == cells


def test_code_in_the_head_of_a_table() -> None:
    assert render_markdown("| `a|b` | m |\n|---|---|\n").startswith(
        f"{CELL}<thead>\n<tr>\n<th><code>a|b</code>"
    )
    assert render_markdown("- | a | b |\n  |---|---|\n  | `c|d` | 2 |").startswith(f"<ul>\n<li>\n{CELL}")
    assert "\\" not in render_markdown("```\n| `a|b` |\n|---|\n| `a|b` | c |\n```")


def test_notes() -> None:
    assert render_markdown("> [!NOTE]\n> Be *careful*.") == (
        '<blockquote class="nbclaude-remark nbclaude-remark-note">\n'
        '<p class="nbclaude-remark-title"><strong>Note</strong></p>\n<p>Be <em>careful</em>.</p>\n</blockquote>\n'
    )
    assert render_markdown("> [!warning]\n>\n> Hot").count("<p") == 2
    assert "<p>[!NO] x</p>" in render_markdown("> [!NO] x")


@pytest.mark.parametrize(
    ("text", "kind", "body"),
    [
        (
            "> [!NOTE] Read *this*\n> first",
            "note",
            "<strong>Note: Read <em>this</em></strong></p>\n<p>first</p>",
        ),
        ("> [!tip] On one line.", "tip", "<strong>Tip</strong></p>\n<p>On one line.</p>"),
        (
            "> [!Danger]- <b>Folded</b>\n>\n> - a",
            "caution",
            "<strong>Danger: <strong>Folded</strong></strong></p>\n<ul>",
        ),
        ("> [!INFO]", "note", "<strong>Info</strong></p>\n</blockquote>"),
    ],
)
def test_notes_as_others_write_them(text: str, kind: str, body: str) -> None:
    html = render_markdown(text)
    assert html.startswith(f'<blockquote class="nbclaude-remark nbclaude-remark-{kind}">')
    assert body in html


def test_what_only_looks_like_a_note() -> None:
    for text in ("> [!NOTE]close\n> x", "> [!cite] x\n> y", "> [!note](https://a.example)", "[!NOTE]\nx"):
        assert "nbclaude-remark" not in render_markdown(text)


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$1,000 to $2,000 ($x$ is the price)", ["x"]),
        ("costs $5 ($y$ each) or $10", ["y"]),
        ("**$5** and **$x$**", ["x"]),
        ("$5 = $x", []),
        ("$2(x+1)$ and $3$", ["2(x+1)", "3"]),
    ],
)
def test_prices_stay_prices(text: str, formulas: list[str]) -> None:
    parts = render_markdown(text).split(r"\(")[1:]
    assert [part.partition(r"\)")[0] for part in parts] == formulas


def test_environments_are_displays_by_themselves() -> None:
    html = render_markdown("So\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\nthen")
    assert "\\[\\begin{align*}\na &amp;= b \\\\\nc &amp;= d\n\\end{align*}\\]</div>\n<p>then</p>" in html
    # LaTeX knows these within formulas only; where they stand alone, they are meant as one.
    for name in ("gathered", "cases", "pmatrix", "split"):
        assert f"\\[\\begin{{{name}}}\na\n\\end{{{name}}}\\]" in render_markdown(
            f"So\n\\begin{{{name}}}\na\n\\end{{{name}}}\nthen"
        )
    assert "math" not in render_markdown("\\begin{cases}\na\n\nNever ends. `\\begin{split}`")
    assert "math" not in render_markdown("\\begin{itemize}\n\\item x\n\\end{itemize}")
