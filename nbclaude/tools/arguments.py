"""What a function takes: its JSON schema, made of signature, annotations and docstring, and a call's arguments as its values.

Values that JSON has not (frames, arrays, objects of the kernel) are passed by the name of a variable, and by nothing else.
"""

from __future__ import annotations

import functools
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from nbclaude.frozen import frozen
from nbclaude.refusal import UnfitError
from nbclaude.tools.variables import VariableError, variable_named

__all__ = ["Arguments", "Documented", "ReadArguments", "UnfitArgumentsError", "arguments_of", "documented"]

_CALL = "__call__"
_ANY = {"type": ["string", "number", "boolean", "array", "object", "null"]}
_TYPES_IN_DOCS: Mapping[str, Any] = {
    "str": str,
    "string": str,
    "int": int,
    "integer": int,
    "float": float,
    "bool": bool,
    "boolean": bool,
    "list": list,
    "dict": dict,
}


class UnfitArgumentsError(ValueError):
    """The arguments of a call do not fit the function; the message is for the model."""


@frozen
class Documented:
    """What the docstring of a function says: of all, and of each parameter, with the type that it gives it."""

    description: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


@frozen
class ReadArguments:
    """The arguments of one call as Python values, and the names of the variables that are among them."""

    positional: tuple[Any, ...]
    named: Mapping[str, Any]
    variables: tuple[str, ...] = ()


@frozen
class Arguments:
    """The parameters of one function: `schema` is told to the model, `kernel_types` are types that it takes by name."""

    schema: Mapping[str, Any]
    model: Any
    parameters: tuple[inspect.Parameter, ...]
    kernel_types: tuple[type, ...] = ()

    def read(self, given: Mapping[str, Any], names: Mapping[str, Any]) -> ReadArguments:
        """Check a call's arguments, and look up the variables that they name among `names`.

        Raises:
            UnfitArgumentsError: they do not fit; the message says which, and what is wanted.

        """
        read: list[str] = []

        def decode(kind: Any, value: Any) -> Any:
            return _decoded(kind, value, names, read)

        try:
            values = msgspec.convert(dict(given), self.model, dec_hook=decode)
        except (msgspec.ValidationError, VariableError) as error:
            raise UnfitArgumentsError(f"The arguments do not fit: {error}") from None
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for parameter in self.parameters:
            value = getattr(values, parameter.name)
            if value is msgspec.UNSET:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                positional += value
            elif parameter.kind is parameter.POSITIONAL_ONLY or self._before_more(parameter):
                positional.append(value)
            else:
                named[parameter.name] = value
        return ReadArguments(tuple(positional), named, tuple(dict.fromkeys(read)))

    def _before_more(self, parameter: inspect.Parameter) -> bool:
        """Whether it must be passed by its place, since `*args` follows and every parameter before is there."""
        return (
            parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            and parameter.default is parameter.empty
            and any(each.kind is each.VAR_POSITIONAL for each in self.parameters)
        )


def documented(function: Callable[..., Any]) -> Documented:
    """Read the docstring of a function, in any of the usual styles."""
    inner = function.func if isinstance(function, functools.partial) else function
    text = inspect.getdoc(inner) or "" if inspect.isroutine(inner) else _of_object(inner)
    if not text.strip():
        return Documented()
    import docstring_parser

    try:
        found = docstring_parser.parse(text)
    except docstring_parser.ParseError:
        return Documented(text)
    parts = [found.short_description, found.long_description]
    description = "\n\n".join(part.strip() for part in parts if part) or text
    if found.returns is not None and found.returns.description:
        description += f"\n\nReturns: {found.returns.description.strip()}"
    told = {each.arg_name: " ".join((each.description or "").split()) for each in found.params}
    kinds = {each.arg_name: each.type_name or "" for each in found.params}
    return Documented(description, {name: said for name, said in told.items() if said}, kinds)


def _of_object(value: object) -> str:
    """Return what an object that can be called says of its call, else of itself."""
    own = getattr(type(value), _CALL, None)
    return inspect.cleandoc(getattr(own, "__doc__", None) or type(value).__doc__ or "")


