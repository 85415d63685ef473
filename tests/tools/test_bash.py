"""The built-in tool `bash`: one shell for all commands, without secrets and without input."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbclaude.tools.bash import BashShell, bash_tool
from nbclaude.tools.running import ToolFailedError

PATIENCE = 60.0


@pytest.fixture
def shell() -> Iterator[BashShell]:
    shell = BashShell()
    yield shell
    shell.close()


def test_what_one_shell_prints_is_not_lost_to_the_one_before(shell: BashShell) -> None:
    for number in range(60):
        assert shell.run(f"echo {number}", PATIENCE) == str(number)
        shell.close()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo one; echo two >&2", "one\ntwo"),
        ("true", "(no output)"),
        ("false", "(no output)\n(exit code 1)"),
        ("printf 'no end of line'", "no end of line"),
        ("cat", "(no output)"),  # there is no input
        ("for n in 1 2; do\n  echo $n\ndone", "1\n2"),
        ("cat <<'END'\nit's $HOME\nEND", "it's $HOME"),
        ("echo 'a quote'\\''s \"end\"'", 'a quote\'s "end"'),
        ('read name; echo "<$name>"', "<>"),
        ("echo naïve ☕", "naïve ☕"),
        ("printf '\\033]52;c;x\\007red'", "]52;c;xred"),
    ],
)
def test_what_a_command_prints_comes_back(shell: BashShell, command: str, said: str) -> None:
    assert shell.run(command, PATIENCE) == said


def test_folder_and_variables_stay_until_it_is_restarted(shell: BashShell, tmp_path: Path) -> None:
    shell.run(f"cd {tmp_path}; kept=here", PATIENCE)
    assert shell.run("pwd; echo $kept", PATIENCE) == f"{tmp_path}\nhere"
    shell.close()
    assert shell.run("pwd; echo $kept", PATIENCE) == str(Path.cwd())


def test_what_cannot_be_read_or_ends_the_shell_is_said(shell: BashShell) -> None:
    assert "syntax error" in shell.run("if then", PATIENCE)
    assert shell.run("echo still here", PATIENCE) == "still here"
    assert (
        shell.run("echo bye; exit 3", PATIENCE)
        == "bye\nThe shell has ended. The next command starts another."
    )
    assert shell.run("echo another", PATIENCE) == "another"
    with pytest.raises(ToolFailedError, match="There is no command"):
        shell.run(" ", PATIENCE)


def test_a_command_that_takes_too_long_is_ended_with_what_it_has_started(
    shell: BashShell, tmp_path: Path
) -> None:
    shell.run("true", PATIENCE)  # it has started
    with pytest.raises(ToolFailedError, match=r"(?s)begun.*longer than 1 s and was ended"):
        shell.run(f"echo begun; (sleep 600; touch {tmp_path}/late) & echo $! > {tmp_path}/pid; wait", 1.0)
    number = int((tmp_path / "pid").read_text())
    gone = time.monotonic() + PATIENCE
    while Path(f"/proc/{number}").exists() and "State:\tZ" not in Path(f"/proc/{number}/status").read_text():
        assert time.monotonic() < gone
        time.sleep(0.01)
    assert shell.run("echo again", PATIENCE) == "again"


def test_a_stop_ends_the_command(shell: BashShell, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(shell, "_read", stopped)
    with pytest.raises(KeyboardInterrupt):
        shell.run("sleep 600", PATIENCE)
    monkeypatch.undo()
    assert shell.run("echo again", PATIENCE) == "again"


def test_endless_output_is_bounded_and_its_end_is_there(shell: BashShell) -> None:
    said = shell.run("seq 1 600000; echo the end", PATIENCE)
    assert said.startswith("1\n2\n")
    assert "characters left out" in said
    assert "the end\n(" in said
    assert said.endswith("bytes in the middle were discarded)")
    assert len(said) < 17_000


def test_no_secret_is_in_its_environment(shell: BashShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-api03-abcdefghijklmnop")
    monkeypatch.setenv("DB_PASSWORD", "plain")
    monkeypatch.setenv("HARMLESS", "sk-ant-api03-" + "aB3" * 30)
    monkeypatch.setenv("COLOUR", "blue")
    said = shell.run("env", PATIENCE)
    assert "COLOUR=blue" in said
    for name in ("ANTHROPIC_API_KEY", "DB_PASSWORD", "HARMLESS"):
        assert name not in said


def test_the_tool_is_the_api_s_and_the_same_each_time() -> None:
    tool = bash_tool()
    assert tool is bash_tool()
    assert tool.definition == {"type": "bash_20250124", "name": "bash"}
    assert not tool.safe
    read = tool.arguments.read({"restart": True}, {})
    before = {*threading.enumerate()}
    assert tool.function(*read.positional, **read.named) == "The shell was restarted."
    assert {*threading.enumerate()} <= before
