"""What no webhook brought comes back from the provider, each message once, however often and whenever it is read."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import asyncpg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from channel_adapters._meta.graph import Graph
from channel_adapters._meta.reading import MetaReader
from channel_adapters.facebook import normalize as facebook
from channel_adapters.facebook.read import FacebookReading
from channel_adapters.instagram import normalize as instagram
from channel_adapters.instagram.read import InstagramReading
from deploy.reconcile import gaps
from services.intake.app import service_of
from services.intake.ledger.recovering import EVERY, Recovery
from services.intake.settings import IntakeSettings
from shared.channels import Attachment, Channel, InboundRequest, Translation, Unreadable, load_channel
from shared.contents import AttachmentStore, StoreUnavailableError
from shared.core.times import utc_now
from shared.db import Database
from shared.testing.graph import Account, create_graph_simulator
from shared.testing.graph.control import say
from shared.testing.graph.payloads import Fault
from shared.testing.graph.said import Kind, Said, webhook
from tests.channels.serving import serving
from tests.services.intake.counting import rows_of
from tests.services.intake.media import pictures
from tests.services.intake.provider import ACCOUNTS, OBJECTS, SETTINGS

START = utc_now().replace(microsecond=0) - timedelta(hours=6)
APP_ID = "1517776481860111"


@dataclass
class Meta:
    """Both of Meta's products, the readers, and a clock that the test moves."""

    graph: FastAPI
    recovery: Recovery
    readers: dict[str, MetaReader]

    @property
    def world(self) -> Any:
        return self.graph.state.world

    def say(self, channel: str, kind: Kind, number: str, **told: Any) -> str:
        """Let a citizen write something of their own."""
        one = Said(
            **{
                "id": number,
                "account": ACCOUNTS[channel],
                "kind": kind,
                "person": f"person-{number}",
                "text": f"Jalan berlubang di depan pasar Renteng nomor {number}",
                "at": START + timedelta(minutes=len(self.world.memory.said)),
                **told,
            }
        )
        say(self.world, self.graph.state.echoes, one)
        return number

    async def settle(self) -> None:
        await self.graph.state.echoes.settle()

    def fail(self, error: str) -> None:
        self.world.faults = [Fault(error=error)]


def account(channel: Literal["facebook", "instagram"]) -> Account:
    secret = SETTINGS[f"NTBCARE_{channel.upper()}_APP_SECRETS"]
    return Account(id=ACCOUNTS[channel], channel=channel, token=f"EAA{channel}", app_secret=secret)


def reader(channel: Literal["facebook", "instagram"], url: str) -> MetaReader:
    own, accounts = account(channel), frozenset({ACCOUNTS[channel]})
    tokens = {own.id: SecretStr(own.token)}
    graph = Graph(url=f"{url}/v26.0", tokens=tokens, app_secret=SecretStr(own.app_secret), timeout=5)
    dialect: Any = FacebookReading(accounts) if channel == "facebook" else InstagramReading(accounts)
    normalize = facebook.normalize if channel == "facebook" else instagram.normalize
    return MetaReader(
        graph,
        dialect,
        lambda request: normalize(request, accounts, None),
        [own.id],
        app_id=APP_ID,
        conversation_calls_per_second=1000,
    )


@pytest.fixture(scope="module")
async def _meta(app, workshop, database_urls) -> AsyncIterator[Meta]:
    with pytest.MonkeyPatch.context() as environment:
        own = {"NTBCARE_INTAKE_DATABASE_URL": database_urls["intake"]}
        own["NTBCARE_INTAKE_ATTACHMENTS"] = str(workshop.attachments)
        for name, value in {**SETTINGS, **own}.items():
            environment.setenv(name, value)
        service = service_of(IntakeSettings.load())
    database = Database(database_urls["intake"], application="recovery")
    async with serving(app) as door:
        doors = {channel: f"{door}/channels/{channel}" for channel in ACCOUNTS}
        graph = create_graph_simulator([account("facebook"), account("instagram")], doors=doors)
        async with serving(graph) as url:
            readers = {"facebook": reader("facebook", url), "instagram": reader("instagram", url)}
            yield Meta(graph, Recovery(service, database, readers), readers)
            for one in readers.values():
                await one.close()
    await database.close()


