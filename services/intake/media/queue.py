"""What is to be fetched, what came of it, and when it must go. Each method runs inside one transaction of the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias, cast
from uuid import UUID

from sqlalchemy import Row

from services.intake.media import repository
from services.intake.media.incoming import taken_at
from services.intake.media.outcome import Unfetched
from services.intake.media.prepare import Prepared, Refusal
from services.intake.repository import regency_of_case
from services.intake.sight import sees
from shared.channels import AttachmentKind, MediaPolicy
from shared.contents import AttachmentStore
from shared.core.errors import ConflictError, ForbiddenError, GoneError, NotFoundError
from shared.core.sealing import must_seal
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.events import AttachmentRef, AttachmentSettled
from shared.security import Principal, Role

MOST_ATTEMPTS = 10
"""With the waits between them: about three hours."""
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_LEASE = timedelta(minutes=3)
"""A fetch takes a minute at most; after this its worker is taken for dead."""
_STORE_WAIT = timedelta(minutes=1)

Result: TypeAlias = Prepared | Refusal | Unfetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An attachment that this worker fetches now."""

    id: UUID
    channel: str
    kind: AttachmentKind
    url: str = field(repr=False)
    keep_hints: bool
    attempt: int
    policy: MediaPolicy


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attachment: stored, refused, failed, later or expired."""

    id: UUID
    channel: str
    outcome: str
    reason: str = ""


class AttachmentQueue:
    """Hands out what is to be fetched and records what came of it."""

    def __init__(self, store: AttachmentStore, policies: Mapping[str, MediaPolicy], *, clock: Clock = utc_now) -> None:
        """Take the channels' policies by name."""
        self._store = store
        self._policies = policies
        self._clock = clock

    async def claim(self, tx: UnitOfWork) -> Claim | Settled | None:
        """Take the next attachment that is due; one that cannot be fetched at all is settled instead."""
        now = self._clock()
        row = await repository.lock_due(tx, now)
        if row is None:
            return None
        policy = self._policies.get(row.channel)
        if policy is None or row.source_url is None:
            return await self._close(tx, row, "refused", "foreign_address")
        if row.attempts >= MOST_ATTEMPTS:
            return await self._close(tx, row, "failed", "worker_lost")
        await repository.change(tx, row.id, state="fetching", attempts=row.attempts + 1, due_at=now + _LEASE)
        return Claim(
            id=row.id,
            channel=row.channel,
            kind=cast("AttachmentKind", row.kind),
            url=row.source_url,
            keep_hints=row.keep_hints,
            attempt=row.attempts + 1,
            policy=policy,
        )

    async def settle(self, tx: UnitOfWork, claim: Claim, result: Result) -> Settled | None:
        """Record what came of a claim; None when another worker has it by now. The content is on disk before the row.

        Raises `StoreUnavailableError`.
        """
        row = await self._lock(tx, claim)
        if row is None:
            return None
        match result:
            case Prepared():
                await repository.hold(tx, [result.sha256])
                await self._store.keep({result.sha256: result.content})
                return await self._close(
                    tx,
                    row,
                    "stored",
                    media_type=result.media_type,
                    sha256=result.sha256,
                    size=result.size,
                    hints=result.hints,
                    keep_until=self._clock() + claim.policy.keep,
                )
            case Refusal():
                return await self._close(tx, row, "refused", result.reason)
            case Unfetched(outcome="later") if claim.attempt < MOST_ATTEMPTS:
                return await self._put_off(tx, claim, result.reason)
            case Unfetched():
                return await self._close(tx, row, "refused" if result.outcome == "refused" else "failed", result.reason)

    async def postpone(self, tx: UnitOfWork, claim: Claim) -> Settled | None:
        """Put a claim back because our own store is away; that is no attempt of the provider's.

        None when another worker has it by now, and perhaps its content.
        """
        if await self._lock(tx, claim) is None:
            return None
        due = self._clock() + _STORE_WAIT
        await repository.change(tx, claim.id, state="wanted", attempts=claim.attempt - 1, due_at=due)
        return Settled(claim.id, claim.channel, "later", "store_unavailable")

    async def _lock(self, tx: UnitOfWork, claim: Claim) -> Row[Any] | None:
        """Return the claim's row unless another worker has it by now."""
        row = await repository.lock_attachment(tx, claim.id)
        return row if row is not None and (row.state, row.attempts) == ("fetching", claim.attempt) else None

    async def _put_off(self, tx: UnitOfWork, claim: Claim, reason: str) -> Settled:
        wait = min(_FIRST_WAIT * 2 ** (claim.attempt - 1), _LONGEST_WAIT)
        await repository.change(tx, claim.id, state="wanted", problem=reason, due_at=self._clock() + wait)
        return Settled(claim.id, claim.channel, "later", reason)

    async def bring_back(self, tx: UnitOfWork) -> int:
        """Let a clock that ran ahead keep nothing from being fetched; return how many attachments that were."""
        return await repository.bring_back(tx, self._clock(), first=_STORE_WAIT, longest=_LONGEST_WAIT)

    async def expire(self, tx: UnitOfWork) -> Settled | None:
        """Delete one content whose time is over, unless another attachment needs the same bytes."""
        row = await repository.lock_stale(tx, self._clock())
        if row is None:
            return None
        if await repository.seize(tx, row.sha256) and not await repository.is_named(tx, row.sha256, but=row.id):
            await self._store.forget(row.sha256)
        return await self._close(tx, row, "expired", hints=None)

    async def sweep(self, tx: UnitOfWork, hashes: Sequence[str]) -> int:
        """Delete those contents that no attachment names; return how many. Take hashes a day old (`older_than`)."""
        gone = 0
        for sha256 in hashes:
            if await repository.seize(tx, sha256) and not await repository.is_named(tx, sha256):
                await self._store.forget(sha256)
                gone += 1
        return gone

    async def _close(
        self, tx: UnitOfWork, row: Row[Any], state: str, problem: str | None = None, **values: object
    ) -> Settled:
        await repository.change(tx, row.id, state=state, problem=problem, due_at=None, source_url=None, **values)
        if row.complaint_id is not None and row.message_id is not None:
            known = {name: values.get(name, getattr(row, name)) for name in ("media_type", "sha256", "size")}
            event = AttachmentSettled(
                complaint_id=row.complaint_id,
                ticket=await repository.ticket_of(tx, row.complaint_id),
                attachment=AttachmentRef.model_validate({"id": row.id, "kind": row.kind, **known}),
                state=state,
                problem=problem,
                settled_at=self._clock(),
                taken_at=None if await repository.is_sealed(tx, row.complaint_id) else taken_at(values.get("hints")),
            )
            tx.publish(event)
        return Settled(row.id, row.channel, state, problem or "")

    async def permit(self, tx: UnitOfWork, principal: Principal, attachment_id: UUID) -> None:
        """Let an officer have a link, or raise; a look at what is sealed is recorded.

        They open what belongs to the complaints that they see (`sight.sees`); what belongs to none, the coordinator.
        """
        if principal.role in {Role.OBSERVER, Role.OPERATOR}:
            raise ForbiddenError("role_opens_no_attachments", "Lampiran hanya dibuka oleh yang menangani pengaduan")
        row = await repository.view(tx, attachment_id)
        if row is None or not await _may_see(tx, principal, row):
            raise NotFoundError("unknown_attachment", "Lampiran tidak ditemukan")
        if row.state == "expired":
            raise _gone()
        if row.state != "stored":
            raise ConflictError(
                "attachment_not_stored", "Isi lampiran ini tidak ada di sini", state=row.state, problem=row.problem
            )
        if _is_sealed(row):
            await repository.record_looks(tx, principal, "attachment", row.complaint_id, attachment_id)

    async def find(self, tx: UnitOfWork, attachment_id: UUID) -> Row[Any]:
        """Return a stored attachment for whoever has a link; raises `GoneError`."""
        row = await repository.view(tx, attachment_id)
        if row is None or row.state != "stored":
            raise _gone()
        return row


async def _may_see(tx: UnitOfWork, principal: Principal, row: Row[Any]) -> bool:
    regency = await regency_of_case(tx, row.complaint_id) if principal.regions else None
    return sees(principal, agency_key=row.agency_key, regency=regency, sealed=_is_sealed(row))


def _is_sealed(row: Row[Any]) -> bool:
    """Tell whether it is the Inspectorate's alone; a message without a complaint is judged by its own words."""
    return must_seal(row.words) if row.sealed is None else bool(row.sealed)


def _gone() -> GoneError:
    return GoneError("attachment_gone", "Isi lampiran ini sudah tidak disimpan lagi")


def overdue(now: datetime) -> datetime:
    """Return since when a content without a name is an orphan: an acceptance under way may still need a newer one."""
    return now - timedelta(days=1)
