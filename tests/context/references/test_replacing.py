import datetime
import decimal
import re
from typing import Any

import pytest

from nbclaude.context.attachment import Attachment
from nbclaude.context.references.expressions import evaluate
from nbclaude.context.references.replacing import expand, find_references, read_reference
from nbclaude.errors import AnswerInterrupted, ConfigurationError
from nbclaude.magics.wording import said
from tests.growth import is_linear


class _Thing:
    name = "Ada"
    sizes = (3, 4)

    def describe(self, of: int = 1, **words: Any) -> str:
        return f"described {of} {words.get('how', '')}".strip()

    @property
    def broken(self) -> str:
        raise RuntimeError("no such sensor")


_LONG = "many words " * 20
_NAMESPACE: dict[str, Any] = {
    "x": 7,
    "a": 1,
    "b": 2,
    "i": 5,
    "n": 10_000,
    "pi": 3.14159,
    "df": [list(range(50))],
    "fig": {"long": _LONG},
    "data": {"key": "value", "a:b": "colon", 3: "three", "long": _LONG},
    "items": ["first", "second", "third"],
    "empty": [],
    "nested": [[1]],
    "thing": _Thing(),
    "city": "Paris",
    "color": "red",
    "day": datetime.date(2026, 11, 23),
    "text": _LONG,
    "name": "Ada",
    "value": None,
    "dataframe": [list(range(50))],
    "In": ["", "x = 7"],
    "Out": {3: 42, 4: _LONG},
    "_": 42,
    "größe": 1.5,
    "f": _Thing().describe,
    "price": 12.5,
    "total": decimal.Decimal("1234.5"),
    "amount": "1,250.00",
}

