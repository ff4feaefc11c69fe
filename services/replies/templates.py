"""What we say to citizens: kind and short. Each text is chosen by event, place and language, and filled in here. Pure.

A public acknowledgement holds nothing of the complaint, no name and no agency. Where even that somebody complained
stays between them and us, it is called a message (pesan): nobody who looks over their shoulder learns more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import product
from string import Formatter
from typing import Any, Literal

from services.replies.forms import FORMS
from services.replies.words import SHIPPED, Key, Words, shipped
from shared.channels.alphabet import count_parts, is_gsm
from shared.core.settings import SettingsError
from shared.core.ticket import PREFIX
from shared.events import STATE_WORDS

Place = Literal["sms", "direct", "public", "private"]
ASKS = ("what", "where", "when")
_LONGEST_TICKET = f"{PREFIX}XXXX-XXXXX"
_SENTENCES = frozenset({"answer", "answer_unsigned", "question", "assigned", "followed_up"})
"""What holds words or a name of others: nobody can promise that it is one SMS."""
_RATED = frozenset({"answer", "answer_unsigned"})
ROOM = {"facebook": 2000, "instagram": 1000}
"""Bytes of UTF-8 that a channel takes at least; an answer that fills them does not ask for its rating besides."""
_LEAST_ROOM = min(ROOM.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a message is about, kept with it: it is said anew in other words when the complaint is sealed meanwhile."""

    ticket: str | None
    asks: tuple[str, ...] = ()
    """What its citizen is asked for: what, where, when."""
    emergency: bool = False
    agency: str | None = None
    text: str = ""
    """An officer's own words, or an institution's."""
    reason: str | None = None
    """Why, as casework's code."""
    state: str | None = None
    answer_by: str | None = None
    """A date, ISO 8601, in WITA."""
    rate: bool = False
    """Whether there is an answer that its citizen may rate."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {name: value for name, value in asdict(self).items() if value not in (None, (), "", False)}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Facts":
        """Read what `document` gave."""
        known = {name: document[name] for name in cls.__slots__ if name in document}
        return cls(**{"ticket": None, **known, "asks": tuple(document.get("asks", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where it is said, and in which language (BCP 47)."""

    place: Place
    channel: str = ""
    language: str = "id"


class UnknownPromptError(Exception):
    """Somebody wants something said for which there are no words."""


