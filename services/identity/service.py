"""What an administrator does with accounts. Each method runs inside one transaction that the edge opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.identity import passwords, repository
from services.identity.codes import repository as codes
from services.identity.rules import canonical_username, is_email, require_fitting
from services.identity.sessions import repository as sessions
from shared.core.errors import ConflictError, NotFoundError, ProblemError
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Kind, Principal, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An account as people may see it."""

    principal: Principal
    username: str
    display_name: str
    email: str | None
    disabled_at: datetime | None


def principal_of(row: Row[Any], session_id: UUID | None = None) -> Principal:
    """Return who an account stands for."""
    return Principal(
        account_id=row.id,
        role=row.role,
        agencies=tuple(row.agencies or ()),
        regions=tuple(row.regions or ()),
        session_id=session_id,
        kind=row.kind,
    )


def officer_of(row: Row[Any], principal: Principal | None = None) -> Officer:
    """Return an account as people may see it."""
    return Officer(
        principal=principal or principal_of(row),
        username=row.username,
        display_name=row.display_name,
        email=row.email,
        disabled_at=row.disabled_at,
    )


class IdentityService:
    """Makes, changes and ends accounts, and writes each of these acts down."""

    def __init__(self, clock: Clock = utc_now, *, actor: str = "cli") -> None:
        """Take a clock, and who acts."""
        self._clock = clock
        self._actor = actor

    async def add_officer(
        self,
        tx: UnitOfWork,
        *,
        username: str,
        password: str | None,
        display_name: str,
        role: Role,
        agencies: Sequence[str] = (),
        regions: Sequence[str] = (),
        email: str | None = None,
        kind: Kind = "officer",
    ) -> UUID:
        """Add an account and return its id; a machine's has no password.

        Raises `ProblemError` for what cannot be an account and `ConflictError` (`username_taken`). Whether agencies and
        regions exist is for the caller to check against the directory.
        """
        name = canonical_username(username)
        if name is None:
            raise ProblemError(
                "bad_username", "Nama pengguna: 3 sampai 64 huruf kecil, angka, titik, - atau _", username
            )
        if password is not None:
            _require_password(password)
        _require_email(email)
        require_fitting(role, agencies, regions)
        account_id = new_id()
        added = await repository.add_account(
            tx,
            id=account_id,
            username=name,
            kind=kind,
            password_hash=None if password is None else passwords.hash_password(password),
            display_name=display_name.strip() or name,
            email=(email or "").strip() or None,
            role=role.value,
        )
        if not added:
            raise ConflictError("username_taken", "Nama pengguna ini sudah dipakai", name)
        await repository.bind(tx, account_id, sorted(set(agencies)), sorted(set(regions)))
        bound = {"role": role.value, "agencies": sorted(set(agencies)), "regions": sorted(set(regions))}
        await self.record(tx, "account.added", account_id, kind=kind, **bound)
        return account_id

    async def officers(self, tx: UnitOfWork) -> list[Officer]:
        """Return every account, by username."""
        return [officer_of(row) for row in await repository.accounts(tx)]

    async def edit_officer(
        self,
        tx: UnitOfWork,
        username: str,
        *,
        display_name: str | None = None,
        email: str | None = None,
        agencies: Sequence[str] | None = None,
        regions: Sequence[str] | None = None,
    ) -> None:
        """Change what is not None; an empty e-mail takes it away. A session learns of it when it is renewed."""
        row = await self.require(tx, username)
        _require_email(email)
        values: dict[str, Any] = {}
        if display_name:
            values["display_name"] = display_name.strip() or row.username
        if email is not None:
            values["email"] = email.strip() or None
        if values:
            await repository.change_account(tx, row.id, **values)
        bound = await self._rebind(tx, row, agencies, regions)
        await self.record(tx, "account.edited", row.id, changed=sorted({*values, *bound}), **bound)

    async def _rebind(
        self, tx: UnitOfWork, row: Row[Any], agencies: Sequence[str] | None, regions: Sequence[str] | None
    ) -> dict[str, list[str]]:
        if agencies is None and regions is None:
            return {}
        kept = principal_of(row)
        bound = {
            "agencies": sorted(set(kept.agencies if agencies is None else agencies)),
            "regions": sorted(set(kept.regions if regions is None else regions)),
        }
        require_fitting(kept.role, **bound)
        await repository.bind(tx, row.id, **bound)
        return bound

    async def disable_officer(self, tx: UnitOfWork, username: str) -> None:
        """Let an account sign in no more, and end its sessions. Raises `NotFoundError`."""
        row = await self.require(tx, username)
        await repository.disable_account(tx, row.id, self._clock())
        ended = await sessions.end_all(tx, row.id, self._clock())
        await self.record(tx, "account.disabled", row.id, sessions=ended)

    async def sign_out(self, tx: UnitOfWork, username: str) -> int:
        """End an account's sessions and return how many there were. Raises `NotFoundError`."""
        row = await self.require(tx, username)
        ended = await sessions.end_all(tx, row.id, self._clock())
        await self.record(tx, "session.ended", row.id, sessions=ended)
        return ended

    async def reset_password(self, tx: UnitOfWork, username: str, password: str) -> None:
        """Give an account another password, forget its failures and what authenticator waits, and end its sessions.

        Whoever knew the old password may have proposed that one, and holds a token to confirm it.
        """
        row = await self.require(tx, username)
        if row.kind != "officer":
            raise ConflictError("not_for_machines", "Akun mesin tidak memakai kata sandi; perbarui tokennya", username)
        _require_password(password)
        await repository.change_account(tx, row.id, password_hash=passwords.hash_password(password))
        await repository.forget_failures(tx, row.id)
        await codes.forget_pending(tx, row.id)
        ended = await sessions.end_all(tx, row.id, self._clock())
        await self.record(tx, "password.reset", row.id, sessions=ended)

    async def unlock(self, tx: UnitOfWork, username: str) -> int:
        """Forget the failures that close an account; return how many there were. Raises `NotFoundError`."""
        row = await self.require(tx, username)
        forgotten = await repository.forget_failures(tx, row.id)
        await self.record(tx, "account.unlocked", row.id, failures=forgotten)
        return forgotten

    async def reset_codes(self, tx: UnitOfWork, username: str) -> None:
        """Take an account's authenticator and recovery codes away, and end its sessions."""
        row = await self.require(tx, username)
        await codes.forget(tx, row.id)
        ended = await sessions.end_all(tx, row.id, self._clock())
        await self.record(tx, "codes.reset", row.id, sessions=ended)

    async def log(self, tx: UnitOfWork, *, username: str | None, at_most: int) -> Sequence[Row[Any]]:
        """Return what was done, the newest first."""
        name = None if username is None else (await self.require(tx, username)).username
        return await repository.log(tx, username=name, at_most=at_most)

    async def require(self, tx: UnitOfWork, username: str) -> Row[Any]:
        """Return an account, locked. Raises `NotFoundError`."""
        name = canonical_username(username)
        row = await repository.lock_account(tx, username=name) if name else None
        if row is None:
            raise NotFoundError("unknown_officer", "Nama pengguna ini tidak ada", username)
        return row

    async def record(self, tx: UnitOfWork, act: str, account_id: UUID, **details: Any) -> None:
        """Write an act down."""
        await repository.record(
            tx, at=self._clock(), actor=self._actor, act=act, account_id=account_id, details=details
        )


def _require_password(password: str) -> None:
    if not passwords.is_acceptable(password):
        raise passwords.not_acceptable()


def _require_email(email: str | None) -> None:
    if email and not is_email(email.strip()):
        raise ProblemError("bad_email", "Alamat surel ini tidak dapat dipakai", email)
