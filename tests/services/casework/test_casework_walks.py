"""Random walks: whoever orders whatever, no case is lost in an undefined state, nor moves by the wrong hand."""

import random
from typing import Any, get_args

import pytest

from services.casework.rules import MOVERS, Move, target
from shared.core.ids import new_id
from shared.events import CaseState
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended
from tests.services.casework.test_casework_mirroring import STATUS, followed_up, shown

REASON = {"reason": "Keterangan petugas."}
BODIES: dict[str, list[dict[str, Any] | None]] = {
    "take": [None],
    "assign": [{"agency_key": key, **REASON} for key in ("52.03.DIKBUD", "NTB.DIKPORA", "NTB.DESK")],
    "ask": [{"question": "Mohon sebutkan tempatnya."}],
    "proceed": [None, REASON],
    "transfer": [REASON, {"agency_key": "52.03.DIKBUD", **REASON}],
    "decline": [None],
    "follow-up": [{"action": "repair", "text": "Diperbaiki tim pada hari Senin."}],
    "answer": [{"text": "Sudah diperbaiki tim Bidang SMA pada hari Senin."}],
    "close": [None],
    "archive": [{"reason_code": "too_general"}],
    "reject": [{"reason_code": "not_true"}],
    "reopen": [REASON],
}
REMARKS: dict[str, dict[str, Any] | None] = {"verify": None, "mark": {"anonymous": True, **REASON}}
PEOPLE: list[tuple[Any, ...]] = [
    (Role.LIAISON, "NTB.DIKPORA"),
    (Role.LIAISON, "52.03.DIKBUD"),
    (Role.LEADER, "NTB.DIKPORA"),
    (Role.COORDINATOR,),
    (Role.COORDINATOR,),
    (Role.INSPECTORATE,),
    (Role.OPERATOR,),
]
ALL = [move for move in (*BODIES, *REMARKS) for _ in range(1 if move in {"archive", "reject"} else 8)]
"""An early end leaves little to walk."""
STATES = get_args(CaseState)
FIRST = 'SELECT state, version FROM casework."case" WHERE complaint_id = $1'
TOLD = "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'complaint.status_changed.v1' ORDER BY sequence"


@pytest.mark.parametrize("seed", range(2))
async def test_no_walk_reaches_an_undefined_state_loses_an_event_or_moves_by_the_wrong_hand(
    seed, opened, officer, deliver, sql
):
    dice = random.Random(seed)
    case = await opened()
    people = [officer(*one) for one in PEOPLE]
    for _ in range(70):
        before = await sql.fetchrow(FIRST, case.id)
        if dice.random() < 0.15:
            status = dice.choice([*STATUS, None])
            news = (shown(case.event, status), followed_up(case.event))
            await deliver(dice.choice(news))
            after = await sql.fetchrow(FIRST, case.id)
            assert after["state"] in {before["state"], "in_progress", "answered"}
            continue
        if dice.random() < 0.15:
            await deliver(appended(case.event, message_id=new_id(), text="Masih rusak di Desa Contoh."))
            continue
        who = dice.choice(people)
        move = dice.choice(ALL)
        body = dice.choice(BODIES[move]) if move in BODIES else REMARKS[move]
        stale = dice.random() < 0.1
        answer = await who.post(case.ticket, move, body, before["version"] - stale)
        after = await sql.fetchrow(FIRST, case.id)
        if answer.status_code != 200:
            assert answer.status_code in {403, 404, 409, 412}, answer.text
            assert after == before
            continue
        assert not stale
        assert after["state"] in STATES
        if move in BODIES:
            verb: Move = move.replace("-", "_")  # type: ignore[assignment]
            assert who.principal.role in MOVERS[verb]
            assert after["state"] == target(before["state"], verb, after["state"])
            assert after["version"] == before["version"] + 1
    history = await sql.fetch("SELECT * FROM casework.transition WHERE complaint_id = $1 ORDER BY version", case.id)
    assert [row["version"] for row in history] == list(range(1, after["version"] + 1))
    assert [row["previous"] for row in history[1:]] == [row["state"] for row in history[:-1]]
    changed = [
        (row["previous"], row["state"], row["version"]) for row in history[1:] if row["previous"] != row["state"]
    ]
    told = [row["value"] for row in await sql.fetch(TOLD, case.id)]
    assert [(one["previous"], one["state"], one["version"]) for one in told] == changed
    assert len(changed) >= 3
