"""What a row of the table of settings tells of a setting, and of the options that set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.settings.kinds import Kind, Text, Texts
from nbclaude.settings.mappings import Headers, Json

__all__ = ["EVERY_FIELD", "GROUPS", "MORE", "Option", "Setting", "parameter"]

EVERY_FIELD = "*"  # the place of a setting that gives fields of the body by their names

# The groups of controls in a panel, from top to bottom; the last one is folded away.
MORE = "more"
GROUPS = ("server", "model", "steering", "length", "prompt", "cost", MORE)

_OF_THE_SETTING = Kind()


@frozen
class Option:
    """One option of a magic's line that sets a setting.

    A `metavar` stands for its value; without one the option means `flag`. The value may be left out where there is an
    `optional` one: the next word is a value only if the kind reads it, or if it is a number and so is `optional`. An option
    that is `repeat`ed collects its values. An `expression` may have brackets, in which quotes and spaces are Python's.

    `kind` and `help` are those of the setting where they are not given; `more` is added to that help.
    """

    names: tuple[str, ...]
    metavar: str = ""
    help: str = ""
    more: str = ""
    kind: Kind = _OF_THE_SETTING
    flag: Any = True
    repeat: bool = False
    optional: str = ""
    expression: bool = False
    field: str = ""

    @property
    def usage(self) -> str:
        """The option as the help page shows it."""
        names = ", ".join(self.names)
        return f"{names} {self.metavar}" if self.metavar else names


@frozen
class Setting:
    """One setting.

    * `name` is what it is called everywhere: a trait of `%config`, an argument of `nbclaude.ask`, a field of `Settings`.
    * `kind` reads and checks its values. `help` says what it is, in a few words that begin with a small letter.
    * `default` is what counts where nobody has said anything; `environment` a variable that is asked before that.
    * `options` set it for one ask, `in_ask` tells whether `nbclaude.ask` does, and `configurable` whether `%config` does.
    * `held` tells whether it is a field of `Settings`; others are of the question, or of how an answer is shown.
    * `body` is its place in the body of the request ("metadata.user_id"); `betas` are beta headers that values need.
    * `follows` tells whether a request that goes on with an answer repeats it. What is configured of one that is `added`
      stays beside what the ask gives, instead of giving way.
    * `masked` is how the screen for secrets calls it where it masks them. Other text in the body is refused if it holds one.
    * `in_state` tells whether the table of the state shows it: "always", when it is "set", or never.
    * `group` is the one of `GROUPS` that has its control in the panel, which is made from its kind; empty if it has no control.
      If the row does not say, a setting that can be configured is under `MORE`.
    """

    name: str
    kind: Kind
    help: str
    default: Any = None
    options: tuple[Option, ...] = ()
    environment: str = ""
    configurable: bool = False
    in_ask: bool = False
    held: bool = True
    body: str = ""
    betas: Mapping[Any, str] = field(default_factory=dict)
    follows: bool = False
    added: bool = False
    masked: str = ""
    in_state: str = ""
    group: str | None = None

    def __post_init__(self) -> None:
        if self.group is None:
            object.__setattr__(self, "group", MORE if self.configurable else "")
        own = tuple(self._completed(option) for option in self.options)
        object.__setattr__(self, "options", own)

    def _completed(self, option: Option) -> Option:
        kind = self.kind if option.kind is _OF_THE_SETTING else option.kind
        ending = " (can be repeated)" if option.repeat else ""
        words = f"{option.help or self.help}{option.more}{ending}"
        return replace(option, field=self.name, kind=kind, help=words, more="")

    @property
    def unset(self) -> Any:
        """What stands for "not given" in the options of one ask: what the question has by itself, else None."""
        return None if self.held or self.configurable else self.default

    @property
    def refuses_secrets(self) -> bool:
        """Whether a secret in it cannot be masked, since it would mean something else."""
        return bool(self.body) and not self.masked and isinstance(self.kind, Text | Texts | Json | Headers)


def parameter(name: str, kind: Kind, help: str, metavar: str = "", **more: Any) -> Setting:
    """Make the row of a parameter of the request: an option, a setting and an argument that go into the body.

    Its option is `--name`, its place in the body `name`, and it is repeated where an answer goes on, unless `more` says so.
    """
    usual = {
        "options": (Option((f"--{name.replace('_', '-')}",), metavar or name.upper()),),
        "body": name,
        "configurable": True,
        "in_ask": True,
        "follows": True,
        "in_state": "set",
    }
    return Setting(name, kind, help, **{**usual, **more})
