"""Stop 3: text messages → our words, the same for every gateway. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterable

from channel_adapters.sms.numbers import our_number, person_number, stray_number
from channel_adapters.sms.payloads import LONGEST_ID, Read, Sms
from shared.channels.protocol import DeliveryReport, Ignored, InboundMessage, Sender, Translation, Unreadable

_UNSEEN = {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"}
"""Unicode categories of what shows nothing by itself: white space, zero-width characters, accents without a letter."""


def normalize(reads: Iterable[Read], numbers: Collection[str]) -> Translation:
    """Apply our rules to what a gateway's file has read; `numbers` are our own, in any spelling."""
    ours = {our_number(number) for number in numbers}
    outcomes = [_judge(read, ours) if isinstance(read, Sms) else read for read in reads]
    return Translation(
        messages=tuple(one for one in outcomes if isinstance(one, InboundMessage)),
        reports=tuple(one for one in outcomes if isinstance(one, DeliveryReport)),
        ignored=tuple(one for one in outcomes if isinstance(one, Ignored)),
        unreadable=tuple(one for one in outcomes if isinstance(one, Unreadable)),
    )


def _judge(sms: Sms, ours: Collection[str]) -> InboundMessage | Ignored | Unreadable:
    wrong = _what_is_wrong(sms)
    if wrong:
        return Unreadable(reason=wrong, where=sms.where)
    account = our_number(sms.receiver)
    if account not in ours:
        return Ignored(reason="unknown_account", provider_message_id=sms.provider_id)
    sender = sms.person or _sender(sms.sender)
    if sender is None:
        return Ignored(reason="not_a_person", provider_message_id=sms.provider_id, account=account)
    if sender.id in ours:
        return Ignored(reason="self", provider_message_id=sms.provider_id, account=account)
    empty = all(unicodedata.category(letter) in _UNSEEN for letter in sms.text)
    return InboundMessage(
        provider_message_id=sms.provider_id or _hash(sms, sender.id, account),
        account=account,
        surface="sms",
        sender=sender,
        text="" if empty else sms.text,
        attachments=sms.attachments,
        place=sms.place,
        event_time=sms.sent_at,
        stands_alone=not empty,
        part=sms.part,
    )


def _what_is_wrong(sms: Sms) -> str | None:
    if not sms.sender.strip():
        return "no_sender"
    if not sms.receiver.strip():
        return "no_account"
    return "unknown_shape" if len(sms.provider_id or "") > LONGEST_ID else None


def _sender(spelling: str) -> Sender | None:
    person = person_number(spelling)
    if person is not None:
        return Sender(id=person, kind="msisdn", phone=person)
    stray = stray_number(spelling)
    return Sender(id=stray, kind="number", phone=stray) if stray else None


def _hash(sms: Sms, person: str, account: str) -> str:
    """Stand in for a missing id: the same words from the same number in the same minute are one message."""
    minute = (sms.sent_at or sms.received_at).strftime("%Y-%m-%dT%H:%M")
    told: list[object] = [person, account, sms.text, minute]
    if sms.part is not None:
        told += [sms.part.reference, sms.part.number]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
