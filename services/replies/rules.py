"""Replies' decisions, pure: when nothing is sent, when it is tried again, what a delivery report means.

queued ─▶ sending ─▶ sent | failed | unknown        (withheld: a rule, or the channel, said no)
  ▲          │
  └─ later ──┘      unknown: a delivery report or an operator resolves it, never another try of our own
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from services.replies.quiet import QuietHours
from shared.events import LAPOR, Actor

State = Literal["queued", "sending", "sent", "failed", "unknown", "withheld"]
Kind = Literal["receipt", "prompt", "notice", "emergency"]
"""What is said by itself: that a complaint was received, what to do with a message that made none, where a complaint
has come to, and 112."""
Resolution = Literal["sent", "failed", "again"]
"""What an operator says of an unknown reply."""

RECEIPTS = frozenset({"acknowledgement", "emergency"})
BY_HAND = frozenset({"answer", "question"})
"""An officer's own words: never limited by the storm rules."""
NOTICES = frozenset({"assigned", "followed_up", "closed", "archived", "rejected", "case_reopened"})
"""Where a complaint has come to. Nobody waits for them in the night."""
AWAITED = BY_HAND | {"followed_up", "archived", "rejected"}
"""What its citizen must learn: it takes another way, or waits, where Meta's window is closed; and where it comes to
nothing the house is told."""
WINDOW_CLOSED = frozenset({"window_closed", "private_reply_spent", "comment_not_answerable"})
"""Reasons for which a message cannot go where its citizen wrote, and perhaps can when they write again."""
WAITING = "window_closed_waiting"
QUIET = "quiet_hours"
KEPT = "kept_for_the_answer"
"""Why a commenter gets no receipt of what is hidden, and no follow-up: Meta allows one private reply to a comment."""
LOOK_AGAIN = timedelta(hours=12)
"""After so long a message that waits looks for another address; its citizen's next word lets it go at once."""
LATER_BUDGET = timedelta(minutes=15)
"""After so long a notice tries again for which its account had told too many: it says nothing that cannot wait."""

ACCOUNT_BUDGET = "account_budget"
EMERGENCY_BUDGET = "emergency_budget"
"""Why somebody in danger is not told of 112: an account has told too many within the hour. A person must look."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_FIRST_RETRY = timedelta(seconds=15)
_LONGEST_RETRY = HOUR
LONGEST_WAIT = DAY
"""A provider may ask for more patience; it is not believed beyond this."""

_RINGING = frozenset({"sms"})
_WINDOWED = frozenset({"direct_message", "comment"})
_TOLD_AT_ONCE: Mapping[str, Literal["archived", "rejected"]] = {"archived": "archived", "rejected": "rejected"}
_FINISHED = frozenset({"answered", "closed", "archived", "rejected"})
_WORKED_ON = frozenset({"assigned", "in_progress"})
_HAS_IT = frozenset({"accepted", "buffered"})
_CITIZEN_HAS_IT = frozenset({"delivered", "echoed"})
_REFUSED = frozenset({"failed", "rejected"})
_OPEN: frozenset[str] = frozenset({"queued", "sending", "unknown"})
_TRIED: frozenset[str] = frozenset({"sending", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many messages at most that nobody wrote by hand. Officers' answers are never limited."""

    conversation_hour: int = 3
    """Receipts to one person on one channel."""
    conversation_day: int = 10
    thread_hour: int = 10
    """Public ones under one post."""
    account_hour: int = 300
    """Receipts and prompts of one account of ours; as many notices besides."""
    prompts_hour: int = 6
    """Prompts to one person: somebody who asks CEK now and then is not refused, an autoresponder is."""
    prompts_day: int = 20
    notices_hour: int = 6
    """Notices to one person."""
    notices_day: int = 20
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
    notice_valid: timedelta = timedelta(hours=48)
    prompt_valid: timedelta = timedelta(hours=1)
    quiet: QuietHours = field(default_factory=QuietHours)
    attempts: int = 10
    pause: timedelta = timedelta(minutes=5)

    def expiry(self, template: str, cause: datetime) -> datetime:
        """Return from when on a reply comes too late."""
        if template in AWAITED:
            return cause + self.answer_valid
        if template in NOTICES:
            return cause + self.notice_valid
        return cause + (self.acknowledgement_valid if template == "acknowledgement" else self.prompt_valid)


