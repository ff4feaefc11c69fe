"""A short run of each fuzz target; `make fuzz` runs them for as long as one likes."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.channels.protocol import InboundRequest, Translation
from tests.fuzz.driver import fuzz, try_one
from tests.fuzz.targets import Target, run, targets

TARGETS = targets()


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_request_of_the_fixtures_passes_the_fuzzers_checks(target: Target) -> None:
    for seed in target.seeds:
        run(target, seed)


@pytest.mark.parametrize("target", TARGETS, ids=str)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_no_change_to_a_request_makes_a_door_raise_or_let_through_what_is_no_text(
    target: Target, data: st.DataObject
) -> None:
    try_one(target, data)


def test_every_channel_with_a_door_for_messages_is_fuzzed() -> None:
    fuzzed = {target.channel.name for target in TARGETS}
    assert {"facebook", "instagram", "sms", "mobile"} <= fuzzed


class _FallsOverEmptyLists:
    """A door with a mistake: it cannot stand an empty list at the end."""

    def __init__(self, target: Target) -> None:
        self._channel = target.channel
        self.name = target.channel.name
        self.doors = target.channel.doors
        self.authenticate = target.channel.authenticate
        self.handshake = target.channel.handshake
        self.answer = target.channel.answer
        self.refuse = target.channel.refuse

    def normalize(self, request: InboundRequest) -> Translation:
        if request.body.endswith(b"[]}"):
            raise KeyError(request.body)
        return self._channel.normalize(request)


def test_a_door_with_a_mistake_falls_within_seconds() -> None:
    target = next(target for target in TARGETS if target.channel.name == "facebook")
    with pytest.raises(KeyError):
        fuzz(replace(target, channel=_FallsOverEmptyLists(target)), seconds=30, draw=random.Random(1))
