"""`%claude_explain` and `%%claude_explain`: a cell or a name explained, the cell as if the line were not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import line_cell_magic, magics_class, no_var_expand

from nbclaude.asking.gathering import notebook_names
from nbclaude.asking.prepare import refuse_keys
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply
from nbclaude.context.attachment import Attachment
from nbclaude.context.references.scope import Scope
from nbclaude.context.shown.cells import LoggedCell, visible_cell, visible_cells
from nbclaude.context.shown.numbered import numbered_cells
from nbclaude.errors import NbclaudeError
from nbclaude.magics.calls import call_of
from nbclaude.magics.failures import show_after_cell
from nbclaude.magics.family import OtherFamily
from nbclaude.magics.in_cell import ask_prompt
from nbclaude.magics.scope import standing
from nbclaude.magics.wording import worded
from nbclaude.options import Options, parse_verb_line
from nbclaude.stopping import stoppable
from nbclaude.verbs.explained import (
    explained_cell,
    explained_name,
    is_code,
    listed_source,
    named_source,
    scope_with_builtin,
)
from nbclaude.verbs.options import EXPLAIN, cell_number, options_text
from nbclaude.verbs.prompts import prompt_text

__all__ = ["ExplainMagics"]


@magics_class
class ExplainMagics(OtherFamily):
    """The magic that explains; it takes the options of `%claude`."""

    def left_of(self, line: str, code: str) -> list[str]:
        """Return the lines of an explained cell that are to run: all except the one with the magic."""
        try:
            _, own, _ = parse_verb_line(line, EXPLAIN)
        except UsageError:
            # Running the call says what is wrong with the line, and nothing else is run.
            return [f"{call_of('claude_explain', line, mentions=False)}\n"]
        return [] if own.get("no_run") else code.splitlines(keepends=True)

    @no_var_expand
    @line_cell_magic
    @stoppable()
    @worded()
    def claude_explain(self, line: str, cell: str | None = None) -> Reply | None:
        """Explain a cell with its outcome, or a name; the options follow below."""
        refuse_keys(self.workspace, line)
        where = standing(self.shell)
        options, own, text = parse_verb_line(line, EXPLAIN)
        where.refuse_into(options.into)
        text = "" if text.lstrip().startswith("#") else text.strip()
        if cell is not None:
            # Somebody has called the magic as a function: the cell is not run then.
            reply = self._ask(options, {**own, "no_run": True}, text, LoggedCell("", 0, cell), where.scope)
            return reply if where.target else None
        values = not own.get("no_values")
        names = scope_with_builtin(where.scope, text)
        about = None if own.get("cell") else explained_name(self.workspace.seen, text, names, values=values)
        if about is not None:
            source = named_source(text, names)
            if source is not None:
                about = (source[0], *about)
            elif values or is_code(text, names):
                options = replace(options, attach=(*options.attach, text))
            prompt = Prompt(
                prompt_text("explain", "name", what=text),
                verb="explain",
                label=f"explain {text}",
                attachments=about,
                instruction=_instruction(own, named=source is None),
                listing=source[1] if source is not None else "",
            )
            reply = ask_prompt(self._chat, options, prompt, names)
        else:
            cell_shown = self._numbered(str(own["cell"])) if own.get("cell") else self._previous()
            reply = self._ask(options, own, text, cell_shown, where.scope)
        return reply if where.target else None

    def _previous(self) -> LoggedCell:
        at = self.workspace.cell_run()
        cells = visible_cells(self.workspace.seen.cells, at.cell if at else "")
        if not cells:
            raise UsageError(
                "%claude_explain: no cell has run since nbclaude was loaded. Run one first, or name a value: %claude_explain df."
            )
        return cells[-1]

    def _numbered(self, wanted: str) -> LoggedCell:
        number = cell_number(wanted)
        if number is None:
            raise UsageError(f"--cell {wanted}: it must be the number of a cell, such as 5 for In[5].")
        found = numbered_cells(self.workspace.seen.cells, self.shell, number)
        cell = visible_cell(found[0]) if len(found) == 1 else None
        if cell is None:
            why = "several cells show this number" if len(found) > 1 else "nbclaude knows no such cell"
            raise UsageError(f"--cell {wanted}: {why}. Run the cell again, then use its new number.")
        return cell

    def explain_run(self, line: str, code: str, count: int) -> None:
        """Explain the cell that ran with this number; errors are shown below it."""
        try:
            self._explain_run(line, code, count)
        except (UsageError, NbclaudeError, KeyboardInterrupt) as error:
            show_after_cell(self.shell, error)

    @stoppable()
    @worded()
    def _explain_run(self, line: str, code: str, count: int) -> None:
        try:
            options, own, question = parse_verb_line(line, EXPLAIN)
        except UsageError:
            return  # the cell has said so
        refuse_keys(self.workspace, line)
        cells = self.workspace.seen.cells.cells
        cell = next((each for each in reversed(cells) if each.execution_count == count), None)
        if cell is None or own.get("no_run"):
            cell = LoggedCell("", 0, code)
        self._ask(options, own, question.strip(), cell, Scope(notebook_names(self.shell)))

    def _ask(
        self, options: Options, own: Mapping[str, Any], question: str, cell: LoggedCell, names: Scope
    ) -> Reply | None:
        has_run = not own.get("no_run") and cell.execution_count > 0
        values = not own.get("no_values")
        seen = self.workspace.seen
        failure = seen.failures.of_cell(cell.execution_count) if has_run else None
        if failure is not None and failure.cell_id != cell.cell_id:
            failure = None  # that of a cell with the same number: this one ran in an earlier kernel
        about: tuple[Attachment, ...] = explained_cell(
            seen, cell, failure, self.shell.user_ns, values=values, has_run=has_run
        )
        # A figure shows values.
        if (
            has_run
            and values
            and any(
                (each.execution_count, each.cell) == (cell.execution_count, cell.cell_id)
                for each in seen.figures.of_last_plotting_cell()
            )
        ):
            options = replace(options, figures=(*options.figures, "cell"))
        name = f"In[{cell.execution_count}]"
        part = "failed" if failure is not None else "cell" if has_run else "not_run"
        prompt = Prompt(
            question or prompt_text("explain", part, cell=name),
            verb="explain",
            label=f"explain cell {cell.execution_count}" if has_run else "explain a cell",
            attachments=about,
            instruction=_instruction(own),
            listing=listed_source(cell),
        )
        return ask_prompt(self._chat, options, prompt, names)


ExplainMagics.claude_explain.__doc__ = f"""Explain a cell with its outcome, or a name.

  %%claude_explain [options] [question]   above code: the cell runs as if the line were not there, then it is explained
  %claude_explain                         the cell that ran last, with its output or its error
  %claude_explain --cell 5                the cell that ran as In[5]
  %claude_explain NAME                    a function, class, module, DataFrame, figure: any value
  %claude_explain QUESTION                a question about the cell that ran last

Sent are the code, what it showed, and for each name that it uses the cell that defines it and what the name is. --dry-run
shows it.

Options, besides those of %claude
{options_text(EXPLAIN)}
"""


def _instruction(own: Mapping[str, Any], *, named: bool = False) -> str:
    levels = _levels()
    text = prompt_text(
        "explain",
        "instruction_name" if named else "instruction",
        level=levels[str(own.get("level", "practitioner"))],
        lang=f", in this language: {own['lang']}" if own.get("lang") else "",
    )
    return f"{text}\n{prompt_text('explain', 'brief')}" if own.get("brief") else text


def _levels() -> Mapping[str, str]:
    from nbclaude.verbs.prompts import prompts_of

    levels: Mapping[str, str] = prompts_of("explain")["levels"]
    return levels
