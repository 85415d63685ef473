"""Fixtures around an IPython shell inside the test's own process, with the extension loaded."""

from __future__ import annotations

import atexit
import builtins
import gc
import importlib
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import nbclaude
from nbclaude import workspace
from nbclaude.client import lines
from nbclaude.magics import early_signs
from nbclaude.simulator import Simulator


class Notebook:
    """A shell that asks this test's simulator; `run` returns the cell's error, None if there was none."""

    def __init__(self, shell: InteractiveShell, simulator: Simulator) -> None:
        self.shell: Any = shell
        self.simulator = simulator

    def run(self, code: str) -> BaseException | None:
        """Run a cell."""
        result = self.shell.run_cell(code, store_history=True)
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        return error

    def sent(self, code: str) -> list[str]:
        """Run a cell that must succeed; return the prompts that arrived at the server."""
        before = len(self.simulator.requests)
        error = self.run(code)
        assert error is None, repr(error)
        return [request.prompt for request in self.simulator.requests[before:]]

    def refused(self, code: str) -> str:
        """Run a cell that must fail before anything is sent; return what is said."""
        before = len(self.simulator.requests)
        error = self.run(code)
        assert error is not None
        assert self.simulator.requests[before:] == []
        return f"{type(error).__name__}: {error}"

    def value(self, name: str) -> Any:
        """Return a variable of the notebook."""
        return self.shell.user_ns[name]


@pytest.fixture(scope="package")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """Give a shell without a history file; it lives as long as the tests of this folder."""
    config = Config()
    config.HistoryManager.enabled = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        made = InteractiveShell(config=config)
        made.display_pub = CapturingDisplayPublisher()
        yield made
        atexit.unregister(made.atexit_operations)
        made.atexit_operations()


_frozen = [0]


def _freeze_libraries() -> None:
    """Take what has been imported out of later garbage collections: each reset of a shell runs one, over all objects."""
    if len(sys.modules) > _frozen[0] + 20:
        _frozen[0] = len(sys.modules)
        gc.collect()
        gc.freeze()


@pytest.fixture
def notebook(
    shell: InteractiveShell, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Notebook]:
    """Give a shell with the extension loaded; the simulator answers whatever it is asked."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", simulator.base_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key-of-nobody-1234567890")
    monkeypatch.setattr(workspace, "_current", [])
    # A busy machine may take long to prepare a question. Whether a sign is shown meanwhile must not depend on that.
    monkeypatch.setattr("nbclaude.output.early.DELAY", 60.0)
    # An error that an earlier test left behind does not belong to this notebook.
    monkeypatch.delattr(sys, "last_value", raising=False)
    # Otherwise the first question in a process would show a waiting sign while this is loaded.
    for name in early_signs.NEEDED:
        importlib.import_module(name)
    _freeze_libraries()
    shell.reset(new_session=False)
    nbclaude.load_ipython_extension(shell)
    try:
        yield Notebook(shell, simulator)
    finally:
        nbclaude.unload_ipython_extension(shell)
        lines.close_lines()
        # What a test has set with %config would hold for all that follow in the same shell.
        shell.config.pop("ClaudeMagics", None)


class Inputs:
    """What a front end is asked to put into the next cell, or into the one that runs."""

    def __init__(self, shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shell = shell
        self.texts: list[tuple[str, bool]] = []
        self._patch = monkeypatch
        monkeypatch.setattr(shell, "set_next_input", self._take, raising=False)

    def _take(self, text: str, replace: bool = False) -> None:
        self.texts.append((text, replace))
        self.shell.payload_manager.write_payload(
            {"source": "set_next_input", "text": text, "replace": replace}
        )

    def request(
        self,
        cell: str | None = "cell-1",
        *,
        run: str = "",
        stdin: bool = True,
        code: str = "",
        **metadata: Any,
    ) -> None:
        """Let the next cell be run by a front end that tells this."""
        parent = {
            "header": {"msg_id": run or uuid4().hex},
            "metadata": {**metadata, **({"cellId": cell} if cell else {})},
            "content": {"code": code, "allow_stdin": stdin},
        }
        self._patch.setattr(self.shell, "get_parent", lambda: parent, raising=False)


@pytest.fixture
def inputs(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Inputs:
    """Give what the front end is asked to put into cells."""
    return Inputs(notebook.shell, monkeypatch)


def type_lines(monkeypatch: pytest.MonkeyPatch, *lines: str) -> list[str]:
    """Let the user type these lines; return what they are asked."""
    left, asked = list(lines), []

    def typing(prompt: str = "") -> str:
        asked.append(prompt)
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr(builtins, "input", typing)
    return asked
