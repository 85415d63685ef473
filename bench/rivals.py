"""A text and a rate in; out, in this kernel's output area, what other ways of streaming put there.

They run in the kernel and make up the deltas there: no network and no JSON flatter their kernel CPU.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.answer import answer

CHARACTERS_PER_DELTA = 4
UPDATES_PER_SECOND = 15.0


def whole_markdown(characters: int, rate: float) -> None:
    """Send the whole text so far as Markdown and let the page render it."""
    from IPython.display import Markdown

    _stream(characters, rate, Markdown)


def whole_html(characters: int, rate: float) -> None:
    """Render the whole text so far in the kernel and send it as HTML."""
    from IPython.display import HTML
    from markdown_it import MarkdownIt
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    formatter: Any = HtmlFormatter(nowrap=True, noclasses=True)

    def highlighted(code: str, language: str, _attributes: str) -> str:
        try:
            html: str = highlight(code, get_lexer_by_name(language), formatter)
        except ClassNotFound:
            return ""
        return html

    parser = MarkdownIt("js-default", {"highlight": highlighted})
    _stream(characters, rate, lambda text: HTML(parser.render(text)))


def _stream(characters: int, rate: float, show: Callable[[str], Any]) -> None:
    from IPython.display import display

    shown: Any = None
    next_update = 0.0
    text = ""
    for text in _arriving(answer(characters), rate):
        now = time.monotonic()
        if now < next_update:
            continue
        if shown is None:
            shown = display(show(text), display_id=True)
        else:
            shown.update(show(text))
        next_update = now + 1 / UPDATES_PER_SECOND
    shown.update(show(text))


def _arriving(text: str, rate: float) -> Iterator[str]:
    """Give the text as it stands after each delta, `rate` deltas a second."""
    start = time.monotonic()
    for number in range(1, -(-len(text) // CHARACTERS_PER_DELTA) + 1):
        pause = start + number / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        yield text[: number * CHARACTERS_PER_DELTA]
