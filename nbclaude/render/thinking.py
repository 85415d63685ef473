"""Shows thinking in an open fold that grows, and folds itself when something else begins, or as one line."""

from __future__ import annotations

from nbclaude.render.fragments import line_html
from nbclaude.render.pages import Part
from nbclaude.render.sections import TextSection

__all__ = ["REDACTED", "ThinkingSection", "thought_for"]

REDACTED = "Part of the thinking is encrypted (redacted by Anthropic's safety systems)"
_SIGN = '<div class="nbclaude-waiting" role="status"><i></i><span>Thinking…</span></div>\n'
_AT_ONCE = 0.5  # seconds: thinking that was shorter and left no word is not worth a line


class ThinkingSection:
    """One thinking block: its summary is a Markdown document in a fold, on as many pages as it takes.

    `at` is when it began, in seconds; 0 means that nobody knows.
    """

    def __init__(self, document_id: str, at: float) -> None:
        self._summary = TextSection(document_id)
        self._begun = self._ended = at
        self._has_text = False
        self.parts: list[Part] = self._summary.parts

    def feed(self, text: str, at: float) -> None:
        """Take the next piece of the summary."""
        self._ended = at or self._ended
        self._has_text = self._has_text or bool(text.strip())
        self._summary.feed(text)

    def end_block(self, index: int, at: float) -> None:
        """Note when the thinking ended."""
        self._ended = at or self._ended

    def begin_part(self) -> Part:
        """Begin the part on a new page, in a fold of its own."""
        return self._summary.begin_part()

    @property
    def is_behind(self) -> bool:
        """Whether a little of what has come is not laid yet."""
        return self._summary.is_behind

    @property
    def is_far_behind(self) -> bool:
        """Whether more has come than is laid at once."""
        return self._summary.is_far_behind

    @property
    def behind(self) -> int:
        """How many characters have come that are not laid yet."""
        return self._summary.behind

    def lay(self, limit: float, *, catch_up: bool = False, at_most: int | None = None) -> bool:
        """Show the summary as it stands, open; while there is none, a sign of life."""
        is_full = self._summary.lay(limit, catch_up=catch_up, at_most=at_most)
        part = self.parts[-1]
        part.source = ""
        if self._has_text:
            part.before, part.after = _around(self._title(part, "Thinking…"), is_open=True)
        else:
            part.tail = _SIGN
        return is_full

    def close(self, *, portions: int | None = None) -> list[Part]:
        """Fold it, and say how long it took; a page that had closed open is painted folded, this once."""
        before = [part.html for part in self.parts]
        self._summary.close(portions=portions)
        title = thought_for(self._ended - self._begun if self._begun else None)
        for part in self.parts:
            part.source = ""
            if part is self.parts[0] and (self._has_text or self._is_worth_a_line):
                part.note = f"({title})"
            if self._has_text:
                part.before, part.after = _around(self._title(part, title), is_open=False)
            else:
                part.replace(line_html(title) if self._is_worth_a_line else "")
        return [part for part, html in zip(self.parts, before, strict=True) if part.html != html]

    @property
    def _is_worth_a_line(self) -> bool:
        return self._begun > 0 and self._ended - self._begun >= _AT_ONCE

    def _title(self, part: Part, title: str) -> str:
        return title if part is self.parts[0] else f"{title} (continued)"


def thought_for(seconds: float | None) -> str:
    """Say how long it thought: "Thought for 4 s"; only "Thought" where nobody knows."""
    if seconds is None:
        return "Thought"
    whole = max(1, round(seconds))
    return f"Thought for {whole} s" if whole < 60 else f"Thought for {whole // 60} min {whole % 60} s"


def _around(title: str, *, is_open: bool) -> tuple[str, str]:
    state = " open" if is_open else ""
    opening = f'<details class="nbclaude-fold nbclaude-thinking"{state}><summary>{title}</summary>\n'
    return f'{opening}<div class="nbclaude-inside">', "</div></details>\n"
