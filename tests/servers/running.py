"""Starts servers as processes on loopback, and waits until they answer."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypedDict

__all__ = [
    "KEY",
    "KEYS",
    "MODEL",
    "OTHER_MODEL",
    "USERS",
    "InBackground",
    "User",
    "free_port",
    "litellm",
    "llama_cpp",
    "mitmproxy",
    "mitmproxy_program",
    "nginx",
    "nginx_program",
]

KEY = "sk-nbclaude-tests-4c1f0a9be2d37c58f6a1"
"""LiteLLM's master key: it refuses to start with one that is easy to guess."""

_PATIENCE = 360.0  # seconds until a server answers

_USERS = """\
import json
from pathlib import Path

from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import ProxyException, UserAPIKeyAuth

USERS = json.loads(Path(__file__).with_name("users.json").read_text("utf-8"))


async def check(request, api_key):
    if api_key not in USERS:
        raise ProxyException("Nobody has this key.", type="auth_error", param="key", code=401)
    return UserAPIKeyAuth(api_key=api_key, **USERS[api_key])


class Names(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        data["metadata"] = {"user_id": user_api_key_dict.user_id}
        return data


names = Names()
"""
"""The gateway's own part: who has which key, and a request that goes on says whose it is."""


class User(TypedDict):
    """A user of LiteLLM's proxy, as its `UserAPIKeyAuth` has it."""

    user_id: str
    models: list[str]


KEYS = {"ada": "sk-users-Ada-5d20c7e19b4f83a6", "bob": "sk-users-Bob-e84a1f6c3092d75b"}
MODEL, OTHER_MODEL = "fast", "claude-sonnet-5-5"
USERS: Mapping[str, User] = {
    KEYS["ada"]: {"user_id": "ada", "models": [MODEL, OTHER_MODEL]},
    KEYS["bob"]: {"user_id": "bob", "models": [MODEL]},
}
"""Ada may use both of LiteLLM's models, Bob one."""


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextlib.contextmanager
def litellm(folder: Path, upstream: str, users: Mapping[str, User] | None = None) -> Iterator[str]:
    """Run LiteLLM's proxy in front of a server with Anthropic's API; give its address.

    Without `users`, by key, it knows its master key alone.
    """
    config = folder / "litellm.yaml"
    models = {"claude-sonnet-5-5": "claude-sonnet-5-5", "fast": "claude-haiku-4-5-20251001"}
    entries = "".join(
        f"  - model_name: {name}\n"
        f"    litellm_params: {{model: anthropic/{model}, api_base: '{upstream}', api_key: any}}\n"
        for name, model in models.items()
    )
    settings = f"general_settings:\n  master_key: {KEY}\n"
    if users is not None:
        (folder / "users.json").write_text(json.dumps(users), encoding="utf-8")
        (folder / "users_of_litellm.py").write_text(_USERS, encoding="utf-8")
        settings += "  custom_auth: users_of_litellm.check\n  custom_auth_run_common_checks: true\n"
        settings += (
            "litellm_settings:\n  enable_post_custom_auth_checks: true\n  callbacks: users_of_litellm.names\n"
        )
    config.write_text(f"model_list:\n{entries}{settings}", encoding="utf-8")
    port = free_port()
    command = [str(Path(sys.executable).with_name("litellm")), "--config", str(config), "--port", str(port)]
    # It brings its own copy of what it would otherwise fetch from the network.
    environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
    with _running([*command, "--host", "127.0.0.1"], folder / "litellm.log", environment):
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/health/liveliness", folder / "litellm.log")
        yield address


@contextlib.contextmanager
def llama_cpp(folder: Path) -> Iterator[str]:
    """Run llama.cpp's server with the small model; give its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.servers.llama_server", str(port)]
    # `/slots` then shows what was put to the model.
    with _running(command, folder / "llama.log", {"LLAMA_SERVER_SLOTS_DEBUG": "1"}):
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/health", folder / "llama.log")
        yield address


@contextlib.contextmanager
def nginx(folder: Path, upstream: str) -> Iterator[str]:
    """Run nginx as a proxy; give its address. Paths below `/dead/` go to a port on which nothing listens."""
    port, dead = free_port(), free_port()
    places = "\n".join(
        f"    {name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""\
daemon off;
error_log {folder}/nginx.log;
pid {folder}/nginx.pid;
events {{ }}
http {{
    access_log off;
    client_max_body_size 1m;
{places}
    server {{
        listen 127.0.0.1:{port};
        location /dead/ {{ proxy_pass http://127.0.0.1:{dead}/; }}
        location / {{ proxy_pass {upstream}; proxy_buffering off; proxy_http_version 1.1; }}
    }}
}}
""",
        encoding="utf-8",
    )
    found = nginx_program()
    assert found is not None
    with _running([found, "-p", str(folder), "-c", str(folder / "nginx.conf")], folder / "nginx.out", {}):
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/v1/models", folder / "nginx.log")
        yield address


@contextlib.contextmanager
def mitmproxy(folder: Path, upstream: str) -> Iterator[str]:
    """Run mitmproxy in front of a server; give its address. By itself it would hold back a response until its end."""
    port = free_port()
    command = [str(mitmproxy_program()), "--mode", f"reverse:{upstream}", "--set", "stream_large_bodies=1"]
    command += ["--set", f"confdir={folder}", "--listen-host", "127.0.0.1", "--listen-port", str(port)]
    # Its environment is its own, so it must not find the packages of this one.
    with _running(command, folder / "mitmproxy.log", {"PYTHONPATH": ""}):
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/v1/models", folder / "mitmproxy.log")
        yield address


def mitmproxy_program() -> Path | None:
    """Return the path of mitmproxy, which `make` gives an environment within this one; None if it is not there."""
    program = Path(sys.prefix, "mitmproxy", "bin", "mitmdump")
    return program if program.exists() else None


def nginx_program() -> str | None:
    """Return the path of nginx, or None if it is not installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class InBackground:
    """A server that starts while something else is done, `after` another one, if any; `wait` gives its address."""

    def __init__(self, server: AbstractContextManager[str], after: InBackground | None = None) -> None:
        self._server = server
        self._after = after
        self._pool = ThreadPoolExecutor(1)
        self._started = self._pool.submit(self._start)

    def wait(self) -> str:
        """Wait until it answers."""
        return self._started.result()

    def _start(self) -> str:
        if self._after is not None:
            self._after.wait()
        return self._server.__enter__()

    def close(self) -> None:
        """End it."""
        if self._started.exception() is None:
            self._server.__exit__(None, None, None)
        self._pool.shutdown()


@contextlib.contextmanager
def _running(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, log: Path) -> None:
    """Wait until a server answers. A refusal counts as an answer, unless it says "not yet" (502, 503)."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - an address of ours
                return
        except urllib.error.HTTPError as error:
            if error.code not in (502, 503):
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url} does not answer: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)
