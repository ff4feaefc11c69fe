"""The count of the fault suite finds what it is there to find."""

import random
from collections import Counter
from itertools import islice

from tests.faults.count import Count, Heard, check_step, compare, tally
from tests.faults.load import Log
from tests.faults.plan import SHORT
from tests.faults.said import Citizens

IDS = {1: ("one", "complaint.received.v1"), 2: ("two", "complaint.routed.v1"), 3: ("three", "complaint.assigned.v1")}
SECRETS = {
    "NTBCARE_FACEBOOK_APP_SECRETS": "fb",
    "NTBCARE_INSTAGRAM_APP_SECRETS": "ig",
    "NTBCARE_SMS_KANNEL_TOKEN": "sms",
}


def heard(*sequences: int) -> list[Heard]:
    return [Heard(one, *IDS[one]) for one in sequences]


def counted(events: list[Heard]) -> Count:
    found = Count()
    compare({"c": IDS}, {"c": events}, {"c"}, found)
    return found


def stored(*names: str, complaint: str | None = "c") -> list[dict[str, str | None]]:
    became = ["opened"] + ["appended"] * (len(names) - 1)
    return [
        {"text": f"Laporan {name}: jalan rusak", "complaint_id": complaint, "disposition": disposition}
        for name, disposition in zip(names, became, strict=True)
    ]


def tallied(rows: list[dict[str, str | None]]) -> Count:
    found, names = Count(), {"0000001-0", "0000001-1"}
    tally(Log(sent=names, accepted=Counter(names), citizens={1}), rows, {"c"}, found)
    return found


def test_a_conversation_whose_messages_are_all_there_balances():
    assert tallied(stored("0000001-0", "0000001-1")).balanced


def test_a_message_that_got_a_2xx_and_is_not_stored_is_lost():
    assert tallied(stored("0000001-0")).lost


def test_a_message_that_is_stored_twice_or_in_two_complaints_is_doubled():
    assert tallied(stored("0000001-0", "0000001-1", "0000001-1")).doubled
    assert tallied(stored("0000001-0") + stored("0000001-1", complaint="d")).doubled


def test_a_citizen_without_a_complaint_is_found():
    assert tallied(stored("0000001-0", "0000001-1", complaint=None)).lost


def test_two_citizens_in_one_complaint_are_found():
    found, names = Count(), {"0000001-0", "0000002-0"}
    tally(Log(sent=names, accepted=Counter(names), citizens={1, 2}), stored(*sorted(names)), {"c"}, found)
    assert found.other == ["citizens 0000001, 0000002 are in one complaint, c"]


def test_a_message_that_nobody_confirmed_is_found():
    assert tallied(stored("0000001-0", "0000001-1", "0000002-0")).other


def test_events_in_their_order_balance_also_when_the_relay_repeats_them():
    assert counted(heard(1, 2, 3)).balanced
    repeated = counted(heard(1, 2, 1, 2, 3))
    assert repeated.balanced
    assert repeated.figures["repeated in the log under one id"] == 2


def test_an_event_that_comes_before_an_earlier_one_is_found():
    assert counted(heard(1, 3, 2)).out_of_order


def test_an_event_that_never_came_is_found():
    assert counted(heard(1, 2)).lost
    assert counted([]).lost


def test_two_events_under_one_number_are_found():
    assert counted([*heard(1, 2, 3), Heard(3, "another", "complaint.assigned.v1")]).doubled


def test_an_event_of_nobody_is_found():
    assert counted([*heard(1, 2, 3), Heard(4, "four", "complaint.routed.v1")]).other


def stepped(events: list[Heard], *, read_until: int) -> Count:
    found = Count()
    passed = {0: read_until}
    check_step({"c": events}, cause="complaint.received.v1", effect="complaint.routed.v1", passed=passed, found=found)
    return found


def test_what_a_service_has_read_without_an_effect_is_lost_and_what_it_has_not_read_is_not():
    assert stepped(heard(1), read_until=1).lost
    unread = stepped(heard(1), read_until=0)
    assert unread.balanced
    assert unread.figures == {"received and not read yet": 1}
    assert stepped(heard(1, 2), read_until=1).balanced


def test_everything_that_citizens_write_is_sent_once_and_some_of_it_out_of_order():
    messages = list(islice(Citizens(SHORT, SECRETS, random.Random(7)).write(), 2000))
    names = [message.name for message in messages]
    assert len(set(names)) == len(names)
    assert names != sorted(names)
    assert {message.copies for message in messages} == {1, 3}
    assert {message.channel for message in messages} == {"facebook", "instagram", "sms", "mobile"}
    assert sum(message.number for message in messages) > 200
