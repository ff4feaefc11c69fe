"""Who sees an attachment: an officer whose role may, with a link of ten minutes, and nobody else."""

import secrets
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from gateway.app import create_app
from services.identity.tokens import sign_token
from services.intake.media.endpoints import attachments
from services.intake.media.links import LIFE, Links
from services.intake.media.queue import AttachmentQueue
from shared.contents import AttachmentStore
from shared.core.ids import new_id
from shared.core.service import ServiceApp
from shared.db import Database
from shared.http.client import ASGITransport, AsyncClient
from shared.security import Principal, Role, SecuritySettings, authenticated, new_key_pair
from shared.security.keys import read_signing_key
from tests.services.intake.media import pictures
from tests.services.intake.media.rows import NOW, attachment, case, complaint

KEYS = new_key_pair()
SECRET = secrets.token_hex(32)
PHOTO = pictures.jpeg()


def token(role: Role, agencies=("NTB.PUPR",), regions=()) -> dict[str, str]:
    principal = Principal(account_id=new_id(), role=role, agencies=agencies, regions=regions)
    signed, _ = sign_token(principal, read_signing_key(KEYS.signing_key), datetime.now(UTC))
    return {"authorization": f"Bearer {signed}"}


class House:
    def __init__(self, database: Database, store: AttachmentStore):
        self.now = NOW
        self.store = store
        self.links = Links(SECRET)
        settings = SecuritySettings(token_public_key=KEYS.public_key)
        queue = AttachmentQueue(store, {}, clock=lambda: self.now)
        router = attachments(queue, store, database, self.links, authenticated(settings), clock=lambda: self.now)
        app = create_app([ServiceApp(name="intake", router=router, close=database.close)])
        self.http = AsyncClient(transport=ASGITransport(app=app), base_url="http://door")

    async def link(self, attachment_id, role=Role.COORDINATOR, **bound):
        return await self.http.get(f"/v1/attachments/{attachment_id}/link", headers=token(role, **bound))

    async def stored(self, sql, owner, content=PHOTO, media_type="image/jpeg", **values):
        import hashlib

        name = hashlib.sha256(content).hexdigest()
        await self.store.keep({name: content})
        given = {"state": "stored", "sha256": name, "size": len(content), "media_type": media_type, "due_at": None}
        return await attachment(sql, owner, **{**given, **values})


@pytest.fixture
async def house(database_urls, tmp_path):
    database = Database(database_urls["intake"], application="test")
    made = House(database, AttachmentStore.in_folder(tmp_path / "store"))
    yield made
    await made.http.aclose()
    await database.close()


async def test_a_link_shows_the_photo_and_guards_the_browser(house, sql):
    photo = await house.stored(sql, await complaint(sql))
    link = await house.link(photo)
    assert link.status_code == 200, link.text
    shown = await house.http.get(link.json()["url"])
    assert (shown.status_code, shown.content) == (200, PHOTO)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-length"] == str(len(PHOTO))
    assert shown.headers["content-disposition"] == f'inline; filename="{photo}.jpg"'
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("content", "media_type", "served", "extension"),
    [
        (pictures.video(), "video/mp4", "video/mp4", "mp4"),
        (b"%PDF-1.7", "application/pdf", "application/pdf", "pdf"),
        (b"<script>alert(1)</script>", "text/html", "application/octet-stream", "bin"),
        (b"?", None, "application/octet-stream", "bin"),
    ],
)
async def test_all_but_pictures_is_saved_and_an_unknown_type_is_never_believed(
    house, sql, content, media_type, served, extension
):
    kept = await house.stored(sql, await complaint(sql), content, media_type)
    shown = await house.http.get((await house.link(kept)).json()["url"])
    assert shown.content == content
    assert shown.headers["content-type"] == served
    assert shown.headers["content-disposition"] == f'attachment; filename="{kept}.{extension}"'


async def test_a_link_ends_after_ten_minutes(house, sql):
    photo = await house.stored(sql, await complaint(sql))
    url = (await house.link(photo)).json()["url"]
    house.now = NOW + LIFE - timedelta(seconds=1)
    assert (await house.http.get(url)).status_code == 200
    house.now = NOW + LIFE
    late = await house.http.get(url)
    assert (late.status_code, late.json()["code"]) == (403, "link_not_valid")


async def test_a_forged_link_opens_nothing(house, sql):
    photo, other = [await house.stored(sql, await complaint(sql)) for _ in range(2)]
    link = house.links.make(photo, NOW)
    expires, signature = int(link.expires_at.timestamp()), link.url.rpartition("=")[2]
    forgeries = [
        f"/v1/attachments/{photo}",
        f"/v1/attachments/{other}?expires={expires}&signature={signature}",
        f"/v1/attachments/{photo}?expires={expires + 3600}&signature={signature}",
        f"/v1/attachments/{photo}?expires={expires}&signature={signature[:-1]}0x",
        f"/v1/attachments/{photo}?expires={expires}&signature={signature.upper()}",
        f"/v1/attachments/{photo}?expires={expires}&signature=",
        f"/v1/attachments/{photo}?expires={expires}&signature=%C3%A9%00",
        Links("another" * 5).make(photo, NOW).url,
    ]
    for forged in forgeries:
        assert (await house.http.get(forged)).status_code == 403, forged
    assert (await house.http.get(link.url)).status_code == 200


