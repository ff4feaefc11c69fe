"""What holds for every request, not only for those in the fixtures."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared.channels.discovery import available_channels
from shared.channels.protocol import Answer, Channel, InboundRequest, RefusedError, Translation
from tests.channels.cases import RECEIVED_AT, all_cases, build_request, open_door, sign, sign_as_ours

CHANNELS = available_channels()
META = ("facebook", "instagram")
SECRETS = {
    "facebook": "fb-live-9f2c47d1a6e0",
    "instagram": "ig-meta-77ab3d90c1f2",
    "lapor": "lapor-door-9f2c47d1a6e0",
}
CASES = {
    name: [case for case in all_cases() if case.channel == name and "messages" in case.expect] for name in CHANNELS
}

some = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
any_text = st.text(st.characters(codec=None, categories=None), max_size=30)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.just(10**400) | st.just("\ud800")
words = st.sampled_from(
    ["object", "page", "entry", "id", "messaging", "changes", "sender", "message", "mid", "text", "place", "field"]
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | any_text, inner, max_size=4),
    max_leaves=12,
)
headers = st.dictionaries(
    st.sampled_from(["content-type", "x-hub-signature-256", "idempotency-key", "x-device-id", "x-app-id"]),
    any_text
    | st.sampled_from(
        ["application/json", "multipart/form-data; boundary=b", 'multipart/form-data; boundary="', "12345678"]
    ),
)


def _signed(name: str, request: InboundRequest) -> InboundRequest:
    """Sign as the channel's caller does, where it does."""
    if name not in SECRETS:
        return request
    return sign(request, SECRETS[name]) if name in META else sign_as_ours(request, SECRETS[name])


def _through(channel: Channel, request: InboundRequest) -> object:
    """Do what the gateway does; the answer has to be one of ours, whatever came."""
    try:
        for door in channel.doors:
            if door.purpose == "handshake" and door.method == request.method:
                return channel.handshake(request)
        channel.authenticate(request)
        return channel.normalize(request)
    except RefusedError as error:
        answer = channel.refuse("/", error)
        assert isinstance(answer, Answer)
        assert 400 <= answer.status < 500
        return None


@pytest.mark.parametrize("name", CHANNELS)
@given(
    method=st.sampled_from(["GET", "POST"]),
    body=st.binary(max_size=200),
    query=st.binary(max_size=200),
    told=headers,
    caught=st.dictionaries(st.just("token"), any_text),
)
@some
def test_no_request_makes_a_door_raise(name, method, body, query, told, caught, channels):
    request = InboundRequest(
        method=method, door="/", path_values=caught, query=query, headers=told, body=body, received_at=RECEIVED_AT
    )
    _through(channels[name], request)
    if name == "sms" or name in META:
        channels[name].normalize(request)


@pytest.mark.parametrize("name", CHANNELS)
@given(document=anything)
@some
def test_no_json_makes_a_translator_raise(name, document, channels):
    body = json.dumps(document).encode()
    told = {"content-type": "application/json", "idempotency-key": "12345678"}
    request = InboundRequest(
        method="POST", door="/", path_values={}, query=b"", headers=told, body=body, received_at=RECEIVED_AT
    )
    _through(channels[name], _signed(name, request))


@pytest.mark.parametrize("name", ["facebook", "instagram", "lapor", "mobile"])
@given(data=st.data())
@some
def test_no_change_anywhere_in_a_good_body_makes_a_translator_raise(name, data, channels):
    case = data.draw(st.sampled_from([case for case in CASES[name] if isinstance(case.request.get("body"), dict)]))
    request = build_request(case)
    assume(request.body.startswith(b"{"))
    document = json.loads(request.body)
    _replace_one(document, data)
    changed = replace(request, body=json.dumps(document).encode())
    _through(channels[name], _signed(name, changed))


