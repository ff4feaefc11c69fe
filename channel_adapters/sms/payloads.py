"""A text message as any gateway hands it over, before our rules look at it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One text message; numbers are spelt as the gateway spells them."""

    sender: str
    receiver: str
    text: str
    provider_id: str | None
    sent_at: datetime | None
    """None when the gateway does not say or its clock cannot be believed."""
    received_at: datetime
