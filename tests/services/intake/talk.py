"""People who write to us on Messenger, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from shared.http.client import AsyncClient
from tests.services.intake.provider import ACCOUNTS, SENT_AT_MS, message, signed, webhook

PHOTO_URL = "https://scontent.xx.fbcdn.net/v/foto.jpg"
PHOTO = {"type": "image", "payload": {"url": PHOTO_URL}}
MATARAM = {"type": "location", "payload": {"coordinates": {"lat": -8.583, "long": 116.107}}}
MINUTE_MS = 60_000


async def deliver(http: AsyncClient, *elements: Mapping[str, Any], door: str = "facebook") -> None:
    """Deliver elements in one webhook."""
    body = webhook(door, *elements)
    answer = await http.post(f"/channels/{door}", content=body, headers=signed(door, body))
    assert answer.status_code == 200, answer.text


class Citizen:
    """One person on one page of ours: each message comes a minute after the one before, unless told otherwise."""

    def __init__(self, name: str, *, door: str = "facebook", account: str | None = None) -> None:
        self.name = name
        self.door = door
        self.account = account or ACCOUNTS[door]
        self.mids: list[str] = []

    def element(self, text: str = "", *, minute: float | None = None, **more: Any) -> dict[str, Any]:
        """Write a message without sending it."""
        mid = f"m_{self.name}_{len(self.mids)}"
        at = SENT_AT_MS + int((len(self.mids) if minute is None else minute) * MINUTE_MS)
        self.mids.append(mid)
        return message(self.door, mid, text, sender=self.name, account=self.account, timestamp=at, **more)

    async def says(self, http: AsyncClient, text: str = "", **more: Any) -> str:
        """Write a message and deliver it alone; return its id."""
        await deliver(http, self.element(text, **more), door=self.door)
        return self.mids[-1]

    def hears(self, mid: str, text: str, **more: Any) -> dict[str, Any]:
        """Return the echo of something that was written to them in our name."""
        return message(self.door, mid, text, sender=self.account, account=self.name, is_echo=True, **more)


@dataclass(frozen=True)
class Complaint:
    """A complaint with its messages (id, disposition, rule) and its events, each in their order."""

    id: UUID
    ticket: str
    row: asyncpg.Record
    messages: list[tuple[str, str, str]]
    events: list[asyncpg.Record]

    @property
    def kinds(self) -> list[str]:
        """The types of its events, without `complaint.` and version."""
        return [event["type"].removeprefix("complaint.").removesuffix(".v1") for event in self.events]

    @property
    def received(self) -> Mapping[str, Any]:
        """What its first event says."""
        said: Mapping[str, Any] = self.events[0]["value"]
        return said


async def complaints_of(sql: asyncpg.Connection, *citizens: Citizen) -> list[Complaint]:
    """Return the complaints that hold messages of these people, oldest first."""
    mids = [mid for citizen in citizens for mid in citizen.mids]
    found = await sql.fetch(
        "SELECT * FROM intake.complaint WHERE id IN (SELECT complaint_id FROM intake.message"
        " WHERE provider_message_id = ANY($1)) ORDER BY id",
        mids,
    )
    return [await _complaint(sql, row) for row in found]


async def complaint_of(sql: asyncpg.Connection, citizen: Citizen) -> Complaint:
    """Return the one complaint of a person."""
    (found,) = await complaints_of(sql, citizen)
    return found


async def _complaint(sql: asyncpg.Connection, row: asyncpg.Record) -> Complaint:
    messages = await sql.fetch(
        "SELECT provider_message_id, disposition, rule FROM intake.message WHERE complaint_id = $1 ORDER BY id",
        row["id"],
    )
    events = await sql.fetch("SELECT * FROM bus.outbox WHERE subject = $1 ORDER BY sequence", row["id"])
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    return Complaint(row["id"], row["ticket"], row, [tuple(one) for one in messages], events)


async def became(sql: asyncpg.Connection, *mids: str) -> list[tuple[str, str]]:
    """Return disposition and rule of messages, in their order."""
    rows = await sql.fetch(
        "SELECT provider_message_id AS mid, disposition, rule FROM intake.message WHERE provider_message_id = ANY($1)",
        mids,
    )
    found = {row["mid"]: (row["disposition"], row["rule"]) for row in rows}
    return [found[mid] for mid in mids]


async def prompts_to(sql: asyncpg.Connection, citizen: Citizen) -> list[Mapping[str, Any]]:
    """Return what a person was to be told about messages that made no complaint, in order."""
    rows = await sql.fetch(
        "SELECT o.value FROM bus.outbox AS o JOIN intake.message AS m ON m.id = (o.value->>'message_id')::uuid"
        " WHERE o.type = 'conversation.citizen_prompted.v1' AND m.provider_message_id = ANY($1) ORDER BY o.position",
        citizen.mids,
    )
    return [row["value"] for row in rows]


async def waiting_of(sql: asyncpg.Connection, citizen: Citizen) -> int:
    """Return how many messages of a person are held, by the conversation's own count, which must be right."""
    rows = await sql.fetch(
        "SELECT v.waiting, (SELECT count(*) FROM intake.message AS h WHERE h.conversation_id = v.id"
        " AND h.disposition = 'held' AND h.author = 'citizen') AS held FROM intake.conversation AS v WHERE v.id IN"
        " (SELECT conversation_id FROM intake.message WHERE provider_message_id = ANY($1))",
        citizen.mids,
    )
    assert all(row["waiting"] == row["held"] for row in rows)
    return sum(row["held"] for row in rows)
