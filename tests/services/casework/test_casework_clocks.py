"""A case's clocks as rows: they follow every change, workers see to them once, and another calendar moves them."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.casework import consumers
from services.casework.clocks.due import Due
from services.casework.clocks.ladder import load_ladder
from services.casework.clocks.limits import load_limits
from services.casework.clocks.recomputing import Recomputing
from services.casework.clocks.terms import Terms, terms
from services.casework.clocks.worker import ClockWorker
from services.casework.notices import repository as notices
from services.casework.notices.rules import moved_on
from services.casework.orders import ORDERS
from services.casework.repository import lock_cases
from services.casework.service import CaseworkService
from shared.calendar import load_calendar
from shared.core.ids import new_id
from shared.core.times import WITA
from shared.directory import INSPECTORATE, directory
from shared.events import AgencyRef, Envelope
from shared.security import Principal, Role
from tests.services.casework.test_casework_conversation import appended
from tests.services.casework.test_casework_mirroring import shown

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=WITA)
LIAISON = Principal(account_id=new_id(), role=Role.LIAISON, agencies=("NTB.DIKPORA",))
COORDINATOR = Principal(account_id=new_id(), role=Role.COORDINATOR, agencies=())


def wita(text: str) -> datetime:
    """Read `11-02 10:00` as a time in 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=WITA)


class House:
    """Casework with a time that the test sets."""

    def __init__(self, pool, sql, events) -> None:
        self.pool, self.sql = pool, sql
        self.received, self.routed = events
        self.now = MONDAY
        self.service = CaseworkService(directory=directory(), clock=lambda: self.now)
        self.handlers = consumers.handlers(self.service)
        self.due = Due(clock=lambda: self.now, batch=100)

    async def hear(self, event) -> None:
        envelope = Envelope(id=new_id(), subject=event.subject, time=self.now, sequence=1, data=event)
        async with self.pool.transaction() as tx:
            await self.handlers[type(event)](tx, envelope)

    async def open(self, at: datetime = MONDAY, *, assigned: bool = True, **changes: Any):
        self.now = at
        event = self.received(received_at=at, **changes)
        await self.hear(event)
        if assigned:
            await self.hear(self.routed(event, decided_at=at))
        return event

    async def order(self, event, move: str, given: object = None, *, at: str, by: Principal = LIAISON) -> None:
        self.now = wita(at)
        order = next(one for one in ORDERS if one.move == move)
        body = None if given is None or order.body is None else order.body.model_validate(given)
        async with self.pool.transaction() as tx:
            (row,) = (await lock_cases(tx, [event.complaint_id])).values()
            await self.service.carry_out(tx, by, order, event.ticket, {row.version}, body)

    async def work(self, at: str | None = None) -> list[tuple[str, str]]:
        """Let a worker see to everything that is due."""
        self.now = wita(at) if at else self.now
        done: list[tuple[str, str]] = []
        while found := await self.pool.run(self.due.handle):
            done += found
        return done

    async def clocks(self, event) -> dict[str, str]:
        """Write each clock's newest row as `11-05 16:00 running`."""
        rows = await self.sql.fetch(
            "SELECT * FROM casework.deadline WHERE complaint_id = $1 ORDER BY started_at", event.complaint_id
        )
        return {row["clock"]: f"{_shown(row['due_at'])} {row['outcome']}" for row in rows}

    async def case(self, event):
        return await self.sql.fetchrow('SELECT * FROM casework."case" WHERE complaint_id = $1', event.complaint_id)

    async def notices(self, event) -> list[tuple[str, str, str, str | None]]:
        rows = await self.sql.fetch(
            "SELECT clock, step, audience, agency_key FROM casework.notice WHERE complaint_id = $1 ORDER BY id",
            event.complaint_id,
        )
        return [tuple(row) for row in rows]

    async def said(self, event, kind: str) -> list[dict[str, Any]]:
        rows = await self.sql.fetch(
            "SELECT value FROM bus.outbox WHERE subject = $1 AND type = $2 ORDER BY sequence", event.complaint_id, kind
        )
        return [row["value"] for row in rows]


