"""What somebody would be told now, for whoever wants to see a digest before it goes out; it changes nothing."""

from datetime import datetime
from uuid import UUID

from services.casework.notices import repository
from services.casework.notices.reached import Reached, reached
from services.casework.notices.rules import AUDIENCES, Audience, Step
from services.casework.notices.words import Letter, write
from shared.db import UnitOfWork

_MOST = 10_000
_SOMEBODY = "(nama)"


async def preview_account(tx: UnitOfWork, account_id: UUID, *, now: datetime, page: str | None) -> Letter | None:
    """Write what an account would be told; None where that is nothing, or the account has no e-mail."""
    steps, who = await _untold(tx)
    for audience in AUDIENCES:
        mine = {
            step: person
            for step in steps
            if who.audience(step) == audience
            for person in who.of(audience, step)
            if person.account_id == account_id
        }
        if mine:
            name = next(iter(mine.values())).name
            return write(list(mine), name=name, audience=audience, kind="morning", now=now, page=page)
    return None


async def preview_audience(
    tx: UnitOfWork, audience: Audience, *, agency_key: str | None, now: datetime, page: str | None
) -> Letter | None:
    """Write what an audience would be told, of one agency if given; None where that is nothing."""
    steps, who = await _untold(tx)
    theirs = [step for step in steps if who.audience(step) == audience and agency_key in {None, step.agency_key}]
    return write(theirs, name=_SOMEBODY, audience=audience, kind="morning", now=now, page=page) if theirs else None


async def _untold(tx: UnitOfWork) -> tuple[list[Step], Reached]:
    steps = [step for step in await repository.untold(tx, _MOST) if step.owed]
    return steps, await reached(tx, steps)
