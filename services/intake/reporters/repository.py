"""Every SQL statement of the reporter vault: who wrote, what they told of themselves, and who is the same human."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from services.intake.judging import Judged
from services.intake.models import person, proof, reporter
from shared.channels import Sender
from shared.core.ids import new_id
from shared.db import Rows, UnitOfWork
from shared.security.vault import VaultKeys

_NEW_PERSONS = Rows(person, "id", "digest", "key_id", "identifier")
_REPORTERS = Rows(reporter, "reference", "person_id", "details", "address")
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


def persons(
    tx: UnitOfWork,
    keys: VaultKeys,
    senders: Mapping[UUID, Sender],
    digests: Mapping[UUID, Sequence[bytes]],
    familiar: Mapping[bytes, Person],
) -> dict[UUID, Person]:
    """Return the person behind each message (`senders` and `digests` by message id); who is new is written at the end.

    `familiar`: whom the vault knows, by digest. Whom another transaction writes at this moment is new here too: the
    flush then fails, and the next try finds them.
    """
    found = dict(familiar)
    new: dict[bytes, Sender] = {}
    for message_id, sender in senders.items():
        many = digests[message_id]
        if found.keys().isdisjoint(many):
            found[many[0]] = Person(person_id := new_id(), person_id, is_new=True)
            new[many[0]] = sender
    tx.insert(_NEW_PERSONS, [_person_row(keys, digest, found[digest], new[digest]) for digest in sorted(new)])
    return {
        message_id: next(found[digest] for digest in digests[message_id] if digest in found) for message_id in senders
    }


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


async def keep_proof(tx: UnitOfWork, complaint_id: UUID, person_id: UUID, at: datetime) -> None:
    """Remember that this person showed the complaint's access code: its answers may reach them here too."""
    row = {"complaint_id": complaint_id, "person_id": person_id, "at": at}
    await tx.execute(insert(proof).values(row).on_conflict_do_nothing())


async def join_persons(tx: UnitOfWork, one: UUID, other: UUID) -> None:
    """Remember that two persons, and whoever was joined to them, are one human.

    One joining at a time, and from where both stand now: whoever is joined to somebody that is joined further is lost.
    """
    await tx.execute(_LOCK_JOINING)
    rows = await tx.execute(_HUMANS, {"one": one, "other": other})
    human = {row.id: row.human for row in rows}
    if human[one] != human[other]:
        await tx.execute(_JOIN_PERSONS, {"one": human[one], "other": human[other]})
