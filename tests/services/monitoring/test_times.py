"""Times in working days: as casework's calendar counts them, where it knows the years, and nothing elsewhere."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from services.monitoring import repository
from services.monitoring.rules import Question, Scope
from services.monitoring.times import rules as times
from services.monitoring.times.rules import DRAWS, draws, working_days
from shared.calendar import Calendar, CalendarDataError, calendar, load_calendar
from shared.core.times import WITA
from shared.events import ComplaintReceived
from tests.services.monitoring.facts import assigned, at, followed_up, moved, received, verified

pytestmark = pytest.mark.usefixtures("empty")
QUESTION = Question(start=date(2025, 1, 1), end=date(2028, 12, 31), by="channel")
STEP = "received_to_follow_up"


def lasting(channel: str, since: datetime, until: datetime) -> list[object]:
    new = received(channel=channel, received_at=since)
    return [new, followed_up(new, hours=(until - at(0)) / timedelta(hours=1))]


def expected(since: datetime, until: datetime) -> int | None:
    try:
        return calendar().working_days_between(since, until)
    except CalendarDataError:
        return None


async def test_the_database_counts_working_days_as_the_calendar_does(deliver, ask):
    chance = random.Random(9)
    begin, spans = datetime(2025, 12, 1, tzinfo=UTC), {}
    closes = calendar().hours_on(date(2026, 3, 10))[-1].closes
    for number in range(80):
        since = begin + timedelta(hours=chance.randrange(26 * 31 * 24))
        spans[f"c{number}"] = since, since + timedelta(hours=chance.randrange(60 * 24))
    spans["closes"] = closes - timedelta(days=1), closes
    spans["closed"] = closes, closes + timedelta(seconds=1)
    await deliver(*(event for name, (since, until) in spans.items() for event in lasting(name, since, until)))
    told = (await ask(**{"from": "2025-01-01", "to": "2028-12-31"}, by="channel")).json()
    found = {one["key"]: one["steps"][STEP] for one in told["buckets"]}
    assert {name: one["median_days"] for name, one in found.items()} == {
        name: expected(since, until) for name, (since, until) in spans.items()
    }
    known = [name for name, span in spans.items() if expected(*span) is not None]
    assert {name: one["in_days"] for name, one in found.items()} == {name: int(name in known) for name in spans}
    total = told["total"]["steps"][STEP]
    assert (total["count"], total["in_days"]) == (len(spans), len(known))
    assert 0 < len(known) < len(spans)


async def test_a_holiday_is_no_working_day_and_medians_and_nine_in_ten_are_told(deliver, ask):
    for day in (11, 12, 13):  # Tuesday the tenth at ten; on the fourteenth and fifteenth is a weekend
        await deliver(*lasting("sms", at(0), datetime(2026, 3, day, 2, tzinfo=UTC)))
    await deliver(*lasting("sms", at(0), datetime(2026, 3, 25, 2, tzinfo=UTC)))  # past Nyepi and Lebaran
    step = (await ask()).json()["total"]["steps"][STEP]
    lebaran = calendar().working_days_between(at(0), datetime(2026, 3, 25, 2, tzinfo=UTC))
    assert lebaran < 11
    assert (step["in_days"], step["median_days"]) == (4, 2.5)
    assert step["p90_days"] == pytest.approx(3 + 0.7 * (lebaran - 3))


async def test_the_days_off_of_the_agencys_region_count_there_and_nowhere_else(deliver, pool, tmp_path):
    (tmp_path / "days.csv").write_text("day,region_code,kind,name,source\n2026-03-11,52.71,off,Pilkada,test\n")
    province, city = load_calendar(), load_calendar("52.71", override=(tmp_path,))
    for agency in ("52.71.PUPR", "52.03.PUPR", "NTB.DIKPORA"):
        new = received()
        await deliver(new, verified(new, hours=0), assigned(new, agency), followed_up(new, hours=48))
    days = working_days(province, {"52.71": city, "52.03": province})
    assert [one.regions for one in days.offices] == [(), ("52.71",)]
    by_agency = Question(start=QUESTION.start, end=QUESTION.end, by="agency")
    async with pool.transaction() as tx:
        _, found = await repository.figures(tx, by_agency, Scope(), frozenset(), days)
    assert {key: one.steps[STEP].median_days for key, one in found.items()} == {
        "52.71.PUPR": 1,
        "52.03.PUPR": 2,
        "NTB.DIKPORA": 2,
    }


def test_nothing_is_counted_across_a_year_that_is_not_known():
    hours = {day: load_calendar().hours_on(day) for day in (date(2026, 12, 30),)}
    opens = tuple(
        (one.opens.timetz().replace(tzinfo=None), one.closes.timetz().replace(tzinfo=None))
        for one in hours[date(2026, 12, 30)]
    )
    days = {date(2024, 12, 30): opens, date(2026, 1, 5): opens, date(2027, 12, 30): opens}
    spans = working_days(Calendar(days, (2024, 2026, 2027)), {}).spans
    assert [(first.year, last.date()) for first, last in spans] == [
        (2024, date(2024, 12, 30)),
        (2026, date(2027, 12, 30)),
    ]
    assert spans[0][0] == datetime(2024, 1, 1, tzinfo=WITA)


def test_of_many_complaints_so_many_are_timed_as_are_enough():
    assert draws({}) == {}
    assert draws({"a": times.MOST - 1, "b": 1}) == {"a": DRAWS, "b": DRAWS}
    assert draws({"a": 4 * times.MOST}) == {"a": DRAWS // 4}
    many = {"a": 4 * times.MOST, "b": 2 * times.MOST, "c": times.MOST // 5}
    assert draws(many) == {"a": DRAWS // 10, "b": DRAWS // 5, "c": DRAWS}
    taken = {bucket: many[bucket] * below // DRAWS for bucket, below in draws(many).items()}
    assert sum(taken.values()) == pytest.approx(times.MOST, rel=0.001)


async def test_a_large_bucket_is_counted_whole_and_timed_by_some_of_it(deliver, ask, monkeypatch):
    events: list[object] = []
    for _ in range(60):
        new: ComplaintReceived = received()
        events += [new, followed_up(new, hours=8), moved(new, "closed", hours=10)]
    await deliver(*events)
    whole = (await ask(by="channel")).json()
    monkeypatch.setattr(times, "MOST", 20)
    assert (await ask(by="channel")).json() == whole
    assert whole["total"]["steps"][STEP]["median_hours"] == 8.0
