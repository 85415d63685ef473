"""Adds what is known about a figure to its picture, as text: always the facts, and the plotted numbers if asked for."""

from __future__ import annotations

from dataclasses import replace

from nbclaude.context.attachment import Attachment
from nbclaude.context.images.limits import ImageLimits
from nbclaude.context.plotted.facts import PlottedFigure
from nbclaude.context.plotted.numbers import plotted_numbers
from nbclaude.context.plotted.wording import figure_lines
from nbclaude.texts import Cut, clip, framed

__all__ = ["with_facts"]

_MAX_FACTS = 3_000  # characters of one figure


def with_facts(attachment: Attachment, figure: PlottedFigure | None, limits: ImageLimits) -> Attachment:
    """Return the attachment of a picture, followed by what is known about its figure, if anything."""
    if figure is None:
        if not limits.plotted_characters:
            return attachment
        return replace(
            attachment,
            notes=(*attachment.notes, "plotted numbers: none available for this picture"),
        )
    text, note = clip("\n".join(figure_lines(figure)), _MAX_FACTS)
    summary, notes = attachment.summary, attachment.notes
    if note:
        notes = (*notes, Cut(f"facts about the figure: {note}"))
    if limits.plotted_characters:
        numbers = plotted_numbers(figure, limits.plotted_characters)
        text += f"\n\nplotted numbers: {numbers.said}\n{numbers.text}".rstrip("\n")
        said = f"plotted numbers: {numbers.said}"
        if numbers.rows < numbers.of:
            notes = (*notes, Cut(said))
        if numbers.of:
            summary = f"{summary} + {numbers.said}"
        else:
            notes = (*notes, said)
    block = framed("plotted", attachment.label, text)
    return replace(attachment, blocks=(*attachment.blocks, block), summary=summary, notes=notes)
