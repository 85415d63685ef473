"""Splits the line of a magic into its options (frozen) and the prompt, verbatim.

The line is read from left to right: shell-like words while they are options, then the rest as it stands. A prompt may hold
quotes, braces, dashes and dollars; only a prompt that begins with an option's dash needs `--` before it.
"""

from __future__ import annotations

import difflib
import io
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from IPython.core.error import UsageError

from nbclaude.frozen import frozen
from nbclaude.options.spelling import spell
from nbclaude.refusal import UnfitError, spelled
from nbclaude.secrets.shown import shown_value
from nbclaude.settings.brackets import closing
from nbclaude.settings.rows import Option
from nbclaude.settings.table import OPTIONS
from nbclaude.settings.values import Options

__all__ = ["Ending", "ending_of", "parse_line", "parse_verb_line"]

_BY_NAME = {name: option for option in OPTIONS for name in option.names}
# "-5 degrees", "- a list", "---" and "->" begin a prompt, not an option.
_LOOKS_LIKE_OPTION = re.compile(r"--?[A-Za-z][\w-]*(?==|\s|$)|-[A-Za-z]\b")
_NUMBER = re.compile(r"[+-]?\d+")
_OPTION_NAME = re.compile(r"(?:--?[\w-]*)?")
_BLANK = " \t"
_BLANKS = tuple(_BLANK)
# An optional value starts with one of these; any other character starts the next option, or the prompt.
_MAY_BE_OPTIONAL = re.compile(r"[\w\[\]\"']")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'", re.DOTALL)


def parse_line(line: str) -> tuple[Options, str]:
    """Split the line of a magic into its options and the prompt.

    Raises:
        UsageError: an unknown option, a value that is missing or cannot be used. IPython shows it as one line.

    """
    options, _, prompt = parse_verb_line(line, ())
    return options, prompt


def parse_verb_line(line: str, own: Sequence[Option]) -> tuple[Options, dict[str, Any], str]:
    """Split the line of a verb into its options, the values of those that are the verb's `own` (by their fields), and the rest.

    Raises UsageError as `parse_line` does.
    """
    options, values = Options(), dict[str, Any]()
    by_name = _with_own(own)
    rest = line.lstrip(_BLANK)
    while True:
        if rest == "--" or rest.startswith(("-- ", "--\t", "--\n")):
            return options, values, rest[3:]
        found = _LOOKS_LIKE_OPTION.match(rest)
        if not found:
            return options, values, rest
        name = found.group()
        option = by_name.get(name)
        if option is None:
            raise UsageError(_unknown(name, by_name))
        rest = rest[found.end() :]
        if option.optional:
            value, rest = _take_optional(option, rest)
        elif option.metavar:
            value, rest = _take_value(option, rest)
        elif rest.startswith("="):
            raise UsageError(f"{name} takes no value.")
        else:
            value = option.flag
        if option.repeat:
            value = (*(getattr(options, option.field) or ()), value)
        if option in own:
            values[option.field] = value
        else:
            options = replace(options, **{option.field: value})
        rest = rest.lstrip(_BLANK)


def _with_own(own: Sequence[Option]) -> dict[str, Option]:
    return {**_BY_NAME, **{name: option for option in own for name in option.names}}


@frozen
class Ending:
    """What the end of an unfinished line is: the name of an option, the value of an `option`, or the `prompt`.

    `fragment` is the typed part of it. A value `is_assigned` with `=`: it cannot be left out. `raw` says that the line leaves
    braces as they are.
    """

    fragment: str
    option: Option | None = None
    prompt: bool = False
    raw: bool = False
    is_assigned: bool = False


def ending_of(line: str, own: Sequence[Option] = ()) -> Ending:
    """Tell what somebody types at the end of a magic's line; whatever stands before may be wrong, too.

    A verb has options of its `own`.
    """
    by_name = _with_own(own)
    rest = line.lstrip(_BLANK)
    raw = False
    while not _OPTION_NAME.fullmatch(rest):
        found = _LOOKS_LIKE_OPTION.match(rest)
        option = by_name.get(found.group()) if found else None
        if found is None or option is None:
            return Ending(rest, prompt=True, raw=raw)
        rest = rest[found.end() :]
        raw |= option.field == "raw"
        if option.metavar:
            value = rest[1:] if rest.startswith("=") else rest.lstrip(_BLANK)
            left = _after_value(option, rest, value)
            if left is None:
                return Ending(value, option, raw=raw, is_assigned=rest.startswith("="))
            rest = left
        rest = rest.lstrip(_BLANK)
    return Ending(rest, raw=raw)


