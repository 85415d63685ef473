"""`%claude_insert` and `%claude_save_steps`: put code of the last answer, and what its tools did, into cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.asking.reply import CodeBlock, Reply
from nbclaude.asking.step_cells import cells_of_steps
from nbclaude.edits import cell_of_block, insert_cells, is_runnable, missing_extension
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.output import say

__all__ = ["InsertMagics"]


@magics_class
class InsertMagics(OtherFamily):
    """Magics that put code where it belongs."""

    @line_magic
    def claude_insert(self, line: str) -> None:
        """Put a code block of the last answer into a new cell below; nothing is run.

        %claude_insert        the only block, or the first
        %claude_insert N      the Nth block, as in _claude.code[N - 1].insert()
        %claude_insert all    every block that can run, each in a cell of its own

        Blocks of bash, SQL, HTML, JavaScript, R and the like get the cell magic that runs them.
        """
        wanted = argument(line).lower()
        blocks = self._blocks()
        if wanted == "all":
            chosen = [block for block in blocks if is_runnable(block.language)]
            if not chosen:
                languages = ", ".join(dict.fromkeys(block.language for block in blocks))
                raise UsageError(
                    f"%claude_insert all: no block of the last answer can run in a cell ({languages})."
                )
            notes = _left_out([block for block in blocks if block not in chosen])
        else:
            chosen = [_nth(blocks, wanted)]
            several = not wanted and len(blocks) > 1
            notes = [f"That is block 1 of {len(blocks)}; %claude_insert all takes all."] if several else []
        cells = [cell_of_block(block.language, block.source) for block in chosen]
        said = insert_cells(self.shell, cells)
        known = self.shell.magics_manager.magics["cell"]
        missing = dict.fromkeys(found for cell in cells if (found := missing_extension(cell, known)))
        notes += [f"To run it, load its magic first: %load_ext {name}" for name in missing]
        _say_all((said, *notes))

    @line_magic
    def claude_save_steps(self, line: str) -> None:
        """Write what tools did for the last answer as cells below, so that it can be repeated without Claude; nothing is run.

        Each call of `python` and `bash` that you approved becomes a cell with its code, and each call of a function of yours a
        cell that calls it. Calls that were denied or failed are left out.
        """
        if argument(line):
            raise UsageError("%claude_save_steps takes no arguments.")
        reply = self._reply("%claude_save_steps")
        if not reply.steps:
            raise UsageError("%claude_save_steps: no tool ran for the last answer.")
        cells, untold = cells_of_steps(reply.steps, self.shell.user_ns)
        notes = [f"Left out calls of {', '.join(untold)}, which no cell can repeat."] if untold else []
        if not cells:
            raise UsageError("%claude_save_steps: the last answer has no step that a cell could repeat.")
        _say_all((insert_cells(self.shell, cells), *notes))

    def _blocks(self) -> list[CodeBlock]:
        blocks = self._reply("%claude_insert").code
        if not blocks:
            raise UsageError("%claude_insert: the last answer has no code block.")
        return blocks

    def _reply(self, magic: str) -> Reply:
        reply = self.shell.user_ns_hidden.get("_claude")
        if not isinstance(reply, Reply):
            raise UsageError(f"{magic}: Claude has not answered anything yet.")
        return reply


def _say_all(notes: Iterable[str]) -> None:
    if said := "\n".join(filter(None, notes)):
        say(said)


def _nth(blocks: Sequence[CodeBlock], wanted: str) -> CodeBlock:
    if not wanted:
        return blocks[0]
    if not wanted.isdecimal():
        raise UsageError(f"%claude_insert {wanted}: use the number of a block, from 1, or all.")
    number = int(wanted)
    if not 1 <= number <= len(blocks):
        count = f"{len(blocks)} code block{'s' if len(blocks) > 1 else ''}"
        raise UsageError(f"%claude_insert {wanted}: the last answer has {count}.")
    return blocks[number - 1]


def _left_out(blocks: Sequence[CodeBlock]) -> list[str]:
    if not blocks:
        return []
    languages = ", ".join(dict.fromkeys(block.language for block in blocks))
    return [
        f"Left out {len(blocks)} block{'s' if len(blocks) > 1 else ''} that cannot run in a cell ({languages})."
    ]
