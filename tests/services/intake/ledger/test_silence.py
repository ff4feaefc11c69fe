"""Silence is judged by the same hour of the last four weeks, and only where enough is known."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.ledger.silence import FLOOR, silence

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 11 in the morning in NTB
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def every(gap: timedelta, *, until: timedelta = timedelta(), days: int = 29) -> list[datetime]:
    """Return when an account heard something, at equal distances, until some time ago."""
    number = int(days * DAY / gap)
    return [NOW - until - gap * index for index in range(number)]


def test_an_account_that_hears_something_every_hour_is_missed_after_a_morning():
    assert not silence(every(HOUR, until=HOUR * 2), NOW).is_too_long
    busy = [moment for moment in every(HOUR) if moment < NOW - HOUR * 4]
    assert silence(busy, NOW).is_too_long


def test_a_quiet_account_that_hears_something_every_third_day_is_not_missed_after_two():
    heard = every(3 * DAY, until=2 * DAY)
    judged = silence(heard, NOW)
    assert judged.age == 2 * DAY
    assert not judged.is_too_long
    assert silence([one for one in heard if one < NOW - 9 * DAY], NOW).is_too_long


def test_the_night_is_compared_with_nights():
    """People write from 6 to 22; at 5 in the morning seven hours of silence are as ever, at 15 they are not."""
    clock = [NOW - timedelta(hours=hours) for hours in range(29 * 24)]
    awake = [one for one in clock if 6 <= (one.hour + 8) % 24 < 22]
    at_five = NOW.replace(hour=21) - DAY
    assert not silence([one for one in awake if one <= at_five], at_five).is_too_long
    at_three = NOW.replace(hour=7)
    assert silence([one for one in awake if one < at_three - 7 * HOUR], at_three).is_too_long


@pytest.mark.parametrize("heard", [[], [NOW - DAY], every(HOUR, days=5)])
def test_a_young_account_is_not_judged(heard):
    judged = silence(heard, NOW)
    assert (judged.longest, judged.is_too_long) == (None, False)


def test_below_the_floor_nothing_is_silence():
    busy = [one for one in every(timedelta(minutes=1)) if one < NOW - FLOOR + timedelta(minutes=1)]
    assert not silence(busy, NOW).is_too_long
