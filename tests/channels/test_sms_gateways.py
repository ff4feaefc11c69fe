"""Answers through the gateways that are not Kannel: what each is told, and what each of its answers means."""

import base64
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import FastAPI, Request, Response

from channel_adapters.sms import infobip_api, vonage_api
from channel_adapters.sms.android_api import AndroidGateway
from channel_adapters.sms.calls import Gateway
from channel_adapters.sms.external_api import ExternalGateway
from channel_adapters.sms.gateways import OutboundGateway
from channel_adapters.sms.infobip_api import InfobipMessages
from channel_adapters.sms.send import SmsSender
from channel_adapters.sms.settings import SmsSendingSettings
from channel_adapters.sms.twilio_api import TwilioMessages
from channel_adapters.sms.vonage_api import VonageMessages
from shared.channels.discovery import load_channel, load_reply_sender
from shared.channels.protocol import DeliveryReport, InboundRequest
from shared.channels.sending import Remedy, SendError, Sent
from shared.core.settings import SettingsError
from tests.channels.cases import RECEIVED_AT, environment
from tests.channels.outbounds import COMPLAINT, REPLY, TEXT, outbound
from tests.channels.serving import closed_port, serving

CITIZEN = "+6281234567890"
PASSWORD = "sandi-keluar-4c1f9e0b"
TOKEN = environment()["NTBCARE_SMS_TWILIO_AUTH_TOKEN"]
DOOR = environment()["NTBCARE_SMS_TWILIO_URL"]
SECRETS = (PASSWORD, TOKEN, "kunci-pendek", "Terima")


@dataclass
class Provider:
    """Somebody else's interface: what it was told, and what it answers."""

    url: str = ""
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def answers(self, status: int, document: object = None, **headers: str) -> None:
        self.status, self.body = status, "" if document is None else json.dumps(document)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.calls.clear()

    @property
    def document(self) -> Any:
        ((_, _, body),) = self.calls
        return json.loads(body)

    @property
    def form(self) -> dict[str, str]:
        ((_, _, body),) = self.calls
        return dict(parse_qsl(body.decode(), keep_blank_values=True))


@pytest.fixture(scope="module")
async def serving_provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = FastAPI()

    @app.post("/{path:path}")
    async def take(request: Request, path: str) -> Response:
        provider.calls.append((path, dict(request.headers), await request.body()))
        return Response(provider.body, provider.status, provider.headers, "application/json")

    async with serving(app) as url:
        provider.url = url
        yield provider


@pytest.fixture
def provider(serving_provider: Provider) -> Provider:
    serving_provider.answers(200)
    return serving_provider


def make(name: str, url: str) -> Gateway:
    told: dict[str, Any] = {"sendsms_password": PASSWORD, "send_timeout_s": 5}
    if name == "android":
        told |= {"android_url": f"{url}/message", "android_username": "desa", "android_password": PASSWORD}
        return AndroidGateway(SmsSendingSettings(_env_file=None, **told))
    if name == "twilio":
        told |= {"twilio_account_sid": "AC0123", "twilio_auth_token": TOKEN, "twilio_url": DOOR}
        return TwilioMessages(SmsSendingSettings(_env_file=None, **told), api=url)
    if name == "vonage":
        told |= {"vonage_url": f"{url}/sms/json", "vonage_api_key": "ab12", "vonage_api_secret": PASSWORD}
        return VonageMessages(SmsSendingSettings(_env_file=None, **told))
    if name == "infobip":
        told |= {"infobip_url": url, "infobip_api_key": PASSWORD}
        return InfobipMessages(SmsSendingSettings(_env_file=None, **told))
    return ExternalGateway(OutboundGateway(url=f"{url}/kirim", **EXTERNAL[name]), timeout=5)


EXTERNAL: dict[str, dict[str, Any]] = {
    "form": {
        "text": "message",
        "number_style": "local",
        "fields": {"userkey": "desa", "passkey": "kunci-pendek"},
        "answer": "status",
        "taken": ["1"],
        "id": "messageId",
    },
    "json": {"format": "json", "sender": "from", "reference": "ref", "authorization": "App kunci-pendek"},
    "plus": {"number_style": "plus"},
}


