"""Code and cell ids in, executions with their outputs out: a real ipykernel, spoken to as JupyterLab does."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, Self

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from tests.kernel.environment import TRANSPORT, clean_environment, socket_folder
from tests.kernel.outputs import Message, Output, Outputs

TIMEOUT = 60.0
"""Seconds that a test waits for the kernel before it fails."""


@dataclass(slots=True)
class Execution:
    """One execute request and all that came back for it so far."""

    kernel: Kernel
    id: str
    messages: list[Message] = field(default_factory=list)
    folded: Outputs = field(default_factory=Outputs)
    started: float = field(default_factory=time.monotonic)
    finished: float | None = None
    """When the kernel went idle (`time.monotonic()`)."""
    reply: dict[str, Any] | None = None

    @property
    def outputs(self) -> list[Output]:
        """The outputs a front end would hold now."""
        return self.folded.items

    @property
    def stdout(self) -> str:
        """What was printed, joined."""
        return "".join(o["text"] for o in self.outputs if o.get("name") == "stdout")

    @property
    def stderr(self) -> str:
        """What was written to the error stream, joined."""
        return "".join(o["text"] for o in self.outputs if o.get("name") == "stderr")

    @property
    def result(self) -> str | None:
        """The `text/plain` of the cell's last expression."""
        return next((o["data"]["text/plain"] for o in self.of("execute_result")), None)

    @property
    def error(self) -> Output | None:
        """The error output: `ename`, `evalue`, `traceback`."""
        return next(iter(self.of("error")), None)

    @property
    def ok(self) -> bool:
        """Whether the cell finished without an error."""
        return self.reply is not None and self.reply["status"] == "ok"

    def of(self, output_type: str) -> list[Output]:
        """Return the outputs of one type."""
        return [o for o in self.outputs if o["output_type"] == output_type]

    def data(self, mime_type: str) -> list[str]:
        """Return that representation of every displayed output that has it."""
        return [o["data"][mime_type] for o in self.of("display_data") if mime_type in o["data"]]

    @property
    def html(self) -> str:
        """All displayed HTML, joined, without the places where a word may break."""
        return "".join(self.data("text/html")).replace("<wbr>", "")

    def updates(self) -> list[Message]:
        """Return the messages that put something on the screen: displays and updates of displays."""
        return [m for m in self.messages if m.type in ("display_data", "update_display_data")]

    def wait(self, timeout: float = TIMEOUT) -> Self:
        """Read messages until the cell has finished."""
        return self.wait_until(lambda e: e.finished is not None and e.reply is not None, timeout)

    def wait_until(self, condition: Callable[[Self], object], timeout: float = TIMEOUT) -> Self:
        """Read messages until the condition holds; a `TimeoutError` tells what there was instead."""
        deadline = time.monotonic() + timeout
        while not condition(self):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {timeout} s; reply: {self.reply}; outputs: {self.outputs}")
            self.kernel.pump(0.05)
        return self


CANARY_KEY = "sk-ant-api03-Canary0fEveryTest1nAKernel-7Qw2Er4Ty6Ui8-Op0"
"""The key that every kernel here is given; whatever it publishes is searched for it."""


class KernelDiedError(RuntimeError):
    """The process of the kernel has ended."""


