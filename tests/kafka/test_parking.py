"""Parking: what cannot be processed is kept with its reason, its complaint waits behind it, and the rest goes on."""

import base64
import json
from functools import partial
from uuid import UUID

import pytest
import structlog
from sqlalchemy import text

from shared.core.errors import RejectError
from shared.core.ids import new_id
from shared.kafka.relay import republish

from .pipes import Pipes, changed, headers_of, neighbour, received, until
from .test_consumer import LONG_AGO, all_effects

WORDS = "Oknum Baiq Contoh 081234567890 meminta uang"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("shared.kafka.consumer._ATTENDANT_S", 0.1)


async def reject(_tx, _envelope):
    raise RejectError("the agency is unknown")


async def fail(_tx: object, _envelope: object) -> None:
    raise ValueError(WORDS)


async def decide(pipes: Pipes, event_id: UUID, state: str) -> None:
    """What the operator's commands write."""
    await pipes.sql.execute("UPDATE routing.parked SET state = $2 WHERE event_id = $1", event_id, state)


async def test_a_rejected_event_is_parked_at_once_with_its_reason(pipes, probe):
    (event_id,) = await pipes.publish(changed(new_id()))
    probe.faults[event_id] = reject
    async with pipes.flowing(probe):
        await until(lambda: _parked(pipes, 1))
    (row,) = await pipes.parked()
    assert (row["event_id"], row["state"], row["reason"]) == (event_id, "parked", "the agency is unknown")
    assert probe.calls[event_id] == 1
    assert await pipes.effects() == []


async def test_a_poison_event_is_parked_after_a_few_tries_and_its_partition_goes_on(pipes, probe):
    poison = new_id()
    other = neighbour(poison)
    (bad,) = await pipes.publish(changed(poison))
    good = await pipes.publish(changed(other), changed(other))
    probe.faults[bad] = fail
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, 2))
        await until(lambda: _parked(pipes, 1))
    assert await pipes.effects() == good
    assert probe.calls[bad] in {5, 6}  # alone; before that perhaps with what waited beside it
    (row,) = await pipes.parked()
    assert row["reason"].startswith("ValueError in fail (test_parking.py:")


async def test_an_event_that_fails_once_is_tried_again_and_not_parked(pipes, probe):
    (event_id,) = await pipes.publish(changed(new_id()))

    async def fail_once(tx, envelope):
        if probe.calls[envelope.id] == 1:
            await fail(tx, envelope)

    probe.faults[event_id] = fail_once
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, 1))
    assert await pipes.parked() == []


def too_slow(probe, *, tries: float):
    """Fail as PostgreSQL does where a statement took too long, so many times."""

    async def stall(tx, envelope):
        if probe.calls[envelope.id] <= tries:
            await tx.execute(text("SET LOCAL statement_timeout = '5ms'"))
            await tx.execute(text("SELECT pg_sleep(1)"))

    return stall


@pytest.mark.wide
async def test_a_slow_database_is_waited_for_and_parks_nothing(pipes, probe):
    (event_id,) = await pipes.publish(changed(new_id()))
    probe.faults[event_id] = too_slow(probe, tries=6)
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, 1))
    assert probe.calls[event_id] == 7  # more than a failure of our own is tried
    assert await pipes.parked() == []


async def test_an_event_that_is_always_too_much_for_the_database_is_parked_and_its_partition_goes_on(
    pipes, probe, monkeypatch
):
    monkeypatch.setattr("shared.kafka.consumer._SLOW_S", 0.5)
    costly = new_id()
    (bad,) = await pipes.publish(changed(costly))
    good = await pipes.publish(changed(neighbour(costly)))
    probe.faults[bad] = too_slow(probe, tries=float("inf"))
    async with pipes.flowing(probe):
        await until(lambda: all_effects(pipes, 1))
        (row,) = await pipes.parked()
        assert (row["event_id"], row["state"]) == (bad, "parked")
        assert " 57014 in stall (test_parking.py:" in row["reason"]
        await decide(pipes, bad, "replay")
        await until(lambda: _attempted(pipes, bad))
    assert await pipes.effects() == good
    assert await pipes.states() == {bad: "parked"}


