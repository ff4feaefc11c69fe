"""What a request became, read from the tables by SQL, against what the index says it should become."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from shared.security.vault import VaultKeys
from tests.services.intake.provider import SETTINGS

STORED = (
    "message",
    "complaint",
    "conversation",
    "attachment",
    "part",
    "amendment",
    "pointer",
    "ignored",
    "delivery_report",
)
"""What a redelivery must not add to; beside them the outbox. (The raw log of what nobody understood is no message.)"""
_KEPT = {"create", "append", "outbound"}
_TABLES = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('intake', 'vault', 'bus')"
_MESSAGES = """
    SELECT m.channel, m.account, m.provider_message_id, m.text, m.event_time, m.author, m.disposition, m.rule,
           p.identifier, (SELECT count(*) FROM intake.attachment AS a WHERE a.message_id = m.id) AS attachments
    FROM intake.message AS m LEFT JOIN intake.conversation AS v ON v.id = m.conversation_id
    LEFT JOIN vault.person AS p ON p.id = v.person_id ORDER BY m.id
"""


@dataclass(frozen=True)
class Outcome:
    """The answer, and what the tables hold after it."""

    status: int
    messages: Sequence[Mapping[str, Any]]
    rows: Counter[str]
    parked: int
    """Requests whose signature is right and that nobody understood."""
    problems: list[str]
    """Why attachments have no content."""

    @property
    def words(self) -> str:
        """Say it in a table's cell."""
        became = [f"{one['disposition']} ({one['rule']})" for one in self.messages]
        waiting = [f"{self.rows[name]} {name}" for name in ("part", "pointer", "amendment") if self.rows[name]]
        return ", ".join([*became, *waiting, *(["parked"] if self.parked else [])]) or "-"


async def empty_tables(sql: asyncpg.Connection) -> None:
    """Start anew."""
    names = [name for (name,) in await sql.fetch(_TABLES) if "alembic" not in name]
    await sql.execute(f"TRUNCATE {', '.join(names)} CASCADE")


async def look(sql: asyncpg.Connection, status: int) -> Outcome:
    """Read the tables."""
    rows = Counter({name: await sql.fetchval(f"SELECT count(*) FROM intake.{name}") for name in STORED})
    rows["outbox"] = await sql.fetchval("SELECT count(*) FROM bus.outbox")
    messages = [dict(row) for row in await sql.fetch(_MESSAGES)]
    vault = VaultKeys([SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]])
    for one in messages:
        one["person"] = vault.open(one["identifier"])[1] if one["identifier"] else None
    parked = await sql.fetchval("SELECT count(*) FROM intake.raw_request WHERE state = 'parked'")
    lacking = await sql.fetch("SELECT problem FROM intake.attachment WHERE problem IS NOT NULL ORDER BY id")
    problems = [problem for (problem,) in lacking]
    return Outcome(status=status, messages=messages, rows=rows, parked=parked, problems=problems)


def differences(expected: Mapping[str, Any], before: Outcome | None, after: Outcome) -> list[str]:
    """Name what is not as the index says; `before` holds what an earlier request of a scenario left."""
    old = {one["provider_message_id"] for one in before.messages} if before else set()
    complaints = after.rows["complaint"] - (before.rows["complaint"] if before else 0)
    new = [one for one in after.messages if one["provider_message_id"] not in old]
    figures = [
        ("answer", expected["http_status"], after.status),
        ("messages", expected["stored_messages"], len(new)),
        ("complaints", expected["new_complaint_messages"], complaints),
    ]
    found = [f"{name}: {want} expected, {got} got" for name, want, got in figures if want != got]
    stored = [item for item in expected["items"] if item["action"] in _KEPT]
    if len(stored) == len(new):
        for item, one in zip(stored, _in_order(stored, new), strict=True):
            found += _differs(item, one)
    return found


def _in_order(items: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Put the messages in the items' order where the index names them."""
    by_id = {one["provider_message_id"]: one for one in new}
    if all(str(item.get("external_id")) in by_id for item in items):
        return [by_id[str(item["external_id"])] for item in items]
    return new


def _differs(item: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[str]:
    told = {
        "external_id": one["provider_message_id"],
        "text": one["text"],
        "author_id": one["person"],
        "occurred_at": one["event_time"],
        "attachments": one["attachments"],
        "author": one["author"],
    }
    wanted = {name: item[name] for name in ("external_id", "text") if item.get(name) is not None}
    if "joined" in item:
        wanted["text"] = item["joined"]
    if item["action"] == "outbound":
        wanted["author"] = "agency"
    elif item.get("author_id") is not None:
        wanted["author_id"] = str(item["author_id"])
    if item.get("occurred_at"):
        wanted["occurred_at"] = datetime.fromisoformat(item["occurred_at"])
    if "attachments" in item:
        wanted["attachments"] = len(item["attachments"])
    for name, want in wanted.items():
        if told[name] != want:
            yield f"{name}: {_short(want)} expected, {_short(told[name])} got"


def _short(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else json.dumps(value, ensure_ascii=False)[:70]
