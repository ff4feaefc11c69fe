"""LAPOR!'s list, where there is one: it settles what is in doubt, and brings what citizens filed there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.lapor.app import policy
from services.lapor.arrivals.arriving import NotReceived, Received
from services.lapor.keeping import MIRROR
from services.lapor.service import LaporService
from services.lapor.wire.port import Listed, Page, Refused, Unclear
from services.lapor.worker import Arrivals
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.testing.lapor.payloads import Incoming

TRUSTED = {"trust_list": True, "list_path": "/complaints/list", "list_since": "2026-11-01"}
FILED = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)


def row_of(record: Any) -> Any:
    """Return a row as SQLAlchemy would, as far as it is asked for here."""
    return SimpleNamespace(**dict(record))


class Listing:
    """A LAPOR! that has a list, in front of the stand-in."""

    def __init__(self, port: Any, *pages: list[Listed]) -> None:
        self.port = port
        self.pages = list(pages) or [[]]
        self.before: Any = None

    async def listed(self, page: int) -> Any:
        return Page(tuple(self.pages[page - 1]), more=page < len(self.pages))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)


def on_the_list(number: str, content: str, **changes: Any) -> Listed:
    values: dict[str, Any] = {
        "lapor_id": number,
        "title": "Jalan rusak",
        "content": content,
        "status": "Belum Terverifikasi",
        "institution_id": 1,
        "filed_at": FILED,
        "anonymous": False,
        "secret": False,
        "place": "Kabupaten Lombok Timur",
    }
    return Listed(**values | changes)


def shown(lapor: Any, told: Any) -> Listed:
    one = lapor.one(told.ticket)
    return on_the_list(str(one.id), one.sent.content, title=one.sent.title, filed_at=datetime.now(UTC))


@pytest.fixture
async def doubtful(house, lapor, settings):
    from services.lapor.wire.client import LaporClient

    listing = Listing(LaporClient(settings()))
    mirror = house(port=listing, settle_s=0, **TRUSTED)
    before = await mirror.verified()
    await mirror.work()
    listing.before = shown(lapor, before)
    listing.pages = [[listing.before]]
    lapor.switch(no_id=1)
    told = await mirror.verified()
    await mirror.work()
    assert (await mirror.row(told.ticket))["state"] == "perhaps_created"
    yield mirror, told, listing
    await listing.port.close()


async def test_what_is_on_the_list_gets_its_number_and_is_not_told_again(doubtful, lapor):
    mirror, told, listing = doubtful
    listing.pages = [[listing.before, shown(lapor, told)]]
    await mirror.mirror.sweep()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["lapor_id"]) == ("created", str(lapor.one(told.ticket).id))
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.notice WHERE settled_at IS NULL") == 0


async def test_what_is_twice_not_on_a_list_that_is_trusted_is_told_again(doubtful, lapor):
    mirror, told, _ = doubtful
    del lapor.held.complaints[lapor.one(told.ticket).id]
    await mirror.mirror.sweep()
    assert (await mirror.row(told.ticket))["state"] == "perhaps_created"
    await mirror.mirror.sweep()
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.count(told.ticket)) == ("created", 1)


SAYS_NOTHING: dict[str, Callable[[Listed], list[Listed]]] = {
    "an empty list": lambda _: [],
    "a list without words": lambda before: [replace(before, content="")],
    "a list that shows nothing of ours": lambda _: [on_the_list("9171000", "Aduan orang lain.")],
}


@pytest.mark.parametrize("kind", SAYS_NOTHING)
async def test_a_list_that_says_nothing_of_ours_is_no_proof_that_something_is_not_there(doubtful, lapor, kind):
    mirror, told, listing = doubtful
    listing.pages = [SAYS_NOTHING[kind](listing.before)]
    for _ in range(4):
        await mirror.mirror.sweep()
    await mirror.work()
    assert ((await mirror.row(told.ticket))["state"], lapor.held.calls["POST complaint"]) == ("perhaps_created", 2)


async def test_what_is_settled_while_the_list_is_read_is_not_told_again(doubtful, lapor):
    mirror, told, _ = doubtful
    for _ in range(2):
        async with mirror.pool.transaction() as tx:
            sweep = await mirror.service.listing.begin(tx)
            sweep.whole, sweep.ours_since = True, FILED
        number = "9172000"
        await mirror.sql.execute("UPDATE lapor.mirror SET missed = 5 WHERE ticket = $1", told.ticket)
        row = await mirror.row(told.ticket)
        async with mirror.pool.transaction() as tx:
            if row["lapor_id"] is None:
                await mirror.service.telling.number_by(tx, row_of(row), number, MIRROR)
        async with mirror.pool.transaction() as tx:
            assert await mirror.service.listing.conclude(tx, sweep) == []
    with pytest.raises(asyncpg.CheckViolationError):
        await mirror.sql.execute("UPDATE lapor.mirror SET state = 'queued' WHERE ticket = $1", told.ticket)


async def test_a_server_that_ignores_the_page_is_not_read_for_ever(house, monkeypatch):
    listing = Listing(None, [on_the_list("9173000", "Satu.")])
    mirror = house(port=listing)
    read: list[int] = []

    async def always_the_same(page: int) -> Any:
        read.append(page)
        return Page(tuple(listing.pages[0]), more=True)

    monkeypatch.setattr(listing, "listed", always_the_same)
    await mirror.mirror.sweep()
    assert read == [1, 2]


async def test_what_is_over_or_older_than_the_day_from_which_on_they_arrive_stays_where_it_is(house):
    ended = on_the_list("9174001", "Sudah selesai.", status="Selesai")
    old = on_the_list("9174002", "Dulu sekali.", filed_at=FILED - timedelta(days=900))
    wordless = on_the_list("9174003", "")
    mirror = house(port=Listing(None, [ended, old, wordless]), list_path="/complaints/list", list_since="2026-11-01")
    for _ in range(2):
        await mirror.mirror.sweep()
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.incoming") == 0
    (notice,) = await mirror.sql.fetch("SELECT kind, detail FROM lapor.notice")
    assert tuple(notice) == ("arrival_without_words", "9174003")


async def test_what_an_officer_typed_in_and_forgot_to_number_is_found_on_the_list(house):
    mirror = house(mode="by_hand")
    told = await mirror.verified()
    row = await mirror.row(told.ticket)
    listing = Listing(None, [on_the_list("9175000", f"<p>[{told.ticket}] {row['text']}</p>")])
    await house(port=listing).mirror.sweep()
    assert (await mirror.row(told.ticket))["lapor_id"] == "9175000"
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.notice WHERE settled_at IS NULL") == 0


async def test_a_double_that_a_person_has_settled_does_not_come_back(doubtful):
    mirror, told, listing = doubtful
    listing.pages = [[listing.before, on_the_list("9176000", f"[{told.ticket}] Hal lain.")]]
    await mirror.mirror.sweep()
    await mirror.sql.execute("UPDATE lapor.notice SET settled_at = now() WHERE kind = 'perhaps_double'")
    await mirror.mirror.sweep()
    assert await mirror.sql.fetchval("SELECT count(*) FROM lapor.notice WHERE kind = 'perhaps_double'") == 1


async def test_a_list_that_is_not_trusted_leaves_the_doubt_to_a_person(house, lapor, settings, doubtful):
    _, told, listing = doubtful
    cautious = house(port=listing, settle_s=0)
    for _ in range(3):
        await cautious.mirror.sweep()
    assert (await cautious.row(told.ticket))["state"] == "perhaps_created"


async def test_a_list_that_began_before_the_call_had_settled_says_nothing(house, lapor, doubtful):
    _, told, listing = doubtful
    early = house(port=listing, settle_s=300, **TRUSTED)
    for _ in range(3):
        await early.mirror.sweep()
    assert (await early.row(told.ticket))["missed"] == 0


async def test_a_list_that_could_not_be_read_to_its_end_says_nothing(doubtful, monkeypatch):
    mirror, told, listing = doubtful

    async def breaks(_page: int) -> Any:
        return Unclear("HTTP 502")

    monkeypatch.setattr(listing, "listed", breaks)
    for _ in range(3):
        await mirror.mirror.sweep()
    assert (await mirror.row(told.ticket))["missed"] == 0


async def test_words_of_somebody_else_under_a_ticket_of_ours_settle_nothing(doubtful):
    mirror, told, listing = doubtful
    listing.pages = [[on_the_list("9170001", f"[{told.ticket}] Saya juga mengalami hal lain.")]]
    await mirror.mirror.sweep()
    row = await mirror.row(told.ticket)
    assert (row["state"], row["lapor_id"]) == ("perhaps_created", None)
    kinds = await mirror.sql.fetch("SELECT kind, detail FROM lapor.notice ORDER BY kind")
    assert [tuple(one) for one in kinds] == [("perhaps_created", ""), ("perhaps_double", "9170001")]


async def test_a_complaint_that_stands_there_twice_is_put_before_a_person(house, lapor, settings):
    from services.lapor.wire.client import LaporClient

    listing = Listing(LaporClient(settings()))
    mirror = house(port=listing)
    told = await mirror.verified()
    await mirror.work()
    first = shown(lapor, told)
    listing.pages = [[first, on_the_list("9170002", first.content)]]
    await mirror.mirror.sweep()
    (notice,) = await mirror.sql.fetch("SELECT kind, detail FROM lapor.notice")
    assert tuple(notice) == ("perhaps_double", "9170002")
    await listing.port.close()


async def test_a_lapor_without_a_list_is_no_trouble(house):
    class WithoutList:
        async def listed(self, _page):
            return Refused(404, "Not Found")

    assert await house(port=WithoutList()).mirror.sweep() is False


class Door:
    """Intake, as far as the mirror sees it."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.handed: list[dict[str, Any]] = []
        self.known: dict[str, Received] = {}

    async def hand_over(self, document: Any) -> Any:
        self.handed.append(dict(document))
        if self.answers:
            return self.answers.pop(0)
        return self.known.setdefault(document["number"], Received(ticket=new_ticket(), complaint_id=new_id()))


