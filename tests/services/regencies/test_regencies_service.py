"""Regencies on a real database: what it keeps, what leaves through the outbox, and under which numbers."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError

from services.regencies import consumers, repository
from services.regencies.service import RegenciesService
from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.core.masking import mask_version
from shared.db import Database
from shared.directory import directory
from shared.events import AttachmentRef, ComplaintEvent, Coordinates, Envelope, GivenPlace, Place
from tests.services.regencies.facts import (
    NOW,
    amended,
    appended,
    assigned,
    clocked,
    mirrored,
    moved,
    received,
    routed,
    settled,
    verified,
)


@pytest.fixture
async def sql(admin_url) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    yield connection
    await connection.close()


@pytest.fixture
async def pool(database_urls) -> AsyncIterator[Database]:
    database = Database(database_urls["regencies"], application="test")
    yield database
    await database.close()


@pytest.fixture
def deliver(pool):
    """Hand events to the handlers that regencies has for them, each in a transaction of its own."""
    handlers = consumers.handlers(RegenciesService(directory(), clock=lambda: NOW))

    async def hand_over(*events):
        for event in events:
            envelope = Envelope(id=new_id(), subject=event.complaint_id, time=datetime.now(UTC), sequence=1, data=event)
            async with pool.transaction() as tx:
                await handlers[type(event)](tx, envelope)

    return hand_over


async def told(sql: asyncpg.Connection, complaint: ComplaintEvent) -> list[tuple[str, int, str, dict[str, Any]]]:
    """Return what left, in the order of leaving: (topic's region, sequence there, event, value)."""
    rows = await sql.fetch("SELECT * FROM bus.outbox WHERE subject = $1 ORDER BY position", complaint.complaint_id)
    assert {row["source"] for row in rows} <= {"/services/regencies"}
    return [
        (row["topic"].removeprefix("complaints.region."), row["sequence"], row["type"].split(".")[1], row["value"])
        for row in rows
    ]


async def test_a_verified_complaint_leaves_masked_on_its_regions_topics(deliver, sql):
    new = received()
    await deliver(new, routed(new), assigned(new))
    assert await told(sql, new) == []
    await deliver(verified(new))
    province, regency = await told(sql, new)
    assert (province[:3], regency[:3]) == (("52", 1, "shared_with_region"), ("52.03", 1, "shared_with_region"))
    value = regency[3]
    assert value["text"] == "Jembatan kayu di Pringgasela lapuk. Hubungi Ibu [NAME_1] di [PHONE_1]."
    assert (value["mask_version"], value["ticket"], value["region"]) == (mask_version(), new.ticket, "52.03")
    assert value["agency"]["name"] == "Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Lombok Timur"
    assert {**value, "region": "52"} == province[3]


async def test_due_dates_are_kept_and_told_with_what_comes_later(deliver, sql):
    new = received()
    await deliver(new, routed(new), assigned(new), clocked(new, follow_up="running"), verified(new), moved(new))
    assert [value["due_dates"] for region, *_, value in await told(sql, new) if region == "52.03"] == [
        [{"step": "follow_up", "at": "2026-11-16T01:42:07Z"}]
    ] * 2


async def test_every_regions_topic_counts_a_complaint_from_one_without_gaps(deliver, sql):
    new = received()
    await deliver(new, routed(new), assigned(new), verified(new), moved(new), mirrored(new))
    await deliver(assigned(new, region="52.72", agency="52.72.PUPR"), moved(new, "answered"))
    await deliver(assigned(new), moved(new, "closed"))
    events = await told(sql, new)
    assert [one[1:3] for one in events if one[0] == "52.03"] == [
        (1, "shared_with_region"),
        (2, "shared_with_region"),
        (3, "shared_with_region"),
        (4, "withdrawn_from_region"),
        (5, "shared_with_region"),
        (6, "shared_with_region"),
    ]
    assert [one[1:3] for one in events if one[0] == "52.72"] == [
        (1, "shared_with_region"),
        (2, "shared_with_region"),
        (3, "withdrawn_from_region"),
    ]
    assert [one[1] for one in events if one[0] == "52"] == list(range(1, 8))
    assert events[-1][3]["state"] == "closed"


async def test_what_no_region_can_see_leaves_no_event(deliver, sql):
    new = received(place=Place(coordinates=Coordinates(latitude=-8.61, longitude=116.52)))
    await deliver(new, routed(new), assigned(new), verified(new), mirrored(new))
    before = len(await told(sql, new))
    await deliver(new, routed(new), assigned(new), verified(new), mirrored(new))
    assert len(await told(sql, new)) == before


async def test_nothing_unmasked_is_kept(deliver, sql):
    place = Place(given=GivenPlace(region_code="52.03", description="belakang warung Inaq Sahnim"))
    new = received(place=place)
    await deliver(new)
    row = await sql.fetchrow("SELECT * FROM regencies.complaint WHERE complaint_id = $1", new.complaint_id)
    kept = json.dumps(dict(row), default=str)
    assert "Jembatan kayu" in kept
    words = ("Contohsari", "081912345678", "Sahnim", new.account, str(new.reporter), str(new.conversation_id))
    assert not [word for word in words if word in kept]


@pytest.mark.parametrize("flags", [{"secret": True}, {"sealed": True}, {"secret": True, "sealed": True}])
async def test_of_a_secret_or_sealed_report_no_words_are_kept(deliver, sql, flags):
    new = received(**flags)
    await deliver(new, routed(new), assigned(new, sealed=new.sealed), verified(new))
    assert await sql.fetchval("SELECT text FROM regencies.complaint WHERE ticket = $1", new.ticket) is None
    assert bool(await told(sql, new)) == (not new.sealed)


async def test_a_complaint_that_is_sealed_later_is_withdrawn_and_its_words_are_wiped(deliver, sql):
    new = received()
    await deliver(new, routed(new), assigned(new), verified(new), assigned(new, sealed=True), moved(new))
    assert [
        (region, sequence, kind, value["reason"]) for region, sequence, kind, value in (await told(sql, new))[2:]
    ] == [
        ("52", 2, "withdrawn_from_region", "sealed"),
        ("52.03", 2, "withdrawn_from_region", "sealed"),
    ]
    row = await sql.fetchrow("SELECT text, shared, regions FROM regencies.complaint WHERE ticket = $1", new.ticket)
    assert (row["text"], row["shared"], row["regions"]) == (None, None, [])


async def test_a_region_reads_everything_that_was_said_masked_and_as_it_stands_now(deliver, sql):
    new = received()
    await deliver(new, routed(new), assigned(new), verified(new), appended(new))
    assert (await told(sql, new))[-1][3]["text"].endswith("\n\nKata Ibu [NAME_1] sudah patah.")
    await deliver(amended(new))
    text = (await told(sql, new))[-1][3]["text"]
    assert text == "Jembatan bambu di Pringgasela lapuk.\n\nKata Ibu [NAME_1] sudah patah."
    before = len(await told(sql, new))
    await deliver(appended(new, author="agency", text="Kami cek besok."), amended(new))
    assert len(await told(sql, new)) == before
    await deliver(amended(new, message_id=new_id(), author="agency", text="Kami cek lusa."))
    assert len(await told(sql, new)) == before
    await deliver(amended(new, change="withdrawn", text=None))
    assert (await told(sql, new))[-1][3]["text"] == "Kata Ibu [NAME_1] sudah patah."


async def test_a_region_learns_the_hash_of_a_photo_once_it_is_in_the_house(deliver, sql):
    photos = [AttachmentRef(id=new_id(), kind="image") for _ in range(2)]
    new = received(attachments=photos[:1])
    await deliver(new, routed(new), assigned(new), verified(new), appended(new, attachments=photos[1:]))
    assert [one["sha256"] for one in (await told(sql, new))[-1][3]["attachments"]] == [None, None]
    await deliver(settled(new, photos[1]))
    shown = (await told(sql, new))[-1][3]["attachments"]
    assert shown[1] == {"kind": "image", "media_type": "image/webp", "sha256": "ab" * 32}
    assert str(photos[1].id) not in str(shown)
    before = len(await told(sql, new))
    await deliver(settled(new, photos[1]))
    assert len(await told(sql, new)) == before


async def test_of_a_secret_report_further_words_are_not_kept_either(deliver, sql):
    new = received(secret=True)
    await deliver(new, routed(new), assigned(new), verified(new), appended(new), amended(new))
    row = await sql.fetchrow("SELECT text, said FROM regencies.complaint WHERE ticket = $1", new.ticket)
    assert (row["text"], row["said"]) == (None, [])


@pytest.mark.parametrize("later", [appended, amended])
async def test_later_words_that_seal_it_withdraw_it_at_once_and_wipe_everything(deliver, sql, later):
    new = received()
    await deliver(new, routed(new), assigned(new), verified(new), later(new, sealed=True), appended(new, sealed=True))
    assert [(one[0], one[2], one[3].get("reason")) for one in (await told(sql, new))[2:]] == [
        ("52", "withdrawn_from_region", "sealed"),
        ("52.03", "withdrawn_from_region", "sealed"),
    ]
    row = await sql.fetchrow("SELECT * FROM regencies.complaint WHERE ticket = $1", new.ticket)
    assert (row["text"], row["said"], row["attachments"], row["regions"]) == (None, [], [], [])


async def test_the_database_itself_refuses_to_note_that_a_sealed_complaint_is_shared(deliver, pool, sql):
    new = received()
    await deliver(new, routed(new), assigned(new), verified(new))
    with pytest.raises(IntegrityError, match="only_verified_ones_are_shared"):
        async with pool.transaction() as tx:
            kept = await repository.lock(tx, new.complaint_id)
            assert kept is not None
            await repository.keep(tx, kept.model_copy(update={"sealed": True}))


async def test_a_fact_about_a_complaint_that_was_never_received_is_refused(deliver):
    with pytest.raises(RejectError, match="never heard"):
        await deliver(verified(received()))


async def test_the_services_login_reads_no_other_schema(pool):
    async with pool.engine.connect() as connection:
        for table in ('casework."case"', "bus.outbox", "routing.decision"):
            with pytest.raises(Exception, match="permission denied"):
                await connection.exec_driver_sql(f"SELECT 1 FROM {table}")
            await connection.rollback()
