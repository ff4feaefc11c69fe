"""Answers by text message: one suite against the stand-in and, where it is installed, against Kannel itself."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr

from channel_adapters.sms.kannel import DOOR
from channel_adapters.sms.send import SmsSender, number_objection
from channel_adapters.sms.sendsms import Kannel as Sendsms
from channel_adapters.sms.settings import SmsSendingSettings
from deploy.local.handset import Handset
from deploy.local.kannel import Kannel, kannel_available
from shared.channels.alphabet import count_parts, is_gsm, plain_typography
from shared.channels.discovery import load_reply_sender
from shared.channels.protocol import DeliveryReport, InboundRequest
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.core.settings import SettingsError
from shared.http.client import async_client
from shared.testing.kannel import create_kannel_simulator
from tests.channels.cases import RECEIVED_AT, environment
from tests.channels.outbounds import COMPLAINT, NOW, REPLY, TEXT, TICKET, outbound
from tests.channels.serving import closed_port, serving

REASON = kannel_available()
CITIZEN = "+6281234567890"
PASSWORD = "kannel-out-4c1f9e0b7a63"
TOKEN = environment()["NTBCARE_SMS_KANNEL_TOKEN"]
PATIENCE_S = 15


@dataclass
class Gateway:
    """Kannel, or its stand-in: where it is, and what reached the citizens' phones."""

    url: str
    arrived: Callable[[int], Awaitable[list[tuple[str, str, str]]]]


@dataclass
class Door:
    """Our door, as far as Kannel's reports see it."""

    url: str
    queries: list[bytes]


def sender(url: str, **told: Any) -> SmsSender:
    values: dict[str, Any] = {"sendsms_url": url, "sendsms_password": PASSWORD, "send_timeout_s": 5, **told}
    settings = SmsSendingSettings(_env_file=None, **values)
    return SmsSender(Sendsms(settings), most_parts=settings.most_parts)


async def send(url: str, message: Outbound, **told: Any) -> Sent:
    made = sender(url, **told)
    try:
        return await made.send(message)
    finally:
        await made.close()


async def fail(url: str, message: Outbound, **told: Any) -> SendError:
    with pytest.raises(SendError) as failed:
        await send(url, message, **told)
    return failed.value


@pytest.fixture(scope="module")
async def open_door() -> AsyncIterator[Door]:
    queries: list[bytes] = []
    app = FastAPI()

    @app.get("/channels/sms/kannel/{token}")
    async def report(request: Request, token: str) -> None:
        assert token == TOKEN
        queries.append(request.scope["query_string"])

    async with serving(app) as url:
        yield Door(f"{url}/channels/sms/kannel/{TOKEN}", queries)


@pytest.fixture
def door(open_door: Door) -> Door:
    open_door.queries.clear()
    return open_door


@asynccontextmanager
async def stand_in() -> AsyncIterator[str]:
    async with serving(create_kannel_simulator(username="ntbcare", password=PASSWORD)) as url:
        yield url


@pytest.fixture(scope="module")
async def simulator() -> AsyncIterator[str]:
    async with stand_in() as url:
        yield url


@pytest.fixture(scope="module")
def handset(open_door: Door, tmp_path_factory) -> Iterator[tuple[Kannel, Handset]]:
    kannel = Kannel(tmp_path_factory.mktemp("kannel"), door_url=open_door.url, password=PASSWORD, retry_seconds=1)
    with kannel, Handset(kannel) as phone:
        yield kannel, phone


@pytest.fixture(
    params=[
        "stand-in",
        pytest.param("kannel", marks=pytest.mark.skipif(REASON is not None, reason=str(REASON))),
    ]
)
def gateway(request: pytest.FixtureRequest) -> Gateway:
    if request.param == "stand-in":
        url = request.getfixturevalue("simulator")

        async def taken(count: int) -> list[tuple[str, str, str]]:
            async with async_client(timeout=5) as http:
                messages = (await http.get(f"{url}/_simulator/messages")).json()["messages"]
            assert len(messages) >= count
            return [(one["sender"], one["receiver"], one["text"]) for one in messages]

        return Gateway(f"{url}/cgi-bin/sendsms", taken)
    kannel, phone = request.getfixturevalue("handset")

    async def arrived(count: int) -> list[tuple[str, str, str]]:
        messages = await asyncio.to_thread(phone.wait_for, count, timeout=PATIENCE_S)
        return [(one.sender, one.receiver, one.text) for one in messages]

    return Gateway(kannel.sendsms_url, arrived)