# A prompt, and what it becomes. What stays is written once.
_REPLACED = [
    ("x is {x}", "x is 7"),
    ("{x}", "7"),
    ("{x}{a}", "71"),
    ("{a}{b}{i}", "125"),
    ("{x}, {x} and {x}", "7, 7 and 7"),
    ("in {city} on {day}", "in Paris on 2026-11-23"),
    ("{thing.name} knows", "Ada knows"),
    ("{thing.sizes[0]} by {thing.sizes[-1]}", "3 by 4"),
    ("shape {thing.sizes}, {items}", "shape (3, 4), ['first', 'second', 'third']"),
    ("{[]} {thing.sizes[:1]} of {empty}", "{[]} (3,) of []"),
    ("{nested} and {df}", "[nested] and [df]"),
    ('{data["key"]}', "value"),
    ("{data['key']}", "value"),
    ('{data["a:b"]}', "colon"),
    ("{data[3]}", "three"),
    ("{items[0]}", "first"),
    ("{items[-1]}", "third"),
    ("{Out[3]}", "42"),
    ("{In[1]}", "x = 7"),
    ("the last was {_}", "the last was 42"),
    ("{thing.describe()}", "described 1"),
    ("{thing.describe(2)}", "described 2"),
    ("{thing.describe(of=x, how='well')}", "described 7 well"),
    ("{len(items)} items", "3 items"),
    ("{pi:.2f} and {n:,}", "3.14 and 10,000"),
    ("{day:%d.%m.%Y}", "23.11.2026"),
    ("{city:repr} {city:str}", "'Paris' Paris"),
    ("{value}", "None"),
    ("{größe}", "1.5"),
    ("Look at {df}.", "Look at [df]."),
    ("{df:schema}", "[df:schema]"),
    ("{df:head 20}", "[df:head 20]"),
    ("{df:full}", "[df:full]"),
    ("{df} and again {df}", "[df] and again [df]"),
    ("{fig}", "[fig]"),
    ("{text}", "[text]"),
    ("{Out[4]}", "[Out[4]]"),
    ("{df[0]}", "[df[0]]"),
    ("{df[0][1:3]}", "[1, 2]"),
    ("{items[1:]}", "['second', 'third']"),
    ("<data>{x}</data>", "<data>7</data>"),
    ("({x})", "(7)"),
    ('the "{city}" column', 'the "Paris" column'),
    ("don't use {x}, isn't it?", "don't use 7, isn't it?"),
    ("costs $5 for {x} or $6", "costs $5 for 7 or $6"),
    ("**{x}** _{x}", "**7** _7"),
    ("see /data/{city}/x", "see /data/Paris/x"),
    ('{"a": 1} but {x}', '{"a": 1} but 7'),
    ("`{x}` is {x}", "`{x}` is 7"),
    ("```\n{x}\n```\n{x}", "```\n{x}\n```\n7"),
    ("{{x}}", "{x}"),
    ("write {{df.head()}} in the prompt", "write {df.head()} in the prompt"),
    ("{{x}} is {x}", "{x} is 7"),
    # Directly after one another.
    ("{x}{{x}}", "7{x}"),
    ("{{x}}{x}", "{x}7"),
    ("{{x}}{{x}}", "{x}{x}"),
    ("{x}{{x}}{x}", "7{x}7"),
    ("{x}x{a}, {city}_{day}.csv, {a}^{b}", "7x1, Paris_2026-11-23.csv, 1^2"),
    ("C:\\data\\{city}\\{x}.txt", "C:\\data\\Paris\\7.txt"),
    # Marks of Markdown and prose.
    ("_{x}_ __{x}__ ***{x}*** ~~{x}~~ [^{x}]", "_7_ __7__ ***7*** ~~7~~ [^7]"),
    ("[{city}]({x}) ![{city}](x/{n}.png) <{x}>", "[Paris](7) ![Paris](x/10000.png) <7>"),
    ("| {x} | {city} |\n|--|--|\n| {a} | {b} |", "| 7 | Paris |\n|--|--|\n| 1 | 2 |"),
    ("user@{city}, @{name}, ^{x}, ~{x}, ±{x}", "user@Paris, @Ada, ^7, ~7, ±7"),
    ("issue #{x}, %{x}, {x}%", "issue #7, %7, 7%"),
    ("run_{n}.csv, run-{n}.csv, run.{n}", "run_10000.csv, run-10000.csv, run.10000"),
    ("x={x}, n: {n}; a={a};", "x=7, n: 10000; a=1;"),
    ("Let x = {x}, let a = {a}.", "Let x = 7, let a = 1."),
    ("- {x} apples;\n- {a} pears;", "- 7 apples;\n- 1 pears;"),
    ("the import of {x} from Paris; we export {a}", "the import of 7 from Paris; we export 1"),
    ("f'({x}) and f'({a})", "f'(7) and f'(1)"),
    # Prices.
    ("costs ${x}", "costs $7"),
    ("${price}, ${price:.2f}, ${total:,.2f}", "$12.5, $12.50, $1,234.50"),
    ("${amount}-${price} (US)", "$1,250.00-$12.5 (US)"),
    ("{price:.2f} €, €{price}, £{x}, {total:,} $", "12.50 €, €12.5, £7, 1,234.5 $"),
    ("from ${x} to $20, or ${a}_{b}", "from $7 to $20, or $1_2"),
    # Formats of Python.
    ("[{x:>5}] [{x:<3}] [{city:^9}] [{city:*>7}]", "[    7] [7  ] [  Paris  ] [**Paris]"),
    ("{x:05} {x:03d} {x:+d} {x:b} {x:#x}", "00007 007 +7 111 0x7"),
    ("{pi:e} {pi:10.2f} {pi:.2e} {pi:+.3f} {pi:.3}", "3.141590e+00       3.14 3.14e+00 +3.142 3.14"),
    ("{n:_} {n:,} {n:,d} {pi:.1%} {n:>10,}", "10_000 10,000 10,000 314.2%     10,000"),
    ("{day:%Y-%m-%d} {day:%d. %m. %Y}", "2026-11-23 23. 11. 2026"),
    ("{total:.1f} {city:s} {text:.9}", "1234.5 Paris many word"),
    ("{items[-1]:>7}", "  third"),
    # Templates that one fills in.
    ('{"n": {n}, "m": {"x": {x}}}', '{"n": 10000, "m": {"x": 7}}'),
    ('{"city": "{city}", "x": [{x}]}', '{"city": "Paris", "x": [7]}'),
    ("city: {city}\nsizes:\n  - {x}", "city: Paris\nsizes:\n  - 7"),
    ("SELECT * FROM t WHERE c = '{city}' AND n > {n};", "SELECT * FROM t WHERE c = 'Paris' AND n > 10000;"),
    ("https://example.org/{city}?n={n}#{x}", "https://example.org/Paris?n=10000#7"),
    ("<p class={x}>{city}</p>", "<p class=7>Paris</p>"),
    ("docker run -e X={n} {name}:{x}", "docker run -e X=10000 Ada:7"),
    ("sed 's/{n}/{x}/'", "sed 's/10000/7/'"),
    # Other languages.
    ("„{city}“ hat {n:,} Einwohner, Größe={größe}", "„Paris“ hat 10,000 Einwohner, Größe=1.5"),
    ("l'{name} habite à {city} : {x} €", "l'Ada habite à Paris : 7 €"),
    ("値は{n}です。「{city}」", "値は10000です。「Paris」"),
    ("{name}'s city isn't {city}…", "Ada's city isn't Paris…"),
    (
        "import React, {useState} from 'react'\nWhat is {x}?",
        "import React, {useState} from 'react'\nWhat is 7?",
    ),
    (
        "@book{key,\n  author = {name},\n}\n\nWho is {name}?",
        "@book{key,\n  author = {name},\n}\n\nWho is Ada?",
    ),
    ("« {city} » {x} fois ; soit ${price:.2f}", "« Paris » 7 fois ; soit $12.50"),
    ("Übersetze „Hallo {name}“, behalte {{name}}", "Übersetze „Hallo Ada“, behalte {name}"),
    ("{x}°C, ≤{x}, −{x}, →{x}, x∈{a}, P(X={x}|Y={a})", "7°C, ≤7, −7, →7, x∈1, P(X=7|Y=1)"),
    ("US${x} R${x} ${x}k ${x},${a}", "US$7 R$7 $7k $7,$1"),
    ("> {city}\n1. {x}\n* {a}\n# {name}", "> Paris\n1. 7\n* 1\n# Ada"),
    ("{name}@{city}.com, {name}.{city}@x.org", "Ada@Paris.com, Ada.Paris@x.org"),
    ("Hi {name},{x}!({a})[{b}]{i}", "Hi Ada,7!(1)[2]5"),
    ("version {x}.{a}.{b}", "version 7.1.2"),
    ("GET /api/{name}/items/{x} HTTP/1.1", "GET /api/Ada/items/7 HTTP/1.1"),
    (".box { width: {x}px; color: {color}; }", ".box { width: 7px; color: red; }"),
    ('cron: "*/{x} * * * *"', 'cron: "*/7 * * * *"'),
    ('{"$ref": "#/definitions/{name}"}', '{"$ref": "#/definitions/Ada"}'),
    ('{{"n": {n}, "c": "{city}"}}', '{{"n": 10000, "c": "Paris"}}'),
    ('sprintf("%s", {city}) or glue("{city}")', 'sprintf("%s", Paris) or glue("{city}")'),
    ('printf("%f", {x}) "the boss\'s" {x} "of"', 'printf("%f", 7) "the boss\'s" 7 "of"'),
    ('"$" {x} "€", "US$" {x} "EUR"', '"$" 7 "€", "US$" 7 "EUR"'),
    ("{df}{df:schema}[{df}]", "[df][df:schema][[df]]"),
    ("$x_{n}$ for {n}", "$x_{n}$ for 10000"),
    ("echo ${x}\nis {x}", "echo ${x}\nis 7"),
    # What chooses and computes within brackets, with braces of its own.
    ("{items[x - 6]} {items[-a]} {thing.describe(x * 2 + a)}", "second third described 15"),
    ("{thing.describe(x > 6 and not a < 1)} {thing.describe(-x)}", "described True described -7"),
    ('{thing.describe({"a": x})}, {x}', "described {'a': 7}, 7"),
    ('{thing.describe(of={"a": a}, how={"b": b}):.11} {x}', "described { 7"),
]

