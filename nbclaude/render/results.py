"""Renders the content of a tool's result, and summarises it in a few words.

Results hold what strangers wrote: pages of the web, files, the output of programs. Nothing in them is loaded or run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from nbclaude.plurals import counted
from nbclaude.render.data_urls import data_url
from nbclaude.render.fragments import code_html, json_html, line_html, long_markdown, text_html
from nbclaude.render.links import host_of, link_html
from nbclaude.render.seams import escaped

__all__ = ["BECAME", "error_of", "outcome_of", "result_html", "unmarked"]

# The field that tells what became of a call, where its result does not: "denied", "stopped" or "not run".
BECAME = "nbclaude_became"

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_MAX_LENGTH = 400_000  # characters of base64 that a notebook is to keep
_MAX_RESULTS = 500  # that are shown: no search finds so many
_ENCODED = re.compile(r"[A-Za-z0-9+/]++={0,2}")


def error_of(result: Mapping[str, Any]) -> str:
    """Return why a tool failed: the error's code, "error" where there is none, or nothing when it did not fail."""
    content = result.get("content")
    if isinstance(content, Mapping) and content.get("error_code"):
        return str(content["error_code"])
    if isinstance(content, Mapping) and str(content.get("type")).endswith("_error"):
        return "error"
    return "error" if result.get("is_error") else ""


def outcome_of(content: Any) -> str:
    """Say in a few words what came: "8 results", "exit 0"; nothing where the result itself is the answer."""
    match content:
        case {"return_code": int(code)}:
            return f"exit {code}"
        case {"tool_references": list(references)}:
            names = ", ".join(str(one.get("tool_name")) for one in references if isinstance(one, Mapping))
            return f"found {names}" if names else "found none"
        case {"num_lines": int(lines)}:
            return counted(lines, "line")
        case list() if all(
            isinstance(one, Mapping) and one.get("type") == "web_search_result" for one in content
        ):
            return counted(len(content), "result")
        case _:
            return ""


_MARKED = re.compile(r'\A<tool_result name="[^"]*">\n(.*)\n</tool_result>\Z', re.DOTALL)


def unmarked(text: str) -> str:
    """Return the text of a tool's result without the marks that show the model where it begins and ends."""
    found = _MARKED.match(text)
    return found[1] if found else text


def result_html(content: Any, language: str = "") -> str:
    """Build the HTML of a result; `language` is that of the code in it."""
    match content:
        case None | "":
            return ""
        case str():
            return text_html(content)
        case list():
            return _list_html(content)
        case {"error_code": _}:
            message = str(content.get("error_message") or "")
            return f"<p>{escaped(message)}</p>\n" if message else ""
        case {"type": str(kind)} if kind in _READERS:
            return _READERS[kind](content)
        case {"stdout": _}:
            return _output_html(content)
        case {"type": "text_editor_code_execution_view_result", "content": str(text)}:
            return code_html(text, language)
        case _:
            return json_html(content)


def _list_html(content: Sequence[Any]) -> str:
    pieces: list[str] = []
    links = [one for one in content if _is_found(one)]
    if links:
        pieces.append("<ol>\n" + "".join(_link_item(one) for one in links[:_MAX_RESULTS]) + "</ol>\n")
    others = [one for one in content if not _is_found(one)]
    pieces += [_item_html(one) for one in others[:_MAX_RESULTS]]
    if left := max(len(links) - _MAX_RESULTS, 0) + max(len(others) - _MAX_RESULTS, 0):
        pieces.append(line_html(f"{counted(left, 'more result')}, not shown"))
    return "".join(pieces)


def _is_found(item: Any) -> bool:
    """Tell whether it is something that a search found; gateways leave the type out."""
    return (
        isinstance(item, Mapping)
        and item.get("type", "web_search_result") == "web_search_result"
        and "url" in item
    )


def _link_item(result: Mapping[str, Any]) -> str:
    url = str(result.get("url") or "")
    title = " ".join(str(result.get("title") or url or "untitled").split())
    where = " · ".join(str(part) for part in (host_of(url), result.get("page_age")) if part)
    more = f' <span class="nbclaude-where">· {escaped(where)}</span>' if where else ""
    return f"<li>{link_html(url, escaped(title))}{more}</li>\n"


def _item_html(item: Any) -> str:
    match item:
        case {"type": "text", "text": str(text)}:
            return text_html(unmarked(text))
        case {"type": "image", "source": {"type": "base64", "media_type": str(kind), "data": str(data)}} if (
            kind in _PICTURES and len(data) <= _MAX_LENGTH and _ENCODED.fullmatch(data)
        ):
            # Its very bytes: nothing is loaded from anywhere.
            return f'<img class="nbclaude-thumb" alt="" src="{data_url(kind, data)}">\n'
        case {"type": "image"}:
            return line_html("An image, not shown")
        case _:
            return json_html(item)


def _page_html(result: Mapping[str, Any]) -> str:
    document = result.get("content")
    document = document if isinstance(document, Mapping) else {}
    url = str(result.get("url") or "")
    title = str(result.get("title") or document.get("title") or "")
    heading = f"<p>{link_html(url, escaped(title or url))}</p>\n" if title or url else ""
    match document.get("source"):
        case {"type": "text", "data": str(text)}:
            return heading + text_html(text)
        case {"media_type": media_type}:
            return heading + line_html(f"A document of type {escape(str(media_type))}, not shown")
        case _:
            return heading


def _output_html(result: Mapping[str, Any]) -> str:
    pieces = [code_html(str(result["stdout"]))] if str(result.get("stdout") or "").strip() else []
    if str(result.get("stderr") or "").strip():
        pieces += [line_html("stderr"), code_html(str(result["stderr"]))]
    if result.get("encrypted_stdout"):
        pieces.append(line_html("The output is encrypted."))
    files = result.get("content")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, Mapping) and file.get("file_id"):
            pieces.append(line_html(f"Made the file <code>{escaped(str(file['file_id']))}</code>"))
    return "".join(pieces)


def _replacement_html(result: Mapping[str, Any]) -> str:
    lines = result.get("lines")
    return code_html("\n".join(str(line) for line in lines), "diff") if isinstance(lines, list) else ""


def _in_the_line(result: Mapping[str, Any]) -> str:
    return ""  # the line of the fold says it all


_READERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "web_fetch_result": _page_html,
    "code_execution_result": _output_html,
    "encrypted_code_execution_result": _output_html,
    "bash_code_execution_result": _output_html,
    "text_editor_code_execution_create_result": _in_the_line,
    "text_editor_code_execution_str_replace_result": _replacement_html,
    "tool_search_tool_search_result": _in_the_line,
    "advisor_result": lambda result: long_markdown(str(result.get("text") or "")),
    "advisor_redacted_result": lambda result: line_html("The advice is encrypted."),
}