def _shown(moment: datetime | None) -> str:
    return moment.astimezone(WITA).strftime("%m-%d %H:%M") if moment else "-"


@pytest.fixture
async def house(pool, sql, events):
    await sql.execute("UPDATE casework.deadline SET next_at = NULL")  # what other tests left is not ours
    return House(pool, sql, events)


async def test_a_received_complaint_has_its_first_clocks_and_an_assigned_one_its_follow_up(house):
    event = await house.open(assigned=False)
    first = {"verify": "11-05 16:00 running", "resolve": "11-20 16:30 running", "respond": "11-04 10:00 running"}
    assert await house.clocks(event) == first
    assert (await house.case(event))["due_at"] == wita("11-04 10:00")
    assert not await house.said(event, "complaint.deadlines_changed.v1")  # with the assignment, at most moments later

    house.now = wita("11-03 10:00")
    await house.hear(house.routed(event, urgency="penting", kind="permintaan_informasi"))
    assert await house.clocks(event) == first | {
        "follow_up": "11-10 16:00 running",
        "resolve": "11-09 16:00 running",
        "respond": "11-03 10:00 missed",
    }
    (told,) = await house.said(event, "complaint.deadlines_changed.v1")
    assert {one["clock"] for one in told["deadlines"]} == {"verify", "resolve", "respond", "follow_up"}
    assert told["because"] == "moved"


async def test_clocks_stop_while_the_citizen_is_asked_and_go_on_with_the_days_that_were_left(house):
    event = await house.open()
    await house.order(event, "take", at="11-03 10:00")
    await house.order(event, "ask", {"question": "Di mana letak sekolahnya?"}, at="11-04 09:00")
    asked = await house.clocks(event)
    assert (asked["follow_up"], asked["resolve"]) == ("- stopped", "- stopped")
    assert asked["complete"] == "12-05 00:00 running"
    assert (await house.case(event))["due_at"] is None
    assert await house.work("11-30 10:00") == []  # nothing is due while it stands still

    await house.order(event, "proceed", at="11-30 10:00")
    assert await house.clocks(event) == {
        "verify": "11-05 16:00 kept",
        "follow_up": "12-03 16:00 running",
        "resolve": "12-16 16:00 running",
        "respond": "11-30 11:00 running",
        "complete": "12-05 00:00 cancelled",
    }


async def test_clocks_stop_while_a_transfer_is_pending(house):
    event = await house.open()
    await house.order(event, "transfer", {"reason": "Sekolah ini milik kabupaten."}, at="11-03 10:00")
    assert (await house.clocks(event))["follow_up"] == "- stopped"
    await house.order(event, "decline", at="11-05 10:00", by=COORDINATOR)
    assert (await house.clocks(event))["follow_up"] == "11-11 16:00 running"
    stood = [one["deadlines"] for one in await house.said(event, "complaint.deadlines_changed.v1")]
    assert [next(d["outcome"] for d in one if d["clock"] == "follow_up") for one in stood] == [
        "running",
        "stopped",
        "running",
    ]


