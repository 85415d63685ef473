"""Finds what was perhaps meant by a name, attribute, key, module or file that is not there."""

from __future__ import annotations

import ast
import builtins
import difflib
import itertools
import os
import re
import sys
import sysconfig
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbclaude.context.failures.values import MISSING, expressions_of, lookup
from nbclaude.context.glance.glance import glance, is_a, listed, type_of
from nbclaude.context.glance.libraries import columns_of
from nbclaude.context.glance.objects import attributes_of

__all__ = ["near_names"]

_MAX_NEAR = 5
_MAX_KEYS = 2_000
_COMPARED = 400
_MAX_FILES = 400
_QUOTED = re.compile(r"[\"']([^\"'\n]{1,80})[\"']")
_NO_MAGIC = re.compile(r"[Mm]agic(?: function)? `(%{1,2}\w+)` not found")
_NO_ATTRIBUTE = re.compile(r"has no attribute ['\"]([^'\"]+)['\"]")


def near_names(
    error: BaseException, statement: ast.AST | None, names: Mapping[str, Any], magics: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return sentences about what was perhaps meant; `names` are the variables where the error was raised."""
    if type(error).__name__ == "UsageError":
        return tuple(_for_magic(error, magics))
    if is_a(error, NameError):
        # The words of `df.query("prce > 2")` are names of columns, too.
        columns = () if type(error) in (NameError, UnboundLocalError) else _for_key(error, statement, names)
        return tuple(columns) or tuple(_for_name(error, names))
    if is_a(error, AttributeError):
        return tuple(_for_attribute(error, statement, names))
    if is_a(error, ImportError):
        return tuple(_for_import(error))
    if is_a(error, FileNotFoundError):
        return tuple(_for_file(error))
    if is_a(error, (LookupError, ValueError)) or "Column" in type(error).__name__:
        return tuple(_for_key(error, statement, names))
    return ()


def _close(word: str, known: Iterable[str]) -> list[str]:
    """Return the names that are spelled like a word, those that differ in case alone first."""
    every = list(dict.fromkeys(known))
    lowered = [each for each in every if each.casefold() == word.casefold() and each != word]
    short = word.casefold().replace("_", "")
    squeezed = [
        each for each in every if each.casefold().replace("_", "").replace(" ", "") == short and each != word
    ]
    letters = set(word.casefold())
    # Only what shares most letters is worth the comparison, which takes its time.
    worth = [
        each
        for each in every
        if abs(len(each) - len(word)) < 8 and len(letters & set(each.casefold())) * 2 >= len(letters)
    ]
    worth.sort(key=lambda each: abs(len(each) - len(word)))
    alike = difflib.get_close_matches(word, worth[:_COMPARED], _MAX_NEAR, 0.6)
    parts = [each for each in every if len(word) >= 3 and word.casefold() in each.casefold()]
    found = dict.fromkeys([*lowered, *squeezed, *alike, *parts])
    return [each for each in found if each != word][:_MAX_NEAR]


def _for_name(error: Any, names: Mapping[str, Any]) -> Iterator[str]:
    name = error.name or next(iter(_QUOTED.findall(str(error))), "")
    known = [each for each in names if not each.startswith("_")]
    close = _close(name, [*known, *dir(builtins)])
    if close:
        said = [
            f"{each} = {glance(names[each], each).text()}" if each in names else f"{each} (builtin)"
            for each in close[:3]
        ]
        yield f"{name} is not defined; spelled alike: {'; '.join(said)}"
    else:
        yield f"{name} is not defined, and no name in scope is spelled like it"
    inside = [
        f"{owner} has {name}"
        for owner, value in itertools.islice(names.items(), 500)
        if is_a(value, types.ModuleType) and name in vars(value) and not owner.startswith("_")
    ]
    if inside:
        yield f"{', '.join(inside[:3])}"
    if name in sys.modules and name not in names:
        yield f"{name} is a module that is loaded, but not imported under this name in the notebook"


def _for_magic(error: BaseException, magics: Sequence[str]) -> Iterator[str]:
    match = _NO_MAGIC.search(_text(error))
    if match is None:
        return
    name = match[1].lstrip("%")
    known = dict.fromkeys(each.lstrip("%") for each in magics)
    close = [each for near in _close(name, known) for each in magics if each.lstrip("%") == near]
    close += [each for each in magics if each.lstrip("%") == name]
    yield (
        f"no magic {match[1]}; spelled alike: {', '.join(close)}"
        if close
        else f"no magic is spelled like {match[1]}"
    )


def _for_attribute(error: Any, statement: ast.AST | None, names: Mapping[str, Any]) -> Iterator[str]:
    match = _NO_ATTRIBUTE.search(_text(error))
    name = error.name or (match[1] if match else "")
    owner: Any = error.obj
    if owner is None and name and statement is not None:
        nodes = (
            node
            for _, node in expressions_of(statement)
            if isinstance(node, ast.Attribute) and node.attr == name
        )
        owner = next((found for node in nodes if (found := lookup(node.value, names)) is not MISSING), None)
    if not name:
        return
    if owner is None:
        if "NoneType" in _text(error):
            yield f"what has no {name} is None"
        return
    known = [each for each in (*attributes_of(owner), *columns_of(owner)) if not each.startswith("__")]
    close = _close(name, known)
    said = glance(owner).kind
    yield f"{said}: spelled like {name}: {', '.join(close)}" if close else f"what has no {name} is: {said}"


def _for_key(error: BaseException, statement: ast.AST | None, names: Mapping[str, Any]) -> Iterator[str]:
    message = " ".join([_text(error), *(str(each) for each in error.args if type(each) is str)])
    words = dict.fromkeys(
        [*(each for each in error.args if type(each) is str and len(each) < 80), *_QUOTED.findall(message)]
    )
    said: set[str] = set()
    for owner, value in _containers(statement, names):
        keys = _keys(value)
        for word in words:
            if word in keys or not keys:
                continue
            if (close := _close(word, keys)) and f"{owner}, {word}" not in said:
                said.add(f"{owner}, {word}")
                yield f"{word!r} is not in {owner}; spelled alike there: {', '.join(map(repr, close))}"
            elif is_a(error, KeyError) and len(said) < 2:
                said.add(owner)
                yield f"{word!r} is not in {owner}, which has {listed([repr(each) for each in keys], len(keys), 300)}"
        if len(said) > 2:
            return


def _containers(statement: ast.AST | None, names: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what the failing line names that has keys: dicts, frames, series, also a frame that was grouped."""
    seen: set[str] = set()
    for text, node in expressions_of(statement) if statement is not None else ():
        value = lookup(node, names)
        if value is MISSING or text in seen:
            continue
        seen.add(text)
        grouped = value.__dict__.get("obj") if type_of(value).endswith("GroupBy") else None
        if _keys(value) or grouped is not None:
            yield text, value if grouped is None else grouped


def _keys(value: Any) -> list[str]:
    if is_a(value, dict):
        return [each for each in itertools.islice(dict.keys(value), _MAX_KEYS) if type(each) is str]
    if type_of(value).endswith("_Environ"):
        return list(os.environ)
    return list(columns_of(value))


def _for_import(error: Any) -> Iterator[str]:
    name = error.name or ""
    wanted = re.search(r"cannot import name ['\"]([^'\"]+)['\"]", _text(error))
    if wanted and name in sys.modules:
        module = sys.modules[name]
        yield from (
            [f"in {glance(module).kind}, spelled alike: {', '.join(close)}"]
            if (close := _close(wanted[1], vars(module)))
            else [f"{glance(module).kind} has no {wanted[1]}"]
        )
        return
    root = name.partition(".")[0]
    if root in sys.modules and root != name:
        yield f"{glance(sys.modules[root]).kind} is installed and has no {name.partition('.')[2]}"
        return
    # Of two that are as close, what somebody has installed or written is meant more often than one of Python's own.
    close = [*_close(root, _installed()), *_close(root, sys.stdlib_module_names)]
    close.sort(key=lambda each: -difflib.SequenceMatcher(None, root.casefold(), each.casefold()).ratio())
    if close:
        yield f"modules spelled like {root}: {', '.join(close[:_MAX_NEAR])}"
    yield f"{root} is not installed in {sys.prefix}"


def _installed() -> list[str]:
    """Return the packages and modules of the environment, and those beside the notebook."""
    found: list[str] = []
    for place in dict.fromkeys((Path(), Path(sysconfig.get_paths()["purelib"]))):
        try:
            names = [each.name for each in place.iterdir()]
        except OSError:
            continue
        # A package is a directory without a dot in its name.
        found += [name.removesuffix(".py") for name in names if name.endswith(".py") or "." not in name]
    return [name for name in found if name.isidentifier() and not name.startswith("_")]


def _for_file(error: Any) -> Iterator[str]:
    file = error.filename
    if type(file) is not str:
        file = os.fspath(file) if isinstance(file, os.PathLike) else ""
    if not file:
        return
    yield f"the working directory is {Path.cwd()}"
    name = Path(file).name
    found = list(itertools.islice(_files_near(Path(file)), _MAX_FILES))
    same = [each for each in found if Path(each).name == name]
    close = [
        each
        for word in _close(name, [Path(each).name for each in found])
        for each in found
        if Path(each).name == word
    ]
    if near := list(dict.fromkeys([*same, *close])):
        yield f"files there are: {', '.join(near[:_MAX_NEAR])}"
    elif not Path(file).parent.exists():
        yield f"the directory {Path(file).parent} does not exist"
    elif found:
        yield f"files there are: {listed(found, len(found), 200)}"


def _files_near(file: Path) -> Iterator[str]:
    """Yield the files of the directory that was meant, of the working directory, and of those in it."""
    for directory in dict.fromkeys((file.parent, Path())):
        try:
            for each in sorted(directory.iterdir()):
                if each.name.startswith("."):
                    continue
                if each.is_dir():
                    yield from (
                        str(one) for one in itertools.islice(sorted(each.iterdir()), 100) if one.is_file()
                    )
                else:
                    yield str(each)
        except OSError:
            continue


def _text(error: BaseException) -> str:
    """Return what an error says; one of the user's may fail at that."""
    try:
        return str(error)
    except Exception:
        return ""
