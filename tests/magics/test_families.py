"""The names of all magics are there from the beginning; looking one up loads its family."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics

import nbclaude
from nbclaude.magics.families import FAMILIES, stored
from tests.magics.conftest import Notebook

WAITING = "_Waiting"


def waiting(notebook: Notebook) -> set[str]:
    """Return the names of the families that have not been loaded."""
    registry = notebook.shell.magics_manager.registry
    return {name for name in registry if type(stored(registry, name)).__name__ == WAITING}


@pytest.mark.parametrize("row", FAMILIES, ids=lambda row: row.module)
def test_the_table_says_what_the_classes_register(row: Any) -> None:
    magics = row.load().magics
    assert sorted(row.names("line")) == sorted(magics["line"])
    assert sorted(row.names("cell")) == sorted(magics["cell"])


def test_every_family_is_in_the_table() -> None:
    from nbclaude import magics
    from nbclaude.magics.family import Family

    for module in pkgutil.iter_modules(magics.__path__):
        importlib.import_module(f"{magics.__name__}.{module.name}")

    def below(class_: type) -> Iterator[type]:
        for each in class_.__subclasses__():
            yield each
            yield from below(each)

    found = {each.__name__ for each in below(Family) if each.__module__.startswith("nbclaude.")}
    assert found - {"OtherFamily"} == {row.class_ for row in FAMILIES}


def test_names_are_there_and_families_are_not(notebook: Notebook) -> None:
    magics = notebook.shell.magics_manager.magics
    for kind in ("line", "cell"):
        names = {name for row in FAMILIES for name in row.names(kind)}
        assert names <= set(magics[kind])
        assert {name for name in magics[kind] if name.startswith("claude")} == names
    assert {"fix", "explain"} <= set(magics["line"]) and "explain" in magics["cell"]
    everything = {row.class_ for row in FAMILIES}
    assert everything <= set(notebook.shell.magics_manager.registry)
    assert waiting(notebook) == everything - {"ClaudeMagics"}
    # Neither ordinary cells nor questions about names load one.
    notebook.run("1 + 1")
    notebook.run("1 / 0")
    assert "claude_fix" in magics["line"] and len(magics["line"]) > 20
    with provisionalcompleter():
        completed = [each.text for each in notebook.shell.Completer.completions("%claude_fi", 10)]
    assert {"%claude_figures", "%claude_fix"} <= set(completed)
    assert waiting(notebook) == everything - {"ClaudeMagics"}


LOOKUPS = {
    "find_magic": lambda shell: shell.find_magic("claude_fix"),
    "find_line_magic": lambda shell: shell.find_line_magic("claude_fix"),
    "the table": lambda shell: shell.magics_manager.magics["line"]["claude_fix"],
    "its get": lambda shell: shell.magics_manager.magics["line"].get("claude_fix", None),
    "its items": lambda shell: dict(shell.magics_manager.magics["line"].items())["claude_fix"],
    "a copy": lambda shell: dict(shell.magics_manager.magics["line"])["claude_fix"],
    "a copy by its method": lambda shell: shell.magics_manager.magics["line"].copy()["claude_fix"],
    "what is unpacked": lambda shell: {**shell.magics_manager.magics["line"]}["claude_fix"],
    "lsmagic": lambda shell: shell.magics_manager.lsmagic()["line"]["claude_fix"],
    "the short name": lambda shell: shell.find_line_magic("fix"),
    "the registry": lambda shell: shell.magics_manager.registry["FixMagics"].claude_fix,
    "the registry's get": lambda shell: shell.magics_manager.registry.get("FixMagics").claude_fix,
    "the registry's values": lambda shell: (
        next(
            each for each in shell.magics_manager.registry.values() if type(each).__name__ == "FixMagics"
        ).claude_fix
    ),
    "setdefault": lambda shell: shell.magics_manager.magics["line"].setdefault("claude_fix", None),
    "pop": lambda shell: popped(shell.magics_manager.magics["line"], "claude_fix"),
}


def popped(table: dict[str, Any], name: str) -> Any:
    """Take a magic out of a table, and put it back."""
    table[name] = table.pop(name)
    return table[name]


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_whoever_looks_a_magic_up_gets_the_magic(notebook: Notebook, lookup: str) -> None:
    found = LOOKUPS[lookup](notebook.shell)
    assert type(found).__name__ == "method"
    family = found.__self__
    assert (type(family).__name__, type(family).__module__) == ("FixMagics", "nbclaude.magics.fix")
    assert isinstance(family, Magics) and family in notebook.shell.configurables
    assert found.__doc__.startswith("Say why a cell failed")
    # It is loaded once.
    assert notebook.shell.magics_manager.registry["FixMagics"] is family
    assert notebook.shell.find_line_magic("fix").__self__ is family


def test_help_tells_what_the_magic_is(notebook: Notebook) -> None:
    for name, begins in (
        ("claude_fix", "Say why"),
        ("%claude_fix", "Say why"),
        ("%%claude_explain", "Explain a cell"),
        ("explain", "Explain a cell"),
        ("claude", "Ask Claude"),
    ):
        found = notebook.shell.object_inspect(name)
        assert found["found"] and found["docstring"].startswith(begins), name
        assert found["base_class"] == "<class 'method'>", name
        assert "def claude" in notebook.shell.object_inspect(name, detail_level=1)["source"], name
        assert Path(found["file"]).is_relative_to(Path(nbclaude.__file__).parent), name


def test_all_magics_are_documented(notebook: Notebook) -> None:
    docs = notebook.shell.magics_manager.lsmagic_docs(brief=True)
    for kind in ("line", "cell"):
        assert [n for row in FAMILIES for n in row.names(kind) if len(docs[kind][n]) < 10] == []
    assert waiting(notebook) == set()


def test_a_magic_of_the_users_stays_theirs(notebook: Notebook) -> None:
    """Who defines a magic of a name that waits, keeps it when the rest of the family loads."""
    code = """
