"""The certificates that are trusted: those of the public authorities, or those that the environment names."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi

from nbclaude.client.unforked import unforked
from nbclaude.errors import APIConnectionError

__all__ = ["certificates", "trust_of_environment"]

# Python and curl read the first two; requests, and what is built on it, the others. All that are set count together:
# environments such as conda's set SSL_CERT_FILE by themselves, beside what a company's administrators have set.
_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def trust_of_environment() -> tuple[tuple[str, str], ...]:
    """Return the variables that name files or directories of certificates, with what they name."""
    return tuple((name, path) for name in _VARIABLES if (path := os.environ.get(name, "").strip()))


_contexts: dict[object, ssl.SSLContext] = {}


def certificates(trust: tuple[tuple[str, str], ...]) -> ssl.SSLContext:
    """Return what trusts the authorities in all of these files and directories; without any, the public ones.

    It is made once, and again when a file changes. A directory must hold certificates under their hashes (`openssl rehash`).

    Raises:
        APIConnectionError: a file does not exist or holds no certificate; the message names it and its variable.

    """
    key = tuple((variable, path, _version(path)) for variable, path in trust)
    if key not in _contexts:
        with unforked():
            context = _load(trust)
        _contexts.clear()
        _contexts[key] = context
    return _contexts[key]


def _version(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _load(trust: tuple[tuple[str, str], ...]) -> ssl.SSLContext:
    places = {path: variable for variable, path in reversed(trust)}
    files = {path: variable for path, variable in places.items() if not _is_directory(variable, path)}
    # OpenSSL passes over directories that are missing; they matter where nothing else is named.
    folders = [
        path for path in places if path not in files and any(map(os.path.isdir, path.split(os.pathsep)))
    ]
    if trust and not files and not folders:
        variable, path = trust[0]
        raise _unusable(variable, path, "there is no such directory")
    context = ssl.create_default_context(cafile=certifi.where()) if not trust else None
    for path, variable in files.items():
        try:
            context = _with(context, cafile=path)
        except ssl.SSLError:
            raise _unusable(variable, path, "it holds no certificate in PEM format") from None
        except OSError as error:
            raise _unusable(variable, path, (error.strerror or str(error)).lower()) from None
    for path in folders:
        context = _with(context, capath=path)
    assert context is not None  # noqa: S101 - one of the three ways above has made it
    return context


def _with(context: ssl.SSLContext | None, **place: str) -> ssl.SSLContext:
    if context is None:
        return ssl.create_default_context(**place)  # type: ignore[arg-type]
    context.load_verify_locations(**place)
    return context


def _is_directory(variable: str, path: str) -> bool:
    return variable == "SSL_CERT_DIR" or Path(path).is_dir()


def _unusable(variable: str, path: str, reason: str) -> APIConnectionError:
    return APIConnectionError(
        f"{variable} names {path}, which cannot be used as certificates: {reason}. Correct {variable}, or unset it.",
        should_retry=False,
    )