async def arrived(mirror: Any, number: str) -> Any:
    return await mirror.sql.fetchrow("SELECT * FROM lapor.incoming WHERE lapor_id = $1", number)


async def test_what_citizens_filed_at_lapor_is_handed_over_once_and_its_words_are_kept_no_longer(house):
    listing = Listing(None, [on_the_list("9170003", "Jembatan gantung putus di Sembalun.")])
    mirror, door = house(port=listing), Door()
    for _ in range(3):
        await mirror.mirror.sweep()
        while await Arrivals(mirror.pool, mirror.service, door).take_one():
            pass
    (handed,) = door.handed
    assert (handed["number"], handed["source"], handed["filed_at"]) == ("9170003", "api", "2026-11-09T01:00:00+00:00")
    row = await arrived(mirror, "9170003")
    assert (row["state"], row["title"], row["content"]) == ("accepted", None, None)


@pytest.mark.parametrize("first", ["kafka", "door"])
async def test_its_mirror_has_its_number_whoever_is_faster_and_it_is_never_told_lapor(house, lapor, events, first):
    received, assigned, verified = events
    listing = Listing(None, [on_the_list("9170004", "Jembatan gantung putus di Sembalun.")])
    mirror = house(port=listing)
    told = received(channel="lapor", account="sp4n", surface="form")
    door = Door(Received(ticket=told.ticket, complaint_id=told.complaint_id))
    await mirror.mirror.sweep()
    arrivals = Arrivals(mirror.pool, mirror.service, door)

    async def hear() -> None:
        for event in (told, assigned(told), verified(told)):
            await mirror.hear(event)

    if first == "kafka":
        await hear()
    await arrivals.take_one()
    if first == "door":
        await hear()
    while await arrivals.take_one():
        pass
    row = await mirror.row(told.ticket)
    assert (row["state"], row["lapor_id"], row["text"]) == ("created", "9170004", None)
    await mirror.sql.execute("UPDATE lapor.mirror SET due_at = now()")
    assert not [one for one in await mirror.published(told.ticket) if one["type"] != "complaint.mirrored.v1"]
    assert lapor.held.calls["POST complaint"] == 0


