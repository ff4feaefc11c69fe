"""The parking lot: what a consumer could not process, whole, with its reason; and the line that waits behind it.

Later events of a complaint wait behind a parked one, so that no consumer ever sees them out of order. A person looks
(`ntbcare parked show`), then asks for another try (`replay`) or gives the event up (`drop`); the service itself then
works through the line. Only the head of a complaint's line ever moves.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from aiokafka import ConsumerRecord
from sqlalchemy import (
    ColumnElement,
    Exists,
    Table,
    Uuid,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.core.text import clean_text
from shared.db import Prepared, UnitOfWork
from shared.events import Envelope

State = Literal["parked", "waiting"]
Verdict = Literal["new", "seen", "wait"]

_STATES = ("parked", "waiting", "replay", "dropped")
_MOVES = ("replay", "waiting")
"""The states in which the head of a line may move."""
_HEADS_AT_ONCE = 100
_LOCK = Prepared(
    text("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(CAST(:keys AS text[])) AS key")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRecord:
    """A record taken back out of the parking lot."""

    id: int
    state: str
    topic: str
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes


class ParkingLot:
    """One service's inbox and parking lot."""

    def __init__(self, inbox: Table, parked: Table) -> None:
        """Take the two tables of the service's schema."""
        self._inbox = inbox
        self._parked = parked
        self._enter = _enter(inbox, parked)

    async def enter(self, tx: UnitOfWork, envelopes: Sequence[Envelope]) -> list[Verdict]:
        """Say what to do with each of these events, whose complaints are locked; `new` marks it as processed.

        `seen`: processed, parked or dropped before. `wait`: something of the same complaint is parked.
        """
        given = {"events": [one.id for one in envelopes], "complaints": [one.subject for one in envelopes]}
        new = {row.event_id for row in await tx.fetch(self._enter, given)}
        verdicts: list[Verdict] = []
        for one in envelopes:
            verdicts.append("new" if one.id in new else await self._why_not(tx, one))
            new.discard(one.id)  # the same event again is seen
        return verdicts

    async def _why_not(self, tx: UnitOfWork, envelope: Envelope) -> Verdict:
        parked, inbox = self._parked, self._inbox
        if await tx.scalar(select(inbox.c.event_id).where(inbox.c.event_id == envelope.id)):
            return "seen"
        line = select(parked.c.event_id, parked.c.state).where(parked.c.subject == envelope.subject)
        rows = (await tx.execute(line)).all()
        return "seen" if any(row.event_id == envelope.id for row in rows) else "wait"

    async def lock(self, tx: UnitOfWork, *subjects: UUID) -> None:
        """Keep other workers of this service away from these complaints until the transaction ends.

        All at once, and sorted: two transactions never wait for each other in a circle.
        """
        await tx.fetch(_LOCK, {"keys": sorted(f"{self._inbox.schema}:{subject}" for subject in set(subjects))})

    async def mark(self, tx: UnitOfWork, event_id: UUID) -> None:
        """Write the event into the inbox."""
        await tx.execute(insert(self._inbox).values(event_id=event_id).on_conflict_do_nothing())

    async def park(
        self,
        tx: UnitOfWork,
        record: ConsumerRecord[bytes, bytes],
        envelope: Envelope | None,
        *,
        state: State,
        reason: str,
    ) -> bool:
        """Keep the whole record with the reason it cannot be processed; False when it was kept before."""
        value = base64.b64encode(record.value or b"").decode()
        if envelope is None and await tx.scalar(select(self._same(record, value))):
            return False
        row = {
            "event_id": envelope.id if envelope else None,
            "subject": envelope.subject if envelope else _uuid(record.key),
            "type": envelope.data.type if envelope else None,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "headers": [[clean_text(name), _encode(content)] for name, content in record.headers],
            "value": value,
            "state": state,
            "reason": clean_text(reason),
        }
        parked = insert(self._parked).values(row).on_conflict_do_nothing().returning(self._parked.c.id)
        return await tx.scalar(parked) is not None

    def _same(self, record: ConsumerRecord[bytes, bytes], value: str) -> Exists:
        """Know a record without an id again: a broker that forgot may give its offset to another one."""
        parked = self._parked
        return exists().where(
            parked.c.event_id.is_(None),
            parked.c.topic == record.topic,
            parked.c.partition == record.partition,
            parked.c.offset == record.offset,
            parked.c.value == value,
        )

    async def heads(self, tx: UnitOfWork) -> list[ParkedRecord]:
        """Return what may move now: the head of each complaint's line, unless a person still has to look at it."""
        parked, earlier = self._parked, self._parked.alias()
        ahead = exists().where(
            earlier.c.subject == parked.c.subject, earlier.c.id < parked.c.id, earlier.c.state != "dropped"
        )
        heads = select(parked).where(parked.c.state.in_(_MOVES), ~ahead).order_by(parked.c.id).limit(_HEADS_AT_ONCE)
        rows = await tx.execute(heads)
        return [_record(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented accessor

    async def counts(self, tx: UnitOfWork) -> dict[str, int]:
        """Return how many records are in each state; 0 for a state that none is in."""
        parked = self._parked
        counted = select(parked.c.state, func.count().label("events")).group_by(parked.c.state)
        return dict.fromkeys(_STATES, 0) | {row.state: row.events for row in await tx.execute(counted)}

    async def leave(self, tx: UnitOfWork, record: ParkedRecord) -> bool:
        """Take a record out, its effect being in this transaction; False when it may not move any more."""
        left = await tx.execute(delete(self._parked).where(*self._moving(record)).returning(self._parked.c.id))
        return left.first() is not None

    async def fail(self, tx: UnitOfWork, record: ParkedRecord, reason: str) -> None:
        """Park a record again, with the reason why this try failed too."""
        change = {"state": "parked", "reason": clean_text(reason), "attempts": self._parked.c.attempts + 1}
        await tx.execute(update(self._parked).where(*self._moving(record)).values(change))

    def _moving(self, record: ParkedRecord) -> tuple[ColumnElement[bool], ...]:
        return (self._parked.c.id == record.id, self._parked.c.state.in_(_MOVES))


def _enter(inbox: Table, parked: Table) -> Prepared:
    """Mark events as processed, unless they are already or their complaint's line is not free; return the marked.

    One statement, because every event goes through it. The complaints' locks are had before: nobody is in between.
    """
    given = (
        func.unnest(bindparam("events", type_=ARRAY(Uuid)), bindparam("complaints", type_=ARRAY(Uuid)))
        .table_valued(column("event", Uuid), column("complaint", Uuid))
        .render_derived()
    )
    in_the_way = exists().where(
        parked.c.subject == given.c.complaint,
        or_(parked.c.event_id == given.c.event, parked.c.state != literal_column("'dropped'")),
    )
    free = insert(inbox).from_select(["event_id"], select(given.c.event).where(~in_the_way))
    return Prepared(free.on_conflict_do_nothing().returning(inbox.c.event_id))


def _record(row: Any) -> ParkedRecord:
    return ParkedRecord(
        id=row["id"],
        state=row["state"],
        topic=row["topic"],
        headers=[(name, None if content is None else base64.b64decode(content)) for name, content in row["headers"]],
        value=base64.b64decode(row["value"] or ""),
    )


def _encode(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _uuid(key: bytes | None) -> UUID | None:
    try:
        return UUID((key or b"").decode())
    except ValueError:
        return None
