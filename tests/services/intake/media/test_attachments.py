"""An attachment from its address to its end, on a real database, with a real store and a provider over HTTPS."""

import asyncio
import dataclasses
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from services.intake.media.fetch import Fetcher
from services.intake.media.outcome import Unfetched
from services.intake.media.queue import MOST_ATTEMPTS, AttachmentQueue, Claim
from services.intake.media.worker import MediaWorker
from shared.channels import MediaPolicy
from shared.contents import AttachmentStore, StoreUnavailableError
from shared.db import Database
from tests.services.intake.media import pictures
from tests.services.intake.media.outside import response, world
from tests.services.intake.media.rows import NOW, attachment, complaint, events, state

POLICY = MediaPolicy(hosts=("media.provider.example",), keep=timedelta(days=30), largest=1_000_000)
PHOTO = response("200 OK", pictures.jpeg(), "content-type: image/jpeg")


@dataclasses.dataclass
class Desk:
    """Everything that one worker has, and a clock that the test turns."""

    database: Database
    store: AttachmentStore
    now: datetime = NOW

    def __post_init__(self):
        self.queue = AttachmentQueue(self.store, {"facebook": POLICY}, clock=lambda: self.now)

    async def run(self, work):
        return await self.database.run(work)


@pytest.fixture
async def desk(database_urls, tmp_path):
    database = Database(database_urls["intake"], application="test")
    yield Desk(database, AttachmentStore.in_folder(tmp_path / "store"))
    await database.close()


@pytest.fixture
async def out():
    async with world() as made:
        made.provider.scripts["/photo"] = PHOTO
        yield made


@pytest.fixture
async def worker(desk, out):
    return MediaWorker(desk.database, desk.queue, Fetcher(out.client), desk.store, clock=lambda: desk.now)


@pytest.fixture(autouse=True)
async def _empty(sql):
    await sql.execute("TRUNCATE intake.attachment")


async def stored(desk, sql, owner, content: bytes, **values) -> UUID:
    name = hashlib.sha256(content).hexdigest()
    await desk.store.keep({name: content})
    given = {"state": "stored", "sha256": name, "size": len(content), "media_type": "image/jpeg", "due_at": None}
    return await attachment(sql, owner, **{**given, **values})


async def read(store: AttachmentStore, name: str) -> bytes | None:
    pieces = await store.read(name)
    return None if pieces is None else b"".join([piece async for piece in pieces])


def counted(outcome: str, reason: str = "") -> float:
    labels = {"channel": "facebook", "outcome": outcome, "reason": reason}
    return REGISTRY.get_sample_value("ntbcare_attachments_total", labels) or 0.0


async def test_a_wanted_photo_is_fetched_cleaned_stored_and_announced(desk, worker, sql):
    owner = await complaint(sql)
    wanted = await attachment(sql, owner, keep_hints=True)
    assert await worker.fetch_next()
    row = await state(sql, wanted)
    assert (row["state"], row["media_type"], row["problem"], row["due_at"]) == ("stored", "image/jpeg", None, None)
    assert row["keep_until"] == NOW + POLICY.keep
    assert row["hints"]["taken_at"] == "2026-09-21T08:15:00+08:00"
    content = await read(desk.store, row["sha256"])
    assert content is not None
    assert len(content) == row["size"]
    assert pictures.SECRET not in content
    assert row["source_url"] is None
    [event] = await events(sql, owner)
    assert (event["type"], event["state"]) == ("complaint.attachment_settled.v1", "stored")
    assert event["attachment"]["sha256"] == row["sha256"]
    assert event["taken_at"] == {name: row["hints"][name] for name in ("latitude", "longitude")}
    assert not await worker.fetch_next()


async def test_where_a_sealed_complaints_photo_was_taken_is_not_announced(worker, sql):
    owner = await complaint(sql, sealed=True)
    await attachment(sql, owner, keep_hints=True)
    await worker.fetch_next()
    [event] = await events(sql, owner)
    assert event["taken_at"] is None


