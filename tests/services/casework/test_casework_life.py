"""A case's life: opened and assigned by events, worked by officers, every step in the history and on the bus."""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from services.casework.rules import Policy
from services.casework.service import CaseworkService
from shared.core.errors import RejectError
from shared.directory import directory
from shared.events import AgencyRef, GivenPlace, Place
from shared.security import Role

ANSWER = "Atap ruang kelas sudah diperbaiki pada 20 November 2026 oleh Bidang SMA."


async def bus(sql: Any, case: Any) -> list[tuple[str, Any]]:
    """Return what was said of a case; of its clocks test_casework_clocks.py tells."""
    rows = await sql.fetch("SELECT * FROM bus.outbox WHERE subject = $1 ORDER BY sequence", case.id)
    return [(row["type"], row["value"]) for row in rows if row["type"] != "complaint.deadlines_changed.v1"]


async def test_a_received_complaint_is_a_case_that_nobody_was_given(opened, sql):
    case = await opened(agency=None, place=Place(given=GivenPlace(region_code="52.03", description="Selong")))
    row = await sql.fetchrow('SELECT * FROM casework."case" WHERE complaint_id = $1', case.id)
    assert (row["state"], row["version"], row["agency_key"]) == ("received", 1, None)
    assert (row["region_code"], row["place_name"]) == ("52.03", "Selong")
    assert await bus(sql, case) == []


async def test_a_routed_case_stands_at_its_agency_with_the_reasons(opened, sql, officer):
    case = await opened()
    assigned, status = await bus(sql, case)
    assert assigned[0] == "complaint.assigned.v1"
    assert assigned[1]["agency"]["key"] == "NTB.DIKPORA"
    assert assigned[1]["actor"] == {"kind": "machine", "id": "casework.follow_routing"}
    assert status[0] == "complaint.status_changed.v1"
    assert (status[1]["previous"], status[1]["state"], status[1]["version"]) == ("received", "assigned", 2)
    shown = await officer().get(f"/{case.ticket.lower()}")
    assert shown.headers["etag"] == '"2"'
    body = shown.json()
    assert body["reasons"] == ["Urusan: pendidikan (kata “SMA”)."]
    assert (body["region_code"], body["place_name"]) == ("52.03.07", "Selong")
    assert [(one["previous"], one["state"]) for one in body["history"]] == [
        (None, "received"),
        ("received", "assigned"),
    ]


async def test_an_officer_takes_answers_and_closes_and_each_step_is_remembered(opened, officer, sql):
    case, liaison = await opened(), officer()
    taken = await liaison.post(case.ticket, "take", version=2)
    assert (taken.status_code, taken.headers["etag"]) == (200, '"3"')
    assert (taken.json()["state"], taken.json()["taken_by"]) == ("in_progress", liaison.id)
    answered = await liaison.post(case.ticket, "answer", {"text": f"  {ANSWER}\x00 \n"}, version=3)
    assert (answered.json()["state"], answered.headers["etag"]) == ("answered", '"4"')
    assert [one["text"] for one in answered.json()["answers"]] == [ANSWER]
    closed = await liaison.post(case.ticket, "close", {"reason": "Pelapor puas."}, version=4)
    assert (closed.json()["state"], closed.headers["etag"]) == ("closed", '"5"')
    assert [one["version"] for one in closed.json()["history"]] == [1, 2, 3, 4, 5]
    assert closed.json()["history"][-1]["reason"] == "Pelapor puas."
    assert closed.json()["history"][-1]["actor"] == {"kind": "officer", "id": liaison.id}
    told = await bus(sql, case)
    assert [name for name, _ in told] == [
        "complaint.assigned.v1",
        "complaint.status_changed.v1",
        "complaint.status_changed.v1",
        "complaint.verified.v1",
        "complaint.answered.v1",
        "complaint.status_changed.v1",
        "complaint.status_changed.v1",
    ]
    assert told[4][1]["text"] == ANSWER
    assert [value["version"] for name, value in told if name == "complaint.status_changed.v1"] == [2, 3, 4, 5]


