"""Every SQL statement of the reporter vault: who wrote, what they told of themselves, and who is the same human."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update

from services.intake.judging import Judged
from services.intake.models import person, reporter
from shared.channels import Sender
from shared.core.ids import new_id
from shared.db import Prepared, Rows, UnitOfWork
from shared.security.vault import VaultKeys

_REPORTERS = Rows(reporter, "reference", "person_id", "details", "address")
_PERSONS = Prepared(
    text("SELECT digest, id, joined_to FROM vault.person WHERE digest = ANY(CAST(:digests AS bytea[]))")
)
_FIND_OR_ADD = Prepared(
    text("""
    WITH known AS (
        SELECT g.number, p.digest, p.id, p.joined_to
        FROM unnest(CAST(:digests AS bytea[]), CAST(:numbers AS integer[])) AS g(digest, number)
        JOIN vault.person AS p ON p.digest = g.digest
        WHERE p.digest = ANY(CAST(:digests AS bytea[]))
    ), added AS (
        INSERT INTO vault.person (id, digest, key_id, identifier)
        SELECT n.id, n.digest, CAST(:key_id AS text), n.identifier
        FROM unnest(CAST(:ids AS uuid[]), CAST(:newest AS bytea[]), CAST(:identifiers AS bytea[]))
             WITH ORDINALITY AS n(id, digest, identifier, number)
        WHERE n.number NOT IN (SELECT known.number FROM known)
        ORDER BY n.digest
        ON CONFLICT (digest) DO NOTHING
        RETURNING digest, id
    )
    SELECT digest, id, joined_to, FALSE AS is_new FROM known
    UNION ALL SELECT digest, id, NULL, TRUE FROM added
""")
)
"""In one trip: who is known under any of their digests, and who is new under the newest. Who was written at this very
moment by another transaction is in neither."""
_LOCK_JOINING = text("SELECT pg_advisory_xact_lock(hashtextextended('intake.join_persons', 0))")
_HUMANS = text("SELECT id, coalesce(joined_to, id) AS human FROM vault.person WHERE id IN (:one, :other)")
_JOIN_PERSONS = text("""
    UPDATE vault.person SET joined_to = :one
    WHERE id = :other OR joined_to = :other
""")


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the vault, and the first of those that are the same human."""

    id: UUID
    human: UUID
    is_new: bool = False
    """Written by this very transaction."""


async def persons(tx: UnitOfWork, keys: VaultKeys, channel: str, senders: Mapping[UUID, Sender]) -> dict[UUID, Person]:
    """Find or write the person behind each message in the vault (by message id)."""
    digests = {message_id: keys.digests(channel, sender) for message_id, sender in senders.items()}
    wanted = {many[0]: (many, senders[message_id]) for message_id, many in digests.items()}
    found = await _find_or_add(tx, keys, list(wanted.values())) if wanted else {}
    if overtaken := [digest for many in digests.values() if found.keys().isdisjoint(many) for digest in many]:
        found |= await _persons_by_digest(tx, overtaken)
    return {
        message_id: next(found[digest] for digest in many if digest in found) for message_id, many in digests.items()
    }


async def _find_or_add(
    tx: UnitOfWork, keys: VaultKeys, wanted: Sequence[tuple[Sequence[bytes], Sender]]
) -> dict[bytes, Person]:
    numbered = [(digest, number) for number, (many, _) in enumerate(wanted, 1) for digest in many]
    told = {
        "digests": [digest for digest, _ in numbered],
        "numbers": [number for _, number in numbered],
        "ids": [new_id() for _ in wanted],
        "newest": [many[0] for many, _ in wanted],
        "identifiers": [keys.close([sender.kind, sender.id]) for _, sender in wanted],
        "key_id": keys.key_id,
    }
    rows = await tx.fetch(_FIND_OR_ADD, told)
    return {row.digest: Person(row.id, row.joined_to or row.id, row.is_new) for row in rows}


async def _persons_by_digest(tx: UnitOfWork, digests: Iterable[bytes]) -> dict[bytes, Person]:
    rows = await tx.fetch(_PERSONS, {"digests": list(digests)})
    return {row.digest: Person(row.id, row.joined_to or row.id) for row in rows}


def store_reporters(tx: UnitOfWork, keys: VaultKeys, channel: str, judged: Sequence[Judged]) -> None:
    """Write each message's opaque reporter reference, what they told of themselves, and where they are answered."""
    rows = []
    for one in judged:
        if not one.is_named:
            continue
        sender = one.draft.message.sender
        told = {name: getattr(sender, name) for name in ("name", "phone", "email", "postal_address")}
        details = {name: value for name, value in told.items() if value}
        rows.append(
            {
                "reference": one.draft.reporter,
                "person_id": one.conversation.person_id,
                "details": keys.close(details) if details else None,
                "address": keys.close(one.draft.return_address(channel).document()),
            }
        )
    tx.insert(_REPORTERS, rows)


async def silence(tx: UnitOfWork, person_id: UUID, at: datetime | None) -> None:
    """Remember that a person wants to hear nothing from us; None: they do again."""
    await tx.execute(update(person).where(person.c.id == person_id).values(silenced_at=at))


async def join_persons(tx: UnitOfWork, one: UUID, other: UUID) -> None:
    """Remember that two persons, and whoever was joined to them, are one human.

    One joining at a time, and from where both stand now: whoever is joined to somebody that is joined further is lost.
    """
    await tx.execute(_LOCK_JOINING)
    rows = await tx.execute(_HUMANS, {"one": one, "other": other})
    human = {row.id: row.human for row in rows}
    if human[one] != human[other]:
        await tx.execute(_JOIN_PERSONS, {"one": human[one], "other": human[other]})
