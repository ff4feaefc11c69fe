"""What an officer adds to show a follow-up: kept as citizens' photos are, and never among them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from gateway.app import create_app
from services.casework.evidence.service import UnknownEvidenceError, evidence_of
from services.identity.tokens import sign_token
from services.intake.citizens.repository import attachments_of
from services.intake.evidence.endpoints import PATH, evidence
from services.intake.evidence.service import LARGEST, Evidence
from services.intake.media.endpoints import attachments
from services.intake.media.links import Links
from services.intake.media.queue import AttachmentQueue
from shared.contents import AttachmentStore
from shared.core.ids import new_id
from shared.core.service import ServiceApp
from shared.db import Database
from shared.events import AttachmentRef
from shared.http.client import ASGITransport, AsyncClient
from shared.security import Principal, Role, SecuritySettings, authenticated, new_key_pair
from shared.security.keys import read_signing_key
from tests.services.intake.media import pictures
from tests.services.intake.media.rows import NOW, attachment, case, complaint, events, state

KEYS = new_key_pair()
PDF = b"%PDF-1.7 bukti perbaikan"


class Desk:
    """Officers' evidence and its links over HTTP, with a clock that the test turns."""

    def __init__(self, intake: Database, casework: Database, folder: Any) -> None:
        self.intake, self.casework, self.now = intake, casework, NOW
        self.store = AttachmentStore.in_folder(folder)
        self.queue = AttachmentQueue(self.store, {}, clock=lambda: self.now)
        signed_in = authenticated(SecuritySettings(token_public_key=KEYS.public_key))
        router = evidence(Evidence(self.store, clock=lambda: self.now), intake, signed_in)
        router.include_router(attachments(self.queue, self.store, intake, Links("x" * 32), signed_in))
        app = create_app([ServiceApp(name="intake", router=router, own_bodies=[PATH], close=intake.close)])
        self.http = AsyncClient(transport=ASGITransport(app=app), base_url="http://door")

    async def add(self, ticket: str, content: bytes = PDF, role: Role = Role.COORDINATOR, **more: Any) -> Any:
        headers = {
            **token(role, more.get("agencies", ()), more.get("regions", ())),
            "content-type": more.get("media_type", "application/pdf"),
        }
        return await self.http.post(PATH, params={"ticket": ticket}, content=content, headers=headers)

    async def used(self, complaint_id: UUID, *ids: UUID) -> tuple[AttachmentRef, ...]:
        return await self.casework.run(lambda tx: evidence_of(tx, complaint_id, ids))


def token(role: Role, agencies: Any = (), regions: Any = ()) -> dict[str, str]:
    principal = Principal(account_id=new_id(), role=role, agencies=tuple(agencies), regions=tuple(regions))
    signed, _ = sign_token(principal, read_signing_key(KEYS.signing_key), datetime.now(UTC))
    return {"authorization": f"Bearer {signed}"}


@pytest.fixture(scope="module")
async def desk(database_urls, tmp_path_factory):
    intake = Database(database_urls["intake"], application="test")
    casework = Database(database_urls["casework"], application="test")
    found = Desk(intake, casework, tmp_path_factory.mktemp("evidence") / "store")
    yield found
    await found.http.aclose()
    await intake.close()
    await casework.close()


async def ticket_of(sql: Any, complaint_id: UUID) -> str:
    found: str = await sql.fetchval("SELECT ticket FROM intake.complaint WHERE id = $1", complaint_id)
    return found


async def test_a_photo_is_cleaned_stored_by_its_hash_and_described_as_an_attachment_is(desk, sql):
    about = await complaint(sql)
    answer = await desk.add(await ticket_of(sql, about), pictures.jpeg(), media_type="image/jpeg")
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == AttachmentRef.model_fields.keys()
    told = AttachmentRef.model_validate(answer.json())
    assert (told.kind, told.media_type) == ("image", "image/jpeg")
    pieces = await desk.store.read(told.sha256)
    content = b"".join([piece async for piece in pieces])
    assert len(content) == told.size
    assert pictures.SECRET not in content
    row = await state(sql, told.id)
    assert (row["message_id"], row["complaint_id"], row["keep_until"]) == (None, about, NOW + timedelta(days=1))


async def test_evidence_is_opened_by_whoever_sees_the_complaint_and_stands_in_no_message_of_the_citizen(desk, sql):
    about = await complaint(sql, agency_key="NTB.PUPR")
    theirs = await attachment(sql, about)
    added = (await desk.add(await ticket_of(sql, about))).json()
    link = f"/v1/attachments/{added['id']}/link"
    assert (await desk.http.get(link, headers=token(Role.LEADER, ["NTB.PUPR"]))).status_code == 200
    assert (await desk.http.get(link, headers=token(Role.LIAISON, ["NTB.DIKPORA"]))).status_code == 404
    assert [one.id for one in await desk.intake.run(lambda tx: attachments_of(tx, about))] == [theirs]