async def test_closing_needs_no_reason_and_no_body(opened, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    await liaison.post(case.ticket, "answer", {"text": ANSWER}, version=3)
    assert (await liaison.post(case.ticket, "close", version=4)).json()["history"][-1]["reason"] is None


async def test_events_that_come_twice_change_nothing(deliver, events, sql):
    received, routed = events
    complaint = received()
    for event in (complaint, complaint, routed(complaint), routed(complaint), complaint):
        await deliver(event)
    assert (
        await sql.fetchval("SELECT count(*) FROM casework.transition WHERE complaint_id = $1", complaint.complaint_id)
        == 2
    )
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox WHERE subject = $1", complaint.complaint_id) == 3


@pytest.mark.parametrize("moves", [("verify",), ("take",), ("take", "answer"), ("take", "answer", "close")])
async def test_a_late_machine_decision_never_overwrites_what_was_decided(moves, deliver, events, officer, sql):
    received, routed = events
    complaint, liaison = received(), officer()
    await deliver(complaint)
    await deliver(routed(complaint))
    for version, move in enumerate(moves, start=2):
        body = {"text": ANSWER} if move == "answer" else None
        assert (await liaison.post(complaint.ticket, move, body, version)).status_code == 200
    before = (await liaison.get(f"/{complaint.ticket}")).json()
    await deliver(routed(complaint, agency=AgencyRef(key="52.03.DINKES", name="Dinas Kesehatan"), confidence=1.0))
    assert (await liaison.get(f"/{complaint.ticket}")).json() == before


async def test_a_routing_of_an_unknown_complaint_is_rejected_with_its_reason(deliver, events):
    received, routed = events
    with pytest.raises(RejectError, match="never heard"):
        await deliver(routed(received()))


@pytest.mark.parametrize(
    ("earlier", "move", "legal"),
    [
        ((), "answer", ["take", "ask", "transfer"]),
        ((), "close", ["take", "ask", "transfer"]),
        (("take",), "take", ["ask", "transfer", "follow_up", "answer"]),
        (("take",), "close", ["ask", "transfer", "follow_up", "answer"]),
        (("take", "answer"), "answer", ["close", "reopen"]),
        (("take", "answer", "close"), "take", ["reopen"]),
    ],
)
async def test_an_illegal_move_names_the_legal_ones_and_changes_nothing(earlier, move, legal, opened, officer, sql):
    case, liaison = await opened(), officer()
    for version, step in enumerate(earlier, start=2):
        await liaison.post(case.ticket, step, {"text": ANSWER} if step == "answer" else None, version)
    before = await bus(sql, case)
    version = 2 + len(earlier)
    refused = await liaison.post(case.ticket, move, {"text": ANSWER} if move == "answer" else None, version)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert refused.json()["legal_moves"] == legal
    assert refused.json()["current_version"] == version
    assert await bus(sql, case) == before


async def test_a_case_that_routing_has_not_assigned_yet_is_taken_by_nobody(opened, officer):
    case, inspector = await opened(agency=None, sealed=True), officer(Role.INSPECTORATE)
    refused = await inspector.post(case.ticket, "take", version=1)
    legal = ["assign", "ask", "archive", "reject", "unseal"]
    assert (refused.status_code, refused.json()["legal_moves"]) == (409, legal)


async def test_the_officer_who_comes_second_reads_when_it_was_in_wita(opened, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    refused = (await liaison.post(case.ticket, "take", version=2)).json()
    at = datetime.fromisoformat(refused["last_change"]["at"]).astimezone(ZoneInfo("Asia/Makassar"))
    assert refused["detail"].endswith(f"{at:%Y-%m-%d %H:%M:%S} WITA")


async def test_a_move_without_a_version_is_refused(opened, officer):
    case, liaison = await opened(), officer()
    refused = await liaison.post(case.ticket, "take")
    assert (refused.status_code, refused.json()["code"]) == (428, "if_match_required")


@pytest.mark.parametrize("if_match", ["*", 'W/"2"', '"1"', '"3"', "2", "", '"x"', '"99999999999999999999"'])
async def test_only_the_version_that_was_read_moves_a_case(if_match, opened, officer):
    case, liaison = await opened(), officer()
    headers = {"Authorization": f"Bearer {liaison.token}", "If-Match": if_match}
    refused = await liaison.http.post(f"/v1/cases/{case.ticket}/take", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (412, "case_changed")
    headers["If-Match"] = '"1", "2"'
    assert (await liaison.http.post(f"/v1/cases/{case.ticket}/take", headers=headers)).status_code == 200


async def test_of_two_officers_at_once_the_second_sees_what_the_first_did(opened, officer, sql):
    case = await opened()
    colleagues = [officer(), officer()]
    answers = await asyncio.gather(*(one.post(case.ticket, "take", version=2) for one in colleagues))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    winner = colleagues[[answer.status_code for answer in answers].index(200)]
    refused = next(answer.json() for answer in answers if answer.status_code == 412)
    assert (refused["code"], refused["current_version"], refused["state"]) == ("case_changed", 3, "in_progress")
    assert refused["last_change"]["actor"] == {"kind": "officer", "id": winner.id}
    assert winner.id in refused["detail"]
    assert (
        await sql.fetchval('SELECT taken_by FROM casework."case" WHERE complaint_id = $1', case.id)
        == winner.principal.account_id
    )
    loser = next(one for one in colleagues if one is not winner)
    again = await loser.post(case.ticket, "take", version=3)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    assert again.json()["last_change"]["actor"]["id"] == winner.id


async def test_many_answers_at_once_become_one(opened, officer, sql):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    answers = await asyncio.gather(*(officer().post(case.ticket, "answer", {"text": ANSWER}, 3) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5
    assert await sql.fetchval("SELECT count(*) FROM casework.answer WHERE complaint_id = $1", case.id) == 1
    assert [name for name, _ in await bus(sql, case)].count("complaint.answered.v1") == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"text": ""},
        {"text": "   pendek   "},
        {"text": " " * 50},
        {"text": "\x00" * 50},
        {"text": "a" * 5001},
        {"text": 12},
        {"text": None},
        [],
    ],
)
async def test_an_answer_that_is_none_is_refused(body, opened, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    refused = await liaison.post(case.ticket, "answer", body, version=3)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert (await liaison.get(f"/{case.ticket}")).json()["version"] == 3


@pytest.mark.parametrize("text", ["a" * 10, "a" * 5000, f" {'a' * 5000} ", "Baik \\ud800 sudah diperbaiki"])
async def test_an_answer_at_the_limits_is_taken(text, opened, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    headers = {"Authorization": f"Bearer {liaison.token}", "If-Match": '"3"', "content-type": "application/json"}
    body = f'{{"text": "{text}"}}'.encode()
    answer = await liaison.http.post(f"/v1/cases/{case.ticket}/answer", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "\ud800" not in answer.json()["answers"][0]["text"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE casework.transition SET reason = 'lain'",
        "DELETE FROM casework.transition",
        "UPDATE casework.answer SET text = 'lain'",
        "DELETE FROM casework.answer",
        'DELETE FROM casework."case"',
        "UPDATE casework.\"case\" SET text = 'lain'",
        "UPDATE casework.message SET text = 'lain'",
        "DELETE FROM casework.message",
        'UPDATE casework."case" SET sealed = false',
        "SELECT * FROM bus.outbox",
        "SELECT * FROM identity.account",
        "SELECT * FROM vault.person",
    ],
)
async def test_caseworks_own_login_cannot(database_urls, statement):
    connection = await asyncpg.connect(database_urls["casework"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def verifications(sql, case) -> list[dict[str, Any]]:
    rows = await sql.fetch(
        "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'complaint.verified.v1' ORDER BY sequence", case.id
    )
    return [row["value"] for row in rows]


async def test_an_officer_verifies_once_and_the_state_stays(opened, officer, sql):
    case, siti = await opened(), officer()
    verified = await siti.post(case.ticket, "verify", version=2)
    again = await siti.post(case.ticket, "verify", version=3)
    assert (verified.status_code, again.status_code) == (200, 200)
    assert verified.json()["state"] == again.json()["state"] == "assigned"
    assert again.json()["version"] == verified.json()["version"] == 3
    [said] = await verifications(sql, case)
    assert (said["actor"], said["version"]) == ({"kind": "officer", "id": siti.id}, 3)
    assert verified.json()["history"][-1]["reason"] == "Terverifikasi"


async def test_taking_a_case_says_that_it_is_a_complaint(opened, officer, sql):
    case, siti = await opened(), officer()
    await siti.post(case.ticket, "take", version=2)
    [said] = await verifications(sql, case)
    assert said["actor"]["id"] == siti.id


@pytest.mark.parametrize(
    ("confidence", "sealed", "verified"), [(0.8, False, True), (0.79, False, False), (0.95, True, False)]
)
async def test_the_houses_policy_verifies_what_routing_was_sure_of_and_nothing_sealed(
    confidence, sealed, verified, pool, events, sql
):
    received, routed = events
    service = CaseworkService(policy=Policy(verification="confident_routing", confident=0.8), directory=directory())
    complaint = received(sealed=sealed)
    async with pool.transaction() as tx:
        await service.open(tx, [complaint])
        await service.follow_routing(tx, [routed(complaint, confidence=confidence)])
    said = await sql.fetch(
        "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'complaint.verified.v1'", complaint.complaint_id
    )
    assert [row["value"]["actor"]["id"] for row in said] == (["policy.confident_routing"] if verified else [])


async def test_without_a_policy_a_machine_verifies_nothing(opened, sql):
    assert await verifications(sql, await opened()) == []
