"""What several messages become: through the real doors, on the real database, counted afterwards."""

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake import grouping
from services.intake.access_code import access_code
from services.intake.conversation.limits import OWN_REPLY_WAIT, REOPEN_WINDOW
from services.intake.service import IntakeService
from services.intake.waiting.agency import AgencyMessages
from shared.core.ids import new_id
from shared.db import Database, UnitOfWork
from tests.services.intake.counting import rows_of
from tests.services.intake.provider import ACCOUNTS, SENT_AT_MS, SETTINGS, signed
from tests.services.intake.talk import (
    MATARAM,
    PHOTO,
    PHOTO_URL,
    Citizen,
    became,
    complaint_of,
    complaints_of,
    deliver,
    prompts_to,
    waiting_of,
)

ROAD = "Jalan berlubang dalam sekali, dua motor sudah jatuh minggu ini"
OTHER_PAGE = "1067280970047461"


def code_of(complaint_id: Any) -> str:
    return access_code(SETTINGS["NTBCARE_INTAKE_ACCESS_CODE_KEY"], complaint_id)


# --- one complaint of several messages ----------------------------------------------------------------


async def test_a_text_then_a_photo_then_the_place_are_one_complaint_with_three_messages(http, sql):
    baiq = Citizen("baiq")
    await baiq.says(http, ROAD)
    await baiq.says(http, attachments=[PHOTO])
    await baiq.says(http, "Di Jalan Pejanggik depan pasar")
    complaint = await complaint_of(sql, baiq)
    assert [one[:2] for one in complaint.messages] == [
        (baiq.mids[0], "opened"),
        (baiq.mids[1], "appended"),
        (baiq.mids[2], "appended"),
    ]
    assert complaint.kinds == ["received", "appended", "appended"]
    assert complaint.events[2]["value"]["text"] == "Di Jalan Pejanggik depan pasar"
    assert complaint.events[1]["value"]["attachments"][0]["kind"] == "image"
    assert complaint.received["asks"] == ["where"]
    assert complaint.events[2]["value"]["answers"] == ["where"]
    photo = await sql.fetchrow("SELECT * FROM intake.attachment WHERE complaint_id = $1", complaint.id)
    assert (photo["state"], photo["source_url"]) == ("wanted", PHOTO_URL)


async def test_a_photo_first_waits_and_is_part_of_the_complaint_that_its_words_open(http, sql):
    made = Citizen("made")
    await made.says(http, attachments=[PHOTO])
    assert await became(sql, made.mids[0]) == [("held", "waits_for_words")]
    assert await waiting_of(sql, made) == 1
    await made.says(http, ROAD)
    complaint = await complaint_of(sql, made)
    assert complaint.kinds == ["received"]
    assert [one["kind"] for one in complaint.received["attachments"]] == ["image"]
    assert [one[1] for one in complaint.messages] == ["appended", "opened"]
    assert await waiting_of(sql, made) == 0
    assert await sql.fetchval("SELECT count(*) FROM intake.attachment WHERE complaint_id = $1", complaint.id) == 1


async def test_a_place_that_waited_says_where_the_complaint_is(http, sql):
    nyoman = Citizen("nyoman")
    await nyoman.says(http, attachments=[MATARAM])
    await nyoman.says(http, ROAD)
    complaint = await complaint_of(sql, nyoman)
    assert complaint.received["place"]["coordinates"] == {"latitude": -8.583, "longitude": 116.107}


async def test_small_talk_is_kept_and_answered_once(http, sql):
    lalu = Citizen("lalu")
    for text in ("Assalamualaikum", "min mau lapor", "halo min"):
        await lalu.says(http, text)
    assert await complaints_of(sql, lalu) == []
    assert [one[0] for one in await became(sql, *lalu.mids)] == ["kept"] * 3
    assert [one["prompt"] for one in await prompts_to(sql, lalu)] == ["greeting"]
    await lalu.says(http, ROAD)
    assert (await complaint_of(sql, lalu)).kinds == ["received"]