_KEPT = [
    "no braces at all",
    "",
    "{",
    "}",
    "{}",
    "}{",
    "{ }",
    "{unknown_word_zzz}",
    "{{unknown_word_zzz}}",
    "{{{x}}}",
    "{{x}",
    "{x}}",
    "{ x }",
    "{x }",
    "{\nx\n}",
    '{"a": 1}',
    '{"a": {"b": {"c": [1, 2]}}}',
    "{a: 1, b: 2}",
    "{a:1}",
    "{color: red}",
    "{color:red}",
    "{x:50%}",
    "p {color: red; margin: 0}",
    "a {\n  color: red;\n}",
    "{x: x for x in items}",
    "{x for x in items}",
    "{a, b}",
    "{x + 1}",
    "{x > 1}",
    "{x if a else b}",
    "{lambda: x}",
    "{*items}",
    "{x!r}",
    "{x=}",
    "{0}",
    "{0.name}",
    "{-x}",
    "{'x'}",
    "{True}",
    "{class}",
    "{len}",
    "{print(x)}",
    "{f(unknown_word_zzz)}",
    r"\frac{a}{b}",
    r"\sqrt[3]{x} \textbf{a} \section*{x}",
    r"x_{i}^{n}",
    r"\{x\}",
    r"$\sum_{i} {a}$",
    r"$$ {x} + {a} $$",
    r"\[ {x} \]",
    "the mean ${x}$, and ${a}$.",
    r"\( {x} \)",
    "\\begin{align}\n{x} &= {a}\n\\end{align}",
    'print(f"{x} is {a}")',
    "f'{x}' and rf\"{x}\"",
    'f"""\n{x}\n"""',
    '"{x} of {a}".format(x=1, a=2)',
    'println!("{x}")',
    'log("got {x}")',
    "${city} and ${df}",
    "#{city} %{city}",
    "{{ x }}",
    "{% if x %}{# x #}",
    "query { user { name } }",
    "const { x } = props",
    "awk '{print $1}'",
    "{a..b}",
    "file{1,2}.txt",
    "`{x}`",
    "``{x} ` {a}``",
    "```python\nf({x})\n```",
    "~~~\n{x}\n~~~",
    "1. ```\n   {x}\n   ```",
    "```\nnever closed {x}",
    "{.class} {#id}",
    "{x@y}",
    "{x" + "y" * 400 + "}",
    # What belongs to the word, the bracket or the sign before it.
    "a{b} body{color} a:hover{color} .{color}",
    "x := T{n}; y := []int{n}",
    "int a[] = {n}",
    "int[] a = {n};",
    "struct point p = {x};",
    r"\d{n} [a-z]{n} (ab){n} ^.{n}$ a{2,3} x{1,} \w{n,}",
    "Q{x} v{x} x{x}",
    "f(x){n}",
    r"x^{n} 10^{n} x_{n} CO_{a} (a+b)^{n} |x|_{n} f'_{x} \sum_{i}^{n} \mathbb{R}^{n}",
    r"\ref {x} \cite[p. 3]{x} \item {x} \vec {a}",
    r"\begin{df} \end{df}",
    r"\{x} \\{x}",
    r"e^{-n} e^{i \pi}",
    "{{{x}}} {{x}{x}} {x}}}",
    # Statements of code.
    "const {name} = props",
    "const {name} of items",
    "const f = ({name}) => <p>{name}</p>",
    "items.map(({name}) => {name})",
    "let {x} = props;",
    "var y = {x}",
    "import {name} from 'react'",
    'import {name} from "./x"',
    "export {name}",
    "export default {name}",
    "function Card({name}) { return {name} }",
    "@article{key, author = {name}, title={x}}",
    "echo ${x}",
    'echo "${x} of ${a}"',
    "$ ls ${x}",
    "export PRICE=${x}",
    'puts "#{x}"',
    "function(x) {x}",
    "lapply(items, function(i) {i})",
    "query{user{name}}",
    "fmt.Println(User{name})",
    r"\newcommand{\x}{n} {\bf {city}} \emph{{city}}",
    "jobs:\n  - uses: actions/cache@v{x}\n    key: ${{ runner.os }}-${{ matrix.name }}",
    "proxy_set_header Host ${city};",
    # Strings of code.
    '$"hello {name}"',
    '$@"C:\\{name}"',
    's"hello {name}"',
    '"""\n{x}\n""".format(x=1)',
    "'{x}'.format_map(d)",
    'write!(f, "{x} of {a}")',
    'println!("{:>5} {n}", x)',
    'glue("{city} has {n}")',
    # Quotes within the braces, since Python 3.12.
    'f"{x} {data["key"]} {a}"',
    "f'{x} {data['key']} {a:>{n}} {{b}} {b}'",
    'f"{", ".join(items)} {x}"',
    # Paths of Rust, members in Perl.
    "use a::{name};",
    "$h->{name}",
    # Templates.
    "${{ secrets.x }} ${{ matrix.x }} ${{x}}",
    "{{ .Values.x }} {{- x -}} {{ x | upper }}",
    "{% for x in items %}{# {x} #}",
    "#{$x} @{/x} {{#x}} {{/x}} {{^x}} {{> x}}",
    "{x,number} {n, plural, one{a}}",
    "${x:-default} ${city%.*} ${items[@]}",
    # Formats that are none.
    "{a:1} {x:10} {x:-3} {x:1.5}",
    "{x:{a}} {x:>{a}} {pi:.{a}f}",
    "{x:y,a:b}",
    '{x:"y"}',
    "{x: >5}",
    "{day:red}",
    "{:>5} {:.2f} {0:>5}",
]


