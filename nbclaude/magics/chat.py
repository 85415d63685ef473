"""`%claude` and `%%claude`: a line and a cell come in, the answer appears, and the reply is in `_claude`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Float, Integer, TraitError, Unicode, default, validate

from nbclaude.conversation.exchange import Question
from nbclaude.conversation.settings import ENVIRONMENT, Settings, resolve_settings
from nbclaude.conversation.turns import MAIN
from nbclaude.conversation.workspace import current_workspace
from nbclaude.magics import notebook
from nbclaude.magics.footer import footer_of
from nbclaude.magics.state import state_text
from nbclaude.options import Options, help_page, parse_line
from nbclaude.output import open_display, say
from nbclaude.reply import Reply, reply_of
from nbclaude.wire.request import text_block

__all__ = ["ClaudeMagics"]

_BUILT_IN = Settings()


@magics_class
class ClaudeMagics(Magics):
    """Settings of `%claude`; each can also stand in a profile's configuration file."""

    # No trait may ever hold a key: %config prints every value into the notebook.
    model = Unicode(help="The model to ask. Unset: ANTHROPIC_MODEL, else claude-sonnet-5-5.").tag(config=True)
    max_tokens = Integer(
        _BUILT_IN.max_tokens, min=1, help="The most tokens that an answer may have, thinking included."
    ).tag(config=True)
    system = Unicode("", help="The system prompt of every ask.").tag(config=True)
    conversation = Unicode(MAIN, help="The conversation to ask in when -c does not name one.").tag(
        config=True
    )
    base_url = Unicode(
        help="The server; may end in /, /v1 or /v1/messages. Unset: ANTHROPIC_BASE_URL, else https://api.anthropic.com."
    ).tag(config=True)
    api_version = Unicode(_BUILT_IN.api_version, help="The anthropic-version header.").tag(config=True)
    timeout = Float(
        _BUILT_IN.timeout, min=0.001, help="Seconds to wait for the next byte of an answer before giving up."
    ).tag(config=True)
    max_retries = Integer(
        _BUILT_IN.max_retries,
        min=0,
        help="How often a request that failed before its answer began is sent again.",
    ).tag(config=True)

    def __init__(self, shell: Any) -> None:
        self._set_names: set[str] = set()
        super().__init__(shell=shell)
        self._set_names |= set(self._load_names())
        self.observe(lambda change: self._set_names.add(change["name"]))

    @default("model")
    def _default_model(self) -> str:
        return resolve_settings({}, {}, _environment()).model

    @default("base_url")
    def _default_base_url(self) -> str:
        return resolve_settings({}, {}, _environment()).base_url

    @validate("model", "conversation")
    def _not_empty(self, proposal: Any) -> str:
        text = str(proposal["value"]).strip()
        if not text:
            raise TraitError(f"ClaudeMagics.{proposal['trait'].name} must not be empty.")
        return text

    def configured(self) -> dict[str, Any]:
        """Return the settings that `%config` or a profile has set; the others are for the environment to decide."""
        names = self._set_names & set(Settings.__dataclass_fields__)
        return {name: getattr(self, name) for name in names}

    def before_cell(self, info: Any) -> None:
        """Forget the turns of deleted cells; runs before every cell."""
        current_workspace().forget_cells(notebook.deleted_cells(self.shell))

    @no_var_expand
    @line_cell_magic
    def claude(self, line: str, cell: str | None = None) -> None:
        """Replaced by the generated help page, below."""
        options, prompt = parse_line(line)
        if cell is not None:
            prompt = f"{prompt}\n{cell}" if prompt.strip() else cell
        if not prompt.strip():
            if cell is None and not line.strip():
                say(state_text(current_workspace(), str(self.conversation)))
                return
            raise UsageError(
                "There is nothing to ask: write the prompt after the options, or below %%claude."
            )
        self._ask(options, prompt)

    claude.__doc__ = help_page()

    def _ask(self, options: Options, prompt: str) -> None:
        workspace = current_workspace()
        settings = workspace.settings(
            {"model": options.model, "system": options.system, "max_tokens": options.max_tokens}
        )
        workspace.connection(settings)  # a missing key is said before anything is shown
        display = open_display(self.shell)
        display.begin()
        question = Question((text_block(prompt),), workspace.cell_run(), options.new, options.history)
        conversation = options.conversation or str(self.conversation)
        outcome = workspace.ask(question, conversation, settings, display.show, display.pause)
        if outcome.is_empty:
            display.abandon(alone=notebook.is_claude_cell(self.shell))
        else:
            display.finish(footer_of(outcome, question, settings, workspace.take_forgotten()))
            self._keep(reply_of(outcome), options.into)
        if outcome.error is not None:
            raise outcome.error

    def _keep(self, reply: Reply, into: str | None) -> None:
        shell: Any = self.shell
        shell.user_ns["_claude"] = shell.user_ns_hidden["_claude"] = reply
        if into:
            shell.user_ns[into] = reply

    def _load_names(self) -> list[str]:
        return list(self.config.get(type(self).__name__, {}))


def _environment() -> Mapping[str, str]:
    import os

    return {name: os.environ.get(name, "") for name in ENVIRONMENT.values()}
