from __future__ import annotations

import dataclasses

import pytest
from IPython.core.error import UsageError

from nbclaude.options import OPTIONS, Options, help_page, parse_line

NONE = Options()

# Lines that are all prompt, to the last byte.
VERBATIM = [
    "what is this?",
    "what is this??",
    "?",
    "{braces} and {{double}} and {not_a_name!r:>10}",
    '{"json": [1, 2, {"a": null}], "b": "c\\n"}',
    "a { color: red; } /* css */ b > c::before { content: '\\201C' }",
    r"\frac{1}{2} $x_1$ \(y\) \[z\] $$w$$",
    "don't",
    "it's what you'd call 'quoted'",
    'say "hello" and “goodbye”',
    'an odd " quote',
    "an odd ' quote",
    "`backticks` and ```fences```",
    "$HOME $x ${y} $(date)",
    "100% %s %(name)s %%claude %run",
    "back\\slash \\n \\t \\\\",
    "C:\\Users\\me\\x.txt",
    "a -x b",
    "a --model b",
    "explain --help of git",
    "why -m pytest?",
    "-5 degrees is cold",
    "-1",
    "-.5",
    "- a list item",
    "-> an arrow",
    "--> a long arrow",
    "--- a rule",
    "-",
    "---",
    "-=-",
    "-- ",
    "—dash first",
    "–dash first",
    "a;b",
    "a # not a comment",
    "# a heading",
    "!ls",
    "@user",
    "a & b | c > d < e",
    "a = b",
    "model=x",
    "x\ty",
    "trailing spaces   ",
    "Grüße 世界 😀",
    "zero\u200bwidth and \u00a0nbsp",
    "https://a.example/x?y=1&z=2#w",
    "a\nb\n\n  c\n",
    "a\r\nb",
    "ends with a backslash \\",
    "(a, b) => { return a < b && c; }",
    "SELECT * FROM t WHERE a = 'b' -- comment",
    "git commit -m 'message'",
]


@pytest.mark.parametrize("line", [line for line in VERBATIM if line != "-- "])
def test_a_prompt_without_options_is_verbatim(line: str) -> None:
    assert parse_line(line) == (NONE, line)


@pytest.mark.parametrize("line", VERBATIM)
def test_a_prompt_after_options_is_verbatim(line: str) -> None:
    if not line.startswith("-- "):
        assert parse_line(f"-m m {line}") == (Options(model="m"), line)
        assert parse_line(f'--system "be brief" --new {line}') == (Options(system="be brief", new=True), line)
    assert parse_line(f"--new -- {line}") == (Options(new=True), line)


@pytest.mark.parametrize("line", [*VERBATIM, "-m x", "--model", "--nonsense", "-x", "--new", "-- --"])
def test_a_prompt_after_two_dashes_is_verbatim(line: str) -> None:
    assert parse_line(f"-- {line}") == (NONE, line)


