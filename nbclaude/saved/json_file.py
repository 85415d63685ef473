"""Reads a JSON file of the user's, of a bounded size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbclaude.errors import ConfigurationError
from nbclaude.wire.json_text import from_json

__all__ = ["json_of_file"]


def json_of_file(path: Path, max_bytes: int) -> Any:
    """Return what a file holds.

    Raises:
        ConfigurationError: there is no such file, it cannot be read, is too large, or is not JSON.

    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ConfigurationError(f"{path} is not a file.")
        if size > max_bytes:
            raise ConfigurationError(f"{path} is too large to be read: {size:,} bytes.")
        return from_json(path.read_bytes())
    except FileNotFoundError:
        raise ConfigurationError(f"There is no file {path}.") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON ({error}).") from None
