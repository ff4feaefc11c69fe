"""Meta's Graph API, as far as we use it: one call with the account's token, and what its answer means.

Meta for Developers, "Messenger Platform: Send API" and "Graph API: Securing requests". The token goes in a header and
the proof of a POST in the body. A GET has none: there the proof stands in the address, and is of no use without the
token.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from channel_adapters._meta.errors import read_error
from shared.channels.sending import Remedy, SendError
from shared.http.client import NEVER_LEFT, AsyncClient, HTTPError, Response, async_client

_ID = re.compile(r"[0-9A-Za-z_-]{1,512}")
_MOST_SECONDS = 86_400


class Graph:
    """The Graph API for our accounts."""

    def __init__(
        self,
        *,
        url: str,
        tokens: Mapping[str, SecretStr],
        app_secret: SecretStr,
        timeout: float,
        heed: Callable[[str, Mapping[str, str]], None] | None = None,
    ) -> None:
        """`url` names host and version; `tokens` are by account; `timeout` in seconds for each step of a call.

        `heed` hears the headers of each answer to a post, which tell how much of a quota is used.
        """
        self._heed = heed
        self._url = url
        self._tokens = tokens
        self._app_secret = app_secret
        self._client: AsyncClient = async_client(timeout=timeout)

    async def post(self, account: str, path: tuple[str, str], body: Mapping[str, Any], *, answer: str) -> str:
        """Post once in an account's name; return the field `answer` of Graph's answer. Raises `SendError`.

        `path` is an object's id and one of its edges.
        """
        token = self._token(account)
        if not usable_id(path[0]):
            raise SendError("unusable_address", Remedy.GIVE_UP)
        response = await self._call(token, "/".join(path), body)
        if self._heed is not None:
            self._heed(account, response.headers)
        document = _json(response)
        if not response.is_success:
            raise read_error(response.status_code, document, _retry_after(response))
        given = document.get(answer) if isinstance(document, dict) else None
        if not isinstance(given, str) or not given:
            raise SendError("unclear_answer", Remedy.UNKNOWN)
        return given

    async def get(self, account: str, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Read in an account's name; return Graph's answer. Raises `SendError`, never with `Remedy.UNKNOWN`.

        `path` is an object's id, with or without one of its edges; `fields` are the query's.
        """
        token = self._token(account)
        if not all(usable_id(part) for part in path.split("/")):
            raise SendError("unusable_address", Remedy.GIVE_UP)
        proof = appsecret_proof(token, self._app_secret.get_secret_value())
        return await self._read(path, token, {**fields, "appsecret_proof": proof})

    async def debug_token(self, account: str, app_id: str) -> dict[str, Any]:
        """Ask what an account's token is worth, as the app itself. Raises `SendError`.

        Meta wants the token in the address here. Whoever runs it keeps addresses out of logs, as we do.
        """
        token = self._token(account)
        return await self._read(
            "debug_token", f"{app_id}|{self._app_secret.get_secret_value()}", {"input_token": token}
        )

    def _token(self, account: str) -> str:
        token = self._tokens.get(account)
        if token is None:
            raise SendError("no_token", Remedy.PAUSE)
        return token.get_secret_value()

    async def _read(self, path: str, bearer: str, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            response = await self._client.get(
                f"{self._url}/{path}", headers={"Authorization": f"Bearer {bearer}"}, params=dict(query)
            )
        except HTTPError:
            raise SendError("unreachable", Remedy.RETRY) from None
        document = _json(response)
        if not response.is_success:
            raise _of_reading(read_error(response.status_code, document, _retry_after(response)))
        if not isinstance(document, dict):
            raise SendError("not_graph", Remedy.PAUSE)
        return document

    async def _call(self, token: str, path: str, body: Mapping[str, Any]) -> Response:
        proof = appsecret_proof(token, self._app_secret.get_secret_value())
        try:
            return await self._client.post(
                f"{self._url}/{path}",
                headers={"Authorization": f"Bearer {token}"},
                json={**body, "appsecret_proof": proof},
            )
        except NEVER_LEFT:
            raise SendError("unreachable", Remedy.RETRY) from None
        except HTTPError:  # httpx keeps the request, with the token, in its errors: `from None` here and above
            raise SendError("answer_lost", Remedy.UNKNOWN) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _of_reading(error: SendError) -> SendError:
    """Say what a failure means where nothing can have been taken: it may be tried again, and nobody was written to."""
    if error.remedy is Remedy.UNKNOWN:
        return SendError(error.reason, Remedy.RETRY)
    if error.reason == "person_unreachable":  # 200: in front of a message it is about the person, here about us
        return SendError("permission_missing", Remedy.PAUSE)
    return error


def appsecret_proof(token: str, app_secret: str) -> str:
    """Prove that the caller knows the app's secret: HMAC-SHA256 of the token, in lower-case hexadecimal."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def usable_id(text: str) -> bool:
    """Tell whether a provider's id can stand in a path."""
    return _ID.fullmatch(text) is not None


def _json(response: Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _retry_after(response: Response) -> timedelta | None:
    given = response.headers.get("retry-after", "")
    if not (given.isascii() and given.isdecimal()):
        return None
    return timedelta(seconds=min(int(given[:9]), _MOST_SECONDS))
