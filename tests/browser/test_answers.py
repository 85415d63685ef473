"""What a reader sees of an answer in JupyterLab: it grows, it ends as it should, it stays, and it does no harm."""

from __future__ import annotations

import re
import threading
import time
from html.parser import HTMLParser

from playwright.sync_api import Locator, expect

from nbclaude.render.markdown import render_markdown
from nbclaude.simulator import Answer, Pace, Simulator, StreamFault
from tests.browser.conftest import OpenNotebook
from tests.browser.documents import ATTACKS, SHOWCASE, report
from tests.browser.notebook_page import NotebookPage
from tests.render.hostile_formulas import HOSTILE

LOAD = "%load_ext nbclaude"
ASK = "%%claude\nGo on."


def pages_html(notebook: NotebookPage, index: int) -> str:
    """The HTML of an answer's pages, joined, as the browser holds it, before MathJax."""
    return "".join(
        notebook.answer(index).locator(".nbclaude-answer").evaluate_all("all => all.map(e => e.innerHTML)")
    )


def canonical(notebook: NotebookPage, html: str) -> str:
    """The HTML as this browser writes it, what JupyterLab and this test do to it taken out."""
    script = """
    const host = document.createElement('template'); host.innerHTML = html;
    for (const maths of host.content.querySelectorAll('.math')) maths.textContent = 'MATHS';
    for (const link of host.content.querySelectorAll('a')) { link.removeAttribute('rel'); link.removeAttribute('target'); }
    for (const added of host.content.querySelectorAll('.numbering-entry, .nbclaude-on-blocks')) added.remove();
    for (const seen of host.content.querySelectorAll('[data-seen]')) seen.removeAttribute('data-seen');
    return host.innerHTML"""
    text: str = notebook.script(script, html=html)
    return re.sub(r"(fn|fnref)-[\w-]*-(\d)", r"\1-\2", text)


def visible_text(html: str) -> str:
    """The text of HTML, white space folded."""

    pieces: list[str] = []
    parser = HTMLParser()
    parser.handle_data = pieces.append  # type: ignore[method-assign]
    parser.feed(html)
    return " ".join("".join(pieces).split())


def overflowing(area: Locator) -> list[str]:
    """The elements that stick out of the output area and cannot be scrolled there."""
    found: list[str] = area.evaluate(
        """area => { const right = area.getBoundingClientRect().right + 1, out = [];
        for (const e of area.querySelectorAll('*')) {
            if (e.closest('.code pre, .table, .math, mjx-container, mjx-assistive-mml') !== null) continue;
            if (e.getBoundingClientRect().right > right) out.push(e.outerHTML.slice(0, 120));
        } return out; }"""
    )
    return found


