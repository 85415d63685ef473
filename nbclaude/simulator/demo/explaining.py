"""Explains code that was sent with the numbers of its lines, statement by statement, from its syntax tree."""

from __future__ import annotations

import ast
import re

from .question import Question
from .wording import code, count, shorten

__all__ = ["answer_numbered"]

_CODE = re.compile(r'<(cell|source) name="[^"]*">\n(.*?)\n</\1>', re.DOTALL)
_LINE = re.compile(r"^ *(\d+) \|(?: (.*))?$")
_SHOWED = re.compile(r"\n\nIt showed:\n(.*)\Z", re.DOTALL)
_MAX_STATEMENTS = 12  # statements
_ERROR = re.compile(r"^([A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning))(?:: (.*))?$", re.MULTILINE)


def answer_numbered(question: Question) -> str | None:
    """Explain a numbered cell, or the numbered source of a function; None where none was sent."""
    found = _CODE.search(question.text)
    listing = [match for line in found[2].split("\n") if (match := _LINE.match(line))] if found else []
    if found is None or not listing:
        return None
    source = "\n".join(match[2] or "" for match in listing)
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        statements = []
    said = [f"{_where(each)} {_deed(each)}." for each in statements[:_MAX_STATEMENTS]]
    if not said:
        said = [f"I cannot take this apart: {count(len(listing), 'line')} and no plain Python."]
    if showed := _SHOWED.search(found[2]):
        said.append(f"It showed {code(shorten(' '.join(showed[1].split()), 100))}.")
    if errors := _ERROR.findall(question.text.partition("<failure")[2]):
        kind, message = errors[-1]
        said.append(f"It ended with **{kind}**" + (f": {code(message)}." if message else "."))
    if question.images:
        said.append(f"A figure of it arrived, too ({len(question.images)}).")
    return "\n\n".join(said)


def _where(node: ast.stmt) -> str:
    first, last = node.lineno, node.end_lineno or node.lineno
    first = min([first, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return f"Line {first}" if first == last else f"Lines {first}-{last}"


def _deed(node: ast.stmt) -> str:
    several = (node.end_lineno or node.lineno) > node.lineno
    match node:
        case ast.Import() | ast.ImportFrom():
            return f"{'import' if several else 'imports'} {code(ast.unparse(node).partition('import ')[2])}"
        case ast.FunctionDef(name=name, args=args) | ast.AsyncFunctionDef(name=name, args=args):
            return f"{'define' if several else 'defines'} the function {code(f'{name}({ast.unparse(args)})')}"
        case ast.ClassDef(name=name):
            return f"{'define' if several else 'defines'} the class {code(name)}"
        case ast.Assign(targets=[target, *_], value=value):
            return f"{'set' if several else 'sets'} {code(ast.unparse(target))} to {code(shorten(ast.unparse(value), 60))}"
        case ast.For(target=target, iter=iterated) | ast.AsyncFor(target=target, iter=iterated):
            name = code(ast.unparse(target))
            return f"{'go' if several else 'goes'} through {code(shorten(ast.unparse(iterated), 60))}, each a {name}"
        case ast.If(test=test):
            return f"{'act' if several else 'acts'} only if {code(shorten(ast.unparse(test), 60))}"
        case ast.Expr(value=ast.Call(func=called)):
            return f"{'call' if several else 'calls'} {code(shorten(ast.unparse(called), 60))}"
        case _:
            return f"{'are' if several else 'is'} {code(shorten(ast.unparse(node).splitlines()[0], 60))}"
