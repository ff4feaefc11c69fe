"""Reading back from Graph: what a pointer means, how a list is read, what an account's health is; on the stand-in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from channel_adapters._meta.graph import Graph
from channel_adapters._meta.reading import CONVERSATION_CALLS_PER_SECOND, MetaReader, Pace
from channel_adapters.facebook import normalize as facebook
from channel_adapters.facebook.read import FacebookReading
from channel_adapters.instagram import normalize as instagram
from channel_adapters.instagram.read import InstagramReading
from shared.channels import InboundMessage, Pointer, Remedy, Sender, SendError
from shared.testing.graph import Account, create_graph_simulator
from shared.testing.graph.held import World
from shared.testing.graph.payloads import Fault
from shared.testing.graph.said import Kind, Said
from tests.channels.serving import closed_port, serving

PAGE, GRAM = "1001", "2001"
SECRET, APP_ID = "fb-live-9f2c47d1a6e0", "1517776481860111"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Stage:
    """The stand-in and a reader of each channel."""

    def __init__(self, url: str, world: World) -> None:
        self.url, self.world = url, world
        self.page = self.reader(PAGE, FacebookReading(frozenset({PAGE})), facebook.normalize)
        self.gram = self.reader(GRAM, InstagramReading(frozenset({GRAM})), instagram.normalize)

    def reader(self, account: str, dialect: Any, normalize: Any, *, token: str = "", url: str = "") -> MetaReader:
        tokens = {account: SecretStr(token or f"EAA{account}")} if token != "none" else {}
        graph = Graph(url=f"{url or self.url}/v26.0", tokens=tokens, app_secret=SecretStr(SECRET), timeout=5)
        return MetaReader(
            graph,
            dialect,
            lambda request: normalize(request, frozenset({account}), None),
            [account],
            app_id=APP_ID,
            clock=lambda: NOW,
            conversation_calls_per_second=1000,
        )

    def say(self, account: str, kind: Kind, number: str, **told: Any) -> None:
        at = told.pop("at", NOW - timedelta(minutes=5))
        text = told.pop("text", "Jembatan gantung di Sekotong putus")
        self.world.memory.say(Said(id=number, account=account, kind=kind, person="7001", text=text, at=at, **told))

    def account(self, number: str, **changes: Any) -> None:
        self.world.accounts[number] = replace(self.world.accounts[number], **changes)


@pytest.fixture(scope="module")
async def _stage() -> AsyncIterator[Stage]:
    accounts = [
        Account(id=PAGE, channel="facebook", token=f"EAA{PAGE}", app_secret=SECRET),
        Account(id=GRAM, channel="instagram", token=f"EAA{GRAM}", app_secret=SECRET),
    ]
    app = create_graph_simulator(accounts, clock=lambda: NOW)
    async with serving(app) as url:
        stage = Stage(url, app.state.world)
        yield stage
        await stage.page.close()
        await stage.gram.close()


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    _stage.world.forget()
    for number in (PAGE, GRAM):
        _stage.account(number, token_ends_at=None, subscribed_fields=("feed", "messages", "comments"))
    return _stage


def pointer(account: str, number: str, kind: Any, **told: Any) -> Pointer:
    return Pointer(provider_message_id=number, account=account, kind=kind, **told)


async def test_a_comment_that_was_only_named_is_asked_for(stage):
    stage.say(PAGE, "post", "1001_55", text="Pengumuman")
    stage.say(PAGE, "comment", "55_77", post="1001_55", name="Lalu Contoh")
    reading = await stage.page.resolve(pointer(PAGE, "55_77", "comment"))
    (message,) = reading.translation.messages
    assert (message.provider_message_id, message.surface, message.sender.id) == ("55_77", "comment", "7001")
    assert (message.text, message.post, message.thread) == ("Jembatan gantung di Sekotong putus", "1001_55", "55_77")


async def test_a_post_that_was_only_named_is_asked_for_with_its_picture(stage):
    picture = "https://scontent.xx.fbcdn.net/v/t1/1.jpg?oh=1"
    stage.say(PAGE, "post", "1001_56", image=picture)
    (message,) = (await stage.page.resolve(pointer(PAGE, "1001_56", "post"))).translation.messages
    assert (message.surface, [one.url for one in message.attachments]) == ("post", [picture])


@pytest.mark.parametrize("media", [None, "17900"])
async def test_a_mention_on_instagram_is_told_without_an_author_and_taken_in_all_the_same(media, stage):
    stage.say(GRAM, "comment", "17890", post="17900", name="warga.ntb", private=True)
    reading = await stage.gram.resolve(pointer(GRAM, "17890", "mention", media=media))
    (message,) = reading.translation.messages
    assert (message.surface, message.text) == ("mention", "Jembatan gantung di Sekotong putus")
    assert message.sender.kind == "unknown"


async def test_an_instagram_comment_that_was_only_named_has_its_author_and_its_post(stage):
    stage.say(GRAM, "comment", "17891", post="17900", name="warga.ntb")
    (message,) = (await stage.gram.resolve(pointer(GRAM, "17891", "comment"))).translation.messages
    assert (message.sender.id, message.sender.name, message.post) == ("7001", "warga.ntb", "17900")


async def test_a_direct_message_that_was_only_named_is_asked_for(stage):
    stage.say(GRAM, "message", "m_91")
    (message,) = (await stage.gram.resolve(pointer(GRAM, "m_91", "direct_message"))).translation.messages
    assert (message.provider_message_id, message.surface, message.sender.id) == ("m_91", "direct_message", "7001")
    assert (message.account, message.text) == (GRAM, "Jembatan gantung di Sekotong putus")


async def test_a_direct_message_of_ours_that_was_only_named_is_nobodys(stage):
    stage.world.memory.say(Said(id="m_92", account=GRAM, kind="message", person=GRAM, text="Baik", at=NOW))
    with pytest.raises(SendError) as refused:
        await stage.gram.resolve(pointer(GRAM, "m_92", "direct_message"))
    assert (refused.value.reason, refused.value.remedy) == ("own_message", Remedy.GIVE_UP)


async def test_what_its_author_took_back_meanwhile_is_given_up(stage):
    known = InboundMessage(
        provider_message_id="55_1", account=PAGE, surface="comment", sender=Sender(id="x", kind="unknown"), text="x"
    )
    with pytest.raises(SendError) as gone:
        await stage.page.resolve(pointer(PAGE, "55_1", "comment", fallback=known))
    assert (gone.value.reason, gone.value.remedy) == ("object_gone", Remedy.GIVE_UP)


async def test_long_lists_are_read_page_by_page_and_only_as_far_as_needed(stage):
    stage.say(PAGE, "post", "1001_55", text="Pengumuman", at=NOW - timedelta(days=3))
    for number in range(130):
        stage.say(PAGE, "comment", f"55_{number}", post="1001_55", at=NOW - timedelta(minutes=number))
    read = [one async for one in stage.page.since(PAGE, NOW - timedelta(hours=1))]
    assert len({one.translation.messages[0].provider_message_id for one in read}) == 61
    assert stage.world.calls == 4  # conversations, the wall, two of the three pages of comments


async def test_of_a_conversation_graph_tells_twenty_messages_and_ours_are_left_out(stage):
    for number in range(25):
        stage.say(PAGE, "message", f"m_{number}", at=NOW - timedelta(minutes=25 - number))
    read = [one.translation.messages[0] async for one in stage.page.since(PAGE, NOW - timedelta(hours=1))]
    assert [one.provider_message_id for one in read] == [f"m_{number}" for number in range(5, 25)]


async def test_an_older_conversation_is_not_opened(stage):
    stage.say(PAGE, "message", "m_old", at=NOW - timedelta(days=2))
    assert [one async for one in stage.page.since(PAGE, NOW - timedelta(hours=1))] == []
    assert stage.world.calls == 2


async def test_conversations_are_read_at_the_pace_that_meta_allows():
    pace = Pace(CONVERSATION_CALLS_PER_SECOND * 10)
    begin = datetime.now(UTC)
    for _ in range(5):
        await pace()
    assert datetime.now(UTC) - begin >= timedelta(seconds=0.19)


@pytest.mark.parametrize(
    ("error", "reason", "remedy"),
    [
        ("token_expired", "token_dead", Remedy.PAUSE),
        ("page_limit", "rate_limited", Remedy.RETRY),
        ("unknown_error", "server_fault", Remedy.RETRY),
        ("person_restricted", "permission_missing", Remedy.PAUSE),  # in front of a message it is about the person
    ],
)
async def test_a_refused_reading_says_what_helps(error, reason, remedy, stage):
    stage.world.faults = [Fault(error=error)]
    with pytest.raises(SendError) as failed:
        _ = [one async for one in stage.page.since(PAGE, NOW)]
    assert (failed.value.reason, failed.value.remedy) == (reason, remedy)


@pytest.mark.parametrize(
    ("changes", "valid", "subscribed", "problem"),
    [
        ({}, True, True, None),
        ({"token_ends_at": NOW + timedelta(days=30)}, True, True, None),
        ({"token_ends_at": NOW + timedelta(days=3)}, True, True, "token_ends_soon"),
        ({"token_ends_at": NOW - timedelta(minutes=1)}, False, None, "token_dead"),
        ({"subscribed_fields": None}, True, False, "not_subscribed"),
        ({"subscribed_fields": ("messages",)}, True, False, "fields_missing"),
    ],
)
async def test_a_pages_health_is_its_token_and_its_subscription(changes, valid, subscribed, problem, stage):
    stage.account(PAGE, **changes)
    health = await stage.page.health(PAGE)
    assert (health.token_valid, health.subscribed, health.problem) == (valid, subscribed, problem)
    assert health.reachable
    if valid:
        assert health.token_expires_at == changes.get("token_ends_at")


async def test_health_never_raises_for_what_the_provider_does(stage):
    stage.world.faults = [Fault(error="token_expired")]
    assert (await stage.gram.health(GRAM)).problem == "token_dead"
    stage.world.faults = [Fault(status=502)]
    assert (await stage.gram.health(GRAM)).reachable is False
    dialect = FacebookReading(frozenset({PAGE}))
    nowhere = stage.reader(PAGE, dialect, facebook.normalize, url=f"http://127.0.0.1:{closed_port()}")
    assert (await nowhere.health(PAGE)).problem == "unreachable"
    without = stage.reader(PAGE, dialect, facebook.normalize, token="none")
    assert (await without.health(PAGE)).problem == "no_token"
    for one in (nowhere, without):
        await one.close()
