"""LAPOR!'s addresses: the same under each of its three hosts' paths."""

import asyncio
import hmac
from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from shared.testing.lapor.answers import CutAnswer, WrongError, as_object, envelope
from shared.testing.lapor.held import Complaint, Held
from shared.testing.lapor.payloads import NewComplaint, NewFollowup, Rejection, mistakes
from shared.testing.lapor.quirks import Quirks

Model = TypeVar("Model", bound=BaseModel)

_LARGEST_FILE = 5 * 1024 * 1024
_MOST_FILES = 5
_PICTURES = ("image/jpeg", "image/png")
_DOCUMENTS = (
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
_MOST_ENTRIES = 1000
_PAGE = 10


class Api:
    """The addresses of one stand-in."""

    def __init__(self, held: Held, quirks: Quirks, institutions: Mapping[int, str], *, auth: str, token: str) -> None:
        """Take what it holds, how it misbehaves, and the two secrets that it demands."""
        self._held = held
        self._quirks = quirks
        self._institutions = institutions
        self._auth = f"Bearer {auth.removeprefix('Bearer ')}"
        self._token = token

    def router(self, prefix: str, auth_header: str) -> APIRouter:
        """Return the addresses under one host's path, guarded as that host guards them."""

        async def enter(request: Request) -> None:
            await self._enter(request, auth_header)

        router = APIRouter(prefix=prefix, dependencies=[Depends(enter)])
        router.get("/masters/institutions/external")(self.list_institutions)
        router.get("/masters/templates")(self.list_templates)
        router.post("/complaints/complaint/file")(self.upload)
        router.post("/complaints/complaint")(self.create)
        router.post("/complaints/process/{number}/reject")(self.reject)
        router.get("/complaints/{number}/complaint")(self.show)
        router.get("/complaints/{number}/followups")(self.list_followups)
        router.post("/complaints/followup/add")(self.add_followup)
        return router

    async def _enter(self, request: Request, auth_header: str) -> None:
        self._held.calls[f"{request.method} {request.scope['route'].path.split('/complaints/', 1)[-1]}"] += 1
        if self._quirks.slow_s:
            await asyncio.sleep(self._quirks.slow_s)
        known = _same(request.headers.get(auth_header), self._auth) and _same(request.headers.get("token"), self._token)
        if not known or self._quirks.take("locked"):
            raise WrongError(401, "Unauthorized")
        if "application/json" not in request.headers.get("accept", ""):
            raise WrongError(406, "Accept: application/json")
        if self._quirks.take("too_many"):
            raise WrongError(429, "Too Many Requests", headers={"Retry-After": str(self._quirks.retry_after_s)})
        if self._quirks.take("error_before"):
            raise WrongError(503, "Service Unavailable")

    async def list_institutions(self, request: Request) -> dict[str, Any]:
        """List the institutions that can receive a complaint."""
        entries = [{"id": self._shown(number), "name": name} for number, name in self._institutions.items()]
        return envelope(_page(request, entries))

    async def list_templates(self, request: Request) -> dict[str, Any]:
        """List the templates of follow-ups."""
        disposition = {
            "template_code": "disposition",
            "title": "Disposisi",
            "type": "system",
            "content": "Diteruskan dari {{institution_from}} kepada {{institution_to}}",
        }
        return envelope(_page(request, [disposition]))

    async def upload(self, request: Request) -> dict[str, Any]:
        """Take files; pictures and documents are answered apart."""
        async with request.form() as form:
            files = form.getlist("attachments[]")
            kinds = [await _kind(one) for one in files]
            if not kinds or len(kinds) > _MOST_FILES or set(form) != {"attachments[]"}:
                raise WrongError(422, f"attachments[]: one to {_MOST_FILES} files, and nothing else")
        added = [(kind, {"id": self._shown(self._held.add_file())}) for kind in kinds]
        images = [entry for kind, entry in added if kind in _PICTURES]
        return envelope({"images": images, "docs": [entry for kind, entry in added if kind in _DOCUMENTS]})

    async def create(self, request: Request) -> Response:
        """Create a complaint, and answer in whichever way is switched on."""
        sent = await _body(request, NewComplaint)
        if sent.disposition_id not in self._institutions:
            raise WrongError(422, "disposition_id: unknown institution")
        if not set(sent.files) <= self._held.files:
            raise WrongError(422, "attachments: unknown file")
        quirks = self._quirks
        if quirks.take("not_taken"):
            return JSONResponse(envelope(status=False, message="Pengaduan tidak dapat disimpan"))
        complaint = self._held.add(sent)
        if quirks.take("error_after"):
            raise WrongError(502, "Bad Gateway")
        if quirks.take("answer_cut"):
            return CutAnswer()
        if quirks.take("answer_late"):
            await asyncio.sleep(quirks.late_s)
        if quirks.take("no_id"):
            return JSONResponse(envelope())
        number = self._shown(complaint.id)
        if quirks.nested_id:
            return JSONResponse(envelope({"complaint": {"id": number}}))
        return JSONResponse(envelope(complaint_id=number))

    async def reject(self, request: Request, number: str) -> dict[str, Any]:
        """Pass a complaint on to another institution."""
        complaint = self._find(number)
        asked = await _body(request, Rejection)
        if int(asked.reason) not in self._institutions:
            raise WrongError(422, "reason: unknown institution")
        self._held.move(complaint, complaint.status)
        return envelope()

    async def show(self, number: str) -> dict[str, Any]:
        """Show where a complaint stands."""
        complaint = self._find(number)
        if self._quirks.take("failed_looks"):
            return envelope(status=False, message="Terjadi kesalahan")
        logs = self._logs(complaint)
        data = {
            "status_code": self._shown(complaint.status_code),
            "status_name": complaint.status,
            "disposition_id": self._shown(complaint.sent.disposition_id),
            "disposition_name": self._institutions[complaint.sent.disposition_id],
            "status_logs": [{"note": log["status_new"], "timestamp": log["date"]} for log in logs],
        }
        return envelope({"data": data, "data_logs": as_object(logs) if self._quirks.object_logs else logs})

    async def list_followups(self, request: Request, number: str) -> dict[str, Any]:
        """List a complaint's follow-ups, page by page."""
        return envelope(_page(request, [self._followup(one) for one in self._find(number).followups]))

    async def add_followup(self, request: Request) -> dict[str, Any]:
        """Add a follow-up with at most five files."""
        async with request.form() as form:
            files = [one for name, one in form.multi_items() if name.startswith("attachment[")]
            fields = {name: value for name, value in form.items() if not name.startswith("attachment[")}
            kinds = [await _kind(one) for one in files]
        if len(kinds) > _MOST_FILES:
            raise WrongError(422, f"attachment: at most {_MOST_FILES} files")
        sent = _valid(NewFollowup, fields)
        complaint = self._find(str(sent.complaint_id))
        added = self._held.follow_up(
            complaint,
            template_code=sent.template_code,
            template_content="",
            content=sent.content,
            institution_from_name=self._institutions.get(sent.institution_from_id, ""),
            institution_to_name=self._institutions.get(sent.institution_to_id, ""),
            attachments=[{"id": self._held.add_file()} for _ in kinds],
        )
        return envelope({"followup": {"id": self._shown(added)}})

    def _find(self, number: str) -> Complaint:
        complaint = self._held.find(int(number)) if number.isascii() and number.isdigit() else None
        if complaint is None:
            raise WrongError(404, "Pengaduan tidak ditemukan")
        return complaint

    def _logs(self, complaint: Complaint) -> list[dict[str, Any]]:
        logs = complaint.logs
        return [*logs[1::2], *reversed(logs[::2])] if self._quirks.unordered_logs else list(logs)

    def _followup(self, one: dict[str, Any]) -> dict[str, Any]:
        files = one["attachments"]
        return {**one, "attachments": as_object(files, docs=[]) if self._quirks.object_attachments else files}

    def _shown(self, number: int) -> int | str:
        return str(number) if self._quirks.text_ids else number


def _same(given: str | None, wanted: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), wanted.encode())


