"""Many questions with options at random: the receipt, and the dry run before it, tell exactly what arrived at the API."""

from __future__ import annotations

import random
import re
from html import unescape
from typing import Any

import pytest

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Execution, Kernel
from tests.kernel.test_context import ask, content, images, thumbnails

SETUP = """\
%matplotlib inline
import pandas as pd, matplotlib.pyplot as plt
from PIL import Image
df = pd.DataFrame({"city": ["Ulm", "Bonn"], "a < b & c": [128928, 335975]})
red, blue, note = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (50, 30), "blue"), "<b>bold</b> & 'quoted'"
for width in (2, 3):
    plt.figure(figsize=(width, 2)); plt.plot([width, 1]); plt.show()"""
OPTIONS = (
    "--fig",
    "--fig 2",
    "--fig cell",
    "-a df",
    "-a red",
    "-a blue",
    "-a note",
    "--cells 2",
    "--system 'Be <brief> & kind.'",
    "--max-tokens 1234",
    "--effort low",
    "--new",
    '--extra \'{"stop_sequences": ["<END>"]}\'',
)
PROMPTS = (
    "What is it?",
    "What is in {df}, and in {note}?",
    "Compare {red} with {df:schema}.",
    "Is 1 < 2 & 3 > 2?\n\n    indented\nlast",
)
BESIDE = ("system", "max_tokens", "output_config", "stop_sequences")


def receipt(done: Execution) -> str:
    """The receipt's HTML; from it on nothing else is in the output."""
    return done.html[done.html.index("nbclaude-receipt") :]


def texts_shown(html: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<pre tabindex="0">(.*?)</pre>', html, re.DOTALL)]


def titles(html: str) -> list[str]:
    """The titles of all parts, those of folded ones too."""
    return re.findall(r'nbclaude-part(?:-title">|"><summary>)([^<]*)', html)


def prompt_part(html: str) -> str:
    """What the receipt shows of the question itself."""
    return html.partition('<div class="nbclaude-part-title">earlier turns</div>')[0]


def texts_sent(blocks: list[dict[str, Any]]) -> list[str]:
    """The texts among the blocks; one that introduces the image after it is that image's title."""
    following = [*blocks[1:], {"type": ""}]
    return [
        block["text"]
        for block, after in zip(blocks, following, strict=True)
        if block["type"] == "text" and not (after["type"] == "image" and block["text"].endswith(":"))
    ]


@pytest.mark.once
@pytest.mark.parametrize("seed", range(4))
def test_it_tells_what_arrived(claude_kernel: Kernel, simulator: Simulator, seed: int) -> None:
    choice = random.Random(seed)
    ask(claude_kernel, SETUP, "plots")
    for number in range(6):
        options = choice.sample(OPTIONS, choice.randint(0, 5))
        question = f"{' '.join(options)}\n{choice.choice(PROMPTS)}"
        dry = receipt(ask(claude_kernel, f"%%claude --dry-run {question}", f"ask {number}"))
        assert len(simulator.message_requests) == number
        simulator.enqueue(f"answer <{number}>")
        done = receipt(ask(claude_kernel, f"%%claude {question}", f"ask {number}"))
        request, blocks = simulator.message_requests[-1], content(simulator)
        shown = prompt_part(done)
        beside = {name: value for name, value in request.json.items() if name in BESIDE}

        is_first = len(request.messages) == 1
        assert texts_shown(shown)[: len(texts_sent(blocks))] == texts_sent(blocks), question
        assert thumbnails(shown) == images(simulator), question
        sizes = re.findall(r": image/png, \d+×\d+ pixels, ([\d,]+) bytes", "\n".join(titles(shown)))
        assert [int(size.replace(",", "")) for size in sizes] == [len(each) for each in images(simulator)]
        assert ('part-title">earlier turns<' in done) == (not is_first)
        turns = (len(request.messages) - 1) // 2
        said = f"sent: {turns} earlier turn{'s' if turns > 1 else ''}" if turns else "sent: "
        assert said in unescape(done)
        for message in request.messages[:-1]:
            sent = message["content"]
            earlier = [sent] if isinstance(sent, str) else [each["text"] for each in sent if "text" in each]
            for text in earlier:
                assert text in unescape(done), question
        for name, value in beside.items():
            assert (
                value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else name
            ) in unescape(done)
        assert texts_shown(prompt_part(dry)) == texts_shown(shown), question
        assert thumbnails(prompt_part(dry)) == thumbnails(shown), question
        assert titles(dry) == titles(done), question
