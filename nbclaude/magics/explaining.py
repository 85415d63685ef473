"""Watches for running cells that ask to be explained; the code that explains is loaded with the first of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbclaude import notebook
from nbclaude.notebook import Shell
from nbclaude.stopping import unbroken

if TYPE_CHECKING:
    from nbclaude.magics.explain import ExplainMagics

__all__ = ["Explaining"]


class Explaining:
    """The hooks of `%%claude_explain` in a shell; `family` loads the magic."""

    def __init__(self, shell: Shell, family: Callable[[], ExplainMagics]) -> None:
        self._shell = shell
        self._family = family

    def load(self) -> None:
        """Begin to explain cells that ask for it."""
        self._shell.input_transformer_manager.cleanup_transforms.insert(0, self.take_out)
        self._shell.events.register("post_run_cell", self.after_cell)

    def unload(self) -> None:
        """Restore the shell to its previous state."""
        transforms = self._shell.input_transformer_manager.cleanup_transforms
        if self.take_out in transforms:
            transforms.remove(self.take_out)
        if self.after_cell in self._shell.events.callbacks.get("post_run_cell", []):
            self._shell.events.unregister("post_run_cell", self.after_cell)

    @unbroken
    def take_out(self, lines: list[str]) -> list[str]:
        """Remove the magic from a cell that is to be explained; the rest runs as if it had never been there."""
        found = notebook.explained("".join(lines), self._shell)
        return lines if found is None else self._family().left_of(*found)

    # IPython also runs transforms without side effects while a cell is typed, to see if it is complete.
    take_out.has_side_effects = True  # type: ignore[attr-defined]

    def after_cell(self, result: Any) -> None:
        """Explain the cell that has just run, if its first line asks for it. IPython calls this after every cell."""
        info = getattr(result, "info", None)
        if info is None or not info.store_history:
            return
        found = notebook.explained(str(info.raw_cell), self._shell)
        if found is not None and not isinstance(result.error_in_exec, KeyboardInterrupt):
            self._family().explain_run(*found, int(result.execution_count or 0))
