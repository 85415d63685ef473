"""What the first question needs loads while a kernel is idle, and never where nobody can say that it is."""

from __future__ import annotations

import asyncio
import json
import pkgutil
import subprocess
import sys

import pytest

from nbclaude.magics.early_signs import NEEDED, sign_while_loading
from nbclaude.magics.families import FAMILIES
from nbclaude.magics.warming import _STEPS, Warming
from nbclaude.render import highlight
from nbclaude.render.style import THINKING
from tests.magics.conftest import Inputs, Notebook

LOADING = """\
import asyncio, json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
NEEDED = ["nbclaude.magics.asked", "httpx", "nbclaude.render.reply", "nbclaude.conversation.screening"]
found = []

async def kernel():
    shell.run_line_magic("load_ext", "nbclaude")
    found.append([name in sys.modules for name in NEEDED])
    while not all(name in sys.modules for name in NEEDED):
        await asyncio.sleep(0.01)
    found.append([name in sys.modules for name in NEEDED])
    shell.run_line_magic("unload_ext", "nbclaude")

asyncio.run(kernel())
print(json.dumps(found))
"""


def test_a_kernel_loads_it_after_the_cell() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADING], check=True, capture_output=True, text=True, timeout=150
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == [[False] * 4, [True] * 4]


def test_what_is_loaded_is_there() -> None:
    """A step that fails would go unnoticed."""
    for step in _STEPS:
        if step.startswith("nbclaude."):
            pkgutil.resolve_name(step)


def test_the_families_are_loaded_too() -> None:
    """IPython reads all magics to complete `%config`."""
    assert {f"nbclaude.magics.{row.module}" for row in FAMILIES[1:]} < set(_STEPS)


def test_what_cannot_be_imported_stops_nothing() -> None:
    async def idle() -> bool:
        sys.modules.pop("colorsys", None)
        Warming(["no_such_module_anywhere", "colorsys"]).begin()
        while "colorsys" not in sys.modules:  # nothing tells that it was imported
            await asyncio.sleep(0.01)
        return True

    assert asyncio.run(asyncio.wait_for(idle(), 60))


def test_a_step_can_be_a_function() -> None:
    async def idle() -> None:
        highlight._lexer.cache_clear()
        Warming(["nbclaude.render.highlight:prepare_python"]).begin()
        while not highlight._lexer.cache_info().currsize:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(idle(), 60))


def test_it_ends_with_the_extension() -> None:
    async def idle() -> None:
        sys.modules.pop("colorsys", None)
        warming = Warming(["colorsys"])
        warming.begin()
        warming.end()
        await asyncio.sleep(0.4)

    asyncio.run(idle())
    assert "colorsys" not in sys.modules


def test_without_a_loop_nothing_is_loaded() -> None:
    sys.modules.pop("colorsys", None)
    Warming(["colorsys"]).begin()
    assert "colorsys" not in sys.modules


def test_a_sign_is_shown_at_once_until_all_that_asks_is_loaded(
    notebook: Notebook, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(NEEDED) < set(_STEPS)
    monkeypatch.setattr("nbclaude.output.early.DELAY", 0.04)  # which no test waits for
    inputs.request()
    asker = notebook.shell.magics_manager.registry["ClaudeMagics"]
    outputs = notebook.shell.display_pub.outputs
    outputs.clear()
    with sign_while_loading(asker) as sign:
        assert sign is None
    monkeypatch.delitem(sys.modules, NEEDED[-1])
    with sign_while_loading(asker):
        assert [each["data"]["text/plain"] for each in outputs] == [THINKING]
