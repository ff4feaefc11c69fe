"""The Channel protocol: stops 2, 3 and the answer of stop 4, as pure functions over value objects.

A channel knows its provider's words and nothing of the web framework, the database or Kafka. Intake calls, in this
order: `authenticate` (is it them?), `normalize` (what did they say?), then commits, then `answer` (or `refuse`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRequest:
    """A provider's request, byte for byte.

    `path` is the path as called; `path_values` what the door's template caught from it; `query` the raw query string;
    header names are lower case, repeated ones joined by ", ".
    """

    method: str
    path: str
    path_values: Mapping[str, str]
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One address that a provider calls.

    `purpose`: `deliver` hands over messages; `handshake` only proves who we are (Meta's GET) and stores nothing.
    `max_body` in bytes. `operation` is merged into the OpenAPI document (request body, responses).
    """

    method: Literal["GET", "POST"]
    path: str
    purpose: Literal["deliver", "handshake"] = "deliver"
    summary: str
    max_body: int
    public: bool = False
    """True where anybody may call (no provider's signature): such a door is rate limited per address."""
    operation: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote, in the provider's own identifiers. Goes into the reporter vault and nowhere else."""

    id: str
    kind: str
    """The kind of identifier: `psid`, `igsid`, `msisdn` (E.164), `device`, …"""
    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that came with a message: either its bytes (`content`) or the provider's address (`url`)."""

    kind: Literal["image", "audio", "video", "file", "other"]
    url: str | None = None
    content: bytes | None = None
    media_type: str | None = None
    """As claimed by the sender; never trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPlace:
    """Where it happened, as the citizen gave it. Coordinates in degrees (WGS 84), inside NTB's bounding box."""

    region_code: str | None = None
    """Kemendagri's dotted code, for example 52.03."""
    latitude: float | None = None
    longitude: float | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One citizen's message, in our words."""

    provider_message_id: str
    """Unique per channel and account, for ever: the key that makes a redelivery harmless."""
    account: str
    """Which of our accounts received it: page id, Instagram account id, our SMS number, the app."""
    surface: Literal["direct_message", "comment", "sms", "form"]
    sender: Sender
    thread: str | None = None
    """What it hangs on (a post, a parent comment), in the provider's ids."""
    text: str
    attachments: tuple[Attachment, ...] = ()
    place: GivenPlace = field(default_factory=GivenPlace)
    event_time: datetime | None = None
    """When the citizen sent it, by the provider's clock; None when the provider's clock cannot be believed."""
    incident_time: datetime | None = None
    """When it happened, as the citizen says."""
    anonymous: bool = False
    secret: bool = False
    language: str = "id"
    fingerprint: str | None = None
    """A hash of what was sent, where the provider lets the sender choose the id (an idempotency key)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Part of a request that is understood and is no message for us, with the reason (a stable snake_case name)."""

    reason: str
    provider_message_id: str | None = None
    account: str | None = None
    words: bool = False
    """Somebody's words that we do not take in yet (a visitor's post, an edit): intake keeps the raw request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Part of a request that we could not understand: the request is parked for a later replay.

    `where` is a path into the body such as `entry.0.messaging.1`; no content.
    """

    reason: str
    where: str = ""


DeliveryOutcome = Literal["accepted", "buffered", "delivered", "failed", "rejected", "echoed"]
"""What a provider says became of a message of ours. `echoed`: it shows it back, so it has it (Messenger)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What became of a reply of ours, by the ids that we gave the provider along with it (`Outbound`)."""

    reply_id: UUID
    complaint_id: UUID
    outcome: DeliveryOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Everything one request said."""

    messages: tuple[InboundMessage, ...] = ()
    reports: tuple[DeliveryReport, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one message: the complaint it is in."""

    provider_message_id: str
    complaint_id: UUID
    ticket: str
    access_code: str
    """The secret that, with the ticket, opens the complaint's text and answers."""
    received_at: datetime
    duplicate: bool
    """True when this message had been accepted before; the complaint is the one made then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer in the provider's own dialect."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A request that is refused and changes nothing.

    `reason` is a stable snake_case name (it is counted per door); `detail` is for the sender and holds none of our
    secrets; `pointer` is a JSON pointer to the offending field where there is one.
    """

    def __init__(self, reason: str, *, status: int, detail: str, pointer: str | None = None) -> None:
        """Name the reason, the HTTP status, and what the sender should do."""
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.detail = detail
        self.pointer = pointer


class Channel(Protocol):
    """One channel. Its folder has `channel.py` with `build() -> Channel`, which reads the channel's own settings."""

    @property
    def name(self) -> str:
        """The folder's name, also the value of `channel` in events and tables."""

    @property
    def doors(self) -> Sequence[Door]:
        """The addresses that the provider calls."""

    def authenticate(self, request: InboundRequest) -> None:
        """Check that the provider itself sent these bytes; raises `RefusedError` (401 or 403). Constant time."""

    def handshake(self, request: InboundRequest) -> Answer:
        """Answer a `handshake` door; raises `RefusedError`."""

    def normalize(self, request: InboundRequest) -> Translation:
        """Translate an authenticated request; pure.

        Raises `RefusedError` only where the sender is a program of ours that can show the error to a person (the
        app): a provider would only send the same body again, so what it says badly becomes `Unreadable`.
        """

    def answer(self, receipts: Sequence[Receipt]) -> Answer:
        """Give the 2xx answer after the commit; `receipts` in the order of the translation's messages."""

    def refuse(self, error: RefusedError) -> Answer:
        """Say no in the provider's dialect. Called for refusals of the channel and of the gateway alike."""
