"""Writes docs/magics.md from the options, the docstrings of the magics and the help of the settings.

`python scripts/generate_docs.py` writes them; with `--check` it only tells, by its exit status, whether they are up to date.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbclaude
from nbclaude.magics import FAMILIES
from nbclaude.magics.traits import setting_help
from nbclaude.options import OPTIONS, Option, help_page
from nbclaude.settings.table import BY_NAME, SETTINGS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "magics.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` name those that are out of date; the exit status is 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only tell what is out of date")
    check = parser.parse_args(arguments).check
    stale = 0
    for path, wanted in ((PAGE, magics_page()),):
        if path.exists() and path.read_text("utf-8") == wanted:
            continue
        stale += 1
        if not check:
            path.write_text(wanted, "utf-8")
        say(f"{path.relative_to(ROOT)} {'is out of date' if check else 'written'}")
    if stale and check:
        say("Run: python scripts/generate_docs.py")
    return 1 if stale and check else 0


def magics_page() -> str:
    """Build docs/magics.md."""
    return "\n\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    yield "# Magics, options and settings"
    yield "<!-- Written by scripts/generate_docs.py from the code; change the code, then run it. -->"
    yield "Everything that can be typed, as the code itself describes it."
    yield "## `%claude` and `%%claude`"
    yield "This is the page that `%claude?` shows."
    yield _listing(help_page())
    yield "### Options and what they are called in `nbclaude.ask`"
    yield options_table()
    for name, text in _other_magics():
        yield f"## `%{name}`"
        yield _listing(text)
    yield "## Settings"
    yield (
        "`%config ClaudeMagics` shows them with their values, `%config ClaudeMagics.NAME = VALUE` sets one in this kernel, and\n"
        "`c.ClaudeMagics.NAME = VALUE` in an IPython configuration file sets it for good. An option of the magic goes before\n"
        "a setting, a setting before an environment variable, that before the default."
    )
    yield settings_table()
    yield "## `nbclaude.ask`"
    signature = str(inspect.signature(nbclaude.ask)).replace("''", '""').replace("'", "")
    yield f"```python\nnbclaude.ask{_wrapped(signature)}\n```"
    yield _listing(inspect.getdoc(nbclaude.ask) or "")


def options_table() -> str:
    """Build the table of the options, with the keyword arguments that mean the same in `nbclaude.ask`."""
    rows = [(_code(option.usage), _sentence(option.help), _keyword(option)) for option in OPTIONS]
    return _table(("Option", "Meaning", "In `ask`"), rows)


def settings_table() -> str:
    """Build the table of the settings: default, environment variable and help of each."""
    rows = []
    for row in sorted(SETTINGS, key=lambda row: row.name):
        if row.configurable:
            default = _code(repr(row.default).replace("'", '"')) if row.default not in ((), {}) else "nothing"
            variable = _code(row.environment) if row.environment else ""
            rows.append((_code(row.name), default, variable, _sentence(setting_help(row))))
    return _table(("Setting", "Default", "Environment", "Meaning"), rows)


def _other_magics() -> Iterator[tuple[str, str]]:
    for magics in (row.load() for row in FAMILIES):
        for name, method in magics.magics["line"].items():
            if name != "claude":
                yield name, inspect.getdoc(getattr(magics, str(method))) or ""


def _keyword(option: Option) -> str:
    if not BY_NAME[option.field].in_ask:
        return ""
    return _code(
        f"{option.field}=…" if option.metavar else f"{option.field}={option.flag!r}".replace("'", '"')
    )


def _sentence(text: str) -> str:
    text = " ".join(text.split()).replace("|", r"\|")
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _code(text: str) -> str:
    return f"`{text}`".replace("|", r"\|")


def _listing(text: str) -> str:
    return f"```text\n{text.strip()}\n```"


def _wrapped(signature: str) -> str:
    inside, _, result = signature.removeprefix("(").rpartition(")")
    arguments = re.split(r", (?=[a-z*])", inside)
    return "(\n" + "".join(f"    {argument},\n" for argument in arguments) + f"){result}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, [":--"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def say(text: str) -> None:
    """Print to whoever runs it."""
    print(text, file=sys.stdout, flush=True)  # noqa: T201 - a program that is run for what it prints


if __name__ == "__main__":
    sys.exit(main())
