"""Resumable uploads (tus 1.0.0): what arrived stays, whatever ends the line."""

import base64
import hashlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.intake.uploads.pace import LITTLE
from services.intake.uploads.service import UploadLimits, UploadService
from services.intake.uploads.spool import Spool
from services.intake.uploads.worker import UploadSweep
from shared.db import Database
from shared.security.vault import VaultKeys
from tests.services.intake.citizens.app import OCTETS, TUS, Device, call_and_hang_up, dripping
from tests.services.intake.conftest import client_of
from tests.services.intake.provider import SETTINGS

CONTENT = random.Random(4).randbytes(600)


@pytest.fixture
def device(http) -> Device:
    return Device(http)


def on_disk(workshop, where: str):
    return (workshop.attachments / ".uploads" / where.rpartition("/")[2]).read_bytes()


async def test_the_server_says_what_it_can_do(http):
    answer = await http.options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "checksum",
        "termination",
    }
    assert answer.headers["tus-max-size"] == str(50 * 1024 * 1024)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


async def test_an_upload_arrives_in_pieces(device, workshop):
    metadata = "filename bGFtcHUuanBn,consent"
    created = await device.announce(len(CONTENT), Upload_Metadata=metadata)
    assert created.status_code == 201
    where = created.headers["location"]
    assert created.headers["upload-expires"].endswith(" GMT")
    for start in range(0, len(CONTENT), 250):
        piece = CONTENT[start : start + 250]
        answer = await device.patch(where, start, piece)
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(start + len(piece)))
        assert answer.headers["tus-resumable"] == "1.0.0"
    head = await device.head(where)
    assert head.status_code == 200
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("600", "600")
    assert head.headers["upload-metadata"] == metadata
    assert head.headers["cache-control"] == "no-store"
    assert on_disk(workshop, where) == CONTENT


async def test_the_first_bytes_may_come_with_the_announcement(device, workshop):
    told = {**TUS, **device.headers, **OCTETS, "Upload-Length": "600"}
    created = await device.http.post("/v1/uploads", headers=told, content=CONTENT[:100])
    assert (created.status_code, created.headers["upload-offset"]) == (201, "100")
    where = created.headers["location"]
    assert (await device.patch(where, 100, CONTENT[100:])).status_code == 204
    assert on_disk(workshop, where) == CONTENT


@pytest.mark.parametrize("seed", range(6))
async def test_a_line_that_breaks_anywhere_keeps_what_arrived(app, device, workshop, seed):
    chance = random.Random(seed)
    where = (await device.announce(len(CONTENT))).headers["location"]
    offset, breaks = 0, 0
    while offset < len(CONTENT):
        cut = chance.randint(offset, len(CONTENT))
        middle = chance.randint(offset, cut)
        headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": str(offset)}
        headers["Content-Length"] = str(len(CONTENT) - offset)
        await call_and_hang_up(app, "PATCH", where, headers, [CONTENT[offset:middle], CONTENT[middle:cut]])
        offset, breaks = await device.offset(where), breaks + 1
        assert offset == cut
        assert breaks < 100
    assert on_disk(workshop, where) == CONTENT


async def test_every_byte_can_be_the_last_before_the_line_breaks(app, device, workshop):
    content = CONTENT[:40]
    where = (await device.announce(40)).headers["location"]
    for offset in range(40):
        headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": str(offset)}
        await call_and_hang_up(app, "PATCH", where, headers, [content[offset : offset + 1]])
        assert await device.offset(where) == offset + 1
    assert on_disk(workshop, where) == content


async def test_a_chunk_larger_than_a_piece_is_kept_as_it_comes(app, device, workshop):
    content = random.Random(5).randbytes(700_000)
    where = (await device.announce(len(content))).headers["location"]
    headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": "0"}
    pieces = [piece async for piece in dripping(content[:650_001], 65_536)]
    await call_and_hang_up(app, "PATCH", where, headers, pieces)
    assert await device.offset(where) == 650_001
    assert (await device.patch(where, 650_001, content[650_001:])).status_code == 204
    assert on_disk(workshop, where) == content


async def test_a_chunk_from_elsewhere_is_refused_and_changes_nothing(device):
    where = (await device.announce(600)).headers["location"]
    await device.patch(where, 0, CONTENT[:100])
    for offset in (0, 99, 101, 600):
        answer = await device.patch(where, offset, CONTENT[:50])
        assert (answer.status_code, answer.json()["code"]) == (409, "upload_offset")
        assert answer.json()["offset"] == 100
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert await device.offset(where) == 100


async def test_an_old_request_that_wakes_up_late_harms_nothing(device, workshop):
    """The first request hangs on a dead line with some bytes in hand, while the app goes on with another."""
    where = (await device.announce(600)).headers["location"]

    async def late() -> AsyncIterator[bytes]:
        yield CONTENT[:10]
        assert (await device.patch(where, 0, CONTENT[:300])).status_code == 204
        yield b"\x00" * 10

    headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": "0"}
    answer = await device.http.patch(where, headers=headers, content=late())
    assert answer.status_code == 409
    assert await device.offset(where) == 300
    await device.patch(where, 300, CONTENT[300:])
    assert on_disk(workshop, where) == CONTENT


