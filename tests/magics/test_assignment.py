"""What a reply can be assigned to, and how other magics, comments and punctuation stand beside a line that asks."""

from __future__ import annotations

import pytest

from nbclaude.magics.calls import line_of_code, names_in
from nbclaude.simulator import Answer, tool_use
from tests.magics.conftest import Notebook

SETUP = """
import types, collections
ans, xs, obj, key = {}, [0, 1], types.SimpleNamespace(), "k"
nested = {"a": {"b": [0]}}
"""

# The line, and the expression that has the reply afterwards.
TARGETS = {
    "a name": ("r = %claude Which is it?", "r"),
    "no blanks": ("r=%claude Which is it?", "r"),
    "a dict": ('ans["k"] = %claude Which is it?', 'ans["k"]'),
    "a dict with a variable": ("ans[key] = %claude Which is it?", 'ans["k"]'),
    "a list": ("xs[0] = %claude Which is it?", "xs[0]"),
    "a slot from the end": ("xs[-1] = %claude Which is it?", "xs[-1]"),
    "a percent in the subscript": ("xs[3 % 2] = %claude Which is it?", "xs[1]"),
    "an equals sign in the subscript": ("ans[dict(a=1)['a']] = %claude Which is it?", "ans[1]"),
    "a lambda in the subscript": ("ans[(lambda x=1: x)()] = %claude Which is it?", "ans[1]"),
    "nested": ('nested["a"]["b"][0] = %claude Which is it?', 'nested["a"]["b"][0]'),
    "an attribute": ("obj.r = %claude Which is it?", "obj.r"),
    "an attribute of an item": ("obj.d = [obj]\nobj.d[0].r = %claude Which is it?", "obj.r"),
    "annotated": ("r: object = %claude Which is it?", "r"),
    "annotated at length": ('r: "dict[str, int]" = %claude Which is it?', "r"),
    "annotated attribute": ("obj.r: object = %claude Which is it?", "obj.r"),
    "chained": ("a = b = %claude Which is it?", "(a if a is b else None)"),
    "chained to items": ('a = ans["k"] = obj.r = %claude Which is it?', 'ans["k"]'),
    "in parentheses": ("(r) = %claude Which is it?", "r"),
    "after another statement": ("y = 1; r = %claude Which is it?", "r"),
    "in a line with its if": ("if key: r = %claude Which is it?", "r"),
    "in a line with its else": ("if not key: pass\nelse: r = %claude Which is it?", "r"),
    "in a line with its for": ("for i in [0]: xs[i] = %claude Which is it?", "xs[0]"),
    "in a line with its try": ("try: r = %claude Which is it?\nfinally: pass", "r"),
    "in a block": ("if key:\n    ans[key] = %claude Which is it?", 'ans["k"]'),
    "over two lines": ('ans[\n    "k"\n] = %claude Which is it?', 'ans["k"]'),
    "with a backslash": ("r = \\\n    %claude Which is it?", "r"),
    "unicode": ("größe = %claude Which is it?", "größe"),
    "a slice of one": ("xs[0:1] = [xs]; xs[0] = %claude Which is it?", "xs[0]"),
    "behind time": ("r = %time %claude Which is it?", "r"),
    "in time": ("%time r = %claude Which is it?", "r"),
    "an item in time": ('%time ans["k"] = %claude Which is it?', 'ans["k"]'),
    "in time in time": ("%time %time r = %claude Which is it?", "r"),
    "the last of a list": ("xs = [1, 2]\nxs[-1] = %claude Which is it?", "xs[1]"),
    "a slot": ("class O:\n    __slots__ = ('r',)\no = O()\no.r = %claude Which is it?", "o.r"),
    "a class's attribute": ("class O: pass\nO.r = %claude Which is it?", "O.r"),
    "global in a function": ("def f():\n    global r\n    r = %claude Which is it?\nf()", "r"),
    "local in a function": ("def f():\n    r = %claude Which is it?\n    return r\nr = f()", "r"),
    "an item of a local": (
        "def f():\n    d = {}\n    d[0] = %claude Which is it?\n    return d\nr = f()[0]",
        "r",
    ),
    "an attribute of self": (
        "class A:\n    def f(self):\n        self.__r = %claude Which is it?\n        return self.__r\nr = A().f()",
        "r",
    ),
    "a class body": ("class A:\n    r = %claude Which is it?", "A.r"),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_an_assignment_gets_the_reply(notebook: Notebook, kind: str) -> None:
    code, expression = TARGETS[kind]
    notebook.run(SETUP)
    assert notebook.sent(code) == ["Which is it?"]
    notebook.run(f"found = {expression} is _claude")
    assert notebook.value("found") is True


REFUSED = {
    "slice": ("xs = [1, 2]\nxs[0:1] = %claude Hi?", "a slice of a list takes several values"),
    "beyond a list": ("xs = [1, 2]\nxs[99] = %claude Hi?", "xs has 2 items. Write xs.append(reply)"),
    "beyond an empty list": ("xs = []\nxs[0] = %claude Hi?", "xs has no items"),
    "before a list": ("xs = [1]\nxs[-2] = %claude Hi?", "xs has 1 item"),
    "a variable beyond a list": ("xs = [1]\ni = 1\nxs[i] = %claude Hi?", "xs has 1 item"),
    "a list by a name": ("xs = [1]\nxs['k'] = %claude Hi?", "'k' is not one"),
    "a key that is a list": ("ans[[1]] = %claude Hi?", "a list cannot be a key"),
    "bytes": ("b = bytearray(3)\nb[0] = %claude Hi?", "cannot hold a reply"),
    "a frozen field": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass F:\n    r: int = 0\nf = F()\nf.r = %claude Hi?",
        "f.r cannot be set",
    ),
    "a property": (
        "class P:\n    @property\n    def r(self): return 1\np = P()\np.r = %claude Hi?",
        "p.r cannot be set",
    ),
    "an attribute of a number": ("n = 3\nn.r = %claude Hi?", "n is a int"),
    "a, b =": ("a, b = %claude Hi?", "cannot be unpacked"),
    "brackets": ("[a] = %claude Hi?", "cannot be unpacked"),
    "starred": ("*a, = %claude Hi?", "cannot be unpacked"),
    "in parentheses": ("(a, b) = %claude Hi?", "cannot be unpacked"),
    "chained with a tuple": ("c = a, b = %claude Hi?", "cannot be unpacked"),
    "+=": ("xs += %claude Hi?", "cannot be added"),
    "|=": ("ans |= %claude Hi?", "cannot be added"),
    "//=": ("key //= %claude Hi?", "cannot be added"),
    "an item +=": ("xs[0] += %claude Hi?", "cannot be added"),
    "no such container": ('anns["k"] = %claude Hi?', "no variable anns"),
    "no such object": ("object_.r = %claude Hi?", "no variable object_"),
    "a local that has no value": ("def f():\n    d[0] = %claude Hi?\n    d = {}\nf()", "no value"),
    "an item of a tuple": ("t = (1,)\nt[0] = %claude Hi?", "a tuple"),
    "an item of a text": ("key[0] = %claude Hi?", "a str"),
    "behind time in a function": ("def f():\n    %time r = %claude Hi?\nf()", "line of its own"),
    "behind time, unpacked": ("%time a, b = %claude Hi?", "cannot be unpacked"),
    "behind time, of its value": ("a, b = %time %claude Hi?", "cannot be unpacked"),
    "nothing to ask": ("r = %claude", "nothing to ask"),
    "a condition": ("if %claude Hi:\n    pass", "SyntaxError"),
    "a comparison": ("xs == %claude Hi", "SyntaxError"),
    "an argument": ("print(x=%claude Hi)", "SyntaxError"),
    "a literal": ("5 = %claude Hi", "SyntaxError"),
    "a call": ("f() = %claude Hi", "SyntaxError"),
    "a walrus": ("(r := %claude Hi)", "SyntaxError"),
    "return": ("def f():\n    return %claude Hi", "SyntaxError"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_take_the_reply_is_refused_before_anything_is_sent(notebook: Notebook, kind: str) -> None:
    code, said = REFUSED[kind]
    notebook.run(SETUP)
    assert said in notebook.refused(code)


BESIDE = {
    "time": ("%time %claude Which is it?", ["Which is it?"]),
    "time twice": ("%time %time %claude Which is it??", ["Which is it??"]),
    "timeit": ("%timeit -n 1 -r 2 %claude --no-history Which is it?", ["Which is it?"] * 2),
    "timeit, options together": ("%timeit -n1 -r1 -q %claude Which is it?", ["Which is it?"]),
    "prun": ("%prun -q -l 5 -s cumulative %claude Which is it?", ["Which is it?"]),
    "time's prompts are verbatim": (
        '%time %claude  it\'s "$HOME" {nobody} \\n {{x}}  two  blanks; # no comment!',
        ['it\'s "$HOME" {nobody} \\n {{x}}  two  blanks; # no comment!'],
    ),
    "prun's prompts are verbatim": (
        '%prun -q %claude it\'s "$HOME" {nobody}  \\n ü \u2028 two  blanks; # no comment',
        ['it\'s "$HOME" {nobody}  \\n ü \u2028 two  blanks; # no comment'],
    ),
    "a cell's time": ("%%time\n%claude Which is it?\nr = %claude And {x}?", ["Which is it?", "And {x}?"]),
    "time above the cell magic": ("%%time\n%%claude\nWhich is\nit?", ["Which is\nit?"]),
    "timeit above the cell magic": (
        "%%timeit -n1 -r1\n%%claude --no-history\nWhich is it?",
        ["Which is it?"],
    ),
    "capture": ("%%capture out\n%claude Which is it?\nr = %claude And now?", ["Which is it?", "And now?"]),
    "capture above the cell magic": ("%%capture\n%%claude\nWhich is it?", ["Which is it?"]),
    "a comment above": ("# why I ask\n%%claude\nWhich is it?", ["Which is it?"]),
    "comments and blank lines above": (
        "\n  # one\n\n#two?\n\t\n%%claude --system 'x'\n# Heading\nWhich is it?",
        ["# Heading\nWhich is it?"],
    ),
    "a comment with windows lines": ("# one\r\n%%claude\r\nWhich is it?", ["Which is it?"]),
    "a comment above a line": ("# why?\n%claude Which is it?", ["Which is it?"]),
    "a semicolon": ("%claude Which is it;\nr = %claude And now;", ["Which is it;", "And now;"]),
    "marks": ("%claude Really?!\nr = %claude Really!?", ["Really?!", "Really!?"]),
    "two question marks": ("r = %claude Really??", ["Really??"]),
    "a comment in a prompt": (
        "%claude # no comment\nr = %claude hi # no comment?",
        ["# no comment", "hi # no comment?"],
    ),
    "a backslash joins": ("r = %claude one \\\n   two?", ["one two?"]),
    "quotes": ("xs = [0]\nxs[0] = %claude it's \"that", ["it's \"that"]),
    "three quotes and brackets": ("r = %claude ''' ( [ {\ns = %claude ) ?", ["''' ( [ {", ") ?"]),
    "an equals sign": ("r = %claude a = %claude b?", ["a = %claude b?"]),
    "a percent sign": ("r = %claude 5 % claude, %time %claude?", ["5 % claude, %time %claude?"]),
    "a string that holds one": ("s = '%claude a?'\nr = %claude s?", ["s?"]),
    "a multi-line string that holds one": ("s = '''\n%claude a?\n'''\nr = %claude s?", ["s?"]),
}


@pytest.mark.parametrize("kind", BESIDE)
def test_beside_other_syntax_the_prompt_arrives_as_written(notebook: Notebook, kind: str) -> None:
    code, expected = BESIDE[kind]
    assert notebook.sent(code) == expected


def test_help_stays_help(notebook: Notebook) -> None:
    for code in ("%claude?", "%%claude?", "?%claude", "%claude_history?", "len?"):
        assert notebook.sent(code) == []


def test_a_plain_line_has_no_value(notebook: Notebook) -> None:
    for code in ("%claude Hi", "%time %claude Hi", "if True:\n    x = 1\n    %claude {x}", "%%claude\nHi"):
        before = dict(notebook.shell.user_ns["Out"])
        assert len(notebook.sent(code)) == 1
        assert notebook.shell.user_ns["Out"] == before


def test_a_dry_run_has_no_reply(notebook: Notebook) -> None:
    assert notebook.sent("%claude Hi") == ["Hi"]
    assert notebook.sent("r = %claude --dry-run Hi") == []
    assert notebook.value("r") is None


def test_each_thread_gets_its_own_reply(notebook: Notebook) -> None:
    notebook.simulator.enqueue(*(f"answer {n}" for n in range(8)))
    notebook.run(
        "import threading\nfound = {}\n"
        "def f(n):\n    r = %claude --no-history number {n}\n    found[n] = r\n"
        "ts = [threading.Thread(target=f, args=(n,)) for n in range(8)]\n[t.start() for t in ts]; [t.join() for t in ts]\n"
        "texts = sorted(r.text for r in found.values())\n"
        "own = all(f'number {n}' in str(r.request['messages']) for n, r in found.items())"
    )
    assert notebook.value("texts") == [f"answer {n}" for n in range(8)]
    assert notebook.value("own") is True


class TestFollowUps:
    def test_a_tool_result_sees_the_variables_of_the_line(self, notebook: Notebook) -> None:
        for name in ("a", "b", "c"):
            notebook.simulator.enqueue(
                Answer([tool_use("look", {}, id=f"toolu_{name}")], stop_reason="tool_use")
            )
        notebook.simulator.enqueue("done")
        notebook.run("tools = [{'name': 'look', 'input_schema': {'type': 'object'}}]\ntown = 'GLOBAL'")
        notebook.sent("%claude --tools tools Look?")
        notebook.sent(
            "def f(town):\n    def g():\n        %claude_tool_result [t * 2 for t in (town, 'x')]\n    g()\nf('Ulm')"
        )
        assert '["UlmUlm", "xx"]' in str(notebook.simulator.requests[-1].json["messages"][-1])
        assert notebook.refused("def f():\n    %claude_tool_result town\n    town = 1\nf()").startswith(
            "ConfigurationError: The variable town of this function has no value"
        )
        notebook.sent(
            "class A:\n    __t = 'Bonn'\n    def f(self):\n"
            "        r = %claude_tool_result self.__t # what?\n        return r\nr = A().f()"
        )
        assert "Bonn" in str(notebook.simulator.requests[-1].json["messages"][-1])
        assert notebook.value("r") is notebook.value("_claude")
        notebook.sent("ans = {}\nans[0] = %claude_tool_result is it sunny?")
        assert "is it sunny?" in str(notebook.simulator.requests[-1].json["messages"][-1])
        assert notebook.value("ans")[0].text == "done"

    def test_going_on_ignores_a_comment(self, notebook: Notebook) -> None:
        notebook.simulator.enqueue(
            Answer("one", stop_reason="max_tokens"), Answer("two", stop_reason="max_tokens"), "three"
        )
        notebook.sent("%claude Hi")
        notebook.sent("r = %claude_continue # where was I?")
        assert notebook.value("r").text == "two"
        assert "where was I" not in str(notebook.simulator.requests[-1].json)
        notebook.sent("%claude_continue in German, please?")
        assert "in German, please?" in str(notebook.simulator.requests[-1].json)


@pytest.mark.parametrize(
    "line",
    [
        "%claude_history # note",
        "%claude_history main # note?",
        "%claude_undo # it's a note",
        "%claude_reset main  # note",
        "%claude_demo off # note",
        "%claude_usage # note",
        "%claude_budget 5 # dollars",
        "%claude_history ;",
        "%claude_budget off;",
        "%claude_figures # note",
        "%claude_connect anthropic # note",
        "%claude_connect # note",
        "%claude_logout --connection anthropic # note",
    ],
)
def test_a_comment_behind_a_magic_that_takes_no_prompt_is_ignored(notebook: Notebook, line: str) -> None:
    notebook.sent("%claude Hi")
    assert notebook.sent(line) == []


def test_a_key_in_a_comment_is_refused_all_the_same(notebook: Notebook) -> None:
    key = "sk-ant-api03-Canary0fEveryTest1nAKernel-7Qw2Er4Ty6Ui8-Op0"
    for magic in ("connect", "login", "logout"):
        assert "takes no key" in notebook.refused(f"%claude_{magic} # {key}")


def test_what_a_line_becomes() -> None:
    assert line_of_code("%claude Is it {x}?") == (
        "(lambda nbclaude_target='': (get_ipython().run_line_magic('claude', 'Is it {x}?', 2), lambda: (x,))[0])()"
    )
    assert line_of_code("%claude Is it?") == "get_ipython().run_line_magic('claude', 'Is it?')"
    assert line_of_code("%claude_history") is None
    assert line_of_code("%time f()") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("no braces here", ()),
        ("{x} and {y.z[k]} and {{w}}", ("x", "y", "k", "w")),
        ("{df.agg({'a': b})} {self.__x}", ("df", "a", "b", "self", "__x")),
        ("{if} {None} {super} {1x}", ()),
        ("-a fig -a df[n - 1] --system @style --json Schema {q}", ("fig", "df", "n", "style", "Schema", "q")),
        ("--system 'be brief' -- -a x", ("be", "brief")),
        ("--no-such-option {x}", ()),
    ],
)
def test_the_names_in_a_line(text: str, names: tuple[str, ...]) -> None:
    assert names_in("claude", text) == names
