"""Both sides compared: only here, only there, different status, perhaps double, in doubt. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, TypeVar, get_args

from deploy.reconcile.lapor.sides import (
    Arrival,
    Finding,
    Looked,
    Mirror,
    Ours,
    Place,
    Report,
    Shown,
    TheirPlace,
    Theirs,
)
from services.lapor.keeping import MAY_BE_NUMBERED, OPEN_AGAIN
from services.lapor.rules import is_the_same

PATIENCE: Final = timedelta(days=1)
"""So long a complaint may be without a number, or an arrival without its complaint, and nobody is told."""
Name = TypeVar("Name", bound=str)
_SAME_WORDS_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Judged:
    place: Place
    what: str = ""
    lapor_id: str | None = None


def compare(ours: Ours, theirs: Theirs, now: datetime) -> Report:
    """Compare. Each complaint of ours and each on LAPOR!'s list is counted once; doubles are named besides."""
    by_ticket = _by_ticket(theirs)
    judged = [(one, _judge(one, theirs, by_ticket.get(one.ticket, ()), now)) for one in ours.mirrors]
    findings = [
        Finding(section=verdict.place, ticket=one.ticket, lapor_id=verdict.lapor_id or one.lapor_id, what=verdict.what)
        for one, verdict in judged
        if verdict.place in {"only_here", "different_status", "in_doubt"}
    ]
    their_places = _their_places(ours, theirs)
    findings += _strangers(theirs, their_places)
    findings += [found for one in ours.arrivals if (found := _stuck(one, now)) is not None]
    findings += _doubles(ours, by_ticket)
    findings += _same_words(ours, theirs, their_places)
    return Report(
        findings=tuple(findings),
        ours=_counted((verdict.place for _, verdict in judged), get_args(Place)),
        theirs=None if theirs.listed is None else _counted(their_places.values(), get_args(TheirPlace)),
    )


def _judge(one: Mirror, theirs: Theirs, bearing: Iterable[Shown], now: datetime) -> _Judged:
    if one.lapor_id is not None:
        return _numbered(one, theirs)
    there = next(iter(bearing), None)
    if one.state == "perhaps_created":
        return _doubtful(one, there)
    if there is not None and one.state != "posting":
        return _there_without_a_number(one, there)
    if one.state == "withheld":
        return _Judged("withheld")
    if one.state != "posting" and one.since is not None and now - one.since > PATIENCE:
        days = (now - one.since).days
        return _Judged("only_here", f"{one.state} for {days} day{'s' * (days > 1)} without a number{_because(one)}")
    return _Judged("no_number_yet")


def _numbered(one: Mirror, theirs: Theirs) -> _Judged:
    shown = _shown(one, theirs)
    if shown is None:
        missing = theirs.listed is not None and theirs.whole and not _newer(one.mirrored_at, theirs.began_at)
        return (
            _Judged("only_here", "not on LAPOR!'s list, and not asked for by itself")
            if missing
            else _Judged("not_asked")
        )
    if _newer(one.looked_at, shown.at):
        return _Judged("even")
    if shown.status is None:
        return _Judged("only_here", "LAPOR! does not know this number")
    if one.status is not None and _plain(one.status) != _plain(shown.status):
        return _Judged("different_status", f"there “{shown.status}”, here “{one.status}”{_next_look(one, shown.at)}")
    if one.status is None and one.due_at is not None and one.due_at + PATIENCE < shown.at:
        return _Judged("different_status", f"there “{shown.status}”, never looked at{_next_look(one, shown.at)}")
    return _Judged("even")


def _shown(one: Mirror, theirs: Theirs) -> Looked | None:
    assert one.lapor_id is not None  # noqa: S101 - for the type
    asked = theirs.looked.get(one.lapor_id)
    listed = (theirs.listed or {}).get(one.lapor_id)
    return asked or (Looked(listed.status, listed.at) if listed and listed.status else None)


def _doubtful(one: Mirror, there: Shown | None) -> _Judged:
    if there is None:
        return _Judged("in_doubt", one.reason or "nobody knows")
    same = is_the_same(one.words, title=there.title, content=there.content)
    words = "our words" if same else "other words than ours"
    return _Judged("in_doubt", f"LAPOR! lists its ticket under this number, with {words}", there.lapor_id)


def _there_without_a_number(one: Mirror, there: Shown) -> _Judged:
    """Judge what bears our ticket on LAPOR!'s list: an officer may have typed it in, or it should not be there."""
    if one.state in MAY_BE_NUMBERED or (one.state == "withheld" and one.reason in OPEN_AGAIN):
        return _Judged("in_doubt", f"{one.state} here; LAPOR! lists its ticket under this number", there.lapor_id)
    return _Judged("different_status", f"{one.state} here{_because(one)}, and there “{there.status}”", there.lapor_id)


