"""Answers through Graph: what is sent, what is refused, and what each failure means; against the strict stand-in."""

import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr

from channel_adapters._meta.errors import CODES, SUBCODES, read_error
from channel_adapters._meta.graph import Graph, appsecret_proof
from channel_adapters._meta.reference import read_reference
from channel_adapters._meta.sending import MetaSender
from channel_adapters.facebook import send as facebook
from channel_adapters.facebook.settings import FacebookSendingSettings
from channel_adapters.instagram import send as instagram
from shared.channels.discovery import load_reply_sender
from shared.channels.sending import Outbound, Remedy, SendError, Sent
from shared.core.settings import SettingsError
from shared.http.client import async_client
from shared.testing.graph import ERRORS, Account, create_graph_simulator
from shared.testing.graph.held import World
from shared.testing.graph.payloads import Commented, Fault, WroteAt
from tests.channels.cases import Case, build_request
from tests.channels.outbounds import COMPLAINT, NOW, REPLY, TEXT, TICKET, outbound
from tests.channels.serving import closed_port, serving

TOKENS = {"1001": "EAAtokenOfPage1001", "2001": "IGAAtokenOfAccount2001"}
APP_SECRET = "fb-live-9f2c47d1a6e0"
DIALECTS = {"facebook": facebook.DIALECT, "instagram": instagram.DIALECT}
ACCOUNTS = {"facebook": "1001", "instagram": "2001"}
NO_GRAPH: Any = None
DAY, WEEK, MOMENT = timedelta(hours=24), timedelta(days=7), timedelta(microseconds=1)


@dataclass
class Stage:
    """The stand-in, told that everybody wrote just now, and a clock that both sides read."""

    url: str
    world: World
    now: datetime = NOW
    senders: dict[str, MetaSender] = field(default_factory=dict)
    """One for each channel: a client's start takes longer than most tests."""

    def begin(self) -> None:
        self.now = NOW
        self.world.forget()
        for account in ("1001", "2001"):
            self.world.tell_written(WroteAt(account=account, person="7001"))
        self.world.tell_commented(Commented(account="1001", comment="55_77", person="7002"))
        self.world.tell_commented(Commented(account="2001", comment="17870913679156914", person="7002"))

    def sender(self, channel: str, *, url: str | None = None, timeout: float = 5, **told: Any) -> MetaSender:
        tokens = {ACCOUNTS[channel]: SecretStr(told.get("token", TOKENS[ACCOUNTS[channel]]))}
        secret = SecretStr(told.get("app_secret", APP_SECRET))
        graph = Graph(url=url or f"{self.url}/v26.0", tokens=tokens, app_secret=secret, timeout=timeout)
        return MetaSender(graph, DIALECTS[channel], clock=lambda: self.now)

    async def send(self, message: Outbound, **told: Any) -> Sent:
        channel = message.address.channel
        if not told:
            sender = self.senders.get(channel) or self.sender(channel)
            self.senders[channel] = sender
            return await sender.send(message)
        sender = self.sender(channel, **told)
        try:
            return await sender.send(message)
        finally:
            await sender.close()

    async def close(self) -> None:
        for sender in self.senders.values():
            await sender.close()

    async def fail(self, message: Outbound, **told: Any) -> SendError:
        with pytest.raises(SendError) as failed:
            await self.send(message, **told)
        return failed.value


@asynccontextmanager
async def on_stage(doors: dict[str, str] | None = None) -> AsyncIterator[Stage]:
    accounts = [
        Account(id="1001", channel="facebook", token=TOKENS["1001"], app_secret=APP_SECRET),
        Account(id="2001", channel="instagram", token=TOKENS["2001"], app_secret=APP_SECRET),
    ]
    clock: list[Stage] = []
    app = create_graph_simulator(accounts, doors=doors, clock=lambda: clock[0].now)
    async with serving(app) as url:
        stage = Stage(url, app.state.world)
        clock.append(stage)
        stage.begin()
        yield stage
        await stage.close()


@pytest.fixture(scope="module")
async def _stage():
    async with on_stage() as made:
        yield made


@pytest.fixture
def stage(_stage):
    _stage.begin()
    return _stage


def comment(channel: str, **told: Any) -> Outbound:
    ids = {"facebook": "55_77", "instagram": "17870913679156914"}
    return outbound(channel, surface="comment", message_id=ids[channel], thread="1001_55", **told)


