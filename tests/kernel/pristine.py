"""Puts a used kernel back as after its start; the kernel executes this source, with its own modules.

To import the package anew for each test would cost more than most tests. So every module is imported once, and what its names
mean is noted: afterwards each name, list, table and object of a module is what it was.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

PLACE = "_nbclaude_pristine"
"""Where the notes are kept between two executions of this source: among the modules, since names of the kernel are reset."""


# What imports ipywidgets comes late, as it does for users; it is imported anew each time.
LATE = (
    "nbclaude.simulator",
    "nbclaude.panel",
    "nbclaude.widget",
    "nbclaude.approval.widget",
    "nbclaude.edits.actions",
)


def put_back(shell: Any) -> None:
    """Leave no extension, no name, no variable of the environment, and no state in a module."""
    if "nbclaude" in shell.extension_manager.loaded:
        shell.extension_manager.unload_extension("nbclaude")
    if PLACE in sys.modules:
        restore(sys.modules[PLACE].notes)  # type: ignore[attr-defined]
    else:
        place: Any = ModuleType(PLACE)
        place.notes = note()
        sys.modules[PLACE] = place
    for name in [n for n in os.environ if n.startswith(("ANTHROPIC_", "NBCLAUDE_"))]:
        del os.environ[name]
    # %config writes into the shell's own configuration, where it survives a reload.
    shell.config.pop("ClaudeMagics", None)
    # Resetting collects garbage, over all objects that the libraries have made.
    if len(sys.modules) > getattr(sys.modules[PLACE], "frozen", 0) + 20:
        sys.modules[PLACE].frozen = len(sys.modules)  # type: ignore[attr-defined]
        gc.collect()
        gc.freeze()
    shell.reset(new_session=True, aggressive=False)


def note() -> list[tuple[Any, Any]]:
    """Import all modules; return each thing of theirs that can change, with a copy of what it holds."""
    import nbclaude

    folder = Path(nbclaude.__path__[0])
    for path in sorted(folder.rglob("*.py")):
        name = ".".join(["nbclaude", *path.relative_to(folder).with_suffix("").parts]).removesuffix(
            ".__init__"
        )
        if not name.startswith(LATE) and not name.endswith("__main__"):
            importlib.import_module(name)
    notes: dict[int, tuple[Any, Any]] = {}
    for module in ours():
        notes[id(vars(module))] = (vars(module), dict(vars(module)))
        for value in vars(module).values():
            is_ours = type(value).__module__.startswith("nbclaude.") and not isinstance(value, type)
            inner = vars(value) if is_ours and hasattr(value, "__dict__") else {}
            for thing in (value, inner, *inner.values()):
                if type(thing) in (dict, list, set):
                    notes[id(thing)] = (thing, thing.copy())
    return list(notes.values())


def restore(notes: list[tuple[Any, Any]]) -> None:
    """Give everything that was noted its content again, and forget what was computed."""
    sys.modules["nbclaude.tools.bash"]._SHELL.close()  # type: ignore[attr-defined]
    for thing, content in notes:
        if isinstance(thing, dict):
            for name in thing.keys() - content.keys():
                del thing[name]
            thing.update(content)
        elif isinstance(thing, set):
            thing.intersection_update(content)
            thing.update(content)
        else:
            thing[:] = content
    for name in [n for n in sys.modules if n.startswith(LATE)]:
        del sys.modules[name]
    for module in ours():
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear") and str(getattr(value, "__module__", "")).startswith("nbclaude"):
                value.cache_clear()


def ours() -> Iterator[ModuleType]:
    """The modules of the package."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "nbclaude":
            yield module