async def _attempted(pipes: Pipes, event_id: UUID) -> bool:
    query = "SELECT attempts FROM routing.parked WHERE event_id = $1 AND state = 'parked'"
    return bool(await pipes.sql.fetchval(query, event_id))


async def test_later_events_of_the_same_complaint_wait_in_line_and_a_replay_runs_the_line_in_order(pipes, probe):
    stuck, free = new_id(), new_id()
    line = [(await pipes.publish(changed(stuck, version)))[0] for version in range(1, 5)]
    probe.faults[line[1]] = reject
    async with pipes.flowing(probe):
        await until(lambda: _parked(pipes, 3))
        others = await pipes.publish(changed(free), changed(free))
        await until(lambda: all_effects(pipes, 3))
        assert await pipes.effects(stuck) == line[:1]
        assert await pipes.effects(free) == others
        assert await pipes.states() == {line[1]: "parked", line[2]: "waiting", line[3]: "waiting"}
        probe.faults.clear()
        await decide(pipes, line[1], "replay")
        await until(lambda: all_effects(pipes, 6))
        last = await pipes.publish(changed(stuck, 5))
        await until(lambda: all_effects(pipes, 7))
    assert await pipes.effects(stuck) == [*line, *last]
    assert await pipes.parked() == []


async def test_a_replay_that_fails_parks_the_event_again_and_its_line_still_waits(pipes, probe):
    stuck = new_id()
    first, second = await pipes.publish(changed(stuck, 1), changed(stuck, 2))
    probe.faults[first] = reject
    async with pipes.flowing(probe):
        await until(lambda: _parked(pipes, 2))
        probe.faults[first] = fail
        await decide(pipes, first, "replay")
        await until(lambda: _tried(pipes, first))
    assert await pipes.states() == {first: "parked", second: "waiting"}
    assert (await pipes.parked())[0]["reason"].startswith("ValueError in fail")
    assert await pipes.effects() == []


async def test_dropping_an_event_lets_the_rest_go_on_and_a_redelivery_never_brings_it_back(pipes, probe):
    stuck = new_id()
    first, second, third = await pipes.publish(changed(stuck, 1), changed(stuck, 2), changed(stuck, 3))
    probe.faults[first] = reject
    async with pipes.flowing(probe):
        await until(lambda: _parked(pipes, 3))
        probe.faults.clear()
        await decide(pipes, first, "dropped")
        await until(lambda: all_effects(pipes, 2))
        await republish(pipes.database("relay"), since=LONG_AGO)
        fourth = await pipes.publish(changed(stuck, 4))
        await until(lambda: all_effects(pipes, 3))
    assert await pipes.effects() == [second, third, *fourth]
    assert await pipes.states() == {first: "dropped"}


async def test_two_instances_of_a_service_move_a_line_once(pipes, probe):
    lines = [await pipes.publish(*(changed(complaint, version) for version in (1, 2, 3))) for complaint in _ids(5)]
    for line in lines:
        probe.faults[line[0]] = reject
    async with pipes.running(pipes.relay().run(), pipes.consumer(probe).run()) as tasks:
        await until(lambda: _parked(pipes, 15), tasks=tasks)
    probe.faults.clear()
    for line in lines:
        await decide(pipes, line[0], "replay")
    attendants = [pipes.consumer(probe).attend_parking() for _ in range(3)]
    async with pipes.running(*attendants) as tasks:
        await until(lambda: all_effects(pipes, 15), tasks=tasks)
        await until(lambda: _parked(pipes, 0), tasks=tasks)
    effects = await pipes.effects()
    assert sorted(effects) == sorted(one for line in lines for one in line)
    for line in lines:
        assert [one for one in effects if one in line] == line


