"""Which family has which magics, and how a family is loaded when one of its magics is first needed.

The magics are a large part of nbclaude's code, and most notebooks use two or three of them. So the shell's tables of magics
have all names from the beginning, but the magics themselves are loaded when one is looked up: to run it, to show its help,
or to list them all.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from nbclaude.forks import ForkSafeLock
from nbclaude.frozen import frozen
from nbclaude.notebook import Shell
from nbclaude.stopping import unbroken

if TYPE_CHECKING:
    from nbclaude.magics.chat import ClaudeMagics

__all__ = ["FAMILIES", "Families", "FamilyRow", "stored"]


@frozen
class FamilyRow:
    """A family: its module, its class there, and its magics, `%` for lines and `%%` for lines and cells."""

    module: str
    class_: str
    magics: tuple[str, ...]

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of its magics of one kind, "line" or "cell"."""
        return tuple(name.lstrip("%") for name in self.magics if kind == "line" or name.startswith("%%"))

    def load(self) -> type[Any]:
        """Import the class."""
        found: type[Any] = getattr(importlib.import_module(f"nbclaude.magics.{self.module}"), self.class_)
        return found


# All families but the first are loaded on demand, and use the settings of the first.
FAMILIES = (
    FamilyRow("chat", "ClaudeMagics", ("%%claude",)),
    FamilyRow("follow_up", "FollowUpMagics", ("%claude_continue", "%claude_tool_result")),
    FamilyRow("compact", "CompactMagics", ("%claude_compact",)),
    FamilyRow("explain", "ExplainMagics", ("%%claude_explain",)),
    FamilyRow("fix", "FixMagics", ("%claude_fix",)),
    FamilyRow("edit", "EditMagics", ("%%claude_edit", "%claude_apply")),
    FamilyRow("insert", "InsertMagics", ("%claude_insert", "%claude_save_steps")),
    FamilyRow("own_verbs", "OwnVerbMagics", ("%%claude_verb", "%claude_verbs")),
    FamilyRow("rules", "RulesMagics", ("%claude_rules",)),
    FamilyRow("mcp", "MCPMagics", ("%claude_mcp",)),
    FamilyRow("figures", "FigureMagics", ("%claude_figures",)),
    FamilyRow("manage", "ManageMagics", ("%claude_history", "%claude_reset", "%claude_undo", "%claude_demo")),
    FamilyRow(
        "lasting",
        "LastingMagics",
        ("%claude_restore", "%claude_replay", "%claude_forget", "%claude_fork", "%claude_export"),
    ),
    FamilyRow("models_and_usage", "AccountMagics", ("%claude_models", "%claude_usage", "%claude_budget")),
    FamilyRow("connect", "ConnectMagics", ("%claude_connect", "%claude_login", "%claude_logout")),
)


class _Waiting:
    """Placeholder in a table of the shell for a magic, or a family, that is not loaded yet.

    Code that kept one of the original tables may get hold of it, and can use it like the magic.
    """

    def __init__(self, row: FamilyRow, open_: Callable[[str], Any], kind: str, name: str) -> None:
        self._row = row
        self._open = open_
        self._kind = kind
        self._name = name

    def _wanted(self) -> Any:
        """Load the family; return what this stands for."""
        family = self._open(self._row.class_)
        return family.magics[self._kind][self._name] if self._kind else family

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._wanted()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wanted(), name)


class _Table(dict[str, Any]):
    """A table of the shell that loads a magic when it is looked up; listing the names loads nothing."""

    @unbroken
    def __getitem__(self, key: str) -> Any:
        found = super().__getitem__(key)
        if isinstance(found, _Waiting):
            found._wanted()
            found = super().__getitem__(key)
        return found

    def __iter__(self) -> Iterator[str]:
        # Because of this, `dict(table)` and `{**table}` look up each value, and so never copy a placeholder.
        return super().__iter__()

    @unbroken
    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 # this is `get`

    def setdefault(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else super().setdefault(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        if key in self:
            self[key]
        return super().pop(key, *default)

    def values(self) -> Any:
        self._load_all()
        return super().values()

    def items(self) -> Any:
        self._load_all()
        return super().items()

    def copy(self) -> dict[str, Any]:
        return dict(self)

    def _load_all(self) -> None:
        for key in list(self):
            self[key]


def stored(table: dict[str, Any], name: str) -> Any:
    """Return what a table stores under a name, without loading it; None if there is nothing."""
    return dict.get(table, name)


class Families:
    """The families of one shell, from `load` to `unload`."""

    def __init__(self, shell: Shell, chat: ClaudeMagics) -> None:
        self._shell = shell
        self._chat = chat
        self._opened: dict[str, Any] = {FAMILIES[0].class_: chat}
        self._lock = ForkSafeLock()
        manager = shell.magics_manager
        self._before: dict[str, Any] = {**manager.magics, "": manager.registry}
        self._ours = {kind: _made_of(table) for kind, table in self._before.items()}

    def load(self, loaded: object) -> None:
        """Put the names of all magics into the shell; `loaded` is kept in its registry, where `unload` finds it."""
        manager = self._shell.magics_manager
        self._ours[""].loaded = loaded
        manager.registry = self._ours[""]
        for kind in ("line", "cell"):
            manager.magics[kind] = self._ours[kind]
        self._shell.register_magics(self._chat)
        for row in FAMILIES[1:]:
            dict.__setitem__(self._ours[""], row.class_, _Waiting(row, self.open, "", row.class_))
            for kind in ("line", "cell"):
                for name in row.names(kind):
                    self._ours[kind][name] = _Waiting(row, self.open, kind, name)
        for kind, table in self._before.items():
            # If looking up a magic is what loads us, the lookup continues in the original table.
            dict.update(table, {name: stored(self._ours[kind], name) for name in self._ours[kind]})

    def unload(self) -> None:
        """Remove our magics and restore the tables of the shell, keeping what others have added to them since."""
        manager = self._shell.magics_manager
        for kind, table in self._ours.items():
            names = {name for row in FAMILIES for name in (row.names(kind) if kind else (row.class_,))}
            for name in names:
                dict.pop(table, name, None)
            there = manager.magics.get(kind) if kind else manager.registry
            if there is not table:
                continue  # somebody else has replaced the table
            before = self._before[kind]
            before.clear()
            before.update(table)
            if kind:
                manager.magics[kind] = before
            else:
                manager.registry = before
        for family in self._opened.values():
            if family in self._shell.configurables:
                self._shell.configurables.remove(family)

    def opened(self, class_: str) -> Any:
        """Return a family that was wanted already; None if it was not."""
        return self._opened.get(class_)

    def open(self, class_: str) -> Any:
        """Load a family once, and replace its placeholders; magics of others under the same names stay."""
        row = next(each for each in FAMILIES if each.class_ == class_)
        with self._lock:
            if row.class_ in self._opened:
                return self._opened[row.class_]
            family = row.load()(self._chat)
            self._opened[row.class_] = family
            for table in self._ours.values():
                for name in list(table):
                    waiting = stored(table, name)
                    if isinstance(waiting, _Waiting) and waiting._row is row:
                        dict.__setitem__(table, name, waiting._wanted())
            return family


def _made_of(table: dict[str, Any]) -> Any:
    """Return a table that loads on lookup, with the contents and the class behaviour of one of the shell's tables."""
    class_: Any = type("_Table", (_Table, type(table)), {"__module__": __name__})
    made = class_.__new__(class_)
    vars(made).update(getattr(table, "__dict__", {}))
    dict.update(made, table)
    return made
