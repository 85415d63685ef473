"""Writes the Python call that stands for a line which asks, so that names mean there what they mean in the line.

Python keeps the variable of an outer function for an inner one only if the inner one mentions it. A prompt is a string to
Python, so the call stands in a function that mentions the names of the prompt beside it and is called where it is written:

    ans["k"] = (lambda nbclaude_target='ans["k"] =': (get_ipython().run_line_magic('claude', 'Is {x}?', 2), lambda: (x,))[0])()

The inner function is never called, so nothing is evaluated, and a name that does not exist is no error. `magics.scope` reads
both functions when the line runs.
"""

from __future__ import annotations

import ast
import keyword
import re

from IPython.core.error import UsageError

from nbclaude.verbs.options import OWN

__all__ = [
    "ASKING",
    "OWN_VERBS",
    "PROBE",
    "RUNNING",
    "TARGET",
    "asks",
    "call_of",
    "container_of",
    "line_of_code",
    "names_in",
    "nested_call",
    "target_of",
]

# The magics that ask: their lines are prompts, and an assignment takes the reply.
ASKING = ("claude", "claude_compact", "claude_continue", "claude_tool_result", *OWN)
# The magics of users' own verbs, which ask as well.
OWN_VERBS: set[str] = set()
# Line magics that run the code after their options, and may run a line that asks.
RUNNING = (
    *("time", "timeit", "prun", "memit", "mprun", "lprun"),
    *("snakeviz", "pyinstrument", "scalene", "viztracer", "heat", "debug"),
)
TARGET = "nbclaude_target"
# In a class Python puts the name of the class before it, as before every name of this kind.
PROBE = "__nbclaude"

