"""Who may know who complained, and that nobody looks without leaving a row."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from structlog.testing import capture_logs

from gateway.app import create_app
from services.casework import app as casework
from services.casework import seen
from services.casework.looks import service as looks
from services.casework.looks.rules import may_see_reporter
from shared.core.errors import UnavailableError
from shared.core.ids import new_id
from shared.core.service import ServeOptions
from shared.http.client import ASGITransport, AsyncClient
from shared.security import Principal, Role
from shared.security.vault import VaultKeys

KEY = secrets.token_hex(32)
VAULT = VaultKeys([KEY])
WHY = "Perlu menelepon pelapor untuk memastikan lokasi"
PHONE = "+6281234567890"

PLAIN: dict[str, bool] = {}
ANONYMOUS, SECRET, SEALED = {"anonymous": True}, {"secret": True}, {"sealed": True}
BOTH = {**ANONYMOUS, **SECRET}
MINE, STRANGE = "NTB.DIKPORA", "NTB.PUPR"


@pytest.fixture(scope="module")
async def http(tmp_path_factory, database_urls, keys):
    settings = {
        "NTBCARE_ENV_FILE": str(tmp_path_factory.mktemp("looks") / "no.env"),
        "NTBCARE_CASEWORK_DATABASE_URL": database_urls["casework"],
        "NTBCARE_CASEWORK_VAULT_KEYS": KEY,
        "NTBCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": keys.public_key,
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        service = casework.build(ServeOptions())
    transport = ASGITransport(app=create_app([service]), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://door") as client:
        yield client
    await service.close()


@pytest.fixture
def known(opened, sql):
    """Open a case whose reporter the vault knows."""

    async def make(*, kind="msisdn", identifier=PHONE, details=None, **flags):
        case = await opened(**flags)
        person, conversation, reference = new_id(), new_id(), new_id()
        await sql.execute(
            "INSERT INTO vault.person (id, digest, key_id, identifier) VALUES ($1, $2, 'k', $3)",
            *(person, person.bytes, VAULT.close([kind, identifier])),
        )
        await sql.execute(
            "INSERT INTO vault.reporter (reference, person_id, details) VALUES ($1, $2, $3)",
            *(reference, person, None if details is None else VAULT.close(details)),
        )
        await sql.execute(
            "INSERT INTO intake.conversation (id, channel, account, person_id) VALUES ($1, 'sms', '1708', $2)",
            *(conversation, person),
        )
        await sql.execute(
            "INSERT INTO intake.complaint (id, ticket, conversation_id, channel, text, anonymous, secret, sealed,"
            " received_at) VALUES ($1, $2, $3, 'sms', 'Atap bocor', false, false, false, now())",
            *(case.id, case.ticket, conversation),
        )
        await sql.execute(
            "INSERT INTO intake.message (id, channel, account, provider_message_id, complaint_id, raw_request_id,"
            " surface, text, received_at, reporter) VALUES ($1, 'sms', '1708', $2, $3, $1, 'sms', '', now(), $4)",
            *(new_id(), str(reference), case.id, reference),
        )
        return case

    return make


async def rows(sql: Any, complaint_id: UUID) -> tuple[list[Any], list[Any]]:
    """What casework and the vault wrote down about a complaint."""
    ours = await sql.fetch("SELECT * FROM casework.look WHERE complaint_id = $1", complaint_id)
    vaults = await sql.fetch(
        "SELECT l.* FROM vault.look AS l JOIN intake.message AS m ON m.reporter = l.reference"
        " WHERE m.complaint_id = $1",
        complaint_id,
    )
    return ours, vaults


@pytest.mark.parametrize(
    ("role", "agency", "allowed"),
    [
        (Role.LIAISON, MINE, [PLAIN]),
        (Role.LIAISON, STRANGE, []),
        (Role.LIAISON, None, []),
        (Role.COORDINATOR, STRANGE, [PLAIN, ANONYMOUS, SECRET, BOTH]),
        (Role.INSPECTORATE, STRANGE, [PLAIN, ANONYMOUS, SECRET, BOTH, SEALED]),
        (Role.LEADER, MINE, []),
        (Role.OPERATOR, MINE, []),
    ],
)
def test_the_reporter_is_known_to_those_whom_the_law_lets(role, agency, allowed):
    principal = Principal(account_id=new_id(), role=role, agencies=(MINE,))
    unflagged = {"anonymous": False, "secret": False, "sealed": False}
    facts = [PLAIN, ANONYMOUS, SECRET, BOTH, SEALED]
    seen_by = [one for one in facts if may_see_reporter(principal, agency_key=agency, **{**unflagged, **one})]
    assert seen_by == allowed


def test_whatever_role_is_added_sees_no_reporter_until_somebody_says_so():
    named = {Role.LIAISON, Role.COORDINATOR, Role.INSPECTORATE}
    for role in set(Role) - named:
        principal = Principal(account_id=new_id(), role=role, agencies=(MINE,))
        assert not may_see_reporter(principal, agency_key=MINE, anonymous=False, secret=False, sealed=False)


async def test_each_look_at_a_reporter_leaves_one_row_with_who_and_why(known, officer, sql):
    details = {"name": "Inaq Contoh", "postal_address": "Jalan Contoh 7, Praya"}
    case, liaison = await known(details=details), officer()
    with capture_logs() as logged:
        answer = await liaison.post(case.ticket.lower(), "reporter", {"reason": WHY})
    assert answer.json() == {
        "ticket": case.ticket,
        "channel": "sms",
        "name": "Inaq Contoh",
        "phone": PHONE,
        "email": None,
        "identifier_kind": "msisdn",
        "identifier": PHONE,
    }
    (ours,), (vaults,) = await rows(sql, case.id)
    assert (str(ours["account_id"]), ours["role"], ours["what"], ours["reason"]) == (
        *(liaison.id, "liaison", "reporter", WHY),
    )
    assert (str(vaults["account_id"]), vaults["role"], vaults["purpose"]) == (liaison.id, "ntbcare_casework", WHY)
    assert any(one["event"] == "reporter.looked_at" for one in logged)
    assert not [one for one in logged if WHY in str(one) or "Inaq" in str(one) or PHONE in str(one)]
    await liaison.post(case.ticket, "reporter", {"reason": WHY})
    assert [len(one) for one in await rows(sql, case.id)] == [2, 2]


@pytest.mark.parametrize("kind", ["device", "form", "unknown"])
async def test_a_name_that_opens_complaints_or_says_nothing_is_not_shown(known, officer, kind):
    case = await known(kind=kind, identifier="rahasia-perangkat", details={"phone": PHONE})
    answer = await officer().post(case.ticket, "reporter", {"reason": WHY})
    assert (answer.json()["identifier"], answer.json()["phone"]) == (None, PHONE)
    assert "rahasia-perangkat" not in answer.text


@pytest.mark.parametrize(
    ("role", "flags", "status"),
    [
        (Role.LIAISON, ANONYMOUS, 403),
        (Role.LIAISON, SEALED, 404),
        (Role.LEADER, PLAIN, 403),
        (Role.COORDINATOR, SECRET, 200),
        (Role.COORDINATOR, SEALED, 404),
        (Role.INSPECTORATE, SEALED, 200),
        (Role.OPERATOR, PLAIN, 404),
    ],
)
async def test_a_refused_look_leaves_nothing_and_shows_nobody(known, officer, sql, role, flags, status):
    case = await known(**flags)
    answer = await officer(role).post(case.ticket, "reporter", {"reason": WHY})
    assert answer.status_code == status
    assert [len(one) for one in await rows(sql, case.id)] == ([1, 1] if status == 200 else [0, 0])


@pytest.mark.parametrize("reason", ["", "   ingin   ", "x" * 301, None])
async def test_a_look_needs_a_reason(known, officer, sql, reason):
    case = await known()
    answer = await officer().post(case.ticket, "reporter", {"reason": reason})
    assert answer.status_code == 422
    assert "xxx" not in answer.text
    assert [len(one) for one in await rows(sql, case.id)] == [0, 0]


async def test_nobody_sees_a_reporter_when_the_row_cannot_be_written(known, officer, sql):
    case = await known()
    for table in ("casework.look", "vault.look"):
        await sql.execute(f"ALTER TABLE {table} ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
        answer = await officer().post(case.ticket, "reporter", {"reason": WHY})
        await sql.execute(f"ALTER TABLE {table} DROP CONSTRAINT nothing_more")
        assert answer.status_code == 500
        assert PHONE not in answer.text
    assert [len(one) for one in await rows(sql, case.id)] == [0, 0]


async def test_a_complaint_whose_reporter_nobody_wrote_down_is_said_to_have_none(opened, officer, sql):
    case = await opened()
    answer = await officer().post(case.ticket, "reporter", {"reason": WHY})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_reporter")


async def test_an_installation_without_keys_shows_nobody_and_writes_nothing(known, pool, sql):
    case = await known()
    liaison = Principal(account_id=new_id(), role=Role.LIAISON, agencies=(MINE,))
    with pytest.raises(UnavailableError, match="pengelola sistem"):
        await pool.run(lambda tx: looks.Looks(None).reporter(tx, liaison, case.ticket, WHY))
    assert [len(one) for one in await rows(sql, case.id)] == [0, 0]


async def test_what_was_written_down_is_neither_changed_nor_deleted_nor_dated_by_the_service(
    known, officer, database_urls
):
    case = await known()
    backdated = f"('{new_id()}', 'liaison', 'reporter', '{case.id}', '2020-01-01')"
    await officer().post(case.ticket, "reporter", {"reason": WHY})
    connection = await asyncpg.connect(database_urls["casework"])
    for statement in (
        "UPDATE casework.look SET reason = 'lain'",
        "DELETE FROM casework.look",
        "TRUNCATE casework.look",
        f"INSERT INTO casework.look (account_id, role, what, complaint_id, at) VALUES {backdated}",
        "SELECT * FROM vault.look",
        "SELECT identifier FROM vault.person",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_the_log_shows_what_intake_wrote_with_a_ticket_or_without(known, officer, sql):
    case, inspector, account, photo, letter = await known(), officer(Role.INSPECTORATE), new_id(), new_id(), new_id()
    record = "SELECT casework.record_looks($1, 'inspectorate', $2, $3, ARRAY[$4::uuid])"
    await sql.execute(record, account, "attachment", case.id, photo)
    await sql.execute(record, account, "message", None, letter)
    headers = {"Authorization": f"Bearer {inspector.token}"}
    read = await inspector.http.get("/v1/looks", params={"account_id": str(account)}, headers=headers)
    assert [(one["what"], one["ticket"], one["subject_id"]) for one in read.json()["items"]] == [
        ("message", None, str(letter)),
        ("attachment", case.ticket, str(photo)),
    ]


async def test_the_inspectorate_reads_every_look_page_by_page_by_ticket_account_and_period(known, officer):
    began = datetime.now(UTC) - timedelta(seconds=1)
    case, other, liaison, inspector = await known(), await known(), officer(), officer(Role.INSPECTORATE)
    for ticket in (case.ticket, case.ticket, other.ticket):
        await liaison.post(ticket, "reporter", {"reason": WHY})

    async def read(who: Any = inspector, **wanted: Any) -> Any:
        headers = {"Authorization": f"Bearer {who.token}"}
        return await who.http.get("/v1/looks", params=wanted, headers=headers)

    first = (await read(account_id=liaison.id, limit=2)).json()
    second = (await read(account_id=liaison.id, limit=2, cursor=first["next_cursor"])).json()
    assert [one["ticket"] for one in first["items"] + second["items"]] == [other.ticket, case.ticket, case.ticket]
    assert second["next_cursor"] is None
    assert first["items"][0]["reason"] == WHY
    assert len((await read(ticket=case.ticket.lower())).json()["items"]) == 2
    assert (await read(ticket="tidak ada")).json()["items"] == []
    assert (await read(account_id=liaison.id, until=began.isoformat())).json()["items"] == []
    assert len((await read(account_id=liaison.id, since=began.isoformat())).json()["items"]) == 3
    for role in set(Role) - {Role.INSPECTORATE}:
        assert (await read(officer(role))).status_code == 403


async def test_a_look_at_a_sealed_case_is_written_down_in_its_own_transaction(opened, pool, sql):
    case = await opened(sealed=True)
    inspector = Principal(account_id=new_id(), role=Role.INSPECTORATE, agencies=())

    async def look(tx):
        await looks.record(tx, inspector, await seen.find(tx, inspector, case.ticket), "sealed_case")

    await pool.run(look)
    (row,), _ = await rows(sql, case.id)
    assert (row["what"], row["account_id"], row["reason"]) == ("sealed_case", inspector.account_id, None)
    assert abs(row["at"] - datetime.now(UTC)) < timedelta(minutes=1)
