"""The parts of a workspace, each created and its module loaded on first use: ordinary cells need none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from nbclaude.forks import ForkSafeLock

if TYPE_CHECKING:
    from nbclaude.context.tray import Tray
    from nbclaude.conversation.conversations import Conversations
    from nbclaude.conversation.footers import FooterMemory
    from nbclaude.conversation.house_rules import HouseRules
    from nbclaude.conversation.ledger import Budget, Ledger
    from nbclaude.conversation.memory import TurnMemory
    from nbclaude.conversation.uploads import Uploads
    from nbclaude.tools.shelf import Shelf
    from nbclaude.workspace import Workspace
    from nbclaude.workspace.servers import Servers

__all__ = ["Held", "is_made"]

_T = TypeVar("_T")
# Panels ask in threads of their own: all must get the same part.
_lock = ForkSafeLock()


class _Part(Generic[_T]):
    """An attribute that is made when it is first asked for; it can be assigned, too."""

    def __init__(self, make: Callable[[Any], _T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> _Part[_T]: ...

    @overload
    def __get__(self, holder: object, owner: type) -> _T: ...

    def __get__(self, holder: object | None, owner: type) -> _T | _Part[_T]:
        if holder is None:
            return self
        made = vars(holder)
        with _lock:
            if self._name not in made:
                made[self._name] = self._make(holder)
            found: _T = made[self._name]
        return found


def is_made(holder: object, name: str) -> bool:
    """Tell whether a part was made already."""
    return name in vars(holder)


class Held:
    """What a kernel holds beside what its cells show; all of it is empty in the beginning."""

    @_Part
    def conversations(self) -> Conversations:
        """The conversations, by name."""
        from nbclaude.conversation.conversations import Conversations

        return Conversations()

    @_Part
    def ledger(self) -> Ledger:
        """What was spent."""
        from nbclaude.conversation.ledger import Ledger

        return Ledger()

    @_Part
    def budget(self) -> Budget:
        """What may be spent."""
        from nbclaude.conversation.ledger import Budget

        return Budget()

    @_Part
    def uploads(self) -> Uploads:
        """The files that a server has already."""
        from nbclaude.conversation.uploads import Uploads

        return Uploads()

    @_Part
    def tray(self) -> Tray:
        """What a panel has attached."""
        from nbclaude.context.tray import Tray

        return Tray()

    @_Part
    def tools(self) -> Shelf:
        """The tools of each conversation."""
        from nbclaude.tools.shelf import Shelf

        return Shelf()

    @_Part
    def memory(self) -> TurnMemory:
        """What was worked out about turns."""
        from nbclaude.conversation.memory import TurnMemory

        return TurnMemory()

    @_Part
    def footers(self) -> FooterMemory:
        """What stands under the newest answers."""
        from nbclaude.conversation.footers import FooterMemory

        return FooterMemory()

    @_Part
    def rules(self: Any) -> HouseRules:
        """The house rules beside the notebook."""
        from nbclaude.conversation.house_rules import HouseRules

        return HouseRules(self.notebook_folder)

    @_Part
    def servers(self: Any) -> Servers:
        """The servers that settings name, and their models."""
        from nbclaude.workspace.servers import Servers

        workspace: Workspace = self
        return Servers(workspace)