@pytest.mark.parametrize(
    ("token", "secret", "proof"),
    [
        # The reference folder's vector, then one of: printf %s TOKEN | openssl dgst -sha256 -hmac SECRET
        (
            "EAAconformance",
            "conformance-app-secret",
            "9e2f0456115f1ac350ebf6b2d72b183998952c8a4b4d48b273d2a62a08170006",
        ),
        ("EAAtokenOfPage1001", APP_SECRET, "8e2266c3dfdbc18494a158de3f0004beb7dc9d265899a8dd6a2e024a18e4fccd"),
    ],
)
def test_the_proof_is_what_openssl_makes_of_token_and_app_secret(token, secret, proof):
    assert appsecret_proof(token, secret) == proof


@pytest.mark.parametrize("channel", ["facebook", "instagram"])
async def test_a_direct_message_within_a_day_is_an_ordinary_response(channel, stage):
    sent = await stage.send(outbound(channel))
    (held,) = stage.world.messages
    assert (held.account, held.surface, held.to, held.text) == (ACCOUNTS[channel], "message", "7001", TEXT)
    assert held.tag is None
    assert sent.provider_message_id == held.id


async def test_a_message_on_facebook_carries_our_reference_and_one_on_instagram_does_not(stage):
    await stage.send(outbound("facebook"))
    await stage.send(outbound("instagram"))
    first, second = stage.world.messages
    assert read_reference(first.metadata) == (COMPLAINT, REPLY)
    assert second.metadata is None


@pytest.mark.parametrize("channel", ["facebook", "instagram"])
@pytest.mark.parametrize(
    ("age", "by_officer", "objection", "tag"),
    [
        (timedelta(0), False, None, None),
        (DAY, False, None, None),
        (DAY + MOMENT, False, "window_closed", None),
        (DAY, True, None, None),
        (DAY + MOMENT, True, None, "HUMAN_AGENT"),
        (WEEK, True, None, "HUMAN_AGENT"),
        (WEEK + MOMENT, True, "window_closed", None),
        (WEEK, False, "window_closed", None),
    ],
)
async def test_meta_s_windows_are_kept_to_the_moment(channel, age, by_officer, objection, tag, stage):
    stage.now = NOW + age
    message = outbound(channel, by_officer=by_officer)
    assert MetaSender(NO_GRAPH, DIALECTS[channel]).objection(message, stage.now) == objection
    if objection is None:
        await stage.send(message)
        assert [held.tag for held in stage.world.messages] == [tag]
    else:
        error = await stage.fail(message)
        assert (error.reason, error.remedy) == (objection, Remedy.GIVE_UP)
        assert stage.world.calls == 0


@pytest.mark.parametrize("channel", ["facebook", "instagram"])
async def test_what_everybody_may_read_stands_under_the_comment(channel, stage):
    stage.now = NOW + timedelta(days=30)  # no window closes on a public reply
    message = comment(channel)
    sent = await stage.send(message)
    (held,) = stage.world.messages
    assert (held.surface, held.to, held.text) == ("public_reply", message.address.message_id, TEXT)
    assert sent.provider_message_id == held.id


@pytest.mark.parametrize("channel", ["facebook", "instagram"])
@pytest.mark.parametrize("how", [{"confidential": True}, {"by_officer": True}], ids=["confidential", "by an officer"])
@pytest.mark.parametrize(("age", "closed"), [(timedelta(0), False), (WEEK, False), (WEEK + MOMENT, True)])
async def test_what_is_for_one_person_goes_privately_within_a_week(channel, how, age, closed, stage):
    stage.now = NOW + age
    message = comment(channel, **how)
    if closed:
        assert (await stage.fail(message)).reason == "window_closed"
        assert stage.world.calls == 0
        return
    await stage.send(message)
    assert [(held.surface, held.to, held.tag) for held in stage.world.messages] == [("private_reply", "7002", None)]


async def test_a_second_private_reply_to_one_comment_is_given_up(stage):
    await stage.send(comment("facebook", by_officer=True))
    error = await stage.fail(comment("facebook", by_officer=True))
    assert (error.reason, error.remedy) == ("comment_not_answerable", Remedy.GIVE_UP)


