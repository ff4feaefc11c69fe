"""Another calendar, other limits, another ladder: open deadlines are computed again, and what moved is recorded."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from services.casework import repository as cases
from services.casework.clocks import keeping, repository
from services.casework.clocks.plan import Entry, merged, owed, planned
from services.casework.clocks.terms import Terms, terms
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import Database, Record, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """How many cases were computed again, and how many of their deadlines moved; `last`: where to go on."""

    cases: int
    moved: int
    last: UUID | None


class Recomputing:
    """Computes again what others computed: batch by batch, from where the last one stopped."""

    def __init__(self, *, by: Terms | None = None, clock: Clock = utc_now, batch: int = 200) -> None:
        """Take by what clocks are computed; otherwise what holds in this installation."""
        self._by = by or terms()
        self._clock = clock
        self._batch = batch

    async def stale(self, tx: UnitOfWork) -> Sequence[str]:
        """Return by what open deadlines were computed that is not what holds now."""
        return [one for one in await repository.open_versions(tx) if one != self._by.version]

    async def count(self, tx: UnitOfWork, versions: Sequence[str]) -> int:
        """Count the cases with such deadlines."""
        return await repository.count_open(tx, versions)

    async def next_batch(
        self, tx: UnitOfWork, version: str, *, after: UUID | None = None, dry_run: bool = False
    ) -> Recomputed:
        """Compute cases of that version again; with `dry_run` only say what would move."""
        now = self._clock()
        ids = await repository.computed_by(tx, version, after, self._batch)
        locked = await cases.lock_cases(tx, ids) if ids else {}
        history = await repository.histories(tx, ids)
        standing = await repository.standing(tx, ids)
        written: dict[UUID, list[Entry]] = {}
        due: dict[UUID, datetime | None] = {}
        changes: list[dict[str, object]] = []
        for complaint_id, row in locked.items():
            before, calendar = standing[complaint_id], self._by.calendar(row.agency_key)
            wanted = planned(row.__getattr__, history[complaint_id], calendar, self._by, now)
            written[complaint_id] = merged(before, wanted, self._by, calendar, now)
            due[complaint_id] = owed(wanted)
            moved = _moved(row, before, written[complaint_id], now)
            changes += moved
            if moved and not dry_run and not keeping.never_given(row.__getattr__):
                keeping.announce(tx, row, before, written[complaint_id], str(moved[0]["cause"]), now)
        if not dry_run:
            await repository.write(tx, written)
            await repository.change_due(tx, due)
            repository.add_changes(tx, changes)
        return Recomputed(cases=len(locked), moved=len(changes), last=ids[-1] if ids else None)

    async def batches(self, database: Database, version: str, *, dry_run: bool) -> AsyncIterator[Recomputed]:
        """Compute all cases of that version again, each batch in a transaction of its own."""
        last: UUID | None = None
        while True:
            batch = await database.run(partial(self.next_batch, version=version, after=last, dry_run=dry_run))
            if batch.last is None:
                return
            last = batch.last
            yield batch

    async def step(self, tx: UnitOfWork) -> bool:
        """Compute one batch again; False where nothing is stale, or somebody else is at it."""
        if not await repository.one_recomputes(tx):
            return False
        stale = await self.stale(tx)
        return bool(stale) and bool((await self.next_batch(tx, stale[0])).cases)


def _moved(row: Record, before: Sequence[Entry], after: Sequence[Entry], now: datetime) -> list[dict[str, object]]:
    stood: Mapping[tuple[str, datetime], Entry] = {one.key: one for one in before}
    return [
        {
            "id": new_id(),
            "complaint_id": row.complaint_id,
            "clock": new.clock,
            "started_at": new.started_at,
            "old_due_at": old.due_at,
            "new_due_at": new.due_at,
            "cause": _cause(old.version, new.version),
            "old_version": old.version,
            "new_version": new.version,
            "at": now,
        }
        for new in after
        if (old := stood.get(new.key)) is not None and old.due_at != new.due_at
    ]


def _cause(old: str, new: str) -> str:
    """Return what moved a deadline: its limit where that is another one, otherwise the days."""
    calendar, limits, _ = old.split()
    other_calendar, other_limits, _ = new.split()
    return "limits" if calendar == other_calendar and limits != other_limits else "calendar"