def _plain(value: object, label: str, format: str) -> Attachment:
    return Attachment(label, ({"type": "text", "text": f"<{label}>"},), format)


@pytest.mark.parametrize(("prompt", "expected"), _REPLACED)
def test_references_are_replaced(prompt: str, expected: str) -> None:
    assert expand(prompt, _NAMESPACE, attach=_plain).text == expected


@pytest.mark.parametrize("prompt", _KEPT)
def test_every_other_brace_stays(prompt: str) -> None:
    expanded = expand(prompt, _NAMESPACE, attach=_plain)
    assert expanded.text == prompt
    assert expanded.attachments == ()
    assert expanded.inlined == ()


def test_the_table_is_long_enough() -> None:
    assert len({*_KEPT, *(prompt for prompt, _ in _REPLACED)}) >= 220


def test_what_is_large_goes_along_once_before_the_text() -> None:
    expanded = expand("{df}, {x}, {text:str}, {df} and {thing.name}", _NAMESPACE)
    assert expanded.text == "[df], 7, [text:str], [df] and Ada"
    assert [attachment.label for attachment in expanded.attachments] == ["df", "text:str"]
    assert expanded.inlined == (("x", "7"), ("thing.name", "Ada"))
    blocks = expanded.blocks()
    assert [block["type"] for block in blocks] == ["text", "text", "text"]
    assert blocks[0]["text"].startswith('<value name="df">\n[[0, 1, 2')
    assert blocks[1]["text"] == f'<value name="text:str">\n{_LONG}\n</value>'
    assert blocks[2]["text"] == "[df], 7, [text:str], [df] and Ada"


