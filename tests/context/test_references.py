import datetime
import time
from typing import Any

import pytest

from nbclaude.context.attachment import Attachment
from nbclaude.context.expressions import evaluate
from nbclaude.context.references import expand, find_references
from nbclaude.errors import ConfigurationError


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
    ("{df[0][1:3]}", "[df[0][1:3]]"),
    ("{items[1:]}", "[items[1:]]"),
    ("<data>{x}</data>", "<data>7</data>"),
    ("({x})", "(7)"),
    ('the "{city}" column', 'the "Paris" column'),
    ("don't use {x}, isn't it?", "don't use 7, isn't it?"),
    ("costs $5 for {x} or $6", "costs $5 for 7 or $6"),
    ("**{x}** _{x}", "**7** _{x}"),
    ("see /data/{city}/x", "see /data/Paris/x"),
    ('{"a": 1} but {x}', '{"a": 1} but 7'),
    ("`{x}` is {x}", "`{x}` is 7"),
    ("```\n{x}\n```\n{x}", "```\n{x}\n```\n7"),
    ("{{x}}", "{x}"),
    ("write {{df.head()}} in the prompt", "write {df.head()} in the prompt"),
    ("{{x}} is {x}", "{x} is 7"),
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
    r"\( {x} \)",
    "\\begin{align}\n{x} &= {a}\n\\end{align}",
    'print(f"{x} is {a}")',
    "f'{x}' and rf\"{x}\"",
    'f"""\n{x}\n"""',
    '"{x} of {a}".format(x=1, a=2)',
    'println!("{x}")',
    'log("got {x}")',
    "${x}",
    "#{x} %{x} @{x}",
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
    assert len({*_KEPT, *(prompt for prompt, _ in _REPLACED)}) >= 120


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
            r"The reference \{thing\.nothing\} failed: AttributeError: .*Nothing was sent; --raw",
        ),
        ("{thing.broken}", r"RuntimeError: no such sensor"),
        ('{data["nokey"]}', r"KeyError: 'nokey'"),
        ("{items[9]}", "IndexError"),
        ("{Out[99]}", "KeyError: 99"),
        ("{thing.describe(1, 2, 3)}", "TypeError"),
        ("{dataframes}", r"There is no variable dataframes\. Did you mean \{dataframe\}\?.*--raw"),
        ("{City}", r"Did you mean \{city\}"),
        ("{dataframe2:schema}", r"Did you mean \{dataframe\}"),
        (
            "{df:shema}",
            r"df:shema has no format 'shema'\. Did you mean schema\? Formats are schema, head N, full",
        ),
        ("{df:html}", "has no format 'html'"),
        ("{df:head}", "head needs a number of rows, like head 20"),
        ("{df:head many}", "head needs a number of rows"),
        ("{x:schema}", r"The format 'schema' is for frames, arrays and tables, but x:schema is a int"),
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
    ],
)
def test_a_misspelt_name_in_code_is_no_error(prompt: str) -> None:
    assert expand(prompt, _NAMESPACE, attach=_plain).text == prompt


def test_the_users_stop_is_passed_on() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        expand("{stop()}", {"stop": stop})


def test_evaluate_for_an_option() -> None:
    assert evaluate("data['key']", _NAMESPACE) == "value"
    with pytest.raises(ConfigurationError, match="'nothing' names no variable of this kernel"):
        evaluate("nothing", _NAMESPACE)
    with pytest.raises(ConfigurationError, match="'x \\+ 1' is not the name of a variable"):
        evaluate("x + 1", _NAMESPACE)


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
    ],
)
def test_long_prompts_take_no_longer_than_their_length(piece: str) -> None:
    prompt = piece * (60_000 // len(piece)) + "{"
    began = time.perf_counter()
    find_references(prompt, _NAMESPACE)
    assert time.perf_counter() - began < 5
