"""Whether text messages reach us, as the gateways themselves say."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI, Response
from pydantic import SecretStr

from channel_adapters.sms.read import SmsReader
from channel_adapters.sms.settings import SmsStatusSettings
from shared.channels import Remedy, SendError
from tests.channels.serving import closed_port, serving

PAGE = """<?xml version="1.0"?><gateway><status>running, uptime 1d</status><smscs><count>2</count>
<smsc><name>A</name><status>{first} 120s</status></smsc><smsc><name>B</name><status>{second}</status></smsc>
</smscs></gateway>"""
PASSWORD = "status-5f2d0c1b7e9a"


class Kannel:
    """Kannel's status page."""

    def __init__(self) -> None:
        self.first, self.second, self.url = "online", "dead", ""

    async def health(self, *, url: str | None = None, android: str = "") -> tuple[bool, str | None]:
        reader = SmsReader(
            SmsStatusSettings(
                numbers=["1708"],
                kannel_status_url=SecretStr(url or f"{self.url}/status.xml?password={PASSWORD}"),
                android_health_url=android,
            )
        )
        told = await reader.health("1708")
        await reader.close()
        return told.reachable, told.problem


@pytest.fixture
async def kannel() -> AsyncIterator[Kannel]:
    app, made = FastAPI(), Kannel()

    @app.get("/status.xml")
    async def status(password: str) -> Response:
        if password != PASSWORD:
            return Response("Denied", 403)
        return Response(PAGE.format(first=made.first, second=made.second), media_type="text/xml")

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "pass"}

    async with serving(app) as url:
        made.url = url
        yield made


async def test_a_gateway_with_a_link_to_an_operator_is_well(kannel):
    assert await kannel.health(android=f"{kannel.url}/health") == (True, None)


async def test_a_gateway_without_any_link_hears_nobody(kannel):
    kannel.first = "re-connecting"
    assert await kannel.health() == (False, "operator_link_down")


async def test_a_gateway_that_is_away_is_named(kannel, caplog):
    nowhere = f"http://127.0.0.1:{closed_port()}"
    assert await kannel.health(url=f"{nowhere}/status.xml?password={PASSWORD}") == (False, "kannel_away")
    assert await kannel.health(url=f"{kannel.url}/status.xml?password=wrong") == (False, "kannel_away")
    assert await kannel.health(android=f"{nowhere}/health") == (False, "android_gateway_away")


async def test_nobody_pretends_to_read_text_messages_back(kannel):
    reader = SmsReader(SmsStatusSettings(numbers=["1708"]))
    assert not reader.reads_back
    with pytest.raises(SendError) as refused:
        _ = [one async for one in reader.since("1708", datetime.now(UTC))]
    assert refused.value.remedy is Remedy.GIVE_UP
    assert await reader.health("1708")
    await reader.close()
