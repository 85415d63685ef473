"""Asks a question in a thread of its own; the answer grows below the transcript of the conversation."""

from __future__ import annotations

import threading
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets

from nbclaude import stopping
from nbclaude.asking.ask import Answered, Surface, ask_prepared
from nbclaude.asking.changes import count_of_turns
from nbclaude.asking.footer import footer_of
from nbclaude.asking.gathering import gather
from nbclaude.asking.prepare import Ask, Prepared, prepare, refuse_keys
from nbclaude.asking.prompt import Prompt
from nbclaude.asking.reply import Reply, keep_reply
from nbclaude.conversation.question import Question
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.errors import AnswerInterrupted, ConfigurationError
from nbclaude.notebook.main_thread import on_main_thread
from nbclaude.options import Options
from nbclaude.panel.approval_pane import ApprovalPane
from nbclaude.panel.edited_question import EditedQuestion
from nbclaude.panel.frontend import OnAction, View
from nbclaude.panel.host import KEY_REMOVED, LOCK, Host, OwnChanges, note, row
from nbclaude.panel.live_answer import LiveAnswer
from nbclaude.panel.start import ModelChooser, first_steps, has_key
from nbclaude.panel.transcript import (
    NOTHING_ASKED,
    Transcript,
    attached_blocks,
    pending_html,
    turn_of_key,
)
from nbclaude.panel.wording import note_text, said, spell

if TYPE_CHECKING:
    from nbclaude.render.footer import Footer

__all__ = ["AskPane"]

_ATTACHED_BEFORE = "what was attached before"
_HINT = "Shift+Enter sends. {name} in braces attaches a variable; drop or paste images."