# line -> options, prompt
LINES: list[tuple[str, Options, str]] = [
    ("", NONE, ""),
    ("   ", NONE, ""),
    ("  leading spaces", NONE, "leading spaces"),
    ("\tleading tab", NONE, "leading tab"),
    ("--", NONE, ""),
    ("-- ", NONE, ""),
    ("--\n-x", NONE, "-x"),
    ("-m claude-opus-5-5 hi", Options(model="claude-opus-5-5"), "hi"),
    ("-m=claude-opus-5-5 hi", Options(model="claude-opus-5-5"), "hi"),
    ("--model claude-opus-5-5 hi", Options(model="claude-opus-5-5"), "hi"),
    ("--model=claude-opus-5-5 hi", Options(model="claude-opus-5-5"), "hi"),
    ("--model   claude-opus-5-5   hi", Options(model="claude-opus-5-5"), "hi"),
    ("--model\tclaude-opus-5-5\thi", Options(model="claude-opus-5-5"), "hi"),
    ("--model 'claude-opus-5-5' hi", Options(model="claude-opus-5-5"), "hi"),
    ('--model "anthropic/claude-opus-5.5" hi', Options(model="anthropic/claude-opus-5.5"), "hi"),
    ("-m a -m b hi", Options(model="b"), "hi"),
    ("-m a", Options(model="a"), ""),
    ("--system brief hi", Options(system="brief"), "hi"),
    ('--system "be brief" hi', Options(system="be brief"), "hi"),
    ("--system 'be brief' hi", Options(system="be brief"), "hi"),
    ('--system="be brief" hi', Options(system="be brief"), "hi"),
    ("--system be\\ brief hi", Options(system="be brief"), "hi"),
    ('--system "don\'t" hi', Options(system="don't"), "hi"),
    ('--system "a \\"b\\" c" hi', Options(system='a "b" c'), "hi"),
    ("--system \"a\"'b'c hi", Options(system="abc"), "hi"),
    ('--system "" hi', Options(system=""), "hi"),
    ("--system= hi", Options(system=""), "hi"),
    ('--system "-m x" hi', Options(system="-m x"), "hi"),
    ('--system "a # b" hi', Options(system="a # b"), "hi"),
    ("--system a#b hi", Options(system="a#b"), "hi"),
    ('--system "Grüße 😀" hi', Options(system="Grüße 😀"), "hi"),
    ('--system "be brief"\thi', Options(system="be brief"), "hi"),
    ('--system "be brief"', Options(system="be brief"), ""),
    ("--max-tokens 5 hi", Options(max_tokens=5), "hi"),
    ("--system=\thi", Options(system=""), "hi"),
    ("--max-tokens=5 hi", Options(max_tokens=5), "hi"),
    ('--max-tokens "5" hi', Options(max_tokens=5), "hi"),
    ("-c work hi", Options(conversation="work"), "hi"),
    ("--conversation work hi", Options(conversation="work"), "hi"),
    ('--conversation "my work" hi', Options(conversation="my work"), "hi"),
    ('-c " work " hi', Options(conversation="work"), "hi"),
    ("-c=work hi", Options(conversation="work"), "hi"),
    ("--new hi", Options(new=True), "hi"),
    ("--new", Options(new=True), ""),
    ("--new --new hi", Options(new=True), "hi"),
    ("--no-history hi", Options(history=False), "hi"),
    ("--into answer hi", Options(into="answer"), "hi"),
    ("--into=_x1 hi", Options(into="_x1"), "hi"),
    ("--into größe hi", Options(into="größe"), "hi"),
    (
        "-m a --system b --max-tokens 3 -c d --new --no-history --into e hi there",
        Options(model="a", system="b", max_tokens=3, conversation="d", new=True, history=False, into="e"),
        "hi there",
    ),
    ("-t 0.3 hi", Options(temperature=0.3), "hi"),
    ("--temperature=1 hi", Options(temperature=1.0), "hi"),
    ("--top-p .9 --top-k 0 hi", Options(top_p=0.9, top_k=0), "hi"),
    ("--stop END --stop '\\n\\nHuman:' hi", Options(stop_sequences=("END", "\n\nHuman:")), "hi"),
    ("--effort LOW hi", Options(effort="low"), "hi"),
    ("--think hi", Options(thinking="summarized"), "hi"),
    ("--think omitted hi", Options(thinking="omitted"), "hi"),
    ("--think=omitted hi", Options(thinking="omitted"), "hi"),
    ("--think --new hi", Options(thinking="summarized", new=True), "hi"),
    ("--think", Options(thinking="summarized"), ""),
    ("--think -- omitted", Options(thinking="summarized"), "omitted"),
    ("--no-think hi", Options(thinking="off"), "hi"),
    ("--prefill 'The answer is (' hi", Options(prefill="The answer is ("), "hi"),
    ("--json Form hi", Options(json="Form"), "hi"),
    (
        "-a a.png --attach 'my file.pdf' --citations hi",
        Options(attach=("a.png", "my file.pdf"), citations=True),
        "hi",
    ),
    # In brackets an attachment is Python, outside of them it is a word of a shell.
    ("-a figs['a'] hi", Options(attach=("figs['a']",)), "hi"),
    ('--attach figs["a b"].axes[0] hi', Options(attach=('figs["a b"].axes[0]',)), "hi"),
    (
        "--tools web_search(max_uses=3, allowed_domains=['a.example']),add hi",
        Options(tools=("web_search(max_uses=3, allowed_domains=['a.example']),add",)),
        "hi",
    ),
    ("""--tools "computer(url='a')" hi""", Options(tools=("computer(url='a')",)), "hi"),
    ("--attach=df.describe(include='all') hi", Options(attach=("df.describe(include='all')",)), "hi"),
    ("-a f(1, 'two )') hi", Options(attach=("f(1, 'two )')",)), "hi"),
    ("-a d['k'][0:3] it's", Options(attach=("d['k'][0:3]",)), "it's"),
    ("""-a "figs['a']" hi""", Options(attach=("figs['a']",)), "hi"),
    ("""-a 'figs["a"]' hi""", Options(attach=('figs["a"]',)), "hi"),
    ("-a df:schema hi", Options(attach=("df:schema",)), "hi"),
    ('-a "df:head 20" hi', Options(attach=("df:head 20",)), "hi"),
    ("-a df:head\\ 20 hi", Options(attach=("df:head 20",)), "hi"),
    ("-a 'my report (1).pdf' hi", Options(attach=("my report (1).pdf",)), "hi"),
    ("-a report(1).pdf hi", Options(attach=("report(1).pdf",)), "hi"),
    ("-a my\\ file.pdf hi", Options(attach=("my file.pdf",)), "hi"),
    ("-a C:\\data\\a.csv hi", Options(attach=("C:\\data\\a.csv",)), "hi"),
    ('-a "a \\"b\\".txt" hi', Options(attach=('a "b".txt',)), "hi"),
    ("-a notes(1 is it (a)?", Options(attach=("notes(1",)), "is it (a)?"),
    ("-a a[1\n] hi", Options(attach=("a[1",)), "\n] hi"),
    ("--fig hi", Options(figures=("1",)), "hi"),
    ("--fig 2 --fig cell hi", Options(figures=("2", "cell")), "hi"),
    ("--fig --fig=3 hi", Options(figures=("1", "3")), "hi"),
    ("--fig 2024 was good", Options(figures=("2024",)), "was good"),
    ("--fig -- 2024 was good", Options(figures=("1",)), "2024 was good"),
    ("--fig 2. hi", Options(figures=("1",)), "2. hi"),
    ("--fig In[4] --fig In[12].2 hi", Options(figures=("In[4]", "In[12].2")), "hi"),
    ("--fig In[4]. hi", Options(figures=("1",)), "In[4]. hi"),
    ("--fig In[0] hi", Options(figures=("1",)), "In[0] hi"),
    ("--think 5 reasons", Options(thinking="summarized"), "5 reasons"),
    ("--cells 3 hi", Options(cells="3"), "hi"),
    (
        "--cells all --raw --dry-run --allow-secrets {x}",
        Options(cells="all", raw=True, dry_run=True, allow_secrets=True),
        "{x}",
    ),
    ("--tools weather --tools stock hi", Options(tools=("weather", "stock")), "hi"),
    ("--tool-choice any hi", Options(tool_choice="any"), "hi"),
    ("--metadata-user u1 hi", Options(metadata_user="u1"), "hi"),
    ("--service-tier standard_only hi", Options(service_tier="standard_only"), "hi"),
    ("--speed fast hi", Options(speed="fast"), "hi"),
    ("--beta a-1 --beta b-2 hi", Options(betas=("a-1", "b-2")), "hi"),
    ("--header 'X-Team: blue: sky' hi", Options(headers=(("x-team", "blue: sky"),)), "hi"),
    ("--extra '{\"top_k\": 5}' hi", Options(extra={"top_k": 5}), "hi"),
    ("--no-stream hi", Options(stream=False), "hi"),
    ("--new -m a --into b -- -c hi", Options(model="a", new=True, into="b"), "-c hi"),
    # After the first word that is no option everything is prompt.
    ("hi -m a", NONE, "hi -m a"),
    ("hi --new", NONE, "hi --new"),
    ("--new hi --new", Options(new=True), "hi --new"),
    ("-m a it's", Options(model="a"), "it's"),
    ('-m a say "x" --and -y', Options(model="a"), 'say "x" --and -y'),
    ("-m a   two  spaces  ", Options(model="a"), "two  spaces  "),
    ("--new -5 degrees", Options(new=True), "-5 degrees"),
    ("--new - item", Options(new=True), "- item"),
]


