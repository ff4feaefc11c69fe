"""`ntbcare replies`: an operator says what became of a message that nobody is sure about, and reads no words."""

import asyncio
import json

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.cli import replies
from deploy.cli.operator import console
from shared.channels import Remedy, SendError
from shared.core.ids import new_id
from tests.services.replies.house import NUMBER, until


@pytest.fixture
def run(monkeypatch, tmp_path, database_urls):
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setenv("NTBCARE_OPERATOR_DATABASE_URL", database_urls["operator"])
    monkeypatch.setattr(console, "width", 240)

    async def invoke(*arguments):
        return await asyncio.to_thread(lambda: CliRunner().invoke(replies.app, [str(one) for one in arguments]))

    return invoke


@pytest.fixture
async def unknown(house):
    house.sender.answers.append(SendError("connection_lost", Remedy.UNKNOWN))
    await house.complain()
    await house.send_all()
    return await house.only()


async def test_the_list_shows_trouble_with_its_reason_and_no_words(run, unknown):
    told = (await run("list")).output
    for word in (str(unknown["id"]), unknown["ticket"], "unknown", "connection_lost", "ntbcare replies resolve"):
        assert word in told
    document = json.loads((await run("list", "--json")).output)
    assert [one["id"] for one in document["replies"]] == [str(unknown["id"])]
    said = told + json.dumps(document)
    for secret in (unknown["text"], NUMBER, str(unknown["recipient"]), str(unknown["conversation_id"])):
        assert secret not in said


async def test_the_list_of_one_state_shows_that_state_only(run, unknown):
    assert "No message is sent." in (await run("list", "--state", "sent")).output
    assert str(unknown["id"]) in (await run("list", "--state", "unknown", "--state", "sent")).output
    assert (await run("list", "--state", "lost")).exit_code == 2


async def test_the_list_names_accounts_that_rest(run, house):
    house.sender.answers.append(SendError("token_dead", Remedy.PAUSE))
    await house.complain()
    await house.send_all()
    assert "sms 1708 rests (token_dead) until" in (await run("list")).output


@pytest.mark.parametrize(
    ("word", "state", "said", "sent"),
    [
        ("--sent", "sent", ["reply.sent.v1"], 1),
        ("--failed", "failed", ["reply.failed.v1"], 1),
        ("--again", "sent", ["reply.sent.v1"], 2),
    ],
)
async def test_a_resolution_is_carried_out_and_announced_by_the_service(run, house, unknown, word, state, said, sent):
    async with house.running():
        answer = await run("resolve", unknown["id"], word)
        assert answer.exit_code == 0, answer.output
        await until(house.settled)
    row = await house.only()
    assert (row["state"], row["resolution"]) == (state, None)
    assert [kind for kind, _ in await house.said()] == ["reply.unknown.v1", *said]
    assert len(house.sender.handed) == sent
    kept = await house.sql.fetchrow("SELECT * FROM replies.resolution")
    assert (kept["reply_id"], f"--{kept['said']}", kept["actor_kind"]) == (unknown["id"], word, "operator")


async def test_a_receipt_that_is_sent_again_after_days_is_sent(run, house, unknown):
    house.clock.advance(days=3)
    async with house.running():
        await run("resolve", unknown["id"], "--again")
        await until(house.settled)
    assert (await house.only())["state"] == "sent"


async def test_only_an_unknown_message_can_be_resolved(run, house):
    await house.complain()
    await house.send_all()
    row = await house.only()
    answer = await run("resolve", row["id"], "--again")
    assert answer.exit_code == 1
    assert "its state is sent" in answer.output
    await house.send_all()
    assert len(house.sender.handed) == 1


async def test_a_report_that_is_faster_than_the_service_goes_before_the_operator(run, house, unknown):
    assert (await run("resolve", unknown["id"], "--failed", "--wait", "0")).exit_code == 1
    await house.report(unknown, "delivered")
    async with house.running():
        await asyncio.sleep(0.1)
    row = await house.only()
    assert (row["state"], row["resolution"]) == ("sent", None)


async def test_a_resolution_that_nobody_takes_says_which_service_must_run(run, unknown):
    answer = await run("resolve", unknown["id"], "--sent", "--wait", "0.3")
    assert answer.exit_code == 1
    assert "ntbcare serve replies" in answer.output
    again = await run("resolve", unknown["id"], "--failed")
    assert "somebody said sent already" in again.output


@pytest.mark.parametrize("words", [[], ["--sent", "--failed"]])
async def test_a_resolution_is_one_word(run, unknown, words):
    assert (await run("resolve", unknown["id"], *words)).exit_code == 2


async def test_an_unknown_id_says_where_to_look(run):
    assert "ntbcare replies list" in (await run("resolve", new_id(), "--sent")).output


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT text FROM replies.reply",
        "SELECT recipient FROM replies.reply",
        "SELECT conversation_id FROM replies.complaint",
        "UPDATE replies.reply SET state = 'sent'",
        "DELETE FROM replies.reply",
        "UPDATE replies.account SET paused_until = NULL",
        "SELECT vault.return_address(gen_random_uuid(), 'curiosity')",
    ],
)
async def test_the_operators_role_may_not(statement, database_urls):
    connection = await asyncpg.connect(database_urls["operator"])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
