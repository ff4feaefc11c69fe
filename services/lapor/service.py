"""Lapor's use cases, by what they are about. Each method runs inside one transaction that the edge opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.lapor import repository
from services.lapor.arrivals import repository as arrivals
from services.lapor.arrivals.arriving import Arriving
from services.lapor.back.listing import Listing
from services.lapor.back.looking import Looking
from services.lapor.keeping import Policy
from services.lapor.masters import repository as masters
from services.lapor.notices import repository as notices
from services.lapor.outward.hearing import Hearing
from services.lapor.outward.stepping import Stepping
from services.lapor.outward.telling import Telling
from services.lapor.wire import repository as wire
from services.lapor.wire.exchanges import Exchange
from services.lapor.wire.port import MasterKind, Masters
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork

_TURN = timedelta(minutes=15)
"""Longer than reading any of LAPOR!'s lists takes."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands where: mirrors by state, open steps by kind and state, open notices by kind, arrivals by state."""

    mirrors: Mapping[str, int]
    steps: Mapping[tuple[str, str], int]
    notices: Mapping[str, int]
    arrivals: Mapping[str, int]


class LaporService:
    """The parts of the mirror, with one policy and one clock."""

    def __init__(self, policy: Policy, clock: Clock = utc_now, *, exchanges_days: int = 30) -> None:
        """Put the parts together."""
        self.policy = policy
        self.clock = clock
        self.hearing = Hearing(policy, clock)
        self.telling = Telling(policy, clock)
        self.stepping = Stepping(policy, clock)
        self.looking = Looking(policy, clock)
        self.listing = Listing(policy, self.telling, clock)
        self.arriving = Arriving(policy, clock)
        self._exchanges = timedelta(days=exchanges_days)

    async def tidy(self, tx: UnitOfWork) -> bool:
        """Settle what workers left behind, and what an operator typed; False when there was nothing."""
        await self.telling.give_up_lost_pushes(tx)
        revived = await self.stepping.revive(tx)
        return await self.telling.follow_verdict(tx) or revived > 0

    async def take_turn(self, tx: UnitOfWork, what: str, every_s: float) -> bool:
        """Tell whether it is time for something that one process does for all; then nobody else does it meanwhile.

        What ends without `end_turn`, because its process died or it failed, is done again after the lease.
        """
        every = timedelta(seconds=every_s)
        return await repository.take_turn(tx, what, self.clock(), min(_TURN, every), every)

    async def end_turn(self, tx: UnitOfWork, what: str, every_s: float) -> None:
        """Say that it is done, until its time comes again."""
        await repository.end_turn(tx, what, self.clock() + timedelta(seconds=every_s))

    async def keep_masters(self, tx: UnitOfWork, kind: MasterKind, found: Masters, exchanges: list[Exchange]) -> int:
        """Keep one of LAPOR!'s own lists; return how many entries are on it no more. An empty one says nothing."""
        await wire.keep_exchanges(tx, None, exchanges)
        if not found.items:
            return 0
        return await masters.keep_masters(tx, kind, found.items, self.clock())

    async def figures(self, tx: UnitOfWork) -> Figures:
        """Count what stands where."""
        return Figures(
            await repository.count_by_state(tx),
            await repository.count_steps(tx),
            await notices.count_notices(tx),
            await arrivals.count(tx),
        )

    async def forget(self, tx: UnitOfWork) -> int:
        """Delete exchanges whose time is over, and the words of arrivals that nobody mended meanwhile."""
        await arrivals.forget_words(tx, self.clock() - self._exchanges)
        return await wire.forget_exchanges(tx, self.clock() - self._exchanges)
