"""`ntbcare lapor`: an operator lists mirrors without a citizen's words, and settles a doubt."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from services.lapor.keeping import OPEN_AGAIN
from tests.services.lapor.test_lapor_privacy import unsealed


async def until(mirror: Any, ticket: str, state: str) -> None:
    async with asyncio.timeout(10):
        while (await mirror.row(ticket))["state"] != state:  # noqa: ASYNC110 - another process would change it
            await asyncio.sleep(0.05)


@pytest.fixture
async def doubtful(house, lapor, cancelled):
    """Make a complaint of which LAPOR! kept the number for itself; the worker goes on working."""
    mirror = house()
    lapor.switch(no_id=1)
    told = await mirror.verified()
    await mirror.work()
    working = asyncio.create_task(mirror.mirror.push())
    yield mirror, told
    await cancelled(working)


async def test_a_number_that_a_person_found_counts_like_one_that_lapor_told(run, doubtful, lapor):
    mirror, told = doubtful
    number = str(lapor.one(told.ticket).id)
    answer = await run("resolve", told.ticket, "--number", f"#{number}")
    assert answer.exit_code == 0, answer.output
    row, (event,) = await mirror.row(told.ticket), await mirror.published(told.ticket)
    assert (row["state"], row["lapor_id"], row["verdict"]) == ("created", number, None)
    assert json.loads(event["value"])["actor"]["kind"] == "operator"
    assert await mirror.mirror.look_at_one()
    assert (await mirror.row(told.ticket))["status"] == "Belum Terverifikasi"


async def test_what_is_not_there_is_told_again(run, doubtful, lapor):
    mirror, told = doubtful
    del lapor.held.complaints[lapor.one(told.ticket).id]
    answer = await run("resolve", told.ticket.lower(), "--not-created")
    assert answer.exit_code == 0, answer.output
    await until(mirror, told.ticket, "created")
    assert lapor.count(told.ticket) == 1
    assert (await mirror.row(told.ticket))["lapor_id"] == str(lapor.one(told.ticket).id)


async def test_the_number_of_what_was_typed_in_by_hand_is_taken_once_it_is_unsealed(run, doubtful):
    mirror, _ = doubtful
    told = await mirror.verified(sealed=True)
    refused = await run("resolve", told.ticket, "--number", "9165999")
    assert (refused.exit_code, "nothing to resolve" in refused.output) == (1, True)
    await mirror.hear(unsealed(told))
    assert (await run("resolve", told.ticket, "--not-created")).exit_code == 1
    answer = await run("resolve", told.ticket, "--number", "9165999")
    assert answer.exit_code == 0, answer.output
    row = await mirror.row(told.ticket)
    assert (row["state"], row["lapor_id"]) == ("created", "9165999")


@pytest.mark.parametrize("reason", sorted(OPEN_AGAIN))
async def test_whatever_kept_it_here_before_the_number_of_what_was_typed_in_by_hand_is_taken(run, doubtful, reason):
    mirror, _ = doubtful
    told = await mirror.verified(sealed=True)
    kept = "UPDATE lapor.mirror SET sealed = false, reason = $2 WHERE ticket = $1"
    await mirror.sql.execute(kept, told.ticket, reason)
    answer = await run("resolve", told.ticket, "--number", "9165998")
    assert answer.exit_code == 0, answer.output
    assert (await mirror.row(told.ticket))["lapor_id"] == "9165998"


async def test_the_list_shows_how_it_stands_and_no_citizens_words(run, doubtful):
    _, told = doubtful
    for arguments in ((), ("--state", "perhaps_created"), ("--json",)):
        answer = await run("list", *arguments)
        assert answer.exit_code == 0, answer.output
        assert told.ticket in answer.output
        assert "kelas" not in answer.output
    assert "No complaint is refused" in (await run("list", "--state", "refused")).output
    assert (await run("list", "--state", "lost")).exit_code == 2


async def test_a_number_of_another_complaint_is_refused(run, doubtful, house, lapor):
    mirror, told = doubtful
    other = await mirror.verified()
    await until(mirror, other.ticket, "created")
    taken = (await mirror.row(other.ticket))["lapor_id"]
    answer = await run("resolve", told.ticket, "--number", taken)
    assert answer.exit_code == 1
    assert other.ticket in answer.stderr
    again = await run("resolve", other.ticket, "--not-created")
    assert again.exit_code == 1
    assert f"is created as {taken}" in again.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("NTB-79E7-3T8DN",),
        ("NTB-79E7-3T8DN", "--not-created", "--number", "9165816"),
        ("NTB-79E7-3T8DN", "--number", "abc"),
        ("NTB-79E7-3T8DN", "--number", "0"),
        ("NTB-0000-00000X", "--not-created"),
    ],
)
async def test_what_cannot_be_meant_is_a_usage_error(run, arguments):
    assert (await run("resolve", *arguments)).exit_code == 2


async def test_an_unknown_ticket_is_said_to_be_unknown(run, sql):
    answer = await run("resolve", "NTB-79E7-3T8DN", "--not-created")
    assert answer.exit_code == 1
    assert "unknown to the mirror" in answer.stderr


async def test_the_operators_role_can_leave_a_verdict_and_nothing_else(database_urls, house):
    await house().verified()
    connection = await asyncpg.connect(database_urls["operator"])
    try:
        for statement in (
            "SELECT text FROM lapor.mirror",
            "UPDATE lapor.mirror SET state = 'created'",
            "UPDATE lapor.mirror SET lapor_id = '1'",
            "DELETE FROM lapor.mirror",
            "SELECT * FROM lapor.budget",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("UPDATE lapor.mirror SET verdict = 'created'")
        await connection.execute("UPDATE lapor.mirror SET verdict = 'created', verdict_number = '1'")
    finally:
        await connection.close()


async def test_the_stand_in_is_served_on_loopback_with_the_services_own_secrets(run, monkeypatch, tmp_path):
    served: dict[str, Any] = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **options: served.update(options, app=app))
    monkeypatch.setenv("NTBCARE_LAPOR_AUTH", "Bearer $2y$10$kQ4fZ1hV8sLw3xNbT6rPuO")
    monkeypatch.setenv("NTBCARE_LAPOR_TOKEN", "{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}")
    answer = await run("simulator", "--port", "8099", "--timetable", "1:Selesai", "--journal", str(tmp_path / "j"))
    assert answer.exit_code == 0, answer.output
    assert (served["host"], served["port"]) == ("127.0.0.1", 8099)
    assert "kQ4f" not in answer.output
    wrong = await run("simulator", "--timetable", "Selesai")
    assert wrong.exit_code == 2


async def test_the_stand_in_starts_with_institutions_and_switches_of_ones_own(run, monkeypatch, tmp_path):
    served: dict[str, Any] = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **options: served.update(app=app))
    monkeypatch.setenv("NTBCARE_LAPOR_AUTH", "$2y$10$kQ4fZ1hV8sLw3xNbT6rPuO")
    monkeypatch.setenv("NTBCARE_LAPOR_TOKEN", "{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}")
    known = tmp_path / "institutions.csv"
    known.write_text("id,name\n7,Dinas Sosial\n")
    storm = ("--quirk", "fail_share=0.2", "--quirk", "fail_ways=no_id,answer_cut", "--quirk", "list=true")
    answer = await run("simulator", "--institutions", str(known), *storm)
    assert answer.exit_code == 0, answer.output
    held = served["app"].state.held
    assert held.masters.name("institutions", 7) == "Dinas Sosial"
    assert (held.quirks.fail_share, held.quirks.fail_ways, held.quirks.list) == (0.2, ("no_id", "answer_cut"), True)
    known.write_text("id,name\nx,Dinas Sosial\n")
    broken = tmp_path / "journal"
    broken.write_text("none\nof ours\n")
    for wrong in (
        ("--institutions", str(known)),
        ("--quirk", "sunshine=1"),
        ("--quirk", "no_id"),
        ("--journal", str(broken)),
    ):
        refused = await run("simulator", *wrong)
        assert (refused.exit_code, wrong[0] in refused.output) == (2, True)
