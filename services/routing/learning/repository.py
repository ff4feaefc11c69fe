"""Every SQL statement about what officers chose."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.routing.learning.report import Outcome
from shared.db import Prepared, UnitOfWork
from shared.directory import DESK

_REMEMBER = Prepared(
    text("""
    INSERT INTO routing.choice (complaint_id, chosen_at, decision_id, agency_key, affair, level, how)
    SELECT complaint_id, :chosen_at, id, :agency_key, :affair, :level, 'assigned'
    FROM routing.decision WHERE complaint_id = :complaint_id
        AND NOT EXISTS (SELECT FROM routing.complaint WHERE complaint_id = :complaint_id AND sealed)
    ORDER BY decided_at DESC, id DESC LIMIT 1
    ON CONFLICT DO NOTHING
""")
)
_REMEMBER_TAKEN = Prepared(
    text("""
    INSERT INTO routing.choice (complaint_id, chosen_at, decision_id, agency_key, affair, level, how)
    SELECT complaint_id, :chosen_at, id, agency_key, affair, level, 'taken'
    FROM routing.decision WHERE complaint_id = :complaint_id AND agency_key <> :desk
        AND NOT EXISTS (SELECT FROM routing.complaint WHERE complaint_id = :complaint_id AND sealed)
        AND NOT EXISTS (SELECT FROM routing.choice WHERE choice.complaint_id = decision.complaint_id)
    ORDER BY decided_at DESC, id DESC LIMIT 1
    ON CONFLICT DO NOTHING
""")
)
_OUTCOMES = text("""
    WITH newest AS (
        SELECT DISTINCT ON (complaint_id) complaint_id, decision_id, agency_key, affair
        FROM routing.choice ORDER BY complaint_id, chosen_at DESC
    )
    SELECT decision.rule, decision.affair_by, decision.affair AS decided, left(decision.region_code, 5) AS region,
        newest.affair AS chosen, newest.agency_key <> decision.agency_key AS overruled,
        newest.affair <> decision.affair AS affair_overruled,
        least(floor(decision.confidence * 10), 9) / 10 AS sure, count(*) AS complaints
    FROM newest JOIN routing.decision ON decision.id = newest.decision_id
    WHERE decision.decided_at >= :since AND NOT EXISTS (
        SELECT FROM routing.decision later WHERE later.complaint_id = newest.complaint_id AND later.sealed
    )
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
""")
_CONFIRMED = text("""
    WITH newest AS (
        SELECT DISTINCT ON (complaint_id) complaint_id, affair
        FROM routing.choice ORDER BY complaint_id, chosen_at DESC
    )
    SELECT newest.affair, string_agg(words.text, E'\\n' ORDER BY words.said_at, words.message_id) AS text
    FROM newest JOIN routing.words USING (complaint_id)
    WHERE newest.affair IS NOT NULL AND NOT EXISTS (
        SELECT FROM routing.decision sealed_once
        WHERE sealed_once.complaint_id = newest.complaint_id AND sealed_once.sealed
    )
    GROUP BY newest.complaint_id, newest.affair ORDER BY newest.complaint_id
""")


async def remember(
    tx: UnitOfWork, complaint_id: UUID, *, agency_key: str, affair: str | None, level: str, chosen_at: datetime
) -> None:
    """Keep an officer's choice beside the decision that stood; of a complaint that was never decided, nothing."""
    chosen = {"agency_key": agency_key, "affair": affair, "level": level}
    await tx.fetch(_REMEMBER, chosen | {"complaint_id": complaint_id, "chosen_at": chosen_at})


async def remember_taken(tx: UnitOfWork, complaint_id: UUID, *, chosen_at: datetime) -> None:
    """Keep that the agency took what was decided to be its own, unless an officer had chosen before."""
    await tx.fetch(_REMEMBER_TAKEN, {"complaint_id": complaint_id, "chosen_at": chosen_at, "desk": DESK})


async def outcomes(tx: UnitOfWork, since: datetime) -> Sequence[Outcome]:
    """Return what became of the decisions since then that an officer has judged."""
    return [
        Outcome(
            row.rule,
            row.affair_by,
            row.decided,
            row.region,
            row.chosen,
            bool(row.overruled),
            bool(row.affair_overruled),
            row.sure,
            row.complaints,
        )
        for row in await tx.execute(_OUTCOMES, {"since": since})
    ]


async def confirmed(tx: UnitOfWork) -> Sequence[tuple[str, str]]:
    """Return the words and the affair of every complaint that an officer has judged; none that is sealed."""
    return [(row.text, row.affair) for row in await tx.execute(_CONFIRMED)]
