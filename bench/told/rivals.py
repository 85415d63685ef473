"""The texts about a frame that other tools give to a model, made by their own code, without a model."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = ["OURS", "TELLERS", "installed", "text_of"]

OURS = "nbclaude"


def _nbclaude(frame: Any) -> str:
    from nbclaude.data.frames import describe_data

    described = describe_data(frame)
    assert described is not None, type(frame)
    return described.text


def _lida(frame: Any) -> str:
    """Return lida's summary as its prompts have it, without what a model would add."""
    from lida.components.summarizer import Summarizer

    return str(Summarizer().summarize(_pandas(frame), text_gen=None, file_name="df"))


def _pandas_ai(frame: Any) -> str:
    import pandasai

    return str(pandasai.DataFrame(_pandas(frame)).serialize_dataframe())


def _data_formulator(frame: Any) -> str:
    tables = _module("data_formulator", "agents/agent_utils.py")

    class Workspace:
        """The part of data-formulator's workspace that its summary asks for."""

        def get_metadata(self) -> None:
            return None

        def read_data_as_df(self, name: str) -> Any:
            return _pandas(frame)

        def get_relative_data_file_path(self, name: str) -> str:
            raise FileNotFoundError(name)

    return str(tables.generate_data_summary([{"name": "df"}], Workspace()))


def _querychat(frame: Any) -> str:
    import narwhals.stable.v1 as nw
    from querychat._datasource import DataFrameSource

    source = DataFrameSource(nw.from_native(frame), "df")
    try:
        return str(source.get_schema(categorical_threshold=20))
    finally:
        source.cleanup()


def _pandas(frame: Any) -> Any:
    """Return a frame as a pandas frame, the only kind that some tools know."""
    if hasattr(frame, "to_dataframe"):
        return frame.to_dataframe().reset_index()
    return frame.to_pandas() if hasattr(frame, "to_pandas") else frame


def _module(package: str, path: str) -> Any:
    """Return one module of a package whose other modules need libraries that have nothing to do with it."""
    name = f"{package}_{path.replace('/', '_').removesuffix('.py')}"
    if name not in sys.modules:
        found = importlib.util.find_spec(package)
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError(package)
        spec = importlib.util.spec_from_file_location(name, f"{found.submodule_search_locations[0]}/{path}")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
    return sys.modules[name]


# By the name of the distribution; ours is first.
TELLERS: dict[str, Callable[[Any], str]] = {
    OURS: _nbclaude,
    "lida": _lida,
    "pandasai": _pandas_ai,
    "data_formulator": _data_formulator,
    "querychat": _querychat,
}


def installed(name: str) -> str:
    """Return the version of a tool; nothing if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def text_of(name: str, frame: Any) -> str:
    """Return what a tool says about a frame; nothing if it fails on it."""
    quiet = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        warnings.simplefilter("ignore")
        if name == OURS:
            return TELLERS[name](frame)
        try:
            return TELLERS[name](frame)
        except Exception:  # what another tool cannot describe counts as not described
            return ""
