"""Who the provider says it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Claim: TypeAlias = Literal["sub", "email", "preferred_username"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A checked id token, as far as it is used here."""

    issuer: str
    subject: str
    email: str | None = None
    """None unless the provider says that it is verified."""
    preferred_username: str | None = None

    def claims(self) -> Iterator[tuple[Claim, str]]:
        """Yield what an administrator may have allowed, the surest first."""
        yield "sub", self.subject
        if self.email:
            yield "email", canonical("email", self.email)
        if self.preferred_username:
            yield "preferred_username", canonical("preferred_username", self.preferred_username)


def canonical(claim: Claim, value: str) -> str:
    """Return a claim's value as it is compared; only subjects are case-sensitive (OpenID Connect Core, section 2)."""
    return value if claim == "sub" else value.strip().lower()


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """Read a checked id token's claims."""
    email, name = claims.get("email"), claims.get("preferred_username")
    verified = claims.get("email_verified") is True and isinstance(email, str)
    return Identity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=email if verified else None,
        preferred_username=name if isinstance(name, str) else None,
    )