def _replace_one(node: Any, data: st.DataObject) -> None:
    """Put anything in the place of one thing somewhere inside."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    if not keys:
        return
    key = data.draw(st.sampled_from(keys))
    if isinstance(node[key], dict | list) and node[key] and data.draw(st.integers(0, 3)):
        _replace_one(node[key], data)
    else:
        node[key] = data.draw(anything)


@given(content=st.binary(max_size=300), cut=st.integers(0, 400))
@some
def test_no_multipart_body_makes_the_app_door_raise(content, cut, channels):
    whole = b'--b\r\nContent-Disposition: form-data; name="complaint"\r\n\r\n{"text":"x"}\r\n--b' + content
    told = {"content-type": "multipart/form-data; boundary=b", "idempotency-key": "12345678"}
    request = InboundRequest(
        method="POST", door="/", path_values={}, query=b"", headers=told, body=whole[:cut], received_at=RECEIVED_AT
    )
    _through(channels["mobile"], request)


@pytest.mark.parametrize("name", META)
@given(data=st.data())
@some
def test_a_truncated_or_altered_body_is_refused(name, data, channels):
    request = build_request(data.draw(st.sampled_from(CASES[name])))
    assume(request.body)
    at = data.draw(st.integers(0, len(request.body) - 1))
    other = data.draw(st.integers(1, 255)) ^ request.body[at]
    for body in (request.body[:at], request.body[:at] + bytes([other]) + request.body[at + 1 :], request.body + b" "):
        with pytest.raises(RefusedError) as refused:
            channels[name].authenticate(replace(request, body=body))
        assert (refused.value.reason, refused.value.status) == ("signature_wrong", 403)


@pytest.mark.parametrize("name", META)
@given(data=st.data())
@some
def test_a_batch_says_the_same_as_its_elements_one_by_one(name, data, channels):
    cases = data.draw(st.lists(st.sampled_from(CASES[name]), min_size=2, max_size=6))
    entries = [entry for case in cases for entry in _entries(build_request(case))]
    assume(entries)
    batch = _normalize(channels[name], name, entries)
    singles = [_normalize(channels[name], name, [single]) for entry in entries for single in _split(entry)]
    for kind in ("messages", "agency_messages", "amendments", "pointers", "notices", "reports", "ignored"):
        assert getattr(batch, kind) == tuple(one for single in singles for one in getattr(single, kind))
    assert len(batch.unreadable) == sum(len(single.unreadable) for single in singles)


def _entries(request: InboundRequest) -> list[Any]:
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return []
    known = isinstance(document, dict) and document.get("object") in {"page", "instagram"}
    return list(document["entry"]) if known and isinstance(document["entry"], list) else []


def _split(entry: Any) -> list[Any]:
    """Return one entry for each element, so that nothing is batched any more."""
    branches = [name for name in ("messaging", "standby", "changes") if isinstance(entry, dict) and name in entry]
    if not branches:
        return [entry]
    frame = {key: value for key, value in entry.items() if key not in branches}
    elements = [(name, entry[name]) for name in branches]
    return [
        {**frame, name: single}
        for name, value in elements
        for single in ([[element] for element in value] if isinstance(value, list) and value else [value])
    ]


def _normalize(channel: Channel, name: str, entries: list[Any]) -> Translation:
    kind = {"facebook": "page", "instagram": "instagram"}[name]
    body = json.dumps({"object": kind, "entry": entries}).encode()
    request = InboundRequest(
        method="POST", door="/", path_values={}, query=b"", headers={}, body=body, received_at=RECEIVED_AT
    )
    return channel.normalize(request)


@pytest.mark.parametrize("case", [case for name in CHANNELS for case in CASES[name]], ids=str)
def test_normalising_twice_gives_equal_results(case, channels):
    channel = channels[case.channel]
    _, request = open_door(channel, build_request(case))
    assert channel.normalize(request) == channel.normalize(request)


@pytest.mark.parametrize("name", META)
def test_a_message_means_the_same_whenever_it_is_delivered_again(name, channels):
    case = next(case for case in CASES[name] if case.label == "an ordinary message")
    request = build_request(case)
    later = replace(request, received_at=RECEIVED_AT.replace(month=10))
    assert channels[name].normalize(request) == channels[name].normalize(later)
