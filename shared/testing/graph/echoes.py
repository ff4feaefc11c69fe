"""What Meta tells our doors, signed: what our account sent (`message_echoes`), and what people wrote."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from shared.http.client import HTTPError, async_client
from shared.testing.graph.held import Account, Held
from shared.testing.graph.said import Said, webhook

_OBJECTS = {"facebook": "page", "instagram": "instagram"}
_TRIES = 5
_PAUSE_S = 0.2


class Echoes:
    """Sends echoes to the doors, by channel; a channel without a door gets none."""

    def __init__(self, doors: Mapping[str, str]) -> None:
        """`doors` are whole addresses such as http://127.0.0.1:8000/channels/facebook."""
        self._doors = doors
        self._under_way: set[asyncio.Task[None]] = set()

    def send(self, account: Account, held: Held) -> None:
        """Send it in the background; a public reply is a comment, and has no echo."""
        if held.surface != "public_reply":
            self._send(account, echo(account, held))

    def tell(self, account: Account, one: Said) -> None:
        """Send the webhook of what somebody wrote."""
        entry = webhook(one, account.channel)
        self._send(account, {"object": _OBJECTS[account.channel], "entry": [entry]})

    def _send(self, account: Account, document: dict[str, Any]) -> None:
        door = self._doors.get(account.channel)
        if door is None:
            return
        task = asyncio.create_task(_deliver(door, account, document))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait until everything that was sent so far has arrived, or never will."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def close(self) -> None:
        """Let those finish that are under way."""
        await asyncio.gather(*self._under_way)


async def _deliver(door: str, account: Account, document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    signature = hmac.new(account.app_secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    async with async_client(timeout=5) as http:
        for _ in range(_TRIES):
            try:
                if (await http.post(door, content=body, headers=headers)).is_success:
                    return
            except HTTPError:
                pass
            await asyncio.sleep(_PAUSE_S)


def echo(account: Account, held: Held) -> dict[str, Any]:
    """Return the webhook's document."""
    at = int(held.taken_at.timestamp() * 1000)
    message: dict[str, Any] = {"mid": held.id, "text": held.text, "is_echo": True, "app_id": 1517776481860111}
    if held.metadata is not None:
        message["metadata"] = held.metadata
    element = {"sender": {"id": account.id}, "recipient": {"id": held.to}, "timestamp": at, "message": message}
    entry = {"id": account.id, "time": at, "messaging": [element]}
    return {"object": _OBJECTS[account.channel], "entry": [entry]}