async def test_thanks_after_a_complaint_are_kept_beside_it(http, sql):
    wayan = Citizen("wayan")
    await wayan.says(http, ROAD)
    await wayan.says(http, "terima kasih banyak min")
    assert (await complaint_of(sql, wayan)).kinds == ["received"]
    assert await became(sql, wayan.mids[1]) == [("kept", "thanks")]
    assert await prompts_to(sql, wayan) == []


async def test_each_person_and_each_page_has_a_conversation_of_its_own(sql, workshop):
    sari, other = Citizen("sari"), Citizen("sari-too")
    elsewhere = Citizen("sari", account=OTHER_PAGE)
    elsewhere.mids = ["m_elsewhere"]
    async with workshop.http(NTBCARE_FACEBOOK_PAGES=f"{ACCOUNTS['facebook']},{OTHER_PAGE}") as http:
        await sari.says(http, ROAD)
        await other.says(http, ROAD)
        await elsewhere.says(http, attachments=[PHOTO])
    assert len(await complaints_of(sql, sari, other)) == 2
    assert await became(sql, elsewhere.mids[1]) == [("held", "waits_for_words")]
    persons = await sql.fetchval(
        "SELECT count(DISTINCT person_id) FROM intake.conversation WHERE id IN"
        " (SELECT conversation_id FROM intake.message WHERE provider_message_id = ANY($1))",
        [*sari.mids, *elsewhere.mids],
    )
    assert persons == 1


async def test_another_complaint_that_says_so_is_another_complaint(http, sql):
    kadek = Citizen("kadek")
    await kadek.says(http, ROAD)
    await kadek.says(http, "Mau lapor lagi, lampu jalan di depan SD 2 Ampenan mati sudah seminggu")
    assert [one.kinds for one in await complaints_of(sql, kadek)] == [["received"], ["received"]]


# --- what a message names -----------------------------------------------------------------------------


async def test_a_reply_that_quotes_our_message_joins_its_complaint_though_another_is_newer(http, sql):
    desak = Citizen("desak")
    await desak.says(http, ROAD)
    await desak.says(http, "Mau lapor lagi, lampu jalan di Ampenan mati sudah seminggu")
    first, second = await complaints_of(sql, desak)
    metadata = f"ntbcare:{first.id}:{new_id()}"
    await deliver(http, desak.hears("m_our_reply", "Di mana itu?", metadata=metadata))
    await desak.says(http, "Depan kantor pos, dekat jembatan", reply_to={"mid": "m_our_reply"})
    first, second = await complaints_of(sql, desak)
    assert (first.kinds, second.kinds) == (["received", "reply.delivery_reported", "appended"], ["received"])
    assert first.messages[-1] == (desak.mids[2], "appended", "names_complaint")


async def test_a_reply_that_quotes_ones_own_message_joins_its_complaint(http, sql):
    komang = Citizen("komang")
    first = await komang.says(http, ROAD)
    await komang.says(http, "Mau lapor lagi, lampu jalan di Ampenan mati sudah seminggu")
    await komang.says(http, "ini makin dalam sejak hujan", reply_to={"mid": first})
    one, other = await complaints_of(sql, komang)
    assert (one.kinds, other.kinds) == (["received", "appended"], ["received"])


async def test_ones_own_ticket_in_the_text_joins_and_somebody_elses_does_not(http, sql):
    owner, stranger = Citizen("owner"), Citizen("stranger")
    await owner.says(http, ROAD)
    ticket = (await complaint_of(sql, owner)).ticket
    await owner.says(http, "Mau lapor lagi, lampu jalan di Ampenan mati sudah seminggu")
    await owner.says(http, f"Untuk {ticket}: sekarang sudah ditutup pakai kerikil tapi masih bahaya")
    await stranger.says(http, f"Sama seperti {ticket}, di kampung saya jalan juga rusak parah")
    of_owner = await complaints_of(sql, owner)
    assert [one.kinds for one in of_owner] == [["received", "appended"], ["received"]]
    assert (await complaint_of(sql, stranger)).id not in {one.id for one in of_owner}


