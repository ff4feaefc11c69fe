"""What those outside the house hold, as they say themselves: LAPOR!, Meta, the phone, and each region by its own topic.

Nothing here asks the house: LAPOR!'s and Graph's stand-ins are asked what they took, the handset (or Kannel's stand-in)
what reached it, and a reader that knows one region's topic and no other reads that.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from deploy.demo.ledger import read_values
from deploy.local.handset import Handset
from deploy.local.stack import FACEBOOK_PAGE, GRAPH, INSTAGRAM_ACCOUNT, LAPOR, SENDSMS, Stack
from shared.events import REGION_TOPICS
from shared.http.client import AsyncClient

_TICKET = re.compile(r"NTB-[0-9A-Z]{4}-[0-9A-Z]{5}")
ANSWERS = frozenset({"facebook", "instagram", "sms"})
"""The channels that can answer; the app shows the answer by its ticket."""
_KINDS = {
    "follow-up": ("Kabar laporan", "perkembangan atas laporan"),
    "answer": ("Jawaban atas laporan",),
    "ticket": ("kami terima",),
    "passed on": ("teruskan ke ",),
    "closed": (" selesai", "kami tutup"),
}
_SHARED = "complaint.shared_with_region.v1"


@dataclass(frozen=True, slots=True)
class Told:
    """A message of ours that reached somebody: on which channel, about which ticket, what it says."""

    channel: str
    ticket: str
    text: str

    @property
    def what(self) -> str:
        """What it is, by its words: ticket, passed on, follow-up, answer, closed; else other."""
        return next((name for name, words in _KINDS.items() if any(one in self.text for one in words)), "other")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What LAPOR! holds of a ticket: how often, the newest one's number and status, and how many answers of ours."""

    times: int
    number: str
    status: str
    answers: int


@dataclass(slots=True)
class Outside:
    """Everything that left the house."""

    lapor: dict[str, Mirrored] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    regions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """For each region what stands on its topic now: the newest of each complaint that was not withdrawn."""
    followed_up: str = ""
    """The ticket about which an institution wrote a follow-up at LAPOR!."""

    def tickets(self, region: str) -> set[str]:
        """Return the tickets that a region holds."""
        return {one["ticket"] for one in self.regions.get(region, [])}

    def regions_of(self, ticket: str) -> list[str]:
        """Return the regions that hold a ticket."""
        return [region for region in self.regions if ticket in self.tickets(region)]

    def told_of(self, ticket: str) -> list[Told]:
        """Return what was said about a ticket, in order."""
        return [one for one in self.told if one.ticket == ticket]

    def gaps(self, complaints: Iterable["Known"], answered: Iterable[str]) -> list[str]:
        """Compare with what should have left: once each to LAPOR!, to the citizen and to the regions concerned."""
        known, answers = {one.ticket: one for one in complaints}, set(answered)
        gaps = [f"LAPOR! holds what it should not: {ticket}" for ticket in self.lapor.keys() - known.keys()]
        for ticket, one in known.items():
            times, wanted = self.lapor[ticket].times if ticket in self.lapor else 0, int(one.may_leave)
            gaps += [f"LAPOR! holds {ticket} {times} times, not {wanted}"] if times != wanted else []
            heard = self.lapor[ticket].answers if ticket in self.lapor else 0
            if heard != int(ticket in answers and one.may_leave):
                gaps.append(f"LAPOR! holds {heard} answers of ours to {ticket}")
            gaps += self._told_wrongly(ticket, answered=ticket in answers, silent=one.channel not in ANSWERS)
            gaps += [f"{ticket}: told by {by.channel}" for by in self.told_of(ticket) if by.channel != one.channel]
            for region in REGION_TOPICS:
                if (ticket in self.tickets(region)) != (one.may_leave and one.concerns(region)):
                    gaps.append(f"region {region} and {ticket}: there and it should not be, or the other way round")
        return gaps

    def _told_wrongly(self, ticket: str, *, answered: bool, silent: bool) -> list[str]:
        """Compare with what its citizen should hear: the ticket and the answer once, and nothing twice."""
        told = Counter(one.what for one in self.told_of(ticket))
        wanted = {} if silent else {"ticket": 1, **({"answer": 1, "closed": 1} if answered else {})}
        wanted |= {"follow-up": 1} if ticket == self.followed_up else {}
        gaps = [f"the citizen of {ticket} was told {what} twice" for what, times in told.items() if times > 1]
        gaps += [f"the citizen of {ticket} was not told: {what}" for what in wanted.keys() - told.keys()]
        more = told.keys() - wanted.keys() - ({"passed on", "follow-up"} if wanted else set())
        return gaps + [f"the citizen of {ticket} was told what they should not be: {what}" for what in more]


