"""What officers order beside the straight way: ask, transfer, follow up, end, reopen, mark, note."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.casework.quality import fingerprint, lacks
from shared.core.ids import new_id
from shared.directory import DESK
from shared.events import AgencyRef, ComplaintRouted
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended

QUESTION = {"question": "Mohon sebutkan nama sekolah dan alamatnya."}
ANSWER = {"text": "Atap sudah kami perbaiki pada 20 November 2026 oleh Bidang SMA."}
FOLLOW_UP = {"action": "inspection", "text": "Tim sarana prasarana meninjau ruang kelas pada 20 November 2026."}
NOT_OURS = {"reason": "Sekolah ini SMP, wewenang kabupaten.", "agency_key": "52.03.DIKBUD"}
AT_DESK = AgencyRef(key=DESK, name="Admin koordinator NTB Care")


async def said(sql: Any, case: Any, name: str) -> list[dict[str, Any]]:
    rows = await sql.fetch(
        "SELECT value FROM bus.outbox WHERE subject = $1 AND type = $2 ORDER BY sequence",
        case.id,
        f"complaint.{name}.v1",
    )
    return [row["value"] for row in rows]


async def order(who: Any, case: Any, *steps: tuple[str, Any]) -> dict[str, Any]:
    """Give orders one after the other, each with the version of the answer before; return the last answer."""
    shown = await who.get(f"/{case.ticket}")
    for move, body in steps:
        shown = await who.post(case.ticket, move, body, shown.json()["version"])
        assert shown.status_code == 200, (move, shown.text)
    done: dict[str, Any] = shown.json()
    return done


async def test_an_agency_asks_its_citizen_and_goes_on_when_they_answer(opened, officer, deliver, sql):
    case, liaison = await opened(), officer()
    asked = await order(liaison, case, ("take", None), ("ask", QUESTION))
    assert (asked["state"], asked["waiting_for"]) == ("awaiting_information", "citizen")
    assert asked["asked_at"] is not None
    [question] = await said(sql, case, "information_requested")
    assert (question["question"], question["agency"]["key"]) == (QUESTION["question"], "NTB.DIKPORA")
    await deliver(appended(case.event, text="SMA Negeri di Selong, dekat pasar."))
    shown = (await liaison.get(f"/{case.ticket}")).json()
    assert (shown["state"], shown["waiting_for"], shown["asked_at"]) == ("in_progress", None, None)
    assert (shown["history"][-1]["move"], shown["history"][-1]["actor"]["kind"]) == ("inform", "citizen")
    assert shown["taken_by"] == liaison.id


@pytest.mark.parametrize(("agency", "back"), [(None, "received"), (AT_DESK, "assigned")])
async def test_what_was_asked_early_goes_back_to_where_it_had_come(agency, back, opened, officer, deliver):
    case, coordinator = await opened(agency=agency), officer(Role.COORDINATOR)
    await order(coordinator, case, ("ask", QUESTION))
    await deliver(appended(case.event, text="Di Desa Pringgasela."))
    assert (await coordinator.get(f"/{case.ticket}")).json()["state"] == back


async def test_an_officer_goes_on_without_the_citizens_words(opened, officer):
    case = await opened()
    gone_on = await order(officer(), case, ("ask", QUESTION), ("proceed", {"reason": "Sudah jelas dari foto."}))
    assert (gone_on["state"], gone_on["history"][-1]["reason"]) == ("assigned", "Sudah jelas dari foto.")


async def test_routing_moves_nothing_that_waits_for_its_citizen(opened, officer, deliver, events):
    _, routed = events
    case, coordinator = await opened(agency=None), officer(Role.COORDINATOR)
    await order(coordinator, case, ("ask", QUESTION))
    await deliver(routed(case.event))
    assert (await coordinator.get(f"/{case.ticket}")).json()["state"] == "awaiting_information"
    await deliver(appended(case.event, text="Di Desa Pringgasela."))
    later: ComplaintRouted = routed(case.event, decided_at=datetime.now(UTC) + timedelta(seconds=1))
    await deliver(later)
    assert (await coordinator.get(f"/{case.ticket}")).json()["state"] == "assigned"


async def test_an_agency_says_whose_it_is_and_the_coordinator_gives_it_there(opened, officer, sql):
    case, liaison, coordinator = await opened(), officer(), officer(Role.COORDINATOR)
    asked = await order(liaison, case, ("take", None), ("transfer", NOT_OURS))
    assert (asked["state"], asked["waiting_for"]) == ("transfer_requested", "transfer")
    assert asked["proposed_key"] == "52.03.DIKBUD"
    assert asked["history"][-1]["reason"].startswith("Bukan wewenang Dinas Pendidikan")
    [request] = await said(sql, case, "transfer_requested")
    assert (request["proposed"]["key"], request["reason"]) == ("52.03.DIKBUD", NOT_OURS["reason"])
    waiting = (await coordinator.get(waiting_for="transfer")).json()["items"]
    assert case.ticket in {one["ticket"] for one in waiting}
    given = await order(coordinator, case, ("assign", {"agency_key": "52.03.DIKBUD", "reason": "SMP."}))
    assert (given["state"], given["agency_key"], given["proposed_key"]) == ("assigned", "52.03.DIKBUD", None)
    assert (await liaison.get(f"/{case.ticket}")).status_code == 404


@pytest.mark.parametrize(("before", "back"), [((), "assigned"), ((("take", None),), "in_progress")])
async def test_a_declined_transfer_stays_where_it_was(before, back, opened, officer):
    case = await opened()
    await order(officer(), case, *before, ("transfer", {"reason": "Bukan urusan kami."}))
    declined = await order(officer(Role.COORDINATOR), case, ("decline", {"reason": "Aset provinsi."}))
    assert (declined["state"], declined["agency_key"]) == (back, "NTB.DIKPORA")
    assert declined["history"][-1]["reason"] == "Usul pemindahan ditolak. Aset provinsi."


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reason": "Bukan kami.", "agency_key": "NTB.DIKPORA"}, 409, "already_theirs"),
        ({"reason": "Bukan kami.", "agency_key": "NTB.TIDAKADA"}, 400, "unknown_agency"),
        ({"reason": " "}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
    ],
)
async def test_a_transfer_that_makes_no_sense_is_refused(body, status, code, opened, officer, sql):
    case = await opened()
    refused = await officer().post(case.ticket, "transfer", body, 2)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await said(sql, case, "transfer_requested") == []


async def test_what_an_agency_did_is_kept_and_announced_and_the_first_counts(opened, officer, sql):
    case, liaison = await opened(), officer()
    done = await order(liaison, case, ("take", None), ("follow-up", FOLLOW_UP), ("follow-up", FOLLOW_UP))
    assert (done["state"], len(done["follow_ups"])) == ("in_progress", 2)
    assert done["followed_up_at"] == done["follow_ups"][0]["followed_up_at"]
    assert [one["action"] for one in await said(sql, case, "followed_up")] == ["inspection"] * 2
    assert [one["move"] for one in done["history"]][-2:] == ["follow_up"] * 2


@pytest.mark.parametrize(
    "body",
    [
        {**FOLLOW_UP, "action": "tidur"},
        {**FOLLOW_UP, "text": "pendek"},
        {**FOLLOW_UP, "evidence": ["bukan id"]},
        {**FOLLOW_UP, "evidence": [str(new_id())] * 11},
    ],
)
async def test_a_follow_up_that_is_none_is_refused(body, opened, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    refused = await liaison.post(case.ticket, "follow-up", body, 3)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("move", "code", "state"), [("archive", "too_general", "archived"), ("reject", "not_true", "rejected")]
)
async def test_a_complaint_ends_without_an_answer_for_a_reason_that_has_words(move, code, state, opened, officer, sql):
    case, coordinator = await opened(), officer(Role.COORDINATOR)
    ended = await order(coordinator, case, (move, {"reason_code": code, "reason": "Sudah diperiksa."}))
    assert (ended["state"], ended["history"][-1]["reason_code"]) == (state, code)
    assert ended["closed_at"] is not None
    [*_, status] = await said(sql, case, "status_changed")
    assert (status["state"], status["reason_code"]) == (state, code)
    for wrong in ("tidak ada", None):
        other = await opened()
        refused = await coordinator.post(other.ticket, move, {"reason_code": wrong}, 2)
        assert refused.status_code == 422


async def test_a_reopened_complaint_goes_on_with_its_agency_and_forgets_what_was_kept_before(opened, officer, sql):
    case, liaison = await opened(), officer()
    again = await order(
        liaison, case, ("take", None), ("answer", ANSWER), ("close", None), ("reopen", {"reason": "Bocor lagi."})
    )
    assert (again["state"], again["reopenings"], again["taken_by"]) == ("in_progress", 1, liaison.id)
    assert (again["answered_at"], again["followed_up_at"], again["closed_at"]) == (None, None, None)
    [*_, status] = await said(sql, case, "status_changed")
    assert (status["previous"], status["state"], status["reason_code"]) == ("closed", "in_progress", "reopened")
    twice = await order(liaison, case, ("answer", ANSWER), ("reopen", {"reason": "Masih bocor."}), ("answer", ANSWER))
    refused = await liaison.post(case.ticket, "reopen", {"reason": "Lagi."}, twice["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_reopen_often")


async def test_what_ended_long_ago_or_was_withdrawn_is_not_reopened(opened, officer, sql, deliver, events):
    case, liaison = await opened(), officer()
    closed = await order(liaison, case, ("take", None), ("answer", ANSWER), ("close", None))
    long_ago = datetime.now(UTC) - timedelta(days=31)
    await sql.execute('UPDATE casework."case" SET closed_at = $2 WHERE complaint_id = $1', case.id, long_ago)
    refused = await liaison.post(case.ticket, "reopen", {"reason": "Bocor lagi."}, closed["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_reopen_late")
    await sql.execute('UPDATE casework."case" SET withdrawn_at = now() WHERE complaint_id = $1', case.id)
    refused = await liaison.post(case.ticket, "reopen", {"reason": "Bocor lagi."}, closed["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_reopen_withdrawn")


async def test_a_citizen_who_answers_the_answer_is_not_done(opened, officer, deliver):
    case, liaison = await opened(), officer()
    await order(liaison, case, ("take", None), ("answer", ANSWER))
    await deliver(appended(case.event, text="Belum, kemarin masih bocor."))
    shown = (await liaison.get(f"/{case.ticket}")).json()
    assert (shown["state"], shown["answered_at"], shown["reopenings"]) == ("in_progress", None, 0)
    assert shown["history"][-1]["reason"] == "Pelapor menanggapi jawaban."
    closed = await order(liaison, case, ("answer", ANSWER), ("close", None))
    await deliver(appended(case.event, text="Terima kasih, tetapi pintunya juga rusak."))
    shown = (await liaison.get(f"/{case.ticket}")).json()
    assert (shown["state"], shown["version"]) == ("closed", closed["version"])
    assert shown["news_at"] is not None


async def test_words_from_before_the_answer_that_come_late_are_news_and_answer_nothing(opened, officer, deliver):
    case, liaison = await opened(), officer()
    said_at = datetime.now(UTC)
    answered = await order(liaison, case, ("take", None), ("answer", ANSWER))
    await deliver(appended(case.event, text="Pintunya juga rusak.", received_at=said_at))
    shown = (await liaison.get(f"/{case.ticket}")).json()
    assert (shown["state"], shown["version"], shown["answered_at"]) == (
        "answered", answered["version"], answered["answered_at"],
    )  # fmt: skip
    assert datetime.fromisoformat(shown["news_at"]) == said_at
    assert [one["outcome"] for one in shown["clocks"] if one["clock"] == "close"] == ["running"]


async def test_an_officer_hides_the_reporter_and_takes_back_only_what_an_officer_hid(opened, officer, sql):
    case, liaison = await opened(secret=True), officer()
    hide, show = {"anonymous": True, "reason": "Menyebut nama orang lain."}, {"anonymous": False, "reason": "Keliru."}
    hidden = await order(liaison, case, ("mark", hide))
    assert (hidden["anonymous"], hidden["secret"], hidden["state"]) == (True, True, "assigned")
    assert hidden["history"][-1]["reason"] == "Ditandai anonim dan rahasia. Menyebut nama orang lain."
    assert (await order(liaison, case, ("mark", hide)))["version"] == hidden["version"]
    shown = await order(liaison, case, ("mark", show))
    assert (shown["anonymous"], shown["secret"]) == (False, True)
    refused = await liaison.post(case.ticket, "mark", {"secret": False, "reason": "Agar terbuka."}, shown["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "hidden_by_citizen")
    assert [(one["anonymous"], one["secret"]) for one in await said(sql, case, "marked")] == [
        (True, True),
        (False, True),
    ]


async def test_a_note_is_for_colleagues_and_its_words_leave_for_nowhere(opened, officer, sql):
    case, liaison = await opened(), officer()
    noted = await liaison.post(case.ticket, "note", {"text": "Hubungi kepala sekolah dulu."})
    assert (noted.status_code, noted.json()["version"]) == (200, 2)
    assert [(one["text"], one["noted_by"]) for one in noted.json()["notes"]] == [
        ("Hubungi kepala sekolah dulu.", liaison.id)
    ]
    [event] = await said(sql, case, "noted")
    assert "kepala sekolah" not in str(event)
    assert (await liaison.post(case.ticket, "note", {"text": "  "})).status_code == 422
    assert (await officer(Role.LEADER).post(case.ticket, "note", {"text": "Segera."})).status_code == 403


async def test_a_case_names_the_moves_that_whoever_looks_may_make(opened, officer):
    case = await opened()
    moves = {role: (await officer(role).get(f"/{case.ticket}")).json()["moves"] for role in (Role.LIAISON, Role.LEADER)}
    assert moves == {Role.LIAISON: ["take", "ask", "transfer"], Role.LEADER: []}
    coordinator = (await officer(Role.COORDINATOR).get(f"/{case.ticket}")).json()["moves"]
    assert coordinator == ["assign", "ask", "archive", "reject"]


@pytest.mark.parametrize(
    ("text", "wanting"),
    [
        ("Terima kasih, laporan Bapak sudah kami teruskan ke bidang terkait.", ("only_forwarded", "no_date")),
        ("Sudah kami sampaikan kepada pimpinan untuk ditindaklanjuti.", ("only_forwarded", "no_date", "no_actor")),
        ("Mohon bersabar, terima kasih atas perhatiannya.", ("no_action", "no_date", "no_actor")),
        ("Lubang jalan sudah ditambal.", ("no_date", "no_actor")),
        ("Lubang jalan sudah ditambal kemarin.", ("no_actor",)),
        ("Tim Bina Marga menambal lubang jalan, perbaikan selesai 12 Mei 2026.", ()),
        ("Lampu akan diganti petugas UPTD pada hari Senin.", ()),
        ("Perbaikan atap dijadwalkan Bidang SMA dalam 14 hari kerja.", ()),
    ],
)
def test_an_answer_lacks_what_when_and_by_whom(text, wanting):
    assert lacks(text) == wanting


def test_answers_that_differ_in_ticket_case_and_marks_are_the_same_words():
    assert fingerprint("Aduan NTB-79E7-3T8DN sudah ditangani!") == fingerprint("aduan  sudah DITANGANI.")
    assert fingerprint("Sudah ditangani") != fingerprint("Belum ditangani")


async def test_an_officer_is_warned_of_an_empty_answer_and_it_is_sent_all_the_same(opened, officer, sql):
    case, liaison = await opened(), officer()
    answered = await order(liaison, case, ("take", None), ("answer", {"text": "Laporan sudah kami teruskan, ya."}))
    [answer] = answered["answers"]
    assert [one["code"] for one in answer["warnings"]] == ["only_forwarded", "no_date", "no_actor"]
    assert all(one["words"].startswith("Jawaban ini") for one in answer["warnings"])
    [event] = await said(sql, case, "answered")
    assert event["warnings"] == ["only_forwarded", "no_date", "no_actor"]


async def test_the_same_answer_to_a_third_citizen_is_called_repeated(opened, officer):
    liaison, codes = officer(), []
    text = f"Atap diperbaiki Bidang SMA pada 20 November 2026, kelas {new_id()}."
    for _ in range(3):
        answered = await order(liaison, await opened(), ("take", None), ("answer", {"text": text}))
        codes.append([one["code"] for one in answered["answers"][0]["warnings"]])
    assert codes == [[], [], ["repeated"]]
