"""What acceptance is about to store: a delivery per request, a draft per message, ids drawn before any statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, TypeAlias
from uuid import UUID

from services.intake.media.incoming import Along, Incoming, taken_at
from shared.channels import AgencyMessage, Attachment, InboundMessage, InboundRequest, ReturnAddress, Translation
from shared.channels import GivenPlace as ProtocolPlace
from shared.core.ids import new_id, random_id
from shared.core.sealing import must_seal
from shared.events import AttachmentRef, Coordinates, GivenPlace, Place

LONGEST_TEXT = 10_000
"""Characters of a complaint's text; what a provider sends beyond it stays in the raw request."""

Key: TypeAlias = tuple[str, str]
"""Account and provider message id: with the channel, what a message is known by for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request and what it said, about to be accepted, perhaps together with others."""

    door: str
    """The door's template: the path itself may hold a token. Or what else brought it: `recover`, `replay`, …"""
    request: InboundRequest
    translation: Translation
    traceparent: str | None = None
    kept_as: UUID | None = None
    """The raw request that this is already, where it is run again: it is not kept a second time."""
    ready: Mapping[Along, Sequence[Incoming]] = field(default_factory=dict, repr=False)
    """What came along with its messages, made ready for acceptance (`Acceptance.make_ready`)."""

    @property
    def keys(self) -> list[Key]:
        """What its messages are known by, in their order."""
        return [(message.account, message.provider_message_id) for message in self.translation.messages]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a provider said became of a reply of ours, and when it told us."""

    reply_id: UUID
    complaint_id: UUID
    outcome: str
    """A `DeliveryOutcome`, or sent."""
    provider_message_id: str | None
    reported_at: datetime
    traceparent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttachment:
    """An attachment with its id."""

    id: UUID
    incoming: Incoming

    @property
    def given(self) -> Attachment:
        """What its channel said of it."""
        return self.incoming.given

    @property
    def reference(self) -> AttachmentRef:
        """Describe it for an event: no address, no content."""
        kept = self.incoming.content
        return AttachmentRef(
            id=self.id,
            kind=self.given.kind,
            media_type=kept.media_type if kept else self.given.media_type,
            sha256=kept.sha256 if kept else None,
            size=kept.size if kept else None,
        )


_NOWHERE = ProtocolPlace()
NO_PLACE = Place()


def event_place(given: ProtocolPlace) -> Place:
    """Return a given place as an event holds it."""
    if given == _NOWHERE:
        return NO_PLACE
    coordinates = None
    if given.latitude is not None and given.longitude is not None:
        coordinates = Coordinates(latitude=given.latitude, longitude=given.longitude)
    return Place(
        given=GivenPlace(region_code=given.region_code, description=given.description), coordinates=coordinates
    )


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message that was not seen before, unless the database knows better."""

    message: InboundMessage
    raw_request_id: UUID
    traceparent: str | None
    message_id: UUID
    complaint_id: UUID
    """Of the complaint that it opens, if it does."""
    reporter: UUID
    attachments: tuple[StoredAttachment, ...]
    received_at: datetime

    @property
    def key(self) -> Key:
        """What the message is known by in its channel."""
        return self.message.account, self.message.provider_message_id

    @property
    def text(self) -> str:
        """The message's words, as far as we take them."""
        return self.message.text[:LONGEST_TEXT]

    @property
    def said_at(self) -> datetime:
        """When it was said: by the provider's clock where it can be believed."""
        return self.message.event_time or self.received_at

    @cached_property
    def sealed(self) -> bool:
        """Whether text or place speak of bribery, extortion or abuse of office."""
        return must_seal(self.message.text, self.message.place.description or "")

    @cached_property
    def place(self) -> Place:
        """The place as an event holds it, with what a photo that came along says."""
        contents = (one.incoming.content for one in self.attachments)
        photo = next((point for one in contents if one and (point := taken_at(one.hints))), None)
        place = event_place(self.message.place)
        return place if photo is None else place.model_copy(update={"photo": photo})

    def return_address(self, channel: str) -> ReturnAddress:
        """Say where its citizen is answered."""
        message = self.message
        return ReturnAddress(
            channel=channel,
            account=message.account,
            surface=message.surface,
            recipient=message.sender.id,
            recipient_kind=message.sender.kind,
            message_id=message.provider_message_id,
            thread=message.thread,
            post=message.post,
        )


@dataclass(frozen=True, kw_only=True)
class AgencyDraft:
    """Something that was written in our name in the provider's own app."""

    message: AgencyMessage
    raw_request_id: UUID
    traceparent: str | None
    message_id: UUID
    attachments: tuple[StoredAttachment, ...]
    received_at: datetime

    @property
    def key(self) -> Key:
        """What the message is known by in its channel."""
        return self.message.account, self.message.provider_message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedAgencyMessage:
    """Where an agency's message belongs, and what is thought of it."""

    draft: AgencyDraft
    disposition: Literal["held", "kept"]
    rule: str
    complaint_id: UUID | None
    """The complaint that it is about, if we hear nothing else while it is held."""
    conversation_id: UUID | None


def drafts_of(delivery: Delivery, raw_request_id: UUID) -> list[Draft]:
    """Draw the ids for a request's messages, in their order; parts of a message are none yet."""
    return [
        _draft(message, delivery, raw_request_id) for message in delivery.translation.messages if message.part is None
    ]


def agency_drafts_of(delivery: Delivery, raw_request_id: UUID) -> list[AgencyDraft]:
    """Draw the ids for what was written in our name."""
    return [
        AgencyDraft(
            message=message,
            raw_request_id=raw_request_id,
            traceparent=delivery.traceparent,
            message_id=new_id(),
            attachments=_attachments(message, delivery),
            received_at=delivery.request.received_at,
        )
        for message in delivery.translation.agency_messages
    ]


def _draft(message: InboundMessage, delivery: Delivery, raw_request_id: UUID) -> Draft:
    """Draw one message's ids. The reporter's reference is random (UUIDv4): it must not tell the time."""
    return Draft(
        message=message,
        raw_request_id=raw_request_id,
        traceparent=delivery.traceparent,
        message_id=new_id(),
        complaint_id=new_id(),
        reporter=random_id(),
        attachments=_attachments(message, delivery),
        received_at=delivery.request.received_at,
    )


def _attachments(message: InboundMessage | AgencyMessage, delivery: Delivery) -> tuple[StoredAttachment, ...]:
    ready = delivery.ready[message.attachments] if message.attachments else ()
    return tuple(StoredAttachment(id=new_id(), incoming=one) for one in ready)
