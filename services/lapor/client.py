"""LAPOR!'s API, version 3: two static headers, JSON in an envelope. Every connection is a fresh one.

On a kept connection that LAPOR! has just closed, nobody could tell a complaint that was lost from one that arrived.
"""

import asyncio
from datetime import datetime

from services.lapor import reading
from services.lapor.port import CreateOutcome, LookOutcome, NotSent, Report, Unclear
from services.lapor.settings import LaporSettings
from shared.core.times import Clock, utc_now
from shared.http.client import NEVER_LEFT, HTTPError, Response, Timeout, async_client

_CREATE = "/complaints/complaint"
_MARGIN_S = 5.0


class LaporClient:
    """Fulfils `port.Port` over HTTP. Holds the secrets and shows them to nobody but LAPOR!."""

    def __init__(self, settings: LaporSettings, clock: Clock = utc_now) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._clock = clock
        self._http = async_client(timeout=settings.read_s)
        self._headers = _headers(settings)

    async def create(self, report: Report) -> CreateOutcome:
        """Post a complaint. What broke before there was a connection was not sent; of all else nobody knows."""
        answer = await self._call("POST", _CREATE, self._settings.submit_s, json=self._payload(report))
        return answer if isinstance(answer, NotSent | Unclear) else reading.created(*self._parts(answer))

    async def status(self, lapor_id: str) -> LookOutcome:
        """Look where a complaint stands."""
        answer = await self._call("GET", f"/complaints/{lapor_id}/complaint", self._settings.read_s)
        return answer if isinstance(answer, NotSent | Unclear) else reading.looked(*self._parts(answer))

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    async def _call(
        self, method: str, path: str, patience_s: float, *, json: object = None
    ) -> Response | NotSent | Unclear:
        connect_s = self._settings.connect_s
        try:
            async with asyncio.timeout(connect_s + patience_s + _MARGIN_S):  # httpx counts anew with every byte
                return await self._http.request(
                    method,
                    f"{self._settings.base_url}{path}",
                    json=json,
                    headers=self._headers,
                    timeout=Timeout(patience_s, connect=connect_s),
                )
        except NEVER_LEFT as error:
            return NotSent(type(error).__name__)
        except (HTTPError, TimeoutError) as error:
            return Unclear(type(error).__name__)

    def _parts(self, answer: Response) -> tuple[int, dict[str, str], bytes, datetime]:
        return answer.status_code, dict(answer.headers), answer.content, self._clock()

    def _payload(self, report: Report) -> dict[str, object]:
        settings = self._settings
        return {
            "title": report.title,
            "content": report.content,
            "channel": settings.channel_id,
            "is_new_user_slider": False,
            "user_id": settings.user_id,
            "is_inbox": False,
            "is_disposisi_slider": True,
            "classification_id": settings.classification_id,
            "disposition_id": report.institution_id,
            "category_id": None,
            "priority_program_id": None,
            "location_id": settings.location_id,
            "community_id": None,
            "date_of_incident": report.happened_on.isoformat(),
            "copy_externals": [],
            "info_disposition": "",
            "info_attachments": [],
            "tags_raw": "",
            "is_approval": False,
            "is_anonymous": report.anonymous,
            "is_secret": report.secret,
            "is_priority": False,
            "attachments": False,
        }


def longest_call_s(settings: LaporSettings) -> float:
    """Return for how long posting a complaint can take at most."""
    return settings.connect_s + settings.submit_s + _MARGIN_S


def _headers(settings: LaporSettings) -> dict[str, str]:
    value = settings.auth.get_secret_value()
    scheme = settings.auth_scheme.strip()
    if scheme and value.lower().startswith(f"{scheme.lower()} "):
        value = value[len(scheme) :].lstrip()
    return {
        settings.auth_header: f"{scheme} {value}".strip(),
        "token": settings.token.get_secret_value(),
        "Accept": "application/json",
        "Connection": "close",
    }
