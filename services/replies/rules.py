"""Replies' decisions, pure: when nothing is sent, when it is tried again, what a delivery report means.

queued ─▶ sending ─▶ sent | failed | unknown        (withheld: a rule, or the channel, said no)
  ▲          │
  └─ later ──┘      unknown: a delivery report or an operator resolves it, never another try of our own
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["queued", "sending", "sent", "failed", "unknown", "withheld"]
Template = Literal["acknowledgement", "answer"]
Resolution = Literal["sent", "failed", "again"]
"""What an operator says of an unknown reply."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_FIRST_RETRY = timedelta(seconds=15)
_LONGEST_RETRY = HOUR
_LONGEST_WAIT = DAY
"""A provider may ask for more patience; it is not believed beyond this."""

_HAS_IT = frozenset({"accepted", "buffered"})
_CITIZEN_HAS_IT = frozenset({"delivered", "echoed"})
_REFUSED = frozenset({"failed", "rejected"})
_OPEN: frozenset[str] = frozenset({"queued", "sending", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many acknowledgements at most. Officers' answers are never limited."""

    conversation_hour: int = 3
    conversation_day: int = 10
    thread_hour: int = 10
    """Public ones under one post."""
    account_hour: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """How many acknowledgements were let through before this one, within the last hour or day."""

    conversation_hour: int = 0
    conversation_day: int = 0
    thread_hour: int = 0
    account_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every number that an installation may choose. `valid`: how long after its cause a reply is still sent."""

    limits: Limits = Limits()
    acknowledgement_valid: timedelta = timedelta(hours=24)
    answer_valid: timedelta = timedelta(days=7)
    attempts: int = 10
    pause: timedelta = timedelta(minutes=5)

    def expiry(self, template: str, cause: datetime) -> datetime:
        """Return from when on a reply comes too late."""
        return cause + (self.acknowledgement_valid if template == "acknowledgement" else self.answer_valid)


def storm(limits: Limits, recent: Recent) -> str | None:
    """Return why one more acknowledgement would be part of a storm, or None."""
    if recent.conversation_hour >= limits.conversation_hour or recent.conversation_day >= limits.conversation_day:
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
    return max(backoff, min(retry_after or timedelta(0), _LONGEST_WAIT))


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
