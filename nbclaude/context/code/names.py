"""Reads which names a cell defines, uses and changes, from its syntax tree; nothing is run."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nbclaude.context.code.functions import names_of_arguments, reads_when_called
from nbclaude.context.code.magic_calls import MagicCall, magic_call

__all__ = ["CellNames", "names_of"]

# Expression statements that call one of these change nothing: their result is shown, or printed.
_HARMLESS = frozenset(
    ("print", "display", "len", "type", "help", "repr", "str", "sorted", "dir", "vars", "id")
)
# Methods that show a value, or give another one: a line that only calls one of them changes nothing.
_SHOWING = frozenset(
    (
        *(
            "head",
            "tail",
            "describe",
            "info",
            "show",
            "mean",
            "sum",
            "min",
            "max",
            "std",
            "count",
            "value_counts",
        ),
        *(
            "unique",
            "nunique",
            "groupby",
            "copy",
            "keys",
            "values",
            "items",
            "corr",
            "sample",
            "isna",
            "isnull",
        ),
        *(
            "plot",
            "hist",
            "boxplot",
            "predict",
            "score",
            "transform",
            "to_csv",
            "to_string",
            "savefig",
            "format",
        ),
    )
)
_RUNS_TEXT = frozenset(("exec", "eval", "execfile"))


@dataclass(frozen=True, slots=True)
class CellNames:
    """What one cell does to names, as far as its text tells.

    `uses` are read as the cell runs and were not bound in it before; `later` are read by its functions when these are called.
    `perhaps` are those of `defines` that stand in a branch. `changes` are names whose values it may change in place, `deletes`
    those that it takes away. `unknown` says what cannot be known without running it.
    """

    defines: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    parses: bool = True

    @property
    def wants(self) -> frozenset[str]:
        """Every name that must come from elsewhere."""
        return self.uses | (self.later - self.defines)


@functools.lru_cache(maxsize=1_000)
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
    return reader.found()


class _Reader(ast.NodeVisitor):
    """Goes through the statements of a cell in their order."""

    def __init__(self, transform: Callable[[str], str]) -> None:
        self._transform = transform
        self._bound: set[str] = set()
        self._defines: set[str] = set()
        self._perhaps: set[str] = set()
        self._uses: set[str] = set()
        self._later: set[str] = set()
        self._changes: set[str] = set()
        self._deletes: set[str] = set()
        self._unknown: list[str] = []
        self._branch = 0

    def found(self) -> CellNames:
        certain = self._defines - self._perhaps
        return CellNames(
            frozenset(self._defines),
            frozenset(self._defines - certain),
            frozenset(self._uses),
            frozenset(self._later),
            frozenset(self._changes - certain | (self._changes & self._uses)),
            frozenset(self._deletes),
            tuple(dict.fromkeys(self._unknown)),
        )

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def _bind(self, name: str) -> None:
        self._bound.add(name)
        if self._branch and name not in self._defines:
            self._perhaps.add(name)
        elif not self._branch:
            self._perhaps.discard(name)
        self._defines.add(name)
        self._deletes.discard(name)

    def _use(self, name: str) -> None:
        if name not in self._bound:
            self._uses.add(name)

    def _change(self, node: ast.expr) -> None:
        root = _root(node)
        if root is not None:
            self._changes.add(root)

    # Expressions

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)

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
            self._use(name)

    def visit_Call(self, node: ast.Call) -> None:
        if (magic := magic_call(node)) is not None:
            self._magic(magic)
            return
        self.generic_visit(node)
        called = node.func
        if isinstance(called, ast.Name) and called.id in _RUNS_TEXT and called.id not in self._bound:
            self._unknown.append(f"{called.id}()")
        if isinstance(called, ast.Attribute) and any(
            each.arg == "inplace" and not (isinstance(each.value, ast.Constant) and not each.value.value)
            for each in node.keywords
        ):
            self._change(called.value)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        for name in reads_when_called(node):
            self._use(name)
        for each in ast.walk(node):
            if isinstance(each, ast.NamedExpr) and isinstance(each.target, ast.Name):
                self._bind(each.target.id)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension  # noqa: N815

    # Statements

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(value, ast.Call) or magic_call(value) is not None:
            return
        called = value.func
        # What is called for nothing but its effect has one: `rows.append(x)`, `shuffle(rows)`, `model.fit(X)`.
        if isinstance(called, ast.Attribute) and called.attr not in _SHOWING:
            self._change(called.value)
        if isinstance(called, ast.Name) and called.id not in _HARMLESS:
            for each in (*value.args, *(one.value for one in value.keywords)):
                self._change(each)
        elif isinstance(called, ast.Attribute) and called.attr in _CHANGING_ARGUMENTS and value.args:
            self._change(value.args[0])

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)
        # `model = est.fit(X)` changes est as well; `x = rows.pop()` does, too.
        called = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in _CHANGING:
            self._change(called.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self._use(node.target.id)
            self._changes.add(node.target.id)
            self._bind(node.target.id)
        else:
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._use(target.id)
                self._bound.discard(target.id)
                self._defines.discard(target.id)
                self._perhaps.discard(target.id)
                self._deletes.add(target.id)
            else:
                self.visit(target)

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            self._bind(each.asname or each.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for each in node.names:
            if each.name == "*":
                self._unknown.append(f"from {'.' * node.level}{node.module or ''} import *")
            else:
                self._bind(each.asname or each.name)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for each in (*node.decorator_list, *names_of_arguments(node.args).outside):
            self.visit(each)
        self._later.update(name for name in reads_when_called(node) if name != node.name)
        # `global total` in a function: calling it binds or changes a name of the notebook.
        self._changes.update(
            name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names
        )
        self._bind(node.name)

    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for each in (*node.decorator_list, *node.bases, *(one.value for one in node.keywords)):
            self.visit(each)
        self._later.update(name for name in reads_when_called(node) if name != node.name)
        self._bind(node.name)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._branch += 1
        self.visit(node.target)
        self.block((*node.body, *node.orelse))
        self._branch -= 1

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._branched(node.body, node.orelse)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branched(node.body, node.orelse)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self._branch += 1
        self.generic_visit(node)
        self._branch -= 1

    def _branched(self, *branches: list[ast.stmt]) -> None:
        """Read branches, of which one is taken: a name that all of them define is defined for certain."""
        before, always = set(self._bound), None
        self._branch += 1
        for branch in branches:
            self._bound = set(before)
            self.block(branch)
            always = self._bound if always is None else always & self._bound
        self._branch -= 1
        certain = (always or set()) - before
        self._perhaps -= certain
        self._bound = (
            before | {name for name in self._defines if name in certain} | (self._defines - self._perhaps)
        )
        self._bound |= self._defines

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self._bound.add(node.name)  # and it is gone after the handler
        self._branch += 1
        self.block(node.body)
        self._branch -= 1

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name:
            self._bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name)

    def _magic(self, magic: MagicCall) -> None:
        for name in magic.uses:
            self._use(name)
        for name in magic.defines:
            self._bind(name)
        self._unknown += magic.unknown
        for code in magic.code:
            inner = names_of(self._transform(code), self._transform)
            for name in inner.uses:
                self._use(name)
            self._later |= inner.later
            self._changes |= inner.changes
            self._unknown += inner.unknown
            for name in inner.defines if magic.keeps else ():
                self._bind(name)


_CHANGING_ARGUMENTS = frozenset(
    ("shuffle", "heapify", "heappush", "heappop", "insort", "insort_left", "insort_right")
)
_CHANGING = frozenset(
    ("fit", "fit_transform", "partial_fit", "pop", "popitem", "popleft", "setdefault", "insert")
)


def _root(node: ast.expr) -> str | None:
    """Return the name that an expression begins with: `df` of `df.loc[0].x`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