async def test_a_line_whose_handler_breaks_the_database_session_does_not_hold_up_the_others(pipes, probe):
    breaking, fine = new_id(), new_id()
    (bad,), (good,) = await pipes.publish(changed(breaking)), await pipes.publish(changed(fine))
    probe.faults[bad] = probe.faults[good] = reject

    async def kill_own_session(tx, _envelope):
        await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async with pipes.flowing(probe):
        await until(lambda: _parked(pipes, 2))
        probe.faults = {bad: kill_own_session}
        await decide(pipes, bad, "replay")
        await decide(pipes, good, "replay")
        await until(lambda: all_effects(pipes, 1))
    assert await pipes.effects() == [good]
    assert await pipes.states() == {bad: "replay"}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{not json", "fields not as in the schema: body"),
        (json.dumps({"type": "complaint.received.v1", "text": WORDS}).encode(), "fields not as in the schema: complai"),
        (None, "fields not as in the schema: body"),
    ],
)
async def test_a_malformed_record_is_parked_whole_once_with_a_reason_that_quotes_nothing(pipes, probe, value, reason):
    event = received(new_id())
    key, headers = str(event.complaint_id).encode(), headers_of(event, event_id=new_id())
    await pipes.send_raw((key, value, headers), (key, value, headers))
    for group in ("routing", "routing-once-more"):
        async with pipes.running(pipes.consumer(probe, group=group).run()) as tasks:
            await until(partial(_committed, pipes, group, 2), tasks=tasks)
    rows = await pipes.parked()
    assert [row["offset"] for row in rows] == [0, 1], "one row per record, however often each was delivered"
    for row in rows:
        assert row["reason"].startswith(reason)
        assert "Baiq" not in row["reason"]
        assert base64.b64decode(row["value"]) == (value or b"")
        assert row["subject"] == event.complaint_id


async def test_headers_without_content_and_with_nul_stop_nobody(pipes, probe):
    event = received(new_id())
    headers = [*headers_of(event, event_id=new_id()), ("x\x00y", b"\x00\xff"), ("ce_time", None)]
    broken = [(name, content) for name, content in headers if name != "ce_id"]
    await pipes.send_raw((None, event.model_dump_json().encode(), broken), (b"\xff", b"", [("ce_type", None)]))
    (good,) = await pipes.publish(changed(new_id()))
    async with pipes.flowing(probe):
        await until(lambda: _parked(pipes, 1))
        await until(lambda: all_effects(pipes, 1))
        (row,) = await pipes.parked()
        await pipes.sql.execute("UPDATE routing.parked SET state = 'replay'")
        await until(lambda: _attempts(pipes, 1))
    assert row["reason"] == "ce_id is missing"
    assert row["subject"] is None
    assert await pipes.effects() == [good]


async def test_no_log_line_and_no_reason_quotes_what_a_citizen_wrote(pipes, probe, caplog):
    async def wrong_type(tx, _envelope):
        await tx.execute(text("SELECT CAST(:words AS text)::integer"), {"words": WORDS})

    async def wrong_row(tx, _envelope):
        await tx.execute(
            text("INSERT INTO routing.effect (event_id, subject, sequence) VALUES (NULL, :one, :two)"),
            {"one": new_id(), "two": 1},
        )
        raise AssertionError(WORDS)

    ids = [(await pipes.publish(received(new_id(), text=WORDS)))[0] for _ in range(3)]
    probe.faults = dict(zip(ids, (fail, wrong_type, wrong_row), strict=True))
    with structlog.testing.capture_logs() as logs:
        async with pipes.flowing(probe):
            await until(lambda: _parked(pipes, 3))
            await pipes.sql.execute("UPDATE routing.parked SET state = 'replay'")
            await until(lambda: _attempts(pipes, 3))
    reasons = {row["event_id"]: row["reason"] for row in await pipes.parked()}
    assert reasons[ids[1]].startswith("DBAPIError 22P02 in wrong_type (test_parking.py:")
    assert reasons[ids[2]].startswith("IntegrityError 23502 in wrong_row (")
    told = f"{logs} {caplog.text} {reasons}"
    assert "consumer.parked" in told
    assert "stamina.retry_scheduled" in told
    for word in ("Baiq", "081234567890", "meminta"):
        assert word not in told


def _ids(count: int) -> list[UUID]:
    return [new_id() for _ in range(count)]


async def _parked(pipes: Pipes, count: int) -> bool:
    return len(await pipes.parked()) == count


async def _committed(pipes: Pipes, group: str, count: int) -> bool:
    return await pipes.committed(group) == count


async def _tried(pipes: Pipes, event_id: UUID) -> bool:
    rows = {row["event_id"]: row for row in await pipes.parked()}
    return bool(rows[event_id]["attempts"] == 1)


async def _attempts(pipes: Pipes, count: int) -> bool:
    return bool(sum(row["attempts"] for row in await pipes.parked()) == count)
