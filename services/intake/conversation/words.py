"""A text as the rules read it: small plain letters, no marks, emoji or mentions. What is stored stays as written."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.intake.conversation import limits

_WORD = re.compile(r"[^\W_]+")
_ASCII = "".join(letter if letter.isalnum() else " " for letter in map(chr, range(128)))
_MENTION = re.compile(r"(?<![\w.])@[\w.]+")
_REPEATED = re.compile(r"(.)\1+")
_UNSEEN = {"Cf", "Mn", "Me"}
"""Unicode categories of what changes no letter: zero-width characters, accents and variation marks put over letters."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text, folded, and its words in order."""

    text: str
    words: tuple[str, ...]

    def __len__(self) -> int:
        """Count the words."""
        return len(self.words)


def read(text: str) -> Words:
    """Fold a text and find its words; time grows with its length, up to `limits.JUDGED` characters."""
    folded = fold(text[: limits.JUDGED])
    if "@" in folded:
        folded = _MENTION.sub(" ", folded)
    words = folded.translate(_ASCII).split() if folded.isascii() else _WORD.findall(folded)  # a fifth of its time
    return Words(folded, tuple(words))


def fold(text: str) -> str:
    """Return small letters without accents and apostrophes (`Jum'at` is `jumat`)."""
    if not text.isascii():
        letters = {letter: _plain(letter) for letter in set(text)}
        text = "".join(map(letters.__getitem__, text))
    return text.lower().replace("'", "").replace("`", "")


@cache
def _plain(letter: str) -> str:
    if letter in "\u2018\u2019\u02bc":
        return ""
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) not in _UNSEEN)


def squeeze(word: str) -> str:
    """Write every repeated letter once: `makasiiihhh` is `makasih`."""
    return _REPEATED.sub(r"\1", word)


def table(name: str) -> dict[str, Any]:
    """Read one reviewed table of words that stands beside the rules."""
    with (Path(__file__).parent / "tables" / f"{name}.toml").open("rb") as handle:
        return tomllib.load(handle)


def word_set(*lists: str) -> frozenset[str]:
    """Return the words of lists, also as they read when squeezed."""
    words = {word for listed in lists for word in listed.split()}
    return frozenset(words | {squeeze(word) for word in words})


def is_one_of(word: str, words: frozenset[str]) -> bool:
    """Tell whether a word is listed, also with its letters repeated."""
    return word in words or squeeze(word) in words
