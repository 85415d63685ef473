"""Where in a prompt a brace cannot be a reference: in code, strings of code and maths."""

from __future__ import annotations

import bisect
import re
import sys

from nbclaude.render.fences import fenced_spans

__all__ = ["inside", "looks_like_code", "verbatim_spans"]

_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)((?:[^\n]|\n(?![ \t]*\n)){1,1000}?)(?<!`)\1(?!`)")
_PYTHON_STRING = re.compile(
    r"""\b[fFtT][rR]?("{3}|'{3}).{0,20000}?\1 | \b[rR][fFtT]("{3}|'{3}).{0,20000}?\2"""
    # Of C# and Scala, too. f'(x) is a derivative. Since Python 3.12 the quotes may stand within the braces: f"{d["key"]}".
    r"""| (?:(?<![\w%'"])(?:[fFtT][rR]?|[rR][fFtT]|s)|(?<![\w"'])\$@?)
         "(?:\\.|\{[^{}\n]{0,300}\}|\{(?![^{}\n]{0,300}\})|[^"\n\\{])*" """
    r"""| \b(?:[fFtT][rR]?|[rR][fFtT])'(?:\\.|\{[^{}\n]{0,300}\}|\{(?![^{}\n]{0,300}\})|[^'\n\\{])*'(?!\()""",
    re.DOTALL | re.VERBOSE,
)
# "{x} of {y}".format(...), and the first string among the arguments of a call, or any of a macro of Rust: log("{x}"),
# write!(f, "{x}").
_FORMAT_STRING = re.compile(
    r"""("{3}|'{3})(?:(?!\1).){0,20000}\1(?=\.format(?:_map)?\()"""
    r"""|(["'])(?:\\.|(?!\2)[^\n\\])*\2(?=\.format(?:_map)?\()"""
    r"""|(?<=\w\(|!\()(["'])(?:\\.|(?!\3)[^\n\\])*\3"""
    r"""|(?<=\w!\()[^"\n)]{1,200}"(?:\\.|[^"\n\\])*\"""",
    re.DOTALL,
)
_MATHS = re.compile(
    r"\$\$.{1,2000}?\$\$"
    r"|\\\[.{1,2000}?\\\]"
    r"|\\\(.{1,2000}?\\\)"
    r"|\\begin\{(\w+\*?)\}.{1,4000}?\\end\{\1\}"
    # As pandoc has it: no space inside the dollars, no digit after. What has no \ ^ _ in it may be a price.
    r"|(?<![\\$])\$(?=\S)(?=[^$\n]*[\\^_])[^$\n]*(?<=\S)\$(?![\d{])"
    # One name in braces, ${x}$, is no price between two currencies.
    r"|(?<![\\$\w])\$\{\w{1,99}\}\$(?![\w{])"
    # A relation of single letters and numbers is no price either: $p < {p}$
    r"|(?<![\\$\w])\$[A-Za-z](?=[^$\n]*[<>=])(?:[^\w$\n{}]|\d|(?<![A-Za-z])[A-Za-z](?![A-Za-z])|\{\w{1,99}\})*\$(?![\d{])",
    re.DOTALL,
)
_TEMPLATE = re.compile(r"\{%.{0,1000}?%\}|\{#.{0,1000}?#\}", re.DOTALL)

# Lines of code that no sentence looks like, whose braces would pass for references.
_STATEMENT = re.compile(
    # import {x} from "y", export {x}, const {x} = y, const x = {y}, ({x}) => y, function f({x}) {
    r"^[ \t]*(?:import|export)\b[^\n]*\bfrom[ \t]*[\"'][^\n]*|^[ \t]*export[ \t]+(?:default[ \t]+)?\{[^\n]*"
    r"|\b(?:const|let|var)[ \t]+\{[^{}\n]*\}[ \t]*(?:=|of\b)[^\n]*|\b(?:const|var)[ \t]+\w+[ \t]*=[^\n]*"
    r"|\((?:[^()\n]{0,200})\)[ \t]*=>[^\n]*|\bfunction\b[ \t]*\w*\([^()\n]{0,200}\)[ \t]*\{[^\n]*"
    # int a[] = {x}, int[] a = {x}, struct t a = {x};
    r"|\w(?:\[\w*\]){1,3}[ \t]+\w+[ \t]*=[ \t]*\{[^\n]*|\w[ \t*&]{1,9}\w{1,99}(?:\[\w*\]){1,3}[ \t]*=[ \t]*\{[^\n]*"
    r"|^[ \t]*(?:\w{1,99}[ \t*&]{1,9}){1,4}\w{1,99}[ \t]*=[ \t]*\{[^{}\n]*\};[ \t]*$"
    # echo ${x} and puts "#{x}", in which a number would pass for a price
    r"|^[ \t]*(?:\$[ \t]+\w|(?:echo|puts|export)[ \t]+[\"'$]|export[ \t]+\w+=)[^\n]*",
    re.MULTILINE,
)
# An entry of BibTeX, to the next empty line.
_BIBTEX = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*\{[^\s,{}]+,(?:[^\n]|\n(?![ \t]*\n)){0,4000}", re.MULTILINE)

_CODE_LINE = re.compile(
    r"[;{]\s*$|=>|->|::|&&|\|\||\\[A-Za-z]+|[\"']\s*:|:\s*[\"'\[]"
    r"|^\s*(?:def|class|import|from|return|const|let|var|function|public|private|static|struct|enum|export|SELECT)\b"
)


def verbatim_spans(prompt: str) -> list[tuple[int, int]]:
    """Return where the prompt is code or maths, as pairs of positions in order: no reference begins there.

    These are fenced code and inline code of Markdown, f-strings and format strings, LaTeX between its delimiters, the tags
    of templates, entries of BibTeX, and statements of JavaScript, C and shell that no sentence looks like. A fence that
    is never closed reaches to the end, as in Markdown.
    """
    if "{" not in prompt:
        return []
    spans = fenced_spans(prompt)
    # What stands in a fence does not open a formula outside.
    for pattern in (_INLINE_CODE, _MATHS, _PYTHON_STRING, _FORMAT_STRING, _TEMPLATE, _STATEMENT, _BIBTEX):
        found = [match.span() for match in pattern.finditer(prompt)]
        spans = _united(spans + [span for span in found if not inside(span[0], spans)])
    return spans


def inside(position: int, spans: list[tuple[int, int]]) -> bool:
    """Return whether a position is in one of these spans, which are in order and apart."""
    before = bisect.bisect_right(spans, (position, sys.maxsize)) - 1
    return before >= 0 and position < spans[before][1]


def looks_like_code(prompt: str, position: int) -> bool:
    """Return whether the line at this position looks like a line of code, JSON or LaTeX."""
    begin = prompt.rfind("\n", 0, position) + 1
    end = prompt.find("\n", position)
    return bool(_CODE_LINE.search(prompt[begin : len(prompt) if end < 0 else end]))


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if united and first < united[-1][1]:
            united[-1] = (united[-1][0], max(last, united[-1][1]))
        else:
            united.append((first, last))
    return united
