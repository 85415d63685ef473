"""Numbers the sources of an answer's citations: marks in its Markdown, links in its HTML, a list at its end.

The kinds of citations: section "Citations" of https://platform.claude.com/docs/en/build-with-claude/citations
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, cast

from nbclaude import cleaning
from nbclaude.render.links import (
    escaped_markdown,
    host_of,
    is_safe_link,
    link_html,
    link_markdown,
)
from nbclaude.render.seams import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline

__all__ = ["Citations", "Source", "citation_mark", "citations_plugin", "has_marks", "marks_as_text"]

# A mark in the Markdown: it begins with punctuation, so that emphasis before it can end; no address reaches beyond "<";
# and what follows "<" is a character that Unicode reserves for inside a program.
_MARK = re.compile("<\ufdd0(\\d+)[>\ufdd1]")
_ENCODED_MARK = re.compile(r"%3C%EF%B7%90\d+(?:%3E|%EF%B7%91)")
_MAX_EXCERPT = 240  # characters


@dataclass(slots=True)
class Source:
    """One cited place: its number in the answer, what it is called, where it is, and what was quoted from it."""

    number: int
    title: str
    url: str = ""
    place: str = ""
    excerpts: list[str] = field(default_factory=list)

    @property
    def excerpt(self) -> str:
        """What was quoted, as one line."""
        return cleaning.excerpt(" … ".join(self.excerpts), _MAX_EXCERPT)

    @property
    def is_full(self) -> bool:
        """Whether no more of what was quoted would be shown."""
        return sum(map(len, self.excerpts)) >= _MAX_EXCERPT

    @property
    def where(self) -> str:
        """The place in the source: host, pages, blocks or characters."""
        return ", ".join(part for part in (host_of(self.url), self.place) if part)


class Citations:
    """The sources of one answer, numbered in the order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.sources: list[Source] = []

    def add(self, citation: Any) -> int | None:
        """Take a citation and return its number; the same place in the same source has the same number."""
        if not isinstance(citation, Mapping):
            return None
        source = _source_of(citation, len(self.sources) + 1)
        key = json.dumps([source.title, source.url, source.place, citation.get("document_index")])
        number = self._numbers.setdefault(key, source.number)
        if number == source.number:
            self.sources.append(source)
        kept = self.sources[number - 1]
        excerpt = " ".join(str(citation.get("cited_text") or "").split())
        if excerpt and excerpt not in kept.excerpts and not kept.is_full:
            kept.excerpts.append(excerpt)
        return number

    def mark_html(self, number: int, *, inside_link: bool) -> str:
        """Build the note in the text: a small number that leads to the source where it has an address."""
        source = self.sources[number - 1]
        told = escape(" · ".join(part for part in (source.title, source.where) if part))
        label = f"[{number}]"
        if source.url and not inside_link:
            label = link_html(source.url, label, f' title="{told}" aria-label="source {number}: {told}"')
        return f'<sup class="nbclaude-cite" title="{told}">{label}</sup>'

    @property
    def html(self) -> str:
        """The list of sources; empty without any."""
        if not self.sources:
            return ""
        items = "".join(_item_html(source) for source in self.sources)
        return f'<div class="nbclaude-sources"><p><strong>Sources</strong></p>\n<ol>\n{items}</ol></div>\n'

    @property
    def markdown(self) -> str:
        """The same list in Markdown."""
        items = [_item_markdown(source) for source in self.sources]
        return "Sources:\n\n" + "\n".join(items) + "\n" if items else ""

    @property
    def text(self) -> str:
        """The same list as plain text."""
        lines = []
        for source in self.sources:
            url = source.url if is_safe_link(source.url) else ""
            facts = ", ".join(fact for fact in (source.title, source.place, url) if fact)
            lines.append(f"[{source.number}] {facts}\n")
        return "Sources:\n" + "".join(lines) if lines else ""


