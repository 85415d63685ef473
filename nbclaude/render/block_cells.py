"""Tells how to turn a code block into a cell: which lines of a session were typed, and which cell magic runs its language."""

from __future__ import annotations

import re

__all__ = ["MAGICS", "PYTHON", "SHELLS", "cell_classes", "language_tag", "magic_of", "typed_source"]

PYTHON = frozenset(
    ["", "python", "py", "python3", "py3", "ipython", "ipython3", "jupyter", "pycon", "sage", "cython3"]
)
SHELLS = frozenset(["bash", "sh", "shell", "zsh", "console"])
MAGICS = {
    "bash": "bash",
    "sh": "sh",
    "shell": "bash",
    "zsh": "script zsh",
    "console": "bash",
    "sql": "sql",
    "sqlite": "sql",
    "postgresql": "sql",
    "mysql": "sql",
    "html": "html",
    "svg": "svg",
    "javascript": "javascript",
    "js": "javascript",
    "r": "R",
    "latex": "latex",
    "tex": "latex",
    "markdown": "markdown",
    "md": "markdown",
    "perl": "perl",
    "ruby": "ruby",
    "rb": "ruby",
    "cython": "cython",
    "julia": "julia",
}
"""The cell magic that runs a block, by its language."""

_PYTHON_SIGN = re.compile(r"(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
_SHELL_SIGN = re.compile(r"\$ ")
_TAG = re.compile(r"[{.\s]*([\w+#-]*)")


def language_tag(language: str) -> str:
    """Return the language without what some models write around it: `{python}`, `python,ignore`."""
    found = _TAG.match(language)
    return found[1].lower() if found else ""


def typed_source(tag: str, source: str) -> str:
    """Return the typed lines of a session without their prompt signs; other code is returned unchanged."""
    lines = source.split("\n")
    typed = [lines[number] for number in _typed_lines(tag, source)]
    return "\n".join(line.partition(" ")[2] for line in typed) if typed else source


def _typed_lines(tag: str, source: str) -> list[int]:
    """Return which lines of a session were typed, counted from 0; none if the code is not a session.

    The first word of each is a prompt sign, which was not typed.
    """
    sign = _PYTHON_SIGN if tag in PYTHON else _SHELL_SIGN if tag in SHELLS else None
    if sign is None or not sign.match(source):
        return []
    return [number for number, line in enumerate(source.split("\n")) if sign.match(line)]


def magic_of(tag: str, source: str) -> str:
    """Return the cell magic that code in this language needs; empty if it needs none or already has one."""
    is_empty_markup = tag in ("html", "svg") and not source.strip()
    return "" if is_empty_markup or source.lstrip().startswith("%%") else MAGICS.get(tag, "")


def cell_classes(language: str, code: str) -> str:
    """Return the classes of a code block that tell our extension how to turn it into a cell.

    Front ends keep classes even in untrusted notebooks. Examples: `magic-script-zsh`, `typed-0-2`.
    """
    tag, source = language_tag(language), code.strip("\n")
    magic = magic_of(tag, typed_source(tag, source)).split()
    facts = {"magic": magic, "typed": map(str, _typed_lines(tag, source))}
    found = ("-".join((name, *words)) for name, words in facts.items())
    return "".join(f" {each}" for each in found if "-" in each)
