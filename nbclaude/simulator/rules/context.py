"""What the rules need to know besides the body: header values and the simulator's switches, as one value."""

from __future__ import annotations

from nbclaude.frozen import frozen

__all__ = ["NEWEST_VERSION", "VERSIONS", "Context"]

NEWEST_VERSION = "2026-10-21"
VERSIONS = ("2023-06-01", NEWEST_VERSION)


@frozen
class Context:
    """How to judge one request.

    `strict` refuses what the API does not know; `bind_thinking` checks the signatures of thinking blocks;
    `counting` is true for `/v1/messages/count_tokens`, which takes fewer fields;
    `gateway` is a gateway with models of its own.
    """

    version: str = "2023-06-01"
    betas: tuple[str, ...] = ()
    strict: bool = True
    bind_thinking: bool = True
    counting: bool = False
    gateway: bool = False

    def has_beta(self, prefix: str) -> bool:
        """Tell whether `anthropic-beta` names a feature that starts with `prefix`."""
        return any(beta.startswith(prefix) for beta in self.betas)
