"""Officers at the mirror: what each role sees, what they decide, and that it all goes on as if the API had done it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from shared.core.ids import new_id
from shared.events import Actor, AgencyRef, ComplaintFollowedUp
from shared.security import Role
from tests.architecture.access import ACCESS
from tests.services.lapor.desk import NAME, PERSONAL, opened
from tests.services.lapor.test_lapor_changes_of_mind import resumed
from tests.services.lapor.test_lapor_privacy import unsealed

SETTLERS = {Role.COORDINATOR, Role.OPERATOR}
WRITTEN_AT = "2026-08-04T09:00:00+08:00"
REASON = {"reason": "Warga sudah menyampaikannya langsung."}
ARRIVAL = {"number": "9100002", "content": "Lampu jalan padam.", "anonymous": True, "secret": False}
DOCUMENTS: dict[str, Any] = {
    "keep": REASON,
    "number": {"number": "9100001"},
    "review": {},
    "seen": {"status": "Selesai"},
}


@pytest.fixture
async def door(house):
    async with opened(house(mode="by_hand", review="when_masked")) as found:
        yield found


@pytest.fixture
async def api(house):
    """The desk beside a worker that uses LAPOR!'s API."""
    async with opened(house(review="when_masked")) as found:
        yield found


async def doubtful(door: Any, lapor: Any) -> Any:
    lapor.switch(no_id=1)
    told = await door.mirror.verified()
    await door.mirror.work()
    assert (await door.mirror.row(told.ticket))["state"] == "perhaps_created"
    return told


def followed_up(about: Any) -> ComplaintFollowedUp:
    return ComplaintFollowedUp(
        complaint_id=about.complaint_id,
        ticket=about.ticket,
        follow_up_id=new_id(),
        agency=AgencyRef(key="NTB.DIKPORA", name="Dinas Dikpora NTB"),
        action="repair",
        text="Atap sudah ditutup terpal pagi ini.",
        actor=Actor(kind="officer", id="7"),
        followed_up_at=datetime.now(UTC),
    )


ADDRESSES = [key for key in ACCESS if key[1].startswith("/v1/lapor")]


@pytest.mark.parametrize("role", Role)
async def test_every_address_is_for_the_roles_of_the_table_and_for_nobody_else(door, role):
    told = await door.mirror.verified()
    door.role = role
    refused = {(403, "role_sees_no_mirror"), (403, "role_sees_no_words")}
    for method, path in ADDRESSES:
        answer = await _call(door, method, path, told.ticket)
        if role in ACCESS[method, path].roles:
            assert answer.status_code != 403, (path, answer.text)
        else:
            assert (answer.status_code, answer.json()["code"]) in refused, path


async def _call(door: Any, method: str, path: str, ticket: str) -> Any:
    address = path.removeprefix("/v1/lapor").replace("{ticket}", ticket)
    address = address.replace("{step_id}", str(new_id())).replace("{notice_id}", str(new_id()))
    address = address.replace("{number}", "9100003")
    if "numbers" in path or "import" in path:
        return await door.upload(address, b"tiket,nomor,isi,anonim,rahasia\n")
    document = DOCUMENTS.get(path.rsplit("/", 1)[-1], ARRIVAL)
    return await (door.get(address) if method == "GET" else door.post(address, document))


async def test_who_is_bound_to_a_region_sees_no_mirror_of_the_province(door):
    door.regions = ("52.03",)
    assert (await door.get("/mirrors")).json()["code"] == "role_sees_no_mirror"
    assert (await door.get("/worklist")).status_code == 403


async def test_an_operator_reads_no_word_of_any_complaint(door):
    told = await door.mirror.verified()
    secret = await door.mirror.verified(text=PERSONAL)
    await door.order(told.ticket, "number", {"number": "9100010"})
    await door.mirror.hear(followed_up(told))
    door.role = Role.OPERATOR
    read = [
        (await door.get(path)).text
        for path in (
            "/mirrors",
            "/worklist",
            "/notices",
            "/incoming",
            f"/mirrors/{told.ticket}",
            f"/mirrors/{secret.ticket}",
        )
    ]
    for words in ("Selong", "bocor", "jembatan", "[NAME_", "terpal", NAME):
        assert not [text for text in read if words in text], words
    assert secret.ticket in read[1]


