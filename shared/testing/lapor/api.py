"""LAPOR!'s addresses: the same under each of its three hosts' paths."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from shared.testing.lapor.answers import WrongError, envelope
from shared.testing.lapor.files import read_files
from shared.testing.lapor.held import Held
from shared.testing.lapor.masters import TEMPLATES
from shared.testing.lapor.payloads import NewComplaint, NewFollowup, Rejection, mistakes
from shared.testing.lapor.reading import Reading
from shared.testing.lapor.trouble import Trouble
from shared.testing.lapor.ways import Subject

Model = TypeVar("Model", bound=BaseModel)
Deed: TypeAlias = Callable[[], dict[str, Any]]
"""What a request that is right asks for: done when called, and answered with what it returns."""
Judge: TypeAlias = Callable[[Request], Awaitable[Deed]]


class Api:
    """The addresses of one stand-in."""

    def __init__(self, held: Held, *, auth: str, token: str) -> None:
        """Take what it holds, and the two secrets that it demands."""
        self._held = held
        self._auth = f"Bearer {auth.removeprefix('Bearer ')}"
        self._token = token
        self._reading = Reading(held)

    def router(self, prefix: str, auth_header: str) -> APIRouter:
        """Return the addresses under one host's path, guarded as that host guards them."""
        router = APIRouter(prefix=prefix)
        for path, subject, judge in self._writing():
            router.add_api_route(path, self._door("POST", path, subject, judge, auth_header), methods=["POST"])
        for path, show in self._reading.addresses():
            subject = Subject.LOOK if path == "/complaints/{number}/complaint" else Subject.READ
            router.add_api_route(path, self._door("GET", path, subject, _reads(show), auth_header), methods=["GET"])
        return router

    def _writing(self) -> tuple[tuple[str, Subject, Judge], ...]:
        return (
            ("/complaints/complaint", Subject.CREATE, self.create),
            ("/complaints/complaint/file", Subject.UPLOAD, self.upload),
            ("/complaints/process/{number}/reject", Subject.REJECT, self.reject),
            ("/complaints/followup/add", Subject.FOLLOWUP, self.add_followup),
        )

    def _door(
        self, method: str, path: str, subject: Subject, judge: Judge, auth_header: str
    ) -> Callable[[Request], Awaitable[Response]]:
        call = f"{method} {path.removeprefix('/complaints').removeprefix('/')}"

        async def answer(request: Request) -> Response:
            self._held.calls[call] += 1
            await asyncio.sleep(self._held.quirks.slow_s)
            self._check(request, auth_header)
            trouble = Trouble(self._held, subject, call)
            if early := await trouble.before():
                return early
            deed = await judge(request)
            return trouble.instead() or await trouble.after(deed())

        return answer

    def _check(self, request: Request, auth_header: str) -> None:
        given = request.headers
        if not (_same(given.get(auth_header), self._auth) and _same(given.get("token"), self._token)):
            raise WrongError(401, "Unauthorized")
        if "application/json" not in given.get("accept", ""):
            raise WrongError(406, "Accept: application/json")

    async def upload(self, request: Request) -> Deed:
        """Take files; pictures and documents are answered apart."""
        async with request.form() as form:
            given = form.getlist("attachments[]")
            if not given or set(form) != {"attachments[]"}:
                raise WrongError(422, "attachments[]: one file or more, and nothing else")
            files = await read_files(given)

        def keep() -> dict[str, Any]:
            results: dict[str, list[Any]] = {"images": [], "docs": []}
            for file in files:
                added = {"id": self._reading.number(self._held.add_file(file))}
                results["docs" if file.is_document else "images"].append(added)
            return envelope(results)

        return keep

    async def create(self, request: Request) -> Deed:
        """Create a complaint."""
        sent = await _body(request, NewComplaint)
        self._check_masters(sent)
        if not set(sent.files) <= self._held.files.keys():
            raise WrongError(422, "attachments: unknown file")

        def create() -> dict[str, Any]:
            number = self._reading.number(self._held.add(sent).id)
            if self._held.quirks.nested_id:
                return envelope({"complaint": {"id": number}})
            return envelope(complaint_id=number)

        return create

    async def reject(self, request: Request) -> Deed:
        """Pass a complaint on to another institution."""
        complaint = self._reading.find(request.path_params["number"])
        asked = await _body(request, Rejection)
        institution = int(asked.reason)
        self._check_institution("reason", institution)

        def pass_on() -> dict[str, Any]:
            self._held.pass_on(complaint, institution, asked.reason_description)
            return envelope()

        return pass_on

    async def add_followup(self, request: Request) -> Deed:
        """Add a follow-up with its files."""
        async with request.form() as form:
            files = await read_files([one for name, one in form.multi_items() if name.startswith("attachment[")])
            sent = _valid(NewFollowup, {name: one for name, one in form.items() if not name.startswith("attachment[")})
        complaint = self._reading.find(str(sent.complaint_id))
        template = TEMPLATES.get(sent.template_code)
        if template is None:
            raise WrongError(422, "template_code: unknown template")
        self._check_institution("institution_from_id", sent.institution_from_id)
        self._check_institution("institution_to_id", sent.institution_to_id)
        values = sent.model_dump(exclude={"complaint_id"}) | {
            "by": "integrator",
            "template_content": template["content"],
            "institution_from_name": self._held.masters.name("institutions", sent.institution_from_id),
            "institution_to_name": self._held.masters.name("institutions", sent.institution_to_id),
        }

        def add() -> dict[str, Any]:
            return envelope(
                {"followup": {"id": self._reading.number(self._held.follow_up(complaint, files=files, **values))}}
            )

        return add

    def _check_masters(self, sent: NewComplaint) -> None:
        self._check_institution("disposition_id", sent.disposition_id)
        if not self._held.quirks.more_masters:
            return
        if sent.category_id is not None and not self._held.masters.knows("categories", sent.category_id):
            raise WrongError(422, "category_id: unknown category")
        if not self._held.masters.knows("locations", sent.location_id):
            raise WrongError(422, "location_id: unknown location")

    def _check_institution(self, field: str, number: int) -> None:
        if not self._held.masters.knows("institutions", number):
            raise WrongError(422, f"{field}: unknown institution")


def _reads(show: Callable[[Request], dict[str, Any]]) -> Judge:
    async def judge(request: Request) -> Deed:
        document = show(request)
        return lambda: document

    return judge


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