def kind_of(template: str, *, urgent: bool) -> Kind | None:
    """Return which limits bind a message; None where none do."""
    if template in BY_HAND:
        return None
    if urgent:
        return "emergency"
    if template in NOTICES:
        return "notice"
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
        "notice": (limits.notices_hour, limits.notices_day),
    }[kind]
    if recent.conversation_hour >= hour or recent.conversation_day >= day:
        return "conversation_limit"
    if recent.thread_hour >= limits.thread_hour:
        return "thread_limit"
    if recent.account_hour >= limits.account_hour:
        return ACCOUNT_BUDGET
    return None


def is_private(*, sealed: bool, secret: bool, anonymous: bool) -> bool:
    """Tell whether even that somebody complained must stay between them and us."""
    return sealed or secret or anonymous


def asks_with_answer(surface: str) -> bool:
    """Tell whether an answer asks for its rating itself: the close comes days later, when Meta's window is closed."""
    return surface in _WINDOWED


def has_it_already(actor: Actor) -> bool:
    """Tell whether the citizen has it: it was written in the provider's own app. At LAPOR! ours has no account."""
    return actor.kind == "channel" and actor.id != LAPOR


def keeps_private_reply(template: str, *, surface: str, private: bool, urgent: bool, direct: bool = False) -> bool:
    """Tell whether a message would spend the one private reply to a comment on what is neither answer nor question.

    Only 112 may: of what is hidden nothing is said below the post. `direct`: they have written to us in private since,
    where what is for them alone goes and spends nothing.
    """
    if surface != "comment" or urgent:
        return False
    return (template == "followed_up" and not direct) or (template == "acknowledgement" and private)


def held_until(now: datetime, quiet: QuietHours, *, template: str, channel: str, urgent: bool) -> datetime | None:
    """Return when a message may go that would disturb somebody now; None where it may go at once.

    Receipts, answers to commands and what is urgent always may; an officer's words wait on SMS alone, which rings.
    """
    rings = template in NOTICES or (template in BY_HAND and channel in _RINGING)
    return quiet.ends(now) if rings and not urgent else None


def say_assigned(*, told: str | None, agency: str, desk: str, by_officer: bool, receipted: bool) -> bool:
    """Tell whether a citizen hears of an assignment: the first, and later ones when an officer changes the agency.

    `told`: the agency that they were told of last. The desk only sorts, so that routing's choice of it is not told.
    """
    if not receipted or agency == told or (agency == desk and not by_officer):
        return False
    return told is None or by_officer


def notice_of(
    previous: str, state: str, *, actor: str, reason_code: str | None, answered: bool
) -> Literal["closed", "archived", "rejected", "case_reopened"] | None:
    """Return what a citizen hears of a change of state; None where it is nothing new to them.

    What they withdrew themselves they know, and what was archived or rejected was told then.
    """
    if actor == "citizen":
        return None
    if state in _TOLD_AT_ONCE:
        return _TOLD_AT_ONCE[state]
    if state == "closed":
        return None if previous in _TOLD_AT_ONCE or not (answered or actor == "officer") else "closed"
    if previous in _FINISHED and state in _WORKED_ON and (reason_code == "reopened" or actor == "officer"):
        return "case_reopened"
    return None


def wait(attempts: int, jitter: float, retry_after: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many attempts (from 1): doubling from 15 seconds to an hour.

    `jitter` (0 to 1) spreads it from half to one and a half. What the provider asks for is the least.
    """
    backoff: timedelta = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** min(attempts - 1, 16)) * (0.5 + jitter)
    return max(backoff, min(retry_after or timedelta(0), LONGEST_WAIT))


def after_report(state: str, outcome: str, *, delivered: bool) -> State | None:
    """Return the state that a delivery report brings a reply to; None when it changes nothing.

    Reports come in any order and more than once. That the citizen has it wins over everything; that the provider has
    it settles only what was open; a refusal does not undo a delivery, and is of an earlier try where one waits.
    """
    if outcome in _CITIZEN_HAS_IT and state != "sent":
        return "sent"
    if outcome in _HAS_IT and state in _OPEN:
        return "sent"
    if outcome in _REFUSED and (state in _TRIED or (state == "sent" and not delivered)):
        return "failed"
    return None
