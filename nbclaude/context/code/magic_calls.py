"""Reads what a magic does to names, from the call that IPython makes of its line."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

from nbclaude.frozen import frozen

__all__ = ["MagicCall", "magic_call", "magic_name"]

# These run Python in the notebook's names; what `timeit` and the profilers of statements bind is not kept.
_RUN = frozenset(("time", "capture", "prun", "lprun", "mprun", "memit", "debug", "pyinstrument", "scalene"))
_RUN_APART = frozenset(("timeit",))
# What stands before the code on such a line: options, each with a value at most.
_OPTIONS = re.compile(r"\s*(?:-{1,2}\w\S*\s+(?:\d\S*\s+|\w+\s+(?=-))?)*")
_INTO = re.compile(r"(?<!\S)--(?:into|out|err|proc)[ =]+([^\W\d]\w*)")
_ASSIGNED = re.compile(r"\s*([^\W\d]\w*)\s*<<")
_EXPANDED = re.compile(r"\{([^{}]+)\}|\$([^\W\d]\w*)")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
# Magics that bind what nobody can read in the notebook.
_UNKNOWN = frozenset(
    ("pylab", "store", "sql", "bigquery", "cython", "R", "reset", "xdel", "rerun", "recall", "macro")
)


@frozen
class MagicCall:
    """What a magic uses and defines; `code` is Python that it runs, whose names it `keeps`."""

    uses: frozenset[str] = frozenset()
    defines: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    keeps: bool = True


def magic_call(node: ast.expr) -> MagicCall | None:
    """Return what a call does if it is one that IPython writes for a magic or a shell command; None for any other."""
    parts = _parts(node)
    if parts is None:
        return None
    method, texts = parts
    if method in ("system", "getoutput"):
        return MagicCall(uses=_expanded(texts[0]))
    name, line, body = (*texts, "", "", "")[:3]
    sign = "%%" if method == "run_cell_magic" else "%"
    defines = frozenset(_INTO.findall(line))
    if name in _RUN or name in _RUN_APART:
        inside = body if body else line[_end(_OPTIONS.match(line)) :]
        taken = frozenset(re.findall(r"\A\s*([^\W\d]\w*)", line)) if name == "capture" else frozenset()
        return MagicCall(defines=defines | taken, code=(inside,), keeps=name not in _RUN_APART)
    if name == "run":
        return _script(line)
    if name in ("set_env", "env", "cd", "pip", "conda", "bash", "sh", "script"):
        return MagicCall(uses=_expanded(line), defines=defines)
    if name.startswith("claude"):
        return MagicCall(defines=defines | {"_claude"})
    if name in _UNKNOWN:
        kept = frozenset(match[1] for match in _ASSIGNED.finditer(line))
        return MagicCall(
            uses=_expanded(line), defines=defines | kept, unknown=() if kept else (f"{sign}{name}",)
        )
    return MagicCall(uses=_expanded(line), defines=defines)


def magic_name(node: ast.expr) -> str:
    """Return the magic that a call runs as it is written, `%%bash`, `%run`, `!`; "" for any other call."""
    parts = _parts(node)
    if parts is None:
        return ""
    method, texts = parts
    return (
        "!"
        if method in ("system", "getoutput")
        else f"{'%%' if method == 'run_cell_magic' else '%'}{texts[0]}"
    )


def _parts(node: ast.expr) -> tuple[str, list[str]] | None:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    owner, method = node.func.value, node.func.attr
    if not (
        isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "get_ipython"
    ):
        return None
    texts = [
        each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    known = ("run_cell_magic", "run_line_magic", "system", "getoutput")
    return (method, texts) if method in known and texts else None


def _script(line: str) -> MagicCall:
    """Read the script that `%run` runs: its names become the notebook's."""
    try:
        words = [word for word in shlex.split(line) if not word.startswith("-")]
        code = Path(words[0]).expanduser().read_text(encoding="utf-8")
        ast.parse(code)
    except (OSError, ValueError, IndexError, SyntaxError, RecursionError):
        return MagicCall(unknown=(f"%run {line.strip()}",))
    return MagicCall(code=(code,))


def _expanded(line: str) -> frozenset[str]:
    """Return the names in what IPython fills in before it runs a line: `{name}`, `$name`."""
    found = (match[1] or match[2] for match in _EXPANDED.finditer(line))
    return frozenset(word for each in found for word in _WORD.findall(each))


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0
