"""Looks at frames, arrays and tensors by the accessors of their own libraries: shapes, dtypes, columns and a few values.

Only libraries that the kernel has loaded are asked, and only for what they hold in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from nbclaude.context.glance.glance import Glance, Looking, glance, is_a, is_hidden_name, listed, type_of
from nbclaude.secrets.marks import mask_of

__all__ = ["columns_of", "look"]

_COUNTED = 1_000_000  # rows up to which missing values are counted
_SMALL = 10  # values of an array that are shown whole
_MANY = 8  # columns that are told one by one
_COLUMNS_ROOM = 600  # characters of the columns of a frame


def look(value: Any, looking: Looking) -> Glance | None:
    """Return what a value of a known library is; None for any other."""
    for module, kind, looker in _LOOKERS:
        found = _class(module, kind)
        if found is not None and is_a(value, found):
            return looker(value, looking)
    return None


def _class(module: str, kind: str) -> type | None:
    # `vars`: asking some modules for what they do not have loads half of them.
    found = vars(sys.modules[module]).get(kind) if module in sys.modules else None
    return found if isinstance(found, type) else None


def columns_of(value: Any) -> tuple[str, ...]:
    """Return the names of the columns (of a frame), items or variables that are texts; nothing for what has none."""
    pandas_frame, polars_frame = _class("pandas", "DataFrame"), _class("polars", "DataFrame")
    if pandas_frame is not None and is_a(value, pandas_frame):
        return tuple(str(each) for each in _plain_pandas(value).columns)
    if polars_frame is not None and is_a(value, polars_frame):
        return tuple(value.columns)
    series = _class("pandas", "Series")
    if series is not None and is_a(value, series) and len(value) <= 10_000:
        return tuple(str(each) for each in _plain_pandas(value).index.tolist()[:2_000])
    return ()


def _plain_pandas(value: Any) -> Any:
    """Return a frame or series as the class of pandas, so that what a subclass of the user's has overridden is not run."""
    pandas = sys.modules["pandas"]
    for name in ("DataFrame", "Series"):
        base = getattr(pandas, name)
        if is_a(value, base):
            return value if type(value) is base else base(object.__getattribute__(value, "_mgr"), copy=False)
    return value


def _frame(value: Any, looking: Looking) -> Glance:
    frame = _plain_pandas(value)
    rows, columns = frame.shape
    names, dtypes = list(frame.columns), list(frame.dtypes)
    described = [f"{_name(name)} {dtype}" for name, dtype in zip(names, dtypes, strict=True)]
    kind = f"{type_of(value)} ({rows:,}, {columns:,}), columns: {_wanted_first(described, names, looking)}"
    kind = kind if columns else f"{type_of(value)} ({rows:,}, 0), without columns"
    kind += f"; {_index(frame.index, values=False)}" if looking.depth > 0 else ""
    shown = (
        kind
        if type(frame.index).__name__ == "RangeIndex" or looking.depth <= 0
        else f"{kind} {_labels(frame.index)}"
    )
    if double := [_name(name) for name in frame.columns[frame.columns.duplicated()]][:5]:
        shown += f"; twice: {', '.join(double)}"
        kind += f"; twice: {', '.join(double)}"
    samples = [
        f"{_name(name)}: {_sample(frame.iloc[:, place], str(name))}"
        for place, name in enumerate(names)
        if str(name) in looking.columns and rows
    ][:5]
    return Glance(kind, "; ".join([shown, *samples]))


def _wanted_first(described: Sequence[str], names: Sequence[object], looking: Looking) -> str:
    """Return the columns within their room; those that the code names go first where they are too many for it."""
    room = _COLUMNS_ROOM if looking.depth > 0 else 80
    if len(described) > _MANY and looking.depth > 0:
        return _by_dtype(described, names, looking, room)
    if sum(len(each) + 2 for each in described) > room:
        order = sorted(range(len(names)), key=lambda n: str(names[n]) not in looking.columns)
        described = [described[n] for n in order]
    return listed(described, len(described), room)