def _their_places(ours: Ours, theirs: Theirs) -> dict[str, TheirPlace]:
    numbers, tickets = {one.lapor_id for one in ours.mirrors}, {one.ticket for one in ours.mirrors}
    arrived = {one.lapor_id for one in ours.arrivals}

    def place(one: Shown) -> TheirPlace:
        if one.lapor_id in numbers:
            return "ours_by_number"
        if one.lapor_id in arrived:
            return "arrived"
        return "ours_by_ticket" if one.ticket in tickets else "only_there"

    return {number: place(one) for number, one in (theirs.listed or {}).items()}


def _strangers(theirs: Theirs, places: Mapping[str, TheirPlace]) -> Iterator[Finding]:
    for number, one in (theirs.listed or {}).items():
        if places[number] == "only_there":
            bears = f", bears {one.ticket}, which the mirror does not know" if one.ticket else ""
            yield Finding(
                section="only_there", ticket=one.ticket, lapor_id=number, what=f"“{one.status or 'no status'}”{bears}"
            )


def _stuck(one: Arrival, now: datetime) -> Finding | None:
    late = now - one.arrived_at > PATIENCE
    what = ""
    if one.state == "refused":
        what = "arrived, and intake refused it"
    elif one.state == "queued" and late:
        what = "arrived, and was not handed to intake for a day"
    elif one.state == "accepted" and one.linked_at is None and late:
        what = "is a complaint here, whose mirror has not got this number for a day"
    if not what:
        return None
    because = f": {one.reason}" if one.reason else ""
    return Finding(section="only_there", ticket=one.ticket, lapor_id=one.lapor_id, what=f"{what}{because}")


def _doubles(ours: Ours, by_ticket: Mapping[str, Iterable[Shown]]) -> Iterator[Finding]:
    pairs = {(one.ticket, one.lapor_id) for one in ours.mirrors if one.lapor_id}
    pairs |= {(one.ticket, one.lapor_id) for one in ours.arrivals if one.ticket}
    pairs |= {(one.ticket, one.lapor_id) for one in ours.notices}
    pairs |= {(ticket, one.lapor_id) for ticket, found in by_ticket.items() for one in found}
    numbers, tickets = defaultdict(set), defaultdict(set)
    for ticket, number in pairs:
        numbers[ticket].add(number)
        tickets[number].add(ticket)
    for ticket, found in sorted(numbers.items()):
        if len(found) > 1:
            what = f"{len(found)} numbers bear this ticket: {', '.join(sorted(found))}"
            yield Finding(section="perhaps_double", ticket=ticket, lapor_id=None, what=what)
    for number, found in sorted(tickets.items()):
        if len(found) > 1:
            what = f"{len(found)} complaints of ours have this number: {', '.join(sorted(found))}"
            yield Finding(section="perhaps_double", ticket=None, lapor_id=number, what=what)


def _same_words(ours: Ours, theirs: Theirs, places: Mapping[str, TheirPlace]) -> Iterator[Finding]:
    """Name what citizens filed at LAPOR! twice within a day, word for word."""
    arrived: dict[str, tuple[str | None, datetime]] = {}
    for number, one in (theirs.listed or {}).items():
        if places[number] in {"arrived", "only_there"} and one.filed_at is not None:
            arrived[number] = (one.digest, one.filed_at)
    for arrival in ours.arrivals:
        arrived.setdefault(arrival.lapor_id, (arrival.digest, arrival.filed_at or arrival.arrived_at))
    alike: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for number, (digest, filed_at) in arrived.items():
        if digest is not None:
            alike[digest].append((filed_at, number))
    for group in alike.values():
        for (earlier, first), (later, second) in pairwise(sorted(group)):
            if later - earlier <= _SAME_WORDS_WITHIN:
                what = f"the same words as {first}, within a day"
                yield Finding(section="perhaps_double", ticket=None, lapor_id=second, what=what)


def _by_ticket(theirs: Theirs) -> dict[str, list[Shown]]:
    found: dict[str, list[Shown]] = {}
    for one in (theirs.listed or {}).values():
        if one.ticket is not None:
            found.setdefault(one.ticket, []).append(one)
    return found


def _counted(found: Iterable[Name], names: tuple[Name, ...]) -> dict[Name, int]:
    counted = Counter(found)
    return {name: counted[name] for name in names}


def _because(one: Mirror) -> str:
    return f" ({one.reason})" if one.reason else ""


def _next_look(one: Mirror, at: datetime) -> str:
    if one.due_at is None:
        return ""
    return "; its next look is overdue" if one.due_at < at else "; its next look will see it"


def _newer(ours: datetime | None, theirs: datetime) -> bool:
    return ours is not None and ours >= theirs


def _plain(status: str) -> str:
    return " ".join(status.casefold().split())