async def settle_what_was_written_in_our_name(url: str) -> None:
    """Do what the workers do when the wait is over."""
    database = Database(url, application="test")
    messages = AgencyMessages(clock=lambda: datetime.now(UTC) + OWN_REPLY_WAIT)
    while await database.run(messages.settle):
        pass
    await database.close()


async def test_what_an_officer_wrote_in_the_providers_app_is_added_once(http, sql, database_urls):
    ketut = Citizen("ketut")
    await ketut.says(http, ROAD)
    echo = ketut.hears("m_officer_wrote", "Baik, di sebelah mana persisnya?")
    for _ in range(3):
        await deliver(http, echo)
    assert await became(sql, "m_officer_wrote") == [("held", "perhaps_our_own")]
    assert (await complaint_of(sql, ketut)).kinds == ["received"]
    assert await waiting_of(sql, ketut) == 0
    await settle_what_was_written_in_our_name(database_urls["intake"])
    complaint = await complaint_of(sql, ketut)
    assert complaint.kinds == ["received", "appended"]
    said = complaint.events[1]["value"]
    assert (said["author"], said["text"], said["rule"]) == (
        "agency",
        "Baik, di sebelah mana persisnya?",
        "agency_wrote",
    )
    row = await sql.fetchrow("SELECT * FROM intake.message WHERE provider_message_id = 'm_officer_wrote'")
    assert (row["author"], row["complaint_id"], row["reporter"]) == ("agency", complaint.id, None)


async def test_what_we_wrote_to_somebody_without_a_complaint_is_kept_and_announced_to_nobody(http, sql):
    before = await rows_of(sql)
    await deliver(http, Citizen("quiet").hears("m_to_quiet", "Selamat pagi, ada yang bisa dibantu?"))
    made = await rows_of(sql) - before
    assert (made["intake.message"], made["intake.complaint"], made["bus.outbox"]) == (1, 0, 0)
    assert await became(sql, "m_to_quiet") == [("kept", "agency_wrote")]


# --- sealed -------------------------------------------------------------------------------------------


async def test_later_words_of_bribery_seal_the_complaint_and_nothing_unseals_it(http, sql):
    gede = Citizen("gede")
    await gede.says(http, "Urus surat tanah di kantor desa tidak selesai tiga bulan")
    assert not (await complaint_of(sql, gede)).row["sealed"]
    await gede.says(http, "Oknum pegawainya minta uang pelicin dua juta")
    await gede.says(http, "Kantornya di Desa Contohsari")
    complaint = await complaint_of(sql, gede)
    assert complaint.row["sealed"]
    assert [event["value"]["sealed"] for event in complaint.events] == [False, True, True]


# --- commands -----------------------------------------------------------------------------------------


async def test_cek_and_status_say_where_a_complaint_stands(http, sql):
    asker, owner = Citizen("asker"), Citizen("owner-of-status")
    await asker.says(http, "STATUS")
    await owner.says(http, ROAD)
    ticket = (await complaint_of(sql, owner)).ticket
    await asker.says(http, f"CEK {ticket}")
    await asker.says(http, "cek NTB-0000-00000")
    await owner.says(http, "status")
    told = [(one["prompt"], one["ticket"], one["state"]) for one in await prompts_to(sql, asker)]
    assert told == [("ticket_unknown", None, None), ("status", ticket, "received"), ("ticket_unknown", None, None)]
    assert [(one["prompt"], one["ticket"]) for one in await prompts_to(sql, owner)] == [("status", ticket)]
    assert await complaints_of(sql, asker) == []


