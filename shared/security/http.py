"""The dependency that turns `Authorization: Bearer …` into a principal."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeAlias

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.security.principal import Principal
from shared.security.settings import SecuritySettings
from shared.security.tokens import AUDIENCE, not_signed_in, read_token

SignedIn: TypeAlias = Callable[..., Awaitable[Principal]]

_bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="The token of POST /v1/sessions, good for ten minutes."
)


def authenticated(settings: SecuritySettings, *, audiences: Sequence[str] = (AUDIENCE,)) -> SignedIn:
    """Return a FastAPI dependency that yields the caller's `Principal` or raises `UnauthenticatedError`.

    `audiences`: what a token may be for; nobody but identity says anything else than the default.
    """
    keys = settings.public_keys

    async def principal(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Principal:
        if credentials is None:
            raise not_signed_in()
        return read_token(credentials.credentials, keys, audiences=audiences)

    return principal
