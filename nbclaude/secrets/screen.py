"""What is about to leave, masked: a text, content blocks, a schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.secrets.keys import Secret, find_keys
from nbclaude.secrets.masking import Finding, mask
from nbclaude.secrets.personal import mask_personal

__all__ = ["Screen"]

# What the API must get back as it sent it.
_VERBATIM_FIELDS = frozenset(
    {
        "type",
        "id",
        "tool_use_id",
        "file_id",
        "media_type",
        "signature",
        "encrypted_content",
        "encrypted_index",
    }
)
_VERBATIM_BLOCKS = frozenset({"thinking", "redacted_thinking", "compaction", "base64"})

_IN_USE = "API key in use"


@frozen
class Screen:
    """What is masked: secrets or not, kinds of personal data, and `keys`, by their values."""

    secrets: bool = True
    personal: tuple[str, ...] = ()
    keys: tuple[Secret, ...] = ()

    def masked(self, value: Any) -> tuple[Any, tuple[Finding, ...]]:
        """Return the value with all its texts masked, and what was found; the same value where there is nothing.

        Left alone are base64 data, which is pictures and PDFs, and what the API must get back as it sent it (signatures,
        ids).
        """
        findings: list[Finding] = []
        return self._walked(value, findings), tuple(findings)

    def blocks(
        self, blocks: Iterable[Mapping[str, Any]]
    ) -> tuple[tuple[Mapping[str, Any], ...], tuple[Finding, ...]]:
        """Return content blocks with their texts masked, and what was found."""
        findings: list[Finding] = []
        return tuple(self._walked(block, findings) for block in blocks), tuple(findings)

    def text(self, text: str) -> tuple[str, tuple[Finding, ...]]:
        """Return a text masked, and what was found."""
        findings: tuple[Finding, ...] = ()
        if self.secrets:
            text, findings = mask(text)
            for key in find_keys(text, self.keys):
                findings = (*findings, Finding(_IN_USE, text.count("\n", 0, text.index(key)) + 1))
                text = text.replace(key, f"[secret removed: {_IN_USE}]")
        if self.personal:
            text, found = mask_personal(text, self.personal)
            findings = (*findings, *found)
        return text, findings

    def _walked(self, value: Any, findings: list[Finding]) -> Any:
        if isinstance(value, str):
            text, found = self.text(value)
            findings += found
            return text if found else value
        if isinstance(value, Mapping):
            # In a schema, a field named "type" or "id" may be described by more than a word.
            if isinstance(kind := value.get("type"), str) and kind in _VERBATIM_BLOCKS:
                return value
            changed = {
                self._walked(name, findings): item
                if name in _VERBATIM_FIELDS and isinstance(item, str)
                else self._walked(item, findings)
                for name, item in value.items()
            }
            # What holds nothing to hide stays the object that it was.
            return changed if changed != value else value
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            walked = [self._walked(item, findings) for item in value]
            same = all(one is other for one, other in zip(walked, value, strict=True))
            return value if same else walked
        return value
