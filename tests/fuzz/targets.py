"""One fuzz target for each door that takes messages: the channel's own fixtures are its corpus."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass, replace
from typing import Any

from services.intake.conversation import Said, Situation, decide
from shared.channels.protocol import Answer, Channel, InboundRequest, RefusedError, Translation
from shared.core.text import clean_text
from tests.channels.cases import RECEIVED_AT, all_cases, build_request, open_door, sign
from tests.channels.conftest import load_channels

_META = {"facebook": "fb-live-9f2c47d1a6e0", "instagram": "ig-meta-77ab3d90c1f2"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"[A-Za-z0-9_.@-]*")
_SLOW_S = 5.0
_SITUATION = Situation()


@dataclass(frozen=True)
class Target:
    """A door with requests that it understands."""

    name: str
    channel: Channel
    seeds: tuple[InboundRequest, ...]

    def content_of(self, seed: InboundRequest) -> bytes:
        """Return what is changed: the query of a GET, the body of a POST."""
        return seed.query if seed.method == "GET" else seed.body

    def request(self, seed: InboundRequest, content: bytes) -> InboundRequest:
        """Return the seed with another content, signed by Meta where Meta signs."""
        if seed.method == "GET":
            return replace(seed, query=content)
        if self.channel.name in _META:
            return sign(seed, _META[self.channel.name], content)
        return replace(seed, body=content)

    def __str__(self) -> str:
        return self.name


def targets() -> list[Target]:
    """Return a target for each door; new channels and gateways are found by their fixtures."""
    channels = load_channels()
    seeds: dict[str, list[InboundRequest]] = {}
    for case in all_cases():
        if "messages" in case.expect:
            door, request = open_door(channels[case.channel], build_request(case))
            gateway = request.path_values.get("gateway", "")
            seeds.setdefault(" ".join(filter(None, (door.method, door.path, gateway))), []).append(request)
    return [
        Target(name, channels[_channel_of(requests[0], channels)], tuple(requests))
        for name, requests in sorted(seeds.items())
    ]


def _channel_of(request: InboundRequest, channels: Mapping[str, Channel]) -> str:
    return next(name for name, one in channels.items() if request.door in {door.path for door in one.doors})


def run(target: Target, request: InboundRequest) -> None:
    """Do with a request what the door does; fails when something raises, is slow, or lets through what is no text."""
    started = time.monotonic()
    try:
        target.channel.authenticate(request)
    except RefusedError as error:
        _check_refusal(target.channel, request, error)
    try:
        translation = target.channel.normalize(request)
    except RefusedError as error:
        _check_refusal(target.channel, request, error)
    else:
        _check(translation)
    assert time.monotonic() - started < _SLOW_S, "this request keeps a door busy"


def _check_refusal(channel: Channel, request: InboundRequest, error: RefusedError) -> None:
    answer = channel.refuse(request.door, error)
    assert isinstance(answer, Answer)
    assert 400 <= answer.status < 500
    assert _NAME.fullmatch(error.reason), error.reason
    assert "html" not in answer.content_type, "what a sender wrote could be shown as a page"
    answer.body.decode()
    if "json" in answer.content_type:
        json.loads(answer.body)


def _check(translation: Translation) -> None:
    """Everything can be stored, and what is counted and logged holds nothing that a sender chose."""
    for text in _texts(asdict(translation)):
        assert clean_text(text) == text, "PostgreSQL or UTF-8 cannot hold this"
    for reason in [one.reason for one in translation.ignored] + [one.reason for one in translation.unreadable]:
        assert _NAME.fullmatch(reason), reason
    for one in translation.unreadable:
        assert _PLACE.fullmatch(one.where), one.where
    for notice in translation.notices:
        assert _NAME.fullmatch(notice.kind), notice.kind
    for message in translation.messages:
        assert message.provider_message_id
        assert message.account
        assert message.sender.id
        assert all(one.url is None or one.url.startswith("https://") for one in message.attachments)
        decide(Said(message=message, at=message.event_time or RECEIVED_AT), _SITUATION)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    else:
        assert not is_dataclass(value)
