"""The stand-in's own addresses, under `/_simulator`: what it holds, how it misbehaves."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from shared.testing.lapor.answers import WrongError
from shared.testing.lapor.complaint import Complaint
from shared.testing.lapor.files import MOST_FILES, PICTURES, File, FileKind
from shared.testing.lapor.held import Held
from shared.testing.lapor.masters import TEMPLATES, Entry, Kind
from shared.testing.lapor.payloads import Incoming, Strict
from shared.testing.lapor.quirks import Quirks
from shared.testing.lapor.shown import shown

_Status = Annotated[str, Field(min_length=1, max_length=100)]
_Id = Annotated[int, Field(ge=1)]


class NewStatus(Strict):
    """Any words: LAPOR!'s statuses are its own."""

    status: _Status


class Answer(Strict):
    """A follow-up of an institution, which may move the status in the same breath."""

    content: Annotated[str, Field(min_length=1, max_length=1000)]
    template_code: str = "followup"
    institution_from_id: _Id | None = None
    institution_to_id: _Id | None = None
    institution_from_name: str | None = None
    status: _Status | None = None
    is_secret: bool = False
    files: Annotated[int, Field(ge=0, le=MOST_FILES)] | Annotated[list[FileKind], Field(max_length=MOST_FILES)] = 0


class Named(Strict):
    """An entry of a list of masters."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    ours: bool = True


def control(held: Held) -> APIRouter:
    """Return the addresses; they ask nobody who they are, so serve them on loopback only."""
    router = APIRouter(prefix="/_simulator")
    _switches(router, held)
    _complaints(router, held)
    _masters(router, held)
    return router


def _switches(router: APIRouter, held: Held) -> None:
    @router.get("/quirks")
    async def show_quirks() -> Quirks:
        return held.quirks

    @router.patch("/quirks")
    async def change_quirks(changes: dict[str, Any]) -> Quirks:
        held.change_quirks(changes)
        return held.quirks


def _complaints(router: APIRouter, held: Held) -> None:
    @router.get("/complaints")
    async def show_complaints(
        ticket: str | None = None,
        after_id: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int | None, Query(ge=0)] = None,
    ) -> JSONResponse:
        numbers = list(held.complaints) if ticket is None else held.complaints.of(ticket)
        chosen = islice((number for number in numbers if number > after_id), limit)
        per_ticket = held.per_ticket() if ticket is None else {ticket: len(numbers)}
        complaints = [shown(held, one) for number in chosen if (one := held.find(number)) is not None]
        return JSONResponse(_counts(held) | {"per_ticket": per_ticket, "complaints": complaints})

    @router.post("/complaints")
    async def file_one(filed: Incoming) -> JSONResponse:
        _check_institution(held, filed.institution_id)
        return JSONResponse(shown(held, held.add(filed)))

    @router.get("/complaints/{number}")
    async def show_one(number: int) -> JSONResponse:
        return JSONResponse(shown(held, find(held, number)))

    @router.post("/complaints/{number}/status")
    async def move(number: int, wanted: NewStatus) -> JSONResponse:
        complaint = find(held, number)
        held.move(complaint, wanted.status)
        return JSONResponse(shown(held, complaint))

    @router.post("/complaints/{number}/followups")
    async def answer(number: int, given: Answer) -> JSONResponse:
        complaint = find(held, number)
        _answer(held, complaint, given)
        return JSONResponse(shown(held, complaint))


def _masters(router: APIRouter, held: Held) -> None:
    @router.get("/masters/{kind}")
    async def show_master(kind: Kind) -> JSONResponse:
        return JSONResponse(_master(held, kind))

    @router.put("/masters/{kind}/{number}")
    async def set_master(kind: Kind, number: Annotated[int, Path(ge=1)], given: Named) -> JSONResponse:
        held.set_master(kind, number, Entry(given.name, given.ours))
        return JSONResponse(_master(held, kind))

    @router.delete("/masters/{kind}/{number}")
    async def remove_master(kind: Kind, number: int) -> JSONResponse:
        if not held.masters.knows(kind, number):
            raise WrongError(404, "No such entry")
        held.set_master(kind, number, None)
        return JSONResponse(_master(held, kind))


def find(held: Held, number: int) -> Complaint:
    """Return a complaint as it stands now, or answer that there is none."""
    complaint = held.find(number)
    if complaint is None:
        raise WrongError(404, "No such complaint")
    return complaint


def _counts(held: Held) -> dict[str, Any]:
    return {
        "held": len(held.complaints),
        "incoming": sum(one.incoming for one in held.complaints.data.values()),
        "files": len(held.files),
        "twice": held.complaints.twice(),
        "followups_twice": [
            one.id for one in held.complaints.data.values() if any(n > 1 for n in one.per_content.values())
        ],
        "calls": dict(held.calls),
        "dealt": dict(sum(held.dealt.values(), Counter[str]())),
        "dealt_per_call": {call: dict(ways) for call, ways in held.dealt.items()},
    }


def _answer(held: Held, complaint: Complaint, given: Answer) -> None:
    if given.template_code not in TEMPLATES:
        raise WrongError(422, "template_code: unknown template")
    for number in (given.institution_from_id, given.institution_to_id):
        if number is not None:
            _check_institution(held, number)
    names = held.masters
    author = given.institution_from_id or complaint.disposition_id
    kinds: Sequence[str] = [PICTURES[0]] * given.files if isinstance(given.files, int) else given.files
    held.follow_up(
        complaint,
        files=[File(name=f"{place}", kind=kind) for place, kind in enumerate(kinds, 1)],
        status=given.status,
        by="institution",
        template_code=given.template_code,
        template_content=TEMPLATES[given.template_code]["content"],
        content=given.content,
        is_secret=given.is_secret,
        institution_from_id=author,
        institution_to_id=given.institution_to_id,
        institution_from_name=given.institution_from_name or names.name("institutions", author),
        institution_to_name=names.name("institutions", given.institution_to_id or 0),
    )


def _check_institution(held: Held, number: int) -> None:
    if not held.masters.knows("institutions", number):
        raise WrongError(422, f"{number}: unknown institution")


def _master(held: Held, kind: Kind) -> list[dict[str, Any]]:
    return [{"id": number, **entry._asdict()} for number, entry in sorted(held.masters.entries(kind).items())]
