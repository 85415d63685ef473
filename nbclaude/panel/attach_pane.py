"""The pane where figures, files and variables are attached; they wait on the tray for the next ask."""

from __future__ import annotations

import contextlib
from html import escape
from pathlib import Path

import ipywidgets

from nbclaude.context.files import attach_path
from nbclaude.context.references.expressions import names_existing, parse_expression
from nbclaude.context.shown.shown_image import ShownImage
from nbclaude.context.tray import TrayItem
from nbclaude.errors import ConfigurationError
from nbclaude.panel.frontend import OnAction, View
from nbclaude.panel.host import Host, note, row
from nbclaude.panel.thumbnails import thumbnail

__all__ = ["AttachPane", "Chips"]

_MAX_NAMES = 200
# ipywidgets' own control says nothing of a file that is too large for a message.
_FILES = '<input type="file" multiple aria-label="Choose files">'
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


class Chips:
    """What is attached, as chips with a picture, a button that keeps it attached, and one that removes it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.widget = View(self._act, role="group", label="Attached to the next question")
        self.widget.add_class("nbclaude-chips")

    def refresh(self) -> None:
        """Show what waits on the tray."""
        items = [[str(item.key), _chip(item)] for item in self._host.workspace.tray.items()]
        if self.widget.items != items:
            self.widget.items = items

    def _act(self, action: str, value: str, data: bytes) -> None:
        self._host.guarded(self._change)(action, value)

    def _change(self, action: str, value: str) -> None:
        tray = self._host.workspace.tray
        match action:
            case "remove":
                tray.remove(int(value))
            case "pin" | "unpin":
                tray.pin(int(value), pinned=action == "pin")
        self._host.changed()


class AttachPane:
    """The gallery of figures, files from disk, and variables by name."""

    def __init__(self, host: Host, on_file: OnAction) -> None:
        self._host = host
        self._figures = View(self._pick, role="group", label="Figures that cells have shown")
        self._figures.add_class("nbclaude-figures")
        self._files = View(on_file, items=[["files", _FILES]], role="group", label="Files")
        self.variable = ipywidgets.Combobox(
            description="Variable",
            placeholder="name or expression",
            ensure_option=False,
        )
        attach = ipywidgets.Button(description="Attach variable")
        host.keep_keys_out(self.variable)
        attach.on_click(host.guarded(lambda _: self._attach_variable()))
        host.on_enter(self.variable, "variable", self._attach_variable)
        self.widget = ipywidgets.VBox(
            [
                _heading("Figures that cells have shown: click to attach"),
                self._figures,
                _heading("Files"),
                row(self._files, note("Images, PDFs and text; or drop or paste them anywhere in the panel.")),
                _heading("Variables"),
                row(self.variable, attach),
            ]
        )
        self.widget.add_class("nbclaude-pane")

    def refresh(self) -> None:
        """Show the figures and names that there are now."""
        figures = self._host.workspace.seen.figures
        items = [[image.key, _pick_html(image, figures.name_of(image))] for image in figures.all()]
        if not items:
            items = [["none", '<span class="nbclaude-quiet">No cell has shown a figure yet.</span>']]
        if self._figures.items != items:
            self._figures.items = items
        names = _attachable(self._host.shell)
        if tuple(self.variable.options) != names:
            self.variable.options = names

    def take_file(self, name: str, data: bytes) -> None:
        """Attach a file that was chosen, dropped or pasted; what no model takes is refused at once."""
        if not data:
            raise ConfigurationError(f"{name} is empty.")
        tray = self._host.workspace.tray
        item = tray.attach_file(name, data)
        try:
            attach_path(item.what) if isinstance(item.what, Path) else None
        except ConfigurationError:
            tray.remove(item.key)
            raise
        self._host.changed()

    def _pick(self, action: str, value: str, data: bytes) -> None:
        self._host.guarded(self._attach_figure)(value)

    def _attach_figure(self, key: str) -> None:
        found = [image for image in self._host.workspace.seen.figures.all() if image.key == key]
        if not found:
            raise ConfigurationError("This figure is not there any more: its cell has run again.")
        if found[0].refusal:
            raise ConfigurationError(found[0].refusal)
        name = self._host.workspace.seen.figures.name_of(found[0])
        self._host.workspace.tray.attach(name, found[0], len(found[0].data))
        self._host.changed()

    def _attach_variable(self) -> None:
        expression = self._host.text_of(self.variable).strip()
        tree = parse_expression(expression) if expression else None
        if tree is None or not names_existing(tree, self._host.shell.user_ns):
            raise ConfigurationError(
                f"{expression or 'Nothing'} cannot be attached: write the name of a variable, or an expression of such names."
            )
        self._host.workspace.tray.attach(expression, expression)
        self.variable.value = ""
        self._host.changed()


def _heading(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(f"<h4>{escape(text)}</h4>")


def _attachable(shell: object) -> tuple[str, ...]:
    """Return the names that the user has given to values, without modules and what IPython keeps."""
    namespace: dict[str, object] = getattr(shell, "user_ns", {})
    hidden: dict[str, object] = getattr(shell, "user_ns_hidden", {})
    names = [
        name
        for name, value in tuple(namespace.items())
        if not name.startswith("_")
        and (name not in hidden or hidden[name] is not value)
        and type(value).__name__ != "module"
    ]
    return tuple(sorted(names)[:_MAX_NAMES])


def _picture(address: str, alt: str) -> str:
    return f'<img src="{escape(address)}" alt="{escape(alt)}">' if address else ""


def _thumbnail(image: ShownImage) -> str:
    return thumbnail(image.data, image.picture.needs_background)


def _pick_html(image: ShownImage, name: str) -> str:
    size = f"{image.size[0]}×{image.size[1]}" if image.size else image.what
    label = f"Attach {name}, {size}"
    return (
        f'<button type="button" class="nbclaude-pick" data-action="attach-figure" data-value="{image.key}" '
        f'aria-label="{escape(label)}" title="{escape(label)}">{_picture(_thumbnail(image), "")}'
        f"{escape(name)}<br>{escape(size)}</button>"
    )


def _chip(item: TrayItem) -> str:
    image = ""
    if isinstance(item.what, ShownImage):
        image = _thumbnail(item.what)
    elif isinstance(item.what, Path) and item.what.suffix.lower() in _PICTURES:
        with contextlib.suppress(OSError):  # whoever cleans up /tmp takes it with them
            image = thumbnail(item.what.read_bytes())
    label = escape(item.label)
    pin = "unpin" if item.pinned else "pin"
    return (
        f'<span class="nbclaude-chip">{_picture(image, "")}<span class="nbclaude-name" title="{label}">{label}</span>'
        f'<button type="button" data-action="{pin}" data-value="{item.key}" aria-pressed="{str(item.pinned).lower()}" '
        f'aria-label="Keep {label} attached" title="Keep attached after the next question">keep</button>'
        f'<button type="button" data-action="remove" data-value="{item.key}" aria-label="Remove {label}" '
        'title="Remove">✕</button></span>'
    )
