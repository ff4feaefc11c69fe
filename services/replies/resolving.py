"""What became of a message of which nobody is sure: an officer or an operator says so, and it is kept who did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.replies import repository
from services.replies.moves import Moved, move
from services.replies.rules import Policy, Resolution, State
from shared.core.errors import ConflictError, ForbiddenError, NotFoundError
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal, Role

_OPERATOR = ("operator", "replies.resolve")
_MAY = frozenset({Role.COORDINATOR, Role.INSPECTORATE, Role.OPERATOR})
"""Which complaint is whose agency's or region's is casework's knowledge; without a region these do not hang on it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as somebody may see it: its words are no business of an operator's.

    Those of a sealed complaint are read on the case alone, where each look is written down.
    """

    row: Row[Any]
    text: str | None


class Resolving:
    """The officers' look at messages, and their word on unknown ones."""

    def __init__(self, policy: Policy, *, clock: Clock = utc_now) -> None:
        """Take how long a message that is sent again stays valid."""
        self._policy = policy
        self._clock = clock

    async def look(
        self, tx: UnitOfWork, principal: Principal, *, ticket: str | None, state: State | None, limit: int
    ) -> Sequence[Seen]:
        """Return messages, the newest first: of a ticket, in a state. Raises `ForbiddenError`."""
        _require(principal)
        rows = await repository.replies_of(tx, ticket, state, sealed=_sees_sealed(principal), limit=limit)
        return [_seen(principal, row, sealed=bool(row.sealed)) for row in rows]

    async def resolve_as(
        self, tx: UnitOfWork, principal: Principal, reply_id: UUID, said: Resolution
    ) -> tuple[Seen, Moved]:
        """Carry out what an officer says; raises `ForbiddenError`, `NotFoundError`, or `ConflictError`.

        Two officers at once: the second sees what the first did.
        """
        _require(principal)
        row = await repository.lock_reply(tx, reply_id)
        complaint = (
            None if row is None or row.complaint_id is None else await repository.complaint_of(tx, row.complaint_id)
        )
        sealed = complaint is not None and complaint.sealed
        if row is None or (sealed and not _sees_sealed(principal)):
            raise NotFoundError("no_such_reply", "Periksa nomor pesannya; pesan itu tidak ada, atau bukan untuk Anda")
        if row.state != "unknown":
            raise ConflictError(
                "reply_not_unknown",
                "Pesan ini sudah jelas nasibnya; muat ulang daftar pesan",
                state=row.state,
                reason=row.reason,
            )
        moved = await self._carry_out(tx, row, said, ("officer", str(principal.account_id)), self._clock())
        after = await repository.lock_reply(tx, reply_id)
        assert after is not None, "it is locked"  # noqa: S101 - for the type
        return _seen(principal, after, sealed=sealed), moved

    async def resolve(self, tx: UnitOfWork) -> Moved | None:
        """Carry out what an operator typed of one unknown reply; None when there is none."""
        row = await repository.lock_resolved(tx)
        return None if row is None else await self._carry_out(tx, row, row.resolution, _OPERATOR, self._clock())

    async def _carry_out(
        self, tx: UnitOfWork, row: Row[Any], said: Resolution, actor: tuple[str, str], now: datetime
    ) -> Moved:
        kind, who = actor
        await repository.keep_resolution(
            tx, id=new_id(), reply_id=row.id, said=said, actor_kind=kind, actor_id=who, at=now
        )
        reason = f"by_{kind}"
        if said != "again":
            return await move(tx, row, said, reason=reason, now=now)
        return await move(
            tx,
            row,
            "queued",
            reason=reason,
            now=now,
            attempts=0,
            claimed_until=None,
            due_at=now,
            expires_at=self._policy.expiry(row.template, now),
        )


def _require(principal: Principal) -> None:
    if principal.role not in _MAY or principal.regions:
        raise ForbiddenError("role_sees_no_replies", "Pesan kepada pelapor dilihat oleh koordinator atau Inspektorat")


def _seen(principal: Principal, row: Row[Any], *, sealed: bool) -> Seen:
    return Seen(row, None if sealed or principal.role is Role.OPERATOR else row.text)


def _sees_sealed(principal: Principal) -> bool:
    """Tell whether somebody sees what is sealed: an operator sees of every message that it is there, and no words."""
    return principal.role in {Role.INSPECTORATE, Role.OPERATOR}
