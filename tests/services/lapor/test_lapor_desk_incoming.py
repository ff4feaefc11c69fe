"""What LAPOR! assigned to the province is entered by an officer, or imported as a list, and arrives once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.lapor.arrivals.arriving import NotReceived, Received
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.security import Role
from tests.services.lapor.desk import opened, table

HEAD = ("nomor", "judul", "isi", "tanggal", "tanggal kejadian", "lokasi", "anonim", "rahasia")


@pytest.fixture
async def door(house):
    async with opened(house(mode="by_hand", review="never")) as found:
        yield found


def given(number: str, **changes: Any) -> dict[str, Any]:
    values = {
        "number": number,
        "title": "Lampu jalan padam",
        "content": "Lampu jalan di Dompu padam sepekan.",
        "filed_at": "2026-08-04T09:00:00+08:00",
        "place": "Dompu",
        "anonymous": True,
        "secret": False,
    }
    return values | changes


async def arrived(door: Any, number: str) -> Any:
    return await door.mirror.sql.fetchrow("SELECT * FROM lapor.incoming WHERE lapor_id = $1", number)


async def hand_over(door: Any, outcome: Any) -> Any:
    arriving = door.mirror.service.arriving
    async with door.mirror.pool.transaction() as tx:
        arrival = await arriving.claim(tx)
    async with door.mirror.pool.transaction() as tx:
        await arriving.record(tx, arrival, outcome)
    return arrival


async def test_what_an_officer_enters_arrives_once_as_if_the_list_had_brought_it(door):
    answer = await door.post("/incoming", given("#9400001"))
    assert (answer.status_code, answer.json()) == (201, {"number": "9400001", "became": "new", "ticket": None})
    again = await door.post("/incoming", given("9400001", title="Lain"))
    assert (again.status_code, again.json()["became"]) == (200, "known")
    row = await arrived(door, "9400001")
    assert (row["source"], row["entered_by"], row["state"]) == ("entered", door.account, "queued")
    arrival = await hand_over(door, Received(ticket=new_ticket(), complaint_id=new_id()))
    assert arrival.document["content"] == "Lampu jalan di Dompu padam sepekan."
    assert (arrival.document["anonymous"], arrival.document["source"]) == (True, "entered")


async def test_what_intake_refused_may_be_mended_and_entered_again(door):
    await door.post("/incoming", given("9400010", place="x"))
    await hand_over(door, NotReceived(reason="HTTP 422", final=True))
    assert (await door.get("/incoming", state="refused")).json()["items"][0]["reason"] == "HTTP 422"
    answer = await door.post("/incoming", given("9400010", place="Dompu"))
    assert (answer.status_code, answer.json()["became"]) == (201, "new")
    row = await arrived(door, "9400010")
    assert (row["state"], row["location"], row["attempts"]) == ("queued", "Dompu", 0)


async def open_notices(door: Any) -> list[tuple[str, str]]:
    items = (await door.get("/notices")).json()["items"]
    return sorted((one["kind"], one["detail"]) for one in items)


async def test_what_intake_refused_for_no_fault_of_its_own_is_handed_over_again_as_it_was(door):
    for number in ("9400011", "94000112"):
        await door.post("/incoming", given(number))
        await hand_over(door, NotReceived(reason="HTTP 413", final=True))
    for _ in range(2):
        answer = await door.post("/incoming/9400011/retry")
        assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (200, "queued", None)
    assert await open_notices(door) == [("arrival_refused", "94000112: HTTP 413")]
    acts = await door.mirror.sql.fetch("SELECT detail, account_id FROM lapor.act WHERE what = 'retry'")
    assert [tuple(act) for act in acts] == [("9400011", door.account)]
    arrival = await hand_over(door, Received(ticket=new_ticket(), complaint_id=new_id()))
    assert (arrival.attempts, arrival.document["content"]) == (1, "Lampu jalan di Dompu padam sepekan.")
    answer = await door.post("/incoming/9400011/retry")
    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (
        409,
        "arrival_state_unfit",
        "accepted",
    )


async def test_what_nobody_knows_or_whose_words_are_gone_is_not_handed_over_again(door):
    assert (await door.post("/incoming/9400012/retry")).json()["code"] == "arrival_unknown"
    assert (await door.post("/incoming/abc/retry")).status_code == 422
    await door.post("/incoming", given("9400013"))
    await hand_over(door, NotReceived(reason="HTTP 422", final=True))
    await door.mirror.sql.execute("UPDATE lapor.incoming SET title = NULL, content = NULL")
    answer = await door.post("/incoming/9400013/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "arrival_words_gone")
    assert (await arrived(door, "9400013"))["state"] == "refused"


async def test_what_an_officer_enters_mended_waits_for_nobody_any_more(door):
    await door.post("/incoming", given("9400014"))
    await hand_over(door, NotReceived(reason="HTTP 422", final=True))
    raised = "INSERT INTO lapor.notice (id, kind, detail, raised_at) VALUES ($1, 'arrival_without_words', $2, now())"
    await door.mirror.sql.execute(raised, new_id(), "9400015")
    for number in ("9400014", "9400015"):
        assert (await door.post("/incoming", given(number))).json()["became"] == "new"
    assert await open_notices(door) == []


async def test_another_complaint_that_bears_our_ticket_comes_in_when_an_officer_saw_that_it_is_another(door):
    told = await door.mirror.verified()
    words = f"[{told.ticket}] Jalan di depan sekolah itu juga rusak."
    assert (await door.post("/incoming", given("9400016", content=words))).json()["became"] == "ours"
    raised = (
        "INSERT INTO lapor.notice (id, complaint_id, ticket, kind, detail, raised_at)"
        " VALUES ($1, $2, $3, 'perhaps_double', '9400016', now())"
    )
    await door.mirror.sql.execute(raised, new_id(), told.complaint_id, told.ticket)
    listed = table(HEAD, ("9400016", "", words, "", "", "", "ya", "tidak"))
    assert (await door.upload("/incoming/import", listed)).json()["ours"] == 1
    assert (await door.post("/incoming", given("9400016", content=words))).json()["became"] == "new"
    assert await open_notices(door) == []
    assert (await arrived(door, "9400016"))["state"] == "queued"


async def test_our_own_complaints_are_known_by_number_and_by_the_ticket_at_their_head(door):
    told = await door.mirror.verified()
    other = await door.mirror.verified()
    await door.order(told.ticket, "number", {"number": "9400020"})
    by_number = (await door.post("/incoming", given("9400020"))).json()
    by_ticket = (await door.post("/incoming", given("9400021", content=f"[{other.ticket}] Atap bocor."))).json()
    assert [by_number, by_ticket] == [
        {"number": "9400020", "became": "ours", "ticket": told.ticket},
        {"number": "9400021", "became": "ours", "ticket": other.ticket},
    ]
    assert await arrived(door, "9400021") is None


async def test_a_number_that_arrived_belongs_to_no_complaint_of_ours(door):
    told = await door.mirror.verified()
    await door.post("/incoming", given("9400030"))
    answer = await door.order(told.ticket, "number", {"number": "9400030"})
    assert (answer.status_code, answer.json()["code"]) == (409, "number_taken")


@pytest.mark.parametrize(
    "changes",
    [
        {"content": " "},
        {"content": "x" * 10_001},
        {"secret": None},
        {"filed_at": "2026-08-04T09:00:00"},
        {"filed_at": (datetime.now(UTC) + timedelta(days=2)).isoformat()},
        {"reporter": {"name": "Siti"}},
    ],
)
async def test_what_cannot_be_entered_is_said(door, changes):
    assert (await door.post("/incoming", given("9400040", **changes))).status_code == 422
    assert await arrived(door, "9400040") is None


async def test_a_list_arrives_as_a_whole_with_what_was_known(door):
    await door.post("/incoming", given("9400050"))
    content = table(
        HEAD,
        ("#9400050", "Lampu", "Lampu padam.", "", "", "", "ya", "tidak"),
        ("9400051", "Air", "Air keruh.", "04-08-2026 09:30", "03/08/2026", "Bima", "tidak", "ya"),
        ("9400051", "Air", "Air keruh.", "04-08-2026 09:30", "03/08/2026", "Bima", "tidak", "ya"),
        delimiter=";",
    )
    dry = (await door.upload("/incoming/import", content, dry_run="true")).json()
    assert (dry["new"], dry["known"], dry["ours"]) == (1, 1, 0)
    assert await arrived(door, "9400051") is None
    for new, known in ((1, 1), (0, 2)):
        told = (await door.upload("/incoming/import", content)).json()
        assert (told["new"], told["known"]) == (new, known)
    row = await arrived(door, "9400051")
    assert row["filed_at"] == datetime(2026, 8, 4, 1, 30, tzinfo=UTC)
    assert (str(row["incident_on"]), row["location"], row["source"]) == ("2026-08-03", "Bima", "imported")
    assert (row["anonymous"], row["secret"]) == (False, True)


async def test_one_wrong_row_and_no_complaint_of_the_list_arrives(door):
    content = table(
        HEAD,
        ("9400060", "", "Air keruh.", "", "", "", "ya", "tidak"),
        ("abc", "", "Air keruh.", "", "", "", "ya", "tidak"),
        ("9400062", "", "", "", "", "", "ya", "tidak"),
        ("9400063", "", "Air keruh.", "kemarin", "", "", "ya", "tidak"),
        ("9400064", "", "Air keruh.", "", "", "", "ya", ""),
        ("9400060", "", "Air lain.", "", "", "", "ya", "tidak"),
        ("9400065", "", "Air keruh.", "01-01-2999", "", "", "ya", "tidak"),
    )
    answer = await door.upload("/incoming/import", content)
    assert answer.json()["code"] == "rows_invalid"
    assert [one["detail"] for one in answer.json()["errors"]] == [
        "Baris 3: nomor bukan nomor LAPOR!; tulis angkanya saja",
        "Baris 4: isi kosong atau lebih dari 10.000 huruf",
        "Baris 5: tanggal kemarin tidak terbaca; tulis 31-12-2026 14:05",
        "Baris 6: rahasia harus ya atau tidak",
        "Baris 7: nomor 9400060 ada dua kali dengan isi yang berbeda",
        "Baris 8: tanggal lapor ada di masa depan",
    ]
    assert (await door.get("/incoming")).json()["items"] == []


async def test_an_operator_sees_what_arrived_without_its_words(door):
    await door.post("/incoming", given("9400070"))
    assert (await door.get("/incoming")).json()["items"][0]["title"] == "Lampu jalan padam"
    door.role = Role.OPERATOR
    answer = await door.get("/incoming")
    assert answer.json()["items"][0]["number"] == "9400070"
    assert "padam" not in answer.text
