"""Enrolling an authenticator: a key is proposed, and counts from its first code on."""

from dataclasses import dataclass

from services.identity import repository
from services.identity.codes import repository as codes
from services.identity.codes.totp import accepted_step, new_key, new_recovery_codes, recovery_code, uri_of
from services.identity.proving import PROVED, Proof, Prover
from services.identity.secret import digest
from services.identity.sessions.service import SessionService, require_officer
from shared.core.errors import ConflictError, ForbiddenError
from shared.core.times import Clock
from shared.db import UnitOfWork
from shared.security import Principal


@dataclass(frozen=True, slots=True)
class Proposal:
    """A key for an authenticator app, told once."""

    key: str
    address: str


class CodeService:
    """Lets officers enrol."""

    def __init__(self, prover: Prover, sessions: SessionService, clock: Clock) -> None:
        """Take what checks passwords, what knows sessions, and a clock."""
        self._prover = prover
        self._sessions = sessions
        self._clock = clock

    async def propose(
        self, tx: UnitOfWork, principal: Principal, *, password: str, code: str | None, address: str
    ) -> Proposal | Proof:
        """Propose a key; the one in use, if any, counts until the new one is confirmed, and its code is asked for.

        The password is asked for again: a token that was left open must lock nobody out. A refusal is reported only
        after the commit.
        """
        await self._sessions.require_live(tx, principal)
        require_officer(principal)
        proved = await self._prover.prove(tx, password, code, address=address, account_id=principal.account_id)
        if proved.account is None or proved.proof not in PROVED:
            return proved.proof
        key = new_key()
        await codes.propose(tx, principal.account_id, self._prover.closed(key, principal.account_id))
        return Proposal(key, uri_of(key, proved.account.username))

    async def confirm(self, tx: UnitOfWork, principal: Principal, code: str) -> list[str]:
        """Take the proposed key into use by its first code, and return ten recovery codes, told once.

        Raises `ConflictError` (`nothing_to_confirm`) and `ForbiddenError` (`wrong_code`).
        """
        await self._sessions.require_live(tx, principal)
        require_officer(principal)
        await repository.lock_account(tx, account_id=principal.account_id)
        found = await codes.authenticator_of(tx, principal.account_id)
        if found is None or found.pending is None:
            raise ConflictError("nothing_to_confirm", "Mulai dulu pendaftaran aplikasi autentikator")
        now = self._clock()
        step = accepted_step(self._prover.key_in(found.pending, principal.account_id), code, now, 0)
        if step is None:
            raise ForbiddenError("wrong_code", "Kode tidak cocok; periksa jam ponsel lalu coba kode berikutnya")
        papers = new_recovery_codes()
        digests = [digest(recovery_code(one) or "") for one in papers]
        await codes.confirm(tx, principal.account_id, secret=found.pending, step=step, at=now, digests=digests)
        by = str(principal.account_id)
        await repository.record(tx, at=now, actor=by, act="codes.enrolled", account_id=principal.account_id, details={})
        return papers
