"""Counts how many of the decisive facts about frames our text contains, compared with the texts of other tools.

What an analyst would not want to miss was written down from the frames themselves (`told/packages.py`, `told/hard.py`). What is
scored is the text that `{df}` sends, and the text that each other tool makes of the same frame by its own code.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from dataclasses import dataclass

from bench.told import hard, packages
from bench.told.facts import Case
from bench.told.rivals import OURS, TELLERS, installed, text_of

__all__ = ["Score", "scored"]

_TOKEN = re.compile(r"[^\W\d_]{1,6}|\d{1,3}|[^\w\s]|_|\n")


@dataclass(frozen=True, slots=True)
class Score:
    """What a tool says about a frame: the facts that it misses, and its text, which is empty if it fails."""

    case: Case
    text: str
    missing: tuple[str, ...]

    @property
    def tokens(self) -> int:
        """About how many tokens the text has: words in pieces of six letters, numbers in pieces of three digits, signs."""
        return len(_TOKEN.findall(self.text))


def scored(cases: tuple[Case, ...], tools: tuple[str, ...] = (OURS,)) -> dict[str, list[Score]]:
    """Return the scores of each tool, by its name, for the frames whose packages are installed."""
    found: dict[str, list[Score]] = {tool: [] for tool in tools}
    for case in cases:
        try:
            frame = case.load()
        except ModuleNotFoundError as missing:
            print(f"left out: {case.name} ({missing.name} is not installed)", file=sys.stderr)
            continue
        for tool in tools:
            text = text_of(tool, frame)
            untold = tuple(fact.words for fact in case.facts if not fact.is_told(text))
            found[tool].append(Score(case, text, untold))
    return found


def _share(scores: list[Score]) -> str:
    facts = sum(len(score.case.facts) for score in scores)
    return f"{100 * (1 - sum(len(score.missing) for score in scores) / facts):.0f} %"


def table(groups: dict[str, dict[str, list[Score]]]) -> str:
    """Return the table as Markdown: for each tool the share of the facts, and how long its texts are."""
    ours = groups[next(iter(groups))]
    names = [f"{tool} {installed(tool)}".replace("_", "-") for tool in ours]
    lines = [f"| frames | facts | {' | '.join(names)} |", f"| :-- | --: |{' --: |' * len(names)}"]
    together = {tool: [score for group in groups.values() for score in group[tool]] for tool in ours}
    for name, group in (*groups.items(), ("**all**", together)):
        known = group[OURS]
        facts = sum(len(score.case.facts) for score in known)
        shares = " | ".join(_share(scores) for scores in group.values())
        lines.append(f"| {name} ({len(known)}) | {facts} | {shares} |")
    failed = " | ".join(str(sum(not score.text for score in scores)) for scores in together.values())
    lines.append(f"| frames that it fails on | | {failed} |")
    # Lengths are of the frames that every tool can describe: else those that fail would seem short.
    told = [n for n in range(len(together[OURS])) if all(scores[n].text for scores in together.values())]
    for words, measure in (
        ("characters", lambda score: len(score.text)),
        ("tokens, about", lambda score: score.tokens),
    ):
        medians = " | ".join(
            f"{statistics.median(measure(scores[n]) for n in told):,.0f}" for scores in together.values()
        )
        lines.append(f"| {words} (median of {len(told)}) | | {medians} |")
    return "\n".join(lines)


def _of_frame(tool: str, score: Score) -> str:
    facts = len(score.case.facts)
    return f"{tool} {facts - len(score.missing)}/{facts} in {len(score.text):,}"


def main() -> None:
    """Print the table, and the facts that are missing in ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", action="store_true", help="a line for each frame")
    parser.add_argument("--text", metavar="FRAME", help="what each tool tells of this frame")
    arguments = parser.parse_args()
    tools = tuple(tool for tool in TELLERS if tool == OURS or installed(tool))
    for tool in TELLERS.keys() - set(tools):
        print(f"left out: {tool} (not installed)", file=sys.stderr)
    named = {"from packages": packages.CASES, "hard to describe": hard.CASES}
    if arguments.text:
        case = next(each for cases in named.values() for each in cases if each.name == arguments.text)
        for tool in tools:
            print(f"--- {tool}\n{text_of(tool, case.load())}\n")
        return
    groups = {name: scored(cases, tools) for name, cases in named.items()}
    print(table(groups))
    for group in groups.values():
        for n, score in enumerate(group[OURS]):
            if arguments.every:
                print(
                    f"  {score.case.name}: {', '.join(_of_frame(tool, scores[n]) for tool, scores in group.items())}"
                )
            if score.missing:
                print(f"  not told of {score.case.name!r}: {'; '.join(score.missing)}")


if __name__ == "__main__":
    main()
