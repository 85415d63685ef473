"""The cells that a name depends on, in the order in which they ran."""

from __future__ import annotations

from typing import Any

import pytest

from nbclaude.context.code.attached import names_in_prompt, needed_attachment, needed_text
from nbclaude.context.code.needed import Needed, needed_cells, read_cells
from nbclaude.context.shown.cells import LoggedCell
from nbclaude.notebook import python_of


def logged(*sources: str) -> list[LoggedCell]:
    return [LoggedCell(f"c{number}", number, source) for number, source in enumerate(sources, 1)]


def needed(names: str, *sources: str, **namespace: Any) -> Needed:
    read = read_cells(logged(*sources), python_of)
    held = dict.fromkeys((name for _, each in read for name in each.defines), 1)
    return needed_cells(names.split(), read, {**held, **namespace})


@pytest.mark.parametrize(
    ("names", "sources", "expected"),
    [
        ("y", ["x = 1", "z = 2", "y = x"], [1, 3]),
        ("x", ["x = 1", "x = 2", "x = 3"], [3]),
        ("df", ["df = load()", "df['a'] = 1", "df.head()", "df.dropna(inplace=True)"], [1, 2, 4]),
        ("f", ["rate = 1", "def f(x): return x * rate", "rate = 2"], [2, 3]),
        ("x", ["x = 1", "if a: x = 2"], [1, 2]),
        ("x", ["x = 1", "del x", "y = 2"], []),
        ("w", ["w = 1", "v = w + 1", "w = v * 2"], [1, 2, 3]),
        ("big", ["%%time\nbig = list(range(n))", "n = 3"], [1, 2]),
        ("p", ["!pip list", "p = !ls", "p = p[0]"], [2, 3]),
    ],
)
def test_which_cells(names: str, sources: list[str], expected: list[int]) -> None:
    found = needed(names, *sources)
    assert [each.cell.execution_count for each in found.cells] == expected


def test_a_cell_whose_names_were_defined_anew_since_is_stale() -> None:
    found = needed("y", "x = 1", "y = x * 2", "x = 5")
    stale = {each.cell.execution_count: each.stale for each in found.cells}
    assert stale == {1: "", 2: "x defined anew in In[3] since it ran"}


def test_a_step_on_the_way_to_a_value_is_not_stale() -> None:
    found = needed("d", "d = {}", "d['a'] = 1", "d |= {'b': 2}", "d = dict(d)")
    assert [each.stale for each in found.cells] == ["", "", "", ""]


def test_what_no_cell_defines_is_said_with_what_is_not_known() -> None:
    found = needed("y", "exec(text)", "y = hidden + 1", hidden=1, text="hidden = 1")
    assert found.missing == ("hidden",)
    assert found.unknown == ("exec() in In[1]",)
    text, count = needed_text(found, 1_000)
    assert count == 1
    assert "Defined in no cell that ran: hidden" in text
    assert "cannot be told from the code: exec() in In[1]" in text


def test_a_star_import_defines_what_its_module_holds() -> None:
    import math

    found = needed("sqrt", "from math import *", "y = 2", sqrt=math.sqrt)
    assert [each.cell.execution_count for each in found.cells] == [1]


def test_the_nearest_cells_stay_within_the_budget() -> None:
    found = needed("c", f"a = 1  # {'-' * 400}", f"b = a  # {'-' * 400}", f"c = b  # {'-' * 400}")
    text, count = needed_text(found, 1_000)
    assert count == 2
    assert "In[1]" not in text
    assert text.endswith("[… 1 cell that these depend on left out …]")


def test_names_in_a_prompt() -> None:
    read = read_cells(logged("price = 2", "a = price", "total = a"), python_of)
    names = {"price": 2, "a": 2, "total": 2, "_claude": 1}
    assert names_in_prompt("why is the price a problem?", read, names) == {"price"}
    assert names_in_prompt("why is `a` so?", read, names) == {"a"}
    assert names_in_prompt("go on", read, names) == {"a", "total"}


def test_the_attachment_masks_what_names_of_secrets_get() -> None:
    cells = logged("db_password = 'tea'\nhost = 'x'", "url = host + db_password")
    found = needed_attachment(cells, "url", {"url": 1, "host": 1, "db_password": 1}, budget=2_000)
    assert found is not None
    text = str(found.blocks[0]["text"])
    assert "'tea'" not in text
    assert "host = 'x'" in text