async def send(name: str, url: str, **told: Any) -> Sent:
    gateway = make(name, url)
    try:
        return await SmsSender(gateway, most_parts=3).send(outbound("sms", **told))
    finally:
        await gateway.close()


async def fail(name: str, url: str) -> SendError:
    with pytest.raises(SendError) as failed:
        await send(name, url)
    return failed.value


def basic(headers: dict[str, str]) -> str:

    return base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()


async def test_the_telephone_is_told_number_words_and_our_id(provider):
    provider.answers(202, {"id": str(REPLY), "state": "Pending"})
    assert await send("android", provider.url) == Sent(provider_message_id=str(REPLY))
    ((path, headers, _),) = provider.calls
    assert (path, basic(headers)) == ("message", f"desa:{PASSWORD}")
    assert provider.document == {"id": str(REPLY), "textMessage": {"text": TEXT}, "phoneNumbers": [CITIZEN]}


async def test_a_telephone_that_has_the_message_already_has_taken_it(provider):
    provider.answers(409, {"message": "duplicate id"})
    assert await send("android", provider.url) == Sent(provider_message_id=str(REPLY))


async def test_twilio_is_told_whom_and_where_to_report(provider):
    provider.answers(201, {"sid": "SM77", "status": "queued"})
    assert await send("twilio", provider.url, account="+628111000200") == Sent(provider_message_id="SM77")
    ((path, headers, _),) = provider.calls
    assert (path, basic(headers)) == ("Accounts/AC0123/Messages.json", f"AC0123:{TOKEN}")
    assert provider.form == {
        "From": "+628111000200",
        "To": CITIZEN,
        "Body": TEXT,
        "StatusCallback": f"{DOOR}?reply={REPLY}&complaint={COMPLAINT}",
    }


async def test_what_twilio_reports_where_it_was_told_is_about_our_reply(provider, variables):
    provider.answers(201, {"sid": "SM77"})
    await send("twilio", provider.url)
    called = urlsplit(provider.form["StatusCallback"])
    report = InboundRequest(
        method="POST",
        door="/channels/sms/twilio",
        path_values={},
        query=called.query.encode(),
        headers={},
        body=b"MessageSid=SM77&MessageStatus=delivered",
        received_at=RECEIVED_AT,
    )
    assert load_channel("sms").normalize(report).reports == (
        DeliveryReport(reply_id=REPLY, complaint_id=COMPLAINT, outcome="delivered"),
    )


async def test_another_gateway_is_told_in_its_own_words(provider):
    provider.answers(200, {"status": "1", "messageId": 3371})
    assert await send("form", provider.url) == Sent(provider_message_id="3371")
    assert provider.form == {"userkey": "desa", "passkey": "kunci-pendek", "to": "081234567890", "message": TEXT}


async def test_another_gateway_may_take_json_our_number_and_our_id(provider):
    assert await send("json", provider.url) == Sent()
    assert provider.document == {"to": CITIZEN[1:], "text": TEXT, "from": "1708", "ref": str(REPLY)}
    ((_, headers, _),) = provider.calls
    assert headers["authorization"] == "App kunci-pendek"


async def test_another_gateway_may_want_numbers_with_plus(provider):
    await send("plus", provider.url)
    assert provider.form["to"] == CITIZEN