async def test_what_is_sealed_is_there_for_nobody(door):
    told = await door.mirror.verified(sealed=True)
    for role in sorted(SETTLERS, reverse=True):
        door.role = role
        assert (await door.get(f"/mirrors/{told.ticket}")).json()["code"] == "ticket_unknown"
        assert (await door.order(told.ticket, "number", {"number": "9100011"})).status_code == 404
        for path in ("/mirrors", "/worklist", "/notices"):
            assert told.ticket not in (await door.get(path)).text
    assert door.role is Role.COORDINATOR
    assert (await door.order(told.ticket, "take")).status_code == 404


async def test_a_page_of_mirrors_leads_to_the_next(door):
    tickets = [(await door.mirror.verified()).ticket for _ in range(3)]
    first = (await door.get("/mirrors", limit=2)).json()
    second = (await door.get("/mirrors", limit=2, before=first["next_before"])).json()
    assert [one["ticket"] for one in [*first["items"], *second["items"]]] == tickets[::-1]
    assert second["next_before"] is None
    assert (await door.get("/mirrors", state="queued")).json()["items"] == []
    assert (await door.get("/mirrors", state="lost")).status_code == 422


async def test_everything_that_lapors_form_asks_for_is_at_hand(door, later):
    photo = await door.mirror.store(b"\xff\xd8\xff" + b"x" * 40, "image/jpeg")
    told = await door.mirror.verified(attachments=(photo,))
    (item,) = await door.work("type_in")
    form = item["told"]
    assert item["ticket"] == told.ticket
    assert form["title"].startswith("Atap ruang kelas")
    assert form["content"].startswith(f"[{told.ticket}] Atap")
    assert (form["classification_id"], form["institution"]["id"], form["location"]["id"]) == (6, 2, 34)
    assert form["agency"]["key"] == "NTB.DIKPORA"
    assert item["attachments"][0]["link"] == f"/v1/attachments/{photo.id}/link"
    assert item["attachments"][0]["fits"]
    assert item["advice"][-1] == "Tulis nomor yang diberikan LAPOR!, lalu Simpan."


