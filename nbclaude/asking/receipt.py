"""Makes the receipt of a request from its body: what was sent, read from the request itself, so that it cannot lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbclaude.asking.gathering import Gathered
from nbclaude.asking.receipt_names import BlockNames
from nbclaude.asking.receipt_parts import BlockReader, ImageRoom, SourceOf, bounded, compact_json, laid_out
from nbclaude.cleaning import excerpt
from nbclaude.context.attachment import Attachment
from nbclaude.conversation.house_rules import is_house_rules
from nbclaude.conversation.plan import Plan
from nbclaude.cures import Mention, Spell, Words, plainly, spelled
from nbclaude.render.receipt import Receipt, ReceiptPart
from nbclaude.settings.mappings import SECRET_HEADERS
from nbclaude.texts import counted, framed_name
from nbclaude.wire.message import content_of, summary_of
from nbclaude.workspace import Workspace

__all__ = ["receipt_of", "receipt_of_plan"]

Block = Mapping[str, Any]

# A saved notebook has a receipt in each cell that asks, so none may grow with the conversation. Characters of text:
_MAX_PROMPT = 20_000
_MAX_EARLIER = 8_000
_MAX_SETTINGS = 8_000
_HOUSE_RULES = "house rules"
_MAX_EARLIER_TURNS = 40  # the last ones
_SHORTENED: Words = (
    *("Long texts are shortened here: _claude.request has the whole request, ", Mention("dry_run", True)),
    " shows one.",
)

_MAX_EXCERPT = 100  # characters of an earlier question
_MAX_LOOKED_AT = 5_000  # characters in which they are found
_MAX_FACT = 200  # characters of a parameter that fits on a line


def receipt_of(
    body: Mapping[str, Any],
    attachments: Sequence[Attachment] = (),
    *,
    found: Sequence[str] = (),
    notes: Sequence[Words] = (),
    spell: Spell = plainly,
    spent: str = "",
    source_of: SourceOf = lambda file_id: None,
    headers: Mapping[str, str] | None = None,
    media: Sequence[int] | None = None,
    is_sent: bool = True,
) -> Receipt:
    """Read the receipt from a request's body; the attachments only lend their names to the blocks that are really there.

    `found` says in a few words what was masked, `notes` where, with settings as `spell` spells them; `spent` tokens and
    dollars. `headers` are those of the request that are not secret, `media` the places of the messages that hold more than
    text (None: it is not known). What a notebook is to keep is bounded; the receipt of what would be sent (not `is_sent`)
    shows every character.
    """
    messages = list(body.get("messages") or ())
    last = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].get("role") == "user"), 0)
    if body.get("compaction") is not None:
        last = len(messages)  # it asks nothing: all of it is what is to be condensed
    names = BlockNames(attachments, source_of)
    blocks = content_of(messages[last]) if last < len(messages) else []
    places = range(len(messages)) if media is None else media
    said = names.summary(blocks, (messages[place] for place in places if place < last))
    if earlier := sum(message.get("role") == "user" for message in messages[:last]):
        said.insert(0, counted(earlier, "earlier turn"))
    if messages and summary_of(messages[0]):
        said.insert(0, "the summary of earlier turns")
    if _house_rules(body.get("system"))[0]:
        said.append(_HOUSE_RULES)
    said += found
    whole = not is_sent
    if spent:
        said.append(spent)
    unread = (
        ["Images and PDFs are not searched for secrets."]
        if any(_holds_images(messages[place]) for place in places)
        else []
    )
    turns = _turns(messages[:last], len(messages) if whole else _MAX_EARLIER_TURNS)
    room = ImageRoom()
    reader = BlockReader(source_of, "copy" if whole else "", room)
    facts, settings = _parameters(body, headers or {})
    asked = names.parts(blocks, room) if blocks else ()
    parts = (*asked, *_answer_begun(messages[last + 1 :], reader))
    folds = tuple(_turn(turn, reader) for turn in turns)
    full = (parts, folds, settings)
    if not whole:
        parts, folds, settings = (
            bounded(parts, _MAX_PROMPT),
            bounded(folds, _MAX_EARLIER),
            bounded(settings, _MAX_SETTINGS),
        )
    is_full = all(now is before for now, before in zip((parts, folds, settings), full, strict=True))
    shortened = [] if is_full else [spelled(_SHORTENED, spell)]
    verb = "sent" if is_sent else "would be sent"
    return Receipt(
        summary=f"{verb}: {', '.join(said) or 'the prompt alone'}",
        parts=parts,
        earlier=folds,
        facts=facts,
        notes=(*(spelled(note, spell) for note in notes), *unread, *shortened),
        settings=settings,
        left=max(0, earlier - len(turns)),
    )


def receipt_of_plan(
    workspace: Workspace,
    plan: Plan,
    gathered: Gathered,
    spent: str = "",
    *,
    spell: Spell = plainly,
    is_sent: bool = True,
) -> Receipt:
    """Write the receipt of what was sent; of what would be (not `is_sent`) it leaves nothing out.

    `spent` says what it has taken, `spell` how the surface spells settings.
    """
    headers = plan.request.headers.items()
    # The attachments' names are found by their blocks, as those have left.
    left = {id(block): sent for block, sent in zip(gathered.blocks, plan.question.prompt, strict=True)}
    attachments = [
        replace(attachment, blocks=tuple(left.get(id(block), block) for block in attachment.blocks))
        for attachment in gathered.attachments
    ]
    return receipt_of(
        plan.request.body(),
        attachments,
        found=() if is_sent else plan.screening.summary,  # under an answer a notice says it
        notes=plan.screening.notes,
        spell=spell,
        spent=spent,
        source_of=workspace.uploads.source_of,
        headers={name: value for name, value in headers if name.lower() not in SECRET_HEADERS},
        media=plan.media,
        is_sent=is_sent,
    )


def _answer_begun(messages: Iterable[Block], reader: BlockReader) -> list[ReceiptPart]:
    """Return what stands after the question: how the answer is to begin, or what there is of it."""
    return [
        part for message in messages for part in reader.parts(message.get("content"), "the answer begins so")
    ]


def _holds_images(message: Block) -> bool:
    """Tell whether a message holds what is not searched: a document of text is."""
    return message.get("role") == "user" and any(
        block.get("type") in ("image", "document") and (block.get("source") or {}).get("type") != "text"
        for block in content_of(message)
    )


def _turns(messages: Sequence[Block], most: int) -> list[Sequence[Block]]:
    """Return the last turns of these messages: each question with what follows it."""
    turns: list[Sequence[Block]] = []
    end = len(messages)
    for place in reversed(range(len(messages))):
        if len(turns) == most:
            break
        if messages[place].get("role") == "user" or place == 0:
            turns.append(messages[place:end])
            end = place
    return turns[::-1]


def _turn(messages: Sequence[Block], reader: BlockReader) -> ReceiptPart:
    parts: list[ReceiptPart] = []
    for message in messages:
        is_answer = message.get("role") == "assistant"
        parts += reader.parts(message.get("content"), "answer" if is_answer else "question")
    return ReceiptPart(_line(messages[0]) or "turn", parts=tuple(parts), folded=True)


def _line(message: Block) -> str:
    """An earlier question in a line: how it began, and what it held before that."""
    blocks = content_of(message)
    texts = [block for block in blocks if block.get("type") == "text"]
    text = excerpt(str(texts[-1].get("text") or "")[:_MAX_LOOKED_AT], _MAX_EXCERPT) if texts else ""
    others = [_kind(block) for block in blocks if block is not (texts[-1] if texts else None)]
    return " ".join(
        part for part in (text, f"[{', '.join(filter(None, others))}]" if any(others) else "") if part
    )


def _kind(block: Block) -> str:
    """What an earlier block is: the name of the data in it, else its type; nothing for a label."""
    if block.get("type") != "text":
        return str(block.get("type")).replace("_", " ")
    return framed_name(str(block.get("text") or ""))


def _parameters(
    body: Mapping[str, Any], headers: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[ReceiptPart, ...]]:
    """Return all that was sent beside the messages: what fits on a line, and the rest as folds."""
    facts = [f"model {body.get('model')}"]
    if isinstance(body.get("max_tokens"), int):
        facts = [f"{facts[0]}, at most {body['max_tokens']:,} tokens"]
    folds = []
    if tools := body.get("tools"):
        folds.append(_tools(tools))
    rules, system = _house_rules(body.get("system"))
    if rules:
        folds.append(ReceiptPart(_HOUSE_RULES, rules, folded=True))
    texts = {"system prompt": _system(system)} if system else {}
    for name, value in body.items():
        if name not in ("model", "max_tokens", "system", "tools", "messages") and value is not None:
            texts[name] = value if isinstance(value, str) else compact_json(value)
    for name, text in texts.items():
        if len(text) <= _MAX_FACT and "\n" not in text:
            facts.append(f"{name}: {text}")
        else:
            value = text if name == "system prompt" else laid_out(body[name])
            folds.append(ReceiptPart(name, value, folded=True))
    for name, text in headers.items():
        facts.append(f"{'betas' if name.lower() == 'anthropic-beta' else f'header {name}'}: {text}")
    return tuple(facts), tuple(folds)


def _house_rules(system: object) -> tuple[str, object]:
    """Return the house rules in a system prompt, and what else stands there."""
    blocks = system if isinstance(system, list | tuple) else ()
    first = blocks[0] if blocks and isinstance(blocks[0], Mapping) else {}
    return (str(first["text"]), list(blocks[1:])) if is_house_rules(first) else ("", system)


def _system(system: object) -> str:
    if isinstance(system, str):
        return system
    blocks = system if isinstance(system, list | tuple) else ()
    # More than texts may be marks for the cache, which belong to what was sent.
    if all(set(block) <= {"type", "text"} for block in blocks):
        return "\n\n".join(str(block.get("text") or "") for block in blocks)
    return laid_out(blocks)


def _tools(tools: object) -> ReceiptPart:
    definitions = [tool for tool in tools if isinstance(tool, Mapping)] if isinstance(tools, list) else []
    parts = tuple(
        ReceiptPart(str(tool.get("name") or tool.get("type")), laid_out(tool)) for tool in definitions
    )
    return ReceiptPart(f"tools: {', '.join(part.title for part in parts)}", parts=parts, folded=True)
