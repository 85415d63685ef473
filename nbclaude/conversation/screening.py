"""Masks what may not leave in a question and its settings, and notes what was found for the receipt.

Every request passes here when it is planned, whoever asks: a magic, a panel, `nbclaude.ask`. What is masked is recorded
masked, so the same turns are the same bytes in later requests.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nbclaude.client.keys import REVOKE_URL
from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.turns import Turn
from nbclaude.cures import Command, Mention, Words
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.refusal import Refusal, refused
from nbclaude.secrets.keys import Secret, find_keys
from nbclaude.secrets.masking import Finding, mask_named
from nbclaude.secrets.names import name_of_expression
from nbclaude.secrets.personal import PERSONAL_WORDS
from nbclaude.secrets.screen import Screen
from nbclaude.settings.table import SETTINGS
from nbclaude.settings.values import Settings
from nbclaude.texts import counted

if TYPE_CHECKING:
    from nbclaude.conversation.question import Question

__all__ = ["Screening", "key_in_prompt", "screened"]

_PROMPT = "the prompt"
_ALLOWED = Mention("allow_secrets", True)
MAX_SHOWN = 10  # characters of a key that a message repeats


@frozen
class Screening:
    """What was found in a request: `masked` and `sent` (where, and what kind), `before` in earlier turns (what kind)."""

    masked: tuple[tuple[str, str], ...] = ()
    sent: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()

    def and_of(self, steps: Iterable[Screening]) -> Screening:
        """Add what was found in the requests after it, of the same answer; settings that they repeat count once."""
        masked, sent = list(self.masked), list(self.sent)
        for step in steps:
            masked += (Counter(step.masked) - Counter(self.masked)).elements()
            sent += (Counter(step.sent) - Counter(self.sent)).elements()
        return replace(self, masked=tuple(masked), sent=tuple(sent))

    @property
    def summary(self) -> tuple[str, ...]:
        """How much of what was masked, in a few words each."""
        kinds = [kind if kind in PERSONAL_WORDS else "secret" for _, kind in self.masked]
        said = [f"{counted(kinds.count(kind), kind)} masked" for kind in dict.fromkeys(kinds)]
        said += [f"{counted(len(self.sent), 'secret')} sent"] if self.sent else []
        return (*said, f"{counted(len(self.before), 'secret')} in earlier turns") if self.before else (*said,)

    @property
    def masked_by_place(self) -> tuple[str, ...]:
        """What was masked: each kind, with all the places where it was found."""
        places: dict[str, list[str]] = {}
        for where, what in _together(self.masked):
            places.setdefault(what, []).append(where)
        return tuple(
            f"{what}{' each' if len(found) > 1 and what.endswith('times') else ''} in {_listed(found)}"
            for what, found in places.items()
        )

    @property
    def places(self) -> tuple[str, ...]:
        """What was masked, by its place and kind."""
        return tuple(f"masked in {where}: {what}" for where, what in _together(self.masked))

    @property
    def notes(self) -> tuple[Words, ...]:
        """Every finding, by its place and kind, and what can be done about it."""
        said: list[Words] = [(place,) for place in self.places]
        if any(kind not in PERSONAL_WORDS for _, kind in self.masked):
            said.append((_ALLOWED, " sends the secrets."))
        said += [
            (f"sent as it is in {where}, by ", _ALLOWED, f": {what}") for where, what in _together(self.sent)
        ]
        if self.before:
            kinds = ", ".join(what for _, what in _together(("", kind) for kind in self.before))
            said.append(
                (
                    *(
                        "An earlier turn holds what ",
                        _ALLOWED,
                        f" sent ({kinds}); this question sends it again. ",
                    ),
                    *(Mention("new", True), " leaves earlier turns behind."),
                )
            )
        return tuple(said)


def screened(
    question: Question,
    settings: Settings,
    before: Sequence[Turn] = (),
    keys: Sequence[Secret] = (),
    memory: TurnMemory | None = None,
) -> tuple[Question, Settings, Screening]:
    """Return question and settings as they may leave, and what was found in them and in the turns `before`.

    `keys` are known by their values, wherever they stand. `memory` is what earlier requests have worked out about these turns.

    Raises:
        ConfigurationError: the user has typed an API key, or what cannot be masked holds a secret; it is not repeated.

    """
    screener = _Screener(settings, tuple(keys))
    prompt = tuple(
        screener.block(block, name, question.values)
        for block, name in zip(question.prompt, _names(question), strict=True)
    )
    prefill = screener.typed(question.prefill, "the prefill")
    held = [row for row in SETTINGS if row.held]
    changed = {
        row.name: screener.typed(getattr(settings, row.name), row.masked) for row in held if row.masked
    }
    for row in held:
        if row.refuses_secrets:
            screener.refuse(getattr(settings, row.name), row.name)
    found = _found_before(before, tuple(keys), memory or TurnMemory())
    screening = Screening(tuple(screener.masked), tuple(screener.sent), found)
    changed["tools"] = tuple(changed["tools"])
    return replace(question, prompt=prompt, prefill=prefill), replace(settings, **changed), screening


def _found_before(before: Sequence[Turn], keys: tuple[Secret, ...], memory: TurnMemory) -> tuple[str, ...]:
    """Return the kinds of secrets that earlier turns hold, since they were sent."""
    # A key that is known only by now may stand in a turn that was screened before.
    values = hashlib.sha256("\0".join(key.reveal() for key in keys).encode("utf-8", "replace")).digest()
    screen = Screen(keys=keys)
    return tuple(memory.walked(("secrets", values), before, lambda: _Search(screen, values, memory)).kinds)


class _Search:
    """Goes through turns, and notes the kinds of the secrets that they hold."""

    def __init__(self, screen: Screen, values: bytes, memory: TurnMemory, kinds: Iterable[str] = ()) -> None:
        self._screen, self._values, self._memory = screen, values, memory
        self.kinds = [*kinds]

    def take(self, turn: Turn) -> None:
        """Search the next turn."""
        found = self._memory.of(turn, ("secrets", self._values), partial(self._findings, turn))
        self.kinds += [finding.kind for finding in found]

    def copy(self) -> _Search:
        """Return a search that goes on from here."""
        return _Search(self._screen, self._values, self._memory, self.kinds)

    def _findings(self, turn: Turn) -> tuple[Finding, ...]:
        return self._screen.blocks(turn.prompt)[1]


def key_in_prompt(keys: Sequence[str]) -> ConfigurationError:
    """Return the error for keys in a prompt, which says what to do; each is named by its beginning."""
    several = len(keys) > 1
    shown = ", ".join(f"{key[:MAX_SHOWN]}…" for key in keys)
    them = "them" if several else "it"
    return ConfigurationError(
        f"The prompt holds {'API keys' if several else 'an API key'} ({shown}); nothing was sent. "
        f"{'They are' if several else 'It is'} in the notebook and in the kernel's history now, so revoke {them} "
        f"(Anthropic's at {REVOKE_URL}) and delete {them} from the cell.",
        cure=(Command.LOGIN, " stores a key without writing it into the notebook."),
    )


class _Screener:
    """One request on its way through the screen, and what was found so far."""

    def __init__(self, settings: Settings, keys: tuple[Secret, ...]) -> None:
        self.masked: list[tuple[str, str]] = []
        self.sent: list[tuple[str, str]] = []
        self._keys = keys
        self._data = Screen(not settings.allow_secrets, tuple(settings.mask_personal), keys)
        self._typed = replace(self._data, personal=())
        self._secrets = Screen(keys=keys)

    def block(
        self, block: Mapping[str, Any], name: str, values: Iterable[tuple[str, str]]
    ) -> Mapping[str, Any]:
        """Mask one block of the prompt: data, or what the user has typed with values of the kernel in it."""
        if name or block.get("type") != "text":
            kind = str(block.get("type")).replace("_", " ")
            masked_block: Mapping[str, Any] = self._through(self._data, block, name or f"the {kind}")
            return masked_block
        text = str(block.get("text") or "")
        for expression, value in values:
            text = self._inlined(text, expression, value)
        masked = self.typed(text, _PROMPT)
        return block if masked == block.get("text") else {**block, "text": masked}

    def _inlined(self, text: str, expression: str, value: str) -> str:
        """Mask a value that stands in the sentence; its expression may say what it is: `{password}`."""
        name = name_of_expression(expression)
        masked = mask_named(value, name) if name is not None and name.strong else value
        if name is None or masked == value:
            return text.replace(value, self._through(self._data, value, _PROMPT))
        if not self._data.secrets:
            self.sent.append((_PROMPT, name.kind))
            return text
        self.masked.append((_PROMPT, name.kind))
        whole = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)")
        return whole.sub(lambda _: masked, text)

    def typed(self, value: Any, where: str) -> Any:
        """Mask secrets in what the user has typed; an API key there is compromised, and stops the question."""
        if found := find_keys(value if isinstance(value, str) else repr(value), self._keys):
            raise key_in_prompt(found)
        return self._through(self._typed, value, where)

    def refuse(self, value: Any, name: str) -> None:
        """Refuse a secret where a mask would have another meaning."""
        _, found = self._secrets.masked(value)
        if found and self._typed.secrets:
            reason = f"it holds a secret ({found[0].kind}), which cannot be masked there; nothing was sent."
            cure = ("Take it out, or send it with ", _ALLOWED, ".")
            raise refused(Refusal(name, None, reason, cure, shown=False))
        self.sent += [(name, finding.kind) for finding in found]

    def _through(self, screen: Screen, value: Any, where: str) -> Any:
        masked, findings = screen.masked(value)
        self.masked += [(where, finding.kind) for finding in findings]
        if not screen.secrets:
            self.sent += [(where, finding.kind) for finding in self._secrets.masked(value)[1]]
        return masked


def _names(question: Question) -> tuple[str, ...]:
    return question.names or ("",) * len(question.prompt)


def _listed(places: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(places[:-1]), places[-1])))


def _together(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Say once what was found many times."""
    return [
        (where, kind if times == 1 else f"{kind}, {times} times")
        for (where, kind), times in Counter(found).items()
    ]