async def test_a_transfer_that_nobody_decides_is_the_coordinators_to_answer_for(house, officer):
    decided, parked = [await house.open() for _ in range(2)]
    for event in (decided, parked):
        await house.order(event, "transfer", {"reason": "Sekolah ini milik kabupaten."}, at="11-03 10:00")
        assert (await house.clocks(event))["transfer"] == "11-06 16:30 running"
        assert (await house.case(event))["due_at"] == wita("11-06 16:30")
    await house.work("11-05 08:00")
    await house.order(decided, "decline", at="11-06 16:30", by=COORDINATOR)
    await house.work("11-10 16:00")
    assert (await house.clocks(decided))["transfer"] == "11-06 16:30 kept"
    steps = [("reminder", "coordinator"), ("coordinator", "coordinator"), ("inspectorate", "inspectorate")]
    told = [(step, audience) for clock, step, audience, _ in await house.notices(parked) if clock == "transfer"]
    assert told == steps
    shown = (await officer(Role.COORDINATOR).get(f"/{parked.ticket}")).json()["clocks"]
    assert [(one["due_at"], one["outcome"]) for one in shown if one["clock"] == "transfer"] == [
        ("2026-11-06T08:30:00Z", "missed")
    ]
    await house.order(parked, "take", at="11-10 17:00")
    assert (await house.clocks(parked))["transfer"] == "11-06 16:30 missed"

    again = await house.open()
    for day, move in (("03", "take"), ("05", "decline")):
        await house.order(again, "transfer", {"reason": "Sekolah ini milik kabupaten."}, at=f"11-{day} 09:00")
        await house.order(again, move, at=f"11-{day} 10:00", by=LIAISON if move == "take" else COORDINATOR)
    rows = await house.sql.fetch(
        "SELECT outcome FROM casework.deadline WHERE complaint_id = $1 AND clock = 'transfer' ORDER BY started_at",
        again.complaint_id,
    )
    assert [row["outcome"] for row in rows] == ["cancelled", "kept"]


async def test_an_agency_that_is_given_what_it_has_already_gets_no_new_days(house):
    theirs = {"agency_key": "NTB.DIKPORA", "reason": "Memang wewenang Dikpora."}
    moved, late = [await house.open() for _ in range(2)]
    await house.order(moved, "transfer", {"reason": "Sekolah ini milik kabupaten."}, at="11-03 10:00")
    await house.order(moved, "assign", theirs, at="11-05 10:00", by=COORDINATOR)
    assert (await house.clocks(moved))["follow_up"] == "11-11 16:00 running"  # as if it had been declined
    await house.work("11-10 09:00")
    await house.order(late, "assign", {**theirs, "urgency": "penting"}, at="11-10 10:00", by=COORDINATOR)
    assert (await house.clocks(late))["follow_up"] == "11-09 16:00 missed"
    elsewhere = {"agency_key": "NTB.DLHK", "reason": "Pohon tumbang di hutan lindung."}
    await house.order(late, "assign", elsewhere, at="11-10 11:00", by=COORDINATOR)
    assert (await house.clocks(late))["follow_up"] == "11-17 16:00 running"


async def test_the_ladder_tells_the_liaison_then_the_head_then_the_coordinator_then_the_inspectorate(house):
    event = await house.open()
    await house.order(event, "take", at="11-02 11:00")
    done = await house.work("11-20 18:00")
    assert ("follow_up", "missed") in done
    told = [one for one in await house.notices(event) if one[0] == "follow_up"]
    assert told == [  # the worker was away: a reminder of what is over helps nobody
        ("follow_up", "agency_head", "leader", "NTB.DIKPORA"),
        ("follow_up", "coordinator", "coordinator", None),
        ("follow_up", "inspectorate", "inspectorate", None),
    ]
    assert len(await house.said(event, "complaint.escalated.v1")) == len(await house.notices(event))
    assert await house.work("11-20 18:00") == []

    on_time = await house.open(wita("11-23 08:00"))
    await house.work("11-27 09:00")
    assert [one for one in await house.notices(on_time) if one[0] == "follow_up"] == [
        ("follow_up", "reminder", "liaison", "NTB.DIKPORA")
    ]


async def test_what_has_no_agency_escalates_to_the_coordinator_and_what_is_sealed_to_the_inspectorate_alone(house):
    waiting = await house.open(assigned=False)
    sealed = await house.open(sealed=True, assigned=False)
    await house.hear(house.routed(sealed, agency=AgencyRef(key=INSPECTORATE, name="Inspektorat Provinsi NTB")))
    await house.work("11-30 10:00")
    assert {audience for _, _, audience, _ in await house.notices(waiting)} == {"coordinator", "inspectorate"}
    assert {audience for _, _, audience, _ in await house.notices(sealed)} == {"inspectorate"}


