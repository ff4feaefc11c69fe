"""What an officer or a machine is handed: a signed token, and a session around it."""

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.identity.proving import Proof
from services.identity.schemas import Access, Session
from services.identity.sessions.service import MustEnrol, Opened
from services.identity.tokens import sign_token
from shared.core.errors import ForbiddenError, UnauthenticatedError
from shared.core.times import Clock
from shared.security import Principal
from shared.security.tokens import ENROLMENT


class Issuer:
    """Holds the key that signs."""

    def __init__(self, key: Ed25519PrivateKey, lifetime: timedelta, clock: Clock) -> None:
        """Take the key, how long a token is good, and a clock."""
        self._key = key
        self._lifetime = lifetime
        self._clock = clock

    def access(self, principal: Principal) -> Access:
        """Sign a token."""
        token, expires_at = sign_token(principal, self._key, self._clock(), lifetime=self._lifetime)
        return Access(
            token=token,
            expires_at=expires_at,
            role=principal.role,
            agencies=principal.agencies,
            regions=principal.regions,
        )

    def session(self, opened: Opened) -> Session:
        """Sign a session's token."""
        access = self.access(opened.principal).model_dump()
        session_id = opened.principal.session_id
        return Session(**access, session_id=session_id, refresh=opened.refresh, ends_at=opened.ends_at)

    def must_enrol(self, who: MustEnrol) -> ForbiddenError:
        """Say that a second factor is needed first, and hand over a token with which it is enrolled, and no more."""
        token, expires_at = sign_token(
            who.principal, self._key, self._clock(), lifetime=self._lifetime, audience=ENROLMENT
        )
        return ForbiddenError(
            "totp_enrolment_required",
            "Peran ini wajib memakai kode sekali pakai: daftarkan dulu aplikasi autentikator",
            "POST /v1/sessions/totp, lalu POST /v1/sessions/totp/confirm",
            enrolment_token=token,
            expires_at=expires_at.isoformat(),
        )


def refusal(proof: Proof) -> UnauthenticatedError:
    """Say what is missing; of what is wrong, only that it is."""
    if proof is Proof.CODE_MISSING:
        return UnauthenticatedError("code_required", "Masukkan juga kode dari aplikasi autentikator")
    return UnauthenticatedError("wrong_credentials", "Nama pengguna, kata sandi, atau kode salah")
