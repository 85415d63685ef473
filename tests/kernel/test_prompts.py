"""Prompts arrive at the API byte for byte, from a real kernel, whatever IPython thinks of them."""

from __future__ import annotations

import pytest

from nbclaude.simulator import Simulator
from tests.kernel.kernel import Kernel

AWKWARD = [
    "what is this?",
    "why??",
    "what is `df?`",
    "it's an apostrophe",
    'an "unclosed quote',
    "mixed ' and \" quotes",
    '{"a": 1, "b": {"c": []}}',
    "{}",
    "{x} {{x}} {undefined} {1/0}",
    "$x $HOME ${x} $$x",
    ".card { color: red; } @media { a { b: c } }",
    r"\frac{1}{2} \( a \) \[ b \] $e^{i\pi}$",
    "costs $5 and $10",
    "a -x flag, a --model flag, and -- too",
    "tabs\tand  double  spaces",
    "percent %s %(a)d %%claude %claude",
    "ends with a backslash \\",
    "back\\slash n \\n t \\t",
    "# looks like a comment",
    "!ls | wc -l > x",
    "x = 1; y = 2",
    "!important; a, b",
    "unicode: ä 日本語 🧪 e\u0301 \u200d",
    "line separator \u2028 and next line \u0085 inside",
    "f'{x!r:>10}' and {% jinja %} and {{ jinja }}",
    "lambda: [i for i in range(3)]",
    "?",
    "trailing spaces  ",
    "'''triple''' \"\"\"quotes\"\"\"",
    "In [3]: out",
    ">>> doctest",
]

CELLS = [
    *AWKWARD,
    "two\nlines",
    ">>> print(1)\n1\n>>> print(2)",
    "In [1]: x = 1\nOut[1]: 1",
    "\n\nleading blank lines",
    "    indented first line\n  less\nnone",
    "trailing blank line\n\n",
    "```python\ndef f(x):\n\treturn f'{x}'\n```",
    "%%claude nested\n%claude nested?",
    "ends in a question mark\nreally?",
    "carriage\r\nreturn",
]


@pytest.mark.parametrize("prompt", AWKWARD)
def test_a_line_arrives_byte_for_byte(many_asks: tuple[Kernel, Simulator], prompt: str) -> None:
    claude_kernel, simulator = many_asks
    simulator.enqueue("ok")
    done = claude_kernel.run(f"%claude {prompt}")
    assert done.ok, done.error
    assert simulator.requests[-1].prompt == prompt


@pytest.mark.parametrize("prompt", [p for p in AWKWARD if "\u2028" not in p and not p.endswith("\\")])
def test_a_line_among_python_arrives_byte_for_byte(many_asks: tuple[Kernel, Simulator], prompt: str) -> None:
    claude_kernel, simulator = many_asks
    simulator.enqueue("ok", "ok")
    done = claude_kernel.run(
        f"line = '%claude in a string'\nfor i in range(1):\n    %claude {prompt}\n%claude second, isn't it?\ny = 2"
    )
    assert done.ok, done.error
    assert [request.prompt for request in simulator.requests[-2:]] == [prompt, "second, isn't it?"]
    assert claude_kernel.value("(line, y)") == "('%claude in a string', 2)"


@pytest.mark.parametrize("prompt", CELLS)
def test_a_cell_arrives_byte_for_byte(many_asks: tuple[Kernel, Simulator], prompt: str) -> None:
    claude_kernel, simulator = many_asks
    simulator.enqueue("ok")
    done = claude_kernel.run(f"%%claude\n{prompt}")
    assert done.ok, done.error
    assert simulator.requests[-1].prompt == prompt.removesuffix("\n")