GIVE_UP, PAUSE, RETRY, UNKNOWN = Remedy.GIVE_UP, Remedy.PAUSE, Remedy.RETRY, Remedy.UNKNOWN
EVERYWHERE = [
    (400, None, "refused", GIVE_UP),
    (401, None, "password_wrong", PAUSE),
    (403, None, "password_wrong", PAUSE),
    (404, None, "not_the_gateway", PAUSE),
    (302, None, "not_the_gateway", PAUSE),
    (408, None, "unclear_answer", UNKNOWN),
    (429, None, "rate_limited", RETRY),
    (500, None, "unclear_answer", UNKNOWN),
    (503, {"code": 20429}, "unclear_answer", UNKNOWN),
]
ANSWERS: list[tuple[str, int, Any, str, Remedy]] = [
    *[(name, *row) for name in ("android", "twilio", "vonage", "infobip", "form", "json") for row in EVERYWHERE],
    ("android", 200, None, "unclear_answer", UNKNOWN),
    ("android", 202, {"state": "Pending"}, "unclear_answer", UNKNOWN),
    ("twilio", 200, {"sid": "SM77"}, "unclear_answer", UNKNOWN),
    ("twilio", 201, {"sid": ""}, "unclear_answer", UNKNOWN),
    ("twilio", 400, {"code": 21610}, "person_opted_out", GIVE_UP),
    ("twilio", 400, {"code": 21211}, "number_refused", GIVE_UP),
    ("twilio", 400, {"code": 21606}, "sender_refused", PAUSE),
    ("twilio", 400, {"code": 21408}, "country_not_allowed", GIVE_UP),
    ("twilio", 401, {"code": 20003}, "password_wrong", PAUSE),
    ("twilio", 401, {"code": 20005}, "account_suspended", PAUSE),
    ("twilio", 429, {"code": 20429}, "rate_limited", RETRY),
    ("twilio", 400, {"code": "21610"}, "refused", GIVE_UP),
    *[
        ("vonage", 200, {"messages": [{"status": status}]}, reason, remedy)
        for status, (reason, remedy) in vonage_api.STATUSES.items()
    ],
    ("vonage", 200, {"messages": [{"status": "77"}]}, "unclear_answer", UNKNOWN),
    ("vonage", 200, {"messages": []}, "unclear_answer", UNKNOWN),
    ("vonage", 200, None, "unclear_answer", UNKNOWN),
    *[
        ("infobip", 200, {"messages": [{"status": {"groupName": "REJECTED", "name": name}}]}, reason, remedy)
        for name, (reason, remedy) in infobip_api.STATUSES.items()
    ],
    ("infobip", 200, {"messages": [{"status": {"groupName": "REJECTED", "name": "X"}}]}, "unclear_answer", UNKNOWN),
    ("infobip", 200, {"messages": [7]}, "unclear_answer", UNKNOWN),
    ("infobip", 200, None, "unclear_answer", UNKNOWN),
    ("form", 200, {"status": "0", "text": "saldo habis"}, "refused", GIVE_UP),
    ("form", 200, {}, "unclear_answer", UNKNOWN),
    ("form", 200, None, "unclear_answer", UNKNOWN),
]


@pytest.mark.parametrize(("name", "status", "document", "reason", "remedy"), ANSWERS)
async def test_every_answer_of_a_gateway_has_its_remedy_and_is_one_call(
    name, status, document, reason, remedy, provider
):
    provider.answers(status, document)
    error = await fail(name, provider.url)
    assert (error.reason, error.remedy) == (reason, remedy)
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    ("given", "wait"), [("30", timedelta(seconds=30)), ("soon", None), ("9" * 40, timedelta(days=1))]
)
async def test_a_gateway_says_when_it_may_be_asked_again(given, wait, provider):
    provider.answers(429, None, retry_after=given)
    assert (await fail("android", provider.url)).retry_after == wait


async def test_vonage_is_told_in_digits_and_one_part_that_was_taken_is_the_message(provider):
    parts = [{"status": "5"}, {"status": "0", "message-id": "V7"}]
    provider.answers(200, {"messages": parts})
    assert await send("vonage", provider.url, account="+628111000300") == Sent(provider_message_id="V7")
    form = provider.form
    assert (form["from"], form["to"], form["text"], form["type"]) == ("628111000300", CITIZEN[1:], TEXT, "text")
    assert (form["api_key"], form["api_secret"], form["client-ref"]) == ("ab12", PASSWORD, str(REPLY))


@pytest.mark.parametrize("name", ["PENDING_ACCEPTED", "REJECTED_DUPLICATE_MESSAGE_ID"])
async def test_infobip_knows_our_id_and_a_second_message_of_that_id_is_the_same(name, provider):
    group = name.partition("_")[0]
    provider.answers(200, {"messages": [{"messageId": str(REPLY), "status": {"groupName": group, "name": name}}]})
    assert await send("infobip", provider.url) == Sent(provider_message_id=str(REPLY))
    (message,) = provider.document["messages"]
    assert message["destinations"] == [{"to": CITIZEN[1:], "messageId": str(REPLY)}]
    assert message["text"] == TEXT


