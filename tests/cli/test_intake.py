"""`ntbcare intake replay` and `ntbcare recover`: typed as an operator types them."""

import json

import pytest

from shared.core.ids import new_id
from tests.channels.serving import closed_port
from tests.services.intake.provider import ACCOUNTS, SETTINGS, message, webhook


@pytest.fixture
def house(settings, database_urls, tmp_path):
    own = {"NTBCARE_INTAKE_DATABASE_URL": database_urls["intake"], "NTBCARE_INTAKE_ATTACHMENTS": str(tmp_path)}
    for name, value in {**SETTINGS, **own}.items():
        settings.setenv(name, value)
    return settings


async def park(sql, body: bytes) -> str:
    kept = new_id()
    await sql.execute(
        "INSERT INTO intake.raw_request"
        " (id, channel, door, method, query, headers, body, received_at, state, unreadable)"
        " VALUES ($1, 'facebook', '/channels/facebook', 'POST', '', '{}', $2, now(), 'parked',"
        ' \'[["internal_error", ""]]\')',
        kept,
        body,
    )
    return str(kept)


async def test_a_parked_request_is_tried_then_run_again_and_told_of(house, run, sql):
    kept = await park(sql, webhook("facebook", message("facebook", "m_cli_replay", "Jalan ambles di Sekotong")))
    trial = await run("intake", "replay", "--dry-run", "--channel", "facebook")
    assert (trial.exit_code, "1 of 1 requests would be understood: 1 messages new" in trial.output) == (0, True)
    done = await run("intake", "replay", "--id", kept, "--json")
    told = [json.loads(done.stdout)[0][name] for name in ("id", "state", "new")]
    assert (done.exit_code, told) == (0, [kept, "replayed", 1])
    assert "Nothing of that kind is kept." in (await run("intake", "replay")).output
    assert "ambles" not in trial.output + done.output


async def test_what_is_still_not_understood_is_named_and_fails_the_command(house, run, sql):
    kept = await park(sql, b"{")
    answer = await run("intake", "replay", "--since", "2026-01-01")
    assert answer.exit_code == 1
    assert f"{kept}  parked: not_json at the whole body" in answer.output
    await sql.execute("UPDATE intake.raw_request SET state = 'dropped'")


async def test_reading_back_without_a_token_says_so_and_a_gateway_of_text_messages_is_not_asked(house, run):
    answer = await run("recover", "facebook", "--since", "2026-11-20", "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)[0]["problem"] == "no_token"
    page = ACCOUNTS["facebook"]
    house.setenv("NTBCARE_FACEBOOK_PAGE_TOKENS", json.dumps({page: "EAAtokenOfThePage"}))
    house.setenv("NTBCARE_FACEBOOK_GRAPH_URL", f"http://127.0.0.1:{closed_port()}/v26.0")
    away = await run("recover", "facebook", "--since", "2026-11-20", "--account", page)
    assert (away.exit_code, "unreachable" in away.output) == (1, True)
    assert (await run("recover", "sms", "--since", "2026-11-20")).exit_code == 2
    assert (await run("recover", "facebook", "--since", "kemarin")).exit_code == 2