class Known(Protocol):
    """What the operator's window shows of a complaint, as far as it decides what leaves the house."""

    ticket: str
    channel: str

    @property
    def may_leave(self) -> bool:
        """Verified, and not sealed."""

    def concerns(self, region: str) -> bool:
        """Tell whether it is located there, or is the region's agency's."""


class Window:
    """Looks at the stand-ins, the handset and the regions' topics."""

    def __init__(self, stack: Stack, http: AsyncClient, handset: Handset | None) -> None:
        """Take a running stack; `handset` where Kannel itself runs."""
        self._stack = stack
        self._http = http
        self._handset = handset

    async def people_wrote(self, senders: Mapping[str, Iterable[str]]) -> None:
        """Tell Graph's stand-in who has just written on which channel, as Meta would know."""
        accounts = {"facebook": FACEBOOK_PAGE, "instagram": INSTAGRAM_ACCOUNT}
        people = [{"account": accounts[name], "person": one} for name, many in senders.items() for one in many]
        (await self._http.post(f"{self._stack.url(GRAPH)}/_simulator/people", json=people)).raise_for_status()

    async def lapor(self) -> dict[str, Mirrored]:
        """Return what LAPOR! holds, by ticket."""
        held = (await self._http.get(f"{self._stack.url(LAPOR)}/_simulator/complaints")).json()
        found: dict[str, Mirrored] = {}
        for one in held["complaints"]:
            ticket = one["ticket"] or f"#{one['id']}"
            answers = sum("Jawaban" in said["content"] for said in one["followups"])
            found[ticket] = Mirrored(held["per_ticket"].get(ticket, 0), str(one["id"]), one["status"], answers)
        return found

    async def follow_up(self, number: str, words: str) -> None:
        """Let an institution write a follow-up at LAPOR!."""
        url = f"{self._stack.url(LAPOR)}/_simulator/complaints/{number}/followups"
        (await self._http.post(url, json={"content": words})).raise_for_status()

    async def told(self) -> list[Told]:
        """Return what reached citizens."""
        graph = (await self._http.get(f"{self._stack.url(GRAPH)}/_simulator/messages")).json()["messages"]
        said = [Told(one["channel"], _ticket(one["text"]), one["text"]) for one in graph]
        return said + [Told("sms", _ticket(text), text) for text in await self._short_messages()]

    async def regions(self) -> dict[str, list[dict[str, Any]]]:
        """Read every region's topic, each as its own consumer would."""
        found = {}
        for region, topic in REGION_TOPICS.items():
            values = await read_values(self._stack.broker.bootstrap, self._stack.kafka.topic(topic))
            newest = {value["complaint_id"]: (kind, value) for kind, value in values}
            found[region] = [value for kind, value in newest.values() if kind == _SHARED]
        return found

    async def _short_messages(self) -> list[str]:
        if self._handset is not None:
            return [one.text for one in self._handset.received()]
        if self._stack.kannel is not None:
            return []  # nobody has the phone switched on
        taken = (await self._http.get(f"{self._stack.url(SENDSMS)}/_simulator/messages")).json()["messages"]
        return [one["text"] for one in taken]


def _ticket(text: str) -> str:
    found = _TICKET.search(text)
    return found.group() if found else ""