@pytest.fixture
async def meta(_meta: Meta, sql: Any) -> Meta:
    await sql.execute("DELETE FROM intake.recovery")
    await _meta.settle()
    _meta.world.forget()
    return _meta


async def counted(sql: asyncpg.Connection, ids: list[str]) -> Counter[str]:
    rows = await sql.fetch(
        "SELECT provider_message_id AS id FROM intake.message WHERE provider_message_id = ANY($1)", ids
    )
    return Counter(row["id"] for row in rows)


def write_fifty(meta: Meta, mark: str) -> list[str]:
    """Let 50 people write: to both products, privately and in public, below posts and below comments."""
    page, gram = ACCOUNTS["facebook"], ACCOUNTS["instagram"]
    meta.say("facebook", "post", f"{page}_{mark}", person=page)
    meta.say("instagram", "media", f"17{mark}", person=gram)
    ids = [meta.say("facebook", "message", f"m_{mark}_{n}") for n in range(12)]
    ids += [meta.say("facebook", "message", f"m_{mark}_one_{n}", person=f"one-{mark}") for n in range(5)]
    ids += [meta.say("facebook", "comment", f"{mark}_{n}", post=f"{page}_{mark}") for n in range(10)]
    ids += [
        meta.say("facebook", "comment", f"{mark}_9{n}", post=f"{page}_{mark}", parent=f"{mark}_0") for n in range(3)
    ]
    ids += [meta.say("facebook", "post", f"{page}_{mark}{n}") for n in range(4)]
    ids += [meta.say("instagram", "message", f"aWdf_{mark}_{n}") for n in range(8)]
    ids += [meta.say("instagram", "comment", f"178{mark}{n}", post=f"17{mark}", name=f"warga{n}") for n in range(6)]
    ids += [
        meta.say("instagram", "comment", f"1789{mark}{n}", post=f"17{mark}", parent=f"178{mark}0") for n in range(2)
    ]
    assert len(ids) == 50
    return ids


@pytest.mark.wide
async def test_half_of_the_webhooks_lost_and_a_dead_token_still_leave_each_message_exactly_once(meta, sql):
    meta.world.memory.lose_every = 2
    ids = write_fifty(meta, "31")
    await meta.settle()
    assert len(await counted(sql, ids)) == 25
    meta.fail("token_expired")
    dead = await meta.recovery.recover("facebook", ACCOUNTS["facebook"], START)
    assert (dead.found, dead.problem) == (0, "token_dead")
    meta.world.faults = []
    outcomes = [await meta.recovery.recover(channel, ACCOUNTS[channel], START) for channel in ACCOUNTS]
    assert [one.problem for one in outcomes] == [None, None]
    assert sum(one.found for one in outcomes) == 25
    assert await counted(sql, ids) == Counter(ids)
    again = [await meta.recovery.recover(channel, ACCOUNTS[channel], START) for channel in ACCOUNTS]
    assert (sum(one.found for one in again), sum(one.known for one in again)) == (0, 50)
    assert await counted(sql, ids) == Counter(ids)


async def test_afterwards_every_message_is_accounted_for(meta, sql, database_urls):
    meta.world.memory.lose_every = 2
    ids = write_fifty(meta, "83")
    await meta.settle()
    for channel in ACCOUNTS:
        await meta.recovery.recover(channel, ACCOUNTS[channel], START)
    operator = Database(database_urls["operator"], application="operator")
    found = {gap.name for gap in await gaps.look(operator, START, utc_now())}
    counted_as = Counter({row["outcome"]: row["count"] for row in await gaps.accounted(operator, START)})
    await operator.close()
    assert found <= {"unpublished", "parked_request"}  # no relay runs here, and another test parks
    assert counted_as["opened"] > 0
    assert await counted(sql, ids) == Counter(ids)


