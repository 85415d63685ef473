"""What a function takes: a JSON schema made from signature, annotations and docstring, and the values of a call's arguments."""

from __future__ import annotations

import functools
import inspect
import json
import re
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Union

import msgspec

from nbclaude.frozen import frozen
from nbclaude.refusal import UnfitError
from nbclaude.tools.docstrings import Documented
from nbclaude.tools.kinds import fitting, notes_of
from nbclaude.tools.schemas import Schemas, value_of
from nbclaude.tools.variables import VariableError

__all__ = ["Arguments", "ReadArguments", "UnfitArgumentsError", "arguments_of"]

_CALL = "__call__"
_MAX_DEFAULT = 300  # characters of JSON
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")  # what the API takes
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
class ReadArguments:
    """The arguments of one call as Python values, and the names of the variables that are among them."""

    positional: tuple[Any, ...]
    named: Mapping[str, Any]
    variables: tuple[str, ...] = ()


@frozen
class Arguments:
    """The parameters of one function: `schema` is told to the model, `kernel_types` are types that it takes by name.

    `model` is a struct with a field for each parameter, in their order.
    """

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
        try:
            found = msgspec.structs.astuple(value_of(self.model, dict(given), names, read))
        except (msgspec.ValidationError, VariableError) as error:
            raise UnfitArgumentsError(f"The arguments do not fit: {error}") from None
        pairs = zip(self.parameters, found, strict=True)
        values = {each.name: value for each, value in pairs if value is not msgspec.UNSET}
        return ReadArguments(*self._placed(values), tuple(dict.fromkeys(read)))

    def _placed(self, values: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments that are passed by position, and those that are passed by name.

        If a later one can be passed only by position, all before it are passed by position, too.
        """
        nameless = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)
        given = [n for n, each in enumerate(self.parameters) if each.kind in nameless and each.name in values]
        placed = self.parameters[: max(given, default=-1) + 1]
        positional: list[Any] = []
        for each in placed:
            value = values.get(each.name, each.default)
            positional += value if each.kind is each.VAR_POSITIONAL else [value]
        by_name = {each.name for each in self.parameters[len(placed) :]}
        return tuple(positional), {name: value for name, value in values.items() if name in by_name}


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
    schemas, properties, fields = Schemas(), dict[str, Any](), list[Any]()
    for number, parameter in enumerate(taken):
        annotated = _type_of(parameter, hints, told)
        kind, schema = _understood(annotated, schemas, name, parameter.name)
        properties[parameter.name] = _described(schema, parameter, annotated, told)
        # Fields get names of ours, since a parameter may have a name that a struct does not allow.
        fields.append((f"field{number}", *_field(kind, is_needed=_is_needed(parameter))))
    names = {f"field{number}": parameter.name for number, parameter in enumerate(taken)}
    model = msgspec.defstruct("Arguments", fields, forbid_unknown_fields=True, kw_only=True, rename=names)
    required = [each.name for each in taken if _is_needed(each)]
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    if schemas.definitions:
        schema["$defs"] = schemas.definitions
    return Arguments(schema, model, tuple(taken), tuple(dict.fromkeys(schemas.kernel_types)))


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


def _understood(annotated: Any, schemas: Schemas, name: str, parameter: str) -> tuple[Any, dict[str, Any]]:
    """Return a parameter's type as msgspec takes it, and its schema."""
    if not _NAME.fullmatch(parameter):
        raise UnfitError(
            f"{name}: the API does not accept a parameter called {parameter}. Use at most 64 characters: the letters "
            "A to Z, digits and underscores."
        )
    try:
        kind = fitting(annotated)
        return kind, schemas.of(kind)
    except (TypeError, NameError, msgspec.ValidationError) as error:
        reason = str(error).partition("\n")[0].rstrip(":.")
        raise UnfitError(
            f"{name}: the parameter {parameter} cannot be described to the model ({reason}). "
            "Annotate it with a type of JSON, or with one class."
        ) from None


def _is_needed(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL


def _field(kind: Any, *, is_needed: bool) -> tuple[Any, ...]:
    return (kind,) if is_needed else (Union[kind, msgspec.UnsetType], msgspec.UNSET)  # noqa: UP007 - made at run time


def _described(
    schema: Mapping[str, Any], parameter: inspect.Parameter, kind: Any, told: Documented
) -> dict[str, Any]:
    """Add what is known of a parameter: words of the docstring or of its annotation, and its default."""
    words = [*notes_of(kind), told.parameters.get(parameter.name, ""), str(schema.get("description") or "")]
    words = [word for word in words if word]
    found = dict(schema)
    if words:
        found["description"] = ". ".join(dict.fromkeys(word.rstrip(".") for word in words)) + "."
    return {**found, **_default(parameter)}


def _default(parameter: inspect.Parameter) -> dict[str, Any]:
    """Return the default of a parameter as a schema has it; empty if it has none, or none that is short in JSON."""
    if parameter.default is parameter.empty:
        return {}
    try:
        plain = msgspec.to_builtins(parameter.default, str_keys=True, enc_hook=_path)
        written = json.dumps(plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return {}
    return {"default": plain} if len(written) <= _MAX_DEFAULT else {}


def _path(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError
