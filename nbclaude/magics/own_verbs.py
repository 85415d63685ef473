"""`%claude_verb` and `%claude_verbs`: users' own verbs, each a magic that asks what its text says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import line_cell_magic, line_magic, magics_class, no_var_expand

from nbclaude.asking.prepare import refuse_keys
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply
from nbclaude.context.attachment import Attachment
from nbclaude.context.code.hidden import hide_secrets
from nbclaude.errors import ConfigurationError
from nbclaude.magics.calls import ASKING, OWN_VERBS
from nbclaude.magics.chat import ClaudeMagics
from nbclaude.magics.family import OtherFamily
from nbclaude.magics.in_cell import ask_prompt
from nbclaude.magics.kept_verbs import path_of_verbs
from nbclaude.magics.scope import standing
from nbclaude.magics.wording import worded
from nbclaude.options import parse_line
from nbclaude.output import say, show_table
from nbclaude.stopping import stoppable
from nbclaude.texts import counted, framed
from nbclaude.verbs.own import OwnVerb, keep_verb, kept_verbs, remove_verb, verb_name

__all__ = ["OwnVerbMagics"]

_DEFINITION = re.compile(
    r"\s*(?P<name>\S+)\s*(?P<text>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')?(?P<options>.*)", re.DOTALL
)
_KEEP = re.compile(r"(?<!\S)--keep(?!\S)")
_FORGET = re.compile(r"\s*--forget\s+(\S+)\s*")
_USAGE = '%claude_verb NAME "TEXT" [options]'


@magics_class
class OwnVerbMagics(OtherFamily):
    """Magics that make other magics."""

    def __init__(self, chat: ClaudeMagics) -> None:
        super().__init__(chat)
        self._verbs: dict[str, OwnVerb] = {}
        self._made: dict[str, Callable[..., Any]] = {}

    def load(self) -> None:
        """Make the magics of the verbs that are kept; a file that cannot be read is named, and nothing fails."""
        path = path_of_verbs(self.shell)
        if path is None or not path.exists():
            return
        try:
            verbs = kept_verbs(path)
        except ConfigurationError as error:
            say(f"The verbs of your own are not loaded. {error}")
            return
        for verb in verbs:
            try:
                self._make(verb)
            except UsageError as error:
                say(f"{path}: {error}")

    def unload(self) -> None:
        """Take all of them out of the shell."""
        for name in list(self._verbs):
            self._drop(name)

    @no_var_expand
    @line_cell_magic
    @worded()
    def claude_verb(self, line: str, cell: str | None = None) -> None:
        r"""Make a verb of your own: a magic that asks what its text says.

        %claude_verb review "Review this code for bugs; be brief" --cells 1
            makes %claude_review and %%claude_review. What stands in their line is added to the text, and options of %claude
            too; what stands below %%claude_review goes along, and is not run.
        %claude_verb --keep review "..."    keeps it in the profile, in a file that you can edit and share
        %claude_verb --forget review        forgets it, there too
        %%claude_verb review [options]      the text is what stands below
        """
        refuse_keys(self.workspace, f"{line}\n{cell or ''}")
        if found := _FORGET.fullmatch(line):
            self._forget(found[1])
            return
        verb, keep = _defined(line, cell)
        is_new = verb.name not in self._verbs
        self._make(verb)
        where = ""
        if keep:
            path = path_of_verbs(self.shell)
            if path is None:
                raise UsageError(
                    "%claude_verb --keep: this shell has no profile to keep it in. It holds until the kernel ends."
                )
            keep_verb(path, verb)
            where = f", kept in {path}"
        said = "There are" if is_new else "Changed:"
        say(f"{said} %{verb.magic} and %%{verb.magic}{where}.")

    @line_magic
    def claude_verbs(self, line: str) -> None:
        """List the verbs of your own: what each asks, with which options, and whether it is kept in the profile.

        %claude_verbs
        """
        path = path_of_verbs(self.shell)
        if not self._verbs:
            say(f"You have no verbs of your own yet. {_USAGE} makes one.")
            return
        try:
            kept = {verb.name: verb for verb in kept_verbs(path)} if path is not None else {}
        except ConfigurationError as error:
            say(str(error))
            kept = {}
        rows = [
            (
                f"%{verb.magic}",
                verb.prompt,
                verb.options or "–",
                "yes" if kept.get(verb.name) == verb else "no",
            )
            for verb in self._verbs.values()
        ]
        title = f"Verbs of your own; kept ones stand in {path}" if path is not None else "Verbs of your own"
        show_table(self.shell, title, ("verb", "asks", "options", "kept"), rows)

    def _forget(self, said: str) -> None:
        name = verb_name(said)
        path = path_of_verbs(self.shell)
        was_kept = path is not None and bool(name) and remove_verb(path, name)
        if name not in self._verbs and not was_kept:
            known = ", ".join(self._verbs) or "none yet"
            raise UsageError(f"%claude_verb --forget {said}: this is not a verb of yours. Yours: {known}.")
        self._drop(name)
        say(f"Forgot %claude_{name}{f', also in {path}' if was_kept else ''}.")

    def _make(self, verb: OwnVerb) -> None:
        """Put the magic of a verb into the shell.

        Raises:
            UsageError: the name is that of another magic, or its options cannot be used.

        """
        tables = self.shell.magics_manager.magics
        is_taken = any(verb.magic in table for table in tables.values()) and verb.name not in self._verbs
        if is_taken or verb.magic in ASKING or verb.name in ("verb", "verbs"):
            raise UsageError(
                f"%{verb.magic} is there already, and it is not a verb of your own. Choose another name."
            )
        _, rest = parse_line(verb.options)
        if rest.strip():
            raise UsageError(
                f"{verb.name}: after the text only options of %claude may stand, not {rest.strip()!r}."
            )
        magic = self._magic(verb)
        self._verbs[verb.name], self._made[verb.name] = verb, magic
        OWN_VERBS.add(verb.magic)
        for kind in ("line", "cell"):
            tables[kind][verb.magic] = magic

    def _drop(self, name: str) -> None:
        verb, magic = self._verbs.pop(name, None), self._made.pop(name, None)
        if verb is None:
            return
        OWN_VERBS.discard(verb.magic)
        for table in self.shell.magics_manager.magics.values():
            if table.get(verb.magic) is magic:
                del table[verb.magic]

    def _magic(self, verb: OwnVerb) -> Callable[..., Any]:
        @stoppable()
        @worded()
        def ask(line: str, cell: str | None = None) -> Reply | None:
            return self._ask(verb, line, cell)

        with_options = f"with the options {verb.options}" if verb.options else "without options"
        ask.__doc__ = f"{verb.prompt}\n\nA verb of your own, {with_options}; %claude_verbs lists them."
        ask.__name__ = verb.magic
        magic: Callable[..., Any] = no_var_expand(ask)
        return magic

    def _ask(self, verb: OwnVerb, line: str, cell: str | None) -> Reply | None:
        refuse_keys(self.workspace, f"{line}\n{cell or ''}")
        where = standing(self.shell)
        # Options of the line count more than those of the verb: they come later.
        options, more = parse_line(f"{verb.options} {line}")
        where.refuse_into(options.into)
        more = more.strip()
        below = cell.rstrip("\n") if cell is not None else ""
        prompt = Prompt(
            f"{verb.prompt}\n\n{more}" if more else verb.prompt,
            verb=verb.name,
            label=f"{verb.name}: {more}" if more else verb.name,
            attachments=(_below(below),) if below.strip() else (),
        )
        reply = ask_prompt(self._chat, options, prompt, where.scope)
        return reply if where.target else None


def _below(text: str) -> Attachment:
    lines = text.count("\n") + 1
    return Attachment(
        "the text below",
        (framed("cell", "below the line", hide_secrets(text)),),
        counted(lines, "line"),
        kind="source",
    )


def _defined(line: str, cell: str | None) -> tuple[OwnVerb, bool]:
    """Read the definition of a verb, and whether it is to be kept.

    Raises:
        UsageError: it has no name, or no text.

    """
    kept_first = _KEEP.match(line.lstrip())
    found = _DEFINITION.fullmatch(line.lstrip()[kept_first.end() :] if kept_first else line)
    if found is None:
        raise UsageError(f"%claude_verb makes a verb of your own: {_USAGE}. %claude_verbs lists them.")
    name = verb_name(found["name"])
    if not name:
        raise UsageError(
            f"%claude_verb {found['name']}: a name has small letters, digits and _, and begins with a letter."
        )
    quoted, options = found["text"], found["options"]
    if cell is not None and quoted:
        raise UsageError("%%claude_verb takes its text from below the line, not from the line.")
    if cell is None and not quoted:
        raise UsageError(f"%claude_verb {name}: put its text in quotes: {_USAGE}.")
    text = cell.strip("\n") if cell is not None else re.sub(r"\\([\"'\\])", r"\1", str(quoted)[1:-1])
    if not text.strip():
        raise UsageError(f"%claude_verb {name}: its text is empty.")
    keep = bool(kept_first) or _KEEP.search(options) is not None
    return OwnVerb(name, text, " ".join(_KEEP.sub(" ", options).split())), keep
