"""Loading, unloading, settings, connections and keys, in a real kernel and in a terminal IPython."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbclaude.simulator import Simulator
from tests.kernel.kernel import CANARY_KEY, Kernel

CANARY = "sk-ant-api03-canary-7f3e9b1d5c"
TRACES = (
    "[sorted(n for n in ip.magics_manager.magics['line'] if 'claude' in n),"
    " sorted(n for n in ip.magics_manager.magics['cell'] if 'claude' in n),"
    " sorted(n for n in ip.magics_manager.registry if 'Claude' in n or 'Manage' in n),"
    " [type(c).__name__ for c in ip.configurables if type(c).__module__.startswith('nbclaude')],"
    " [t for t in ip.input_transformer_manager.cleanup_transforms if t.__module__.startswith('nbclaude')],"
    " [t for t in ip.input_transformer_manager.token_transformers if t.__module__.startswith('nbclaude')],"
    " [c for c in ip.events.callbacks['pre_run_cell'] if 'nbclaude' in repr(c)],"
    " [n for n in ip.user_ns if 'claude' in n and not n.startswith('_i')],"
    " [n for n in ip.user_ns_hidden if 'claude' in n]]"
)


def test_unload_leaves_no_trace(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A")
    claude_kernel.run("%claude Q")
    assert claude_kernel.run("%unload_ext nbclaude").ok
    traces = claude_kernel.run(f"ip = get_ipython()\n{TRACES}").result
    assert traces == "[[], [], [], [], [], [], [], [], []]"
    assert "not found" in claude_kernel.run("%claude hi").stderr


def test_reload_keeps_one_instance_and_the_conversation(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("A1", "A2")
    claude_kernel.run("%claude Q1", cell_id="a")
    assert claude_kernel.run("%reload_ext nbclaude\n%load_ext nbclaude").ok
    count = "sum(type(c).__name__ == 'ClaudeMagics' for c in get_ipython().configurables)"
    assert claude_kernel.value(count) == "1"
    claude_kernel.run("%claude what now?", cell_id="b")
    assert len(simulator.requests[-1].messages) == 3


def test_loading_imports_nothing_heavy(fresh_kernel: Kernel) -> None:
    # A moment after the cell, an idle kernel loads what the first question needs.
    fresh_kernel.run(
        "import sys\nbefore = {*sys.modules}\n%load_ext nbclaude\nloaded = {*sys.modules} - before"
    )
    heavy = "{'httpx', 'markdown_it', 'ipywidgets', 'tenacity', 'PIL', 'asyncio.sslproto'}"
    assert fresh_kernel.value(f"sorted(loaded & {heavy}), 'nbclaude.workspace' in loaded") == "[] True"


def test_lazy_magics(fresh_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("lazy")
    fresh_kernel.run(
        f"import os\nos.environ['ANTHROPIC_BASE_URL'] = {simulator.base_url!r}\nos.environ['ANTHROPIC_API_KEY'] = 'k'\n"
        "get_ipython().magics_manager.lazy_magics['claude'] = 'nbclaude'"
    )
    assert "lazy" in fresh_kernel.run("%claude hi").html


def test_precedence_of_settings(claude_kernel: Kernel, simulator: Simulator) -> None:
    def model_sent(line: str = "%claude hi") -> str:
        simulator.enqueue("ok")
        done = claude_kernel.run(line)
        assert done.ok, done.error
        return str(simulator.requests[-1].json["model"])

    assert model_sent() == "claude-sonnet-5-5"
    claude_kernel.run("os.environ['ANTHROPIC_MODEL'] = 'claude-haiku-5-5'")
    assert model_sent() == "claude-haiku-5-5"
    claude_kernel.run("%config ClaudeMagics.model = 'claude-opus-5-5'")
    assert model_sent() == "claude-opus-5-5"
    assert model_sent("%claude -m claude-fable-5-2 hi") == "claude-fable-5-2"
    claude_kernel.run("os.environ['ANTHROPIC_MODEL'] = ''\n%unload_ext nbclaude")
    claude_kernel.run("get_ipython().config.ClaudeMagics.model = 'claude-opus-5'\n%load_ext nbclaude")
    assert model_sent() == "claude-opus-5"


def test_traits_reach_the_request(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("ok")
    claude_kernel.run("%config ClaudeMagics.max_tokens = 77\n%config ClaudeMagics.system = 'be kind'")
    claude_kernel.run("%claude hi")
    request = simulator.requests[-1]
    assert (request.json["max_tokens"], request.json["system"]) == (77, "be kind")
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert request.headers["x-api-key"] == CANARY_KEY


@pytest.mark.parametrize("ending", ["/", "/v1", "/v1/", "/v1/messages", "/v1/messages/"])
def test_base_urls(claude_kernel: Kernel, simulator: Simulator, ending: str) -> None:
    simulator.enqueue("ok")
    claude_kernel.run(f"%config ClaudeMagics.base_url = {simulator.base_url + ending!r}")
    assert claude_kernel.run("%claude hi").ok
    assert simulator.requests[-1].path == "/v1/messages"


def test_without_a_key_one_line_names_the_variable_and_the_demo(kernel: Kernel) -> None:
    failed = kernel.run("%load_ext nbclaude\n%claude hi")
    (output,) = failed.outputs
    assert output["ename"] == "MissingKeyError"
    assert "ANTHROPIC_API_KEY" in output["evalue"] and "%claude_demo" in output["evalue"]
    assert len(output["traceback"]) == 1


def test_state(claude_kernel: Kernel, simulator: Simulator) -> None:
    (state,) = [text for text in claude_kernel.run("%claude").data("text/plain") if text]
    assert "claude-sonnet-5-5" in state and simulator.base_url in state and "main, 0 turns" in state
    assert "from ANTHROPIC_API_KEY" in state and CANARY_KEY not in state


def test_the_key_is_in_the_header_and_nowhere_else(claude_kernel: Kernel, simulator: Simulator) -> None:
    claude_kernel.run(f"os.environ['ANTHROPIC_API_KEY'] = '{CANARY[:20]}' + '{CANARY[20:]}'")
    simulator.enqueue("hello")
    runs = [
        claude_kernel.run(code)
        for code in (
            "%claude hi",
            "%claude",
            "%config ClaudeMagics",
            "_claude",
            "vars(get_ipython().magics_manager.registry['ClaudeMagics'])",
            "from nbclaude.workspace import current_workspace as w\nw().connection(w().settings({}))",
            "%config ClaudeMagics.base_url = 'http://127.0.0.1:9'\n%config ClaudeMagics.max_retries = 0\n%claude hi",
            "%xmode Verbose\n%claude again",
        )
    ]
    assert simulator.requests[0].headers["x-api-key"] == CANARY
    assert runs[-2].error["ename"] == "APIConnectionError"
    for done in runs:
        assert CANARY not in repr([message.content for message in done.messages])


def test_the_demo_needs_no_way_around_a_proxy(kernel: Kernel) -> None:
    kernel.run("import os\nfor name in ('HTTP_PROXY', 'ALL_PROXY'): os.environ[name] = 'http://127.0.0.1:9'")
    kernel.run("%load_ext nbclaude\n%claude_demo")
    assert "4" in kernel.run("%claude 2+2").html
    kernel.run(
        "os.environ['ALL_PROXY'] = 'carrier-pigeon://x'\nos.environ['ANTHROPIC_API_KEY'] = 'k'\n%claude_demo off"
    )
    kernel.run("os.environ['ANTHROPIC_BASE_URL'] = 'https://gateway.invalid'")
    failed = kernel.run("%claude hi")
    assert failed.error["ename"] == "APIConnectionError" and "ALL_PROXY" in failed.error["evalue"]
    kernel.run("for name in ('HTTP_PROXY', 'ALL_PROXY'): del os.environ[name]")


def test_demo_and_back(kernel: Kernel) -> None:
    kernel.run("%load_ext nbclaude")
    assert "demo model, not Claude" in kernel.run("%claude_demo").stdout
    assert kernel.run("%claude_demo").ok
    answer = kernel.run("%%claude\nwhat is 17 * 3?")
    assert "51" in answer.html and "demo model, not Claude" in answer.html
    assert kernel.run("%claude_demo off").ok
    assert kernel.run("%claude hi").error["ename"] == "MissingKeyError"
    assert (
        kernel.value("[t.name for t in __import__('threading').enumerate() if 'imulator' in t.name]") == "[]"
    )


def terminal(tmp_path: Path, simulator: Simulator, lines: list[str]) -> str:
    """What `ipython` in a terminal prints for these lines."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "IPYTHONDIR": str(tmp_path),
        "TERM": "dumb",
        "ANTHROPIC_BASE_URL": simulator.base_url,
        "ANTHROPIC_API_KEY": "k",
    }
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"]
    done = subprocess.run(
        command,
        input="\n".join(lines) + "\n",
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        cwd=tmp_path,
    )
    return done.stdout + done.stderr


