"""What officers do at intake: look through what became no complaint, make one of it, and write down what they hear."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.app import create_app
from services.identity.tokens import sign_token
from services.intake.consumers import handlers
from services.intake.desk.endpoints import desk
from services.intake.desk.entering import Desk
from services.intake.desk.kept import KeptMessages
from services.intake.desk.splitting import Splitting
from shared.core.ids import new_id
from shared.core.service import ServiceApp
from shared.db import Database
from shared.events import Actor, ComplaintMarked, Envelope
from shared.http.client import ASGITransport, AsyncClient, Response
from shared.security import Principal, Role, SecuritySettings, authenticated, new_key_pair
from shared.security.keys import read_signing_key
from tests.services.intake.counting import rows_of
from tests.services.intake.waiting.room import NOON, PHOTO, VAULT, Room

KEYS = new_key_pair()
LETTER = {
    "channel": "letter",
    "text": "Irigasi di Dusun Contoh jebol, sawah kami kering sejak bulan lalu",
    "received_on": "2026-11-20",
}
OFFICER = new_id()


def token(role: Role, account: UUID = OFFICER) -> dict[str, str]:
    principal = Principal(account_id=account, role=role, agencies=())
    signed, _ = sign_token(principal, read_signing_key(KEYS.signing_key), datetime.now(UTC))
    return {"authorization": f"Bearer {signed}"}


class House:
    """The desk over HTTP, beside a room that takes messages in."""

    def __init__(self, room: Room) -> None:
        self.room = room

        def clock() -> datetime:
            return room.now

        signed_in = authenticated(SecuritySettings(token_public_key=KEYS.public_key))
        entering, splitting = Desk(room.service, clock=clock), Splitting(clock=clock)
        router = desk(KeptMessages(clock=clock), entering, splitting, room.database, signed_in)
        app = create_app([ServiceApp(name="intake", router=router, close=room.database.close)])
        self.http = AsyncClient(transport=ASGITransport(app=app), base_url="http://door")

    async def look(self, role: Role = Role.COORDINATOR, **query: Any) -> Response:
        return await self.http.get("/v1/messages", params=query, headers=token(role))

    async def make(self, message_id: Any, role: Role = Role.COORDINATOR) -> Response:
        return await self.http.post(f"/v1/messages/{message_id}/complaint", headers=token(role))

    async def same(self, ticket: str, other: str, role: Role = Role.COORDINATOR) -> Response:
        said = {"ticket": other}
        return await self.http.post(f"/v1/complaints/{ticket}/same-reporter", json=said, headers=token(role))

    async def split(
        self, ticket: str | None, key: str = "", role: Role = Role.COORDINATOR, account: UUID = OFFICER, **form: Any
    ) -> Response:
        said = {"text": "Lampu jalan di Selong mati", "reason": "Dua hal untuk dua instansi", **form}
        headers = {**token(role, account), "idempotency-key": key or str(new_id())}
        return await self.http.post(f"/v1/complaints/{ticket}/split", json=said, headers=headers)

    async def enter(self, key: str, form: Any = None, role: Role = Role.LIAISON, account: UUID = OFFICER) -> Response:
        headers = {**token(role, account), "idempotency-key": key}
        return await self.http.post("/v1/desk/complaints", json=LETTER if form is None else form, headers=headers)


@pytest.fixture
async def house(database_urls, tmp_path) -> AsyncIterator[House]:
    database = Database(database_urls["intake"], application="test", pool_size=6)
    found = House(Room(database, tmp_path))
    yield found
    await found.http.aclose()
    await database.close()


def a_mid() -> str:
    return f"m_{new_id()}"


async def id_of(sql: Any, mid: str) -> UUID:
    found: UUID = await sql.fetchval("SELECT id FROM intake.message WHERE provider_message_id = $1", mid)
    return found


async def kept(house: House, sql: Any, text: str = "halo min, jalan", **more: Any) -> UUID:
    """Take in a message that becomes no complaint."""
    mid = a_mid()
    receipt = await house.room.says(mid, text, **{"sender": mid, **more})
    assert receipt.ticket is None, receipt
    return await id_of(sql, mid)


# --- what became no complaint -------------------------------------------------------------------------


async def test_kept_messages_are_listed_newest_first_page_by_page_without_anybodys_name(house, sql):
    ids = []
    for number in range(5):
        house.room.later(minutes=1)
        ids.append(await kept(house, sql, "terima kasih min", sender=f"pengirim-{number}"))
    first = (await house.look(limit=2)).json()
    second = (await house.look(limit=2, before=first["next_before"])).json()
    assert [one["id"] for one in first["items"] + second["items"]] == [str(one) for one in reversed(ids)][:4]
    assert first["items"][0].keys() == {
        *("id", "channel", "account", "surface", "disposition", "rule", "text", "edited_text", "event_time"),
        *("received_at", "withdrawn_at", "attachments"),
    }
    assert (first["items"][0]["text"], first["items"][0]["rule"]) == ("terima kasih min", "thanks")
    assert "pengirim" not in str(first)


async def test_held_messages_are_listed_apart_with_what_came_along(house, sql):
    message_id = await kept(house, sql, "", attachments=(PHOTO,))
    held = {one["id"]: one for one in (await house.look(disposition="held", limit=100)).json()["items"]}
    assert [one["kind"] for one in held[str(message_id)]["attachments"]] == ["image"]
    assert str(message_id) not in str((await house.look(limit=100)).json())


async def test_what_must_be_sealed_is_shown_to_the_inspectorate_alone(house, sql):
    mid = a_mid()
    await house.room.says(mid, "terima kasih min", sender=mid)
    await house.room.amends(mid, "edited", "Oknum camat minta uang pelicin", NOON + timedelta(minutes=1))
    await house.room.work()
    message_id = str(await id_of(sql, mid))
    assert message_id not in str((await house.look(limit=100)).json())
    seen = "SELECT role, what, complaint_id FROM casework.look WHERE subject_id = $1"
    assert await sql.fetch(seen, UUID(message_id)) == []
    assert message_id in str((await house.look(Role.INSPECTORATE, limit=100)).json())
    assert [tuple(one) for one in await sql.fetch(seen, UUID(message_id))] == [("inspectorate", "message", None)]
    assert (await house.make(message_id)).status_code == 404
    made = await house.make(message_id, Role.INSPECTORATE)
    row = await sql.fetchrow("SELECT * FROM intake.complaint WHERE ticket = $1", made.json()["ticket"])
    assert (row["sealed"], row["text"]) == (True, "Oknum camat minta uang pelicin")


@pytest.mark.parametrize("role", [Role.LIAISON, Role.LEADER, Role.OPERATOR])
async def test_other_roles_see_no_messages_and_make_no_complaints(role, house, sql):
    message_id = await kept(house, sql, "terima kasih min")
    answers = [await house.look(role), await house.make(message_id, role), await house.same("a", "b", role)]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (await house.http.get("/v1/messages")).status_code == 401


async def test_an_officer_makes_a_complaint_of_a_kept_message_once_and_it_is_recorded_who(house, sql):
    message_id = await kept(house, sql, "terima kasih min", attachments=(PHOTO,))
    before = await rows_of(sql)
    answers = await asyncio.gather(*(house.make(message_id) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    (ticket,) = {answer.json()["ticket"] for answer in answers}
    made = await rows_of(sql) - before
    assert made == {"intake.complaint": 1, "intake.officer_act": 1, "bus.outbox": 1, "bus.stream": 1}
    row = await sql.fetchrow("SELECT * FROM intake.message WHERE id = $1", message_id)
    assert (row["disposition"], row["rule"]) == ("opened", "made_by_officer")
    event = await sql.fetchrow("SELECT * FROM bus.outbox WHERE subject = $1", row["complaint_id"])
    assert (event["sequence"], event["value"]["ticket"], event["value"]["rule"]) == (1, ticket, "made_by_officer")
    assert (event["value"]["reporter"], event["value"]["message_id"]) == (str(row["reporter"]), str(message_id))
    assert [one["kind"] for one in event["value"]["attachments"]] == ["image"]
    assert await sql.fetchval("SELECT complaint_id FROM intake.attachment WHERE message_id = $1", message_id)
    act = await sql.fetchrow("SELECT * FROM intake.officer_act WHERE message_id = $1", message_id)
    assert (act["act"], act["account_id"], act["role"]) == ("made_complaint", OFFICER, "coordinator")


async def test_what_its_citizen_says_next_goes_on_with_the_complaint_that_an_officer_made(house, sql):
    mid, next_mid = a_mid(), a_mid()
    await house.room.says(mid, "", sender=mid, attachments=(PHOTO,))
    made = await house.make(await id_of(sql, mid))
    waiting = "SELECT v.waiting FROM intake.conversation AS v JOIN intake.message AS m ON m.conversation_id = v.id"
    assert await sql.fetchval(f"{waiting} WHERE m.provider_message_id = $1", mid) == 0
    house.room.later(minutes=2)
    receipt = await house.room.says(next_mid, "Itu jembatan di Desa Contohsari, hampir roboh", sender=mid)
    assert (receipt.disposition, receipt.ticket) == ("appended", made.json()["ticket"])


async def test_a_message_that_is_in_a_complaint_stays_there(house, sql):
    mid = a_mid()
    receipt = await house.room.says(mid, "Jalan rusak parah di Selong", sender=mid)
    answer = await house.make(await id_of(sql, mid))
    assert (answer.status_code, answer.json()["ticket"]) == (200, receipt.ticket)


async def test_of_what_its_author_took_back_no_complaint_is_made(house, sql):
    mid = a_mid()
    await house.room.says(mid, "terima kasih min", sender=mid)
    await house.room.amends(mid, "withdrawn")
    await house.room.work()
    answer = await house.make(await id_of(sql, mid))
    assert (answer.status_code, answer.json()["code"]) == (409, "message_withdrawn")
    assert (await house.make(new_id())).status_code == 404


# --- one person ---------------------------------------------------------------------------------------


async def test_an_officer_joins_the_reporters_of_two_complaints_and_neither_speaks_for_the_other(house, sql):
    one, two = a_mid(), a_mid()
    first = await house.room.says(one, "Jalan rusak parah di Selong", sender=one)
    second = await house.room.says(two, "Jalan rusak parah di Selong", sender=two)
    assert (await house.same(first.ticket, second.ticket.lower())).json() == {"joined": True}
    assert (await house.same(second.ticket, first.ticket)).json() == {"joined": False}
    named = await house.room.says(a_mid(), f"Untuk {first.ticket}: makin parah, tolong segera", sender=two)
    assert named.ticket != first.ticket, "only who has its access code may add to it from elsewhere"
    acts = await sql.fetch("SELECT * FROM intake.officer_act WHERE complaint_id = $1", first.complaint_id)
    assert [(act["act"], act["other_complaint_id"]) for act in acts] == [("joined_reporters", second.complaint_id)]


async def test_a_sealed_complaint_is_joined_by_the_inspectorate_alone(house):
    one, two = a_mid(), a_mid()
    first = await house.room.says(one, "Jalan rusak parah di Selong", sender=one)
    second = await house.room.says(two, "Oknum camat minta uang pelicin", sender=two)
    assert (await house.same(first.ticket, second.ticket)).status_code == 404
    assert (await house.same(first.ticket, "NTB-0000-00000")).status_code == 404
    assert (await house.same(first.ticket, second.ticket, Role.INSPECTORATE)).json() == {"joined": True}


# --- one message, two complaints ----------------------------------------------------------------------

TWO = "Jalan rusak parah di Selong, dan lampu jalan di Selong mati semua"


async def event_of(sql: Any, ticket: str) -> dict[str, Any]:
    told: dict[str, Any] = await sql.fetchval("SELECT value FROM bus.outbox WHERE value->>'ticket' = $1", ticket)
    return told


async def test_what_else_a_message_holds_becomes_a_complaint_of_the_same_reporter_with_its_own_ticket(house, sql):
    mid = a_mid()
    original = await house.room.says(mid, TWO, sender=mid, anonymous=True, secret=True)
    answer = await house.split(original.ticket.lower())
    assert answer.status_code == 201, answer.text
    first, told = await event_of(sql, original.ticket), await event_of(sql, answer.json()["ticket"])
    inherited = ("channel", "account", "surface", "conversation_id", "received_at", "anonymous", "secret", "sealed")
    assert [told[name] for name in inherited] == [first[name] for name in inherited]
    assert (told["type"], told["split_from"], told["rule"]) == ("complaint.received.v1", original.ticket, "split")
    assert told["text"] == "Lampu jalan di Selong mati"
    assert told["reporter"] != first["reporter"]
    assert told["message_id"] != first["message_id"]
    vault = "SELECT person_id, details, address FROM vault.reporter WHERE reference = $1"
    assert await sql.fetchrow(vault, told["reporter"]) == await sql.fetchrow(vault, first["reporter"])
    act = await sql.fetchrow("SELECT * FROM intake.officer_act WHERE complaint_id = $1", UUID(told["complaint_id"]))
    assert (act["act"], act["account_id"], act["reason"]) == ("split", OFFICER, "Dua hal untuk dua instansi")
    assert act["other_complaint_id"] == original.complaint_id


async def test_later_words_without_a_ticket_stay_with_the_original_and_with_one_reach_the_split(house):
    mid = a_mid()
    original = await house.room.says(mid, TWO, sender=mid)
    split = (await house.split(original.ticket)).json()["ticket"]
    house.room.later(minutes=2)
    without = await house.room.says(a_mid(), "Tolong segera, sudah sebulan begini", sender=mid)
    named = await house.room.says(a_mid(), f"Untuk {split}: sudah sebulan gelap", sender=mid)
    assert [(one.disposition, one.ticket) for one in (without, named)] == [
        ("appended", original.ticket),
        ("appended", split),
    ]


@pytest.mark.parametrize("hidden", ["anonymous", "secret"])
async def test_what_an_officer_hid_stays_hidden_when_it_is_split(house, sql, hidden):
    mid = a_mid()
    original = await house.room.says(mid, TWO, sender=mid)
    flags = {"anonymous": False, "secret": False, hidden: True}
    told = {"complaint_id": original.complaint_id, "ticket": original.ticket, "reason": "Menyebut nama orang"}
    marked = ComplaintMarked(**told, **flags, actor=Actor(kind="officer", id=str(OFFICER)), marked_at=NOON)
    envelope = Envelope(id=new_id(), subject=marked.subject, time=NOON, sequence=2, data=marked)
    async with house.room.database.transaction() as tx:
        await handlers(house.room.service)[ComplaintMarked](tx, envelope)
    split = await event_of(sql, (await house.split(original.ticket)).json()["ticket"])
    assert {name: split[name] for name in flags} == flags


async def test_a_complaint_is_split_once_for_each_key(house, sql):
    mid = a_mid()
    original = await house.room.says(mid, TWO, sender=mid)
    before = await rows_of(sql)
    answers = await asyncio.gather(*(house.split(original.ticket, "kunci-satu") for _ in range(3)))
    assert len({answer.json()["ticket"] for answer in answers}) == 1
    assert sorted("idempotent-replayed" in answer.headers for answer in answers) == [False, True, True]
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["intake.message"], made["vault.reporter"], made["bus.outbox"]) == (
        1,
        1,
        1,
        1,
    )
    reused = await house.split(original.ticket, "kunci-satu", text="Sesuatu yang lain")
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")


async def test_the_split_refers_to_the_chosen_photo_of_the_original_and_to_no_strange_one(house, sql):
    mid = a_mid()
    original = await house.room.says(mid, TWO, sender=mid, attachments=(PHOTO, PHOTO))
    ids = await sql.fetch("SELECT id FROM intake.attachment WHERE complaint_id = $1", original.complaint_id)
    chosen, waiting = [row["id"] for row in ids]
    stored = "UPDATE intake.attachment SET state = 'stored', sha256 = $2, size = 7, due_at = NULL WHERE id = $1"
    await sql.execute(stored, chosen, "ab" * 32)
    for unknown in (waiting, new_id()):
        answer = await house.split(original.ticket, attachments=[str(chosen), str(unknown)])
        assert (answer.status_code, answer.json()["unknown"]) == (422, [str(unknown)])
    told = await event_of(sql, (await house.split(original.ticket, attachments=[str(chosen)])).json()["ticket"])
    (given,) = told["attachments"]
    assert (given["sha256"], given["id"] != str(chosen)) == ("ab" * 32, True)
    row = await sql.fetchrow("SELECT * FROM intake.attachment WHERE id = $1", UUID(given["id"]))
    assert (row["state"], str(row["complaint_id"])) == ("stored", told["complaint_id"])


async def test_who_may_split_what(house, sql):
    mid, sealed_mid = a_mid(), a_mid()
    plain = await house.room.says(mid, TWO, sender=mid)
    sealed = await house.room.says(sealed_mid, "Oknum camat minta uang pelicin, jalan juga rusak", sender=sealed_mid)
    for role in (Role.LIAISON, Role.LEADER, Role.OPERATOR):
        assert (await house.split(plain.ticket, role=role)).status_code == 403
    assert (await house.split(sealed.ticket)).status_code == 404
    assert (await house.split("NTB-0000-00000")).status_code == 404
    by_inspectorate = await house.split(sealed.ticket, role=Role.INSPECTORATE)
    assert (await event_of(sql, by_inspectorate.json()["ticket"]))["sealed"] is True
    sealing = await house.split(plain.ticket, text="Oknum camat minta uang pelicin")
    assert (await event_of(sql, sealing.json()["ticket"]))["sealed"] is True


async def test_what_its_citizen_withdrew_is_not_split(house):
    mid = a_mid()
    original = await house.room.says(mid, TWO, sender=mid)
    await house.room.says(a_mid(), f"BATAL {original.ticket}", sender=mid)
    answer = await house.split(original.ticket)
    assert (answer.status_code, answer.json()["code"]) == (409, "complaint_withdrawn")


# --- what was said to an officer ----------------------------------------------------------------------


async def test_a_letter_is_entered_once_with_its_true_channel_and_date(house, sql):
    answers = [await house.enter("surat-0001") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert ["idempotent-replayed" in answer.headers for answer in answers] == [False, True]
    assert answers[0].json() == answers[1].json()
    row = await sql.fetchrow("SELECT * FROM intake.complaint WHERE ticket = $1", answers[0].json()["ticket"])
    (event,) = await sql.fetch("SELECT value FROM bus.outbox WHERE subject = $1", row["id"])
    said = event["value"]
    assert (said["channel"], said["surface"], said["text"]) == ("letter", "desk", LETTER["text"])
    assert datetime.fromisoformat(said["event_time"]) == datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    assert datetime.fromisoformat(said["received_at"]) == NOON
    assert said["asks"] == []
    act = await sql.fetchrow("SELECT * FROM intake.officer_act WHERE complaint_id = $1", row["id"])
    assert (act["act"], act["account_id"], act["role"]) == ("entered", OFFICER, "liaison")
    assert act["message_id"] is not None


async def test_three_entries_at_once_under_one_key_are_one_complaint(house, sql):
    before = await rows_of(sql)
    answers = await asyncio.gather(*(house.enter("surat-at-once") for _ in range(3)))
    assert len({answer.json()["ticket"] for answer in answers}) == 1
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["intake.officer_act"], made["bus.outbox"]) == (1, 1, 1)


async def test_a_key_is_its_officers_own_and_good_for_one_complaint(house):
    first = await house.enter("surat-0002")
    other = await house.enter("surat-0002", account=new_id())
    assert first.json()["ticket"] != other.json()["ticket"]
    reused = await house.enter("surat-0002", {**LETTER, "text": "Surat yang lain sama sekali"})
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")


async def test_name_number_and_address_go_to_the_vault_and_the_number_is_known_again(house, sql):
    citizen = {"name": "Inaq Contoh", "phone": "0812 3456 7899", "address": "Jalan Contoh 7, Praya"}
    form = {**LETTER, "channel": "telephone", "citizen": citizen}
    tickets = [(await house.enter(f"telepon-{number}", form)).json()["ticket"] for number in range(2)]
    assert len(set(tickets)) == 2
    rows = await sql.fetch(
        "SELECT c.conversation_id, r.details FROM intake.complaint AS c JOIN bus.outbox AS o ON o.subject = c.id"
        " JOIN vault.reporter AS r ON r.reference = (o.value->>'reporter')::uuid WHERE c.ticket = ANY($1)",
        tickets,
    )
    assert len({row["conversation_id"] for row in rows}) == 1
    assert VAULT.open(rows[0]["details"]) == {
        "name": "Inaq Contoh",
        "phone": "+6281234567899",
        "postal_address": "Jalan Contoh 7, Praya",
    }
    for table in await rows_of(sql):
        if table != "intake.raw_request":
            told = "".join(map(str, await sql.fetch(f"SELECT * FROM {table}")))
            assert "Inaq" not in told
            assert "81234567899" not in told


async def test_anonymous_and_secret_are_kept_and_words_of_bribery_seal(house, sql):
    form = {**LETTER, "text": "Oknum kepala desa minta uang pelicin", "anonymous": True, "secret": True}
    ticket = (await house.enter("surat-rahasia", form)).json()["ticket"]
    row = await sql.fetchrow("SELECT anonymous, secret, sealed FROM intake.complaint WHERE ticket = $1", ticket)
    assert tuple(row) == (True, True, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"received_on": "2026-11-26"},
        {"received_on": "2024-11-26"},
        {"received_on": "kemarin"},
        {"incident_time": "2027-01-01T00:00:00+08:00"},
        {"channel": "sms"},
        {"text": " \x00"},
        {"place": {"latitude": -6.2, "longitude": 106.8}},
        {"citizen": {"phone": "12"}},
        {"anonimous": True},
    ],
    ids=str,
)
async def test_an_entry_that_cannot_be_is_refused_and_changes_nothing(wrong, house, sql):
    before = await rows_of(sql)
    answer = await house.enter("surat-salah", {**LETTER, **wrong})
    assert answer.status_code == 422, answer.text
    assert await rows_of(sql) == before


async def test_leaders_and_operators_enter_nothing(house):
    answers = [await house.enter("surat-0003", role=role) for role in (Role.LEADER, Role.OPERATOR)]
    assert [answer.status_code for answer in answers] == [403, 403]
    without_key = await house.http.post("/v1/desk/complaints", json=LETTER, headers=token(Role.COORDINATOR))
    assert without_key.status_code == 422
