"""What all gateways have in common when we call them: one POST, and what its failures mean."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Protocol

from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.http.client import NEVER_LEFT, AsyncClient, HTTPError, Response

_MOST_SECONDS = 86_400
_REFUSED_CALLER = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Gateway(Protocol):
    """Takes text messages for our numbers."""

    async def post(self, outbound: Outbound, text: str) -> Sent:
        """Hand over one text message, once; raises `SendError`."""

    async def close(self) -> None:
        """Close the connections."""


async def post(client: AsyncClient, url: str, **told: Any) -> Response:
    """Call once; raises `SendError` where no answer came.

    httpx keeps the request, with the password, in its errors: `from None`.
    """
    try:
        return await client.post(url, **told)
    except NEVER_LEFT:
        raise SendError("unreachable", Remedy.RETRY) from None
    except HTTPError:
        raise SendError("answer_lost", Remedy.UNKNOWN) from None


def read_json(response: Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer, an empty one where it has none."""
    try:
        document = response.json()
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def unclear(response: Response) -> bool:
    """Tell whether the gateway may have taken the message. A proxy may say 408 after it had passed it on."""
    status = response.status_code
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT or response.is_success


def read_refusal(response: Response) -> SendError:
    """Say what an answer means that is no success and that the gateway itself does not explain."""
    status = response.status_code
    if unclear(response):
        return SendError("unclear_answer", Remedy.UNKNOWN)
    if status in _REFUSED_CALLER:
        return SendError("password_wrong", Remedy.PAUSE)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendError("rate_limited", Remedy.RETRY, retry_after=_retry_after(response))
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return SendError("refused", Remedy.GIVE_UP)
    return SendError("not_the_gateway", Remedy.PAUSE)  # another address than we think: moved, gone, another method


def _retry_after(response: Response) -> timedelta | None:
    given = response.headers.get("retry-after", "")
    if not (given.isascii() and given.isdecimal()):
        return None
    return timedelta(seconds=min(int(given[:9]), _MOST_SECONDS))
