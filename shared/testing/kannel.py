"""A stand-in for Kannel's sendsms, where Kannel itself is not installed: strict about fields and credentials.

It speaks as smsbox 1.4.5 was heard to; one suite of tests runs against both (tests/channels/test_sms_sending.py). Its
own addresses, under `/_simulator`, ask nobody who they are: serve it on loopback only.
"""

import asyncio
import hmac
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Request, Response, status
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.http.client import HTTPError, async_client
from shared.testing.broken import BrokenAnswer
from shared.testing.page import page

_MOST_HELD = 100_000
_MOST_SHOWN = 200
_TYPES = ("8", "1")
"""Taken by the operator's centre, then delivered: the order in which reports were seen."""
_KNOWN = {"username", "password", "from", "to", "coding", "dlr-mask", "dlr-url"}
_RECEIVER = re.compile(r"\+?[0-9]{3,20}")
_TEXT = "text/plain; charset=utf-8"
_MOST = {"0": 153 * 10, "2": 67 * 10}
"""Letters by coding, with `max-messages = 10`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken."""

    sender: str
    receiver: str
    text: str
    coding: str
    report_to: str | None


class Fault(BaseModel):
    """How the next calls go wrong."""

    model_config = ConfigDict(extra="forbid")

    status: Annotated[int, Field(ge=300, le=599)] | None = None
    """Answered, and nothing is taken."""
    text: str = "Sorry, temporarily unavailable"
    lose: Literal["before", "after"] | None = None
    """The connection breaks while the answer is on its way: before or after the message was taken."""
    queued: bool = False
    """No operator is connected: taken, with Kannel's other answer."""
    reports: tuple[str, ...] = _TYPES
    """What the delivery reports say (`%d`)."""
    times: Annotated[int, Field(ge=1)] = 1


class _Smsbox:
    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self.calls = 0
        self.taken: deque[Taken] = deque(maxlen=_MOST_HELD)
        self.faults: list[Fault] = []
        self._reporting: set[asyncio.Task[None]] = set()

    def next_fault(self) -> Fault:
        if not self.faults:
            return Fault()
        fault = self.faults[0]
        left = fault.model_copy(update={"times": fault.times - 1})
        self.faults[:1] = [left] if fault.times > 1 else []
        return fault

    def report(self, message: Taken, types: tuple[str, ...]) -> None:
        if message.report_to is not None:
            task = asyncio.create_task(_report(message.report_to, types))
            self._reporting.add(task)
            task.add_done_callback(self._reporting.discard)


def create_kannel_simulator(*, username: str, password: str) -> FastAPI:
    """Return the stand-in, for one `sendsms-user`."""
    box = _Smsbox(username, password)
    app = FastAPI(title="Tiruan Kannel", openapi_url=None)

    @app.post("/cgi-bin/sendsms")
    async def sendsms(request: Request) -> Response:
        box.calls += 1
        fault = box.next_fault()
        if fault.lose == "before":
            return BrokenAnswer()
        if fault.status is not None:
            return PlainTextResponse(fault.text, status_code=fault.status)
        outcome = _read(request.headers, await request.body(), box)
        if isinstance(outcome, Response):
            return outcome
        box.taken.append(outcome)
        box.report(outcome, fault.reports)
        if fault.lose == "after":
            return BrokenAnswer()
        answer = "3: Queued for later delivery" if fault.queued else "0: Accepted for delivery"
        return PlainTextResponse(answer, status_code=status.HTTP_202_ACCEPTED)

    @app.get("/_simulator/messages")
    async def show_messages() -> dict[str, Any]:
        return {"calls": box.calls, "messages": [asdict(one) | {"report_to": None} for one in box.taken]}

    @app.get("/_simulator/", response_class=HTMLResponse)
    async def show() -> HTMLResponse:
        summary = f"{len(box.taken)} pesan diterima dari {box.calls} panggilan. Ini bukan Kannel yang sebenarnya."
        newest = list(box.taken)[: -_MOST_SHOWN - 1 : -1]
        rows = ((one.sender, one.receiver, one.text) for one in newest)
        return page("Tiruan Kannel", summary, ("Dari", "Kepada", "Isi"), rows)

    @app.put("/_simulator/faults", status_code=status.HTTP_204_NO_CONTENT)
    async def set_faults(faults: list[Fault]) -> None:
        box.faults = faults

    return app


def _read(headers: Mapping[str, str], body: bytes, box: _Smsbox) -> Taken | Response:
    fields = {name.removeprefix("x-kannel-"): value for name, value in headers.items() if name.startswith("x-kannel-")}
    known = _same(box.username, fields.get("username", "")) and _same(box.password, fields.get("password", ""))
    if not known:
        return PlainTextResponse("Authorization failed for sendsms", status_code=status.HTTP_403_FORBIDDEN)
    wrong = _what_is_wrong(fields, headers.get("content-type", ""), body)
    if wrong is not None:
        return PlainTextResponse(wrong, status_code=status.HTTP_400_BAD_REQUEST)
    return Taken(
        sender=fields["from"],
        receiver=fields["to"],
        text=body.decode(),
        coding=fields["coding"],
        report_to=fields.get("dlr-url"),
    )


def _what_is_wrong(fields: Mapping[str, str], content_type: str, body: bytes) -> str | None:
    reports = "dlr-url" in fields, fields.get("dlr-mask", "").isdecimal()
    letters = len(body.decode("utf-8", "ignore"))
    checks = {
        "Unknown field, rejected": fields.keys() <= _KNOWN,
        "Missing receiver(s) number(s), rejected": _RECEIVER.fullmatch(fields.get("to", "")),
        "Sender missing and no global set, rejected": fields.get("from"),
        "Invalid content-type": content_type.lower() == _TEXT,
        "Coding field misformed, rejected": fields.get("coding") in _MOST,
        "DLR-Mask field misformed, rejected": reports in {(True, True), (False, False)},
        "Charset or body misformed, rejected": 0 < letters <= _MOST.get(fields.get("coding", ""), 0),
    }
    return next((words for words, right in checks.items() if not right), None)


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


async def _report(url: str, types: tuple[str, ...]) -> None:
    """Call our door once for each type; Kannel tries again, and we have no need to."""
    async with async_client(timeout=5) as http:
        for kind in types:
            try:
                await http.get(url.replace("%d", kind))
            except HTTPError:
                return
