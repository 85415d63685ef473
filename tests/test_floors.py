"""What the floors of the house promise beyond their imports: below the surfaces nobody spells an option or a magic."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbclaude
from nbclaude.options import OPTIONS

_PACKAGE = Path(nbclaude.__file__).parent
_ROOMS = (
    *("asking", "client", "context", "conversation", "data", "edits", "models", "output", "secrets", "tools"),
    "wire",
)
_MODULES = (
    "cleaning.py",
    "cures.py",
    "errors.py",
    "plurals.py",
    "readable.py",
    "refusal.py",
    "stopping.py",
    "texts.py",
)
_LONG = "|".join(re.escape(name) for option in OPTIONS for name in option.names if name.startswith("--"))
# `-m` alone may be anything: a short option is known by the bracket or the value that stands around it.
_SPELLED = re.compile(
    rf"%%?claude|%config|(?<![\w-])(?:{_LONG})(?![\w-])|\(-[a-z]\)|(?<!\S)-[a-z] [A-Z]{{2,}}"
)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Give every string of a module, docstrings included, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def paths() -> list[Path]:
    inside = [path for room in _ROOMS for path in sorted((_PACKAGE / room).rglob("*.py"))]
    return inside + [_PACKAGE / name for name in _MODULES]


@pytest.mark.parametrize("text", ["see %claude_login", "%config x", "use --new.", "choose (-m)", "-a FILE"])
def test_the_search_finds_what_it_is_for(text: str) -> None:
    assert _SPELLED.search(text)


def test_below_the_surfaces_no_option_or_magic_is_spelled() -> None:
    assert len(paths()) > 100
    found = [
        f"{path.relative_to(_PACKAGE)}:{line}: {text[:80]}"
        for path in paths()
        for line, text in texts(path)
        if _SPELLED.search(text)
    ]
    assert found == []


def test_every_room_has_its_floor() -> None:
    project = Path(__file__).parents[1] / "pyproject.toml"
    contracts = tomllib.loads(project.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    named = {name.removeprefix("nbclaude.") for layer in layers for name in layer.split(" | ")}
    rooms = {path.name for path in _PACKAGE.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.stem for path in _PACKAGE.glob("*.py")} - {"__init__"}
    # The simulator stands beside the house; a contract of its own says on what.
    assert named == rooms - {"simulator"}
