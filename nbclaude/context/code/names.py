"""Reads which names a cell defines, uses and changes, from its syntax tree; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import lru_cache, partial

from nbclaude.context.code.bindings import Bindings, CellNames
from nbclaude.context.code.changing import changed_anywhere, changed_by_call, root_name
from nbclaude.context.code.functions import names_of_arguments, reads_when_called
from nbclaude.context.code.magic_calls import MagicCall, magic_call

__all__ = ["CellNames", "names_of"]

_RUNS_TEXT = frozenset(("exec", "eval", "execfile"))


@lru_cache(maxsize=1_000)
def names_of(code: str, transform: Callable[[str], str] = str) -> CellNames:
    """Return what a cell's Python code does to names; magics are given as the calls that IPython makes of them.

    `transform` turns the lines inside a magic (`%%time`) into such Python, too.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CellNames(parses=False)
    reader = _Reader(transform)
    try:
        reader.block(tree.body)
    except RecursionError:
        return CellNames(parses=False)
    return reader.names.found()


class _Reader(ast.NodeVisitor):
    """Goes through the statements of a cell in their order."""

    def __init__(self, transform: Callable[[str], str]) -> None:
        self._transform = transform
        self.names = Bindings()

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def _change(self, node: ast.expr) -> None:
        root = root_name(node)
        if root is not None:
            self.names.changes.add(root)

    # Expressions

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.names.use(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.names.bind(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._change(node)
        self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._change(node)
        self.visit(node.value)
        self.visit(node.slice)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        # Most are called on the same line.
        for name in reads_when_called(node):
            self.names.use(name)

    def visit_Call(self, node: ast.Call) -> None:
        if (magic := magic_call(node)) is not None:
            self._magic(magic)
            return
        self.generic_visit(node)
        called = node.func
        if isinstance(called, ast.Name) and called.id in _RUNS_TEXT and not self.names.is_bound(called.id):
            self.names.unknown.append(f"{called.id}()")
        self.names.changes.update(changed_anywhere(node))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        for name in reads_when_called(node):
            self.names.use(name)
        for each in ast.walk(node):
            if isinstance(each, ast.NamedExpr) and isinstance(each.target, ast.Name):
                self.names.bind(each.target.id)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension  # noqa: N815

    # Statements

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(value, ast.Call) or magic_call(value) is not None:
            return
        self.names.changes.update(changed_by_call(value))

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.names.use(node.target.id)
            self.names.changes.add(node.target.id)
            self.names.bind(node.target.id)
        else:
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.names.delete(target.id)
            else:
                self.visit(target)

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            self.names.bind(each.asname or each.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for each in node.names:
            if each.name == "*":
                self.names.unknown.append(f"from {'.' * node.level}{node.module or ''} import *")
            else:
                self.names.bind(each.asname or each.name)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for each in (*node.decorator_list, *names_of_arguments(node.args).outside):
            self.visit(each)
        self.names.later.update(name for name in reads_when_called(node) if name != node.name)
        # `global total` in a function: calling it binds or changes a name of the notebook.
        self.names.changes.update(
            name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names
        )
        self.names.bind(node.name)

    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for each in (*node.decorator_list, *node.bases, *(one.value for one in node.keywords)):
            self.visit(each)
        self.names.later.update(name for name in reads_when_called(node) if name != node.name)
        self.names.bind(node.name)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        with self.names.branch():
            self.visit(node.target)
            self.block((*node.body, *node.orelse))

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._branched(node.body, node.orelse)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branched(node.body, node.orelse)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        with self.names.branch():
            for case in node.cases:
                self.visit(case)

    def _branched(self, *branches: list[ast.stmt]) -> None:
        self.names.branches([partial(self.block, each) for each in branches])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self.names.bind_for_now(node.name)
        with self.names.branch():
            self.block(node.body)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name:
            self.names.bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.names.bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self.names.bind(node.rest)

    def _magic(self, magic: MagicCall) -> None:
        for name in magic.uses:
            self.names.use(name)
        for name in magic.defines:
            self.names.bind(name)
        self.names.unknown += magic.unknown
        for code in magic.code:
            inner = names_of(self._transform(code), self._transform)
            for name in inner.uses:
                self.names.use(name)
            self.names.later |= inner.later
            self.names.changes |= inner.changes
            self.names.unknown += inner.unknown
            for name in inner.defines if magic.keeps else ():
                self.names.bind(name)
