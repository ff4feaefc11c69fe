"""What was written in our name, once replies had time to say that it was ours: else the agency wrote it.

Without a word of replies within the wait, for example while the broker is down, a reply of ours passes for the
agency's; casework knows its words again.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from services.intake import announcements
from services.intake.agency_messages import AGENCY_WROTE, OUR_OWN_REPLY
from services.intake.repository import complaints_of, complaints_reported, take_attachments
from services.intake.waiting import repository
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recognized:
    """Whose a message was: `our_own_reply` or `agency_wrote`."""

    channel: str
    outcome: str


class AgencyMessages:
    """Ends the wait. `settle` runs inside one transaction of the edge."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        """Take the clock."""
        self._clock = clock

    async def settle(self, tx: UnitOfWork) -> Recognized | None:
        """Settle one message that waited long enough, and announce it if it is the agency's; None when none did."""
        row = await repository.lock_agency_message(tx, self._clock())
        if row is None:
            return None
        if await complaints_reported(tx, row.channel, [row.provider_message_id]):
            await repository.settle_agency_message(
                tx, row.id, disposition="kept", rule=OUR_OWN_REPLY, complaint_id=None
            )
            return Recognized(row.channel, OUR_OWN_REPLY)
        await repository.settle_agency_message(
            tx, row.id, disposition="appended", rule=AGENCY_WROTE, complaint_id=row.complaint_id
        )
        await _announce(tx, row)
        return Recognized(row.channel, AGENCY_WROTE)


async def _announce(tx: UnitOfWork, row: Row[Any]) -> None:
    complaint = (await complaints_of(tx, [row.complaint_id]))[row.complaint_id]
    attachments = await take_attachments(tx, [row.id])
    tx.publish(
        announcements.appended_by_agency(
            row, ticket=complaint.ticket, sealed=complaint.sealed, attachments=attachments[row.id]
        )
    )
