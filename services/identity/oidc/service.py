"""Whose account an identity at the provider is. No account is made here."""

from services.identity import repository
from services.identity.oidc import repository as oidc
from services.identity.oidc.identity import Claim, Identity, canonical
from services.identity.service import IdentityService
from services.identity.sessions.service import Opened, SessionService
from shared.core.errors import ConflictError
from shared.core.times import Clock, utc_now
from shared.db import UnitOfWork


class OidcService:
    """Lets in whom the provider knows and an administrator has allowed."""

    def __init__(self, sessions: SessionService, clock: Clock = utc_now) -> None:
        """Take what opens sessions, and a clock."""
        self._sessions = sessions
        self._clock = clock

    async def sign_in(self, tx: UnitOfWork, identity: Identity, *, agent: str) -> Opened | None:
        """Return a session; None where no account is bound or allowed, or it was disabled.

        A one-time code is not asked for: the provider has its own second factor.
        """
        account_id = await oidc.bound(tx, identity.issuer, identity.subject)
        if account_id is None:
            for claim, value in identity.claims():
                account_id = account_id or await oidc.take_allowance(tx, claim, value)
            if account_id is None:
                return None
            now, by = self._clock(), str(account_id)
            await oidc.bind(tx, identity.issuer, identity.subject, account_id, now)
            details = {"issuer": identity.issuer}
            await repository.record(tx, at=now, actor=by, act="oidc.bound", account_id=account_id, details=details)
        row = await repository.lock_account(tx, account_id=account_id)
        if row is None or row.disabled_at is not None:
            return None
        return await self._sessions.open(tx, row, method="oidc", agent=agent)


async def allow(tx: UnitOfWork, accounts: IdentityService, username: str, claim: Claim, value: str) -> None:
    """Let the first who comes with this claim be this account from then on. Raises `NotFoundError`, `ConflictError`."""
    row = await accounts.require(tx, username)
    if row.kind != "officer":
        raise ConflictError("not_for_machines", "Mesin masuk dengan tokennya", username)
    if not await oidc.allow(tx, row.id, claim, canonical(claim, value)):
        raise ConflictError("claim_taken", "Nilai ini sudah diizinkan untuk akun lain", value)
    await accounts.sign_out(tx, username)  # whoever it was before is it no more
    await accounts.record(tx, "oidc.allowed", row.id, claim=claim)