from IPython.core.magic import register_line_magic
@register_line_magic
def claude_models(line):
    return "mine"
"""
    assert notebook.run(code) is None
    assert notebook.run("%claude_usage") is None
    assert notebook.shell.run_line_magic("claude_models", "") == "mine"


def test_the_shell_gets_its_own_tables_back(shell: InteractiveShell) -> None:
    manager: Any = shell.magics_manager
    before = (manager.registry, manager.magics["line"], manager.magics["cell"])
    names = [list(each) for each in before]
    for looks in (False, True):
        nbclaude.load_ipython_extension(shell)  # type: ignore[arg-type]
        try:
            nbclaude.load_ipython_extension(shell)  # type: ignore[arg-type]
            if looks:
                shell.find_line_magic("claude_fix")
            manager.magics["line"]["of_somebody"] = print
        finally:
            nbclaude.unload_ipython_extension(shell)  # type: ignore[arg-type]
        after = (manager.registry, manager.magics["line"], manager.magics["cell"])
        assert all(one is other for one, other in zip(before, after, strict=True))
        assert manager.magics["line"].pop("of_somebody") is print
        assert [list(each) for each in after] == names
        assert [each for each in shell.configurables if type(each).__module__.startswith("nbclaude")] == []


def test_a_family_that_cannot_load_says_so_each_time(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nbclaude.magics.compact", None)
    for _ in range(2):
        assert isinstance(notebook.run("%claude_compact"), ImportError)
    monkeypatch.undo()
    assert "compact" in str(notebook.shell.find_line_magic("claude_compact").__doc__).lower()


# What is loaded with the extension, by rooms. What is not here comes with the first cell that needs it.
ROOMS = {
    *("cleaning", "context", "conversation", "cures", "doors", "edits", "errors", "forks", "frozen", "lab"),
    *("magics", "notebook", "options", "output", "plurals", "readable", "refusal", "secrets", "settings"),
    *("stopping", "supported", "texts", "verbs", "wire", "workspace"),
}
PARTS = {
    "context": {"attachment", "failures", "images", "libraries", "shown"},
    "conversation": {"house_rules"},
    "edits": {"kept", "standing"},
    "options": {"help", "spelling"},
    "output": {"bundles", "sheets"},
    "secrets": {"keys", "shown"},
    "verbs": {"options", "own"},
    "wire": {"json_text", "request"},
}
# Of other libraries, and of the standard library, what takes its time.
SLOW = {
    *("httpx", "markdown_it", "ipywidgets", "narwhals", "tenacity", "PIL", "platformdirs", "numpy"),
    *("email", "xml.etree.ElementTree", "importlib.metadata", "importlib.resources", "tomllib", "zipfile"),
    *("csv", "decimal", "difflib", "hashlib", "html.parser", "secrets", "tempfile", "urllib.parse", "uuid"),
}
FRESH = """
import json, sys
from IPython.core.completer import provisionalcompleter
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("1 + 1", silent=True)
def new(before):
    return sorted(set(sys.modules) - before)
before = set(sys.modules)
shell.run_line_magic("load_ext", "nbclaude")
loaded = new(before)
before = set(sys.modules)
shell.run_cell("1 + 1", store_history=True)
shell.run_cell("print('x')\\nfix = 3", store_history=True)
cells = new(before)
shell.run_cell("1 / 0", store_history=True)
error = new(before)
before = set(sys.modules)
shell.Completer.use_jedi = False
for typed in ("%%claude --mo", "%%claude -a ", "%%claude\\n{fi"):
    with provisionalcompleter():
        assert list(shell.Completer.completions(typed, len(typed)))
typed = new(before)
before = set(sys.modules)
signs = []
class Screen(CapturingDisplayPublisher):
    def publish(self, *given, **more):
        signs.append(new(before))
shell.display_pub = Screen()
shell.get_parent = lambda: {"metadata": {"cellId": "a"}, "content": {"allow_stdin": True}}
shell.run_cell("%claude -m nobody hi")
print(json.dumps([loaded, cells, error, typed, signs[0]]))
"""


@pytest.mark.sweep
def test_loading_loads_little_and_ordinary_cells_load_nothing(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FRESH],
        cwd=Path(nbclaude.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded, cells, error, typed, shown = json.loads(ran.stdout.splitlines()[-1])
    ours = [name.split(".") for name in loaded if name.startswith("nbclaude.")]
    assert {parts[1] for parts in ours} == ROOMS
    for room, parts in PARTS.items():
        assert {each[2] for each in ours if each[1] == room and len(each) > 2} == parts, room
    families = {row.module for row in FAMILIES[1:]}
    assert [each for each in ours if each[1] == "magics" and each[-1] in families] == []
    assert set(loaded) & SLOW == set()
    assert [name for name in cells if name.startswith("nbclaude") or name in SLOW] == []
    # An error is recorded at once, by the code that reads errors; nothing that asks is loaded.
    rooms = {name.split(".")[1] for name in error if name.startswith("nbclaude.")}
    assert rooms <= {"context", "data", "secrets"}
    # Whoever types waits for the code that completes, and not for what models, tools or frames need.
    rooms = {name.split(".")[1] for name in typed if name.startswith("nbclaude.")}
    assert rooms <= {"completing", "context", "data", "options", "settings"}
    # The waiting sign appears before the packages that ask are loaded.
    ours = {name.split(".")[1] for name in shown if name.startswith("nbclaude.")}
    assert ours == {"output", "render"} and set(shown) & SLOW <= {"uuid"}
