"""LAPOR!'s API, version 3: two static headers, JSON in an envelope. Every connection is a fresh one.

On a kept connection that LAPOR! has just closed, nobody could tell a complaint that was lost from one that arrived.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from services.lapor.settings import LaporSettings
from services.lapor.wire import reading
from services.lapor.wire.exchanges import Exchange, note, redact
from services.lapor.wire.port import (
    CreateOutcome,
    File,
    FollowUp,
    FollowUps,
    FollowUpsOutcome,
    ListOutcome,
    LookOutcome,
    MasterKind,
    Masters,
    MastersOutcome,
    NotSent,
    Refused,
    Report,
    StepOutcome,
    Trouble,
    Unclear,
)
from shared.core.times import Clock, utc_now
from shared.http.client import NEVER_LEFT, HTTPError, Response, Timeout, async_client

T = TypeVar("T")

_CREATE = "/complaints/complaint"
_UPLOAD = "/complaints/complaint/file"
_FOLLOW_UP = "/complaints/followup/add"
_MARGIN_S = 5.0
_MOST_PAGES = 100
"""Of follow-ups or of a list of ids: a server that never ends its pages is not read for ever."""
_NO_LIST = 404
_MASTERS: Final[Mapping[MasterKind, str]] = {
    "institutions": "/masters/institutions/external",
    "templates": "/masters/templates",
    "topics": "/masters/categories",
    "locations": "/masters/locations",
}
"""The last two are guesses: a LAPOR! that has none answers 404."""

Fields = Sequence[tuple[str, str]]


class LaporClient:
    """Fulfils `port.Port` over HTTP. Holds the secrets and shows them to nobody but LAPOR!."""

    def __init__(self, settings: LaporSettings, clock: Clock = utc_now) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._clock = clock
        self._http = async_client(timeout=settings.read_s)
        self._headers = _headers(settings)

    async def upload(self, file: File) -> StepOutcome:
        """Leave one file: of several, nobody could tell which number is whose."""
        parts = [("attachments[]", (file.name, file.content, file.media_type))]
        sent = [{"media_type": file.media_type, "bytes": len(file.content)}]
        return await self._call("upload", "POST", _UPLOAD, reading.uploaded, sent=sent, files=parts, submit=True)

    async def create(self, report: Report) -> CreateOutcome:
        """Post a complaint. What broke before there was a connection was not sent; of all else nobody knows."""
        sent = self._payload(report)
        told = (report.title, report.content)
        return await self._call(
            "create", "POST", _CREATE, reading.created, sent=sent, told=told, json=sent, submit=True
        )

    async def pass_on(self, lapor_id: str, institution_id: int, words: str) -> StepOutcome:
        """Say that it is another institution's, and whose."""
        sent = {
            "is_request": 1,
            "not_authority": 1,
            "reason": str(institution_id),
            "reason_description": words,
        }
        path = f"/complaints/process/{lapor_id}/reject"
        return await self._call("pass_on", "POST", path, reading.done, sent=sent, told=(words,), json=sent, submit=True)

    async def follow_up(self, lapor_id: str, said: FollowUp) -> StepOutcome:
        """Write a follow-up, with its files in the same request."""
        fields = self._follow_up_fields(lapor_id, said)
        files: list[tuple[str, tuple[str | None, Any] | tuple[str, bytes, str]]] = [
            (name, (None, value)) for name, value in fields
        ]
        files += [
            (f"attachment[{place}]", (file.name, file.content, file.media_type))
            for place, file in enumerate(said.files)
        ]
        sent = {**dict(fields), "files": len(said.files)}
        return await self._call(
            "follow_up",
            "POST",
            _FOLLOW_UP,
            reading.followed_up,
            sent=sent,
            told=(said.content,),
            files=files,
            submit=True,
        )

    async def status(self, lapor_id: str) -> LookOutcome:
        """Look where a complaint stands."""
        return await self._call("status", "GET", f"/complaints/{lapor_id}/complaint", reading.looked)

    async def follow_ups(self, lapor_id: str) -> FollowUpsOutcome:
        """Read every follow-up; a page that fails leaves all of it for another time."""
        found = await self._pages("follow_ups", f"/complaints/{lapor_id}/followups", reading.follow_ups)
        return FollowUps(tuple(reading.in_order(found))) if isinstance(found, list) else found

    async def listed(self, page: int) -> ListOutcome:
        """Read a page of the list, where `NTBCARE_LAPOR_LIST_PATH` names one."""
        if not self._settings.list_path:
            return Refused(_NO_LIST, "NTBCARE_LAPOR_LIST_PATH names no list")
        query = {"page": page, "page_size": self._settings.page_size}
        return await self._call("list", "GET", self._settings.list_path, reading.listed_page, query=query)

    async def masters(self, kind: MasterKind) -> MastersOutcome:
        """Read one of LAPOR!'s own lists, all pages."""
        found = await self._pages("masters", _MASTERS[kind], reading.masters, page_size=self._settings.page_size)
        return Masters(tuple(found)) if isinstance(found, list) else found

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    async def _pages(
        self, call: str, path: str, read: Callable[[reading.Answer], reading.Part[T] | Trouble], **query: int
    ) -> list[T] | Trouble:
        """Read one page after the other to the end; one that fails leaves all of it for another time."""
        found: list[T] = []
        for page in range(1, _MOST_PAGES + 1):
            answer = await self._call(call, "GET", path, read, query={"page": page, **query})
            if not isinstance(answer, reading.Part):
                return answer
            found += answer.items
            if not answer.more:
                break
        return found

    async def _call(
        self,
        call: str,
        method: str,
        path: str,
        read: Callable[[reading.Answer], T | Trouble],
        *,
        sent: Any = None,
        told: Sequence[str] = (),
        query: Mapping[str, int] | None = None,
        submit: bool = False,
        **content: Any,
    ) -> T | Trouble:
        """Call once, read the answer, and note both without their words."""
        began = self._clock()
        patience_s = self._settings.submit_s if submit else self._settings.read_s
        answer = await self._send(method, path, query, patience_s, content)
        outcome = read(self._answer(answer)) if isinstance(answer, Response) else answer
        note(
            Exchange(
                call=call,
                method=method,
                path=f"{path}?{urlencode(query)}" if query else path,
                status=answer.status_code if isinstance(answer, Response) else None,
                outcome=type(outcome).__name__.lower(),
                sent=redact(sent, told),
                got=redact(_document(answer), told) if isinstance(answer, Response) else None,
                began_at=began,
                took_ms=round((self._clock() - began).total_seconds() * 1000),
            )
        )
        return outcome

    async def _send(
        self, method: str, path: str, query: Mapping[str, int] | None, patience_s: float, content: dict[str, Any]
    ) -> Response | NotSent | Unclear:
        connect_s = self._settings.connect_s
        try:
            async with asyncio.timeout(connect_s + patience_s + _MARGIN_S):  # httpx counts anew with every byte
                return await self._http.request(
                    method,
                    f"{self._settings.base_url}{path}",
                    params=query,
                    headers=self._headers,
                    timeout=Timeout(patience_s, connect=connect_s),
                    **content,
                )
        except NEVER_LEFT as error:
            return NotSent(type(error).__name__)
        except (HTTPError, TimeoutError) as error:
            return Unclear(type(error).__name__)

    def _answer(self, answer: Response) -> reading.Answer:
        return reading.Answer(
            status=answer.status_code,
            headers=dict(answer.headers),
            body=answer.content,
            at=self._clock(),
            zone=self._settings.zone,
        )

    def _follow_up_fields(self, lapor_id: str, said: FollowUp) -> Fields:
        return (
            ("user_id", str(self._settings.user_id)),
            ("institution_from_id", str(said.from_institution_id)),
            ("institution_to_id", str(said.to_institution_id)),
            ("complaint_id", lapor_id),
            ("info_disposition", ""),
            ("template_code", self._settings.follow_up_template),
            ("rating", "0"),
            ("is_secret", "1" if said.secret else "0"),
            ("content", said.content),
        )

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
            "category_id": report.topic_id,
            "priority_program_id": None,
            "location_id": report.location_id or settings.location_id,
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
            "attachments": f"[{','.join(report.files)}]." if report.files else False,
        }


def longest_call_s(settings: LaporSettings) -> float:
    """Return for how long posting a complaint can take at most."""
    return settings.connect_s + settings.submit_s + _MARGIN_S


def _document(answer: Response) -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return f"({len(answer.content)} bytes that are no JSON)"


def _headers(settings: LaporSettings) -> dict[str, str]:
    value = settings.auth.get_secret_value() if settings.auth else ""
    scheme = settings.auth_scheme.strip()
    if scheme and value.lower().startswith(f"{scheme.lower()} "):
        value = value[len(scheme) :].lstrip()
    return {
        settings.auth_header: f"{scheme} {value}".strip(),
        "token": settings.token.get_secret_value() if settings.token else "",
        "Accept": "application/json",
        "Connection": "close",
    }
