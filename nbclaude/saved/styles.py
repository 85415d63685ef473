"""Tells which cells of a notebook bring style sheets that may hide what an answer shows.

A style sheet in any output applies to the whole page. Those of frames and charts affect only their own output: each rule either
sets nothing that could hide text, or names a class or an id that only that output has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from nbclaude.saved.own_html import is_own_class
from nbclaude.saved.own_styles import without_known

__all__ = ["may_cover", "may_hide"]

_SHEET = re.compile(r"<style\b[^>]*>(.*?)(?:</style\b|\Z)", re.IGNORECASE | re.DOTALL)
_LINKED = re.compile(r"<link\b[^>]*\bstylesheet\b", re.IGNORECASE)
_INLINE = re.compile(r"\bstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
_FIXED = re.compile(r"position\s*:\s*(?:fixed|sticky)|margin[\w-]*\s*:[^;]*-\d", re.IGNORECASE)
_LIFTED = re.compile(r"position\s*:|transform\s*:", re.IGNORECASE)
_MOVED_OUT = re.compile(
    r"(?:top|bottom|left|right|inset[\w-]*|translate\w*)\s*[:(][^;]*(?:-\s*\d|calc)", re.IGNORECASE
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_HARMLESS = re.compile(
    r"text-align|vertical-align|white-space|font-style|font-weight|text-decoration|cursor|caption-side"
    r"|border(?:-(?:top|right|bottom|left))?(?:-(?:style|width|color))?|border-(?:collapse|spacing|radius)"
    r"|scroll-snap-(?:align|type)|(?:stroke|fill)(?:-[a-z]+)?|--(?!jp-|vscode-|nbclaude)[\w-]+"
)
_FUNCTION = re.compile(r":[\w-]+\([^()]*\)|\[[^\]]*\]")
_NAME = re.compile(r"[.#]([A-Za-z_][\w-]*)")
# How the names begin that front ends and nbconvert give to the elements around an output.
_FRONT_END = re.compile(
    r"(?:jp|lm|cm|p|m|vscode|nb|bp\d?|markdown|rendered|rendered_html|output|outputs|input|cell|code|text|notebook|container|prompt"
    r"|inner|inner_cell|widget|widgets|theme|body|main|site|ipython|monaco|github|highlight|anchor|celltag|root|app|page)"
    r"(?:[-_].*)?",
    re.IGNORECASE,
)


def may_hide(html: str) -> bool:
    """Tell whether the style sheets in this HTML may hide a text that another output shows."""
    lower = html.lower()
    if "<style" not in lower and "<link" not in lower:
        return False
    if _LINKED.search(html):
        return True
    sheets = [without_known(found[1]) for found in _SHEET.finditer(html)]
    return any(not _concerns_itself(_COMMENT.sub(" ", sheet), html) for sheet in sheets)


def may_cover(html: str) -> bool:
    """Tell whether an element in this HTML may cover what another output shows."""
    return any(
        _FIXED.search(style) is not None or (_LIFTED.search(style) and _MOVED_OUT.search(style))
        for found in _INLINE.finditer(html)
        for style in [unescape(found[1] or found[2] or found[3] or "")]
    )


def _concerns_itself(css: str, html: str) -> bool:
    """Tell whether every rule is harmless, or is about classes and ids of this HTML alone."""
    if "\\" in css or "@import" in css.lower():
        return False
    return all(
        not without_known(body)
        or all(map(_is_harmless, filter(str.strip, body.split(";"))))
        or all(_is_about(each, html) for each in _FUNCTION.sub("", _FUNCTION.sub("", selector)).split(","))
        for selector, body in _rules(css)
    )


def _is_harmless(declaration: str) -> bool:
    return _HARMLESS.fullmatch(declaration.partition(":")[0].strip().lower()) is not None


def _is_about(selector: str, html: str) -> bool:
    return any(
        not is_own_class(name)
        and _FRONT_END.fullmatch(name) is None
        and re.search(rf'\b(?:class|id)\s*=\s*["\'][^"\']*(?<![\w-]){re.escape(name)}(?![\w-])', html)
        for name in _NAME.findall(selector)
    )


def _rules(css: str) -> Iterable[tuple[str, str]]:
    """Give the rules, those in `@media` and its kind too, but not animations and fonts, which need a rule that uses them."""
    place = 0
    while (opening := css.find("{", place)) >= 0:
        prelude = css[place:opening].rpartition(";")[2].rpartition("}")[2].strip()
        closing = _end_of_block(css, opening)
        body = css[opening + 1 : closing]
        place = closing + 1
        if re.match(r"@(?:-\w+-)?(?:keyframes|font-face)\b", prelude, re.IGNORECASE):
            continue
        if prelude.startswith("@"):
            yield from _rules(body)
        elif "{" in body:
            yield "*", "display"  # nested rules may be about anything
        else:
            yield prelude, body


def _end_of_block(css: str, opening: int) -> int:
    depth = 0
    for found in re.compile(r"[{}]").finditer(css, opening):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return len(css)
