"""The kinds of settings that are words of a certain form: names of features, variables, macros, figures and cells."""

from __future__ import annotations

import keyword
import re

from nbclaude.settings.kinds import Text, Whole
from nbclaude.settings.plain import number_of, plain_text

__all__ = ["Beta", "Cells", "Figure", "Identifier", "Macro"]


class Beta(Text):
    """The name of a beta feature, which goes into a header."""

    what = "the name of a beta feature, like files-api-2025-04-14"

    def check(self, value: object) -> str:
        """Check a value of Python."""
        text = Text.check(self, value)
        if not text.isascii() or not text.isprintable():
            raise self.unfit()
        return text


class Identifier(Text):
    """The name of a variable."""

    what = "the name of a Python variable"

    def check(self, value: object) -> str:
        """Check a value of Python."""
        text = plain_text(value)
        if text is None or not text.isidentifier() or keyword.iskeyword(text):
            raise self.unfit()
        return text


class Macro(Text):
    """The name of a LaTeX macro that answers may use, with or without its backslash."""

    what = (
        "the name of a macro that the notebook defines, such as 'R': letters only, and not a command that itself defines, "
        "loads, links or styles"
    )

    def check(self, value: object) -> str:
        """Check a value of Python."""
        from nbclaude.render.formulas import is_macro_name  # the table of commands loads with the first macro

        text = (plain_text(value) or "").removeprefix("\\")
        if not is_macro_name(text):
            raise self.unfit()
        return text


_FIGURES = re.compile(r"([0-9]+)|In\[([0-9]+)\](?:\.([0-9]+))?")


class Figure(Text):
    """Which figure: 1 is the last one, `cell` all of the last cell that plotted, `In[4]` those of cell 4."""

    what = "a number from 1 (1 is the last figure), cell, or In[N]; write -- before a prompt that begins with one"

    def check(self, value: object) -> str:
        """Check a value of Python."""
        text = plain_text(value) or ""
        numbers = _FIGURES.fullmatch(text)
        if text != "cell" and not (numbers and all(each.strip("0") for each in numbers.groups("1"))):
            raise self.unfit()
        return text


class Characters(Whole):
    """A budget of characters: none, or enough to hold something."""

    @property
    def wanted(self) -> str:
        """What it must be, as the end of a sentence."""
        return f"0, or a number of characters from {self.least}"

    def check(self, value: object) -> int:
        """Check a value of Python."""
        return 0 if number_of(value) == 0 else super().check(value)


class Cells(Text):
    """How many cells, or `all`, or those that are `needed`, or `In[4]` for cell 4."""

    what = "how many cells, all, needed, or In[N]"

    def check(self, value: object) -> str:
        """Check a value of Python."""
        text = plain_text(value) or ""
        if text not in ("all", "needed") and not re.fullmatch(r"[0-9]+|In\[0*[1-9][0-9]*\]", text):
            raise self.unfit()
        return text
