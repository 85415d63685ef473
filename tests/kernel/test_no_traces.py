"""A question leaves nothing behind but its answer: no log line, and nothing of the user's that is other than before."""

from __future__ import annotations

import pytest

from nbclaude.simulator import HTTPFault, Simulator, StreamFault
from tests.kernel.kernel import Kernel

LOG = """
import logging, threading, collections
class Collected(logging.Handler):
    lines = []
    def emit(self, record):
        self.lines.append((record.name, record.threadName, record.getMessage()[:60]))
logging.root.handlers[:] = [Collected()]
logging.root.setLevel({level})
def seen():
    found = collections.Counter(name.partition('.')[0] for name, _, _ in Collected.lines)
    Collected.lines.clear()
    # What the kernel says of itself in each cell is not ours.
    return {{name: count for name, count in found.items() if name not in ('ipykernel', 'comm', 'parso', 'zmq', 'tornado')}}
"""
FORMATTED = "# Title\n\n* a **list**\n* of `two`\n\n```python\nx = 1\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n$x^2$\n\n> end\n"
PICTURES = """
import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt
from PIL import Image
figure, axes = plt.subplots(); axes.plot([1, 2]); axes.set_title('x', fontfamily='No such font')
picture = Image.new('RGBA', (30, 20), (255, 0, 0, 100))
Collected.lines.clear()
"""


@pytest.fixture
def loud_kernel(fresh_kernel: Kernel, simulator: Simulator) -> Kernel:
    """Give a kernel in which no library is loaded yet, connected to this test's simulator."""
    setup = f"import os\nos.environ.update(ANTHROPIC_BASE_URL={simulator.base_url!r}, ANTHROPIC_API_KEY='sk-canary-9d1f')"
    assert fresh_kernel.run(setup).ok
    return fresh_kernel


def value(kernel: Kernel, expression: str) -> str:
    done = kernel.run(f"print(({expression}))")
    assert done.ok, done.error
    return done.stdout.strip()


def test_nothing_is_logged_at_any_level(loud_kernel: Kernel, simulator: Simulator) -> None:
    """From the first question on: the libraries load with it."""
    kernel = loud_kernel
    assert kernel.run(LOG.format(level=1)).ok
    simulator.enqueue(HTTPFault(529, headers={"retry-after-ms": "5"}), FORMATTED * 3)
    for cell in ("%load_ext nbclaude", "%%claude\nHello?"):
        assert kernel.run(cell, cell_id="a").ok
        assert value(kernel, "seen()") == "{}"
    assert kernel.run(PICTURES).ok
    simulator.enqueue("One", "Two", StreamFault("drop", "Three is cut off."), HTTPFault(400), FORMATTED)
    for cell in (
        "%%claude\n{figure}",
        "%%claude\n{picture}",
        "%claude three",
        "%claude four",
        "%claude_models",
    ):
        kernel.run(cell, cell_id="b")
        assert value(kernel, "seen()") == "{}"
    assert kernel.run("import nbclaude; text = nbclaude.ask('five').text").ok
    assert value(kernel, "seen()") == "{}"


def test_the_lines_of_the_user_stay(loud_kernel: Kernel, simulator: Simulator) -> None:
    """The user's own httpx and markdown-it, in a cell, in a thread during a question, and in a function of the prompt."""
    kernel = loud_kernel
    simulator.enqueue(*[FORMATTED * 20] * 4)
    mine = f"""
import httpx, markdown_it
def use_them(times=1):
    for _ in range(times):
        httpx.get({simulator.base_url!r} + '/v1/models', headers={{'x-api-key': 'k', 'anthropic-version': '2023-06-01'}})
        markdown_it.MarkdownIt().render('# Hi\\n\\ntext')
class Loud:
    def __repr__(self):
        use_them()
        return 'loud'
loud = Loud()
%load_ext nbclaude
"""
    assert kernel.run(mine).ok
    assert kernel.run(LOG.format(level="'DEBUG'")).ok
    assert kernel.run("use_them(); alone = seen()").ok
    assert kernel.run("%%claude\nWarm up", cell_id="a").ok
    assert value(kernel, "seen()") == "{}"
    assert (
        value(kernel, "alone['httpx'] > 0, alone['httpcore'] > 10, alone['markdown_it'] > 10")
        == "(True, True, True)"
    )
    # Meanwhile, in a thread.
    assert kernel.run("thread = threading.Thread(target=use_them, args=(20,)); thread.start()").ok
    assert kernel.run("%%claude\nMeanwhile", cell_id="b").ok
    assert (
        value(kernel, "(thread.join(), seen() == {name: 20 * count for name, count in alone.items()})[1]")
        == "True"
    )
    # By a function of the user's that we call.
    assert kernel.run("%%claude\nWhat is {loud}?", cell_id="c").ok
    assert (
        value(kernel, "[count % alone[name] == 0 for name, count in seen().items()]") == "[True, True, True]"
    )
    # And afterwards.
    assert kernel.run("use_them()").ok
    assert value(kernel, "seen() == alone") == "True"


def test_nothing_else_is_changed(loud_kernel: Kernel, simulator: Simulator) -> None:
    kernel = loud_kernel
    simulator.enqueue(
        HTTPFault(529, headers={"retry-after-ms": "5"}),
        HTTPFault(500),
        FORMATTED,
        "A frame",
        "A figure",
        StreamFault("drop", "This is cut off."),
        HTTPFault(400),
    )
    setup = """
import numpy as np, pandas as pd
import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt
from tests.kernel.global_state import changes, snapshot
frame = pd.DataFrame({'a': [1, 2]}); values = np.arange(5.0)
figure, axes = plt.subplots(); axes.plot([1, 2])
%load_ext nbclaude
before = snapshot()
"""
    done = kernel.run(setup)
    assert done.ok, done.error
    for cell in (
        "%%claude\nHello?",
        "%%claude\n{frame} {values}",
        "%%claude\n{figure}",
        "%claude cut",
        "%claude refused",
        "%claude_models",
        "%claude_usage",
    ):
        kernel.run(cell, cell_id="a")
    assert len(simulator.message_requests) == 7
    assert value(kernel, "changes(before, snapshot())") == "{}"
    assert kernel.run("%unload_ext nbclaude").ok
    assert value(kernel, "changes(before, snapshot())") == "{}"
