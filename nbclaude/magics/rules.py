"""`%claude_rules`: shows the house rules beside the notebook, and accepts or drops them."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.conversation.house_rules import FILE_NAME, RulesFile
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.magics.wording import worded
from nbclaude.notebook import nobody_answers
from nbclaude.output import say
from nbclaude.texts import counted

__all__ = ["RulesMagics"]


@magics_class
class RulesMagics(OtherFamily):
    """The magic of the house rules."""

    @line_magic
    @worded()
    def claude_rules(self, line: str) -> None:
        """Show the house rules: the file nbclaude.md beside the notebook, which is used only when you have accepted it.

        %claude_rules          where they come from, whether they are used, and what they say
        %claude_rules accept   use them as they stand: they go into every system prompt, and every receipt shows them
        %claude_rules drop     use them no longer

        The file may come with somebody else's repository, so a changed file is not used before it is accepted again.
        """
        wanted = argument(line).lower()
        if wanted not in ("", "accept", "drop"):
            raise UsageError(
                f"%claude_rules {wanted}: use %claude_rules, %claude_rules accept or %claude_rules drop."
            )
        rules = self.workspace.rules
        file = rules.file()
        if file is None:
            folder = rules.folder()
            where = (
                f"There is no {FILE_NAME} in {folder}" if folder is not None else f"There is no {FILE_NAME}"
            )
            say(f"{where}, or it is empty. What stands in it, once accepted, goes into every system prompt.")
            return
        if wanted == "drop":
            was_used = rules.drop(file)
            say(f"The rules in {file.path} {'are used no longer' if was_used else 'were not used'}.")
            return
        if file.problem:
            raise UsageError(f"The house rules in {file.path} cannot be used: {file.problem}.")
        if wanted == "accept":
            self._accept(file)
            return
        state = "are used" if rules.is_accepted(file) else "are not used; %claude_rules accept uses them"
        say(f"The house rules in {file.path} ({counted(file.lines, 'line')}) {state}:", file.text.strip())

    def _accept(self, file: RulesFile) -> None:
        if nobody_answers(self.shell):
            raise UsageError(
                "%claude_rules accept: this notebook is executed with nobody to ask, so the rules are not accepted."
            )
        rules = self.workspace.rules
        rules.accept(file)
        say(
            f"From now on, every question follows the house rules in {file.path}, as shown here:",
            file.text.strip(),
        )
