"""A code block of Markdown that holds other code blocks ends where its writer meant, however it arrives."""

from __future__ import annotations

import pytest

from nbclaude.render.fences import fenced_spans
from nbclaude.render.markdown import fences_of, render_markdown
from nbclaude.render.streaming import MarkdownStream

README = "# T\n\n```python\nx = 1\n```\n\nMore.\n"
# The text, and the language and the code of each block that is found in it.
TEXTS: dict[str, list[tuple[str, str]]] = {
    f"```markdown\n{README}```\n\nThat is it.\n": [("markdown", README)],
    f"```md\n{README}```\n": [("md", README)],
    f"~~~ Markdown\n{README.replace('`', '~')}~~~\nThat is it.\n": [("Markdown", README.replace("`", "~"))],
    # Several, one of them Markdown itself; and another block directly below.
    "```markdown\n```bash\nls\n```\n```md\n```r\n1\n```\n```\n```\n```python\ny\n```\n": [
        ("markdown", "```bash\nls\n```\n```md\n```r\n1\n```\n```\n"),
        ("python", "y\n"),
    ],
    # A fence without a language: code follows at once, and what stands before it lets expect it.
    "```markdown\n## Install\n\n```\npip install x\n```\n\n## Use\n```\nx\n```\n```\n\nDone.\n": [
        ("markdown", "## Install\n\n```\npip install x\n```\n\n## Use\n```\nx\n```\n")
    ],
    "```markdown\nRun:\n```\nmake\n```\n```\nDone.\n": [("markdown", "Run:\n```\nmake\n```\n")],
    # It was no beginning: the block would never end.
    "```markdown\nA text.\n\n```\nSo far the file.\n\n**Bold.**\n": [("markdown", "A text.\n\n")],
    # What CommonMark reads as it was meant stays as it is.
    "````markdown\n```python\nx\n```\n````\n": [("markdown", "```python\nx\n```\n")],
    "````markdown\n```python\n````\nDone.\n": [("markdown", "```python\n")],
    "```markdown\n~~~\na\n~~~\n```\n": [("markdown", "~~~\na\n~~~\n")],
    "```markdown\n# T\n```\n\n```python\nx\n```\n": [("markdown", "# T\n"), ("python", "x\n")],
    "```markdown\n# T\n```\n```python\nx\n```\n": [("markdown", "# T\n"), ("python", "x\n")],
    "```text\n```python\nx\n```\ny\n": [("text", "```python\nx\n")],
    "```python\n'''\n```markdown\n'''\n```\n": [("python", "'''\n```markdown\n'''\n")],
    # In a list and in a quote.
    "1. So:\n   ```markdown\n   ```sh\n   ls\n   ```\n   ```\n2. Then\n": [("markdown", "```sh\nls\n```\n")],
    "> ```markdown\n> ```sh\n> ls\n> ```\n> ```\n\nDone.\n": [("markdown", "```sh\nls\n```\n")],
    "```markdown\n- Step\n  ```sh\n  ls\n  ```\n- ```sh\n  ls\n  ```\n```\n**x**\n": [
        ("markdown", "- Step\n  ```sh\n  ls\n  ```\n- ```sh\n  ls\n  ```\n")
    ],
    # Cut off.
    "```markdown\n```python\nx\n": [("markdown", "```python\nx\n")],
}


@pytest.mark.parametrize("source", TEXTS)
def test_blocks_end_where_their_writer_meant(source: str) -> None:
    assert [(info.strip(), code) for info, code in fences_of(source)] == TEXTS[source]


@pytest.mark.parametrize("source", TEXTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_they_do_however_they_arrive(source: str, size: int) -> None:
    stream, settled = MarkdownStream("x"), []
    for start in range(0, len(source), size):
        stream.feed(source[start : start + size])
        settled += stream.advance(catch_up=True).settled
    (whole,) = stream.close(source, [])
    assert whole == render_markdown(source, "x")
    assert whole.startswith("".join(block.html for block in settled))


def test_a_reader_of_lines_finds_the_same() -> None:
    text = f"A\n```markdown\n{README}```\n\nB `c`\n"
    assert [text[begin:end] for begin, end in fenced_spans(text)] == [f"```markdown\n{README}```"]