def test_a_reference_is_evaluated_once_and_only_where_it_is_written() -> None:
    calls = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    assert expand("{count()} {count()} {count:repr} {{count()}}", {"count": count}, attach=_plain).text == (
        "1 1 [count:repr] {count()}"
    )
    assert calls == [1]
    find_references("{count()}", {"count": count})
    assert calls == [1]


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (
            "{thing.nothing}",
            r"The reference \{thing\.nothing\} failed: AttributeError: .*Nothing was sent\. .*raw",
        ),
        ("{thing.broken}", r"RuntimeError: no such sensor"),
        ('{data["nokey"]}', r"KeyError: 'nokey'"),
        ("{items[9]}", "IndexError"),
        ("{Out[99]}", "KeyError: 99"),
        ("{thing.describe(1, 2, 3)}", "TypeError"),
        ("{dataframes}", r"There is no variable dataframes\. Did you mean \{dataframe\}\?.*raw"),
        ("{City}", r"Did you mean \{city\}"),
        ("{dataframe2:schema}", r"Did you mean \{dataframe\}"),
        ("{DF}", r"There is no variable DF\. Did you mean \{df\}"),
        ("{dff:head 5}", r"Did you mean \{df\}"),
        ("_{City}_", r"Did you mean \{city\}"),
        (
            "{city:.2f}",
            r"city:\.2f has no format '\.2f'\. Formats .* and what Python's format\(\) takes for a str\.",
        ),
        ("{value:>5}", r"value:>5 has no format '>5'\..* takes for a NoneType\."),
        ("${thing.nothing}", r"The reference \{thing\.nothing\} failed"),
        (
            "{df:shema}",
            r"df:shema has no format 'shema'\. Did you mean schema\? Formats are schema, stats, head N, full",
        ),
        ("{df:html}", "has no format 'html'"),
        ("{df:head}", "head needs a number of rows, like head 20"),
        ("{df:head many}", "head needs a number of rows"),
        ("{x:schema}", r"The format 'schema' is for frames, arrays and tables, but x:schema is of type int"),
    ],
)
def test_what_cannot_be_sent_is_an_error(prompt: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        expand(prompt, _NAMESPACE)


@pytest.mark.parametrize(
    "prompt",
    [
        '"{dataframes}": 1',
        "x => {dataframes}",
        r"\alpha {dataframes}",
        "{dataframes};",
        "return {dataframes}",
        "`{dataframes}`",
        "{xy}",
        "{ dataframes }",
        "${dataframes}",
        "{dataframes:nothing at all}",
        "a{dataframes}",
        "{dataframes2}",
        "{d} {D} {none} {tot} {input}",
        "import {City} from 'x'",
    ],
)
def test_a_misspelt_name_in_code_is_no_error(prompt: str) -> None:
    assert expand(prompt, _NAMESPACE, attach=_plain).text == prompt


class _Ending:
    """Ends the kernel wherever one looks at it."""

    def __init__(self, error: type[BaseException] = SystemExit) -> None:
        self.error = error

    @property
    def attribute(self) -> str:
        raise self.error("that's it")

    def call(self) -> str:
        raise self.error("that's it")

    def __getitem__(self, key: str) -> str:
        raise self.error("that's it")

    def __repr__(self) -> str:
        raise self.error("that's it")


class _EndingPicture:
    def _repr_png_(self) -> bytes:
        raise SystemExit(3)


class _EndingNumber(float):
    def __format__(self, format: str) -> str:
        raise SystemExit(3)


class _Panic(BaseException):
    """As libraries written in Rust raise it."""

    def __str__(self) -> str:
        raise ValueError("nothing to show")


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (
            "{end.attribute}",
            r"The reference \{end\.attribute\} failed: SystemExit: that's it\. Nothing was sent\. .*raw",
        ),
        ("{end.call()}", r"The reference \{end\.call\(\)\} failed: SystemExit: that's it\. Nothing"),
        ('{end["k"]}', r"SystemExit: that's it"),
        ("{end}", r"The reference \{end\} failed: SystemExit: that's it"),
        ("{end:repr}", r"The reference \{end:repr\} failed: SystemExit: that's it"),
        ("{picture}", r"The reference \{picture\} failed: SystemExit: 3"),
        ("{number:.2f}", r"The reference \{number:\.2f\} failed: SystemExit: 3"),
        ("{panic.call()}", r"The reference \{panic\.call\(\)\} failed: _Panic\. Nothing was sent"),
    ],
)
def test_what_would_end_the_kernel_is_an_error_of_the_reference(prompt: str, message: str) -> None:
    namespace = {
        "end": _Ending(),
        "picture": _EndingPicture(),
        "number": _EndingNumber(1),
        "panic": _Ending(_Panic),
    }
    with pytest.raises(ConfigurationError, match=message):
        expand(prompt, namespace)


