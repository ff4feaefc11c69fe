"""Firebase Cloud Messaging, HTTP v1, as far as we send: one POST in our project's name, and what its answer means.

Firebase, "Send messages with the HTTP v1 API" and "FCM error codes"; Google, "Using OAuth 2.0 for server to server
applications". Tokens go into headers and bodies, never into an address.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from channel_adapters.mobile.settings import PushSettings
from shared.channels.sending import Remedy, SendError
from shared.core.times import Clock, utc_now
from shared.http.client import NEVER_LEFT, HTTPError, Response, async_client

_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = timedelta(hours=1)
_MARGIN = timedelta(minutes=5)
_MOST_SECONDS = 86_400
_UNAUTHORIZED, _UNREGISTERED, _BUSY, _AWAY = 401, 404, 429, 503
_REMEDIES = {
    400: ("invalid_push", Remedy.GIVE_UP),
    403: ("foreign_push_token", Remedy.GIVE_UP),
    _UNREGISTERED: ("push_token_unregistered", Remedy.GIVE_UP),
    _BUSY: ("push_quota", Remedy.RETRY),
    _AWAY: ("push_unavailable", Remedy.RETRY),
}


class Firebase:
    """Sends to devices of our project."""

    def __init__(self, settings: PushSettings, *, clock: Clock = utc_now) -> None:
        """Open nothing."""
        self._settings = settings
        self._clock = clock
        self._client = async_client(timeout=settings.timeout_s)
        self._access: tuple[str, datetime] | None = None

    async def send(self, message: Mapping[str, object]) -> str | None:
        """Hand one message over; return Firebase's name of it. Raises `SendError`."""
        headers = {"Authorization": f"Bearer {await self._authority()}"}
        path = f"{self._settings.url}/v1/projects/{self._settings.project}/messages:send"
        try:
            response = await self._client.post(path, headers=headers, json={"message": message})
        except NEVER_LEFT:
            raise SendError("unreachable", Remedy.RETRY) from None
        except HTTPError:  # it may have arrived; httpx keeps the request, with the token: `from None`
            raise SendError("answer_lost", Remedy.UNKNOWN) from None
        if not response.is_success:
            raise self._refused(response)
        name = _json(response).get("name")
        return name if isinstance(name, str) else None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _refused(self, response: Response) -> SendError:
        if response.status_code == _UNAUTHORIZED:
            self._access = None
            return SendError("push_unauthorized", Remedy.PAUSE)
        reason, remedy = _REMEDIES.get(response.status_code, ("push_failed", Remedy.UNKNOWN))
        gone = response.status_code == _UNREGISTERED
        return SendError(reason, remedy, retry_after=_retry_after(response), address_gone=gone)

    async def _authority(self) -> str:
        """Return an access token, a new one before the old one ends. Nothing has left as long as there is none."""
        now = self._clock()
        if self._access is None or self._access[1] - _MARGIN <= now:
            self._access = await self._new_authority(now), now + _LIFE
        return self._access[0]

    async def _new_authority(self, now: datetime) -> str:
        try:
            form = {"grant_type": _GRANT, "assertion": self._assertion(now)}
            response = await self._client.post(self._settings.token_url, data=form)
        except (jwt.PyJWTError, ValueError):
            raise SendError("push_key_unusable", Remedy.PAUSE) from None
        except HTTPError:
            raise SendError("push_authority_unreachable", Remedy.RETRY) from None
        token = _json(response).get("access_token")
        if response.is_success and isinstance(token, str):
            return token
        if response.is_server_error or response.status_code == _BUSY:
            raise SendError("push_authority_unreachable", Remedy.RETRY)
        raise SendError("push_account_refused", Remedy.PAUSE)

    def _assertion(self, now: datetime) -> str:
        key = self._settings.private_key
        claims = {
            "iss": self._settings.client_email,
            "scope": _SCOPE,
            "aud": self._settings.token_url,
            "iat": now,
            "exp": now + _LIFE,
        }
        return jwt.encode(claims, key.get_secret_value().replace("\\n", "\n") if key else "", algorithm="RS256")


def _json(response: Response) -> dict[str, Any]:
    try:
        document = response.json()
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _retry_after(response: Response) -> timedelta | None:
    given = response.headers.get("retry-after", "")
    if not (given.isascii() and given.isdecimal()):
        return None
    return timedelta(seconds=min(int(given[:9]), _MOST_SECONDS))
