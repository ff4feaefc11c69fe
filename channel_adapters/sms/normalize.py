"""Stop 3: a text message → our words, the same for every gateway. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Collection

from channel_adapters.sms.numbers import our_number, person_number
from channel_adapters.sms.payloads import Sms
from shared.channels.protocol import DeliveryReport, Ignored, InboundMessage, Sender, Translation, Unreadable

_UNSEEN = {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"}
"""Unicode categories of what shows nothing by itself: white space, zero-width characters, accents without a letter."""


def normalize(read: Sms | DeliveryReport | Ignored | Unreadable, numbers: Collection[str]) -> Translation:
    """Apply our rules to what a gateway's file has read; `numbers` are our own, in any spelling."""
    outcome = _judge(read, numbers) if isinstance(read, Sms) else read
    if isinstance(outcome, InboundMessage):
        return Translation(messages=(outcome,))
    if isinstance(outcome, DeliveryReport):
        return Translation(reports=(outcome,))
    return Translation(ignored=(outcome,)) if isinstance(outcome, Ignored) else Translation(unreadable=(outcome,))


def _judge(sms: Sms, numbers: Collection[str]) -> InboundMessage | Ignored:
    account = our_number(sms.receiver)
    if account not in {our_number(number) for number in numbers}:
        return Ignored(reason="unknown_account", provider_message_id=sms.provider_id)
    person = person_number(sms.sender)
    if person is None:
        return Ignored(reason="not_a_person", provider_message_id=sms.provider_id, account=account)
    message_id = sms.provider_id or _hash(sms, person, account)
    if all(unicodedata.category(letter) in _UNSEEN for letter in sms.text):
        return Ignored(reason="empty", provider_message_id=message_id, account=account)
    return InboundMessage(
        provider_message_id=message_id,
        account=account,
        surface="sms",
        sender=Sender(id=person, kind="msisdn", phone=person),
        text=sms.text,
        event_time=sms.sent_at,
    )


def _hash(sms: Sms, person: str, account: str) -> str:
    """Stand in for a missing id: the same words from the same number in the same minute are one message."""
    minute = (sms.sent_at or sms.received_at).strftime("%Y-%m-%dT%H:%M")
    return hashlib.sha256(json.dumps([person, account, sms.text, minute]).encode()).hexdigest()