@pytest.mark.parametrize("name", ["android", "twilio", "vonage", "infobip", "form"])
async def test_a_gateway_that_is_away_has_taken_nothing_and_nothing_secret_is_told(name, caplog):
    with caplog.at_level(logging.DEBUG, logger="httpx"):
        error = await fail(name, f"http://127.0.0.1:{closed_port()}")
    assert (error.reason, error.remedy) == ("unreachable", RETRY)
    assert error.__suppress_context__
    for seen in (repr(error), caplog.text):
        assert not any(secret in seen for secret in (*SECRETS, CITIZEN))


@pytest.mark.parametrize("name", ["android", "twilio", "vonage", "infobip", "form", "json"])
async def test_no_address_that_a_log_could_keep_holds_a_secret_a_number_or_a_word(name, provider, caplog):
    sent = {"status": {"groupName": "PENDING"}} if name == "infobip" else {"status": "0"}
    answer = {"id": "1", "sid": "SM1", "status": "1", "messages": [sent]}
    provider.answers(200 if name == "infobip" else 201, answer)
    with caplog.at_level(logging.DEBUG, logger="httpx"):
        await send(name, provider.url)
    assert "POST" in caplog.text
    assert not any(secret in caplog.text for secret in (*SECRETS, CITIZEN, CITIZEN[1:]))


@pytest.fixture
def routed(variables, provider):
    variables.setenv("NTBCARE_SMS_ROUTES", json.dumps({"0811-3000-4000": "android", "+6281110002000": "zen"}))
    variables.setenv("NTBCARE_SMS_ANDROID_URL", f"{provider.url}/message")
    variables.setenv("NTBCARE_SMS_ANDROID_USERNAME", "desa")
    variables.setenv("NTBCARE_SMS_ANDROID_PASSWORD", PASSWORD)
    variables.setenv("NTBCARE_SMS_SENDERS", json.dumps({"zen": {"url": f"{provider.url}/kirim"}}))
    variables.setenv("NTBCARE_SMS_SENDSMS_URL", f"{provider.url}/cgi-bin/sendsms")
    return variables


@pytest.mark.parametrize(
    ("account", "path", "status"),
    [
        ("+6281130004000", "message", 202),
        ("+6281110002000", "kirim", 200),
        ("1708", "cgi-bin/sendsms", 202),
    ],
)
async def test_each_of_our_numbers_answers_through_its_own_gateway(account, path, status, routed, provider):
    provider.answers(status, {"id": "1"})
    sender = load_reply_sender("sms")
    assert sender is not None
    await sender.send(outbound("sms", account=account))
    await sender.close()
    assert [called for called, _, _ in provider.calls] == [path]


@pytest.mark.parametrize(
    ("name", "words"),
    [("ANDROID_PASSWORD", "ANDROID_USERNAME"), ("SENDERS", "ROUTES")],
)
def test_a_route_to_a_gateway_that_is_not_set_up_stops_the_start(name, words, routed):
    routed.delenv(f"NTBCARE_SMS_{name}")
    with pytest.raises(SettingsError, match=words):
        load_reply_sender("sms")


@pytest.mark.parametrize(("name", "missing"), [("vonage", "VONAGE_API_KEY"), ("infobip", "INFOBIP_URL")])
def test_a_route_without_its_account_stops_the_start(name, missing, variables):
    variables.setenv("NTBCARE_SMS_ROUTES", json.dumps({"1708": name}))
    with pytest.raises(SettingsError, match=missing):
        load_reply_sender("sms")


def test_a_route_to_twilio_without_an_account_stops_the_start(variables):
    variables.setenv("NTBCARE_SMS_ROUTES", '{"1708": "twilio"}')
    with pytest.raises(SettingsError, match="TWILIO_ACCOUNT_SID") as refused:
        load_reply_sender("sms")
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"zen": {"url": "zen.example"}}, "zen: url"),
        ({"zen": {"url": "https://zen.example", "authorization": "App k\n"}}, "zen: authorization"),
        ({"zen": {"url": "https://zen.example", "passkey": "kunci-pendek"}}, "zen: passkey"),
    ],
    ids=["address", "header", "unknown field"],
)
def test_a_sending_gateway_that_is_described_wrongly_stops_the_start(told, words, variables):
    variables.setenv("NTBCARE_SMS_SENDERS", json.dumps(told))
    with pytest.raises(SettingsError, match=words) as refused:
        load_reply_sender("sms")
    assert "kunci-pendek" not in str(refused.value)
