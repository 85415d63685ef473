"""Which word counts: an option or argument before `%config` or a profile, that before the environment, then the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from nbclaude.refusal import ASKED, CONFIGURED, UnfitError, refused
from nbclaude.settings.rows import Setting
from nbclaude.settings.table import BY_NAME, SETTINGS
from nbclaude.settings.values import Settings

__all__ = ["checked", "follow_up_settings", "resolve_settings", "without_unfit"]


def resolve_settings(
    options: Mapping[str, Any], configured: Mapping[str, Any], environment: Mapping[str, str]
) -> Settings:
    """Build the settings; in `options` and `configured` only what somebody has set, and None counts as unset.

    Raises:
        ConfigurationError: a value is of the wrong kind; its `refusal` says which, and where it came from.

    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if not setting.held:
            continue
        given = [
            checked(setting, value, source)
            for source, value in (
                (setting.environment, environment.get(setting.environment, "").strip() or None),
                (CONFIGURED, configured.get(setting.name)),
                (ASKED, options.get(setting.name)),
            )
            if value is not None
        ]
        if given:
            values[setting.name] = _together(given) if setting.added else given[-1]
    asked = frozenset(name for name in values if options.get(name) is not None)
    return Settings(**values, asked=asked)


def checked(setting: Setting, value: object, source: str = ASKED) -> Any:
    """Return the value as it is kept.

    Raises:
        ConfigurationError: it is of another kind.

    """
    try:
        return setting.kind.check(value)
    except UnfitError as error:
        raise refused(error.refusal(setting.name, value, source)) from None


def without_unfit(configured: Mapping[str, Any]) -> Settings:
    """Build settings of what is configured where `resolve_settings` could not: what is wrong is left out."""
    fitting = {}
    for name, value in configured.items():
        if name in BY_NAME and BY_NAME[name].held:
            try:
                fitting[name] = BY_NAME[name].kind.check(value)
            except UnfitError:
                continue
    return Settings(**fitting)


def follow_up_settings(before: Settings | None, now: Settings, fixed: Collection[str] = ()) -> Settings:
    """Ask as before, except for what this ask itself has set, and for what is `fixed`.

    A tool that had to be called need not be again.
    """
    if before is None:
        return now
    names = [setting.name for setting in SETTINGS if setting.follows]
    repeated = [name for name in names if name not in now.asked and name not in fixed]
    return replace(now, **{name: getattr(before, name) for name in repeated})


def _together(given: list[Any]) -> Any:
    """Add up tuples without repetition, or mappings, the last word winning."""
    if all(isinstance(value, Mapping) for value in given):
        return {key: item for value in given for key, item in value.items()}
    return tuple(dict.fromkeys(item for value in given for item in value))
