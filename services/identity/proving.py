"""Who somebody is: password and, where enrolled, a one-time code. Their failures count together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.identity import passwords, repository
from services.identity.codes import repository as codes
from services.identity.codes.totp import accepted_step, recovery_code
from services.identity.rules import canonical_username
from services.identity.secret import digest
from shared.channels import Sender
from shared.core.times import Clock
from shared.db import UnitOfWork
from shared.security.vault import VaultKeys

MOST_FAILURES = 5
"""Of one account from one address: whoever guesses shuts themselves out, and not the officer elsewhere."""
MOST_FAILURES_ANYWHERE = 50
"""Of one account from all addresses together: somebody who guesses from many."""
WINDOW = timedelta(minutes=15)


class Proof(Enum):
    """What came of it. Unknown, wrong, disabled and locked are one: nobody learns from a refusal why."""

    REFUSED = "refused"
    CODE_MISSING = "code missing"
    BY_PASSWORD = "password"  # noqa: S105 - a name
    BY_CODE = "code"
    BY_RECOVERY_CODE = "recovery"


PROVED = frozenset({Proof.BY_PASSWORD, Proof.BY_CODE, Proof.BY_RECOVERY_CODE})


@dataclass(frozen=True, slots=True)
class Proved:
    """An outcome, and about which account where there is one."""

    proof: Proof
    account: Row[Any] | None = None


class Prover:
    """Checks passwords and codes, and counts what fails."""

    def __init__(self, vault: VaultKeys, clock: Clock) -> None:
        """Take what opens authenticators' keys, and a clock."""
        self._vault = vault
        self._clock = clock

    async def prove(
        self,
        tx: UnitOfWork,
        password: str,
        code: str | None,
        *,
        address: str,
        username: str = "",
        account_id: UUID | None = None,
    ) -> Proved:
        """Return what is proved; the caller reports a refusal only after the commit: the failure is counted here.

        After five failures in 15 minutes from one address, or 50 from all, even the right password fails there until
        the window has moved on; those tries do not prolong it. While the password is hashed, the account is not locked.
        """
        name = canonical_username(username)
        known = name is not None or account_id is not None
        seen = await repository.find_account(tx, username=name or "", account_id=account_id) if known else None
        fits = await passwords.fits(password, seen.password_hash if seen else None)
        row = await repository.lock_account(tx, account_id=seen.id) if seen else None
        if seen is None or row is None or row.disabled_at is not None:
            return Proved(Proof.REFUSED)
        fits = fits and row.password_hash == seen.password_hash  # it may have been changed meanwhile
        here = self._digests(address, row.id)
        if await self._is_closed(tx, row.id, here):
            return Proved(Proof.REFUSED)
        proof = await self._second(tx, row.id, code) if fits else Proof.REFUSED
        if proof is Proof.REFUSED:
            await self._count(tx, row, "code" if fits else "password", here[0])
        elif proof in PROVED:
            await repository.forget_failures(tx, row.id, addresses=here)
        return Proved(proof, row)

    async def _is_closed(self, tx: UnitOfWork, account_id: UUID, here: Sequence[bytes]) -> bool:
        failures = await repository.count_failures(tx, account_id, self._clock() - WINDOW, here)
        return failures.here >= MOST_FAILURES or failures.anywhere >= MOST_FAILURES_ANYWHERE

    def _digests(self, address: str, account_id: UUID) -> list[bytes]:
        """Hash an address under each key, the newest first; of two accounts nobody sees that it is one."""
        return self._vault.digests("sign_in", Sender(id=address, kind="address"), str(account_id))

    async def _second(self, tx: UnitOfWork, account_id: UUID, code: str | None) -> Proof:
        found = await codes.authenticator_of(tx, account_id)
        if found is None or found.secret is None:
            return Proof.BY_PASSWORD
        if not code or not code.strip():
            return Proof.CODE_MISSING
        paper = recovery_code(code)
        if paper is not None:
            spent = await codes.spend_recovery_code(tx, account_id, digest(paper))
            return Proof.BY_RECOVERY_CODE if spent else Proof.REFUSED
        step = accepted_step(self.key_in(found.secret, account_id), code, self._clock(), found.last_step)
        if step is None:
            return Proof.REFUSED
        await codes.note_step(tx, account_id, step)
        return Proof.BY_CODE

    async def _count(self, tx: UnitOfWork, row: Row[Any], wrong: str, here: bytes) -> None:
        now = self._clock()
        await repository.forget_failures(tx, row.id, until=now - WINDOW)
        await repository.store_failure(tx, row.id, now, here)
        await repository.record(
            tx, at=now, actor="nobody", act="session.refused", account_id=row.id, details={"wrong": wrong}
        )

    def closed(self, key: str, account_id: UUID) -> bytes:
        """Close an authenticator's key for one account."""
        return self._vault.close({"key": key, "account": str(account_id)})

    def key_in(self, closed: bytes, account_id: UUID) -> str:
        """Open it; raises `ValueError` for another account's."""
        content = self._vault.open(closed)
        if content["account"] != str(account_id):
            raise ValueError("an authenticator's key was moved to another account")
        return str(content["key"])