def test_options_and_text_on_the_first_line_of_a_cell(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("ok")
    assert claude_kernel.run("%%claude --system 'be brief' Explain {this}:\nx = {1: 2}").ok
    body = simulator.requests[-1].json
    assert body["system"] == "be brief"
    assert simulator.requests[-1].prompt == "Explain {this}:\nx = {1: 2}"


def test_an_assignment_gets_the_reply(claude_kernel: Kernel, simulator: Simulator) -> None:
    simulator.enqueue("the answer")
    done = claude_kernel.run("r = %claude what's the {answer}?")
    assert simulator.requests[-1].prompt == "what's the {answer}?"
    assert claude_kernel.value("r.text") == "the answer"
    assert done.of("execute_result") == []


def test_a_help_request_stays_a_help_request(claude_kernel: Kernel, simulator: Simulator) -> None:
    done = claude_kernel.run("%claude?")
    assert "--max-tokens N" in done.reply["payload"][0]["data"]["text/plain"]
    assert claude_kernel.run("%%claude?").reply["payload"]
    assert simulator.requests == []


def test_other_magics_and_help_are_untouched(claude_kernel: Kernel) -> None:
    assert claude_kernel.run("len?").reply["payload"]
    assert claude_kernel.run("%%timeit -n1 -r1\npass").ok
    assert claude_kernel.run(">>> 1 + 1").result == "2"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("%claude --modle x hi", ["--modle", "--model"]),
        ("%claude --max-tokens many hi", ["--max-tokens", "many", "whole number"]),
        ("%claude --max-tokens 0 hi", ["--max-tokens", "'0'"]),
        ("%claude -m", ["--model", "needs a value"]),
        ("%claude --into 2x hi", ["--into", "2x"]),
        ("%claude --system 'open hi", ["--system", "quote"]),
        ("%claude --new", ["nothing to ask"]),
        ("%%claude\n   \n", ["nothing to ask"]),
    ],
)
def test_a_wrong_line_is_one_line_of_usage_error(
    claude_kernel: Kernel, simulator: Simulator, line: str, words: list[str]
) -> None:
    done = claude_kernel.run(line)
    assert done.error is None or done.error["ename"] == "UsageError"
    said = done.stderr + (done.error["evalue"] if done.error else "")
    assert said.strip().count("\n") == 0
    for word in words:
        assert word in said
    assert simulator.requests == []


def test_lines_in_functions_and_assignments(claude_kernel: Kernel, simulator: Simulator) -> None:
    """The cases themselves are in tests/magics; here a kernel has them all in a few cells."""
    done = claude_kernel.run(
        'city = "GLOBAL"\nans = {}\n'
        "def ask(city):\n    def inner():\n        %claude --no-history Where is {city}?\n"
        '        ans["k"] = %claude --no-history And is {city} large?\n        %time %claude --no-history Is it {city}?\n'
        "    inner()\n"
        'ask("Ulm")\nprint(type(ans["k"]).__name__)'
    )
    assert done.ok, done.error
    assert [request.prompt for request in simulator.requests] == [
        "Where is Ulm?",
        "And is Ulm large?",
        "Is it Ulm?",
    ]
    assert done.stdout.splitlines()[-1] == "Reply"
    assert claude_kernel.run("# why\n\n%%claude\n# Heading\n{city}?").ok
    assert simulator.requests[-1].prompt == "# Heading\nGLOBAL?"
    count = len(simulator.requests)
    for code in (
        "def f():\n    %claude --into x Hi\nf()",
        "def f():\n    %claude {city}\n    city = 1\nf()",
        "a, b = %claude Hi?",
        "%pdb on\ntry:\n    %claude --tools nobody Hi\nfinally:\n    %pdb off",
    ):
        refused = claude_kernel.run(code)
        assert not refused.ok
        assert len(refused.error["traceback"]) == 1 if refused.error else "UsageError" in refused.stderr
    assert len(simulator.requests) == count


@pytest.mark.parametrize("jedi", [True, False])
def test_tab_offers_options_values_and_variables(claude_kernel: Kernel, jedi: bool) -> None:
    claude_kernel.run(f"%config IPCompleter.use_jedi = {jedi}\nclimate = {{'mean rain': 1}}")
    assert claude_kernel.complete("%%claude --mo") == ["--model"]
    assert "sonnet" in claude_kernel.complete("%%claude -m ")
    assert claude_kernel.complete("%%claude\nLook at {clim}", len("%%claude\nLook at {clim")) == ["climate"]
    assert claude_kernel.complete('%%claude\nLook at {climate["') == ['mean rain"]']
    assert "climate" in claude_kernel.complete("clim")
