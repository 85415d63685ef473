"""What one kernel holds: conversations, configured settings, the connection, what was spent; `ask` brings them together."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from nbclaude import notebook, stopping
from nbclaude.client.addresses import normalize_base_url
from nbclaude.client.connection import Connection, connect
from nbclaude.client.connections import NamedConnection, find_connection
from nbclaude.client.keys import stored_key
from nbclaude.context.shown.seen import Seen
from nbclaude.context.tray import Tray
from nbclaude.conversation.caching import caching_mode
from nbclaude.conversation.conversations import Conversations
from nbclaude.conversation.estimate import prompt_size, rough_tokens
from nbclaude.conversation.exchange import Audience, Outcome, exchange
from nbclaude.conversation.ledger import Budget, Entry, Ledger
from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.plan import Plan, make_plan, turns_before
from nbclaude.conversation.question import Question
from nbclaude.conversation.uploads import Uploads
from nbclaude.errors import AnswerInterrupted, APIError, APIStatusError
from nbclaude.forks import ForkSafeLock, in_child
from nbclaude.models.info import model_info, retirement_note
from nbclaude.models.names import resolve_model
from nbclaude.models.prices import input_cost
from nbclaude.models.table import ModelInfo
from nbclaude.notebook import CellRun, DeletedCells, Shell
from nbclaude.refusal import Refusal
from nbclaude.secrets.keys import Secret
from nbclaude.settings.resolve import resolve_settings
from nbclaude.settings.values import Settings

__all__ = ["Workspace", "current_workspace"]


# What a prompt costs that is written into a cache, of what it costs otherwise.
_CACHE_WRITE = {"5m": 1.25, "1h": 2.0}
_PATIENCE = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class _Asking:
    """What one request is made of."""

    question: Question
    conversation: str
    settings: Settings
    connection: Connection
    prepared: Plan | None = None


class Workspace:
    """The state behind `%claude`, the panel and `nbclaude.ask`; the front end fills in what it knows of the notebook."""

    def __init__(self) -> None:
        self.conversations = Conversations()
        self.configured: Callable[[], Mapping[str, Any]] = dict
        self.cell_run: Callable[[], CellRun | None] = lambda: None
        self.conversation_name: Callable[[], str] = lambda: ""
        self.named_connections: Callable[[], Mapping[str, Mapping[str, Any]]] = dict
        self.demo_url = ""
        self.deleted_cells = DeletedCells()
        self.gone: frozenset[str] = frozenset()
        """The cells that are gone by what was told with the cell that runs."""
        self._told_aside: frozenset[str] = frozenset()
        self.is_child = False
        """Whether this is a process that was forked from the kernel: what it does is not seen there."""
        self.ledger = Ledger()
        self.budget = Budget()
        self.uploads = Uploads()
        self.seen = Seen()
        self.tray = Tray()
        # The models that a server offers, by its address, once somebody has asked for them.
        self.offered: dict[str, tuple[ModelInfo, ...]] = {}
        self._caching: dict[str, str] = {}
        self._memory = TurnMemory()
        self._noted: set[str | Refusal] = set()
        self._spending = ForkSafeLock()

    def settings(self, options: Mapping[str, Any]) -> Settings:
        """Resolve the settings of a request; the model's name may be an alias or a fragment.

        Raises:
            ConfigurationError: the model's name is a misspelling, or could mean several.

        """
        settings = resolve_settings(options, self.configured(), os.environ)
        return replace(settings, model=resolve_model(settings.model, self.offered_models(settings)))

    def offered_models(self, settings: Settings) -> tuple[ModelInfo, ...]:
        """The models of the server in force, if somebody has asked it for them."""
        return self.offered.get(self.address(settings), ())

    def model(self, settings: Settings) -> ModelInfo:
        """What is known of the model that the settings name."""
        return model_info(settings.model, self.offered_models(settings))

    def address(self, settings: Settings) -> str:
        """The base URL in force."""
        if self.demo_url:
            return self.demo_url
        named = self._named(settings)
        return normalize_base_url(named.base_url if named else settings.base_url)

    def connection(self, settings: Settings) -> Connection:
        """Build the connection: to the demo model while the demo is on, else to the server that the settings name."""
        if self.demo_url:
            return Connection(
                base_url=self.demo_url,
                api_version=settings.api_version,
                timeout=settings.timeout,
                max_retries=settings.max_retries,
                key_source="%claude_demo",
                secret=Secret("demo"),
            )
        named = (
            find_connection(settings.connection, self.named_connections()) if settings.connection else None
        )
        return connect(
            os.environ,
            base_url=named.base_url if named else settings.base_url,
            api_version=settings.api_version,
            timeout=settings.timeout,
            max_retries=settings.max_retries,
            named=self._named(settings),
            auth_style=settings.auth_style,
            stored_key=stored_key,
        )

    def plan(self, question: Question, conversation: str, settings: Settings) -> Plan:
        """Plan the request, without sending anything."""
        return self._plan(_Asking(question, conversation, settings, self.connection(settings)), send=False)

    def estimate(self, plan: Plan) -> tuple[int, float | None]:
        """Tell how many tokens the prompt of a plan has, about, and what it costs in dollars if nothing of it is cached.

        Nothing is sent for it, not even to be counted.
        """
        tokens = rough_tokens(plan.request.body())
        return tokens, input_cost(tokens, plan.model.price)

    def ask(
        self,
        question: Question,
        conversation: str,
        settings: Settings,
        audience: Audience,
        prepared: Plan | None = None,
    ) -> Outcome:
        """Ask in the conversation of this name; a cell that asked in another one before has left it then.

        `prepared` is what `plan` has given for this question: what it has found is not searched for again.

        Waits while another thread (a panel's, or the one that runs cells) asks in this conversation, or asks at all while
        there is a budget.

        Raises:
            ConfigurationError: a setting cannot be used, the model refuses it, or the budget would be passed.
            KeyboardInterrupt: the user, or the audience, stopped before anything was sent.

        """
        with ExitStack() as stack:
            # Stops are heeded at the waits below; elsewhere they would tear a record, or leave a lock behind.
            stack.enter_context(stopping.held())
            reason = f"Another question of the conversation {conversation!r} is being answered first"
            stack.enter_context(self._in_turn(self.conversations[conversation].asking, audience, reason))
            if self.budget.limit is not None:
                reason = "Another question is being answered first, since the budget is one for all"
                stack.enter_context(self._in_turn(self._spending, audience, reason))
            try:
                with stopping.allowed():
                    import nbclaude.client.relay  # noqa: F401 - loading httpx takes long the first time

                    asking = _Asking(question, conversation, settings, self.connection(settings), prepared)
                    plan = self._within_budget(self._ready(asking), asking.connection)
            except KeyboardInterrupt:
                raise AnswerInterrupted(stopping.NOT_SENT) from None
            return self._ask(asking, plan, audience)

    @contextmanager
    def _in_turn(self, lock: ForkSafeLock, audience: Audience, reason: str) -> Iterator[None]:
        """Hold the lock; while another thread has it, the audience is told the reason, and may still lose its patience."""
        if not lock.acquire(timeout=_PATIENCE):
            audience.hold(reason)
            while not lock.acquire(timeout=_PATIENCE):
                stopping.check()
                audience.pause()
            audience.hold("")
        try:
            yield
        finally:
            lock.release()

    def _ask(self, asking: _Asking, plan: Plan, audience: Audience) -> Outcome:
        question, conversation = asking.question, asking.conversation
        outcome = exchange(
            plan.question,
            plan,
            self.conversations[conversation],
            asking.connection,
            audience,
            lambda error, plan: self._recovered(error, plan, asking),
        )
        outcome = replace(outcome, entry=self._account(outcome, asking))
        if outcome.change is None or question.at is None:
            return outcome
        left = self.conversations.leave_others(conversation, question.at)
        return replace(outcome, change=replace(outcome.change, left=left))

    def news(self, notes: tuple[str | Refusal, ...]) -> tuple[str | Refusal, ...]:
        """Return those of the notes that nobody has been told before."""
        fresh = tuple(note for note in notes if note not in self._noted)
        self._noted.update(fresh)
        return fresh

    def before_cell(self, shell: Shell) -> None:
        """Follow the notebook when a cell begins to run: it is there, and others may be gone."""
        self.gone = self.deleted_cells.begin(shell)
        at = notebook.cell_run(shell)
        if at is not None:
            self.conversations.cell_exists(at.cell)
            self._told_aside -= {at.cell}
        self.conversations.put_aside(self.gone)
        self.seen.forget_cells(sorted(self.gone))

    def after_cell(self) -> None:
        """Take note that the cell has run."""
        self.deleted_cells.end()

    def bring_back(self, cells: Collection[str] | None = None) -> dict[str, int]:
        """Put the turns of deleted cells back into their places, of all by default; return how many, by conversation."""
        back = {turn.cell for turn in self.conversations.set_aside() if cells is None or turn.cell in cells}
        self.deleted_cells.exists(back)
        self._told_aside -= back
        return self.conversations.bring_back(back)

    def newly_set_aside(self) -> int:
        """Return how many turns are set aside that the last call did not count."""
        aside = self.conversations.set_aside()
        fresh = sum(turn.cell not in self._told_aside for turn in aside)
        self._told_aside = frozenset(turn.cell for turn in aside)
        return fresh

    def _named(self, settings: Settings) -> NamedConnection | None:
        return find_connection(settings.connection, self.named_connections()) if settings.connection else None

    def _plan(self, asking: _Asking, *, send: bool = True, keeps_thinking: bool = True) -> Plan:
        question, settings, connection = asking.question, asking.settings, asking.connection
        model = self.model(settings)
        offered = self._caching.get(connection.base_url) or connection.caching
        upload = send and settings.upload_files and question.history
        plan = make_plan(
            question,
            self.conversations[asking.conversation],
            settings,
            model,
            caching=caching_mode(settings, offered, model, history=question.history),
            keeps_thinking=keeps_thinking,
            refer=lambda messages: self.uploads.refer(connection, messages, upload=upload),
            keys=(connection.secret,),
            memory=self._memory,
            prepared=asking.prepared,
        )
        self._memory.forget_all_but(turns_before(question, self.conversations[asking.conversation]))
        retires = retirement_note(model, date.today())
        return replace(plan, notes=(*plan.notes, f"{model.id} {retires}")) if retires else plan

    def _ready(self, asking: _Asking) -> Plan:
        """Take what was prepared, if the conversation is still as it was then; only its files are uploaded now."""
        prepared = asking.prepared
        before = turns_before(asking.question, self.conversations[asking.conversation])
        if prepared is None or prepared.before != before:
            return self._plan(asking)
        upload = asking.settings.upload_files and asking.question.history
        messages = self.uploads.refer(asking.connection, prepared.request.messages, upload=upload)
        return replace(prepared, request=replace(prepared.request, messages=messages))

    def _within_budget(self, plan: Plan, connection: Connection) -> Plan:
        if self.budget.limit is None or plan.model.price is None:
            return plan
        tokens = prompt_size(connection, plan.request.body())
        dearer = 1.0 if plan.caching == "off" else _CACHE_WRITE[plan.settings.cache_ttl]
        most = self.budget.allowed_output(
            self.ledger, plan.model, tokens, plan.request.max_tokens, dearer=dearer
        )
        if most == plan.request.max_tokens:
            return plan
        note = f"the budget leaves at most {most:,} tokens for this answer"
        return replace(plan, request=replace(plan.request, max_tokens=most), notes=(*plan.notes, note))

    def _recovered(self, error: APIError, plan: Plan, asking: _Asking) -> Plan | None:
        """Plan anew where the server refused what we have added on our own: caching marks, old thinking, file ids."""
        if not isinstance(error, APIStatusError) or error.status not in (400, 404, 422):
            return None
        said = error.message.lower()
        if "cache_control" in said and plan.caching != "off" and asking.settings.caching == "auto":
            self._caching[asking.connection.base_url] = "explicit" if plan.caching == "automatic" else "off"
            return self._plan(asking)
        if "thinking" in said and plan.has_thinking:
            return self._plan(asking, keeps_thinking=False)
        if ("file" in said or error.error_code == "file_expired") and self.uploads.forget(asking.connection):
            return self._plan(asking, keeps_thinking=False)
        return None

    def _account(self, outcome: Outcome, asking: _Asking) -> Entry | None:
        """Enter what an answer used into the ledger, unless nothing is known of it."""
        usage = outcome.message.get("usage")
        if not usage:
            return None
        # Who answered is paid for: a gateway may have asked another model than the one that was named.
        answered = str(outcome.message.get("model"))
        model = outcome.plan.model if answered == outcome.plan.request.model else model_info(answered)
        return self.ledger.record(
            usage,
            model,
            cell=asking.question.at.cell if asking.question.at else "",
            conversation=asking.conversation if asking.question.history else "",
            price_of=lambda name: model_info(name).price,
            complete=outcome.error is None,
        )

    def begin_as_child(self) -> None:
        """Go on in a forked process: it knows what was said before its cell asks, but what it asks and spends is its own.

        It belongs to no cell. Of a budget it has what was left.
        """
        self.conversations.begin_as_child(self.cell_run())
        self.is_child, self.cell_run = True, lambda: None
        spent = self.budget.spent(self.ledger)
        self.ledger = Ledger()
        self.budget = replace(self.budget, spent_before=-spent)


_current: list[Workspace] = []


def _begin_child() -> None:
    for workspace in _current:
        workspace.begin_as_child()


in_child(_begin_child)


def current_workspace() -> Workspace:
    """Return this process's workspace, made when first asked for."""
    if not _current:
        _current.append(Workspace())
    return _current[0]
