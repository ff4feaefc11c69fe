"""Media whose words never come; edits and withdrawals, before and after their messages."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.intake.waiting import amendments
from shared.channels import Amendment, InboundMessage, Sender, Translation
from shared.core.ids import new_id
from tests.services.intake.counting import rows_of
from tests.services.intake.waiting.room import NOON, PHOTO, said


def a_mid() -> str:
    return f"m_{new_id()}"


async def row_of(sql: Any, mid: str) -> Any:
    return await sql.fetchrow(
        "SELECT m.*, v.waiting FROM intake.message AS m JOIN intake.conversation AS v ON v.id = m.conversation_id"
        " WHERE m.provider_message_id = $1",
        mid,
    )


async def changes_of(sql: Any, mid: str) -> list[Any]:
    rows = await sql.fetch(
        "SELECT o.value FROM bus.outbox AS o JOIN intake.message AS m ON m.id = (o.value->>'message_id')::uuid"
        " WHERE o.type = 'complaint.amended.v1' AND m.provider_message_id = $1 ORDER BY o.sequence",
        mid,
    )
    return [row["value"] for row in rows]


# --- media without words ------------------------------------------------------------------------------


async def test_a_photo_whose_words_never_come_is_kept_for_an_officer_after_a_day(room, sql):
    mid, other = a_mid(), a_mid()
    await room.says(mid, "", sender=mid, attachments=(PHOTO,))
    room.later(hours=1)
    await room.says(other, "", sender=mid, attachments=(PHOTO,))
    room.later(hours=23)
    await room.work()
    first, second = await row_of(sql, mid), await row_of(sql, other)
    assert (first["disposition"], first["rule"], first["due_at"]) == ("kept", "no_words_came", None)
    assert (second["disposition"], second["waiting"]) == ("held", 1)
    room.later(hours=1)
    await room.work()
    assert (await row_of(sql, other))["waiting"] == 0


async def test_words_after_a_day_open_a_complaint_without_the_old_photo(room, sql):
    photo, words = a_mid(), a_mid()
    await room.says(photo, "", sender=photo, attachments=(PHOTO,))
    room.later(hours=25)
    await room.work()
    receipt = await room.says(words, "Jalan rusak parah di Selong", sender=photo)
    assert receipt.disposition == "opened"
    assert (await row_of(sql, photo))["complaint_id"] is None


# --- edits and withdrawals ----------------------------------------------------------------------------


async def test_an_edit_is_announced_to_the_complaint_and_the_first_words_stay(room, sql):
    mid = a_mid()
    receipt = await room.says(mid, "Jalan rusak di Selong", sender=mid)
    await room.amends(mid, "edited", "Jalan rusak parah di Selong, depan masjid", NOON + timedelta(minutes=1))
    await room.work()
    await room.work()
    (change,) = await changes_of(sql, mid)
    assert (change["change"], change["text"]) == ("edited", "Jalan rusak parah di Selong, depan masjid")
    assert (change["ticket"], change["sealed"]) == (receipt.ticket, False)
    row = await row_of(sql, mid)
    assert (row["text"], row["edited_at"]) == ("Jalan rusak di Selong", NOON + timedelta(minutes=1))


async def test_an_older_edit_that_comes_late_changes_nothing(room, sql):
    mid = a_mid()
    await room.says(mid, "Jalan rusak", sender=mid)
    for minute, text in ((2, "Jalan rusak di Selong"), (1, "Jalan rusk")):
        await room.amends(mid, "edited", text, NOON + timedelta(minutes=minute))
        await room.work()
    assert [change["text"] for change in await changes_of(sql, mid)] == ["Jalan rusak di Selong"]
    assert (
        await sql.fetchval(
            "SELECT count(*) FROM intake.amendment WHERE provider_message_id = $1 AND applied_at IS NULL", mid
        )
        == 0
    )


async def test_edits_that_come_together_are_announced_in_the_order_in_which_they_were_made(room, sql):
    mid = a_mid()
    await room.says(mid, "Jalan rusak", sender=mid)
    for minute in (3, 1, 2):
        await room.amends(mid, "edited", f"Jalan rusak {minute}", NOON + timedelta(minutes=minute))
    await room.work()
    assert [change["text"] for change in await changes_of(sql, mid)] == [f"Jalan rusak {n}" for n in (1, 2, 3)]


async def test_of_two_edits_of_the_same_second_the_last_counts(room, sql):
    mid = a_mid()
    await room.says(mid, "Jalan rusak", sender=mid)
    for text in ("Jalan rusak di Selong", "Jalan rusak di Sakra"):
        await room.amends(mid, "edited", text, NOON + timedelta(minutes=1))
        room.later(seconds=0.2)
        await room.work()
    assert [change["text"] for change in await changes_of(sql, mid)] == [
        "Jalan rusak di Selong",
        "Jalan rusak di Sakra",
    ]


async def test_edits_of_one_second_in_one_request_count_in_their_order(room, sql):
    mid = a_mid()
    await room.says(mid, "Jalan rusak", sender=mid)
    texts = [f"Jalan rusak di {place}" for place in ("Selong", "Praya", "Sakra", "Aikmel", "Keruak")]
    told = [Amendment(provider_message_id=mid, account="page", change="edited", text=text, at=NOON) for text in texts]
    await room.take("facebook", Translation(amendments=tuple(told)))
    await room.work()
    assert [change["text"] for change in await changes_of(sql, mid)] == texts


async def test_an_edit_that_was_taken_in_as_the_message_is_not_undone_by_an_older_one(room, sql):
    mid = a_mid()
    for second, text in ((0, "Air mati"), (1, "Air mati sejak pagi di Praya")):
        room.later(seconds=second)
        await room.amends(mid, "edited", text, NOON, said(mid, text, sender=mid))
    room.later(minutes=11)
    await room.work()
    await room.amends(mid, "edited", "Air", NOON - timedelta(minutes=1))
    await room.work()
    assert (await row_of(sql, mid))["text"] == "Air mati sejak pagi di Praya"
    assert await changes_of(sql, mid) == []


async def test_a_change_waits_for_its_message(room, sql):
    mid = a_mid()
    await room.amends(mid, "withdrawn", at=NOON + timedelta(minutes=1))
    await room.work()
    await room.says(mid, "Jalan rusak di Selong", sender=mid)
    await room.work()
    (change,) = await changes_of(sql, mid)
    assert (change["change"], change["text"]) == ("withdrawn", None)
    assert (await row_of(sql, mid))["withdrawn_at"] == NOON + timedelta(minutes=1)


async def test_a_change_whose_message_never_comes_is_given_up_after_a_week_and_alarmed(room, sql, caplog):
    mid = a_mid()
    await room.amends(mid, "withdrawn")
    open_ones = "SELECT count(*) FROM intake.amendment WHERE provider_message_id = $1 AND applied_at IS NULL"
    room.later(days=7)
    await room.work()
    assert await sql.fetchval(open_ones, mid) == 1
    room.later(seconds=1)
    await room.work()
    assert await sql.fetchval(open_ones, mid) == 0


async def test_an_edit_that_speaks_of_bribery_seals_and_the_next_does_not_unseal(room, sql):
    mid = a_mid()
    receipt = await room.says(mid, "Urusan di kantor desa lama sekali", sender=mid)
    for minute, text in ((1, "Oknum kantor desa minta uang pelicin"), (2, "Urusan di kantor desa lama")):
        await room.amends(mid, "edited", text, NOON + timedelta(minutes=minute))
    await room.work()
    assert [change["sealed"] for change in await changes_of(sql, mid)] == [True, True]
    assert await sql.fetchval("SELECT sealed FROM intake.complaint WHERE id = $1", receipt.complaint_id)


async def test_a_change_of_a_message_without_a_complaint_is_noted_and_announced_to_nobody(room, sql):
    mid = a_mid()
    await room.says(mid, "terima kasih min", sender=mid)
    await room.amends(mid, "withdrawn")
    before = await rows_of(sql)
    await room.work()
    assert await rows_of(sql) == before
    assert (await row_of(sql, mid))["withdrawn_at"] == NOON


async def test_two_workers_apply_each_change_once(room, sql):
    mids = [a_mid() for _ in range(15)]
    for mid in mids:
        await room.says(mid, "Jalan rusak", sender=mid)
        await room.amends(mid, "withdrawn")
    before = await rows_of(sql)

    async def work() -> None:
        worker = room.new_worker()
        while await worker.amend_next():
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    await work()
    assert (await rows_of(sql) - before)["bus.outbox"] == 15


async def test_the_same_words_once_more_are_no_change(room, sql):
    mid = a_mid()
    await room.says(mid, "Jalan rusak di Selong", sender=mid)
    await room.amends(mid, "edited", "Jalan rusak di Selong", NOON + timedelta(minutes=1))
    await room.work()
    assert await changes_of(sql, mid) == []


async def test_an_edit_whose_message_never_comes_is_taken_in_as_the_message_after_a_while(room, sql):
    mid = a_mid()
    for minute, text in enumerate(("Jalan rusak di Selong", "Jalan rusak parah di Selong")):
        whole = InboundMessage(
            provider_message_id=mid,
            account="page",
            surface="direct_message",
            sender=Sender(id=mid, kind="psid"),
            text=text,
        )
        await room.amends(mid, "edited", text, NOON + timedelta(minutes=minute), message=whole)
    await room.work()
    assert await row_of(sql, mid) is None
    room.later(minutes=11)
    await room.work()
    row = await row_of(sql, mid)
    assert (row["disposition"], row["text"]) == ("opened", "Jalan rusak parah di Selong")
    assert await changes_of(sql, mid) == []


async def test_an_edit_of_what_was_taken_back_is_never_taken_in(room, sql):
    mid = a_mid()
    whole = InboundMessage(
        provider_message_id=mid,
        account="page",
        surface="direct_message",
        sender=Sender(id=mid, kind="psid"),
        text="Air",
    )
    await room.amends(mid, "edited", "Air", NOON, message=whole)
    await room.amends(mid, "withdrawn", at=NOON + timedelta(minutes=1))
    room.later(minutes=11)
    await room.work()
    assert await row_of(sql, mid) is None


async def test_a_photo_that_was_taken_back_while_it_waited_is_not_part_of_the_complaint(room, sql):
    gone, kept, words = a_mid(), a_mid(), a_mid()
    await room.says(gone, "", sender=gone, attachments=(PHOTO,))
    await room.says(kept, "", sender=gone, attachments=(PHOTO,))
    await room.amends(gone, "withdrawn")
    await room.work()
    receipt = await room.says(words, "Jalan rusak parah di Selong", sender=gone)
    assert (await row_of(sql, gone))["complaint_id"] is None
    assert (await row_of(sql, kept))["complaint_id"] == receipt.complaint_id
    received = await sql.fetchval("SELECT value FROM bus.outbox WHERE subject = $1", receipt.complaint_id)
    assert len(received["attachments"]) == 1
    room.later(days=1)
    await room.work()
    assert (await row_of(sql, gone))["disposition"] == "kept"


async def test_words_that_were_edited_in_while_it_waited_are_told_and_seal_the_complaint(room, sql):
    photo, words = a_mid(), a_mid()
    await room.says(photo, "", sender=photo, attachments=(PHOTO,))
    await room.amends(photo, "edited", "Ini petugas yang minta pungli", NOON + timedelta(minutes=1))
    await room.work()
    receipt = await room.says(words, "Kejadiannya kemarin di kantor kecamatan Selong", sender=photo)
    received = await sql.fetchval("SELECT value FROM bus.outbox WHERE subject = $1", receipt.complaint_id)
    assert received["text"].startswith("Ini petugas yang minta pungli\n")
    assert received["sealed"]
    assert await sql.fetchval("SELECT sealed FROM intake.complaint WHERE id = $1", receipt.complaint_id)


async def test_what_waited_is_told_once_though_two_messages_of_one_commit_name_a_complaint(room, sql):
    first, photo, person = a_mid(), a_mid(), a_mid()
    opened = await room.says(first, "Jalan rusak parah di Selong", sender=person)
    await sql.execute("UPDATE intake.complaint SET state = 'closed' WHERE id = $1", opened.complaint_id)
    await room.says(photo, "", sender=person, attachments=(PHOTO,))
    assert (await row_of(sql, photo))["disposition"] == "held"
    told = [
        said(a_mid(), "Ini fotonya sudah saya kirim lagi", sender=person, reply_to=first),
        said(a_mid(), "", sender=person, attachments=(PHOTO,)),
        said(a_mid(), "Tolong dilihat lagi jalannya masih rusak", sender=person, reply_to=first),
    ]
    times = [replace(one, event_time=room.now + timedelta(seconds=at)) for at, one in enumerate(told)]
    await room.take("facebook", Translation(messages=tuple(times)))
    rows = await sql.fetch(
        "SELECT value->>'message_id' AS id FROM bus.outbox WHERE subject = $1 AND type = 'complaint.appended.v1'",
        opened.complaint_id,
    )
    assert len({row["id"] for row in rows}) == len(rows) == 4


async def test_one_edit_that_breaks_our_code_holds_up_no_other(room, sql, monkeypatch):
    broken, fine, announce = a_mid(), a_mid(), amendments._announce
    for mid in (broken, fine):
        await room.says(mid, "Jalan rusak di Selong", sender=mid)
    await room.amends(broken, "edited", "Jalan rusak di Selong Timur", NOON + timedelta(seconds=1))
    await room.amends(fine, "edited", "Jalan rusak di Selong Barat", NOON + timedelta(seconds=2))

    async def breaks(tx: Any, row: Any, complaint: Any) -> None:
        if row.provider_message_id == broken:
            raise KeyError(row.text)
        await announce(tx, row, complaint)

    monkeypatch.setattr(amendments, "_announce", breaks)
    await room.work()
    assert len(await changes_of(sql, fine)) == 1
    assert await changes_of(sql, broken) == []
    monkeypatch.undo()
    room.later(minutes=10)
    await room.work()
    assert len(await changes_of(sql, broken)) == 1
