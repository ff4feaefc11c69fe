"""Every SQL statement of the operator's commands on parking lots; none of them can reach a record's content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.db import Database

_LOTS = text("""
    SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = 'parked' AND c.relkind = 'r' AND has_schema_privilege(n.oid, 'USAGE')
      AND has_column_privilege(c.oid, 'state', 'UPDATE')
    ORDER BY n.nspname
""")
_PARKED = """
    SELECT p.id, p.event_id, p.subject, p.type, p.topic, p."partition", p."offset", p.state, p.reason, p.attempts,
           p.parked_at, j.ticket, j.sequence,
           (SELECT count(*) FROM "{lot}".parked AS w
            WHERE w.subject = p.subject AND w.id > p.id AND w.state <> 'dropped') AS behind,
           (SELECT min(e.id) FROM "{lot}".parked AS e
            WHERE e.subject = p.subject AND e.id < p.id AND e.state <> 'dropped') AS head
    FROM "{lot}".parked AS p
    LEFT JOIN LATERAL (SELECT ticket, sequence FROM bus.journey AS j
                       WHERE j.complaint_id = p.subject AND (j.event_id = p.event_id OR p.event_id IS NULL)
                       ORDER BY sequence LIMIT 1) AS j ON true
"""
_MOVE = """
    UPDATE "{lot}".parked SET state = :state, reason = :reason WHERE id = :id AND state = 'parked' RETURNING id
"""
_REFUSED = text("""
    SELECT event_id, complaint_id, ticket, sequence, type, stored_at, refused_reason,
           (SELECT count(*) FROM bus.journey AS w WHERE w.complaint_id = j.complaint_id AND w.sequence > j.sequence
            AND w.published_at IS NULL) AS behind
    FROM bus.journey AS j WHERE refused_reason IS NOT NULL AND published_at IS NULL ORDER BY stored_at
""")
_REQUESTS = text("""
    SELECT id, channel, door, received_at, unreadable FROM intake.raw_request WHERE state = 'parked'
    ORDER BY received_at
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A parked record without its content. `head`: the id it waits behind; `behind`: how many wait behind it."""

    service: str
    id: int
    event_id: UUID | None
    subject: UUID | None
    ticket: str | None
    sequence: int | None
    type: str | None
    topic: str
    partition: int
    offset: int
    state: str
    reason: str
    attempts: int
    parked_at: datetime
    behind: int
    head: int | None

    @property
    def name(self) -> str:
        """How people name it, for example `casework:12`."""
        return f"{self.service}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An event that Kafka will never take. `behind`: how many of its complaint's events wait for it."""

    event_id: UUID
    complaint_id: UUID
    ticket: str
    sequence: int
    type: str
    stored_at: datetime
    refused_reason: str
    behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A provider's request that was signed and not understood. `unreadable`: pairs of reason and place in the body."""

    id: UUID
    channel: str
    door: str
    received_at: datetime
    unreadable: list[list[str]]


async def lots(database: Database) -> tuple[str, ...]:
    """Return the services that have a parking lot."""
    async with database.transaction() as tx:
        return tuple(await tx.scalars(_LOTS))


async def listed(
    database: Database, services: Sequence[str], *, dropped: bool = False, subject: UUID | None = None
) -> list[Parked]:
    """Return what stands in these services' lots, in order; one complaint's only when `subject` is given."""
    where = "WHERE (CAST(:subject AS uuid) IS NULL OR p.subject = :subject) AND (:dropped OR p.state <> 'dropped')"
    return [
        parked
        for service in services
        for parked in await _read(database, service, where, {"subject": subject, "dropped": dropped})
    ]


async def one(database: Database, service: str, number: int) -> Parked | None:
    """Return one parked record, whatever its state, or None."""
    found = await _read(database, service, "WHERE p.id = :id", {"id": number})
    return found[0] if found else None


async def move(database: Database, parked: Parked, *, state: str, reason: str) -> bool:
    """Move a record out of `parked`; False when it is not in that state any more."""
    statement = text(_MOVE.format(lot=parked.service))
    async with database.transaction() as tx:
        moved = await tx.execute(statement, {"id": parked.id, "state": state, "reason": reason})
        return moved.first() is not None


async def refused(database: Database) -> list[Refused]:
    """Return the events that Kafka refused for good."""
    async with database.transaction() as tx:
        return [Refused(**row._mapping) for row in await tx.execute(_REFUSED)]  # noqa: SLF001 - its documented accessor


async def requests(database: Database) -> list[Request]:
    """Return the requests that intake keeps because it could not understand a part of them, oldest first."""
    async with database.transaction() as tx:
        return [Request(**row._mapping) for row in await tx.execute(_REQUESTS)]  # noqa: SLF001 - its documented accessor


async def _read(database: Database, service: str, where: str, parameters: dict[str, Any]) -> list[Parked]:
    statement = text(f"{_PARKED.format(lot=service)} {where} ORDER BY p.id")
    async with database.transaction() as tx:
        rows = await tx.execute(statement, parameters)
        return [Parked(service=service, **row._mapping) for row in rows]  # noqa: SLF001 - its documented accessor
