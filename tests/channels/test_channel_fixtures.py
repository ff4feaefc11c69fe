"""The table over all channels: what each request is answered, and what it becomes."""

from collections import Counter
from dataclasses import replace

import pytest

from shared.channels.discovery import available_channels
from shared.channels.protocol import Answer, Channel, RefusedError
from tests.channels.cases import Case, all_cases, build_request, open_door, summary, whole

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_gets_exactly_what_its_fixture_says(case: Case, channels):
    channel = channels[case.channel]
    request = build_request(case)
    if case.request["path"][-1] == "/":
        door = channel.doors[0]
        request = replace(request, door=door.path)
    else:
        door, request = open_door(channel, request)
    try:
        if door.purpose == "handshake":
            _expect_answer(case, channel.handshake(request))
            return
        channel.authenticate(request)
        translation = channel.normalize(request)
    except RefusedError as error:
        _expect_refusal(case, channel, error)
        return
    told = summary(translation)
    assert "messages" in case.expect, f"not refused: {told}"
    for kind in ("agency_messages", "amendments", "pointers", "notices", "reports"):
        assert told[kind] == case.expect.get(kind, [])
    assert told["ignored"] == case.expect["ignored"]
    assert told["unreadable"] == case.expect["unreadable"]
    assert told["messages"] == [whole(message) for message in case.expect["messages"]]


def _expect_answer(case: Case, answer: Answer) -> None:
    expected = case.expect["answer"]
    assert (answer.status, answer.body.decode()) == (expected["status"], expected["body"])
    assert answer.content_type == expected["content_type"]
    assert dict(answer.headers) == expected["headers"]


def _expect_refusal(case: Case, channel: Channel, error: RefusedError) -> None:
    told = {"status": error.status, "reason": error.reason, "pointer": error.pointer}
    assert "status" in case.expect, f"refused: {told}"
    assert told == {"pointer": None, **case.expect}
    assert channel.refuse("/", error).status == error.status


def test_no_label_stands_twice():
    assert [name for name, count in Counter(map(str, CASES)).items() if count > 1] == []


@pytest.mark.parametrize("channel", available_channels())
def test_every_channel_shows_the_faults_that_every_door_meets(channel):
    labels = " | ".join(case.label for case in CASES if case.channel == channel)
    for fault in (
        "ordinary",
        "10,000 characters",
        "NUL",
        "future",
        "ancient",
        "without an id|idempotency key",
        "not ours|unknown account",
        "empty text",
    ):
        assert any(word in labels for word in fault.split("|")), f"{channel} has no case for: {fault}"
    assert {"refused", "understood"} <= {
        "refused" if "status" in case.expect else "understood" for case in CASES if case.channel == channel
    }
