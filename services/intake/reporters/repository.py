"""Every SQL statement of the reporter vault: who wrote, what they told of themselves, and who is the same human."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from services.intake.judging import Judged
from services.intake.models import person, reporter
from shared.channels import Sender
from shared.core.ids import new_id
from shared.db import Prepared, Rows, UnitOfWork
from shared.security.vault import VaultKeys

_NEW_PERSONS = Rows(person, "id", "digest", "key_id", "identifier")
_REPORTERS = Rows(reporter, "reference", "person_id", "details", "address")
_PERSONS = Prepared(
    text("SELECT digest, id, joined_to FROM vault.person WHERE digest = ANY(CAST(:digests AS bytea[]))")
)
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
    """Nobody knew them before this very transaction."""


async def persons(tx: UnitOfWork, keys: VaultKeys, channel: str, senders: Mapping[UUID, Sender]) -> dict[UUID, Person]:
    """Find the person behind each message in the vault (by message id); whoever is new is written with the next flush.

    Whom another transaction writes at this moment is new here too: the flush then fails, and the next try finds them.
    """
    digests = {message_id: keys.digests(channel, sender) for message_id, sender in senders.items()}
    found = await _persons_by_digest(tx, [digest for many in digests.values() for digest in many])
    new: dict[bytes, Sender] = {}
    for message_id, many in digests.items():
        if found.keys().isdisjoint(many):
            found[many[0]] = Person(person_id := new_id(), person_id, is_new=True)
            new[many[0]] = senders[message_id]
    tx.insert(_NEW_PERSONS, [_person_row(keys, digest, found[digest], new[digest]) for digest in sorted(new)])
    return {
        message_id: next(found[digest] for digest in many if digest in found) for message_id, many in digests.items()
    }


async def _persons_by_digest(tx: UnitOfWork, digests: Sequence[bytes]) -> dict[bytes, Person]:
    rows = await tx.look(_PERSONS, {"digests": digests}) if digests else []
    return {row.digest: Person(row.id, row.joined_to or row.id) for row in rows}


def _person_row(keys: VaultKeys, digest: bytes, person: Person, sender: Sender) -> dict[str, Any]:
    return {
        "id": person.id,
        "digest": digest,
        "key_id": keys.key_id,
        "identifier": keys.close([sender.kind, sender.id]),
    }


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
