"""Write into the source what is made of the table of settings: signature, help and fields, for type checkers and completion.

`python scripts/generate_source.py` writes it; with `--check` it only tells, by its exit status, whether it is up to date.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from nbclaude.settings.kinds import Given, Kind
from nbclaude.settings.rows import Setting
from nbclaude.settings.table import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
_WIDTH = 110
_REGION = re.compile(r"^( *)# <generated: ([\w ]+)>\n.*?^\1# <end>$", re.MULTILINE | re.DOTALL)
_ARGUMENTS = re.compile(r"^    Arguments:\n.*?\n\n", re.MULTILINE | re.DOTALL)
FILES = ("nbclaude/settings/values.py", "nbclaude/magics/traits.py", "nbclaude/reply/call.py")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` name those that are out of date; the exit status is 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only tell what is out of date")
    check = parser.parse_args(arguments).check
    stale = 0
    for name in FILES:
        path = ROOT / name
        text = path.read_text("utf-8")
        wanted = generated(text)
        if text == wanted:
            continue
        stale += 1
        if not check:
            path.write_text(wanted, "utf-8")
        say(f"{name} {'is out of date' if check else 'written'}")
    if stale and check:
        say("Run: make generate")
    return 1 if stale and check else 0


def generated(text: str) -> str:
    """Fill what stands between `# <generated: NAME>` and `# <end>`, and the list of arguments in a docstring."""

    def fill(found: re.Match[str]) -> str:
        lines = [f"# <generated: {found[2]}>", *REGIONS[found[2]](), "# <end>"]
        return "\n".join(f"{found[1]}{line}" if line else "" for line in lines)

    text = _REGION.sub(fill, text)
    listed = "\n".join(argument_help())
    return _ARGUMENTS.sub(lambda _: f"    Arguments:\n{listed}\n\n", text)


def options_class() -> Iterator[str]:
    """Write the fields of `Options`."""
    yield "@frozen"
    yield "class Options:"
    yield '    """What one ask was given as options."""'
    yield ""
    for row in SETTINGS:
        if row.options:
            yield f"    {row.name}: {_of_options(row)} = {_literal(row.unset)}"
    yield ""


def settings_class() -> Iterator[str]:
    """Write the fields of `Settings`."""
    yield "@frozen"
    yield "class Settings:"
    yield '    """What a request is made with."""'
    yield ""
    for row in SETTINGS:
        if row.held:
            yield f"    {row.name}: {_or_none(_annotation(row.kind), row.default)} = {_literal(row.default)}"
    yield "    asked: frozenset[str] = frozenset()"
    yield ""


def trait_fields() -> Iterator[str]:
    """Write the traits, as what one reads from them."""
    for row in SETTINGS:
        if row.configurable:
            type_ = _annotation(row.kind).replace("tuple[str, ...]", "list[str]").replace("Mapping[", "dict[")
            type_ = type_.partition(" | list[dict")[0]
            yield f"{row.name}: {_or_none(type_, row.default)}"


def ask_arguments() -> Iterator[str]:
    """Write the arguments of `nbclaude.ask`."""
    for row in SETTINGS:
        if row.in_ask:
            yield f"{row.name}: {_or_none(row.kind.accepts, _ask_default(row))} = {_literal(_ask_default(row))},"


def argument_help() -> Iterator[str]:
    """Write what the arguments mean, for the docstring."""
    for row in SETTINGS:
        if row.in_ask:
            words = f"{row.name}: {row.help}."
            yield from textwrap.wrap(
                words, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 12, break_long_words=False
            )


REGIONS: dict[str, Callable[[], Iterator[str]]] = {
    "options": options_class,
    "settings": settings_class,
    "traits": trait_fields,
    "arguments of ask": ask_arguments,
}


def _ask_default(row: Setting) -> object:
    return row.default if isinstance(row.default, bool | str) and not row.configurable else None


def _annotation(kind: Kind) -> str:
    return kind.of if isinstance(kind, Given) else kind.annotation


def _of_options(row: Setting) -> str:
    option = row.options[0]
    kind = option.kind
    each = kind.of_word or _annotation(kind)
    return _or_none(f"tuple[{each}, ...]" if option.repeat else each, row.unset)


def _or_none(type_: str, default: object) -> str:
    return f"{type_} | None" if default is None and type_ not in ("Any", "object") else type_


def _literal(value: object) -> str:
    if value == {}:
        return "field(default_factory=dict)"
    return (
        f"{value:_}"
        if isinstance(value, int) and not isinstance(value, bool)
        else repr(value).replace("'", '"')
    )


def say(text: str) -> None:
    """Print to whoever runs it."""
    print(text, file=sys.stdout, flush=True)  # noqa: T201 - a program that is run for what it prints


if __name__ == "__main__":
    sys.exit(main())
