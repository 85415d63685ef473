"""`%claude_fix`: says why a cell failed, and offers the cell corrected."""

from __future__ import annotations

from functools import partial
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class, no_var_expand

from nbclaude.asking.ask import Answered
from nbclaude.asking.prepare import refuse_keys
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply
from nbclaude.context.code.hidden import hide_secrets, put_back
from nbclaude.context.failures.failure import Failure
from nbclaude.context.failures.told import without_hidden
from nbclaude.edits import corrected_cell, offer, propose
from nbclaude.lab import cell_meant, told_by
from nbclaude.magics.family import OtherFamily
from nbclaude.magics.in_cell import ask_prompt
from nbclaude.magics.scope import standing
from nbclaude.magics.wording import worded
from nbclaude.options import parse_verb_line
from nbclaude.output import say
from nbclaude.stopping import stoppable
from nbclaude.verbs.gathered import failure_attachments
from nbclaude.verbs.options import FIX, cell_number
from nbclaude.verbs.prompts import prompt_text

__all__ = ["FixMagics"]


@magics_class
class FixMagics(OtherFamily):
    """The magic that mends a cell; it takes the options of `%claude`."""

    @no_var_expand
    @line_magic
    @stoppable()
    @worded()
    def claude_fix(self, line: str) -> Reply | None:
        """Say why a cell failed, and offer the cell corrected. Nothing is changed or run by itself.

        %claude_fix [options] [hint]      the cell that failed last
        %claude_fix --cell 5              the cell that ran as In[5]
        %claude_fix --no-values           for data that may not leave: types and shapes go, values do not

        Sent are the failing cell and what it printed, the traceback without what does not matter, the values on the failing
        line, and the cells that defined its names. --dry-run shows it. The options of %claude can be given, too.
        """
        refuse_keys(self.workspace, line)
        where = standing(self.shell)
        options, own, hint = parse_verb_line(line, FIX)
        where.refuse_into(options.into)
        failure = self._failure(str(own.get("cell", "")))
        if failure is None:
            return None
        prompt = Prompt(
            _question(failure, hint),
            verb="fix",
            label=f"fix cell {failure.execution_count}",
            attachments=failure_attachments(
                self.workspace.seen, failure, self.shell.user_ns, values=not own.get("no_values")
            ),
            instruction=_instruction(failure),
            then=partial(self._offer, failure),
        )
        reply = ask_prompt(self._chat, options, prompt, where.scope)
        return reply if where.target else None

    def _failure(self, wanted: str) -> Failure | None:
        failures = self.workspace.seen.failures
        if not wanted:
            if not failures.all:
                say("No cell has failed since nbclaude was loaded, or all that did have run well since.")
                return None
            return failures.all[-1]
        number = cell_number(wanted)
        if number is None:
            raise UsageError(f"--cell {wanted}: it must be the number of a cell, such as 5 for In[5].")
        found = failures.of_cell(number)
        if self._is_earlier(number) or (found is None and number < self.workspace.seen.since):
            raise UsageError(
                f"--cell {wanted}: In[{number}] ran before nbclaude was loaded, and the kernel no longer has its error. "
                "Run the cell again."
            )
        if found is None:
            known = ", ".join(str(each.execution_count) for each in failures.all[-10:])
            there = f"Those that failed last are {known}." if known else "No cell has failed."
            raise UsageError(f"--cell {wanted}: In[{number}] has not failed, or has since run fine. {there}")
        return found

    def _is_earlier(self, number: int) -> bool:
        """Whether the cell that shows this number has run in an earlier kernel, or before we were loaded, as far as is known."""
        told = told_by(self.shell)
        if told is None:
            return False
        shown = cell_meant(self.shell, told, [cell for cell, count in told.counts.items() if count == number])
        seen = {(each.cell_id, each.execution_count) for each in self.workspace.seen.cells.cells}
        seen |= {(each.cell_id, each.execution_count) for each in self.workspace.seen.failures.all}
        return bool(shown) and (shown, number) not in seen

    def _offer(self, failure: Failure, answered: Answered) -> None:
        """Show the corrected cell of an answer as a diff, with what can be done with it."""
        from nbclaude.secrets.masking import mask

        blocks = [(block.language, block.source) for block in answered.reply.code]
        blocks = [each for each in blocks if each[0] != "diff"]
        masked = mask(without_hidden(hide_secrets(failure.source), failure.hidden))[0]
        after = corrected_cell(blocks, masked)
        if after is None:
            return
        whole = put_back(after, masked, failure.source)
        if whole is None:
            say("The corrected cell holds a masked secret that cannot be put back, so it is not offered.")
            return
        proposal = propose(
            self.shell,
            whole,
            before=failure.source,
            cell=failure.cell_id,
            label=f"cell {failure.execution_count}",
        )
        self.workspace.edits.note(offer(self.shell, proposal), answered.outcome.message)


def _question(failure: Failure, hint: str) -> str:
    said = prompt_text("fix", "question", cell=f"In[{failure.execution_count}]")
    hint = "" if hint.lstrip().startswith("#") else hint.strip()
    return f"{said}\n{prompt_text('fix', 'hint', hint=hint)}" if hint else said


def _instruction(failure: Failure) -> str:
    kind = failure.last.kind
    if kind == "KeyboardInterrupt":
        return prompt_text("fix", "interrupted")
    if kind == "The command failed":
        return prompt_text("fix", "command")
    said = prompt_text("fix", "instruction")
    files: tuple[Any, ...] = failure.user_files
    return f"{said}\n{prompt_text('fix', 'module', file=files[-1])}" if files else said
