"""Fixtures of the panel's tests: those of the magics' tests, a shell of this process with the extension loaded."""

from tests.magics.conftest import notebook, shell

__all__ = ["notebook", "shell"]
