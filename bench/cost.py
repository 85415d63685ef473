"""Nothing in; out, what a notebook of thirty questions costs with prompt caching and without, and how many bytes figures send.

Every question goes through the product to the simulator, which counts tokens, reads and writes of the prompt cache as the
API documents them. The dollars are worked out here from those counts and the price list.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from bench.answer import paragraph
from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, prepare
from nbclaude.asking.send import send
from nbclaude.context.images.limits import ImageLimits
from nbclaude.context.images.prepared import prepare_image
from nbclaude.conversation.ledger import dollars
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import MAIN
from nbclaude.models.info import model_info
from nbclaude.models.prices import PRICES_AS_OF, Price
from nbclaude.notebook import CellRun
from nbclaude.output.display import NoDisplay
from nbclaude.simulator import Simulator
from nbclaude.wire.request import text_block
from nbclaude.workspace import Surroundings, Workspace

COST_LIMIT = 0.25
"""Input cost with caching, of that without."""
BYTES_LIMIT = 1.2
"""Bytes sent in twenty turns, of the bytes of the figures in them."""

QUESTIONS = 30


def cells_in_order(later: int) -> list[int]:
    """Return the cells in the order of their runs: 10 and 20 are run again, after so many further questions."""
    first, second = 10 + later, 20 + later
    return [*range(1, first + 1), 10, *range(first + 1, second + 1), 20, *range(second + 1, QUESTIONS + 1)]


TABLE_IN, FIGURES_IN = 2, (5, 12)  # the cells that bring these along
BREAK_AFTER = 17  # runs

Block = Mapping[str, Any]


class Clock:
    """Seconds that pass when the notebook says so: cache entries live for five minutes, or an hour."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Notebook:
    """Cells that ask: a workspace of its own with settings of its own, as a kernel has."""

    def __init__(self, simulator: Simulator, **settings: Any) -> None:
        self.simulator = simulator
        self.usages: list[dict[str, Any]] = []
        configured = {"base_url": simulator.base_url} | settings
        self.workspace = Workspace(Surroundings(configured=lambda: configured))
        self._runs = itertools.count(1)

    def run(self, cell: int, blocks: Sequence[Block]) -> None:
        """Run a cell; every run gets an answer of its own, of 150 to 600 tokens."""
        run = next(self._runs)
        self.simulator.enqueue(f"{run}. " + "\n".join(paragraph(run + n, 3) for n in range(2 + run % 5)))
        question = Question(tuple(blocks), CellRun(f"cell-{cell}", run))
        ask = Ask(question, self.workspace.settings({}), MAIN, Gathered(question.prompt))
        outcome = send(prepare(self.workspace, ask), NoDisplay())
        if outcome.error is not None:
            raise outcome.error
        self.usages.append(dict(outcome.message["usage"]))


@dataclass(frozen=True, slots=True)
class Spent:
    """Input tokens by what they are billed as, their price in dollars, and what the product says that caching saved."""

    plain: int
    written: int
    read: int
    cost: float
    saved: float

    @property
    def row(self) -> str:
        """The numbers as cells of a table."""
        total = self.plain + self.written + self.read
        tokens = " | ".join(f"{count:,}" for count in (total, self.plain, self.written, self.read))
        return f"{tokens} | ${self.cost:.4f} | {dollars(self.saved)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--model", default="claude-sonnet-5-5", help="the model to ask (%(default)s)")
    parser.add_argument("--pause", type=float, default=90.0, help="seconds between questions (%(default)g)")
    parser.add_argument(
        "--later",
        type=int,
        choices=range(1, 10),
        default=2,
        metavar="N",
        help="questions after which a cell is run again (%(default)s); what lives for five minutes may have expired by then",
    )
    options = parser.parse_args(arguments)
    price = model_info(options.model).price
    if price is None:
        parser.error(f"the price of {options.model} is not known")
    with this_environment_alone():
        kept = measure_cost(options, price) & measure_bytes(options.model)
    return 0 if kept else 1


