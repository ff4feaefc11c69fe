"""Events that come at once are worked with the statements of one, and nobody can tell but by the clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.casework import consumers
from services.casework.repository import lock_cases
from services.casework.rules import Policy
from services.casework.service import CaseworkService
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.directory import INSPECTORATE, directory
from shared.events import AgencyRef, Envelope, Event
from shared.kafka.handlers import Dispatch
from tests.services.casework.conftest import received, routed
from tests.services.casework.test_casework_conversation import amended, appended, withdrawn

ROADS = AgencyRef(key="NTB.PUPR", name="Dinas PUPR")
INSPECTORS = AgencyRef(key=INSPECTORATE, name="Inspektorat")
EARLIER = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def together(pool):
    """Hand events over as the consumer does with what waits: in one transaction."""
    service = CaseworkService(policy=Policy(verification="confident_routing", confident=0.8), directory=directory())
    dispatch = Dispatch(consumers.handlers(service), lock_cases)

    async def hand_over(*events: Event) -> None:
        now = datetime.now(UTC)
        envelopes = [Envelope(id=new_id(), subject=one.subject, time=now, sequence=1, data=one) for one in events]
        async with pool.transaction() as tx:
            await dispatch.hand_over(tx, envelopes)

    return hand_over


def lives() -> list[list[Event]]:
    """Return the events of complaints that each go another way."""

    def life(*decisions: dict[str, Any], **changes: Any) -> list[Any]:
        complaint = received(**changes)
        return [complaint, *(routed(complaint, **decision) for decision in decisions)]

    left = life({}, {})
    left.insert(2, withdrawn(left[0]))
    return [
        life({}),
        life({"confidence": 0.6}),
        life({"confidence": 0.2}),
        life({"confidence": 0.2}, emergency=True),
        life({"confidence": 0.2}, {"agency": ROADS, "confidence": 0.7}),
        life({}, {"agency": ROADS}),
        life({}, {"reasons": ("Urusan: pendidikan (kata “murid”).",), "kind": "aspirasi"}),
        life({}, {"agency": ROADS, "decided_at": EARLIER}),
        life({"agency": ROADS}, {"agency": INSPECTORS}, sealed=True),
        left,
    ]


async def test_what_comes_at_once_ends_as_if_it_had_come_one_by_one(together, sql):
    alone, company = lives(), lives()
    for life in alone:
        for event in life:
            await together(event)
    for step in range(3):
        await together(*(life[step] for life in company if step < len(life)))
    told = [(await story(sql, one), await story(sql, other)) for one, other in zip(alone, company, strict=True)]
    for one, other in told:
        assert one == other
    assert len({str(one) for one, _ in told}) > 7, "they went different ways"


async def test_all_that_one_complaint_says_at_once_is_heard_in_its_order(together, sql):
    complaint, other = received(), received()
    more = appended(complaint)
    events = [complaint, other, routed(complaint), more, amended(complaint), routed(other), withdrawn(complaint)]
    await together(*events)
    history = "SELECT state FROM casework.transition WHERE complaint_id = $1 ORDER BY version"
    assert [row["state"] for row in await sql.fetch(history, complaint.complaint_id)] == [
        "received", "assigned", "closed",
    ]  # fmt: skip
    words = "SELECT text, amended_text FROM casework.message WHERE complaint_id = $1 ORDER BY received_at"
    assert [tuple(row) for row in await sql.fetch(words, complaint.complaint_id)] == [
        (complaint.text, "Atap bocor, tepatnya ruang kelas tiga."),
        (more.text, None),
    ]
    assert (await story(sql, [other]))[0]["state"] == "assigned"


async def test_a_decision_about_an_unknown_complaint_takes_the_whole_company_back(together, sql):
    known, unknown = received(), received()
    await together(known)
    with pytest.raises(RejectError, match="never heard"):
        await together(routed(known), routed(unknown))
    assert (await story(sql, [known]))[0]["state"] == "received"
    await together(routed(known))
    assert (await story(sql, [known]))[0]["state"] == "assigned"


@pytest.mark.parametrize("company", [True, False])
async def test_an_officer_who_moves_a_case_meanwhile_keeps_it(company, together, officer, sql, pool):
    """The decisions wait for the officer's transaction and see its history, as it is then."""
    mine, other = received(), received()
    await together(mine, other)
    await together(routed(mine, confidence=0.6), routed(other))
    moving = [routed(one, agency=ROADS) for one in ([other, mine] if company else [mine])]
    async with pool.transaction() as tx:
        await lock_cases(tx, [mine.complaint_id])
        deciding = asyncio.create_task(together(*moving))
        await asyncio.sleep(0.3)
        assert not deciding.done()
        await CaseworkService(directory=directory()).verify(tx, officer().principal, mine.ticket, [2])
    await deciding
    agencies = [(await story(sql, [one]))[0]["agency_key"] for one in (mine, other)]
    assert agencies == ["NTB.DIKPORA", ROADS.key if company else "NTB.DIKPORA"]


async def test_cases_are_locked_in_one_order_whoever_comes(together, pool):
    """An officer's transaction that locks the cases of a matter never stops one that holds them the other way round."""
    first, second = sorted((received(), received()), key=lambda one: one.complaint_id)
    await together(first, second)
    async with pool.transaction() as tx:
        await lock_cases(tx, [first.complaint_id])
        crossing = asyncio.create_task(together(appended(second), routed(second), appended(first), routed(first)))
        await asyncio.sleep(0.3)
        await lock_cases(tx, [second.complaint_id])
    await crossing


async def story(sql: Any, life: list[Any]) -> list[Any]:
    """Return where a complaint ended, how it came there, and what was said of it: but for names and times."""
    complaint = life[0].complaint_id
    case = await sql.fetchrow('SELECT * FROM casework."case" WHERE complaint_id = $1', complaint)
    history = await sql.fetch("SELECT * FROM casework.transition WHERE complaint_id = $1 ORDER BY version", complaint)
    events = await sql.fetch("SELECT * FROM bus.outbox WHERE subject = $1 ORDER BY sequence", complaint)
    clocks = await sql.fetch("SELECT clock, outcome FROM casework.deadline WHERE complaint_id = $1", complaint)
    return [
        _telling(case, "complaint_id", "ticket"),
        *(_telling(row, "complaint_id", "ticket") for row in history),
        *((row["type"], _telling(row["value"], "complaint_id", "ticket")) for row in events),
        sorted((row["clock"], row["outcome"]) for row in clocks),
    ]


def _telling(row: Any, *names: str) -> dict[str, Any]:
    times = {key: bool(value) for key, value in dict(row).items() if key == "at" or key.endswith("_at")}
    clocks = [{**one, "due_at": bool(one["due_at"])} for one in dict(row).get("deadlines", ())]
    told = {"deadlines": clocks} if clocks else {}
    return {key: value for key, value in dict(row).items() if key not in names} | times | told
