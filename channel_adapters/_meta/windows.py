"""When Meta lets a message through, and as what: the one place that says so. Pure.

Meta for Developers, "Messenger Platform: Messaging windows", "Human Agent" and "Private replies" (policy of 28
September 2026): anything within 24 hours of the person's last word; what a human wrote until 7 days after it, with a
tag; one private reply to a comment within 7 days of it. What everybody may read under a comment has no window.
"""

from datetime import datetime, timedelta
from enum import Enum

from shared.channels.sending import Outbound

ANSWER_WINDOW = timedelta(hours=24)
"""After the citizen's message; whoever and whatever answers."""
HUMAN_WINDOW = timedelta(days=7)
"""Only for what a person wrote; also the time in which a comment can be answered privately."""


class Passage(Enum):
    """As what a message goes through."""

    PUBLIC_REPLY = "public_reply"
    PRIVATE_REPLY = "private_reply"
    RESPONSE = "response"
    HUMAN_AGENT = "human_agent"


class Closed(Enum):
    """Why none goes through; the values are reasons of `ReplySender.objection`."""

    WINDOW = "window_closed"
    SPENT = "private_reply_spent"


def passage(outbound: Outbound, now: datetime) -> Passage | Closed:
    """Return as what a message may go out now, or why it may not. Meta's clock may run ahead: no age is too young."""
    age = now - outbound.written_to_us_at
    if outbound.address.surface == "comment":
        if not outbound.confidential and not outbound.by_officer:
            return Passage.PUBLIC_REPLY
        if outbound.private_reply_spent:
            return Closed.SPENT
        return Passage.PRIVATE_REPLY if age <= HUMAN_WINDOW else Closed.WINDOW
    if age <= ANSWER_WINDOW:
        return Passage.RESPONSE
    return Passage.HUMAN_AGENT if outbound.by_officer and age <= HUMAN_WINDOW else Closed.WINDOW
