"""What leaves a notebook, and what a server's answer leaves in it: no secret, no key, nothing that steers a screen."""

from __future__ import annotations

import pytest

from nbclaude.simulator import Answer, Pace, Simulator, thinking
from tests.kernel.kernel import Kernel

_KEY = "sk-gateway-" + "0a1B2c3D4e5F6a7B8c9D"
_SETUP = """
import pandas, polars, pyarrow, collections, dataclasses
values = {"user": ["ann", "bob"], "password": ["sunshine", "correct horse"], "n": [1, 2]}
df = pandas.DataFrame(values)
pl = polars.DataFrame(values)
table = pyarrow.table(values)
wide = pandas.concat([df] * 40)
multi = df.set_axis(pandas.MultiIndex.from_tuples([("a", "user"), ("a", "password"), ("b", "n")]), axis=1)
Login = collections.namedtuple("Login", "user password")
login = Login("ann", "correct horse")
records = df.to_dict("records")
passwords = ["sunshine", "correct horse"]
api_token = "sunshine"
"""


@pytest.mark.once  # polars and pyarrow are not in the oldest environment
@pytest.mark.parametrize(
    "reference",
    [
        "{df}",
        "{df.T}",
        "{df.set_index('password')}",
        "{df.iloc[0]}",
        "{df:full}",
        "{df.to_csv()}",
        "{df.to_string()}",
        "{wide}",
        "{pl}",
        "{table}",
        "{multi}",
        "{login}",
        "{records}",
        "{values}",
        "{df.to_dict('split')}",
        "{df['password']}, ann",
        "{passwords}, ann",
        "{api_token}, ann",
        "{records[0]['password']} and ann",
    ],
)
def test_the_name_of_a_column_or_field_decides(
    claude_kernel: Kernel, simulator: Simulator, reference: str
) -> None:
    claude_kernel.run(_SETUP)
    done = claude_kernel.run(f"%claude look at {reference}", cell_id="a")
    assert done.ok
    sent = repr(simulator.message_requests[-1].messages)
    assert "sunshine" not in sent
    assert "correct horse" not in sent
    assert "secret removed: " in sent
    assert "ann" in sent
    assert "masked" in done.html


def test_a_server_that_repeats_the_key_and_steers_the_screen(kernel: Kernel, simulator: Simulator) -> None:
    kernel.run(
        f"import os\nos.environ['ANTHROPIC_BASE_URL'] = {simulator.base_url!r}\nos.environ['ANTHROPIC_API_KEY'] = {_KEY!r}\n"
        "%load_ext nbclaude"
    )
    said = f"Your key is {_KEY}.\x1b]52;c;aGk=\x07 \u202egnirts\u202c 👩‍👧"
    simulator.enqueue(Answer([thinking(f"The key {_KEY}."), said], pace=Pace(400, 3)))
    done = kernel.run("%claude hi", cell_id="a")
    shown = repr(done.messages)
    assert "[secret removed: API key in use]" in done.html
    assert _KEY not in shown
    # What is shown while the answer grows is not the half of a key either.
    assert _KEY[:24] not in shown
    assert "\\x1b" not in repr(done.data("text/plain"))
    assert "\\u202e" not in repr(done.data("text/plain") + done.data("text/html"))
    assert "👩‍👧" in done.data("text/plain")[-1]
    assert _KEY not in kernel.value("_claude.text + repr(_claude.message)")
    kernel.run("%claude again", cell_id="b")
    assert _KEY not in repr(simulator.message_requests[-1].messages)
    assert "\\x1b" not in kernel.run("print(_claude)").stdout
