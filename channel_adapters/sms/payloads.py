"""What a gateway's file reads out of a request, in words that are the same for all gateways."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.channels.protocol import (
    Answer,
    Attachment,
    DeliveryReport,
    Door,
    GivenPlace,
    Ignored,
    InboundRequest,
    Part,
    Sender,
    Unreadable,
)

LONGEST_ID = 512
"""Characters of a provider's id: an index row of PostgreSQL ends at 2,700 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A text message as a gateway tells it; nothing of ours has judged it yet."""

    sender: str
    receiver: str
    text: str
    provider_id: str | None
    sent_at: datetime | None
    received_at: datetime
    attachments: tuple[Attachment, ...] = ()
    place: GivenPlace = field(default_factory=GivenPlace)
    part: Part | None = None
    person: Sender | None = None
    """Set where the gateway names the sender by an id that is no telephone number."""
    where: str = ""
    """Its path in a body that holds several."""


Read = Sms | DeliveryReport | Ignored | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One kind of gateway, switched on by its settings."""

    doors: tuple[Door, ...]
    authenticate: Callable[[InboundRequest], None]
    """Raises `RefusedError` unless the gateway itself sent this; constant time."""
    read: Callable[[InboundRequest], Iterable[Read]]
    """Pure; never raises."""
    may_be_empty: bool = False
    """It calls an address without any parameters before it takes it."""
    stored: Answer = field(default=Answer(status=200))
    """What it hears after the commit. No body that it could send on to the citizen."""
