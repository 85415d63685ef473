"""`%claude_models`, `%claude_usage` and `%claude_budget`: what models take, and what asking them has cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class

from nbclaude.conversation.ledger import Entry, Ledger, Total, dollars, no_price_note
from nbclaude.errors import APIError, MissingKeyError
from nbclaude.magics.family import OtherFamily, argument
from nbclaude.magics.wording import note_text, said, worded
from nbclaude.models.info import in_short, retirement_note
from nbclaude.models.prices import PRICES_AS_OF, Price
from nbclaude.models.table import MODELS, ModelInfo
from nbclaude.output import say, show_table
from nbclaude.stopping import stoppable
from nbclaude.workspace import Workspace

__all__ = ["AccountMagics"]

_MODEL_COLUMNS = ("model", "note", "context", "answer", "$ in / out", "effort", "thinking", "sampling")
_USAGE_COLUMNS = ("of", "answers", "tokens in", "of these cached", "tokens out", "cost", "saved by caching")
_ANTHROPICS_PRICES = f"Anthropic's prices per million tokens, as of {PRICES_AS_OF}"


@magics_class
class AccountMagics(OtherFamily):
    """Magics about models and money; they have no settings of their own."""

    @line_magic
    @stoppable("")
    @worded()
    def claude_models(self, line: str) -> None:
        """List the models that the server offers: context, price, and what each takes.

        %claude_models [WORD]    only those whose name holds WORD
        """
        workspace = self.workspace
        models, title = _offered(workspace)
        word = argument(line).lower()
        if not models:
            say("The server lists no models.")
            return
        rows = [_model_row(model) for model in models if word in model.id.lower()]
        if not rows:
            say(f"No model name contains {argument(line)!r}. %claude_models lists them all.")
            return
        show_table(self.shell, title, _MODEL_COLUMNS, rows)

    @line_magic
    def claude_usage(self, line: str) -> None:
        """Show the tokens and dollars of this kernel: per cell, model and conversation, and what caching saved.

        %claude_usage
        """
        if argument(line):
            raise UsageError("%claude_usage takes nothing after it.")
        workspace = self.workspace
        ledger = workspace.ledger
        if not ledger.entries:
            say("Nothing has been asked yet.")
            return
        paid_first = Ledger(sorted(ledger.entries, key=lambda entry: bool(entry.notice)))
        rows = [
            _usage_row(name, total)
            for name_of in (
                lambda entry: "in all",
                lambda entry: f"conversation {entry.conversation or '(none)'}",
                lambda entry: f"model {entry.model}",
                lambda entry: workspace.cell_name(entry.cell) or "no cell",
            )
            for name, total in paid_first.by(_with_notice(name_of)).items()
        ]
        title = f"Usage of this kernel, at Anthropic's prices of {PRICES_AS_OF}"
        below = " ".join(filter(None, (*_explained(ledger), _budget_text(workspace))))
        show_table(self.shell, title, _USAGE_COLUMNS, rows, below)

    @line_magic
    def claude_budget(self, line: str) -> None:
        """Set how many US dollars this kernel may still spend; a request that would pass it is not sent.

        %claude_budget 5      five dollars from now on
        %claude_budget        show it
        %claude_budget off    no limit
        """
        workspace = self.workspace
        word = argument(line).removeprefix("$").strip()
        if word.lower() == "off":
            workspace.budget.set(None, workspace.ledger)
        elif word:
            workspace.budget.set(_amount(word), workspace.ledger)
        say(_budget_text(workspace))


def _with_notice(name_of: Callable[[Entry], str]) -> Callable[[Entry], str]:
    """List answers that did not come from Claude separately: nobody pays for them."""
    return lambda entry: f"{name_of(entry)} ({entry.notice})" if entry.notice else name_of(entry)


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 < amount < 1e9:
        raise UsageError(f"%claude_budget {text}: it must be US dollars, like 5 or 0.50, or off.")
    return amount


def _budget_text(workspace: Workspace) -> str:
    budget = workspace.budget
    if budget.limit is None:
        return "No budget is set. %claude_budget 5 sets one of 5 dollars."
    spent = budget.spent(workspace.ledger)
    text = f"Budget: {dollars(spent)} of {dollars(budget.limit)} is spent, {dollars(budget.limit - spent)} is left."
    model = workspace.model(workspace.settings({}))
    if model.price is None:
        note = no_price_note(model.id, budget.limit)
        workspace.not_yet_told((note,))
        text += f" {note_text(note)}"
    return text


def _offered(workspace: Workspace) -> tuple[Sequence[ModelInfo], str]:
    """Ask the server for its models; fall back to the table. Return them, and the title above them."""
    from nbclaude.client.endpoints import list_models

    settings = workspace.settings({})
    try:
        connection = workspace.connection(settings)
        models = list_models(connection)
    except (APIError, MissingKeyError) as error:
        say(f"The server's list of models could not be read, so this is the built-in one. {said(error)}")
        return MODELS, f"Models of the built-in table; {_ANTHROPICS_PRICES}"
    workspace.note_models(connection.base_url, models)
    # The server says what it offers; what that costs comes from the user, the server or the table.
    catalog = workspace.catalog(settings)
    prices = (
        "dollars per million tokens" if catalog.own_prices or not catalog.is_claude else _ANTHROPICS_PRICES
    )
    return (catalog.listed() if models else []), f"Models of {connection.host}; {prices}"


def _model_row(model: ModelInfo) -> tuple[Any, ...]:
    return (
        model.id,
        retirement_note(model, date.today()),
        in_short(model.context_window),
        in_short(model.max_tokens),
        _price(model.price),
        _effort(model),
        _thinking(model),
        {"refused": "–", "one": "temperature or top_p", "any": "yes", None: ""}[model.sampling],
    )


def _price(price: Price | None) -> str:
    if price is None:
        return ""
    text = f"{price.input:g} / {price.output:g}"
    if price.above:
        limit, above = price.above
        text += f", above {in_short(limit)}: {above.input:g} / {above.output:g}"
    return text


def _effort(model: ModelInfo) -> str:
    if model.effort is None:
        return ""
    return " ".join(f"{level}*" if level == model.default_effort else level for level in model.effort) or "–"


def _thinking(model: ModelInfo) -> str:
    return {"off": "on request", "on": "automatic", "always": "always", None: ""}[model.thinking_default]


def _shortened(name: str) -> str:
    """Cut what is as long as the ids that JupyterLab gives to cells."""
    return name if len(name) <= 30 else f"{name[:8]}…"


def _explained(ledger: Ledger) -> Iterator[str]:
    """Explain the entries in the cost column that are not prices paid."""
    if any(entry.cost is None for entry in ledger.entries):
        yield "A dash or ≥ marks unknown prices; set them with %config ClaudeMagics.prices."
    if any(entry.notice for entry in ledger.entries):
        yield "The demo costs nothing: its rows show what Claude would have cost."


def _usage_row(name: str, total: Total) -> tuple[Any, ...]:
    cost = dollars(total.cost)
    if total.unpriced == total.answers:
        cost = "–"
    elif total.unpriced:
        cost = f"≥ {cost}"
    return (
        name,
        total.answers,
        f"{total.tokens_in:,}",
        f"{total.tokens_cached:,}",
        f"{total.tokens_out:,}",
        cost,
        dollars(total.saved) if total.unpriced < total.answers else "",
    )
