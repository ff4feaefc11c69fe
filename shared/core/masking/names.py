"""Names of people by the titles of Lombok and Sumbawa, which `lokal-id` does not know. Linear in the text."""

import re
from collections.abc import Iterator
from enum import IntEnum
from itertools import pairwise
from typing import Final

from shared.core.masking.places import ACRONYM, begins_with_place, named_place, person, word_before
from shared.core.masking.spans import Found
from shared.core.masking.words import (
    COMMON,
    HONORIFICS,
    OFFICES,
    PARTICLES,
    TIMES,
    TITLES_CAPITAL,
    TITLES_CERTAIN,
    TITLES_LIKELY,
)

_TITLES: Final = HONORIFICS | TITLES_CERTAIN | TITLES_LIKELY | TITLES_CAPITAL
_WITH_A_DOT: Final = frozenset({"h", "l"})
_NOT_AFTER_AN_HONORIFIC: Final = frozenset({"denda", "l"})
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019`-][^\W\d_]+)*\.?")
_WORDS_OF_A_NAME = 3


class _Trust(IntEnum):
    """How sure the titles make that a name follows, and so what it may look like."""

    NONE = 0
    CAPITALISED = 1
    ANY_CASE = 2


def find(text: str) -> Iterator[Found]:
    """Yield the names that follow a title, without the title."""
    words = list(_WORD.finditer(text))
    place = 0
    while place < len(words):
        name = _end_of_titles(text, words, place)
        trust = _trust([word[0] for word in words[place:name]])
        end = _end_of_name(text, words, name, trust) if trust else name
        if end > name and not named_place(text, words[place].start()):
            start, stop = words[name].start(), _end(words[end - 1])
            then = trust is _Trust.CAPITALISED and (
                begins_with_place(text, start, stop) or word_before(text, words[place].start()) in TIMES
            )
            if not then and (span := person(text, start, stop)) is not None:
                yield Found(*span)
        place = max(end, name, place + 1)


def _bare(word: str) -> str:
    return word.rstrip(".").casefold()


def _end(word: re.Match[str]) -> int:
    return word.end() - word[0].endswith(".")


def _is_title(word: str) -> bool:
    bare = _bare(word)
    return bare in _TITLES and (bare not in _WITH_A_DOT or word.endswith("."))


def _adjacent(text: str, words: list[re.Match[str]], place: int) -> bool:
    """Say whether only spaces are between a word and the one before it; after an abbreviation not even these."""
    gap = text[words[place - 1].end() : words[place].start()]
    return not gap.strip(" \t") and (bool(gap) or words[place - 1][0].endswith("."))


def _end_of_titles(text: str, words: list[re.Match[str]], place: int) -> int:
    end = place
    while end < len(words) and _is_title(words[end][0]) and (end == place or _adjacent(text, words, end)):
        end += 1
    return end


def _trust(titles: list[str]) -> _Trust:
    bare = [_bare(title) for title in titles]
    if any(title in TITLES_CERTAIN for title in bare) or ("tuan", "guru") in pairwise(bare):
        return _Trust.ANY_CASE
    noble = [title for title in titles if _bare(title) in TITLES_CAPITAL]
    if len(noble) < len(titles) and any(_bare(title) not in _NOT_AFTER_AN_HONORIFIC for title in noble):
        return _Trust.ANY_CASE
    likely = any(title in TITLES_LIKELY for title in bare)
    return _Trust.CAPITALISED if likely or any(title.istitle() for title in noble) else _Trust.NONE


def _end_of_name(text: str, words: list[re.Match[str]], name: int, trust: _Trust) -> int:
    """Return the place after the last word of the name; `name` itself where none follows."""
    end, counted = name, 0
    while end < len(words) and (end == 0 or _adjacent(text, words, end)):
        word = words[end][0]
        bare = _bare(word)
        if bare in COMMON or bare in OFFICES or not _may_be_named(word, trust, first=end == name):
            break
        end += 1
        counted += bare not in PARTICLES and len(bare) > 1
        small = word.endswith(".") and bare not in PARTICLES and len(bare) > 1
        if small or counted == _words_of(word):
            break
    return end


def _may_be_named(word: str, trust: _Trust, *, first: bool) -> bool:
    if trust is _Trust.ANY_CASE and first:
        return True
    bare = word.rstrip(".")
    return bare[0].isupper() and not (trust is _Trust.CAPITALISED and bare.isupper() and 1 < len(bare) <= ACRONYM)


def _words_of(word: str) -> int:
    """Return how many words a name has at most: in a text without case, where it ends is a guess."""
    return 1 if word.islower() else 2 if word.rstrip(".").isupper() and len(word) > ACRONYM else _WORDS_OF_A_NAME
