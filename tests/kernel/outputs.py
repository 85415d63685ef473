"""Messages of a kernel's iopub channel in, the list of outputs that a front end would show out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Output = dict[str, Any]
"""One output in nbformat's shape; a display also carries its `display_id` (None if it has none)."""


@dataclass(slots=True)
class Message:
    """One iopub message: when the kernel sent it (Unix time) and when it was read (`time.monotonic()`)."""

    type: str
    content: dict[str, Any]
    sent: float
    arrived: float


@dataclass(slots=True)
class Outputs:
    """The outputs of one execution, folded as a notebook front end folds them."""

    items: list[Output] = field(default_factory=list)
    _clear_on_next: bool = False

    def apply(self, message: Message) -> None:
        """Fold one message in; messages that show nothing are ignored."""
        content = message.content
        match message.type:
            case "stream":
                self._add_text(content["name"], content["text"])
            case "display_data" | "execute_result":
                display_id = content.get("transient", {}).get("display_id")
                bundle = {"data": content["data"], "metadata": content["metadata"]}
                self._add({"output_type": message.type, **bundle, "display_id": display_id})
            case "error":
                self._add({"output_type": "error", **content})
            case "clear_output":
                self._clear_on_next = bool(content["wait"])
                if not self._clear_on_next:
                    self.items.clear()

    def update_display(self, content: dict[str, Any]) -> None:
        """Replace every output that has the display id of an `update_display_data`, in place."""
        display_id = content["transient"]["display_id"]
        for item in self.items:
            if item.get("display_id") == display_id:
                item.update(data=content["data"], metadata=content["metadata"])

    def _add(self, item: Output) -> None:
        if self._clear_on_next:
            self.items.clear()
            self._clear_on_next = False
        self.items.append(item)

    def _add_text(self, name: str, text: str) -> None:
        last = self.items[-1] if self.items and not self._clear_on_next else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._add({"output_type": "stream", "name": name, "text": text})
