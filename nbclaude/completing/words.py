"""The words that may stand at a place, each with a few words about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from nbclaude.completing.formats import formats
from nbclaude.completing.known import Known, Word
from nbclaude.completing.lists import LISTS, OF_OPTIONS, variables
from nbclaude.completing.looking import attributes_of, keys_of, names_something, value_at
from nbclaude.completing.places import Place
from nbclaude.completing.quoting import escaped, quoted, unquoted
from nbclaude.options import OPTIONS
from nbclaude.settings.kinds import Choice, Texts

__all__ = ["words_at"]


def words_at(place: Place, following: str, known: Known) -> list[Word]:
    """Return what can stand at a place and begins as what is typed there; `following` is what stands after the cursor."""
    is_shell_like = place.kind in ("value", "argument")
    begun = unquoted(place.fragment) if is_shell_like else place.fragment
    words = [word for word in _words(place, begun, known) if word.text.startswith(begun)]
    if is_shell_like:
        words = [Word(quoted(text, place.fragment, following), about) for text, about in words]
    elif place.kind == "key":
        closing = _closing(place, following)
        words = [Word(f"{text}{closing}", about) for text, about in words]
    return words


def _closing(place: Place, following: str) -> str:
    """Return what ends a key, without what stands after the cursor already."""
    if following.startswith(place.quote):
        return ""
    return place.quote if place.is_listed or following.startswith("]") else f"{place.quote}]"


def _words(place: Place, begun: str, known: Known) -> Iterable[Word]:
    match place.kind:
        case "option":
            return chain(_arguments(place, begun, known), _options(place, known))
        case "value":
            return _values(place, begun, known)
        case "argument":
            return _arguments(place, begun, known)
        case "name":
            return variables(known, begun)
        case "format":
            is_reference = names_something(place.expression, known.namespace)
            return formats(place.expression, place.fragment, known) if is_reference else ()
    value = value_at(place.expression, known.namespace)
    if value is None:
        return ()
    if place.kind == "key":
        return (Word(escaped(key, place.quote), "key") for key in keys_of(value))
    hidden = begun.startswith("_")
    return (Word(name, "attribute") for name in attributes_of(value) if hidden or not name.startswith("_"))


def _options(place: Place, known: Known) -> Iterator[Word]:
    options = (*known.own_options.get(place.magic, ()), *OPTIONS)
    return (Word(name, "option") for option in options for name in option.names)


def _values(place: Place, begun: str, known: Known) -> Iterable[Word]:
    option = place.option
    if option is None:
        return ()
    kind = option.kind.each if isinstance(option.kind, Texts) else option.kind
    words = kind.words if isinstance(kind, Choice) else ()
    named = OF_OPTIONS.get(option.field)
    may_be_left_out = option.optional and not place.is_assigned
    return chain(
        map(Word, words),
        named(known, begun) if named else (),
        _options(place, known) if may_be_left_out else (),
    )


def _arguments(place: Place, begun: str, known: Known) -> Iterator[Word]:
    """Give the words and names that follow what is typed in one of the usages of a magic, each word once."""
    following: dict[str, None] = {}
    for usage in known.usages.get(place.magic, ()):
        words = usage.split()
        if len(words) > len(place.typed) and all(map(_fits, words, place.typed)):
            following[words[len(place.typed)]] = None
    for word in following:
        if word in LISTS:
            yield from LISTS[word](known, begun)
        elif not word.isupper():
            yield Word(word, "option" if word.startswith("-") else "argument")


def _fits(word: str, typed: str) -> bool:
    return word == typed or (word.isupper() and not typed.startswith("-"))
