"""What LAPOR!'s list says, where this account has one: what is in doubt is settled, and what is new arrives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.lapor import keeping, repository
from services.lapor.arrivals import repository as arrivals
from services.lapor.keeping import MIRROR, Policy
from services.lapor.outward.telling import Telling
from services.lapor.rules import is_the_same, leading_ticket
from services.lapor.wire import repository as wire
from services.lapor.wire.exchanges import Exchange
from services.lapor.wire.port import Listed
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork

log = structlog.get_logger()

_TWICE = 2
"""So many whole lists without it, and what is in doubt is not there (`NTBCARE_LAPOR_TRUST_LIST`)."""


@dataclass(slots=True)
class Sweep:
    """One reading of the list, newest first: when it began, and which tickets of ours were on it."""

    began_at: datetime
    tickets: set[str] = field(default_factory=set)
    oldest: datetime | None = None
    """The earliest time that it came to; None where a page named none."""
    whole: bool = False
    """Whether it came to the end."""


class Listing:
    """Takes in pages of the list, and draws what follows from a whole one."""

    def __init__(self, policy: Policy, telling: Telling, clock: Clock = utc_now) -> None:
        """Take what tells LAPOR! again, and a clock."""
        self._policy = policy
        self._telling = telling
        self._clock = clock

    def begin(self) -> Sweep:
        """Begin to read."""
        return Sweep(began_at=self._clock())

    async def take_in(
        self, tx: UnitOfWork, sweep: Sweep, items: Sequence[Listed], exchanges: Sequence[Exchange] = ()
    ) -> int:
        """Take in one page; return how many of its complaints were not known yet."""
        await wire.keep_exchanges(tx, None, exchanges)
        new = 0
        for one in items:
            ticket = leading_ticket(one.content)
            if ticket is not None:
                sweep.tickets.add(ticket)
            if ticket is None or not await self._ours(tx, ticket, one):
                new += await self._theirs(tx, one)
            if one.filed_at is not None:
                sweep.oldest = min(sweep.oldest or one.filed_at, one.filed_at)
        return new

    async def _ours(self, tx: UnitOfWork, ticket: str, one: Listed) -> bool:
        """Recognise what we told LAPOR!: it settles a doubt, or shows that it was told twice.

        What only bears a ticket of ours is for a person: anybody may write one there.
        """
        row = await repository.lock_ticket(tx, ticket)
        if row is None:
            return False
        if row.lapor_id == one.lapor_id:
            return True
        same = is_the_same(row.text, title=one.title, content=one.content)
        if row.state == "perhaps_created" and same:
            await self._telling.number_by(tx, row, one.lapor_id, MIRROR)
            log.info("lapor.found_on_the_list", ticket=ticket, lapor_id=one.lapor_id)
        elif row.state != "posting":
            await keeping.notice(tx, row, "perhaps_double", self._clock(), detail=one.lapor_id)
        return True

    async def _theirs(self, tx: UnitOfWork, one: Listed) -> bool:
        """Let a complaint arrive that was filed at LAPOR!."""
        if await repository.lock_number(tx, one.lapor_id) is not None:
            return False
        return await arrivals.arrive(
            tx,
            self._clock(),
            lapor_id=one.lapor_id,
            source="api",
            title=one.title,
            content=one.content,
            location=one.place or None,
            filed_at=one.filed_at,
            anonymous=one.anonymous,
            secret=one.secret,
        )

    async def conclude(self, tx: UnitOfWork, sweep: Sweep) -> Sequence[UUID]:
        """Draw what follows for what is in doubt and was not on the list; return what is told again."""
        again: list[UUID] = []
        for doubt in await repository.doubtful(tx):
            if doubt.ticket in sweep.tickets or not self._covers(sweep, doubt.posted_at):
                continue
            row = await keeping.known(tx, doubt.complaint_id)
            missed = row.missed + 1
            await repository.change(tx, row.complaint_id, missed=missed)
            if missed >= _TWICE and self._policy.trust_list:
                await self._telling.tell_again(tx, row, "LAPOR!'s list does not have it")
                again.append(row.complaint_id)
        return again

    def _covers(self, sweep: Sweep, posted_at: datetime | None) -> bool:
        """Tell whether a complaint that was posted then, and arrived, would have been on the list."""
        if posted_at is None or posted_at + timedelta(seconds=self._policy.settle_s) > sweep.began_at:
            return False
        return sweep.whole or (sweep.oldest is not None and sweep.oldest < posted_at - timedelta(days=1))
