"""What a citizen writes back lands on the case: casework's facts come in, the next message through the real doors."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.access_code import access_code
from services.intake.conversation import Turn
from services.intake.reporters.repository import join_persons
from services.intake.service import IntakeService
from services.intake.turns.picking import Spoken, pick
from shared.contents import AttachmentStore
from shared.core.ids import new_id
from shared.db import Database
from shared.events import (
    Actor,
    AgencyRef,
    CaseState,
    ComplaintAnswered,
    ComplaintFollowedUp,
    ComplaintInformationRequested,
    ComplaintStatusChanged,
)
from shared.security.vault import VaultKeys
from tests.services.intake.provider import SENT_AT_MS, SETTINGS
from tests.services.intake.talk import PHOTO, Citizen, Complaint, became, complaint_of, complaints_of, prompts_to

PIPE = "Pipa air bocor besar di Jalan Merpati sejak kemarin"
LAMP = "Mau lapor lagi, lampu jalan di Ampenan mati sudah seminggu"
AGENCY = AgencyRef(key="contoh", name="Dinas Contoh")
WHO: tuple[dict[str, Any], ...] = (
    {"agency": AGENCY},
    {"agency": AGENCY, "institution": "Balai Contoh"},
)
"""Who followed it up: the agency, or somebody at SP4N-LAPOR! who is none of ours."""
OFFICER = Actor(kind="officer", id="5f0c7e86-6f63-4a0e-9a54-1c1a3d6a0001")

Moves = Callable[[Complaint, CaseState, float], Awaitable[None]]


def at(minute: float) -> datetime:
    """The minute of the citizens' clock."""
    return datetime.fromtimestamp(SENT_AT_MS / 1000, UTC) + timedelta(minutes=minute)


def code_of(complaint: Complaint) -> str:
    return access_code(SETTINGS["NTBCARE_INTAKE_ACCESS_CODE_KEY"], complaint.id)


@pytest.fixture
async def case(database_urls, tmp_path):
    """Let casework move a complaint, with what it says then: an answer, a question."""
    database = Database(database_urls["intake"], application="test")
    key = SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]
    service = IntakeService(
        vault=VaultKeys([key]), access_code_key=key, store=AttachmentStore.in_folder(tmp_path / "attachments")
    )

    async def moves(complaint: Complaint, state: CaseState, minute: float) -> None:
        about: dict[str, Any] = {"complaint_id": complaint.id, "ticket": complaint.ticket, "actor": OFFICER}
        async with database.transaction() as tx:
            if state == "answered":
                words = "Pipa sudah kami ganti."
                answer = ComplaintAnswered(**about, agency=AGENCY, text=words, answered_at=at(minute))
                await service.project_answer(tx, answer, new_id())
            if state == "awaiting_information":
                question = "Berapa rumah yang terdampak?"
                asked = ComplaintInformationRequested(
                    **about, agency=AGENCY, question=question, requested_at=at(minute)
                )
                await service.project_question(tx, asked, new_id())
            if state == "in_progress":
                did = {"action": "inspection", "text": "Petugas meninjau lokasi.", "followed_up_at": at(minute)}
                for by in WHO:
                    await service.project_follow_up(tx, ComplaintFollowedUp(**about, follow_up_id=new_id(), **did | by))
            moved = ComplaintStatusChanged(**about, previous="assigned", state=state, version=3, changed_at=at(minute))
            await service.project_status(tx, moved)

    yield moves
    await database.close()


@pytest.fixture
async def thought_to_be_one(database_urls, sql):
    """Let an officer note that two citizens are one human."""
    database = Database(database_urls["intake"], application="test")

    async def join(one: Citizen, other: Citizen) -> None:
        found = "SELECT v.person_id FROM intake.message AS m JOIN intake.conversation AS v ON v.id = m.conversation_id"
        persons = [
            await sql.fetchval(f"{found} WHERE m.provider_message_id = $1", citizen.mids[0]) for citizen in (one, other)
        ]
        await database.run(lambda tx: join_persons(tx, *persons))

    yield join
    await database.close()


async def test_what_follows_an_officers_question_lands_on_its_complaint_though_another_is_newer(http, sql, case):
    citizen = Citizen("berugak")
    await citizen.says(http, PIPE)
    await citizen.says(http, LAMP)
    pipe, _ = await complaints_of(sql, citizen)
    await case(pipe, "awaiting_information", 100)
    await citizen.says(http, "ok siap", minute=200)
    await citizen.says(http, "3 rumah", minute=201)
    await citizen.says(http, attachments=[PHOTO], minute=202)
    assert await became(sql, *citizen.mids[2:]) == [
        ("kept", "chatter"),
        ("appended", "answers_officer"),
        ("appended", "answers_officer"),
    ]
    await case(pipe, "in_progress", 203)
    await citizen.says(http, "airnya juga keruh", minute=204)
    pipe, lamp = await complaints_of(sql, citizen)
    assert (pipe.kinds, lamp.kinds) == (["received", "appended", "appended", "appended"], ["received"])
    assert pipe.messages[-1] == (citizen.mids[-1], "appended", "continues")


async def test_the_same_human_answers_from_another_channel_and_goes_on_there(http, sql, case):
    asked, elsewhere = Citizen("lesung"), Citizen("lumbung", door="instagram")
    await asked.says(http, PIPE)
    pipe = await complaint_of(sql, asked)
    await elsewhere.says(http, f"GABUNG {pipe.ticket} {code_of(pipe)}")
    await case(pipe, "awaiting_information", 100)
    await elsewhere.says(http, "3 rumah", minute=101)
    await case(pipe, "in_progress", 102)
    await elsewhere.says(http, "airnya juga keruh", minute=103)
    assert await became(sql, *elsewhere.mids[1:]) == [("appended", "answers_officer"), ("appended", "continues")]
    assert (await complaint_of(sql, asked)).kinds == ["received", "appended", "appended"]


