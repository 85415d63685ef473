r"""Formulas for exports to LaTeX: `\(..\)` and `\[..\]` between dollars, code as it is."""

from __future__ import annotations

import pytest
from nbformat import v4

from nbclaude.saved.text_exports import with_dollar_formulas

ANSWER = '<div class="nbclaude">x</div>'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r"Let \(x\) be", "Let $x$ be"),
        (r"\( e^{i\pi} + 1 = 0 \), so", r"$e^{i\pi} + 1 = 0$, so"),
        ("\\[\n\\sum_{i=1}^n i\n\\]\n", "$$\\sum_{i=1}^n i$$\n"),
        (r"\[\left[ a \\[2pt] b \right)\]", r"$$\left[ a \\[2pt] b \right)$$"),
        ("$a$ and $$b$$ cost \\$5 or $10", "$a$ and $$b$$ cost \\$5 or $10"),
        (r"`\(x\)` and ``a ` \(y\)`` but \(z\)", r"`\(x\)` and ``a ` \(y\)`` but $z$"),
        ("```tex\n\\(x\\)\n```\n\n\\(y\\)", "```tex\n\\(x\\)\n```\n\n$y$"),
        (r"\\(x\\) is a line break", r"\\(x\\) is a line break"),
        ("\\(never\n\nclosed\\)", "\\(never\n\nclosed\\)"),
        (r"| \(a\) | `\(b\)` |", r"| $a$ | `\(b\)` |"),
        ("", ""),
    ],
)
def test_formulas_between_dollars(written: str, expected: str) -> None:
    output = v4.new_output("display_data", {"text/html": ANSWER, "text/markdown": written})
    notebook = v4.new_notebook(cells=[v4.new_code_cell("", outputs=[output])])
    changed, _ = with_dollar_formulas(notebook, {})
    assert changed.cells[0].outputs[0].data["text/markdown"] == expected


def test_what_others_have_shown_stays() -> None:
    output = v4.new_output("display_data", {"text/html": "<p>x</p>", "text/markdown": r"\(x\)"})
    streams = v4.new_output("stream", text=r"\(x\)")
    notebook = v4.new_notebook(
        cells=[v4.new_markdown_cell("x"), v4.new_code_cell("", outputs=[output, streams])]
    )
    changed, _ = with_dollar_formulas(notebook, {})
    assert changed.cells[1].outputs == [output, streams]
    assert output.data["text/markdown"] == r"\(x\)"
