"""A direct message: a citizen's, one of ours coming back (an echo), an edit, or one that was taken back."""

from dataclasses import dataclass
from datetime import datetime

from channel_adapters._meta.attachments import location, read_attachments
from channel_adapters._meta.payloads import Message
from channel_adapters._meta.public import edited, withdrawn
from channel_adapters._meta.reference import read_reference
from shared.channels.protocol import (
    AgencyMessage,
    Amendment,
    Attachment,
    DeliveryReport,
    GivenPlace,
    Ignored,
    InboundMessage,
    Sender,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Between whom, and when."""

    message_id: str
    account: str
    person: str | None
    """The citizen; only what we wrote may leave it open."""
    person_kind: str
    own: bool
    """True where we wrote it."""
    app_id: str | None
    """Our own app."""
    at: datetime | None
    standby: bool

    @property
    def citizen(self) -> Sender | None:
        """The other side."""
        return Sender(id=self.person, kind=self.person_kind) if self.person else None


def read_message(
    message: Message, talk: Conversation
) -> InboundMessage | AgencyMessage | Amendment | DeliveryReport | Ignored:
    """Translate a message of which id and account are known."""
    if message.is_deleted:
        return withdrawn(talk.message_id, talk.account, talk.at)
    if message.is_self or talk.person == talk.account:  # Instagram marks it as an echo besides
        return _ignored("self", talk)
    if talk.own:
        return _read_echo(message, talk)
    attachments, place = read_attachments(message)
    if not message.words.strip() and not attachments and place == GivenPlace():
        return _ignored("empty", talk)
    return _inbound(message, talk, attachments, place)


def read_edit(text: str | None, talk: Conversation) -> Amendment | Ignored:
    """Translate an edit, of which Meta tells the new words and not what came along."""
    if text is None:
        return Ignored(
            reason="message_edited", provider_message_id=talk.message_id, account=talk.account, words=not talk.own
        )
    message = _inbound(Message(text=text), talk, (), GivenPlace())
    return edited(message, own=talk.own or not text.strip(), at=talk.at)


def _inbound(
    message: Message, talk: Conversation, attachments: tuple[Attachment, ...], place: GivenPlace
) -> InboundMessage:
    return InboundMessage(
        provider_message_id=talk.message_id,
        account=talk.account,
        surface="direct_message",
        sender=talk.citizen or Sender(id=talk.message_id, kind="unknown"),
        reply_to=message.reply_to.mid if message.reply_to else None,
        text=message.words,
        attachments=attachments,
        place=place,
        event_time=talk.at,
        stands_alone=bool(message.text.strip()) and message.quick_reply is None,
        standby=talk.standby,
    )


def _read_echo(message: Message, talk: Conversation) -> AgencyMessage | DeliveryReport | Ignored:
    """Read what went out from us: a reply of this house by its reference, all else is somebody of ours, elsewhere."""
    reference = read_reference(message.metadata)
    if reference is not None:
        complaint, reply = reference
        return DeliveryReport(
            complaint_id=complaint, reply_id=reply, outcome="echoed", provider_message_id=talk.message_id
        )
    if talk.app_id is not None and str(message.app_id) == talk.app_id:
        return _ignored("own_echo", talk)
    attachments, place = read_attachments(message)
    if place.latitude is not None:
        attachments = (*attachments, location(place.latitude, place.longitude))
    if not message.text.strip() and all(one.kind == "story" for one in attachments):
        return _ignored("own_story" if attachments else "empty_echo", talk)
    return AgencyMessage(
        provider_message_id=talk.message_id,
        account=talk.account,
        surface="direct_message",
        recipient=talk.citizen,
        reply_to=message.reply_to.mid if message.reply_to else None,
        text=message.text,
        attachments=attachments,
        event_time=talk.at,
    )


def _ignored(reason: str, talk: Conversation) -> Ignored:
    return Ignored(reason=reason, provider_message_id=talk.message_id, account=talk.account)