class Texts:
    """The texts of one installation."""

    def __init__(self, *, status_page: str = "", own: Mapping[Key, str] | None = None) -> None:
        """Take the page where tickets are looked up; raises `SettingsError` when one SMS cannot hold it."""
        self._page = status_page
        self.words = Words()
        for said in self._longest():
            if not fits_one_sms(said):
                raise SettingsError(
                    f"NTBCARE_REPLIES_STATUS_PAGE: with it a message has {len(said)} characters, or some that "
                    "a plain SMS has not; one SMS holds 160. Use a shorter address of plain letters."
                )
        self.words = Words(own)

    def with_own(self, own: Mapping[Key, str]) -> "Texts":
        """Return the same with other texts of an operator's: those are checked one by one, and not refused here."""
        changed = object.__new__(Texts)
        changed._page, changed.words = self._page, Words(own)
        return changed

    def say(self, template: str, facts: Facts, spot: Spot) -> str:
        """Fill in the text; raises `UnknownPromptError`."""
        event = _event(template, facts, spot.place)
        text = self.words.find(event, spot.place, language=spot.language, channel=spot.channel)
        if text is None:
            raise UnknownPromptError(template)
        if event == "emergency_asking":  # help needs nothing else, and who is in danger writes little
            facts = replace(facts, asks=("where",))
        said = self.fill(text, facts, spot.language)
        if event in _RATED and len(said.encode()) > ROOM.get(spot.channel, _LEAST_ROOM):
            return self.fill(text, replace(facts, rate=False), spot.language)
        return said

    def fill(self, text: str, facts: Facts, language: str) -> str:
        """Put the facts into a text of these names; what is not known leaves no gap."""
        values, said = self._values(facts, language), ""
        for words, name, _, _ in Formatter().parse(text):
            said += words
            if name is not None:
                said = said + values[name] if values[name] else said.removesuffix(" ")
        return said.strip()

    def _values(self, facts: Facts, language: str) -> dict[str, str]:
        ticket = facts.ticket or PREFIX
        state = facts.state if facts.state in STATE_WORDS else "received"
        return {
            "ticket": ticket,
            "text": facts.text,
            "agency": facts.agency or self._piece("phrase.agency", language),
            "questions": self._questions(facts.asks, language),
            "reason": self._reason(facts.reason, language),
            "state": self._piece(f"state.{state}", language),
            "about": self._piece("phrase.about" if facts.ticket else "phrase.about_unknown", language, ticket=ticket),
            "deadline": self._deadline(facts.answer_by, language),
            "where": self._where(facts, language),
            "rate": self._piece("phrase.rate", language, ticket=ticket) if facts.rate else "",
        }

    def _piece(self, event: str, language: str, **values: str) -> str:
        return (self.words.piece(event, language=language) or "").format_map(values)

    def _where(self, facts: Facts, language: str) -> str:
        if self._page:
            return self._piece("phrase.where", language, page=self._page)
        return "" if facts.state else self._piece("phrase.nowhere", language)

    def _reason(self, code: str | None, language: str) -> str:
        known = self.words.piece(f"reason.{code}", language=language) if code else None
        return known or self._piece("reason.other", language)

    def _deadline(self, answer_by: str | None, language: str) -> str:
        if answer_by is None:
            return ""
        return self._piece("phrase.deadline", language, date=f"{date.fromisoformat(answer_by):%d-%m-%Y}")

    def _questions(self, asks: Sequence[str], language: str) -> str:
        asked = [self._piece(f"ask.{name}", language) for name in ASKS if name in asks]
        last = self._piece("phrase.and", language)
        if len(asked) <= 2:  # noqa: PLR2004 - "a dan b" needs no comma
            return f" {last} ".join(asked)
        return f"{', '.join(asked[:-1])}, {last} {asked[-1]}"

    def _longest(self) -> Iterator[str]:
        """Return whatever may go out as an SMS, each as long as it can be."""
        longest = Facts(ticket=_LONGEST_TICKET, asks=ASKS, emergency=True)
        for language, event in product(SHIPPED, FORMS.keys() - _SENTENCES):
            for place in {"sms", "private"} & set(FORMS[event].places):
                text = self.words.find(event, place, language=language) or ""
                for facts in _variants(event, longest):
                    yield self.fill(text, facts, language)


def sample(event: str) -> Facts:
    """Return made-up facts of the usual length, for a preview."""
    return Facts(
        ticket="NTB-79E7-3T8DN",
        asks=("where",) if event.startswith("emergency") else ("where", "when"),
        agency="Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Lombok Timur",
        text="Lubang di depan pasar sudah ditambal pagi ini oleh petugas kami.",
        reason="too_general",
        state="in_progress" if event == "status" else None,
        answer_by="2026-12-24",
        rate=event in _RATED,
    )


def place_of(surface: str, *, private: bool, confidential: bool) -> Place:
    """Return where something is said: `private` names nothing; what is for one person is never said in public."""
    if private:
        return "private"
    if surface == "sms":
        return "sms"
    return "public" if surface == "comment" and not confidential else "direct"


def fits_one_sms(text: str) -> bool:
    """Tell whether a text of plain letters goes as one SMS."""
    return is_gsm(text) and count_parts(text) == 1


def _event(template: str, facts: Facts, place: Place) -> str:
    """Return the event of a template: some have two texts. In danger the place is asked for alone."""
    if template == "emergency" or (template == "acknowledgement" and facts.emergency):
        return "emergency_asking" if "where" in facts.asks else "emergency"
    if template == "acknowledgement":
        return "acknowledgement_asking" if set(ASKS) & set(facts.asks) else "acknowledgement"
    if template == "answer":
        return "answer" if facts.agency or place == "private" else "answer_unsigned"
    if template == "closed":
        return "closed" if facts.rate else "ended"
    return template


def _variants(event: str, longest: Facts) -> Iterator[Facts]:
    """Return the facts with which a text may be longest."""
    if event == "status":
        for state in STATE_WORDS:
            yield replace(longest, state=state)
    elif event in {"archived", "rejected"}:
        for key in shipped():
            if key.event.startswith("reason."):
                yield replace(longest, reason=key.event.removeprefix("reason."))
    elif event == "emergency_asking":
        yield replace(longest, asks=("where",))
    else:
        yield longest
        yield replace(longest, ticket=None)
