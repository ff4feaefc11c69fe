"""Takes one digest in hand, then keeps what came of it; in between, outside of any transaction, it is mailed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.casework.notices import repository, rules
from services.casework.notices.mail import Mail, message_id
from services.casework.notices.reached import reached
from services.casework.notices.rules import Person, State, Step
from services.casework.notices.words import write
from shared.channels import Remedy, SendError
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork

CLAIM = timedelta(minutes=5)
PAUSE = timedelta(minutes=5)
"""How long all mails rest when the server refuses us; then one of them tries again."""
OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A digest in hand. `until` names this attempt; `told`: the notices that stand in its mail."""

    digest_id: UUID
    kind: str
    until: datetime
    mail: Mail
    told: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A digest that was brought to a state; nothing in it is anybody's. `notices`: how many stand in it."""

    digest_id: UUID
    kind: str
    state: State
    reason: str | None
    notices: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Notices that nobody was told of, by audience, those of them that nobody is there for, and why mails rest."""

    untold: Mapping[str, int]
    nobody: Mapping[str, int]
    rests: str | None


class Dispatch:
    """Lets digests out one by one and keeps what came of each."""

    def __init__(self, *, sender: str, page: str | None, clock: Clock = utc_now) -> None:
        """Take our own address, where a case is opened, and the clock."""
        self._sender = sender
        self._page = page
        self._clock = clock

    async def claim(self, tx: UnitOfWork) -> Claim | Moved | None:
        """Take the next digest in hand, or settle it where nothing is left to tell; None when nothing is due."""
        now = self._clock()
        server = await repository.server(tx)
        if server.paused_until is not None and now < server.paused_until:
            return None
        row = await repository.lock_due(tx, now, most_lost=rules.MOST_TRIES_UNKNOWN)
        if row is None:
            return None
        steps = await self._still_true(tx, row.id, now)
        if not steps:
            return await _move(tx, row, "withheld", reason="nothing_left")
        who = await reached(tx, steps, [row.audience])
        there = {
            step.id: person
            for step in steps
            for person in who.of(row.audience, step)
            if person.account_id == row.account_id
        }
        await repository.put_off(tx, {now: [step.id for step in steps if step.id not in there]})
        mine = [step for step in steps if step.id in there]
        if not mine:
            return await _move(tx, row, "failed", reason=rules.NOBODY_THERE)
        return await self._take(tx, row, mine, there[mine[0].id], now)

    async def record(self, tx: UnitOfWork, claim: Claim, error: SendError | None) -> Moved | None:
        """Keep what came of an attempt; None when another speaks for the digest by now."""
        now = self._clock()
        await self._heed_server(tx, error, now)
        row = await repository.lock_digest(tx, claim.digest_id)
        if row is None or row.state == "sent" or (error is not None and row.claimed_until != claim.until):
            return None
        if error is not None:
            return await self._failure(tx, row, claim, error, now)
        moved = await _move(tx, row, "sent", reason=None, notices=len(claim.told), sent_at=now, claimed_until=None)
        await repository.settle_told(tx, claim.told, now)
        return moved

    async def _heed_server(self, tx: UnitOfWork, error: SendError | None, now: datetime) -> None:
        """Let all mails rest, or go on. Before the digest is locked: who gathers locks them in this order."""
        if error is None and (await repository.server(tx)).reason is not None:
            await repository.note_server(tx, reason=None, paused_until=None)
        if error is not None and error.remedy is Remedy.PAUSE:
            await repository.note_server(tx, reason=error.reason, paused_until=now + PAUSE)

    async def clear_up(self, tx: UnitOfWork) -> Moved | None:
        """Settle one digest whose sender vanished, or that did not get out on its day; None when there is none."""
        now = self._clock()
        row = await repository.lock_left(tx, now)
        if row is None:
            return None
        if row.state == "sending":
            return await _lost(tx, row, "sender_vanished", now)
        return await _move(tx, row, "failed", reason=rules.DAY_OVER)

    async def switched(self, tx: UnitOfWork, *, on: bool) -> None:
        """Remember whether mails are sent at all."""
        server = await repository.server(tx)
        if on == (server.reason == OFF):
            await repository.note_server(tx, reason=None if on else OFF, paused_until=None)

    async def standing(self, tx: UnitOfWork) -> Standing:
        """Return what waits, for the figures."""
        rows = await repository.waiting(tx)
        server = await repository.server(tx)
        return Standing(
            untold={row.audience: row.untold for row in rows},
            nobody={row.audience: row.nobody for row in rows},
            rests=server.reason,
        )

    async def _still_true(self, tx: UnitOfWork, digest_id: UUID, now: datetime) -> list[Step]:
        steps = await repository.steps_of(tx, digest_id)
        await repository.settle(tx, [step.id for step in steps if rules.moved_on(step)], now)
        await repository.put_off(tx, {now: [step.id for step in steps if step.stopped and not step.owed]})
        return [step for step in steps if step.owed]

    async def _take(self, tx: UnitOfWork, row: Row[Any], steps: Sequence[Step], person: Person, now: datetime) -> Claim:
        until = now + CLAIM
        named = row.message_id or message_id(row.id, self._sender)
        values = {"attempts": row.attempts + 1, "claimed_until": until, "message_id": named}
        await repository.change(tx, row.id, state="sending", **values)
        letter = write(steps, name=person.name, audience=row.audience, kind=row.kind, now=now, page=self._page)
        mail = Mail(letter=letter, name=person.name, email=person.email, message_id=named)
        told = tuple(step.id for step in steps)
        return Claim(digest_id=row.id, kind=row.kind, until=until, mail=mail, told=told)

    async def _failure(self, tx: UnitOfWork, row: Row[Any], claim: Claim, error: SendError, now: datetime) -> Moved:
        match error.remedy:
            case Remedy.RETRY | Remedy.THROTTLE:
                values: dict[str, Any] = {"due_at": now + rules.wait(row.attempts), "claimed_until": None}
                return await _move(tx, row, "queued", reason=error.reason, **values)
            case Remedy.PAUSE:
                values = {"attempts": row.attempts - 1, "due_at": now, "claimed_until": None}
                return await _move(tx, row, "queued", reason=error.reason, **values)
            case Remedy.GIVE_UP:
                await repository.put_off(tx, {now: claim.told})
                return await _move(tx, row, "failed", reason=error.reason, notices=len(claim.told))
            case Remedy.UNKNOWN:
                return await _lost(tx, row, error.reason, now)


async def _lost(tx: UnitOfWork, row: Row[Any], reason: str, now: datetime) -> Moved:
    """Nobody knows whether it went out: it is sent once more (`rules.MOST_TRIES_UNKNOWN`)."""
    values = {"lost": row.lost + 1, "due_at": now + rules.wait(row.attempts), "claimed_until": None}
    return await _move(tx, row, "unknown", reason=reason, **values)


async def _move(
    tx: UnitOfWork, row: Row[Any], state: State, *, reason: str | None, notices: int = 0, **values: Any
) -> Moved:
    await repository.change(tx, row.id, state=state, reason=reason, **values)
    return Moved(digest_id=row.id, kind=row.kind, state=state, reason=reason, notices=notices)
