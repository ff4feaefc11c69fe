"""What acceptance is about to store: a delivery per request, a draft per message, ids drawn before any statement."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeAlias
from uuid import UUID, uuid4

from shared.channels import Attachment, InboundMessage, InboundRequest, ReturnAddress, Translation
from shared.core.ids import new_id
from shared.core.sealing import must_seal
from shared.events import AttachmentRef, ComplaintReceived, Coordinates, GivenPlace, Place

LONGEST_TEXT = 10_000
"""Characters of a complaint's text; what a provider sends beyond it stays in the raw request."""

Key: TypeAlias = tuple[str, str]
"""Account and provider message id: with the channel, what a message is known by for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request and what it said, about to be accepted, perhaps together with others."""

    door: str
    """The door's template: the path itself may hold a token."""
    request: InboundRequest
    translation: Translation
    traceparent: str | None = None

    @property
    def keys(self) -> list[Key]:
        """What its messages are known by, in their order."""
        return [(message.account, message.provider_message_id) for message in self.translation.messages]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttachment:
    """An attachment with its id and, where the content came along, its hash and size."""

    id: UUID
    given: Attachment
    sha256: str | None
    size: int | None

    @property
    def reference(self) -> AttachmentRef:
        """Describe it for an event: no address, no content."""
        given = self.given
        return AttachmentRef(
            id=self.id, kind=given.kind, media_type=given.media_type, sha256=self.sha256, size=self.size
        )


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message that will become a complaint, unless it has been one before."""

    message: InboundMessage
    raw_request_id: UUID
    traceparent: str | None
    message_id: UUID
    complaint_id: UUID
    reporter: UUID
    attachments: tuple[StoredAttachment, ...]
    received_at: datetime

    @property
    def key(self) -> Key:
        """What the message is known by in its channel."""
        return self.message.account, self.message.provider_message_id

    @property
    def text(self) -> str:
        """The complaint's text."""
        return self.message.text[:LONGEST_TEXT]

    @cached_property
    def sealed(self) -> bool:
        """Whether text or place speak of bribery, extortion or abuse of office."""
        return must_seal(self.message.text, self.message.place.description or "")

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

    def event(self, *, channel: str, ticket: str, conversation_id: UUID) -> ComplaintReceived:
        """Return the normalized complaint."""
        message = self.message
        return ComplaintReceived(
            complaint_id=self.complaint_id,
            ticket=ticket,
            channel=channel,
            account=message.account,
            surface=message.surface,
            conversation_id=conversation_id,
            message_id=self.message_id,
            text=self.text,
            text_truncated=len(message.text) > LONGEST_TEXT,
            language=message.language,
            attachments=tuple(attachment.reference for attachment in self.attachments),
            place=_place(message),
            event_time=message.event_time,
            incident_time=message.incident_time,
            received_at=self.received_at,
            reporter=self.reporter,
            anonymous=message.anonymous,
            secret=message.secret,
            sealed=self.sealed,
        )


def drafts_of(delivery: Delivery, raw_request_id: UUID) -> list[Draft]:
    """Draw the ids for a request's messages, in their order."""
    return [_draft(message, delivery, raw_request_id) for message in delivery.translation.messages]


def _draft(message: InboundMessage, delivery: Delivery, raw_request_id: UUID) -> Draft:
    """Draw one message's ids. The reporter's reference is random (UUIDv4): it must not tell the time."""
    return Draft(
        message=message,
        raw_request_id=raw_request_id,
        traceparent=delivery.traceparent,
        message_id=new_id(),
        complaint_id=new_id(),
        reporter=uuid4(),
        attachments=tuple(_attachment(given) for given in message.attachments),
        received_at=delivery.request.received_at,
    )


def _attachment(given: Attachment) -> StoredAttachment:
    content = given.content
    return StoredAttachment(
        id=new_id(),
        given=given,
        sha256=None if content is None else hashlib.sha256(content).hexdigest(),
        size=None if content is None else len(content),
    )


def _place(message: InboundMessage) -> Place:
    given = message.place
    coordinates = None
    if given.latitude is not None and given.longitude is not None:
        coordinates = Coordinates(latitude=given.latitude, longitude=given.longitude)
    return Place(
        given=GivenPlace(region_code=given.region_code, description=given.description), coordinates=coordinates
    )
