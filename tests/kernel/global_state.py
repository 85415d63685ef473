"""Run in a kernel: a snapshot of what belongs to the user and that no question may change."""

from __future__ import annotations

import asyncio
import builtins
import decimal
import gc
import locale
import logging
import mimetypes
import os
import random
import signal
import socket
import ssl
import sys
import threading
import urllib.request
import warnings
from pathlib import Path
from typing import Any


def _loggers() -> dict[str, Any]:
    loggers = {"root": logging.root} | {
        name: logger
        for name, logger in logging.root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger)
    }
    return {
        name: (
            logger.level,
            logger.disabled,
            logger.propagate,
            [(id(handler), handler.level, list(handler.filters)) for handler in logger.handlers],
            list(logger.filters),
        )
        for name, logger in loggers.items()
    }


def _libraries() -> dict[str, Any]:
    import matplotlib
    import numpy
    import pandas
    from PIL import Image

    state = numpy.random.get_state()
    return {
        "numpy.random": (state[0], state[1].tolist(), *state[2:]),
        "numpy.geterr": numpy.geterr(),
        "numpy.printoptions": {key: str(value) for key, value in numpy.get_printoptions().items()},
        "matplotlib.rcParams": {key: str(value) for key, value in matplotlib.rcParams.items()},
        "matplotlib.backend": matplotlib.get_backend(),
        "pandas.options": {
            name: str(pandas.get_option(name)) for name in sorted(pandas._config.config._registered_options)
        },
        "PIL.MAX_IMAGE_PIXELS": Image.MAX_IMAGE_PIXELS,
    }


def snapshot() -> dict[str, Any]:
    """Return everything, by name, as values that can be compared."""
    return {
        "random": random.getstate(),
        "warnings.filters": list(warnings.filters),
        "warnings.showwarning": warnings.showwarning,
        "logging.loggers": _loggers(),
        "logging.lastResort": (logging.lastResort, list(logging.lastResort.filters)),
        "logging.factory": (
            logging.getLogRecordFactory(),
            logging.getLoggerClass(),
            logging.root.manager.disable,
        ),
        "locale": locale.setlocale(locale.LC_ALL),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "socket.timeout": socket.getdefaulttimeout(),
        "socket.functions": (
            socket.socket,
            socket.getaddrinfo,
            socket.create_connection,
            ssl._create_default_https_context,
        ),
        "urllib.opener": urllib.request._opener,
        "decimal": str(decimal.getcontext()),
        "recursion": sys.getrecursionlimit(),
        "switching": sys.getswitchinterval(),
        "gc": (gc.isenabled(), gc.get_threshold()),
        "directory": Path.cwd(),
        "environment": dict(os.environ),
        "hooks": (
            sys.excepthook,
            threading.excepthook,
            sys.unraisablehook,
            sys.displayhook,
            sys.gettrace(),
            sys.getprofile(),
        ),
        "streams": (sys.stdout, sys.stderr, sys.stdin),
        "path": (list(sys.path), list(sys.meta_path), list(sys.path_hooks), list(sys.argv)),
        "builtins": {name: id(value) for name, value in vars(builtins).items() if name not in ("_", "input")},
        "asyncio": type(asyncio.get_event_loop_policy()),
        "mimetypes": (mimetypes.inited, dict(mimetypes.types_map), list(mimetypes.knownfiles)),
        "threads": threading.stack_size(),
        **_libraries(),
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Say what differs; loggers that are new do not count."""
    known = before["logging.loggers"]
    loggers = {name: each for name, each in after["logging.loggers"].items() if name in known}
    return {
        name: _difference(value, now)
        for name, value in before.items()
        if value != (now := loggers if name == "logging.loggers" else after[name])
    }


def _difference(before: Any, after: Any) -> Any:
    if not isinstance(before, dict):
        return before, after
    keys = [key for key in before | after if before.get(key) != after.get(key)]
    return {key: (before.get(key), after.get(key)) for key in keys}
