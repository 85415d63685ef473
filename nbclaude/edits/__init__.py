"""How a cell is changed: a proposal with its checks, the offer of it as a diff, and the way that the front end has."""

from nbclaude.edits.blocks import cell_of_block, corrected_cell, is_runnable, missing_extension
from nbclaude.edits.inserting import insert_cells
from nbclaude.edits.kept import Edits
from nbclaude.edits.offers import Offer, forget_widgets, offer
from nbclaude.edits.proposal import Proposal, propose
from nbclaude.edits.ways import Way, way_of

__all__ = [
    "Edits",
    "Offer",
    "Proposal",
    "Way",
    "cell_of_block",
    "corrected_cell",
    "forget_widgets",
    "insert_cells",
    "is_runnable",
    "missing_extension",
    "offer",
    "propose",
    "way_of",
]
