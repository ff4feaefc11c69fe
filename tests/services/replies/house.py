"""Replies on a real database with a real vault; only the provider is faked, behind the port that channels fulfil."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from services.replies import consumers
from services.replies.dispatch import Dispatch
from services.replies.resolving import Resolving
from services.replies.rules import Policy
from services.replies.service import RepliesService
from services.replies.templates import Texts
from services.replies.worker import Worker
from shared.channels import Outbound, ReturnAddress, Sent
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.db import Database
from shared.events import (
    Actor,
    AgencyRef,
    CitizenPrompted,
    ComplaintAmended,
    ComplaintAnswered,
    ComplaintAppended,
    ComplaintFollowedUp,
    ComplaintReceived,
    Envelope,
    ReplyDeliveryReported,
)
from shared.security.vault import VaultKeys

VAULT_KEY = "5b7e1d90c3f8a24466aa71de0c95f3b2"
CHANNELS = ("sms", "facebook")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NUMBER = "+6281912345678"
AGENCY = "Dinas Contoh Kabupaten Lombok Timur"


@dataclass
class StoppedClock:
    """The time, as the test has it."""

    now: datetime = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class FakeSender:
    """Keeps what it is handed and answers as told, in order; then, and without orders, it takes everything."""

    answers: deque[Sent | BaseException] = field(default_factory=deque)
    handed: list[Outbound] = field(default_factory=list)
    objections: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    closed: bool = False

    def objection(self, outbound: Outbound, now: datetime) -> str | None:
        assert now.tzinfo is not None
        return self.objections.get(outbound.address.recipient)

    async def send(self, outbound: Outbound) -> Sent:
        self.handed.append(outbound)
        if self.gate is not None:
            await self.gate.wait()
            assert not self.closed, "its connections are in use"
        answer = self.answers.popleft() if self.answers else Sent(provider_message_id=f"m_{len(self.handed)}")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True


@dataclass
class House:
    """Replies, whole, with what a test needs to look at."""

    pool: Database
    sql: asyncpg.Pool
    clock: StoppedClock
    sender: FakeSender
    policy: Policy
    url: str

    def __post_init__(self) -> None:
        can_send = dict.fromkeys(CHANNELS, True) | {"lapor": False, "mobile": False}
        self.service = RepliesService(can_send=can_send, texts=Texts(), policy=self.policy, clock=self.clock)
        self.resolving = Resolving(self.policy, clock=self.clock)
        self.worker = self.new_worker()

    def new_worker(self, **options: Any) -> Worker:
        """Make one more worker, as another process would."""
        vault = VaultKeys([VAULT_KEY])
        told: dict[str, Any] = {"channels": CHANNELS, "vault": vault, "policy": self.policy}
        dispatch = Dispatch(**told, queue=self.service.queue, jitter=lambda: 0.5, clock=self.clock)
        options = {"idle": 0.01, "trouble": 0.05, "finish": 5.0, **options}
        senders = dict.fromkeys(CHANNELS, self.sender)
        return Worker(self.pool, dispatch, self.resolving, senders, clock=self.clock, **options)

    def received(self, **changes: Any) -> ComplaintReceived:
        values: dict[str, Any] = {
            "complaint_id": new_id(),
            "ticket": new_ticket(),
            "channel": "sms",
            "account": "1708",
            "surface": "sms",
            "conversation_id": new_id(),
            "message_id": new_id(),
            "text": "Lampu jalan di simpang tiga mati sejak kemarin.",
            "language": "id",
            "received_at": self.clock(),
            "reporter": new_id(),
            "anonymous": False,
            "secret": False,
            "sealed": False,
        }
        return ComplaintReceived(**values | changes)

    def answered(self, about: ComplaintReceived, **changes: Any) -> ComplaintAnswered:
        values: dict[str, Any] = {
            "complaint_id": about.complaint_id,
            "ticket": about.ticket,
            "agency": AgencyRef(key="52.03.CONTOH", name=AGENCY),
            "text": "Lampunya sudah kami ganti pagi ini.",
            "actor": Actor(kind="officer", id=str(new_id())),
            "answered_at": self.clock(),
        }
        return ComplaintAnswered(**values | changes)

    def followed_up(self, about: ComplaintReceived, **changes: Any) -> ComplaintFollowedUp:
        values: dict[str, Any] = {
            "complaint_id": about.complaint_id,
            "ticket": about.ticket,
            "follow_up_id": new_id(),
            "agency": AgencyRef(key="52.03.CONTOH", name=AGENCY),
            "action": "inspection",
            "text": "Petugas kami meninjau lampunya pagi ini.",
            "actor": Actor(kind="officer", id=str(new_id())),
            "followed_up_at": self.clock(),
        }
        return ComplaintFollowedUp(**values | changes)

    def appended(self, about: ComplaintReceived, **changes: Any) -> ComplaintAppended:
        values: dict[str, Any] = {
            "complaint_id": about.complaint_id,
            "ticket": about.ticket,
            "channel": about.channel,
            "account": about.account,
            "surface": about.surface,
            "conversation_id": about.conversation_id,
            "message_id": new_id(),
            "author": "citizen",
            "text": "Tepatnya di sebelah timur simpang.",
            "received_at": self.clock(),
            "sealed": about.sealed,
            "rule": "answers_question",
        }
        return ComplaintAppended(**values | changes)

    def amended(self, about: ComplaintReceived, **changes: Any) -> ComplaintAmended:
        values: dict[str, Any] = {
            "complaint_id": about.complaint_id,
            "ticket": about.ticket,
            "message_id": about.message_id,
            "change": "edited",
            "text": "Lampu jalan di simpang empat mati.",
            "sealed": about.sealed,
            "amended_at": self.clock(),
        }
        return ComplaintAmended(**values | changes)

    async def ask(self, prompt: str, *, address: dict[str, Any] | None = None, **changes: Any) -> CitizenPrompted:
        """Let a citizen write what makes no complaint: the address in the vault, the prompt heard."""
        values: dict[str, Any] = {
            "conversation_id": new_id(),
            "channel": "sms",
            "account": "1708",
            "surface": "sms",
            "message_id": new_id(),
            "reporter": new_id(),
            "prompt": prompt,
            "rule": "small_talk",
            "written_at": self.clock(),
            "received_at": self.clock(),
        }
        event = CitizenPrompted(**values | changes)
        await self.know(event, **address or {})
        await self.deliver(event)
        return event

    async def silence(self, reporter: Any) -> None:
        """Let this person have said STOP, as intake writes it."""
        await self.sql.execute(
            "UPDATE vault.person SET silenced_at = now() WHERE id = "
            "(SELECT person_id FROM vault.reporter WHERE reference = $1)",
            reporter,
        )

    async def report(self, reply: Any, outcome: str, **changes: Any) -> None:
        values: dict[str, Any] = {
            "complaint_id": reply["complaint_id"],
            "ticket": reply["ticket"],
            "reply_id": reply["id"],
            "channel": reply["channel"],
            "outcome": outcome,
            "reported_at": self.clock(),
        }
        await self.deliver(ReplyDeliveryReported(**values | changes))

    async def know(self, event: ComplaintReceived | CitizenPrompted, **changes: Any) -> None:
        """Put the citizen's address into the vault, as intake does."""
        values = {
            "channel": event.channel,
            "account": event.account,
            "surface": event.surface,
            "recipient": NUMBER,
            "recipient_kind": "msisdn",
            "message_id": str(event.message_id),
        }
        address = ReturnAddress(**values | changes)
        person, keys = new_id(), VaultKeys([VAULT_KEY])
        await self.sql.execute(
            "INSERT INTO vault.person (id, digest, key_id, identifier) VALUES ($1, $2, 'k', '')", person, person.bytes
        )
        await self.sql.execute(
            "INSERT INTO vault.reporter (reference, person_id, address) VALUES ($1, $2, $3)",
            event.reporter, person, keys.close(address.document()),
        )  # fmt: skip

    async def deliver(self, event: Any, *, cause: Any = None, at: datetime | None = None) -> Envelope:
        """Hand an event to the handler that replies has for it, in a transaction of its own."""
        envelope = Envelope(
            id=cause or new_id(), subject=event.subject, time=at or self.clock(), sequence=1, data=event
        )
        async with self.pool.transaction(traceparent=TRACE) as tx:
            await consumers.handlers(self.service)[type(event)](tx, envelope)
        return envelope

    async def complain(self, *, address: dict[str, Any] | None = None, **changes: Any) -> ComplaintReceived:
        """Let a citizen complain: the address in the vault, the event heard."""
        event = self.received(**changes)
        await self.know(event, **address or {})
        await self.deliver(event)
        return event

    async def comment(self, *, post: str, **changes: Any) -> ComplaintReceived:
        """Let a citizen comment under a post."""
        place = {"thread": post, "recipient": "100200300", "recipient_kind": "psid", **changes.pop("address", {})}
        return await self.complain(
            address=place, **{"channel": "facebook", "account": "page-1", "surface": "comment", **changes}
        )

    async def send_all(self, worker: Worker | None = None) -> None:
        """Send until nothing is due."""
        while await (worker or self.worker).send_next():
            pass

    async def replies(self) -> list[asyncpg.Record]:
        return list(await self.sql.fetch("SELECT * FROM replies.reply ORDER BY created_at, id"))

    async def only(self) -> asyncpg.Record:
        (row,) = await self.replies()
        return row

    async def outcomes(self) -> Counter[tuple[str, str | None]]:
        return Counter((row["state"], row["reason"]) for row in await self.replies())

    async def said(self) -> list[tuple[str, str | None]]:
        """Return what replies announced to the house, in order: type and reason."""
        rows = await self.sql.fetch("SELECT type, value FROM bus.outbox ORDER BY position")
        return [(row["type"], row["value"].get("reason")) for row in rows]

    async def looks(self) -> list[asyncpg.Record]:
        return list(await self.sql.fetch("SELECT * FROM vault.look ORDER BY id"))

    @asynccontextmanager
    async def running(self, *workers: Worker) -> AsyncIterator[list["asyncio.Task[None]"]]:
        """Let workers run while the block lasts."""
        tasks = [asyncio.create_task(worker.run()) for worker in workers or (self.worker,)]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def settled(self) -> bool:
        return not {"queued", "sending"} & {row["state"] for row in await self.replies()}

    async def settled_or_waiting(self) -> bool:
        return "sending" not in {row["state"] for row in await self.replies()}

    def allow(self, **limits: int) -> None:
        """Widen or tighten the storm rules."""
        self.policy = replace(self.policy, limits=replace(self.policy.limits, **limits))
        self.__post_init__()


async def until(condition: Any, seconds: float = 10.0) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
