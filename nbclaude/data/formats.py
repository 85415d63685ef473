"""The formats of data, one row each: the word after the colon in `{df:schema}`, and what may follow it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen

__all__ = ["FORMATS", "DataFormat", "Format", "read_format"]


@frozen
class DataFormat:
    """A format of data. `argument` is what follows the word, as the help has it; `example` is such a format in full."""

    word: str
    about: str
    argument: str = ""
    example: str = ""


FORMATS: Mapping[str, DataFormat] = {
    row.word: row
    for row in (
        DataFormat("schema", "types and ranges, no rows"),
        DataFormat("stats", "types and statistics, no rows; a query is computed for them"),
        DataFormat("head", "the first rows", "N", "head 20"),
        DataFormat("full", "every row that fits"),
        DataFormat("group", "rows and numbers per group", "COLUMN", "group species"),
        DataFormat("compare", "what differs from another frame", "NAME", "compare other"),
    )
}
_ROWS = re.compile(r"[1-9][0-9]{0,6}")


@frozen
class Format:
    """A format as it was written: its word, the number of rows after `head`, and what follows `group` and `compare`."""

    word: str
    rows: int = 0
    argument: str = ""

    @property
    def shows_rows(self) -> bool:
        """Whether it consists of the rows themselves."""
        return self.word in ("head", "full")


def read_format(format: str) -> Format:
    """Read a format: "head 20", "schema", "group species"; a word that is not one of ours stays as it is.

    Raises ConfigurationError where what has to follow the word is missing or wrong.
    """
    word, _, argument = format.strip().partition(" ")
    argument = argument.strip()
    known = FORMATS.get(word)
    if known is None or not known.argument:
        return Format(format.strip())
    if word == "head":
        if not _ROWS.fullmatch(argument):
            raise ConfigurationError(
                f"The format head needs a number of rows, like head 20; it is {format!r}."
            )
        return Format(word, rows=int(argument))
    if not argument:
        raise ConfigurationError(
            f"The format {word} needs a {known.argument.lower()}, as in {known.example}; it is {format!r}."
        )
    return Format(word, argument=argument)
