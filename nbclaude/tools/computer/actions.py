"""The actions of the API's computer tools, with what each takes, and the tools that carry them out on a screen.

It follows https://platform.claude.com/docs/en/agents-and-tools/tool-use/computer-use-tool as of 2026-11-23.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol

import msgspec

from nbclaude.refusal import UnfitError
from nbclaude.tools.arguments import arguments_of
from nbclaude.tools.docstrings import Documented
from nbclaude.tools.functions import Tool
from nbclaude.tools.running import ToolFailedError
from nbclaude.tools.versions import FAMILIES, Version, family_of, version_for

__all__ = ["COMPUTER", "Screen", "computer", "computer_tools"]

COMPUTER = "computer"


class Screen(Protocol):
    """A screen, with a mouse and a keyboard, that Claude may use.

    `width` and `height` are those of its screenshots in pixels, and all coordinates refer to these.
    """

    width: int
    height: int

    def act(self, action: str, given: Mapping[str, Any]) -> Any:
        """Carry out one action of the API's computer tool, such as `left_click`, with its parameters, such as `coordinate`.

        Return what Claude gets: a text, an image (for `screenshot` and `zoom`), or nothing. Claude sees any
        exception as an error.
        """


_Point = Annotated[list[int], msgspec.Meta(min_length=2, max_length=2)]
_Region = Annotated[list[int], msgspec.Meta(min_length=4, max_length=4)]
_KINDS: Mapping[str, Any] = {
    "coordinate": _Point,
    "start_coordinate": _Point,
    "region": _Region,
    "text": Annotated[str, msgspec.Meta(max_length=10_000)],
    "duration": Annotated[float, msgspec.Meta(ge=0, le=60)],
    "repeat": Annotated[int, msgspec.Meta(ge=1, le=100)],
    "scroll_direction": Literal["up", "down", "left", "right"],
    "scroll_amount": Annotated[int, msgspec.Meta(ge=0, le=100)],
}
_CLICK = ("coordinate?", "text?")
# The parameters of each action; those that end in ? are optional.
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "screenshot": (),
    "cursor_position": (),
    "key": ("text", "repeat?"),
    "type": ("text",),
    "mouse_move": ("coordinate",),
    "left_click": _CLICK,
    "right_click": _CLICK,
    "middle_click": _CLICK,
    "double_click": _CLICK,
    "left_click_drag": ("coordinate", "start_coordinate?", "text?"),
    "hold_key": ("text", "duration"),
    "left_mouse_down": ("coordinate?",),
    "left_mouse_up": ("coordinate?",),
    "triple_click": _CLICK,
    "scroll": ("scroll_direction", "scroll_amount", "coordinate?", "text?"),
    "wait": ("duration",),
    "zoom": ("region",),
}
_FIRST, _SECOND = 10, 16  # how many of them the first version had, and the second


def computer(screen: Screen, version: str = COMPUTER) -> tuple[Tool, ...]:
    """Make tools of a screen of your own.

    Arguments:
        screen: an object with `width` and `height`, in pixels of its screenshots, and with a method `act(action, given)`.
        version: the version of the API's tool, such as "computer_20250124" for older models; the newest if not given.

    Raises:
        UnfitError: the version is unknown.

    """
    if family_of(version) != COMPUTER:
        known = ", ".join(each.type for each in FAMILIES[COMPUTER])
        raise UnfitError(f"{version} is not a version of the computer tool. Known versions: {known}.")
    newest = FAMILIES[COMPUTER][0]
    chosen = newest if version == COMPUTER else version_for(version, "")
    return computer_tools(screen, chosen, "a screen of yours, with its mouse and keyboard")


def computer_tools(screen: Screen, version: Version, touches: str) -> tuple[Tool, ...]:
    """Make the tools of one version: a single one with actions, or the members of the toolset."""
    if not version.name:
        # The members share one definition.
        whole = {"type": version.type}
        return tuple(_member(screen, action, whole, touches) for action in _ACTIONS)
    definition: dict[str, Any] = {
        "type": version.type,
        "name": version.name,
        "display_width_px": screen.width,
        "display_height_px": screen.height,
    }
    actions = tuple(_ACTIONS)[: {"20241022": _FIRST, "20250124": _SECOND}.get(version.type[-8:])]
    if "zoom" in actions:
        definition["enable_zoom"] = True
    return (_single(screen, actions, definition, touches),)


def _member(screen: Screen, action: str, definition: Mapping[str, Any], touches: str) -> Tool:
    def act(**given: Any) -> Any:
        return _acted(screen, action, given)

    act.__signature__ = _signature(_ACTIONS[action])  # type: ignore[attr-defined]
    return _tool(action, definition, act, touches)


def _single(screen: Screen, actions: Sequence[str], definition: Mapping[str, Any], touches: str) -> Tool:
    def act(**given: Any) -> Any:
        return _acted(screen, given.pop("action"), given)

    names = dict.fromkeys(name.rstrip("?") for action in actions for name in _ACTIONS[action])
    of_action = _parameter("action", Literal[tuple(actions)])
    of_others = _signature([f"{name}?" for name in names]).parameters.values()
    act.__signature__ = inspect.Signature([of_action, *of_others])  # type: ignore[attr-defined]
    return _tool(COMPUTER, definition, act, touches)


def _tool(name: str, definition: Mapping[str, Any], act: Callable[..., Any], touches: str) -> Tool:
    arguments = arguments_of(act, name, Documented())
    return Tool(name, definition, act, arguments, touches=touches, group=COMPUTER, batch=COMPUTER)


def _signature(names: Sequence[str]) -> inspect.Signature:
    parameters = [_parameter(name.rstrip("?"), _KINDS[name.rstrip("?")], name[-1:] == "?") for name in names]
    return inspect.Signature(parameters)


def _parameter(name: str, kind: Any, may_be_missing: bool = False) -> inspect.Parameter:
    default = None if may_be_missing else inspect.Parameter.empty
    annotation = kind | None if may_be_missing else kind
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _acted(screen: Screen, action: str, given: Mapping[str, Any]) -> Any:
    kept = {name: value for name, value in given.items() if value is not None}
    takes = _ACTIONS[action]
    if missing := [name for name in takes if name[-1:] != "?" and name not in kept]:
        raise ToolFailedError(f"{action} needs {' and '.join(missing)}.")
    if unwanted := [name for name in kept if name not in takes and f"{name}?" not in takes]:
        raise ToolFailedError(f"{action} takes no {' and no '.join(unwanted)}.")
    for name in ("coordinate", "start_coordinate"):
        _check_point(screen, kept.get(name, [0, 0]))
    if region := kept.get("region"):
        _check_region(screen, region)
    return screen.act(action, kept) or "Done."


def _check_point(screen: Screen, point: Sequence[int]) -> None:
    if not (0 <= point[0] < screen.width and 0 <= point[1] < screen.height):
        raise ToolFailedError(
            f"{tuple(point)} is outside the screen, which is {screen.width}x{screen.height}."
        )


def _check_region(screen: Screen, region: Sequence[int]) -> None:
    left, top, right, bottom = region
    if not (0 <= left < right <= screen.width and 0 <= top < bottom <= screen.height):
        raise ToolFailedError(
            f"{tuple(region)} is not a region of the screen, which is {screen.width}x{screen.height}."
        )
