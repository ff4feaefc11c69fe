"""Messages of which the provider told only the id: asked for outside of any transaction, accepted once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.intake.waiting.pointers import MOST_ATTEMPTS
from shared.channels import Pointer, Reading, Remedy, SendError, Translation
from shared.core.ids import new_id
from tests.services.intake.counting import rows_of
from tests.services.intake.waiting.room import Reader, Room, said

COMMENT = {"surface": "comment", "post": "page_1"}


def a_mid() -> str:
    return f"c_{new_id()}"


def answers(text: str = "Lampu jalan mati di depan SD 2 Ampenan") -> Reader:
    def answer(pointer: Pointer) -> Reading:
        message = said(pointer.provider_message_id, text, sender=f"by-{pointer.provider_message_id}", **COMMENT)
        return Reading(body=b'{"as": "told"}', translation=Translation(messages=(message,)))

    return Reader(answer)


def fails(reason: str, remedy: Remedy, retry_after: timedelta | None = None) -> Reader:
    def answer(_: Pointer) -> Reading:
        raise SendError(reason, remedy, retry_after=retry_after)

    return Reader(answer)


async def row_of(sql: Any, mid: str) -> Any:
    return await sql.fetchrow("SELECT * FROM intake.pointer WHERE provider_message_id = $1", mid)


async def messages_of(sql: Any, mid: str) -> list[Any]:
    return list(
        await sql.fetch(
            "SELECT m.*, r.door, r.body, r.state AS kept FROM intake.message AS m"
            " JOIN intake.raw_request AS r ON r.id = m.raw_request_id WHERE m.provider_message_id = $1",
            mid,
        )
    )


async def test_what_the_provider_tells_is_accepted_like_what_comes_to_the_door(room, sql):
    mid, reader = a_mid(), answers()
    room.readers["facebook"] = reader
    await room.points(mid, said(mid, "Lampu …", **COMMENT))
    await room.work()
    await room.work()
    (message,) = await messages_of(sql, mid)
    assert (message["disposition"], message["text"]) == ("opened", "Lampu jalan mati di depan SD 2 Ampenan")
    assert (message["door"], message["body"]) == ("pointer", b'{"as": "told"}')
    assert (await row_of(sql, mid))["state"] == "resolved"
    assert reader.asked == [mid]


async def test_a_webhook_that_repeats_the_pointer_asks_no_second_time(room, sql):
    mid, reader = a_mid(), answers()
    room.readers["facebook"] = reader
    for _ in range(3):
        await room.points(mid)
        await room.work()
    assert reader.asked == [mid]
    assert len(await messages_of(sql, mid)) == 1


async def test_a_provider_that_cannot_now_is_asked_again_ever_later(room, sql):
    mid, reader = a_mid(), fails("rate_limited", Remedy.RETRY)
    room.readers["facebook"] = reader
    await room.points(mid, said(mid, "Lampu …", **COMMENT))
    waits = []
    for _ in range(4):
        await room.work()
        row = await row_of(sql, mid)
        waits.append((row["due_at"] - room.now).total_seconds())
        room.now = row["due_at"]
    assert waits == [30, 60, 120, 240]
    assert (row["state"], row["problem"], row["attempts"]) == ("wanted", "rate_limited", 4)
    room.readers["facebook"] = answers()
    await room.work()
    assert len(await messages_of(sql, mid)) == 1


async def test_a_provider_that_says_when_is_asked_then(room, sql):
    mid = a_mid()
    room.readers["facebook"] = fails("rate_limited", Remedy.RETRY, timedelta(minutes=7))
    await room.points(mid)
    await room.work()
    assert (await row_of(sql, mid))["due_at"] - room.now == timedelta(minutes=7)


@pytest.mark.parametrize(
    ("remedy", "patience"), [(Remedy.RETRY, timedelta(hours=24)), (Remedy.PAUSE, timedelta(hours=72))]
)
async def test_nobody_waits_for_ever_and_what_was_told_at_first_is_accepted(remedy, patience, room, sql):
    mid = a_mid()
    room.readers["facebook"] = fails("away", remedy)
    await room.points(mid, said(mid, "Lampu jalan mati di Ampenan", **COMMENT))
    room.later(seconds=patience.total_seconds() - 1)
    await room.work()
    assert await messages_of(sql, mid) == []
    room.now = (await row_of(sql, mid))["due_at"]
    await room.work()
    assert [row["text"] for row in await messages_of(sql, mid)] == ["Lampu jalan mati di Ampenan"]


async def test_a_refusal_for_good_accepts_the_fallback_and_without_one_is_given_up(room, sql):
    private, gone = a_mid(), a_mid()
    room.readers["facebook"] = fails("private_profile", Remedy.GIVE_UP)
    await room.points(private, said(private, "Lampu jalan mati di Ampenan", sender=private, **COMMENT))
    await room.points(gone)
    await room.work()
    (message,) = await messages_of(sql, private)
    assert (message["disposition"], message["rule"]) == ("opened", "stands_alone")
    for mid in (private, gone):
        row = await row_of(sql, mid)
        assert (row["state"], row["problem"]) == ("given_up", "private_profile")
    assert await messages_of(sql, gone) == []


async def test_a_channel_that_cannot_ask_accepts_the_fallback_at_once(room, sql):
    mid = a_mid()
    await room.points(mid, said(mid, "Lampu jalan mati di Ampenan", **COMMENT))
    await room.work()
    assert len(await messages_of(sql, mid)) == 1
    assert (await row_of(sql, mid))["problem"] == "no_reader"


async def test_no_connection_is_held_while_the_provider_is_asked(room, sql):
    mid, held = a_mid(), []

    def answer(pointer: Pointer) -> Reading:
        held.append(room.database.engine.pool.checkedout())
        return Reading(body=b"", translation=Translation(messages=(said(pointer.provider_message_id, "Air mati"),)))

    room.readers["facebook"] = Reader(answer)
    await room.points(mid)
    await room.work()
    assert held == [0]
    assert len(await messages_of(sql, mid)) == 1


async def test_several_workers_ask_for_each_message_once(room, sql):
    reader, before = answers(), await rows_of(sql)
    room.readers["facebook"] = reader
    mids = [a_mid() for _ in range(12)]
    for mid in mids:
        await room.points(mid)

    async def work() -> None:
        worker = room.new_worker()
        while await worker.ask_next():
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    assert sorted(reader.asked) == sorted(mids)
    assert (await rows_of(sql) - before)["intake.complaint"] == 12


async def test_a_worker_that_died_while_asking_is_followed_by_another_and_records_nothing_itself(room, sql):
    mid, late = a_mid(), room.new_worker()
    await room.points(mid)
    claim = await room.database.run(late._pointers.claim)
    room.later(minutes=2)
    room.readers["facebook"] = answers()
    await room.work()
    assert await late._record(claim, SendError("away", Remedy.GIVE_UP)) is None
    assert len(await messages_of(sql, mid)) == 1


async def test_a_reader_that_breaks_is_asked_again_and_stops_nobody(room: Room, sql):
    mid = a_mid()

    def breaks(_: Pointer) -> Reading:
        raise KeyError("isi rahasia")

    room.readers["facebook"] = Reader(breaks)
    await room.points(mid)
    await room.work()
    row = await row_of(sql, mid)
    assert (row["state"], row["problem"]) == ("wanted", "reader_failed")


async def test_what_we_cannot_accept_is_put_off_and_stays(room: Room, sql):
    mid = a_mid()

    def too_much(pointer: Pointer) -> Reading:
        message = said(pointer.provider_message_id, "Air mati\x00", sender="x")
        return Reading(body=b"", translation=Translation(messages=(message,)))

    room.readers["facebook"] = Reader(too_much)
    await room.points(mid)
    await room.work()
    row = await row_of(sql, mid)
    assert (row["state"], row["problem"], row["attempts"]) == ("wanted", "internal_error", 1)
    assert await messages_of(sql, mid) == []


def says_what_breaks_us(mid: str) -> Reader:
    message = said(mid, "Air mati\x00 sejak pagi", sender=mid, **COMMENT)
    return Reader(lambda _: Reading(body=b'{"as": "told"}', translation=Translation(messages=(message,))))


@pytest.mark.parametrize("told_at_first", ["Air mati …", None, "Air\x00 mati …"])
async def test_what_we_can_never_accept_is_parked_with_its_reason_and_alarmed(told_at_first, room: Room, sql):
    mid = a_mid()
    room.readers["facebook"] = reader = says_what_breaks_us(mid)
    await sql.execute("DELETE FROM intake.pointer")
    await room.points(mid, told_at_first and said(mid, told_at_first, sender=mid, **COMMENT))
    with capture_logs() as lines:
        for _ in range(MOST_ATTEMPTS + 2):
            await room.work()
            room.now = max(room.now, (await row_of(sql, mid))["due_at"])
    row = await row_of(sql, mid)
    assert (row["state"], row["problem"], len(reader.asked)) == ("given_up", "internal_error", MOST_ATTEMPTS)
    parked = await sql.fetchrow(
        "SELECT * FROM intake.raw_request WHERE state = 'parked' ORDER BY id DESC LIMIT 1",
    )
    kept = b'{"as": "told"}'
    assert (parked["body"], parked["unreadable"]) == (kept, [["internal_error", "pointer"]])
    assert [line["event"] for line in lines].count("intake.request_parked") == 1
    accepted = [one["text"] for one in await messages_of(sql, mid)]
    assert accepted == (["Air mati …"] if told_at_first == "Air mati …" else [])


async def test_the_worker_runs_until_it_is_stopped_and_closes_its_readers(room: Room, sql):
    mid, reader = a_mid(), answers()
    room.readers["facebook"] = reader
    running = asyncio.create_task(room.new_worker().run())
    await room.points(mid)
    for _ in range(100):
        if await messages_of(sql, mid):
            break
        await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert reader.closed
    assert len(await messages_of(sql, mid)) == 1
