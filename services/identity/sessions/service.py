"""Signing in, staying so, and ending it. Each method runs inside one transaction that the edge opened."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.identity import passwords, repository
from services.identity.proving import PROVED, Proof, Prover
from services.identity.rules import Limits, coarse_agent
from services.identity.secret import digest, is_whole, new_secret
from services.identity.service import Officer, officer_of, principal_of
from services.identity.sessions import repository as sessions
from shared.core.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal, Role
from shared.security.tokens import not_signed_in

KEPT = timedelta(days=30)
"""How long a session that is over stays in its table."""
GRACE = timedelta(seconds=10)
"""So long after its use a secret renews again: two tabs renew at once, and an answer is lost on a bad line."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with the secret that renews it, told once."""

    principal: Principal
    refresh: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class MustEnrol:
    """Who it is, and that this role needs a second factor first."""

    principal: Principal


class SessionService:
    """Knows who is signed in."""

    def __init__(
        self,
        prover: Prover,
        *,
        limits: Limits | None = None,
        code_roles: Collection[Role] = (),
        clock: Clock = utc_now,
    ) -> None:
        """`code_roles` sign in with a one-time code only."""
        self._prover = prover
        self._limits = limits or Limits()
        self._code_roles = frozenset(code_roles)
        self._clock = clock

    async def sign_in(
        self, tx: UnitOfWork, username: str, password: str, code: str | None = None, *, address: str, agent: str = ""
    ) -> Opened | MustEnrol | Proof:
        """Return a session, or what is missing; a refusal is reported only after the commit, for it is counted."""
        proved = await self._prover.prove(tx, password, code, address=address, username=username)
        if proved.account is None or proved.proof not in PROVED:
            return proved.proof
        if proved.proof is Proof.BY_PASSWORD and Role(proved.account.role) in self._code_roles:
            await self._record(tx, "session.only_to_enrol", principal_of(proved.account))
            return MustEnrol(principal_of(proved.account))
        return await self.open(tx, proved.account, method=proved.proof.value, agent=agent)

    async def open(self, tx: UnitOfWork, account: Row[Any], *, method: str, agent: str) -> Opened:
        """Open a session for an account of which is known who it is; `agent` is the header, kept coarse."""
        now, refresh = self._clock(), new_secret("ntbr")
        principal = principal_of(account, new_id())
        ends_at = now + self._limits.longest
        await sessions.forget_before(tx, account.id, now - KEPT)
        await sessions.add(
            tx,
            digest=digest(refresh),
            id=principal.session_id,
            account_id=account.id,
            method=method,
            agent=coarse_agent(agent),
            opened_at=now,
            seen_at=now,
            ends_at=ends_at,
        )
        await self._record(tx, "session.opened", principal, session=str(principal.session_id), method=method)
        return Opened(principal, refresh, ends_at)

    async def refresh(self, tx: UnitOfWork, secret: str) -> Opened | None:
        """Renew a session; None is reported only after the commit.

        A secret that was used already, and not just now, is in two hands: nobody knows which is the officer's, so the
        session ends (RFC 9700, section 4.14.2).
        """
        found = await sessions.lock_by_secret(tx, digest(secret)) if is_whole(secret, "ntbr") else None
        if found is None:
            return None
        account = await repository.account_by_id(tx, found.account_id)
        now = self._clock()
        alive = self._limits.lives(now, seen_at=found.seen_at, ends_at=found.ends_at, ended_at=found.ended_at)
        reused = found.used_at is not None and now - found.used_at > GRACE
        if account is None or account.disabled_at is not None or not alive or reused:
            await sessions.end(tx, found.id, now)
            if account is not None and reused:
                await self._record(tx, "session.reused", principal_of(account), session=str(found.id))
            return None
        new = new_secret("ntbr")
        await sessions.renew(tx, found.id, old=digest(secret), new=digest(new), at=now)
        return Opened(principal_of(account, found.id), new, found.ends_at)

    async def me(self, tx: UnitOfWork, principal: Principal) -> Officer:
        """Return the signed-in officer. Raises `UnauthenticatedError` when account or session ended since."""
        return officer_of(await self.require_live(tx, principal), principal)

    async def mine(self, tx: UnitOfWork, principal: Principal) -> Sequence[Row[Any]]:
        """Return the caller's living sessions, the newest first."""
        await self.require_live(tx, principal)
        now = self._clock()
        return [
            row
            for row in await sessions.unended(tx, principal.account_id)
            if self._limits.lives(now, seen_at=row.seen_at, ends_at=row.ends_at, ended_at=None)
        ]

    async def end(self, tx: UnitOfWork, principal: Principal, session_id: UUID | None) -> None:
        """End one of the caller's sessions (None: this one). Raises `NotFoundError`."""
        await self.require_live(tx, principal)
        wanted = session_id or principal.session_id
        found = await sessions.by_id(tx, wanted) if wanted else None
        if found is None or found.account_id != principal.account_id or found.ended_at is not None:
            raise NotFoundError("unknown_session", "Sesi ini tidak ada atau sudah berakhir")
        await sessions.end(tx, found.id, self._clock())
        await self._record(tx, "session.ended", principal, session=str(found.id))

    async def change_password(
        self, tx: UnitOfWork, principal: Principal, *, old: str, new: str, code: str | None, address: str
    ) -> Proof:
        """Change the caller's password and end their other sessions; a refusal is reported only after the commit."""
        await self.require_live(tx, principal)
        require_officer(principal)
        if not passwords.is_acceptable(new):
            raise passwords.not_acceptable()
        proved = await self._prover.prove(tx, old, code, address=address, account_id=principal.account_id)
        if proved.proof in PROVED:
            hashed = await asyncio.to_thread(passwords.hash_password, new)
            await repository.change_account(tx, principal.account_id, password_hash=hashed)
            ended = await sessions.end_all(tx, principal.account_id, self._clock(), but=principal.session_id)
            await self._record(tx, "password.changed", principal, sessions=ended)
        return proved.proof

    async def require_live(self, tx: UnitOfWork, principal: Principal) -> Row[Any]:
        """Return the caller's account. Raises `UnauthenticatedError` when it or the session ended since."""
        row = await repository.account_by_id(tx, principal.account_id)
        if row is None or row.disabled_at is not None:
            raise UnauthenticatedError("not_signed_in", "Akun ini sudah tidak aktif")
        if principal.session_id is not None:
            found = await sessions.by_id(tx, principal.session_id)
            if found is None or found.ended_at is not None:
                raise not_signed_in()
        return row

    async def _record(self, tx: UnitOfWork, act: str, principal: Principal, **details: Any) -> None:
        by = str(principal.account_id)
        await repository.record(
            tx, at=self._clock(), actor=by, act=act, account_id=principal.account_id, details=details
        )


def require_officer(principal: Principal) -> None:
    """Raise `ForbiddenError` for a machine."""
    if principal.kind != "officer":
        raise ForbiddenError("not_for_machines", "Ini hanya untuk petugas, bukan untuk mesin")
