from __future__ import annotations

import pytest

from nbclaude.completing.marking import references_in

NAMES = {"df": [1], "x": 3, "text": "a", "Σ": 1}


def marked(source: str) -> list[str]:
    """The marked pieces of a source, cut as JavaScript cuts a string."""
    units = source.encode("utf-16-le")
    return [units[2 * first : 2 * last].decode("utf-16-le") for first, last in references_in(source, NAMES)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%%claude\nCompare {df:head 5} and {gone}.", ["{df:head 5}"]),
        ("%%claude -m opus Is {x} in {df[0]}?\nAnd {Σ}?", ["{x}", "{df[0]}", "{Σ}"]),
        ("# above\n\n%%claude\n😀 {x}", ["{x}"]),
        ("%%claude --system {df}\nno", []),
        ("%%claude --system '{df}' -- {x}", ["{x}"]),
        ("%%claude --raw {x}", []),
        ("%%claude --no-such-option {x}", []),
        ("%%claude\n{{x}}, `{x}`, $\\frac{x}{df}$, T{x}, f'{x}', \"{x}\".format(x=1)", []),
        ("%%claude\n${x} but ${text}; {dg} is still typed, {x}", ["{x}", "{x}"]),
        ("%%claude\n{x:red}, {x:50%}, {text:blue}, but {x:.2f} and {x:%}", ["{x:.2f}", "{x:%}"]),
        ("%%claude_edit {x}", []),
        ("%%claudes\n{x}", []),
        ("print(f'{x}')", []),
    ],
)
def test_what_is_marked_is_what_is_replaced(source: str, expected: list[str]) -> None:
    assert marked(source) == expected