async def test_batal_withdraws_the_latest_complaint_once_and_while_nobody_works_on_it(http, sql):
    fickle, late = Citizen("fickle"), Citizen("late")
    for citizen in (fickle, late):
        await citizen.says(http, ROAD)
    await sql.execute(
        "UPDATE intake.complaint SET state = 'in_progress' WHERE id = $1", (await complaint_of(sql, late)).id
    )
    for citizen in (fickle, fickle, late):
        await citizen.says(http, "BATAL")
    assert [one["prompt"] for one in await prompts_to(sql, fickle)] == ["cancelled", "not_cancelled"]
    assert [one["prompt"] for one in await prompts_to(sql, late)] == ["not_cancelled"]
    cancelled, kept = await complaint_of(sql, fickle), await complaint_of(sql, late)
    assert (cancelled.kinds, kept.kinds) == (["received", "withdrawn"], ["received"])
    assert cancelled.row["withdrawn_at"] is not None
    await fickle.says(http, "Lampu jalan di Ampenan mati sudah seminggu")
    assert len(await complaints_of(sql, fickle)) == 2


async def test_batal_with_a_ticket_withdraws_that_complaint_and_only_ones_own(http, sql):
    two, thief = Citizen("two"), Citizen("thief")
    await two.says(http, ROAD)
    await two.says(http, "Mau lapor lagi, lampu jalan di Ampenan mati sudah seminggu")
    first, second = await complaints_of(sql, two)
    await thief.says(http, "Sampah menumpuk di pantai Ampenan")
    await thief.says(http, f"BATAL {second.ticket}")
    await two.says(http, f"BATAL {first.ticket}")
    first, second = await complaints_of(sql, two)
    assert (first.kinds, second.kinds) == (["received", "withdrawn"], ["received"])
    assert (await complaint_of(sql, thief)).kinds == ["received"]
    assert [one["prompt"] for one in await prompts_to(sql, thief)] == ["not_cancelled"]


async def test_lanjut_takes_a_batal_back_once_and_only_ones_own(http, sql):
    victim, thief = Citizen("victim"), Citizen("thief-of-lanjut")
    await victim.says(http, ROAD)
    ticket = (await complaint_of(sql, victim)).ticket
    for words in ("STOP", "BATAL"):
        await victim.says(http, words)
    await thief.says(http, f"LANJUT {ticket}")
    assert (await complaint_of(sql, victim)).row["withdrawn_at"] is not None
    for words in (f"LANJUT {ticket}", "lanjut"):
        await victim.says(http, words)
    complaint = await complaint_of(sql, victim)
    assert complaint.kinds == ["received", "withdrawn", "resumed"]
    assert complaint.row["withdrawn_at"] is None
    told = [(one["prompt"], one["ticket"]) for one in await prompts_to(sql, victim)]
    assert told == [("stopped", None), ("cancelled", ticket), ("reopened", ticket), ("not_reopened", ticket)]
    assert [one["prompt"] for one in await prompts_to(sql, thief)] == ["not_reopened"]
    await victim.says(http, "BATAL")
    assert (await complaint_of(sql, victim)).kinds[-1] == "withdrawn", "it can be withdrawn like any other"


async def test_a_command_means_the_complaint_that_was_there_when_it_was_said(http, sql):
    batched, returning = Citizen("batched"), Citizen("returning")
    await deliver(http, batched.element("BATAL"), batched.element(ROAD), batched.element("STATUS"))
    complaint = await complaint_of(sql, batched)
    assert complaint.kinds == ["received"]
    told = [(one["prompt"], one["ticket"]) for one in await prompts_to(sql, batched)]
    assert told == [("not_cancelled", None), ("status", complaint.ticket)]
    for words in (ROAD, "BATAL"):
        await returning.says(http, words)
    first = await complaint_of(sql, returning)
    await deliver(http, returning.element("LANJUT"), returning.element("Lapor lagi, lampu jalan di Ampenan mati"))
    resumed, second = await complaints_of(sql, returning)
    assert (resumed.id, resumed.kinds, second.kinds) == (first.id, ["received", "withdrawn", "resumed"], ["received"])


