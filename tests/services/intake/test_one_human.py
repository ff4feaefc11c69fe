"""Persons who are one human, however and in whatever order they are joined; and locks that stop nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.intake.reporters import repository as reporters
from shared.channels import AgencyMessage, Sender, Translation
from shared.core.ids import new_id
from shared.db import Database
from tests.services.intake.waiting.room import Room, said


@pytest.fixture
async def room(database_urls, tmp_path: Path) -> AsyncIterator[Room]:
    database = Database(database_urls["intake"], application="test", pool_size=6)
    yield Room(database, tmp_path)
    await database.close()


async def someone(room: Room, sql: asyncpg.Connection) -> UUID:
    """Let somebody new write; return the person."""
    mid = f"m_{new_id()}"
    await room.says(mid, "Jalan rusak di Selong", sender=mid)
    person: UUID = await sql.fetchval(
        "SELECT v.person_id FROM intake.conversation AS v JOIN intake.message AS m ON m.conversation_id = v.id"
        " WHERE m.provider_message_id = $1",
        mid,
    )
    return person


async def join(room: Room, one: UUID, other: UUID) -> None:
    await room.database.run(lambda tx: reporters.join_persons(tx, one, other))


async def humans(sql: asyncpg.Connection, *persons: UUID) -> set[UUID]:
    rows = await sql.fetch("SELECT id, joined_to FROM vault.person WHERE id = ANY($1)", persons)
    assert all(row["joined_to"] != row["id"] for row in rows)
    return {row["joined_to"] or row["id"] for row in rows}


async def test_whoever_is_joined_twice_brings_along_whom_they_were_joined_to(room, sql):
    one, two, three = [await someone(room, sql) for _ in range(3)]
    await join(room, one, two)
    await join(room, three, two)  # as the second command of one commit does, which knew two as nobody's
    assert len(await humans(sql, one, two, three)) == 1


async def test_two_who_are_joined_to_each_other_at_the_same_time_are_one(room, sql):
    for _ in range(5):
        one, two = await someone(room, sql), await someone(room, sql)
        await asyncio.gather(join(room, one, two), join(room, two, one))
        assert len(await humans(sql, one, two)) == 1


async def conversation_of(sql: asyncpg.Connection, mid: str) -> UUID:
    found: UUID = await sql.fetchval("SELECT conversation_id FROM intake.message WHERE provider_message_id = $1", mid)
    return found


async def is_free(sql: asyncpg.Connection, conversation: UUID) -> bool:
    with suppress(asyncpg.LockNotAvailableError):
        async with sql.transaction():
            await sql.execute("SELECT FROM intake.conversation WHERE id = $1 FOR UPDATE NOWAIT", conversation)
        return True
    return False


def echo(recipient: str, mid: str, **more: Any) -> AgencyMessage:
    return AgencyMessage(
        provider_message_id=mid,
        account="page",
        surface="direct_message",
        recipient=Sender(id=recipient, kind="psid"),
        text="Besok kami perbaiki",
        **more,
    )


async def test_an_echo_and_a_message_of_one_request_lock_their_conversations_in_the_order_of_all(room, sql, admin_url):
    older, newer = f"m_{new_id()}", f"m_{new_id()}"
    for mid in (older, newer):
        await room.says(mid, "Jalan rusak di Selong", sender=mid)
    locked, waiting = await conversation_of(sql, older), await conversation_of(sql, newer)
    assert locked < waiting
    both = Translation(
        messages=(said(f"m_{new_id()}", "Di depan pasar", sender=newer),),
        agency_messages=(echo(older, f"m_{new_id()}"),),
    )
    holder = await asyncpg.connect(admin_url)
    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM intake.conversation WHERE id = $1 FOR UPDATE", locked)
            taking = asyncio.create_task(room.take("facebook", both))
            await asyncio.sleep(0.3)
            assert not taking.done()
            assert await is_free(sql, waiting)
        (receipt,) = await taking
    finally:
        await holder.close()
    assert receipt.disposition == "appended"


async def test_who_waits_for_a_conversation_keeps_no_newcomer_waiting(room, sql, admin_url):
    known, newcomer = f"m_{new_id()}", f"m_{new_id()}"
    await room.says(known, "Jalan rusak di Selong", sender=known)
    echoes = Translation(agency_messages=(echo(newcomer, f"m_{new_id()}"), echo(known, f"m_{new_id()}")))
    holder = await asyncpg.connect(admin_url)
    try:
        async with holder.transaction():
            conversation = await conversation_of(sql, known)
            await holder.execute("SELECT FROM intake.conversation WHERE id = $1 FOR UPDATE", conversation)
            taking = asyncio.create_task(room.take("facebook", echoes))
            await asyncio.sleep(0.3)
            assert not taking.done()
            receipt = await asyncio.wait_for(room.says(newcomer, "Lampu mati di Praya", sender=newcomer), 5)
        await taking
    finally:
        await holder.close()
    assert receipt.disposition == "opened"
    assert await sql.fetchval("SELECT count(*) FROM intake.message WHERE author = 'agency' AND account = 'page'") >= 2


async def test_a_request_that_tells_one_id_as_a_message_and_as_an_echo_is_taken_in(room, sql):
    mid, other = f"m_{new_id()}", f"m_{new_id()}"
    twice = Translation(
        messages=(said(mid, "Jalan rusak di Selong", sender=mid), said(other, "Lampu mati di Praya", sender=other)),
        agency_messages=(echo(mid, mid, event_time=room.now + timedelta(seconds=1)),),
    )
    receipts = await room.take("facebook", twice)
    assert [one.disposition for one in receipts] == ["opened", "opened"]
