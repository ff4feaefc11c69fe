"""Recognises what says nothing yet: a greeting, an announcement, thanks, praise, chatter.

A text is small talk only when every word of it is listed (`tables/small_talk.toml`): one word more, and it is
somebody's words.
"""

from collections.abc import Sequence
from typing import Any, Literal

from services.intake.conversation import limits
from services.intake.conversation.words import Words, is_one_of, table, word_set

Kind = Literal["no_words", "greeting", "announcement", "thanks", "praise", "chatter"]

_TABLE: dict[str, Any] = table("small_talk")
_FILLERS = _TABLE["fillers"]
_ANNOUNCEMENT = _TABLE["announcement"]
_THANKS = _TABLE["thanks"]
_PRAISE = _TABLE["praise"]

ADDRESS = word_set(_TABLE["address"])
_LEADERS = word_set(_TABLE["leaders"])
_COMMON = word_set(_FILLERS["common"])
_GREETING = word_set(_TABLE["greeting"]["words"])
_GREETING_CORE = word_set(_TABLE["greeting"]["core"])
_VERBS = word_set(_ANNOUNCEMENT["verbs"])
_NOUNS = word_set(_ANNOUNCEMENT["nouns"])
_MAKERS = word_set(_ANNOUNCEMENT["makers"])
_MINE = word_set(_ANNOUNCEMENT["mine"])
_TAGS = word_set(_ANNOUNCEMENT["tags"])
_THANKS_WORDS = word_set(*(phrase for phrase in _THANKS["phrases"] if " " not in phrase))
_PRAISE_CORE = word_set(_PRAISE["core"])
_CHATTER = _TABLE["chatter"]
_CHATTER_CORE = word_set(_CHATTER["core"])
_THANKS_PHRASES = tuple(f" {phrase} " for phrase in _THANKS["phrases"])
_PRAISE_PHRASES = tuple(f" {phrase} " for phrase in _PRAISE["phrases"])

_POLITE = ADDRESS | _LEADERS | _COMMON | _GREETING
_ANNOUNCES = (
    ADDRESS | _COMMON | _GREETING | _VERBS | _NOUNS | _MAKERS
    | word_set(_FILLERS["announcement"], _ANNOUNCEMENT["how"], _THANKS["words"])
)  # fmt: skip
_NOUN_ALONE = ADDRESS | _GREETING | _NOUNS | word_set(_ANNOUNCEMENT["another"])
_THANKFUL = (
    _POLITE | _PRAISE_CORE | _CHATTER_CORE
    | word_set(_FILLERS["thanks"], _FILLERS["praise"], _THANKS["words"], _PRAISE["words"], _CHATTER["words"])
)  # fmt: skip


def small_talk(said: Words) -> Kind | None:
    """Say what kind of small talk a text is, or None for words that somebody must read."""
    words = said.words
    if not words:
        return "no_words"
    if len(words) > limits.SMALL_TALK:
        return None
    if _announces(words):
        return "announcement"
    return _courtesy(words) if _all_in(words, _THANKFUL) else None


def adds_nothing(words: Sequence[str]) -> bool:
    """Tell whether words only address, greet or announce: what stands before a complaint and beside a command."""
    return _all_in(words, _ANNOUNCES)


def _announces(words: Sequence[str]) -> bool:
    if len(words) > 1 and words[-1] in _TAGS:
        words = words[:-1]
    if not _all_in(words, _ANNOUNCES):
        return False
    nouns = [at for at, word in enumerate(words) if is_one_of(word, _NOUNS)]
    if any(is_one_of(word, _MINE) for at in nouns for word in words[at + 1 : at + 2]):
        return False
    if nouns:
        return _all_in(words, _NOUN_ALONE) or any(is_one_of(word, _MAKERS) for word in words[: nouns[0]])
    return any(is_one_of(word, _VERBS) for word in words)


def _courtesy(words: Sequence[str]) -> Kind | None:
    """Name the kind by its own words; the kinds that ask for nothing come before the greeting that is answered."""
    line = f" {' '.join(words)} "
    if any(phrase in line for phrase in _THANKS_PHRASES) or any(is_one_of(word, _THANKS_WORDS) for word in words):
        return "thanks"
    if any(is_one_of(word, _PRAISE_CORE) for word in words) or any(phrase in line for phrase in _PRAISE_PHRASES):
        return "praise"
    if any(is_one_of(word, _GREETING_CORE) for word in words) or _all_in(words, ADDRESS):
        return "greeting"
    return "chatter" if any(is_one_of(word, _CHATTER_CORE) for word in words) else None


def _all_in(words: Sequence[str], listed: frozenset[str]) -> bool:
    return all(is_one_of(word, listed) for word in words)
