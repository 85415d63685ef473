"""The options that verbs have of their own, beside those of every ask."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbclaude.settings.kinds import Choice, Flag, Text
from nbclaude.settings.rows import Option

__all__ = ["EDIT", "EXPLAIN", "FIX", "OWN", "cell_number", "options_text"]

_NUMBER = re.compile(r"(?:In)?\[?(\d+)\]?")

_NO_VALUES = Option(
    ("--no-values",), "", "send types and shapes, and no values", kind=Flag(), field="no_values"
)
FIX = (
    Option(("--cell",), "N", "mend the cell that ran as In[N]", kind=Text(), field="cell"),
    _NO_VALUES,
)
EXPLAIN = (
    Option(
        ("--level",),
        "beginner|practitioner|expert",
        "for whom",
        kind=Choice(("beginner", "practitioner", "expert")),
        field="level",
    ),
    Option(("--lang",), "LANGUAGE", "in which language, as de or German", kind=Text(), field="lang"),
    Option(("--brief",), "", "in three sentences at most", kind=Flag(), field="brief"),
    Option(("--no-run",), "", "explain the cell below without running it", kind=Flag(), field="no_run"),
    Option(("--cell",), "N", "explain the cell that ran as In[N]", kind=Text(), field="cell"),
    _NO_VALUES,
)
EDIT = (
    Option(("--apply",), "", "change the cell at once", kind=Flag(), field="apply"),
    Option(
        ("--no-values",), "", "send no values of the names that the cell uses", kind=Flag(), field="no_values"
    ),
)
OWN: Mapping[str, tuple[Option, ...]] = {
    "claude_fix": FIX,
    "fix": FIX,
    "claude_edit": EDIT,
    "claude_explain": EXPLAIN,
    "explain": EXPLAIN,
}
"""By the name of the magic."""


def cell_number(wanted: str) -> int | None:
    """Return the number that `--cell` names: 5 for `5` or `In[5]`; None if it names none."""
    found = _NUMBER.fullmatch(wanted)
    return int(found[1]) if found else None


def options_text(options: tuple[Option, ...]) -> str:
    """Return the options of a verb for its help page."""
    width = max(len(option.usage) for option in options)
    return "\n".join(f"  {option.usage:<{width}}  {option.help}" for option in options)