@pytest.mark.parametrize(
    ("message", "objection"),
    [
        (outbound("facebook", surface="form"), "unknown_surface"),
        (outbound("facebook", recipient="../me"), "unusable_address"),
        (outbound("facebook", recipient=""), "unusable_address"),
        (comment("facebook", by_officer=True), None),
        (
            replace(comment("facebook"), address=outbound("facebook", surface="comment", message_id="1/2").address),
            "unusable_address",
        ),
    ],
)
def test_an_address_that_meta_never_gave_is_refused_before_any_call(message, objection):
    assert MetaSender(NO_GRAPH, facebook.DIALECT).objection(message, NOW) == objection


@pytest.mark.parametrize(
    ("channel", "make", "kept"),
    [
        ("facebook", outbound, "kata 😡 " * 400),
        ("instagram", outbound, "kata 😡 " * 100),
        ("instagram", comment, "kata 😡 " * 50),
        ("facebook", comment, "kata 😡 " * 1500),
    ],
    ids=["a message on facebook", "a message on instagram", "a comment on instagram", "a comment on facebook"],
)
async def test_a_long_answer_is_one_message_that_says_where_the_rest_is(channel, make, kept, stage):
    """The stand-in counts by itself and refuses what is too long."""
    await stage.send(make(channel, text=f"Tiket {TICKET}. {kept}"))
    (held,) = stage.world.messages
    beginning, _, ending = held.text.partition("... (selengkapnya: ")
    assert ending == f"tiket {TICKET} dan kode akses)"
    assert f"Tiket {TICKET}. {kept}".startswith(beginning)
    assert beginning.endswith(("kata", "😡"))
    assert len(beginning) > 200


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        ("token_expired", "token_dead", Remedy.PAUSE),
        ("password_changed", "token_dead", Remedy.PAUSE),
        ("app_removed", "token_dead", Remedy.PAUSE),
        ("token_invalid", "token_dead", Remedy.PAUSE),
        ("proof_invalid", "app_secret_wrong", Remedy.PAUSE),
        ("outside_window", "window_closed", Remedy.GIVE_UP),
        ("outside_window_instagram", "window_closed", Remedy.GIVE_UP),
        ("person_unreachable", "person_unreachable", Remedy.GIVE_UP),
        ("person_blocked_us", "person_unreachable", Remedy.GIVE_UP),
        ("account_restricted_by_person", "person_unreachable", Remedy.GIVE_UP),
        ("person_unreachable_instagram", "person_unreachable", Remedy.GIVE_UP),
        ("person_unavailable", "person_unreachable", Remedy.GIVE_UP),
        ("permission", "permission_missing", Remedy.PAUSE),
        ("person_restricted", "person_unreachable", Remedy.GIVE_UP),
        ("messages_switched_off", "messages_switched_off", Remedy.PAUSE),
        ("no_such_person", "no_such_person", Remedy.GIVE_UP),
        ("no_such_person_instagram", "no_such_person", Remedy.GIVE_UP),
        ("object_gone", "object_gone", Remedy.GIVE_UP),
        ("comment_not_answerable", "comment_not_answerable", Remedy.GIVE_UP),
        ("not_thread_owner", "thread_of_others", Remedy.GIVE_UP),
        ("thread_of_another_app", "thread_of_others", Remedy.GIVE_UP),
        ("media_too_large", "media_refused", Remedy.GIVE_UP),
        ("media_unknown", "media_refused", Remedy.GIVE_UP),
        ("media_refused", "media_refused", Remedy.GIVE_UP),
        ("bad_parameter", "refused", Remedy.GIVE_UP),
        ("unknown_error", "server_fault", Remedy.UNKNOWN),
        ("unknown_error_transient", "transient", Remedy.RETRY),
        ("service_unavailable", "server_fault", Remedy.UNKNOWN),
        ("service_unavailable_transient", "transient", Remedy.RETRY),
        ("app_limit", "rate_limited", Remedy.RETRY),
        ("user_limit", "rate_limited", Remedy.RETRY),
        ("page_limit", "rate_limited", Remedy.RETRY),
        ("feature_limit", "rate_limited", Remedy.RETRY),
        ("calls_limit", "rate_limited", Remedy.RETRY),
        ("calls_limit_instagram", "rate_limited", Remedy.RETRY),
        ("calls_warning", "rate_limited", Remedy.RETRY),
        ("business_limit", "rate_limited", Remedy.RETRY),
    ],
)
async def test_every_error_of_the_table_has_its_remedy(name, reason, remedy, stage):
    stage.world.faults = [Fault(error=name, times=1)]
    error = await stage.fail(outbound("facebook"))
    assert (error.reason, error.remedy) == (reason, remedy)
    assert not stage.world.messages


