"""What a complaint lacks: where, what, when; and which of our questions a text answers."""

import re
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from typing import Any

from services.intake.conversation import limits
from services.intake.conversation.situation import Question
from services.intake.conversation.words import Words, table, word_set
from shared.channels import InboundMessage
from shared.directory.regions import regencies

_TABLE: dict[str, Any] = table("missing")
_DIRECTIONS = frozenset({"kabupaten", "kota", "barat", "tengah", "timur", "utara"})
_REGENCIES = " ".join(name.lower() for one in regencies() for name in (one.name, *one.short_names))
_PLACES = word_set(_TABLE["where"]["alone"], _TABLE["where"]["kecamatan"], _REGENCIES) - _DIRECTIONS
_ROADS = frozenset({"jl", "jln", "gili"})
_BEFORE_A_NAME = word_set(_TABLE["where"]["before_a_name"], _TABLE["where"]["beside"])
_NO_NAME = word_set(_TABLE["where"]["no_name"])
_NO_PLACE = word_set(_TABLE["where"]["not_after_di"])
_NO_CONTENT = word_set(_TABLE["what"]["not_content"]) | _DIRECTIONS
_EVENTS = word_set(_TABLE["when"]["events"])
_USUAL = word_set(_TABLE["when"]["usual"])
_WISHES = frozenset({"selamat", "slamat", "slmt", "slm", "met", "good"})
"""Before a time of day these greet: "selamat siang" says no time."""
_TIMES = word_set(_TABLE["when"]["cues"])
_DATE = re.compile(
    r"\b(?:\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|(?:19|20)\d\d|\d+ ?(?:hr|hari|minggu|mgg|bulan|bln|jam|thn|tahun))\b"
)
_VERB = re.compile(r"\w+(?:kan|i)")
"""`di perbaikan`, `di lalui`: a verb written apart rather than a place, unless it is written like a name."""


def missing(message: InboundMessage, said: Words) -> tuple[Question, ...]:
    """Return what the citizen is asked for: where first, when only of what happened once, two at most."""
    lacks: list[Question] = []
    if not (has_place(message) or names_place(message.text, said)):
        lacks.append("where")
    if not says_what(said):
        lacks.append("what")
    if message.incident_time is None and _happened_once(said) and not names_time(said):
        lacks.append("when")
    return tuple(lacks[: limits.ASKS])


def answered(message: InboundMessage, said: Words, asked: Collection[Question]) -> tuple[Question, ...]:
    """Return which of our questions a message plainly answers, in the order in which they were asked."""
    tells = {
        "where": lambda: has_place(message) or names_place(message.text, said),
        "what": lambda: says_what(said),
        "when": lambda: message.incident_time is not None or names_time(said),
    }
    return tuple(question for question in asked if tells[question]())


def tells_something(message: InboundMessage, said: Words) -> bool:
    """Tell whether a place, a number or a time is in a message: an answer, though every word of it be small talk."""
    if has_place(message) or names_place(message.text, said) or any(map(str.isdigit, said.words)):
        return True
    told = tuple(word for before, word in pairwise(("", *said.words)) if before not in _WISHES)
    return names_time(replace(said, words=told))


def has_place(message: InboundMessage) -> bool:
    """Tell whether a place was given apart from the words."""
    place = message.place
    return bool(
        place.region_code
        or place.description
        or place.latitude is not None
        or any(one.kind == "location" for one in message.attachments)
    )


def names_place(text: str, said: Words) -> bool:
    """Tell whether a text says where, by a word of place: `jl`, `desa …`, `depan …`, `di Praya`, a regency's name."""
    words = said.words
    if not _PLACES.isdisjoint(words):
        return True
    return any(_are_place(before, name, text) for before, name in pairwise(words))


def _are_place(before: str, name: str, text: str) -> bool:
    if name in _NO_NAME:
        return False
    if before == "jalan":
        return name.capitalize() in text
    if before != "di":
        return before in _BEFORE_A_NAME
    if name in _NO_PLACE or name in _BEFORE_A_NAME or name.isdigit():
        return False
    return not _VERB.fullmatch(name) or name.capitalize() in text


def says_what(said: Words) -> bool:
    """Tell whether a text says what it is about: two words that are not politeness, place or time, one beside a place.

    "Pipa bocor" and "lubang di Jl Pejanggik" do, "mohon dibantu" and "Praya" do not.
    """
    content, places, named = 0, 0, False
    for word in said.words:
        is_name, named = named, False
        if word in _PLACES or word in _BEFORE_A_NAME:
            places += 1
            named = word in _BEFORE_A_NAME or word in _ROADS
        elif not (is_name or word in _NO_CONTENT or word in _TIMES or word.isdigit()):
            content += 1
        if content + min(places, 1) > 1 and content:
            return True
    return False


def names_time(said: Words) -> bool:
    """Tell whether a text says when: a day, an hour, "sejak", "kemarin", a date."""
    return not _TIMES.isdisjoint(said.words) or _DATE.search(said.text) is not None


def _happened_once(said: Words) -> bool:
    return not _EVENTS.isdisjoint(said.words) and _USUAL.isdisjoint(said.words)
