"""A process whose clock ran ahead has dated what waits: it waits no longer than what a right clock dated."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake.conversation import limits
from shared.channels import Reading, Translation
from shared.core.ids import new_id
from tests.services.intake.waiting.room import PHOTO, Reader, Room, said


def a_mid() -> str:
    return f"m_{new_id()}"


async def a_year_ahead(room: Room) -> datetime:
    """Let a clock run ahead of everybody's, and return the right time (PostgreSQL's, where that is later)."""
    right = max(room.now, datetime.now(UTC))
    room.now = right + timedelta(days=365)
    return right


async def row_of(sql: Any, mid: str) -> Any:
    return await sql.fetchrow("SELECT * FROM intake.message WHERE provider_message_id = $1", mid)


async def test_a_photo_that_was_dated_a_year_ahead_is_kept_for_an_officer_after_a_day(room, sql):
    mid = a_mid()
    right = await a_year_ahead(room)
    await room.says(mid, "", sender=mid, attachments=(PHOTO,))
    room.now = right
    await room.work()
    assert (await row_of(sql, mid))["disposition"] == "held"
    room.now = right + limits.HOLD + timedelta(minutes=5)
    await room.work()
    assert (await row_of(sql, mid))["disposition"] == "kept"


async def test_pieces_of_which_one_was_dated_a_year_ahead_are_joined(room, sql):
    sender = a_mid()
    right = await a_year_ahead(room)
    await room.piece(sender, 1, 2, "Jalan rusak ")
    room.now = right
    await room.piece(sender, 2, 2, "di Selong")
    await room.work()
    await room.work()
    texts = await sql.fetch("SELECT text FROM intake.message WHERE provider_message_id = $1", f"{sender}-7-1")
    assert [row["text"] for row in texts] == ["Jalan rusak di Selong"]


async def test_a_message_that_the_provider_told_a_year_ahead_is_asked_for_soon(room, sql):
    mid = a_mid()

    def answer(_: Any) -> Reading:
        return Reading(body=b"", translation=Translation(messages=(said(mid, "Lampu mati di Praya", sender=mid),)))

    room.readers["facebook"] = Reader(answer)
    right = await a_year_ahead(room)
    await room.points(mid)
    room.now = right
    await room.work()
    room.now = right + timedelta(minutes=5)
    await room.work()
    assert (await row_of(sql, mid))["disposition"] == "opened"


async def test_an_edit_that_came_a_year_ahead_is_taken_in_when_its_message_never_comes(room, sql):
    mid = a_mid()
    right = await a_year_ahead(room)
    await room.amends(mid, "edited", "Air mati di Praya", right, said(mid, "Air mati di Praya", sender=mid))
    room.now = right
    await room.work()
    room.now = right + limits.EDIT_WAIT + timedelta(minutes=5)
    await room.work()
    assert (await row_of(sql, mid))["disposition"] == "opened"


async def test_what_was_dated_by_a_right_clock_keeps_its_date(room, sql):
    mid = a_mid()
    await room.says(mid, "", sender=mid, attachments=(PHOTO,))
    before = (await row_of(sql, mid))["due_at"]
    room.later(hours=-3)  # this worker's own clock is behind
    room.now = min(room.now, datetime.now(UTC) - timedelta(hours=3))
    await room.work()
    assert (await row_of(sql, mid))["due_at"] == before
