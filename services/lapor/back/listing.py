"""What LAPOR!'s list says, where this account has one: what is in doubt is settled, and what is new arrives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.lapor import keeping, repository
from services.lapor.arrivals import repository as arrivals
from services.lapor.keeping import MAY_BE_NUMBERED, MIRROR, Policy
from services.lapor.notices import repository as notices
from services.lapor.outward.telling import Telling
from services.lapor.rules import ENDS, digest, is_the_same, leading_ticket, state_of
from services.lapor.wire import repository as wire
from services.lapor.wire.exchanges import Exchange
from services.lapor.wire.port import Listed, Page
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork

log = structlog.get_logger()

_MARGIN = timedelta(days=1)
_TWICE = 2
"""So many whole lists without it, and what is in doubt is not there (`NTBCARE_LAPOR_TRUST_LIST`)."""


@dataclass(slots=True)
class Sweep:
    """One reading of the list, newest first: when it began, and what was on it so far."""

    began_at: datetime
    doubtful_since: datetime | None
    """When the oldest of what is in doubt was posted; None where nothing is."""
    tickets: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    oldest: datetime | None = None
    """The earliest time that it came to; None where no entry named one."""
    ours_since: datetime | None = None
    """Since when the oldest of ours that was on it has been at LAPOR!: that far back it shows what we tell."""
    whole: bool = False
    """Whether it came to the end."""
    readable: bool = True
    """Whether every entry could be read, with its words."""

    def reaches(self, moment: datetime) -> bool:
        """Tell whether it came to what was filed well before that moment."""
        return self.whole or (self.oldest is not None and self.oldest < moment - _MARGIN)

    def is_enough(self, *, new: int) -> bool:
        """Tell whether further pages would hold nothing new, and nothing of what is in doubt."""
        return not new and (self.doubtful_since is None or self.reaches(self.doubtful_since))


class Listing:
    """Takes in pages of the list, and draws what follows from one that reached far enough."""

    def __init__(self, policy: Policy, telling: Telling, clock: Clock = utc_now) -> None:
        """Take what tells LAPOR! again, and a clock."""
        self._policy = policy
        self._telling = telling
        self._clock = clock

    async def begin(self, tx: UnitOfWork) -> Sweep:
        """Begin to read."""
        doubts = await repository.doubtful(tx)
        return Sweep(began_at=self._clock(), doubtful_since=doubts[0].posted_at if doubts else None)

    async def take_in(self, tx: UnitOfWork, sweep: Sweep, page: Page, exchanges: Sequence[Exchange] = ()) -> int | None:
        """Take in one page; return how many of its complaints arrive, None where it holds none that was not on it yet.

        A server that ignores the number of the page is not read for ever.
        """
        await wire.keep_exchanges(tx, None, exchanges)
        sweep.readable = sweep.readable and page.whole and all(one.content for one in page.items)
        unseen = [one for one in page.items if one.lapor_id not in sweep.numbers]
        arrived = 0
        for one in unseen:
            sweep.numbers.add(one.lapor_id)
            ticket = leading_ticket(f"{one.content}\n{one.title}") or leading_ticket(one.title)
            if ticket is not None:
                sweep.tickets.add(ticket)
            if ticket is None or not await self._ours(tx, sweep, ticket, one):
                arrived += await self._theirs(tx, one)
            if one.filed_at is not None:
                sweep.oldest = min(sweep.oldest or one.filed_at, one.filed_at)
        return arrived if unseen or not page.items else None

    async def _ours(self, tx: UnitOfWork, sweep: Sweep, ticket: str, one: Listed) -> bool:
        """Recognise what we told LAPOR!: it settles a doubt, or shows that it was told twice.

        What only bears a ticket of ours is for a person: anybody may write one there.
        """
        row = await repository.lock_ticket(tx, ticket)
        if row is None:
            return False
        if row.lapor_id == one.lapor_id:
            sweep.ours_since = min(sweep.ours_since or row.mirrored_at, row.mirrored_at)
            return True
        same = row.told_digest == digest(one.content) or is_the_same(row.text, title=one.title, content=one.content)
        if row.lapor_id is None and row.state in MAY_BE_NUMBERED and same:
            await self._telling.number_by(tx, row, one.lapor_id, MIRROR)
            log.info("lapor.found_on_the_list", ticket=ticket, lapor_id=one.lapor_id)
        elif row.state != "posting" and not await notices.was_raised(tx, "perhaps_double", ticket, one.lapor_id):
            await keeping.notice(tx, row, "perhaps_double", self._clock(), detail=one.lapor_id)
        return True

    async def _theirs(self, tx: UnitOfWork, one: Listed) -> bool:
        """Let a complaint arrive that was filed at LAPOR! in our time, and is not over there."""
        if await repository.lock_number(tx, one.lapor_id) is not None or not self._is_ours_to_work(one):
            return False
        if not one.content:
            now, ours = self._clock(), "arrival_without_words"
            known = await arrivals.find(tx, one.lapor_id) or await notices.was_raised(tx, ours, None, one.lapor_id)
            if not known:
                await notices.raise_notice(tx, ours, now, detail=one.lapor_id)
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

    def _is_ours_to_work(self, one: Listed) -> bool:
        since = self._policy.list_since
        old = since is not None and one.filed_at is not None and one.filed_at.astimezone(WITA).date() < since
        return not old and state_of(one.status) not in ENDS

    async def conclude(self, tx: UnitOfWork, sweep: Sweep) -> Sequence[UUID]:
        """Draw what follows for what is in doubt and was not on the list; return what is told again."""
        again: list[UUID] = []
        for doubt in await repository.doubtful(tx):
            if doubt.ticket in sweep.tickets or not self._covers(sweep, doubt.posted_at):
                continue
            row = await keeping.known(tx, doubt.complaint_id)
            if row.state != "perhaps_created" or row.verdict is not None:  # settled since we looked
                continue
            missed = row.missed + 1
            await repository.change(tx, row.complaint_id, missed=missed)
            if missed >= _TWICE and self._policy.trust_list:
                await self._telling.tell_again(tx, row, "LAPOR!'s list does not have it")
                again.append(row.complaint_id)
        return again

    def _covers(self, sweep: Sweep, posted_at: datetime | None) -> bool:
        """Tell whether a complaint that was posted then, and arrived, would have been on the list.

        That it shows what we told before is what proves that it shows what we tell at all.
        """
        if posted_at is None or posted_at + timedelta(seconds=self._policy.settle_s) > sweep.began_at:
            return False
        shows_ours = sweep.ours_since is not None and sweep.ours_since < posted_at
        return sweep.readable and shows_ours and sweep.reaches(posted_at)
