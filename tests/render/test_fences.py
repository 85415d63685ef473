from __future__ import annotations

import pytest

from nbclaude.render.fences import fenced_spans
from nbclaude.render.markdown import build_parser
from nbclaude.render.streaming import MarkdownStream
from tests.render.html import text as text_of

# Only a line of the mark alone ends a block; a quote or list item that ends takes its block with it.
TEXTS = [
    "```\na\n``` b\nc\n```\nd\n",
    "```python\nx = 1\n```\n\ntext\n\n~~~~ sh\nls\n~~~\n~~~~\n",
    "````\n```\n````\n",
    "~~~ a `b`\nc\n~~~\n",
    "``` a `b`\nc\n",
    "> ```\n> a\n> ```\nb\n",
    "> ```\n> a\n\nb\n```\nc\n",
    "- ```\n  a\n  ```\nb\n",
    "1. a\n   ```\n   b\n   ``` c\n   ```\n\nd\n",
    "   ```\na\n   ```\nb\n",
    "```\na\n    ```\nb\n",
    "```\nnever closed\n",
    "a\n```\nb\n```\n```\nc\n```\n",
    "no code `at all`\n",
]


@pytest.mark.parametrize("source", TEXTS)
def test_blocks_are_where_the_parser_finds_them(source: str) -> None:
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    tokens = [token.map for token in build_parser().parse(source) if token.type == "fence"]
    found = [source[begin:end].strip("\n> ") for begin, end in fenced_spans(source)]
    assert found == [source[starts[first] : starts[last]].strip("\n> ") for first, last in tokens]


def test_marks_of_markdown_in_code_stay_as_they_are_while_they_stream() -> None:
    source = "```text\na\n``` b\nis **bo\n| x | y\n---\n[half](link\n"
    for end in range(len(source) + 1):
        stream = MarkdownStream("x")
        stream.feed(source[:end])
        shown = text_of(stream.advance().tail)
        code = source[len("```text\n") : end]
        # A line that could become the end of the block waits for what follows.
        waits = code.rpartition("\n")[2] in ("`", "``", "```", "``` ")
        assert (code.rpartition("\n")[0] if waits else code.rstrip()) in shown, source[:end]
