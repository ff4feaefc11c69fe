"""What happens to an invented complaint: each function is one fact, as another service would tell it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.regencies.complaint import Complaint, after, opened
from services.regencies.rules import tell
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.directory import directory
from shared.events import (
    Actor,
    AgencyRef,
    AttachmentRef,
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintAssigned,
    ComplaintDeadlinesChanged,
    ComplaintEvent,
    ComplaintMarked,
    ComplaintMirrored,
    ComplaintReceived,
    ComplaintRouted,
    ComplaintSharedWithRegion,
    ComplaintStatusChanged,
    ComplaintUnsealed,
    ComplaintVerified,
    Deadline,
    DetectedPlace,
    Place,
    RegionEvent,
)

MORNING = datetime(2026, 11, 9, 1, 42, 7, tzinfo=UTC)
NOW = MORNING + timedelta(hours=1)
HOUSE = Actor(kind="machine", id="test")
TEXT = "Jembatan kayu di Pringgasela lapuk. Hubungi Ibu Rahmawati Contohsari di 081912345678."
MASK = "mask of the tests"


def received(complaint: UUID | None = None, **changes: Any) -> ComplaintReceived:
    values: dict[str, Any] = {
        "complaint_id": complaint or new_id(),
        "ticket": new_ticket(),
        "channel": "sms",
        "account": "1708-of-the-province",
        "surface": "sms",
        "conversation_id": new_id(),
        "message_id": new_id(),
        "text": TEXT,
        "language": "id",
        "attachments": (AttachmentRef(id=new_id(), kind="image", media_type="image/jpeg", sha256="5f" * 32, size=10),),
        "received_at": MORNING,
        "reporter": new_id(),
        "anonymous": False,
        "secret": False,
        "sealed": False,
    }
    return ComplaintReceived(**values | changes)


def routed(about: ComplaintEvent, region: str | None = "52.03.12", agency: str = "52.03.PUPR") -> ComplaintRouted:
    return ComplaintRouted(
        **about_(about),
        agency=named(agency),
        affair="jalan",
        level="regency",
        place=found(region),
        confidence=0.91,
        candidates=(),
        reasons=("Urusan: jalan.",),
        rules_version="rules+1",
        directory_version="2026-11-09+5d20c1ae",
        decided_at=MORNING,
    )


def assigned(
    about: ComplaintEvent, region: str | None = "52.03.12", agency: str = "52.03.PUPR", **changes: Any
) -> ComplaintAssigned:
    values: dict[str, Any] = {
        "agency": named(agency),
        "affair": "jalan",
        "level": "regency",
        "place": found(region),
        "confidence": None,
        "reasons": ("Urusan: jalan.",),
        "actor": HOUSE,
        "sealed": False,
        "assigned_at": MORNING + timedelta(seconds=1),
    }
    return ComplaintAssigned(**about_(about), **values | changes)


def verified(about: ComplaintEvent) -> ComplaintVerified:
    return ComplaintVerified(**about_(about), actor=HOUSE, version=3, verified_at=MORNING + timedelta(seconds=2))


def moved(about: ComplaintEvent, state: str = "in_progress", **changes: Any) -> ComplaintStatusChanged:
    return ComplaintStatusChanged(
        **about_(about),
        **{"actor": HOUSE, **changes},
        previous="assigned",
        state=state,
        version=4,
        changed_at=MORNING + timedelta(minutes=5),
    )


def clocked(about: ComplaintEvent, **outcomes: str) -> ComplaintDeadlinesChanged:
    """Say how clocks stand; what stands still has no time."""
    deadlines = (
        Deadline(clock=clock, due_at=None if outcome == "stopped" else MORNING + timedelta(days=7), outcome=outcome)
        for clock, outcome in outcomes.items()
    )
    return ComplaintDeadlinesChanged(**about_(about), deadlines=tuple(deadlines), because="moved", changed_at=MORNING)


def mirrored(about: ComplaintEvent, lapor_id: str = "9165816") -> ComplaintMirrored:
    return ComplaintMirrored(**about_(about), lapor_id=lapor_id, actor=HOUSE, mirrored_at=MORNING)


def appended(about: ComplaintReceived, **changes: Any) -> ComplaintAppended:
    values: dict[str, Any] = {
        "channel": about.channel,
        "account": about.account,
        "surface": about.surface,
        "conversation_id": about.conversation_id,
        "message_id": new_id(),
        "author": "citizen",
        "text": "Kata Ibu Rahmawati Contohsari sudah patah.",
        "received_at": NOW,
        "sealed": about.sealed,
        "rule": "within_window",
    }
    return ComplaintAppended(**about_(about), **values | changes)


def amended(about: ComplaintReceived, **changes: Any) -> ComplaintAmended:
    values: dict[str, Any] = {
        "message_id": about.message_id,
        "change": "edited",
        "text": "Jembatan bambu di Pringgasela lapuk.",
        "sealed": about.sealed,
        "amended_at": NOW,
    }
    return ComplaintAmended(**about_(about), **values | changes)


def settled(about: ComplaintEvent, attachment: AttachmentRef, **changes: Any) -> AttachmentSettled:
    facts = attachment.model_copy(update={"media_type": "image/webp", "sha256": "ab" * 32, "size": 77} | changes)
    return AttachmentSettled(**about_(about), attachment=facts, state="stored", settled_at=NOW)


def about_(event: ComplaintEvent) -> dict[str, Any]:
    return {"complaint_id": event.complaint_id, "ticket": event.ticket}


def named(key: str) -> AgencyRef:
    agency = directory().agency(key, on=directory().known_from)
    return AgencyRef(key=key, name=agency.name if agency else key)


def found(region: str | None) -> Place:
    if region is None:
        return Place()
    return Place(detected=DetectedPlace(region_code=region, name=f"di {region}", confidence=0.94, evidence=()))


class Regions:
    """What the regions were told, and what each of them therefore holds."""

    def __init__(self) -> None:
        self.complaint: Complaint | None = None
        self.told: list[RegionEvent] = []
        self.held: dict[str, ComplaintSharedWithRegion] = {}
        self.counted: defaultdict[str, list[str]] = defaultdict(list)

    def hear(self, *facts: ComplaintEvent) -> list[RegionEvent]:
        """Let the facts happen; return what the regions were told of the last one."""
        new: list[RegionEvent] = []
        for fact in facts:
            if isinstance(fact, ComplaintReceived):
                text = None if fact.secret or fact.sealed else "masked"
                self.complaint = opened(fact, text=text, mask_version=MASK)
                continue
            assert self.complaint is not None
            self.complaint, events = tell(after(self.complaint, fact), directory(), NOW)
            new = list(events)
            self._take(new)
        return new

    def _take(self, events: Iterable[RegionEvent]) -> None:
        for event in events:
            self.told.append(event)
            if isinstance(event, ComplaintSharedWithRegion):
                assert self.held.get(event.region) != event, "the region knew that already"
                self.held[event.region] = event
            else:
                assert event.region in self.held, "the region never held it"
                del self.held[event.region]


def marked(about: ComplaintEvent, *, anonymous: bool = False, secret: bool = False) -> ComplaintMarked:
    return ComplaintMarked(
        **about_(about), anonymous=anonymous, secret=secret, reason="Menyebut orang.", actor=HOUSE, marked_at=MORNING
    )


def unsealed(about: ComplaintEvent) -> ComplaintUnsealed:
    return ComplaintUnsealed(**about_(about), reason="Bukan pungutan.", actor=HOUSE, unsealed_at=NOW)
