"""How the states of an answer look: every text can be read, every control can be reached, in both themes, wide and narrow."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nbclaude.simulator import Answer, HTTPFault, Pace, Simulator, StreamFault
from tests.browser.axe import findings
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook_page import NotebookPage

CONTRAST = (Path(__file__).parent / "contrast.js").read_text("utf-8")
OURS = ".nbclaude"

ANSWER = """\
**December 2021** stands out: 48,200 against a mean of 31,050. `promo` is true for 9 of its [31 days](https://a.example).

> [!WARNING]
> The last day is missing.

```python
@cached
def monthly(df: "DataFrame") -> None:  # compare the Decembers
    return df.resample("ME")["sales"].sum() > 12.5 and True
```

```diff
- old = 1
+ new = 2
```

| Column | What it holds, in words that need a little more room than a narrow window has | Formats, and what becomes of them |
|:--|:--|:--|
| `a | b` | a long text with many words that must not be squeezed into one word a line | also a text with many words |

مرحبا `x = 1` بالعالم

文書**「重要なこと」**です。 $1,000 to $2,000 ($x$ is the price)

- [x] done

\\begin{align}
a &= b
\\end{align}
"""

CELLS = [
    "%load_ext nbclaude",
    "df = 'password = hunter2-correct-horse'\n%claude -m opus-4-8 What is in {df}?",
    "%%claude\nGo on.",
    "%%claude\nFail",
    "%%claude\nHalf",
    "%claude --modell x y",
    "%claude_history",
    "%claude_usage",
    "%claude --dry-run Hi",
    "%claude_connect",
    "%%claude_explain\nx = 1\nx",
]


def check(notebook: NotebookPage, *, selectors: tuple[str, ...] = (OURS,)) -> None:
    """Look at everything of ours in both themes, at 1200 and 500 pixels."""
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        for width in (1200, 500):
            notebook.set_width(width)
            assert findings(notebook, *selectors) == [], (theme, width)
        for selector in selectors:
            assert notebook.script(CONTRAST, selector=selector, bound=4.5, rings=False) == [], theme
        check_rings(notebook, theme, selectors)


def check_rings(notebook: NotebookPage, theme: str, selectors: tuple[str, ...]) -> None:
    """Focus every control with the keyboard, and look at its focus ring."""
    notebook.set_theme(theme)
    notebook.page.keyboard.press("Shift")
    for selector in selectors:
        assert notebook.script(CONTRAST, selector=selector, bound=3.0, rings=True) == [], theme


def test_every_state_can_be_read(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    simulator.enqueue(
        ANSWER,
        Answer("Slow words come here. " * 40, pace=Pace(deltas_per_second=20)),
        HTTPFault(400, message="max_tokens: too large"),
        StreamFault("error", "One two three. Four five six.", after_characters=12),
    )
    notebook = claude_notebook(CELLS, size=(1200, 1500))
    notebook.run(0)
    notebook.run(1)
    notebook.start(2)
    expect(notebook.answer(2).locator(".nbclaude-answer")).to_contain_text("Slow words")
    notebook.stop()
    notebook.wait_until_idle()
    for index in range(3, len(CELLS)):
        notebook.run(index)
    assert (
        notebook.page.locator(
            ".jp-RenderedText[data-mime-type*=error], .jp-OutputArea-output.jp-mod-error"
        ).count()
        == 0
    )
    assert "Stopped" in notebook.text(2) and "interrupted" not in notebook.text(2)
    notebook.answer(1).locator("details.nbclaude-receipt > summary").click()
    check(notebook)
    # At 500 pixels a column of text keeps a readable width, and the table scrolls.
    table = notebook.answer(1).locator(".table")
    widths: list[float] = table.evaluate(
        "e => [...e.querySelectorAll('tr:last-child td')].map(d => d.clientWidth)"
    )
    assert min(widths[1:]) > 180
    assert table.evaluate("e => e.scrollWidth > e.clientWidth && e.tabIndex === 0")
    # Words are not broken in two.
    assert (
        notebook.answer(4).locator(".nbclaude-card p").first.evaluate("e => getComputedStyle(e).wordBreak")
        == "normal"
    )


# What the newest JupyterLab shows is looked at above; this is for the others.
IS_OLD = tuple(map(int, version("jupyterlab").split(".")[:2])) < (4, 3)
OLDEST_LAB = pytest.param(
    "lab",
    marks=[pytest.mark.oldest, pytest.mark.skipif(not IS_OLD, reason="the oldest JupyterLab is looked at")],
)


@pytest.mark.parametrize("front_end", ["notebook", OLDEST_LAB])
def test_other_front_ends_can_be_read(
    claude_notebook: OpenNotebook, simulator: Simulator, front_end: str
) -> None:
    simulator.enqueue(ANSWER, HTTPFault(400, message="max_tokens: too large"))
    cells = [CELLS[0], "%claude -m opus-4-8 Hi", CELLS[3], "%claude_usage", "%claude"]
    notebook = claude_notebook(cells, size=(1200, 1500), front_end=front_end)
    for index in range(len(cells)):
        notebook.run(index)
    expect(notebook.cell(4).locator(".nbclaude-panel textarea").first).to_be_visible()
    notebook.answer(1).locator("details.nbclaude-receipt > summary").click()
    check(notebook, selectors=(OURS, ".nbclaude-panel"))


def test_the_panel_is_a_chat_first(claude_notebook: OpenNotebook, simulator: Simulator) -> None:
    simulator.enqueue("An `answer` with **words**.\n\n```python\nx = 1\n```\n")
    notebook = claude_notebook(["%load_ext nbclaude", "%claude -m opus-4-8 Hi", "%claude"], size=(1200, 1000))
    notebook.run_all()
    panel = notebook.cell(2).locator(".nbclaude-panel")
    expect(panel.locator(".nbclaude-turn")).to_contain_text("asked in cell 2")
    expect(panel.locator(".nbclaude-turn .nbclaude-footer")).to_contain_text("$")
    question = panel.locator(".nbclaude-question textarea")
    stops: int = question.evaluate(
        """box => [...box.closest('.nbclaude-panel').querySelectorAll(
            'button, select, input, textarea, summary, a, [tabindex="0"]')]
        .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()
            && box.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING).length"""
    )
    assert stops <= 10
    for pane in ("Settings", "Attach", "Plot"):
        panel.get_by_role("button", name=pane, exact=True).click()
        panel.scroll_into_view_if_needed()
        expect(question).to_be_in_viewport(ratio=1)
        # The latest text stays in view when the drawer takes space from the transcript.
        notebook.wait_for(
            "const e = document.querySelector('.nbclaude-transcript');"
            "return e.scrollHeight > e.clientHeight && e.scrollHeight - e.scrollTop - e.clientHeight < 4"
        )
        if pane == "Settings":  # it has the most kinds of controls; the last pane is looked at below
            for theme in ("dark", "light"):
                check_rings(notebook, theme, (".nbclaude-panel",))
    fonts: list[str] = panel.evaluate(
        "e => [...new Set([...e.querySelectorAll('button, select, textarea, p, .nbclaude-turn-number')]"
        ".map(each => getComputedStyle(each).fontFamily))]"
    )
    assert len(fonts) == 1
    panel.get_by_label("Model of the next question").select_option(label="Haiku 5.5")
    expect(panel.locator(".nbclaude-title")).to_contain_text("haiku")
    question.focus()
    question.press("Escape")
    assert panel.evaluate("e => document.activeElement === e.closest('.jp-Cell')")
    check(notebook, selectors=(".nbclaude-panel",))