class AskPane:
    """The transcript, the question, and the buttons that ask and stop."""

    def __init__(self, host: Host, chips: ipywidgets.Widget, on_other_action: OnAction) -> None:
        self._host = host = host.elsewhere()
        self._on_other_action = on_other_action
        self._transcript = Transcript()
        self._live: LiveAnswer | None = None
        self._pending = ""
        self._asked_in = ""  # the conversation in which the answer is on its way
        self._own_changes = OwnChanges(host)
        self._approval = ApprovalPane(host)
        self.view = View(self._act, role="log", label="Transcript of the conversation", listens=True)
        self.view.add_class("nbclaude-transcript")
        self.conversation = ipywidgets.Dropdown(description="Conversation")
        self._new_name = ipywidgets.Text(
            placeholder="name of a new one", tooltip="Name of the new conversation", continuous_update=True
        )
        self._new_name.add_class("nbclaude-short")
        self._create = ipywidgets.Button(description="New conversation")
        self.question = ipywidgets.Textarea(placeholder="Ask Claude…", tooltip="Question", rows=3)
        self.question.add_class("nbclaude-question")
        self.ask_button = ipywidgets.Button(description="Ask", button_style="primary")
        self.stop_button = ipywidgets.Button(description="Stop", disabled=True)
        guarded = host.guarded
        self._own_changes.watch(self.conversation, self._switch)
        self._create.on_click(guarded(lambda _: self._begin_conversation()))
        host.on_enter(self._new_name, "conversation", self._begin_conversation)
        self.ask_button.on_click(guarded(lambda _: self._ask(self.question.value)))
        self.stop_button.on_click(guarded(lambda _: self.stop()))
        host.keep_keys_out(self.question, self._new_name)
        self._edited = EditedQuestion(host, self.question, self.ask_button)
        self._model = ModelChooser(host, self._own_changes)
        self._without_key = row(*first_steps(host))
        # The transcript stands above the question, but comes after it for who goes by keys (see `order` in the style sheet).
        self.widget = ipywidgets.VBox(
            [
                row(self.conversation, self._new_name, self._create),
                self._approval.widget,
                host.alert,
                self._without_key,
                self._edited.widget,
                chips,
                self.question,
                row(self.ask_button, self.stop_button, self._model.widget, note(_HINT)),
                self.view,
            ]
        )
        self.widget.add_class("nbclaude-chat")

    def refresh(self) -> None:
        """Show the conversation in force as it is now."""
        name = str(self._host.settings.conversation)
        names = self._host.workspace.conversations.names()
        with self._own_changes:
            options = [(self._said_of(each), each) for each in dict.fromkeys([*names, name])]
            if tuple(self.conversation.options) != tuple(options):
                self.conversation.options = options
            self.conversation.value = name
        self._model.refresh()
        self._without_key.layout.display = "none" if has_key(self._host) else ""
        turns = self._conversation.turns
        if not any(turn is self._edited.turn for turn in turns):
            self._edited.end()
        items = self._transcript.items(
            self._conversation.every, self._conversation.set_aside, self._host.workspace
        )
        pending = self._pending if self._asked_in == name else ""
        with self.view.hold_sync():
            self.view.items = items if items or pending else [["empty", NOTHING_ASKED]]
            self.view.pending = pending

    def stop(self) -> None:
        """Stop the answer that is on its way; what has come is kept as a turn."""
        if self._live is not None:
            self._live.stop()

    @property
    def _conversation(self) -> Conversation:
        return self._host.workspace.conversations[str(self._host.settings.conversation)]

    def _said_of(self, name: str) -> str:
        count = len(self._host.workspace.conversations[name].turns)
        return f"{name} ({count} turn{'' if count == 1 else 's'})"

    def _switch(self, name: str) -> None:
        self._host.set("conversation", name)
        self._transcript.shows_all = False
        self._host.changed()
        self.view.show_end()

    def _begin_conversation(self) -> None:
        name = self._new_name.value.strip()
        if not name:
            raise ConfigurationError(
                "A new conversation needs a name: write it in the field before the button."
            )
        self._host.workspace.conversations.begin(name)
        self._new_name.value = ""
        self._switch(name)

    # What is clicked in the transcript

    def _act(self, action: str, value: str, data: bytes) -> None:
        """Take what the view tells; what is not the transcript's is the attachments'."""
        act = self._host.guarded(
            self._acts().get(action, lambda value: self._on_other_action(action, value, data))
        )
        act(value)

    def _acts(self) -> dict[str, Any]:
        return {
            "ask": self._ask,
            "edit": self._edit,
            "delete": self._delete,
            "bring-back": self._bring_back,
            "copy-answer": lambda key: self.view.copy(self._turn(key).answer),
            "copied": lambda _: self._host.report("Copied.", done=True),
            "not-copied": lambda _: self._host.report(
                "The browser does not let pages write to its clipboard. Select the text and copy it."
            ),
            "earlier": lambda _: self._show_all(),
        }

    def _turn(self, key: str) -> Turn:
        turn = turn_of_key(self._conversation.every, key)
        if turn is None:
            raise ConfigurationError("This turn is not in the conversation any more.")
        return turn

    def _show_all(self) -> None:
        self._transcript.shows_all = True
        self.refresh()

    def _delete(self, key: str) -> None:
        number = self._conversation.remove(self._turn(key))
        self._host.changed()
        which = f"Turn {number}" if number else "The turn that was set aside"
        self._host.report(f"{which} is deleted. %claude_undo brings it back.", done=True)

    def _bring_back(self, key: str) -> None:
        count = sum(self._host.workspace.bring_back([self._turn(key).cell]).values())
        self._host.changed()
        self._host.report(f"{count_of_turns(count)} brought back. %claude_undo takes that back.", done=True)

    def _edit(self, key: str) -> None:
        turn = self._turn(key)
        number = next(n for n, each in enumerate(self._conversation.turns, 1) if each is turn)
        self._edited.begin(turn, number)
        self.view.focus(".nbclaude-question textarea")

    # Asking

    def _ask(self, text: str) -> None:
        if self._live is not None:
            raise ConfigurationError(
                f"An answer is on its way in the conversation {self._asked_in!r}. Press Stop, or wait for its end."
            )
        if not text.strip():
            raise ConfigurationError("There is nothing to ask: write the question first.")
        self._keep_keys_out(text)
        ask = self._asked(text)
        # What cannot be sent is said before anything is shown.
        prepared = prepare(self._host.workspace, ask)
        self._live = live = LiveAnswer(self.view, ask.settings.math_macros)
        self._pending, self._asked_in = pending_html(text), ask.conversation
        self.question.value = ""
        self._set_busy(busy=True)
        self.refresh()
        self.view.show_end()
        self.view.focus(".nbclaude-question textarea")
        # The thread speaks apart from any cell, as the callback does that starts it.
        work = partial(copy_context().run, self._answer, prepared, live, text)
        threading.Thread(target=work, name="nbclaude-panel", daemon=True).start()

    def _keep_keys_out(self, text: str) -> None:
        """Refuse a question with a key in it, and one that a key was taken out of; no key stays in the text box."""
        self._host.text_of(self.question, text)
        if KEY_REMOVED in text:
            raise ConfigurationError(
                f"An API key was taken out of this question. Put other words in the place of {KEY_REMOVED}, and send it."
            )
        try:
            refuse_keys(self._host.workspace, text)
        except ConfigurationError:
            self.question.value = ""  # what the widget holds may be saved with the notebook
            raise

    def _asked(self, text: str) -> Ask:
        host, workspace = self._host, self._host.workspace
        settings = workspace.settings({})
        model = workspace.model(settings)
        gathered = gather(
            workspace,
            host.shell,
            Options(),
            Prompt(text),
            model,
            cells=int(host.settings.cells),
            lazy_seconds=settings.lazy_seconds,
        )
        before = self._edited.turn
        if before is not None:
            # What was attached to the question that is edited goes along again.
            again = attached_blocks(before)
            names = (*(_ATTACHED_BEFORE for _ in again), *gathered.names)
            gathered = replace(gathered, blocks=(*again, *gathered.blocks), names=names)
        question = Question(
            gathered.blocks,
            begins=before is not None and before.begins,
            names=gathered.names,
            values=gathered.values,
            instead_of=before,
        )
        return Ask(question, settings, str(host.settings.conversation), gathered)

    def _answer(self, prepared: Prepared, live: LiveAnswer, text: str) -> None:
        """Ask, in a thread of its own; whatever happens is shown in the panel."""
        problem: BaseException | None = None
        asked = False
        try:
            surface = Surface(
                self._keep,
                self._footer,
                spell,
                self._approval.approver(live.pause),
                partial(on_main_thread, self._host.shell, pause=live.pause),
            )
            answered = ask_prepared(prepared, live, surface)
            problem, asked = answered.outcome.error, not answered.outcome.is_empty
        except KeyboardInterrupt:
            problem = AnswerInterrupted(stopping.NOT_SENT)
        except Exception as error:
            problem = error
        self._host.apart(lambda: self._end(problem, prepared.ask.question.instead_of, "" if asked else text))

    def _end(self, problem: BaseException | None, edited: Turn | None, unsent: str) -> None:
        """Show the transcript with the new turn, or give the question back that was not answered; say what went wrong."""
        self._live, self._pending = None, ""
        self._set_busy(busy=False)
        if unsent:
            written = self.question.value  # while it was on its way
            self.question.value = f"{unsent}\n\n{written}" if written.strip() else unsent
        elif self._edited.turn is edited:  # not another edit that was begun meanwhile
            self._edited.end()
        self._host.changed()
        self.view.clear_pages()
        if isinstance(problem, AnswerInterrupted):
            self._host.report(said(problem), done=True)
        elif problem is not None:
            self._host.report_error(problem)

    def _keep(self, reply: Reply) -> None:
        keep_reply(self._host.shell, reply)

    def _footer(self, answered: Answered) -> Footer:
        """Write the footer, and keep it for the transcript, which numbers its turns, and does so anew when others go."""
        footer = footer_of(answered, note_text, names_turn=False)
        with LOCK:
            for turn in answered.turns[-1:]:
                self._transcript.keep_footer(turn, footer.html)
        return footer

    def _set_busy(self, *, busy: bool) -> None:
        self.stop_button.disabled = not busy
        self.ask_button.disabled = busy
