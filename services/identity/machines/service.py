"""Service tokens: drawn for an administrator, exchanged by the machine for short access tokens."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.identity import repository
from services.identity.machines import repository as machines
from services.identity.secret import digest, is_whole, new_secret
from services.identity.service import IdentityService, principal_of
from shared.core.errors import ConflictError
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork
from shared.security import Principal, Role

MOST_DAYS = 400
"""A token is renewed once a year at least."""


class MachineService:
    """Knows machines by their tokens."""

    def __init__(self, accounts: IdentityService, clock: Clock = utc_now) -> None:
        """Take what makes accounts, and a clock."""
        self._accounts = accounts
        self._clock = clock

    async def add(
        self, tx: UnitOfWork, name: str, *, role: Role, agencies: Sequence[str], regions: Sequence[str], days: int
    ) -> str:
        """Add a machine and return its token, told once. Raises as `IdentityService.add_officer` does."""
        account_id = await self._accounts.add_officer(
            tx,
            username=name,
            password=None,
            display_name=name,
            role=role,
            agencies=agencies,
            regions=regions,
            kind="service",
        )
        return await self._draw(tx, account_id, days)

    async def renew(self, tx: UnitOfWork, name: str, *, days: int) -> str:
        """Give a machine another token, told once; the old one ends now. Raises `NotFoundError`, `ConflictError`."""
        row = await self._require(tx, name)
        if row.disabled_at is not None:
            raise ConflictError("service_revoked", "Akun mesin ini sudah dicabut; buat yang baru", name)
        await self._accounts.record(tx, "service.renewed", row.id, days=days)
        return await self._draw(tx, row.id, days)

    async def revoke(self, tx: UnitOfWork, name: str) -> None:
        """End a machine for good."""
        row = await self._require(tx, name)
        await self._accounts.disable_officer(tx, row.username)

    async def machines(self, tx: UnitOfWork) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return every machine with when its token ends and was used last."""
        return await machines.machines(tx)

    async def sign_in(self, tx: UnitOfWork, token: str) -> Principal | None:
        """Return whose token it is; None for one that is none of ours, has run out or was revoked."""
        if not is_whole(token, "ntbc"):
            return None
        account_id = await machines.use(tx, digest(token), self._clock())
        row = await repository.account_by_id(tx, account_id) if account_id else None
        return None if row is None or row.disabled_at is not None else principal_of(row)

    async def _draw(self, tx: UnitOfWork, account_id: UUID, days: int) -> str:
        token = new_secret("ntbc")
        await machines.keep_token(tx, account_id, digest(token), self._clock() + timedelta(days=days))
        return token

    async def _require(self, tx: UnitOfWork, name: str) -> Row[Any]:
        row = await self._accounts.require(tx, name)
        if row.kind != "service":
            raise ConflictError("not_a_service", "Ini akun petugas, bukan mesin", name)
        return row
