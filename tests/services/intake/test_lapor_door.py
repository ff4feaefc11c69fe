"""What LAPOR! has given to the province: one complaint for each number, whatever happens, and from nobody but us."""

import asyncio
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from services.intake.app import service_of
from services.intake.ledger.replay import Replay
from services.intake.settings import IntakeSettings
from shared.channels import load_channel
from shared.db import Database
from shared.http.client import AsyncClient, Response
from shared.security.vault import VaultKeys
from tests.services.intake.counting import complaints_of, rows_of
from tests.services.intake.provider import SETTINGS, lapor_complaint, lapor_headers

DOOR = "/channels/lapor/complaints"
WORDS = "Saluran irigasi di Dusun Contoh jebol, sawah kami kering"
REPORTER = {"name": "Inaq Contoh", "phone": "0812 3456 7811", "email": "inaq@contoh.example"}


async def hand_over(http: AsyncClient, number: str, content: str = WORDS, **more: Any) -> Response:
    body = json.dumps(lapor_complaint(number, content, **more)).encode()
    return await http.post(DOOR, content=body, headers=lapor_headers(body))


async def event_of(sql: Any, ticket: str) -> dict[str, Any]:
    (row,) = await sql.fetch("SELECT value FROM bus.outbox WHERE value->>'ticket' = $1", ticket)
    found: dict[str, Any] = row["value"]
    return found


def refusals(reason: str) -> float:
    told = {"channel": "lapor", "outcome": "refused", "reason": reason}
    return REGISTRY.get_sample_value("ntbcare_door_outcomes_total", told) or 0.0


async def test_a_complaint_of_lapor_becomes_one_here_with_its_words_place_and_times(http, sql):
    answer = await hand_over(
        http,
        "9165816",
        title="Irigasi jebol",
        filed_at="2026-02-03T08:00:00+08:00",
        incident_on="2026-02-01",
        place="Dusun Contoh, dekat bendung",
        region_code="52.02",
    )
    assert answer.status_code == 201
    receipt = answer.json()
    assert set(receipt) == {"ticket", "complaint_id", "duplicate", "received_at"}
    assert receipt["duplicate"] is False
    said = await event_of(sql, receipt["ticket"])
    assert said["complaint_id"] == receipt["complaint_id"]
    assert (said["channel"], said["account"], said["surface"]) == ("lapor", "sp4n", "form")
    assert said["text"] == f"Irigasi jebol\n{WORDS}"
    assert said["place"]["given"] == {"region_code": "52.02", "description": "Dusun Contoh, dekat bendung"}
    assert datetime.fromisoformat(said["event_time"]) == datetime(2026, 2, 3, tzinfo=UTC)
    assert datetime.fromisoformat(said["incident_time"]) == datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert (said["anonymous"], said["secret"], said["sealed"], said["asks"]) == (False, False, False, [])


async def test_fifty_posts_of_one_number_at_once_are_one_complaint_and_hear_one_ticket(http, sql):
    before = await rows_of(sql)
    answers = await asyncio.gather(*(hand_over(http, "7000001", reporter=REPORTER) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False] + [True] * 49
    assert len({(answer.json()["ticket"], answer.json()["complaint_id"]) for answer in answers}) == 1
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["intake.message"], made["bus.outbox"]) == (1, 1, 1)
    assert (made["vault.person"], made["vault.reporter"], made["intake.raw_request"]) == (1, 1, 1)


async def test_the_same_number_with_other_words_is_the_same_complaint_and_changes_nothing(http, sql):
    first = await hand_over(http, "7000002")
    before = await rows_of(sql)
    again = await hand_over(http, "7000002", "Kata-kata yang lain sama sekali", secret=True, source="imported")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "duplicate": True}
    assert await rows_of(sql) == before
    assert (await event_of(sql, first.json()["ticket"]))["text"] == WORDS


async def test_fifty_numbers_at_once_from_one_telephone_are_fifty_complaints(http, sql):
    numbers = [str(7_100_000 + one) for one in range(50)]
    reporter = {"phone": "+62 812 3456 7822"}
    answers = await asyncio.gather(*(hand_over(http, number, reporter=reporter) for number in numbers))
    assert {answer.status_code for answer in answers} == {201}
    assert set(await complaints_of(sql, numbers)) == set(numbers)


@pytest.mark.parametrize(
    "content", ["terima kasih min", "halo", "STOP", "👍", "5", "SLOT GACOR daftar wa.me/1 bonus", "BATAL"]
)
async def test_nothing_that_lapor_holds_for_a_complaint_is_kept_as_small_talk_or_obeyed(content, http, sql):
    number = str(zlib.crc32(content.encode()))
    receipt = (await hand_over(http, number, content)).json()
    message = await sql.fetchrow("SELECT * FROM intake.message WHERE provider_message_id = $1", number)
    assert (message["disposition"], message["rule"]) == ("opened", "form")
    assert message["complaint_id"] == UUID(receipt["complaint_id"])


async def test_a_complaint_that_names_an_earlier_one_of_the_same_citizen_is_still_one_of_its_own(http):
    first = (await hand_over(http, "7300001", reporter=REPORTER)).json()
    second = await hand_over(http, "7300002", f"Menyusul {first['ticket']}: masih jebol", reporter=REPORTER)
    assert second.status_code == 201
    assert second.json()["ticket"] != first["ticket"]


async def test_a_title_that_is_repeated_in_the_content_is_not_doubled(http, sql):
    receipt = (await hand_over(http, "7300003", title="SALURAN IRIGASI di Dusun…")).json()
    assert (await event_of(sql, receipt["ticket"]))["text"] == WORDS


