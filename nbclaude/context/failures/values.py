"""Finds the values that decide: those on the failing line first, then the other variables of the user's frames."""

from __future__ import annotations

import ast
import builtins
import itertools
import os
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbclaude.context.failures.failure import ValueFact
from nbclaude.context.glance.glance import Looking, bases_of, glance, is_a, is_hidden_name, members_of
from nbclaude.context.glance.objects import held_by

__all__ = ["MISSING", "attribute_of", "expressions_of", "hidden_values", "lookup", "values_of", "words_of"]

MISSING = object()
_MAX_ON_LINE = 10
_MAX_OTHERS = 6
_SMALL = 120  # characters of a value that is not on the failing line
_DEPTH = 5
_MAX_DEEP = 3_000  # values within values that are looked at
# Names that every notebook has, which say nothing about an error.
_USUAL = frozenset(("In", "Out", "get_ipython", "exit", "quit", "open", "_", "__", "___", "display"))


def values_of(
    statement: ast.AST | None,
    names: Mapping[str, Any],
    others: Mapping[str, Any],
    words: tuple[str, ...],
    *,
    calls: bool = False,
) -> tuple[ValueFact, ...]:
    """Return what the expressions of a statement are among `names`, then `others`, at less length.

    `words` are those that the code names: columns called so are looked into. With `calls` the functions that it calls are
    told, by their signatures.
    """
    facts: dict[str, ValueFact] = {}
    looking = Looking(words)
    for text, node in expressions_of(statement) if statement is not None else ():
        if len(facts) >= _MAX_ON_LINE:
            break
        value = lookup(node, names)
        if value is MISSING or text in facts or _is_usual(node, value, calls):
            continue
        facts[text] = ValueFact(
            text, glance(value, text.rpartition(".")[2] if "[" not in text else _key(node), looking)
        )
    small = Looking(words, depth=1, room=_SMALL, items=3)
    for name, value in others.items():
        if len(facts) >= _MAX_ON_LINE + _MAX_OTHERS:
            break
        if (
            name not in facts
            and name.isidentifier()
            and not name.startswith("_")
            and name not in _USUAL
            and not _is_code(value)
        ):
            facts[name] = ValueFact(name, glance(value, name, small))
    return tuple(facts.values())


def expressions_of(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names in a piece of code, and the attributes and items of them, as they are written."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name | ast.Attribute | ast.Subscript) and isinstance(
            each.ctx, ast.Load | ast.Del
        ):
            if isinstance(each, ast.Subscript) and not isinstance(each.slice, ast.Constant | ast.Name):
                continue
            yield ast.unparse(each), each
        elif isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name):
            yield each.target.id, each.target
        elif isinstance(each, ast.Attribute | ast.Subscript) and isinstance(each.value, ast.Name):
            yield each.value.id, each.value


def lookup(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return what an expression is, if that can be seen without running anything; `MISSING` otherwise."""
    if isinstance(node, ast.Name):
        return names.get(node.id, MISSING)
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Attribute):
        owner = lookup(node.value, names)
        return MISSING if owner is MISSING else attribute_of(owner, node.attr)
    if isinstance(node, ast.Subscript):
        owner, key = lookup(node.value, names), lookup(node.slice, names)
        return MISSING if owner is MISSING or key is MISSING else _item(owner, key)
    return MISSING


def attribute_of(owner: Any, name: str) -> Any:
    """Return what an object holds under a name: in itself, or a function of its class."""
    if is_a(owner, types.ModuleType):
        return vars(owner).get(name, MISSING)
    if is_a(owner, type):
        return next((members_of(base)[name] for base in bases_of(owner) if name in members_of(base)), MISSING)
    if name in (held := held_by(owner)):
        return held[name]
    found = next(
        (members_of(base)[name] for base in bases_of(type(owner)) if name in members_of(base)), MISSING
    )
    return MISSING if hasattr(type(found), "__get__") and not is_a(found, types.FunctionType) else found


def _item(owner: Any, key: Any) -> Any:
    if type(key) not in (str, int, float, bool, bytes, tuple):
        return MISSING
    try:
        if is_a(owner, dict):
            return dict.get(owner, key, MISSING)
        base = next((each for each in (list, tuple) if is_a(owner, each)), None)
        return base.__getitem__(owner, key) if base is not None and type(key) is int else MISSING
    except (IndexError, TypeError):
        return MISSING


def _is_usual(node: ast.expr, value: Any, calls: bool) -> bool:
    """Whether what a name is goes without saying: a builtin, or a function unless the call of one failed."""
    if isinstance(node, ast.Name) and node.id in _USUAL:
        return True
    if isinstance(node, ast.Name) and getattr(builtins, node.id, MISSING) is value:
        return not calls
    is_function = is_a(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type))
    return is_function and not calls


def _is_code(value: Any) -> bool:
    return is_a(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type))


def _key(node: ast.expr) -> str:
    """Return what the last item of an expression is called: `password` of `cfg['password']`."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def words_of(source: str) -> tuple[str, ...]:
    """Return the short texts and the attributes that code names: columns may be called so."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 80:
            found[node.value] = None
        elif isinstance(node, ast.Attribute):
            found[node.attr] = None
    return tuple(found)


def hidden_values(*namespaces: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts under names of secrets: no text about an error may hold them, wherever it has them from.

    They are looked for among variables, some levels into dicts, lists and objects, and in the environment.
    """
    found: dict[str, None] = {}
    every = [pair for names in namespaces for pair in list(names.items())]
    # Deep values must not take the time that is for all variables.
    for depth, most in ((1, 100 * len(every)), (_DEPTH, _MAX_DEEP)):
        left = iter(range(most))
        for name, value in every:
            _hide(name, value, found)
            _hide_inside(value, found, left, depth=depth)
    for name, value in os.environ.items():
        _hide(name, value, found)
    return tuple(found)


def _hide_inside(value: Any, found: dict[str, None], left: Iterator[object], *, depth: int) -> None:
    inside: Iterable[tuple[object, object]] = ()
    if is_a(value, dict):
        inside = dict.items(value)
    elif type(value) in (list, tuple) and depth > 1:
        inside = ((None, each) for each in value)
    elif _is_simple(value):
        inside = held_by(value).items()
    for key, each in itertools.islice(inside, 100):
        if next(left, None) is None:
            return
        _hide(key, each, found)
        if depth > 1:
            _hide_inside(each, found, left, depth=depth - 1)


def _hide(name: object, value: object, found: dict[str, None]) -> None:
    if type(value) is str and value and type(name) is str and is_hidden_name(name):
        found[value] = None


def _is_simple(value: object) -> bool:
    """Whether an object is of a class that was written in the notebook."""
    return not is_a(value, type) and type.__getattribute__(type(value), "__module__") == "__main__"
