"""What was written in our name, once replies had time to say that it was ours: else the agency wrote it.

Without a word of replies within the wait, for example while the broker is down, a reply of ours passes for the
agency's; casework knows an answer's words again. A receipt it does not know, and would take for an answer: a comment
that names its complaint's ticket, as all our receipts do, waits longer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.intake import announcements
from services.intake.agency_messages import AGENCY_WROTE, OUR_OWN_REPLY
from services.intake.conversation import limits
from services.intake.conversation.commands import tickets_in
from services.intake.reports.repository import complaints_reported
from services.intake.repository import ComplaintOf, complaints_of, take_attachments
from services.intake.waiting import repository
from services.intake.waiting.trouble import guarded
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recognized:
    """Whose a message was: `our_own_reply` or `agency_wrote`; `later` while that is not sure."""

    channel: str
    outcome: str


class AgencyMessages:
    """Ends the wait. `settle` runs inside one transaction of the edge."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def settle(self, tx: UnitOfWork, *, but: Collection[str] = ()) -> Recognized | None:
        """Settle one message that waited long enough, and announce it if it is the agency's; None when none did.

        `but`: messages to pass over. Raises `MessageError` for our own mistakes.
        """
        now = self._clock()
        row = await repository.lock_agency_message(tx, now, but=but)
        return None if row is None else await guarded(row.provider_message_id, self._settle(tx, row, now))

    async def _settle(self, tx: UnitOfWork, row: Row[Any], now: datetime) -> Recognized:
        if await complaints_reported(tx, row.channel, [row.provider_message_id]):
            await repository.settle_agency_message(
                tx, row.id, disposition="kept", rule=OUR_OWN_REPLY, complaint_id=None
            )
            return Recognized(row.channel, OUR_OWN_REPLY)
        complaint = (await complaints_of(tx, [row.complaint_id]))[row.complaint_id]
        waited = abs(now - row.received_at)  # a clock may have run ahead for a while
        if _looks_like_a_receipt(row, complaint) and waited < limits.OWN_RECEIPT_WAIT:
            await repository.put_off_agency_message(tx, row.id, now + limits.OWN_REPLY_WAIT)
            return Recognized(row.channel, "later")
        await repository.settle_agency_message(
            tx, row.id, disposition="appended", rule=AGENCY_WROTE, complaint_id=row.complaint_id
        )
        await _announce(tx, row, complaint)
        return Recognized(row.channel, AGENCY_WROTE)


def _looks_like_a_receipt(row: Row[Any], complaint: ComplaintOf) -> bool:
    return row.surface == "comment" and complaint.ticket in tickets_in(row.text)


async def _announce(tx: UnitOfWork, row: Row[Any], complaint: ComplaintOf) -> None:
    attachments = await take_attachments(tx, [row.id])
    tx.publish(
        announcements.appended_by_agency(
            row, ticket=complaint.ticket, sealed=complaint.sealed, attachments=attachments[row.id]
        )
    )
