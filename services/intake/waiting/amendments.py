"""Edits and withdrawals: applied when their message is there, in the order in which their authors made them.

What a message said first stays as it was; the new words stand in the event and in `intake.amendment`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.intake.conversation import limits
from services.intake.documents import read_message
from services.intake.drafts import LONGEST_TEXT, Delivery
from services.intake.repository import ComplaintOf, complaints_of, seal
from services.intake.service import IntakeService
from services.intake.waiting import repository
from services.intake.waiting.requests import request_of
from services.intake.waiting.trouble import guarded
from shared.channels import Translation
from shared.core.sealing import must_seal
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import ComplaintAmended
from shared.security.vault import VaultKeys

DOOR = "amendment"

GIVE_UP_AFTER = timedelta(days=7)
"""A message that has not come by then will not come: providers repeat for 36 hours, we read back for a week."""


@dataclass(frozen=True, slots=True)
class Amended:
    """What became of a change: `applied`, `adopted` (as the message itself), or `no_change` (older, or the same)."""

    channel: str
    outcome: str


class Amendments:
    """Applies changes. Each method runs inside one transaction of the edge.

    `but`: messages to pass over. Our own mistakes are `MessageError`s.
    """

    def __init__(self, service: IntakeService, vault: VaultKeys, *, clock: Clock = utc_now) -> None:
        """Take what accepts a message that only its edit tells of, and the keys that open it."""
        self._service = service
        self._vault = vault
        self._clock = clock

    async def apply(self, tx: UnitOfWork, *, but: Collection[str] = ()) -> Amended | None:
        """Apply the oldest change whose message is there; None when there is none."""
        row = await repository.lock_amendment(tx, but=but)
        return None if row is None else await guarded(row.provider_message_id, self._apply(tx, row))

    async def _apply(self, tx: UnitOfWork, row: Row[Any]) -> Amended:
        await repository.close_amendment(tx, row, self._clock())
        if not _changes_something(row):
            return Amended(row.channel, "no_change")
        if row.change == "withdrawn":
            await repository.withdraw_message(tx, row.message_id, row.at)
        else:
            await repository.edit_message(tx, row.message_id, row.at)
        complaint = await _complaint(tx, row.complaint_id)
        if complaint is not None:
            await _announce(tx, row, complaint)
        return Amended(row.channel, "applied")

    async def adopt(self, tx: UnitOfWork, *, but: Collection[str] = ()) -> Amended | None:
        """Take an edit in as the message that it edits, when that never came; None when there is none."""
        now = self._clock()
        row = await repository.lock_orphan(tx, now - limits.EDIT_WAIT, but=but)
        return None if row is None else await guarded(row.provider_message_id, self._adopt(tx, row, now))

    async def _adopt(self, tx: UnitOfWork, row: Row[Any], now: datetime) -> Amended:
        message = read_message(self._vault.open(row.message))
        request = request_of(DOOR, row.received_at, {"request": str(row.raw_request_id)})
        await self._service.accept(
            tx, row.channel, [Delivery(door=DOOR, request=request, translation=Translation(messages=(message,)))]
        )
        await tx.flush()  # what the database refuses is this message's trouble, too
        await repository.close_older_amendments(tx, row, now)
        return Amended(row.channel, "adopted")

    async def give_up(self, tx: UnitOfWork) -> list[str]:
        """Close changes whose message never came; return the channel of each."""
        return await repository.forget_amendments(tx, self._clock(), after=GIVE_UP_AFTER)


def _changes_something(row: Row[Any]) -> bool:
    if row.withdrawn_at is not None:
        return False
    if row.change == "withdrawn":
        return True
    if row.overtaken:
        return False
    return row.text is not None and (row.edited_at is not None or row.text != row.said)


async def _complaint(tx: UnitOfWork, complaint_id: UUID | None) -> ComplaintOf | None:
    return None if complaint_id is None else (await complaints_of(tx, [complaint_id])).get(complaint_id)


async def _announce(tx: UnitOfWork, row: Row[Any], complaint: ComplaintOf) -> None:
    sealing = row.author == "citizen" and row.text is not None and must_seal(row.text)
    if sealing and not complaint.sealed:
        await seal(tx, [complaint.id])
    event = ComplaintAmended(
        complaint_id=complaint.id,
        ticket=complaint.ticket,
        message_id=row.message_id,
        author=row.author,
        change=row.change,
        text=None if row.text is None or row.change == "withdrawn" else row.text[:LONGEST_TEXT],
        sealed=sealing or complaint.sealed,
        amended_at=row.at,
    )
    tx.publish(event)
