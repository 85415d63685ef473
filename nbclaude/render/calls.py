"""Shows one tool call and its result as a fold, while they stream, with a line that tells what was done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbclaude.render.call_words import CallWords, Input, is_known, path_of, words_of, words_of_mcp
from nbclaude.render.fragments import code_html, fenced_markdown, fold_html, json_html, line_html
from nbclaude.render.growth import Growth
from nbclaude.render.highlight import CodeHighlighter, highlight
from nbclaude.render.json_layout import JsonLayout, is_json
from nbclaude.render.links import escaped_markdown
from nbclaude.render.markdown import code_block_html
from nbclaude.render.results import BECAME, error_of, outcome_of, result_html
from nbclaude.render.seams import escaped
from nbclaude.wire.json_text import from_json

__all__ = ["CALL_TYPES", "RUNS_HERE", "ToolCall", "is_result"]

RUNS_HERE = "nbclaude_runs"  # the field that marks a call which is run in the kernel: its result follows

CALL_TYPES = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})


def is_result(block: Mapping[str, Any]) -> bool:
    """Tell whether a block is the result of a tool call."""
    return str(block.get("type")).endswith("tool_result")


class ToolCall:
    """A call as it grows: its block, the pieces of its input, and its result once there is one."""

    def __init__(self, block: Mapping[str, Any]) -> None:
        self.block = dict(block)
        self.result: Mapping[str, Any] | None = None
        self._pieces: list[str] = []
        self._layout = JsonLayout()
        self._highlighter = CodeHighlighter()
        self._has_ended = False
        self._complete_input: Input = {}
        self._growth = Growth()
        self._drawn = ""
        self._is_apart = False  # the call itself stands farther up
        # A message that was put together keeps the input that was cut off in this way.
        self.feed(self.block)

    @classmethod
    def of_result(cls, result: Mapping[str, Any], call: ToolCall | None) -> ToolCall:
        """Make a fold of its own for a result whose call is farther up, or (None) in an earlier message."""
        kind = str(result.get("type")).removesuffix("tool_result").removesuffix("_")
        alone = {"type": "server_tool_use", "name": kind} if kind else {"type": "tool_use"}
        block = alone if call is None else call.block
        made = cls({**block, "input": call._input if call is not None else {}})
        made.result = result
        made._is_apart = True
        made.end()
        return made

    def feed(self, delta: Mapping[str, Any]) -> None:
        """Take the next delta of the call."""
        piece = str(delta.get("partial_json") or "")
        self._pieces.append(piece)
        self._layout.feed(piece)
        self._growth.add(len(piece))

    def end(self) -> None:
        """Note that the call's input is complete."""
        self._has_ended = True
        self._growth.end()
        try:
            given = from_json("".join(self._pieces), exact=True)
        except ValueError:
            given = self.block.get("input")
        self._complete_input = given if isinstance(given, Mapping) else {}

    def answer(self, result: Mapping[str, Any]) -> None:
        """Take the result of the call."""
        self.result = result
        self._growth.end()

    @property
    def is_complete(self) -> bool:
        """Whether nothing of it can change any more."""
        waits = not self._is_clients or self.block.get(RUNS_HERE)
        return self._has_ended and (self.result is not None or not waits)

    @property
    def is_behind(self) -> bool:
        """Whether a little of what has come is not drawn yet, since it is little beside the rest."""
        return self._growth.is_behind

    def html(self, *, is_final: bool, catch_up: bool = False) -> str:
        """Build the fold; `is_final` tells that nothing more will come, `catch_up` that nothing may be missing."""
        if self._growth.is_due(now=is_final or (catch_up and self.is_behind)):
            self._drawn = self._html(is_final=is_final)
        return self._drawn

    def _html(self, *, is_final: bool) -> str:
        if self._is_clients:
            return self._clients_html(is_final=is_final)
        *facts, outcome = self._facts(is_final=is_final)
        pieces = [escaped(fact) for fact in facts if fact]
        if self._error:
            pieces.insert(0, _marked(self._error))
        if outcome:
            pieces.append(
                _marked(outcome) if outcome.startswith("exit") and outcome != "exit 0" else escaped(outcome)
            )
        return fold_html(" · ".join(pieces), self._body())

    @property
    def markdown(self) -> str:
        """The call in a line; a call that the user has to answer with its arguments."""
        if self._is_clients:
            arguments = self._arguments_text()
            block = "\n\n" + fenced_markdown(arguments, "json").rstrip() if arguments.strip() else ""
            if self._is_apart:
                return f"*{escaped_markdown(self._result_title)}*"
            became = [self._became] if self._became else []
            title = " · ".join([f"{self._verb} {self._name}", *self._clients_facts(is_final=True), *became])
            return f"*{escaped_markdown(title)}*{block}"
        line = " · ".join(part for part in (self._error, *self._facts(is_final=True)) if part)
        return f"*{escaped_markdown(line)}*"

    @property
    def _is_clients(self) -> bool:
        return self.block.get("type") == "tool_use"

    @property
    def _name(self) -> str:
        return str(self.block.get("name") or "a tool")

    @property
    def _caller(self) -> str:
        caller = self.block.get("caller")
        kind = str(caller.get("type") or "direct") if isinstance(caller, Mapping) else "direct"
        return "" if kind == "direct" else "called from code"

    @property
    def _input(self) -> Input:
        """The input; before it is complete, what the start of the block told of it."""
        given = self._complete_input if self._has_ended else self.block.get("input")
        return given if isinstance(given, Mapping) else {}

    # Tools of the server

    @property
    def _servers_name(self) -> str:
        return self._name if self.block.get("type") == "server_tool_use" else ""

    @property
    def _words(self) -> CallWords:
        if self.block.get("type") == "mcp_tool_use":
            return words_of_mcp(self._name, str(self.block.get("server_name") or ""))
        return words_of(self._servers_name, self._name, self._input)

    @property
    def _error(self) -> str:
        error = error_of(self.result) if self.result is not None else ""
        if not error:
            return ""
        return f"{self._words.name} failed" + (f": {error}" if error != "error" else "")

    def _facts(self, *, is_final: bool) -> tuple[str, str, str]:
        """Tell what was done, by whom if not by the model itself, and what came of it."""
        words, given, outcome = self._words, self._input, ""
        if self._error:
            done = words.short_subject(given)
        elif self.result is not None:
            content = self.result.get("content")
            if not given and isinstance(content, Mapping) and content.get("type") == "web_fetch_result":
                given = content
            done, outcome = words.about(words.done, given), outcome_of(content)
        elif is_final:
            done = ": ".join(part for part in (words.name, words.subject(given)) if part)
        else:
            done = words.about(words.doing, given) + "…"
        return done, self._caller, outcome

    def _body(self) -> str:
        content = self.result.get("content") if self.result is not None else None
        language = path_of(self._input).rpartition(".")[2] if "." in path_of(self._input) else ""
        return self._input_html(language) + result_html(content, language)

    def _input_html(self, language: str) -> str:
        given = self._input
        match self._servers_name, given:
            case ("code_execution", {"code": str(code)}):
                return code_html(code.strip("\n"), "python")
            case ("bash_code_execution", {"command": str(command)}):
                return code_html(command.strip("\n"), "bash")
            case ("text_editor_code_execution", {"file_text": str(text)}):
                return code_html(text, language)
            case ("text_editor_code_execution", {"old_str": str(old), "new_str": str(new)}):
                lines = [f"-{line}" for line in old.split("\n")] + [f"+{line}" for line in new.split("\n")]
                return code_html("\n".join(lines), "diff")
            case ("text_editor_code_execution", _):
                return ""
            case _ if self._has_ended and not given and not self._is_whole:
                return code_html("".join(self._pieces))  # what cannot be read is shown as it came
            case (name, _) if is_known(name) and len(given) <= 1:
                return ""  # it is in the line
            case _:
                return json_html(given) if given else ""

    # Tools of the user

    def _clients_facts(self, *, is_final: bool) -> list[str]:
        facts = [self._caller]
        if not self._is_whole and (self._has_ended or is_final):
            facts.append("the arguments are cut off")
        elif not self._arguments_text().strip() and self._has_ended:
            facts.append("without arguments")
        return [fact for fact in facts if fact]

    @property
    def _became(self) -> str:
        """How the call ended, if not well: "failed", "denied", "stopped" or "not run"; otherwise empty."""
        if self.result is None:
            return ""
        return str(self.result.get(BECAME) or ("failed" if error_of(self.result) else ""))

    @property
    def _verb(self) -> str:
        if self._became in ("denied", "not run"):
            return "Asked to call"
        return "Called" if self.result is not None else "Calls"

    @property
    def _result_title(self) -> str:
        became = self._became
        return f"{self._name} {became if became == 'failed' else f'was {became}' if became else 'gave back'}"

    @property
    def _is_whole(self) -> bool:
        text = "".join(self._pieces)
        return is_json(text) if text.strip() else self._has_ended

    def _arguments_text(self) -> str:
        text = "".join(self._pieces)
        if not text.strip():
            given = self.block.get("input")
            return json.dumps(given, ensure_ascii=False, indent=2, default=str) if given else ""
        return self._layout.text if self._is_whole or not self._has_ended else text

    def _clients_html(self, *, is_final: bool) -> str:
        if is_final and not self._has_ended:
            self.end()
        if self._is_apart and self.result is not None:
            return fold_html(
                _marked_if(self._result_title, bool(self._became)), result_html(self.result.get("content"))
            )
        text = self._arguments_text()
        render = self._highlighter.finished if self._has_ended else self._highlighter.growing
        body = code_block_html(render(text, "json"), "json", text) if text.strip() else ""
        if self.block.get(RUNS_HERE) and self._has_ended and set(self._complete_input) == {"code"}:
            code = str(self._complete_input["code"]).strip("\n")
            body = code_block_html(highlight(code, "python"), "python", code)
        name = f"{self._verb} <strong>{escaped(self._name)}</strong>"
        facts = [
            _marked(fact) if "cut off" in fact else fact for fact in self._clients_facts(is_final=is_final)
        ]
        title = " · ".join([name, *facts, *([_marked(self._became)] if self._became else [])])
        if self.result is not None:
            return fold_html(title, body + result_html(self.result.get("content")), kind="nbclaude-call")
        # A call that the user answers stays open. One that runs here closes: a question about it shows all of it again.
        is_open = not (self.block.get(RUNS_HERE) and self._has_ended)
        return fold_html(title, body, is_open=is_open, kind="nbclaude-call") if body else line_html(title)


def _marked(text: str) -> str:
    return f'<span class="nbclaude-mark">{escaped(text)}</span>'


def _marked_if(text: str, is_marked: bool) -> str:
    return _marked(text) if is_marked else escaped(text)
