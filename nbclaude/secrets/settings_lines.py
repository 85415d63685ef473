"""Lines of settings: `name: value` or `name = value` among others of their kind, as in YAML, INI, headers and shells."""

from __future__ import annotations

import re

from nbclaude.frozen import frozen
from nbclaude.secrets.names import Name

__all__ = ["BREAK", "SettingsLine", "line_at", "rest_of_line"]

# A line may end in the repr of a text, too.
BREAK = re.compile(r"\r?\n|⏎|(?:\\{1,3}r)?\\{1,3}n|\Z")
# A comment behind a line begins one, too.
_BACK = re.compile(
    r"\n|⏎|(?<=[ \t])(?=(?:#{1,3}|//|/\*|--|<!--)[ \t])"
    r"|(?<!\\)(?:\\{1,3})n|(?<![\w\s)\]}.,;:>-])[\"'](?=[ \t]*(?:- )?[\w.$\"'-]+[\"']?\s*[:=])"
)
_MARKS = re.compile(
    r"[ \t]*(?:(?:[-+>|#;*%]{1,3}|/{2,3}|/\*{1,2}|<!--)[ \t]+){0,3}(?:[+-])?(?:export |set |declare -x )?[\"']?"
)
_SETTING = re.compile(
    r"(?P<indent>[ \t]*)(?:(?:[-+>|#*]{1,3}[ \t]+){1,3}|[+-])?(?:export |set )?(?P<key>[\w.$/-]{1,60})[\"']?"
    r"(?P<sign>[ \t]*[:=][ \t]*)(?P<value>[^\n]{0,300})"
)
_SECTION = re.compile(r"[ \t]*\[{1,2}[\w .:\"'/-]{1,80}\]{1,2}[ \t]*$")
_STOP = re.compile(rf"[ \t]+(?:#|//|;)[ \t]|{BREAK.pattern}")
_HEADER = re.compile(r"(?:X|x)-[\w-]{2,60}$|[A-Z][a-z]+(?:-[A-Z][A-Za-z]+)+$|(?:[a-z]+-)?api-?key$")
_TYPES = re.compile(
    r"(?:str|string|int|integer|float|bool|boolean|number|date|datetime|bytes|any"
    r"|Optional\[.*|[Ll]ist\[.*|[Dd]ict\[.*)!?;?(?:[ ]=.*)?$"
)
_PROGRAM = re.compile(r"[=,(\"'\[{]|^\w+\.\w+$|[-+*/]\s")
_MAX_LENGTH = 4_096
_LAST_OF_ARGUMENTS = re.compile(r"[,({][ \t]?\n\Z")
_BEFORE_A_SETTING = frozenset(("", "\n", " ", "\t", '"', "'", "+", "-", "n", "⏎"))
_NEIGHBOURS = 4


@frozen
class SettingsLine:
    """A setting that is alone on its line, where its value stands, its sign, and the settings around it."""

    start: int
    end: int
    key: str
    sign: str
    spaced: bool
    neighbours: tuple[tuple[str, str, str], ...]
    in_section: bool

    def is_structured(self, name: Name) -> bool:
        """Tell whether the line is one of a file of settings, in which the name decides what its value is."""
        if not name.strong:
            return False
        others = [(key, sign, value) for key, sign, value in self.neighbours if key != self.key]
        if len(others) < len(self.neighbours) and not others:
            # The same name again: a list of things, not the settings of one.
            return False
        same = [value for _, sign, value in others if sign == self.sign]
        if self.sign == ":":
            if any(_TYPES.match(value) for value in same):
                return False
            return bool(same) or bool(_HEADER.match(self.key)) or self._is_lone_password(name)
        if self.in_section:
            return True
        if self.spaced and "-" not in self.key:
            return bool(same) and not any(_PROGRAM.search(value) for value in same)
        return not name.plain or bool(same)

    def _is_lone_password(self, name: Name) -> bool:
        # Nothing but `password: word`.
        return name.kind == "password" and not name.plain


def line_at(text: str, start: int, end: int, sign_start: int, position: int) -> SettingsLine | None:
    """Return the setting whose name stands from `start` to `end`, if it is alone on its line."""
    began = _line_start(text, start)
    marks = _MARKS.match(text, began, start) if began >= 0 else None
    if marks is None or marks.end() != start:
        return None
    rest = rest_of_line(text, position)
    if rest is None:
        return None
    block = _block(text, position)
    if block is not None:
        rest = block
    value = text[slice(*rest)]
    if _LAST_OF_ARGUMENTS.search(text, max(began - 3, 0), began):
        return None
    if value.endswith((",", "(", "[", "{", "\\")) or not value:
        return None
    sign = text[sign_start:position]
    neighbours, in_section = _around(text, began, rest[1])
    lone = not neighbours and not in_section and block is None
    if lone and " " in value:
        return None
    return SettingsLine(
        *rest,
        key=text[start:end],
        sign="=" if "=" in sign else ":",
        spaced="=" in sign and sign != "=",
        neighbours=neighbours,
        in_section=in_section,
    )


