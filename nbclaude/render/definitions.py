"""Keeps what settled text has defined, links and footnotes, for the text that comes after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from nbclaude.render.dividing import END_LABEL

__all__ = ["Definitions", "defines_links"]

_FOOTNOTE_MARK = re.compile(r"\[\^([^\[\]\s]++)\]")


class Definitions:
    """What one text has defined so far, as the environments that the parser reads and writes."""

    def __init__(self, document_id: str) -> None:
        self._document_id = document_id
        self.kept: dict[str, Any] = {"docId": document_id}
        self.has_any = False  # whether a link was defined, in text that has settled or not

    def none(self) -> dict[str, Any]:
        """Return the environment of a text that is parsed as a whole."""
        return {"docId": self._document_id}

    def environment_for(self, text: str) -> dict[str, Any]:
        """What settled text has defined, plus a note for every mark: a mark that has no note in the end is rare."""
        kept = self.kept.get("footnotes", {"refs": {}, "list": {}})
        # The parser changes what it finds here, but never an entry of the references.
        notes = dict(kept["refs"])
        environment = {
            "docId": self._document_id,
            "draft": True,
            "references": dict(self.kept.get("references", {})),
            "footnotes": {"refs": notes, "list": {key: dict(note) for key, note in kept["list"].items()}},
        }
        for label in _FOOTNOTE_MARK.findall(text):
            notes.setdefault(":" + label, -1)
        return environment

    def note(self, environment: dict[str, Any]) -> None:
        """Note whether a text defines links, from what its parser has written."""
        self.has_any = self.has_any or defines_links(environment)

    def keep(self, environment: dict[str, Any], settled: Sequence[Token], to_line: int) -> None:
        """Keep what the settled lines have defined or used: link references, and the numbers of notes."""
        references = self.kept.setdefault("references", {})
        for label, reference in environment.get("references", {}).items():
            if label not in references and reference["map"][1] <= to_line:
                references[label] = {**reference, "map": [-1, -1]}
        notes = self.kept.setdefault("footnotes", {"refs": {}, "list": {}})
        for token in settled:
            for child in token.children or ():
                if child.type == "footnote_ref":
                    note = child.meta["id"]
                    notes["refs"][":" + child.meta["label"]] = note
                    count = notes["list"].get(note, {"count": 0})["count"]
                    notes["list"][note] = {"label": child.meta["label"], "count": count + 1}


def defines_links(environment: dict[str, Any]) -> bool:
    """Tell whether links are defined, other than what ends a block."""
    return bool(environment.get("references", {}).keys() - {normalizeReference(END_LABEL)})