def arguments_of(function: Callable[..., Any], name: str, told: Documented) -> Arguments:
    """Read the parameters of a function.

    Raises:
        UnfitError: it has none that can be read, or one whose type neither JSON nor the name of a variable can be.

    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        raise UnfitError(
            f"{name}: its parameters are not known. Wrap it in a function of your own."
        ) from None
    hints = _hints(function, name)
    taken = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    fields: list[Any] = []
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    kernel_types: list[type] = []
    for parameter in taken:
        kind = _type_of(parameter, hints, told)
        schema = _schema(kind, name, parameter.name, definitions, kernel_types)
        properties[parameter.name] = _described(schema, parameter, kind, told)
        is_needed = parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
        kind = _as_one(kind)
        fields.append(
            (parameter.name, kind)
            if is_needed
            else (parameter.name, Union[kind, msgspec.UnsetType], msgspec.UNSET)  # noqa: UP007 - made at run time
        )
    model = msgspec.defstruct("Arguments", fields, forbid_unknown_fields=True, kw_only=True)
    required = [one[0] for one in fields if len(one) == 2]
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    if definitions:
        schema["$defs"] = definitions
    return Arguments(schema, model, tuple(taken), tuple(dict.fromkeys(kernel_types)))


def _hints(function: Any, name: str) -> dict[str, Any]:
    inner = function.func if isinstance(function, functools.partial) else function
    if not inspect.isroutine(inner):
        inner = getattr(type(inner), _CALL, inner)
    try:
        return typing.get_type_hints(inspect.unwrap(inner), include_extras=True)
    except NameError as error:
        raise UnfitError(f"{name}: an annotation cannot be read ({error}).") from None
    except (TypeError, AttributeError):
        return {}


def _type_of(parameter: inspect.Parameter, hints: Mapping[str, Any], told: Documented) -> Any:
    """Return the type of a parameter: what its annotation says, else its docstring, else its default."""
    kind = hints.get(parameter.name, parameter.annotation)
    if kind is parameter.empty or isinstance(kind, str):
        said = told.types.get(parameter.name, "").partition(",")[0].strip().lower()
        default = type(parameter.default)
        kind = _TYPES_IN_DOCS.get(said, default if default in (bool, int, float, str, list, dict) else Any)
    return list[kind] if parameter.kind is parameter.VAR_POSITIONAL else kind  # type: ignore[valid-type]


def _schema(
    kind: Any, name: str, parameter: str, definitions: dict[str, Any], kernel_types: list[type]
) -> dict[str, Any]:
    """Return the schema of a type; types that it mentions go into `definitions`, those that only the kernel has are noted."""

    def of_others(other: Any) -> dict[str, Any]:
        return _schema_of_other(other, definitions, kernel_types)

    try:
        [schema], more = msgspec.json.schema_components(
            [_as_one(kind)], schema_hook=of_others, ref_template="#/$defs/{name}"
        )
    except (TypeError, NameError, msgspec.ValidationError) as error:
        reason = str(error).partition("\n")[0].rstrip(":.")
        raise UnfitError(
            f"{name}: the parameter {parameter} cannot be described to the model ({reason}). "
            "Annotate it with a type of JSON, or with one class."
        ) from None
    definitions |= more
    found: dict[str, Any] = schema or dict(_ANY)
    return found


def _schema_of_other(kind: Any, definitions: dict[str, Any], kernel_types: list[type]) -> dict[str, Any]:
    """Describe what JSON has not: a pydantic model, a path, or a variable of the kernel."""
    if hasattr(kind, "model_json_schema"):
        schema = dict(kind.model_json_schema(ref_template="#/$defs/{model}"))
        definitions |= schema.pop("$defs", {})
        return schema
    if isinstance(kind, type) and issubclass(kind, Path):
        return {"type": "string", "description": "a path"}
    classes = _classes_of(kind)
    kernel_types += classes
    return {"type": "string", "description": f"the name of a variable that holds {_a_kind(classes)}"}


class _Several(type):
    """The class of those that stand for one of several classes of the kernel."""

    kinds: tuple[type, ...]

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.kinds)


def _as_one(kind: Any) -> Any:
    """Return a type with a union of classes that only the kernel has as one class, which msgspec takes."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _as_one(get_args(kind)[0]) if not _has_meta(kind) else kind
    if origin not in (Union, types.UnionType):
        return kind
    others = [each for each in get_args(kind) if each is not type(None)]
    if len(others) < 2 or not all(_only_in_kernel(each) for each in others):
        return kind
    one = _Several("several", (), {"kinds": tuple(others)})
    return Union[one, None] if len(others) < len(get_args(kind)) else one  # noqa: UP007 - made at run time


def _has_meta(kind: Any) -> bool:
    return any(isinstance(each, msgspec.Meta) for each in get_args(kind)[1:])


def _only_in_kernel(kind: Any) -> bool:
    from msgspec.inspect import CustomType, type_info

    try:
        return isinstance(kind, type) and isinstance(type_info(kind), CustomType)
    except (TypeError, NameError):
        return False


def _classes_of(kind: Any) -> tuple[type, ...]:
    if isinstance(kind, _Several):
        return kind.kinds
    found = get_origin(kind) or kind
    return (found,) if isinstance(found, type) else (object,)


def _a_kind(classes: tuple[type, ...]) -> str:
    names = [each.__name__ for each in classes]
    return "a value of type " + " or ".join(names)


def _described(
    schema: Mapping[str, Any], parameter: inspect.Parameter, kind: Any, told: Documented
) -> dict[str, Any]:
    """Add what is known of a parameter: words of the docstring or of its annotation, and its default."""
    notes = [each for each in get_args(kind)[1:] if isinstance(each, str)] if _is_annotated(kind) else []
    words = [*notes, told.parameters.get(parameter.name, "")]
    words = [word for word in [*words, str(schema.get("description") or "")] if word]
    found = dict(schema)
    if words:
        found["description"] = ". ".join(dict.fromkeys(word.rstrip(".") for word in words)) + "."
    default = parameter.default
    is_plain = default is None or isinstance(default, bool | int | str)
    if is_plain or (isinstance(default, float) and math.isfinite(default)):
        found["default"] = default
    return found


def _is_annotated(kind: Any) -> bool:
    return get_origin(kind) is Annotated


def _decoded(kind: Any, value: Any, names: Mapping[str, Any], read: list[str]) -> Any:
    """Make a value of JSON one of a type that JSON has not."""
    if hasattr(kind, "model_validate"):
        try:
            return kind.model_validate(value)
        except ValueError as error:
            raise VariableError(str(error)) from None
    if isinstance(kind, type) and issubclass(kind, Path):
        return kind(str(value))
    found = variable_named(value, _classes_of(kind), names)
    read.append(str(value))
    return found
