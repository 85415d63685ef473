from __future__ import annotations

import ast
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import nbclaude
from nbclaude.simulator import Simulator

ROOT = Path(nbclaude.__file__).parent

# Every public module and exactly what it offers.
EXPORTS = {
    "nbclaude": [
        "CodeBlock",
        "Reply",
        "ToolCall",
        "__version__",
        "ask",
        "computer",
        "load_ipython_extension",
        "tool",
        "unload_ipython_extension",
    ],
    "nbclaude.errors": [
        "APIConnectionError",
        "APIError",
        "APIResponseValidationError",
        "APIStatusError",
        "APITimeoutError",
        "AnswerInterrupted",
        "AuthenticationError",
        "BadRequestError",
        "BillingError",
        "BudgetError",
        "ConfigurationError",
        "ConflictError",
        "DeadlineExceededError",
        "IncompleteStreamError",
        "InternalServerError",
        "MissingKeyError",
        "NbclaudeError",
        "NotFoundError",
        "OverloadedError",
        "PermissionDeniedError",
        "RateLimitError",
        "RequestTimeoutError",
        "RequestTooLargeError",
        "SpendLimitError",
        "UnprocessableEntityError",
        "status_error",
    ],
    "nbclaude.simulator": [
        "Answer",
        "Block",
        "DEMO_HEADER",
        "DEMO_MODEL_NOTICE",
        "HTTPFault",
        "Headers",
        "MODELS",
        "NATURAL",
        "Pace",
        "RawStream",
        "RecordedRequest",
        "Script",
        "Scripted",
        "SimulatedModel",
        "Simulator",
        "StreamFault",
        "demo_answer",
        "text",
        "thinking",
        "tool_use",
    ],
}


def modules() -> list[str]:
    return [module.name for module in pkgutil.walk_packages([str(ROOT)], "nbclaude.")]


def test_what_modules_export_is_there() -> None:
    missing = []
    for name in modules():
        if not name.endswith("__main__"):
            module = importlib.import_module(name)
            exports = getattr(module, "__all__", [])
            missing += [f"{name}.{export} (twice)" for export in {e for e in exports if exports.count(e) > 1}]
            missing += [f"{name}.{export}" for export in exports if not hasattr(module, export)]
    assert missing == []


@pytest.mark.parametrize("name", EXPORTS)
def test_the_public_names(name: str) -> None:
    module = importlib.import_module(name)
    assert sorted(module.__all__) == sorted(EXPORTS[name])


def test_modules_open_with_a_sentence() -> None:
    without = []
    for path in sorted(ROOT.rglob("*.py")):
        lines = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()
        if not lines or not (lines[0].rstrip().endswith((".", ":", ",")) or len(lines) > 1):
            without.append(str(path.relative_to(ROOT)))
    assert without == []


