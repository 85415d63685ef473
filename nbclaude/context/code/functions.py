"""Reads which names of the notebook a function, a class or a comprehension reads when it runs."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from nbclaude.frozen import frozen

__all__ = ["Arguments", "names_of_arguments", "reads_when_called"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_Scope = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ClassDef
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)


@frozen
class Arguments:
    """The names of a function's arguments, and the expressions in their list that are read where it is defined."""

    names: frozenset[str]
    outside: tuple[ast.expr, ...]


def names_of_arguments(arguments: ast.arguments) -> Arguments:
    """Return what a list of arguments binds and reads."""
    each = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    each += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    outside = [*arguments.defaults, *(one for one in arguments.kw_defaults if one is not None)]
    outside += [one.annotation for one in each if one.annotation is not None]
    return Arguments(frozenset(one.arg for one in each), tuple(outside))


def reads_when_called(node: _Scope) -> frozenset[str]:
    """Return the names that are not bound in it, nor builtin: they are looked up in the notebook."""
    return frozenset(name for name in _free(node) if not hasattr(builtins, name))


def _free(node: _Scope) -> set[str]:
    bound: set[str] = set()
    shared: set[str] = set()
    read: set[str] = set()
    inner: list[_Scope] = []
    if isinstance(node, _FUNCTIONS):
        bound |= names_of_arguments(node.args).names
    for each in _own(node):
        if isinstance(each, ast.Name):
            (read if isinstance(each.ctx, ast.Load) else bound).add(each.id)
        elif isinstance(each, ast.Import | ast.ImportFrom):
            bound |= {one.asname or one.name.partition(".")[0] for one in each.names}
        elif isinstance(each, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            bound |= {each.name} if each.name else set()
        elif isinstance(each, ast.Global):
            shared |= set(each.names)
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(each.name)
            inner.append(each)
        elif isinstance(each, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            inner.append(each)
    # What a class binds, its methods do not see.
    seen = set() if isinstance(node, ast.ClassDef) else bound - shared
    for scope in inner:
        read |= _free(scope) - seen
    return (read - (bound - shared)) | (shared & read)


def _own(node: _Scope) -> Iterator[ast.AST]:
    """Yield the nodes of a scope that are not in a scope inside it; those scopes themselves are yielded."""
    if isinstance(node, _FUNCTIONS):
        todo: list[ast.AST] = list(node.body) if isinstance(node.body, list) else [node.body]
    elif isinstance(node, ast.ClassDef):
        todo = list(node.body)
    else:
        todo = list(ast.iter_child_nodes(node))
    while todo:
        each = todo.pop(0)
        yield each
        if isinstance(each, _FUNCTIONS):
            todo += names_of_arguments(each.args).outside
            todo += getattr(each, "decorator_list", [])
        elif isinstance(each, ast.ClassDef):
            todo += [*each.decorator_list, *each.bases, *(one.value for one in each.keywords)]
        elif not isinstance(each, _COMPREHENSIONS):
            todo += ast.iter_child_nodes(each)
