"""Writes a failure as text for the model: the cell, what it printed, the trimmed traceback, the values, what was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbclaude.context.code.hidden import hide_secrets
from nbclaude.context.failures.failure import Failure, FrameFacts, Raised
from nbclaude.texts import clip

__all__ = ["told_failure"]

_CELL = 5_000  # characters of the failing cell
_PRINTED = 800
_CODE = 1_500  # of each function of the user's
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_HIDDEN = "[secret removed]"
_LONG = 5  # characters of a secret that is looked for anywhere


def told_failure(failure: Failure, printed: str = "", *, values: bool = True) -> str:
    """Return the failure as text. Without `values` it holds types and shapes alone, and nothing that was printed."""
    parts = [_cell(failure, values=values)]
    if printed.strip() and values:
        parts.append(f"It printed:\n{clip(printed.strip(chr(10)), _PRINTED, tail=0.7)[0]}")
    parts.append(_traceback(failure, values=values))
    if seen := _values(failure, values=values):
        parts.append(f"Values when it failed:\n{seen}")
    if failure.near and values:
        parts.append("\n".join(failure.near))
    if failure.environment:
        parts.append(", ".join(failure.environment))
    return without_hidden("\n\n".join(parts), failure.hidden)


def without_hidden(text: str, hidden: Sequence[str]) -> str:
    """Return a text without the values of secrets that stand in it."""
    for value in sorted({each for one in hidden for each in (one, repr(one)[1:-1])}, key=len, reverse=True):
        if value not in text:
            continue
        # A short one may stand in any word; in quotes it is a text of its own.
        before, after = ("(?<!\\w)", "(?!\\w)") if len(value) >= _LONG else ("(?<=[\"'])", "(?=[\"'])")
        text = re.sub(f"{before}{re.escape(value)}{after}", _HIDDEN, text)
    return text


def _cell(failure: Failure, *, values: bool) -> str:
    source = hide_secrets(failure.source.strip("\n"))
    return f"In[{failure.execution_count}], which failed:\n{clip(source, _CELL, tail=0.4)[0]}"


def _traceback(failure: Failure, *, values: bool) -> str:
    lines: list[str] = []
    for each in failure.raised:
        lines += [line for frame in each.frames for line in _frame(frame)]
        lines.append(_said(each, failure, values=values))
        lines += each.notes if values else ()
        if each.link:
            lines.append(f"-- {each.link}:")
    ran = f" (stopped after {failure.seconds:.1f} s)" if failure.last.kind == "KeyboardInterrupt" else ""
    return f"Traceback, trimmed{ran}:\n" + "\n".join(lines)


def _said(raised: Raised, failure: Failure, *, values: bool) -> str:
    message = raised.message if values else _without_data(raised, failure)
    return f"{raised.kind}: {message}" if message else raised.kind


def _without_data(raised: Raised, failure: Failure) -> str:
    """Return a message without the data in it: what it quotes stays where the cell itself says it."""
    if raised.is_users:
        return ""
    return _QUOTED.sub(lambda found: found[0] if found[0][1:-1] in failure.source else "'…'", raised.message)


def _frame(frame: FrameFacts) -> list[str]:
    where = f"{frame.place}, line {frame.line}"
    if not frame.is_users:
        again = f", {frame.repeated:,} times more" if frame.repeated else ""
        return [f"  {frame.place}:{frame.line} in {frame.function}{again}"]
    if frame.columns:
        where += f", column {frame.columns[0]}" + (
            f"-{frame.columns[1]}" if frame.columns[1] > frame.columns[0] else ""
        )
    where += f", in {frame.function}" if frame.function else ""
    where += f" ({frame.repeated:,} times more)" if frame.repeated else ""
    if frame.code:
        return [f"  {where}:", clip(hide_secrets(frame.code), _CODE, tail=0.5)[0]]
    return [f"  {where}: {hide_secrets(frame.text.strip())}", *_carets(frame)]


def _carets(frame: FrameFacts) -> list[str]:
    """Return the very part of the line that failed, where it is not the whole of it."""
    if frame.columns is None or not frame.text:
        return []
    part = frame.text.encode()[frame.columns[0] - 1 : frame.columns[1]].decode(errors="replace").strip()
    return (
        [f"    at: {hide_secrets(part)}"] if part and part != frame.text.strip() and len(part) < 200 else []
    )


def _values(failure: Failure, *, values: bool) -> str:
    lines: dict[str, None] = {}
    for each in failure.raised:
        for frame in reversed(each.frames):
            where = f"  # in {frame.function}" if frame.function else ""
            for fact in frame.values:
                lines[f"{fact.name} = {fact.seen.text(values=values)}{where}"] = None
    return clip("\n".join(lines), 2_500)[0]