class Kernel:
    """An ipykernel process in an environment of its own; a context manager that never leaves it behind.

    Messages are read on the calling thread, inside `run`, `wait` and `wait_until`: `Message.arrived` is exact
    while one of them is waiting, `Message.sent` always.
    """

    def __init__(
        self,
        home: Path,
        *,
        python: Path | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        """Prepare a kernel whose home is `home`.

        `python` runs it instead of the Python of the tests; it also gets the variables of `environment`, and what it
        publishes is searched for `secrets` as well.
        """
        self.home = home
        self.environment = dict(environment or {})
        self.secrets = (CANARY_KEY, *secrets)
        specs = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
        self._sockets = socket_folder()
        self.manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=specs,
            transport=TRANSPORT,
            connection_file=str(self._sockets / "kernel.json"),
        )
        if python is not None:
            assert self.manager.kernel_spec is not None
            self.manager.kernel_spec.argv[0] = str(python)
        self._executions: dict[str, Execution] = {}
        self._answers: list[str] = []
        self._connected = False
        self.leaks: list[str] = []  # messages that held one of the secrets, which no output ever may

    def __enter__(self) -> Self:
        try:
            environment = clean_environment(self.home) | self.environment
            self.manager.start_kernel(env=environment, cwd=str(self.home))
            self._connect()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and release its sockets; a second time does nothing."""
        if self._connected:
            self.client.stop_channels()
            self._connected = False
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process id of the kernel."""
        provisioner = self.manager.provisioner
        assert isinstance(provisioner, LocalProvisioner)
        assert provisioner.pid is not None
        return provisioner.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return bool(self.manager.is_alive())

    def start(
        self,
        code: str,
        *,
        cell_id: str | None = None,
        deleted: Iterable[str] = (),
        answers: Sequence[str] = (),
    ) -> Execution:
        """Send a cell and return at once; `answers` are typed into its `input()` and `getpass()` prompts.

        With a `cell_id` the request looks like JupyterLab's, without one like nbclient's or a terminal's.
        """
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": bool(answers),
            "stop_on_error": False,
        }
        message = self.client.session.msg("execute_request", content)
        if cell_id is not None:
            message["metadata"] = {"cellId": cell_id, "deletedCells": list(deleted), "recordTiming": False}
        self._answers = list(answers)
        execution = Execution(self, message["header"]["msg_id"])
        self._executions[execution.id] = execution
        self.client.shell_channel.send(message)
        return execution

    def run(
        self,
        code: str,
        *,
        cell_id: str | None = None,
        deleted: Iterable[str] = (),
        answers: Sequence[str] = (),
        timeout: float = TIMEOUT,
    ) -> Execution:
        """Run a cell to its end, whether it succeeds or not."""
        return self.start(code, cell_id=cell_id, deleted=deleted, answers=answers).wait(timeout)

    def value(self, expression: str) -> str:
        """Evaluate an expression and return its `str`; an error in it fails the test."""
        execution = self.run(f"print({expression}, end='')")
        assert execution.ok, execution.error
        return execution.stdout

    def interrupt(self) -> None:
        """Press the stop button: SIGINT to the kernel."""
        self.manager.interrupt_kernel()

    def restart(self) -> None:
        """Restart the kernel; what ran before is forgotten."""
        self.client.stop_channels()
        self.manager.restart_kernel(now=True)
        self._connect()

    def complete(self, code: str, cursor: int | None = None) -> list[str]:
        """Return what the Tab key offers."""
        reply: dict[str, Any] = self.client.complete(code, cursor, reply=True, timeout=TIMEOUT)
        matches: list[str] = reply["content"]["matches"]
        return matches

    def inspect(self, code: str, cursor: int | None = None) -> str:
        """Return the plain text of Shift-Tab, empty if there is none."""
        reply: dict[str, Any] = self.client.inspect(code, cursor, reply=True, timeout=TIMEOUT)
        text: str = reply["content"]["data"].get("text/plain", "")
        return text

    def reset(self) -> None:
        """Put a used kernel back: no extension, no names, no ANTHROPIC_* variables, as after a start.

        A kernel that is dead, or still busy after an interrupt, is restarted; so is one that an interrupt has met while it
        sent a reply. Half of that reply stands in its socket then, and goes out in front of the next one: "Invalid Signature".
        """
        try:
            if self._stop_all() and self.run(RESET, timeout=30).ok:
                self._executions.clear()
                return
        except (KernelDiedError, TimeoutError, ValueError):
            pass
        self.restart()

    def pump(self, timeout: float) -> None:
        """Read what is there, waiting up to `timeout` seconds for a first message."""
        if not self.alive:
            raise KernelDiedError
        self._read_replies()
        try:
            while True:
                self._receive(self.client.iopub_channel.get_msg(timeout=timeout))
                timeout = 0
        except Empty:
            pass
        self._read_replies()

    def _stop_all(self) -> bool:
        """Interrupt whatever still runs, more than once: a cell that has not begun misses the signal.

        What has arrived is read first: an interrupt of a kernel that has just finished tears what it sends.
        """
        for attempt in range(10):
            self.pump(0.5 if attempt else 0)
            busy = [e for e in self._executions.values() if e.finished is None]
            if not busy:
                return True
            self.interrupt()
        return False

    def _connect(self) -> None:
        self._executions.clear()
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self._connected = True
        self.client.wait_for_ready(timeout=150)

    def _receive(self, raw: dict[str, Any]) -> None:
        message = Message(
            raw["msg_type"], raw["content"], raw["header"]["date"].timestamp(), time.monotonic()
        )
        published = "" if message.type == "execute_input" else repr(raw["content"])
        if any(secret in published for secret in self.secrets):
            self.leaks.append(f"{message.type}: {raw['content']}")
        execution = self._executions.get(raw["parent_header"].get("msg_id", ""))
        if message.type == "update_display_data":
            # One display id may be shown by several cells: a front end updates them all.
            for each in self._executions.values():
                each.folded.update_display(message.content)
        if execution is None or _is_sheet(message):
            return
        execution.messages.append(message)
        execution.folded.apply(message)
        if message.type == "status" and message.content["execution_state"] == "idle":
            execution.finished = message.arrived

    def _read_replies(self) -> None:
        while self.client.shell_channel.msg_ready():
            raw = self.client.shell_channel.get_msg(timeout=0)
            execution = self._executions.get(raw["parent_header"].get("msg_id", ""))
            if execution is not None:
                execution.reply = raw["content"]
        while self.client.stdin_channel.msg_ready():
            self.client.stdin_channel.get_msg(timeout=0)
            self.client.input(self._answers.pop(0))


def _is_sheet(message: Message) -> bool:
    """Tell whether a message brings a style sheet and nothing to read; `tests/output/test_sheets.py` reads those."""
    return "nbclaude-sheet" in message.content.get("data", {}).get("application/javascript", "")


RESET = f"""\
_room = {{}}
exec({Path(__file__).with_name("pristine.py").read_text("utf-8")!r}, _room)
_room["put_back"](get_ipython())
"""
