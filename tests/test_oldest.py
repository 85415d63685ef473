"""The oldest environment is what pyproject.toml promises: each dependency is there in the oldest version that is allowed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version without zeros at its end: 8, 8.0 and 8.0.0 are one floor."""
    found = [int(number) for number in version.split(".")]
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def test_each_floor_is_in_the_oldest_environment() -> None:
    lines = (ROOT / "tests" / "oldest.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    floors: dict[str, str] = {}
    for requirement in (*extras["test"], *extras["lab"], *project["dependencies"]):
        if found := re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", requirement):
            floors[found[1]] = found[2]
    for requirement in project["dependencies"]:
        name = re.match(r"[\w-]+", requirement)[0]  # type: ignore[index]
        assert name in pinned or name not in floors, f"{requirement} is not in tests/oldest.txt"
    differ = {name: (floors[name], pinned[name]) for name in pinned if name in floors}
    differ = {name: (f, p) for name, (f, p) in differ.items() if numbers(f) != numbers(p)}
    assert differ == {}