async def _body(request: Request, model: type[Model]) -> Model:
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise WrongError(415, "Content-Type: application/json")
    try:
        document = await request.json()
    except ValueError:
        raise WrongError(400, "This is no JSON") from None
    return _valid(model, document)


def _valid(model: type[Model], document: object) -> Model:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise WrongError(422, "The given data was invalid", errors=mistakes(error)) from None


async def _kind(file: object) -> str:
    kind = file.content_type if isinstance(file, UploadFile) else None
    if not isinstance(file, UploadFile) or kind not in (*_PICTURES, *_DOCUMENTS):
        raise WrongError(422, "A file is doc, docx, pdf, jpg or png")
    if len(await file.read(_LARGEST_FILE + 1)) > _LARGEST_FILE:
        raise WrongError(422, "A file has at most 5 MB")
    return str(kind)


def _page(request: Request, entries: list[Any]) -> dict[str, Any]:
    try:
        page, size = (int(request.query_params.get(name, default)) for name, default in _PAGING)
    except ValueError:
        raise WrongError(422, "page and page_size are numbers") from None
    if page < 1 or not 1 <= size <= _MOST_ENTRIES:
        raise WrongError(422, f"page from 1; page_size from 1 to {_MOST_ENTRIES}")
    shown = entries[(page - 1) * size : page * size]
    more = page * size < len(entries)
    url = str(request.url.include_query_params(page=page + 1)) if more else None
    return {"data": shown, "current_page": page, "next_page_url": url}


_PAGING = (("page", 1), ("page_size", _PAGE))