def _after_value(option: Option, rest: str, value: str) -> str | None:
    """Return what follows the value of an option; None if the value is still being typed."""
    can_be_left_out = option.optional and not rest.startswith("=")
    if can_be_left_out and value and not _MAY_BE_OPTIONAL.match(value):
        return value  # it has been left out
    try:
        word, left = _take_word(option, rest)
    except UsageError:  # nothing yet, or a quote that is still open
        return None
    if not left and not (value[-1:] in _BLANKS and value[-2:-1] != "\\"):
        return None
    return left if not can_be_left_out or _can_be(option, word) else value


def _take_optional(option: Option, rest: str) -> tuple[Any, str]:
    """Read the value if one follows: after `=`, or a word that can be one.

    Where numbers are values, every number is: how large it is does not make it a part of the prompt.
    """
    following = rest.lstrip(_BLANK).split(maxsplit=1)
    takes_numbers = bool(_NUMBER.fullmatch(option.optional))
    if rest.startswith("=") or (
        following and (_can_be(option, following[0]) or (takes_numbers and _NUMBER.fullmatch(following[0])))
    ):
        return _take_value(option, rest)
    return option.kind.read(option.optional), rest


def _can_be(option: Option, word: str) -> bool:
    try:
        option.kind.read(word)
    except UnfitError:
        return False
    return True


def _take_value(option: Option, rest: str) -> tuple[Any, str]:
    """Read one shell-like word, after `=` or blanks; return its value and what is left of the line."""
    word, left = _take_word(option, rest)
    return _read_value(option, word), left


def _take_word(option: Option, rest: str) -> tuple[str, str]:
    """Take one shell-like word, after `=` or blanks, and return it with what is left of the line."""
    name = option.names[-1]
    if rest.startswith("="):
        rest = rest[1:]
        if rest[:1] in (" ", "\t"):
            return "", rest
    else:
        rest = rest.lstrip(_BLANK)
    found = _LOOKS_LIKE_OPTION.match(rest)
    if not rest or (found and found.group() in _BY_NAME):
        raise UsageError(f"{name} needs a value: {option.usage}.")
    if option.expression:
        return _take_expression(option, rest)
    stream = io.StringIO(rest)
    words = shlex.shlex(stream, posix=True, punctuation_chars=False)
    words.whitespace_split = True
    words.commenters = ""
    try:
        word = words.get_token()
    except ValueError:
        raise UsageError(_not_closed(name, rest)) from None
    return word or "", rest[stream.tell() :]


def _take_expression(option: Option, rest: str) -> tuple[str, str]:
    """Take one word in which brackets hold Python: what is in them stays as it is written, quotes and spaces too.

    Outside of brackets the rules are a shell's, except that a backslash is one of a Windows path unless it escapes a space,
    a quote or another backslash.
    """
    word, position = "", 0
    while position < len(rest) and not rest[position].isspace():
        if rest[position] in "([" and (end := closing(rest, position)):
            word += rest[position:end]
        elif rest[position] in "\"'":
            quoted = _QUOTED.match(rest, position)
            if quoted is None:
                raise UsageError(_not_closed(option.names[-1], rest))
            inner, end = quoted[0][1:-1], quoted.end()
            word += re.sub(r"\\([\"\\])", r"\1", inner) if rest[position] == '"' else inner
        else:
            escaped = rest[position] == "\\" and rest[position + 1 : position + 2] in tuple(" \t\"'\\")
            end = position + 1 + escaped
            word += rest[end - 1 : end]
        position = end
    return word, rest[position:]


def _not_closed(name: str, rest: str) -> str:
    return f"The quote after {name} is not closed: {rest[:40]}"


def _read_value(option: Option, word: str) -> Any:
    try:
        return option.kind.read(word)
    except UnfitError as error:
        cure = f" {spelled(error.cure, spell)}" if error.cure else ""
        raise UsageError(f"{option.names[-1]} {shown_value(word)}: {error.reason}{cure}") from None


def _unknown(name: str, known: Mapping[str, Option]) -> str:
    # Compared without the dashes, which would make all of them look alike.
    words = {option.lstrip("-"): option for option in known if option.startswith("--")}
    word = name.lstrip("-")
    begun = [option for option in words if word and option.startswith(word)]
    close = begun or difflib.get_close_matches(word, words, n=1)
    hint = f": did you mean {words[close[0]]}?" if close else f". The options are {', '.join(known)}."
    return f"There is no option {name}{hint} (A prompt that begins with a dash goes after `--`.)"
