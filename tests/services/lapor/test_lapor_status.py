"""What LAPOR! made of a complaint is read back, politely, and announced when it changed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.lapor.app import policy
from services.lapor.service import LaporService


async def at_lapor(mirror: Any, lapor: Any) -> tuple[Any, Any]:
    told = await mirror.verified()
    await mirror.work()
    return told, lapor.one(told.ticket)


async def seen(mirror: Any, told: Any) -> list[tuple[str, str | None]]:
    events = [json.loads(event["value"]) for event in await mirror.published(told.ticket)]
    return [(event["status"], event["state"]) for event in events if "status" in event]


@pytest.mark.parametrize(
    "quirks",
    [
        {},
        {"unordered_logs": True},
        {"object_logs": True, "unordered_logs": True, "text_ids": True},
    ],
)
async def test_a_status_is_announced_when_it_changed_and_only_then(house, lapor, quirks):
    mirror = house()
    lapor.switch(**quirks)
    told, there = await at_lapor(mirror, lapor)
    for status in (None, None, "Terverifikasi", None, "Dalam Proses", "Selesai", None):
        if status:
            lapor.held.move(there, status)
        assert await mirror.mirror.look_at_one()
        await mirror.sql.execute("UPDATE lapor.mirror SET due_at = now()")
    assert await seen(mirror, told) == [
        ("Belum Terverifikasi", "received"),
        ("Terverifikasi", "assigned"),
        ("Dalam Proses", "in_progress"),
        ("Selesai", "closed"),
    ]
    assert (await mirror.row(told.ticket))["state"] == "tracked"


async def test_an_unknown_status_is_kept_in_its_own_words(house, lapor):
    mirror = house()
    told, there = await at_lapor(mirror, lapor)
    lapor.held.move(there, "Menunggu Telaah Khusus")
    await mirror.mirror.look_at_one()
    assert await seen(mirror, told) == [("Menunggu Telaah Khusus", None)]
    assert (await mirror.row(told.ticket))["status"] == "Menunggu Telaah Khusus"


async def test_the_newest_log_entry_tells_since_when_whatever_the_order(house, lapor):
    mirror = house()
    lapor.switch(unordered_logs=True)
    told, there = await at_lapor(mirror, lapor)
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    for hours, status in ((5, "Dalam Proses"), (3, "Selesai"), (2, "Dalam Proses")):
        lapor.held.move(there, status, since + timedelta(hours=5 - hours))
    await mirror.mirror.look_at_one()
    assert (await mirror.row(told.ticket))["status_since"] == since + timedelta(hours=3)


@pytest.mark.parametrize("quirk", [{"failed_looks": 1}, {"error_before": 1}, {"too_many": 1}])
async def test_a_look_that_failed_changes_nothing_and_comes_again_later(house, lapor, quirk):
    mirror = house(look_again_s=3600)
    told, _ = await at_lapor(mirror, lapor)
    lapor.switch(**quirk)
    await mirror.mirror.look_at_one()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["status"], row["claimed_until"]) == ("created", None, None)
    assert row["due_at"] - datetime.now(UTC) > timedelta(minutes=59)
    assert await seen(mirror, told) == []


async def test_a_number_that_lapor_does_not_know_is_looked_at_later(house, lapor):
    mirror = house(look_again_s=3600)
    told, there = await at_lapor(mirror, lapor)
    del lapor.held.complaints[there.id]
    await mirror.mirror.look_at_one()
    assert (await mirror.row(told.ticket))["reason"] == "look failed: HTTP 404"


async def test_an_hour_has_no_more_looks_than_allowed_over_all_workers(house, lapor, settings):
    hour = datetime.now(UTC).replace(minute=10, second=0, microsecond=0) + timedelta(hours=1)
    now = [hour]
    mirror = house()
    for _ in range(5):
        await at_lapor(mirror, lapor)
    service = LaporService(policy(settings(looks_per_hour=3)), clock=lambda: now[0])
    workers = [house(service=service) for _ in range(2)]
    await mirror.sql.execute("UPDATE lapor.mirror SET due_at = now() - interval '1 hour'")
    for worker in workers:
        worker.mirror._clock = lambda: now[0]
        for _ in range(4):
            await worker.mirror.look_at_one()
    assert lapor.held.calls["GET {number}/complaint"] == 3
    now[0] = hour + timedelta(minutes=50)
    assert await workers[0].mirror.look_at_one()


async def test_what_lapor_has_closed_is_looked_at_seldom(house, lapor):
    mirror = house(look_every_s=100)
    told, there = await at_lapor(mirror, lapor)
    for status, seconds in (("Dalam Proses", 100), ("Selesai", 800)):
        lapor.held.move(there, status)
        await mirror.sql.execute("UPDATE lapor.mirror SET due_at = now()")
        await mirror.mirror.look_at_one()
        row = await mirror.row(told.ticket)
        assert (row["due_at"] - row["looked_at"]).total_seconds() == seconds


async def test_a_timetable_moves_a_complaint_by_itself(house, lapor, monkeypatch):
    monkeypatch.setattr(lapor.held, "_timetable", [(0, "Terverifikasi"), (3600, "Selesai")])
    mirror = house()
    told, _ = await at_lapor(mirror, lapor)
    await mirror.mirror.look_at_one()
    assert await seen(mirror, told) == [("Terverifikasi", "assigned")]
