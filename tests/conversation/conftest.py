from __future__ import annotations

from tests.client.conftest import no_idle_lines, no_network_settings

__all__ = ["no_idle_lines", "no_network_settings"]
