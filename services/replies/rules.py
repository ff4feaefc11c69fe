"""Replies' decisions, pure: when nothing is sent, when it is tried again, what a delivery report means.

queued ─▶ sending ─▶ sent | failed | unknown        (withheld: a rule, or the channel, said no)
  ▲          │
  └─ later ──┘      unknown: a delivery report or an operator resolves it, never another try of our own
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["queued", "sending", "sent", "failed", "unknown", "withheld"]
Kind = Literal["receipt", "prompt", "emergency"]
"""What is said by itself: that a complaint was received, what to do with a message that made none, and 112."""
Resolution = Literal["sent", "failed", "again"]
"""What an operator says of an unknown reply."""

EMERGENCY_BUDGET = "emergency_budget"
"""Why somebody in danger is not told of 112: an account has told too many within the hour. A person must look."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_FIRST_RETRY = timedelta(seconds=15)
_LONGEST_RETRY = HOUR
LONGEST_WAIT = DAY
"""A provider may ask for more patience; it is not believed beyond this."""

_HAS_IT = frozenset({"accepted", "buffered"})
_CITIZEN_HAS_IT = frozenset({"delivered", "echoed"})
_REFUSED = frozenset({"failed", "rejected"})
_OPEN: frozenset[str] = frozenset({"queued", "sending", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many messages at most that nobody wrote by hand. Officers' answers are never limited."""

    conversation_hour: int = 3
    """Receipts to one person on one channel."""
    conversation_day: int = 10
    thread_hour: int = 10
    """Public ones under one post."""
    account_hour: int = 300
    """Receipts and prompts of one account of ours."""
    prompts_hour: int = 6
    """Prompts to one person: somebody who asks CEK now and then is not refused, an autoresponder is."""
    prompts_day: int = 20
    emergencies_hour: int = 10
    """To one person: ends a loop with an autoresponder."""
    account_emergencies_hour: int = 600
    """Of one account of ours. Ten a minute are many times the busiest hour of a province that calls 112 itself; beyond
    it senders are forged, or a disaster is known to all. Nothing else holds an emergency up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """How many were let through before this one, within the last hour or day; to the person, of the same kind."""

    conversation_hour: int = 0
    conversation_day: int = 0
    thread_hour: int = 0
    account_hour: int = 0
    account_emergencies_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every number that an installation may choose. `valid`: how long after its cause a reply is still sent."""

    limits: Limits = Limits()
    acknowledgement_valid: timedelta = timedelta(hours=24)
    answer_valid: timedelta = timedelta(days=7)
    prompt_valid: timedelta = timedelta(hours=1)
    attempts: int = 10
    pause: timedelta = timedelta(minutes=5)

    def expiry(self, template: str, cause: datetime) -> datetime:
        """Return from when on a reply comes too late."""
        valid = {"acknowledgement": self.acknowledgement_valid, "answer": self.answer_valid}
        return cause + valid.get(template, self.prompt_valid)


def kind_of(template: str, *, urgent: bool) -> Kind | None:
    """Return which limits bind a message; None where none do."""
    if template == "answer":
        return None
    if urgent:
        return "emergency"
    return "receipt" if template == "acknowledgement" else "prompt"


def storm(limits: Limits, recent: Recent, kind: Kind = "receipt") -> str | None:
    """Return why one more of this kind would be part of a storm, or None."""
    if kind == "emergency":
        if recent.conversation_hour >= limits.emergencies_hour:
            return "conversation_limit"
        return EMERGENCY_BUDGET if recent.account_emergencies_hour >= limits.account_emergencies_hour else None
    hour, day = {
        "receipt": (limits.conversation_hour, limits.conversation_day),
        "prompt": (limits.prompts_hour, limits.prompts_day),
    }[kind]
    if recent.conversation_hour >= hour or recent.conversation_day >= day:
        return "conversation_limit"
    if recent.thread_hour >= limits.thread_hour:
        return "thread_limit"
    if recent.account_hour >= limits.account_hour:
        return "account_budget"
    return None


def is_private(*, sealed: bool, secret: bool, anonymous: bool) -> bool:
    """Tell whether even that somebody complained must stay between them and us."""
    return sealed or secret or anonymous


def wait(attempts: int, jitter: float, retry_after: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many attempts (from 1): doubling from 15 seconds to an hour.

    `jitter` (0 to 1) spreads it from half to one and a half. What the provider asks for is the least.
    """
    backoff: timedelta = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** min(attempts - 1, 16)) * (0.5 + jitter)
    return max(backoff, min(retry_after or timedelta(0), LONGEST_WAIT))


def after_report(state: str, outcome: str, *, delivered: bool) -> State | None:
    """Return the state that a delivery report brings a reply to; None when it changes nothing.

    Reports come in any order and more than once. That the citizen has it wins over everything; that the provider has
    it settles only what was open; a refusal does not undo a delivery.
    """
    if outcome in _CITIZEN_HAS_IT and state != "sent":
        return "sent"
    if outcome in _HAS_IT and state in _OPEN:
        return "sent"
    if outcome in _REFUSED and (state in _OPEN or (state == "sent" and not delivered)):
        return "failed"
    return None