def rest_of_line(text: str, position: int) -> tuple[int, int] | None:
    """Return the place of what stands on a line from here on, without spaces, quotes and comments; None for nothing."""
    stop = _STOP.search(text, position, position + _MAX_LENGTH)
    end = stop.start() if stop else min(position + _MAX_LENGTH, len(text))
    value = text[position:end].rstrip()
    # The quote that ends the repr of the text around.
    closing = re.search(r"\\{0,3}[\"'][\])},;]{0,3}$", value)
    if closing and value.count(closing[0].rstrip("])},;")) == 1:
        value = value[: closing.start()].rstrip()
    first = _command(value)
    return (position, position + first) if first else None


_COMMANDS = frozenset(
    [
        "python",
        "python3",
        "psql",
        "mysql",
        "pg_dump",
        "node",
        "npm",
        "npx",
        "yarn",
        "docker",
        "docker-compose",
        "curl",
        "wget",
        "ssh",
        "bash",
        "sh",
        "make",
        "java",
        "go",
        "cargo",
        "sudo",
        "env",
        "git",
        "aws",
        "terraform",
        "ansible",
        "ansible-playbook",
        "helm",
        "kubectl",
        "rsync",
        "sshpass",
        "restic",
        "borg",
        "uvicorn",
        "gunicorn",
        "flask",
        "celery",
        "jupyter",
        "pytest",
        "pip",
        "uv",
        "poetry",
        "ruby",
        "rails",
        "php",
        "mongo",
        "redis-cli",
        "mysqldump",
        "pg_restore",
    ]
)


def _command(value: str) -> int:
    """Return how long a value is that may stand before a command: `DB_PASSWORD=x python app.py`."""
    words = value.split(None, 2)
    if len(words) > 1 and (words[1] in _COMMANDS or words[1].startswith(("./", "/")) or "=" in words[1]):
        return len(words[0])
    if len(words) > 1 and words[1] in ("&&", ";", "|", "||", "\\"):
        return len(words[0])
    return len(value)


_BLOCK = re.compile(
    r"[|>][+-]?\d?[ \t]*\n(?P<value>(?:(?P<indent>[ \t]+)[^\n]*)(?:\n(?P=indent)[^\n]*){0,400})"
)


def _block(text: str, position: int) -> tuple[int, int] | None:
    """Return the place of a text over several lines in YAML."""
    match = _BLOCK.match(text, position)
    if match is None:
        return None
    return match.start("value") + len(match["indent"]), match.end("value")


def _line_start(text: str, position: int) -> int:
    """Return where the line begins whose first word may stand here; -1 if another word stands before it."""
    if text[position - 1 : position] not in _BEFORE_A_SETTING:
        return -1
    window = max(position - 120, 0)
    found = window if window == 0 else -1
    for match in _BACK.finditer(text, window, position):
        found = match.end()
    return found


def _around(text: str, start: int, end: int) -> tuple[tuple[tuple[str, str, str], ...], bool]:
    """Return the settings on the nearest lines before and behind, and whether a section has begun before."""
    found: list[tuple[str, str, str]] = []
    before = _lines(text[max(start - 400, 0) : start])
    section = False
    # The same name on the line before: one of a list, not of settings.
    if len(before) > 1 and before[-2].startswith(text[start : start + 12]):
        before = before[-2:]
    for number, line in enumerate(reversed(before[-10:])):
        if _SECTION.match(line):
            section = True
            break
        if number < _NEIGHBOURS and (setting := _SETTING.fullmatch(line)):
            found.append(_parts(setting))
        elif not line.strip() and number:
            break
    for line in _lines(text[end : end + 400])[1 : 1 + _NEIGHBOURS]:
        if setting := _SETTING.fullmatch(line):
            found.append(_parts(setting))
        else:
            break
    return tuple(found), section


def _lines(text: str) -> list[str]:
    if "\n" in text:
        return text.split("\n")
    return re.split(r"\r?\n|⏎|(?:\\{1,3}r)?\\{1,3}n", text)


def _parts(match: re.Match[str]) -> tuple[str, str, str]:
    return match["key"], "=" if "=" in match["sign"] else ":", match["value"].strip()
