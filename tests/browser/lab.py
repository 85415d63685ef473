"""Starts a JupyterLab server that knows no settings, no news and no network but ours."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

from tests.kernel.environment import TRANSPORT, clean_environment, socket_folder

START_TIMEOUT = 60.0
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

DISABLED = {
    "@jupyterlab/apputils-extension:announcements": True,
    "@jupyterlab/extensionmanager-extension": True,
}

# Ends the server when it is told so on its standard input, or when whoever started it is gone, so that it never outlives
# its tests. What else may end it is written down and ignored: machines reuse process ids, and a signal that was meant for
# a process of the past must not end a whole run. SIGTERM lets the server shut its kernels down. It goes to the
# main thread, which would not wake up otherwise.
LAUNCHER = """\
import os, signal, sys, threading, time
from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import main
parent, asked, stop = int(sys.argv.pop(1)), threading.Event(), ServerApp._signal_stop
def watch():
    if not sys.stdin.buffer.read():
        print("the standard input has closed", file=sys.stderr, flush=True)
        while os.getppid() == parent:
            time.sleep(0.5)
    asked.set()
    signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
def signal_stop(self, number, frame):
    if asked.is_set():
        stop(self, number, frame)
    else:
        print("a signal from a stranger:", number, file=sys.stderr, flush=True)
ServerApp._signal_stop = signal_stop
threading.Thread(target=watch, daemon=True).start()
sys.exit(main(sys.argv[1:]))
"""

STARTUP = """\
import json, os, pathlib
os.environ.update(json.loads(pathlib.Path({path!r}).read_text("utf-8")))
"""


class Lab:
    """A JupyterLab server process on a free port of the loopback interface; a context manager.

    Kernels start in an environment of their own; `connect` says which variables the next ones get.
    """

    pages_last = True
    """Whether one of its pages may serve several tests without being reloaded."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "notebooks"
        self.token = secrets.token_hex(16)
        self.log_file = home / "server.log"
        self.url = ""
        self._sockets = socket_folder()
        self._environment = clean_environment(home) | {"JUPYTER_RUNTIME_DIR": str(self._sockets)}
        self._labconfig = Path(self._environment["JUPYTER_CONFIG_DIR"]) / "labconfig"
        self._variables = home / "kernel-environment.json"

    def __enter__(self) -> Self:
        self.root.mkdir(exist_ok=True)
        self._write_settings()
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LAUNCHER, str(os.getpid()), *self._options()],
                env=self._environment,
                cwd=self.root,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and its kernels; what does not go is killed."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.write(b"end")
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def host(self) -> str:
        """The `host:port` that pages of this server may talk to."""
        return self.url.split("/")[2]

    def connect(self, **variables: str) -> None:
        """Give kernels that start from now on these environment variables, and no others of earlier calls."""
        self._variables.write_text(json.dumps(variables), "utf-8")

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Call the server's REST interface: JSON in, JSON out (None for an empty answer)."""
        request = urllib.request.Request(  # noqa: S310 - the address is this server's own
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            text = answer.read()
        return json.loads(text) if text else None

    def setting(self, plugin: str, **values: Any) -> None:
        """Change the user's settings of a plugin, as the settings editor does; pages opened later see it."""
        self.request("PUT", f"lab/api/settings/{plugin}", {"raw": json.dumps(values)})

    def set_theme(self, theme: str) -> None:
        """Choose the "light" or the "dark" theme for pages opened later."""
        self.setting("@jupyterlab/apputils-extension:themes", theme=THEMES[theme])

    def use_extension(self, used: bool) -> None:
        """Give pages that are opened later the front-end extension of this environment, or keep it from them."""
        disabled = {**DISABLED, "nbclaude": not used}
        (self._labconfig / "page_config.json").write_text(
            json.dumps({"disabledExtensions": disabled}), "utf-8"
        )

    def kernels(self) -> list[dict[str, Any]]:
        """Return the running kernels."""
        running: list[dict[str, Any]] = self.request("GET", "api/kernels")
        return running

    def shut_kernels_down(self) -> None:
        """End all kernels and their sessions."""
        for session in self.request("GET", "api/sessions"):
            with contextlib.suppress(urllib.error.HTTPError):  # two sessions may share a kernel
                self.request("DELETE", f"api/sessions/{session['id']}")
        for kernel in self.kernels():
            with contextlib.suppress(urllib.error.HTTPError):
                self.request("DELETE", f"api/kernels/{kernel['id']}")

    def _options(self) -> list[str]:
        return [
            "--no-browser",
            "--allow-root",
            "--expose-app-in-browser",
            "--JupyterNotebookApp.expose_app_in_browser=True",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={_free_port()}",
            "--ServerApp.port_retries=20",
            f"--ServerApp.root_dir={self.root}",
            f"--IdentityProvider.token={self.token}",
            "--ServerApp.terminals_enabled=False",
            "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=",
            "--KernelSpecManager.allowed_kernelspecs=python3",
            f"--KernelManager.transport={TRANSPORT}",
        ]

    def _write_settings(self) -> None:
        self._labconfig.mkdir(parents=True)
        # No question about news, no look for updates: nothing that a test did not ask for.
        overrides = {
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
            # By default, JupyterLab waits one second for completions.
            "@jupyterlab/completer-extension:manager": {"providerTimeout": 30_000},
        }
        (self._labconfig / "default_setting_overrides.json").write_text(json.dumps(overrides), "utf-8")
        self.use_extension(True)
        startup = Path(self._environment["IPYTHONDIR"]) / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "00-environment.py").write_text(STARTUP.format(path=str(self._variables)), "utf-8")
        self.connect()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        runtime = Path(self._environment["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{self.process.pid}.json"
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                self.url = json.loads(runtime.read_text("utf-8"))["url"]
                self.request("GET", "api/status")
                return
            time.sleep(0.1)
        raise RuntimeError("JupyterLab did not start:\n" + self.log_file.read_text("utf-8", "replace"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
