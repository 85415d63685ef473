"""A prompt and what its options attach come in; the content blocks of the question go out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbclaude.client.models import ModelInfo
from nbclaude.errors import ConfigurationError
from nbclaude.magics.variables import is_variable_name, variable
from nbclaude.options import Options
from nbclaude.wire.request import text_block

if TYPE_CHECKING:
    from nbclaude.context.images import ImageLimits

__all__ = ["gather", "image_limits"]


def gather(options: Options, prompt: str, shell: Any, model: ModelInfo) -> tuple[Mapping[str, Any], ...]:
    """Return what is attached, then the prompt: models read a question best after what it is about.

    Raises:
        ConfigurationError: something cannot be attached; the message says what, and what could be.

    """
    attached = [block for what in options.attach for block in _blocks(what, options, shell, model)]
    if options.citations and not any(block.get("type") == "document" for block in attached):
        raise ConfigurationError("--citations: no document is attached to be cited. Add one with -a FILE.")
    return (*attached, text_block(prompt))


def _blocks(what: str, options: Options, shell: Any, model: ModelInfo) -> tuple[Mapping[str, Any], ...]:
    from nbclaude.context.files import attach_path, attach_url
    from nbclaude.context.values import attachment_of

    limits = image_limits(model)
    if what.startswith(("http://", "https://")):
        return attach_url(what, citations=options.citations).blocks
    named = is_variable_name(what) and what.partition(".")[0] in shell.user_ns
    if named and not ("." in what and Path(what).expanduser().exists()):
        value = variable(shell, what, "-a")
        return attachment_of(value, what, images=limits, citations=options.citations, attached=True).blocks
    return attach_path(what, limits, citations=options.citations).blocks


def image_limits(model: ModelInfo) -> ImageLimits:
    """What this model sees of an image."""
    from nbclaude.context.images import ImageLimits

    most = 100 if model.context_window == 200_000 else 600
    return ImageLimits(long_edge=model.long_edge, max_tokens=model.max_image_tokens, max_images=most)