async def sent_words(gateway: Gateway, text: str, **told: Any) -> str:
    """Send a text; return what the telephone shows."""
    before = len(await gateway.arrived(0))
    assert await send(gateway.url, outbound("sms", text=text), **told) == Sent()
    sender, receiver, words = (await gateway.arrived(before + 1))[-1]
    assert (sender, receiver) == ("1708", CITIZEN)
    return words


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (TEXT, TEXT),
        ("Tanda % & + # = ? / tetap, begitu juga  dua spasi.", "Tanda % & + # = ? / tetap, begitu juga  dua spasi."),
        ("Kata “terima kasih” \u2013 sekali lagi…", 'Kata "terima kasih" - sekali lagi...'),
        ("Semoga lekas surut 🙏", "Semoga lekas surut 🙏"),
    ],
    ids=["plain", "signs", "typography", "emoji"],
)
async def test_an_answer_reaches_the_telephone_word_for_word(written, shown, gateway):
    assert await sent_words(gateway, written) == shown


@pytest.mark.parametrize("word", ["laporan ", "laporan 🙏 "], ids=["GSM letters", "emoji"])
async def test_a_long_answer_takes_three_parts_and_says_where_the_rest_is(word, gateway):
    words = await sent_words(gateway, f"Tiket {TICKET}. " + word * 100)
    assert words.endswith(f"... (selengkapnya: tiket {TICKET} dan kode akses)")
    assert words.startswith(f"Tiket {TICKET}. laporan")
    assert count_parts(words) == 3


async def test_the_gateway_reports_with_our_ids_what_became_of_it(gateway, door, channels):
    await send(gateway.url, outbound("sms"), dlr_url=door.url)
    deadline = time.monotonic() + PATIENCE_S
    while len(door.queries) < 2:
        assert time.monotonic() < deadline, door.queries
        await asyncio.sleep(0.02)
    told = {report for query in door.queries for report in read_reports(channels, query)}
    assert told == {  # in any order: Kannel was heard to say "delivered" first
        DeliveryReport(reply_id=REPLY, complaint_id=COMPLAINT, outcome="accepted"),
        DeliveryReport(reply_id=REPLY, complaint_id=COMPLAINT, outcome="delivered"),
    }


def read_reports(channels, query: bytes) -> tuple[DeliveryReport, ...]:
    request = InboundRequest(
        method="GET", door=DOOR.path, path_values={}, query=query, headers={}, body=b"", received_at=RECEIVED_AT
    )
    reports: tuple[DeliveryReport, ...] = channels["sms"].normalize(request).reports
    return reports


async def test_a_wrong_password_stops_everything_until_the_operator_acts(gateway):
    error = await fail(gateway.url, outbound("sms"), sendsms_password="another-password-7d1e")
    assert (error.reason, error.remedy) == ("password_wrong", Remedy.PAUSE)


@pytest.fixture
async def faulty(simulator):
    """Let the stand-in's next calls go wrong; hand back how often it was called since."""
    async with async_client(timeout=5) as http:

        async def calls() -> int:
            counted: int = (await http.get(f"{simulator}/_simulator/messages")).json()["calls"]
            return counted

        before = await calls()

        async def set_faults(*faults: dict[str, Any]) -> None:
            (await http.put(f"{simulator}/_simulator/faults", json=list(faults))).raise_for_status()

        async def since() -> int:
            return await calls() - before

        yield f"{simulator}/cgi-bin/sendsms", set_faults, since
        await set_faults()


@pytest.mark.parametrize(
    ("fault", "reason", "remedy"),
    [
        ({"status": 503}, "gateway_full", Remedy.RETRY),
        ({"status": 500}, "unclear_answer", Remedy.UNKNOWN),
        ({"status": 504}, "unclear_answer", Remedy.UNKNOWN),
        ({"status": 400, "text": "Missing receiver(s) number(s), rejected"}, "refused", Remedy.GIVE_UP),
        ({"status": 403, "text": "Authorization failed for sendsms"}, "password_wrong", Remedy.PAUSE),
        (
            {"status": 403, "text": "Number(s) has/have been denied by white- and/or black-lists."},
            "number_denied",
            Remedy.GIVE_UP,
        ),
        ({"status": 404, "text": "Not found"}, "not_kannel", Remedy.PAUSE),
        ({"status": 302, "text": ""}, "not_kannel", Remedy.PAUSE),
        ({"status": 408, "text": ""}, "unclear_answer", Remedy.UNKNOWN),
        ({"lose": "before"}, "answer_lost", Remedy.UNKNOWN),
        ({"lose": "after"}, "answer_lost", Remedy.UNKNOWN),
    ],
    ids=lambda value: None if isinstance(value, Remedy) else str(value),
)
async def test_every_answer_of_kannel_has_its_remedy_and_is_one_call(fault, reason, remedy, faulty):
    url, set_faults, since = faulty
    await set_faults(fault)
    error = await fail(url, outbound("sms"))
    assert (error.reason, error.remedy) == (reason, remedy)
    assert await since() == 1


