"""The settings as traits, for `%config` and a profile's configuration file, made of the table of settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, Enum, Float, Integer, List, TraitError, TraitType, Unicode, default
from traitlets.config import Configurable

from nbclaude.magics.wording import trait_text
from nbclaude.refusal import CONFIGURED, LOCKED_BY, UnfitError
from nbclaude.secrets.keys import find_keys
from nbclaude.settings.kinds import Choice, Flag, Kind, Number, System, Text, Texts, Whole
from nbclaude.settings.mappings import Entries, Headers, Json, Prices
from nbclaude.settings.rows import Setting
from nbclaude.settings.table import ENVIRONMENT, SETTINGS

__all__ = ["ClaudeTraits", "SettingError", "setting_help"]


class SettingError(TraitError):
    """A value that `%config` or a profile has given cannot be used; a notebook shows it as one line."""

    def _render_traceback_(self) -> list[str]:
        return [f"\x1b[31mTraitError\x1b[39m: {self}"]


def setting_help(setting: Setting) -> str:
    """Write the help of a setting as a sentence, with what counts where nobody has set it."""
    text = setting.help[0].upper() + setting.help[1:]
    if setting.environment:
        text += f". Unset: {setting.environment}, else {setting.default}"
    return f"{text}."


class _Checked:
    """Mixed into a trait: the kind of the setting checks its values first, and no value may hold a key."""

    setting: Setting
    name: str | None

    def validate(self, holder: Any, value: Any) -> Any:
        """Return the value as the trait keeps it."""
        if self.name in getattr(holder, "held_fast", ()) and value != getattr(holder, self.name or "", None):
            raise SettingError(f"ClaudeMagics.{self.setting.name}: it is locked by {LOCKED_BY}.")
        if value is None and self.setting.default is None:
            return None
        try:
            value = self.setting.kind.check(value)
        except UnfitError as error:
            raise SettingError(trait_text(error.refusal(self.setting.name, value, CONFIGURED))) from None
        if find_keys(repr(value)):
            # %config prints every value into the notebook.
            raise SettingError(
                f"ClaudeMagics.{self.setting.name}: it holds an API key, and %config would print it into the notebook. "
                "Revoke the key, and store another with %claude_login."
            )
        value = list(value) if isinstance(value, tuple) else value
        return super().validate(holder, value)  # type: ignore[misc]


def _checked(base: type[Any]) -> Any:
    """Mix the check into a class of traits; the help of `%config` shows its name."""
    return type(base.__name__, (_Checked, base), {"__module__": __name__})


_Text, _Choice, _Number, _Whole, _Flag, _Texts, _Mapping = map(
    _checked, (Unicode, Enum, Float, Integer, Bool, List, Dict)
)


def _choice(setting: Setting, kind: Choice) -> TraitType[Any, Any]:
    words = ("", *kind.words) if kind.empty else kind.words
    none = setting.default is None
    trait: TraitType[Any, Any] = _Choice(words, setting.default, allow_none=none, help=setting_help(setting))
    return trait


def _plain(class_: Callable[..., TraitType[Any, Any]]) -> Callable[[Setting, Any], TraitType[Any, Any]]:
    def make(setting: Setting, _kind: Kind) -> TraitType[Any, Any]:
        # What the environment may say is not known yet: such a trait is empty until it is asked for.
        value = "" if setting.environment else setting.default
        return class_(value, allow_none=value is None, help=setting_help(setting))

    return make


def _several(setting: Setting, kind: Texts) -> TraitType[Any, Any]:
    each = Enum(kind.each.words) if isinstance(kind.each, Choice) else Unicode()
    trait: TraitType[Any, Any] = _Texts(each, help=setting_help(setting))
    return trait


def _mapping(setting: Setting, kind: Kind) -> TraitType[Any, Any]:
    texts = {"value_trait": Unicode(), "key_trait": Unicode()} if isinstance(kind, Headers) else {}
    trait: TraitType[Any, Any] = _Mapping(help=setting_help(setting), **texts)
    return trait


_MAKERS: Mapping[type[Kind], Callable[[Setting, Any], TraitType[Any, Any]]] = {
    Choice: _choice,
    Flag: _plain(_Flag),
    Number: _plain(_Number),
    Whole: _plain(_Whole),
    Text: _plain(_Text),
    System: _plain(_Text),
    Texts: _several,
    Headers: _mapping,
    Json: _mapping,
    Entries: _mapping,
    Prices: _mapping,
}


def _trait(setting: Setting) -> TraitType[Any, Any]:
    maker = next(_MAKERS[class_] for class_ in type(setting.kind).__mro__ if class_ in _MAKERS)
    trait = maker(setting, setting.kind)
    trait.setting = setting  # type: ignore[attr-defined]
    return trait.tag(config=True)


def _from_environment(name: str) -> Any:
    def value(_holder: Any) -> Any:
        from nbclaude.settings.resolve import resolve_settings  # loads with the first question

        return getattr(resolve_settings({}, {}, os.environ), name)

    return default(name)(value)


# What `Settings` has a field for.
# A server is locked only if nothing leads to another one.
_IMPLIED = {"base_url": ("connection", "connections"), "connection": ("connections",)}
_HELD = frozenset(setting.name for setting in SETTINGS if setting.held)
_TRAITS = {setting.name: _trait(setting) for setting in SETTINGS if setting.configurable}
_DEFAULTS = {f"_default_{name}": _from_environment(name) for name in ENVIRONMENT}
_made: Any = type(Configurable)
_Traits: Any = _made("_Traits", (Configurable,), {"__module__": __name__, **_TRAITS, **_DEFAULTS})


class ClaudeTraits(_Traits):  # type: ignore[misc]
    """Settings of `%claude`; what a model refuses of them is left out of its requests, and said once."""

    if TYPE_CHECKING:
        # <generated: traits>
        model: str
        system: str
        max_tokens: int
        temperature: float | None
        top_p: float | None
        top_k: int | None
        stop_sequences: list[str]
        effort: str | None
        thinking: str | None
        cells: int
        lazy_seconds: float
        max_steps: int
        approval: str
        approval_seconds: float
        allow_tools: list[str]
        metadata_user: str | None
        service_tier: str | None
        speed: str | None
        betas: list[str]
        headers: dict[str, str]
        extra: dict[str, Any]
        stream: bool
        conversation: str
        mask_personal: list[str]
        caching: str
        cache_ttl: str
        upload_files: bool
        display: str
        save_turns: bool
        restore: str
        replay: str
        moderate: str
        locked: list[str]
        math_macros: list[str]
        connection: str
        connections: dict[str, Any]
        prices: dict[str, tuple[float, ...]]
        base_url: str
        auth_style: str
        api_version: str
        timeout: float
        max_retries: int
        # <end>

    def __init__(self, **arguments: Any) -> None:
        self._set_names: set[str] = set()
        super().__init__(**arguments)
        self._set_names |= set(self.config.get(type(self).__name__, {}))
        self.observe(lambda change: self._set_names.add(change["name"]))
        names = {str(name) for name in self.locked}
        names |= {implied for name in names for implied in _IMPLIED.get(name, ())}
        # A default becomes a trait's value, and is checked, when it is first read: it must be there before the lock.
        for name in names.intersection(self.trait_names()):
            getattr(self, name)
        self.held_fast = frozenset({*names, "locked"} if names else ())

    def names_set(self) -> frozenset[str]:
        """Return the names of all traits that `%config`, a profile or a panel has set."""
        return frozenset(self._set_names & set(self.trait_names(config=True)))

    def configured(self) -> dict[str, Any]:
        """Return the settings that `%config` or a profile has set; the others are for the environment to decide."""
        names = self._set_names & _HELD
        found = {name: getattr(self, name) for name in names}
        # A value that was refused leaves an empty one behind.
        return {name: value for name, value in found.items() if value or name not in ENVIRONMENT}
