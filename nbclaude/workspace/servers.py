"""Finds the server that the settings name: its address, its models, the connection to it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbclaude.client.addresses import is_anthropic, normalize_base_url
from nbclaude.client.connection import Connection, connect
from nbclaude.client.connections import NamedConnection, find_connection
from nbclaude.client.keys import stored_key
from nbclaude.models.catalog import Catalog
from nbclaude.models.names import resolve_model
from nbclaude.models.table import ModelInfo
from nbclaude.refusal import LOCKED_BY, Refusal, refused
from nbclaude.secrets.keys import Secret
from nbclaude.settings.resolve import resolve_settings
from nbclaude.settings.table import BY_NAME
from nbclaude.settings.values import Settings

if TYPE_CHECKING:
    from nbclaude.workspace import Workspace

__all__ = ["Servers"]

# Fields of a request that would bypass a locked setting.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "model": ("fallbacks",),
    "tools": ("mcp_servers",),
    "system": ("messages",),
}
_BETA_HEADER = "anthropic-beta"


class Servers:
    """What a workspace knows of servers; while the demo is on, all settings mean the demo model."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._offered: dict[str, tuple[ModelInfo, ...]] = {}

    def note(self, address: str, models: Sequence[ModelInfo]) -> None:
        """Remember which models the server at this address offers."""
        self._offered[address] = tuple(models)

    def models_of(self, address: str) -> tuple[ModelInfo, ...] | None:
        """Return the models that the server at this address offers; None if it has not been asked yet."""
        return self._offered.get(address)

    def settings(self, options: Mapping[str, Any]) -> Settings:
        """Resolve the settings of a request; the model's name may be an alias or a fragment.

        Raises:
            ConfigurationError: the model's name is a misspelling, or could mean several.

        """
        self._refuse_locked(options)
        settings = resolve_settings(options, self._workspace.configured(), os.environ)
        return replace(settings, model=resolve_model(settings.model, self.offered_models(settings)))

    def _refuse_locked(self, options: Mapping[str, Any]) -> None:
        """Refuse options that an administrator has locked, also when given as `extra` fields."""
        fields = set(options.get("extra") or ())
        if any(header.lower() == _BETA_HEADER for header in dict(options.get("headers") or ())):
            fields.add("betas")
        for name in sorted(self._workspace.locked()):
            setting = BY_NAME.get(name)
            field = (setting.body.partition(".")[0] or name) if setting is not None else name
            if options.get(name) is not None or not fields.isdisjoint((field, *_BESIDE.get(name, ()))):
                reason = f"it is locked by {LOCKED_BY}."
                raise refused(Refusal(name, options.get(name), reason, shown=False))

    def offered_models(self, settings: Settings) -> tuple[ModelInfo, ...]:
        """The models of the current server, if it has been asked for them."""
        return self._offered.get(self.address(settings), ())

    def catalog(self, settings: Settings) -> Catalog:
        """What is known about the models of the current server."""
        address, named = self.address(settings), None if self._workspace.demo_url else self._named(settings)
        # `base_url` is assumed to offer Anthropic's API; once a server has listed its models, that list decides.
        offered = self._offered.get(address, ())
        by_settings = named is None and not offered and address not in self._workspace.other_servers
        is_claude = (
            bool(self._workspace.demo_url)
            or is_anthropic(address)
            or by_settings
            or (named is not None and named.is_claude)
        )
        means, own_prices = (named.models, named.own_prices) if named else ({}, False)
        return Catalog(offered, settings.prices, means, is_claude, own_prices)

    def model(self, settings: Settings) -> ModelInfo:
        """What is known of the model that the settings name."""
        return self.catalog(settings).info(settings.model)

    def address(self, settings: Settings) -> str:
        """The base URL in force."""
        if self._workspace.demo_url:
            return self._workspace.demo_url
        named = self._named(settings)
        return normalize_base_url(named.base_url if named else settings.base_url)

    def connection(self, settings: Settings, *, needs_key: bool = True) -> Connection:
        """Build the connection: to the demo model while the demo is on, else to the server that the settings name.

        Without a key nothing can be sent through it; what would be sent can still be planned.
        """
        if self._workspace.demo_url:
            return Connection(
                base_url=self._workspace.demo_url,
                api_version=settings.api_version,
                timeout=settings.timeout,
                max_retries=settings.max_retries,
                key_source="the demo model",
                secret=Secret("demo"),
            )
        named = (
            find_connection(settings.connection, self._workspace.named_connections())
            if settings.connection
            else None
        )
        return connect(
            os.environ,
            base_url=named.base_url if named else settings.base_url,
            api_version=settings.api_version,
            timeout=settings.timeout,
            max_retries=settings.max_retries,
            named=self._named(settings),
            auth_style=settings.auth_style,
            stored_key=stored_key,
            needs_key=needs_key,
        )

    def _named(self, settings: Settings) -> NamedConnection | None:
        return (
            find_connection(settings.connection, self._workspace.named_connections())
            if settings.connection
            else None
        )
