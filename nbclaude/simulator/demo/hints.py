"""Spots common slips in Python code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .wording import code, code_list

__all__ = ["hints"]


def hints(tree: ast.Module) -> list[str]:
    """List what a reviewer would ask about."""
    found = [hint for node in ast.walk(tree) for hint in _of_node(node)]
    if unused := _unused_imports(tree):
        found.append(
            f"{code_list(unused)} {'is' if len(unused) == 1 else 'are'} imported but never used here."
        )
    return found


def _of_node(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        defaults = [*node.args.defaults, *(item for item in node.args.kw_defaults if item)]
        for default in defaults:
            if isinstance(default, ast.List | ast.Dict | ast.Set):
                text = code(ast.unparse(default))
                where = f"Line {default.lineno}: the default {text} of {code(node.name)}"
                yield f"{where} is shared by all calls; use `None`."
    elif isinstance(node, ast.ExceptHandler) and node.type is None:
        yield f"Line {node.lineno}: a bare `except:` also catches the stop button; name the exception."
    elif isinstance(node, ast.Compare):
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if (
                isinstance(operator, ast.Eq | ast.NotEq)
                and isinstance(right, ast.Constant)
                and right.value is None
            ):
                yield f"Line {node.lineno}: compare with `None` by `is`, not by `==`."


def _unused_imports(tree: ast.Module) -> list[str]:
    imported = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for item in node.names:
                imported[(item.asname or item.name).split(".")[0]] = item.name
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    # Code that only imports is a first cell: its names are used elsewhere.
    if all(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body):
        return []
    return [name for name in imported if name not in used and name != "*"]