_OPTION = re.compile(r"(?<!\S)--?[A-Za-z][\w-]*")
_BRACES = re.compile(r"\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_PRIVATE = re.compile(r"\.[ \t]*(__[^\W\d]\w*)")
_CALLED = re.compile(r"%(\w+)(?:[ \t]|(?=\r?\n)|\Z)")
_RUNS = re.compile(rf"%({'|'.join(RUNNING)})[ \t]+")
# What may stand between a magic that runs code and the code: options, each with a value at the most.
_RUN_OPTIONS = re.compile(r"(?:-\S+[ \t]+(?:[^\s%=-][^\s=]*[ \t]+)?)*")
# `super` would give the function around it a `__class__` of its own.
_NOT_MENTIONED = frozenset({*keyword.kwlist, "super"})


def asks(magic: str) -> bool:
    """Tell whether a magic asks."""
    return magic in ASKING or magic in OWN_VERBS


def _asking_at(code: str) -> re.Match[str] | None:
    found = _CALLED.match(code)
    return found if found and asks(found[1]) else None


def _asking_in(code: str) -> re.Match[str] | None:
    return next((found for found in _CALLED.finditer(code) if asks(found[1])), None)


def line_of_code(code: str, target: str = "", *, mentions: bool = True) -> str | None:
    """Return the expression that stands for a magic's line, `%claude ...` or `%time %claude ...`; None for any other line.

    `target` is what is left of it, as `r =`. With `mentions` the names of the line are mentioned beside the call.
    """
    if found := _asking_at(code):
        return call_of(found[1], code[found.end() :], target, mentions=mentions)
    found = _RUNS.match(code)
    if found is None:
        return None
    runs = found[1]
    options = _RUN_OPTIONS.match(code, found.end())
    begin = options.end() if options else found.end()
    inner = _nested(code[begin:], target if runs == "time" else "")
    if inner is None:
        return None
    names = _names_in_code(code[begin:]) if mentions else ()
    return _call(runs, code[found.end() : begin] + inner, names, "")


def call_of(magic: str, text: str, target: str = "", *, mentions: bool = True) -> str:
    """Return the call of a magic that asks; with a `target` its value is the reply."""
    names = (*names_in(magic, text), *_changed_by(target)) if mentions else ()
    return _call(magic, text, tuple(dict.fromkeys(names)), target)


def nested_call(magic: str, text: str) -> str:
    """Return how the call of a line is written inside the line of another magic.

    There it must survive what magics do with their lines: expansion of `{x}` and `$x`, splitting at blanks, a shell's
    escapes.
    """
    return f"get_ipython().run_line_magic('{magic}',{_literal(text)})"


def names_in(magic: str, text: str) -> tuple[str, ...]:
    """Return the names that a line may look up: in its options, in the braces of its prompt, in the value of a result."""
    from nbclaude.options import parse_verb_line  # what reads lines loads with the first that asks

    try:
        _, _, prompt = parse_verb_line(text, OWN.get(magic, ()))
    except UsageError:
        return ()
    options = text[: len(text) - len(prompt)]
    places = [_OPTION.sub(" ", options)]
    if magic == "claude" or magic in OWN or magic in OWN_VERBS:
        places += [match[0] for match in _BRACES.finditer(prompt)]
    if (magic == "claude_tool_result" and _is_expression(prompt)) or (
        magic in OWN and _NAME.fullmatch(prompt.strip())
    ):
        places.append(prompt)
    found = (
        word
        for place in places
        for word in (*_WORD.findall(place), *_PRIVATE.findall(place))
        if word.isidentifier() and word not in _NOT_MENTIONED
    )
    return tuple(dict.fromkeys(found))


def _names_in_code(code: str) -> tuple[str, ...]:
    """Return the names of the line that asks in the code of another magic."""
    found = _asking_in(code)
    return names_in(found[1], code[found.end() :]) if found else ()


def target_of(before: str) -> tuple[str, str] | None:
    """Split what stands before a line that asks into other code of the same line and the target, `r =` or `x +=`.

    None if it does not end in the beginning of an assignment.
    """
    for begin in _beginnings(before):
        try:
            (statement,) = ast.parse(f"{before[begin:]}0").body
        except (SyntaxError, ValueError):
            continue
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            return before[:begin], before[begin:]
    return None


def _beginnings(before: str) -> list[int]:
    """Return where the statement may begin that `before` ends in: at its start, or after a `:` or `;`."""
    return [0, *(match.end() for match in re.finditer(r"[:;][ \t]*", before))]


def _nested(code: str, target: str) -> str | None:
    """Return the code of another magic with the line in it that asks made a call; None if there is none."""
    if found := _asking_at(code):
        call = nested_call(found[1], code[found.end() :].rstrip("\r\n"))
        return f"(lambda {TARGET}={_literal(target)}:{call})()" if target else call
    if found := _RUNS.match(code):
        options = _RUN_OPTIONS.match(code, found.end())
        begin = options.end() if options else found.end()
        inner = _nested(code[begin:], target)
        return None if inner is None else code[:begin] + inner
    found = _asking_in(code)
    split = target_of(code[: found.start()]) if found else None
    if found is None or split is None:
        return None
    call = nested_call(found[1], code[found.end() :].rstrip("\r\n"))
    return f"{split[0]}{split[1]}(lambda {TARGET}={_literal(split[1].strip())}:{call})()"


def _call(magic: str, text: str, names: tuple[str, ...], target: str) -> str:
    if not names and not target:
        return f"get_ipython().run_line_magic({magic!r}, {text!r})"
    # 2 tells IPython how far away the user's frame is.
    call = f"get_ipython().run_line_magic({magic!r}, {text!r}, 2)"
    if not names:
        return f"(lambda {TARGET}={target!r}: {call})()"
    mentioned = ", ".join(names)
    probe = f", {PROBE}=0" if any(name.startswith("__") for name in names) else ""
    return f"(lambda {TARGET}={target!r}{probe}: ({call}, lambda: ({mentioned},))[0])()"


def _changed_by(target: str) -> tuple[str, ...]:
    """Return the names of what an assignment changes: `ans` for `ans["k"] =`, none for `r =`."""
    if not target:
        return ()
    (statement,) = ast.parse(f"{target} 0").body
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    roots = (container for each in targets if (container := container_of(each)) is not None)
    return tuple(root.id for root in roots)


def container_of(target: ast.expr | None) -> ast.Name | None:
    """Return the name that the target of an assignment begins with, unless the assignment binds it."""
    node = target
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node if isinstance(node, ast.Name) and node is not target else None


def _literal(text: str) -> str:
    """Return an expression for a text that has no blank, brace, dollar or backslash, which the ways of magics take apart."""
    return f"bytes.fromhex('{text.encode(errors='replace').hex()}').decode()"


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