async def test_what_arrived_and_was_verified_is_passed_on_to_its_agency_there(house, lapor, events):
    received, assigned, verified = events
    mirror = house()
    there = lapor.held.add(Incoming(title="Jembatan putus", content="Jembatan putus di Sembalun.", institution_id=1))
    told = received(channel="lapor")
    await mirror.sql.execute(
        "INSERT INTO lapor.incoming (lapor_id, state, source, anonymous, secret, ticket, complaint_id, arrived_at) "
        "VALUES ($1, 'accepted', 'api', false, false, $2, $3, now())",
        str(there.id),
        told.ticket,
        told.complaint_id,
    )
    for event in (told, assigned(told)):
        await mirror.hear(event)
    await Arrivals(mirror.pool, mirror.service, None).take_one()
    await mirror.mirror.look_at_one()
    await mirror.work()
    assert lapor.held.calls["POST process/{number}/reject"] == 0, "nobody has verified it yet"
    await mirror.hear(verified(told))
    await mirror.hear(verified(told))
    await mirror.work()
    assert lapor.held.calls["POST process/{number}/reject"] == 1


async def test_what_is_split_from_it_is_told_like_any_other(house, lapor):
    mirror = house()
    told = await mirror.verified(channel="lapor", split_from="NTB-79E7-3T8DN")
    await mirror.work()
    assert lapor.count(told.ticket) == 1


