"""What an officer decides about a complaint: each order fits some states, and the same order again changes nothing.

Each method is one transaction's work; the row is locked, so of two officers at once the second sees what the first did.
"""

from typing import Any

from sqlalchemy import Row

from services.lapor import repository, rules
from services.lapor.back.looking import Looking, seen_by_hand
from services.lapor.desk import repository as desk
from services.lapor.desk.access import require_seeing, require_typing, unfit
from services.lapor.desk.acting import keep_act, locked, relocked
from services.lapor.desk.schemas import ReviewIn, SeenIn
from services.lapor.keeping import OPEN_AGAIN, THERE, Policy, keep_here, reason_to_stay
from services.lapor.notices import repository as notices
from services.lapor.outward.hearing import release
from services.lapor.outward.telling import Telling, report_with
from services.lapor.wire.port import Status
from shared.core.errors import ConflictError, ProblemError
from shared.core.masking import mask, mask_version
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import Actor
from shared.security import Principal

NOT_THERE = "an officer saw that it is not there"
_MAY_BE_KEPT = frozenset({"to_review", "by_hand", "queued", "refused"})
_MAY_BE_TAKEN = frozenset({"by_hand", "queued", "refused"})
_MAY_BE_NUMBERED = frozenset({"by_hand", "queued", "refused", "perhaps_created"})
_MAY_BE_TOLD_AGAIN = frozenset({"refused", "perhaps_created"})


class EmptyTextError(ProblemError):
    """Nothing would be told."""

    status = 422


