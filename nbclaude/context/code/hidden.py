"""Masks what the source of a cell assigns to names of secrets, whatever it looks like: `password = "tea"`.

The code is read by its tokens, so that a cell with magics, or one that is no Python, is masked as well.
"""

from __future__ import annotations

import re
from typing import Any

from nbclaude.frozen import frozen
from nbclaude.secrets.marks import mask_of
from nbclaude.secrets.names import Name, name_of

__all__ = ["hide_secrets", "put_back"]

# What is called with the name of a secret, not with the secret.
_LOOKUPS = frozenset(
    (
        "get",
        "getenv",
        "getpass",
        "input",
        "pop",
        "getattr",
        "get_secret",
        "get_password",
        "read",
        "open",
        "Path",
        "split",
    )
)
_MASKED = re.compile(r"\[secret removed(?:: [^\]\n]{1,60})?\]")
_SHELL = re.compile(
    r"^(?P<head>[ \t]*(?:%(?:set_)?env[ \t]+|!?[ \t]*(?:export[ \t]+|set[ \t]+)?)(?P<name>[A-Za-z_]\w*)(?:[ \t]*=|[ \t]+))"
    r"(?P<value>[^\s{$\"'][^\n]*)$",
    re.MULTILINE,
)


@frozen
class _Token:
    start: int
    text: str
    kind: str  # "name" | "text" | "number" | "sign"

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def hide_secrets(source: str) -> str:
    """Return the source with a mask in the place of each text or number that the name of a secret gets."""
    spans = _spans(_tokens(source)) if _may_hold(source) else []
    for start, end, kind in sorted(spans, reverse=True):
        source = f"{source[:start]}{_quoted(source[start:end], kind)}{source[end:]}"
    return _SHELL.sub(_shell_masked, source)


def put_back(code: str, sent: str, original: str) -> str | None:
    """Return an answer's code with what was masked in the text that was sent put back from the original of that text.

    None if it holds a mask of which nobody can say what it stood for.
    """
    if not _MASKED.search(code):
        return code
    stood = _originals(sent, original)
    if stood is None:
        return None
    asked = _MASKED.findall(code)
    for kind in dict.fromkeys(asked):
        known = stood.get(kind, [])
        if len(set(known)) == 1:
            known = known[:1] * asked.count(kind)
        if len(known) != asked.count(kind):
            return None
        for each in known:
            code = code.replace(kind, each.replace("[secret removed", "\0"), 1)
    return code.replace("\0", "[secret removed")


def _originals(sent: str, original: str) -> dict[str, list[str]] | None:
    """Return what each mask in a text stands for, in order, by the kind of mask."""
    found: dict[str, list[str]] = {}
    parts = re.split(f"({_MASKED.pattern})", sent)
    position = len(parts[0])
    if not original.startswith(parts[0]):
        return None
    for kind, after in zip(parts[1::2], parts[2::2], strict=True):
        end = original.find(after, position) if after else len(original)
        if end < 0:
            return None
        found.setdefault(kind, []).append(original[position:end])
        position = end + len(after)
    return found


def _may_hold(source: str) -> bool:
    return any(name_of(word) for word in set(re.findall(r"[^\W\d]\w*", source)))


def _shell_masked(found: re.Match[str]) -> str:
    name = name_of(found["name"])
    is_line = found["head"].lstrip()[:1] in ("%", "!") or found["head"].lstrip().startswith("export")
    return f"{found['head']}{mask_of(name.kind)}" if name is not None and is_line else found[0]


def _quoted(text: str, kind: str) -> str:
    """Return the mask in the quotes of a text; what has none, a number, gets none, so that it can be put back."""
    body = text.lstrip("rRbBuUfF")
    quote = next((mark for mark in ('"""', "'''", '"', "'") if body.startswith(mark)), "")
    closing = quote if len(body) > len(quote) and body.endswith(quote) else ""
    if not quote and body[-1:] in ("'", '"'):
        closing = body[-1]  # the end of an f-string
    return f"{text[: len(text) - len(body)]}{quote}{mask_of(kind)}{closing}"


def _tokens(source: str) -> list[_Token]:
    from pygments.lexers.python import PythonLexer
    from pygments.token import Token

    tokens: list[_Token] = []
    for start, kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(source):
        if _is(kind, Token.Literal.String):
            last = tokens[-1] if tokens else None
            if last is not None and last.kind == "text" and last.end == start and not _is_closed(last.text):
                tokens[-1] = _Token(last.start, last.text + text, "text")
            else:
                tokens.append(_Token(start, text, "text"))
        elif _is(kind, Token.Literal.Number):
            tokens.append(_Token(start, text, "number"))
        elif _is(kind, Token.Name) or _is(kind, Token.Keyword):
            tokens.append(_Token(start, text, "name"))
        elif "\n" in text and not text.startswith("\\"):
            tokens.append(_Token(start, "\n", "sign"))
        elif text.strip() and not _is(kind, Token.Comment):
            tokens.append(_Token(start, text, "sign"))
    return tokens


