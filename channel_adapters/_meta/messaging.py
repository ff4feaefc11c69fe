"""One element of `entry.messaging` or `entry.standby`: a direct message, or one of the many things that are none.

Meta for Developers, "Messenger Platform: Webhook events" and "Instagram messaging webhooks".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from channel_adapters._meta.direct import Conversation, read_edit, read_message
from channel_adapters._meta.media import read_note
from channel_adapters._meta.payloads import Message, MessagingEvent
from shared.channels.protocol import (
    AccountNotice,
    AgencyMessage,
    Amendment,
    DeliveryReport,
    Ignored,
    InboundMessage,
    Unreadable,
)
from shared.channels.times import read_time

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
    **dict.fromkeys(("payment", "pre_checkout", "checkout_update"), "shop"),
    **dict.fromkeys(("messaging_feedback", "response_feedback"), "feedback"),
    "game_play": "game",
}
_FRAME = {"sender", "recipient", "timestamp", "prior_message"}
"""What stands around an event and is none."""

MessagingOutcome = InboundMessage | AgencyMessage | Amendment | AccountNotice | DeliveryReport | Ignored | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a reader needs to know besides the element itself."""

    accounts: frozenset[str]
    app_id: str | None
    sender_kind: str
    entry_account: str | None
    """`entry.id`: counts only for what is no message, or names no recipient."""
    sent_at: datetime | None
    received_at: datetime
    where: str
    standby: bool

    @property
    def owner(self) -> str | None:
        """The account whose entry it is, where that is one of ours."""
        return self.entry_account if self.entry_account in self.accounts else None


def is_messaging(value: Any) -> bool:
    """Tell whether the value of a change is a messaging event (Instagram Login may deliver them so)."""
    framed = isinstance(value, dict) and "sender" in value and "recipient" in value
    return framed and ("message" in value or not _EVENTS.keys().isdisjoint(value))


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
        yield from _read_event(element, event, scene)


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


def _read_event(
    element: Mapping[str, Any], event: MessagingEvent, scene: Scene
) -> Iterator[AccountNotice | Ignored | Unreadable]:
    account, known = _whose(event, scene)
    reason = next((reason for key, reason in _EVENTS.items() if key in element), None)
    if account is None and known:
        yield Ignored(reason="unknown_account")
    elif reason is not None:
        yield Ignored(reason=reason, account=account)
        if account is not None:
            yield from _notices(reason, element, event, account)
    elif {key for key, told in element.items() if told is not None} <= _FRAME:
        yield Ignored(reason="no_event", account=account)
    else:
        yield Unreadable(reason="unknown_event", where=scene.where)


def _whose(event: MessagingEvent, scene: Scene) -> tuple[str | None, bool]:
    """Return our account, and whether the event names any account at all."""
    sides = [party.id for party in (event.recipient, event.sender) if party and party.id]
    account = next((one for one in (*sides, scene.entry_account) if one in scene.accounts), None)
    return account, bool(sides)


def _notices(reason: str, element: Mapping[str, Any], event: MessagingEvent, account: str) -> Iterator[AccountNotice]:
    """Give what an operator must see: a Page that may not send, and who hears first among several apps."""
    if reason == "policy_enforcement":
        told = event.policy_enforcement
        words = (read_note(told.action), read_note(told.reason)) if told else ()
        yield AccountNotice(account=account, kind=reason, detail=": ".join(filter(None, words)))
    elif reason == "app_roles" and isinstance(element["app_roles"], dict):
        apps = ", ".join(sorted(map(str, element["app_roles"])))
        yield AccountNotice(account=account, kind=reason, detail=read_note(apps) or "")
