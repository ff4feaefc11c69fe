"""The gateways of text messages: published signature vectors, what is switched on, and what holds for any request."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from channel_adapters.sms import twilio, vonage
from channel_adapters.sms.fields import read_pairs
from channel_adapters.sms.udh import read_part
from shared.channels.discovery import load_channel, load_media_policy
from shared.channels.protocol import Attachment, InboundRequest, RefusedError, Translation
from shared.core.settings import SettingsError
from tests.channels.cases import RECEIVED_AT, all_cases, build_request, environment, open_door

SETTINGS = environment()
CASES = [case for case in all_cases() if case.channel == "sms"]
UNDERSTOOD = [case for case in CASES if "messages" in case.expect]
SIGNED = [case for case in UNDERSTOOD if case.file in {"android", "twilio"} and case.request.get("body")]
DOORS = {
    "ANDROID_SIGNING_KEY": {"/channels/sms/android"},
    "TWILIO_AUTH_TOKEN": {"/channels/sms/twilio"},
    "TWILIO_URL": {"/channels/sms/twilio"},
    "VONAGE_TOKEN": {"/channels/sms/vonage/{token}"},
    "INFOBIP_TOKEN": {"/channels/sms/infobip/{token}"},
    "GATEWAYS": {"/channels/sms/external/{gateway}/{token}"},
}
some = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def request(door: str, **told: Any) -> InboundRequest:
    given: dict[str, Any] = {"method": "POST", "path_values": {}, "query": b"", "headers": {}, "body": b"", **told}
    return InboundRequest(door=door, received_at=RECEIVED_AT, **given)


def test_the_signature_that_twilio_publishes_is_ours():
    fields = read_pairs(
        b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    )
    signed = twilio.sign(b"https://mycompany.com/myapp.php?foo=1&bar=2", fields, "12345")
    assert signed == b"RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_call_that_twilio_signed_is_accepted_whatever_address_a_proxy_made_of_it():
    call = request(
        "/channels/sms/twilio",
        query=b"foo=1&bar=2",
        headers={"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "host": "intake-sms:8000"},
        body=b"Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE",
    )
    twilio.authenticate(call, SecretStr("12345"), "https://mycompany.com/myapp.php")
    with pytest.raises(RefusedError):
        twilio.authenticate(replace(call, query=b"foo=1&bar=3"), SecretStr("12345"), "https://mycompany.com/myapp.php")


@pytest.mark.parametrize(
    ("method", "signed"),
    [
        ("md5hash", "6af838ef94998832dbfc29020b564830"),
        ("md5", "c15c21ced558c93a226c305f58f902f2"),
        ("sha1", "3e19a4e6880fdc2c1426bfd0587c98b9532f0210"),
        ("sha256", "a321e824b9b816be7c3f28859a31749a098713d39f613c80d455bbaffae1cd24"),
        (
            "sha512",
            (
                "812a18f76680fa0fe1b8bd9ee1625466ceb1bd96242e4d050d2cfd9a7b40166c"
                "63ed26ec9702168781b6edcf1633db8ff95af9341701004eec3fcf9550572ee8"
            ),
        ),
    ],
)
def test_the_signatures_in_vonages_own_tests_are_ours(method, signed):
    fields = {"a": "1", "b": "2", "timestamp": "1461605396", "sig": "not part of it"}
    assert vonage.sign(fields, "secret", method) == signed.encode()


@pytest.mark.parametrize("name", DOORS)
def test_a_gateway_without_its_setting_has_no_door(name, variables):
    everything = {door.path for door in load_channel("sms").doors}
    variables.delenv(f"NTBCARE_SMS_{name}")
    assert everything - {door.path for door in load_channel("sms").doors} == DOORS[name]


def test_a_door_that_is_switched_off_refuses_and_a_replay_of_its_requests_is_parked(variables):
    variables.delenv("NTBCARE_SMS_INFOBIP_TOKEN")
    channel = load_channel("sms")
    call = request("/channels/sms/infobip/{token}", body=b"{}")
    with pytest.raises(RefusedError) as refused:
        channel.authenticate(call)
    assert refused.value.status == 404
    assert [one.reason for one in channel.normalize(call).unreadable] == ["unknown_door"]


def test_only_kannel_is_open_with_the_settings_of_yesterday(variables):
    for name in DOORS:
        variables.delenv(f"NTBCARE_SMS_{name}")
    assert [(door.method, door.path) for door in load_channel("sms").doors] == [("GET", "/channels/sms/kannel/{token}")]


TOKEN = "gerbang-1f0c8e7b6a52"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("{", "JSON"),
        ("[]", "write"),
        ({"Besar": {"token": TOKEN, "number": "1708"}}, "small letters"),
        ({"zen": {"number": "1708"}}, "gateway zen: token Field required"),
        ({"zen": {"token": "pendek-sekali", "number": "1708"}}, "gateway zen: token"),
        ({"zen": {"token": TOKEN}}, "receiver"),
        ({"zen": {"token": TOKEN, "number": "1708", "sendre": "dari"}}, "zen: sendre"),
        ({"zen": {"token": TOKEN, "number": "1708", "zone": "Asia/Mataram"}}, "zen: zone"),
        ({"zen": {"token": TOKEN, "number": "1708", "hmac": {"header": "X"}}}, "zen: hmac.secret"),
    ],
    ids=str,
)
def test_a_gateway_that_is_described_wrongly_stops_the_start_and_its_secret_is_not_told(told, words, variables):
    variables.setenv("NTBCARE_SMS_GATEWAYS", told if isinstance(told, str) else json.dumps(told))
    with pytest.raises(SettingsError, match="NTBCARE_SMS_GATEWAYS") as refused:
        load_channel("sms")
    assert words in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert "pendek-sekali" not in str(refused.value)


def android(event: Mapping[str, Any]) -> InboundRequest:
    return request("/channels/sms/android", body=json.dumps(event).encode())


def test_the_picture_of_an_mms_comes_along_and_its_layout_does_not(channels):
    picture = b"\xff\xd8\xff\xe0 foto"
    attachments = [
        {"contentType": "application/smil", "data": "PHNtaWw+"},
        {"contentType": "image/jpeg", "name": "foto.jpg", "data": base64.b64encode(picture).decode()},
    ]
    payload = {"messageId": "mms-1", "sender": "08123456789", "body": "Ini jalannya", "attachments": attachments}
    event = {"deviceId": "ponsel-desa-1", "event": "mms:downloaded", "id": "e-2", "payload": payload}
    (message,) = channels["sms"].normalize(android(event)).messages
    assert message.attachments == (Attachment(kind="image", content=picture, media_type="image/jpeg"),)
    assert (message.provider_message_id, message.text) == ("mms-1", "Ini jalannya")


def test_a_retried_event_is_the_same_message_and_the_same_words_again_are_another(channels):
    def told(event_id: str, received: str) -> Translation:
        payload = {"messageId": "hash", "message": "Air mati", "sender": "08123456789", "receivedAt": received}
        event = {"deviceId": "ponsel-desa-1", "event": "sms:received", "id": event_id, "payload": payload}
        translation: Translation = channels["sms"].normalize(android(event))
        return translation

    first = told("e-1", "2026-09-28T10:00:00+08:00")
    assert told("e-1", "2026-09-28T10:00:00+08:00") == first
    again = told("e-2", "2026-09-29T10:00:00+08:00")
    assert again.messages[0].provider_message_id != first.messages[0].provider_message_id


@pytest.mark.parametrize("file", ["android", "vonage"])
def test_a_request_that_somebody_repeats_after_five_minutes_is_refused(file, channels):
    case = next(one for one in UNDERSTOOD if one.file == file)
    _, call = open_door(channels["sms"], build_request(case))
    channels["sms"].authenticate(call)
    with pytest.raises(RefusedError) as refused:
        channels["sms"].authenticate(replace(call, received_at=RECEIVED_AT + timedelta(minutes=5, seconds=1)))
    assert refused.value.reason == "timestamp_stale"


@given(data=st.data())
@some
def test_a_truncated_or_altered_signed_text_message_is_refused(data, channels):
    _, call = open_door(channels["sms"], build_request(data.draw(st.sampled_from(SIGNED))))
    at = data.draw(st.integers(0, len(call.body) - 1))
    other = data.draw(st.integers(1, 255)) ^ call.body[at]
    for body in (call.body[:at], call.body[:at] + bytes([other]) + call.body[at + 1 :]):
        assume(read_pairs(body) != read_pairs(call.body) or "android" in call.door)  # `%20` and `+` say the same
        with pytest.raises(RefusedError):
            channels["sms"].authenticate(replace(call, body=body))


any_text = st.text(st.characters(codec=None, categories=None), max_size=30)
header_names = ["x-signature", "x-timestamp", "x-twilio-signature", "authorization", "x-tanda", "content-type"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=10,
)


@given(
    door=st.integers(0, 20),
    gateway=st.sampled_from([*json.loads(SETTINGS["NTBCARE_SMS_GATEWAYS"]), "entah"]),
    body=st.binary(max_size=200) | anything.map(lambda one: json.dumps(one).encode()),
    query=st.binary(max_size=200),
    headers=st.dictionaries(st.sampled_from(header_names), any_text),
)
@some
def test_no_request_makes_a_door_for_text_messages_raise(door, gateway, body, query, headers, channels):
    opened = channels["sms"].doors[door % len(channels["sms"].doors)]
    caught = {"gateway": gateway, "token": "tebakan"}
    call = request(opened.path, method=opened.method, path_values=caught, query=query, headers=headers, body=body)
    with pytest.raises(RefusedError) as refused:
        channels["sms"].authenticate(call)
    assert channels["sms"].refuse(opened.path, refused.value).status in {401, 403}
    assert isinstance(channels["sms"].normalize(call), Translation)


@given(data=st.data())
@some
def test_no_change_anywhere_in_a_good_document_makes_a_translator_raise(data, channels):
    documents = [case for case in UNDERSTOOD if _document(build_request(case).body) is not None]
    _, call = open_door(channels["sms"], build_request(data.draw(st.sampled_from(documents))))
    document = _document(call.body)
    _replace_one(document, data)
    assert isinstance(channels["sms"].normalize(replace(call, body=json.dumps(document).encode())), Translation)


def _document(body: bytes) -> Any:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict | list) else None


def _replace_one(node: Any, data: st.DataObject) -> None:
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    if not keys:
        return
    key = data.draw(st.sampled_from(keys))
    if isinstance(node[key], dict | list) and node[key] and data.draw(st.integers(0, 3)):
        _replace_one(node[key], data)
    else:
        node[key] = data.draw(anything)


@given(header=st.binary(max_size=40))
@some
def test_no_user_data_header_makes_an_impossible_part(header):
    part = read_part(header)
    assert part is None or (1 <= part.number <= part.total <= 255 and part.total > 1)


def test_a_bomb_of_entities_is_refused_before_it_unfolds(channels):
    inner = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{inner}]><x>&a11;</x>'.encode()
    call = request("/channels/sms/external/{gateway}/{token}", path_values={"gateway": "soap"}, body=bomb)
    assert [one.reason for one in channels["sms"].normalize(call).unreadable] == ["doctype"]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b"<a>" * 100_000], ids=["lists", "objects", "elements"]
)
def test_a_document_that_is_nested_without_end_is_parked(body, channels):
    for gateway in ("oneapi", "soap"):
        call = request("/channels/sms/external/{gateway}/{token}", path_values={"gateway": gateway}, body=body)
        assert channels["sms"].normalize(call).unreadable


def test_twilios_pictures_are_fetched_with_our_account_and_from_twilio_only(variables):
    variables.setenv("NTBCARE_SMS_TWILIO_ACCOUNT_SID", "AC0123")
    policy = load_media_policy("sms")
    assert policy is not None
    assert policy.allows("https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages/MM1/Media/ME1")
    assert policy.allows("https://mms.twiliocdn.com/AC0123/1")
    for address in ("https://api.twilio.com.jahat.example/1", "http://api.twilio.com/1", "https://s3.example/1"):
        assert not policy.allows(address)
    given_account = base64.b64decode(policy.headers["Authorization"].removeprefix("Basic ")).decode()
    assert given_account == f"AC0123:{SETTINGS['NTBCARE_SMS_TWILIO_AUTH_TOKEN']}"
    assert SETTINGS["NTBCARE_SMS_TWILIO_AUTH_TOKEN"] not in repr(policy)


def test_without_an_account_at_twilio_nothing_is_fetched(variables):
    policy = load_media_policy("sms")
    assert policy is not None
    assert not policy.allows("https://api.twilio.com/2010-04-01/Media/ME1")


def test_an_empty_call_is_refused_where_nobody_tries_an_address_so(channels):
    token = SETTINGS["NTBCARE_SMS_INFOBIP_TOKEN"]
    with pytest.raises(RefusedError) as refused:
        channels["sms"].authenticate(request("/channels/sms/infobip/{token}", path_values={"token": token}))
    assert (refused.value.reason, refused.value.status) == ("no_parameters", 400)


def test_a_gateways_signature_may_be_base64(variables):
    rule = {"header": "X-Tanda", "secret": "hmac-e95b1c70d3a8", "algorithm": "sha512", "encoding": "base64"}
    described = {"zen": {"token": TOKEN, "number": "1708", "format": "json", "hmac": rule}}
    variables.setenv("NTBCARE_SMS_GATEWAYS", json.dumps(described))
    body = b'{"from":"08123456789","text":"Air mati","id":"z-1"}'
    signed = base64.b64encode(hmac.new(b"hmac-e95b1c70d3a8", body, hashlib.sha512).digest()).decode()
    channel = load_channel("sms")
    call = request(
        "/channels/sms/external/{gateway}/{token}",
        path_values={"gateway": "zen", "token": TOKEN},
        headers={"x-tanda": signed},
        body=body,
    )
    channel.authenticate(call)
    assert [one.text for one in channel.normalize(call).messages] == ["Air mati"]
    with pytest.raises(RefusedError):
        channel.authenticate(replace(call, body=body + b" "))
