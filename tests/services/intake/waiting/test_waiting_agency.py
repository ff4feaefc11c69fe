"""What was written in our name: our own replies coming back are known for ours, all else is the agency's, once."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.intake.conversation.limits import OWN_REPLY_WAIT
from services.intake.waiting import agency
from shared.channels import AgencyMessage, Amendment, Attachment, Translation
from shared.core.ids import new_id
from shared.events import ReplySent
from tests.services.intake.waiting.room import PHOTO, Room, said
from tests.services.intake.waiting.test_waiting_changes import a_mid, changes_of

ANSWER = "Terima kasih, besok kami perbaiki."


class Below:
    """A citizen's comment below our post, and what stands below it in our name."""

    def __init__(self, room: Room, complaint_id: UUID, ticket: str, comment: str) -> None:
        self.room = room
        self.complaint_id = complaint_id
        self.ticket = ticket
        self.comment = comment
        self.mid = a_mid()

    async def shown_back(self, text: str = ANSWER, attachments: tuple[Attachment, ...] = ()) -> None:
        """Have Facebook deliver what was written in our name."""
        told = AgencyMessage(
            provider_message_id=self.mid,
            account="page",
            surface="comment",
            thread=self.comment,
            reply_to=self.comment,
            text=text,
            attachments=attachments,
            event_time=self.room.now,
        )
        await self.room.take("facebook", Translation(agency_messages=(told,)))

    async def was_sent(self, provider_message_id: str | None = "", *, channel: str = "facebook") -> None:
        """Have replies say that it was theirs."""
        event = ReplySent(
            complaint_id=self.complaint_id,
            ticket=self.ticket,
            reply_id=new_id(),
            template="answer",
            channel=channel,
            provider_message_id=self.mid if provider_message_id == "" else provider_message_id,
            sent_at=self.room.now,
        )
        async with self.room.database.transaction() as tx:
            await self.room.service.remember_reply(tx, event)

    async def wait_over(self) -> None:
        self.room.now += OWN_REPLY_WAIT
        await self.room.work()

    async def became(self, sql: Any) -> tuple[str, str, UUID | None]:
        row = await sql.fetchrow("SELECT * FROM intake.message WHERE provider_message_id = $1", self.mid)
        return row["disposition"], row["rule"], row["complaint_id"]

    async def answers(self, sql: Any) -> list[Any]:
        """Return what the house was told of as the agency's."""
        rows = await sql.fetch(
            "SELECT value FROM bus.outbox WHERE subject = $1 AND type = 'complaint.appended.v1' ORDER BY sequence",
            self.complaint_id,
        )
        return [row["value"] for row in rows if row["value"]["author"] == "agency"]


@pytest.fixture
async def below(room: Room) -> Below:
    mid = a_mid()
    receipt = await room.says(mid, "Jalan berlubang di Pagutan", sender=mid, surface="comment", thread=mid)
    assert receipt.complaint_id is not None
    assert receipt.ticket is not None
    return Below(room, receipt.complaint_id, receipt.ticket, mid)


async def test_a_reply_that_comes_back_before_its_send_has_an_answer_is_known_for_ours(below, sql):
    await below.shown_back()
    assert await below.became(sql) == ("held", "perhaps_our_own", below.complaint_id)
    await below.was_sent()
    await below.wait_over()
    assert await below.became(sql) == ("kept", "our_own_reply", None)
    assert await below.answers(sql) == []


async def test_a_reply_that_comes_back_after_its_send_is_known_at_once(below, sql):
    await below.was_sent()
    await below.shown_back()
    assert await below.became(sql) == ("kept", "our_own_reply", None)
    await below.wait_over()
    assert await below.answers(sql) == []


async def test_a_reply_that_comes_back_again_and_again_stays_ours(below, sql):
    await below.shown_back()
    await below.was_sent()
    await below.shown_back()
    await below.wait_over()
    await below.shown_back()
    await below.wait_over()
    assert await below.became(sql) == ("kept", "our_own_reply", None)
    assert await below.answers(sql) == []


async def test_an_officers_comment_becomes_the_agencys_answer_once_and_only_after_the_wait(below, sql):
    at = below.room.now
    for _ in range(2):
        await below.shown_back()
    below.room.now += OWN_REPLY_WAIT / 2
    await below.room.work()
    assert await below.answers(sql) == []
    await below.wait_over()
    await below.shown_back()
    await below.wait_over()
    (answer,) = await below.answers(sql)
    assert (answer["text"], answer["rule"], answer["surface"]) == (ANSWER, "agency_wrote", "comment")
    assert (answer["ticket"], answer["sealed"]) == (below.ticket, False)
    assert answer["received_at"] == answer["event_time"] == at.isoformat().replace("+00:00", "Z")
    assert await below.became(sql) == ("appended", "agency_wrote", below.complaint_id)


async def test_two_workers_announce_an_officers_comment_once(below, sql):
    await below.shown_back()
    below.room.now += OWN_REPLY_WAIT
    await asyncio.gather(*(below.room.new_worker().tidy() for _ in range(3)))
    assert len(await below.answers(sql)) == 1


@pytest.mark.parametrize("named", [None, "another"])
async def test_a_word_of_another_reply_proves_nothing(below, sql, named):
    await below.shown_back()
    await below.was_sent(named)
    await below.was_sent(channel="instagram")
    await below.wait_over()
    assert len(await below.answers(sql)) == 1