async def test_every_step_that_was_reached_is_still_to_be_told_also_the_inspectorates(house):
    event = await house.open()
    await house.work("11-20 18:00")
    async with house.pool.transaction() as tx:
        steps = [one for one in await notices.untold(tx, 1_000) if one.ticket == event.ticket]
    assert {one.audience for one in steps} >= {"leader", "coordinator", "inspectorate"}
    assert [one.step for one in steps if moved_on(one)] == []


async def test_an_answer_that_nobody_answers_is_closed_by_the_house(house):
    event = await house.open()
    await house.order(event, "take", at="11-02 11:00")
    await house.order(event, "answer", {"text": "Atap diperbaiki tanggal 5 November oleh Dikpora."}, at="11-05 09:00")
    assert (await house.clocks(event))["close"] == "11-19 16:00 running"
    assert (await house.case(event))["due_at"] is None
    assert ("close", "ended") not in await house.work("11-19 15:59")
    assert ("close", "ended") in await house.work("11-19 16:00")
    case = await house.case(event)
    assert (case["state"], case["closed_at"]) == ("closed", wita("11-19 16:00"))
    assert (await house.clocks(event))["close"] == "11-19 16:00 kept"
    last = (await house.said(event, "complaint.status_changed.v1"))[-1]
    assert last["actor"] == {"kind": "machine", "id": "clock.close"}
    assert last["reason"] == "Ditutup otomatis: tidak ada tanggapan dalam 10 hari kerja."


async def test_what_a_citizen_never_completes_is_archived_by_the_house(house):
    event = await house.open()
    await house.order(event, "ask", {"question": "Di mana letak sekolahnya?"}, at="11-03 09:00")
    await house.work("12-04 00:00")
    case = await house.case(event)
    assert (case["state"], case["asked_at"]) == ("archived", None)
    assert (await house.said(event, "complaint.status_changed.v1"))[-1]["reason_code"] == "no_information"


async def test_what_a_citizen_said_in_time_counts_though_it_is_heard_after_the_house_ended_the_case(house):
    asked, answered, late = [await house.open() for _ in range(3)]
    for event in (asked, late):
        await house.order(event, "ask", {"question": "Di mana letak sekolahnya?"}, at="11-03 09:00")
    await house.order(answered, "take", at="11-03 11:00")
    text = {"text": "Atap diperbaiki tanggal 5 November oleh Dikpora."}
    await house.order(answered, "answer", text, at="11-05 09:00")
    await house.work("12-05 00:00")  # nothing was heard for a month, and then all of it
    ended = [(await house.case(event))["state"] for event in (asked, answered, late)]
    assert ended == ["archived", "closed", "archived"]
    for event in (asked, answered, late):  # what is only written down since ends nothing by another hand
        await house.hear(shown(event, "in_progress", seen_at=wita("12-05 08:00")))
    for event, at in ((asked, "11-04 10:00"), (answered, "11-06 10:00"), (late, "12-05 09:00")):
        await house.hear(appended(event, received_at=wita(at)))
    rows = [await house.case(event) for event in (asked, answered, late)]
    assert [row["state"] for row in rows] == ["assigned", "in_progress", "archived"]
    assert [row["closed_at"] is None for row in rows] == [True, True, False]
    due = [(await house.clocks(event))["follow_up"] for event in (asked, answered)]
    assert due == ["12-11 16:30 running", "12-14 16:00 running"]  # nobody is late for what they could not hear


async def test_a_reopened_case_has_new_clocks_for_follow_up_and_answer_beside_the_old_ones(house):
    event = await house.open()
    await house.order(event, "take", at="11-02 11:00")
    await house.order(event, "answer", {"text": "Atap diperbaiki tanggal 5 November oleh Dikpora."}, at="11-05 09:00")
    await house.order(event, "reopen", {"reason": "Atap bocor lagi."}, at="11-09 09:00")
    rows = await house.sql.fetch(
        "SELECT clock, due_at, outcome FROM casework.deadline WHERE complaint_id = $1"
        " AND clock IN ('follow_up', 'resolve', 'close') ORDER BY clock, started_at",
        event.complaint_id,
    )
    assert [(row["clock"], _shown(row["due_at"]), row["outcome"]) for row in rows] == [
        ("close", "11-19 16:00", "cancelled"),
        ("follow_up", "11-09 16:00", "kept"),
        ("follow_up", "11-16 16:00", "running"),
        ("resolve", "11-20 16:30", "kept"),
        ("resolve", "11-27 16:30", "running"),
    ]
    repaired = {"action": "repair", "text": "Atap ditambal tim sarana pada hari Selasa."}
    await house.order(event, "follow_up", repaired, at="11-10 09:00")
    assert (await house.case(event))["due_at"] == wita("11-27 16:30")
    assert ("resolve", "missed") in await house.work("11-27 16:30")
    answered = (await house.clocks(event))["resolve"]
    assert answered == "11-27 16:30 missed"


