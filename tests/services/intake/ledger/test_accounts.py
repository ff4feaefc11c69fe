"""Intake's health: what providers say of our accounts, who hears how much of it, and what becomes a figure."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.app import create_app
from services.intake.ledger.accounts import Accounts
from shared.channels import AccountHealth, MessageReader
from shared.core.service import ServiceApp
from shared.core.times import utc_now
from shared.db import Database
from tests.services.intake.conftest import client_of
from tests.services.intake.provider import ACCOUNTS, message, signed, webhook

PAGE = ACCOUNTS["facebook"]
NOBODY: Any = {"x-forwarded-for": "203.0.113.9"}


class Said:
    """A reader that only knows its account's health."""

    accounts = (PAGE,)

    def __init__(self, health: AccountHealth) -> None:
        self.told = health

    async def health(self, _account: str) -> AccountHealth:
        return self.told


@pytest.fixture
async def pool(database_urls) -> AsyncIterator[Database]:
    pool = Database(database_urls["intake"], application="accounts")
    yield pool
    await pool.close()


def accounts(pool: Database, **health: Any) -> Accounts:
    reader: Any = Said(AccountHealth(**health))
    readers: dict[str, MessageReader] = {"facebook": reader}
    return Accounts(pool, readers)


async def test_the_operator_sees_each_account_and_everybody_only_whether_somebody_must_look(pool, http, sql):
    body = webhook("facebook", message("facebook", "m_health", "Trotoar di Mataram rusak"))
    await http.post("/channels/facebook", content=body, headers=signed("facebook", body))
    await sql.execute(
        "INSERT INTO intake.account_notice (channel, account, kind, detail, received_at)"
        " VALUES ('facebook', $1, 'policy_enforcement', 'block', now())",
        PAGE,
    )
    asked = accounts(pool, token_valid=False, problem="token_dead")
    await asked.ask()
    service = ServiceApp(name="intake", report=asked.report, close=pool.close)
    async with client_of(create_app([service])) as client:
        whole = (await client.get("/health/intake")).json()
        assert whole["status"] == "attention"
        (page,) = [one for one in whole["accounts"] if one["account"] == PAGE]
        assert (page["problem"], page["token_valid"], page["notices"]) == ("token_dead", False, ["policy_enforcement"])
        assert 0 <= page["silent_s"] < 60
        assert (await client.get("/health/intake", headers=NOBODY)).json() == {"status": "attention"}
    guarded = create_app([service], metrics_token="t" * 32)
    async with client_of(guarded) as client:
        assert (await client.get("/health/intake")).json() == {"status": "attention"}
        shown = await client.get("/health/intake", headers={"authorization": "Bearer " + "t" * 32})
        assert shown.json()["accounts"]


async def test_an_account_that_recovers_is_healthy_again_and_the_figures_follow(pool):
    labels = {"channel": "facebook", "account": PAGE}
    for health, figure in (({"problem": "not_subscribed"}, 0), ({"token_valid": True, "subscribed": True}, 1)):
        asked = accounts(pool, **health)
        await asked.ask()
        asked._show(await asked.states())
        assert REGISTRY.get_sample_value("ntbcare_account_healthy", labels) == figure


async def test_when_nobody_asks_any_more_that_is_the_problem(pool):
    asked = accounts(pool, token_valid=True, subscribed=True)
    await asked.ask()
    later = Accounts(pool, {}, clock=lambda: utc_now() + timedelta(hours=1))
    (page,) = [one for one in await later.states() if one.account == PAGE]
    assert page.problem == "nobody_asks"


async def test_a_mistake_of_ours_in_one_reader_leaves_the_other_accounts_asked(pool, sql):
    class Broken(Said):
        accounts = ("a page of ours",)

        async def health(self, _account: str) -> AccountHealth:
            raise KeyError("data")

    readers: Any = {"facebook": Broken(AccountHealth()), "instagram": Said(AccountHealth(token_valid=True))}
    asked = Accounts(pool, readers)
    await asked.ask()
    found = {(one.channel, one.account): one for one in await asked.states()}
    assert found["facebook", "a page of ours"].problem == "reader_failed"
    assert found["instagram", PAGE].token_valid
    await sql.execute("DELETE FROM intake.account_health WHERE account = 'a page of ours' OR channel = 'instagram'")
