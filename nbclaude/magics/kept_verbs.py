"""Where the user's own verbs are kept: a file in the profile; its magics are created when the extension is loaded."""

from __future__ import annotations

from pathlib import Path

from nbclaude.notebook import Shell
from nbclaude.verbs.own import FILE_NAME

__all__ = ["are_there", "path_of_verbs"]


def path_of_verbs(shell: Shell) -> Path | None:
    """Return the file, which need not exist; None if the shell has no profile."""
    location = getattr(getattr(shell, "profile_dir", None), "location", None)
    return Path(location) / FILE_NAME if location else None


def are_there(shell: Shell) -> bool:
    """Tell whether there is such a file."""
    path = path_of_verbs(shell)
    return path is not None and path.exists()