async def test_further_words_that_say_that_life_is_in_danger_shorten_the_clock(house, sql):
    event = await house.open()
    again = house.routed(event, urgency="mendesak", decided_at=MONDAY + timedelta(minutes=5))
    await house.hear(again)
    assert (await house.clocks(event))["respond"] == "11-02 11:00 running"
    assert (await house.case(event))["due_at"] == wita("11-02 11:00")


async def test_what_is_due_at_once_is_seen_to_once_by_two_workers_though_one_of_them_dies(house, pool):
    events = [await house.open() for _ in range(40)]
    house.now = wita("11-20 18:00")
    small = Due(clock=lambda: house.now, batch=25)

    async def dying() -> None:
        async with pool.transaction() as tx:
            assert await small.handle(tx)
            raise asyncio.CancelledError

    async def work() -> int:
        count = 0
        while done := await pool.run(small.handle):
            count += len(done)
        return count

    with pytest.raises(asyncio.CancelledError):
        await dying()
    assert sum(await asyncio.gather(work(), work())) >= 40 * 4
    for event in (events[0], events[-1]):
        told = await house.notices(event)
        assert len(told) == len(set(told)) == len(await house.said(event, "complaint.escalated.v1"))
    count = "SELECT count(*) FROM casework.notice WHERE complaint_id = ANY($1)"
    each = len(await house.notices(events[0]))
    assert await house.sql.fetchval(count, [event.complaint_id for event in events]) == 40 * each


def with_a_day_off(day: str, folder: Path) -> Terms:
    (folder / "days.csv").write_text(
        f"day,region_code,kind,name,source\n{day},52,off,Libur daerah,uji\n", encoding="utf-8"
    )
    return Terms(load_limits(), load_ladder(), lambda region: load_calendar(region, override=(folder,)))


async def test_a_day_off_that_was_just_given_makes_nobody_late_and_closes_nothing(house, tmp_path, pool):
    owed, answered = await house.open(wita("11-12 10:00")), await house.open()
    await house.order(answered, "take", at="11-02 11:00")
    text = {"text": "Atap diperbaiki tanggal 5 November oleh Dikpora."}
    await house.order(answered, "answer", text, at="11-05 09:00")
    other = with_a_day_off("2026-11-19", tmp_path)
    house.due = Due(by=other, clock=lambda: house.now, batch=100)
    assert await house.work("11-19 16:00") == []  # both were due by then, as all that was computed before
    again = Recomputing(by=other, clock=lambda: house.now, batch=7)
    while await pool.run(again.step):
        pass
    assert {"verify", "respond"} <= {clock for clock, _ in await house.work()}  # what is late by either
    assert (await house.clocks(owed))["follow_up"] == "11-20 16:30 running"
    assert (await house.clocks(answered))["close"] == "11-20 16:30 running"
    assert [one for one in await house.notices(owed) if one[:2] == ("follow_up", "agency_head")] == []
    while await pool.run(Recomputing(clock=lambda: house.now).step):  # and back again, for the other tests
        pass


