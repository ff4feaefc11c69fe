"""Waking the app: a push through Firebase Cloud Messaging with the ticket in it and no words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from channel_adapters.mobile.firebase import Firebase
from channel_adapters.mobile.send import PushSender, build_reply_sender
from channel_adapters.mobile.settings import PushSettings
from shared.channels.sending import Outbound, Remedy, ReturnAddress, SendError
from tests.channels.outbounds import COMPLAINT, NOW, REPLY, TEXT, TICKET
from tests.channels.serving import closed_port, serving

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = KEY.public_key()
EMAIL = "ntbcare@contoh.iam.example"
TOKEN = "fMEP0vJ" * 20


@dataclass
class Google:
    """Firebase and its authority, as far as we call them."""

    status: int = 200
    answer: Any = field(default_factory=lambda: {"name": "projects/contoh/messages/1"})
    headers: dict[str, str] = field(default_factory=dict)
    authority: int = 200
    pushes: list[tuple[str, Any]] = field(default_factory=list)
    assertions: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = await request.form()
            assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            audience = str(request.url)
            self.assertions.append(
                jwt.decode(
                    str(form["assertion"]),
                    PUBLIC,
                    algorithms=["RS256"],
                    audience=audience,
                    options={"verify_exp": False, "verify_iat": False},
                )
            )
            return JSONResponse({"access_token": f"access-{len(self.assertions)}", "expires_in": 3599}, self.authority)

        @app.post("/v1/projects/contoh/messages:send")
        async def push(request: Request) -> JSONResponse:
            self.pushes.append((request.headers["authorization"], await request.json()))
            return JSONResponse(self.answer, self.status, self.headers)

        return app


@asynccontextmanager
async def firebase(google: Google, now=NOW) -> AsyncIterator[PushSender]:
    async with serving(google.app()) as url:
        sender = PushSender(Firebase(settings(url), clock=lambda: now))
        yield sender
        await sender.close()


def settings(url: str) -> PushSettings:
    told = {"project": "contoh", "client_email": EMAIL, "private_key": PEM.replace("\n", "\\n")}
    return PushSettings(_env_file=None, url=url, token_url=f"{url}/token", **told)  # type: ignore[arg-type]


def outbound(kind: str = "push_token", text: str = TEXT) -> Outbound:
    address = ReturnAddress(
        channel="mobile",
        account="ntbcare",
        surface="form",
        recipient=TOKEN,
        recipient_kind=kind,
        message_id="a1",
    )
    return Outbound(
        reply_id=REPLY,
        complaint_id=COMPLAINT,
        address=address,
        text=text,
        confidential=True,
        by_officer=True,
        written_to_us_at=NOW,
    )


async def test_a_push_holds_the_ticket_and_none_of_the_words():
    google = Google()
    async with firebase(google) as sender:
        sent = await sender.send(outbound(text=f"Jawaban untuk {TICKET}: lubang di Contohsari sudah ditutup."))
    assert sent.provider_message_id == "projects/contoh/messages/1"
    ((authority, body),) = google.pushes
    assert authority == "Bearer access-1"
    assert body == {
        "message": {
            "token": TOKEN,
            "notification": {"title": "NTB Care", "body": f"Ada kabar tentang nomor {TICKET}."},
            "data": {"ticket": TICKET},
        }
    }
    (claims,) = google.assertions
    assert (claims["iss"], claims["scope"]) == (EMAIL, "https://www.googleapis.com/auth/firebase.messaging")
    assert claims["exp"] - claims["iat"] == 3600


async def test_the_access_is_kept_for_an_hour():
    google, moments = Google(), iter([NOW, NOW + timedelta(minutes=50), NOW + timedelta(minutes=56)])
    async with serving(google.app()) as url:
        sender = PushSender(Firebase(settings(url), clock=lambda: next(moments)))
        for _ in range(3):
            await sender.send(outbound())
        await sender.close()
    assert [authority for authority, _ in google.pushes] == ["Bearer access-1", "Bearer access-1", "Bearer access-2"]


async def test_a_device_without_a_token_is_not_woken():
    google = Google()
    async with firebase(google) as sender:
        assert sender.objection(outbound("device"), NOW) == "no_push"
        assert sender.objection(outbound(), NOW) is None
        with pytest.raises(SendError, match="no_push"):
            await sender.send(outbound("device"))
    assert google.pushes == []


@pytest.mark.parametrize(
    ("status", "reason", "remedy"),
    [
        (400, "invalid_push", Remedy.GIVE_UP),
        (401, "push_unauthorized", Remedy.PAUSE),
        (403, "foreign_push_token", Remedy.GIVE_UP),
        (404, "push_token_unregistered", Remedy.GIVE_UP),
        (429, "push_quota", Remedy.RETRY),
        (500, "push_failed", Remedy.UNKNOWN),
        (503, "push_unavailable", Remedy.RETRY),
    ],
)
async def test_each_refusal_has_its_remedy(status, reason, remedy):
    google = Google(status=status, answer={"error": {"message": TOKEN}}, headers={"retry-after": "30"})
    async with firebase(google) as sender:
        with pytest.raises(SendError) as failed:
            await sender.send(outbound())
    assert (failed.value.reason, failed.value.remedy) == (reason, remedy)
    assert failed.value.address_gone == (status == 404)
    assert TOKEN not in str(failed.value)
    if remedy is Remedy.RETRY:
        assert failed.value.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(("authority", "remedy"), [(401, Remedy.PAUSE), (400, Remedy.PAUSE), (503, Remedy.RETRY)])
async def test_without_an_authority_nothing_leaves(authority, remedy):
    google = Google(authority=authority)
    async with firebase(google) as sender:
        with pytest.raises(SendError) as failed:
            await sender.send(outbound())
    assert failed.value.remedy is remedy
    assert google.pushes == []


async def test_what_never_left_may_be_sent_again():
    sender = PushSender(Firebase(settings(f"http://127.0.0.1:{closed_port()}"), clock=lambda: NOW))
    with pytest.raises(SendError) as failed:
        await sender.send(outbound())
    assert failed.value.remedy is Remedy.RETRY
    await sender.close()


def test_without_a_service_account_the_app_is_not_written_to(variables):
    assert build_reply_sender() is None


def test_half_a_service_account_stops_the_start():
    with pytest.raises(ValidationError, match="PROJECT"):
        PushSettings(_env_file=None, private_key=PEM)
