"""The texts that citizens read, found by event, place and language: an operator's own before the shipped ones. Pure.

The shipped ones stand in `texts/`. A language that lacks a text takes the next of its chain: `sas-id`, `sas`, and in
the end Indonesian, which has all.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.replies.forms import FORMS, PIECE, WordingError, check
from shared.events import STATE_WORDS

DEFAULT = "id"
SHIPPED = ("id", "en")
_FOLDER = Path(__file__).parent / "texts"
_INSTEAD = {"direct": "sms"}
"""Where else a text may be taken from. Never for `public` and `private`: those keep something back."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which text: `place` is one of `forms.PLACES`, perhaps with a channel before it, or `forms.PIECE`."""

    event: str
    place: str
    language: str


class Words:
    """Every text of one installation at one time."""

    def __init__(self, own: Mapping[Key, str] | None = None) -> None:
        """Take an operator's own texts; those that can no longer be said are in `unusable`, and passed over."""
        self._texts = dict(shipped())
        self.unusable: dict[Key, str] = {}
        for key, text in (own or {}).items():
            try:
                check(key.event, key.place, key.language, text)
            except WordingError as error:
                self.unusable[key] = str(error)
            else:
                self._texts[key] = text

    def find(self, event: str, place: str, *, language: str, channel: str = "") -> str | None:
        """Return the text of an event, in the first language of the chain that has one; None where none has."""
        for tag in chain(language):
            for where in _places(place, channel):
                text = self._texts.get(Key(event, where, tag))
                if text is not None:
                    return text
        return None

    def piece(self, event: str, *, language: str) -> str | None:
        """Return a piece of a sentence."""
        return self.find(event, PIECE, language=language)

    def all_keys(self) -> list[Key]:
        """Name every text."""
        return sorted(self._texts)


def chain(language: str) -> Iterator[str]:
    """Yield the languages to look in, for a BCP 47 tag: itself, ever shorter, then Indonesian."""
    parts = language.replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        tag = "-".join(parts[:length])
        if tag != DEFAULT:
            yield tag
    yield DEFAULT


@cache
def shipped() -> Mapping[Key, str]:
    """Return the texts that the house comes with; raises `WordingError` for one that cannot be said."""
    texts = {Key(f"state.{state}", PIECE, DEFAULT): words for state, words in STATE_WORDS.items()}
    for language in SHIPPED:
        texts.update(_read(language))
    for key, text in texts.items():
        check(key.event, key.place, key.language, text)
    return texts


def _read(language: str) -> Iterator[tuple[Key, str]]:
    with (_FOLDER / f"{language}.toml").open("rb") as handle:
        document = tomllib.load(handle)
    for event, places in document.items():
        for place, text in places.items():
            if event in FORMS:
                yield Key(event, place, language), text.strip()
            else:
                yield Key(f"{event}.{place}", PIECE, language), text


def _places(place: str, channel: str) -> Iterator[str]:
    while place:
        if channel:
            yield f"{channel}.{place}"
        yield place
        place = _INSTEAD.get(place, "")
