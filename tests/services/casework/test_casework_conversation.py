"""What comes after the first message: words, edits, photos, BATAL, a rating, a seal, an answer given elsewhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.directory import INSPECTORATE
from shared.events import (
    AgencyRef,
    AttachmentRef,
    AttachmentSettled,
    ComplaintAmended,
    ComplaintAppended,
    ComplaintRated,
    ComplaintReceived,
    ComplaintResumed,
    ComplaintWithdrawn,
    ReplyFailed,
    ReplySent,
    ReplyUnknown,
)
from shared.security import Role
from tests.services.casework.test_casework_life import bus

SHA = "71b1c551c902b4994991929cae31aec5fba97a48409afbf4326845f37099e3cc"
ROADS = AgencyRef(key="52.03.PUPR", name="Dinas PUPR Lombok Timur")
INSPECTORS = AgencyRef(key=INSPECTORATE, name="Inspektorat Provinsi NTB")
ANSWER = "Atap sudah kami perbaiki kemarin sore."


def of(about: ComplaintReceived) -> dict[str, Any]:
    return {"complaint_id": about.complaint_id, "ticket": about.ticket}


def appended(about: ComplaintReceived, **changes: Any) -> ComplaintAppended:
    values: dict[str, Any] = {
        **of(about),
        "channel": about.channel,
        "account": about.account,
        "surface": about.surface,
        "conversation_id": about.conversation_id,
        "message_id": new_id(),
        "author": "citizen",
        "text": "Tepatnya di sebelah timur pasar.",
        "received_at": datetime.now(UTC),
        "sealed": about.sealed,
        "rule": "answers_question",
    }
    return ComplaintAppended(**values | changes)


def amended(about: ComplaintReceived, **changes: Any) -> ComplaintAmended:
    values = {
        "message_id": about.message_id,
        "change": "edited",
        "text": "Atap bocor, tepatnya ruang kelas tiga.",
        "sealed": about.sealed,
        "amended_at": datetime.now(UTC),
    }
    return ComplaintAmended(**of(about) | values | changes)


def settled(about: ComplaintReceived, attachment: AttachmentRef, state: str, **changes: Any) -> AttachmentSettled:
    values = {"attachment": attachment, "state": state, "settled_at": datetime.now(UTC)}
    return AttachmentSettled(**of(about) | values | changes)


def withdrawn(about: ComplaintReceived) -> ComplaintWithdrawn:
    return ComplaintWithdrawn(**of(about), message_id=new_id(), withdrawn_at=datetime.now(UTC))


def resumed(about: ComplaintReceived) -> ComplaintResumed:
    return ComplaintResumed(**of(about), message_id=new_id(), resumed_at=datetime.now(UTC))


async def test_further_words_stand_with_the_case_and_change_no_version(opened, deliver, officer):
    case, liaison = await opened(), officer()
    more = appended(case.event)
    for event in (more, more):
        await deliver(event)
    shown = await liaison.get(f"/{case.ticket}")
    assert shown.headers["etag"] == '"2"'
    body = shown.json()
    assert [(one["author"], one["text"], one["rule"]) for one in body["messages"]] == [
        ("citizen", case.event.text, case.event.rule),
        ("citizen", more.text, "answers_question"),
    ]
    assert datetime.fromisoformat(body["news_at"]) == more.received_at
    item = next(item for item in (await liaison.get()).json()["items"] if item["ticket"] == case.ticket)
    assert item["news_at"] == body["news_at"]
    assert (await liaison.post(case.ticket, "take", version=2)).status_code == 200


async def test_an_edited_message_keeps_what_it_said_first(opened, deliver, officer):
    case = await opened()
    await deliver(amended(case.event))
    await deliver(amended(case.event, text="Atap bocor, tepatnya ruang kelas empat."))
    (message,) = (await officer().get(f"/{case.ticket}")).json()["messages"]
    assert (message["text"], message["amended_text"]) == (case.event.text, "Atap bocor, tepatnya ruang kelas empat.")


async def test_a_message_that_was_taken_back_says_so_and_one_that_came_with_others_is_not_lost(
    opened, deliver, officer
):
    case = await opened()
    more = appended(case.event)
    await deliver(more)
    await deliver(amended(case.event, message_id=more.message_id, change="withdrawn", text=None))
    await deliver(amended(case.event, message_id=new_id(), text="Ralat: dua ruang kelas."))
    first, second, third = (await officer().get(f"/{case.ticket}")).json()["messages"]
    assert (first["withdrawn_at"], second["text"]) == (None, more.text)
    assert second["withdrawn_at"] is not None
    assert (third["text"], third["amended_text"]) == ("", "Ralat: dua ruang kelas.")


async def test_an_attachment_is_shown_as_it_stands_now(opened, deliver, officer):
    photo, film = (AttachmentRef(id=new_id(), kind=kind) for kind in ("image", "video"))
    case, liaison = await opened(attachments=(photo,)), officer()
    await deliver(appended(case.event, text="", attachments=(film,)))
    body = (await liaison.get(f"/{case.ticket}")).json()
    assert [one["state"] for one in body["attachments"]] == ["waiting"]
    stored = photo.model_copy(update={"media_type": "image/jpeg", "sha256": SHA, "size": 1000})
    await deliver(settled(case.event, stored, "stored"))
    await deliver(settled(case.event, film, "refused", problem="too_large"))
    body = (await liaison.get(f"/{case.ticket}")).json()
    (shown,) = body["attachments"]
    assert (shown["state"], shown["sha256"], shown["size"]) == ("stored", SHA, 1000)
    assert [(one["state"], one["problem"]) for one in body["messages"][1]["attachments"]] == [("refused", "too_large")]
    await deliver(settled(case.event, photo, "expired"))
    await deliver(settled(case.event, stored, "stored", settled_at=datetime.now(UTC) - timedelta(days=1)))
    assert (await liaison.get(f"/{case.ticket}")).json()["attachments"][0]["state"] == "expired"


async def test_what_the_agency_wrote_in_the_providers_app_is_its_answer_once(opened, deliver, officer, sql):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    written = appended(case.event, author="agency", channel="facebook", text=ANSWER, rule="agency_wrote")
    for event in (written, written):
        await deliver(event)
    body = (await liaison.get(f"/{case.ticket}")).json()
    assert (body["state"], body["version"], body["news_at"]) == ("answered", 4, None)
    (answer,) = body["answers"]
    assert (answer["text"], answer["channel"], answer["answered_by"]) == (ANSWER, "facebook", None)
    (said,) = [value for name, value in await bus(sql, case) if name == "complaint.answered.v1"]
    assert (said["actor"], said["agency"]) == ({"kind": "channel", "id": "facebook"}, None)


async def test_an_officers_own_answer_that_comes_back_and_a_picture_without_words_are_no_second_one(
    opened, deliver, officer, sql
):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    await liaison.post(case.ticket, "answer", {"text": ANSWER}, 3)
    echo = f"Jawaban atas laporan {case.ticket} dari Dinas Pendidikan:\n\n{ANSWER}"
    await deliver(appended(case.event, author="agency", text=echo))
    await deliver(appended(case.event, author="agency", text=" "))
    body = (await liaison.get(f"/{case.ticket}")).json()
    assert (len(body["answers"]), len(body["messages"])) == (1, 3)
    assert [name for name, _ in await bus(sql, case)].count("complaint.answered.v1") == 1


@pytest.mark.parametrize("transfer", [False, True])
async def test_such_an_answer_answers_what_an_agency_has_though_nobody_took_it(transfer, opened, deliver, officer, sql):
    case, liaison = await opened(), officer()
    if transfer:
        await liaison.post(case.ticket, "transfer", {"reason": "Bukan kami.", "agency_key": ROADS.key}, 2)
    await deliver(appended(case.event, author="agency", text=ANSWER, received_at=case.event.received_at))
    body = (await liaison.get(f"/{case.ticket}")).json()
    assert (body["state"], len(body["answers"])) == ("answered", 1)
    last = body["history"][-1]
    assert (last["move"], last["actor"]["kind"]) == ("answer_elsewhere", "channel")
    row = await sql.fetchrow('SELECT * FROM casework."case" WHERE complaint_id = $1', case.id)
    assert row["answered_at"] == row["followed_up_at"] == row["assigned_at"]  # it was written before casework heard
    assert (row["taken_by"], row["proposed_key"], row["due_at"]) == (None, None, None)
    clocks = {one["clock"]: one["outcome"] for one in body["clocks"]}
    assert clocks.pop("transfer", "cancelled") == "cancelled"
    assert clocks == {"verify": "kept", "follow_up": "kept", "resolve": "kept", "respond": "kept", "close": "running"}


async def test_such_an_answer_to_what_nobody_has_or_to_a_question_or_from_before_a_reopening_moves_nothing(
    opened, deliver, officer, sql
):
    waiting, asked, again = await opened(agency=None), await opened(), await opened()
    await officer().post(asked.ticket, "ask", {"question": "Di mana letak sekolahnya?"}, 2)
    await officer().post(again.ticket, "take", version=2)
    await officer().post(again.ticket, "answer", {"text": "Sudah diperbaiki."}, 3)
    await officer().post(again.ticket, "reopen", {"reason": "Rusak lagi."}, 4)
    for case, state in ((waiting, "received"), (asked, "awaiting_information"), (again, "in_progress")):
        await deliver(appended(case.event, author="agency", text=ANSWER, received_at=case.event.received_at))
        body = (await officer(Role.COORDINATOR).get(f"/{case.ticket}")).json()
        assert body["state"] == state
        assert ANSWER in {one["text"] for one in body["answers"]}
        assert "complaint.answered.v1" in [name for name, _ in await bus(sql, case)]


@pytest.mark.parametrize("routed", [False, True])
async def test_who_withdraws_before_anybody_took_it_closes_it(routed, opened, deliver, events, officer, sql):
    case = await opened(agency=ROADS if routed else None)
    for event in (withdrawn(case.event), withdrawn(case.event)):
        await deliver(event)
    row = await sql.fetchrow('SELECT * FROM casework."case" WHERE complaint_id = $1', case.id)
    assert (row["state"], row["version"]) == ("closed", 3 if routed else 2)
    name, said = (await bus(sql, case))[-1]
    assert (name, said["state"], said["actor"]["kind"]) == ("complaint.status_changed.v1", "closed", "citizen")
    assert "Dicabut oleh pelapor" in said["reason"]
    await deliver(events[1](case.event, decided_at=datetime.now(UTC)))
    assert await sql.fetchval('SELECT state FROM casework."case" WHERE complaint_id = $1', case.id) == "closed"


async def test_what_is_withdrawn_waits_for_nothing_more(opened, deliver, officer):
    asked, transferred, liaison = await opened(), await opened(), officer()
    await liaison.post(asked.ticket, "ask", {"question": "Di kelas berapa atapnya bocor?"}, 2)
    transfer = {"reason": "Ini gedung milik kabupaten.", "agency_key": "52.03.PUPR"}
    await liaison.post(transferred.ticket, "transfer", transfer, 2)
    for one in (asked, transferred):
        await deliver(withdrawn(one.event))
        case = (await liaison.get(f"/{one.ticket}")).json()
        assert case["state"] == "closed"
        assert (case["asked_at"], case["proposed_key"], case["proposed_name"]) == (None, None, None)


@pytest.mark.parametrize("routed", [False, True])
async def test_a_withdrawal_that_is_taken_back_begins_the_case_anew(routed, opened, deliver, events, officer, sql):
    case = await opened(agency=ROADS if routed else None)
    await deliver(withdrawn(case.event))
    for event in (resumed(case.event), resumed(case.event)):
        await deliver(event)
    name, said = (await bus(sql, case))[-1]
    assert (name, said["previous"], said["state"]) == ("complaint.status_changed.v1", "closed", "received")
    await deliver(events[1](case.event, agency=ROADS, decided_at=datetime.now(UTC)))
    row = await sql.fetchrow('SELECT * FROM casework."case" WHERE complaint_id = $1', case.id)
    assert (row["state"], row["agency_key"]) == ("assigned", ROADS.key)
    assert (row["withdrawn_at"], row["closed_at"]) == (None, None)
    assert (await officer(Role.LIAISON, ROADS.key).post(case.ticket, "take", version=row["version"])).status_code == 200


async def test_what_an_officer_closed_stays_closed_though_its_citizen_wants_it_to_go_on(opened, deliver, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    await deliver(withdrawn(case.event))
    await liaison.post(case.ticket, "answer", {"text": ANSWER}, 4)
    await liaison.post(case.ticket, "close", version=5)
    await deliver(resumed(case.event))
    body = (await liaison.get(f"/{case.ticket}")).json()
    assert (body["state"], body["withdrawn_at"]) == ("closed", None)
    assert "melanjutkan" in body["history"][-1]["reason"]


async def test_who_withdraws_later_leaves_the_officer_a_line_and_a_new_version(opened, deliver, officer):
    case, liaison = await opened(), officer()
    await liaison.post(case.ticket, "take", version=2)
    await deliver(withdrawn(case.event))
    refused = await liaison.post(case.ticket, "answer", {"text": ANSWER}, 3)
    assert refused.status_code == 412
    assert "pelapor" in refused.json()["detail"]
    body = (await liaison.get(f"/{case.ticket}")).json()
    assert (body["state"], body["version"]) == ("in_progress", 4)
    assert "ingin mencabut" in body["history"][-1]["reason"]
    assert body["withdrawn_at"] is not None


async def test_a_rating_is_kept_and_the_newest_counts(opened, deliver, officer):
    case, now = await opened(), datetime.now(UTC)
    for rating, ago in ((2, 5), (4, 1), (1, 9)):
        words = f"Nilai {rating}"
        at = now - timedelta(minutes=ago)
        await deliver(ComplaintRated(**of(case.event), rating=rating, text=words, rated_at=at))
    body = (await officer().get(f"/{case.ticket}")).json()
    assert (body["rating"], body["rating_text"]) == (4, "Nilai 4")


async def test_further_words_can_be_an_emergency(opened, deliver, officer):
    case, liaison = await opened(), officer()
    await deliver(appended(case.event, emergency=True))
    assert (await liaison.get()).json()["items"][0]["ticket"] == case.ticket
    assert (await liaison.get(f"/{case.ticket}")).json()["emergency"] is True


async def test_a_place_that_came_later_moves_what_nobody_touched_with_a_line_why(opened, deliver, events, officer, sql):
    case = await opened()
    later = events[1](case.event, agency=ROADS, reasons=("Lokasi: Selong.",))
    for decision in (later, later, events[1](case.event, decided_at=datetime.now(UTC) - timedelta(hours=1))):
        await deliver(decision)
    body = (await officer(Role.LIAISON, ROADS.key).get(f"/{case.ticket}")).json()
    assert (body["agency_key"], body["state"], body["version"]) == (ROADS.key, "assigned", 3)
    assert body["history"][-1]["reason"].startswith("Dialihkan dari Dinas Pendidikan")
    assert body["reasons"] == ["Lokasi: Selong."]
    assert [name for name, _ in await bus(sql, case)] == [
        "complaint.assigned.v1", "complaint.status_changed.v1", "complaint.assigned.v1",
    ]  # fmt: skip


@pytest.mark.parametrize("moves", [(), ("take",), ("take", "answer"), ("take", "answer", "close")])
@pytest.mark.parametrize("by", ["further words", "changed words"])
async def test_later_words_that_seal_it_hand_it_to_the_inspectorate_from_whomever_has_it(
    by, moves, opened, deliver, events, officer, sql
):
    case, liaison, inspector = await opened(), officer(), officer(Role.INSPECTORATE)
    for version, move in enumerate(moves, start=2):
        await liaison.post(case.ticket, move, {"text": ANSWER} if move == "answer" else None, version)
    await deliver((appended if by == "further words" else amended)(case.event, sealed=True))
    assert (await liaison.get(f"/{case.ticket}")).status_code == 404
    await deliver(events[1](case.event, agency=ROADS))
    await deliver(events[1](case.event, agency=INSPECTORS))
    body = (await inspector.get(f"/{case.ticket}")).json()
    assert (body["sealed"], body["agency_key"], body["state"], body["taken_by"]) == (
        True, INSPECTORATE, "assigned", None,
    )  # fmt: skip
    assert "disegel" in body["history"][-1]["reason"]
    _, said = [one for one in await bus(sql, case) if one[0] == "complaint.assigned.v1"][-1]
    assert (said["sealed"], said["agency"]["key"]) == (True, INSPECTORATE)
    assert (await inspector.post(case.ticket, "take", version=body["version"])).status_code == 200


async def test_what_was_sealed_before_it_was_assigned_goes_nowhere_but_to_the_inspectorate(
    opened, deliver, events, sql
):
    case = await opened(agency=None)
    await deliver(appended(case.event, sealed=True))
    await deliver(events[1](case.event, agency=ROADS))
    assert await bus(sql, case) == []
    await deliver(events[1](case.event, agency=INSPECTORS))
    assert (await bus(sql, case))[0][1]["agency"]["key"] == INSPECTORATE


async def test_what_is_said_about_a_complaint_without_a_case_is_rejected_with_its_reason(events, deliver):
    about = events[0]()
    photo = AttachmentRef(id=new_id(), kind="image")
    rated = ComplaintRated(**of(about), rating=5, rated_at=datetime.now(UTC))
    for event in (appended(about), amended(about), withdrawn(about), rated, settled(about, photo, "stored")):
        with pytest.raises(RejectError, match="never heard"):
            await deliver(event)


async def test_a_case_shows_what_became_of_each_message_to_its_citizen(opened, officer, deliver):
    case = await opened()
    about = {"complaint_id": case.id, "ticket": case.ticket, "channel": "facebook"}
    receipt, answer, now = new_id(), new_id(), datetime.now(UTC)
    earlier = now - timedelta(minutes=5)
    await deliver(ReplySent(**about, reply_id=receipt, template="acknowledgement", sent_at=earlier))
    told = {**about, "reply_id": answer, "template": "answer"}
    await deliver(ReplyUnknown(**told, reason="sender_vanished", unknown_at=earlier))
    await deliver(ReplyFailed(**told, reason="window_closed", failed_at=now))
    replies = (await officer().get(f"/{case.ticket}")).json()["replies"]
    assert [(one["template"], one["state"], one["reason"]) for one in replies] == [
        ("acknowledgement", "sent", None),
        ("answer", "failed", "window_closed"),
    ]