async def test_a_regions_coordinator_adds_evidence_to_what_is_located_there_and_to_nothing_else(desk, sql):
    for region_code, status in (("52.03.01", 201), ("52.01", 404)):
        about = await complaint(sql, agency_key="NTB.PUPR")
        await case(sql, about, region_code)
        added = await desk.add(await ticket_of(sql, about), role=Role.COORDINATOR, regions=["52.03"])
        assert added.status_code == status


@pytest.mark.parametrize(
    ("role", "agencies", "sealed", "status"),
    [
        (Role.LIAISON, ["NTB.PUPR"], False, 201),
        (Role.LIAISON, ["NTB.DIKPORA"], False, 404),
        (Role.LIAISON, ["NTB.PUPR"], True, 404),
        (Role.COORDINATOR, [], False, 201),
        (Role.COORDINATOR, [], True, 404),
        (Role.INSPECTORATE, [], False, 201),
        (Role.INSPECTORATE, [], True, 201),
        (Role.LEADER, ["NTB.PUPR"], False, 403),
        (Role.OPERATOR, [], False, 403),
    ],
)
async def test_evidence_is_added_by_who_may_work_the_complaint(desk, sql, role, agencies, sealed, status):
    ticket = await ticket_of(sql, await complaint(sql, sealed=sealed, agency_key="NTB.PUPR"))
    assert (await desk.add(ticket, role=role, agencies=agencies)).status_code == status


@pytest.mark.parametrize(("region", "status"), [("52.03", 201), ("52.01", 404)])
async def test_a_coordinator_of_a_region_adds_evidence_there_and_nowhere_else(desk, sql, region, status):
    ticket = await ticket_of(sql, await complaint(sql, agency_key="52.03.PUPR"))
    assert (await desk.add(ticket, regions=[region])).status_code == status


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"", "image/jpeg", 422, "evidence_empty"),
        (b"PK\x03\x04", "application/pdf", 422, "evidence_archive"),
        (b"<html>", "image/png", 422, "evidence_unknown_type"),
        (b"OggS\x00sound", "audio/ogg", 422, "evidence_lies_about_type"),
        (PDF, "image/jpeg", 422, "evidence_lies_about_type"),
        (b"%PDF-" + bytes(LARGEST), "application/pdf", 413, "evidence_too_large"),
    ],
)
async def test_what_is_neither_a_picture_nor_a_pdf_is_refused_and_changes_nothing(
    desk, sql, content, media_type, status, code
):
    about = await complaint(sql)
    answer = await desk.add(await ticket_of(sql, about), content, media_type=media_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await sql.fetchval("SELECT count(*) FROM intake.attachment WHERE complaint_id = $1", about) == 0


async def test_a_follow_up_names_evidence_of_its_own_complaint_and_nothing_else(desk, sql):
    about, other = await complaint(sql), await complaint(sql)
    one = AttachmentRef.model_validate((await desk.add(await ticket_of(sql, about))).json())
    two = AttachmentRef.model_validate((await desk.add(await ticket_of(sql, about), PDF + b"2")).json())
    assert await desk.used(about, two.id, one.id, two.id) == (two, one)
    strange = new_id()
    theirs = await attachment(sql, about, state="stored", sha256="a" * 64, due_at=None)
    for complaint_id, wanted in ((other, one.id), (about, strange), (about, theirs)):
        with pytest.raises(UnknownEvidenceError) as error:
            await desk.used(complaint_id, wanted)
        assert error.value.extensions == {"unknown": [str(wanted)]}


async def test_evidence_that_no_follow_up_names_is_forgotten_after_a_day_without_a_word(desk, sql):
    await sql.execute("TRUNCATE intake.attachment CASCADE")
    about = await complaint(sql)
    used = AttachmentRef.model_validate((await desk.add(await ticket_of(sql, about))).json())
    unused = AttachmentRef.model_validate((await desk.add(await ticket_of(sql, about), PDF + b"3")).json())
    await desk.used(about, used.id)
    desk.now += timedelta(days=1)
    assert (await desk.intake.run(desk.queue.expire)).id == unused.id
    assert await desk.intake.run(desk.queue.expire) is None
    desk.now = NOW
    assert await desk.store.read(unused.sha256) is None
    assert await desk.store.read(used.sha256) is not None
    assert await events(sql, about) == []
    with pytest.raises(UnknownEvidenceError):
        await desk.used(about, unused.id)


async def test_casework_reads_nothing_of_intake_but_through_the_function(database_urls):
    connection = await asyncpg.connect(database_urls["casework"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT id FROM intake.attachment")
    await connection.close()
