"""Long text messages that come in pieces: in any order, repeated, with a piece that never comes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asyncpg import DataError
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from services.intake.conversation import limits
from services.intake.service import IntakeService
from services.intake.waiting.parts import MISSING, join_parts
from shared.channels import Attachment, GivenPlace, InboundMessage
from shared.core.ids import new_id
from shared.db import UnitOfWork
from tests.services.intake.counting import rows_of
from tests.services.intake.provider import sms
from tests.services.intake.waiting.room import NOON, said

PIECES = (
    "Jalan berlubang dalam di Desa Contohsari, Lom",
    "bok Timur, sudah dua motor jatuh ",
    "minggu ini, mohon segera",
)
WHOLE = "".join(PIECES)


def somebody() -> str:
    return f"+62812{new_id().int % 10**8:08}"


async def texts_of(sql: Any, sender: str) -> list[str]:
    rows = await sql.fetch(
        "SELECT text FROM intake.message WHERE provider_message_id LIKE $1 ORDER BY id", f"{sender}-%"
    )
    return [row["text"] for row in rows]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_pieces_in_any_order_are_one_message_as_soon_as_all_are_there(order, room, sql):
    sender, before = somebody(), await rows_of(sql)
    for place, number in enumerate(order):
        await room.work()
        assert await texts_of(sql, sender) == []
        await room.piece(sender, number + 1, 3, PIECES[number])
        room.later(seconds=place + 1)
    await room.work()
    assert await texts_of(sql, sender) == [WHOLE]
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["bus.outbox"], made["intake.part"]) == (1, 1, 3)
    row = await sql.fetchrow(
        "SELECT m.*, r.door, r.body FROM intake.message AS m JOIN intake.raw_request AS r ON r.id = m.raw_request_id"
        " WHERE m.provider_message_id = $1",
        f"{sender}-7-1",
    )
    assert row["door"] == "parts"
    requests = await sql.fetch(
        "SELECT raw_request_id::text AS id FROM intake.part WHERE joined_as = $1", f"{sender}-7-1"
    )
    assert len(requests) == 3
    assert all(request["id"] in row["body"].decode() for request in requests)


async def test_pieces_that_kannel_hands_over_one_by_one_are_one_complaint_with_the_whole_text(http, room, sql):
    pieces = {2: " sejak kemarin sore", 1: "Jembatan di Desa Contohsari roboh"}
    before = await rows_of(sql)
    for number, text in [*pieces.items(), *pieces.items()]:
        call = sms(f"&udh=%05%00%03%2A%02%0{number}", text=text, id=f"k-long-{number}", **{"from": "+6281234509876"})
        assert (await http.get(call)).status_code == 200
    assert (await rows_of(sql) - before)["intake.message"] == 0
    room.now = datetime.now(UTC)
    await room.work()
    row = await sql.fetchrow("SELECT * FROM intake.message WHERE provider_message_id = 'k-long-1'")
    assert (row["disposition"], row["text"]) == ("opened", "Jembatan di Desa Contohsari roboh sejak kemarin sore")
    assert (await rows_of(sql) - before)["intake.complaint"] == 1


async def test_a_piece_that_came_twice_stands_once_in_the_text(room, sql):
    sender = somebody()
    for number, again in ((1, ""), (2, ""), (2, "-again"), (3, "")):
        await room.piece(sender, number, 3, PIECES[number - 1], again=again)
    await room.work()
    await room.piece(sender, 1, 3, PIECES[0], again="-late")
    await room.work()
    room.later(minutes=11)
    await room.work()
    assert await texts_of(sql, sender) == [WHOLE]
    open_ones = "SELECT count(*) FROM intake.part WHERE joined_at IS NULL"
    assert await sql.fetchval(open_ones) == 0


async def test_without_a_piece_the_rest_goes_on_after_the_wait_and_shows_the_hole(room, sql):
    sender = somebody()
    await room.piece(sender, 1, 3, PIECES[0])
    await room.piece(sender, 3, 3, PIECES[2])
    room.later(minutes=9, seconds=59)
    await room.work()
    assert await texts_of(sql, sender) == []
    room.later(seconds=1)
    await room.work()
    assert await texts_of(sql, sender) == [f"{PIECES[0]} {MISSING} {PIECES[2]}"]


async def test_a_piece_that_comes_after_all_is_added_to_its_complaint(room, sql):
    sender = somebody()
    await room.piece(sender, 1, 2, PIECES[0])
    room.later(minutes=10)
    await room.work()
    await room.piece(sender, 2, 2, PIECES[1])
    room.later(minutes=10)
    await room.work()
    assert await texts_of(sql, sender) == [f"{PIECES[0]} {MISSING}", f"{MISSING} {PIECES[1]}"]
    complaints = await sql.fetchval(
        "SELECT count(DISTINCT complaint_id) FROM intake.message WHERE provider_message_id LIKE $1", f"{sender}-%"
    )
    assert complaints == 1


async def test_the_same_reference_on_the_next_day_is_another_message(room, sql):
    sender = somebody()
    await room.piece(sender, 1, 2, "Lampu jalan di Ampenan mati, ")
    room.later(days=1)
    await room.piece(sender, 1, 2, "Sampah di pasar Selong ", again="-next")
    await room.piece(sender, 2, 2, "menumpuk sejak Senin", again="-next")
    await room.work()
    assert await texts_of(sql, sender) == [
        f"Lampu jalan di Ampenan mati,  {MISSING}",
        "Sampah di pasar Selong menumpuk sejak Senin",
    ]


async def test_pieces_of_two_senders_with_the_same_reference_are_two_messages(room, sql):
    one, other = somebody(), somebody()
    for sender in (one, other):
        await room.piece(sender, 1, 2, f"Air mati di rumah {sender}, ")
    for sender in (one, other):
        await room.piece(sender, 2, 2, "sudah tiga hari")
    await room.work()
    for sender in (one, other):
        assert await texts_of(sql, sender) == [f"Air mati di rumah {sender}, sudah tiga hari"]


async def test_two_workers_at_once_join_every_message_once(room, sql):
    senders, before = [somebody() for _ in range(20)], await rows_of(sql)
    for sender in senders:
        for number in (2, 1, 3):
            await room.piece(sender, number, 3, PIECES[number - 1])

    async def work() -> None:
        worker = room.new_worker()
        while await worker.join_next():
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    await work()
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["intake.message"], made["bus.outbox"]) == (20, 20, 20)
    assert await sql.fetchval("SELECT count(*) FROM intake.part WHERE joined_at IS NULL") == 0


async def test_a_message_that_the_database_refuses_holds_up_no_other_and_loses_nothing(room, sql, monkeypatch):
    whole = UnitOfWork._write

    async def refused(self: UnitOfWork, *, events: bool = True) -> None:
        if "tersandung" in str(self._rows):
            raise DataError("Desa Contohsari")
        await whole(self, events=events)

    unlucky, next_one = somebody(), somebody()
    for sender, words in ((unlucky, "Kami tersandung "), (next_one, "Kami jatuh ")):
        await room.piece(sender, 1, 2, words)
        await room.piece(sender, 2, 2, "di jalan desa")
        room.later(seconds=1)
    monkeypatch.setattr(UnitOfWork, "_write", refused)
    with capture_logs() as logs:
        while await room.worker.join_next():
            pass
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["intake.parts_not_joined"]
    assert "Contohsari" not in str(logs)
    assert (await texts_of(sql, unlucky), len(await texts_of(sql, next_one))) == ([], 1)
    monkeypatch.undo()
    room.later(minutes=11)
    await room.work()
    assert await texts_of(sql, unlucky) == ["Kami tersandung di jalan desa"]


async def test_a_mistake_of_ours_in_one_message_holds_up_no_other_and_loses_nothing(room, sql):
    class Stumbling(IntakeService):
        async def accept(self, tx: Any, channel: str, deliveries: Any) -> Any:
            if "tersandung" in deliveries[0].translation.messages[0].text:
                raise ValueError("Desa Contohsari")
            return await room.service.accept(tx, channel, deliveries)

    unlucky, next_one = somebody(), somebody()
    for sender, words in ((unlucky, "Kami tersandung "), (next_one, "Kami jatuh ")):
        await room.piece(sender, 1, 2, words)
        await room.piece(sender, 2, 2, "di jalan desa")
        room.later(seconds=1)
    stumbling = Stumbling.__new__(Stumbling)
    worker = room.new_worker(stumbling)
    with capture_logs() as logs:
        while await worker.join_next():
            pass
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["intake.parts_not_joined"]
    assert "Contohsari" not in str(logs)
    assert (await texts_of(sql, unlucky), len(await texts_of(sql, next_one))) == ([], 1)
    await room.work()
    assert await texts_of(sql, unlucky) == ["Kami tersandung di jalan desa"]


@given(st.integers(1, 6).flatmap(lambda total: st.tuples(st.just(total), st.permutations(range(1, total + 1)))))
def test_the_text_is_whole_whatever_the_order(case):
    total, order = case
    words = {number: f"kata-{number} " for number in order}
    joined = join_parts([(number, said(f"m{number}", words[number])) for number in order], total)
    assert joined.text == "".join(words[number] for number in sorted(words))
    assert (joined.provider_message_id, joined.part) == ("m1", None)


def test_the_first_piece_gives_the_time_and_every_piece_what_it_has():
    later = NOON + timedelta(seconds=3)
    photo = Attachment(kind="other", problem="unsupported")
    pieces = [
        (2, said("m2", "dua", event_time=later, attachments=(photo,), place=GivenPlace(region_code="52.03"))),
        (1, said("m1", "satu ", event_time=NOON)),
    ]
    joined = join_parts(pieces, 2)
    assert (joined.text, joined.event_time, joined.attachments) == ("satu dua", NOON, (photo,))
    assert joined.place.region_code == "52.03"


def test_holes_in_a_row_are_one_hole():
    pieces: list[tuple[int, InboundMessage]] = [(3, said("m3", "tiga"))]
    assert join_parts(pieces, 6).text == f"{MISSING} tiga {MISSING}"
    assert timedelta(minutes=10) == limits.PARTS_WAIT
