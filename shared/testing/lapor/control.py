"""The stand-in's own addresses, under `/_simulator`: what it holds, how it misbehaves."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import Field

from shared.testing.lapor.answers import WrongError
from shared.testing.lapor.held import Complaint, Held
from shared.testing.lapor.payloads import Strict
from shared.testing.lapor.quirks import Quirks
from shared.testing.lapor.timetable import log_time
from shared.testing.page import page

_COLUMNS = ("Nomor", "Tiket", "Status", "Dibuat", "Judul dan isi", "Rahasia", "Anonim")


class NewStatus(Strict):
    """Any words: LAPOR!'s statuses are its own."""

    status: Annotated[str, Field(min_length=1, max_length=100)]


class Answer(Strict):
    """A follow-up of an institution."""

    content: Annotated[str, Field(min_length=1, max_length=1000)]
    institution_from_name: str = "Pemerintah Provinsi Nusa Tenggara Barat"
    files: Annotated[int, Field(ge=0, le=5)] = 0


def control(held: Held, quirks: Quirks) -> APIRouter:
    """Return the addresses; they ask nobody who they are, so serve them on loopback only."""
    router = APIRouter(prefix="/_simulator")

    @router.get("/quirks")
    async def show_quirks() -> Quirks:
        return quirks

    @router.patch("/quirks")
    async def change_quirks(changes: dict[str, Any]) -> Quirks:
        wanted = Quirks.model_validate(quirks.model_dump() | changes)
        for name in Quirks.model_fields:
            setattr(quirks, name, getattr(wanted, name))
        return quirks

    @router.get("/complaints")
    async def show_complaints() -> dict[str, Any]:
        complaints = held.all()
        return {
            "held": len(complaints),
            "per_ticket": held.per_ticket(),
            "calls": dict(held.calls),
            "complaints": [_shown(one) for one in complaints],
        }

    @router.post("/complaints/{number}/status")
    async def move(number: int, wanted: NewStatus) -> dict[str, Any]:
        complaint = _find(held, number)
        held.move(complaint, wanted.status)
        return _shown(complaint)

    @router.post("/complaints/{number}/followups")
    async def answer(number: int, given: Answer) -> dict[str, Any]:
        complaint = _find(held, number)
        files = [{"id": held.add_file()} for _ in range(given.files)]
        held.follow_up(
            complaint,
            template_code="followup",
            template_content="",
            content=given.content,
            institution_from_name=given.institution_from_name,
            institution_to_name="",
            attachments=files,
        )
        return _shown(complaint)

    @router.get("/", response_class=HTMLResponse)
    async def show() -> HTMLResponse:
        return _page(held)

    return router


def _find(held: Held, number: int) -> Complaint:
    complaint = held.find(number)
    if complaint is None:
        raise WrongError(404, "No such complaint")
    return complaint


def _shown(complaint: Complaint) -> dict[str, Any]:
    return {
        "id": complaint.id,
        "ticket": complaint.ticket,
        "status": complaint.status,
        "created_at": log_time(complaint.created_at),
        "sent": complaint.sent.model_dump(exclude_unset=True),
        "logs": complaint.logs,
        "followups": complaint.followups,
    }


def _page(held: Held) -> HTMLResponse:
    complaints = held.all()
    twice = {ticket for ticket, number in held.per_ticket().items() if number > 1}
    summary = (
        f"{len(complaints)} pengaduan, {len(twice)} tiket yang tercatat lebih dari sekali. Waktu dalam WIB. "
        "Ini bukan LAPOR! yang sebenarnya."
    )
    return page("Tiruan SP4N-LAPOR!", summary, _COLUMNS, map(_row, reversed(complaints)), red=twice)


def _row(one: Complaint) -> tuple[str, ...]:
    flags = ("ya" if flag else "tidak" for flag in (one.sent.is_secret, one.sent.is_anonymous))
    text = f"{one.sent.title}\n\n{one.sent.content}"
    return (f"#{one.id}", one.ticket or "—", one.status, log_time(one.created_at), text, *flags)
