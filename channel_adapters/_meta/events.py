"""What is told in a conversation and is no message: receipts, taps, hand-overs, and what an operator must see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channel_adapters._meta.media import read_note
from channel_adapters._meta.payloads import LONGEST_ID, MessagingEvent
from shared.channels.protocol import AccountNotice, DeliveryReport, Ignored, Unreadable
from shared.core.text import clean_text

EVENTS = {
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
"""What Meta calls them, and what we count."""
_FRAME = {"sender", "recipient", "timestamp", "prior_message"}
"""What stands around an event and is none."""


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


def read_event(
    element: Mapping[str, Any], event: MessagingEvent, scene: Scene
) -> Iterator[AccountNotice | DeliveryReport | Ignored | Unreadable]:
    """Translate an element that holds no words."""
    account, known = _whose(event, scene)
    reason = next((reason for key, reason in EVENTS.items() if key in element), None)
    if account is None and known:
        yield Ignored(reason="unknown_account")
    elif reason is not None:
        reports = _reports(event) if account is not None else []
        yield from reports
        if not reports:
            yield Ignored(reason=reason, account=account)
        if account is not None:
            yield from _notices(reason, element, event, account)
    elif {key for key, told in element.items() if told is not None} <= _FRAME:
        yield Ignored(reason="no_event", account=account)
    else:
        yield Unreadable(reason="unknown_event", where=scene.where)


def _reports(event: MessagingEvent) -> list[DeliveryReport]:
    """Return which of our messages the citizen has; what is told by a time alone names none."""
    told = [one for receipt in (event.delivery, event.read) if receipt for one in (*receipt.mids, receipt.mid)]
    mids = {one for one in told if isinstance(one, str) and one == clean_text(one).strip() and len(one) <= LONGEST_ID}
    return [DeliveryReport(outcome="delivered", provider_message_id=mid) for mid in sorted(mids) if mid]


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