async def test_a_citizen_and_an_officer_who_begin_a_conversation_in_one_webhook_are_both_taken_in(http, sql):
    citizen, bystander = Citizen("begins-together"), Citizen("stands-by")
    echo = citizen.hears("m_begins_echo", "Terima kasih, kami periksa", timestamp=SENT_AT_MS + 5_000)
    elements = [citizen.element(ROAD), echo, bystander.element("Lampu mati di Ampenan")]
    for _ in range(2):
        await deliver(http, *elements)
    assert [len(await complaints_of(sql, one)) for one in (citizen, bystander)] == [1, 1]
    rows = await sql.fetch(
        "SELECT DISTINCT conversation_id FROM intake.message WHERE provider_message_id = ANY($1)",
        [*citizen.mids, "m_begins_echo"],
    )
    assert len(rows) == 1, "one conversation holds what both said"


async def test_a_withdrawal_is_for_good_after_a_day(http, sql):
    citizen = Citizen("thinks-long")
    await citizen.says(http, ROAD)
    await citizen.says(http, "BATAL")
    await sql.execute(
        "UPDATE intake.complaint SET withdrawn_at = withdrawn_at - $2::interval WHERE id = $1",
        (await complaint_of(sql, citizen)).id,
        REOPEN_WINDOW,
    )
    await citizen.says(http, "LANJUT")
    assert (await complaint_of(sql, citizen)).kinds == ["received", "withdrawn"]
    assert [one["prompt"] for one in await prompts_to(sql, citizen)] == ["cancelled", "not_reopened"]


async def test_stop_silences_us_until_mulai_and_bantuan_helps(http, sql):
    shy = Citizen("shy")
    silenced = (
        "SELECT p.silenced_at FROM vault.person AS p JOIN intake.conversation AS v ON v.person_id = p.id"
        " JOIN intake.message AS m ON m.conversation_id = v.id WHERE m.provider_message_id = $1"
    )
    await shy.says(http, "bantuan")
    await shy.says(http, "STOP")
    assert await sql.fetchval(silenced, shy.mids[0]) is not None
    await shy.says(http, ROAD)
    assert (await complaint_of(sql, shy)).kinds == ["received"]
    await shy.says(http, "MULAI")
    assert await sql.fetchval(silenced, shy.mids[0]) is None
    assert [one["prompt"] for one in await prompts_to(sql, shy)] == ["help", "stopped", "resumed"]


async def test_gabung_with_the_right_code_makes_two_persons_one_and_with_a_wrong_code_does_not(http, sql):
    here, there = Citizen("joins-here"), Citizen("joins-there", door="instagram")
    await there.says(http, ROAD)
    complaint = await complaint_of(sql, there)
    later = f"Untuk {complaint.ticket}: hari ini jatuh lagi satu orang"
    await here.says(http, f"GABUNG {complaint.ticket} 00000-00000")
    await here.says(http, later)
    assert [one["prompt"] for one in await prompts_to(sql, here)] == ["not_joined"]
    assert (await complaint_of(sql, there)).kinds == ["received"]
    await here.says(http, f"gabung {complaint.ticket} {code_of(complaint.id).lower()}")
    await here.says(http, later)
    assert [one["prompt"] for one in await prompts_to(sql, here)] == ["not_joined", "joined"]
    assert (await complaint_of(sql, there)).kinds == ["received", "appended"]