def _is(kind: Any, of: Any) -> bool:
    """Whether a token is of a kind or of one of its parts."""
    return kind in of


def _is_closed(text: str) -> bool:
    """Whether a text of the lexer's pieces has its closing quote."""
    body = text.lstrip("rRbBuUfF")
    quote = body[:3] if body[:3] in ('"""', "'''") else body[:1]
    return len(body) >= 2 * len(quote) and body.endswith(quote) and quote != ""


def _spans(tokens: list[_Token]) -> list[tuple[int, int, str]]:
    spans: list[tuple[int, int, str]] = []
    depth = 0
    for index, token in enumerate(tokens):
        depth = max(depth + _opens(token), 0)
        if token.text in ("=", ":=", ":", "==", "!=", "+="):
            # In brackets `=` gives an argument its value.
            unpacked = _unpacked(tokens, index) if token.text == "=" and not depth else None
            name = _target(tokens, index)
            if unpacked is not None:
                spans += unpacked
            elif name is not None:
                spans += _literals(tokens, index + 1, name.kind)
    return spans


def _opens(token: _Token) -> int:
    return (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))


def _unpacked(tokens: list[_Token], index: int) -> list[tuple[int, int, str]] | None:
    """Return what the names of secrets get of several values: `user, password = "anna", "tea"`; None for one target."""
    begins = index
    while begins and tokens[begins - 1].text not in ("\n", ";", "="):
        begins -= 1
    targets = _parts(tokens[begins:index])
    if len(targets) < 2:
        return None
    ends = next((n for n in range(index + 1, len(tokens)) if tokens[n].text in ("\n", ";")), len(tokens))
    values = _parts(tokens[index + 1 : ends])
    found: list[tuple[int, int, str]] = []
    for place, target in enumerate(targets):
        name = _target(target, len(target))
        if name is not None:
            # What is unpacked from one value, or with a star, may be any part of it.
            given = [values[place]] if len(values) == len(targets) else values
            found += [span for each in given for span in _literals(each, 0, name.kind)]
    return sorted(set(found))


def _parts(tokens: list[_Token]) -> list[list[_Token]]:
    """Return what stands between the commas outside of brackets; brackets around all of it are taken off."""
    if len(tokens) > 1 and tokens[0].text in ("(", "[") and tokens[-1].text in (")", "]"):
        tokens = tokens[1:-1]
    parts: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += _opens(token)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _target(tokens: list[_Token], index: int) -> Name | None:
    """Return what the name before a sign says: `password =`, `self.password =`, `cfg["password"] =`, `"password":`."""
    before = tokens[index - 1] if index else None
    sign = tokens[index].text if index < len(tokens) else ""
    if before is None:
        return None
    if before.text == "]" and index >= 3 and tokens[index - 2].kind == "text":
        return name_of(_bare(tokens[index - 2].text))
    if before.kind == "text":
        return name_of(_bare(before.text))
    if before.kind != "name":
        return None
    # `password: str = "x"`
    if index >= 3 and tokens[index - 2].text == ":" and tokens[index - 3].kind == "name" and sign == "=":
        return name_of(tokens[index - 3].text) or name_of(before.text)
    return name_of(before.text)


def _bare(text: str) -> str:
    return text.lstrip("rRbBuUfF").strip("\"'")


def _literals(tokens: list[_Token], index: int, kind: str) -> list[tuple[int, int, str]]:
    """Return the texts and numbers of the expression that begins here, but for those that only say where to look."""
    found: list[tuple[int, int, str]] = []
    opened: list[str] = []
    for place in range(index, min(index + 200, len(tokens))):
        token = tokens[place]
        if token.text in ("(", "[", "{"):
            before = tokens[place - 1]
            called = before.kind == "name" or before.text in (")", "]")
            opened.append(
                (before.text if before.kind == "name" else "")
                if called and token.text == "("
                else "[]"
                if called
                else ""
            )
        elif token.text in (")", "]", "}"):
            if not opened:
                break
            opened.pop()
        elif not opened and token.text in ("\n", ",", ";", ":"):
            break
        elif token.kind in ("text", "number"):
            inside = opened[-1] if opened else ""
            is_key = bool(opened) and place + 1 < len(tokens) and tokens[place + 1].text == ":"
            first = tokens[place - 1].text == "("
            if not (is_key or inside == "[]" or (inside in _LOOKUPS and first) or _bare(token.text) == ""):
                found.append((token.start, token.end, kind))
    return found
