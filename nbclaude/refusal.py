"""Why the value of a setting cannot be used, as a fact; the surface that says it to the user finds the words."""

from __future__ import annotations

from typing import Any

from nbclaude.cures import Mention, Way, Words, spelled
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen

__all__ = [
    "ASKED",
    "CONFIGURED",
    "LOCKED_BY",
    "Mention",
    "Refusal",
    "UnfitError",
    "Way",
    "Words",
    "refused",
    "spelled",
]

# Where a value came from; anything else is the name of an environment variable.
ASKED = "asked"
CONFIGURED = "configured"
# Whose word a locked setting is.
LOCKED_BY = "the configuration that this kernel was started with"


@frozen
class Refusal:
    """Why a setting cannot have a value: `reason` in whole sentences that spell no setting, `cure` what to do instead.

    `source` is ASKED (the ask itself has set it), CONFIGURED, or an environment variable. A value that is a secret, or says
    nothing, is not `shown`; one that is only `a_part` stands somewhere in what was given. A `bare` reason says by itself
    what it is about.
    """

    setting: str
    value: Any
    reason: str
    cure: Words = ()
    source: str = ASKED
    shown: bool = True
    a_part: bool = False
    bare: bool = False


class UnfitError(ValueError):
    """A value is not of the kind that is wanted; the message is the reason, a sentence that begins with "it".

    `cure` may say more. `part` is the part of the value that is to blame, where it is not the whole.
    """

    def __init__(
        self, reason: str, *, cure: Words = (), part: tuple[Any, ...] = (), shown: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure
        self.part = part
        self.shown = shown

    def refusal(self, setting: str, value: Any, source: str = ASKED) -> Refusal:
        """Say which setting it was, and where its value came from."""
        blamed = self.part[0] if self.part else value
        return Refusal(setting, blamed, self.reason, self.cure, source, self.shown, bool(self.part))


def refused(refusal: Refusal) -> ConfigurationError:
    """Make the error that carries a refusal up to the surface that words it."""
    error = ConfigurationError(refusal.reason if refusal.bare else f"{refusal.setting}: {refusal.reason}")
    error.refusal = refusal
    return error
