"""Evaluates the source of a reference. A call happens only where one is written."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nbclaude.context.references.scope import Scope
from nbclaude.cures import Mention, Words
from nbclaude.data.formats import read_format
from nbclaude.errors import AnswerInterrupted, ConfigurationError
from nbclaude.refusal import Refusal, refused

__all__ = [
    "SEND_BRACES",
    "evaluate",
    "failures_of",
    "formatted",
    "names_existing",
    "parse_expression",
    "spelled",
]

# Functions that may be written around a variable; any other builtin is a word like another.
_FUNCTIONS = frozenset(
    {
        "abs",
        "dict",
        "dir",
        "len",
        "list",
        "max",
        "min",
        "round",
        "set",
        "sorted",
        "sum",
        "tuple",
        "type",
        "vars",
    }
)
MAX_SOURCE = 300  # characters
SEND_BRACES: Words = (Mention("raw", True), " sends braces as they are.")


def parse_expression(source: str) -> ast.Expression | None:
    """Return the tree of a name with attributes, subscripts and calls after it; None for anything else."""
    if len(source) > MAX_SOURCE or source != source.strip() or not source[:1].isidentifier():
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if _is_path(tree.body) else None


def names_existing(tree: ast.Expression, namespace: Mapping[str, Any]) -> bool:
    """Return whether every name in a parsed expression is a variable (or one of a few functions that are called)."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return any(name.id in namespace for name in names) and all(
        name.id in namespace or (id(name) in called and name.id in _FUNCTIONS) for name in names
    )


def evaluate(source: str, namespace: Mapping[str, Any], setting: str = "") -> Any:
    """Return the value of a reference, as in `{df.describe()}`, or of an expression that a `setting` names: `figs["a"]`.

    Raises ConfigurationError if it is not a reference, names nothing, or fails; the user's stop (KeyboardInterrupt) is passed on.
    """
    tree = parse_expression(source)
    if tree is None:
        raise ConfigurationError(
            f"{source!r} is not the name of a variable, with attributes, subscripts or calls after it."
        )
    if not names_existing(tree, namespace):
        raise ConfigurationError(f"{source!r} names no variable of this kernel.")
    functions = {name: getattr(builtins, name) for name in _FUNCTIONS}
    with failures_of(source, setting), warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        code = compile(spelled(tree, namespace), f"<reference {source}>", "eval")
        # The tree holds names, attributes, subscripts, calls, literals and operators alone: what the user wrote, and no more.
        return eval(code, {"__builtins__": functions}, namespace)  # noqa: S307


def formatted(
    value: Any, expression: str, format: str, namespace: Mapping[str, Any], setting: str = ""
) -> Any:
    """Return what a format is applied to: the value, or for `compare other` the value with what the other name names.

    Raises ConfigurationError as `evaluate` does for the other name.
    """
    wanted = read_format(format)
    if wanted.word != "compare":
        return value
    from nbclaude.data.frames import Compared

    return Compared(value, evaluate(wanted.argument, namespace, setting), expression, wanted.argument)


def spelled(tree: ast.Expression, namespace: Mapping[str, Any]) -> ast.Expression:
    """Return the tree with private names, `self.__x`, spelled as Python spells them in the class where the line stands."""
    if isinstance(namespace, Scope) and namespace.private:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                node.attr = namespace.spelled(node.attr)
            elif isinstance(node, ast.Name):
                node.id = namespace.spelled(node.id)
    return tree


@contextmanager
def failures_of(reference: str, setting: str = "") -> Iterator[None]:
    """Turn whatever the user's objects raise while they are looked at into a ConfigurationError that names the reference.

    SystemExit and other exceptions that would end the kernel are failures as well. The user's stop says what it has stopped.
    """
    name = reference if setting else f"The reference {{{reference}}}"
    try:
        yield
    except ConfigurationError:
        raise
    except KeyboardInterrupt:
        what = reference if setting else f"the reference {{{reference}}}"
        raise AnswerInterrupted(f"while {what} was evaluated", note=("Nothing was sent.",)) from None
    except BaseException as error:
        reason = f"failed: {_message_of(error)}. Nothing was sent."
        if setting:
            raise refused(Refusal(setting, reference, f"it {reason}")) from error
        raise ConfigurationError(f"{name} {reason}", cure=SEND_BRACES) from error


def _message_of(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}".rstrip(": ").removesuffix(".")
    except Exception:  # an exception of the user's may fail when it is shown, too
        return type(error).__name__


def _is_path(node: ast.expr) -> bool:
    match node:
        case ast.Name():
            return True
        case ast.Attribute(value=value):
            return _is_path(value)
        case ast.Subscript(value=value, slice=index):
            return _is_path(value) and _is_argument(index)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            return (
                _is_path(function)
                and all(_is_argument(argument) for argument in arguments)
                and all(keyword.arg and _is_argument(keyword.value) for keyword in keywords)
            )
        case _:
            return False


def _is_argument(node: ast.expr | None) -> bool:
    """Return whether this may stand in brackets: what a subscript or a call takes to choose and to compute."""
    match node:
        case None | ast.Constant():
            return True
        case ast.UnaryOp(operand=operand):
            return _is_argument(operand)
        case ast.BinOp(left=left, right=right):
            return _is_argument(left) and _is_argument(right)
        case ast.BoolOp(values=items) | ast.Tuple(elts=items) | ast.List(elts=items):
            return all(_is_argument(item) for item in items)
        case ast.Compare(left=left, comparators=items):
            return all(_is_argument(item) for item in (left, *items))
        case ast.Slice(lower=lower, upper=upper, step=step):
            return all(_is_argument(part) for part in (lower, upper, step))
        case ast.Dict(keys=keys, values=items):
            return all(_is_argument(item) for item in (*keys, *items))
        case _:
            return _is_path(node) or _is_method_of(node)


def _is_method_of(node: ast.expr) -> bool:
    """Return whether this is a method of what was computed, as in `df[(df.x > 3).fillna(False)]`."""
    match node:
        case ast.Attribute(value=value):
            return _is_argument(value)
        case ast.Call(func=ast.Attribute(value=value), args=arguments, keywords=keywords):
            return all(
                _is_argument(part) for part in (value, *arguments, *(keyword.value for keyword in keywords))
            )
        case _:
            return False
