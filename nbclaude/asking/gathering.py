"""Gathers what is sent along with a prompt, from its options: references, attachments, figures, cells."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbclaude import notebook
from nbclaude.asking.gathering_figures import RUN_AGAIN, FigureGatherer, reason_of
from nbclaude.asking.prompt import Prompt
from nbclaude.cures import Command, Mention
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.models.table import ModelInfo
from nbclaude.notebook import Shell
from nbclaude.refusal import Refusal, refused
from nbclaude.settings.values import Options
from nbclaude.texts import DEFAULT_LIMITS, TextLimits
from nbclaude.wire.message import text_of
from nbclaude.wire.request import text_block
from nbclaude.workspace import Workspace

if TYPE_CHECKING:
    from nbclaude.context.attachment import Attachment
    from nbclaude.context.images.limits import ImageLimits
    from nbclaude.context.tray import TrayItem

__all__ = ["Gathered", "gather", "notebook_names"]

Block = Mapping[str, Any]


@frozen
class Gathered:
    """The blocks of a question with what the user calls them, and the attachments that they are made of.

    `values` are those of the kernel that stand in the last block, which is what the user has typed; `tray` is what a panel
    had attached.
    """

    blocks: tuple[Block, ...]
    names: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    tray: tuple[TrayItem, ...] = ()


@frozen
class _Gatherer:
    """One gathering: from which shell, with which options, for which model."""

    workspace: Workspace
    shell: Shell
    options: Options
    images: ImageLimits
    limits: TextLimits
    so_far: list[Attachment] = field(default_factory=list)

    def attach(self, value: object, label: str, format: str = "", *, attached: bool = False) -> Attachment:
        """Make a value of the kernel an attachment."""
        from nbclaude.context.values import attachment_of

        found = attachment_of(
            value,
            label,
            format,
            limits=self.limits,
            images=self.images,
            citations=self.options.citations,
            attached=attached,
        )
        return self.counted(found)

    def counted(self, attachment: Attachment) -> Attachment:
        """Refuse more images or bytes than a request takes before still more of them are prepared."""
        from nbclaude.context.attachment import each_once
        from nbclaude.context.images.limits import check_amount

        self.so_far.append(attachment)
        blocks = (block for each in each_once(self.so_far) for block in each.blocks)
        check_amount(blocks, self.images, all_there=False)
        return attachment

    def attach_named(self, what: str, names: Mapping[str, Any]) -> Attachment:
        """Attach what `-a` names: the address of an image or PDF, a file, or an expression of these `names`."""
        from nbclaude.context.files import attach_path, attach_url
        from nbclaude.context.references.expressions import (
            evaluate,
            failures_of,
            formatted,
            parse_expression,
        )
        from nbclaude.context.references.replacing import read_reference

        if what.startswith(("http://", "https://")):
            return self.counted(attach_url(what, citations=self.options.citations))
        named = read_reference(what, names)
        if named is not None and not ("." in what and Path(what).expanduser().is_file()):
            expression, format = named
            value = evaluate(expression, names, "attach")
            value = formatted(value, expression, format, names, "attach")
            with failures_of(what, "attach"):
                return self.attach(value, what, format, attached=True)
        # A dotted name may be a file's, too: attach_path knows what files there are.
        is_expression = parse_expression(what) is not None and ("." not in what or what[-1] in "])")
        if is_expression and not Path(what).exists():
            raise refused(_nothing_named(what, names))
        return self.counted(attach_path(what, self.images, citations=self.options.citations))

    def waiting(self, item: TrayItem) -> Attachment:
        """Attach what a panel has put on the tray; if it cannot be sent, the error says where it came from."""
        try:
            return self._waiting(item)
        except ConfigurationError as error:
            reason, cure = reason_of(error)
            raise ConfigurationError(
                f"{item.label} is attached in the panel, and cannot be sent: {reason}",
                cure=(*cure, "Remove it there (", Command.STATE, " opens the panel)."),
            ) from None

    def _waiting(self, item: TrayItem) -> Attachment:
        if isinstance(item.what, str):
            # It was attached in a panel, which sees the notebook's variables.
            return self.attach_named(item.what, self.shell.user_ns)
        if isinstance(item.what, Path):
            from nbclaude.context.files import attach_path

            return self.counted(attach_path(item.what, self.images, citations=self.options.citations))
        return self.counted(item.what.attachment(self.images, item.label))

    def cells(self, wanted: str, prompt: str, names: Mapping[str, Any]) -> list[Attachment]:
        """Attach the last executed cells with their outputs, those that the names in the prompt depend on, or one of them."""
        from nbclaude.context.shown.cells import TOTAL_BUDGET, context_cells, visible_cells

        at = notebook.cell_run(self.shell)
        if wanted.startswith("In["):
            return self._numbered_cell(wanted)
        if wanted == "needed":
            from nbclaude.context.code.attached import needed_attachment
            from nbclaude.context.code.saved import edited_cells

            log = self.workspace.seen.cells
            shown = visible_cells(log, at.cell if at else "")
            edited = edited_cells(log.cells, self.workspace.seen.notebook)
            needed = needed_attachment(shown, prompt, names, budget=TOTAL_BUDGET, edited=edited)
            return [needed] if needed is not None else []
        found = context_cells(
            self.workspace.seen.cells,
            "all" if wanted == "all" else int(wanted),
            without=at.cell if at else "",
            answers=self._answers(),
        )
        return [found] if found is not None else []

    def _numbered_cell(self, wanted: str) -> list[Attachment]:
        """Attach the cell that shows a number (`In[4]`), and the value that it returned, if the kernel still has it."""
        from nbclaude.context.shown.cells import context_cells, log_of
        from nbclaude.context.shown.numbered import numbered_cells

        number = int(wanted[3:-1])
        showing = numbered_cells(self.workspace.seen.cells, self.shell, number)
        if len(showing) != 1:
            reason = (
                "several cells show this number." if showing else "nbclaude knows no cell with this number."
            )
            raise refused(Refusal("cells", wanted, reason, RUN_AGAIN))
        (cell,) = showing
        found = context_cells(log_of(cell), 1, answers=self._answers())
        if found is None:
            reason = f"cell {number} holds only a prompt, or is marked to be ignored."
            raise refused(Refusal("cells", wanted, reason, ()))
        returned = self.shell.user_ns.get("Out")
        if not cell.ran_at or not isinstance(returned, Mapping) or number not in returned:
            return [found]
        if self.workspace.seen.figures.of_cell(cell.cell_id):
            return [found]  # a figure would be painted once more; the cell's text says what it is
        return [found, self.attach(returned[number], f"Out[{number}]")]

    def _answers(self) -> list[str]:
        conversations = self.workspace.conversations
        return [text_of(turn.message) for name in conversations.names() for turn in conversations[name].every]


def _nothing_named(what: str, namespace: Mapping[str, Any]) -> Refusal:
    root = re.split(r"[.(\[]", what, maxsplit=1)[0]
    known = [
        *(name for name in namespace if not name.startswith("_")),
        *(file.name for file in Path().iterdir()),
    ]
    close = difflib.get_close_matches(root, known, 1)
    cure = f"Did you mean {close[0]}?" if close else "Run the cell that defines it first, or name a file."
    reason = f"there is neither a variable {root} nor a file of this name in {Path.cwd()}."
    return Refusal("attach", what, reason, (cure,))


def gather(
    workspace: Workspace,
    shell: Shell,
    options: Options,
    prompt: Prompt,
    model: ModelInfo,
    *,
    cells: int = 0,
    names: Mapping[str, Any] | None = None,
    lazy_seconds: float = DEFAULT_LIMITS.seconds,
) -> Gathered:
    """Return what is attached, then the prompt: models read a question best after what it is about.

    `cells` go along where no option says otherwise, unless a verb gathers by itself. `names` are the variables that may be
    named, the notebook's if None. `lazy_seconds` is how long computing a query may take.

    Raises:
        ConfigurationError: something cannot be attached; the message says what, and what could be.

    """
    from nbclaude.context.attachment import each_once
    from nbclaude.context.images.limits import limits_of
    from nbclaude.context.references.replacing import expand

    names = notebook_names(shell) if names is None else names
    text_limits = replace(DEFAULT_LIMITS, seconds=lazy_seconds)
    images = replace(limits_of(model), plotted_characters=options.figure_data)
    gatherer = _Gatherer(workspace, shell, options, images, text_limits)
    attached = [gatherer.counted(attachment) for attachment in prompt.gathered()]
    number = options.cells or str(cells if not prompt.verb else 0)
    attached += gatherer.cells(number, prompt.text, names) if number != "0" else []
    attached += [gatherer.attach_named(what, names) for what in options.attach]
    figures = FigureGatherer(workspace, shell, gatherer.images, gatherer.counted)
    attached += [picture for which in options.figures for picture in figures.attach(which)]
    tray = workspace.tray.items()
    attached += [gatherer.waiting(item) for item in tray]
    text, named = prompt.text, []
    values: tuple[tuple[str, str], ...] = ()
    if not options.raw:
        expanded = expand(prompt.text, names, attach=gatherer.attach)
        text, named = expanded.text, list(expanded.attachments)
        values = tuple(expanded.inlined)
    if options.figure_data and not any(each.kind == "image" for each in (*attached, *named)):
        attached += figures.attach("1")  # no figure is named: the last one is meant
    attachments = each_once([*attached, *named])
    if options.citations and not any(attachment.kind == "document" for attachment in attachments):
        cure = ("Add one with ", Mention("attach"), ".")
        raise refused(Refusal("citations", True, "no document is attached to be cited.", cure))
    several = sum(each.kind == "image" for each in (*attached, *named)) > 1
    to_name = {each.label for each in attachments if several or each in named or each.gathered_by}
    labelled = _labelled(attachments, to_name)
    blocks = (*(block for block, _ in labelled), text_block(text))
    labels = (*(name for _, name in labelled), "")
    return Gathered(blocks, labels, tuple(attachments), values, tray)


def notebook_names(shell: Shell) -> dict[str, Any]:
    """Return the user's variables, without those functions that IPython brings: `{open}` and `{exit}` are words."""
    hidden = shell.user_ns_hidden
    return {
        name: value
        for name, value in tuple(shell.user_ns.items())
        if not (callable(value) and not name.startswith("_") and hidden.get(name) is value)
    }


def _labelled(attachments: list[Attachment], to_name: set[str]) -> list[tuple[Block, str]]:
    """Return the blocks of attachments and what each is of.

    Pictures are introduced by their names where the names are needed: several pictures, or one that the prompt refers to.
    """
    from nbclaude.context.values import labelled_blocks

    return [
        (block, attachment.label)
        for attachment in attachments
        for block in (labelled_blocks([attachment]) if attachment.label in to_name else attachment.blocks)
    ]
