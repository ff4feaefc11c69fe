"""What routing is not sure of waits for an officer, with its candidates; the officer's choice stands."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.casework.rules import Policy, Thresholds
from services.casework.service import CaseworkService
from services.casework.settings import CaseworkSettings
from shared.core.settings import SettingsError
from shared.directory import DESK, INSPECTORATE, directory
from shared.events import AgencyRef, CandidateAgency, Place
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended, resumed, withdrawn
from tests.services.casework.test_casework_life import bus
from tests.services.casework.test_casework_queue import pages

EDUCATION = AgencyRef(key="NTB.DIKPORA", name="Dinas Pendidikan")
LOCAL = AgencyRef(key="52.03.DIKBUD", name="Dinas Pendidikan Lombok Timur")
ROADS = "52.03.PUPR"
CANDIDATES = tuple(
    CandidateAgency(key=key, name=key, score=score, affair=affair, reasons=(f"Urusan: {affair}.",))
    for key, score, affair in (("NTB.DIKPORA", 0.42, "pendidikan"), (ROADS, 0.3, "jalan"), (DESK, 0.1, None))
)
UNSURE: dict[str, Any] = {"confidence": 0.42, "candidates": CANDIDATES, "kind": "pengaduan", "urgency": "penting"}


@pytest.fixture
def doubted(deliver, opened, events):
    """Open a case that routing is not sure of."""

    async def make(**changes: Any) -> Any:
        case = await opened(agency=None, **changes)
        await deliver(events[1](case.event, **UNSURE))
        return case

    return make


def choice(agency: str = ROADS, **more: Any) -> dict[str, Any]:
    return {"agency_key": agency, "reason": "Yang rusak jalan menuju sekolah.", **more}


async def test_a_doubt_waits_for_an_officer_with_its_candidates_and_tells_nobody(doubted, officer, sql):
    case, coordinator = await doubted(), officer(Role.COORDINATOR)
    body = (await coordinator.get(f"/{case.ticket}")).json()
    assert (body["state"], body["version"], body["agency_key"], body["waiting_for"]) == (
        "received", 2, None, "verification",
    )  # fmt: skip
    assert [one["key"] for one in body["candidates"]] == [one.key for one in CANDIDATES]
    assert body["candidates"][1]["reasons"] == ["Urusan: jalan."]
    assert (body["kind"], body["urgency"], body["affair"], body["place_name"]) == (
        "pengaduan", "penting", "pendidikan", "Selong",
    )  # fmt: skip
    assert body["history"][-1]["reason"] == "Menunggu verifikasi: keyakinan 42 %."
    assert await bus(sql, case) == []
    assert (await officer().get(f"/{case.ticket}")).status_code == 404


async def test_a_doubt_that_comes_twice_changes_nothing(deliver, opened, events, officer):
    case = await opened(agency=None)
    decision = events[1](case.event, **UNSURE)
    for event in (decision, decision):
        await deliver(event)
    assert (await officer(Role.COORDINATOR).get(f"/{case.ticket}")).json()["version"] == 2


async def test_the_verification_queue_holds_what_waits_and_nothing_else(doubted, opened, officer):
    coordinator = officer(Role.COORDINATOR)
    waiting, other = await doubted(), await opened()
    tickets = [ticket for page in await pages(coordinator, waiting_for="verification", limit=100) for ticket in page]
    assert waiting.ticket in tickets
    assert other.ticket not in tickets
    item = (await coordinator.get(waiting_for="verification", limit=1)).json()["items"][0]
    assert (item["ticket"], item["kind"], len(item["candidates"])) == (waiting.ticket, "pengaduan", 3)
    assert await pages(officer(), waiting_for="verification") == [[]]
    assert (await coordinator.get(waiting_for="hujan")).status_code == 422


async def test_the_verification_queue_is_read_in_order_from_its_index(sql):
    await sql.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
    plan = await sql.fetch("""
        EXPLAIN SELECT * FROM casework."case" WHERE NOT sealed AND waiting_for = 'verification'
        AND (urgent, received_at, complaint_id) < (false, now(), '0198f3c2-6d1e-7a40-8b52-3f9e0c7d1a66')
        ORDER BY urgent DESC, received_at DESC, complaint_id DESC LIMIT 50
    """)
    said = "\n".join(row[0] for row in plan)
    assert "case_waiting" in said
    assert "Sort" not in said


async def test_more_words_lift_a_doubt(doubted, deliver, events, officer, sql):
    case = await doubted()
    await deliver(events[1](case.event, confidence=0.8))
    body = (await officer().get(f"/{case.ticket}")).json()
    assert (body["state"], body["waiting_for"], body["confidence"]) == ("assigned", None, 0.8)
    assert [name for name, _ in await bus(sql, case)] == ["complaint.assigned.v1", "complaint.status_changed.v1"]


@pytest.mark.parametrize("agency", [DESK, INSPECTORATE])
async def test_the_desk_and_the_inspectorate_are_never_doubted(agency, deliver, opened, events, officer):
    case = await opened(agency=None)
    await deliver(events[1](case.event, confidence=0.05, agency=AgencyRef(key=agency, name=agency)))
    assert (await officer(Role.COORDINATOR).get(f"/{case.ticket}")).json()["agency_key"] == agency


async def test_an_emergency_waits_for_nobody(doubted, sql, officer):
    case = await doubted(emergency=True)
    body = (await officer().get(f"/{case.ticket}")).json()
    assert body["state"] == "assigned"
    assert "Keadaan darurat" in body["history"][-1]["reason"]
    assert "Keadaan darurat" in (await bus(sql, case))[0][1]["reasons"][-1]


async def test_later_words_of_danger_send_a_doubt_to_its_best_candidate(doubted, deliver, officer, sql):
    case = await doubted()
    more = appended(case.event, emergency=True)
    for event in (more, more):
        await deliver(event)
    body = (await officer().get(f"/{case.ticket}")).json()
    assert (body["state"], body["agency_key"], body["version"]) == ("assigned", "NTB.DIKPORA", 3)
    _, said = (await bus(sql, case))[0]
    assert (said["affair"], said["place"]["detected"]["name"]) == ("pendidikan", "Selong")


@pytest.mark.parametrize("known", [True, False], ids=["after routing", "before routing"])
@pytest.mark.parametrize("waits", ["citizen", "transfer"])
async def test_words_of_danger_leave_what_an_officer_has_chosen(waits, known, doubted, opened, deliver, officer, sql):
    case, coordinator = await (doubted() if known else opened(agency=None)), officer(Role.COORDINATOR)
    given = (await coordinator.post(case.ticket, "assign", choice(), 2 if known else 1)).json()
    if waits == "citizen":
        question = {"question": "Di sebelah mana jalan itu?"}
        await coordinator.post(case.ticket, "ask", question, given["version"])
    else:
        await officer(Role.LIAISON, ROADS).post(case.ticket, "transfer", {"reason": "Bukan kami."}, given["version"])
    await deliver(appended(case.event, emergency=True))
    body = (await coordinator.get(f"/{case.ticket}")).json()
    wanted = {"citizen": "assigned", "transfer": "transfer_requested"}[waits]
    assert (body["emergency"], body["state"], body["agency_key"]) == (True, wanted, ROADS)


async def test_a_doubt_that_was_asked_about_goes_to_its_best_candidate_in_danger(doubted, deliver, officer):
    case, coordinator = await doubted(), officer(Role.COORDINATOR)
    await coordinator.post(case.ticket, "ask", {"question": "Di sebelah mana sekolah itu?"}, 2)
    await deliver(appended(case.event, emergency=True))
    body = (await coordinator.get(f"/{case.ticket}")).json()
    assert (body["state"], body["agency_key"], body["asked_at"]) == ("assigned", "NTB.DIKPORA", None)


async def test_a_doubt_that_later_words_seal_goes_to_the_inspectorate(doubted, deliver, events, officer):
    case = await doubted()
    await deliver(appended(case.event, sealed=True))
    inspector = officer(Role.INSPECTORATE)
    assert (await inspector.get(f"/{case.ticket}")).json()["waiting_for"] is None
    await deliver(events[1](case.event, agency=AgencyRef(key=INSPECTORATE, name="Inspektorat"), confidence=0.1))
    assert (await inspector.get(f"/{case.ticket}")).json()["state"] == "assigned"


async def test_who_withdraws_a_doubt_closes_it_and_who_resumes_it_waits_again(doubted, deliver, officer):
    case, coordinator = await doubted(), officer(Role.COORDINATOR)
    for event, wanted in ((withdrawn(case.event), None), (resumed(case.event), "verification")):
        await deliver(event)
        assert (await coordinator.get(f"/{case.ticket}")).json()["waiting_for"] == wanted


async def test_an_officer_chooses_any_agency_and_thereby_verifies(doubted, officer, sql):
    case, coordinator = await doubted(), officer(Role.COORDINATOR)
    done = await coordinator.post(case.ticket, "assign", choice(urgency="mendesak"), 2)
    body = done.json()
    assert (done.status_code, done.headers["etag"]) == (200, '"3"')
    assert (body["state"], body["agency_key"], body["affair"]) == ("assigned", ROADS, "jalan")
    assert (body["confidence"], body["assigned_by"], body["waiting_for"]) == (None, coordinator.id, None)
    assert body["verified_at"] is not None
    told = await bus(sql, case)
    assert [name for name, _ in told] == [
        "complaint.assigned.v1", "complaint.status_changed.v1", "complaint.verified.v1",
    ]  # fmt: skip
    said = told[0][1]
    assert said["actor"] == {"kind": "officer", "id": coordinator.id}
    assert (said["agency"]["key"], said["level"], said["confidence"]) == (ROADS, "regency", None)
    assert (said["kind"], said["urgency"], said["place"]["detected"]["region_code"]) == (
        "pengaduan", "mendesak", "52.03.07",
    )  # fmt: skip
    assert said["reasons"] == ["Dipilih petugas: Yang rusak jalan menuju sekolah."]


async def test_the_coordinator_corrects_what_a_machine_assigned_and_no_machine_corrects_that(
    opened, deliver, events, officer
):
    case, coordinator = await opened(), officer(Role.COORDINATOR)
    assert (await coordinator.post(case.ticket, "assign", choice(), 2)).status_code == 200
    await deliver(events[1](case.event, agency=LOCAL, confidence=1.0))
    assert (await coordinator.get(f"/{case.ticket}")).json()["agency_key"] == ROADS
    assert (await officer().get(f"/{case.ticket}")).status_code == 404
    assert (await officer(Role.LIAISON, ROADS).post(case.ticket, "take", version=3)).status_code == 200


async def test_an_officers_choice_outlives_a_withdrawal_that_is_taken_back(opened, deliver, events, officer):
    case, coordinator = await opened(), officer(Role.COORDINATOR)
    await coordinator.post(case.ticket, "assign", choice(), 2)
    await deliver(withdrawn(case.event))
    await deliver(resumed(case.event))
    await deliver(events[1](case.event, confidence=1.0, decided_at=datetime.now(UTC)))
    body = (await coordinator.get(f"/{case.ticket}")).json()
    assert (body["state"], body["waiting_for"], body["agency_key"]) == ("received", "verification", ROADS)
    assert "petugas sebelumnya memilih" in body["history"][-1]["reason"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (choice("NTB.TIDAKADA"), 400, "unknown_agency"),
        (choice(affair="sihir"), 400, "unknown_affair"),
        ({"agency_key": ROADS}, 422, "invalid_request"),
        (choice(reason="  "), 422, "invalid_request"),
        (choice(kind="gosip"), 422, "invalid_request"),
        (choice(urgency="nanti"), 422, "invalid_request"),
        (None, 422, "invalid_request"),
    ],
)
async def test_a_choice_that_is_none_is_refused_and_changes_nothing(body, status, code, doubted, officer, sql):
    case = await doubted()
    refused = await officer(Role.COORDINATOR).post(case.ticket, "assign", body, 2)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await bus(sql, case) == []


async def test_the_coordinator_takes_from_an_agency_what_is_not_theirs_until_it_is_answered(opened, officer):
    case, coordinator = await opened(), officer(Role.COORDINATOR)
    await officer().post(case.ticket, "take", version=2)
    given = (await coordinator.post(case.ticket, "assign", choice(), 3)).json()
    assert (given["state"], given["agency_key"], given["taken_by"]) == ("assigned", choice()["agency_key"], None)
    other = await opened()
    await officer().post(other.ticket, "take", version=2)
    await officer().post(other.ticket, "answer", {"text": "Atap sudah diperbaiki Bidang SMA kemarin."}, version=3)
    refused = await coordinator.post(other.ticket, "assign", choice(), 4)
    assert (refused.status_code, refused.json()["legal_moves"]) == (409, ["reopen"])


async def test_of_two_who_choose_at_once_the_second_sees_the_first(doubted, officer):
    case = await doubted()
    two = [officer(Role.COORDINATOR), officer(Role.COORDINATOR)]
    answers = await asyncio.gather(*(one.post(case.ticket, "assign", choice(), 2) for one in two))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_what_is_sealed_stays_with_the_inspectorate(opened, officer):
    case, inspector = await opened(agency=None, sealed=True), officer(Role.INSPECTORATE)
    refused = await inspector.post(case.ticket, "assign", choice(), 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "sealed_stays")
    done = await inspector.post(case.ticket, "assign", choice(INSPECTORATE), 1)
    assert (done.status_code, done.json()["agency_key"]) == (200, INSPECTORATE)


async def test_a_threshold_may_differ_by_affair(pool, events, sql):
    policy = Policy(thresholds=Thresholds(by_affair={"pendidikan": 0.95}))
    service = CaseworkService(policy=policy, directory=directory())
    complaint = events[0]()
    async with pool.transaction() as tx:
        await service.open(tx, [complaint])
        await service.follow_routing(tx, [events[1](complaint, place=Place())])
    row = await sql.fetchrow('SELECT * FROM casework."case" WHERE complaint_id = $1', complaint.complaint_id)
    assert (row["state"], row["waiting_for"], row["candidates"][0]["key"]) == (
        "received", "verification", "NTB.DIKPORA",
    )  # fmt: skip


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_CASEWORK_DATABASE_URL", "postgresql://x")

    def load(by_affair: str) -> CaseworkSettings:
        monkeypatch.setenv("NTBCARE_CASEWORK_ASSIGN_CONFIDENCE_BY_AFFAIR", by_affair)
        return CaseworkSettings.load()

    return load


def test_the_thresholds_come_from_the_settings(settings):
    assert settings('{"kesehatan": 0.7}').policy.thresholds == Thresholds(default=0.5, by_affair={"kesehatan": 0.7})


@pytest.mark.parametrize(
    ("by_affair", "says"), [('{"sihir": 0.7}', "no affair sihir"), ("0.7,", "JSON object"), ('{"kesehatan": 7}', "")]
)
def test_a_threshold_that_is_none_stops_the_start_with_its_name(by_affair, says, settings):
    with pytest.raises(SettingsError, match=f"ASSIGN_CONFIDENCE_BY_AFFAIR.*{says}"):
        settings(by_affair)


async def test_more_words_that_leave_the_agency_make_the_case_more_urgent_until_an_officer_acts(
    deliver, opened, events, officer, sql
):
    case = await opened(agency=None)
    agency = AgencyRef(key=ROADS, name="Dinas PUPR Lotim")
    first = {"agency": agency, "confidence": 0.9, "kind": "pengaduan"}
    await deliver(events[1](case.event, urgency="biasa", **first))
    told = await bus(sql, case)
    await deliver(events[1](case.event, urgency="mendesak", **first))
    seen = (await officer(Role.LIAISON, ROADS).get(f"/{case.ticket}")).json()
    assert (seen["urgency"], seen["version"]) == ("mendesak", 2)
    assert await bus(sql, case) == told, "nobody outside hears of it"
    await officer(Role.LIAISON, ROADS).post(case.ticket, "take", version=2)
    await deliver(events[1](case.event, urgency="biasa", **first))
    assert (await officer(Role.LIAISON, ROADS).get(f"/{case.ticket}")).json()["urgency"] == "mendesak"
