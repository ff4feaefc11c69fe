"""Recognises a rating after an answer: a number from 1 to 5, and perhaps a word (`tables/ratings.toml`)."""

from typing import Any

from services.intake.conversation import limits
from services.intake.conversation.words import Words, is_one_of, table, word_set

_TABLE: dict[str, Any] = table("ratings")
_STARS = {word: int(stars) for stars, words in _TABLE["numbers"].items() for word in words}
_BEFORE = word_set(_TABLE["before"])
_SCALES = sorted((tuple(scale.split()) for scale in _TABLE["scales"]), key=len, reverse=True)
_JUDGING = word_set(_TABLE["judging"])
_AFTER = _JUDGING | word_set(_TABLE["around"])


def stars_of(said: Words) -> int | None:
    """Return how many of five stars a whole message gives, or None where it is anything else."""
    if not 0 < len(said) <= limits.SHORT:
        return None
    words = said.words
    while words and words[0] in _BEFORE:
        words = words[1:]
    stars = _STARS.get(words[0]) if words else None
    return stars if stars is not None and _is_a_word_of_it(_after_scale(words[1:], said.text)) else None


def _after_scale(words: tuple[str, ...], text: str) -> tuple[str, ...]:
    if "/" in text and words[:1] == ("5",):
        return words[1:]
    scale = next((one for one in _SCALES if words[: len(one)] == one), ())
    return words[len(scale) :]


def _is_a_word_of_it(words: tuple[str, ...]) -> bool:
    if not words:
        return True
    return all(is_one_of(word, _AFTER) for word in words) and any(is_one_of(word, _JUDGING) for word in words)
