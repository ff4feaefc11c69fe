"""Puts steps of the ladder into the digests of those who are to be told."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework.notices import repository, rules
from services.casework.notices.reached import Reached, reached
from services.casework.notices.rules import Audience, Moment, Person, Step
from shared.calendar import Calendar
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork

AT_ONCE = 1_000
CalendarOf = Callable[[str | None], Calendar]
"""The calendar of an agency's region; that of the province for None."""
_OPEN = frozenset({"queued", "sending", "unknown"})


@dataclass(frozen=True, slots=True)
class Gathered:
    """How many steps were looked at, and whom of them nobody could be told for, by audience and why: new ones only."""

    looked_at: int
    without: Mapping[tuple[Audience, str], int]


class Gathering:
    """Looks at what nobody was told of yet, a batch in each transaction."""

    def __init__(self, calendar_of: CalendarOf, *, clock: Clock = utc_now) -> None:
        """Take the calendars and the clock."""
        self._calendar_of = calendar_of
        self._clock = clock

    async def gather(self, tx: UnitOfWork) -> Gathered | None:
        """Look at the next batch; None while another process gathers."""
        if not await repository.take_gathering(tx):
            return None
        now = self._clock()
        steps = await repository.lock_untold(tx, now, AT_ONCE)
        batch = _Batch(now)
        if steps:
            await self._sort(tx, batch, steps)
        return Gathered(len(steps), batch.without)

    def _calendar(self, step: Step) -> Calendar:
        bound = rules.to_whom(step) in {"liaison", "leader"}
        return self._calendar_of(step.agency_key if bound else None)

    async def _sort(self, tx: UnitOfWork, batch: "_Batch", steps: Sequence[Step]) -> None:
        ready: list[tuple[Step, Moment]] = []
        for step in steps:
            if rules.moved_on(step):
                batch.over.append(step.id)
                continue
            if not step.owed:
                batch.later[rules.next_morning(batch.now, self._calendar(step))].append(step.id)
                continue
            moment = rules.moment(step, batch.now, self._calendar(step))
            if moment.at > batch.now:
                batch.later[moment.at].append(step.id)
            else:
                ready.append((step, moment))
        if ready:
            who = await reached(tx, [step for step, _ in ready])
            links = _by_notice(await repository.links_of(tx, [step.id for step, _ in ready]))
            for step, moment in ready:
                self._address(batch, step, moment, who, links[step.id])
            await self._fill(tx, batch)
        await batch.write(tx)

    def _address(self, batch: "_Batch", step: Step, moment: Moment, who: Reached, links: Sequence[Row[Any]]) -> None:
        """Find who is left to be told of a step; where all were told it is done, where nobody is there it goes up."""
        settled = {one.account_id for one in links if rules.is_settled(one.state, one.reason)}
        waiting = {one.account_id for one in links if one.state in _OPEN and one.expires_at > batch.now}
        told = any(one.state == "sent" for one in links)
        audience: Audience | None = rules.to_whom(step)
        while audience is not None:
            left = [person for person in who.of(audience, step) if person.account_id not in settled]
            if left:
                batch.put(step, moment, audience, [one for one in left if one.account_id not in waiting])
                return
            if told:
                batch.over.append(step.id)
                return
            batch.miss(step, audience, "refused" if settled else "nobody_to_tell")
            audience = rules.then_whom(audience)
        batch.later[rules.next_morning(batch.now, self._calendar(step))].append(step.id)

    async def _fill(self, tx: UnitOfWork, batch: "_Batch") -> None:
        """Put the steps into digests that are not out yet; who had the morning's gets them with the next."""
        accounts = {person.account_id for _, _, _, person in batch.wanted}
        days = {moment.until.astimezone(WITA).date() for _, moment, _, _ in batch.wanted}
        digests = _Digests(await repository.lock_digests(tx, accounts, days) if accounts else [], batch.now)
        pairs: list[tuple[UUID, UUID]] = []
        for step, moment, audience, person in batch.wanted:
            found = await digests.of(tx, moment, audience, person)
            if found is None:
                batch.later[rules.next_morning(batch.now, self._calendar(step))].append(step.id)
            else:
                pairs.append((found.id, step.id))
                batch.later[found.expires_at].append(step.id)
        await repository.link(tx, pairs)


class _Batch:
    """What becomes of a batch of steps."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.over: list[UUID] = []
        self.later: dict[datetime, list[UUID]] = defaultdict(list)
        self.problems: dict[str | None, list[UUID]] = defaultdict(list)
        self.without: Counter[tuple[Audience, str]] = Counter()
        self.wanted: list[tuple[Step, Moment, Audience, Person]] = []

    def put(self, step: Step, moment: Moment, audience: Audience, people: Sequence[Person]) -> None:
        """Have people told whom no digest waits for, or wait until it is known how the others' went."""
        self.wanted.extend((step, moment, audience, person) for person in people)
        if not people:
            self.later[moment.until].append(step.id)
        if step.problem and audience == rules.to_whom(step):
            self.problems[None].append(step.id)

    def miss(self, step: Step, audience: Audience, problem: str) -> None:
        """Keep why nobody of an audience is told."""
        self.problems[problem].append(step.id)
        if step.problem is None:
            self.without[audience, problem] += 1

    async def write(self, tx: UnitOfWork) -> None:
        """Write it down."""
        await repository.settle(tx, self.over, self.now)
        await repository.note_problems(tx, self.problems)
        await repository.put_off(tx, self.later)


def _by_notice(links: Sequence[Row[Any]]) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for one in links:
        found[one.notice_id].append(one)
    return found


class _Digests:
    """The digests of some people on some days, none of which goes out meanwhile."""

    def __init__(self, rows: Sequence[Row[Any]], now: datetime) -> None:
        self._now = now
        self._by_key: dict[tuple[UUID, date, str], list[Row[Any]]] = defaultdict(list)
        for row in rows:
            self._by_key[row.account_id, row.day, row.kind].append(row)

    async def of(self, tx: UnitOfWork, moment: Moment, audience: Audience, person: Person) -> Row[Any] | None:
        """Return the digest that a step goes into, a new one if need be; None when the morning's is out."""
        day = moment.until.astimezone(WITA).date()
        same = self._by_key[person.account_id, day, moment.kind]
        waiting = next((one for one in same if one.state == "queued" and one.expires_at > self._now), None)
        if waiting is not None or (same and moment.kind == "morning"):
            return waiting
        last = max((one.sent_at for one in same if one.sent_at), default=None)
        added = await repository.add_digest(
            tx,
            account_id=person.account_id,
            audience=audience,
            day=day,
            kind=moment.kind,
            number=len(same) + 1,
            created_at=self._now,
            due_at=max(self._now, last + rules.URGENT_APART) if last else self._now,
            expires_at=moment.until,
        )
        same.append(added)
        return added
