"""What happens to a made-up complaint, as events."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.events import (
    LAPOR,
    Actor,
    AgencyRef,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintDeadlinesChanged,
    ComplaintEscalated,
    ComplaintEvent,
    ComplaintFollowedUp,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintRouted,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ComplaintVerified,
    ComplaintWithdrawn,
    Deadline,
    DetectedPlace,
    GivenPlace,
    Place,
)

T = TypeVar("T", bound=ComplaintEvent)
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
OFFICER = Actor(kind="officer", id="an-account")
MACHINE = Actor(kind="machine", id="a.rule")
SYSTEM = Actor(kind="service", id="an-agencys-own-system")
APP = Actor(kind="channel", id="facebook")
AT_LAPOR = Actor(kind="channel", id=LAPOR)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def received(**changes) -> ComplaintReceived:
    values: dict[str, Any] = {
        "complaint_id": new_id(),
        "ticket": new_ticket(),
        "channel": "sms",
        "account": "1708",
        "surface": "sms",
        "conversation_id": new_id(),
        "message_id": new_id(),
        "text": "Atap kelas di Selong bocor.",
        "language": "id",
        "place": Place(given=GivenPlace(region_code="52.03")),
        "received_at": NOW,
        "reporter": new_id(),
        "anonymous": False,
        "secret": False,
        "sealed": False,
    }
    return ComplaintReceived(**values | changes)


def _of(model: type[T], about: ComplaintEvent, **values: Any) -> T:
    return model(complaint_id=about.complaint_id, ticket=about.ticket, **values)


def agency_of(key: str) -> AgencyRef:
    return AgencyRef(key=key, name=key)


def routed(about, *, kind="pengaduan", affair="pendidikan", region="52.71.01") -> ComplaintRouted:
    place = Place(detected=DetectedPlace(region_code=region, name="x", confidence=0.9, evidence=()))
    values = {"agency": agency_of("NTB.DIKPORA"), "affair": affair, "level": "province", "place": place, "kind": kind}
    values |= {"confidence": 0.9, "candidates": (), "reasons": ("x",), "rules_version": "1", "directory_version": "1"}
    return _of(ComplaintRouted, about, **values, decided_at=at(0))


def assigned(
    about, agency="NTB.DIKPORA", *, hours=1.0, sealed=False, kind="pengaduan", affair="pendidikan"
) -> ComplaintAssigned:
    values = {"agency": agency_of(agency), "affair": "pendidikan", "level": "province", "place": Place()}
    values |= {"kind": kind, "confidence": None, "reasons": ("x",), "actor": OFFICER, "sealed": sealed}
    return _of(ComplaintAssigned, about, **values, assigned_at=at(hours))


def verified(about, *, hours=1.0) -> ComplaintVerified:
    return _of(ComplaintVerified, about, actor=OFFICER, version=2, verified_at=at(hours))


def moved(about, state, *, hours=2.0, reason_code=None, actor=OFFICER) -> ComplaintStatusChanged:
    values = {"previous": "assigned", "state": state, "actor": actor, "version": 3, "reason_code": reason_code}
    return _of(ComplaintStatusChanged, about, **values, changed_at=at(hours))


def followed_up(about, *, hours=3.0, actor=OFFICER) -> ComplaintFollowedUp:
    values = {"follow_up_id": new_id(), "agency": agency_of("NTB.DIKPORA"), "action": "repair", "text": "Sudah."}
    return _of(ComplaintFollowedUp, about, **values, actor=actor, followed_up_at=at(hours))


def answered(about, *, hours=5.0, actor=OFFICER, warnings=(), agency="NTB.DIKPORA") -> ComplaintAnswered:
    values = {"agency": agency_of(agency) if agency else None, "text": "Sudah kami perbaiki.", "actor": actor}
    return _of(ComplaintAnswered, about, **values, answered_at=at(hours), warnings=warnings)


def deadlines(about, **outcomes) -> ComplaintDeadlinesChanged:
    those = tuple(Deadline(clock=clock, due_at=None, outcome=outcome) for clock, outcome in outcomes.items())
    return _of(ComplaintDeadlinesChanged, about, deadlines=those, because="moved", changed_at=at(6))


def escalated(about, *, clock="follow_up", due=6.0, hours=6.0) -> ComplaintEscalated:
    values = {"clock": clock, "step": "a_step", "audience": "leader", "due_at": at(due), "escalated_at": at(hours)}
    return _of(ComplaintEscalated, about, **values)


def rated(about, rating) -> ComplaintRated:
    return _of(ComplaintRated, about, rating=rating, rated_at=at(8))


def withdrawn(about, *, hours=1.5) -> ComplaintWithdrawn:
    return _of(ComplaintWithdrawn, about, message_id=new_id(), withdrawn_at=at(hours))


def resumed(about, *, hours=1.7) -> ComplaintResumed:
    return _of(ComplaintResumed, about, message_id=new_id(), resumed_at=at(hours))


def sealing_words(about) -> ComplaintAppended:
    values = {"channel": "sms", "account": "1708", "surface": "sms", "conversation_id": new_id(), "author": "citizen"}
    values |= {"message_id": new_id(), "text": "x", "received_at": at(2), "sealed": True, "rule": "x"}
    return _of(ComplaintAppended, about, **values)


def unsealed(about) -> ComplaintUnsealed:
    return _of(ComplaintUnsealed, about, reason="x", actor=OFFICER, unsealed_at=at(4))
