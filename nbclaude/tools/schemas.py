"""The JSON schema of a parameter's type, and the conversion of a JSON value to that type.

Values that JSON cannot express (frames, arrays, objects of the kernel) are passed only by the name of a variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from nbclaude.tools.kinds import AnyOf, classes_of
from nbclaude.tools.variables import VariableError, variable_named

__all__ = ["Schemas", "value_of"]

_ANY = {"type": ["string", "number", "boolean", "array", "object", "null"]}


class Schemas:
    """Makes the schemas of one function's parameters. Types that they mention go into `definitions`.

    `kernel_types` are the types that only the kernel has.
    """

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}
        self.kernel_types: list[type] = []

    def of(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a type.

        Raises:
            TypeError: JSON cannot express it.
            NameError: it mentions a name that does not exist.

        """
        [schema], more = msgspec.json.schema_components(
            [kind], schema_hook=self._of_other, ref_template="#/$defs/{name}"
        )
        self.definitions |= more
        return dict(schema) or dict(_ANY)

    def _of_other(self, kind: Any) -> dict[str, Any]:
        """Describe what msgspec cannot: a union, a pydantic model, a path, or a variable of the kernel."""
        if isinstance(kind, AnyOf):
            return self._of_any(kind.kinds)
        if hasattr(kind, "model_json_schema"):
            schema = dict(kind.model_json_schema(ref_template="#/$defs/{model}"))
            self.definitions |= schema.pop("$defs", {})
            return schema
        if _is_path(kind):
            return {"type": "string", "description": "a path"}
        return self._of_variable(classes_of(kind))

    def _of_any(self, kinds: tuple[Any, ...]) -> dict[str, Any]:
        ours = [each for each in kinds if _is_of_kernel(each)]
        found = [self.of(each) for each in kinds if each not in ours]
        if ours:
            found.insert(0, self._of_variable(tuple(one for each in ours for one in classes_of(each))))
        return found[0] if len(found) == 1 else {"anyOf": found}

    def _of_variable(self, classes: tuple[type, ...]) -> dict[str, Any]:
        self.kernel_types += classes
        names = " or ".join(each.__name__ for each in classes)
        return {"type": "string", "description": f"the name of a variable that holds a value of type {names}"}


def value_of(kind: Any, value: Any, names: Mapping[str, Any], read: list[str]) -> Any:
    """Convert a JSON value to a type; variables are looked up among `names`, and their names are added to `read`.

    Numbers and booleans may be written as strings, as models sometimes do.

    Raises:
        msgspec.ValidationError: it does not fit.
        VariableError: there is no such variable.

    """

    def of_other(other: Any, inner: Any) -> Any:
        return _value_of_other(other, inner, names, read)

    return msgspec.convert(value, kind, strict=False, str_keys=True, dec_hook=of_other)


def _value_of_other(kind: Any, value: Any, names: Mapping[str, Any], read: list[str]) -> Any:
    if isinstance(kind, AnyOf):
        return _first_of(kind.kinds, value, names, read)
    if hasattr(kind, "model_validate"):
        try:
            return kind.model_validate(value)
        except ValueError as error:
            raise VariableError(str(error)) from None
    if _is_path(kind):
        return kind(str(value))
    return _variable(value, classes_of(kind), names, read)


def _first_of(kinds: tuple[Any, ...], value: Any, names: Mapping[str, Any], read: list[str]) -> Any:
    """Return the value as the first of these types that it fits; a variable is tried before a text."""
    classes = tuple(one for each in kinds if _is_of_kernel(each) for one in classes_of(each))
    problem: Exception | None = None
    if classes:
        try:
            return _variable(value, classes, names, read)
        except VariableError as error:
            problem = error
    for kind in kinds:
        if _is_of_kernel(kind):
            continue
        try:
            return value_of(kind, value, names, read)
        except (msgspec.ValidationError, VariableError) as error:
            problem = problem or error
    raise VariableError(str(problem)) from None


def _variable(value: Any, classes: tuple[type, ...], names: Mapping[str, Any], read: list[str]) -> Any:
    found = variable_named(value, classes, names)
    read.append(str(value))
    return found


def _is_path(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Path)


def _is_of_kernel(kind: Any) -> bool:
    """Tell whether a member of a union is a class that only the kernel has."""
    from msgspec.inspect import CustomType, type_info

    try:
        is_custom = isinstance(type_info(kind), CustomType)
    except (TypeError, NameError):
        return False
    return is_custom and not (isinstance(kind, AnyOf) or hasattr(kind, "model_validate") or _is_path(kind))