def run(code: str, **environment: str) -> str:
    """Run Python of its own, warnings as errors; return what it printed."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANTHROPIC_", "NBCLAUDE_", "COV"))
    }
    kept = {name: value for name, value in kept.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=kept | environment,
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


HEAVY = [
    "IPython",
    "httpx",
    "ipywidgets",
    "markdown_it",
    "narwhals",
    "pygments",
    "tenacity",
    "PIL",
    "traitlets",
    "nbclaude.simulator",
    "msgspec",
    "keyring",
    "platformdirs",
    "detect_secrets",
    "pandas",
    "numpy",
    "matplotlib",
]


def imported(code: str) -> set[str]:
    loaded = json.loads(
        run(f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))").splitlines()[-1]
    )
    return {name for name in HEAVY if name in loaded}


@pytest.mark.parametrize(
    "code",
    [
        "import nbclaude",
        "import nbclaude; nbclaude.__version__; dir(nbclaude)",
        "import nbclaude.errors",
        "import nbclaude.wire.message, nbclaude.wire.sse, nbclaude.wire.request",
        "import nbclaude.conversation.turns, nbclaude.conversation.history, nbclaude.conversation.exchange",
        "import nbclaude.client.connection",
        "from nbclaude import load_ipython_extension",
    ],
)
def test_importing_costs_nothing_heavy(code: str) -> None:
    assert imported(code) == set()


def test_the_simulator_needs_neither_httpx_nor_ipython() -> None:
    assert imported("import nbclaude.simulator") <= {"nbclaude.simulator", "PIL"}


def test_the_renderer_needs_neither_httpx_nor_ipython() -> None:
    found = imported("from nbclaude.render.reply import ReplyRenderer")
    assert not found & {"IPython", "httpx", "ipywidgets", "tenacity", "PIL"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        nbclaude.nonsense  # noqa: B018


def test_the_names_of_the_package_are_listed() -> None:
    assert set(nbclaude.__all__) <= set(dir(nbclaude))


def test_it_is_typed() -> None:
    assert (ROOT / "py.typed").exists()


class TestPlainPython:
    """`nbclaude.ask` without a notebook."""

    def test_ask(self, simulator: Simulator) -> None:
        simulator.enqueue("Hello **there**.\n\n```python\nx = 1\n```\n", "Again.")
        printed = run(
            "import sys, nbclaude\n"
            "reply = nbclaude.ask('Hi', system='be brief', max_tokens=50, model='claude-opus-5-5')\n"
            "print([reply.text, list(map(tuple, reply.code)), reply.stop_reason, reply.model, reply.usage != {}])\n"
            "print(nbclaude.ask('more').text)\n"
            "print('IPython' in sys.modules)\n",
            ANTHROPIC_API_KEY="sk-canary",
            ANTHROPIC_BASE_URL=simulator.base_url + "/v1/",
        )
        assert printed.splitlines() == [
            "['Hello **there**.\\n\\n```python\\nx = 1\\n```\\n', [('python', 'x = 1')], 'end_turn', 'claude-opus-5-5', True]",
            "Again.",
            "False",
        ]
        first, second = simulator.message_requests
        assert first.json["system"] == "be brief"
        assert first.json["max_tokens"] == 50
        assert len(second.messages) == 3

    def test_without_a_key(self) -> None:
        printed = run(
            "import nbclaude\ntry:\n    nbclaude.ask('Hi')\nexcept nbclaude.errors.MissingKeyError as error:\n    print(error)\n"
        )
        assert "ANTHROPIC_API_KEY" in printed

    def test_nothing_is_left_when_python_ends(self, simulator: Simulator) -> None:
        simulator.enqueue("Hi.")
        # Unclosed sockets would be warnings, and warnings are errors here.
        run(
            "import gc, nbclaude\nnbclaude.ask('Hi')\ngc.collect()\n",
            ANTHROPIC_API_KEY="sk-canary",
            ANTHROPIC_BASE_URL=simulator.base_url,
            PYTHONDEVMODE="1",
        )


def test_a_browsers_own_python_is_refused_in_one_sentence() -> None:
    from nbclaude.errors import ConfigurationError
    from nbclaude.supported import refuse_pyodide

    refuse_pyodide("linux")
    with pytest.raises(ConfigurationError, match=r"^nbclaude does not work in Pyodide \(JupyterLite\)"):
        refuse_pyodide("emscripten")


def test_whatever_needs_a_thread_or_a_socket_ends_in_that_sentence() -> None:
    cells = ("%claude Hi", "%claude_demo", "%claude_models", "%claude_mcp add x python", "nbclaude.ask('Hi')")
    shown = run(
        "import sys\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "sys.platform = 'emscripten'\n"
        "import nbclaude\n"
        "shell = InteractiveShell(history_manager=None, user_ns={'nbclaude': nbclaude})\n"
        "shell.run_line_magic('load_ext', 'nbclaude')\n"
        f"for cell in {cells!r}:\n"
        "    print(cell, '->', shell.run_cell(cell).error_in_exec.args[0])\n",
        ANTHROPIC_API_KEY="sk-canary",
    )
    sentence = "nbclaude does not work in Pyodide (JupyterLite): Python in a browser has neither threads nor sockets."
    said = [line for line in shown.splitlines() if " -> " in line]
    assert said == [f"{cell} -> {sentence} Use a Jupyter server." for cell in cells]