def test_the_answer_grows_on_screen_and_ends_as_the_one_shot_render(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    begin, go_on, end = threading.Event(), threading.Event(), threading.Event()
    last = StreamFault("stall", after_characters=SHOWCASE.index("| left"), until=end)
    later = StreamFault("stall", after_characters=100, until=go_on, then=last)
    simulator.enqueue(StreamFault("stall", SHOWCASE, after_events=1, until=begin, then=later))
    # A model that does not think first: its answer is the text alone.
    notebook = claude_notebook([LOAD, ASK.replace("%%claude", "%%claude -m opus-4-8")])
    notebook.run(0)
    notebook.start(1)
    expect(notebook.outputs(1).locator(".nbclaude-waiting")).to_be_visible()
    begin.set()
    expect(notebook.answer(1).locator("h1")).to_have_text("A heading")
    assert notebook.answer(1).locator("blockquote").count() == 0
    go_on.set()
    expect(notebook.answer(1).locator("blockquote").first).to_be_visible()
    assert "The end." not in notebook.text(1)
    end.set()
    notebook.wait_until_idle()
    assert canonical(notebook, pages_html(notebook, 1)) == canonical(notebook, render_markdown(SHOWCASE, "x"))
    assert notebook.outputs(1).locator(".nbclaude-waiting").count() == 0


def test_an_answer_leaves_the_formulas_of_the_notebook_alone(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue("\n\n".join(f"$${tex}$$\n\nso ${tex}$" for tex in HOSTILE))
    simulator.enqueue(r"It is $\R^n$, and $\frac{a}{b}$ as ever.")
    own = (
        "from IPython.display import Markdown\n"
        r"Markdown(r'$\beta x \gamma \frac{a}{b} \begin{matrix}a\end{matrix} \text{t} \colorbox{red}{x} a := b$')"
    )
    allowed = r"%config ClaudeMagics.math_macros = ['R']"
    define = r"from IPython.display import Markdown; Markdown(r'$\newcommand{\R}{\mathbb{R}}$')"
    notebook = claude_notebook([own, LOAD, ASK, own, define, allowed, ASK])
    notebook.run_all()
    formula = "e => e.querySelector('mjx-container mjx-math').outerHTML"
    for index in (0, 3):
        expect(notebook.outputs(index).locator("mjx-container")).to_have_count(1)
    assert notebook.outputs(3).evaluate(formula) == notebook.outputs(0).evaluate(formula)
    assert notebook.answer(2).locator("mjx-container").count() == 0
    expect(notebook.answer(6).locator("mjx-container")).to_have_count(2)
    assert notebook.answer(6).locator("mjx-merror").count() == 0


def test_it_looks_good_wide_and_narrow_and_the_same_when_reopened(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue(SHOWCASE)
    notebook = claude_notebook([LOAD, ASK], size=(1200, 2000))
    notebook.run_all()
    answer = notebook.answer(1)
    expect(answer.locator("mjx-container")).to_have_count(5)
    expect(answer.locator("mjx-merror")).to_have_count(0)
    assert "$5 and $10" in notebook.text(1)
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        for width in (1200, 500):
            notebook.set_width(width)
            assert overflowing(notebook.cell(1).locator(".jp-OutputArea")) == []
            notebook.screenshot(f"answer-{width}")
        assert answer.locator(".code pre").evaluate("e => e.scrollWidth > e.clientWidth")
        background, text = answer.locator("p").first.evaluate(BEHIND_AND_BEFORE)
        assert contrast(background, text) > 7
    before = visible_text(canonical(notebook, pages_html(notebook, 1)))
    for trusted in (True, False):
        notebook.reopen(trusted=trusted)
        assert notebook.is_trusted == trusted
        expect(answer.locator("mjx-container")).to_have_count(5)
        assert visible_text(canonical(notebook, pages_html(notebook, 1))) == before
        assert "Sonnet 5.5" in notebook.text(1)
        notebook.screenshot("reopened" if trusted else "reopened-untrusted")
    for output in notebook.saved()["cells"][1]["outputs"]:
        assert set(output["data"]) == {"text/html", "text/markdown", "text/plain"}


BEHIND_AND_BEFORE = """e => {
    let behind = e;
    while (/, 0\\)$/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
    return [getComputedStyle(behind).backgroundColor, getComputedStyle(e).color];
}"""


def contrast(first: str, second: str) -> float:
    """The contrast of a background and a colour on it as the WCAG count it, 1 to 21."""

    def channels_of(colour: str) -> list[float]:
        """Red, green, blue and opacity from 0 to 1, of `rgb(...)` or `color(srgb ...)`."""
        parts = [float(part) for part in re.findall(r"[\d.]+", colour)]
        most = 1 if colour.startswith("color(") else 255
        return [*(part / most for part in parts[:3]), *(parts[3:] or [1.0])]

    behind, before = channels_of(first), channels_of(second)
    seen = [c * before[3] + b * (1 - before[3]) for b, c in zip(behind[:3], before[:3], strict=True)]

    def luminance(channels: list[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(behind[:3]), luminance(seen)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_stop_button_keeps_the_partial_answer_and_a_failed_ask_shows_one_error(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue(Answer(report(200), pace=Pace(100, 10)), "The second.")
    unreachable = "%config ClaudeMagics.base_url = 'http://127.0.0.1:9'\n%config ClaudeMagics.max_retries = 0"
    notebook = claude_notebook([LOAD, ASK, "%%claude\nAnd then?", unreachable, ASK])
    notebook.run(0)
    notebook.start(1)
    expect(notebook.cell(1).locator(".jp-OutputArea")).to_contain_text("Section 1")
    notebook.stop()
    notebook.wait_until_idle()
    assert simulator.requests[0].wait_disconnected()
    expect(notebook.answer(1).locator(".nbclaude-mark")).to_have_text("Stopped")
    assert "AnswerInterrupted" not in notebook.text(1)
    notebook.run(2)
    kept = simulator.requests[1].messages[1]["content"][-1]["text"]
    assert kept.startswith("## Section 0") and "Section 199" not in kept
    notebook.screenshot("interrupted")
    notebook.run(3)
    notebook.run(4)
    assert notebook.outputs(4).count() == 1
    assert notebook.text(4).startswith("No connection")
    assert "http://127.0.0.1:9 (base_url) could not be reached" in notebook.text(4)
    notebook.screenshot("error")


def test_a_closed_page_keeps_the_readers_selection(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    text = report(90)
    simulator.enqueue(Answer(text, pace=Pace(400, 10)))
    notebook = claude_notebook([LOAD, ASK])
    notebook.run(0)
    notebook.start(1)
    # The first page is closed when the second has an ending of its own.
    notebook.wait_for("return document.querySelectorAll('.nbclaude-answer').length > 2")
    notebook.script(
        "const p = document.querySelector('.nbclaude-answer p'); p.dataset.seen = 'yes';"
        "getSelection().selectAllChildren(p)"
    )
    notebook.wait_until_idle()
    assert notebook.script("return getSelection().toString()").startswith("A paragraph about topic 0")
    assert notebook.answer(1).locator("p[data-seen=yes]").count() == 1
    assert 2 <= notebook.outputs(1).count() <= 30
    assert canonical(notebook, pages_html(notebook, 1)) == canonical(notebook, render_markdown(text, "x"))


def test_nothing_in_an_answer_runs_or_loads_anything(
    claude_notebook: OpenNotebook, simulator: Simulator
) -> None:
    simulator.enqueue(Answer("\n\n".join(ATTACKS), pace=Pace(2000, 20)), *ATTACKS)
    one_by_one = "for i in range({}):\n    get_ipython().run_line_magic('claude', '--new attack')"
    notebook = claude_notebook([LOAD, ASK, one_by_one.format(len(ATTACKS)), "%%claude\nIs $\\sqrt{2}$ fine?"])
    notebook.run_all(timeout=60)
    for link in notebook.answer(1).locator("a").all():
        assert re.match(r"(https?:|mailto:|#)", link.get_attribute("href") or "#"), link.evaluate(
            "e => e.outerHTML"
        )
    loading = "img, script, iframe, object, embed, video, audio, link, meta, form, input:not([type=checkbox])"
    for index in (1, 2):
        assert notebook.answer(index).locator(".nbclaude-answer").locator(loading).count() == 0
    simulator.enqueue("$\\sqrt{2}$ and $\\frac{1}{2}$\n\n```bash\n$ ls\n```")
    notebook.run(3)
    assert "HACKED" not in notebook.answer(3).inner_text()
    notebook.reopen(trusted=False)
    time.sleep(0.5)
    assert notebook.script("return window.__pwned") is None
    # In an untrusted notebook, our extension can still turn a code block into a cell.
    assert notebook.outputs(3).locator(".code").first.get_attribute("class") == "code magic-bash typed-0"
    notebook.watch.check()
    assert notebook.watch.foreign_requests == []
