"""What a repr shows of texts that the library itself would cut."""

import pandas
import pytest

from nbclaude.context.reprs import bounded_repr, bounded_str
from nbclaude.context.secrets.masking import mask

_TOKEN = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".abcDEF0123456789ghiJKL"


@pytest.mark.parametrize("wrap", [lambda frame: frame, lambda frame: [frame], lambda frame: frame["note"]])
def test_pandas_cuts_through_no_credential(wrap) -> None:  # type: ignore[no-untyped-def]
    value = wrap(pandas.DataFrame({"note": ["the cookie is session=" + _TOKEN, "x" * 70]}))
    for show in (bounded_repr, bounded_str):
        masked, findings = mask(show(value, 8_000)[0])
        assert "eyJ" not in masked
        assert [finding.kind for finding in findings] == ["JSON web token"]


def test_where_there_is_none_it_looks_as_in_the_notebook() -> None:
    frame = pandas.DataFrame({"note": ["x" * 70]})
    assert bounded_repr(frame, 8_000) == (repr(frame), "")