@pytest.mark.parametrize("expression", ["stop.call()", "stop.attribute", "stop"])
def test_the_users_stop_says_what_it_has_stopped(expression: str) -> None:
    with pytest.raises(AnswerInterrupted) as caught:
        expand(f"{{{expression}}}", {"stop": _Ending(KeyboardInterrupt)})
    said = f"Stopped while the reference {{{expression}}} was evaluated. Nothing was sent."
    assert str(caught.value) == said


def test_evaluate_for_an_option() -> None:
    assert evaluate("data['key']", _NAMESPACE) == "value"
    with pytest.raises(ConfigurationError, match="'nothing' names no variable of this kernel"):
        evaluate("nothing", _NAMESPACE)
    with pytest.raises(ConfigurationError) as refusal:
        evaluate("data['no']", _NAMESPACE, "attach")
    assert said(refusal.value) == "--attach data['no']: it failed: KeyError: 'no'. Nothing was sent."
    with pytest.raises(ConfigurationError, match="'x \\+ 1' is not the name of a variable"):
        evaluate("x + 1", _NAMESPACE)


def test_a_long_text_in_a_format_goes_along() -> None:
    expanded = expand("{text:>300} {text:.4}", _NAMESPACE)
    assert expanded.text == "[text:>300] many"
    assert expanded.attachments[0].blocks[0]["text"] == f'<text name="text:>300">\n{_LONG:>300}\n</text>'


