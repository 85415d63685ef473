"""What the documentation says is so: names, options, links, examples, and the tutorial notebook."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from nbclaude.client.addresses import normalize_base_url
from nbclaude.client.connection import connect
from nbclaude.magics import FAMILIES
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.options import OPTIONS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
NOTEBOOK = ROOT / "notebooks" / "quickstart.ipynb"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
OPTION_NAMES = {name for option in OPTIONS for name in option.names}


def every_page() -> list[Any]:
    return [pytest.param(path.read_text("utf-8"), path, id=path.name) for path in [*PAGES, NOTEBOOK]]


@pytest.mark.parametrize("script", ["generate_source.py", "generate_docs.py"])
def test_what_is_generated_is_up_to_date(script: str) -> None:
    command = [sys.executable, f"scripts/{script}", "--check"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(("text", "path"), every_page())
def test_links_lead_to_files_that_exist(text: str, path: Path) -> None:
    links = re.findall(r"\]\(([^()\s#]+)[^()\s]*\)|(?:src|srcset)=\\?\"([^\"\\]+)", text)
    for link in (first or second for first, second in links):
        if "://" not in link:
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize(("text", "path"), every_page())
def test_magics_and_settings_exist(text: str, path: Path) -> None:
    magics = {name for family in FAMILIES for name in family.names("line")}
    magics |= {"claude_review"}  # the example of a verb that somebody has made
    assert set(re.findall(r"(?<!\w)%{1,2}(claude\w*)", text)) <= magics
    settings = set(ClaudeMagics.class_traits(config=True)) | {"NAME"}
    assert set(re.findall(r"ClaudeMagics\.(\w+)", text)) <= settings


@pytest.mark.parametrize(("text", "path"), every_page())
def test_environment_variables_are_read_by_the_code(text: str, path: Path) -> None:
    folders = ("nbclaude", "tests") if path.name == "CONTRIBUTING.md" else ("nbclaude",)
    code = "".join(file.read_text("utf-8") for folder in folders for file in (ROOT / folder).rglob("*.py"))
    for name in set(re.findall(r"\b(?:ANTHROPIC|NBCLAUDE)_[A-Z_]+\b", text)):
        assert name in code, name


def test_options_in_the_readme_and_the_tutorial_exist() -> None:
    tutorial = "\n".join("".join(cell["source"]) for cell in cells())
    for line in (README.read_text("utf-8") + tutorial).splitlines():
        if line.startswith(("%claude ", "%%claude ")):
            named = re.findall(r"(?<=\s)--?[a-z][\w-]*", line)
            assert set(named) <= OPTION_NAMES, line
    mentioned = set(re.findall(r"`(--[a-z][a-z-]*)[` ]", tutorial))
    assert mentioned <= OPTION_NAMES


def test_the_readme_is_short_and_leaves_the_tables_to_their_page() -> None:
    assert README.read_text("utf-8").count("\n") <= 180
    page = (ROOT / "docs" / "magics.md").read_text("utf-8")
    assert {name for name in OPTION_NAMES if name not in page} == set()


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in PAGES:
        text = path.read_text("utf-8")
        named = re.findall(r"`make\s([a-z-]+)`", text) + re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)
        assert set(named) <= targets, path.name


def test_modules_and_files_that_are_named_exist() -> None:
    for path in PAGES:
        for name in re.findall(r"`((?:[a-z_]+/)+[\w-]+\.(?:py|md|ipynb))`", path.read_text("utf-8")):
            assert (ROOT / name).exists() or (ROOT / "nbclaude" / name).exists(), f"{path.name}: {name}"


def test_classes_of_errors_are_those_of_the_code() -> None:
    from nbclaude import errors

    text = (ROOT / "docs" / "upstream.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d{3})[^|]*\| (?:`(\w+)`)?[^|]*\| `(\w+)`", text, re.MULTILINE)
    assert len(rows) == 13
    for status, kind, name in rows:
        error = errors.status_error("", status=int(status), type=kind)
        assert type(error).__name__ == name


def test_base_urls_in_the_page_on_connections() -> None:
    page = (ROOT / "docs" / "connections.md").read_text("utf-8")
    rows = re.findall(r"^\| `(https?://[^`]+)` \| `(https?://[^`]+)` \|$", page, re.MULTILINE)
    assert len(rows) == 4
    for base_url, address in rows:
        assert f"{normalize_base_url(base_url)}/v1/messages" == address


def test_keys_and_headers_as_the_readme_tells() -> None:
    def headers(**environment: str) -> dict[str, str]:
        options: dict[str, Any] = {"api_version": "v", "timeout": 1.0, "max_retries": 0}
        return connect(environment, base_url="https://gateway.example", **options).headers()

    assert headers(ANTHROPIC_API_KEY="a", ANTHROPIC_AUTH_TOKEN="b")["x-api-key"] == "a"
    assert headers(ANTHROPIC_API_KEY="", ANTHROPIC_AUTH_TOKEN="b")["authorization"] == "Bearer b"
    custom = headers(ANTHROPIC_API_KEY="a", ANTHROPIC_CUSTOM_HEADERS="x-team: blue\nX-Api-Key: c")
    assert (custom["x-team"], custom["x-api-key"]) == ("blue", "c")


def test_no_setting_can_hold_a_key() -> None:
    assert not [name for name in ClaudeMagics.class_traits() if re.search("key|secret|(?<!max_)token", name)]


def test_the_readme_s_example_of_a_test_passes(tmp_path: Path) -> None:
    (example,) = (code for code in python_blocks(README) if "Simulator" in code)
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    command = [sys.executable, "-c", example]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_python_in_the_documentation_is_python(path: Path) -> None:
    for code in python_blocks(path):
        # The signature of a function becomes one with a body.
        ast.parse(re.sub(r"\Anbclaude\.(\w+\(.*\) -> \w+)$", r"def \1: ...", code, flags=re.DOTALL))


def test_the_configuration_line_sets_the_model() -> None:
    config = Config()
    (line,) = set(re.findall(r"`(c\.ClaudeMagics\.\w+ = [^`]+)`", README.read_text("utf-8")))
    exec(line, {"c": config})  # noqa: S102 - the line stands in our own README
    assert config.ClaudeMagics.model == "claude-opus-5-5"


def test_the_tutorial_is_committed_clean() -> None:
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in cells()]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []
    for cell in cells():
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_the_tutorial_needs_nothing_but_nbclaude() -> None:
    for cell in cells():
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and not source.startswith("%"):
            modules = {
                name.name.partition(".")[0]
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.Import)
                for name in node.names
            }
            assert modules <= {"nbclaude", *sys.stdlib_module_names}


@pytest.mark.parametrize(("text", "path"), every_page())
def test_no_key_is_written_anywhere(text: str, path: Path) -> None:
    assert "sk-ant-" not in text


def cells() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return found


def python_blocks(path: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_table_of_servers_is_read_as_it_is_written() -> None:
    from tests.servers.table import Cells, cells_of, written_table

    cells = Cells()
    cells.note("ask", "nginx", "yes")
    text = "before\n\n<!-- generated: servers -->\n<!-- end -->\n\nafter\n"
    once = written_table(text, cells)
    assert once.startswith("before\n\n<!-- generated: servers -->\n| |") and once.endswith(
        "<!-- end -->\n\nafter\n"
    )
    assert cells_of(once) == cells
    cells.note("stop", "LiteLLM", "no")
    assert cells_of(written_table(once, cells)) == cells
