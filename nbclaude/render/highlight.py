"""Highlights source code in a language as HTML, with one short class per kind of token."""

from __future__ import annotations

import re
import zlib
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer

__all__ = ["CodeHighlighter", "highlight", "prepare_python"]

# Kind of token -> class. Names, punctuation and whitespace stay plain: fewer elements, and that is how an editor looks.
_CLASS_OF_KIND = {
    "Keyword": "k",
    "Keyword.Constant": "a",
    "Operator": "o",
    "Operator.Word": "k",
    "Name.Builtin": "b",
    "Name.Class": "d",
    "Name.Function": "d",
    "Name.Decorator": "m",
    "Name.Exception": "b",
    "Name.Tag": "t",
    "Name.Attribute": "y",
    "Name.Variable": "v",
    "Literal.Number": "n",
    "Literal.String": "s",
    "Literal.String.Affix": "s",
    "Comment": "c",
    "Comment.Preproc": "m",
    "Generic.Heading": "d",
    "Generic.Subheading": "d",
    "Generic.Deleted": "gd",
    "Generic.Inserted": "gi",
    "Generic.Prompt": "c",
    "Generic.Output": "c",
    "Generic.Error": "e",
    "Generic.Emph": "c",
    "Generic.Strong": "k",
}

_MAX_COLOURED = 40_000  # characters, a thousand lines; what follows is plain
_MAX_LINE = 2_000
# The patterns of some lexers go through a long run of the same marks again and again. Such a run can be pressed to nothing;
# code shrinks to a quarter or a tenth.
_MAX_REPETITION = 20
_MAX_RUN = 200

_RUN = re.compile(rf"(.)\1{{{_MAX_RUN}}}", re.DOTALL)

# Names that models write after the fence and Pygments does not know.
_ALIASES = {
    "ipython": "python",
    "jupyter": "python",
    "py3": "python",
    "node": "javascript",
    "plaintext": "text",
}


@cache
def _class_of(kind: Any) -> str:
    while kind:
        name = ".".join(kind)
        if name in _CLASS_OF_KIND:
            return _CLASS_OF_KIND[name]
        kind = kind.parent
    return ""


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(_ALIASES.get(language, language), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def highlight(code: str, language: str) -> str:
    """Return `code` as HTML. An unknown language, or a lexer that would change the text, gives the plain text.

    So does what would take a lexer too long; of very long code the beginning has colours.
    """
    lexer = _lexer(language.lower()) if language else None
    if lexer is None:
        return escape(code, quote=False)
    if len(code) > _MAX_COLOURED:
        end = code.rfind("\n", 0, _MAX_COLOURED) + 1 or _MAX_COLOURED
        return highlight(code[:end], language) + escape(code[end:], quote=False)
    if len(code) > _MAX_RUN and _is_repetitive(code):
        return escape(code, quote=False)
    pieces: list[str] = []
    run_class, run, seen = "", "", 0
    for kind, value in lexer.get_tokens(code):
        seen += len(value)
        kind_class = _class_of(kind)
        if kind_class != run_class and not value.isspace():
            pieces.append(_span(run_class, run))
            run_class, run = kind_class, ""
        run += value
    pieces.append(_span(run_class, run))
    return "".join(pieces) if seen == len(code) else escape(code, quote=False)


def prepare_python() -> None:
    """Compile the patterns of Python, the language of most answers, so the first code block does not wait for them."""
    highlight("0", "python")


def _is_repetitive(code: str) -> bool:
    longest = max(map(len, code.split("\n")))
    if longest > _MAX_LINE or _RUN.search(code):
        return True
    return len(zlib.compress(code.encode("utf-8", "replace"), 1)) * _MAX_REPETITION < len(code)


def _span(css_class: str, text: str) -> str:
    text_html = escape(text, quote=False)
    return f'<span class="{css_class}">{text_html}</span>' if css_class and text else text_html


class CodeHighlighter:
    """Highlights the code of one answer while it grows, at a cost that stays linear in its length.

    A finished block is highlighted once. Of a block that is still open, the lines up to the last highlighting keep
    their colours; it is highlighted anew only when it has grown by a quarter, and what came since is plain until then.
    """

    def __init__(self) -> None:
        self._finished: dict[tuple[str, str], str] = {}
        self._open_language = self._open_code = self._open_html = ""

    def finished(self, code: str, language: str) -> str:
        """Return the HTML of a block that is complete."""
        key = (language, code)
        if key not in self._finished:
            self._finished[key] = highlight(code, language)
        return self._finished[key]

    def growing(self, code: str, language: str) -> str:
        """Return the HTML of a block that may still grow at its end."""
        if language != self._open_language or not code.startswith(self._open_code):
            self._open_language, self._open_code, self._open_html = language, "", ""
        if len(self._open_code) < _MAX_COLOURED and len(code) - len(self._open_code) > max(
            200, len(self._open_code) // 4
        ):
            self._open_code = code[: code.rfind("\n") + 1]
            self._open_html = highlight(self._open_code, language)
        return self._open_html + escape(code[len(self._open_code) :], quote=False)