def _by_dtype(described: Sequence[str], names: Sequence[object], looking: Looking, room: int) -> str:
    """Return the columns by their dtypes: `float64: a, b, c; object: name`."""
    grouped: dict[str, list[str]] = {}
    order = sorted(range(len(names)), key=lambda n: str(names[n]) not in looking.columns)
    for n in order:
        name, _, dtype = described[n].rpartition(" ")
        grouped.setdefault(dtype, []).append(name)
    each = max(room // len(grouped), 60)
    return "; ".join(f"{dtype}: {listed(found, len(found), each)}" for dtype, found in grouped.items())


def _name(name: object) -> str:
    return (
        name
        if isinstance(name, str) and name.isidentifier()
        else repr(name)
        if type(name) in (str, tuple, int)
        else str(name)
    )


def _index(index: Any, *, values: bool) -> str:
    kind = type(index).__name__
    if kind == "RangeIndex":
        return f"RangeIndex {index.start}..{index.stop - 1}" if len(index) else "RangeIndex, empty"
    if kind == "MultiIndex":
        return f"MultiIndex of {', '.join(map(str, index.names))}"
    named = f" {index.name!r}" if index.name is not None else ""
    said = f"{kind}{named} {index.dtype}"
    if not index.is_unique:
        said += ", with duplicates"
    return f"{said} {_labels(index)}" if values else said


def _labels(index: Any) -> str:
    return f"[{listed([_short(each) for each in index[:3].tolist()], len(index), 80)}]"


def _sample(series: Any, name: str) -> str:
    """Return the first values of a column, how many are missing, and the Python types in it where they are mixed."""
    if secret := is_hidden_name(name):
        return mask_of(secret.kind)
    # A row of a frame has the names of the columns as its labels.
    labels = series.index[:4].tolist()
    values = series.iloc[:4].tolist()
    texts = [glance(value, _text(label), _SHORT).text() for label, value in zip(labels, values, strict=True)]
    shown = f"[{listed(texts, len(series), 120)}]"
    if len(series) <= _COUNTED and (missing := int(series.isna().sum())):
        shown += f", {missing:,} missing"
    if str(series.dtype) == "object":
        kinds = sorted({type_of(each) for each in series.iloc[:1_000].tolist()})
        shown += f", of {', '.join(kinds[:4])}" if len(kinds) > 1 or kinds != ["str"] else ""
    return shown


_SHORT = Looking(depth=0, room=40, items=3)


def _short(value: object) -> str:
    return glance(value, "", _SHORT).text()


def _text(label: object) -> str:
    return label if type(label) is str else ""


def _series(value: Any, looking: Looking) -> Glance:
    series = _plain_pandas(value)
    named = f" {series.name!r}" if isinstance(series.name, str) else ""
    kind = f"{type_of(value)}{named} {series.dtype} ({len(series):,},)"
    kind += f", {_index(series.index, values=False)}" if looking.depth > 0 else ""
    name = series.name if isinstance(series.name, str) else ""
    labels = "" if type(series.index).__name__ == "RangeIndex" else f" {_labels(series.index)}"
    return Glance(kind, f"{kind}{labels}: {_sample(series, name)}" if len(series) else kind)


def _pandas_index(value: Any, _: Looking) -> Glance:
    return Glance(
        f"{_index(value, values=False)} ({len(value):,},)", f"{_index(value, values=True)} ({len(value):,},)"
    )


def _grouped(value: Any, _: Looking) -> Glance:
    held = object.__getattribute__(value, "__dict__")
    keys = held.get("keys")
    said = f" by {glance(keys).text()}" if keys is not None else ""
    inner = held.get("obj")
    over = f" of {glance(inner, '', Looking(depth=0)).kind}" if inner is not None else ""
    return Glance(f"{type_of(value)}{said}{over}")


def _shown(value: Any, looking: Looking) -> Glance:
    return Glance(type_of(value), repr(value)[: looking.room])


def _array(value: Any, looking: Looking) -> Glance:
    numpy = sys.modules["numpy"]
    base = numpy.ndarray
    shape, dtype = base.shape.__get__(value), base.dtype.__get__(value)
    kind = f"{type_of(value)} {dtype} {_shape(shape)}"
    is_mapped = any(each.__name__ == "memmap" for each in type.mro(type(value)))
    if is_mapped or dtype.names:
        return Glance(kind + (f" with fields {', '.join(dtype.names)}" if dtype.names else ""))
    plain = base.view(value, base)
    count = plain.size
    if not count:
        return Glance(kind, f"{kind}, empty")
    items = plain.flat[: _SMALL if count <= _SMALL else 4].tolist()
    shown = f"{kind}: [{listed([_short(each) for each in items], count, looking.room)}]"
    if dtype.kind == "f" and count <= _COUNTED:
        missing = int(numpy.isnan(plain).sum())
        shown += f", {missing:,} nan" if missing else ""
    if dtype.kind == "O":
        kind += f" of {', '.join(sorted({type_of(each) for each in plain.flat[:100].tolist()})[:4])}"
        shown = f"{kind}: [{listed([_short(each) for each in items], count, looking.room)}]"
    return Glance(kind, shown)


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _scalar(value: Any, _: Looking) -> Glance:
    return Glance(type_of(value), f"{type_of(value)} {value.item()!r}")


def _polars_frame(value: Any, looking: Looking) -> Glance:
    names, dtypes = value.columns, value.dtypes
    described = [f"{_name(name)} {dtype}" for name, dtype in zip(names, dtypes, strict=True)]
    kind = f"polars.DataFrame {_shape(value.shape)}, columns: {_wanted_first(described, names, looking)}"
    samples = []
    for name in [each for each in names if each in looking.columns][:5]:
        secret = is_hidden_name(name)
        few = [] if secret else value.get_column(name).head(4).to_list()
        shown = (
            mask_of(secret.kind)
            if secret
            else f"[{listed([_short(each) for each in few], value.height, 120)}]"
        )
        samples.append(f"{name}: {shown}")
    return Glance(kind, "; ".join([kind, *samples]))


def _polars_series(value: Any, _: Looking) -> Glance:
    kind = f"polars.Series {value.name!r} {value.dtype} ({value.len():,},)"
    if secret := is_hidden_name(value.name):
        return Glance(kind, f"{kind}: {mask_of(secret.kind)}")
    few = value.head(4).to_list()
    return Glance(kind, f"{kind}: [{listed([_short(each) for each in few], value.len(), 120)}]")


def _lazy(value: Any, _: Looking) -> Glance:
    return Glance(f"{type_of(value)}, a query that is not computed")


def _tensor(value: Any, looking: Looking) -> Glance:
    kind = f"{type_of(value)} {str(value.dtype).removeprefix('torch.')} {_shape(tuple(value.shape))} on {value.device}"
    kind += ", requires_grad" if value.requires_grad else ""
    if value.numel() > _SMALL or str(value.device) != "cpu":
        return Glance(kind)
    return Glance(kind, f"{kind}: {value.detach().tolist()}"[: looking.room])


def _sparse(value: Any, _: Looking) -> Glance:
    return Glance(f"{type_of(value)} {value.dtype} {_shape(value.shape)}, {value.nnz:,} stored")


def _xarray(value: Any, _: Looking) -> Glance:
    sizes = ", ".join(f"{name}: {size}" for name, size in value.sizes.items())
    if type(value).__name__ == "DataArray":
        return Glance(f"xarray.DataArray {value.dtype} ({sizes})")
    return Glance(
        f"xarray.Dataset ({sizes}), variables: {listed(list(map(str, value.data_vars)), len(value.data_vars), 300)}"
    )


_Looker = Callable[[Any, Looking], Glance]

_LOOKERS: tuple[tuple[str, str, _Looker], ...] = (
    ("pandas", "DataFrame", _frame),
    ("pandas", "Series", _series),
    ("pandas", "Index", _pandas_index),
    ("pandas.core.groupby", "GroupBy", _grouped),
    ("pandas.core.groupby.groupby", "GroupBy", _grouped),
    ("pandas", "Timestamp", _shown),
    ("pandas", "Timedelta", _shown),
    ("pandas", "Period", _shown),
    ("numpy", "ndarray", _array),
    ("numpy", "generic", _scalar),
    ("numpy", "dtype", _shown),
    ("polars", "DataFrame", _polars_frame),
    ("polars", "Series", _polars_series),
    ("polars", "LazyFrame", _lazy),
    ("torch", "Tensor", _tensor),
    ("scipy.sparse._base", "_spbase", _sparse),
    ("xarray", "Dataset", _xarray),
    ("xarray", "DataArray", _xarray),
)
