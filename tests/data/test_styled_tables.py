"""Tables that are made to be looked at: what their readers see goes along, and nothing that is hidden from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas
import pytest
from pandas.io.formats.style import Styler

from nbclaude.context.shown.bundle_text import bundle_text
from nbclaude.context.values import attachment_of
from nbclaude.errors import ConfigurationError
from tests.growth import is_quick

FRAME = pandas.DataFrame(
    {"name": ["Ann", "Bob & <b>Co</b>"], "ssn": ["111-22", "333-44"], "rate": [0.12345, 0.5]}
)
LEVELS = pandas.DataFrame(
    [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]],
    columns=pandas.MultiIndex.from_product([["a", "b"], ["x", "y"]], names=["up", "down"]),
    index=pandas.MultiIndex.from_tuples([(1, "p"), (1, "q"), (2, "r")], names=["I", "J"]),
)
WHOLE = "row,name,ssn,rate\n0,Ann,111-22,0.123450\n1,Bob & Co,333-44,0.500000"


def sent(value: Any, format: str = "") -> str:
    """The text that goes along, without its first two lines: what it is, and the types of its columns."""
    lines = text(value, format).split("\n")
    return "\n".join(lines[3:-1])


def text(value: Any, format: str = "") -> str:
    return "\n".join(block["text"] for block in attachment_of(value, "s", format).blocks)


def styled(change: Callable[[Styler], Any], frame: pandas.DataFrame = FRAME) -> Any:
    return change(frame.style)


def columns_hidden(style: Styler) -> Styler:
    return style.hide(axis="columns", subset=["ssn"]).format("{:.1%}", subset=["rate"])


def css(selector: str, rule: str) -> Callable[[Styler], Any]:
    return lambda style: style.set_table_styles([{"selector": selector, "props": rule}])


BLANKED = 'row,name,ssn,rate\n0,Ann,"",0.123450\n1,Bob & Co,"",0.500000'
WITHOUT_SSN = "row,name,rate\n0,Ann,0.123450\n1,Bob & Co,0.500000"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda style: style, WHOLE),
        (columns_hidden, "row,name,rate\n0,Ann,12.3%\n1,Bob & Co,50.0%"),
        (
            lambda style: style.hide(axis="index"),
            "name,ssn,rate\nAnn,111-22,0.123450\nBob & Co,333-44,0.500000",
        ),
        (lambda style: style.hide(axis="index", subset=[1]), "row,name,ssn,rate\n0,Ann,111-22,0.123450"),
        (
            lambda style: columns_hidden(style).format_index(str.upper, axis="columns"),
            "row,NAME,RATE\n0,Ann,12.3%\n1,Bob & Co,50.0%",
        ),
        (
            lambda style: columns_hidden(style).relabel_index(["one", "two"]),
            "row,name,rate\none,Ann,12.3%\ntwo,Bob & Co,50.0%",
        ),
        (
            lambda style: style.format({"ssn": lambda _: "***", "rate": "{:.0%}"}, escape="html"),
            "row,name,ssn,rate\n0,Ann,***,12%\n1,Bob & <b>Co</b>,***,50%",
        ),
        (
            lambda style: columns_hidden(style).set_tooltips(pandas.DataFrame({"name": ["secret", "more"]})),
            "row,name,rate\n0,Ann,12.3%\n1,Bob & Co,50.0%",
        ),
        # What only a style hides is not seen either.
        (lambda style: style.set_properties(subset=["ssn"], display="none"), BLANKED),
        (lambda style: style.set_properties(subset=["ssn"], **{"font-size": "0pt"}), BLANKED),
        (lambda style: style.map(lambda _: "color: black; background-color: black", subset=["ssn"]), BLANKED),
        (lambda style: style.map(lambda _: "color: transparent", subset=["ssn"]), BLANKED),
        (css(".col1", "display: none"), WITHOUT_SSN),
        (css("td:nth-child(3), th:nth-child(3)", "display:none !important"), WITHOUT_SSN),
        (css("tr > .col1:not(.col2)", "visibility: hidden"), WITHOUT_SSN),
        (css("thead", "display: none"), "row,(no name),(no name),(no name)\n" + WHOLE.partition("\n")[2]),
        # ... but nothing is hidden by how it looks under the pointer, or after something else.
        (css("td:hover", "display: none"), WHOLE),
        (css("td::after", "display: none"), WHOLE),
        (css("td", "color: white"), WHOLE),
        (lambda style: style.background_gradient(subset=["rate"]), WHOLE),
    ],
)
def test_what_a_reader_sees_is_what_goes(change: Callable[[Styler], Any], expected: str) -> None:
    assert sent(styled(change)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda style: style,
            "I,J,a / x,a / y,b / x,b / y\n1,p,1,2,3,4\n1,q,5,6,7,8\n2,r,9,10,11,12",
        ),
        (
            lambda style: style.hide(axis="columns", level=0).hide(axis="index", level=1),
            "I,x,y,x,y\n1,1,2,3,4\n1,5,6,7,8\n2,9,10,11,12",
        ),
        (
            lambda style: style.hide(axis="columns", subset=[("a", "y")]).hide(names=True),
            "level 0,level 1,a / x,b / x,b / y\n1,p,1,3,4\n1,q,5,7,8\n2,r,9,11,12",
        ),
    ],
)
def test_levels(change: Callable[[Styler], Any], expected: str) -> None:
    assert sent(styled(change, LEVELS)) == expected


def test_a_styler_below_another() -> None:
    rates = FRAME[["rate"]]
    mean = rates.agg(["mean"]).style.format("{:.2f}").relabel_index(["Mean"])
    assert sent(rates.style.format("{:.1f}").concat(mean)) == "row,rate\n0,0.1\n1,0.5\nMean,0.31"


def test_missing_values_are_shown_as_the_reader_sees_them() -> None:
    frame = pandas.DataFrame({"a": [1, None]})
    assert sent(frame.style.format(na_rep="n/a", precision=1)) == "row,a\n0,1.0\n1,n/a"


def test_the_caption_goes_along() -> None:
    value = columns_hidden(FRAME.style).set_caption("Rates &amp; <i>more</i>")
    assert text(value).startswith(
        '<data name="s">\npandas Styler as it is shown, "Rates & more", 2 rows × 2 columns\n'
        "columns: name: text, rate: text\n"
    )
    assert attachment_of(value, "s").summary == "2 rows × 2 columns, whole"


@pytest.mark.parametrize("format", ["schema", "head 1", "full", "repr", "str"])
def test_no_format_shows_more(format: str) -> None:
    found = text(columns_hidden(FRAME.style), format)
    assert "ssn" not in found and "111-22" not in found and "0.12345" not in found


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'csv'"):
        text(columns_hidden(FRAME.style), "csv")


def test_in_a_dict() -> None:
    found = text({"table": columns_hidden(FRAME.style), "n": 3})
    assert "row,name,rate\n0,Ann,12.3%\n" in found
    assert "ssn" not in found and "111-22" not in found


def test_the_plain_frame_is_what_it_is() -> None:
    assert "111-22" in text(columns_hidden(FRAME.style).data)


def test_all_that_is_hidden_stays() -> None:
    assert text(FRAME.style.set_table_attributes('style="display: none"')) == (
        '<data name="s">\npandas Styler as it is shown, 0 rows × 0 columns\n</data>'
    )


@pytest.mark.sweep
def test_a_large_one_is_bounded() -> None:
    large = pandas.DataFrame({f"c{n}": range(50_000) for n in range(10)})
    assert is_quick(lambda: attachment_of(large.style.hide(axis="columns", subset=["c0"]), "s"), 5)
    attachment = attachment_of(large.style.hide(axis="columns", subset=["c0"]), "s")
    assert attachment.notes == ("only the first 1,111 of 50,000 rows",)
    assert attachment.blocks[0]["text"].startswith(
        '<data name="s">\npandas Styler as it is shown, 1,111 rows × 9 columns (only the first 1,111 of 50,000 rows)\n'
    )


def test_what_its_reader_is_not_shown_for_its_size_stays_out() -> None:
    with pandas.option_context("styler.render.max_rows", 1, "styler.render.max_columns", 2):
        assert sent(FRAME.style) == "row,name,ssn\n0,Ann,111-22"


def test_a_cell_that_shows_one_says_what_is_seen() -> None:
    shown = FRAME.style.set_caption("Rates").map(lambda _: "display: none", subset=["ssn"])
    data = {"text/plain": repr(shown), "text/html": shown._repr_html_()}
    assert bundle_text(data) == "Rates\n| name | ssn | rate\n0 | Ann | 0.123450\n1 | Bob & Co | 0.500000"


GREAT_TABLE = """\
<div id="x"><style>#x .gt_row { padding: 1px; }</style><table class="gt_table"><thead>
<tr class="gt_heading"><td colspan="2" class="gt_heading gt_title">Staff</td></tr>
<tr class="gt_col_headings"><th class="gt_col_heading gt_stubhead" rowspan="1" colspan="1">who</th>
<th class="gt_col_heading gt_right" rowspan="1" colspan="1">Rate</th></tr></thead>
<tbody><tr><th class="gt_row gt_stub">Ann</th><td class="gt_row">12.3%</td></tr>
<tr><th class="gt_row gt_stub">Bob</th><td class="gt_row">50.0%</td></tr></tbody>
<tfoot><tr><td class="gt_sourcenote" colspan="2"><span>from HR</span></td></tr></tfoot></table></div>"""


class GT:
    """As great_tables has it: its repr holds the frame with all columns."""

    __module__ = "great_tables.gt"

    def as_raw_html(self) -> str:
        return GREAT_TABLE

    def __repr__(self) -> str:
        return "GT(_tbl_data=  name     ssn\n0  Ann  111-22)"


def test_a_great_table() -> None:
    assert text(GT()) == (
        '<data name="s">\ngreat_tables GT as it is shown, "Staff", "from HR", 2 rows × 1 column\ncolumns: Rate: text\n'
        "who,Rate\nAnn,12.3%\nBob,50.0%\n</data>"
    )
    # Where the kernel does not tell what was shown of it, nothing is said.
    assert bundle_text({"text/plain": repr(GT())}) == ""
    assert bundle_text({"text/plain": repr(GT()), "text/html": GREAT_TABLE}) == (
        "Staff\nwho | Rate\nAnn | 12.3%\nBob | 50.0%\nfrom HR"
    )
