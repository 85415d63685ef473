"""What a long conversation with figures costs in its notebook: CPU time to read it back, bytes per turn besides the answer."""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from nbclaude.conversation.turns import MAIN, Turn
from nbclaude.saved.exporting import export
from nbclaude.saved.notebook_file import read_notebook
from nbclaude.saved.restoring import find_conversations, put_back
from nbclaude.settings.values import Settings
from nbclaude.wire.request import text_block
from nbclaude.workspace import Workspace

MOST_SECONDS = 1.0
MOST_BYTES = 40_000
FIGURE = 25_000
"""Bytes of one figure of matplotlib's default size. They are in the cell's outputs or its receipt anyway."""

ANSWER = """\
The figure shows **two groups**: one below 5, and one above.

| group | mean | n |
|:------|-----:|--:|
| low   |  2.3 | 41 |
| high  |  7.9 | 59 |

```python
low = frame[frame["x"] < 5]
print(low["x"].mean())
```

So the mean of all, $\\bar{x} = 5.6$, says little. See [the guide](https://docs.example/guide).
"""


def turn(number: int) -> Turn:
    """Return a turn with a figure of its own."""
    image = base64.b64encode(os.urandom(FIGURE)).decode("ascii")
    source = {"type": "base64", "media_type": "image/png", "data": image}
    prompt = ({"type": "image", "source": source}, text_block(f"What does figure {number} show?"))
    message = {
        "type": "message",
        "role": "assistant",
        "id": f"msg_{number}",
        "model": "claude-sonnet-4-6",
        "content": [text_block(f"{number}. {ANSWER}")],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 900, "output_tokens": 200},
    }
    return Turn(prompt, message, "claude-sonnet-4-6", settings=Settings())


def main() -> int:
    """Measure both; return 1 if either exceeds its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "talk.ipynb"
        workspace = Workspace()
        conversation = workspace.conversations[MAIN]
        conversation.every = tuple(map(turn, range(turns)))
        export(conversation, workspace, path)
        records = [
            cell["outputs"][-1]["metadata"]["nbclaude"] for cell in json.loads(path.read_bytes())["cells"]
        ]
        started = time.process_time()
        json.loads(path.read_bytes())
        parsed = time.process_time() - started
        new = Workspace()
        started = time.process_time()
        restored = sum(put_back(found, new) for found in find_conversations(read_notebook(path), new))
        seconds = time.process_time() - started
    assert restored == turns
    assert [each.prompt for each in new.conversations[MAIN].turns] == [
        each.prompt for each in conversation.every
    ]
    # Every record holds the state after the last turn, whose list of turns is the longest: it cannot grow larger.
    most = max(len(json.dumps(record)) for record in records)
    print(f"{turns} turns are read back in {seconds:.2f} s of CPU time ({parsed:.2f} s to parse the JSON).")
    print(f"The largest record has {most:,} bytes.")
    return int(seconds > MOST_SECONDS or most > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
