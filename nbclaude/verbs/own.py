"""Verbs that users define, and the TOML file that keeps them: one table a verb, with its `prompt` and its `options`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen

__all__ = ["FILE_NAME", "OwnVerb", "keep_verb", "kept_verbs", "remove_verb", "verb_name"]

FILE_NAME = "nbclaude_verbs.toml"
_HEAD = """\
# Verbs of your own for nbclaude: [review] makes %claude_review and %%claude_review, which ask what `prompt` says.
# `options` are options of %claude. Edit the file as you like; it is read when the extension loads.
"""
_NAME = re.compile(r"[a-z]\w*", re.ASCII)


@frozen
class OwnVerb:
    """A verb: what it asks, and with which options, as they are typed."""

    name: str
    prompt: str
    options: str = ""

    @property
    def magic(self) -> str:
        """The name of its magic."""
        return f"claude_{self.name}"


def verb_name(text: str) -> str:
    """Return a name as verbs have it, `review` also for `claude_review`; empty if it cannot be one."""
    name = text.removeprefix("%").removeprefix("%").removeprefix("claude_")
    return name if _NAME.fullmatch(name) else ""


def kept_verbs(path: Path) -> tuple[OwnVerb, ...]:
    """Return the verbs of a file, in its order; none if there is no file.

    Raises:
        ConfigurationError: the file cannot be read, or is not as it should be; the message says where.

    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None
    return _verbs_of(text, path)


def _verbs_of(text: str, path: Path) -> tuple[OwnVerb, ...]:
    import tomllib  # for few: this module loads with the extension

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.") from None
    return tuple(_verb(name, table, path) for name, table in tables.items())


def _verb(name: str, table: object, path: Path) -> OwnVerb:
    if verb_name(name) != name:
        raise ConfigurationError(
            f"{path}: [{name}] is not a name for a verb; use small letters, digits and _."
        )
    given = dict(table) if isinstance(table, Mapping) else {}
    prompt, options = given.pop("prompt", ""), given.pop("options", "")
    if not isinstance(prompt, str) or not prompt.strip() or not isinstance(options, str):
        raise ConfigurationError(f'{path}: [{name}] needs prompt = "...", and may have options = "...".')
    if given:
        raise ConfigurationError(
            f"{path}: [{name}] has {next(iter(given))!r}; a verb has prompt and options."
        )
    return OwnVerb(name, prompt.strip("\n"), options.strip())


def keep_verb(path: Path, verb: OwnVerb) -> None:
    """Write a verb into the file, in the place of the one of its name; what else stands there stays, comments too."""
    _rewrite(path, verb.name, _table(verb))


def remove_verb(path: Path, name: str) -> bool:
    """Take a verb out of the file; tell whether it was there."""
    if all(verb.name != name for verb in kept_verbs(path)):
        return False
    _rewrite(path, name, "")
    return True


def _rewrite(path: Path, name: str, table: str) -> None:
    known = {verb.name: verb for verb in kept_verbs(path)}
    text = path.read_text("utf-8") if path.exists() else _HEAD
    wanted = {**known}
    wanted.pop(name, None)
    others = dict(wanted)
    if table:
        wanted |= {verb.name: verb for verb in _verbs_of(table, path)}
    begin, end = _place_of(text, name) if name in known else (len(text), len(text))
    above = text[:begin].rstrip("\n")
    new = "\n\n".join(part for part in (above, table.strip("\n"), text[end:].strip("\n")) if part) + "\n"
    try:
        is_right = {verb.name: verb for verb in _verbs_of(new, path)} == wanted
    except ConfigurationError:
        is_right = False
    if not is_right:  # it is written in a way of its own: inline, or with a bracket in a text
        new = "\n".join([_HEAD, *(_table(verb) for verb in others.values()), table])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new, "utf-8")


def _place_of(text: str, name: str) -> tuple[int, int]:
    """Return where the table of a verb stands, up to the next table or the comment above that."""
    found = re.search(rf"^\[[ \t]*{re.escape(name)}[ \t]*\].*$", text, re.MULTILINE)
    if found is None:
        return len(text), len(text)
    following = re.compile(r"^(?:#.*\n)*\[", re.MULTILINE).search(text, found.end())
    return found.start(), following.start() if following else len(text)


def _table(verb: OwnVerb) -> str:
    lines = [f"[{verb.name}]", f"prompt = {_text(verb.prompt)}"]
    if verb.options:
        lines.append(f"options = {_text(verb.options)}")
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """Write a text as TOML: JSON's escapes are TOML's, but for the delete character; lines stay lines where they can."""
    is_plain = text.replace("\n", "").isprintable() and '"""' not in text and "\\" not in text
    if "\n" in text and is_plain and not text.endswith('"'):
        return f'"""\n{text}"""'
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
