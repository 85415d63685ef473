"""The built-in tool `python`: code that the model proposes and the user approves runs in the kernel, as a cell's code would.

It leaves In, Out and the number of the next cell alone: the cell that asks is the one that runs.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import linecache
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from nbclaude.context.attachment import Attachment
from nbclaude.context.shown.bundle_text import bundle_text
from nbclaude.context.shown.pending import show_pending
from nbclaude.notebook import Shell
from nbclaude.texts import TextLimits, clip
from nbclaude.tools.awaiting import awaited
from nbclaude.tools.functions import Tool
from nbclaude.tools.running import ToolFailedError
from nbclaude.tools.tapping import tapped

if TYPE_CHECKING:
    from nbclaude.context.shown.seen import Seen

__all__ = ["PYTHON", "python_tool"]

PYTHON = "python"
_ABOUT = (
    "Run Python code in the user's notebook kernel, where its variables are, and return what it prints, the value of its last "
    "expression and the figures that it shows. Variables stay. Top-level await works. The user sees and approves the code first."
)
_MAX_OUTPUT = 16_000  # characters that the model gets
_MAX_FIGURES = 5
_MAX_NAMES = 30
_numbers = itertools.count(1)
# These can outlive their step, and their source may be asked for.
_LASTING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.GeneratorExp)


def python_tool(shell: Shell, seen: Seen) -> Tool:
    """Make the tool for a shell; `seen` knows the figures that its cells have shown."""
    from nbclaude.tools.arguments import arguments_of
    from nbclaude.tools.docstrings import Documented

    def python(code: str) -> list[Mapping[str, Any]]:
        return _ran(shell, seen, code)

    arguments = arguments_of(python, PYTHON, Documented(parameters={"code": "the source code"}))
    definition = {"name": PYTHON, "description": _ABOUT, "input_schema": arguments.schema}
    touches = "code that runs in this kernel, and may do whatever you may"
    return Tool(PYTHON, definition, python, arguments, touches=touches, shown="code", on_main=True)


def _ran(shell: Shell, seen: Seen, code: str) -> list[Mapping[str, Any]]:
    """Run the code, and return what the model gets of it.

    Raises:
        ToolFailedError: it raised; the message has what it had printed, and the traceback.

    """
    from nbclaude.context.values import attachment_of, labelled_blocks
    from nbclaude.wire.request import text_block

    said: list[str] = []
    names = _names(shell)
    figures = seen.figures.all()
    value: Any = None
    with _heard(shell, said):
        try:
            value = _executed(shell, code)
            show_pending(shell)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            failed = _traceback(error)
            sys.stderr.write(f"{failed}\n")
            text = clip("".join(said), _MAX_OUTPUT, tail=0.7)[0]
            raise ToolFailedError("\n".join(filter(None, [text, _changed(names, shell)]))) from error
    if value is not None:
        _show(shell, value)
    attached: list[Attachment] = [attachment_of(value, "the value")] if value is not None else []
    shown = [each for each in seen.figures.all() if each not in figures][:_MAX_FIGURES]
    attached += [image.attachment(_limits(), f"figure {n}") for n, image in enumerate(reversed(shown), 1)]
    text = clip("".join(said), _MAX_OUTPUT, tail=0.5)[0].strip("\n")
    text = "\n".join(filter(None, [text, _changed(names, shell)]))
    blocks = [text_block(text)] if text else []
    return [*blocks, *labelled_blocks(attached)] or [text_block("(no output)")]


def _executed(shell: Shell, code: str) -> Any:
    """Run the code as IPython reads it; return the value of its last expression, None if it ends in something else."""
    transform = getattr(shell, "transform_cell", None)
    source = transform(code) if transform is not None else code
    name = f"<step {next(_numbers)} of Claude>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    is_quiet = code.rstrip().endswith(";")
    value = None
    if isinstance(last, ast.Expr) and not is_quiet:
        _evaluated(shell, ast.Module(tree.body[:-1], []), name, "exec")
        value = _evaluated(shell, ast.Expression(last.value), name, "eval")
    else:
        _evaluated(shell, tree, name, "exec")
    if not any(isinstance(node, _LASTING) for node in ast.walk(tree)):
        linecache.cache.pop(name, None)
    return value


def _evaluated(shell: Shell, tree: ast.Module | ast.Expression, name: str, mode: str) -> Any:
    code = compile(tree, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    value = eval(code, shell.user_ns)  # noqa: S307 - the user has approved it
    return awaited(value) if code.co_flags & inspect.CO_COROUTINE else value


def _show(shell: Shell, value: Any) -> None:
    """Show the value of the last expression where a cell would."""
    data, metadata = shell.display_formatter.format(value)
    if data:
        shell.display_pub.publish(data=data, metadata=metadata)


@contextmanager
def _heard(shell: Shell, said: list[str]) -> Iterator[None]:
    """Note what is printed and displayed; all of it is shown as ever."""
    with ExitStack() as stack:
        for stream in (sys.stdout, sys.stderr):
            stack.callback(tapped(stream, said.append))
        publisher = shell.display_pub
        if hasattr(publisher, "register_hook"):

            def hook(message: Any) -> Any:
                content = message.get("content") or {}
                own = str((content.get("transient") or {}).get("display_id") or "").startswith("nbclaude-")
                if message.get("msg_type") == "display_data" and not own:
                    said.append(f"{bundle_text(content.get('data') or {})}\n")
                return message

            publisher.register_hook(hook)
            stack.callback(publisher.unregister_hook, hook)
        yield


def _names(shell: Shell) -> dict[str, int]:
    hidden = shell.user_ns_hidden
    return {
        name: id(value)
        for name, value in tuple(shell.user_ns.items())
        if name[:1] != "_" and name not in hidden
    }


def _changed(before: Mapping[str, int], shell: Shell) -> str:
    """Say which variables are new, have another value, or are gone."""
    after = _names(shell)
    told_of = {
        "new": [name for name in after if name not in before],
        "changed": [name for name in after if name in before and after[name] != before[name]],
        "deleted": [name for name in before if name not in after],
    }
    said = [f"{what}: {', '.join(names[:_MAX_NAMES])}" for what, names in told_of.items() if names]
    return f"(variables {'; '.join(said)})" if said else ""


def _traceback(error: BaseException) -> str:
    from nbclaude.context.sources import describe_exception

    return describe_exception(error, TextLimits(source=4_000)).text


def _limits() -> Any:
    from nbclaude.context.images.limits import STANDARD_IMAGES

    return STANDARD_IMAGES