@pytest.mark.wide
async def test_reading_back_twice_at_once_with_live_webhooks_leaves_each_message_once(meta, sql):
    ids = write_fifty(meta, "47")
    both = [meta.recovery.recover(channel, ACCOUNTS[channel], START) for channel in ACCOUNTS for _ in range(2)]
    await asyncio.gather(meta.settle(), *both)
    assert await counted(sql, ids) == Counter(ids)
    complaints = await sql.fetchval(
        "SELECT count(*) FROM intake.complaint AS c WHERE NOT EXISTS"
        " (SELECT FROM bus.outbox AS o WHERE o.subject = c.id AND o.sequence = 1)"
    )
    assert complaints == 0


async def test_what_is_read_back_is_the_same_message_as_its_webhook(meta, sql):
    """Each kind is told by webhook once and read back once, from two worlds, and compared."""
    channels: dict[str, Channel] = {}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in SETTINGS.items():
            environment.setenv(name, value)
        channels = {name: load_channel(name) for name in ACCOUNTS}
    picture = "https://scontent.xx.fbcdn.net/v/t1/1.jpg?oh=1"
    meta.world.memory.lose_every = 1
    write_fifty(meta, "59")
    meta.say("facebook", "message", "m_picture", image=picture, text="Ini fotonya")
    for channel in ACCOUNTS:
        read = {}
        async for reading in meta.readers[channel].since(ACCOUNTS[channel], START):
            for message in reading.translation.messages:
                read[message.provider_message_id] = message
                body = json.loads(reading.body)
                assert body["entry"][0]["id"] == ACCOUNTS[channel]
                again = channels[channel].normalize(request_of(reading.body))
                assert [one.provider_message_id for one in again.messages] == [message.provider_message_id]
        for one in meta.world.memory.said.values():
            if one.account != ACCOUNTS[channel] or one.person == one.account:
                continue
            told = {"object": OBJECTS[channel], "entry": [webhook(one, channel)]}
            (live,) = channels[channel].normalize(request_of(json.dumps(told).encode())).messages
            mine = read[one.id]
            seconds = {"event_time": None, "sender": replace(mine.sender, name=None)}
            assert replace(mine, **seconds) == replace(live, **{**seconds, "sender": replace(live.sender, name=None)})
            assert live.event_time is not None
            assert mine.event_time == live.event_time.replace(microsecond=0)


def request_of(body: bytes) -> Any:
    return InboundRequest(
        method="POST", door="/x", path_values={}, query=b"", headers={}, body=body, received_at=utc_now()
    )


async def test_who_wrote_without_a_name_is_taken_in_as_nobody_known(meta, sql):
    meta.world.memory.lose_every = 1
    meta.say("instagram", "media", "17900", person=ACCOUNTS["instagram"])
    meta.say("instagram", "comment", "17800900", post="17900", private=True, text="Drainase mampet di Rembiga")
    outcome = await meta.recovery.recover("instagram", ACCOUNTS["instagram"], START)
    assert outcome.found == 1
    assert await counted(sql, ["17800900"]) == Counter(["17800900"])


async def test_by_itself_it_reads_every_quarter_of_an_hour_from_where_it_came_to_an_end(meta, sql):
    page = ACCOUNTS["facebook"]
    first = await meta.recovery.look("facebook", page)
    assert first is not None and first.problem is None
    assert await meta.recovery.look("facebook", page) is None
    meta.fail("token_expired")
    await sql.execute("UPDATE intake.recovery SET tried_at = tried_at - $1::interval", EVERY)
    broken = await meta.recovery.look("facebook", page)
    assert broken is not None and broken.problem == "token_dead"
    row = await sql.fetchrow("SELECT * FROM intake.recovery WHERE account = $1", page)
    assert row["read_until"] < row["tried_at"]
    meta.world.faults = []
    await sql.execute("UPDATE intake.recovery SET tried_at = tried_at - $1::interval", EVERY)
    healed = await meta.recovery.look("facebook", page)
    assert healed is not None and healed.since <= row["read_until"] - timedelta(hours=2)


