"""`%claude_continue` and `%claude_tool_result`: what goes on from an answer that is not complete yet."""

from __future__ import annotations

import ast
import builtins
from dataclasses import replace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class, no_var_expand

from nbclaude.approval import approve_in_cell
from nbclaude.asking.calls import run_open_calls
from nbclaude.asking.follow_up import Origin, is_cut, origin_of_rest, origin_of_results
from nbclaude.asking.gathering import Gathered
from nbclaude.asking.prepare import Ask, refuse_keys
from nbclaude.asking.reply import Reply
from nbclaude.context.references.expressions import spelled
from nbclaude.context.references.scope import Scope
from nbclaude.conversation.question import Question
from nbclaude.conversation.replaying import open_calls, replayable
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.magics.family import OtherFamily
from nbclaude.magics.in_cell import ask_in_cell, format_of, settings_given
from nbclaude.magics.scope import Standing, standing
from nbclaude.magics.tool_names import Tools, tools_given
from nbclaude.magics.wording import worded
from nbclaude.models.table import ModelInfo
from nbclaude.options import Options, parse_line
from nbclaude.output import say
from nbclaude.settings.resolve import follow_up_settings
from nbclaude.settings.values import Settings
from nbclaude.stopping import stoppable
from nbclaude.tools.results import tool_results
from nbclaude.wire.message import content_of
from nbclaude.wire.request import text_block

__all__ = ["FollowUpMagics"]

_GO_ON = (
    "Your last answer was cut off. Go on exactly where it stopped, in the middle of a word or of code if need be: "
    "repeat nothing, and write no introduction."
)