async def test_more_than_was_announced_is_refused(device):
    where = (await device.announce(10)).headers["location"]
    assert (await device.patch(where, 0, b"x" * 11)).status_code == 413
    assert (await device.patch(where, 0, dripping(b"x" * 11, 4))).status_code == 413
    assert await device.offset(where) == 8


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_checksum_keeps_the_chunk_whole_or_not_at_all(app, device, algorithm):
    def summed(content: bytes) -> str:
        digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
        return f"{algorithm} {base64.b64encode(digest).decode()}"

    where = (await device.announce(600)).headers["location"]
    wrong = await device.patch(where, 0, CONTENT[:100], Upload_Checksum=summed(b"other"))
    assert (wrong.status_code, await device.offset(where)) == (460, 0)
    headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": "0", "Upload-Checksum": summed(CONTENT[:100])}
    await call_and_hang_up(app, "PATCH", where, headers, [CONTENT[:50]])
    assert await device.offset(where) == 0
    right = await device.patch(where, 0, CONTENT[:100], Upload_Checksum=summed(CONTENT[:100]))
    assert (right.status_code, await device.offset(where)) == (204, 100)
    unknown = await device.patch(where, 100, CONTENT[:1], Upload_Checksum="md5 AAAA")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "checksum_unusable")


async def test_another_devices_upload_does_not_exist(http, device):
    where = (await device.announce(600)).headers["location"]
    other = Device(http)
    assert (await other.head(where)).status_code == 404
    assert (await other.patch(where, 0, CONTENT)).status_code == 404
    assert (await http.delete(where, headers={**TUS, **other.headers})).status_code == 404
    assert await device.offset(where) == 0
    nobody = await http.head(where, headers=TUS)
    assert nobody.status_code == 401


async def test_an_upload_is_taken_back(device, workshop):
    where = (await device.announce(600)).headers["location"]
    await device.patch(where, 0, CONTENT)
    gone = await device.http.delete(where, headers={**TUS, **device.headers})
    assert gone.status_code == 204
    assert (await device.head(where)).status_code == 410
    assert not (workshop.attachments / ".uploads" / where.rpartition("/")[2]).exists()


async def test_networks_that_let_no_patch_through_are_served(device, workshop):
    where = (await device.announce(600)).headers["location"]
    told = {**TUS, **device.headers, **OCTETS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert (await device.http.post(where, headers=told, content=CONTENT)).status_code == 204
    assert on_disk(workshop, where) == CONTENT
    told["X-HTTP-Method-Override"] = "GET"
    assert (await device.http.post(where, headers=told)).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Tus-Resumable": ""}, 412),
        ({"X-Device-Id": "short"}, 401),
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "ten"}, 400),
        ({"Upload-Length": str(50 * 1024 * 1024 + 1)}, 413),
        ({"Upload-Length": "9" * 40}, 400),
        ({"Upload-Metadata": "filename not*base64"}, 400),
        ({"Upload-Metadata": "a YQ==,a YQ=="}, 400),
        ({"Upload-Metadata": "a " + "YWFh" * 1000}, 400),
        ({"Content-Type": "image/jpeg"}, 415),
    ],
)
async def test_a_bad_announcement_is_refused(device, sql, headers, status):
    before = await sql.fetchval("SELECT count(*) FROM intake.upload")
    answer = await device.http.post("/v1/uploads", headers={**TUS, **device.headers, "Upload-Length": "10", **headers})
    assert answer.status_code == status, answer.text
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["content-type"] == "application/problem+json"
    assert await sql.fetchval("SELECT count(*) FROM intake.upload") == before


async def test_a_device_uploads_so_much_a_day_and_no_more(workshop):
    async with workshop.http(UPLOADS_PER_DEVICE="3", UPLOADS_MB_PER_DEVICE="1") as http:
        few = Device(http)
        for _ in range(3):
            assert (await few.announce(10)).status_code == 201
        over = await few.announce(10)
        assert (over.status_code, over.json()["code"]) == (429, "upload_limit")
        large = Device(http)
        where = (await large.announce(1024 * 1024)).headers["location"]
        await http.delete(where, headers={**TUS, **large.headers})
        assert (await large.announce(1)).status_code == 429, "what was taken back still counts"


async def test_a_drip_of_single_bytes_is_told_to_wait_and_what_arrived_stays(workshop):
    async with workshop.http(UPLOAD_REQUESTS_PER_MINUTE="5") as http:
        device, other = Device(http), Device(http)
        where = (await device.announce(600)).headers["location"]
        answers = [await device.patch(where, at, CONTENT[at : at + 1]) for at in range(7)]
        assert [one.status_code for one in answers] == [204] * 5 + [429] * 2
        assert (answers[-1].headers["retry-after"], answers[-1].headers["tus-resumable"]) == ("5", "1.0.0")
        assert answers[-1].json()["code"] == "rate_limited"
        assert (await device.head(where)).status_code == 429
        theirs = (await other.announce(600)).headers["location"]
        assert (await other.patch(theirs, 0, CONTENT)).status_code == 204, "nobody else waits for it"


