"""Recognises what no citizen wrote: answering machines, delivery notices, advertisements."""

import re
from typing import Any

from services.intake.conversation import limits
from services.intake.conversation.small_talk import adds_nothing
from services.intake.conversation.words import Words, table, word_set

_AUTOMATIC: dict[str, Any] = table("automatic")
_STRONG = re.compile(rf"[\W_]*(?:{'|'.join(_AUTOMATIC['strong'])})")
_MACHINE = re.compile("|".join(_AUTOMATIC["machine"]))
_BESIDE = re.compile("|".join(_AUTOMATIC["beside"]))
_CLAUSE = re.compile(r"[.,;:!?\n()\[\]*]+")
_FIRST_WORDS = word_set(_AUTOMATIC["first_words"])
"""With one of these such a text begins: a cheap first look."""

_SPAM: dict[str, Any] = table("spam")
_GUARDS = word_set(_SPAM["guards"])


def _phrases(listed: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(map(re.escape, listed), key=len, reverse=True))})(?![^\W_])")


_GOODS = _phrases(_SPAM["goods"])
_GOODS_BEGIN = frozenset(phrase.split()[0] for phrase in _SPAM["goods"])
"""With one of these a good begins: again a cheap first look."""
_CALLS = _phrases(_SPAM["calls"])
_WAYS = re.compile(r"https?://|www\.|wa\.me|bit\.ly|(?<!\d)(?:\+?62|0) ?8\d{1,3}[ -]?\d{3,4}[ -]?\d{3,5}(?!\d)")
"""An address or a number to turn to."""


def is_automatic(said: Words) -> bool:
    """Tell whether a machine answers us: as a whole, or clause by clause with nothing else among them."""
    if not said.words or len(said.text) > limits.AUTOMATIC or said.words[0] not in _FIRST_WORDS:
        return False
    if _STRONG.match(said.text):
        return True
    by_machine = False
    for clause in _CLAUSE.split(said.text):
        words = clause.split()
        line = " ".join(words)
        if _MACHINE.fullmatch(line):
            by_machine = True
        elif words and not _BESIDE.fullmatch(line) and not adds_nothing(words):
            return False
    return by_machine


def is_spam(said: Words) -> bool:
    """Tell whether a text advertises: goods, a call, and where to turn to, and nobody who complains of it."""
    if _GOODS_BEGIN.isdisjoint(said.words) or len(said.text) > limits.SPAM or not _GUARDS.isdisjoint(said.words):
        return False
    goods = _GOODS.search(said.text)
    return bool(goods and _CALLS.search(said.text) and _WAYS.search(said.text))