def _source_of(citation: Mapping[str, Any], number: int) -> Source:
    url = str(citation.get("url") or citation.get("source") or "")
    document = citation.get("document_index")
    fallback = f"Document {document + 1}" if isinstance(document, int) else host_of(url) or url or "Source"
    title = str(citation.get("title") or citation.get("document_title") or fallback)
    return Source(number, " ".join(title.split()), url, _place_of(citation))


def _place_of(citation: Mapping[str, Any]) -> str:
    """Say where in the source it is. The ends of pages and blocks are exclusive, and blocks are counted from 0."""
    match citation:
        case {"start_page_number": int(start), "end_page_number": int(end)}:
            return _range("page", start, end - 1)
        case {"start_block_index": int(start), "end_block_index": int(end)}:
            return _range("block", start + 1, end)
        case {"start_char_index": int(start), "end_char_index": int(end)}:
            return f"characters {start:,}–{end:,}"
        case _:
            return ""


def _range(unit: str, first: int, last: int) -> str:
    return f"{unit} {first}" if last <= first else f"{unit}s {first}–{last}"


def _item_html(source: Source) -> str:
    parts = [link_html(source.url, escaped(source.title))]
    if source.where:
        parts.append(f' <span class="nbclaude-where">· {escaped(source.where)}</span>')
    if source.excerpt:
        parts.append(f'<br><span class="nbclaude-excerpt">“{escaped(source.excerpt)}”</span>')
    return f"<li>{''.join(parts)}</li>\n"


def _item_markdown(source: Source) -> str:
    facts = [link_markdown(source.url, source.title), escaped_markdown(source.where)]
    if source.excerpt:
        facts.append(f"“{escaped_markdown(source.excerpt)}”")
    return f"{source.number}. " + " · ".join(fact for fact in facts if fact)


def citation_mark(number: int, before: str) -> str:
    """Return the mark for a note that follows the character `before`.

    It ends in punctuation where it follows punctuation: emphasis behind it begins or ends as it would without it.
    """
    return f"<\ufdd0{number}\ufdd1" if before.isalnum() else f"<\ufdd0{number}>"


def has_marks(markdown: str) -> bool:
    """Tell whether there may be marks in a Markdown text."""
    return "\ufdd0" in markdown


def marks_as_text(markdown: str) -> str:
    """Write the marks in a Markdown text as `[1]`, so that no other reader of it takes them for something else."""

    def written(found: re.Match[str]) -> str:
        # "[1](" would be a link, "[1]:" and "[1][" references, and so would a plain "[1]" that somewhere is defined.
        is_markup = markdown[found.end() : found.end() + 1] in ("(", ":", "[") or f"[{found[1]}]:" in markdown
        return f"[{found[1]}\\]" if is_markup else f"[{found[1]}]"

    return _MARK.sub(written, markdown)


def citations_plugin(md: MarkdownIt, citations: Citations) -> None:
    """Let a parser read the marks; in code, formulas and addresses they are left out."""

    def rule(state: StateInline, silent: bool) -> bool:
        found = _MARK.match(state.src, state.pos, state.posMax)
        if found is None or not 1 <= int(found[1][:9]) <= len(citations.sources):
            return False
        if not silent:
            state.push("citation", "", 0).meta = {"number": int(found[1])}
        state.pos = found.end()
        return True

    def render(tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
        meta = tokens[index].meta
        return citations.mark_html(meta["number"], inside_link=meta["inside_link"])

    md.inline.ruler.before("autolink", "citation", rule)
    md.core.ruler.push("citations", _clean)
    cast("dict[str, Any]", cast("RendererHTML", md.renderer).rules)["citation"] = render


def _clean(state: StateCore) -> None:
    if not has_marks(state.src):
        return
    for token in state.tokens:
        for one in (token, *(token.children or ())):
            if one.type in ("fence", "code_block", "code_inline", "math_inline", "math_display"):
                one.content = _MARK.sub("", one.content)
                one.info = _MARK.sub("", one.info)
            elif one.type == "link_open":
                one.attrSet("href", _ENCODED_MARK.sub("", str(one.attrGet("href") or "")))
