"""Looking what became of a complaint at LAPOR!: its status, and what institutions wrote there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from sqlalchemy import Row

from services.lapor import keeping, repository, rules
from services.lapor.back import repository as heard
from services.lapor.keeping import Policy, known
from services.lapor.masters import repository as masters
from services.lapor.outward import outgoing
from services.lapor.wire import repository as wire
from services.lapor.wire.exchanges import Exchange
from services.lapor.wire.port import (
    Busy,
    FollowUps,
    FollowUpsOutcome,
    Locked,
    LookOutcome,
    Refused,
    Status,
    TheirFollowUp,
    Trouble,
)
from shared.core.ids import new_id
from shared.core.times import WITA, Clock, utc_now
from shared.db import UnitOfWork
from shared.directory import directory
from shared.events import AgencyRef, ComplaintMirrorFollowedUp, ComplaintMirrorStatusChanged

log = structlog.get_logger()

_LOOKS = "looks"
_BY_HAND = "hand:"
"""How the id of a follow-up begins that an officer wrote back: LAPOR!'s own was not seen."""
_GONE = 404
_GONE_S = 86_400.0
_PASSING_S = 900.0
What = Literal["theirs", "ours", "log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A complaint at LAPOR! that this worker looks at."""

    complaint_id: UUID
    ticket: str
    claim: UUID
    lapor_id: str


@dataclass(slots=True)
class _Ours:
    """Our follow-ups by what LAPOR! may show of them: its number, or their words."""

    ids: set[str] = field(default_factory=set)
    digests: dict[str, Row[Any]] = field(default_factory=dict)


class Looking:
    """Claims looks and records what was seen."""

    def __init__(self, policy: Policy, clock: Clock = utc_now) -> None:
        """Take the policy and a clock."""
        self._policy = policy
        self._clock = clock

    async def claim_look(self, tx: UnitOfWork, *, fresh: bool = False) -> Look | datetime | None:
        """Take the complaint to look at next; a time instead when this hour's looks are spent until then."""
        now = self._clock()
        row = await repository.next_to_look_at(tx, now, fresh=fresh)
        if row is None:
            return None
        empty_until = await repository.spend(tx, _LOOKS, now, self._policy.looks_per_hour)
        if empty_until is not None:
            return empty_until
        claim = new_id()
        until = now + timedelta(seconds=self._policy.lease_s)
        await repository.change(tx, row.complaint_id, claim=claim, claimed_until=until)
        return Look(complaint_id=row.complaint_id, ticket=row.ticket, claim=claim, lapor_id=row.lapor_id)

    async def look_by_hand(self, tx: UnitOfWork, row: Row[Any], status: Status, seen: Sequence[TheirFollowUp]) -> bool:
        """Take in what an officer saw at LAPOR! of a complaint that this transaction has locked, as a look would.

        A worker that looks just now finds its claim gone, and looks again later.
        """
        look = Look(complaint_id=row.complaint_id, ticket=row.ticket, claim=new_id(), lapor_id=row.lapor_id)
        await repository.change(tx, row.complaint_id, claim=look.claim)
        return await self.record_look(tx, look, status, FollowUps(items=tuple(seen)))

    async def record_look(
        self,
        tx: UnitOfWork,
        look: Look,
        status: LookOutcome,
        follow_ups: FollowUpsOutcome | None,
        exchanges: Sequence[Exchange] = (),
    ) -> bool:
        """Write down what was seen; announce it, and return True, only when LAPOR! shows anything new.

        What was written there comes before the status that it led to. A look of which a part failed keeps the other.
        """
        row = await known(tx, look.complaint_id)
        await wire.keep_exchanges(tx, look.complaint_id, exchanges)
        if row.claim != look.claim:
            return False
        now = self._clock()
        heard = isinstance(follow_ups, FollowUps) and await self._hear(tx, row, follow_ups.items, now)
        moved = isinstance(status, Status) and await self._see(tx, row, status, now)
        failed = next(
            (one for one in (status, follow_ups) if one is not None and not isinstance(one, Status | FollowUps)), None
        )
        if row.incoming and isinstance(status, Status):
            await outgoing.pass_on_what_arrived(tx, row.complaint_id, self._policy, now)
        await self._plan(tx, row, status if isinstance(status, Status) else None, failed, now, new=heard or moved)
        return heard or moved

    async def _plan(
        self, tx: UnitOfWork, row: Row[Any], status: Status | None, failed: Trouble | None, now: datetime, *, new: bool
    ) -> None:
        """Say when to look again: seldom where nothing happens, sooner where something failed."""
        changes: dict[str, Any] = {"claimed_until": None, "reason": None}
        changed_at = now if new else row.changed_at or row.mirrored_at or now
        if new:
            changes["changed_at"] = now
        if status is not None:
            changes |= {"state": "tracked", "looked_at": now}
            wait = rules.next_look(status.name, self._policy.look_every_s, now - changed_at)
        if failed is not None:
            changes["reason"] = f"look failed: {_kind(failed)}"
            gone = isinstance(failed, Refused) and failed.status == _GONE
            wait = max(self._policy.look_again_s, _asked(failed), _GONE_S if gone else 0.0)
        await repository.change(tx, row.complaint_id, **changes, due_at=now + timedelta(seconds=wait))
        if isinstance(failed, Refused) and failed.status == _GONE:
            await keeping.notice(tx, row, "gone_at_lapor", now, detail=row.lapor_id)

    async def _see(self, tx: UnitOfWork, row: Row[Any], status: Status, now: datetime) -> bool:
        """Keep the status; announce it where it is another than before."""
        again = status.since is not None and row.status_since is not None and status.since > row.status_since
        changed: bool = status.name != row.status or again
        await repository.change(
            tx,
            row.complaint_id,
            status=status.name,
            status_since=status.since or (now if changed else row.status_since),
        )
        await self._see_institution(tx, row, status, now)
        if changed:
            await self._announce_status(tx, row, status, now)
        return changed

    async def _see_institution(self, tx: UnitOfWork, row: Row[Any], status: Status, now: datetime) -> None:
        """Keep who has it there; that somebody else passed it on is for a person, who knows whose it is."""
        if status.institution_id is None or (status.institution_id, status.institution) == (
            row.institution_id,
            row.institution,
        ):
            return
        if await self._passed_on_lately(tx, row, now):
            return
        seen = {"institution_id": status.institution_id, "institution": status.institution}
        await repository.change(tx, row.complaint_id, **seen)
        wanted = self._policy.institution_of(row.agency_key, now)
        known_before = row.institution is not None and row.institution_id is not None
        if known_before and status.institution_id not in {wanted, row.institution_id}:
            await keeping.notice(
                tx, row, "passed_on_there", now, detail=status.institution or str(status.institution_id)
            )

    async def _passed_on_lately(self, tx: UnitOfWork, row: Row[Any], now: datetime) -> bool:
        """Tell whether we have just passed it on, or are about to: LAPOR! may show who had it before."""
        steps = [one for one in await repository.steps_of(tx, row.complaint_id) if one.kind == "pass_on"]
        lately = now - timedelta(seconds=max(self._policy.settle_s, _PASSING_S))
        return any(one.state in repository.OPEN_STEPS or (one.settled_at or now) > lately for one in steps)

    async def _announce_status(self, tx: UnitOfWork, row: Row[Any], status: Status, now: datetime) -> None:
        state = rules.state_of(status.name)
        if state is None:
            log.warning("lapor.unknown_status", ticket=row.ticket, lapor_id=row.lapor_id)
            await keeping.notice(tx, row, "unknown_status", now, detail=status.name)
        tx.publish(
            ComplaintMirrorStatusChanged(
                complaint_id=row.complaint_id,
                ticket=row.ticket,
                lapor_id=row.lapor_id,
                status=status.name,
                state=state,
                seen_at=now,
                since=status.since,
            ),
            time=now,
            traceparent=row.traceparent,
        )

    async def _hear(self, tx: UnitOfWork, row: Row[Any], items: Iterable[TheirFollowUp], now: datetime) -> bool:
        """Announce what institutions wrote, each once; what we wrote ourselves is known again, and settled."""
        before = await heard.heard_ids(tx, row.lapor_id)
        new = [(one, rules.digest(one.content)) for one in items]
        new = [(one, digest) for one, digest in new if (one.id, digest) not in before]
        if not new:
            return False
        ours, system = await self._ours(tx, row.complaint_id), await self._system_codes(tx)
        announced = False
        for one, digest in new:
            what = _what(one, digest, ours, system)
            known = _is_known_by_its_words(one.id, digest, before)
            kept = await heard.hear(
                tx,
                lapor_id=row.lapor_id,
                their_id=one.id,
                digest=digest,
                complaint_id=row.complaint_id,
                what=what,
                written_at=one.written_at,
                heard_at=now,
            )
            if kept and what == "ours" and digest in ours.digests:
                await _settle(tx, ours.digests[digest], one.id, now)
            elif kept and what == "theirs" and not known:
                await self._announce(tx, row, one, digest, now)
                announced = True
        return announced

    async def _ours(self, tx: UnitOfWork, complaint_id: UUID) -> _Ours:
        ours = _Ours()
        for step in await repository.steps_of(tx, complaint_id):
            if step.kind != "follow_up":
                continue
            if step.reference:
                ours.ids.add(step.reference)
            payload = step.payload or {}
            known_by = payload.get("digest") or ("content" in payload and rules.digest(payload["content"]))
            if known_by:
                ours.digests[known_by] = step
        return ours

    async def _system_codes(self, tx: UnitOfWork) -> frozenset[str]:
        templates = await masters.masters(tx, "templates")
        return self._policy.system_codes | {one.id for one in templates if one.purpose == "system"}

    async def _announce(self, tx: UnitOfWork, row: Row[Any], one: TheirFollowUp, digest: str, now: datetime) -> None:
        tx.publish(
            ComplaintMirrorFollowedUp(
                complaint_id=row.complaint_id,
                ticket=row.ticket,
                lapor_id=row.lapor_id,
                follow_up_id=uuid5(NAMESPACE_URL, f"lapor:{row.lapor_id}:{one.id}:{digest}"),
                institution=one.institution,
                agency=await self._agency(tx, one.institution, now),
                text=one.content,
                files=one.files,
                written_at=min(one.written_at or now, now),
            ),
            time=now,
            traceparent=row.traceparent,
        )

    async def _agency(self, tx: UnitOfWork, name: str, now: datetime) -> AgencyRef | None:
        """Return which agency of ours an institution is: by its name in the masters, then by its number."""
        today = now.astimezone(WITA).date()
        wanted = name.casefold()
        found = [one for one in await masters.masters(tx, "institutions") if one.name.casefold() == wanted]
        ids = {int(one.id) for one in found if one.id.isdigit()}
        ids |= {one.lapor_id for one in self._policy.ids.rows("institutions", today) if one.name.casefold() == wanted}
        keys = {key for number in ids if (key := self._policy.ids.agency_of(number, on=today))}
        key = next(iter(keys)) if len(keys) == 1 else None
        agency = directory().agency_known(key, on=today) if key else None
        return AgencyRef(key=agency.key, name=agency.name) if agency else None


def seen_by_hand(institution: str, words: str, written_at: datetime | None) -> TheirFollowUp:
    """Return a follow-up as an officer read it on LAPOR!'s page; typed once more, it is the same."""
    when = written_at.isoformat() if written_at else ""
    return TheirFollowUp(
        id=f"{_BY_HAND}{rules.digest(institution + when)[:16]}",
        content=words,
        template="",
        institution=institution,
        written_at=written_at,
        files=0,
    )


def _is_known_by_its_words(their_id: str, digest: str, before: Iterable[tuple[str, str]]) -> bool:
    """Tell whether the API shows what an officer wrote back before, or the other way round."""
    by_hand = their_id.startswith(_BY_HAND)
    return any(words == digest and one.startswith(_BY_HAND) != by_hand for one, words in before)


def _what(one: TheirFollowUp, digest: str, ours: _Ours, system: frozenset[str]) -> What:
    if one.id in ours.ids or digest in ours.digests:
        return "ours"
    return "log" if one.template in system or not (one.content or one.files) else "theirs"


async def _settle(tx: UnitOfWork, step: Row[Any], reference: str, now: datetime) -> None:
    """Call a follow-up of ours done that LAPOR! shows, whatever we thought of it."""
    row = await repository.lock_step(tx, step.id)
    if row is not None and row.state in {"queued", "unclear", "calling"}:
        settled = {"state": "done", "reference": reference, "reason": "seen there", "due_at": None, "settled_at": now}
        await repository.change_step(tx, row.id, **settled, payload=repository.remembered(row))


def _kind(outcome: Trouble) -> str:
    return f"HTTP {outcome.status}" if isinstance(outcome, Refused | Locked) else type(outcome).__name__


def _asked(outcome: Trouble) -> float:
    return (outcome.retry_after_s or 0.0) if isinstance(outcome, Busy) else 0.0
