"""Returns the source of a function, class or module with its signature, or the traceback of an exception, as text."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import linecache
import re
import traceback
import types
from collections.abc import Iterator
from typing import Any

from nbclaude.data.table import Described
from nbclaude.texts import DEFAULT_LIMITS, Cut, TextLimits, clip, counted

__all__ = ["describe_exception", "describe_source", "source_of"]

# Frames of the machinery that runs a cell say nothing about the user's error.
_MACHINERY = ("/IPython/core/", "/ipykernel/")

# A code object knows its file; a notebook's cells are files that only `linecache` has.
_CELL_FILES = ("<ipython", "ipykernel_")
# The file that a kernel makes up for a cell tells nobody anything.
_CELL_PLACE = re.compile(r'File "[^"\n]*(?:<ipython|ipykernel_)[^"\n]*", line')


def describe_source(value: Any, limits: TextLimits = DEFAULT_LIMITS) -> Described | None:
    """Return the source of a function, method, class or module; None if the value is none of these.

    What has no source (built in, or made by C) is told by its signature and documentation.
    """
    if isinstance(value, property) and value.fget is not None:
        value = value.fget
    if isinstance(value, functools.partial):
        return _partial(value, limits)
    if not (inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value)):
        # What functools.cache and the like return is no function, but knows the one it wraps.
        # Statically: some objects have every attribute that one asks for.
        wrapped = inspect.getattr_static(value, "__wrapped__", None)
        if not inspect.isfunction(wrapped):
            return None
        value = wrapped
    if inspect.ismodule(value):
        return _module(value, limits)
    return _definition(value, limits)


def describe_exception(error: BaseException, limits: TextLimits = DEFAULT_LIMITS) -> Described:
    """Return the traceback of an exception, its causes included, from the user's first frame on."""
    told = traceback.TracebackException.from_exception(error)
    _without_machinery(told)
    written = _CELL_PLACE.sub("Cell, line", "".join(told.format()).rstrip("\n"))
    text, note = clip(written, limits.source, tail=0.7)
    return Described(text, f"traceback of {type(error).__name__}", (note,) if note else ())


def _without_machinery(told: traceback.TracebackException) -> None:
    seen: set[int] = set()
    todo: list[traceback.TracebackException | None] = [told]
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        # A syntax error names its place itself; what has read the cell is all machinery then.
        none = len(one.stack) if hasattr(one, "lineno") else 0
        places = enumerate(one.stack)
        first = next((n for n, f in places if not any(m in f.filename for m in _MACHINERY)), none)
        one.stack[:] = one.stack[first:]
        todo += [one.__cause__, one.__context__, *(one.exceptions or ())]


def _partial(value: functools.partial[Any], limits: TextLimits) -> Described:
    inner = describe_source(value.func, limits)
    arguments = [repr(item) for item in value.args] + [f"{k}={v!r}" for k, v in value.keywords.items()]
    text, note = clip(f"# functools.partial with ({', '.join(arguments)}) of:", limits.text)
    if inner is None:
        return Described(f"{text}\n{type(value.func).__name__}", "partial", (note,) if note else ())
    return Described(f"{text}\n{inner.text}", f"partial of {inner.summary}", inner.notes)


def _definition(value: Any, limits: TextLimits) -> Described:
    name = getattr(value, "__qualname__", getattr(value, "__name__", "?"))
    module = getattr(value, "__module__", None) or ""
    kind = "class" if inspect.isclass(value) else "function"
    source, place = source_of(value)
    opening = (
        f"# {kind} {module}.{name}{_signature(value)}" if module else f"# {kind} {name}{_signature(value)}"
    )
    if not source:
        documentation = inspect.getdoc(value) or "(no documentation)"
        text, note = clip(
            f"{opening}\n# no Python source; its documentation:\n{documentation}", limits.source
        )
        return Described(text, f"signature and documentation of {name}", (note,) if note else ())
    opening += f"\n# {place}" if place else ""
    text, note = clip(f"{opening}\n{source}", limits.source)
    lines = counted(source.count("\n") + 1, "line")
    return Described(text, f"source of {name}, {lines}", (note,) if note else ())


def _signature(value: Any) -> str:
    try:
        return str(inspect.signature(value))
    except (ValueError, TypeError):
        return ""


def source_of(value: Any) -> tuple[str, str]:
    """Return the source without common indentation, and where it stands; ("", "") if there is none."""
    try:
        lines, first = inspect.getsourcelines(value)
    except (OSError, TypeError, IndexError, SyntaxError):
        return (_class_in_cells(value), "") if inspect.isclass(value) else ("", "")
    with contextlib.suppress(TypeError):
        file = inspect.getsourcefile(inspect.unwrap(value)) or ""
        place = "" if _is_cell(file) else f"{file}, line {first}"
        return inspect.cleandoc("\n" + "".join(lines)), place
    return inspect.cleandoc("\n" + "".join(lines)), ""


def _is_cell(file: str) -> bool:
    return not file or any(mark in file for mark in _CELL_FILES)


def _class_in_cells(value: type) -> str:
    """Find a class that was defined in a cell: before Python 3.13 it does not know its file, but its methods do."""
    for file in _files_of(value):
        text = "".join(linecache.getlines(file))
        if f"class {value.__name__}" not in text:
            continue
        try:
            nodes = list(ast.walk(ast.parse(text)))
        except SyntaxError:
            continue
        for node in reversed(nodes):
            if isinstance(node, ast.ClassDef) and node.name == value.__name__:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return ""


def _files_of(value: type) -> Iterator[str]:
    for member in vars(value).values():
        function = inspect.unwrap(member) if callable(member) else None
        # What a decorator of the standard library generates (a dataclass's __init__) has a file that is none.
        if isinstance(function, types.FunctionType) and not function.__code__.co_filename.startswith(
            "<string"
        ):
            yield function.__code__.co_filename
    if value.__module__ == "__main__":
        yield from (file for file in reversed(list(linecache.cache)) if _is_cell(file))


def _module(module: types.ModuleType, limits: TextLimits) -> Described:
    file = getattr(module, "__file__", None) or ""
    opening = f"# module {module.__name__}" + (f", {file}" if file else "")
    try:
        source = inspect.getsource(module)
    except (OSError, TypeError):
        source = ""
    name = module.__name__
    if source and len(source) <= limits.source:
        lines = counted(source.count("\n"), "line")
        return Described(f"{opening}\n{source.rstrip()}", f"source of {name}, {lines}")
    text, note = clip(f"{opening}\n{_outline(module)}", limits.source)
    notes = [Cut("too long for its source: an outline")] if source else []
    return Described(text, f"outline of {name}", (*notes, *([note] if note else [])))


def _outline(module: types.ModuleType) -> str:
    """Return the documentation of a module, and its public names with their signatures and first sentences."""
    lines = [inspect.getdoc(module) or "(no documentation)", ""]
    public = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    for name in public:
        member = vars(module).get(name)
        if inspect.isclass(member) or inspect.isroutine(member):
            first = (inspect.getdoc(member) or "").partition("\n")[0]
            kind = "class" if inspect.isclass(member) else "def"
            lines.append(f"{kind} {name}{_signature(member)}" + (f"  # {first}" if first else ""))
    return "\n".join(lines)
