"""`%%claude_edit` and `%claude_apply`: a cell changed by an instruction, shown as a diff, and put in its place on demand."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.magic import line_cell_magic, line_magic, magics_class, no_var_expand

from nbclaude.asking.ask import Answered
from nbclaude.asking.prepare import refuse_keys
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply
from nbclaude.context.attachment import Attachment
from nbclaude.context.code.hidden import hide_secrets, put_back
from nbclaude.context.shown.cells import LoggedCell
from nbclaude.edits import cell_of_block, corrected_cell, offer, propose
from nbclaude.frozen import frozen
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.magics.in_cell import ask_prompt
from nbclaude.magics.scope import standing
from nbclaude.magics.wording import worded
from nbclaude.notebook import cell_number, cell_source
from nbclaude.options import parse_verb_line
from nbclaude.output import say
from nbclaude.stopping import stoppable
from nbclaude.texts import counted, framed
from nbclaude.verbs.gathered import uses_attachment
from nbclaude.verbs.instructions import Instruction, instruction_for, instructions_text
from nbclaude.verbs.options import EDIT, options_text
from nbclaude.verbs.prompts import prompt_text

__all__ = ["EditMagics"]


@frozen
class _Edit:
    """One edit: the code below the line, as it stands and as it is sent, and what is to be done with it."""

    code: str
    masked: str
    whole: str
    cell: str
    label: str
    instruction: Instruction
    apply: bool


@magics_class
class EditMagics(OtherFamily):
    """Magics that change a cell; the one that asks takes the options of `%claude`."""

    @no_var_expand
    @line_cell_magic
    @stoppable()
    @worded()
    def claude_edit(self, line: str, cell: str | None = None) -> Reply | None:
        """Replaced by the help page, below."""
        refuse_keys(self.workspace, f"{line}\n{cell or ''}")
        where = standing(self.shell)
        options, own, said = parse_verb_line(line, EDIT)
        where.refuse_into(options.into)
        if not said.strip():
            raise UsageError(
                f"%%claude_edit needs an instruction in its line. Known ones:\n{instructions_text()}"
            )
        if cell is None or not cell.strip():
            raise UsageError(
                "%%claude_edit: there is no code to change. Write the line above the code of a cell."
            )
        edit = self._edit(cell, instruction_for(said), apply=bool(own.get("apply")))
        prompt = Prompt(
            edit.instruction.text,
            verb="edit",
            label=f"edit {edit.label}: {said.strip()}",
            attachments=self._gathered(edit, values=not own.get("no_values")),
            instruction=prompt_text("edit", "instruction"),
            then=lambda answered: self._offer(edit, answered),
        )
        reply = ask_prompt(self._chat, options, prompt, where.scope)
        return reply if where.target else None

    def _edit(self, code: str, instruction: Instruction, *, apply: bool) -> _Edit:
        from nbclaude.secrets.masking import mask

        at = self.workspace.cell_run()
        code = code.rstrip("\n")
        return _Edit(
            code,
            mask(hide_secrets(code))[0],
            cell_source(self.shell) or code,
            at.cell if at is not None else "",
            f"cell {cell_number(self.shell)}",
            instruction,
            apply,
        )

    def _gathered(self, edit: _Edit, *, values: bool) -> tuple[Attachment, ...]:
        lines = edit.masked.count("\n") + 1
        shown = Attachment(
            edit.label, (framed("cell", "to edit", edit.masked),), counted(lines, "line"), kind="source"
        )
        logged = LoggedCell(edit.cell, cell_number(self.shell), edit.code)
        return (shown, *uses_attachment(self.workspace.seen, logged, self.shell.user_ns, values=values))

    def _offer(self, edit: _Edit, answered: Answered) -> None:
        """Show the new cell as a diff, with what can be done with it; an answer in words stays an answer."""
        after = _new_cell(edit, answered.reply)
        if after is None:
            return
        if answered.reply.stop_reason not in ("end_turn", "stop_sequence"):
            say("The answer was cut off, so its code is not offered.")
            return
        whole = put_back(after, edit.masked, edit.code)
        if whole is None:
            say("The new cell holds a masked secret that cannot be put back, so it is not offered.")
            return
        proposal = propose(
            self.shell,
            whole,
            before=edit.code,
            cell=edit.cell,
            sent=edit.whole,
            label=edit.label,
            only_comments=edit.instruction.only_comments,
            below=edit.instruction.below,
            any_language=edit.instruction.any_language,
        )
        made = offer(self.shell, proposal, apply=edit.apply)
        self.workspace.edits.note(made, answered.outcome.message)

    @line_magic
    def claude_apply(self, line: str) -> None:
        """Put the new code that was offered last into its cell, as its button does; nothing is run.

        %claude_apply    also with --apply in the line of %%claude_edit; %claude_undo takes it back with its turn
        """
        if argument(line):
            raise UsageError("%claude_apply takes no arguments: it applies the change that was offered last.")
        last = self.workspace.edits.last
        if last is None:
            raise UsageError("%claude_apply: no change was offered yet.")
        proposal = last.proposal
        if proposal.why_not:
            raise UsageError(f"%claude_apply: the last change is not offered. {proposal.why_not}")
        last.apply(self.shell, f"Applying the change of {proposal.label or 'the cell'}:")


EditMagics.claude_edit.__doc__ = f"""Change the code below by an instruction; the new cell is shown as a diff.

  %%claude_edit [options] INSTRUCTION    above the code

Nothing is changed without a click, %claude_apply or --apply, and nothing is run. %claude_undo takes back the turn and the change
of the cell. The new text has no %%claude_edit line.

Known instructions, if the word is all of it:
{instructions_text()}

Options, besides those of %claude
{options_text(EDIT)}
"""


def _new_cell(edit: _Edit, reply: Reply) -> str | None:
    blocks = [(block.language, block.source) for block in reply.code if block.language != "diff"]
    if edit.instruction.below:
        return corrected_cell(blocks, "")
    if edit.instruction.any_language and len(blocks) == 1:
        ((language, source),) = blocks
        return corrected_cell(blocks, edit.masked) or cell_of_block(language, source)
    return corrected_cell(blocks, edit.masked)