def test_the_table_of_errors_is_tried_out_whole():
    tried = {(error.code, error.subcode) for error in ERRORS.values()}
    assert SUBCODES.keys() <= {subcode for _, subcode in tried}
    assert CODES.keys() - {code for code, _ in tried} == {3, 102, 368}


@pytest.mark.parametrize(
    ("status", "document", "reason", "remedy"),
    [
        (500, None, "server_fault", Remedy.UNKNOWN),
        (504, None, "server_fault", Remedy.UNKNOWN),
        (500, {"error": {"code": 99}}, "server_fault", Remedy.UNKNOWN),
        (400, {"error": {"code": 1}}, "server_fault", Remedy.UNKNOWN),
        (429, None, "rate_limited", Remedy.RETRY),
        (400, {"error": {"code": 99, "is_transient": True}}, "transient", Remedy.RETRY),
        (400, {"error": {"code": 99}}, "refused", Remedy.GIVE_UP),
        (404, None, "not_graph", Remedy.PAUSE),
        (302, None, "not_graph", Remedy.PAUSE),
        (408, None, "server_fault", Remedy.UNKNOWN),
        (400, {"error": "x"}, "not_graph", Remedy.PAUSE),
        (400, {"error": {"code": "x"}}, "not_graph", Remedy.PAUSE),
        (400, [], "not_graph", Remedy.PAUSE),
        (400, {"error": {"code": 368}}, "account_restricted", Remedy.PAUSE),
        (403, {"error": {"code": 3}}, "permission_missing", Remedy.PAUSE),
        (400, {"error": {"code": 102}}, "token_dead", Remedy.PAUSE),
    ],
)
def test_an_answer_that_stands_in_no_table_is_judged_by_what_it_proves(status, document, reason, remedy):
    error = read_error(status, document, None)
    assert (error.reason, error.remedy) == (reason, remedy)


@pytest.mark.parametrize("error", ["calls_limit", "unknown_error_transient"])
async def test_graph_s_wish_to_wait_is_passed_on(error, stage):
    stage.world.faults = [Fault(error=error, retry_after=17)]
    assert (await stage.fail(outbound("facebook"))).retry_after == timedelta(seconds=17)


@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        (Fault(lose="after"), 1),
        (Fault(lose="before"), 0),
        (Fault(vague=True), 1),
        (Fault(latency_s=0.5), 1),
        (Fault(status=502), 0),
    ],
    ids=["cut after it was taken", "cut before", "no id in the answer", "too late", "a page of some proxy"],
)
@pytest.mark.parametrize("make", [outbound, comment], ids=["message", "comment"])
async def test_a_lost_answer_is_unknown_and_never_followed_by_a_second_call(make, fault, taken, stage):
    stage.world.faults = [fault]
    error = await stage.fail(make("facebook"), timeout=0.25)
    assert error.remedy is Remedy.UNKNOWN
    assert stage.world.calls == 1
    if fault.latency_s == 0:
        assert len(stage.world.messages) == taken


async def test_a_message_that_never_left_may_be_sent_again(stage):
    error = await stage.fail(outbound("facebook"), url=f"http://127.0.0.1:{closed_port()}/v26.0")
    assert (error.reason, error.remedy) == ("unreachable", Remedy.RETRY)


async def test_an_account_without_a_token_waits_for_the_operator(stage):
    error = await stage.fail(outbound("facebook", account="1002"))
    assert (error.reason, error.remedy) == ("no_token", Remedy.PAUSE)
    assert stage.world.calls == 0


