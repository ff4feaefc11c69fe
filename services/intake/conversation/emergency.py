"""Tells danger to life now from what is over, feared, usual, practised or only a figure of speech.

The words are listed in `tables/emergency.toml`. A false alarm costs a sentence about 112 and a flag that an officer
takes off, a miss may cost more: where nothing speaks against it, a word of danger is believed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from ahocorasick_rs import AhoCorasick

from services.intake.conversation.words import Words, table, word_set

_TABLE: dict[str, Any] = table("emergency")
_SIGNS = _TABLE["signs"]
_NOW = word_set(_SIGNS["now"])
_CALLS = word_set(_SIGNS["calls"])
_PAST = word_set(_SIGNS["past"])
_HABIT = word_set(_SIGNS["habit"])
_MAYBE = word_set(_SIGNS["maybe"])
_NEGATION = word_set(_SIGNS["negation"])
_DRILL = frozenset(_SIGNS["drill"])
_NOW_PHRASES = tuple(f" {phrase} " for phrase in _SIGNS["now_phrases"])
_PAST_PHRASES = tuple(f" {phrase} " for phrase in _SIGNS["past_phrases"])
_SENTENCE = re.compile(r"[.!?;\n]+")
_WORD = re.compile(r"[^\W_]+")
_THRICE = AhoCorasick([letter * 3 for letter in ascii_lowercase])
_STRETCHED = re.compile(r"([a-z])\1{2,}")
"""A word that is shouted: `kebakaraaan`."""
_NEAR, _BESIDE, _CALLED = 6, 2, 4
"""Words between what belongs together, what changes a word's meaning, and a call for help and its cause."""


@dataclass(frozen=True, slots=True)
class _Danger:
    near: frozenset[str]
    next: frozenset[str]
    now: bool
    certain: bool
    """Wishing it is danger enough."""
    not_before: frozenset[str]
    not_after: frozenset[str]
    not_near: frozenset[str]

    def is_meant(self, words: Sequence[str], at: int) -> bool:
        """Tell whether the word at this place of a sentence means this danger."""
        around = {*words[max(0, at - _NEAR) : at], *words[at + 1 : at + 1 + _NEAR]}
        before, after = words[max(0, at - _BESIDE) : at], words[at + 1 : at + 1 + _BESIDE]
        if (self.near and self.near.isdisjoint(around)) or (self.next and self.next.isdisjoint(after[:1])):
            return False
        if not (self.not_before.isdisjoint(before) and self.not_after.isdisjoint(after)):
            return False
        if not (self.not_near.isdisjoint(words) and _NEGATION.isdisjoint(before)):
            return False
        return self._is_now(words, at)

    def _is_now(self, words: Sequence[str], at: int) -> bool:
        line = f" {' '.join(words)} "
        happening = not _NOW.isdisjoint(words) or any(phrase in line for phrase in _NOW_PHRASES)
        if not self.certain and not _MAYBE.isdisjoint(words[max(0, at - _NEAR) : at]):
            return False
        over = not (_PAST.isdisjoint(words) and _HABIT.isdisjoint(words)) or any(p in line for p in _PAST_PHRASES)
        if over and not happening:
            return False
        return not self.now or happening or not _CALLS.isdisjoint(words[max(0, at - _CALLED) : at])


def _read() -> dict[str, list[_Danger]]:
    found: dict[str, list[_Danger]] = {}
    for row in _TABLE["danger"]:
        listed = {key: word_set(row.get(key, "")) for key in ("near", "next", "not_before", "not_after", "not_near")}
        danger = _Danger(now=row.get("now", False), certain=row.get("certain", False), **listed)
        for word in row["words"].split():
            found.setdefault(word, []).append(danger)
    return found


_DANGERS = _read()
_TRIGGERS = frozenset(_DANGERS)


def is_emergency(said: Words) -> bool:
    """Tell whether a text says that somebody is in danger of life or limb now."""
    text, words = said.text, said.words
    if _THRICE.find_matches_as_indexes(text):
        text = _STRETCHED.sub(r"\1", text)
        words = tuple(_WORD.findall(text))
    if _TRIGGERS.isdisjoint(words) or not _DRILL.isdisjoint(words):
        return False
    return any(map(_is_dangerous, _SENTENCE.split(text)))


def _is_dangerous(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    return any(danger.is_meant(words, at) for at, word in enumerate(words) for danger in _DANGERS.get(word, ()))
