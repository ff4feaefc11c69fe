"""Edits and withdrawals: applied when their message is there, in the order in which their authors made them.

What a message said first stays as it was; the new words stand in the event and in `intake.amendment`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.intake.drafts import LONGEST_TEXT
from services.intake.repository import ComplaintOf, complaints_of, seal
from services.intake.waiting import repository
from shared.core.sealing import must_seal
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import ComplaintAmended

GIVE_UP_AFTER = timedelta(days=7)
"""A message that has not come by then will not come: providers repeat for 36 hours, we read back for a week."""


@dataclass(frozen=True, slots=True)
class Amended:
    """What became of a change: `applied`, or `no_change` (older than what is known, or the same words)."""

    channel: str
    outcome: str


class Amendments:
    """Applies changes. Each method runs inside one transaction of the edge."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def apply(self, tx: UnitOfWork) -> Amended | None:
        """Apply the oldest change whose message is there; None when there is none."""
        row = await repository.lock_amendment(tx)
        if row is None:
            return None
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

    async def give_up(self, tx: UnitOfWork) -> list[str]:
        """Close changes whose message never came; return the channel of each."""
        return await repository.forget_amendments(tx, self._clock(), after=GIVE_UP_AFTER)


def _changes_something(row: Row[Any]) -> bool:
    if row.withdrawn_at is not None:
        return False
    if row.change == "withdrawn":
        return True
    if row.edited_at is not None:
        return bool(row.at > row.edited_at)
    return row.text is not None and row.text != row.said


async def _complaint(tx: UnitOfWork, complaint_id: UUID | None) -> ComplaintOf | None:
    return None if complaint_id is None else (await complaints_of(tx, [complaint_id])).get(complaint_id)


async def _announce(tx: UnitOfWork, row: Row[Any], complaint: ComplaintOf) -> None:
    sealing = row.text is not None and must_seal(row.text)
    if sealing and not complaint.sealed:
        await seal(tx, [complaint.id])
    event = ComplaintAmended(
        complaint_id=complaint.id,
        ticket=complaint.ticket,
        message_id=row.message_id,
        change=row.change,
        text=None if row.text is None or row.change == "withdrawn" else row.text[:LONGEST_TEXT],
        sealed=sealing or complaint.sealed,
        amended_at=row.at,
    )
    tx.publish(event)