async def test_a_number_typed_in_goes_on_as_if_the_api_had_told_it(door, lapor, house):
    told = await door.mirror.verified()
    api = house()
    given = await api.verified()
    await api.work()
    number = str(lapor.one(given.ticket).id)
    await door.mirror.sql.execute("UPDATE lapor.mirror SET lapor_id = '1' WHERE ticket = $1", given.ticket)
    answer = await door.order(told.ticket, "number", {"number": f"#{number}"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["number"]) == ("created", number)
    (event,) = await door.mirror.published(told.ticket)
    actor = json.loads(event["value"])["actor"]
    assert (event["type"], actor["kind"], actor["id"]) == ("complaint.mirrored.v1", "officer", str(door.account))
    await door.mirror.sql.execute(
        "UPDATE lapor.mirror SET due_at = now() + interval '1 h' WHERE ticket <> $1", told.ticket
    )
    assert await api.mirror.look_at_one()
    assert (await door.mirror.row(told.ticket))["status"] == "Belum Terverifikasi"
    assert await door.work() == []


async def test_the_same_number_again_changes_nothing_and_another_one_is_refused(door):
    told = await door.mirror.verified()
    for _ in range(2):
        assert (await door.order(told.ticket, "number", {"number": "9100020"})).status_code == 200
    answer = await door.order(told.ticket, "number", {"number": "9100021"})
    assert (answer.status_code, answer.json()["code"], answer.json()["number"]) == (409, "already_numbered", "9100020")
    assert await door.acts(told) == [("number", door.account)]
    assert len(await door.mirror.published(told.ticket)) == 1


async def test_a_number_of_another_complaint_is_refused_and_its_ticket_named(door):
    first, second = await door.mirror.verified(), await door.mirror.verified()
    await door.order(first.ticket, "number", {"number": "9100030"})
    answer = await door.order(second.ticket, "number", {"number": "9100030"})
    assert (answer.status_code, answer.json()["code"]) == (409, "number_taken")
    assert answer.json()["ticket"] == first.ticket
    assert (await door.mirror.row(second.ticket))["state"] == "by_hand"


@pytest.mark.parametrize("number", ["", "#", "0123", "91a", "\uff19\uff11\uff10", "1" * 21])
async def test_what_is_no_number_of_lapors_is_said(door, number):
    told = await door.mirror.verified()
    assert (await door.order(told.ticket, "number", {"number": number})).status_code == 422


async def test_two_officers_with_one_number_for_two_complaints_make_one_of_them(door):
    told = [await door.mirror.verified() for _ in range(4)]
    answers = await asyncio.gather(*(door.order(one.ticket, "number", {"number": "9100040"}) for one in told))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_two_officers_who_take_one_complaint_are_one_who_types_it(door):
    told = await door.mirror.verified()

    async def take() -> tuple[Any, int]:
        door.account = new_id()
        mine = door.account
        return mine, (await door.order(told.ticket, "take")).status_code

    answers = [await take() for _ in range(3)]
    assert [status for _, status in answers] == [200, 409, 409]
    assert (await door.mirror.row(told.ticket))["taken_by"] == answers[0][0]


async def test_what_an_officer_took_is_never_posted_by_the_api(api, lapor):
    told = await api.mirror.verified()
    assert (await api.order(told.ticket, "take")).json()["taken_by_you"]
    assert (await api.order(told.ticket, "take")).status_code == 200
    await api.mirror.work()
    assert lapor.count(told.ticket) == 0
    assert (await api.order(told.ticket, "release")).json()["state"] == "queued"
    await api.mirror.work()
    assert lapor.count(told.ticket) == 1
    assert [what for what, _ in await api.acts(told)] == ["take", "release"]


async def test_what_is_posted_or_there_already_cannot_be_taken(api):
    told = await api.mirror.verified()
    await api.mirror.work()
    answer = await api.order(told.ticket, "take")
    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (409, "mirror_state_unfit", "created")


async def test_what_waits_long_for_the_api_is_offered_for_typing(api):
    told = await api.mirror.verified()
    assert await api.work("type_in") == []
    late = datetime.now(UTC) - timedelta(minutes=16)
    await api.mirror.sql.execute("UPDATE lapor.mirror SET due_at = $1 WHERE ticket = $2", late, told.ticket)
    (item,) = await api.work("type_in")
    assert item["api_seems_down"]
    assert item["advice"][0].startswith("Ambil aduan ini dulu")


async def test_a_name_in_the_text_is_shown_to_an_officer_before_it_goes(api, lapor):
    told = await api.mirror.verified(text=PERSONAL)
    await api.mirror.work()
    assert lapor.count(told.ticket) == 0
    (item,) = await api.work()
    assert (item["kind"], item["found"]) == ("review", ["[NAME_1]", "[PHONE_1]"])
    assert NAME not in json.dumps(item)
    answer = await api.order(told.ticket, "review", {"digest": item["digest"]})
    assert answer.json()["state"] == "queued"
    await api.mirror.work()
    assert lapor.one(told.ticket).sent.is_secret
    row = await api.mirror.row(told.ticket)
    assert row["reviewed_by"] == api.account


async def test_what_an_officer_changes_is_masked_once_more_and_told_in_its_place(api, lapor):
    told = await api.mirror.verified(text=PERSONAL)
    words = "Jembatan gantung putus; hubungi Bu Rahmawati di 081298765432."
    given = {"text": words, "secret": False}
    assert (await api.order(told.ticket, "review", given)).status_code == 200
    assert (await api.order(told.ticket, "review", given)).status_code == 200
    await api.mirror.work()
    content = lapor.one(told.ticket).sent.content
    assert "Jembatan gantung putus; hubungi Bu [NAME_1] di [PHONE_1]." in content
    assert "melihat" not in content
    assert not lapor.one(told.ticket).sent.is_secret
    assert (await api.acts(told)) == [("review", api.account)]


async def test_words_that_came_after_an_officers_change_are_seen_before_they_go(api, lapor, later):
    appended, amended, _ = later
    told = await api.mirror.verified(text=PERSONAL)
    await api.order(told.ticket, "review", {"text": "Jembatan gantung putus."})
    await api.mirror.hear(appended(told, text="Sudah dua minggu begini."))
    assert (await api.mirror.row(told.ticket))["text"] == "Jembatan gantung putus.\n\nSudah dua minggu begini."
    assert [one["kind"] for one in await api.work()] == ["review"]
    await api.mirror.hear(amended(told, text="Jembatan gantung dan jalannya putus."))
    assert (await api.mirror.row(told.ticket))["text"].startswith("Jembatan gantung dan jalannya putus.")
    await api.mirror.work()
    assert lapor.count(told.ticket) == 0


async def test_an_officer_lets_nothing_go_that_changed_since_they_read_it(api, later):
    appended, _, _ = later
    told = await api.mirror.verified(text=PERSONAL)
    (item,) = await api.work()
    await api.mirror.hear(appended(told, text="Tetangga saya namanya lain."))
    answer = await api.order(told.ticket, "review", {"digest": item["digest"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "text_changed")


async def test_what_an_officer_keeps_never_goes_and_its_words_are_gone(api, lapor):
    told = await api.mirror.verified(text=PERSONAL)
    for _ in range(2):
        answer = await api.order(told.ticket, "keep", {"reason": f"Tentang {NAME} saja: Pak {NAME}."})
        assert (answer.json()["state"], answer.json()["reason"]) == ("withheld", "officer")
    row = await api.mirror.row(told.ticket)
    assert (row["text"], row["said"]) == (None, None)
    (act,) = answer.json()["acts"]
    assert (act["what"], act["detail"]) == ("keep", "Tentang [NAME_1] saja: Pak [NAME_1].")
    assert (await api.order(told.ticket, "review", {})).status_code == 409
    assert (await api.order(told.ticket, "number", {"number": "9100050"})).status_code == 409
    await api.mirror.work()
    assert lapor.count(told.ticket) == 0
    assert (await api.get("/notices")).json()["items"] == []


async def test_a_complaint_that_waits_for_review_gets_no_number_before_it(api):
    told = await api.mirror.verified(text=PERSONAL)
    answer = await api.order(told.ticket, "number", {"number": "9100060"})
    assert (answer.status_code, answer.json()["state"]) == (409, "to_review")


@pytest.mark.parametrize("role", sorted(SETTLERS))
async def test_a_doubt_comes_with_what_to_look_for_and_one_order_says_that_it_is_there(api, lapor, role):
    told = await doubtful(api, lapor)
    api.role = role
    (item,) = await api.work("check")
    assert f"[{told.ticket}]" in item["advice"][1]
    assert "WITA" in item["advice"][0]
    assert ("Atap" in item["advice"][1]) == (role is Role.COORDINATOR)
    number = str(lapor.one(told.ticket).id)
    assert (await api.order(told.ticket, "number", {"number": number})).json()["state"] == "created"
    await api.mirror.work()
    assert lapor.count(told.ticket) == 1
    assert (await api.get("/notices")).json()["items"] == []


@pytest.mark.parametrize("role", sorted(SETTLERS))
async def test_what_is_not_there_is_told_again_once(api, lapor, role):
    told = await doubtful(api, lapor)
    del lapor.held.complaints[lapor.one(told.ticket).id]
    api.role = role
    answers = await asyncio.gather(*(api.order(told.ticket, "not-created") for _ in range(3)))
    assert [answer.json()["state"] for answer in answers] == ["queued"] * 3
    await api.mirror.work()
    assert lapor.count(told.ticket) == 1
    assert [what for what, _ in await api.acts(told)] == ["not_created"]


async def test_where_all_is_typed_by_hand_what_is_not_there_is_typed_again(door, house, lapor):
    async with opened(house()) as before:
        told = await doubtful(before, lapor)
    assert (await door.order(told.ticket, "not-created")).json()["state"] == "by_hand"
    assert [one["kind"] for one in await door.work()] == ["type_in"]


async def test_what_was_sealed_once_is_typed_from_its_case_and_gets_its_number(api):
    told = await api.mirror.verified(sealed=True)
    await api.mirror.hear(unsealed(told))
    (item,) = await api.work()
    assert (item["kind"], item["told"]["content"], item["reason"]) == ("type_in", None, "was_sealed")
    assert (await api.order(told.ticket, "take")).json()["state"] == "by_hand"
    assert (await api.order(told.ticket, "release")).json()["reason"] == "was_sealed"
    assert (await api.order(told.ticket, "number", {"number": "9100070"})).json()["state"] == "created"


@pytest.mark.parametrize("reason", ["was_withdrawn", "was_kept"])
async def test_what_goes_on_after_its_words_went_is_typed_from_its_case_too(api, later, reason):
    told = await api.mirror.verified()
    await api.mirror.hear(later[2](told))
    await api.mirror.hear(resumed(told))
    await api.mirror.sql.execute("UPDATE lapor.mirror SET reason = $2 WHERE ticket = $1", told.ticket, reason)
    (item,) = await api.work()
    assert (item["kind"], item["told"]["content"], item["reason"]) == ("type_in", None, reason)
    assert any("perkaranya" in step for step in item["advice"])
    assert (await api.order(told.ticket, "take")).json()["state"] == "by_hand"
    given_back = (await api.order(told.ticket, "release")).json()
    assert (given_back["state"], given_back["reason"]) == ("withheld", reason)
    assert (await api.order(told.ticket, "number", {"number": "9100071"})).json()["state"] == "created"


async def test_what_nobody_has_verified_yet_is_not_offered_after_its_citizen_goes_on_with_it(api, events, later):
    received, assigned, _ = events
    told = received()
    for event in (told, assigned(told), later[2](told), resumed(told)):
        await api.mirror.hear(event)
    assert (await api.mirror.row(told.ticket))["reason"] == "was_withdrawn"
    assert await api.work() == []
    assert (await api.order(told.ticket, "take")).status_code == 409


async def test_what_lapor_shows_is_written_back_as_a_look_would_see_it(door):
    told = await door.mirror.verified()
    await door.order(told.ticket, "number", {"number": "9100080"})
    seen = {
        "status": "Dalam Proses",
        "followups": [
            {
                "institution": "Dinas Pendidikan",
                "text": "Tim sudah meninjau.",
                "written_at": WRITTEN_AT,
            }
        ],
    }
    for _ in range(2):
        answer = await door.order(told.ticket, "seen", seen)
        assert (answer.status_code, answer.json()["status"]) == (200, "Dalam Proses"), answer.text
    kinds = [one["type"] for one in await door.mirror.published(told.ticket)]
    assert kinds == ["complaint.mirrored.v1", "complaint.mirror_followed_up.v1", "complaint.mirror_status_changed.v1"]
    heard = json.loads((await door.mirror.published(told.ticket))[1]["value"])
    assert (heard["institution"], heard["text"]) == ("Dinas Pendidikan", "Tim sudah meninjau.")
    assert [one["what"] for one in answer.json()["heard"]] == ["theirs"]


async def test_a_follow_up_that_an_officer_wrote_back_is_not_announced_again_by_the_api(api, lapor):
    told = await api.mirror.verified()
    await api.mirror.work()
    words = "Tim kami sudah meninjau sekolahnya."
    written = {"institution": "Dinas", "text": words, "written_at": WRITTEN_AT}
    await api.order(told.ticket, "seen", {"status": "Belum Terverifikasi", "followups": [written]})
    lapor.held.follow_up(
        lapor.one(told.ticket), content=words, template_code="followup", institution_from_name="Dinas", attachments=[]
    )
    await api.mirror.sql.execute("UPDATE lapor.mirror SET due_at = now() WHERE ticket = $1", told.ticket)
    assert await api.mirror.mirror.look_at_one()
    kinds = [one["type"] for one in await api.mirror.published(told.ticket)]
    assert kinds.count("complaint.mirror_followed_up.v1") == 1


async def test_what_is_not_there_yet_cannot_be_looked_at(door):
    told = await door.mirror.verified()
    assert (await door.order(told.ticket, "seen", {"status": "Selesai"})).json()["state"] == "by_hand"


async def test_follow_ups_are_typed_by_hand_where_all_is(door):
    told = await door.mirror.verified()
    await door.mirror.hear(followed_up(told))
    assert [one["kind"] for one in await door.work()] == ["type_in"]
    await door.order(told.ticket, "number", {"number": "9100090"})
    (item,) = await door.work()
    assert (item["kind"], item["number"]) == ("follow_up", "9100090")
    assert item["step"]["words"].startswith(f"[{told.ticket} #1] Tindak lanjut")
    address = f"steps/{item['step']['id']}/done"
    for _ in range(2):
        (step,) = (await door.order(told.ticket, address)).json()["steps"]
        assert (step["state"], step["words"]) == ("done", None)
    assert await door.work() == []
    assert (await door.order(told.ticket, address.replace("done", "leave-out"))).status_code == 409
    seen = {"institution": "NTB", "text": item["step"]["words"], "written_at": None}
    answer = await door.order(told.ticket, "seen", {"status": "Dalam Proses", "followups": [seen]})
    assert [one["what"] for one in answer.json()["heard"]] == ["ours"]


async def test_a_step_of_another_complaint_is_not_there(door):
    first, second = await door.mirror.verified(), await door.mirror.verified()
    await door.mirror.hear(followed_up(first))
    await door.order(first.ticket, "number", {"number": "9100100"})
    (item,) = await door.work("follow_up")
    answer = await door.order(second.ticket, f"steps/{item['step']['id']}/leave-out")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_step")
    left = await door.order(first.ticket, f"steps/{item['step']['id']}/leave-out")
    assert left.json()["steps"][0]["state"] == "left_out"


async def test_files_that_were_to_be_sent_hold_up_nothing_of_what_was_typed_in(api):
    photo = await api.mirror.store(b"\xff\xd8\xff" + b"x" * 40, "image/jpeg")
    told = await api.mirror.verified(attachments=(photo,))
    await api.order(told.ticket, "take")
    answer = await api.order(told.ticket, "number", {"number": "9100110"})
    assert [(one["kind"], one["state"]) for one in answer.json()["steps"]] == [("upload", "left_out")]


async def test_a_notice_is_settled_once_and_by_a_name(api, house):
    told = await api.mirror.verified()
    await api.mirror.sql.execute(
        "INSERT INTO lapor.notice (id, complaint_id, ticket, kind, detail, raised_at) VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(), told.complaint_id, told.ticket, "unknown_status", "Menunggu Tanggapan", datetime.now(UTC),
    )  # fmt: skip
    (item,) = await api.work("notice")
    for _ in range(2):
        answer = await api.post(f"/notices/{item['notice']['id']}/settle")
        assert answer.json()["settled_at"] is not None
    assert await api.work() == []
    assert await api.acts(told) == [("settle_notice", api.account)]
    assert (await api.post(f"/notices/{new_id()}/settle")).status_code == 404


async def test_nobody_can_change_what_an_officer_did(door, database_urls):
    told = await door.mirror.verified()
    await door.order(told.ticket, "take")
    connection = await asyncpg.connect(database_urls["lapor"])
    for statement in ("UPDATE lapor.act SET what = 'x'", "DELETE FROM lapor.act"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_the_list_is_the_oldest_first_and_counts_all_of_it(door):
    tickets = [(await door.mirror.verified()).ticket for _ in range(3)]
    answer = (await door.get("/worklist", limit=2)).json()
    assert [one["ticket"] for one in answer["items"]] == tickets[:2]
    assert answer["counts"] == {"review": 0, "check": 0, "type_in": 3, "follow_up": 0, "notice": 0}
    assert answer["by_hand"]
