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

    `door` is the template of the address that was called (`Door.path`); `path_values` what it caught from the path;
    `query` the raw query string; header names are lower case, repeated ones joined by ", ".
    """

    method: str
    door: str
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
    postal_address: str | None = None
    """Where a letter reaches them (an officer's desk)."""


AttachmentKind = Literal["image", "audio", "video", "file", "sticker", "location", "share", "story", "other"]
"""`image`, `audio`, `video` and `file` are evidence; `share` and `story` show somebody's post; a `sticker` is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that came with a message: its bytes (`content`), the provider's address (`url`), or an `upload`."""

    kind: AttachmentKind
    url: str | None = None
    """An absolute https address where the provider keeps the content: a worker fetches it, perhaps. All else that looks
    like an address belongs into `note`."""
    content: bytes | None = None
    upload: UUID | None = None
    """A finished upload of the same device (`/v1/uploads`): intake puts its content in its place, or refuses."""
    media_type: str | None = None
    """As claimed by the sender; never trusted."""
    note: str | None = None
    """What is known where nothing can be fetched: coordinates outside the province, a shared post's address."""
    problem: str | None = None
    """Why there is no content although there should be (a stable snake_case name, for example `bad_base64`)."""
    keep_hints: bool = False
    """The citizen agreed that place and time inside a photo are kept as hints; otherwise they are only removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPlace:
    """Where it happened, as the citizen gave it. Coordinates in degrees (WGS 84), inside NTB's bounding box."""

    region_code: str | None = None
    """Kemendagri's dotted code, for example 52.03."""
    latitude: float | None = None
    longitude: float | None = None
    description: str | None = None


Surface = Literal["direct_message", "comment", "post", "mention", "review", "sms", "form", "desk"]
"""Where somebody wrote: privately, below one of our posts, on our page's wall, in a post that names us, as a review of
our page, as a text message, in a form (ours, LAPOR!'s), or at an officer's desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a longer text message that the provider did not join (concatenated SMS, 3GPP TS 23.040)."""

    reference: str
    """The same for all pieces of one message from one sender."""
    number: int
    """From 1."""
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One citizen's message, in our words."""

    provider_message_id: str
    """Unique per channel and account, for ever: the key that makes a redelivery harmless."""
    account: str
    """Which of our accounts received it: page id, Instagram account id, our SMS number, the app."""
    surface: Surface
    sender: Sender
    """`kind` is `unknown` where the provider does not say who it was (`id` is then the message's own id)."""
    thread: str | None = None
    """What a public message hangs on: the topmost comment, or the post or review itself. None in private."""
    post: str | None = None
    """The post that a comment stands below."""
    reply_to: str | None = None
    """The provider's id of the message that this one answers: a comment's parent, a quoted message."""
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
    stands_alone: bool = True
    """False for what cannot be a complaint by itself: a quick reply, a sticker, a shared post, media without words."""
    complaint: UUID | None = None
    """The complaint that the message belongs to, whoever sent it. Only intake fills it in, for a door whose address
    names a `{ticket}`, and only after the sender's device or access code has opened that complaint."""
    registered: bool = False
    """True for a form that is a complaint under a number of its provider's own (LAPOR!): it opens one here whatever its
    words name, and its citizen is asked nothing by us."""
    part: Part | None = None
    """Set while it is only a piece of a message; intake joins them."""
    standby: bool = False
    """True while another app answers in this conversation (Messenger's handover): we listen, and do not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyMessage:
    """What somebody of ours wrote in the provider's own app (a Messenger echo, the page's comment): no complaint."""

    provider_message_id: str
    account: str
    surface: Surface
    recipient: Sender | None = None
    """Whom it was written to, in private."""
    thread: str | None = None
    reply_to: str | None = None
    text: str
    attachments: tuple[Attachment, ...] = ()
    event_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """The author changed or took back a message of theirs."""

    provider_message_id: str
    account: str
    change: Literal["edited", "withdrawn"]
    message: InboundMessage | None = None
    """The whole message as it is now, where the provider tells it: one that we never saw is then accepted as new."""
    text: str | None = None
    """The new words of an edited message."""
    at: datetime | None = None
    """When, by the provider's clock; it also tells an older edit from a newer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A message of which the provider told hardly more than the id: a worker asks for the rest (`MessageReader`)."""

    provider_message_id: str
    account: str
    kind: Literal["comment", "live_comment", "mention", "post", "direct_message"]
    fallback: InboundMessage | None = None
    """What is accepted when the provider will not tell more (a private profile): its words, by nobody known."""
    media: str | None = None
    """The post that a mention stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNotice:
    """Something that happened to one of our accounts and that an operator must see."""

    account: str
    kind: str
    """A stable snake_case name, for example `policy_enforcement`."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Part of a request that is understood and is no message for us, with the reason (a stable snake_case name)."""

    reason: str
    provider_message_id: str | None = None
    account: str | None = None
    words: bool = False
    """Somebody's words that we cannot take in: intake keeps the raw request, for a replay after a change of ours."""


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
    """What became of a reply of ours, by the ids that we gave the provider along with it (`Outbound`).

    A provider that hands none of them back names the reply by its own id alone: intake knows whose it is once the reply
    was sent.
    """

    reply_id: UUID | None = None
    complaint_id: UUID | None = None
    outcome: DeliveryOutcome
    provider_message_id: str | None = None
    """The provider's own id of that reply, where it tells: citizens quote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Everything one request said."""

    messages: tuple[InboundMessage, ...] = ()
    agency_messages: tuple[AgencyMessage, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    notices: tuple[AccountNotice, ...] = ()
    reports: tuple[DeliveryReport, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


Disposition = Literal["opened", "appended", "held", "kept"]
"""What became of a message: it opened a complaint, was added to one, waits for the rest of what is being said, or was
kept without a complaint (small talk, spam, a command), where an officer can still make one of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one message, and the complaint it is in, if any."""

    provider_message_id: str
    disposition: Disposition
    complaint_id: UUID | None
    ticket: str | None
    access_code: str | None
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

    def answer(self, door: str, receipts: Sequence[Receipt]) -> Answer:
        """Give the 2xx answer after the commit; `receipts` in the order of the translation's messages."""

    def refuse(self, door: str, error: RefusedError) -> Answer:
        """Say no in the provider's dialect. Called for refusals of the channel and of the gateway alike."""
