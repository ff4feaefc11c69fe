"""Brings the spellings of a name together: Masbagek and Masbagik's kin, Labuan, Aiq, Suela, Daye."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, reduce
from itertools import pairwise

_FOLDED_FROM = 4
#: Old spelling, Sasak q, and letters that are written or left out by ear. Order matters.
_ALIKE = (
    (re.compile(r"dj"), "j"),
    (re.compile(r"tj"), "c"),
    (re.compile(r"oe"), "u"),
    (re.compile(r"q"), "k"),
    (re.compile(r"uw(?=[aeiou])"), "u"),
    (re.compile(r"iy(?=[aeiou])"), "i"),
    (re.compile(r"^labuan"), "labuhan"),
    (re.compile(r"^pringge"), "pringga"),
    (re.compile(r"^(kebon|kebun)"), "kebon"),
    (re.compile(r"^day[ae]n$"), "daya"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"e$"), "a"),
)
#: Sasak for a direction beside the official Indonesian word; an official Sasak one is also said in Indonesian.
_DIRECTIONS = {
    "utara": ("daya",),
    "selatan": ("lauk",),
    "timur": ("timuk",),
    "barat": ("bat",),
    "daya": ("utara",),
    "daye": ("utara",),
    "lauk": ("selatan",),
    "bat": ("barat",),
    "tengah": ("tengak",),
}


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return what spellings of one word have in common: final -e is -a (Praye), q is k, doubled letters are one."""
    if len(word) < _FOLDED_FROM:
        return word.replace("q", "k")
    for pattern, letters in _ALIKE:
        word = pattern.sub(letters, word)
    return word


def meet(key: str, word: str) -> str:
    """Join a folded word to those before it as one word is folded: no letter twice where they meet."""
    return key + (word[1:] if key[-1:] == word[:1] else word)


def key_of(words: Iterable[str]) -> str:
    """Return the dictionary key of a name: folded words joined, so that Rasa Bou and Rasabou meet."""
    return reduce(meet, map(fold, words), "")


def directions(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the name with its directions said in the other language: Aikmel Utara is Aikmel Daya.

    "Barat daya" is one Indonesian direction (south-west), in which only "barat" becomes "bat".
    """
    southwest = ("barat", "daya") in pairwise(words)
    spoken = [
        word if southwest and word == "daya" else _DIRECTIONS[word][0] if word in _DIRECTIONS and i else word
        for i, word in enumerate(words)
    ]
    if tuple(spoken) != words:
        yield tuple(spoken)
