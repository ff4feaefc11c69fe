"""Identity's use cases. Each method runs inside one transaction that the edge opened."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.identity import passwords, repository
from shared.core.errors import ConflictError, NotFoundError, ProblemError, UnauthenticatedError
from shared.core.ids import new_id
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal, Role

MOST_FAILURES = 5
WINDOW = timedelta(minutes=15)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
_BOUND = {Role.LIAISON, Role.LEADER}
"""Roles that reach exactly the agencies they are bound to; the others are bound to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An account as people may see it."""

    principal: Principal
    username: str
    display_name: str
    disabled_at: datetime | None


class IdentityService:
    """Knows officers and their passwords."""

    def __init__(self, clock: Clock = utc_now) -> None:
        """Take a clock."""
        self._clock = clock

    async def sign_in(self, tx: UnitOfWork, username: str, password: str) -> Principal | None:
        """Return who signed in, or None, which the caller reports only after the commit: the failure is counted here.

        Unknown name, wrong password, disabled account and too many failures cannot be told apart. After five failures
        in 15 minutes even the right password fails until the window has moved on; those tries do not prolong it.
        """
        now = self._clock()
        row = await repository.lock_account(tx, username.strip().lower()) if _is_username(username) else None
        fits = await passwords.fits(password, row.password_hash if row else None)
        if row is None or row.disabled_at is not None:
            return None
        if await repository.count_failures(tx, row.id, since=now - WINDOW) >= MOST_FAILURES:
            return None
        if not fits:
            await repository.store_failure(tx, row.id, now)
            return None
        await repository.forget_failures(tx, row.id)
        agencies = await repository.agencies_of(tx, row.id)
        return Principal(account_id=row.id, role=row.role, agencies=agencies)

    async def me(self, tx: UnitOfWork, principal: Principal) -> Officer:
        """Return the signed-in officer. Raises `UnauthenticatedError` when the account was disabled since."""
        row = await repository.account_by_id(tx, principal.account_id)
        if row is None or row.disabled_at is not None:
            raise UnauthenticatedError("not_signed_in", "Akun ini sudah tidak aktif")
        return Officer(
            principal=principal, username=row.username, display_name=row.display_name, disabled_at=row.disabled_at
        )

    async def add_officer(
        self, tx: UnitOfWork, *, username: str, password: str, display_name: str, role: Role, agencies: Sequence[str]
    ) -> UUID:
        """Add an account and return its id.

        Raises `ProblemError` for what cannot be an account and `ConflictError` (`username_taken`). Whether the
        agencies exist is for the caller to check against the directory.
        """
        username = username.strip().lower()
        if not _is_username(username):
            raise ProblemError("bad_username", "Nama pengguna: 3 sampai 64 huruf kecil, angka, titik, - atau _")
        if not passwords.is_acceptable(password):
            raise ProblemError(
                "bad_password", f"Kata sandi perlu {passwords.SHORTEST} sampai {passwords.LONGEST} karakter"
            )
        if (role in _BOUND) != bool(agencies):
            raise ProblemError(
                "agencies_do_not_fit_role", "Peran liaison dan leader terikat pada instansi, peran lain tidak", role
            )
        account_id = new_id()
        added = await repository.add_account(
            tx,
            agencies=sorted(set(agencies)),
            id=account_id,
            username=username,
            password_hash=passwords.hash_password(password),
            display_name=display_name.strip() or username,
            role=role.value,
        )
        if not added:
            raise ConflictError("username_taken", "Nama pengguna ini sudah dipakai", username)
        return account_id

    async def officers(self, tx: UnitOfWork) -> list[Officer]:
        """Return every account, by username."""
        return [
            Officer(
                principal=Principal(
                    account_id=row.id, role=row.role, agencies=await repository.agencies_of(tx, row.id)
                ),
                username=row.username,
                display_name=row.display_name,
                disabled_at=row.disabled_at,
            )
            for row in await repository.accounts(tx)
        ]

    async def disable_officer(self, tx: UnitOfWork, username: str) -> None:
        """Let an account sign in no more; its tokens end within eight hours. Raises `NotFoundError`."""
        if not await repository.disable_account(tx, username.strip().lower(), self._clock()):
            raise NotFoundError("unknown_officer", "Nama pengguna ini tidak ada", username)


def _is_username(text: str) -> bool:
    return _USERNAME.fullmatch(text.strip().lower()) is not None
