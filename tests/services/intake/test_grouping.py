"""Grouped commits: what comes at the same time shares a transaction, and nobody pays for a neighbour."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest

from services.intake import grouping, repository
from services.intake.drafts import Delivery
from services.intake.grouping import Grouping
from services.intake.service import IntakeService
from shared.channels import InboundMessage, InboundRequest, Receipt, Sender, Translation
from shared.db import Database, DatabaseUnavailableError, UnitOfWork
from shared.http.client import AsyncClient, Response
from tests.services.intake.counting import complaints_of, rows_of
from tests.services.intake.provider import message, signed, webhook

NOW = datetime(2026, 9, 21, tzinfo=UTC)


def a_delivery(name: str, *, messages: int = 1) -> Delivery:
    said = tuple(
        InboundMessage(
            provider_message_id=f"{name}-{number}",
            account="page",
            surface="direct_message",
            sender=Sender(id=name, kind="psid"),
            text="Air mati",
        )
        for number in range(messages)
    )
    request = InboundRequest(
        method="POST", door="/", path_values={}, query=b"", headers={}, body=name.encode(), received_at=NOW
    )
    return Delivery(door="/", request=request, translation=Translation(messages=said))


class Acceptor:
    """Stands where the transaction stands: remembers each group, and commits when it is told to."""

    def __init__(self, fails: Callable[[list[str]], Exception | None] = lambda _names: None) -> None:
        self.groups: list[list[str]] = []
        self.gate = asyncio.Event()
        self._fails = fails

    async def __call__(self, deliveries: Sequence[Delivery]) -> list[list[Receipt]]:
        names = [one.request.body.decode() for one in deliveries]
        self.groups.append(names)
        await self.gate.wait()
        if error := self._fails(names):
            raise error
        return [[] for _ in deliveries]


async def start(grouping: Grouping, *deliveries: Delivery) -> list[asyncio.Task[list[Receipt]]]:
    tasks = [asyncio.create_task(grouping.accept(one)) for one in deliveries]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def outcomes(tasks: Sequence[Awaitable[list[Receipt]]]) -> list[object]:
    return list(await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5))


async def test_a_request_that_comes_alone_waits_for_nobody():
    acceptor = Acceptor()
    acceptor.gate.set()
    assert await asyncio.wait_for(Grouping(acceptor).accept(a_delivery("a")), 1) == []
    assert acceptor.groups == [["a"]]


async def test_what_comes_while_groups_are_under_way_is_the_next_group():
    acceptor = Acceptor()
    tasks = await start(Grouping(acceptor), *(a_delivery(name) for name in "abcde"))
    assert acceptor.groups == [["a"]]
    acceptor.gate.set()
    assert await outcomes(tasks) == [[]] * 5
    assert acceptor.groups == [["a"], ["b", "c", "d", "e"]]


async def test_a_second_group_goes_beside_the_first_when_many_wait():
    acceptor = Acceptor()
    names = [f"n{number}" for number in range(40)]
    tasks = await start(Grouping(acceptor), *map(a_delivery, names))
    assert acceptor.groups == [names[:1], names[1:17]]
    acceptor.gate.set()
    assert await outcomes(tasks) == [[]] * 40
    assert acceptor.groups[2] == names[17:]


async def test_after_a_group_of_many_the_next_waits_for_company_a_moment(monkeypatch):
    monkeypatch.setattr(grouping, "_APART_S", 0.1)
    monkeypatch.setattr(grouping, "_FARTHEST_APART_S", 0.5)
    acceptor = Acceptor()
    acceptor.gate.set()
    group = Grouping(acceptor)
    await outcomes(await start(group, *map(a_delivery, "abcdefghi")))
    assert acceptor.groups == [["a"], list("bcdefghi")]
    tasks = await start(group, *map(a_delivery, "jk"))
    assert len(acceptor.groups) == 2
    tasks += await start(group, a_delivery("l"))
    assert await outcomes(tasks) == [[]] * 3
    assert acceptor.groups[2:] == [["j", "k", "l"]]


async def test_a_group_that_takes_long_keeps_nobody_waiting():
    acceptor = Acceptor()
    tasks = await start(Grouping(acceptor), *map(a_delivery, "ab"))
    assert acceptor.groups == [["a"]]
    await asyncio.sleep(0.1)
    assert acceptor.groups == [["a"], ["b"]]
    acceptor.gate.set()
    assert await outcomes(tasks) == [[]] * 2


async def test_a_large_webhook_makes_a_group_of_its_own():
    acceptor = Acceptor()
    tasks = await start(
        Grouping(acceptor), *map(a_delivery, "ab"), a_delivery("c"), a_delivery("large", messages=900), a_delivery("d")
    )
    acceptor.gate.set()
    assert await outcomes(tasks) == [[]] * 5
    assert acceptor.groups[1:] == [["b", "c"], ["large"], ["d"]]


async def test_one_request_that_cannot_be_accepted_fails_alone():
    poison = ValueError("poison")
    acceptor = Acceptor(lambda names: poison if "poison" in names else None)
    tasks = await start(Grouping(acceptor), *map(a_delivery, ["a", "b", "c", "poison", "d"]))
    acceptor.gate.set()
    assert await outcomes(tasks) == [[], [], [], poison, []]
    assert acceptor.groups[1:] == [["b", "c", "poison", "d"], ["b"], ["c"], ["poison"], ["d"]]


async def test_a_database_that_is_away_is_told_to_the_whole_group_at_once():
    acceptor = Acceptor(lambda _names: DatabaseUnavailableError("away"))
    tasks = await start(Grouping(acceptor), *map(a_delivery, "abcd"))
    acceptor.gate.set()
    assert [type(outcome) for outcome in await outcomes(tasks)] == [DatabaseUnavailableError] * 4
    assert acceptor.groups == [["a"], ["b", "c", "d"]]


async def test_a_caller_that_hangs_up_harms_nobody_of_its_group():
    acceptor = Acceptor()
    tasks = await start(Grouping(acceptor), *map(a_delivery, "abcd"))
    for gone in (tasks[0], tasks[2]):
        gone.cancel()
    acceptor.gate.set()
    kept = await outcomes([tasks[1], tasks[3]])
    assert kept == [[], []]
    assert acceptor.groups[1] == ["b", "c", "d"]


async def test_a_process_that_stops_lets_nobody_wait_for_ever():
    grouping = Grouping(Acceptor())
    tasks = await start(grouping, a_delivery("a"))
    for under_way in list(grouping._under_way):
        under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(tasks[0], 1)


# --- with the real acceptance, at the real doors ----------------------------------------------


@pytest.fixture
def together(monkeypatch) -> list[int]:
    """Hold the first group until more requests wait; return the sizes of the groups."""
    sizes: list[int] = []
    whole = IntakeService.accept

    async def slow(self: IntakeService, tx: UnitOfWork, channel: str, deliveries: Sequence[Delivery]) -> object:
        sizes.append(len(deliveries))
        if len(sizes) == 1:
            await asyncio.sleep(0.2)
        return await whole(self, tx, channel, deliveries)

    monkeypatch.setattr(IntakeService, "accept", slow)
    monkeypatch.setattr(grouping, "_LONG_S", 5)
    return sizes


async def deliver(http: AsyncClient, mid: str, text: str = "Lampu mati", **headers: str) -> Response:
    body = webhook("facebook", message("facebook", mid, text))
    return await http.post("/channels/facebook", content=body, headers={**signed("facebook", body), **headers})


async def submit(http: AsyncClient, key: str, text: str) -> Response:
    return await http.post("/v1/complaints", json={"text": text}, headers={"Idempotency-Key": key})


async def test_each_complaint_of_a_group_keeps_its_own_trace_and_its_own_raw_request(together, http, sql):
    traces = {f"m_trace_{number}": f"00-{number + 1:032x}-{number + 1:016x}-01" for number in range(8)}
    answers = await asyncio.gather(*(deliver(http, mid, traceparent=trace) for mid, trace in traces.items()))
    assert {answer.status_code for answer in answers} == {200}
    assert together == [1, 7]
    found = await sql.fetch(
        "SELECT m.provider_message_id AS mid, o.traceparent, r.body FROM intake.message m"
        " JOIN bus.outbox o ON o.subject = m.complaint_id JOIN intake.raw_request r ON r.id = m.raw_request_id"
        " WHERE m.provider_message_id = ANY($1)",
        list(traces),
    )
    assert {row["mid"]: row["traceparent"] for row in found} == traces
    assert all(row["mid"].encode() in row["body"] for row in found)


async def test_the_same_message_several_times_in_one_group_is_one_complaint(together, http, sql):
    before = await rows_of(sql)
    answers = await asyncio.gather(
        *(deliver(http, f"m_alone_{number}") for number in range(2)), *(deliver(http, "m_twin") for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert together == [1, 5]
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["bus.outbox"], made["intake.raw_request"]) == (3, 3, 3)


async def test_a_reused_idempotency_key_refuses_its_own_request_and_no_other(together, http, sql):
    texts = ["1 Satu", "2 Dua", "3 Tiga", "3 Bukan tiga", "4 Empat", "1 Lain"]
    before = await rows_of(sql)
    answers = await asyncio.gather(*(submit(http, f"key-group-{text[0]}", f"{text}, lampu mati") for text in texts))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 201, 422, 422]
    assert [answers[index].status_code for index in (0, 1, 4)] == [201, 201, 201]
    assert together[:2] == [1, 5]
    made = await rows_of(sql) - before
    assert (made["intake.complaint"], made["intake.message"], made["intake.raw_request"]) == (4, 4, 4)


async def test_a_poison_row_in_a_group_is_parked_and_its_neighbours_are_accepted(together, http, sql, monkeypatch):
    whole = repository.store

    async def chokes(*args: object) -> None:
        if any(one.draft.message.text == "racun" for one in args[2]):  # type: ignore[attr-defined]
            raise ValueError("racun")
        await whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(repository, "store", chokes)
    before = await rows_of(sql)
    mids = [f"m_beside_poison_{number}" for number in range(5)]
    answers = await asyncio.gather(
        *(deliver(http, mid) for mid in mids[:4]), deliver(http, "m_poison", "racun"), deliver(http, mids[4])
    )
    assert {answer.status_code for answer in answers} == {200}
    assert set(await complaints_of(sql, [*mids, "m_poison"])) == set(mids)
    assert (await rows_of(sql) - before)["intake.raw_request"] == 6
    parked = await sql.fetch("SELECT body FROM intake.raw_request WHERE state = 'parked' ORDER BY id DESC LIMIT 1")
    assert b"m_poison" in parked[0]["body"]


async def test_a_group_that_meets_no_database_gets_503_and_leaves_nothing(together, http, sql, monkeypatch):
    def away(_self: Database, **_: object) -> None:
        raise DatabaseUnavailableError("ConnectionRefusedError")

    before = await rows_of(sql)
    monkeypatch.setattr(Database, "transaction", away)
    answers = await asyncio.gather(*(deliver(http, f"m_away_{number}") for number in range(6)))
    assert {answer.status_code for answer in answers} == {503}
    monkeypatch.undo()
    assert await rows_of(sql) == before