@pytest.mark.parametrize(
    ("title", "content"),
    [("Oknum kepala desa minta uang pelicin", WORDS), ("", "Petugas meminta suap agar surat kami diurus")],
    ids=["in the title", "in the content"],
)
async def test_words_of_bribery_seal_it_at_the_door(title, content, http, sql):
    receipt = (await hand_over(http, "74" + str(len(content)), content, title=title)).json()
    row = await sql.fetchrow("SELECT sealed FROM intake.complaint WHERE ticket = $1", receipt["ticket"])
    assert row["sealed"] is True
    assert (await event_of(sql, receipt["ticket"]))["sealed"] is True


@pytest.mark.parametrize(("anonymous", "secret"), [(True, False), (False, True), (True, True)])
async def test_what_lapor_hides_stays_hidden(anonymous, secret, http, sql):
    number = f"75{anonymous:d}{secret:d}"
    receipt = (await hand_over(http, number, anonymous=anonymous, secret=secret)).json()
    row = await sql.fetchrow("SELECT anonymous, secret FROM intake.complaint WHERE ticket = $1", receipt["ticket"])
    assert tuple(row) == (anonymous, secret)
    said = await event_of(sql, receipt["ticket"])
    assert (said["anonymous"], said["secret"]) == (anonymous, secret)


async def test_name_number_and_mail_go_to_the_vault_alone_and_the_number_is_known_again(http, sql):
    tickets = [(await hand_over(http, f"760000{one}", reporter=REPORTER)).json()["ticket"] for one in range(2)]
    rows = await sql.fetch(
        "SELECT c.conversation_id, r.details FROM intake.complaint AS c JOIN bus.outbox AS o ON o.subject = c.id"
        " JOIN vault.reporter AS r ON r.reference = (o.value->>'reporter')::uuid WHERE c.ticket = ANY($1)",
        tickets,
    )
    assert len({row["conversation_id"] for row in rows}) == 1
    vault = VaultKeys([SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]])
    told = {"name": "Inaq Contoh", "phone": "+6281234567811", "email": "inaq@contoh.example"}
    assert [vault.open(row["details"]) for row in rows] == [told, told]
    for table in await rows_of(sql):
        if table != "intake.raw_request":
            held = "".join(map(str, await sql.fetch(f"SELECT * FROM {table}")))
            assert "Inaq Contoh" not in held
            assert "81234567811" not in held


async def test_those_who_gave_no_telephone_number_are_nobody_that_is_known(http, sql):
    before = await rows_of(sql)
    for number in ("7700001", "7700002"):
        await hand_over(http, number, reporter={"name": "Inaq Contoh", "phone": "tidak ada"})
    assert (await rows_of(sql) - before)["vault.person"] == 2


# --- is it the service? -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"x-ntbcare-signature": None}, 401, "signature_missing"),
        ({"x-ntbcare-timestamp": None}, 401, "signature_missing"),
        ({"x-ntbcare-signature": "sha256=" + "a" * 64}, 403, "signature_wrong"),
        ({"x-ntbcare-timestamp": "1790650800"}, 403, "signature_wrong"),
    ],
    ids=["no signature", "no time", "forged", "another time"],
)
async def test_what_the_service_did_not_sign_is_refused_counted_and_changes_nothing(
    changes: Mapping[str, str | None], status, reason, http, sql
):
    body = json.dumps(lapor_complaint("7800001", WORDS)).encode()
    headers = {name: value for name, value in {**lapor_headers(body), **changes}.items() if value is not None}
    before, counted = await rows_of(sql), refusals(reason)
    answer = await http.post(DOOR, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, reason)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await rows_of(sql) == before
    assert refusals(reason) == counted + 1


async def test_what_was_signed_ten_minutes_ago_is_worth_nothing_though_its_number_is_known(http, sql):
    await hand_over(http, "7800002")
    body = json.dumps(lapor_complaint("7800002", WORDS)).encode()
    headers = lapor_headers(body, seconds=datetime.now(UTC).timestamp() - 600)
    before, counted = await rows_of(sql), refusals("signature_expired")
    answer = await http.post(DOOR, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "signature_expired")
    assert await rows_of(sql) == before
    assert refusals("signature_expired") == counted + 1


async def test_a_body_is_not_read_before_its_signature_is_right(http):
    body = b"halo"
    answer = await http.post(DOOR, content=body, headers={**lapor_headers(body + b"!"), "content-type": "text/plain"})
    assert answer.json()["code"] == "signature_wrong"


# --- what we do wrong ourselves -----------------------------------------------------------------------


async def test_a_mistake_of_ours_is_a_500_and_parked_and_run_again_it_is_one_complaint(
    http, sql, monkeypatch, workshop
):
    def fail(*_: object) -> None:
        raise RuntimeError("rahasia pelapor")

    with monkeypatch.context() as broken:
        broken.setattr("channel_adapters.lapor.channel.normalize", fail)
        answer = await hand_over(http, "7900001")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "rahasia" not in answer.text
    for name, value in {**SETTINGS, "NTBCARE_ENV_FILE": str(workshop.folder / "no.env")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NTBCARE_INTAKE_DATABASE_URL", workshop.database_url)
    monkeypatch.setenv("NTBCARE_INTAKE_ATTACHMENTS", str(workshop.attachments))
    database = Database(workshop.database_url, application="test", pool_size=2)
    replay = Replay(service_of(IntakeSettings.load()), database, load_channel("lapor"))
    (parked,) = await replay.waiting(state="parked")
    outcome = await replay.run(parked)
    await database.close()
    assert (outcome.state, outcome.new) == ("replayed", 1)
    again = await hand_over(http, "7900001")
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert len(await complaints_of(sql, ["7900001"])) == 1