async def test_without_consent_no_hint_reaches_the_database_or_an_event(worker, sql):
    owner = await complaint(sql)
    wanted = await attachment(sql, owner)
    await worker.fetch_next()
    [event] = await events(sql, owner)
    assert event["taken_at"] is None
    assert "116.1" not in json.dumps(event)
    assert await sql.fetchval("SELECT hints IS NULL FROM intake.attachment WHERE id = $1", wanted)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (response("200 OK", b"PK\x03\x04" + bytes(100)), "archive"),
        (response("200 OK", pictures.png_of(50_000, 50_000)), "bomb"),
        (response("200 OK", pictures.video(), "content-type: image/jpeg"), "lies_about_type"),
        (response("200 OK", b""), "empty"),
        (response("200 OK", b"", length=2 * 1024**3), "too_large"),
        (response("302 Found", b"", "location: https://169.254.169.254/"), "foreign_address"),
    ],
)
async def test_what_is_not_kept_is_refused_counted_and_announced(worker, out, sql, body, reason):
    out.provider.scripts["/photo"] = body
    before = counted("refused", reason)
    owner = await complaint(sql)
    wanted = await attachment(sql, owner)
    await worker.fetch_next()
    row = await state(sql, wanted)
    assert (row["state"], row["problem"], row["sha256"]) == ("refused", reason, None)
    assert row["source_url"] is None
    assert [(one["state"], one["problem"]) for one in await events(sql, owner)] == [("refused", reason)]
    assert counted("refused", reason) == before + 1


async def test_an_expired_address_is_not_asked_twice(worker, out, sql):
    out.provider.scripts["/photo"] = response("403 Forbidden")
    wanted = await attachment(sql, await complaint(sql))
    await worker.fetch_next()
    assert not await worker.fetch_next()
    assert [(await state(sql, wanted))[name] for name in ("state", "problem")] == ["failed", "gone"]


async def test_a_provider_that_is_away_is_asked_again_later_and_later_and_given_up_in_the_end(desk, worker, out, sql):
    out.provider.scripts["/photo"] = response("503 Service Unavailable")
    owner = await complaint(sql)
    wanted = await attachment(sql, owner)
    waits = []
    for _ in range(MOST_ATTEMPTS):
        assert await worker.fetch_next()
        assert not await worker.fetch_next()
        row = await state(sql, wanted)
        if row["due_at"]:
            waits.append((row["due_at"] - desk.now).total_seconds())
            desk.now = row["due_at"]
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (row["state"], row["problem"], row["attempts"]) == ("failed", "http_503", MOST_ATTEMPTS)
    assert [one["state"] for one in await events(sql, owner)] == ["failed"]


async def test_a_provider_that_comes_back_gives_the_photo_after_all(desk, worker, out, sql):
    out.provider.scripts["/photo"] = response("500 Internal Server Error")
    wanted = await attachment(sql, await complaint(sql))
    await worker.fetch_next()
    out.provider.scripts["/photo"] = PHOTO
    desk.now += timedelta(minutes=1)
    await worker.fetch_next()
    row = await state(sql, wanted)
    assert (row["state"], row["problem"], row["attempts"]) == ("stored", None, 2)


async def test_a_worker_that_was_killed_in_mid_fetch_leaves_the_photo_to_the_next(desk, worker, sql):
    wanted = await attachment(sql, await complaint(sql))
    dead = await desk.run(desk.queue.claim)
    assert isinstance(dead, Claim)
    assert not await worker.fetch_next(), "it may still be at it"
    desk.now += timedelta(minutes=4)
    assert await worker.fetch_next()
    assert (await state(sql, wanted))["state"] == "stored"
    late = await desk.run(lambda tx: desk.queue.settle(tx, dead, Unfetched("failed", "gone")))
    assert late is None
    assert (await state(sql, wanted))["state"] == "stored", "what the dead one says comes too late"


