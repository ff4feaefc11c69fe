"""Recognises what a citizen writes back to an answer: belum, masih bocor, kapan? (`tables/writing_back.toml`)."""

from dataclasses import replace
from typing import Any

from services.intake.conversation import limits
from services.intake.conversation.missing import has_place, names_place, says_what
from services.intake.conversation.words import Words, is_one_of, read, table, word_set
from shared.channels import InboundMessage

_TABLE: dict[str, Any] = table("writing_back")
_REFERS = word_set(_TABLE["refers"]["words"])
_PHRASES = tuple(f" {phrase} " for phrase in _TABLE["refers"]["phrases"])
_ABOUT = _REFERS | word_set(_TABLE["about"]["words"])


def writes_back(message: InboundMessage, said: Words, before: str) -> bool:
    """Tell whether words refer to an answer and are no complaint by themselves.

    They are short, bring no place, and do not say what they are about but with words that were said before: in the
    complaint and its answer (`before`). "Masih bocor" of a pipe is one, "lampu masih mati" of a pipe is not.
    """
    if not 0 < len(said) <= limits.SHORT or has_place(message) or not _refers(said):
        return False
    known = {_stem(word) for word in read(before).words}
    news = tuple(word for word in said.words if not is_one_of(word, _ABOUT) and _stem(word) not in known)
    rest = replace(said, words=news)
    return not names_place(message.text, rest) and not says_what(rest)


def _refers(said: Words) -> bool:
    line = f" {' '.join(said.words)} "
    return any(is_one_of(word, _REFERS) for word in said.words) or any(phrase in line for phrase in _PHRASES)


def _stem(word: str) -> str:
    return word.removesuffix("nya")
