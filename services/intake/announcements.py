"""The events of intake, made of what was judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.intake.drafts import LONGEST_TEXT, NO_PLACE, event_place
from services.intake.judging import JOINED, Judged
from shared.channels import GivenPlace
from shared.core.sealing import must_seal
from shared.events import AttachmentRef, CitizenPrompted, ComplaintAppended, ComplaintReceived, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message that waited in the database until its words came."""

    message_id: UUID
    conversation_id: UUID
    account: str
    surface: str
    text: str
    place: Place
    attachments: tuple[AttachmentRef, ...]
    event_time: datetime | None
    received_at: datetime

    @property
    def seals(self) -> bool:
        """Whether its words, perhaps edited while it waited, speak of what only the Inspectorate may see."""
        return must_seal(self.text, self.place.given.description or "")


def received(one: Judged, *, channel: str, ticket: str, held: Sequence[Held], sealed: bool) -> ComplaintReceived:
    """Return the normalized complaint: the message that opened it, and what had waited for it."""
    draft, message = one.draft, one.draft.message
    words = [*(mate.text for mate in held), *(mate.text for mate in one.with_it), draft.text]
    text = "\n".join(said for said in words if said.strip())
    attachments = [
        *(reference for mate in held for reference in mate.attachments),
        *(attachment.reference for mate in one.with_it for attachment in mate.attachments),
        *(attachment.reference for attachment in draft.attachments),
    ]
    places = [draft.place, *(mate.place for mate in one.with_it), *(mate.place for mate in held)]
    return ComplaintReceived(
        complaint_id=draft.complaint_id,
        ticket=ticket,
        channel=channel,
        account=message.account,
        surface=message.surface,
        conversation_id=one.conversation.id,
        message_id=draft.message_id,
        text=text[:LONGEST_TEXT],
        text_truncated=len(message.text) > LONGEST_TEXT or len(text) > LONGEST_TEXT,
        language=message.language,
        attachments=tuple(attachments),
        place=_told(_first(places), sealed=sealed),
        event_time=message.event_time,
        incident_time=message.incident_time,
        received_at=draft.received_at,
        reporter=draft.reporter,
        anonymous=message.anonymous,
        secret=message.secret,
        sealed=sealed,
        emergency=one.decision.emergency,
        asks=one.decision.asks,
        rule=one.decision.rule,
        standby=message.standby,
    )


def appended(one: Judged, *, channel: str, sealed: bool) -> ComplaintAppended:
    """Return that a message was added to a complaint; it must have one."""
    draft, message = one.draft, one.draft.message
    if one.complaint_id is None or one.ticket is None:
        raise ValueError("a message that was added to nothing")
    return ComplaintAppended(
        complaint_id=one.complaint_id,
        ticket=one.ticket,
        channel=channel,
        account=message.account,
        surface=message.surface,
        conversation_id=one.conversation.id,
        message_id=draft.message_id,
        author="citizen",
        text=draft.text,
        text_truncated=len(message.text) > LONGEST_TEXT,
        attachments=tuple(attachment.reference for attachment in draft.attachments),
        place=_told(draft.place, sealed=sealed),
        event_time=message.event_time,
        received_at=draft.received_at,
        sealed=sealed,
        emergency=one.decision.emergency,
        answers=one.decision.answers,
        rule=one.decision.rule,
    )


def joined(held: Held, one: Judged, *, channel: str, sealed: bool) -> ComplaintAppended:
    """Return that a message which waited is added to the complaint of the one it waited for."""
    if one.complaint_id is None or one.ticket is None:
        raise ValueError("a message that was added to nothing")
    return ComplaintAppended(
        complaint_id=one.complaint_id,
        ticket=one.ticket,
        channel=channel,
        account=held.account,
        surface=held.surface,
        conversation_id=held.conversation_id,
        message_id=held.message_id,
        author="citizen",
        text=held.text[:LONGEST_TEXT],
        attachments=held.attachments,
        place=held.place,
        event_time=held.event_time,
        received_at=held.received_at,
        sealed=sealed,
        rule=JOINED,
    )


def appended_by_agency(
    row: Row[Any], *, ticket: str, sealed: bool, attachments: Sequence[AttachmentRef]
) -> ComplaintAppended:
    """Return that somebody of ours wrote in the provider's own app: a message's row that is in a complaint."""
    return ComplaintAppended(
        complaint_id=row.complaint_id,
        ticket=ticket,
        channel=row.channel,
        account=row.account,
        surface=row.surface,
        conversation_id=row.conversation_id,
        message_id=row.id,
        author="agency",
        text=row.text[:LONGEST_TEXT],
        text_truncated=len(row.text) > LONGEST_TEXT,
        attachments=tuple(attachments),
        event_time=row.event_time,
        received_at=row.received_at,
        sealed=sealed,
        rule="agency_wrote",
    )


def prompted(
    one: Judged, *, channel: str, prompt: str, ticket: str | None = None, state: str | None = None
) -> CitizenPrompted:
    """Return that a citizen is to be told something although there is no complaint."""
    draft = one.draft
    return CitizenPrompted(
        conversation_id=one.conversation.id,
        channel=channel,
        account=draft.message.account,
        surface=draft.message.surface,
        message_id=draft.message_id,
        reporter=draft.reporter,
        prompt=prompt,
        rule=one.decision.rule,
        ticket=ticket,
        state=state,
        written_at=draft.said_at,
        received_at=draft.received_at,
    )


def place_document(place: GivenPlace) -> dict[str, object] | None:
    """Return a given place as its row holds it; None when nothing is given."""
    told = {name: getattr(place, name) for name in place.__slots__}
    return told if any(value is not None for value in told.values()) else None


def place_of(document: Mapping[str, Any] | None) -> Place:
    """Return the place of a row as an event holds it."""
    return event_place(GivenPlace(**document)) if document else NO_PLACE


def _told(place: Place, *, sealed: bool) -> Place:
    """Return a place without what a photo says, where only the Inspectorate may know."""
    return place.model_copy(update={"photo": None}) if sealed and place.photo else place


def _first(places: Sequence[Place]) -> Place:
    return next((place for place in places if place is not NO_PLACE and place != NO_PLACE), NO_PLACE)
