"""The design's own test: a parameter that is added to the table, and to nothing else, is everywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = """    parameter(
        "inference_geo",
        Choice(("us", "eu")),
        "where the model runs: us or eu",
        "PLACE",
        body="routing.geo",
        betas={"eu": "geo-2027-01-01"},
    ),
"""
BEFORE = '    parameter(\n        "service_tier",\n'

CHECK = r"""
import inspect, json, os, sys
from IPython.core.interactiveshell import InteractiveShell
import nbclaude
from nbclaude.errors import ConfigurationError
from nbclaude.options import help_page, parse_line
from nbclaude.simulator import Simulator

found = {}
parameter = inspect.signature(nbclaude.ask).parameters["inference_geo"]
found["argument"] = str(parameter)
found["docstring"] = "inference_geo: where the model runs: us or eu." in nbclaude.ask.__doc__
found["option"] = parse_line("--inference-geo EU hi")[0].inference_geo
found["help"] = "  --inference-geo PLACE         where the model runs: us or eu\n" in help_page()

shell = InteractiveShell.instance()
with Simulator(strict=False) as simulator:
    os.environ["ANTHROPIC_API_KEY"] = "sk-canary"
    os.environ["ANTHROPIC_BASE_URL"] = simulator.base_url
    simulator.enqueue(*["ok"] * 4)
    sent = lambda: simulator.message_requests[-1]
    nbclaude.ask("Hi", inference_geo="us")
    found["in the request"] = sent().json["routing"]
    try:
        nbclaude.ask("Hi", inference_geo="mars")
    except ConfigurationError as error:
        found["refused"] = str(error)
    shell.run_line_magic("load_ext", "nbclaude")
    shell.run_line_magic("claude", "--inference-geo us Hi")
    found["of the line"] = sent().json["routing"]
    shell.run_line_magic("config", "ClaudeMagics.inference_geo = 'eu'")
    chat = shell.magics_manager.registry["ClaudeMagics"]
    found["trait"] = chat.inference_geo
    shell.run_line_magic("claude", "Hi")
    found["of the setting"] = [sent().json["routing"], sent().headers["anthropic-beta"]]
    from nbclaude.workspace import current_workspace
    from nbclaude.magics.state import state_text
    from nbclaude.panel.config_code import config_code
    [row] = [line for line in state_text(current_workspace(), "main").splitlines() if "inference_geo" in line]
    found["state"] = row.split()
    found["code"] = config_code(chat, current_workspace()).splitlines()[-1]
    from nbclaude.panel.frontend import View
    from nbclaude.panel.host import Host
    from nbclaude.panel.settings_pane import SettingsPane
    host = Host(shell, chat, current_workspace(), lambda: None)
    pane = SettingsPane(host, View(lambda *_: None))
    pane.more.value = True
    control = pane.controls["inference_geo"]
    found["control"] = [control.input.description, control.input.value, list(map(list, control.input.options))]
    found["beside it"] = "Where the model runs: us or eu." in control.row.children[-1].value
    control.input.value = "us"
    found["of the control"] = chat.inference_geo
    from nbclaude.settings.resolve import follow_up_settings
    workspace = current_workspace()
    before = workspace.conversations["main"].turns[0].settings
    chat.inference_geo = None
    found["followed"] = follow_up_settings(before, workspace.settings({})).inference_geo
    shell.run_line_magic("unload_ext", "nbclaude")
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the sources whose table has one more row, and for which `make generate` has run."""
    copy = tmp_path_factory.mktemp("house")
    for name in ("nbclaude", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    table = copy / "nbclaude" / "settings" / "table.py"
    text = table.read_text("utf-8")
    assert text.count(BEFORE) == 1
    table.write_text(text.replace(BEFORE, ROW + BEFORE), "utf-8")
    assert run(copy, "scripts/generate_source.py", "--check", status=1).splitlines() == [
        "nbclaude/settings/values.py is out of date",
        "nbclaude/magics/traits.py is out of date",
        "nbclaude/reply/call.py is out of date",
        "Run: make generate",
    ]
    run(copy, "scripts/generate_source.py")
    assert run(copy, "scripts/generate_source.py", "--check") == ""
    return copy


def run(where: Path, *arguments: str, status: int = 0) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")}
    kept = {name: value for name, value in kept.items() if "proxy" not in name.lower()}
    kept |= {"PYTHONPATH": str(where), "IPYTHONDIR": str(where / "ipython"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=where, env=kept, capture_output=True, text=True, timeout=150, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_a_row_of_the_table_is_all_that_a_parameter_needs(house: Path) -> None:
    found: dict[str, Any] = json.loads(run(house, "-c", CHECK).splitlines()[-1])
    assert found == {
        "argument": "inference_geo: 'str | None' = None",
        "docstring": True,
        "option": "eu",
        "help": True,
        "in the request": {"geo": "us"},
        "refused": "inference_geo='mars': it must be one of us, eu.",
        "of the line": {"geo": "us"},
        "trait": "eu",
        "of the setting": [{"geo": "eu"}, "geo-2027-01-01"],
        "state": ["inference_geo", "eu", "%config", "ClaudeMagics.inference_geo", "=", "..."],
        "code": "%config ClaudeMagics.inference_geo = 'eu'",
        "control": ["Inference geo", "eu", [["not set", None], ["us", "us"], ["eu", "eu"]]],
        "beside it": True,
        "of the control": "us",
        "followed": "us",
    }


def test_what_type_checkers_read_has_it_too(house: Path) -> None:
    for name in ("settings/values.py", "magics/traits.py", "reply/call.py"):
        assert "    inference_geo: str | None" in (house / "nbclaude" / name).read_text("utf-8")
