"""Counts how many of the facts that decide arrive at the server for failing cells.

Each cell runs in a shell of this process with the extension loaded, and asks a simulated server; what is scored is the request
that arrives there. Beside it stand `%claude --cells 1` and IPython's verbose traceback.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import io
import os
import statistics
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.failing_cells import CASES, Case

__all__ = ["Score", "Scores", "scored"]

WAYS = ("%claude_fix", "--cells 1", "verbose traceback")


@dataclass(frozen=True, slots=True)
class Score:
    """What one way sent for a case: the facts that are in it, those that are not, and its length."""

    found: int
    missing: tuple[str, ...]
    characters: int


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one case by way."""

    case: Case
    by_way: dict[str, Score]


def scored(cases: tuple[Case, ...] = CASES, *, verbose: bool = True) -> list[Scores]:
    """Run the cases and score what each way sends; `verbose` compares with the other ways, which takes long."""
    found = []
    with _notebook() as (shell, simulator), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for case in cases:
            found.append(Scores(case, _of_case(shell, simulator, case, verbose=verbose)))
    return found


def _of_case(shell: Any, simulator: Any, case: Case, *, verbose: bool) -> dict[str, Score]:
    import nbclaude
    from nbclaude import workspace

    nbclaude.unload_ipython_extension(shell)
    workspace._current.clear()
    shell.reset(new_session=False)
    nbclaude.load_ipython_extension(shell)
    path, filters = list(sys.path), list(warnings.filters)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        shell.run_line_magic("xmode", "Minimal")  # what is shown here is looked at by nobody, and slow
        for cell in case.before:
            shell.run_cell(cell, store_history=True)
        result = shell.run_cell(case.cell, store_history=True)
        warnings.filters[:] = filters  # type: ignore[index]
        traceback = _verbose(result.error_before_exec or result.error_in_exec) if verbose else ""
        before = len(simulator.requests)
        for line in ("%claude_fix", *(["%claude --cells 1 Why did this fail?"] if verbose else [])):
            shell.run_cell(line, store_history=True)
    sys.path[:] = path
    fix, cells = [*(request.prompt for request in simulator.requests[before:]), ""][:2]
    texts = dict(zip(WAYS, (fix, cells, traceback), strict=True))
    return {way: _score(text, case.facts) for way, text in texts.items()}


def _score(text: str, facts: tuple[str, ...]) -> Score:
    missing = tuple(fact for fact in facts if not any(each in text for each in fact.split("|")))
    return Score(len(facts) - len(missing), missing, len(text))


def _verbose(error: BaseException | None) -> str:
    """Return IPython's verbose traceback without colours."""
    if error is None:
        return ""
    from IPython.core.ultratb import VerboseTB

    try:
        maker: Any = VerboseTB(theme_name="nocolor", include_vars=True)
    except TypeError:  # before IPython 9
        maker = VerboseTB(color_scheme="NoColor", include_vars=True)
    try:
        return str(maker.text(type(error), error, error.__traceback__, tb_offset=1))
    except Exception as failed:  # it prints what it can of an error without frames
        return f"{type(error).__name__}: {error} ({failed})"


@contextlib.contextmanager
def _notebook() -> Iterator[tuple[Any, Any]]:
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    import nbclaude
    from nbclaude.client.lines import close_lines
    from nbclaude.simulator import Simulator

    config = Config()
    config.HistoryManager.enabled = False
    with Simulator() as simulator, tempfile.TemporaryDirectory() as home:
        before = {
            name: os.environ.get(name) for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "IPYTHONDIR")
        }
        os.environ.update(
            ANTHROPIC_BASE_URL=simulator.base_url, ANTHROPIC_API_KEY="nobody-1234567890", IPYTHONDIR=home
        )
        shell: Any = InteractiveShell(config=config)
        shell.display_pub = CapturingDisplayPublisher()
        nbclaude.load_ipython_extension(shell)
        try:
            yield shell, simulator
        finally:
            nbclaude.unload_ipython_extension(shell)
            close_lines()
            atexit.unregister(shell.atexit_operations)
            shell.atexit_operations()
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def table(scores: list[Scores], *, every: bool = False) -> str:
    """Return the table as Markdown: a row for each kind of failure, and the sum; with `every` a row for each case."""
    lines = [
        "| failing cells | facts | " + " | ".join(WAYS) + " |",
        "| :-- | --: | " + " | ".join("--:" for _ in WAYS) + " |",
    ]
    groups = [(each.case.name, [each]) for each in scores] if every else []
    groups += [
        (f"{kind} ({len(found)})", found)
        for kind in dict.fromkeys(s.case.kind for s in scores)
        if (found := [s for s in scores if s.case.kind == kind])
    ]
    groups += [(f"**all ({len(scores)})**", scores)]
    for name, found in groups:
        facts = sum(len(each.case.facts) for each in found)
        shares = [f"{100 * sum(each.by_way[way].found for each in found) / facts:.0f} %" for way in WAYS]
        lines.append(f"| {name} | {facts} | {' | '.join(shares)} |")
    medians = [f"{statistics.median(each.by_way[way].characters for each in scores):,.0f}" for way in WAYS]
    lines.append(f"| characters (median) | | {' | '.join(medians)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, and the facts that are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", action="store_true", help="a row for each failing cell")
    arguments = parser.parse_args()
    scores = scored()
    print(table(scores, every=arguments.every))
    for each in scores:
        if missing := each.by_way["%claude_fix"].missing:
            print(f"  not sent for {each.case.name!r}: {', '.join(missing)}")


if __name__ == "__main__":
    main()