async def test_a_link_is_what_openssl_makes_of_it():
    """HMAC-SHA256 twice, made with `openssl dgst -sha256 -mac HMAC`; the key of links is derived from the secret."""
    from datetime import UTC, datetime
    from uuid import UUID

    made = Links("s" * 32).make(UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC))
    assert made.url == (
        "/v1/attachments/00000000-0000-0000-0000-000000000001?expires=1767226200&signature=8fae9e81a53d51f08349b32bd2292e84b74edbc03739cde4e95911e5a0789e55"
    )


@pytest.mark.parametrize("role", Role)
async def test_roles_open_what_is_theirs(house, sql, role):
    owners = [
        await complaint(sql, agency_key="NTB.PUPR"),
        await complaint(sql, agency_key="NTB.DIKPORA"),
        await complaint(sql),
        await complaint(sql, agency_key="NTB.PUPR", sealed=True),
    ]
    theirs, others, nobodys, sealed = [await house.stored(sql, owner) for owner in owners]
    alone = await house.stored(sql, None)
    expected = {
        Role.COORDINATOR: [200, 200, 200, 404, 200],
        Role.INSPECTORATE: [200, 200, 200, 200, 200],
        Role.LIAISON: [200, 404, 404, 404, 404],
        Role.LEADER: [200, 404, 404, 404, 404],
        Role.OBSERVER: [403] * 5,
        Role.OPERATOR: [403] * 5,
    }[role]
    assert [(await house.link(one, role)).status_code for one in (theirs, others, nobodys, sealed, alone)] == expected


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEADER])
async def test_who_is_bound_to_a_region_opens_the_photos_of_what_is_located_there(house, sql, role):
    here, there, theirs, unheard = [
        await complaint(sql, agency_key=key) for key in ("NTB.DIKPORA", "NTB.DIKPORA", "52.03.PUPR", "NTB.DIKPORA")
    ]
    for one, region_code in ((here, "52.03.01.2001"), (there, "52.01"), (theirs, None)):
        await case(sql, one, region_code)
    photos = [await house.stored(sql, owner) for owner in (here, there, theirs, unheard, None)]
    bound = {"agencies": (), "regions": ("52.03",)}
    assert [(await house.link(one, role, **bound)).status_code for one in photos] == [200, 404, 200, 404, 404]


async def test_a_message_without_a_complaint_is_judged_by_its_words(house, sql):
    bribe = await house.stored(sql, None, text="Saya diminta uang pelicin, ini pungli oleh petugas")
    hole = await house.stored(sql, None, text="Jalan berlubang")
    assert [(await house.link(one)).status_code for one in (bribe, hole)] == [404, 200]
    assert (await house.link(bribe, Role.INSPECTORATE)).status_code == 200


async def test_who_opens_a_sealed_attachment_leaves_a_look(house, sql):
    about = await complaint(sql, sealed=True)
    sealed, plain = await house.stored(sql, about), await house.stored(sql, await complaint(sql))
    bribe = await house.stored(sql, None, text="Saya diminta uang pelicin, ini pungli oleh petugas")
    for one in (sealed, plain, bribe):
        for role in (Role.COORDINATOR, Role.INSPECTORATE):
            await house.link(one, role)
    looks = await sql.fetch("SELECT * FROM casework.look WHERE subject_id = ANY($1)", [sealed, plain, bribe])
    assert {(one["role"], one["what"], one["complaint_id"], one["subject_id"]) for one in looks} == {
        ("inspectorate", "attachment", about, sealed),
        ("inspectorate", "attachment", None, bribe),
    }


async def test_intake_writes_no_look_at_what_it_does_not_keep(database_urls):
    connection = await asyncpg.connect(database_urls["intake"])
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "SELECT casework.record_looks($1, 'inspectorate', 'reporter', NULL, ARRAY[$1::uuid])", new_id()
            )
        for statement in ("SELECT * FROM casework.look", "DELETE FROM casework.look"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_nobody_gets_a_link_without_signing_in(house, sql):
    photo = await house.stored(sql, await complaint(sql))
    assert (await house.http.get(f"/v1/attachments/{photo}/link")).status_code == 401


async def test_what_is_not_there_says_why(house, sql):
    owner = await complaint(sql)
    refused = await house.link(await attachment(sql, owner, state="refused", problem="archive", due_at=None))
    assert (refused.status_code, refused.json()["problem"]) == (409, "archive")
    assert (await house.link(await attachment(sql, owner, state="expired", due_at=None))).status_code == 410
    assert (await house.link(new_id())).status_code == 404


async def test_a_link_to_what_is_gone_meanwhile_says_so(house, sql):
    photo = await house.stored(sql, await complaint(sql), b"\xff\xd8\xffsoon gone")
    url = (await house.link(photo)).json()["url"]
    name = await sql.fetchval("SELECT sha256 FROM intake.attachment WHERE id = $1", photo)
    await house.store.forget(name)
    assert (await house.http.get(url)).status_code == 410
    await sql.execute("UPDATE intake.attachment SET state = 'expired' WHERE id = $1", photo)
    assert (await house.http.get(url)).status_code == 410
    assert (await house.http.get(house.links.make(new_id(), NOW).url)).status_code == 410


def test_neither_key_nor_address_is_in_what_is_logged():
    links = Links(SECRET)
    assert "signature" not in repr(links.make(new_id(), NOW))
    assert SECRET not in repr(vars(links))
