"""A storm of redeliveries: each message three times at the same moment, against messages that come once."""

import asyncio
from collections.abc import Callable
from typing import Any

from deploy.bench.house import DOOR, bring_everything_back
from deploy.bench.intake import compare, stored
from deploy.bench.load import Load
from deploy.bench.sides import HOST, Side, bare_route, only_the_door, take_turns
from deploy.bench.webhooks import Webhooks
from deploy.local.stack import Stack

COPIES = 3


async def measure_storm(
    stack: Stack, *, seconds: float, connections: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Measure both against the same process in turns, and the bare route beside them; then count what is stored."""
    secret = stack.environment()["NTBCARE_FACEBOOK_APP_SECRETS"]
    calm, storm = Webhooks(secret, host=HOST), Webhooks(secret, host=HOST)
    await asyncio.to_thread(only_the_door, stack)
    async with bare_route(stack, calm) as bare:
        port, pid = stack.ports[DOOR], stack.pid(DOOR)
        once = Side("each message once", port, pid, Load(calm.request))
        thrice = Side(f"each message {COPIES} times", port, pid, Load(lambda number: storm.request(number // COPIES)))
        await take_turns((bare, once, thrice), seconds, connections, say)
    accepted = sorted({storm.message_id(number // COPIES) for number in thrice.load.accepted})
    found = {name: rows for name, rows in (await stored(stack.owner_url)).items() if storm.number(name) is not None}
    await asyncio.to_thread(bring_everything_back, stack)
    return {
        "connections": connections,
        "copies": COPIES,
        "baseline": bare.figures(),
        "once": once.figures(),
        "storm": thrice.figures(),
        "ratio": round(thrice.rate / once.rate, 3),
        "ratio_to_bare": round(thrice.rate / bare.rate, 3),
        "count": compare(accepted, found),
    }
