"""The queue: newest first, page by page, one state or all."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from shared.events import AgencyRef

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


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 101}, {"limit": "banyak"}, {"state": "hilang"}, {"cursor": "x" * 201}],
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