@pytest.mark.parametrize(("line", "options", "prompt"), LINES)
def test_line(line: str, options: Options, prompt: str) -> None:
    assert parse_line(line) == (options, prompt)


# line -> what the message must say
WRONG: list[tuple[str, list[str]]] = [
    ("--modle x hi", ["--modle", "did you mean --model?"]),
    ("--Model x hi", ["--Model", "did you mean --model?"]),
    ("--mod x hi", ["--mod", "--model"]),
    ("--max_tokens 5", ["did you mean --max-tokens?"]),
    ("--maxtokens 5", ["did you mean --max-tokens?"]),
    ("--max-token 5", ["did you mean --max-tokens?"]),
    ("--no-hist hi", ["did you mean --no-history?"]),
    ("--history hi", ["--no-history"]),
    ("--sys x", ["did you mean --system?"]),
    ("--nwe hi", ["did you mean --new?"]),
    ("--conv x", ["--conv"]),
    ("--temp 1 hi", ["did you mean --temperature?"]),
    ("--foo hi", ["There is no option --foo. The options are -m, --model"]),
    ("--nonsense 1 hi", ["There is no option --nonsense", "after `--`"]),
    ("-t 1.1 hi", ["--temperature", "'1.1'", "a number from 0 to 1"]),
    ("-t warm hi", ["--temperature", "'warm'", "a number from 0 to 1"]),
    ("-t nan hi", ["--temperature", "a number from 0 to 1"]),
    ("--top-p 2 hi", ["--top-p", "a number from 0 to 1"]),
    ("--top-k -1 hi", ["--top-k", "a whole number from 0"]),
    ("--effort huge hi", ["--effort", "'huge'", "one of low, medium, high, xhigh, max"]),
    ("--think=much hi", ["--think", "'much'", "one of summarized, omitted"]),
    ("--no-think=yes hi", ["--no-think", "takes no value"]),
    ("--stop ' ' hi", ["--stop", "not only white space"]),
    ("--fig=0 hi", ["--fig", "'0'", "1 is the last figure"]),
    ("--fig 0 hi", ["--fig", "'0'", "1 is the last figure", "--"]),
    ("--fig -1 hi", ["--fig", "'-1'", "1 is the last figure"]),
    ("--cells some hi", ["--cells", "'some'", "how many cells, all, needed, or In[N]"]),
    ("--speed slow hi", ["--speed", "one of standard, fast"]),
    ("--service-tier x hi", ["--service-tier", "one of auto, standard_only"]),
    ("--header nothing hi", ["--header", "'Name: value'"]),
    ("--header 'a b: c' hi", ["--header", "'Name: value'"]),
    ("--header 'Authorization: Bearer x' hi", ["--header", "not secret", "%claude_login"]),
    ("--extra {a} hi", ["--extra", "a JSON object in quotes"]),
    ("--extra [1] hi", ["--extra", "a JSON object in quotes"]),
    ("--extra '{\"a\": NaN}' hi", ["--extra", "a JSON object in quotes"]),
    ("-x hi", ["There is no option -x"]),
    ("-M x hi", ["There is no option -M"]),
    ("-mclaude-opus-5-5 hi", ["-m"]),
    ("-h", ["-h"]),
    ("--help", ["--help"]),
    ("-m", ["--model", "needs a value"]),
    ("-m   ", ["--model", "needs a value"]),
    ("--model", ["--model", "needs a value"]),
    ("--model=", ["--model", "value"]),
    ('--model "" hi', ["--model", "text that is not empty"]),
    ('--model "  " hi', ["--model", "text that is not empty"]),
    ("--system", ["--system", "needs a value"]),
    ('--system "be brief', ["--system", "quote", "not closed"]),
    ("--system 'be brief", ["--system", "quote", "not closed"]),
    ("--system it's fine", ["--system", "quote", "not closed"]),
    ("-a it's fine", ["--attach", "quote", "not closed"]),
    ("-a '' hi", ["--attach", "text that is not empty"]),
    ("--max-tokens many hi", ["--max-tokens", "'many'", "a whole number from 1"]),
    ("--max-tokens 0 hi", ["--max-tokens", "'0'", "a whole number from 1"]),
    ("--max-tokens -1 hi", ["--max-tokens", "'-1'", "a whole number from 1"]),
    ("--max-tokens 1.5 hi", ["--max-tokens", "'1.5'", "a whole number from 1"]),
    ("--max-tokens 1e3 hi", ["--max-tokens", "'1e3'", "a whole number from 1"]),
    ("--max-tokens ٣ hi", ["--max-tokens", "a whole number from 1"]),
    ("--max-tokens", ["--max-tokens", "needs a value"]),
    ("--into 1x hi", ["--into", "'1x'", "the name of a Python variable"]),
    ("--into a.b hi", ["--into", "'a.b'", "the name of a Python variable"]),
    ("--into class hi", ["--into", "'class'", "the name of a Python variable"]),
    ("--into a-b hi", ["--into", "'a-b'", "the name of a Python variable"]),
    ('-c "" hi', ["--conversation", "text that is not empty"]),
    ("--new=yes hi", ["--new", "takes no value"]),
    ("--no-history=1 hi", ["--no-history", "takes no value"]),
    ("-m a --bad hi", ["There is no option --bad"]),
]


