import pytest

from nbclaude.context.references.misspellings import close_name

_NAMES = (
    "df",
    "nope",
    "total",
    "penguins",
    "city",
    "prices",
    "part1",
    "names",
    "Model",
    "größe",
    "_hidden",
    "In",
    "exit",
    "fig",
    "rows",
    "users",
)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        # The same letters but for their case.
        ("DF", "df"),
        ("Df", "df"),
        ("CITY", "city"),
        ("model", "Model"),
        ("GRÖSSE", "größe"),
        # Two neighbours swapped.
        ("pengiuns", "penguins"),
        ("ctiy", "city"),
        ("npoe", "nope"),
        ("fgi", "fig"),
        ("fd", ""),
        # One letter too many, too few, or other.
        ("totals", "total"),
        ("totl", "total"),
        ("price", "prices"),
        ("penguin", "penguins"),
        ("penguins_", "penguins"),
        ("tatal", "total"),
        ("gröse", "größe"),
        ("grösse", "größe"),
        ("größee", "größe"),
        # A letter doubled.
        ("dff", "df"),
        ("ciity", "city"),
        ("part11", ""),
        # Words of their own.
        ("none", ""),
        ("name", ""),
        ("df2", ""),
        ("d", ""),
        ("dg", ""),
        ("tot", ""),
        ("cite", ""),
        ("user", ""),
        ("row", ""),
        ("fit", ""),
        ("cities", ""),
        ("part2", ""),
        ("total2", ""),
        ("hidden", ""),
        ("_hiden", ""),
        ("in", ""),
        ("exist", ""),
        ("print", ""),
        ("None", ""),
        ("placeholder", ""),
        ("price_in_eur", ""),
        ("pengiun", ""),
    ],
)
def test_a_word_is_taken_for_a_name_only_if_it_is_close(word: str, name: str) -> None:
    assert close_name(word, _NAMES) == name


@pytest.mark.parametrize(
    ("word", "name"),
    [("df2", "df"), ("tot", "total"), ("cities", "city"), ("part2", "part1"), ("weather", "")],
)
def test_where_a_name_is_meant_for_sure_it_may_be_less_close(word: str, name: str) -> None:
    assert close_name(word, _NAMES, surely=True) == name


def test_the_closest_comes_first() -> None:
    assert close_name("Value", ["values", "vaule", "value"]) == "value"
    assert close_name("valeu", ["valeus", "value"]) == "value"