async def test_a_door_that_is_away_is_tried_again_and_one_that_refuses_tells_a_person(house):
    listing = Listing(None, [on_the_list("9170005", "Satu."), on_the_list("9170006", "Dua.")])
    mirror = house(port=listing)
    away, wrong = NotReceived(reason="no answer", final=False), NotReceived(reason="HTTP 422 x", final=True)
    door = Door(away, wrong)
    await mirror.mirror.sweep()
    arrivals = Arrivals(mirror.pool, mirror.service, door)
    for _ in range(4):
        await arrivals.take_one()
    states = {(await arrived(mirror, number))["state"] for number in ("9170005", "9170006")}
    assert states == {"accepted", "refused"}
    (notice,) = await mirror.sql.fetch("SELECT kind, detail FROM lapor.notice")
    assert notice["kind"] == "arrival_refused"
    assert notice["detail"].endswith("HTTP 422 x")


async def test_a_worker_that_dies_after_handing_over_makes_no_second_complaint(house):
    listing = Listing(None, [on_the_list("9170007", "Satu.")])
    mirror, door = house(port=listing), Door()
    await mirror.mirror.sweep()
    async with mirror.pool.transaction() as tx:
        arrival = await mirror.service.arriving.claim(tx)
    await door.hand_over(arrival.document)  # and the worker dies
    await mirror.sql.execute("UPDATE lapor.incoming SET claimed_until = now() - interval '1 second'")
    await Arrivals(mirror.pool, mirror.service, door).take_one()
    row = await arrived(mirror, "9170007")
    assert (len(door.known), row["ticket"]) == (1, door.known["9170007"].ticket)
    assert isinstance(row["complaint_id"], UUID)


async def test_an_old_list_is_read_only_as_far_as_anything_is_new(house, monkeypatch):
    old = [[on_the_list(str(9180000 + page * 10 + n), f"Aduan {page} {n}.") for n in range(3)] for page in range(5)]
    listing = Listing(None, *old)
    mirror = house(port=listing)
    read: list[int] = []
    original = listing.listed

    async def counting(page: int) -> Any:
        read.append(page)
        return await original(page)

    monkeypatch.setattr(listing, "listed", counting)
    await mirror.mirror.sweep()
    assert read == [1, 2, 3, 4, 5]
    listing.pages.insert(0, [on_the_list("9180099", "Baru.", filed_at=FILED + timedelta(days=1))])
    await mirror.mirror.sweep()
    assert read[5:] == [1, 2]


async def test_of_several_processes_one_reads_the_list_in_its_time(house, settings):
    now = [FILED]
    service = LaporService(policy(settings()), clock=lambda: now[0])
    mirror = house(service=service)

    async def mine() -> bool:
        taken: bool = await mirror.pool.run(lambda tx: service.take_turn(tx, "list", 900))
        return taken

    assert [await mine() for _ in range(3)] == [True, False, False]
    now[0] += timedelta(seconds=901)
    assert [await mine() for _ in range(2)] == [True, False]
    now[0] -= timedelta(days=1)
    assert await mine(), "a clock that ran ahead holds nothing up"


async def test_a_reading_that_failed_or_whose_process_died_is_done_again_soon_and_not_a_day_later(house, settings):
    now = [FILED]
    service = LaporService(policy(settings()), clock=lambda: now[0])
    mirror = house(service=service)
    day = 86_400

    async def mine() -> bool:
        taken: bool = await mirror.pool.run(lambda tx: service.take_turn(tx, "masters", day))
        return taken

    assert await mine()  # and the process dies
    now[0] += timedelta(minutes=14)
    assert not await mine(), "another may be at it"
    now[0] += timedelta(minutes=2)
    assert await mine()
    await mirror.pool.run(lambda tx: service.end_turn(tx, "masters", day))
    now[0] += timedelta(hours=23)
    assert not await mine()
    now[0] += timedelta(hours=2)
    assert await mine()


async def test_masters_of_which_one_could_not_be_read_are_not_called_read(house, lapor):
    mirror = house(pause_s=0)
    lapor.switch(read_error=1)
    assert not await mirror.mirror._read_masters()
    assert await mirror.mirror._read_masters(), "that LAPOR! has no list of topics is an answer, too"