@pytest.mark.parametrize(("line", "words"), WRONG)
def test_wrong(line: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_line(line)
    # A subclass would get a traceback instead of one line.
    assert type(caught.value) is UsageError
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "missing"),
    [("-m --new hi", "--model"), ("-c --no-history hi", "--conversation"), ("--system --new hi", "--system")],
)
def test_an_option_where_a_value_should_be(line: str, missing: str) -> None:
    # Nobody means a model called "--new".
    with pytest.raises(UsageError, match=f"{missing}.*value"):
        parse_line(line)


def test_a_long_line_is_quoted_in_part() -> None:
    with pytest.raises(UsageError) as caught:
        parse_line('--system "' + "x" * 10_000)
    assert len(str(caught.value)) < 200
    with pytest.raises(UsageError) as caught:
        parse_line(f"--effort {'x' * 10_000} hi")
    assert len(str(caught.value)) < 200


def test_a_secret_in_a_wrong_value_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        parse_line("--effort AKIAIOSFODNN7EXAMPLQ hi")
    assert str(caught.value) == (
        "--effort '[secret removed: AWS key]': it must be one of low, medium, high, xhigh, max."
    )


def test_options_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        NONE.model = "x"  # type: ignore[misc]


def test_defaults_leave_everything_to_the_configuration() -> None:
    empty = {"prefill": "", "attach": (), "figures": (), "figure_data": 0}
    empty |= {"new": False, "history": True}
    empty |= dict.fromkeys(("citations", "raw", "dry_run", "fresh"), False)
    assert {name: value for name, value in dataclasses.asdict(NONE).items() if value is not None} == empty


def test_every_option_fills_a_field_and_stands_on_the_help_page() -> None:
    page = help_page()
    fields = {field.name for field in dataclasses.fields(Options)}
    assert {option.field for option in OPTIONS} == fields
    for option in OPTIONS:
        assert option.usage in page
        assert option.help in page


def test_the_help_page_is_narrow_and_short() -> None:
    lines = help_page().splitlines()
    assert max(map(len, lines)) <= 130
    assert len(lines) <= 72
