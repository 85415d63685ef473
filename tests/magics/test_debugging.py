"""The debugger never opens in our frames: nowhere for a cell, in the user's function where that asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.magics.conftest import Notebook


class Debugger:
    """Stands where pdb would be opened, and notes where."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.botframe: Any = None

    def reset(self) -> None:
        """Begin."""

    def interaction(self, frame: Any, error: Any) -> None:
        """Note the innermost frame."""
        trace = error.__traceback__ if isinstance(error, BaseException) else error
        while trace.tb_next is not None:
            trace = trace.tb_next
        self.opened.append((trace.tb_frame.f_code.co_name, dict(trace.tb_frame.f_locals)))


@pytest.fixture
def debugger(notebook: Notebook) -> Any:
    """Give a shell with `%pdb on` whose debugger only notes."""
    notebook.shell.InteractiveTB.pdb = found = Debugger()
    notebook.shell.call_pdb = True
    yield found
    notebook.shell.call_pdb = False
    notebook.shell.InteractiveTB.pdb = None


FAILING = "%claude --tools nothing Hi {x}"


@pytest.mark.parametrize("mode", ["Context", "Plain", "Verbose", "Minimal", "Docs"])
def test_a_cell_s_ask_opens_no_debugger(
    notebook: Notebook, debugger: Debugger, mode: str, capsys: Any
) -> None:
    notebook.run(f"%xmode {mode}")
    capsys.readouterr()
    notebook.refused(FAILING)
    notebook.refused(f"r = {FAILING}")
    notebook.refused(f"%time {FAILING}")
    notebook.refused("%%claude --tools nothing\nHi")
    notebook.refused(f"for x in (1, 2):\n    {FAILING}")
    notebook.run("import signal\nclass X:\n    @property\n    def x(self): signal.raise_signal(2)\nx = X()")
    notebook.refused("%claude {x.x}")
    assert debugger.opened == []
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert said.out.count("ConfigurationError") == 5
    notebook.run("%xmode Context")


def test_it_opens_in_the_function_that_asked(notebook: Notebook, debugger: Debugger) -> None:
    notebook.run(f"def f(x):\n    mine = 1\n    {FAILING}\nf('Ulm')")
    notebook.run("def g(x):\n    mine = 2\n    r = %claude --json nothing {x}\ng('Ulm')")
    notebook.run("import nbclaude\ndef h():\n    mine = 3\n    nbclaude.ask('')\nh()")
    notebook.run(f"class A:\n    def m(self):\n        mine = 4\n        %time {FAILING}\nA().m()")
    assert [(name, own["mine"]) for name, own in debugger.opened] == [("f", 1), ("g", 2), ("h", 3), ("m", 4)]


def test_other_errors_open_it_where_they_did(notebook: Notebook, debugger: Debugger) -> None:
    notebook.run("def f():\n    1/0\nf()")
    notebook.run("1/0")
    assert [name for name, _ in debugger.opened] == ["f", "<module>"]


def test_debug_afterwards(notebook: Notebook, debugger: Debugger, capsys: Any) -> None:
    notebook.shell.call_pdb = False
    notebook.run(FAILING)
    capsys.readouterr()
    notebook.run("%debug")
    assert capsys.readouterr().out.strip() == (
        "The last error says what is wrong; there is no code of yours to debug."
    )
    notebook.run(f"def f(x):\n    {FAILING}\nf(1)")
    notebook.run("%debug")
    assert [name for name, _ in debugger.opened] == ["f"]


def test_a_handler_of_the_user_s_gets_the_error(notebook: Notebook, debugger: Debugger) -> None:
    notebook.run(
        "seen = []\n"
        "def handler(shell, kind, error, trace, tb_offset=None):\n"
        "    seen.append(kind.__name__)\n"
        "    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)\n"
        "get_ipython().set_custom_exc((Exception,), handler)"
    )
    try:
        notebook.run(FAILING)
        assert notebook.value("seen") == ["ConfigurationError"]
        assert debugger.opened == []
    finally:
        notebook.shell.set_custom_exc((), None)


def test_unloading_leaves_the_shell_s_own(notebook: Notebook) -> None:
    import nbclaude

    assert "debugger" in vars(notebook.shell)
    nbclaude.unload_ipython_extension(notebook.shell)
    assert "debugger" not in vars(notebook.shell)
    nbclaude.load_ipython_extension(notebook.shell)
