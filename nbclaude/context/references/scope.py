"""The variables that a line of the user's sees, as Python would look them up where the line stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen

__all__ = ["Scope"]


@frozen
class Scope(Mapping[str, Any]):
    """Names and their values: `local` ones (of a function or class) before the `shared` ones of the notebook.

    `unbound` are names of the function that have no value when the line runs: looking one up is an error, as in Python,
    though the notebook may have a variable of that name. In a class C, Python spells a name such as `__x` with a `private`
    beginning: `_C__x`.
    """

    shared: Mapping[str, Any]
    local: Mapping[str, Any] = field(default_factory=dict)
    unbound: frozenset[str] = frozenset()
    private: str = ""

    def spelled(self, name: str) -> str:
        """Return a name as Python spells it where the line stands; also the name of an attribute."""
        is_private = self.private and name.startswith("__") and not name.endswith("__")
        return f"{self.private}{name}" if is_private else name

    def __getitem__(self, name: str) -> Any:
        name = self.spelled(name)
        if name in self.unbound:
            raise ConfigurationError(
                f"The variable {name} of this function has no value at this line. Nothing was sent."
            )
        return self.local[name] if name in self.local else self.shared[name]

    def __contains__(self, name: object) -> bool:
        name = self.spelled(name) if isinstance(name, str) else name
        return name in self.unbound or name in self.local or name in self.shared

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in self.local if name not in self.unbound)
        yield from (name for name in self.shared if name not in self.local and name not in self.unbound)

    def __len__(self) -> int:
        return sum(1 for _ in self)