@pytest.mark.parametrize(
    ("told", "reason"),
    [({"token": "EAAsomebodyElses"}, "token_dead"), ({"app_secret": "another-secret-5f3a"}, "app_secret_wrong")],
    ids=["a wrong token", "a wrong app secret"],
)
async def test_wrong_credentials_stop_the_account_and_stand_in_no_error_and_no_log(told, reason, stage, caplog):
    with caplog.at_level(logging.DEBUG, logger="httpx"):
        error = await stage.fail(outbound("facebook"), **told)
        lost = await stage.fail(outbound("facebook"), url=f"http://127.0.0.1:{closed_port()}/v26.0")
    assert (error.reason, error.remedy) == (reason, Remedy.PAUSE)
    for seen in (repr(error), repr(lost), repr(lost.__cause__), caplog.text):
        assert not any(secret in seen for secret in [*told.values(), *TOKENS.values(), APP_SECRET, "7001", TEXT])
    assert lost.__suppress_context__


async def test_the_echo_comes_back_signed_and_resolves_an_unknown_reply(channels):
    """Meta took the message, its answer was lost, and the door hears of it."""
    got: list[tuple[bytes, str]] = []
    door = FastAPI()

    @door.post("/channels/facebook")
    async def receive(request: Request) -> None:
        got.append((await request.body(), request.headers["x-hub-signature-256"]))

    async with serving(door) as door_url:
        async with on_stage({"facebook": f"{door_url}/channels/facebook"}) as stage:
            stage.world.faults = [Fault(lose="after", times=1)]
            assert (await stage.fail(outbound("facebook"))).remedy is Remedy.UNKNOWN
        ((body, signature),) = got
    assert signature == "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    told = {
        "method": "POST",
        "path": "/channels/facebook",
        "body": body.decode(),
        "headers": {"X-Hub-Signature-256": signature},
    }
    request = build_request(Case("facebook", "", "", told, {}))
    channels["facebook"].authenticate(request)
    (report,) = channels["facebook"].normalize(request).reports
    assert (report.complaint_id, report.reply_id, report.outcome) == (COMPLAINT, REPLY, "echoed")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAGE_TOKENS", "EAAtokenWithoutItsPage"),
        ("PAGE_TOKENS", '["EAAtokenInAList-1234"]'),
        ("PAGE_TOKENS", "{}"),
        ("PAGE_TOKENS", '{"1001": "short"}'),
        ("PAGE_TOKENS", '{"1001": "EAAtoken with spaces"}'),
        ("GRAPH_URL", "graph.facebook.com"),
        ("GRAPH_URL", "https://graph.facebook.com/v26.0?access_token=EAAx"),
        ("SEND_TIMEOUT_S", "0"),
    ],
)
def test_a_setting_that_could_not_work_stops_the_start_without_being_told(name, value, variables):
    variables.setenv(f"NTBCARE_FACEBOOK_{name}", value)
    with pytest.raises(SettingsError, match=name) as refused:
        load_reply_sender("facebook")
    assert "EAA" not in str(refused.value)


@pytest.mark.parametrize("told", [None, "", " "])
def test_nobody_answers_on_instagram_before_the_house_knows_what_it_sent_itself(told, variables):
    variables.setenv("NTBCARE_INSTAGRAM_APP_SECRETS", APP_SECRET)
    variables.setenv("NTBCARE_INSTAGRAM_ACCOUNT_TOKENS", '{"2001": "IGAAtokenOfAccount2001"}')
    if told is None:
        variables.delenv("NTBCARE_INSTAGRAM_APP_ID", raising=False)
    else:
        variables.setenv("NTBCARE_INSTAGRAM_APP_ID", told)
    with pytest.raises(SettingsError, match=r"NTBCARE_INSTAGRAM_APP_ID: is (missing|empty; .* agency's answer)"):
        load_reply_sender("instagram")
    variables.setenv("NTBCARE_INSTAGRAM_APP_ID", "3003")
    assert load_reply_sender("instagram") is not None


def test_the_tokens_stand_in_no_picture_of_the_settings(variables):
    settings = FacebookSendingSettings.load()
    assert settings.page_tokens["1001"].get_secret_value() == TOKENS["1001"]
    assert "EAA" not in repr(settings)


async def test_the_page_shows_a_citizen_s_words_as_words(stage):
    await stage.send(outbound("facebook", text="<script>alert(1)</script> & salam"))
    async with async_client(timeout=5) as http:
        page = (await http.get(f"{stage.url}/_simulator/")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; salam" in page
    assert "<script>" not in page
