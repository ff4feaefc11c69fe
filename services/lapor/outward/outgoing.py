"""What we write at LAPOR! of a complaint that is there: follow-ups in our words, masked, and dispositions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from services.lapor import repository, rules
from services.lapor.keeping import THERE, Policy, known
from shared.core.ids import new_id
from shared.core.masking import mask
from shared.core.times import WITA
from shared.db import UnitOfWork
from shared.events import ACTION_WORDS, STATE_WORDS, ComplaintAnswered, ComplaintFollowedUp, ComplaintStatusChanged

WITHDRAWN: Final = "Pelapor mencabut aduan ini di NTB Care."
RESUMED: Final = "Pelapor melanjutkan aduan ini di NTB Care."
_GOES_ON: Final = "Aduan ini dibuka dan ditindaklanjuti kembali di NTB Care."
_RESPONDED: Final = "Pelapor menanggapi jawaban; aduan ini ditindaklanjuti kembali di NTB Care."


def of_follow_up(event: ComplaintFollowedUp) -> str:
    """Say what an agency did."""
    action = ACTION_WORDS.get(event.action, ACTION_WORDS["other"])
    return f"Tindak lanjut {event.agency.name} ({action.lower()}): {event.text}"


def of_answer(event: ComplaintAnswered) -> str:
    """Say what the agency answered."""
    by = f" {event.agency.name}" if event.agency else ""
    return f"Jawaban{by}: {event.text}"


def of_status(event: ComplaintStatusChanged) -> str | None:
    """Say how it ended, or that it goes on; None for what LAPOR! need not know: its follow-ups say it, or nothing."""
    if event.state in rules.ENDS:
        reason = f": {event.reason}" if event.reason and event.actor.kind == "officer" else "."
        return f"Status di NTB Care: {STATE_WORDS[event.state]}{reason}"
    if event.previous in rules.ENDS:
        return _GOES_ON
    return _RESPONDED if event.previous == "answered" else None


async def add_uploads(tx: UnitOfWork, row: Row[Any], now: datetime) -> None:
    """Queue the files that go before a complaint, each once however often it is told."""
    uploads = [
        {"cause": UUID(one["id"]), "part": 0, "payload": {**one, "name": rules.file_name(place, one["media_type"])}}
        for place, one in enumerate(rules.fitting(row.files or ()), 1)
    ]
    await repository.add_steps(tx, row.complaint_id, "upload", uploads, now)


async def add_follow_up(
    tx: UnitOfWork,
    row: Row[Any],
    cause: UUID,
    words: str,
    now: datetime,
    *,
    files: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Queue a follow-up, in as many pieces as LAPOR! needs, once for each cause."""
    if any(
        step.cause == cause and step.kind == "follow_up" for step in await repository.steps_of(tx, row.complaint_id)
    ):
        return
    masked = mask(words)
    number = row.told + 1
    pieces = rules.follow_up_pieces(row.ticket, number, masked)
    hidden = row.secret or row.personal or masked != words
    steps = [
        {
            "cause": cause,
            "part": part,
            "payload": {"content": piece, "secret": hidden, "files": list(files) if part == 0 else []},
        }
        for part, piece in enumerate(pieces)
    ]
    await repository.add_steps(tx, row.complaint_id, "follow_up", steps, now)
    await repository.change(tx, row.complaint_id, told=number)


async def add_disposition(tx: UnitOfWork, row: Row[Any], institution_id: int, words: str, now: datetime) -> None:
    """Queue that it is another institution's; of a sealed one nothing is said."""
    if row.sealed:
        return
    payload = {"institution_id": institution_id, "words": words}
    step = {"cause": new_id(), "part": 0, "payload": payload}
    await repository.add_steps(tx, row.complaint_id, "pass_on", [step], now)


async def heading_for(tx: UnitOfWork, row: Row[Any]) -> int | None:
    """Return who will have it at LAPOR! once all that is queued is done."""
    steps = await repository.steps_of(tx, row.complaint_id)
    queued = [
        one.payload["institution_id"] for one in steps if one.kind == "pass_on" and one.state in repository.OPEN_STEPS
    ]
    heading: int | None = queued[-1] if queued else row.institution_id
    return heading


async def pass_on_what_arrived(tx: UnitOfWork, complaint_id: UUID, policy: Policy, now: datetime) -> None:
    """Pass a complaint that was filed at LAPOR! on to its agency there, once it is verified and known who has it."""
    row = await known(tx, complaint_id)
    ready = row.verified_at is not None and row.state in THERE and row.institution_id is not None
    if not ready or row.sealed or row.agency_key is None:
        return
    wanted = policy.ids.institution(row.agency_key, on=now.astimezone(WITA).date())
    if wanted is not None and wanted != await heading_for(tx, row):
        await add_disposition(tx, row, wanted, "Diteruskan kepada instansi yang berwenang.", now)
