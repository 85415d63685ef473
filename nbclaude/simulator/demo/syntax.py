"""Describes what Python code does, as far as its syntax tree tells.

Nothing is executed or guessed: every word stands for a node of the tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .hints import hints
from .question import Question
from .source import Source, find_source
from .wording import code, code_list, count, listed, shorten

__all__ = ["answer_code", "describe"]

Function = ast.FunctionDef | ast.AsyncFunctionDef
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def answer_code(question: Question) -> str | None:
    """Describe the Python code of a question; None when it holds none."""
    source = find_source(question.text)
    return describe(source) if source else None


def describe(source: Source) -> str:
    """Describe parsed code, or say where it is no Python."""
    if source.tree is None:
        return _describe_error(source)
    lines = len(source.text.strip("\n").split("\n"))
    parts = [*_imports(source.tree), *_definitions(source.tree.body), *_top_level(source.tree)]
    read = "Read from its syntax tree (I do not run it), it does this:"
    answer = f"This is {count(lines, 'line')} of Python. {read}\n\n" + "\n".join(
        f"- {part}" for part in parts
    )
    if found := hints(source.tree):
        answer += "\n\n**Worth a look:**\n\n" + "\n".join(f"- {hint}" for hint in found)
    return answer


def _describe_error(source: Source) -> str:
    error = source.error
    line = (error and error.lineno) or 1
    lines = source.text.split("\n")
    shown = lines[line - 1].rstrip() if line <= len(lines) else ""
    caret = " " * max(0, ((error and error.offset) or 1) - 1) + "^"
    reason = error.msg if error else "invalid syntax"
    return f"Python cannot read this code: **{reason}** in line {line}.\n\n```text\n{shown}\n{caret}\n```"


def _imports(tree: ast.Module) -> Iterator[str]:
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [f"{item.name} as {item.asname}" if item.asname else item.name for item in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names += [f"{module}.{item.name}".replace("..", ".") for item in node.names]
    if names:
        yield f"It **imports** {code_list(names, 8)}."


def _definitions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, Function):
            yield _function(node)
        elif isinstance(node, ast.ClassDef):
            yield _class(node)


def _function(node: Function) -> str:
    kind = "Coroutine" if isinstance(node, ast.AsyncFunctionDef) else "Function"
    if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in _own(node)):
        kind = "Generator" if kind == "Function" else "Asynchronous generator"
    head = f"{kind} {code(f'{node.name}({ast.unparse(node.args)})')}"
    if node.decorator_list:
        head += f", decorated with {code_list(ast.unparse(item) for item in node.decorator_list)}"
    deeds = [*_signature(node), *_deeds(list(_own(node)), node.name)]
    text = f"**{head}**" if "`` " not in head else head
    if doc := ast.get_docstring(node):
        text += f", “{shorten(doc.splitlines()[0], 120)}”"
    return f"{text}: {_sentence(deeds)}" if deeds else f"{text}: it does nothing yet."


def _class(node: ast.ClassDef) -> str:
    bases = f" (from {code_list(ast.unparse(base) for base in node.bases)})" if node.bases else ""
    methods = [item.name for item in node.body if isinstance(item, Function)]
    fields = [ast.unparse(item.target) for item in node.body if isinstance(item, ast.AnnAssign)]
    parts = [f"fields {code_list(fields)}"] if fields else []
    parts.append(f"{count(len(methods), 'method')}{f': {code_list(methods, 8)}' if methods else ''}")
    doc = ast.get_docstring(node)
    text = f", “{shorten(doc.splitlines()[0], 120)}”" if doc else ""
    return f"**Class {code(node.name)}**{bases}{text}: it has {listed(parts)}."


def _signature(node: Function) -> Iterator[str]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    names = [item.arg for item in arguments if item.arg not in ("self", "cls")]
    optional = len(node.args.defaults) + sum(default is not None for default in node.args.kw_defaults)
    if names:
        word = count(len(names), "argument")
        extra = (
            f", {optional} of them optional"
            if optional and len(names) > 1
            else ", optional"
            if optional
            else ""
        )
        yield f"takes {word} ({code_list(names, 8)}{extra})"
    elif not (node.args.vararg or node.args.kwarg):
        yield "takes no arguments"


def _top_level(tree: ast.Module) -> Iterator[str]:
    rest: list[ast.AST] = []
    for statement in tree.body:
        if not isinstance(statement, Function | ast.ClassDef | ast.Import | ast.ImportFrom):
            rest += [statement, *_own(statement)]
    deeds = list(_deeds(rest, ""))
    if deeds:
        yield f"**At the top level** it {listed(deeds)}."
    elif not tree.body:
        yield "It holds nothing but comments or magics."


def _deeds(nodes: list[ast.AST], own_name: str) -> Iterator[str]:
    """Say what these nodes do, in the order in which a reader wants to know it."""
    assigned = [name for node in nodes for name in _targets(node)]
    if assigned:
        yield f"assigns {code_list(assigned)}"
    for node in nodes:
        if isinstance(node, ast.For | ast.AsyncFor):
            yield f"loops over {code(_short(node.iter))} (as {code(_short(node.target))})"
        elif isinstance(node, ast.While):
            yield f"loops while {code(_short(node.test))}"
    comprehensions = sum(
        isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) for node in nodes
    )
    if comprehensions:
        yield f"builds {count(comprehensions, 'comprehension')}"
    branches = [_short(node.test) for node in nodes if isinstance(node, ast.If)]
    if branches:
        yield f"branches on {code_list(branches, 3)}"
    raised = [node.exc for node in nodes if isinstance(node, ast.Raise)]
    calls = [_short(node.func) for node in nodes if isinstance(node, ast.Call) and node not in raised]
    if own_name in calls:
        yield "calls itself (recursion)"
    if others := [name for name in calls if name != own_name]:
        yield f"calls {code_list(others)}"
    handled = [
        _short(node.type) if node.type else "everything"
        for node in nodes
        if isinstance(node, ast.ExceptHandler)
    ]
    if handled:
        yield f"catches {code_list(handled)}"
    yield from _ends(nodes)


def _ends(nodes: list[ast.AST]) -> Iterator[str]:
    raised = [_short(node.exc) for node in nodes if isinstance(node, ast.Raise) and node.exc]
    if raised:
        yield f"may raise {code_list(raised, 3)}"
    yielded = [_short(node.value) for node in nodes if isinstance(node, ast.Yield) and node.value]
    if yielded:
        yield f"yields {code_list(yielded, 3)}"
    returned = [_short(node.value) for node in nodes if isinstance(node, ast.Return) and node.value]
    if returned:
        yield f"returns {code_list(returned, 3)}"


def _targets(node: ast.AST) -> Iterator[str]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        targets = [node.target]
    for target in targets:
        inner = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        yield from (_short(item) for item in inner)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree below `node` in reading order, without nested functions and classes."""
    # A stack of ours: an expression may be nested deeper than Python calls.
    waiting = [*ast.iter_child_nodes(node)][::-1]
    while waiting:
        child = waiting.pop()
        yield child
        if not isinstance(child, Function | ast.ClassDef | ast.Lambda):
            waiting += [*ast.iter_child_nodes(child)][::-1]


def _short(node: ast.AST) -> str:
    try:
        return shorten(" ".join(ast.unparse(node).split()), 60)
    except RecursionError:
        return "…"


def _sentence(deeds: list[str]) -> str:
    return f"it {listed(deeds)}."
