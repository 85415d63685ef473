"""Mends arrays that do not fit each other, from their shapes: transposed, cut, or with an axis more."""

from __future__ import annotations

import math
import re

from .wording import code

__all__ = ["mended_shapes"]

_SHAPE = re.compile(r"^([\w.]+) = (?:\w+\.)?(?:ndarray|Tensor) \S+ \(([\d, ]+)\)", re.MULTILINE)
_SIZE = re.compile(r"cannot reshape array of size (\d+)")
_RESHAPE = re.compile(r"(reshape\((?:\w+, *)?)(\(?)\s*(\d+)\s*,\s*(\d+)\s*(\)?)\)")
_NAME = r"\b([A-Za-z_][\w.]*)"
# Two arrays and what stands around them: `a @ b`, `np.dot(a, b)`, `a.dot(b)`.
_PRODUCTS = (
    re.compile(rf"()({_NAME})(\s*@\s*)({_NAME})()"),
    re.compile(rf"(\b\w+\.(?:dot|matmul)\()({_NAME})(\s*,\s*)({_NAME})(\))"),
    re.compile(r"()(([A-Za-z_]\w*))(\.(?:dot|matmul)\()(([A-Za-z_][\w.]*))(\))"),
)
_SUM = re.compile(rf"()({_NAME})(\s*[-+*/]\s*)({_NAME})()")

_Shape = tuple[int, ...]


def mended_shapes(failure: str, source: str) -> tuple[str, str] | None:
    """Return what is said, and the cell with arrays that fit; None where the shapes do not tell how."""
    if size := _SIZE.search(failure):
        return _reshaped(int(size[1]), source)
    shapes = {
        name: tuple(int(each) for each in text.split(",") if each.strip())
        for name, text in _SHAPE.findall(failure)
    }
    for pattern in (*_PRODUCTS, _SUM):
        for found in pattern.finditer(source):
            before, left, sign, right, after = found[1], found[2], found[4], found[5], found[7]
            if left not in shapes or right not in shapes:
                continue
            fit = (_sum if pattern is _SUM else _product)(left, shapes[left], right, shapes[right])
            if fit is not None:
                said, one, other = fit
                new = f"{before}{one}{sign}{other}{after}"
                shown = f"{code(left)} is {shapes[left]} and {code(right)} is {shapes[right]}."
                return f"{shown} {said}", source[: found.start()] + new + source[found.end() :]
    return None


def _product(left: str, one: _Shape, right: str, other: _Shape) -> tuple[str, str, str] | None:
    """Fit the last axis of the first to the first axis of the second."""
    if not one or not other or one[-1] == other[0]:
        return None
    if len(other) == 2 and one[-1] == other[1]:
        return "Transposed, the second one fits.", left, f"{right}.T"
    if len(one) == 2 and one[0] == other[0]:
        return "Transposed, the first one fits.", f"{left}.T", right
    if one[-1] > other[0]:
        return f"The first {other[0]} columns fit.", f"{left}[..., :{other[0]}]", right
    return f"The first {one[-1]} rows of the second one fit.", left, f"{right}[:{one[-1]}]"


def _sum(left: str, one: _Shape, right: str, other: _Shape) -> tuple[str, str, str] | None:
    """Fit the shapes of what is added or multiplied value by value."""
    if one == other or not one or not other:
        return None
    if len(one) == 2 and one == other[::-1]:
        return "Transposed, the second one fits.", left, f"{right}.T"
    if len(one) == 2 and len(other) == 1 and one[0] == other[0] != one[1]:
        return "With an axis more, each row gets its value.", left, f"{right}[:, None]"
    if len(other) == 2 and len(one) == 1 and other[0] == one[0] != other[1]:
        return "With an axis more, each row gets its value.", f"{left}[:, None]", right
    if len(one) == len(other) == 1:
        shorter = min(one[0], other[0])
        return f"The first {shorter} values of both fit.", f"{left}[:{shorter}]", f"{right}[:{shorter}]"
    return None


def _reshaped(size: int, source: str) -> tuple[str, str] | None:
    found = _RESHAPE.search(source)
    if found is None:
        return None
    rows, columns = int(found[3]), int(found[4])
    if columns and size % columns == 0:
        shape, said = f"-1, {columns}", f"{size} values make rows of {columns}; -1 lets their number decide."
    elif rows and size % rows == 0:
        shape, said = f"{rows}, -1", f"{size} values make {rows} rows; -1 lets their length decide."
    else:
        rows = max(n for n in range(1, math.isqrt(size) + 1) if size % n == 0) if size else 1
        shape, said = f"{rows}, -1", f"{size} values make neither {found[3]} rows nor rows of {found[4]}."
    new = f"{found[1]}{found[2]}{shape}{found[5]})"
    return said, source[: found.start()] + new + source[found.end() :]
