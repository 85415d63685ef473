"""House rules: a text beside the notebook that goes into the system prompt, once somebody has accepted it as it stands.

The file may come with a repository of strangers. So what counts is the hash of its content: a changed file is not used before
it is accepted again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.texts import framed
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from nbclaude.settings.values import Settings

__all__ = ["FILE_NAME", "HouseRules", "RulesFile", "accepted_path", "is_house_rules"]

FILE_NAME = "nbclaude.md"
MAX_LENGTH = 20_000  # characters
_OPENING = "<house_rules"
_MAX_KEPT = 1_000  # hashes


@frozen
class RulesFile:
    """The file as it stands now. `problem` says why it cannot be used, empty if it can."""

    path: Path
    text: str = ""
    problem: str = ""

    @property
    def hash(self) -> str:
        """The SHA-256 of the content, in hexadecimal."""
        import hashlib  # only where there are rules: this module loads with the extension

        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())


def accepted_path() -> Path:
    """Return where the hashes of accepted rules are kept; the file need not exist."""
    import platformdirs

    return platformdirs.user_config_path("nbclaude", appauthor=False) / "accepted-rules.json"


class HouseRules:
    """The rules beside one notebook; without a `folder` there are none."""

    def __init__(
        self, folder: Callable[[], Path | None] = lambda: None, accepted: Callable[[], Path] = accepted_path
    ) -> None:
        self.folder = folder
        self._accepted = accepted
        self._told: set[str] = set()

    def file(self) -> RulesFile | None:
        """Read the file beside the notebook; None if there is none, or nothing in it."""
        folder = self.folder()
        path = folder / FILE_NAME if folder is not None else None
        try:
            if path is None or not path.is_file():
                return None
            if path.stat().st_size > 4 * MAX_LENGTH:
                return RulesFile(
                    path, problem=f"it is too long: house rules have at most {MAX_LENGTH:,} characters"
                )
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            return RulesFile(path, problem="it is not text in UTF-8") if path is not None else None
        except OSError as error:
            return (
                RulesFile(path, problem=f"it cannot be read ({error.strerror})") if path is not None else None
            )
        if not text.strip():
            return None
        if len(text) > MAX_LENGTH:
            problem = (
                f"it is too long: it has {len(text):,} characters, house rules have at most {MAX_LENGTH:,}"
            )
            return RulesFile(path, text, problem)
        return RulesFile(path, text)

    def is_accepted(self, file: RulesFile) -> bool:
        """Tell whether somebody has accepted this content."""
        return not file.problem and file.hash in self._hashes()

    def news(self) -> RulesFile | None:
        """Return the file if it is not accepted and nobody has been told yet of it as it stands."""
        file = self.file()
        if file is None or self.is_accepted(file):
            return None
        told = f"{file.path} {file.hash} {file.problem}"
        if told in self._told:
            return None
        self._told.add(told)
        return file

    def accept(self, file: RulesFile) -> None:
        """Use this content from now on, in every kernel of this user."""
        self._write([*(each for each in self._hashes() if each != file.hash), file.hash])

    def drop(self, file: RulesFile) -> bool:
        """Use this content no longer; tell whether it was accepted."""
        hashes = self._hashes()
        if file.hash not in hashes:
            return False
        self._write([each for each in hashes if each != file.hash])
        self._told.add(f"{file.path} {file.hash} {file.problem}")
        return True

    def added(self, settings: Settings) -> Settings:
        """Return the settings with the accepted rules in front of the system prompt; others that stood there go."""
        system = _without_rules(settings.system)
        file = self.file()
        if file is None or not self.is_accepted(file):
            return settings if system is settings.system else replace(settings, system=system)
        rules = dict(framed("house_rules", file.path.name, file.text.strip()))
        rest = ([text_block(system)] if system else []) if isinstance(system, str) else list(system)
        return replace(settings, system=[rules, *rest])

    def _hashes(self) -> list[str]:
        try:
            known = json.loads(self._accepted().read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return [each for each in known if isinstance(each, str)] if isinstance(known, list) else []

    def _write(self, hashes: Sequence[str]) -> None:
        path = self._accepted()
        new = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(list(hashes)[-_MAX_KEPT:]), "utf-8")
            new.replace(path)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from None


def is_house_rules(block: Mapping[str, Any]) -> bool:
    """Tell whether a block of a system prompt is the house rules, which are framed so."""
    return str(block.get("text") or "").startswith(_OPENING)


def _without_rules(system: str | Sequence[Mapping[str, Any]]) -> Any:
    if isinstance(system, str):
        return system
    rest = [block for block in system if not is_house_rules(block)]
    return rest if len(rest) < len(system) else system