async def test_an_officers_photo_comes_with_their_words_and_not_before(below, sql):
    await below.shown_back(attachments=(PHOTO,))
    kept = "SELECT a.* FROM intake.attachment AS a JOIN intake.message AS m ON m.id = a.message_id"
    kept += " WHERE m.provider_message_id = $1"
    assert (await sql.fetchrow(kept, below.mid))["complaint_id"] is None
    await below.wait_over()
    row = await sql.fetchrow(kept, below.mid)
    assert row["complaint_id"] == below.complaint_id
    (answer,) = await below.answers(sql)
    assert [one["id"] for one in answer["attachments"]] == [str(row["id"])]


async def test_a_complaint_sealed_meanwhile_is_sealed_in_the_announcement(below, sql):
    await below.shown_back()
    await sql.execute("UPDATE intake.complaint SET sealed = true WHERE id = $1", below.complaint_id)
    await below.wait_over()
    assert [one["sealed"] for one in await below.answers(sql)] == [True]


async def test_what_waits_in_our_name_is_neither_taken_nor_ended_as_a_photo_without_words(room, sql):
    citizen = a_mid()
    receipt = await room.says(a_mid(), "Jalan berlubang di Pagutan", sender=citizen)
    told = AgencyMessage(
        provider_message_id=a_mid(),
        account="page",
        surface="direct_message",
        recipient=said("x", "", sender=citizen).sender,
        text=ANSWER,
    )
    await room.take("facebook", Translation(agency_messages=(told,)))
    mid = told.provider_message_id
    held = "SELECT disposition, rule FROM intake.message WHERE provider_message_id = $1"
    waiting = "SELECT v.waiting FROM intake.conversation AS v JOIN intake.message AS m ON m.conversation_id = v.id"
    waiting += " WHERE m.provider_message_id = $1"
    photo = a_mid()
    await room.says(photo, "", sender=citizen, attachments=(PHOTO,))
    await room.says(a_mid(), "Lubangnya makin dalam", sender=citizen)
    assert tuple(await sql.fetchrow(held, mid)) == ("held", "perhaps_our_own")
    assert await sql.fetchval(waiting, mid) == 0
    room.later(hours=25)
    await room.work()
    assert tuple(await sql.fetchrow(held, mid)) == ("appended", "agency_wrote")
    assert receipt.complaint_id is not None


async def test_a_citizen_who_quotes_a_reply_of_ours_is_heard_in_its_complaint(below, sql):
    room = below.room
    citizen = below.comment
    newer = await room.says(
        a_mid(), "Lampu jalan mati di Ampenan sejak Senin", sender=citizen, surface="comment", thread=a_mid()
    )
    await below.was_sent()
    await below.shown_back()
    quoting = await room.says(
        a_mid(), "Sudah dicek?", sender=citizen, surface="comment", thread=below.comment, reply_to=below.mid
    )
    assert quoting.complaint_id == below.complaint_id != newer.complaint_id


async def test_an_edit_of_what_waits_is_applied_when_it_is_known_for_the_agencys(below, sql):
    await below.shown_back()
    told = Amendment(provider_message_id=below.mid, account="page", change="edited", text="Lusa.", at=below.room.now)
    await below.room.take("facebook", Translation(amendments=(told,)))
    await below.room.work()
    assert await changes_of(sql, below.mid) == []
    await below.wait_over()
    await below.room.work()
    assert len(await below.answers(sql)) == 1
    (change,) = await changes_of(sql, below.mid)
    assert (change["text"], change["author"]) == ("Lusa.", "agency")


async def test_an_agencys_changed_words_seal_nothing(below, sql):
    await below.shown_back()
    await below.wait_over()
    words = "Kami tidak pernah minta pungli."
    told = Amendment(provider_message_id=below.mid, account="page", change="edited", text=words, at=below.room.now)
    await below.room.take("facebook", Translation(amendments=(told,)))
    await below.room.work()
    (change,) = await changes_of(sql, below.mid)
    assert not change["sealed"]
    assert not await sql.fetchval("SELECT sealed FROM intake.complaint WHERE id = $1", below.complaint_id)


async def test_a_receipt_of_ours_of_which_nobody_tells_for_hours_is_no_answer_of_the_agency(below, sql):
    await below.shown_back(f"Terima kasih, sudah kami catat dengan nomor {below.ticket}.")
    below.room.later(hours=3)  # the broker is away
    await below.room.work()
    assert (await below.became(sql))[:2] == ("held", "perhaps_our_own")
    await below.was_sent()
    await below.wait_over()
    assert await below.became(sql) == ("kept", "our_own_reply", None)
    assert await below.answers(sql) == []


async def test_an_officers_comment_that_names_the_ticket_is_the_agencys_answer_in_the_end(below, sql):
    await below.shown_back(f"Laporan {below.ticket} sudah kami kerjakan.")
    below.room.later(hours=6)
    await below.room.work()
    (answer,) = await below.answers(sql)
    assert answer["rule"] == "agency_wrote"


async def test_one_comment_that_breaks_our_code_holds_up_no_other(below, sql, monkeypatch):
    broken, announce = below.mid, agency._announce

    async def breaks(tx: Any, row: Any, complaint: Any) -> None:
        if row.provider_message_id == broken:
            raise KeyError(row.text)
        await announce(tx, row, complaint)

    monkeypatch.setattr(agency, "_announce", breaks)
    await below.shown_back()
    below.room.later(seconds=1)
    below.mid = a_mid()
    await below.shown_back("Sudah kami perbaiki.")
    await below.wait_over()
    assert [one["text"] for one in await below.answers(sql)] == ["Sudah kami perbaiki."]
    monkeypatch.undo()
    below.room.later(minutes=10)
    await below.room.work()
    assert len(await below.answers(sql)) == 2
