"""Edits of a cell by the demo model: comments, docstrings, types and tests by the cell's syntax tree, and new names."""

from __future__ import annotations

import ast
import re
import warnings

from .question import Question

__all__ = ["answer_edit"]

_CELL = re.compile(r'<cell name="to edit">\n(.*?)\n</cell>(.*)\Z', re.DOTALL)
_RENAME = re.compile(r"\b(?:rename|call)\s+`?(\w+)`?\s+(?:to|into|as|it)?\s*`?(\w+)`?", re.IGNORECASE)
_MAGIC = re.compile(r"\s*[%!?]|[\s\w.]*\?{1,2}\s*$")
_ASSIGNED = re.compile(r"(\s*[\w, ]+=\s*)[%!]")
_PYTHON_MAGIC = re.compile(r"%%(?:time|timeit|capture|prun)\b")
_ANNOTATE = re.compile(r"\bannotate\b|\b(?:add|write|put)\b.*\bcomments?\b|^comment\b")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def answer_edit(question: Question) -> str | None:
    """Answer an edit with the whole new cell; what it cannot do it says in words. None for any other question."""
    found = _CELL.search(question.text)
    if found is None:
        return None
    cell, wish = found[1], found[2].rpartition("\n\n")[2].strip()
    tree = _tree(cell)
    if tree is None:
        return "I read Python only, and this cell has magics or does not parse: I leave it as it is."
    lower = wish.lower()
    if "tests what it defines" in lower:
        return _fenced("Tests of what the cell defines, to stand below it.", _tests(tree))
    if renamed := _RENAME.search(wish):
        new = re.sub(rf"\b{re.escape(renamed[1])}\b", renamed[2], cell)
        return _fenced(f"`{renamed[1]}` is called `{renamed[2]}` now.", new)
    if "type annotations" in lower:
        return _fenced("The functions say their types, as far as the code tells.", _typed(cell, tree))
    if "a docstring" in lower and "comment" not in lower:
        return _fenced("Each definition has a docstring.", _inserted(cell, _docstrings(cell, tree)))
    if _ANNOTATE.search(lower):
        lines = {**_comments(cell, tree), **_docstrings(cell, tree)}
        return _fenced("Comments and docstrings were added; the program is the same.", _inserted(cell, lines))
    return "The demo model can annotate a cell, add docstrings, types and tests, and rename things. This is beyond it."


def _fenced(said: str, code: str) -> str:
    return f"{said}\n\n```python\n{code}\n```"


def _tree(cell: str) -> ast.Module | None:
    # Magics and shell lines keep their places, and do nothing.
    plain = "\n".join(_plain(line, number) for number, line in enumerate(cell.split("\n")))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _plain(line: str, number: int) -> str:
    if number == 0 and line.startswith("%%"):
        return "pass" if _PYTHON_MAGIC.match(line) else "("  # below another one stands no Python
    assigned = _ASSIGNED.match(line)
    if assigned:
        return f"{assigned[1]}None"
    return f"{line[: len(line) - len(line.lstrip())]}pass" if _MAGIC.match(line) else line


def _inserted(cell: str, lines: dict[int, str]) -> str:
    """Return the cell with a line put in front of each of these line numbers."""
    new: list[str] = []
    for number, line in enumerate(cell.split("\n"), 1):
        if number in lines:
            new.append(lines[number])
        new.append(line)
    return "\n".join(new)


def _docstrings(cell: str, tree: ast.Module) -> dict[int, str]:
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, _DEFINITIONS) or ast.get_docstring(node) is not None:
            continue
        first = node.body[0]
        decorators = getattr(first, "decorator_list", [])
        number = min([first.lineno, *(each.lineno for each in decorators)])
        if number == node.lineno:
            continue  # all on one line
        source = cell.split("\n")[number - 1]
        indent = source[: len(source) - len(source.lstrip())]
        found[number] = f'{indent}"""{_said_of(node)}"""'
    return found


def _said_of(node: ast.AST) -> str:
    name = str(getattr(node, "name", "")).strip("_").replace("_", " ")
    if isinstance(node, ast.ClassDef):
        return f"Stand for a {name.lower()}."
    arguments = (
        [each.arg for each in node.args.args]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        else []
    )
    given = [each for each in arguments if each not in ("self", "cls")]
    return f"Do {name}" + (f" with {', '.join(given)}." if given else ".")


def _comments(cell: str, tree: ast.Module) -> dict[int, str]:
    """Say above each statement of a kind that begins a thought what it does."""
    lines = cell.split("\n")
    found: dict[int, str] = {}
    before = ""
    for node in tree.body:
        if isinstance(node, ast.Pass):
            continue  # a magic
        said = _comment_of(node)
        decorators = getattr(node, "decorator_list", [])
        number = min([node.lineno, *(each.lineno for each in decorators)])
        above = lines[number - 2].strip() if number > 1 else ""
        # A line that shares its text with another statement, or one below a comment, is left alone.
        if (
            said
            and said != before
            and not above.startswith("#")
            and not lines[number - 1][: node.col_offset].strip()
        ):
            found.setdefault(number, f"# {said}")
        before = said
    return found


def _comment_of(node: ast.stmt) -> str:
    match node:
        case ast.Import() | ast.ImportFrom():
            return "What the cell needs."
        case ast.For() | ast.AsyncFor():
            return f"Go through {_short(node.iter)}."
        case ast.While():
            return f"Repeat while {_short(node.test)}."
        case ast.If():
            return f"Only if {_short(node.test)}."
        case ast.With() | ast.AsyncWith():
            return "Within these resources, which are closed in the end."
        case ast.Try():
            return "This may fail, so it is watched."
        case ast.Assign(targets=[ast.Name(id=name)]):
            return f"Keep the result as {name}."
        case ast.Expr(value=ast.Call()):
            return f"Call {_short(node.value.func)}." if isinstance(node.value, ast.Call) else ""
        case _:
            return ""


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _typed(cell: str, tree: ast.Module) -> str:
    """Write types of arguments that have a plain default, and `None` for functions that return nothing."""
    lines = cell.split("\n")
    places: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        arguments = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        for argument, default in zip(arguments, node.args.defaults, strict=True):
            is_plain = isinstance(default, ast.Constant) and default.value is not None
            if is_plain and argument.annotation is None:
                kind = type(default.value).__name__ if isinstance(default, ast.Constant) else ""
                places.append((argument.end_lineno or 0, argument.end_col_offset or 0, f": {kind}"))
        returns = any(isinstance(each, ast.Return | ast.Yield | ast.YieldFrom) for each in ast.walk(node))
        head = lines[node.lineno - 1]
        if node.returns is None and not returns and head.rstrip().endswith("):"):
            places.append((node.lineno, len(head.rstrip().encode()) - 1, " -> None"))
    for number, column, text in sorted(places, reverse=True):
        line = lines[number - 1].encode()
        after = line[column:]
        if after.startswith(b"="):
            after = b" = " + after[1:].lstrip()
        lines[number - 1] = (line[:column] + text.encode() + after).decode()
    return "\n".join(lines)


def _tests(tree: ast.Module) -> str:
    lines: list[str] = []
    for node in tree.body:
        if isinstance(node, _DEFINITIONS):
            lines.append(f"assert callable({node.name})")
        elif isinstance(node, ast.Assign):
            lines += [f"assert {each.id} is not None" for each in node.targets if isinstance(each, ast.Name)]
    return "\n".join([*lines, 'print("All is well.")'])