async def test_nilai_rates_the_newest_answer_once_and_only_of_ones_own_complaint(http, sql):
    happy, stranger = Citizen("rates-it"), Citizen("rates-others")
    await happy.says(http, ROAD)
    complaint = await complaint_of(sql, happy)
    word = f"NILAI {complaint.ticket} 5 Cepat sekali, Pak!"
    await happy.says(http, word)
    await sql.execute(
        "INSERT INTO intake.answer SELECT $1, id, 'Dinas PUPR', 'Sudah.', now() FROM intake.complaint WHERE id = $2",
        new_id(), complaint.id,
    )  # fmt: skip
    await sql.execute("UPDATE intake.complaint SET state = 'answered' WHERE id = $1", complaint.id)
    await stranger.says(http, word)
    for said in (word, word, f"nilai {complaint.ticket} 1", "bintang 5"):
        await happy.says(http, said)
    told = [one["prompt"] for one in await prompts_to(sql, happy)]
    assert told == ["not_rated", "rated", "rated", "not_rated", "rated"]
    assert [one["prompt"] for one in await prompts_to(sql, stranger)] == ["not_rated"]
    (rated,) = [one["value"] for one in (await complaint_of(sql, happy)).events if "rated" in one["type"]]
    assert (rated["rating"], rated["text"]) == (5, "Cepat sekali, Pak!")


async def test_only_who_proved_a_complaint_with_its_code_is_another_address_for_its_answers(http, sql):
    here, there = Citizen("proves-here"), Citizen("proves-there", door="instagram")
    stranger = Citizen("proves-nothing")
    for one in (there, here, stranger):
        await one.says(http, ROAD)
    complaint = await complaint_of(sql, there)
    mine = await sql.fetchval("SELECT reporter FROM intake.message WHERE provider_message_id = $1", there.mids[0])
    others = "SELECT count(*) FROM vault.other_addresses($1, $2, 'other_way')"
    await stranger.says(http, f"GABUNG {complaint.ticket} 00000-00000")
    assert await sql.fetchval(others, mine, complaint.id) == 0
    await here.says(http, f"GABUNG {complaint.ticket} {code_of(complaint.id)}")
    assert await sql.fetchval(others, mine, complaint.id) == len(here.mids)
    assert await sql.fetchval(others, mine, (await complaint_of(sql, stranger)).id) == 0
    await here.says(http, "STOP")
    assert await sql.fetchval(others, mine, complaint.id) == 0, "who said STOP there hears nothing there"
    assert await sql.fetchval("SELECT count(*) FROM vault.look WHERE purpose = 'other_way'") == 4


# --- floods, edits, standby ---------------------------------------------------------------------------


async def test_a_flood_of_one_person_is_kept_and_not_answered_and_troubles_nobody_else(http, sql):
    storm, neighbour = Citizen("storm"), Citizen("neighbour")
    await deliver(http, *(storm.element(f"Halo {number}") for number in range(40)), neighbour.element(ROAD))
    rules = [rule for _, rule in await became(sql, *storm.mids)]
    assert (rules.count("flood"), rules[:30].count("flood")) == (10, 0)
    assert (await complaint_of(sql, neighbour)).kinds == ["received"]


async def test_an_edit_before_its_message_waits_for_it(http, sql):
    editor = Citizen("editor")
    original = editor.element("Jalan rusak di Selong")
    edit = {key: original[key] for key in ("sender", "recipient", "timestamp")}
    edit["message_edit"] = {"mid": editor.mids[0], "text": "Jalan rusak parah di Selong dekat masjid", "num_edit": 1}
    await deliver(http, edit)
    await deliver(http, original)
    await deliver(http, edit)
    complaint = await complaint_of(sql, editor)
    assert complaint.kinds == ["received"]
    assert complaint.received["text"] == "Jalan rusak di Selong"
    mids = "SELECT count(*) FROM intake.amendment WHERE provider_message_id = $1"
    assert await sql.fetchval(mids, editor.mids[0]) == 1


async def test_while_another_app_answers_we_listen_and_say_nothing(http, sql):
    aside = Citizen("aside")
    elements = [aside.element("Assalamualaikum"), aside.element(ROAD)]
    entry = {"id": ACCOUNTS["facebook"], "time": SENT_AT_MS, "standby": elements}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()
    answer = await http.post("/channels/facebook", content=body, headers=signed("facebook", body))
    assert answer.status_code == 200
    complaint = await complaint_of(sql, aside)
    assert (complaint.received["standby"], complaint.received["asks"]) == (True, [])
    assert await prompts_to(sql, aside) == []


