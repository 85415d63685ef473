"""How the line of a magic spells a setting: by the option that sets it, and where there is none, by `%config`."""

from __future__ import annotations

from typing import Any

from nbclaude.cures import Command, Login, Part, Way
from nbclaude.refusal import UnfitError
from nbclaude.settings.rows import Option
from nbclaude.settings.table import BY_NAME

__all__ = ["command_line", "config_line", "option_for", "spell", "spelled_setting"]

_WAYS = {
    Way.STORE_KEY: "See %claude_login.",
    Way.LIST_MODELS: "%claude_models lists those that the server offers.",
}


def spell(part: Part) -> str:
    """Spell what a sentence mentions; a model by its option in brackets."""
    if isinstance(part, Way):
        return _WAYS[part]
    if isinstance(part, Command | Login):
        return command_line(part)
    if part.setting == "model":
        return f"{part.value or 'model'} (-m)"
    return spelled_setting(part.setting, part.value)


def option_for(name: str, value: Any = None) -> Option | None:
    """Return the option that gives a setting this value, or any value; None where no option does."""
    options = BY_NAME[name].options
    if value is None:
        return options[0] if options else None
    return next((option for option in options if _gives(option, value)), None)


def _gives(option: Option, value: Any) -> bool:
    if not option.metavar:
        return bool(option.flag == value)
    try:
        option.kind.check(value)
    except UnfitError:
        return False
    return True


def spelled_setting(name: str, value: Any = None) -> str:
    """Spell a setting, with a value if there is one: `--effort`, `--effort low`, `--no-think`."""
    option = option_for(name, value)
    if option is None:
        return config_line(name, value)
    word = option.names[-1]
    if value is None or not option.metavar or value == option.optional:
        return word
    return f"{word} {value:,}" if isinstance(value, int) else f"{word} {value}"


def config_line(name: str, value: Any = None) -> str:
    """Spell a setting as `%config` does, or as the environment does."""
    variable = f" or {BY_NAME[name].environment}" if BY_NAME[name].environment else ""
    return f"%config ClaudeMagics.{name}" + (variable if value is None else f" = {value!r}")


def command_line(command: Command | Login) -> str:
    """Spell a command as a cell runs it: there is no other way to run one, so all surfaces spell it so."""
    if isinstance(command, Login):
        return f"%claude_login --connection {command.connection}"
    return f"%claude_{command.value}" if command.value else "%claude"