@contextlib.contextmanager
def this_environment_alone() -> Iterator[None]:
    """Give the product a key, and none of the user's own settings."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        del os.environ[name]
    os.environ["ANTHROPIC_API_KEY"] = "simulator"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def measure_cost(options: argparse.Namespace, price: Price) -> bool:
    """Ask the same questions with and without caching; print both, and whether the limit is kept."""
    print(
        f"{QUESTIONS} questions to {options.model}, one every {options.pause:g} s, with a table and two figures; cells 10 and 20 "
        f"run again {options.later} questions later.\nDollars per million tokens, as of {PRICES_AS_OF}: {price.input:g} in, "
        f"{price.cache_write_5m:g} written to the cache ({price.cache_write_1h:g} for an hour), {price.cache_read:g} read.\n"
    )
    print(
        "| prompt caching | tokens in | plain | written | read | input cost | `%claude_usage`: saved by caching |\n"
        "|---|---|---|---|---|---|---|"
    )

    def measure(name: str, pause_once: float = 0.0, **settings: str) -> Spent:
        spent = spend(options, price, pause_once, **settings)
        print(f"| {name} | {spent.row} |", flush=True)
        return spent

    without = measure("off", caching="off")
    cached = measure("on, as by default")
    measure("on, with a break of 10 minutes", 600.0)
    measure("the same, `cache_ttl` 1h", 600.0, cache_ttl="1h")
    share = cached.cost / without.cost
    print(
        f"\n{cached.read / (cached.plain + cached.written + cached.read):.0%} of the tokens in were read from the cache. "
        f"The difference is ${without.cost - cached.cost:.4f}; `%claude_usage` says {dollars(cached.saved)}."
    )
    return verdict(
        share <= COST_LIMIT, "input cost", f"{share:.1%} of that without caching, limit {COST_LIMIT:.0%}"
    )


def spend(options: argparse.Namespace, price: Price, pause_once: float, **settings: str) -> Spent:
    """Run the notebook and add up."""
    clock = Clock()
    with Simulator(clock=clock) as simulator:
        notebook = Notebook(simulator, model=options.model, **settings)
        for run, cell in enumerate(cells_in_order(options.later), 1):
            clock.now += options.pause + (pause_once if run == BREAK_AFTER else 0)
            notebook.run(cell, question(cell, options.model))
    plain = written = read = 0
    cost = 0.0
    for usage in notebook.usages:
        by_life = usage["cache_creation"]
        written_5m, written_1h = by_life["ephemeral_5m_input_tokens"], by_life["ephemeral_1h_input_tokens"]
        tokens, cached = usage["input_tokens"], usage["cache_read_input_tokens"]
        plain, written, read = plain + tokens, written + written_5m + written_1h, read + cached
        rate = price.at(tokens + written_5m + written_1h + cached)
        cost += tokens * rate.input + cached * (rate.cache_read or rate.input)
        cost += written_5m * rate.cache_write_5m + written_1h * rate.cache_write_1h
    return Spent(plain, written, read, cost / 1_000_000, notebook.workspace.ledger.total.saved)


def question(cell: int, model: str) -> list[Block]:
    """Write what a cell asks: one to three sentences, in three cells with something to look at."""
    prompt = text_block(f"Question {cell}. {paragraph(100 + cell, 1 + cell % 3)}")
    if cell == TABLE_IN:
        return [text_block(data_frame()), prompt]
    if cell in FIGURES_IN:
        return [*figure_blocks(model, cell, (1000, 700), 450), prompt]
    return [prompt]


def data_frame() -> str:
    """Write a data frame as it is printed: about 1,500 tokens."""
    chance = random.Random(7)  # noqa: S311 - made-up data
    rows = [f"{'':>3} {'date':>12} {'region':>8} {'amount':>10} {'returns':>8}"]
    for row in range(98):
        region = chance.choice(("north", "east", "south", "west"))
        amount, returns = chance.uniform(0, 90_000), chance.randrange(50)
        rows.append(
            f"{row:>3}   2026-{row % 12 + 1:02}-{row % 28 + 1:02} {region:>8} {amount:>10.2f} {returns:>8}"
        )
    return "\n".join(rows)


def figure_blocks(model: str, seed: int, size: tuple[int, int], side: int) -> tuple[Block, ...]:
    """Prepare a figure as the product does for this model."""
    info = model_info(model)
    limits = ImageLimits(long_edge=info.long_edge, max_tokens=info.max_image_tokens)
    return prepare_image(figure(seed, size, side), limits).attachment("figure").blocks


def figure(seed: int, size: tuple[int, int], side: int) -> bytes:
    """Draw a heat map of side x side pixels between axes, as PNG: about a byte for each of its pixels."""
    image = Image.new("L", size, 255)
    values = random.Random(seed).randbytes(side * side)  # noqa: S311 - made-up data
    image.paste(Image.frombytes("L", (side, side), values), (80, 40))
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 40, 80 + side, 40 + side), outline=0, width=2)
    for tick in range(0, side, 50):
        draw.text((80 + tick, 50 + side), str(tick), fill=0)
        draw.text((40, 40 + tick), str(tick), fill=0)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def measure_bytes(model: str, questions: int = 20, side: int = 1000) -> bool:
    """Ask questions, three of them with a figure of 1 MB (side x side bytes), with and without uploads; print the bytes sent."""
    size = (side * 18 // 10, side * 13 // 10)
    figures = {cell: figure_blocks(model, cell, size, side) for cell in (1, 4, 9)}
    once = sum(len(block["source"]["data"]) * 3 // 4 for blocks in figures.values() for block in blocks)
    print(
        f"\n{questions} questions with three figures of {once / 3e6:.2f} MB. Bytes sent, heads and uploads included:\n\n"
        "| figures | requests | uploads | MB sent | of one upload of each |\n|---|---|---|---|---|"
    )

    def measure(name: str, **settings: bool) -> float:
        with Simulator() as simulator:
            notebook = Notebook(simulator, model=model, **settings)
            for cell in range(1, questions + 1):
                notebook.run(cell, [*figures.get(cell, ()), *question(100 + cell, model)])
            uploads, requests = len(simulator.files), simulator.requests
            sent = sum(len(r.body) + sum(len(k) + len(v) + 4 for k, v in r.headers.items()) for r in requests)
        print(f"| {name} | {len(requests)} | {uploads} | {sent / 1e6:.1f} | {sent / once:.2f}x |", flush=True)
        return sent / once

    measure("in every request (`upload_files` off)", upload_files=False)
    ratio = measure("uploaded once, as by default")
    print()
    return verdict(
        ratio <= BYTES_LIMIT, "bytes sent", f"{ratio:.2f} times the figures, limit {BYTES_LIMIT:g}"
    )


def verdict(passed: bool, what: str, measured: str) -> bool:
    """Print whether a limit is kept."""
    print(f"{'PASS' if passed else 'FAIL'}  {what}: {measured}")
    return passed


if __name__ == "__main__":
    sys.exit(main())
