"""What becomes of a complaint at SP4N-LAPOR! and what that does here: number, follow-ups, status, and who settles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.directory import DESK, INSPECTORATE
from shared.events import (
    Actor,
    AgencyRef,
    ComplaintMirrored,
    ComplaintMirrorFollowedUp,
    ComplaintMirrorStatusChanged,
)
from shared.security import Role
from tests.services.casework.test_casework_conversation import appended, withdrawn
from tests.services.casework.test_casework_life import bus
from tests.services.casework.test_casework_orders import order, said
from tests.services.casework.test_casework_queue import found

NUMBER = "9165816"
OURS = AgencyRef(key="NTB.DIKPORA", name="Dinas Pendidikan, Pemuda dan Olahraga Provinsi NTB")
OTHERS = AgencyRef(key="52.03.PUPR", name="Dinas PUPR Lombok Timur")
BALAI = "Balai Penjaminan Mutu Pendidikan Provinsi NTB"
WORDS = "Tim kami sudah melihat atap ruang kelas itu pagi ini."
THERE = {"kind": "channel", "id": "lapor"}
ANSWER = {"text": "Atap sudah kami perbaiki pada 20 November 2026 oleh Bidang SMA."}
STATUS = {
    "received": "Belum Terverifikasi",
    "assigned": "Terverifikasi",
    "in_progress": "Dalam Proses",
    "closed": "Selesai",
    "archived": "Diarsipkan",
    "rejected": "Ditolak",
}


def at_lapor(about: Any) -> dict[str, Any]:
    return {"complaint_id": about.complaint_id, "ticket": about.ticket, "lapor_id": NUMBER}


def mirrored(about: Any) -> ComplaintMirrored:
    actor = Actor(kind="machine", id="lapor.mirror")
    return ComplaintMirrored(**at_lapor(about), actor=actor, mirrored_at=datetime.now(UTC))


def followed_up(about: Any, **changes: Any) -> ComplaintMirrorFollowedUp:
    values = {"follow_up_id": new_id(), "institution": OURS.name, "agency": OURS, "text": WORDS, "files": 2}
    return ComplaintMirrorFollowedUp(**at_lapor(about) | values | {"written_at": datetime.now(UTC)} | changes)


def shown(about: Any, state: str | None, **changes: Any) -> ComplaintMirrorStatusChanged:
    values = {"status": STATUS.get(state or "", "Menunggu Disposisi Ulang"), "state": state}
    return ComplaintMirrorStatusChanged(**at_lapor(about) | values | {"seen_at": datetime.now(UTC)} | changes)


async def now(officer: Any, case: Any, role: Role = Role.COORDINATOR) -> dict[str, Any]:
    body: dict[str, Any] = (await officer(role).get(f"/{case.ticket}")).json()
    return body


async def test_a_case_knows_its_number_at_lapor(opened, deliver, officer):
    case = await opened()
    assert (await now(officer, case))["lapor"] is None
    for event in (mirrored(case.event), mirrored(case.event)):
        await deliver(event)
    body = await now(officer, case)
    assert (body["lapor"]["number"], body["lapor"]["status"], body["lapor"]["decision"]) == (NUMBER, None, None)
    assert (body["version"], body["mirror"]) == (2, None)


# --- followed up there ----------------------------------------------------------------------------


async def test_a_follow_up_written_there_is_one_of_the_cases_once_and_begins_its_work(opened, deliver, officer, sql):
    case = await opened()
    event = followed_up(case.event)
    for one in (event, event, event.model_copy(update={"text": "Diubah kemudian."})):
        await deliver(one)
    body = await now(officer, case)
    (row,) = body["follow_ups"]
    assert (row["text"], row["action"], row["agency_key"], row["institution"], row["files"]) == (
        WORDS, "other", OURS.key, OURS.name, 2,
    )  # fmt: skip
    assert (row["channel"], row["done_by"], row["evidence"]) == ("lapor", None, [])
    assert (body["state"], body["version"], body["taken_by"]) == ("in_progress", 3, None)
    last = body["history"][-1]
    assert (last["move"], last["actor"]) == ("follow_up_elsewhere", THERE)
    assert OURS.name in last["reason"]
    (told,) = await said(sql, case, "followed_up")
    assert (told["actor"], told["agency"]["key"], told["institution"]) == (THERE, OURS.key, None)
    assert (told["text"], told["follow_up_id"]) == (WORDS, str(event.follow_up_id))
    (moved,) = [one for one in await said(sql, case, "status_changed") if one["state"] == "in_progress"]
    assert moved["actor"] == THERE
    names = [name for name, _ in await bus(sql, case)]
    assert names[-2:] == ["complaint.followed_up.v1", "complaint.status_changed.v1"]


async def test_it_is_the_agencys_first_follow_up_to_the_clock(opened, deliver, officer):
    case = await opened(ago=timedelta(days=9))
    event = followed_up(case.event)
    await deliver(event)
    body = await now(officer, case)
    assert {one["clock"]: one["settled_at"] is not None for one in body["clocks"]} == {
        "verify": True,
        "follow_up": True,
        "respond": True,
        "resolve": False,
    }
    assert datetime.fromisoformat(body["followed_up_at"]) == event.written_at


async def test_a_later_one_leaves_the_case_in_progress_and_the_first_is_the_first(opened, deliver, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    first, second = followed_up(case.event), followed_up(case.event)
    for event in (first, second):
        await deliver(event)
    body = await now(officer, case)
    assert [one["move"] for one in body["history"]][-2:] == ["follow_up_elsewhere"] * 2
    assert (body["state"], body["taken_by"], len(body["follow_ups"])) == ("in_progress", liaison.id, 2)
    assert datetime.fromisoformat(body["followed_up_at"]) == first.written_at


@pytest.mark.parametrize(
    ("agency", "institution", "known", "key", "by"),
    [
        (OURS, BALAI, None, OURS.key, BALAI),
        (OURS, "", None, OURS.key, "SP4N-LAPOR!"),
        (None, BALAI, None, DESK, BALAI),
        (None, "", None, DESK, "SP4N-LAPOR!"),
        (None, OTHERS.name, OTHERS, OTHERS.key, None),
    ],
)
async def test_whoever_wrote_it_the_citizen_hears_it_and_by_whom_as_far_as_that_is_known(
    agency, institution, known, key, by, opened, deliver, officer, sql
):
    case = await opened(agency=agency)
    await deliver(followed_up(case.event, agency=known, institution=institution))
    (told,) = await said(sql, case, "followed_up")
    assert (told["agency"]["key"], told["institution"]) == (key, by)
    (row,) = (await now(officer, case))["follow_ups"]
    assert (row["agency_key"], row["institution"]) == (known and known.key, institution or None)


@pytest.mark.parametrize("place", ["received", "awaiting_information", "transfer_requested", "answered", "archived"])
async def test_in_any_other_state_it_is_kept_and_told_and_moves_nothing(place, opened, deliver, officer, sql):
    case = await opened(agency=None if place == "received" else OURS)
    liaison, coordinator = officer(), officer(Role.COORDINATOR)
    if place == "awaiting_information":
        await order(liaison, case, ("ask", {"question": "Di mana letak sekolahnya?"}))
    if place == "transfer_requested":
        await order(liaison, case, ("transfer", {"reason": "Bukan kami."}))
    if place == "answered":
        await order(liaison, case, ("take", None), ("answer", ANSWER))
    if place == "archived":
        await order(coordinator, case, ("archive", {"reason_code": "in_court"}))
    before = await now(officer, case)
    await deliver(followed_up(case.event))
    after = await now(officer, case)
    assert (after["state"], after["version"], len(after["follow_ups"])) == (place, before["version"], 1)
    assert len(await said(sql, case, "followed_up")) == 1


async def test_what_another_agency_wrote_before_the_case_came_is_not_this_ones_follow_up(opened, deliver, officer):
    case = await opened()
    before = datetime.now(UTC) - timedelta(days=1)
    await deliver(followed_up(case.event, agency=OTHERS, institution=OTHERS.name, written_at=before))
    body = await now(officer, case)
    assert (body["state"], body["followed_up_at"], len(body["follow_ups"])) == ("assigned", None, 1)


async def test_what_nobody_signed_there_is_kept_and_told_and_is_no_agencys_follow_up(opened, deliver, officer, sql):
    case = await opened(ago=timedelta(days=4))
    before = await now(officer, case)
    await deliver(followed_up(case.event, agency=None, institution=" ", text="Kapan diperbaiki? Saya pelapornya."))
    body = await now(officer, case)
    assert (body["state"], body["version"], body["followed_up_at"]) == ("assigned", before["version"], None)
    assert {one["clock"]: one["settled_at"] is None for one in body["clocks"]}["follow_up"]
    (row,) = body["follow_ups"]
    assert (row["agency_key"], row["institution"]) == (None, None)
    (told,) = await said(sql, case, "followed_up")
    assert (told["institution"], told["text"]) == ("SP4N-LAPOR!", "Kapan diperbaiki? Saya pelapornya.")
    await deliver(shown(case.event, "closed"))
    (answer,) = (await now(officer, case))["answers"]
    assert "sudah kami sampaikan" not in answer["text"], "it was no institution's word"


async def test_what_its_citizen_withdrew_is_kept_and_not_told_to_them(opened, deliver, officer, sql):
    case = await opened()
    await deliver(withdrawn(case.event))
    await deliver(followed_up(case.event))
    assert len((await now(officer, case))["follow_ups"]) == 1
    assert await said(sql, case, "followed_up") == []


async def test_of_a_sealed_case_it_is_kept_for_the_inspectorate_and_nothing_moves_or_is_told(
    opened, deliver, officer, sql
):
    case = await opened()
    await deliver(mirrored(case.event))
    await deliver(appended(case.event, sealed=True))
    before = len(await bus(sql, case))
    await deliver(followed_up(case.event))
    await deliver(shown(case.event, "closed"))
    body = await now(officer, case, Role.INSPECTORATE)
    assert (body["state"], len(body["follow_ups"]), body["answers"]) == ("assigned", 1, [])
    assert (body["lapor"]["decision"], body["mirror"]) == ("ours_stands", None)
    assert "disegel" in body["lapor"]["words"]
    assert len(await bus(sql, case)) == before
    assert (await officer().get(f"/{case.ticket}")).status_code == 404


async def test_it_comes_too_late_for_no_citizen_however_long_ago_it_was_written(opened, deliver, sql):
    case = await opened()
    await deliver(followed_up(case.event, written_at=datetime.now(UTC) - timedelta(days=40)))
    at = await sql.fetchval(
        "SELECT time FROM bus.outbox WHERE subject = $1 AND type = 'complaint.followed_up.v1'", case.id
    )
    assert datetime.now(UTC) - at < timedelta(minutes=1)


async def test_what_began_there_is_taken_here_by_one_officer(opened, deliver, officer):
    case, first, second = await opened(), officer(), officer()
    await deliver(followed_up(case.event))
    assert "take" in (await first.get(f"/{case.ticket}")).json()["moves"]
    taken = await order(first, case, ("take", None))
    assert (taken["state"], taken["taken_by"], "take" in taken["moves"]) == ("in_progress", first.id, False)
    refused = await second.post(case.ticket, "take", version=taken["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    asked = await order(first, case, ("ask", {"question": "Di mana letak sekolahnya?"}), ("proceed", None))
    assert asked["state"] == "in_progress"


# --- status there ---------------------------------------------------------------------------------


async def test_in_progress_there_is_in_progress_here(opened, deliver, officer, sql):
    case = await opened()
    since = datetime.now(UTC) - timedelta(hours=1)
    event = shown(case.event, "in_progress", since=since)
    for one in (event, event):
        await deliver(one)
    body = await now(officer, case)
    assert (body["state"], body["version"], body["followed_up_at"]) == ("in_progress", 3, None)
    lapor = body["lapor"]
    assert (lapor["number"], lapor["status"], lapor["state"], lapor["decision"]) == (
        NUMBER, "Dalam Proses", "in_progress", "followed",
    )  # fmt: skip
    assert datetime.fromisoformat(lapor["since"]) == since
    assert datetime.fromisoformat(lapor["seen_at"]) == event.seen_at
    last = body["history"][-1]
    assert (last["move"], last["actor"], last["reason"]) == ("begin_elsewhere", THERE, lapor["words"])
    assert (body["mirror"], body["news"]) == (None, False)
    assert (await said(sql, case, "status_changed"))[-1]["actor"] == THERE


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("words", [WORDS, "", None])
async def test_finished_there_is_answered_here_and_the_citizen_may_still_object(
    words, taken, opened, deliver, officer, sql
):
    case = await opened()
    if taken:
        await order(officer(), case, ("take", None))
    if words is not None:
        await deliver(followed_up(case.event, text=words))
    event = shown(case.event, "closed", since=datetime.now(UTC) - timedelta(days=30))
    for one in (event, event, shown(case.event, "closed", since=event.since)):
        await deliver(one)
    body = await now(officer, case)
    assert (body["state"], body["lapor"]["decision"], body["closed_at"]) == ("answered", "followed", None)
    (answer,) = body["answers"]
    assert (answer["channel"], answer["answered_by"], answer["agency_name"]) == ("lapor", None, OURS.name)
    (told,) = await said(sql, case, "answered")
    assert (told["actor"], told["text"], told["agency"]["key"]) == (THERE, answer["text"], OURS.key)
    assert WORDS not in told["text"], "nobody hears the same words twice"
    assert ("sudah kami sampaikan" in told["text"]) is bool(words)
    assert body["history"][-1]["move"] == "answer_elsewhere"
    close = next(one for one in body["clocks"] if one["clock"] == "close")
    assert datetime.fromisoformat(close["started_at"]) == event.seen_at, "from when the citizen could hear of it"
    await deliver(appended(case.event, text="Atapnya masih bocor."))
    assert (await now(officer, case))["state"] == ("in_progress" if taken else "assigned")


async def test_what_was_finished_there_before_it_was_reopened_here_is_no_answer_to_what_came_after(
    opened, deliver, officer, sql
):
    case, since = await opened(), datetime.now(UTC) - timedelta(hours=1)
    await order(officer(), case, ("take", None), ("answer", ANSWER), ("reopen", {"reason": "Rusak lagi."}))
    await deliver(shown(case.event, "closed", since=since))
    body = await now(officer, case)
    assert (body["state"], body["lapor"]["decision"]) == ("in_progress", "ours_stands")
    assert "lebih lama" in body["lapor"]["words"]
    await deliver(shown(case.event, "in_progress"))
    await deliver(shown(case.event, "closed", since=datetime.now(UTC)))
    assert (await now(officer, case))["state"] == "answered"
    assert len(await said(sql, case, "answered")) == 2


CONFLICTS = [
    *(("received", state) for state in ("closed", "archived", "rejected")),
    ("awaiting_information", "closed"),
    ("transfer_requested", "closed"),
    ("assigned", "archived"),
    ("in_progress", "rejected"),
    ("answered", "archived"),
]


@pytest.mark.parametrize(("ours", "theirs"), CONFLICTS)
async def test_where_both_changed_and_the_rule_cannot_tell_an_officer_finds_it_and_settles_it(
    ours, theirs, opened, deliver, officer, sql
):
    case, liaison = await opened(agency=None if ours == "received" else OURS), officer()
    steps: dict[str, tuple[tuple[str, Any], ...]] = {
        "awaiting_information": (("ask", {"question": "Di mana letak sekolahnya?"}),),
        "transfer_requested": (("transfer", {"reason": "Bukan kami."}),),
        "in_progress": (("take", None),),
        "answered": (("take", None), ("answer", ANSWER)),
    }
    await order(liaison if ours != "received" else officer(Role.COORDINATOR), case, *steps.get(ours, ()))
    before = await now(officer, case)
    for event in [shown(case.event, theirs)] * 2:
        await deliver(event)
    body = await now(officer, case)
    assert (body["state"], body["version"]) == (ours, before["version"] + 1)
    assert (body["lapor"]["decision"], body["mirror"], body["news"]) == ("conflict", "conflict", True)
    last = body["history"][-1]
    assert (last["move"], last["actor"], last["previous"], last["state"]) == ("mirror", THERE, ours, ours)
    assert STATUS[theirs] in last["reason"]
    assert (len(body["answers"]), body["due_at"]) == (len(before["answers"]), before["due_at"])
    coordinator = officer(Role.COORDINATOR)
    assert case.ticket in await found(coordinator, mirror="conflict")
    assert case.ticket not in await found(coordinator, mirror="unknown")
    assert (await coordinator.post(case.ticket, "note", {"text": "Tetap kami tangani."})).status_code == 200
    settled = await now(officer, case)
    assert (settled["mirror"], settled["news"], settled["lapor"]["decision"]) == (None, False, "conflict")
    assert case.ticket not in await found(coordinator, mirror="conflict")


async def test_any_move_of_an_officer_settles_it_and_a_citizens_word_does_not(opened, deliver, officer):
    case = await opened()
    await deliver(shown(case.event, "rejected"))
    await deliver(appended(case.event))
    assert (await now(officer, case))["mirror"] == "conflict"
    liaison = officer()
    refused = await liaison.post(case.ticket, "take", version=2)
    assert (refused.status_code, "kanal lapor" in refused.json()["detail"]) == (412, True)
    taken = await order(liaison, case, ("take", None))
    assert (taken["mirror"], await found(liaison, mirror="conflict")) == (None, set())


async def test_a_conflict_is_over_where_lapor_comes_round_by_itself(opened, deliver, officer):
    case = await opened()
    await deliver(shown(case.event, "rejected"))
    await deliver(shown(case.event, "assigned"))
    body = await now(officer, case)
    assert (body["mirror"], body["lapor"]["decision"], body["lapor"]["status"]) == (None, None, "Terverifikasi")


@pytest.mark.parametrize("ours", ["closed", "archived", "withdrawn"])
async def test_what_ended_here_stands_and_the_case_shows_what_they_say(ours, opened, deliver, officer, sql):
    case = await opened()
    if ours == "closed":
        await order(officer(), case, ("take", None), ("answer", ANSWER), ("close", None))
    elif ours == "archived":
        await order(officer(Role.COORDINATOR), case, ("archive", {"reason_code": "in_court"}))
    else:
        await deliver(withdrawn(case.event))
    before = await now(officer, case)
    await deliver(shown(case.event, "in_progress"))
    body = await now(officer, case)
    assert (body["state"], body["lapor"]["decision"], body["mirror"]) == (before["state"], "ours_stands", None)
    assert (body["history"][-1]["move"], body["news"]) == ("mirror", before["news"])


async def test_a_status_that_nobody_knows_is_kept_in_its_own_words_and_waits_for_the_coordinator(
    opened, deliver, officer
):
    case = await opened()
    await deliver(mirrored(case.event))
    await deliver(shown(case.event, None))
    body = await now(officer, case)
    assert (body["lapor"]["status"], body["lapor"]["state"]) == ("Menunggu Disposisi Ulang", None)
    assert (body["lapor"]["decision"], body["mirror"], body["news"]) == ("unknown_status", "unknown", True)
    assert "Menunggu Disposisi Ulang" in body["history"][-1]["reason"]
    coordinator = officer(Role.COORDINATOR)
    (item,) = [one for one in (await coordinator.get(mirror="unknown")).json()["items"] if one["ticket"] == case.ticket]
    assert (item["mirror"], item["news"]) == ("unknown", True)
    assert (await coordinator.get(mirror="hujan")).status_code == 422


async def test_an_older_look_changes_nothing(opened, deliver, officer):
    case = await opened()
    newest = shown(case.event, "in_progress")
    await deliver(newest)
    before = await now(officer, case)
    await deliver(shown(case.event, "rejected", seen_at=newest.seen_at - timedelta(hours=1)))
    await deliver(shown(case.event, None, seen_at=newest.seen_at))
    assert await now(officer, case) == before


async def test_what_is_received_or_passed_on_there_says_nothing_new(opened, deliver, officer):
    case = await opened()
    for state in ("received", "assigned"):
        await deliver(shown(case.event, state))
    body = await now(officer, case)
    assert (body["version"], body["state"], body["lapor"]["status"]) == (2, "assigned", "Terverifikasi")
    assert (body["lapor"]["decision"], body["news"]) == (None, False)


async def test_of_what_was_sealed_the_inspectorate_alone_finds_an_unknown_status(opened, deliver, officer, events):
    case = await opened()
    await deliver(appended(case.event, sealed=True))
    await deliver(events[1](case.event, agency=AgencyRef(key=INSPECTORATE, name="Inspektorat")))
    await deliver(shown(case.event, None))
    assert case.ticket in await found(officer(Role.INSPECTORATE), mirror="unknown")
    assert case.ticket not in await found(officer(Role.COORDINATOR), mirror="unknown")


async def test_an_anonymous_reporter_reads_of_an_end_without_the_name_of_lapor(opened, deliver, sql):
    case = await opened(anonymous=True)
    await deliver(shown(case.event, "closed"))
    (told,) = await said(sql, case, "answered")
    assert "LAPOR" not in told["text"]


async def test_the_queue_of_what_is_to_settle_is_read_in_order_from_its_index(sql):
    await sql.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
    plan = await sql.fetch("""
        EXPLAIN SELECT * FROM casework."case" WHERE NOT sealed AND mirror = 'conflict'
        AND (urgent, received_at, complaint_id) < (false, now(), '0198f3c2-6d1e-7a40-8b52-3f9e0c7d1a66')
        ORDER BY urgent DESC, received_at DESC, complaint_id DESC LIMIT 50
    """)
    text = "\n".join(row[0] for row in plan)
    assert "case_mirror" in text
    assert "Sort" not in text


async def test_what_lapor_shows_of_a_complaint_without_a_case_is_rejected_with_its_reason(events, deliver):
    about = events[0]()
    for event in (mirrored(about), followed_up(about), shown(about, "closed")):
        with pytest.raises(RejectError, match="never heard"):
            await deliver(event)