async def test_a_content_that_kills_its_workers_is_given_up(desk, sql):
    wanted = await attachment(sql, await complaint(sql), state="fetching", attempts=MOST_ATTEMPTS)
    await desk.run(desk.queue.claim)
    assert [(await state(sql, wanted))[name] for name in ("state", "problem")] == ["failed", "worker_lost"]


async def test_workers_side_by_side_fetch_each_photo_once(desk, out, worker, sql):
    owner = await complaint(sql)
    for number in range(12):
        out.provider.scripts[f"/{number}"] = PHOTO
        await attachment(sql, owner, source_url=f"https://media.provider.example/{number}")

    async def all_there_is() -> None:
        while await worker.fetch_next():
            pass

    await asyncio.gather(*(all_there_is() for _ in range(4)))
    assert sorted(one.split()[1] for one in out.provider.requests) == sorted(f"/{number}" for number in range(12))
    assert await sql.fetchval("SELECT count(*) FROM intake.attachment WHERE state = 'stored'") == 12


async def test_a_photo_of_a_message_without_a_complaint_is_kept_and_announced_to_nobody(worker, sql):
    wanted = await attachment(sql, None)
    before = await sql.fetchval("SELECT count(*) FROM bus.outbox")
    await worker.fetch_next()
    assert (await state(sql, wanted))["state"] == "stored"
    assert await sql.fetchval("SELECT count(*) FROM bus.outbox") == before


async def test_a_channel_without_a_policy_is_never_fetched_for(worker, out, sql):
    wanted = await attachment(sql, await complaint(sql), channel="web")
    assert await worker.fetch_next()
    assert [(await state(sql, wanted))[name] for name in ("state", "problem")] == ["refused", "foreign_address"]
    assert out.provider.requests == []


async def test_a_full_disk_costs_no_attempt_and_no_photo(desk, out, sql, tmp_path):
    full = AttachmentStore.in_folder(tmp_path / "store", spare=2**62)
    queue = AttachmentQueue(full, {"facebook": POLICY}, clock=lambda: desk.now)
    worker = MediaWorker(desk.database, queue, Fetcher(out.client), full, clock=lambda: desk.now)
    owner = await complaint(sql)
    wanted = await attachment(sql, owner)
    for _ in range(MOST_ATTEMPTS + 2):
        assert await worker.fetch_next()
        desk.now += timedelta(minutes=1)
    row = await state(sql, wanted)
    assert (row["state"], row["attempts"], row["sha256"]) == ("wanted", 0, None)
    assert await events(sql, owner) == []
    healthy = MediaWorker(desk.database, desk.queue, Fetcher(out.client), desk.store, clock=lambda: desk.now)
    assert await healthy.fetch_next()
    assert (await state(sql, wanted))["state"] == "stored"


async def test_a_worker_whose_disk_was_too_slow_takes_nothing_back_that_another_stored(desk, worker, sql):
    wanted = await attachment(sql, await complaint(sql))
    slow = await desk.run(desk.queue.claim)
    assert isinstance(slow, Claim)
    desk.now += timedelta(minutes=3)
    assert await worker.fetch_next()
    assert await desk.run(lambda tx: desk.queue.postpone(tx, slow)) is None
    row = await state(sql, wanted)
    assert (row["state"], row["attempts"]) == ("stored", 2)


async def test_the_worker_ends_within_seconds_and_leaves_nothing_half_done(worker, sql):
    wanted = await attachment(sql, await complaint(sql))
    running = asyncio.create_task(worker.run())
    for _ in range(100):
        if (await state(sql, wanted))["state"] == "stored":
            break
        await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await state(sql, wanted))["state"] == "stored"


