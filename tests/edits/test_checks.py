"""Which new cells are offered, and which are not, and why."""

from __future__ import annotations

from typing import Any

import pytest

from nbclaude.edits import propose
from nbclaude.edits.checks import why_not

OFFERED = {
    "plain": ("x = 1", "x = 2"),
    "the old one does not parse": ("for i in range(3)\n    print(i)", "for i in range(3):\n    print(i)"),
    "await stays": ("r = await get()", "r = await get(timeout=3)"),
    "async for counts as await": ("x = await f()", "async for x in f():\n    pass"),
    "an async comprehension awaits, too": ("x = await f()", "[x async for x in f()]"),
    "line magic stays": ("%matplotlib inline\nplot()", "%matplotlib inline\nplot(1)"),
    "assigned magic stays": ("files = !ls", "files = !ls -a"),
    "a magic that does not exist may go": ("%matplotlb inline", "%matplotlib inline"),
    "a cell magic that does not exist may change": ("%%bahs\nls", "%%bash\nls"),
    "shell line becomes a pip magic": ("!pip install pandas", "%pip install pandas"),
    "a shell line is mended": ("!pyhton x.py", "!python x.py"),
    "help stays": ("len?\nx", "len?\ny"),
    "cell magic and its options": ("%%time\nx = 1", "%%time\nx = 2"),
    "timed code with other options": ("%%timeit -n 1\nf()", "%%timeit -n 10\nf()"),
    "bash is not read as Python": ("%%bash\nls |", "%%bash\nls | wc -l"),
    "magic in a block": ("if x:\n    %time f()", "if x and y:\n    %time f()"),
    "indented cell": ("    x = 1", "    x = 2"),
    "escapes without a warning": ("re.match('\\d', s)", "re.match('\\d+', s)"),
}

REFUSED = {
    "empty": ("x = 1", "  \n", "The new cell is empty."),
    "the same": ("x = 1", "x = 1\n", "The new cell is the same as the old one."),
    "no Python": ("x = 1", "x = (1", "The new cell is not valid Python: '(' was never closed in line 1."),
    "prose": ("x = 1", "Here is the cell", "The new cell is not valid Python: invalid syntax in line 1."),
    "return at the margin": (
        "x = 1",
        "return x",
        "The new cell is not valid Python: 'return' outside function in line 1.",
    ),
    "body below a cell magic": (
        "%%time\nx = 1",
        "%%time\nx = (1",
        "The new cell is not valid Python: '(' was never closed in line 1.",
    ),
    "null byte": ("x = 1", "x = '\0'", None),
    "cell magic": ("%%time\nx = 1", "x = 1", "The new cell drops the cell magic %%time."),
    "bash": ("%%bash\nls", "import os", "The new cell drops the cell magic %%bash."),
    "line magic": (
        "%matplotlib inline\nplot()",
        "plot(1)",
        "The new cell drops the magic %matplotlib.",
    ),
    "one of two": ("%time f()\n%time g()", "%time f()\ng()", "The new cell drops the magic %time."),
    "magic in a comment": ("%time f()", "# %time f()\nf()", "The new cell drops the magic %time."),
    "shell line": ("!ls\nx = 1", "x = 2", "The new cell drops the shell line !ls."),
    "assigned shell line": ("a = !ls", "a = os.listdir()", "The new cell drops the shell line !ls."),
    "await": ("r = await get()", "r = asyncio.run(get())", "The new cell drops the await."),
    "await outside of functions": (
        "async def f():\n    await g()\nawait f()",
        "async def f():\n    await g()\nf()",
        "The new cell drops the await.",
    ),
    "a separator that is no line's end": ("x = 1", "x = 1\u2028y", None),
    "magic of a cell that does not parse": (
        "%matplotlib inline\nfor x in y\n  f(x)",
        "for x in y:\n    f(x)",
        "The new cell drops the magic %matplotlib.",
    ),
}

ONLY_COMMENTS = {
    "comment": ("x = 1", "# one\nx = 1  # 1", True),
    "docstring": ("def f():\n    return 1", 'def f():\n    """One."""\n    return 1', True),
    "docstring in the place of another": ('def f():\n    "a"\n    x', 'def f():\n    "b"\n    x', True),
    "docstring in the place of pass": ("class A: pass", 'class A:\n    """A."""', True),
    "blank lines and quotes": ("x = 'a'\ny = 2", 'x = "a"\n\n\ny = (2)', True),
    "with a magic": ("%time f()\nx = 1", "# time it\n%time f()\nx = 1", True),
    "below a cell magic": ("%%time\nx = 1", "%%time\n# one\nx = 1", True),
    "another value": ("x = 1", "x = 2  # better", False),
    "another name": ("def f(a):\n    return a", "def f(b):\n    return b", False),
    "an import more": ("x = 1", "import os\nx = 1", False),
    "a text that is shown": ('"a"', '"b"', False),
    "the magic's line": ("%time f()", "%time g()", False),
    "bash": ("%%bash\nls", "%%bash\n# list\nls", False),
}


@pytest.mark.parametrize("name", OFFERED)
def test_offered(shell: Any, name: str) -> None:
    """What parses and keeps the magics is offered."""
    assert why_not(shell, *OFFERED[name]) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_refused(shell: Any, name: str) -> None:
    """What does not is not, and it says why."""
    before, after, said = REFUSED[name]
    reason = why_not(shell, before, after)
    assert reason
    if said is not None:
        assert reason == said


@pytest.mark.parametrize("name", ONLY_COMMENTS)
def test_only_comments(shell: Any, name: str) -> None:
    """Comments and docstrings may change; the program may not."""
    before, after, is_same = ONLY_COMMENTS[name]
    expected = "" if is_same else "The new cell changes more than comments and docstrings."
    assert why_not(shell, before, after, only_comments=True) == expected


def test_transformers_with_side_effects_are_left_out(shell: Any) -> None:
    """Reading a cell must not set anything going."""
    seen: list[str] = []

    def counts(lines: list[str]) -> list[str]:
        seen.extend(lines)
        return lines

    counts.has_side_effects = True  # type: ignore[attr-defined]
    shell.input_transformer_manager.cleanup_transforms.append(counts)
    try:
        assert why_not(shell, "x = 1", "x = 2") == ""
    finally:
        shell.input_transformer_manager.cleanup_transforms.remove(counts)
    assert seen == []


def test_a_cell_below_need_not_keep_anything(shell: Any) -> None:
    """A new cell below is checked by itself."""
    proposal = propose(shell, "assert f() == 1", before="%time f()", below=True)
    assert proposal.why_not == ""
    assert propose(shell, "assert (", before="x", below=True).why_not != ""