@magics_class
class FollowUpMagics(OtherFamily):
    """Magics that go on with the last answer; they take the options of `%claude`."""

    @no_var_expand
    @line_magic
    @stoppable()
    @worded()
    def claude_continue(self, line: str) -> Reply | None:
        """Go on with the last answer, which was cut off or interrupted.

        %claude_continue [options]    with the settings of the question, except for the options of %claude given here

        If the answer calls tools once more than --max-steps allows, those calls are run, and it goes on from their results.
        In that answer's own cell, the beginning and the rest become one turn; in another cell the rest is a turn of its own.
        """
        refuse_keys(self.workspace, line)
        where = standing(self.shell)
        options, more = parse_line(line)
        where.refuse_into(options.into)
        more = "" if more.lstrip().startswith("#") else more
        if not more.strip() and (origin := self._with_calls(options)) is not None:
            reply = self._run_calls(options, origin, where.scope)
            return reply if where.target else None
        origin = origin_of_rest(self._conversation(options), self.workspace.cell_run())
        turn = origin.turn
        if turn is None or not is_cut(turn):
            if turn is not None and origin.is_of_run:
                say("The answer above is complete: there is nothing to continue.")
                return None
            said = "there is no answer yet" if turn is None else "the last answer is complete"
            raise UsageError(
                f"%claude_continue: {said}. It continues an answer that was cut off or interrupted."
            )
        settings = self._settings(options, turn, where.scope)
        wish = f"{_GO_ON}\n\n{more}" if more.strip() else _GO_ON
        prompt: tuple[Any, ...] = (text_block(wish),)
        begins = False
        if not replayable(content_of(turn.message)):
            # It was cut off before the first word, in its thinking: there is nothing to go on with, so the question comes again.
            begins = origin.in_place and turn.begins
            prompt, origin = turn.prompt, replace(origin, turn=turn.follows, in_place=False)
        else:
            if options.json is None:
                # Held to the schema, the rest would be a complete JSON value, which does not fit what was cut off.
                settings = replace(settings, schema=None)
            if not more.strip() and _can_go_on_itself(turn, self.workspace.model(settings), settings):
                prompt = ()
        reply = self._ask(options, settings, prompt, origin, where.scope, begins=begins)
        return reply if where.target else None

    @no_var_expand
    @line_magic
    @stoppable()
    @worded()
    def claude_tool_result(self, line: str) -> Reply | None:
        """Answer the tool calls of the last answer, and let the model go on.

        %claude_tool_result VALUE     a Python expression: a text, a number, a dict, content blocks, an exception
        %claude_tool_result [A, B]    for several calls, in their order (or a dict by the tools' names)

        Anything that is not Python is sent as text. Options of %claude go before the value. The line may also be in the same
        cell as the call.
        """
        refuse_keys(self.workspace, line)
        where = standing(self.shell)
        options, text = parse_line(line)
        where.refuse_into(options.into)
        origin = origin_of_results(self._conversation(options), self.workspace.cell_run())
        turn = origin.turn
        calls = open_calls(turn) if turn else []
        if turn is None or not calls:
            raise UsageError("%claude_tool_result: the last answer has no tool call that waits for a result.")
        if not text.strip():
            waiting = ", ".join(f"{call.get('name')}({_arguments(call)})" for call in calls)
            raise UsageError(f"%claude_tool_result needs a value, the result of {waiting}.")
        prompt = tuple(tool_results(calls, _value(text, where)))
        settings = self._settings(options, turn, where.scope)
        reply = self._ask(options, settings, prompt, origin, where.scope)
        return reply if where.target else None

    def _with_calls(self, options: Options) -> Origin | None:
        """Return the previous answer, if it ends in calls that can all be run here."""
        origin = origin_of_results(self._conversation(options), self.workspace.cell_run())
        tools = self.workspace.tools.of(options.conversation or str(self._chat.conversation))
        calls = open_calls(origin.turn) if origin.turn is not None and not is_cut(origin.turn) else []
        return origin if calls and all(call.get("name") in tools for call in calls) else None

    def _run_calls(self, options: Options, origin: Origin, names: Scope) -> Reply | None:
        """Run the calls that an answer has left open, and ask on with their results."""
        assert origin.turn is not None  # noqa: S101 - as `_with_calls` says
        settings = self._settings(options, origin.turn, names)
        conversation = options.conversation or str(self._chat.conversation)
        ask = Ask(Question((), None), settings, conversation, Gathered(()), names=names)
        step = run_open_calls(self.workspace, ask, open_calls(origin.turn), approve_in_cell(self.shell))
        if step is None:
            return None
        prompt = tuple(call.block for call in step.calls)
        return self._ask(options, settings, prompt, origin, names)

    def _conversation(self, options: Options) -> Conversation:
        return self.workspace.conversations[options.conversation or str(self._chat.conversation)]

    def _settings(self, options: Options, turn: Turn, names: Scope) -> Settings:
        given = settings_given(options, names, format_of(options, names), self._tools(options, names))
        fixed = set(self.workspace.locked())
        if turn.is_restored:
            from nbclaude.saved.record import NOT_KEPT

            # The notebook does not keep these, so the kernel's own settings apply: the system prompt above all.
            fixed |= NOT_KEPT - {"tools"}
        return follow_up_settings(turn.settings, self.workspace.settings(given), fixed)

    def _ask(
        self,
        options: Options,
        settings: Settings,
        prompt: tuple[Any, ...],
        origin: Origin,
        names: Scope,
        *,
        begins: bool = False,
    ) -> Reply | None:
        question = Question(
            prompt,
            self.workspace.cell_run(),
            begins,
            instead_of=origin.instead_of,
            follows=origin.turn,
            in_place=origin.in_place,
            is_shown=origin.is_of_run,
            kept=origin.kept,
        )
        conversation = options.conversation or str(self._chat.conversation)
        form = format_of(options, names)
        tools = self._tools(options, names) or ()
        ask = Ask(question, settings, conversation, Gathered(prompt), form, tools=tools, names=names)
        return ask_in_cell(self._chat, options, ask)

    def _tools(self, options: Options, names: Scope) -> Tools | None:
        return tools_given(self.shell, self.workspace, options, names)


def _value(text: str, where: Standing) -> Any:
    """Return the value of an expression where the line stands; what is no Python is a text."""
    try:
        code = compile(spelled(ast.parse(text.strip(), mode="eval"), where.scope), "<tool result>", "eval")
    except (SyntaxError, ValueError):
        return text.strip()
    unbound = sorted(where.scope.unbound & set(code.co_names))
    if unbound:
        where.scope[unbound[0]]  # says so
    try:
        # In one dict, since what the expression holds of functions and comprehensions sees no other.
        return eval(code, {"__builtins__": builtins, **where.flat()})  # noqa: S307
    except NameError as error:
        raise UsageError(f"%claude_tool_result: {error}. A text goes in quotes.") from None


def _can_go_on_itself(turn: Turn, model: ModelInfo, settings: Settings) -> bool:
    """Tell whether the model takes the beginning of its answer, so that it can go on in the middle of a word."""
    thinks = settings.thinking not in (None, "off") or model.thinking_default in ("on", "always")
    blocks = content_of(turn.message)
    return model.prefill is True and not thinks and bool(blocks) and blocks[-1].get("type") == "text"


def _arguments(call: dict[str, Any]) -> str:
    given = call.get("input")
    return ", ".join(f"{name}={value!r}" for name, value in given.items()) if isinstance(given, dict) else ""
