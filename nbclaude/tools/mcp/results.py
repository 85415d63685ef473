"""What an MCP server's tool gives back, as content for the model: bounded, cleaned, without what models do not take."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbclaude.cleaning import one_line, printable
from nbclaude.context.images.prepared import prepare_image
from nbclaude.errors import ConfigurationError
from nbclaude.texts import clip
from nbclaude.tools.running import ToolFailedError
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from mcp_types import CallToolResult

__all__ = ["value_of_result"]

_MAX_TEXT = 100_000  # characters that are kept; the model gets fewer
_MAX_ERROR = 4_000
_MAX_IMAGES = 10


def value_of_result(result: CallToolResult) -> Any:
    """Return the text of a result, or its text and images as content blocks.

    Raises:
        ToolFailedError: the server says that the tool has failed; the message is what it says.

    """
    texts: list[str] = []
    images: list[Mapping[str, Any]] = []
    for block in result.content:
        if block.type == "image" and len(images) < _MAX_IMAGES:
            image = _image(block.data)
            images += [image] if isinstance(image, dict) else []
            texts += [image] if isinstance(image, str) else []
        else:
            texts.append(_text(block))
    if not texts and not images and result.structured_content is not None:
        texts.append(json.dumps(result.structured_content, ensure_ascii=False, default=str))
    text = clip(printable("\n".join(texts)), _MAX_TEXT)[0]
    if result.is_error:
        raise ToolFailedError(
            clip(text, _MAX_ERROR)[0] or "The tool has failed, and the server does not say why."
        )
    if not images:
        return text
    return [*([text_block(text)] if text else []), *images]


def _text(block: Any) -> str:
    match block.type:
        case "text":
            return str(block.text)
        case "resource_link":
            return f"[link to a resource: {one_line(str(block.uri))} ({one_line(str(block.name), 200)})]"
        case "resource":
            resource = block.resource
            text = getattr(resource, "text", None)
            where = one_line(str(resource.uri))
            return (
                f"[resource {where}]\n{text}"
                if isinstance(text, str)
                else f"[resource {where}, which is not text]"
            )
        case kind:
            return f"[{one_line(str(kind), 40)}, which the model does not take]"


def _image(data: str) -> dict[str, Any] | str:
    try:
        return prepare_image(base64.b64decode(data, validate=True)).block()
    except (binascii.Error, ValueError, ConfigurationError):
        return "[an image that cannot be read]"
