"""What a machine decided, an officer can overrule: the seal, and that it is an emergency."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from shared.directory import INSPECTORATE
from shared.events import AgencyRef
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended
from tests.services.casework.test_casework_orders import order, said

INSPECTORS = AgencyRef(key=INSPECTORATE, name="Inspektorat Provinsi NTB")
UNSEAL = {"agency_key": "NTB.DIKPORA", "reason": "Uang komite yang disebut adalah iuran resmi."}
ALARM = {"emergency": True, "reason": "Kabel listrik putus di halaman."}
CALM = {"emergency": False, "reason": "Kejadiannya tahun lalu."}


@pytest.fixture
def sealed(opened):
    async def make(**changes: Any):
        return await opened(sealed=True, agency=INSPECTORS, **changes)

    return make


async def test_the_inspectorate_opens_what_a_rule_sealed_and_gives_it_to_its_agency(
    sealed, officer, events, deliver, sql
):
    case, inspector, liaison = await sealed(), officer(Role.INSPECTORATE), officer()
    assert (await liaison.get(f"/{case.ticket}")).status_code == 404
    given = await order(inspector, case, ("unseal", UNSEAL))
    assert (given["state"], given["sealed"], given["agency_key"]) == ("assigned", False, "NTB.DIKPORA")
    assert (given["assigned_by"], given["verified_at"] is None) == (inspector.id, False)
    last = given["history"][-1]
    assert (last["move"], last["reason"]) == ("unseal", f"Segel dibuka: {UNSEAL['reason']}")

    [opening] = await said(sql, case, "unsealed")
    assert (opening["reason"], opening["actor"]["id"]) == (UNSEAL["reason"], inspector.id)
    query = "SELECT type, value->'sealed' AS sealed FROM bus.outbox WHERE subject = $1 ORDER BY sequence"
    told = [(row["type"].split(".")[1], row["sealed"]) for row in await sql.fetch(query, case.id)]
    assert told.index(("unsealed", None)) < told.index(("assigned", False))
    looks = await sql.fetch("SELECT what, reason FROM casework.look WHERE complaint_id = $1 ORDER BY id", case.id)
    assert ("sealed_case", UNSEAL["reason"]) in {(row["what"], row["reason"]) for row in looks}

    _, routed = events
    later = datetime.now(UTC) + timedelta(minutes=1)
    await deliver(routed(case.event, agency=INSPECTORS, decided_at=later))
    assert (await order(liaison, case, ("take", None)))["agency_key"] == "NTB.DIKPORA"


async def test_new_words_seal_again_what_was_unsealed(sealed, officer, events, deliver):
    case, inspector = await sealed(), officer(Role.INSPECTORATE)
    await order(inspector, case, ("unseal", UNSEAL))
    await deliver(appended(case.event, sealed=True))
    assert (await officer().get(f"/{case.ticket}")).status_code == 404
    _, routed = events
    await deliver(routed(case.event, agency=INSPECTORS, decided_at=datetime.now(UTC) + timedelta(minutes=1)))
    shown = (await inspector.get(f"/{case.ticket}")).json()
    assert (shown["agency_key"], shown["history"][-1]["move"]) == (INSPECTORATE, "hand_over")


async def test_an_assignment_alone_does_not_unseal(sealed, officer, sql):
    case, inspector = await sealed(), officer(Role.INSPECTORATE)
    refused = await inspector.post(case.ticket, "assign", UNSEAL, 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "sealed_stays")
    unknown = await inspector.post(case.ticket, "unseal", {**UNSEAL, "agency_key": "NTB.TIDAKADA"}, 2)
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_agency")
    assert (await inspector.get(f"/{case.ticket}")).json()["sealed"]
    assert await said(sql, case, "unsealed") == []


async def test_what_has_ended_is_reopened_before_it_is_unsealed(sealed, officer):
    case, inspector = await sealed(), officer(Role.INSPECTORATE)
    ended = await order(inspector, case, ("archive", {"reason_code": "too_general"}))
    refused = await inspector.post(case.ticket, "unseal", UNSEAL, ended["version"])
    assert (refused.status_code, refused.json()["legal_moves"]) == (409, ["reopen"])
    reopened = await order(inspector, case, ("reopen", {"reason": "Perlu dilihat lagi."}), ("unseal", UNSEAL))
    assert (reopened["state"], reopened["sealed"]) == ("assigned", False)


async def test_caseworks_login_unseals_by_its_function_alone(sealed, database_urls):
    case = await sealed()
    connection = await asyncpg.connect(database_urls["casework"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute('UPDATE casework."case" SET sealed = false WHERE complaint_id = $1', case.id)
    await connection.close()


def respond(shown: dict[str, Any]) -> Any:
    return next(one["limit"] for one in shown["clocks"] if one["clock"] == "respond")


@pytest.mark.parametrize("urgency", [None, "mendesak"])
async def test_an_officer_says_that_it_is_no_emergency_or_that_it_is_one_and_the_clock_follows(
    urgency, opened, officer, deliver, events, sql
):
    _, routed = events
    case, liaison = await opened(agency=None, emergency=True), officer()
    await deliver(routed(case.event, urgency=urgency))
    urgent = (await liaison.get(f"/{case.ticket}")).json()
    calm = await order(liaison, case, ("mark", CALM))
    assert (calm["emergency"], calm["history"][-1]["reason"]) == (False, f"Bukan keadaan darurat. {CALM['reason']}")
    assert respond(calm) != respond(urgent)
    assert case.ticket not in {one["ticket"] for one in (await liaison.get(emergency="true")).json()["items"]}
    alarmed = await order(liaison, case, ("mark", ALARM))
    assert (alarmed["emergency"], respond(alarmed)) == (True, respond(urgent))
    assert (await order(liaison, case, ("mark", ALARM)))["version"] == alarmed["version"]
    await order(liaison, case, ("mark", {"anonymous": True, "reason": "Menyebut nama."}))
    marks = await said(sql, case, "marked")
    assert [one["emergency"] for one in marks] == [False, True, None]


async def test_the_urgency_that_an_officer_chose_stays_though_it_is_no_emergency(opened, officer):
    case, coordinator = await opened(emergency=True), officer(Role.COORDINATOR)
    chosen = {"agency_key": "52.03.DIKBUD", "reason": "SMP.", "urgency": "mendesak"}
    assert (await order(coordinator, case, ("assign", chosen), ("mark", CALM)))["urgency"] == "mendesak"