async def test_a_content_whose_time_is_over_is_deleted_and_announced(desk, worker, sql):
    owner = await complaint(sql)
    kept = await stored(desk, sql, owner, b"old" * 50, keep_until=NOW - timedelta(days=1), hints={"latitude": -8.5})
    name = (await state(sql, kept))["sha256"]
    assert await worker.expire_all() == 1
    row = await state(sql, kept)
    assert (row["state"], row["sha256"]) == ("expired", name)
    assert await sql.fetchval("SELECT hints IS NULL FROM intake.attachment WHERE id = $1", kept)
    assert await read(desk.store, name) is None
    assert [one["state"] for one in await events(sql, owner)] == ["expired"]
    assert await worker.expire_all() == 0


async def test_a_content_that_another_attachment_needs_stays(desk, worker, sql):
    owner = await complaint(sql)
    old = await stored(desk, sql, owner, b"same" * 50, keep_until=NOW - timedelta(days=1))
    young = await stored(desk, sql, owner, b"same" * 50, keep_until=NOW + timedelta(days=1))
    assert await worker.expire_all() == 1
    assert [(await state(sql, one))["state"] for one in (old, young)] == ["expired", "stored"]
    assert await read(desk.store, (await state(sql, young))["sha256"]) == b"same" * 50
    desk.now += timedelta(days=2)
    assert await worker.expire_all() == 1
    assert await read(desk.store, (await state(sql, young))["sha256"]) is None


async def test_a_content_that_is_being_accepted_again_just_now_is_not_deleted(desk, worker, sql):
    from services.intake.media import repository

    kept = await stored(desk, sql, await complaint(sql), b"twice" * 50, keep_until=NOW - timedelta(days=1))
    name = (await state(sql, kept))["sha256"]
    async with desk.database.transaction() as tx:
        await repository.hold(tx, [name])
        assert await worker.expire_all() == 1
        assert await read(desk.store, name) == b"twice" * 50


async def test_orphans_are_swept_when_they_are_a_day_old_and_nothing_else_is(desk, worker, sql, tmp_path):
    owner = await complaint(sql)
    for content in (b"named", b"orphan", b"fresh orphan"):
        await stored(desk, sql, owner, content)
    names = {
        bytes(content): await sql.fetchval("SELECT sha256 FROM intake.attachment WHERE size = $1", len(content))
        for content in (b"named", b"orphan", b"fresh orphan")
    }
    await sql.execute("DELETE FROM intake.attachment WHERE size <> $1", len(b"named"))
    strange = tmp_path / "store" / "README"
    strange.write_text("not ours")
    long_ago = desk.now.timestamp() - 2 * 86400
    for name in (names[b"named"], names[b"orphan"]):
        os.utime(tmp_path / "store" / name[:2] / name, (long_ago, long_ago))
    os.utime(strange, (long_ago, long_ago))
    fresh = tmp_path / "store" / names[b"fresh orphan"][:2] / names[b"fresh orphan"]
    os.utime(fresh, (desk.now.timestamp(), desk.now.timestamp()))
    assert await worker.sweep() == 1
    assert [await read(desk.store, names[one]) for one in (b"named", b"orphan", b"fresh orphan")] == [
        b"named",
        None,
        b"fresh orphan",
    ]
    assert strange.exists()


async def test_a_store_that_is_away_says_so(tmp_path):
    store = AttachmentStore.in_folder(tmp_path / "store", spare=0)
    (tmp_path / "store" / "ab").write_text("a file where a folder should be")
    with pytest.raises(StoreUnavailableError):
        await store.keep({"ab" + "0" * 62: b"x"})


async def test_an_attachment_that_was_dated_a_year_ahead_is_fetched_soon(desk, worker, sql):
    right = max(desk.now, datetime.now(UTC))
    owner = await complaint(sql)
    for attempts in (0, 1):
        await attachment(sql, owner, due_at=right + timedelta(days=365), attempts=attempts)
    desk.now = right
    await worker._tidy()
    desk.now = right + timedelta(minutes=2)
    assert await worker.fetch_next()
    assert await worker.fetch_next()
    states = await sql.fetch("SELECT state FROM intake.attachment")
    assert [row["state"] for row in states] == ["stored", "stored"]