async def test_a_reading_that_left_a_hole_does_not_count_as_read(meta, sql):
    page = ACCOUNTS["facebook"]
    await meta.recovery.recover("facebook", page, START)
    before = await sql.fetchval("SELECT read_until FROM intake.recovery WHERE account = $1", page)
    await meta.recovery.recover("facebook", page, utc_now() + timedelta(hours=1))
    assert await sql.fetchval("SELECT read_until FROM intake.recovery WHERE account = $1", page) == before


async def test_a_store_of_attachments_that_is_away_parks_no_good_message(meta, sql, monkeypatch):
    meta.world.memory.lose_every = 1
    meta.say("facebook", "message", "m_store_away", person="store-away")
    translate: Any = meta.readers["facebook"]._translate
    photo = Attachment(kind="image", content=pictures.jpeg(), media_type="image/jpeg")

    def with_photo(request: InboundRequest) -> Translation:
        told: Translation = translate(request)
        return replace(told, messages=tuple(replace(one, attachments=(photo,)) for one in told.messages))

    async def away(*_: Any) -> None:
        raise StoreUnavailableError("DiskFull")

    monkeypatch.setattr(meta.readers["facebook"], "_translate", with_photo)
    before = await rows_of(sql)
    with monkeypatch.context() as full:
        full.setattr(AttachmentStore, "keep", away)
        with pytest.raises(StoreUnavailableError):
            await meta.recovery.recover("facebook", ACCOUNTS["facebook"], START)
    assert await rows_of(sql) == before
    done = await meta.recovery.recover("facebook", ACCOUNTS["facebook"], START)
    assert (done.found, done.parked, done.problem) == (1, 0, None)
    assert await counted(sql, ["m_store_away"]) == Counter(["m_store_away"])


async def test_what_we_cannot_read_is_parked_once_however_often_it_is_seen(meta, sql, monkeypatch):
    meta.world.memory.lose_every = 1
    meta.say("facebook", "message", "m_odd", person="odd")
    odd = Translation(unreadable=(Unreadable(reason="unknown_shape"),))
    monkeypatch.setattr(meta.readers["facebook"], "_translate", lambda _: odd)
    before = await sql.fetchval("SELECT count(*) FROM intake.raw_request WHERE state = 'parked'")
    for _ in range(3):
        await meta.recovery.recover("facebook", ACCOUNTS["facebook"], START)
    assert await sql.fetchval("SELECT count(*) FROM intake.raw_request WHERE state = 'parked'") == before + 1


async def test_a_clock_that_ran_ahead_for_a_while_stops_no_reading_back(meta, sql):
    page = ACCOUNTS["facebook"]
    await sql.execute(
        "INSERT INTO intake.recovery (channel, account, tried_at, read_until)"
        " VALUES ('facebook', $1, now() + interval '1 year', now() + interval '1 year')",
        page,
    )
    done = await meta.recovery.look("facebook", page)
    assert done is not None
    assert done.since <= utc_now()
    assert await meta.recovery.look("facebook", page) is None


async def test_a_mistake_of_ours_in_a_reader_ends_its_reading_and_not_the_process(meta, sql, monkeypatch):
    def broken(account: str, since: Any) -> Any:
        raise KeyError(account)

    page = ACCOUNTS["facebook"]
    monkeypatch.setattr(meta.readers["facebook"], "since", broken)
    done = await meta.recovery.look("facebook", page)
    assert done is not None
    assert done.problem == "internal_error"
    assert await sql.fetchval("SELECT read_until FROM intake.recovery WHERE account = $1", page) is None
