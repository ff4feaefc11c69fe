"""One element of `entry.messaging`: a direct message, or one of the many things that are none.

Meta for Developers, "Messenger Platform: Webhook events" and "Instagram messaging webhooks".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError

from channel_adapters._meta.payloads import Location, Message, MessagingEvent, MetaAttachment, read_url
from channel_adapters._meta.reference import read_reference
from shared.channels.protocol import Attachment, DeliveryReport, GivenPlace, Ignored, InboundMessage, Sender, Unreadable
from shared.channels.times import read_time
from shared.directory.regions import in_province

_EVENTS = {
    "message_edit": "message_edited",
    "reaction": "reaction",
    "delivery": "delivery",
    "read": "read",
    "postback": "postback",
    "referral": "referral",
    "optin": "optin",
    "account_linking": "account_linking",
    "policy_enforcement": "policy_enforcement",
    "policy-enforcement": "policy_enforcement",
    "app_roles": "app_roles",
    "pass_thread_control": "thread_control",
    "take_thread_control": "thread_control",
    "request_thread_control": "thread_control",
}
_KINDS: Mapping[str, Literal["image", "audio", "video", "file"]] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "file": "file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a reader needs to know besides the element itself."""

    accounts: frozenset[str]
    sender_kind: str
    received_at: datetime
    where: str


def is_messaging(value: Mapping[str, Any]) -> bool:
    """Tell whether the value of a change is a messaging event (Instagram Login may deliver them so)."""
    return "sender" in value and "recipient" in value and ("message" in value or not _EVENTS.keys().isdisjoint(value))


def read_standby(element: Any, scene: Scene) -> DeliveryReport | Ignored | Unreadable:
    """Read what happened while another app owns the conversation: understood, and not ours to take."""
    outcome = read_messaging(element, scene)
    if isinstance(outcome, InboundMessage):
        return Ignored(
            reason="standby", provider_message_id=outcome.provider_message_id, account=outcome.account, words=True
        )
    return outcome


def read_messaging(element: Any, scene: Scene) -> InboundMessage | DeliveryReport | Ignored | Unreadable:
    """Translate one element of `messaging`."""
    try:
        event = MessagingEvent.model_validate(element)
    except ValidationError:
        return Unreadable(reason="unknown_shape", where=scene.where)
    ours = event.sender if event.message and event.message.is_echo else event.recipient
    account = ours.id if ours else None
    if account is not None and account not in scene.accounts:
        return Ignored(reason="unknown_account", provider_message_id=event.message.mid if event.message else None)
    if event.message is not None:
        return _read_message(event, event.message, account, scene)
    reason = next((reason for key, reason in _EVENTS.items() if key in element), None)
    if reason is None:
        return Unreadable(reason="unknown_event", where=scene.where)
    edited = event.message_edit.mid if event.message_edit else None
    return Ignored(reason=reason, provider_message_id=edited, account=account, words=reason == "message_edited")


def _read_message(
    event: MessagingEvent, message: Message, account: str | None, scene: Scene
) -> InboundMessage | DeliveryReport | Ignored | Unreadable:
    person = event.sender.id if event.sender else None
    flagged = _flag(message)
    reference = read_reference(message.metadata) if flagged == "echo" else None
    if reference is not None:
        return DeliveryReport(complaint_id=reference[0], reply_id=reference[1], outcome="echoed")
    if flagged:
        return Ignored(reason=flagged, provider_message_id=message.mid, account=account, words=flagged == "unsupported")
    if message.mid is None or account is None or person is None:
        reason = "no_message_id" if message.mid is None else "no_account" if account is None else "no_sender"
        return Unreadable(reason=reason, where=scene.where)
    attachments, place, unusable = _read_attachments(message)
    if not message.text.strip() and not attachments and place == GivenPlace():
        return Ignored(
            reason=unusable or "empty",
            provider_message_id=message.mid,
            account=account,
            words=unusable is not None,
        )
    return InboundMessage(
        provider_message_id=message.mid,
        account=account,
        surface="direct_message",
        sender=Sender(id=person, kind=scene.sender_kind),
        text=message.text,
        attachments=attachments,
        place=place,
        event_time=read_time(event.timestamp, scene.received_at),
    )


def _flag(message: Message) -> str | None:
    flags = {
        "echo": message.is_echo,
        "self": message.is_self,
        "deleted": message.is_deleted,
        "unsupported": message.is_unsupported,
    }
    return next((reason for reason, raised in flags.items() if raised), None)


def _read_attachments(message: Message) -> tuple[tuple[Attachment, ...], GivenPlace, str | None]:
    """Return the attachments, the place, and why an element could not be used (the last reason)."""
    files: list[Attachment] = []
    place, unusable = GivenPlace(), None
    for element in message.attachments:
        outcome = _read_attachment(element, is_sticker=message.sticker_id is not None)
        if isinstance(outcome, Attachment):
            files.append(outcome)
        elif isinstance(outcome, GivenPlace):
            place = outcome
        else:
            unusable = outcome
    return tuple(files), place, unusable


def _read_attachment(element: Any, *, is_sticker: bool) -> Attachment | GivenPlace | str:
    try:
        attachment = MetaAttachment.model_validate(element)
    except ValidationError:
        return "unsupported_attachment"
    if is_sticker or attachment.is_sticker:
        return "sticker"
    if attachment.type == "location":
        return _read_place(attachment)
    payload = attachment.payload if isinstance(attachment.payload, dict) else {}
    url = read_url(payload.get("url")) or read_url(attachment.url)
    return Attachment(kind=_KINDS.get(attachment.type, "other"), url=url) if url else "unsupported_attachment"


def _read_place(attachment: MetaAttachment) -> GivenPlace | str:
    try:
        point = Location.model_validate(attachment.payload).coordinates
    except ValidationError:
        return "unsupported_attachment"
    if not in_province(point.lat, point.long):
        return "place_outside_province"
    return GivenPlace(latitude=point.lat, longitude=point.long)
