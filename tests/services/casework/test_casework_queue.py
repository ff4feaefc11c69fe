"""The queue: newest first, page by page, one state or all."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.events import AgencyRef, DetectedPlace, Place
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended, withdrawn

PLANNING = AgencyRef(key="NTB.BAPPERIDA", name="Badan Perencanaan")


async def pages(liaison: Any, **query: Any) -> list[list[str]]:
    cursor, tickets = None, []
    while True:
        answer = await liaison.get(**query, **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        tickets.append([item["ticket"] for item in answer.json()["items"]])
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return tickets


async def test_the_queue_comes_newest_first_page_by_page_without_gap_or_double(opened, officer):
    liaison = officer(officer().principal.role, PLANNING.key)
    oldest_first = [await opened(agency=PLANNING, ago=timedelta(hours=hours)) for hours in (5, 4, 3, 2, 1)]
    wanted = [case.ticket for case in reversed(oldest_first)]
    got = await pages(liaison, limit=2)
    assert got == [wanted[:2], wanted[2:4], wanted[4:]]
    assert await pages(liaison, limit=5) == [wanted]
    first = await liaison.get(limit=2)
    newest = await opened(agency=PLANNING)
    second = await liaison.get(limit=2, cursor=first.json()["next_cursor"])
    assert [item["ticket"] for item in second.json()["items"]] == wanted[2:4]
    assert (await liaison.get(limit=1)).json()["items"][0]["ticket"] == newest.ticket


async def test_cases_of_the_same_moment_are_each_on_one_page(deliver, events, officer):
    received, routed = events
    office = AgencyRef(key="NTB.DISBUD", name="Dinas Kebudayaan")
    moment = received().received_at
    complaints = [received(received_at=moment) for _ in range(5)]
    for complaint in complaints:
        await deliver(complaint)
        await deliver(routed(complaint, agency=office))
    got = await pages(officer(officer().principal.role, office.key), limit=2)
    assert sorted(ticket for page in got for ticket in page) == sorted(one.ticket for one in complaints)


async def test_the_queue_can_show_one_state(opened, officer):
    office = AgencyRef(key="NTB.DISHUB", name="Dinas Perhubungan")
    liaison = officer(officer().principal.role, office.key)
    waiting, working = await opened(agency=office), await opened(agency=office)
    await liaison.post(working.ticket, "take", version=2)
    assert await pages(liaison, state="assigned") == [[waiting.ticket]]
    assert await pages(liaison, state="in_progress") == [[working.ticket]]
    assert await pages(liaison, state="closed") == [[]]


async def test_an_officer_of_two_agencies_has_one_queue(opened, officer):
    first, second = AgencyRef(key="52.04.DINKES", name="Satu"), AgencyRef(key="52.05.DINKES", name="Dua")
    cases = [await opened(agency=agency) for agency in (first, second)]
    liaison = officer(officer().principal.role, first.key, second.key)
    assert await pages(liaison) == [[case.ticket for case in reversed(cases)]]


async def test_the_queue_shows_an_excerpt_of_a_long_complaint(opened, officer):
    case = await opened(text="panjang " * 1000)
    item = next(item for item in (await officer().get()).json()["items"] if item["ticket"] == case.ticket)
    assert len(item["excerpt"]) == 200
    assert "text" not in item


async def test_the_queue_shows_no_words_of_a_sealed_complaint_which_nobody_reads_without_a_trace(opened, officer):
    case = await opened(sealed=True, agency=None)
    items = (await officer(Role.INSPECTORATE).get(limit=100)).json()["items"]
    assert [item["excerpt"] for item in items if item["ticket"] == case.ticket] == [""]


async def test_an_emergency_stands_first_until_it_is_answered(opened, officer):
    office = AgencyRef(key="52.71.BPBD", name="BPBD Kota Mataram")
    liaison = officer(officer().principal.role, office.key)
    danger = await opened(agency=office, emergency=True, ago=timedelta(hours=9))
    others = [await opened(agency=office, ago=timedelta(hours=hours)) for hours in (3, 2, 1)]
    newest_first = [case.ticket for case in reversed(others)]
    assert await pages(liaison, limit=2) == [[danger.ticket, newest_first[0]], newest_first[1:]]
    first = (await liaison.get()).json()["items"][0]
    assert (first["emergency"], first["news_at"]) == (True, None)
    await liaison.post(danger.ticket, "take", version=2)
    assert (await pages(liaison))[0][0] == danger.ticket
    await liaison.post(danger.ticket, "answer", {"text": "Api sudah dipadamkan petugas."}, 3)
    assert await pages(liaison) == [[*newest_first, danger.ticket]]


async def found(who: Any, **query: Any) -> set[str]:
    return {ticket for page in await pages(who, **query) for ticket in page}


async def test_an_officer_finds_cases_by_what_is_known_of_them(opened, officer, sql):
    office = AgencyRef(key="52.72.PUPR", name="Dinas PUPR Kota Bima")
    liaison = officer(officer().principal.role, office.key)
    bridge = await opened(agency=office, text="Jembatan di Rasanae lapuk.", ago=timedelta(days=3))
    road = await opened(agency=office, text="Jalan berlubang dekat pasar.", channel="facebook")
    await liaison.post(road.ticket, "take", version=2)
    late = datetime.now(UTC) - timedelta(hours=1)
    await sql.execute('UPDATE casework."case" SET due_at = $2 WHERE complaint_id = $1', bridge.id, late)
    await sql.execute('UPDATE casework."case" SET due_at = now() + $2 WHERE complaint_id = $1', road.id, late - late)
    queries: list[tuple[dict[str, Any], Any]] = [
        ({"q": "jembatan lapuk"}, bridge),
        ({"q": "dekat -jembatan"}, road),
        ({"q": road.ticket.lower()}, road),
        ({"channel": "facebook"}, road),
        ({"mine": True}, road),
        ({"state": ["in_progress", "closed"]}, road),
        ({"overdue": True, "received_to": (late - timedelta(days=1)).isoformat()}, bridge),
        ({"received_from": late.isoformat()}, road),
        ({"affair": "kesehatan"}, None),
        ({"region": "52.03", "open": False}, None),
        ({"emergency": True}, None),
        ({"waiting_for": "citizen"}, None),
        ({"agency": "NTB.DIKPORA"}, None),
    ]
    for query, case in queries:
        assert await found(liaison, **query) == ({case.ticket} if case else set()), query
    assert await found(liaison, region="52.03", open=True) == {bridge.ticket, road.ticket}
    assert await pages(liaison, order="due", limit=1) == [[bridge.ticket], [road.ticket]]
    assert await found(officer(Role.COORDINATOR), agency=office.key) == {bridge.ticket, road.ticket}


async def test_an_officer_finds_what_a_citizen_said_until_somebody_dealt_with_it(opened, deliver, officer):
    agency = AgencyRef(key="52.72.DINKES", name="Dinas Kesehatan Kota Bima")
    liaison = officer(officer().principal.role, agency.key)
    case, other = await opened(agency=agency), await opened(agency=agency)
    assert await found(liaison, news=True) == set()
    answered_at = datetime.now(UTC)
    await liaison.post(case.ticket, "take", version=2)
    await deliver(appended(case.event, received_at=answered_at - timedelta(minutes=1)))  # said before, heard after
    assert await found(liaison, news=True) == {case.ticket}
    coordinator = officer(Role.COORDINATOR)
    assert (await coordinator.post(case.ticket, "join", {"ticket": other.ticket}, 3)).status_code == 200
    shown = (await liaison.get(f"/{case.ticket}")).json()
    assert (shown["news"], await found(liaison, news=True)) == (True, {case.ticket})
    assert (await liaison.post(case.ticket, "note", {"text": "Sudah dibaca."}, shown["version"])).status_code == 200
    assert await found(liaison, news=True) == set()
    await deliver(withdrawn(other.event))
    assert await found(liaison, news=True) == {other.ticket}
    assert await found(liaison, news=True, open=True) == set()


async def test_who_is_bound_to_a_region_sees_what_is_there_or_its_agencys(deliver, events, officer, opened):
    received, routed = events
    there, elsewhere = received(text="Pantai kotor."), received()
    await deliver(there)
    await deliver(routed(there, agency=AgencyRef(key="PLN", name="PLN"), place=located("52.08.01")))
    await deliver(elsewhere)
    await deliver(routed(elsewhere, place=located("52.01.01")))
    ours = await opened(agency=AgencyRef(key="52.08.DLH", name="DLH Lombok Utara"), place=Place())
    for role in (Role.LEADER, Role.COORDINATOR):
        regional = officer(role, regions=("52.08",))
        assert await found(regional) == {there.ticket, ours.ticket}
        assert [(await regional.get(f"/{one.ticket}")).status_code for one in (there, ours, elsewhere)] == [
            200,
            200,
            404,
        ]
    coordinator = officer(Role.COORDINATOR, regions=("52.08",))
    assert (await coordinator.post(ours.ticket, "archive", {"reason_code": "in_court"}, 2)).status_code == 200
    assert (await coordinator.post(elsewhere.ticket, "archive", {"reason_code": "in_court"}, 2)).status_code == 404


async def test_who_is_bound_to_a_region_may_give_a_case_out_of_their_sight(opened, officer):
    ours = await opened(agency=AgencyRef(key="52.08.DLH", name="DLH Lombok Utara"), place=Place())
    coordinator = officer(Role.COORDINATOR, regions=("52.08",))
    given = {"agency_key": "NTB.DIKPORA", "reason": "Kewenangan provinsi."}
    answer = await coordinator.post(ours.ticket, "assign", given, 2)
    assert answer.status_code == 200, answer.text
    assert answer.json()["agency_key"] == "NTB.DIKPORA"
    assert (await coordinator.get(f"/{ours.ticket}")).status_code == 404
    assert (await officer(Role.LIAISON, "NTB.DIKPORA").get(f"/{ours.ticket}")).json()["state"] == "assigned"


def located(code: str) -> Place:
    return Place(detected=DetectedPlace(region_code=code, name="Desa", confidence=0.9, evidence=("kata",)))


@pytest.mark.parametrize(
    "query",
    [
        *({"q": " "}, {"order": "oldest"}, {"region": "53.01"}, {"owner": "saya"}, {"received_from": "kemarin"}),
        *({"limit": 0}, {"limit": 101}, {"limit": "banyak"}, {"state": "hilang"}, {"cursor": "x" * 201}),
    ],
)
async def test_a_wrong_question_is_refused(query, officer):
    assert (await officer().get(**query)).status_code == 422


CURSORS = {
    "not base64": "%%%",
    "not JSON": base64.urlsafe_b64encode(b"abc").decode(),
    "without a zone": base64.urlsafe_b64encode(
        b'[false, "2026-11-01T00:00:00", "0198f3c2-6d1e-7a40-8b52-3f9e0c7d1a66"]'
    ).decode(),
    "before the calendar": base64.urlsafe_b64encode(
        b'[false, "0001-01-01T00:00:00+14:00", "0198f3c2-6d1e-7a40-8b52-3f9e0c7d1a66"]'
    ).decode(),
    "not an id": base64.urlsafe_b64encode(b'[false, "2026-11-01T00:00:00Z", "x"]').decode(),
    "another shape": base64.urlsafe_b64encode(b"[1, 2, 3]").decode(),
    "not ASCII": "é",
}


@pytest.mark.parametrize("fault", CURSORS)
async def test_a_cursor_that_is_not_ours_is_refused(fault, officer):
    answer = await officer().get(cursor=CURSORS[fault])
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
