"""Plans the request to send, from a question, what came before it, and settings, with what must be remembered of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from nbclaude.conversation.caching import with_caching
from nbclaude.conversation.history import Scope, history_of
from nbclaude.conversation.memory import TurnMemory
from nbclaude.conversation.moderation import moderated_question, moderated_settings
from nbclaude.conversation.parameters import Parameters, fit_parameters
from nbclaude.conversation.question import Question
from nbclaude.conversation.replaying import is_call
from nbclaude.conversation.turns import Conversation, Turn
from nbclaude.errors import ConfigurationError
from nbclaude.frozen import frozen
from nbclaude.models.table import ModelInfo
from nbclaude.refusal import Mention, Refusal, Words, refused
from nbclaude.secrets.keys import Secret
from nbclaude.settings.values import Settings
from nbclaude.tools.searching import with_all_loaded
from nbclaude.wire.message import content_of, summary_of
from nbclaude.wire.request import MessageRequest, text_block

if TYPE_CHECKING:
    from nbclaude.conversation.screening import Screening

__all__ = ["Plan", "Refer", "continued", "make_plan", "turns_before", "with_references"]

_LOST = (
    "The answer that this continues cannot be sent: it follows an earlier answer, whose cell was deleted or has run again "
    "since. Ask the question again."
)
_COMPACTION = "compact-2026-09-04"
_TEXTS_ALONE = "the server refused a part of an earlier answer; only the texts of earlier answers are sent"
# Puts references to uploaded files into messages, in the place of their bytes.
Refer = Callable[[Sequence[Mapping[str, Any]]], tuple[Mapping[str, Any], ...]]


@frozen
class Plan:
    """One request, ready to send; `prefix` is what thinking of its answer is bound to, `notes` what was left out of it.

    `question` and `settings` are what it asks and with what, as they leave: masked, as `screening` says. `before` are the turns
    that stand before it, `media` the places of the messages that hold images or documents.
    """

    request: MessageRequest
    model: ModelInfo
    settings: Settings
    screening: Screening
    prefix: str = ""
    has_thinking: bool = False
    caching: str = "off"
    notes: tuple[str | Words | Refusal, ...] = field(default=())
    question: Question = field(default=Question(()))
    before: tuple[Turn, ...] = field(default=(), repr=False)
    media: tuple[int, ...] = ()
    texts_alone: bool = False


def make_plan(
    question: Question,
    conversation: Conversation,
    settings: Settings,
    model: ModelInfo,
    *,
    caching: str = "off",
    keeps_thinking: bool = True,
    texts_alone: bool = False,
    searches: bool = True,
    refer: Refer = tuple,
    keys: Sequence[Secret] = (),
    memory: TurnMemory | None = None,
    prepared: Plan | None = None,
    spared: str = "",
) -> Plan:
    """Plan the request: what came before the question's place in the conversation, then the question.

    `keys` never leave, nor does any other secret that is known by its form. `memory` is what earlier requests have worked out
    about turns, and `prepared` an earlier plan of this question: it is not screened again. Without `searches` the server has no
    tool search, and gets all definitions in full. A policy does not see a `spared` system prompt, which an administrator has
    written.

    Raises:
        ConfigurationError: the model refuses what the ask has set, or so many images, or so large ones; or a secret stands
            where it cannot be masked.

    """
    before = turns_before(question, conversation)
    # Its patterns take a while to compile: they load with the first question.
    from nbclaude.conversation.screening import screened

    if prepared is None:
        question, settings, screening = screened(
            question, _with_tools_of(before, settings), before, keys, memory
        )
        if settings.moderate:
            question = moderated_question(question, settings.moderate)
            settings = moderated_settings(settings, spared)
    else:
        question, settings, screening = prepared.question, prepared.settings, prepared.screening
    tools = with_all_loaded(settings.tools, model.id, searches=searches)
    settings = replace(settings, tools=tools) if tools != settings.tools else settings
    fitted = fit_parameters(settings, model, prefill=question.prefill)
    binds = model.binds_thinking or not model.known
    scope = Scope(settings.model, settings.system, settings.tools, binds, keeps_thinking, texts_alone)
    history = history_of(before, question.prompt, scope, memory)
    if not history.asks and question.compaction is None:
        raise ConfigurationError(_LOST)
    messages = with_references(history.messages, history.media, refer)
    blocks = [block for place in history.media for block in messages[place]["content"]]
    _check_images(blocks, model)
    _check_citations(blocks, settings)
    container = _container(before[-1].message if before and _answers(question) else {})
    fitted = _with_compaction(fitted, question, messages)
    request = _request(messages, settings, fitted, question.prefill, container)
    request = with_caching(request, caching, settings.cache_ttl)
    return Plan(
        request,
        model,
        settings,
        screening,
        history.prefix,
        history.has_thinking,
        caching,
        (*fitted.left_out, *([_TEXTS_ALONE] if texts_alone else [])),
        question,
        before,
        history.media,
        texts_alone,
    )


def with_references(
    messages: Sequence[Mapping[str, Any]], media: Sequence[int], refer: Refer
) -> tuple[Mapping[str, Any], ...]:
    """Put references into the messages at these places; the others hold no files."""
    found = list(messages)
    for place, message in zip(media, refer([messages[place] for place in media]), strict=True):
        found[place] = message
    return tuple(found)


def turns_before(question: Question, conversation: Conversation) -> tuple[Turn, ...]:
    """Return the turns that stand before a question, as a request sends them."""
    if question.steps:
        if not question.history:
            return question.steps
        return conversation.before(conversation.place_of(question.at, after=question.steps[-1]))
    if not question.history or question.begins:
        return ()
    place = conversation.place_of(question.at, question.instead_of, question.kept)
    partial = question.completes
    if partial is None:
        return conversation.before(place)
    return (partial,) if partial.begins else (*conversation.before(place), partial)


def _request(
    messages: tuple[Mapping[str, Any], ...],
    settings: Settings,
    fitted: Parameters,
    prefill: str,
    container: Mapping[str, Any],
) -> MessageRequest:
    if prefill:
        # The API refuses white space at the end of a prefill; the model writes it.
        messages = (*messages, {"role": "assistant", "content": [text_block(prefill.rstrip())]})
    headers = dict(settings.headers)
    if fitted.betas:
        headers["anthropic-beta"] = ",".join(fitted.betas)
    return MessageRequest(
        model=settings.model,
        max_tokens=fitted.max_tokens,
        messages=messages,
        system=settings.system,
        tools=settings.tools,
        stream=settings.stream,
        parameters={**fitted.fields, **container},
        extra=settings.extra,
        headers=headers,
    )


def _with_compaction(
    fitted: Parameters, question: Question, messages: Sequence[Mapping[str, Any]]
) -> Parameters:
    """Add the field that condenses the conversation, and the beta header that a condensed beginning also needs."""
    fields = dict(fitted.fields)
    if question.compaction is not None:
        fields["compaction"] = question.compaction
    elif not messages or not summary_of(messages[0]):
        return fitted
    return replace(fitted, fields=fields, betas=tuple(dict.fromkeys([*fitted.betas, _COMPACTION])))


def _with_tools_of(before: Sequence[Turn], settings: Settings) -> Settings:
    """Keep on defining the tools that the turns before have used: calls that stand in a request need their definitions."""
    if settings.tools or "tools" in settings.extra:
        return settings
    for turn in reversed(before):
        if (
            turn.settings
            and turn.settings.tools
            and any(is_call(block) for block in content_of(turn.message))
        ):
            return replace(settings, tools=turn.settings.tools)
    return settings


def _check_images(blocks: Sequence[Mapping[str, Any]], model: ModelInfo) -> None:
    if blocks:
        from nbclaude.context.images.limits import limits_of
        from nbclaude.context.images.prepared import check_images

        _check_inputs(blocks, model)
        check_images(blocks, limits_of(model))


def _check_inputs(blocks: Sequence[Mapping[str, Any]], model: ModelInfo) -> None:
    """Refuse images and PDFs that the model does not take, as far as the server or our table says so."""
    is_image = [block.get("type") == "image" for block in blocks]
    is_pdf = [
        block.get("type") == "document"
        and isinstance(block.get("source"), Mapping)
        and block["source"].get("media_type") == "application/pdf"
        for block in blocks
    ]
    for what, found, takes in (("images", is_image, model.image_input), ("PDFs", is_pdf, model.pdf_input)):
        if takes is False and any(found):
            raise ConfigurationError(
                f"{model.id} takes no {what}; nothing was sent.",
                cure=(
                    *(
                        "Choose another ",
                        Mention("model"),
                        ", or leave the turns that hold them behind with ",
                    ),
                    *(Mention("new", True), "."),
                ),
            )


def _check_citations(blocks: Sequence[Mapping[str, Any]], settings: Settings) -> None:
    if settings.schema is None:
        return
    if any((block.get("citations") or {}).get("enabled") for block in blocks):
        cure = (
            *(
                "Leave out ",
                Mention("citations"),
                "; if an earlier turn has such a document, leave it behind with ",
            ),
            *(Mention("new", True), " or ", Mention("history", False), "."),
        )
        reason = "the API does not accept a schema together with documents to cite."
        raise refused(Refusal("json", None, reason, cure, shown=False))


def _answers(question: Question) -> bool:
    return any(block.get("type") == "tool_result" for block in question.prompt)


def _container(message: Mapping[str, Any]) -> dict[str, Any]:
    """Name the container in which code waits for the rest of this answer; the API does not find it by itself."""
    container = message.get("container")
    container_id = container.get("id") if isinstance(container, Mapping) else None
    return {"container": container_id} if container_id else {}


def continued(plan: Plan, message: Mapping[str, Any]) -> Plan:
    """Plan the request that goes on where a server paused: the same, with what it has written so far."""
    messages, content = list(plan.request.messages), content_of(message)
    if messages[-1]["role"] == "assistant":
        content = [*messages.pop()["content"], *content]
    messages.append({"role": "assistant", "content": content})
    parameters = {**plan.request.parameters, **_container(message)}
    return replace(plan, request=replace(plan.request, messages=tuple(messages), parameters=parameters))
