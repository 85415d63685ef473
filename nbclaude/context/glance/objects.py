"""Looks at functions, classes, modules and objects, at what they hold statically: nothing of theirs is called."""

from __future__ import annotations

import functools
import inspect
import types
from typing import Any

from nbclaude.context.glance.glance import (
    Glance,
    Looking,
    bases_of,
    glance,
    is_a,
    listed,
    members_of,
    type_of,
)
from nbclaude.context.places import is_users_file, short_path
from nbclaude.texts import one_line

__all__ = ["attributes_of", "held_by", "look", "signature_of"]

_METHODS = (types.FunctionType, staticmethod, classmethod, property, functools.cached_property)
_MAX_ATTRIBUTES = 12
_DOCUMENTED = 150  # characters of a first sentence


def look(value: Any, looking: Looking) -> Glance | None:
    """Return what an object is, by what it and its class hold."""
    if is_a(value, types.ModuleType):
        return _module(value)
    if is_a(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return _function(value)
    if is_a(value, type):
        return _class(value)
    if is_a(value, functools.partial):
        return Glance(f"partial of {glance(value.func, '', looking.inside).kind}")
    if is_a(value, BaseException):
        args = BaseException.args.__get__(value)  # type: ignore[attr-defined]
        shown = listed([glance(each, "", looking.inside).text() for each in args], len(args), looking.room)
        return Glance(type_of(value), f"{type_of(value)}({shown})")
    return _instance(value, looking)


def _module(module: types.ModuleType) -> Glance:
    held = vars(module)
    name, version, file = held.get("__name__"), held.get("__version__"), held.get("__file__")
    text = f"module {name}" + (f" {version}" if isinstance(version, str) else "")
    if isinstance(file, str) and is_users_file(file):
        text += f", file {short_path(file)}"
    return Glance(text)


def _function(value: Any) -> Glance:
    inner = value.__func__ if is_a(value, types.MethodType) else value
    kind = "method" if is_a(value, types.MethodType) else "function"
    if not is_a(inner, types.FunctionType):
        signature = getattr(inner, "__text_signature__", None) or "(...)"
        return Glance(
            f"builtin {kind} {inner.__name__}{signature.replace('$self, ', '').replace('$module, ', '')}"
        )
    is_async = "async " if inspect.iscoroutinefunction(inner) else ""
    said = f"{is_async}{kind} {inner.__qualname__}{signature_of(inner)}"
    module = inner.__module__ or ""
    if not is_users_file(inner.__code__.co_filename):
        first = one_line(inspect.cleandoc(inner.__doc__ or "").partition("\n\n")[0], _DOCUMENTED)
        said += f" of {module}" + (f": {first}" if first else "")
    return Glance(said)


def signature_of(function: types.FunctionType) -> str:
    """Return the signature of a function; its defaults at a glance, since their own `__repr__` may be the user's."""
    code = function.__code__
    names = code.co_varnames
    positional, keywords = code.co_argcount, code.co_kwonlyargcount
    defaults = function.__defaults__ or ()
    parts = []
    for index, name in enumerate(names[:positional]):
        place = index - (positional - len(defaults))
        parts.append(f"{name}={_default(defaults[place], name)}" if place >= 0 else name)
        if code.co_posonlyargcount and index + 1 == code.co_posonlyargcount:
            parts.append("/")
    rest = positional + keywords
    if code.co_flags & inspect.CO_VARARGS:
        parts.append(f"*{names[rest]}")
        rest += 1
    elif keywords:
        parts.append("*")
    given = function.__kwdefaults__ or {}
    for name in names[positional : positional + keywords]:
        parts.append(f"{name}={_default(given[name], name)}" if name in given else name)
    if code.co_flags & inspect.CO_VARKEYWORDS:
        parts.append(f"**{names[rest]}")
    return f"({listed(parts, len(parts), 300)})"


def _default(value: object, name: str) -> str:
    return glance(value, name, Looking(depth=0, room=30, items=3)).text()


def _class(kind: type) -> Glance:
    bases = [each.__name__ for each in type.__getattribute__(kind, "__bases__") if each is not object]
    init = next(
        (members_of(base)["__init__"] for base in bases_of(kind) if "__init__" in members_of(base)), None
    )
    signature = (
        signature_of(init).replace("(self, ", "(").replace("(self)", "()")
        if isinstance(init, types.FunctionType)
        else ""
    )
    text = f"class {type.__getattribute__(kind, '__qualname__')}{signature}"
    text += f", a subclass of {', '.join(bases)}" if bases else ""
    if members := [name for name in members_of(kind) if not name.startswith("_")]:
        text += f"; it has {listed(members, len(members), 200)}"
    return Glance(text)


def held_by(value: object) -> dict[str, Any]:
    """Return what an object holds in its `__dict__` and slots, past any `__getattribute__` or property of its class."""
    held: dict[str, Any] = {}
    for base in reversed(bases_of(type(value))):
        for name, member in members_of(base).items():
            if type(member) is types.MemberDescriptorType and name not in ("__dict__", "__weakref__"):
                try:
                    held[name] = member.__get__(value)
                except AttributeError:
                    continue
    descriptor = next(
        (members_of(base)["__dict__"] for base in bases_of(type(value)) if "__dict__" in members_of(base)),
        None,
    )
    if isinstance(descriptor, types.GetSetDescriptorType):
        own = descriptor.__get__(value)
        if isinstance(own, dict):
            held.update((name, each) for name, each in dict.items(own) if isinstance(name, str))
    return held


def attributes_of(value: object) -> tuple[str, ...]:
    """Return the names of what an object, class or module has, found without asking it."""
    if is_a(value, types.ModuleType):
        return tuple(vars(value))
    kinds = bases_of(value) if is_a(value, type) else bases_of(type(value))
    names = [
        *([] if is_a(value, type) else held_by(value)),
        *(name for base in kinds for name in members_of(base)),
    ]
    return tuple(dict.fromkeys(names))


def _instance(value: object, looking: Looking) -> Glance:
    """Look at an object: what it holds if its class is the user's, or if it is an estimator; else its type alone."""
    name = type_of(value)
    if not _is_worth_reading(type(value)) or looking.depth <= 0:
        return Glance(name)
    held = {key: each for key, each in held_by(value).items() if not key.startswith("__")}
    if not held:
        members = [each for each in members_of(type(value)) if not each.startswith("_")]
        return Glance(
            name, f"{name}, which has {listed(members, len(members), looking.room)}" if members else name
        )
    inside = looking.inside
    pairs = [(key, glance(each, key, inside)) for key, each in list(held.items())[:_MAX_ATTRIBUTES]]
    kinds = listed([f"{key}: {each.kind}" for key, each in pairs], len(held), looking.room)
    shown = listed([f"{key}={each.text()}" for key, each in pairs], len(held), looking.room)
    return Glance(f"{name} with {kinds}", f"{name} with {shown}")


def _is_worth_reading(kind: type) -> bool:
    """Whether what objects of a class hold says something: classes of the user's do, and estimators, by their parameters."""
    if any("get_params" in members_of(base) for base in bases_of(kind)):
        return True
    if type.__getattribute__(kind, "__module__") == "__main__" or "__dataclass_fields__" in members_of(kind):
        return True
    codes = (
        each.__code__.co_filename
        for each in members_of(kind).values()
        if isinstance(each, types.FunctionType)
    )
    return any(is_users_file(file) for file in codes) or kind is types.SimpleNamespace
