"""Texts of an answer as places in the Markdown of its outputs, so that a notebook holds each text once.

A place is `[page, start, end]`. White space that the outputs do not have stands between places as it is, and so do the delimiters
of formulas that the outputs have in dollars. What the outputs have besides may only be white space, marks of citations, calls of
tools, and the list of sources at the end: so no word can be added or skipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from nbclaude.render.dollars import DOLLARS

__all__ = ["Segment", "is_shown", "segments_of", "texts_of_segments"]

Segment = list[int] | str
# A call of a tool is an italic line, with its arguments in a fence.
_CALL = r"^\*[^\n]+\*$(?:\n\n(`{3,})json\n[\s\S]*?\n\1$)?"
_GAP = re.compile(rf"(?:\s|\[\d{{1,4}}\\?\]|{_CALL})+", re.MULTILINE)
_SPACE = re.compile(r"\s+")
_SOURCES = re.compile(r"Sources:\n\n1\. ")
_FENCE = re.compile(r"^(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE)
# The delimiter of a formula whose backslash is doubled.
_DOUBLED = re.compile(r"(?<=\\)\\(?=[()\[\]])")
_STEP = 4_096


def segments_of(texts: Sequence[str], pages: Mapping[int, str]) -> list[list[Segment]] | None:
    """Find the texts, which stand one behind the other in the pages; None where they say something else."""
    found: list[list[Segment]] = []
    places = sorted(pages)
    page, at = 0, 0
    for text in texts:
        segments: list[Segment] = []
        done = 0
        while done < len(text):
            shown = pages[places[page]] if page < len(places) else ""
            length = _common(text, done, shown, at)
            if length:
                segments.append([places[page], at, at + length])
                done, at = done + length, at + length
                continue
            if page < len(places) and at == len(shown):
                page, at = page + 1, 0
                continue
            space = _SPACE.match(text, done)
            gap = _DOUBLED.match(shown, at) or _GAP.match(shown, at)
            dollars = DOLLARS.get(text[done : done + 2], "")
            if space is not None:
                segments.append(space[0])
                done = space.end()
            elif dollars and shown.startswith(dollars, at):
                segments.append(text[done : done + 2])
                done, at = done + 2, at + len(dollars)
            elif gap is not None:
                at = gap.end()
            else:
                return None
        found.append(segments)
    written = texts_of_segments(found, pages)
    return found if written == list(texts) else None


def texts_of_segments(segments: Sequence[Any], pages: Mapping[int, str]) -> list[str] | None:
    """Put the texts together; None if they leave a word of the pages out, or are no places in them."""
    shown, begins = _joined(pages)
    at = 0
    dollars: list[str] = []  # what the delimiters since the last place stand for
    texts = []
    for one in segments:
        pieces = []
        for segment in one if isinstance(one, list) else [None]:
            if isinstance(segment, str) and (segment in DOLLARS or not segment.strip()):
                dollars += [DOLLARS[segment]] if segment in DOLLARS else []
                pieces.append(segment)
                continue
            if not _is_place(segment) or segment[0] not in begins:
                return None
            number, start, end = segment
            begin = begins[number] + start
            if not 0 <= start < end <= len(pages[number]) or begin < at:
                return None
            is_doubled = not dollars and begin == at + 1 and _DOUBLED.match(shown, at) is not None
            if not is_doubled and _after_gaps(shown[at:begin], dollars) != "":
                return None
            pieces.append(pages[number][start:end])
            at = begins[number] + end
            dollars = []
        texts.append("".join(pieces))
    rest = _after_gaps(shown[at:], dollars)
    return texts if rest == "" or (rest is not None and _SOURCES.match(rest)) else None


def is_shown(texts: Sequence[str], pages: Mapping[int, str]) -> bool:
    """Tell whether texts that were saved in full are what the pages show, however it is laid out: code in a fence."""
    shown = _FENCE.sub("", "\n".join(pages[number] for number in sorted(pages)))
    return _SPACE.sub("", "".join(texts)) == _SPACE.sub("", shown)


def _joined(pages: Mapping[int, str]) -> tuple[str, dict[int, int]]:
    """Return the pages as one text, and where each begins in it."""
    begins, position = {}, 0
    for number in sorted(pages):
        begins[number] = position
        position += len(pages[number]) + 1
    return "\n".join(pages[number] for number in sorted(pages)), begins


def _after_gaps(text: str, dollars: Sequence[str]) -> str | None:
    """Return what follows these dollars and what may stand beside the words of an answer; None if there is anything else."""
    for each in ("", *dollars):
        if not text.startswith(each):
            return None
        text = text[len(each) :]
        gap = _GAP.match(text)
        text = text[gap.end() :] if gap is not None else text
    return text


def _is_place(segment: Any) -> TypeGuard[list[int]]:
    return isinstance(segment, list) and len(segment) == 3 and all(type(number) is int for number in segment)


def _common(text: str, done: int, shown: str, at: int) -> int:
    """Return how many characters both have in common from these places on."""
    most = min(len(text) - done, len(shown) - at)
    length = 0
    while length < most:
        step = min(_STEP, most - length)
        if text[done + length : done + length + step] == shown[at + length : at + length + step]:
            length += step
            continue
        while text[done + length] == shown[at + length]:
            length += 1
        return length
    return length