async def test_another_calendar_moves_deadlines_and_the_change_is_recorded(house, tmp_path, pool):
    event = await house.open()
    other = with_a_day_off("2026-11-04", tmp_path)
    assert not await pool.run(Recomputing().stale)
    again = Recomputing(by=other, clock=lambda: house.now, batch=7)
    (version,) = await pool.run(again.stale)
    dry = await pool.run(lambda tx: again.next_batch(tx, version, dry_run=True))
    assert dry.moved
    while await pool.run(again.step):
        pass
    assert (await house.clocks(event))["follow_up"] == "11-10 16:00 running"
    rows = await house.sql.fetch("SELECT * FROM casework.deadline_change WHERE complaint_id = $1", event.complaint_id)
    moved = {row["clock"]: (_shown(row["old_due_at"]), _shown(row["new_due_at"]), row["cause"]) for row in rows}
    assert moved == {
        "verify": ("11-05 16:00", "11-06 16:30", "calendar"),
        "follow_up": ("11-09 16:00", "11-10 16:00", "calendar"),
        "resolve": ("11-20 16:30", "11-23 16:00", "calendar"),
    }
    assert (await house.said(event, "complaint.deadlines_changed.v1"))[-1]["because"] == "calendar"
    while await pool.run(Recomputing(clock=lambda: house.now).step):  # and back again, for the other tests
        pass
    assert not await pool.run(Recomputing().stale)


async def test_a_case_shows_its_clocks_and_the_steps_that_were_reached(house, officer):
    event = await house.open()
    await house.work("11-20 18:00")
    shown = (await officer(Role.LIAISON).get(f"/{event.ticket}")).json()["clocks"]
    follow_up = next(one for one in shown if one["clock"] == "follow_up")
    assert (follow_up["limit"], follow_up["outcome"], follow_up["settled_at"]) == ("5 hari kerja", "missed", None)
    assert follow_up["due_at"] == "2026-11-09T08:00:00Z"
    assert "PermenPANRB" in follow_up["source"]
    assert [one["step"] for one in follow_up["steps"]] == ["agency_head", "coordinator", "inspectorate"]


async def test_where_no_calendar_is_known_a_clock_is_unknown_and_counted(house, pool):
    event = await house.open(MONDAY - timedelta(days=3 * 365), assigned=False)
    assert (await house.clocks(event))["resolve"] == "- unknown"
    worker = ClockWorker(pool, house.due, Recomputing(clock=lambda: house.now), clock=lambda: house.now)
    await worker.sample()
    assert sample("ntbcare_clocks_limit_unknown", {"clock": "resolve"}) >= 1
    assert await worker.recompute() is False


async def test_a_worker_counts_what_it_sees_to_and_what_is_overdue(house, pool):
    worker = ClockWorker(pool, house.due, Recomputing(clock=lambda: house.now), clock=lambda: house.now)
    await house.open()
    house.now = wita("11-09 16:00") + timedelta(minutes=1)
    await worker.sample()
    assert sample("ntbcare_clocks_lag_seconds", {}) == (house.now - wita("11-04 04:00")).total_seconds()
    before = sample("ntbcare_clocks_handled_total", {"clock": "follow_up", "what": "missed"})
    assert await worker.handle_due() == 3
    assert sample("ntbcare_clocks_handled_total", {"clock": "follow_up", "what": "missed"}) == before + 1
    await worker.sample()
    assert sample("ntbcare_clocks_overdue", {"clock": "follow_up"}) >= 1
    assert sample("ntbcare_clocks_lag_seconds", {}) == 0


async def test_an_open_case_from_before_there_were_clocks_gets_them(house, pool):
    event = await house.open()
    await house.sql.execute("DELETE FROM casework.deadline WHERE complaint_id = $1", event.complaint_id)
    await house.sql.execute(  # as the migration does
        "INSERT INTO casework.deadline (complaint_id, clock, started_at, outcome, version) "
        "VALUES ($1, 'verify', $2, 'unknown', 'none none none')",
        event.complaint_id,
        event.received_at,
    )
    while await pool.run(Recomputing(clock=lambda: house.now).step):
        pass
    assert (await house.clocks(event)).keys() == {"verify", "follow_up", "resolve", "respond"}


def sample(name: str, labels: dict[str, str]) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_the_calendar_of_the_next_months_is_there():
    terms().require()