async def test_invented_devices_share_their_addresses_limit(workshop):
    async with workshop.http(UPLOAD_REQUESTS_PER_MINUTE_AND_ADDRESS="3") as http:
        unknown = f"/v1/uploads/{UUID(int=7)}"
        answers = [(await Device(http).head(unknown)).status_code for _ in range(5)]
        assert answers == [404, 404, 404, 429, 429]


async def test_chunks_that_pay_for_themselves_are_not_counted(workshop):
    content = random.Random(6).randbytes(10 * LITTLE)
    async with workshop.http(UPLOAD_REQUESTS_PER_MINUTE="2") as http:
        device = Device(http)
        where = (await device.announce(len(content))).headers["location"]
        for at in range(0, len(content), LITTLE):
            assert (await device.patch(where, at, content[at : at + LITTLE])).status_code == 204
        assert on_disk(workshop, where) == content


async def test_a_chunk_that_only_claims_to_be_large_is_counted(workshop):
    async with workshop.app(UPLOAD_REQUESTS_PER_MINUTE="2") as app, client_of(app) as http:
        device = Device(http)
        where = (await device.announce(10 * LITTLE)).headers["location"]
        for offset in range(2):
            headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": str(offset)}
            headers["Content-Length"] = str(LITTLE)
            await call_and_hang_up(app, "PATCH", where, headers, [b"x"])
        assert (await device.head(where)).status_code == 429


async def test_a_minute_on_a_line_that_breaks_every_second_is_no_drip(workshop):
    async with workshop.app() as app, client_of(app) as http:
        device = Device(http)
        where = (await device.announce(len(CONTENT))).headers["location"]
        for _ in range(60):
            offset = await device.offset(where)
            headers = {**TUS, **device.headers, **OCTETS, "Upload-Offset": str(offset)}
            assert await call_and_hang_up(app, "PATCH", where, headers, [CONTENT[offset : offset + 10]]) != 429
        assert on_disk(workshop, where) == CONTENT


async def test_too_many_new_uploads_are_refused_in_the_dialect_of_tus(workshop):
    async with workshop.http(SUBMISSIONS_PER_MINUTE="1") as http:
        device = Device(http)
        assert (await device.announce(10)).status_code == 201
        over = await device.announce(10)
        assert (over.status_code, over.headers["tus-resumable"], over.headers["retry-after"]) == (429, "1.0.0", "5")


async def test_invented_devices_cannot_fill_the_disk(workshop, sql):
    await sql.execute("UPDATE intake.upload SET removed_at = now()")
    async with workshop.http(UPLOADS_MB="1") as http:
        first, second, third = Device(http), Device(http), Device(http)
        mine = (await first.announce(600 * 1024)).headers["location"]
        theirs = (await second.announce(600 * 1024)).headers["location"]
        assert (await first.patch(mine, 0, bytes(600 * 1024))).status_code == 204
        assert (await second.patch(theirs, 0, bytes(600 * 1024))).status_code == 503
        assert (await third.announce(600 * 1024)).status_code == 503
        assert (await third.announce(1024)).status_code == 201


async def test_announcements_alone_take_nobodys_place(workshop, sql):
    await sql.execute("UPDATE intake.upload SET removed_at = now()")
    async with workshop.http(UPLOADS_MB="1") as http:
        for _ in range(3):
            assert (await Device(http).announce(600 * 1024)).status_code == 201


async def test_uploads_whose_time_is_over_are_deleted(workshop, device, sql, database_urls):
    where = (await device.announce(600)).headers["location"]
    await device.patch(where, 0, CONTENT)
    database = Database(database_urls["intake"], application="test")
    now = datetime.now(UTC)
    service = UploadService(
        vault=VaultKeys([SETTINGS["NTBCARE_INTAKE_VAULT_KEYS"]]),
        spool=Spool(workshop.attachments / ".uploads"),
        limits=UploadLimits(largest=1, count_per_day=1, bytes_per_day=1, in_all=1),
        clock=lambda: now,
    )
    sweep = UploadSweep(service, database)
    assert await sweep.sweep() == 0
    now += timedelta(hours=25)
    assert await sweep.sweep() >= 1
    await database.close()
    assert await sql.fetchval("SELECT count(*) FROM intake.upload") == 0
    assert list((workshop.attachments / ".uploads").iterdir()) == []
    assert (await device.head(where)).status_code == 404


async def test_no_device_is_known_by_its_name_in_the_database(device, sql):
    await device.announce(600)
    rows = await sql.fetch("SELECT device FROM intake.upload")
    assert rows
    assert all(len(row["device"]) == 32 and device.name.encode() not in row["device"] for row in rows)
