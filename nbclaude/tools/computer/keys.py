"""The names of keys as models write them (those of X11), as the browser's own names."""

from __future__ import annotations

from nbclaude.tools.running import ToolFailedError

__all__ = ["keys_of"]

_NAMES = {
    "return": "Enter",
    "enter": "Enter",
    "kp_enter": "Enter",
    "esc": "Escape",
    "backspace": "Backspace",
    "del": "Delete",
    "space": "Space",
    "up": "ArrowUp",
    "down": "ArrowDown",
    "left": "ArrowLeft",
    "right": "ArrowRight",
    "page_up": "PageUp",
    "prior": "PageUp",
    "page_down": "PageDown",
    "next": "PageDown",
    "ctrl": "Control",
    "control_l": "Control",
    "control_r": "Control",
    "shift_l": "Shift",
    "shift_r": "Shift",
    "alt_l": "Alt",
    "alt_r": "Alt",
    "option": "Alt",
    "super": "Meta",
    "super_l": "Meta",
    "cmd": "Meta",
    "command": "Meta",
    "win": "Meta",
    "plus": "+",
    "minus": "-",
    "comma": ",",
    "period": ".",
    "slash": "/",
}
_SAME = ["Enter", "Escape", "Tab", "Delete", "Insert", "Home", "End", "PageUp", "PageDown", "Control"]
_SAME += ["Shift", "Alt", "Meta", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "CapsLock"]
_NAMES |= {name.lower(): name for name in _SAME} | {f"f{n}": f"F{n}" for n in range(1, 13)}


def keys_of(combination: str) -> list[str]:
    """Return the keys of a combination such as ctrl+s, in the order in which they are pressed.

    Raises:
        ToolFailedError: the key is unknown.

    """
    names = ["+"] if combination == "+" else combination.strip().replace("++", "+plus").split("+")
    return [_key(name.strip()) for name in names]


def _key(name: str) -> str:
    if len(name) == 1:
        return name
    found = _NAMES.get(name.lower())
    if found is None:
        raise ToolFailedError(f"Unknown key {name!r}.")
    return found