# --- together, shuffled, three times ------------------------------------------------------------------


def _story(citizen: Citizen) -> list[dict[str, Any]]:
    """A greeting, a photo, the words, the place, thanks: four messages of which three are the complaint."""
    return [
        citizen.element("Assalamualaikum"),
        citizen.element(attachments=[PHOTO]),
        citizen.element(ROAD),
        citizen.element("Di Jalan Pejanggik depan pasar"),
        citizen.element("terima kasih min"),
    ]


async def _check_stories(sql: Any, citizens: Sequence[Citizen]) -> None:
    for citizen in citizens:
        complaint = await complaint_of(sql, citizen)
        assert {one[0] for one in complaint.messages} == set(citizen.mids[1:4])
        dispositions = [one[1] for one in complaint.messages]
        assert (dispositions.count("opened"), dispositions.count("appended")) == (1, 2)
        assert complaint.kinds[0] == "received"
        told = [event["value"]["message_id"] for event in complaint.events]
        assert len(set(told)) == len(told)
        photos = sum(len(event["value"]["attachments"]) for event in complaint.events)
        assert photos == 1
        assert await waiting_of(sql, citizen) == 0
        assert await sql.fetchval(
            "SELECT count(*) FROM intake.message WHERE provider_message_id = ANY($1)", citizen.mids
        ) == len(citizen.mids)


async def test_the_messages_of_a_story_in_one_commit_are_one_complaint(http, sql, monkeypatch):
    sizes: list[int] = []
    whole = IntakeService.accept

    async def slow(self: IntakeService, tx: UnitOfWork, channel: str, deliveries: Sequence[Any]) -> object:
        sizes.append(len(deliveries))
        if len(sizes) == 1:
            await asyncio.sleep(0.2)
        return await whole(self, tx, channel, deliveries)

    monkeypatch.setattr(IntakeService, "accept", slow)
    monkeypatch.setattr(grouping, "_LONG_S", 5)
    citizen = Citizen("grouped")
    ahead = [Citizen("ahead").element("Air mati")]
    await asyncio.gather(*(deliver(http, element) for element in [*ahead, *_story(citizen)]))
    assert sizes == [1, 5]
    await _check_stories(sql, [citizen])
    assert (await complaint_of(sql, citizen)).kinds == ["received", "appended"]


async def test_stories_delivered_three_times_at_once_and_shuffled_are_a_complaint_each_and_nothing_twice(http, sql):
    citizens = [Citizen(f"thrice-{number}") for number in range(6)]
    elements = [element for citizen in citizens for element in _story(citizen)]
    before = await rows_of(sql)
    batches = []
    for seed in range(3):
        shuffled = random.Random(seed).sample(elements, len(elements))
        batches += [shuffled[at : at + 4] for at in range(0, len(shuffled), 4)]
    await asyncio.gather(*(deliver(http, *batch) for batch in batches))
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["intake.message"]) == (6, 30)
    assert (made["vault.person"], made["intake.conversation"], made["intake.attachment"]) == (6, 6, 6)
    await _check_stories(sql, citizens)


_RUNS = count()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(15)), cuts=st.sets(st.integers(1, 14)))
async def test_however_a_batch_is_shuffled_and_split_the_complaints_are_the_same(order, cuts, http, sql):
    run = next(_RUNS)
    citizens = [Citizen(f"split-{run}-{number}") for number in range(3)]
    elements = [element for citizen in citizens for element in _story(citizen)]
    shuffled = [elements[at] for at in order]
    edges = [0, *sorted(cuts), len(shuffled)]
    for start, end in pairwise(edges):
        await deliver(http, *shuffled[start:end])
    await _check_stories(sql, citizens)
