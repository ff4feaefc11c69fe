"""One element of `entry.messaging` or `entry.standby`: a direct message, or one of the many things that are none.

Meta for Developers, "Messenger Platform: Webhook events" and "Instagram messaging webhooks".
"""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from channel_adapters._meta.direct import Conversation, read_edit, read_message
from channel_adapters._meta.events import EVENTS, Scene, read_event
from channel_adapters._meta.media import read_note
from channel_adapters._meta.payloads import Message, MessagingEvent
from shared.channels.protocol import (
    AccountNotice,
    AgencyMessage,
    Amendment,
    DeliveryReport,
    Ignored,
    InboundMessage,
    Pointer,
    Unreadable,
)
from shared.channels.times import read_time

MessagingOutcome = (
    InboundMessage | AgencyMessage | Amendment | AccountNotice | DeliveryReport | Pointer | Ignored | Unreadable
)


def is_messaging(value: Any) -> bool:
    """Tell whether the value of a change is a messaging event (Instagram Login may deliver them so)."""
    framed = isinstance(value, dict) and "sender" in value and "recipient" in value
    return framed and ("message" in value or not EVENTS.keys().isdisjoint(value))


def read_messaging(element: Any, scene: Scene) -> Iterator[MessagingOutcome]:
    """Translate one element."""
    try:
        event = MessagingEvent.model_validate(element)
    except ValidationError:
        yield Unreadable(reason="unknown_shape", where=scene.where)
        return
    if event.postback is not None and event.message is None:
        event = event.model_copy(update={"message": _read_tap(event)})
    if event.message is not None or event.message_edit is not None:
        yield _read_words(event, scene)
    else:
        yield from read_event(element, event, scene)


def _read_tap(event: MessagingEvent) -> Message | None:
    """Return a tap on a menu as the answer that it is; without an id it could not be told from its redelivery."""
    tap = event.postback
    if tap is None or tap.mid is None or event.sender is None or event.sender.id is None:
        return None
    message = Message(mid=tap.mid, text=read_note(tap.title) or "", quick_reply={"payload": tap.payload})
    return message if message.words else None


def _read_words(event: MessagingEvent, scene: Scene) -> MessagingOutcome:
    echo = event.message is not None and event.message.is_echo
    own, account, person = _sides(event, scene, echo=echo)
    about = event.message or event.message_edit
    mid = about.mid if about else None
    if account is not None and account not in scene.accounts:
        return Ignored(reason="unknown_account", provider_message_id=mid)
    if mid and account and _is_only_named(event) and not scene.standby:
        return Pointer(provider_message_id=mid, account=account, kind="direct_message")
    if mid is None or account is None or (person is None and not own):
        reason = "no_message_id" if mid is None else "no_account" if account is None else "no_sender"
        return Unreadable(reason=reason, where=scene.where)
    timestamp = event.timestamp
    talk = Conversation(
        message_id=mid,
        account=account,
        person=person,
        person_kind=scene.sender_kind,
        own=own,
        app_id=scene.app_id,
        at=scene.sent_at if timestamp is None else read_time(timestamp, scene.received_at),
        standby=scene.standby,
    )
    if event.message is not None:
        return read_message(event.message, talk)
    return read_edit(event.message_edit.text if event.message_edit else None, talk)


def _is_only_named(event: MessagingEvent) -> bool:
    edit = event.message_edit if event.message is None and event.sender is None else None
    return edit is not None and edit.is_first


def _sides(event: MessagingEvent, scene: Scene, *, echo: bool) -> tuple[bool, str | None, str | None]:
    """Return whether we wrote it, our account and the other's id.

    An echo is ours whatever the ids say; Meta's own samples show some with both sides exchanged.
    """
    sender = event.sender.id if event.sender else None
    recipient = event.recipient.id if event.recipient else None
    ours = sender in scene.accounts and recipient not in scene.accounts
    if ours or (echo and recipient not in scene.accounts):
        return True, sender, recipient
    return echo, recipient or scene.owner, sender
