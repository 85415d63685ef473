"""The built-in tool `inspect`: what variables are, without their values and without running anything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from nbclaude.tools.inspecting import inspect_tool
from nbclaude.tools.running import ToolFailedError


class Model:
    """A model of something."""

    def __init__(self) -> None:
        self.weights = [1, 2]

    @property
    def score(self) -> float:
        raise AssertionError("a property ran")

    def fit(self, x: list[int], *, rounds: int = 3) -> int:
        """Fit it to x."""
        return rounds

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was looked up")


class Proxy:
    """Something whose class is another's."""

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise AssertionError("the class was asked for")


NAMES = {
    "sales": pd.DataFrame({"city": ["Ulm", "Bonn"], "password": ["hunter2", "s3cret!"]}),
    "model": Model(),
    "n": 123_456,
    "text": "a private diary",
    "token": "abc",
    "pd": pd,
    "proxy": Proxy(),
    "_hidden": "x",
    "exit": "of IPython",
}


def look(name: str = "") -> str:
    shell: Any = SimpleNamespace(user_ns=NAMES, user_ns_hidden={"exit": None})
    tool = inspect_tool(shell)
    assert tool.safe
    read = tool.arguments.read({"name": name} if name else {}, {})
    said = tool.function(*read.positional, **read.named)
    assert isinstance(said, str)
    return said


def test_all_variables_without_their_values() -> None:
    said = look()
    lines = dict(line.split(": ", 1) for line in said.splitlines())
    assert list(lines) == ["sales", "model", "n", "text", "token", "pd", "proxy"]
    assert "2 × 2" in lines["sales"] or "(2, 2)" in lines["sales"]
    for value in ("Ulm", "hunter2", "123456", "private", "abc"):
        assert value not in said


def test_one_variable_or_a_path() -> None:
    assert "columns: city, password" in look("sales")
    assert "hunter2" not in look("sales")
    fit = look("model.fit")
    assert "rounds: int = 3" in fit
    assert "Fit it to x." in fit
    assert "def fit" in fit
    assert "weights" in look("model")
    assert "score" in look("model")
    assert "def score" in look("model.score")
    assert "DataFrame" in look("pd.DataFrame.merge") or "merge" in look("pd.DataFrame.merge")
    assert "private" not in look("text")
    assert "Proxy" in look("proxy")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sale", "There is no variable sale. Variables: sales, model"),
        ("model.nothing", "model has no attribute nothing"),
        ("len(sales)", "is not a name"),
        ("sales['city']", "is not a name"),
        ("__import__", "There is no variable __import__"),
        ("model.fit.__globals__", "is a computed attribute"),
    ],
)
def test_what_leads_nowhere_is_said(name: str, message: str) -> None:
    with pytest.raises(ToolFailedError) as failure:
        look(name)
    assert message in str(failure.value)
