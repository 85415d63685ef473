"""Files from npm's registry that tests need: fetched once, without Node, and checked against a hash."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import sys
import tarfile
import time
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path

import pytest

REGISTRY = "https://registry.npmjs.org"
# Stored in the environment, so a new environment fetches them again.
KEPT = Path(sys.prefix) / "share" / "nbclaude-tests"


def fetched(package: str, version: str, sha512: str, files: Sequence[str]) -> dict[str, bytes]:
    """Return files of a package by path; if they cannot be fetched, the test is skipped, or fails where it is required."""
    name = package.rpartition("/")[2]
    folder = KEPT / f"{name}-{version}"
    if not all((folder / file).exists() for file in files):
        address = f"{REGISTRY}/{package}/-/{name}-{version}.tgz"
        try:
            data = _loaded(address)
        except (OSError, HTTPException) as error:
            reason = f"{package} cannot be fetched from {address} ({error}): nothing is checked with it"
            if os.environ.get("NBCLAUDE_REQUIRE_BROWSER", "") not in ("", "0"):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        assert base64.b64encode(hashlib.sha512(data).digest()).decode() == sha512, (
            f"this is another {package}"
        )
        _unpack(data, files, folder)
    return {file: (folder / file).read_bytes() for file in files}


def _loaded(address: str, tries: int = 3) -> bytes:
    """Download a file, with retries: a network failure may be brief."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 # https, as above
            data: bytes = answer.read()
            return data
    except (OSError, HTTPException):
        if tries == 1:
            raise
    time.sleep(2)
    return _loaded(address, tries - 1)


def _unpack(data: bytes, files: Sequence[str], folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for file in files:
            member = archive.extractfile(f"package/{file}")
            assert member is not None
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            # Several workers may do this at once.
            own = (folder / file).with_suffix(f".{os.getpid()}")
            own.write_bytes(member.read())
            own.replace(folder / file)
