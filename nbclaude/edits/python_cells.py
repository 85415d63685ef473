"""Reads a cell as IPython would run it: its syntax tree, the magics and shell lines in it, and whether it awaits."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from dataclasses import replace

from nbclaude.frozen import frozen
from nbclaude.notebook import Shell

__all__ = ["CellCode", "cell_magic_of", "is_python_magic", "read_cell", "without_docstrings"]

# Cell magics whose body is Python.
_PYTHON_BODY = frozenset(
    {
        "time",
        "timeit",
        "capture",
        "prun",
        "memit",
        "mprun",
        "lprun",
        "python",
        "debug",
        "snakeviz",
        "pyinstrument",
    }
)
_CELL_MAGIC = re.compile(r"\s*%%([^\W\d]\w*)[ \t]*([^\n]*)(?:\n|\Z)")
_MAGIC_LINE = re.compile(r"^[ \t]*(?:[^\s#=%!]+[ \t]*=[ \t]*)?(%|!!?)[ \t]*([\w.]+)", re.MULTILINE)
_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_SHELL_CALLS = frozenset({"system", "getoutput", "getoutputs"})


@frozen
class CellCode:
    """What is known of a cell's code. `tree` is None where it does not parse, and `error` says why.

    `cell_magic` is the name of the magic in its first line; then `tree` is that of the body if that is Python, else None
    without an error. `magics` counts the line magics by name, `commands` the first words of shell lines. `awaits` tells
    whether it awaits anywhere, `awaits_itself` whether it does so outside of functions.
    """

    source: str
    tree: ast.Module | None = None
    error: str = ""
    cell_magic: str = ""
    magics: Counter[str] | None = None
    commands: Counter[str] | None = None
    awaits: bool = False
    awaits_itself: bool = False


def cell_magic_of(source: str) -> tuple[str, str]:
    """Return the name and the whole line of the cell magic that a cell begins with; both empty where there is none."""
    found = _CELL_MAGIC.match(source)
    return (found[1], found[0].strip()) if found else ("", "")


def is_python_magic(name: str) -> bool:
    """Tell whether the body below a cell magic is Python."""
    return name in _PYTHON_BODY


def read_cell(shell: Shell, source: str) -> CellCode:
    """Read a cell as this shell would run it; nothing is run, and transformers with side effects are left out."""
    name, line = cell_magic_of(source)
    if name:
        body = source[source.index(line) + len(line) :].removeprefix("\n")
        if not is_python_magic(name):
            return CellCode(source, cell_magic=name, magics=Counter(), commands=Counter())
        inner = read_cell(shell, body)
        return replace(inner, source=source, cell_magic=name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = _parsed(_transformed(shell, source))
    except SyntaxError as error:
        where = f" in line {error.lineno}" if error.lineno else ""
        return _unreadable(source, f"{error.msg}{where}")
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return _unreadable(source, str(error) or type(error).__name__)
    magics, commands = _calls(tree)
    awaits = any(map(_is_await, ast.walk(tree)))
    return CellCode(source, tree, "", "", magics, commands, awaits, awaits and _awaits_itself(tree))


def _is_await(node: ast.AST) -> bool:
    return isinstance(node, _AWAITS) or (isinstance(node, ast.comprehension) and bool(node.is_async))


def _awaits_itself(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    return _is_await(node) or any(map(_awaits_itself, ast.iter_child_nodes(node)))


def _transformed(shell: Shell, source: str) -> str:
    manager = shell.input_transformer_manager
    if not source.endswith("\n"):
        source += "\n"
    lines = source.splitlines(keepends=True)
    for transform in (*manager.cleanup_transforms, *manager.line_transforms):
        if not getattr(transform, "has_side_effects", False):
            lines = transform(lines)
    return "".join(manager.do_token_transforms(lines))


def _parsed(code: str) -> ast.Module:
    """Parse, and compile as IPython does: `return` outside of a function is found by the compiler alone."""
    tree = ast.parse(code)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    compile(code, "<the new cell>", "exec", flags=flags, dont_inherit=True)
    return tree


def _calls(tree: ast.Module) -> tuple[Counter[str], Counter[str]]:
    """Return the magics and the shell lines that IPython has turned into calls."""
    magics: Counter[str] = Counter()
    commands: Counter[str] = Counter()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, first = node.func.value, node.args[0]
        is_shell = (
            isinstance(owner, ast.Call)
            and isinstance(owner.func, ast.Name)
            and owner.func.id == "get_ipython"
            and isinstance(first, ast.Constant)
        )
        if not is_shell or not isinstance(first, ast.Constant):
            continue
        if node.func.attr in ("run_line_magic", "run_cell_magic"):
            magics[str(first.value)] += 1
        elif node.func.attr in _SHELL_CALLS:
            commands[next(iter(str(first.value).split()), "")] += 1
    return magics, commands


def _unreadable(source: str, why: str) -> CellCode:
    """Of a cell that is not Python the magics are found by their lines."""
    magics: Counter[str] = Counter()
    commands: Counter[str] = Counter()
    for sign, word in _MAGIC_LINE.findall(source):
        (magics if sign == "%" else commands)[word] += 1
    awaits = re.search(r"\bawait\b", source) is not None
    return CellCode(source, None, why, "", magics, commands, awaits)


def without_docstrings(tree: ast.Module) -> str:
    """Write down a syntax tree, without the docstrings in it and without places: equal texts are the same program."""
    tree = ast.parse(ast.unparse(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            is_doc = (
                bool(node.body)
                and isinstance(node.body[0], ast.Expr)
                and isinstance(node.body[0].value, ast.Constant)
                and isinstance(node.body[0].value.value, str)
            )
            # A module's first text is what the cell shows if nothing follows it.
            if is_doc and not (isinstance(node, ast.Module) and len(node.body) == 1):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)