async def test_a_message_that_waits_for_an_operator_is_taken(faulty):
    url, set_faults, _ = faulty
    await set_faults({"queued": True})
    assert await send(url, outbound("sms")) == Sent()


async def test_a_gateway_that_is_away_has_taken_nothing_and_no_secret_is_told(caplog):
    with caplog.at_level(logging.DEBUG, logger="httpx"):
        error = await fail(f"http://127.0.0.1:{closed_port()}/cgi-bin/sendsms", outbound("sms"))
    assert (error.reason, error.remedy) == ("unreachable", Remedy.RETRY)
    assert error.__suppress_context__
    for seen in (repr(error), caplog.text):
        assert not any(secret in seen for secret in (PASSWORD, TOKEN, CITIZEN, TEXT))


async def test_no_secret_no_number_and_no_word_stands_in_an_address_that_a_log_could_keep(simulator, caplog):
    with caplog.at_level(logging.DEBUG, logger="httpx"):
        await send(f"{simulator}/cgi-bin/sendsms", outbound("sms"), dlr_url=f"http://127.0.0.1:9/{TOKEN}")
    assert "/cgi-bin/sendsms" in caplog.text
    assert not any(secret in caplog.text for secret in (PASSWORD, TOKEN, CITIZEN, "Terima"))


@pytest.mark.parametrize(
    ("number", "objection"),
    [
        (CITIZEN, None),
        ("+6285237000111", None),
        ("+628110000000", None),
        ("+6737123456", "foreign_number"),
        ("+14155550100", "foreign_number"),
        ("+881612345678", "foreign_number"),
        ("+62370621234", "not_a_mobile_number"),
        ("+62800123456", "not_a_mobile_number"),
        ("+628091234567", "not_a_mobile_number"),
        ("+6281", "not_a_mobile_number"),
        ("081234567890", "not_a_mobile_number"),
        ("1708", "not_a_mobile_number"),
        ("TELKOMSEL", "not_a_mobile_number"),
        ("+62812345\n67890", "not_a_mobile_number"),
        ("+٦٢٨١٢٣٤٥٦٧٨٩٠", "not_a_mobile_number"),
        ("", "not_a_mobile_number"),
    ],
)
async def test_only_indonesian_mobile_numbers_are_answered(number, objection, faulty):
    url, _, since = faulty
    assert number_objection(number) == objection
    if objection is not None:
        error = await fail(url, outbound("sms", recipient=number))
        assert (error.reason, error.remedy) == (objection, Remedy.GIVE_UP)
        assert await since() == 0


@pytest.mark.parametrize(("surface", "objection"), [("sms", None), ("form", "unknown_surface")])
async def test_a_text_message_answers_a_text_message(surface, objection):
    made = sender("http://127.0.0.1:9/")
    assert made.objection(outbound("sms", surface=surface), NOW) == objection
    await made.close()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("ç" * 134, 2),
        ("ç" * 135, 3),
        ("😡" * 35, 1),
        ("😡" * 36, 2),
        ("😡" * 66, 2),
        ("😡" * 67, 3),
    ],
    ids=lambda value: f"{len(value)} {value[:1]}" if isinstance(value, str) else None,
)
def test_parts_are_counted_as_the_air_counts_them(text, parts):
    assert count_parts(text) == parts


def test_typography_alone_does_not_halve_what_a_part_holds():
    written = "\u2018Baiq\u2019 “Lale” \u2013 1\u00a0km…\u200b • selesai"
    assert not is_gsm(written)
    assert plain_typography(written) == "'Baiq' \"Lale\" - 1 km... - selesai"
    assert is_gsm(plain_typography(written))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENDSMS_URL", "127.0.0.1:13013"),
        ("SENDSMS_URL", "http://user:pass@127.0.0.1/"),
        ("SENDSMS_URL", "http://127.0.0.1/?password=x"),
        ("SENDSMS_PASSWORD", "pass word with spaces"),
        ("SENDSMS_USERNAME", ""),
        ("DLR_URL", "http://127.0.0.1/channels/sms/kannel/é-token"),
        ("MOST_PARTS", "0"),
    ],
)
def test_a_setting_that_could_not_work_stops_the_start_without_being_told(name, value, variables):
    variables.setenv(f"NTBCARE_SMS_{name}", value)
    with pytest.raises(SettingsError, match=name) as refused:
        load_reply_sender("sms")
    assert not value or value not in str(refused.value)


async def test_the_sender_is_built_from_the_settings_and_shows_no_password(variables):
    made = load_reply_sender("sms")
    assert isinstance(made, SmsSender)
    settings = SmsSendingSettings.load()
    assert isinstance(settings.sendsms_password, SecretStr)
    assert PASSWORD not in repr(settings)
    await made.close()
