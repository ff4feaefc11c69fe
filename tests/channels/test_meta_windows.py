"""Meta's windows and quotas: as what a message goes out, when none may, and how fast."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from channel_adapters._meta.pace import Pace
from channel_adapters._meta.windows import Closed, Passage, passage
from shared.channels.sending import Remedy, SendError
from tests.channels.outbounds import NOW, outbound

DAY, WEEK, MOMENT = timedelta(hours=24), timedelta(days=7), timedelta(microseconds=1)
MACHINE: dict[str, bool] = {}
OFFICER = {"by_officer": True, "confidential": True}
HIDDEN, SPENT = {"confidential": True}, {"confidential": True, "by_officer": True, "private_reply_spent": True}


@pytest.mark.parametrize(
    ("surface", "told", "age", "through"),
    [
        ("direct_message", MACHINE, timedelta(0), Passage.RESPONSE),
        ("direct_message", MACHINE, -timedelta(hours=1), Passage.RESPONSE),
        ("direct_message", MACHINE, DAY, Passage.RESPONSE),
        ("direct_message", MACHINE, DAY + MOMENT, Closed.WINDOW),
        ("direct_message", HIDDEN, DAY + MOMENT, Closed.WINDOW),
        ("direct_message", OFFICER, DAY, Passage.RESPONSE),
        ("direct_message", OFFICER, DAY + MOMENT, Passage.HUMAN_AGENT),
        ("direct_message", OFFICER, WEEK, Passage.HUMAN_AGENT),
        ("direct_message", OFFICER, WEEK + MOMENT, Closed.WINDOW),
        ("direct_message", SPENT, DAY, Passage.RESPONSE),
        ("comment", MACHINE, timedelta(0), Passage.PUBLIC_REPLY),
        ("comment", MACHINE, timedelta(days=400), Passage.PUBLIC_REPLY),
        ("comment", HIDDEN, timedelta(0), Passage.PRIVATE_REPLY),
        ("comment", HIDDEN, WEEK, Passage.PRIVATE_REPLY),
        ("comment", HIDDEN, WEEK + MOMENT, Closed.WINDOW),
        ("comment", OFFICER, WEEK, Passage.PRIVATE_REPLY),
        ("comment", OFFICER, WEEK + MOMENT, Closed.WINDOW),
        ("comment", {"by_officer": True}, timedelta(0), Passage.PRIVATE_REPLY),
        ("comment", SPENT, timedelta(0), Closed.SPENT),
        ("comment", SPENT, WEEK + MOMENT, Closed.SPENT),
        ("comment", {"private_reply_spent": True}, timedelta(0), Passage.PUBLIC_REPLY),
    ],
)
def test_a_message_goes_out_as_what_meta_lets_through(surface, told, age, through):
    assert passage(outbound("facebook", surface=surface, **told), NOW + age) is through


class Stopwatch:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch():
    return Stopwatch()


def enter(pace: Pace, account: str = "1001", *, private: bool = False, urgent: bool = False) -> float:
    return pace.enter(account, private=private, urgent=urgent)


def refused(pace: Pace, **told: Any) -> tuple[str, timedelta | None]:
    with pytest.raises(SendError) as failed:
        enter(pace, **told)
    assert failed.value.remedy is Remedy.THROTTLE
    return failed.value.reason, failed.value.retry_after


def test_no_more_than_so_many_messages_a_second_leave_one_account(watch):
    pace = Pace(per_second=100, clock=watch)
    assert [round(enter(pace), 2) for _ in range(4)] == [0.0, 0.01, 0.02, 0.03]
    assert enter(pace, "1002") == 0, "another account has its own"
    watch.now += timedelta(seconds=1)
    assert enter(pace) == 0


def test_private_replies_have_an_hour_of_their_own_and_what_is_urgent_goes_all_the_same(watch):
    pace = Pace(private_per_hour=3, clock=watch)
    for _ in range(3):
        enter(pace, private=True)
        watch.now += timedelta(minutes=10)
    assert refused(pace, private=True) == ("private_replies_hour", timedelta(minutes=30))
    enter(pace)
    enter(pace, private=True, urgent=True)
    watch.now += timedelta(minutes=30, seconds=1)
    assert refused(pace, private=True)[0] == "private_replies_hour", "the urgent one counted"
    watch.now += timedelta(minutes=10)
    enter(pace, private=True)


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ({}, None),
        ({"x-app-usage": '{"call_count":79,"total_time":10,"total_cputime":3}'}, None),
        ({"x-app-usage": '{"call_count":80,"total_time":10,"total_cputime":3}'}, timedelta(seconds=30)),
        ({"x-app-usage": '{"call_count":1,"total_time":96}'}, timedelta(minutes=5)),
        ({"x-business-use-case-usage": '{"77":[{"type":"pages","call_count":85}]}'}, timedelta(seconds=30)),
        (
            {"x-business-use-case-usage": '{"77":[{"call_count":100,"estimated_time_to_regain_access":19}]}'},
            timedelta(minutes=19),
        ),
        ({"x-business-use-case-usage": '{"77":[{"estimated_time_to_regain_access":99999}]}'}, timedelta(hours=1)),
        ({"x-app-usage": '{"call_count":1' + "0" * 400 + "}"}, timedelta(minutes=5)),
        ({"x-app-usage": "no json", "x-business-use-case-usage": "[1]"}, None),
        ({"x-app-usage": '{"call_count":"99"}', "x-business-use-case-usage": '{"a":3,"b":[4]}'}, None),
    ],
)
def test_an_account_slows_down_before_meta_stops_it(headers, rest, watch):
    pace = Pace(clock=watch)
    pace.heed("1001", headers)
    if rest is None:
        assert enter(pace) == 0
        return
    assert refused(pace) == ("quota_near", rest)
    assert enter(pace, urgent=True) == 0
    assert enter(pace, "1002") == 0
    watch.now += rest
    enter(pace)
