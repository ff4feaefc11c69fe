"""A complaint as the regions may know it, and what each fact makes of it. Pure.

Nothing of it names or finds a person: words are masked, points rounded, and of a sealed complaint nothing is kept.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.directory.regions import regency_of, region
from shared.events import (
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
    Coordinates,
    DueDate,
    Level,
    LocatedIn,
    Place,
    SharedAttachment,
)

_DECIMALS = 2
"""Of a degree: about a kilometre, a neighbourhood and no house."""


class Said(BaseModel):
    """A message, masked, in its newest form."""

    model_config = ConfigDict(frozen=True)

    message_id: UUID | None
    text: str


class Kept(SharedAttachment):
    """An attachment with the id by which we hear what became of it; the id goes to no region."""

    id: UUID | None = None


class Complaint(BaseModel):
    """What regencies keeps of a complaint. `shared` is what the regions in `regions` hold of it now."""

    model_config = ConfigDict(frozen=True)

    complaint_id: UUID
    ticket: str
    text: str | None = None
    said: tuple[Said, ...] = ()
    mask_version: str
    attachments: tuple[Kept, ...] = ()
    coordinates: Coordinates | None = None
    located_in: LocatedIn | None = None
    affair: str | None = None
    level: Level | None = None
    kind: str | None = None
    urgency: str | None = None
    agency: AgencyRef | None = None
    state: str = "received"
    lapor_id: str | None = None
    anonymous: bool
    secret: bool
    sealed: bool
    received_at: datetime
    verified_at: datetime | None = None
    assigned_at: datetime | None = None
    state_changed_at: datetime
    due_dates: tuple[DueDate, ...] = ()
    regions: tuple[str, ...] = ()
    shared: ComplaintSharedWithRegion | None = None


def opened(event: ComplaintReceived, *, text: str | None, mask_version: str) -> Complaint:
    """Return a complaint as it begins; `text` is the masked one, None where nobody may read it."""
    complaint = Complaint(
        complaint_id=event.complaint_id,
        ticket=event.ticket,
        text=text,
        said=() if text is None else (Said(message_id=event.message_id, text=text),),
        mask_version=mask_version,
        attachments=tuple(map(_kept, event.attachments)),
        anonymous=event.anonymous,
        secret=event.secret,
        sealed=event.sealed,
        received_at=event.received_at,
        state_changed_at=event.received_at,
    )
    return _sealed(complaint) if event.sealed else _with(complaint, **_place(complaint, event.place, None))


def after(
    complaint: Complaint, event: ComplaintEvent, *, masked: str | None = None, mask_version: str = ""
) -> Complaint:
    """Return the complaint after a fact. What is sealed is opened by the Inspectorate's unsealing and nothing else.

    What was wiped by then stays so: facts come again with the assignment that follows, words and attachments with what
    its citizen says later. `masked`: a later message's words; None where nobody may read them.
    """
    if isinstance(event, ComplaintUnsealed):
        return _with(complaint, sealed=False)
    if complaint.sealed:
        told = isinstance(event, ComplaintVerified | ComplaintStatusChanged | ComplaintMarked)
        return _with(complaint, **_learned(complaint, event)) if told else complaint
    if isinstance(event, ComplaintAssigned | ComplaintAppended | ComplaintAmended) and event.sealed:
        return _sealed(complaint)
    if isinstance(event, ComplaintAppended | ComplaintAmended):
        return _with(complaint, **_heard(complaint, event, masked, mask_version))
    return _with(complaint, **_learned(complaint, event))


def _heard(
    complaint: Complaint, event: ComplaintAppended | ComplaintAmended, masked: str | None, mask_version: str
) -> dict[str, Any]:
    """Return what a later message changes; what the agency wrote is no part of the complaint."""
    if event.author != "citizen":
        return {}
    if isinstance(event, ComplaintAmended):
        return _words(complaint, event.message_id, masked, mask_version)
    return {
        **_words(complaint, event.message_id, masked, mask_version),
        "attachments": (*complaint.attachments, *map(_kept, event.attachments)),
        "coordinates": _place(complaint, Place(coordinates=event.place.coordinates), None)["coordinates"],
    }


def _words(complaint: Complaint, message_id: UUID, masked: str | None, mask_version: str) -> dict[str, Any]:
    if masked is None:
        return {}
    new = Said(message_id=message_id, text=masked)
    known = any(one.message_id == message_id for one in complaint.said)
    said = tuple(new if one.message_id == message_id else one for one in complaint.said)
    said = said if known else (*said, new)
    text = "\n\n".join(one.text for one in said if one.text.strip())
    return {"said": said, "text": text, "mask_version": mask_version}


def _kept(attachment: AttachmentRef) -> Kept:
    return Kept(id=attachment.id, kind=attachment.kind, media_type=attachment.media_type, sha256=attachment.sha256)


def _learned(complaint: Complaint, event: ComplaintEvent) -> dict[str, Any]:
    """Return what a fact changes. Routing counts until casework assigned: a late machine overwrites no officer."""
    changes: dict[str, Any] = {}
    match event:
        case ComplaintRouted() if complaint.assigned_at is None:
            weighed = {"kind": event.kind, "urgency": event.urgency}
            changes = {"affair": event.affair, "level": event.level, **weighed}
            changes |= _place(complaint, event.place, event.directory_version)
        case ComplaintAssigned():
            weighed = {"kind": event.kind or complaint.kind, "urgency": event.urgency or complaint.urgency}
            changes = {"affair": event.affair, "level": event.level, "agency": event.agency, **weighed}
            changes |= {**_place(complaint, event.place, None), "assigned_at": event.assigned_at}
        case ComplaintVerified():
            changes = {"verified_at": complaint.verified_at or event.verified_at}
        case ComplaintStatusChanged():
            changes = {"state": event.state, "state_changed_at": event.changed_at}
        case ComplaintDeadlinesChanged():
            changes = {"due_dates": _due_dates(event)}
        case ComplaintMarked():
            changes = {"anonymous": event.anonymous, "secret": event.secret}
        case ComplaintMirrored():
            changes = {"lapor_id": event.lapor_id}
        case AttachmentSettled():
            new = _kept(event.attachment)
            kept = (new if one.id == new.id else one for one in complaint.attachments)
            changes = {"attachments": tuple(kept)}
    return changes


def _due_dates(event: ComplaintDeadlinesChanged) -> tuple[DueDate, ...]:
    """Return what is running; one that stands still has no date."""
    running = (one for one in event.deadlines if one.outcome == "running")
    return tuple(DueDate(step=one.clock, at=one.due_at) for one in running if one.due_at is not None)


def _sealed(complaint: Complaint) -> Complaint:
    """Keep no more than that there is such a complaint, how it stands, and who must be told to forget it."""
    nothing = {
        "text": None,
        "said": (),
        "coordinates": None,
        "located_in": None,
        "affair": None,
        "level": None,
        "kind": None,
        "urgency": None,
        "agency": None,
    }
    return _with(complaint, **nothing, attachments=(), due_dates=(), lapor_id=None, sealed=True)


def _place(complaint: Complaint, place: Place, directory_version: str | None) -> dict[str, Any]:
    """Return where it is: as routing found it, else in the regency that the citizen or an officer gave.

    What a fact does not say stays as it was. Places in the citizen's own words are left out.
    """
    located, point = complaint.located_in, complaint.coordinates
    if place.coordinates is not None:
        point = Coordinates(
            latitude=round(place.coordinates.latitude, _DECIMALS),
            longitude=round(place.coordinates.longitude, _DECIMALS),
        )
    if place.detected is not None:
        found = place.detected
        same = located is not None and located.region_code == found.region_code
        located = LocatedIn(
            region_code=found.region_code,
            name=found.name,
            confidence=found.confidence,
            directory_version=directory_version or (located.directory_version if same and located else None),
        )
    elif (regency := regency_of(place.given.region_code or "")) is not None:
        located = LocatedIn(region_code=regency, name=region(regency).name)
    return {"located_in": located, "coordinates": point}


def _with(complaint: Complaint, **changes: Any) -> Complaint:
    return complaint.model_copy(update=changes)
