"""Intake's door for complaints that were filed at LAPOR!: over HTTP, signed, like any other channel's."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from services.lapor.arrivals.arriving import NotReceived, Received
from shared.core.times import Clock, utc_now
from shared.http.client import HTTPError, Response, async_client
from shared.security.signed import signed_headers

_PATIENCE_S = 30.0
_FINAL = frozenset({400, 413, 422})
"""The complaint itself is wrong; of all else our secret, our clock, our address or our pace."""


class Door:
    """Hands complaints to intake."""

    def __init__(self, url: str, secret: SecretStr, clock: Clock = utc_now) -> None:
        """Take the door's address and what we sign with; open nothing yet."""
        self._url = url
        self._secret = secret
        self._clock = clock
        self._http = async_client(timeout=_PATIENCE_S)

    async def hand_over(self, document: Mapping[str, Any]) -> Received | NotReceived:
        """Hand over one; the door knows a number again, so it may be handed over as often as needed."""
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", **signed_headers(self._secret, body, self._clock())}
        try:
            answer = await self._http.post(self._url, content=body, headers=headers)
        except HTTPError as error:
            return NotReceived(reason=f"no answer ({type(error).__name__})", final=False)
        return _read(answer)

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()


def _read(answer: Response) -> Received | NotReceived:
    try:
        said = answer.json()
        if answer.is_success:
            return Received(ticket=str(said["ticket"]), complaint_id=UUID(said["complaint_id"]))
        code = str(said.get("code", said.get("title", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        code = ""
    reason = f"HTTP {answer.status_code} {code}".strip()
    return NotReceived(reason=reason, final=answer.status_code in _FINAL)
