"""Makes the outputs that show the pages of an answer: HTML, and for closed pages Markdown and plain text too."""

from __future__ import annotations

from nbclaude.frozen import frozen
from nbclaude.render.maths import formulas_in
from nbclaude.render.pages import Page
from nbclaude.render.style import STYLE

__all__ = ["PageImage", "image_of", "on_one_page", "open_html"]

# Characters of HTML that a browser lays out in the time that it takes to typeset one formula.
_FORMULA = 1_400


@frozen
class PageImage:
    """What one page looks like now.

    A closed page also has its `source`, which is the model's Markdown; `markdown`, the same with formulas as Jupyter writes
    them; and `text`, which describes its folds, too.
    """

    number: int
    html: str
    markdown: str
    closed: bool
    text: str = ""
    source: str = ""

    @property
    def weight(self) -> int:
        """The cost of painting it in a browser, in characters of HTML without formulas."""
        return len(self.html) + _FORMULA * formulas_in(self.html)


def image_of(page: Page, footer: str = "") -> PageImage:
    """Return what a closed page looks like, above a footer."""
    html = _html(page.body, footer, styled=page.number == 0)
    number, markdown = page.number, _savable(page.markdown)
    return PageImage(number, _savable(html), markdown, True, _savable(page.text), _savable(page.source))


def open_html(number: int, body: str) -> str:
    """Return the HTML of an output of the open page; the first one brings the style sheet."""
    return _savable(_html(body, styled=number == 0))


def on_one_page(body: str, *, styled: bool) -> str:
    """Return the HTML of an answer that is shown at once."""
    return _savable(_html(body, styled=styled))


def _html(body: str, footer: str = "", *, styled: bool) -> str:
    style = f"<style>{STYLE}</style>" if styled else ""
    answer = f'<div class="nbclaude-answer mathjax_ignore tex2jax_ignore">{body}</div>'
    return f'<div class="nbclaude">{style}{answer}{footer}</div>'


def _savable(text: str) -> str:
    # Half a character (a lone surrogate) would keep the whole notebook from being saved.
    return text.encode("utf-8", "replace").decode("utf-8")
