"""The built-in tool `bash`: commands that the model proposes and the user approves, in one shell that stays open.

The shell has no secrets in its environment and no input. A command that takes too long, or is stopped, ends it; the next call
starts another.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import secrets
import shlex
import shutil
import signal
import subprocess
import threading
import time
from functools import cache
from typing import IO, cast

from nbclaude.cleaning import printable
from nbclaude.texts import clip
from nbclaude.tools.environment import without_secrets
from nbclaude.tools.functions import Tool
from nbclaude.tools.running import ToolFailedError
from nbclaude.tools.versions import FAMILIES, Version

__all__ = ["BASH", "BashShell", "bash_tool"]

BASH = "bash"
_MAX_OUTPUT = 16_000  # characters that the model gets
_MAX_READ = 2_000_000  # bytes of one command; what comes after is thrown away
TIMEOUT = 120.0  # seconds


@cache
def bash_tool(version: Version = FAMILIES[BASH][0], timeout: float = TIMEOUT) -> Tool:
    """Make the tool; its shell starts with the first command and ends with the kernel."""
    from nbclaude.tools.arguments import arguments_of
    from nbclaude.tools.docstrings import Documented

    def bash(command: str = "", restart: bool = False) -> str:
        if restart:
            _SHELL.close()
            return "The shell was restarted."
        return _SHELL.run(command, timeout)

    arguments = arguments_of(bash, BASH, Documented())
    touches = "a shell with your rights on this machine, in the folder of the kernel"
    definition = {"type": version.type, "name": version.name}
    return Tool(BASH, definition, bash, arguments, touches=touches, shown="command")


class BashShell:
    """A bash process that keeps its folder and variables from one command to the next."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._output: queue.Queue[bytes | None] = queue.Queue()
        self._owner = 0

    def run(self, command: str, timeout: float) -> str:
        """Run a command; return what it printed, and its exit code unless that is 0.

        Raises:
            ToolFailedError: there is no bash, or the command took longer than `timeout` seconds.
            KeyboardInterrupt: the user stopped it; the shell has ended.

        """
        if not command.strip():
            raise ToolFailedError("There is no command.")
        process = self._started()
        mark = secrets.token_hex(12)
        line = f"eval {shlex.quote(command)} </dev/null\nprintf '\\n%s %d\\n' {mark} $?\n"
        try:
            commands = cast("IO[bytes]", process.stdin)
            commands.write(line.encode("utf-8", "surrogateescape"))
            commands.flush()
            return self._read(mark.encode(), timeout)
        except BrokenPipeError:
            self.close()
            raise ToolFailedError("The shell has ended. The next command starts another.") from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the shell and everything it has started."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with contextlib.suppress(OSError):
            cast("IO[bytes]", process.stdin).close()

    def _started(self) -> subprocess.Popen[bytes]:
        process = self._process
        # A forked child must not use its parent's shell.
        if process is not None and self._owner == os.getpid() and process.poll() is None:
            return process
        self.close()
        path = shutil.which("bash")
        if path is None:
            raise ToolFailedError("There is no bash on this machine.")
        process = subprocess.Popen(  # noqa: S603 - the user approves each command
            [path, "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**without_secrets(), "PAGER": "cat", "GIT_PAGER": "cat", "TERM": "dumb"},
            start_new_session=True,
        )
        self._process, self._owner, self._output = process, os.getpid(), queue.Queue()
        threading.Thread(target=_reading, args=(process.stdout, self._output), daemon=True).start()
        return process

    def _read(self, mark: bytes, timeout: float) -> str:
        """Read to the line with the mark and the exit code."""
        end = time.monotonic() + timeout
        output = bytearray()
        lost = 0
        while (found := output.rfind(b"\n" + mark + b" ")) < 0 or not output.endswith(b"\n"):
            try:
                # Wait briefly each time, so that a stop is noticed in between.
                piece = self._output.get(timeout=min(0.1, max(0.0, end - time.monotonic())))
            except queue.Empty:
                if time.monotonic() < end:
                    continue
                self.close()
                raise ToolFailedError(
                    f"{_said(output, lost)}\nThe command took longer than {timeout:g} s and was ended, with the shell. Its "
                    "variables and working directory are lost."
                ) from None
            if piece is None:
                self.close()
                return f"{_said(output, lost)}\nThe shell has ended. The next command starts another."
            output += piece
            if (over := len(output) - _MAX_READ) > 0:
                # The end is kept: the mark is there, and what a program says last matters most.
                del output[_MAX_READ // 2 : _MAX_READ // 2 + over]
                lost += over
        code = int(output[found + len(mark) + 2 :])
        said = _said(output[:found], lost)
        return said if code == 0 else f"{said}\n(exit code {code})".lstrip("\n")


def _reading(printed: IO[bytes], output: queue.Queue[bytes | None]) -> None:
    """Pass on what a shell prints, to its end. No other thread closes the pipe: its number could be the next shell's by then."""
    with printed, contextlib.suppress(OSError):
        while piece := os.read(printed.fileno(), 65_536):
            output.put(piece)
    output.put(None)


def _said(output: bytes | bytearray, lost: int) -> str:
    text = output.decode("utf-8", "replace").replace("\r\n", "\n")
    # Words separated by NUL characters would become one word, in which no secret is found.
    text = printable(text.replace("\0", "\n")).strip("\n")
    note = f"\n({lost:,} bytes in the middle were discarded)" if lost else ""
    return (clip(text, _MAX_OUTPUT, tail=0.5)[0] or "(no output)") + note


_SHELL = BashShell()
atexit.register(_SHELL.close)
