"""What every part of the mirror does with a row: find it, keep it here, number it, put it before a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import structlog
from sqlalchemy import Row

from services.lapor import repository
from services.lapor.notices import repository as notices
from services.lapor.outward.policy import MirrorPolicy, load_policy
from shared.core.errors import RejectError
from shared.core.times import WITA
from shared.db import UnitOfWork
from shared.directory import LaporIds, lapor_ids
from shared.events import Actor, ComplaintMirrored

log = structlog.get_logger()

MIRROR: Final = Actor(kind="machine", id="lapor.mirror")
NO_WORDS: Final[Mapping[str, Any]] = {"text": None, "said": None}
NOT_YET_TOLD: Final = frozenset({"waiting", "to_review", "by_hand", "queued", "refused"})
MAY_BE_NUMBERED: Final = frozenset({"to_review", "by_hand", "queued", "refused", "perhaps_created"})
MAY_BE_QUEUED_AGAIN: Final = frozenset({"by_hand", "refused", "perhaps_created"})
THERE: Final = frozenset(repository.LOOKED_AT)
WAS_SEALED: Final = "was_sealed"
"""The Inspectorate opened it, and its words are gone: who wants it at LAPOR! types it in there."""
WAS_WITHDRAWN: Final = "was_withdrawn"
"""Its citizen goes on with it (LANJUT), and its words are gone, too."""
WAS_KEPT: Final = "was_kept"
"""The policy kept it here and does so no more, or its words went while it was in doubt."""
OPEN_AGAIN: Final = frozenset({WAS_SEALED, WAS_WITHDRAWN, WAS_KEPT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What goes and how patiently, in seconds; ids are LAPOR!'s."""

    institution_id: int
    """The province's."""
    ids: LaporIds = field(default_factory=lapor_ids)
    goes: MirrorPolicy = field(default_factory=load_policy)
    by_hand: bool = False
    review: Literal["when_masked", "always", "never"] = "when_masked"
    direct: bool = True
    list_since: date | None = None
    trust_list: bool = False
    system_codes: frozenset[str] = frozenset({"disposition"})
    lease_s: float
    begin_s: float
    retry_s: float
    settle_s: float
    look_every_s: float
    look_again_s: float
    looks_per_hour: int
    sends_per_hour: int = 600

    def is_by_hand(self, row: Row[Any]) -> bool:
        """Tell whether an officer types this complaint in, by the mode or by the policy's table."""
        if self.by_hand or row.agency_key is None:
            return self.by_hand
        return self.goes.decide(kind=row.kind, agency=row.agency_key, secret=row.secret).goes == "by_hand"

    def wants_to_see(self, row: Row[Any]) -> bool:
        """Tell whether an officer has to see what is told, and has not."""
        if row.reviewed_at is not None or self.review == "never":
            return False
        return row.personal or self.review == "always"

    def institution_of(self, agency_key: str | None, now: datetime) -> int:
        """Return whose institution an agency is at LAPOR! on the day of NTB; the province's where none is known."""
        known = self.ids.institution(agency_key, on=now.astimezone(WITA).date()) if agency_key else None
        return known or self.institution_id


async def known(tx: UnitOfWork, complaint_id: UUID) -> Row[Any]:
    """Return a complaint's row, locked. Raises `RejectError`."""
    row = await repository.lock(tx, complaint_id)
    if row is None:
        raise RejectError("lapor never heard that this complaint was received")
    return row


async def keep_here(
    tx: UnitOfWork, row: Row[Any], reason: Literal["sealed", "withdrawn", "policy", "officer"], now: datetime
) -> None:
    """Let a complaint stay in the house, without a word kept here; what may have left is only told nothing more."""
    sealing = {"sealed": True} if reason == "sealed" else {}
    if row.state == "withheld" and row.reason not in OPEN_AGAIN and not (sealing and not row.sealed):
        return
    if row.state in NOT_YET_TOLD and (row.taken_by is not None or row.verdict == "created"):
        await _keep_in_hand(tx, row, sealing, now)
        return
    if row.state in NOT_YET_TOLD or row.state == "withheld":
        here = {"state": "withheld", "reason": reason, "due_at": None, "verdict": None, "taken_by": None}
        await repository.change(tx, row.complaint_id, **here, **sealing, **NO_WORDS)
        await repository.drop_steps(tx, row.complaint_id, reason, now)
        return
    if reason == "sealed" and not row.sealed:
        log.error("lapor.sealed_too_late", ticket=row.ticket, state=row.state)
        await repository.drop_steps(tx, row.complaint_id, reason, now)
    await repository.change(tx, row.complaint_id, **sealing, **NO_WORDS)


async def _keep_in_hand(tx: UnitOfWork, row: Row[Any], sealing: Mapping[str, bool], now: datetime) -> None:
    """Keep what an officer types in just now, or has typed in: it may be there, so they say which."""
    doubt = {"state": "perhaps_created", "reason": "an officer had it in hand", "due_at": None, "missed": 0}
    await repository.change(tx, row.complaint_id, **doubt, **sealing, **NO_WORDS)
    await repository.drop_steps(tx, row.complaint_id, "in hand", now)
    await notice(tx, row, "in_hand", now)


def reason_to_stay(row: Row[Any]) -> str:
    """Return why a complaint whose words are gone stays in the house."""
    if row.sealed:
        return "sealed"
    return "withdrawn" if row.withdrawn_at is not None else WAS_KEPT


async def number(
    tx: UnitOfWork, row: Row[Any], lapor_id: str, actor: Actor, now: datetime, look_every_s: float, **more: object
) -> str:
    """Write LAPOR!'s number down and announce it; a number that another complaint has proves nothing."""
    if await repository.number_is_taken(tx, lapor_id, row.complaint_id):
        reason = f"number {lapor_id} belongs to another complaint"
        log.error("lapor.number_taken", ticket=row.ticket, lapor_id=lapor_id)
        doubt = {"state": "perhaps_created", "reason": reason, "due_at": None, "claimed_until": None}
        await repository.change(tx, row.complaint_id, **doubt)
        await notice(tx, row, "number_taken", now, detail=lapor_id)
        return "perhaps_created"
    there: dict[str, object] = {
        "state": "created",
        "reason": None,
        "lapor_id": lapor_id,
        "mirrored_at": now,
        "changed_at": now,
        "claimed_until": None,
        "taken_by": None,
        "due_at": now + timedelta(seconds=look_every_s),
    }
    await repository.change(tx, row.complaint_id, **there, **more)
    await repository.drop_steps(tx, row.complaint_id, "it is there already", now, kind="upload")
    await notices.settle_notices(
        tx, row.complaint_id, ("perhaps_created", "number_taken", "refused", "in_hand"), "lapor", now
    )
    await notices.settle_notices(tx, row.complaint_id, ("perhaps_double",), "lapor", now, detail=lapor_id)
    tx.publish(
        ComplaintMirrored(
            complaint_id=row.complaint_id, ticket=row.ticket, lapor_id=lapor_id, actor=actor, mirrored_at=now
        ),
        time=now,
        traceparent=row.traceparent,
    )
    return "created"


async def notice(tx: UnitOfWork, row: Row[Any], kind: str, now: datetime, *, detail: str = "") -> None:
    """Put something of a complaint before a person."""
    await notices.raise_notice(tx, kind, now, complaint_id=row.complaint_id, ticket=row.ticket, detail=detail)