def test_a_terminal_prints_the_answer_once_as_text(tmp_path: Path, simulator: Simulator) -> None:
    simulator.enqueue("The **answer**\n\n- one\n- two", "second", "third")
    lines = [
        "%load_ext nbclaude",
        "%claude what is it?",
        "get_ipython().run_cell('%%claude\\nmore\\nthan one line?\\n');",
        "%claude_history",
    ]
    printed = terminal(tmp_path, simulator, lines)
    assert printed.count("The **answer**") == 1, printed
    assert len(re.findall(r"The answer .*\n.* one two", printed)) == 1, (
        printed
    )  # its excerpt in the history, wrapped
    assert "- one\n- two\n(claude-sonnet-5-5" in printed
    assert simulator.requests[1].prompt == "more\nthan one line?"
    assert "<div" not in printed and "<style" not in printed
    assert re.search(r"turn +cell +question", printed)


def test_a_profile_loads_and_configures_it(tmp_path: Path, simulator: Simulator) -> None:
    profile = tmp_path / "profile_default"
    profile.mkdir()
    (profile / "ipython_config.py").write_text(
        "c.InteractiveShellApp.extensions = ['nbclaude']\nc.ClaudeMagics.model = 'claude-opus-5-5'\n"
    )
    simulator.enqueue("ok")
    terminal(tmp_path, simulator, ["%claude hi"])
    assert simulator.requests[0].json["model"] == "claude-opus-5-5"