class Ordering:
    """Carries out an officer's orders."""

    def __init__(self, policy: Policy, telling: Telling, looking: Looking, clock: Clock = utc_now) -> None:
        """Take what numbers, tells again and looks."""
        self._policy = policy
        self._telling = telling
        self._looking = looking
        self._clock = clock

    async def review(self, tx: UnitOfWork, officer: Principal, ticket: str, given: ReviewIn) -> None:
        """Let a complaint go that an officer has read. Raises 403, 404, 409."""
        require_typing(officer)
        row, now = await locked(tx, ticket), self._clock()
        words = None if given.text is None else mask(given.text)
        if row.state != "to_review":
            mine = row.reviewed_by == officer.account_id and row.state != "withheld"
            if mine and words in {None, row.text}:
                return
            raise unfit(row)
        if given.digest is not None and given.digest != rules.digest(row.text or ""):
            raise ConflictError("text_changed", "Pelapor menambah atau mengubah isinya; baca sekali lagi")
        changes: dict[str, Any] = {"reviewed_at": now, "reviewed_by": officer.account_id}
        if words is not None and words != row.text:
            said = rules.edited(row.said, row.complaint_id, words)
            changes |= {"text": words, "said": said, "mask_version": mask_version()}
            changes |= {"personal": row.personal or words != given.text}
        if given.secret is not None:
            changes["personal"] = given.secret
        await repository.change(tx, row.complaint_id, **changes)
        row = await relocked(tx, row.complaint_id)
        await release(tx, row, self._policy, now)
        await keep_act(tx, officer, "review", now, about=row, detail="edited" if "text" in changes else "")

    async def keep(self, tx: UnitOfWork, officer: Principal, ticket: str, reason: str) -> None:
        """Let a complaint never go, and forget its words here. Raises 403, 404, 409."""
        require_typing(officer)
        row, now = await locked(tx, ticket), self._clock()
        if row.state == "withheld" and row.reason == "officer":
            return
        if row.state not in _MAY_BE_KEPT and not _is_open_again(row):
            raise unfit(row)
        await keep_here(tx, row, "officer", now)
        await notices.settle_notices(tx, row.complaint_id, ("to_review", "refused"), "officer", now)
        await keep_act(tx, officer, "keep", now, about=row, detail=mask(reason))

    async def take(self, tx: UnitOfWork, officer: Principal, ticket: str) -> None:
        """Take a complaint to type it in: from now on the API never posts it. Raises 403, 404, 409."""
        require_typing(officer)
        row, now = await locked(tx, ticket), self._clock()
        if row.state == "by_hand" and row.taken_by == officer.account_id:
            return
        if row.state == "by_hand" and row.taken_by is not None:
            raise ConflictError(
                "taken_by_another",
                "Petugas lain sedang mengetik aduan ini",
                state=row.state,
                taken_at=row.taken_at.isoformat(),
            )
        if row.state not in _MAY_BE_TAKEN and not (_is_open_again(row) and _may_go(row)):
            raise unfit(row)
        taken = {"state": "by_hand", "due_at": None, "taken_by": officer.account_id, "taken_at": now}
        await repository.change(tx, row.complaint_id, **taken)
        await keep_act(tx, officer, "take", now, about=row)

    async def give_back(self, tx: UnitOfWork, officer: Principal, ticket: str) -> None:
        """Give a taken complaint back: to the queue, or to whoever types next. Raises 403, 404, 409."""
        require_typing(officer)
        row, now = await locked(tx, ticket), self._clock()
        if row.taken_by is None and row.state in {"queued", "by_hand"}:
            return
        if row.state != "by_hand":
            raise unfit(row)
        await repository.change(tx, row.complaint_id, taken_by=None, taken_at=None)
        if row.text is None:
            again = row.reason if row.reason in OPEN_AGAIN else reason_to_stay(row)
            await repository.change(tx, row.complaint_id, state="withheld", reason=again)
        else:
            await release(tx, row, self._policy, now)
        await keep_act(tx, officer, "release", now, about=row)

    async def number(self, tx: UnitOfWork, officer: Principal, ticket: str, number: str) -> None:
        """Write down LAPOR!'s number; all goes on as if the API had told it. Raises 403, 404, 409."""
        require_seeing(officer)
        await desk.reserve_numbers(tx, [number])
        row = await locked(tx, ticket)
        if row.lapor_id == number:
            return
        refusal = await self.why_not(tx, row, number)
        if refusal is not None:
            raise refusal
        await self.give_number(tx, officer, row, number)

    async def why_not(self, tx: UnitOfWork, row: Row[Any], number: str) -> ConflictError | None:
        """Return why a locked complaint cannot have this reserved number."""
        if row.lapor_id is not None:
            return ConflictError(
                "already_numbered",
                f"Aduan ini sudah bernomor {row.lapor_id} di LAPOR!",
                state=row.state,
                number=row.lapor_id,
            )
        if row.state not in _MAY_BE_NUMBERED and not _is_open_again(row):
            return unfit(row)
        owner = await desk.owner_of(tx, number)
        if owner is None or owner.complaint_id == row.complaint_id:
            return None
        ticket = None if owner.sealed else owner.ticket
        whose = f"aduan {ticket}" if ticket else "aduan lain"
        return ConflictError("number_taken", f"Nomor {number} sudah milik {whose}", state=row.state, ticket=ticket)

    async def give_number(self, tx: UnitOfWork, officer: Principal, row: Row[Any], number: str) -> None:
        """Give a locked complaint a number that nothing speaks against."""
        now = self._clock()
        if row.institution_id is None:
            told = report_with(row, self._policy, now)
            await repository.change(tx, row.complaint_id, institution_id=told.institution_id)
            row = await relocked(tx, row.complaint_id)
        await self._telling.number_by(tx, row, number, Actor(kind="officer", id=str(officer.account_id)))
        await keep_act(tx, officer, "number", now, about=row, detail=number)

    async def not_created(self, tx: UnitOfWork, officer: Principal, ticket: str) -> None:
        """Let a complaint be told again that an officer looked for, and did not find. Raises 403, 404, 409."""
        require_seeing(officer)
        row, now = await locked(tx, ticket), self._clock()
        if row.reason == NOT_THERE and row.state not in _MAY_BE_TOLD_AGAIN:
            return
        if row.state not in _MAY_BE_TOLD_AGAIN:
            raise unfit(row)
        await self._telling.tell_again(tx, row, NOT_THERE)
        await keep_act(tx, officer, "not_created", now, about=row)

    async def seen(self, tx: UnitOfWork, officer: Principal, ticket: str, given: SeenIn) -> None:
        """Take in what LAPOR!'s page shows, as a look would. Raises 403, 404, 409."""
        require_typing(officer)
        row, now = await locked(tx, ticket), self._clock()
        if row.state not in THERE:
            raise unfit(row)
        follow_ups = sorted(given.followups, key=lambda one: one.written_at or now)
        items = [seen_by_hand(one.institution, one.text, one.written_at) for one in follow_ups]
        news = await self._looking.look_by_hand(tx, row, Status(name=given.status, since=None), items)
        await keep_act(tx, officer, "seen", now, about=row, detail="news" if news else "nothing new")


def _is_open_again(row: Row[Any]) -> bool:
    return bool(row.state == "withheld" and row.reason in OPEN_AGAIN)


def _may_go(row: Row[Any]) -> bool:
    return row.verified_at is not None or row.released_at is not None
