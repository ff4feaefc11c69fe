"""A provider with many citizens: sends each message until it gets a 2xx, as Meta does, and keeps its own log."""

import asyncio
import time
import zlib

from deploy.demo import providers
from deploy.demo.ledger import SentLog
from deploy.demo.outside import Window
from deploy.local.stack import Stack
from shared.http.client import AsyncClient, HTTPError, async_client

_RETRY_S = 0.2


async def send(stack: Stack, books: SentLog, *, messages: int, per_second: float, name: str) -> None:
    """Send messages at a steady rate, each from another citizen; returns when each has got its 2xx."""
    secret = stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"]
    url = stack.url("intake-facebook") + "/channels/facebook"
    started = time.monotonic()
    citizens = [f"77{zlib.crc32(name.encode()):010d}{number:04d}" for number in range(messages)]
    async with async_client(timeout=5) as http, asyncio.TaskGroup() as group:
        await Window(stack, http, None).people_wrote({"facebook": citizens})
        for number, citizen in enumerate(citizens):
            text = f"Jalan berlubang nomor {name}-{number} di Masbagik Lombok Timur, mohon diperbaiki"
            call = providers.messenger(secret, [(citizen, text, int(time.time() * 1000))], label=name)
            group.create_task(_until_accepted(http, url, call, books))
            await asyncio.sleep(max(0.0, started + (number + 1) / per_second - time.monotonic()))


async def _until_accepted(http: AsyncClient, url: str, call: providers.Call, books: SentLog) -> None:
    while True:
        try:
            answer = await http.post(url, headers=dict(call.headers), content=call.body)
        except HTTPError:
            await asyncio.sleep(_RETRY_S)
            continue
        if answer.is_success:
            books.accepted(list(call.message_ids))
            return
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(_RETRY_S)