def test_a_price_is_evaluated_and_told() -> None:
    expanded = expand("${price:.2f} or ${city}", _NAMESPACE, attach=_plain)
    assert expanded.text == "$12.50 or ${city}"
    assert expanded.inlined == (("price:.2f", "12.50"),)
    assert expanded.attachments == ()


def test_what_an_option_names_is_read_like_a_reference() -> None:
    assert read_reference("df:head 20", _NAMESPACE) == ("df", "head 20")
    assert read_reference("data['a:b']", _NAMESPACE) == ("data['a:b']", "")
    assert read_reference("df[0][1:3]:schema", _NAMESPACE) == ("df[0][1:3]", "schema")
    assert read_reference("unknown_word_zzz:schema", _NAMESPACE) is None
    assert read_reference("x/y.csv", _NAMESPACE) is None


def test_references_know_their_places() -> None:
    found = find_references("a {df:head 5} {{x}}", _NAMESPACE)
    assert [(r.start, r.end, r.expression, r.format, r.literal) for r in found] == [
        (2, 13, "df", "head 5", False),
        (14, 19, "x", "", True),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "{",
        "}",
        "{x ",
        "{unknown_zz}",
        "$$",
        "\\[",
        "`",
        '"',
        "f'''",
        "{%",
        "\\begin{a}",
        "{a:b",
        "```\n",
        "\\a[",
        "a ",
        "a[b]",
        "\t",
        "a* ",
        "const {",
        "import from '",
        "\n@a{b,",
        "a!(",
        "(a) =>",
        "{x}}",
        "{x:",
        "'''",
        "function f(",
        "${x}_",
    ],
)
@pytest.mark.sweep
def test_twice_the_prompt_is_twice_the_cost(piece: str) -> None:
    def find(prompt: str) -> None:
        find_references(prompt, _NAMESPACE)

    # A piece looks behind itself for a few thousand characters: up to there, the cost of each grows.
    assert is_linear(find, lambda size: piece * (size // len(piece)) + "{", 40_000)


def test_a_square_would_be_noticed() -> None:
    to_the_end = re.compile("{[^}]*}")
    assert not is_linear(to_the_end.findall, lambda size: "{" * size, 8_000)


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("für{n}", "für{n}"),
        ("für {n} Gäste", "für 3 Gäste"),
        ("naïveté{n}", "naïveté{n}"),
        ("値{n}個", "値3個"),
        ("Is $n < {n}$ so?", "Is $n < {n}$ so?"),
        ("It costs $5 < {n}$ or so", "It costs $5 < 3$ or so"),
        ("git stash@{n}", "git stash@{n}"),
        ("git show HEAD@{n}", "git show HEAD@{n}"),
        ("meet me@{n}", "meet me@3"),
    ],
)
def test_letters_relations_and_git_before_a_brace(prompt: str, sent: str) -> None:
    assert expand(prompt, {"n": 3}).text == sent