@pytest.mark.parametrize(
    ("state", "words", "prompt"),
    [
        ("answered", "NILAI {ticket} 1 jelek", "not_rated"),
        ("assigned", "BATAL {ticket}", "not_cancelled"),
        ("closed", "5", None),
        ("answered", "masih bocor pak", None),
        ("awaiting_information", "3 rumah", None),
    ],
)
async def test_whom_an_officer_thinks_to_be_the_same_human_speaks_for_no_complaint_of_theirs(
    http, sql, case, thought_to_be_one, state, words, prompt
):
    one, other = Citizen(f"gangsa-{state}-{prompt}"), Citizen(f"rebana-{state}-{prompt}", door="instagram")
    await one.says(http, PIPE)
    await other.says(http, LAMP)
    pipe = await complaint_of(sql, one)
    await thought_to_be_one(one, other)
    if state == "closed":
        await case(pipe, "answered", 50)
    await case(pipe, state, 100)
    before = len(await prompts_to(sql, other))
    await other.says(http, words.format(ticket=pipe.ticket), minute=120)
    after = await complaint_of(sql, one)
    assert {*after.kinds} <= {"received"}, "nothing was withdrawn, rated or added"
    heard = (await prompts_to(sql, other))[before:]
    assert not [told for told in heard if told["ticket"] == pipe.ticket], "no ticket of others is told"
    assert [told["prompt"] for told in heard if prompt] == [prompt][: 1 if prompt else 0]


def test_in_a_public_thread_only_its_own_complaint_is_answered():
    here, there = new_id(), new_id()
    turn = Turn(complaint_id=new_id(), ticket="NTB-79E7-3T8DN", at=at(0))
    spoken = [Spoken(state="awaiting_information", conversation_id=there, has_answer=False, turn=turn)]
    assert pick(spoken, conversation_id=here, thread="post", named=None).awaiting is None
    assert pick(spoken, conversation_id=there, thread="post", named=None).awaiting == turn
    assert pick(spoken, conversation_id=here, thread="", named=None).awaiting == turn


async def test_what_contradicts_an_answer_lands_on_its_complaint_and_what_stands_alone_opens(http, sql, case):
    citizen = Citizen("sasak")
    await citizen.says(http, PIPE)
    pipe = await complaint_of(sql, citizen)
    await case(pipe, "answered", 100)
    await citizen.says(http, "masih bocor pak", minute=200)
    await citizen.says(http, "lampu jalan di Ampenan masih mati", minute=2_000)
    assert await became(sql, *citizen.mids[1:]) == [("appended", "answers_answer"), ("opened", "stands_alone")]
    assert (await complaints_of(sql, citizen))[0].kinds == ["received", "appended"]


@pytest.mark.parametrize("closed", [False, True])
async def test_a_number_after_the_answer_or_the_close_rates_once_and_is_thanked_once(http, sql, case, closed):
    citizen = Citizen(f"rinjani-{closed}")
    await citizen.says(http, PIPE)
    pipe = await complaint_of(sql, citizen)
    await case(pipe, "answered", 100)
    if closed:
        await case(pipe, "closed", 300)
    for text in ("2 kurang puas", "5"):
        await citizen.says(http, text, minute=400)
    assert await became(sql, *citizen.mids[1:]) == [("kept", "rating")] * 2
    pipe = await complaint_of(sql, citizen)
    assert pipe.kinds == ["received", "rated"]
    assert (pipe.events[1]["value"]["rating"], pipe.events[1]["value"]["text"]) == (2, "2 kurang puas")
    assert [(one["prompt"], one["ticket"]) for one in await prompts_to(sql, citizen)] == [("rated", pipe.ticket)]


async def test_the_question_and_what_was_done_are_shown_with_the_code_alone(http, sql, case):
    citizen = Citizen("gendang")
    await citizen.says(http, PIPE)
    pipe = await complaint_of(sql, citizen)
    await case(pipe, "in_progress", 50)
    await case(pipe, "awaiting_information", 100)
    code = {"X-Access-Code": code_of(pipe)}
    public = (await http.get(f"/v1/complaints/{pipe.ticket}")).json()
    assert (public["state"], public["question"], public["follow_ups"]) == ("awaiting_information", None, None)
    for path in (f"/v1/complaints/{pipe.ticket}", f"/v1/me/complaints/{pipe.ticket}"):
        own = (await http.get(path, headers=code)).json()
        assert own["question"]["text"] == "Berapa rumah yang terdampak?"
        done = own["follow_ups"]
        assert [one["agency"] for one in done] == ["Dinas Contoh", "Balai Contoh"]
        assert {(one["action_words"], one["text"]) for one in done} == {
            ("Peninjauan lapangan", "Petugas meninjau lokasi.")
        }
    await case(pipe, "assigned", 101)
    assert (await http.get(f"/v1/complaints/{pipe.ticket}", headers=code)).json()["question"] is None


@pytest.mark.parametrize("state", ["awaiting_information", "transfer_requested", "in_progress", "archived", "rejected"])
async def test_batal_withdraws_what_waits_and_nothing_that_is_worked_or_over(http, sql, case, state):
    citizen = Citizen(f"batal-{state}")
    await citizen.says(http, PIPE)
    await case(await complaint_of(sql, citizen), state, 10)
    for text in ("BATAL", "LANJUT"):
        await citizen.says(http, text, minute=20)
    prompts = [one["prompt"] for one in await prompts_to(sql, citizen)]
    waits = state in {"awaiting_information", "transfer_requested"}
    assert prompts == (["cancelled", "reopened"] if waits else ["not_cancelled", "not_reopened"])
