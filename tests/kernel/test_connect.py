"""Connections and keys, in a real kernel: where questions go, and a key that is typed, stored and shown nowhere."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from nbclaude.simulator import Simulator
from tests.kernel.environment import clean_environment
from tests.kernel.kernel import Execution, Kernel

pytestmark = pytest.mark.once

CANARY = "sk-ant-api03-canary-7f3e9b1d5c"
KEYRING = """\
import keyring, keyring.backend

class Held(keyring.backend.KeyringBackend):
    priority = 1
    def __init__(self):
        super().__init__()
        self.held = {}
    def get_password(self, service, username): return self.held.get((service, username))
    def set_password(self, service, username, password): self.held[service, username] = password
    def delete_password(self, service, username): del self.held[service, username]
before = keyring.get_keyring()
keyring.set_keyring(Held())
"""


@pytest.fixture
def kernel(kernel: Kernel) -> Iterator[Kernel]:
    """Give a kernel with the extension, and neither keys nor a keyring; what it stores goes afterwards."""
    names = "('APIMART_API_KEY', 'OPENROUTER_API_KEY', 'OLLAMA_API_KEY', 'LITELLM_API_KEY', 'LITELLM_MASTER_KEY', 'WORK_KEY')"
    forget = f"import os\nfor name in {names}: os.environ.pop(name, None)"
    no_keyring = "import keyring, keyring.backends.fail\nkeyring.set_keyring(keyring.backends.fail.Keyring())"
    ready = kernel.run(f"{forget}\n{no_keyring}\n%load_ext nbclaude")
    assert ready.ok, ready.error
    yield kernel
    kernel.run(forget)
    shutil.rmtree(key_file(kernel).parent, ignore_errors=True)


def key_file(kernel: Kernel) -> Path:
    return kernel.home / ".config" / "nbclaude" / "keys.json"


def everything(*runs: Execution) -> str:
    """All that a front end got to see, and would save."""
    return repr([message.content for run in runs for message in run.messages])


def row(shown: Execution, name: str) -> list[str]:
    """The cells of a row of the table of connections, from its text."""
    (output,) = shown.of("display_data")
    lines = output["data"]["text/plain"].splitlines()
    starts = [0, *(i + 2 for i in range(len(lines[2])) if lines[2][i : i + 3] == "  -")]
    ends = [*starts[1:], None]
    cells = [[line[a:b].strip() for a, b in zip(starts, ends, strict=True)] for line in lines[3:]]
    (found,) = [cell for cell in cells if cell[1] == name]
    return found


def test_the_table(kernel: Kernel) -> None:
    kernel.run(f"import os\nos.environ['APIMART_API_KEY'] = '{CANARY[:20]}' + '{CANARY[20:]}'")
    shown = kernel.run("%claude_connect")
    assert row(shown, "anthropic")[:4] == [
        "→",
        "anthropic",
        "https://api.anthropic.com",
        "not set (ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN)",
    ]
    assert row(shown, "apimart")[:5] == [
        "",
        "apimart",
        "https://api.apimart.ai",
        "APIMART_API_KEY",
        "claude-haiku-4-5-20251001",
    ]
    assert row(shown, "ollama")[3] == "none needed"
    assert row(shown, "litellm")[3] == "none needed"
    assert "<table" in shown.html and "openrouter" in shown.html
    assert CANARY not in everything(shown)


def test_the_table_with_a_server_of_the_settings(kernel: Kernel, simulator: Simulator) -> None:
    kernel.run(f"%config ClaudeMagics.base_url = {simulator.base_url + '/v1'!r}")
    shown = kernel.run("%claude_connect")
    name = simulator.base_url.removeprefix("http://")
    assert row(shown, name)[:4] == ["→", name, simulator.base_url, "not set (ANTHROPIC_API_KEY)"]
    assert row(shown, "anthropic")[0] == ""


def test_a_configured_connection_and_back(kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("from work", "again")
    entry = {
        "base_url": simulator.base_url,
        "auth_style": "bearer",
        "key_variable": "WORK_KEY",
        "default_model": "claude-opus-5-5",
    }
    kernel.run(f"os.environ['WORK_KEY'] = 'w1'\n%config ClaudeMagics.connections = {{'work': {entry!r}}}")
    said = kernel.run("%claude_connect work").stdout
    assert said == (
        f"Questions go to work ({simulator.base_url}) now. Key: WORK_KEY. The model is claude-opus-5-5.\n"
    )
    assert "from work" in kernel.run("%claude hi").html
    request = simulator.requests[-1]
    assert (request.json["model"], request.headers["authorization"]) == ("claude-opus-5-5", "Bearer w1")
    assert row(kernel.run("%claude_connect"), "work")[0] == "→"
    assert "https://api.anthropic.com" in kernel.run("%claude_connect off").stdout
    assert kernel.value("get_ipython().magics_manager.registry['ClaudeMagics'].model") == "claude-sonnet-5-5"
    assert kernel.run("%claude hi").error["ename"] == "MissingKeyError"
    assert len(simulator.requests) == 1


def test_an_address(kernel: Kernel, simulator: Simulator) -> None:
    kernel.run("os.environ['ANTHROPIC_API_KEY'] = 'of-anthropic'")
    said = kernel.run(f"%claude_connect {simulator.base_url}/v1/").stdout
    assert f"({simulator.base_url}) now. Key: none needed." in said and "%claude_models" in said
    simulator.enqueue("local")
    assert "local" in kernel.run("%claude hi").html
    assert simulator.requests[-1].headers["x-api-key"] == "no-key"


def test_an_own_model_is_kept_and_comes_back(kernel: Kernel) -> None:
    model = "get_ipython().magics_manager.registry['ClaudeMagics'].model"
    kernel.run("%config ClaudeMagics.model = 'claude-opus-5-5'")
    kernel.run("%claude_connect ollama")
    assert kernel.value(model) == "claude-opus-5-5"
    kernel.run("%claude_connect openrouter")
    kernel.run("%claude_connect apimart")
    assert kernel.value(model) == "claude-haiku-4-5-20251001"
    kernel.run("%claude_connect anthropic")
    assert kernel.value(model) == "claude-opus-5-5"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("antropic", "did you mean anthropic?"),
        ("ftp://gateway.example", "is not an address"),
        (f"https://me:{CANARY}@gateway.example", "takes no key"),
        ("https://me:hunter22@gateway.example", "user name or a password"),
        ("two words", "one name or address"),
        (CANARY, "takes no key"),
    ],
)
def test_what_is_no_connection_changes_nothing(kernel: Kernel, line: str, error: str) -> None:
    kernel.run("%claude_connect ollama")
    failed = kernel.run(f"%claude_connect {line}")
    assert not failed.ok
    assert error in everything(failed)
    # What was typed is in the message that echoes the cell, and in no other.
    answers = repr([message.content for message in failed.messages if message.type != "execute_input"])
    assert CANARY not in answers and "hunter22" not in answers
    assert kernel.value("get_ipython().magics_manager.registry['ClaudeMagics'].connection") == "ollama"


def test_connecting_ends_the_demo(kernel: Kernel, simulator: Simulator) -> None:
    kernel.run("%claude_demo")
    assert "The demo is on" in kernel.run("%claude_connect").stdout
    assert "The demo is off" in kernel.run(f"%claude_connect {simulator.base_url}").stdout
    simulator.enqueue("not the demo")
    assert "not the demo" in kernel.run("%claude hi").html


def test_login_into_the_keyring_and_logout(kernel: Kernel, simulator: Simulator) -> None:
    kernel.run(KEYRING)
    kernel.run(f"%claude_connect {simulator.base_url}")
    name = simulator.base_url.removeprefix("http://")
    runs = [kernel.run("%claude_login", answers=[f"  {CANARY}\n"])]
    assert runs[0].stdout == f"The key of {name} ({simulator.base_url}) is in the keyring now.\n"
    assert kernel.value("list(keyring.get_keyring().held)") == f"[('nbclaude', '{name}')]"
    simulator.enqueue("with a key")
    runs += [kernel.run("%claude hi"), kernel.run("%claude_connect"), kernel.run("%claude")]
    assert simulator.requests[-1].headers["x-api-key"] == CANARY
    assert row(runs[2], name)[3] == "the keyring"
    runs.append(kernel.run("%claude_logout"))
    assert runs[-1].stdout == f"The key of {name} was removed from the keyring.\n"
    assert kernel.value("keyring.get_keyring().held") == "{}"
    assert kernel.run("%claude_logout").stdout == f"No key of {name} was stored.\n"
    assert CANARY not in everything(*runs)
    assert not key_file(kernel).exists()


def test_login_into_the_file_with_consent(kernel: Kernel) -> None:
    path = key_file(kernel)
    stored = kernel.run("%claude_login --connection apimart", answers=[CANARY, "y"])
    assert stored.stdout.endswith(f"The key of apimart (https://api.apimart.ai) is in {path} now.\n")
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    shown = kernel.run("%claude_connect")
    assert str(path) in shown.html  # as text a long path is broken
    again = kernel.run("%reload_ext nbclaude\n%claude_connect apimart")
    assert f"Key: {path}." in again.stdout
    gone = kernel.run("%claude_logout --connection=apimart")
    assert gone.stdout == f"The key of apimart was removed from {path}.\n"
    assert not path.exists()
    assert CANARY not in everything(stored, shown, again, gone)


@pytest.mark.parametrize("answer", ["", "n", "what?"])
def test_login_without_consent_is_for_this_kernel_alone(
    kernel: Kernel, simulator: Simulator, answer: str
) -> None:
    kernel.run(f"%claude_connect {simulator.base_url}")
    stored = kernel.run("%claude_login", answers=[CANARY, answer])
    assert stored.stdout.endswith("is in this kernel's memory now, until it ends.\n")
    simulator.enqueue("ok")
    asked = kernel.run("%claude hi")
    assert simulator.requests[-1].headers["x-api-key"] == CANARY
    assert not key_file(kernel).exists()
    assert kernel.value(f"{CANARY[:9]!r} + {CANARY[9:]!r} in os.environ.values()") == "False"
    state = kernel.run("import nbclaude.client.keys\nvars(nbclaude.client.keys)")
    assert CANARY not in everything(stored, asked, state)
    assert "this kernel's memory" in kernel.run("%claude_logout").stdout


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "it is empty"),
        ("   ", "it is empty"),
        ("sk ant", "a space"),
        ("sk-änt-1234", "not ASCII"),
        ("yes", "too short"),
    ],
)
def test_what_is_no_key_is_not_stored(kernel: Kernel, typed: str, problem: str) -> None:
    refused = kernel.run("%claude_login", answers=[typed])
    assert "That is not a key" in str(refused.error) and problem in str(refused.error)
    assert "Nothing was stored." in str(refused.error)
    assert not key_file(kernel).exists()


@pytest.mark.parametrize(
    "line",
    [CANARY, f"--connection {CANARY}", "my-secret-of-a-gateway", f"--connection anthropic {CANARY}", "{key}"],
)
def test_a_key_in_the_line_is_refused(kernel: Kernel, line: str) -> None:
    kernel.run("key = 'sk-ant-api03-' + 'interpolated-0123456789'")
    for magic in ("claude_login", "claude_logout"):
        refused = kernel.run(f"%{magic} {line}")
        for part in ("takes no key", "https://platform.claude.com/settings/keys", "run %claude_login alone"):
            assert part in str(refused.error)
        answers = repr([message.content for message in refused.messages if message.type != "execute_input"])
        assert CANARY not in answers and "gateway" not in answers and "interpolated" not in answers
    assert not key_file(kernel).exists()


def test_a_name_without_its_option_is_told(kernel: Kernel) -> None:
    assert "Say %claude_login --connection ollama." in str(kernel.run("%claude_login ollama").error)
    assert "needs a name" in str(kernel.run("%claude_login --connection").error)
    assert "did you mean ollama" in kernel.run("%claude_logout --connection olama").error["evalue"]


def test_a_variable_wins_and_it_is_said(kernel: Kernel) -> None:
    kernel.run("os.environ['APIMART_API_KEY'] = 'of-the-environment'")
    stored = kernel.run("%claude_login --connection apimart", answers=[CANARY, "n"])
    assert "But APIMART_API_KEY is set in the environment, and wins over it." in stored.stdout
    assert row(kernel.run("%claude_connect"), "apimart")[3] == "APIMART_API_KEY"
    gone = kernel.run("%claude_logout --connection apimart")
    assert "APIMART_API_KEY is set in the environment still" in gone.stdout
    assert "of-the-environment" not in everything(stored, gone)


def test_nobody_to_answer(kernel: Kernel) -> None:
    refused = kernel.run(
        "%claude_login"
    )  # the harness forbids input where it has no answers, as nbclient does
    assert "nobody can answer here: set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN" in str(refused.error)


def test_nobody_to_answer_in_a_notebook_that_is_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in clean_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    cells = [nbformat.v4.new_code_cell("%load_ext nbclaude"), nbformat.v4.new_code_cell("%claude_login")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=150, allow_errors=True).execute()
    assert "nobody can answer here" in str(notebook.cells[1].outputs)


def test_the_stop_button_at_the_question_stores_nothing(kernel: Kernel) -> None:
    asked = kernel.run(
        "import getpass\ngetpass.getpass = lambda prompt: (_ for _ in ()).throw(KeyboardInterrupt)\n%claude_login"
    )
    assert asked.ok and asked.stdout == "Nothing was stored.\n"


def test_a_terminal_that_cannot_hide_what_is_typed(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    code = "%load_ext nbclaude\n%claude_login\n"
    # A session of its own has no terminal to turn the echo off on.
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"],
        input=f"{code}{CANARY}\n",
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=150,
        start_new_session=True,
    )
    assert "cannot hide what you type" in done.stdout + done.stderr


def test_a_key_file_that_others_can_read_is_refused(kernel: Kernel) -> None:
    kernel.run("%claude_login --connection apimart", answers=[CANARY, "y"])
    key_file(kernel).chmod(0o644)
    kernel.run("%claude_connect apimart")
    failed = kernel.run("%claude hi")
    assert failed.error["ename"] == "ConfigurationError" and "chmod 600" in failed.error["evalue"]
    assert CANARY not in everything(failed, kernel.run("%claude_connect"))


@pytest.mark.parametrize("mode", ["Verbose", "Context"])
def test_a_failure_to_store_shows_no_key_in_any_traceback(kernel: Kernel, mode: str) -> None:
    key_file(kernel).parent.parent.mkdir(exist_ok=True)
    key_file(kernel).parent.write_text("a file, where the directory should be")
    kernel.run(
        KEYRING + "def refuse(*given): raise RuntimeError(given)\nkeyring.get_keyring().set_password = refuse"
    )
    failed = kernel.run(f"%xmode {mode}\n%claude_login --connection apimart", answers=[CANARY, "y"])
    again = kernel.run("%tb")
    kernel.run("%xmode Context")
    key_file(kernel).parent.unlink()
    assert failed.error["ename"] == "ConfigurationError"
    assert CANARY not in everything(failed, again)


def test_unload_takes_them_out(kernel: Kernel) -> None:
    kernel.run("%unload_ext nbclaude")
    assert "not found" in kernel.run("%claude_connect").stderr
    assert "not found" in kernel.run("%claude_login").stderr
