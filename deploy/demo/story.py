"""The demonstration's story: calls, the way of each complaint, an officer's work, the ledger."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

import asyncpg

from deploy.demo import providers
from deploy.demo.ledger import Ledger, SentLog, count
from deploy.demo.outside import ANSWERS, Outside, Window
from deploy.demo.providers import Call
from deploy.local.handset import Handset
from deploy.local.stack import LAST_LAPOR_STATUS, Stack
from services.identity.service import IdentityService
from shared.core.errors import ExplainedError
from shared.db import Database
from shared.db.roles import OPERATOR, role_of
from shared.directory.regions import PROVINCE_CODE as PROVINCE
from shared.events import COMPLAINTS
from shared.http.client import AsyncClient, Response, async_client
from shared.security import Role

ANSWER = (
    "Terima kasih atas pengaduannya. Tim kami memeriksa lokasi hari ini dan menambal jalan paling lambat besok "
    "pukul 15.00 WITA."
)
FOLLOW_UP = "Petugas kami sudah meninjau lokasi pagi ini; perbaikan dijadwalkan minggu ini."
"""What an institution writes at LAPOR!."""
_PATIENCE_S = 30.0
_POLL_S = 0.1
_REFUSED = re.compile(r'^ntbcare_door_outcomes_total\{[^}]*outcome="refused"[^}]*\} (\S+)$', re.MULTILINE)


class StoryError(ExplainedError):
    """The story could not go on; the text says at which step and what came back."""


@dataclass(slots=True)
class Complaint:
    """What an operator may see of one complaint's way."""

    ticket: str
    channel: str = ""
    place: str = ""
    agency: str = ""
    agency_key: str = ""
    region_code: str = ""
    why: str = ""
    confidence: float = 0.0
    state: str = "received"
    sealed: bool = False
    verified: bool = False
    lapor_id: str = ""
    lapor_status: str = ""
    times: dict[str, datetime] = field(default_factory=dict)

    def note(self, row: asyncpg.Record) -> None:
        """Take in one event of its way."""
        facts, stored = row["facts"], row["stored_at"]
        match row["type"]:
            case "complaint.received.v1":
                self.channel, self.sealed = facts["channel"], row["sealed"]
                self.times["arrived"] = datetime.fromisoformat(facts["received_at"])
                self.times["accepted"] = stored
                if row["published_at"]:
                    self.times["published"] = row["published_at"]
            case "complaint.routed.v1":
                self.times["routed"] = stored
                self.confidence = facts["confidence"]
            case "complaint.assigned.v1":
                self.times["assigned"] = stored
                self.agency, self.agency_key = facts["agency"]["name"], facts["agency"]["key"]
                self.place = facts.get("place", {}).get("name", "")
                self.region_code = facts.get("place", {}).get("region_code", "")
                self.why = facts["reasons"][0] if "reasons" in facts else "disegel: alasannya hanya untuk Inspektorat"
            case "complaint.status_changed.v1":
                self.state = facts["state"]
            case "complaint.verified.v1":
                self.verified = True
            case "complaint.mirrored.v1":
                self.lapor_id = facts["lapor_id"]
            case "complaint.mirror_status_changed.v1":
                self.lapor_status = facts["lapor_status"]

    @property
    def may_leave(self) -> bool:
        """Whether LAPOR! and the regions may know of it: it is verified, and not sealed."""
        return self.verified and not self.sealed

    def concerns(self, region: str) -> bool:
        """Tell whether it is a region's business: it happened there, or its agency is the region's."""
        return region == PROVINCE or self.region_code.startswith(region) or self.agency_key.startswith(f"{region}.")

    @property
    def milliseconds(self) -> dict[str, float | None]:
        """How long each stop took: door, publish, route, assign."""
        stops = ("arrived", "accepted", "published", "routed", "assigned")
        names = ("door", "publish", "route", "assign")
        pairs = zip(names, stops, stops[1:], strict=False)
        return {name: self._between(start, end) for name, start, end in pairs}

    def _between(self, start: str, end: str) -> float | None:
        if start not in self.times or end not in self.times:
            return None
        return round((self.times[end] - self.times[start]).total_seconds() * 1000, 1)


@dataclass(slots=True)
class Story:
    """Everything that happened, for the table and for `--json`."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    complaints: dict[str, Complaint] = field(default_factory=dict)
    officer: dict[str, Any] = field(default_factory=dict)
    outside: Outside = field(default_factory=Outside)
    ledger: Ledger | None = None

    @property
    def failures(self) -> list[str]:
        """Return what does not hold; empty when all of it does."""
        wrong = [f"{call['label']}: answered {call['status']}" for call in self.calls if not call["as_expected"]]
        wrong += [f"{one.ticket} reached no agency" for one in self.complaints.values() if not one.agency]
        if self.officer.get("citizen_reads") != [ANSWER]:
            wrong.append("the citizen does not read the officer's answer")
        wrong += self.outside.gaps(self.complaints.values(), self.officer.get("answered", ()))
        return wrong + (self.ledger.gaps if self.ledger else ["the ledger was not counted"])

    def document(self) -> dict[str, Any]:
        """Return the whole as one JSON document."""
        return {
            "ok": not self.failures,
            "failures": self.failures,
            "calls": self.calls,
            "complaints": [
                {
                    "ticket": one.ticket,
                    "channel": one.channel,
                    "place": one.place,
                    "agency": {"key": one.agency_key, "name": one.agency},
                    "why": one.why,
                    "confidence": one.confidence,
                    "state": one.state,
                    "sealed": one.sealed,
                    "verified": one.verified,
                    "lapor": {"number": one.lapor_id, "status": one.lapor_status} if one.lapor_id else None,
                    "told": [said.text for said in self.outside.told_of(one.ticket)],
                    "regions": self.outside.regions_of(one.ticket),
                    "milliseconds": one.milliseconds,
                }
                for one in self.complaints.values()
            ],
            "officer": self.officer,
            "ledger": self.ledger.figures if self.ledger else None,
        }


def script(stack: Stack) -> Iterator[tuple[Call, int]]:
    """Yield the calls with the status that each must get."""
    settings = stack.environment()
    now = int(time.time())
    facebook = settings["NTBCARE_FACEBOOK_APP_SECRETS"]
    webhook = providers.messenger(
        facebook,
        [
            (
                "7024611350925511",
                "Min, ijazah anak saya di SMKN di Praya belum diberikan karena tunggakan BPP. Mohon dibantu 🙏",
                now * 1000,
            ),
            ("7311904522871205", "Air PDAM di Ampenan Mataram sudah 3 hari tidak mengalir/mati total", now * 1000 + 40),
            (
                "6903358817440126",
                "Oknum pegawai di kantor dinas minta uang pelicin supaya izin cepat keluar",
                now * 1000 + 80,
            ),
        ],
        label="Messenger, three entries in one signed webhook",
    )
    yield webhook, 200
    yield (
        providers.instagram(
            settings["NTBCARE_INSTAGRAM_APP_SECRETS"],
            "5839120447760012",
            "Sampah menumpuk di pinggir jalan dekat pasar Tente, Kec. Woha, Bima. Sudah seminggu belum diangkut",
            now * 1000,
            label="Instagram, a signed direct message",
        ),
        200,
    )
    yield (
        providers.kannel(
            settings["NTBCARE_SMS_KANNEL_TOKEN"],
            "+6281907123456",
            "jalan rusak parah dpn pasar Masbagik Lotim, lubang besar, sdh ada yg jatuh",
            now,
            label="SMS, as Kannel delivers it",
        ),
        200,
    )
    yield (
        providers.mobile(
            {"text": "Lampu penerangan jalan di Desa Sembalun mati sejak minggu lalu", "anonymous": True},
            label="App, an anonymous submission",
        ),
        201,
    )
    yield (
        providers.mobile(
            {
                "text": "Jalan provinsi berlubang dalam, membahayakan pengendara di malam hari",
                "place": {
                    "region_code": "52.02",
                    "latitude": -8.6705,
                    "longitude": 116.2463,
                    "description": "dekat Pasar Jonggat",
                },
                "reporter": {"name": "Lalu Contoh", "phone": "081907000000"},
            },
            label="App, with a photo and a place",
            photo=providers.photo(),
        ),
        201,
    )
    yield _again(webhook), 200
    yield _forged(webhook), 403


def _again(call: Call) -> Call:
    return replace(call, label="Messenger, the same webhook delivered again")


def _forged(call: Call) -> Call:
    headers = {**call.headers, "X-Hub-Signature-256": f"sha256={secrets.token_hex(32)}"}
    return replace(call, headers=headers, label="Messenger, with a bad signature")


class Player:
    """Plays the story against a running stack."""

    def __init__(self, stack: Stack, tell: Callable[[Story], None], log: SentLog | None = None) -> None:
        """Take the stack; `tell` is called whenever there is news; `log` may already hold what was sent before."""
        self._stack = stack
        self._tell = tell
        self._log = log or SentLog()
        self._access_codes: dict[str, str] = {}
        self.story = Story()

    async def play(self) -> Story:
        """Send everything, watch it arrive, let an officer answer one, and balance the books."""
        operator = await asyncpg.connect(self._stack.database_url(OPERATOR))
        await operator.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
        try:
            async with AsyncExitStack() as stack:
                http = await stack.enter_async_context(async_client(timeout=15))
                kannel = self._stack.kannel
                window = Window(self._stack, http, stack.enter_context(Handset(kannel)) if kannel else None)
                refused_before = await self._refused(http)
                for call, expected in script(self._stack):
                    await window.people_wrote({call.channel: call.senders})
                    await self._send(http, call, expected)
                expected_complaints = len(self._log.accepted_messages)
                await self._watch(
                    operator, lambda all_: len(all_) == expected_complaints and all(one.agency for one in all_)
                )
                answered = await self._work(http)
                await self._watch(operator, lambda _: self._there(answered) is not None)
                await self._follow_up_at_lapor(window, answered)
                await self._watch(operator, lambda all_: _settled(all_, answered))
                await self._read_answer(http, self.story.officer["ticket"])
                await self._look_outside(window)
                refused = await self._refused(http) - refused_before
        finally:
            await operator.close()
        self.story.ledger = await count(
            self._log,
            database_url=self._stack.owner_url,
            bootstrap=self._stack.broker.bootstrap,
            topic=self._stack.kafka.topic(COMPLAINTS),
            refused_counted=refused,
        )
        self._tell(self.story)
        return self.story

    async def _send(self, http: AsyncClient, call: Call, expected: int) -> None:
        url = self._stack.url(f"intake-{call.channel}") + call.path
        started = time.perf_counter()
        answer = await http.request(call.method, url, headers=dict(call.headers), content=call.body)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        if answer.is_success:
            self._log.accepted(list(call.message_ids) or [self._receipt(answer)])
        else:
            self._log.refused()
        self.story.calls.append(
            {
                "label": call.label,
                "channel": call.channel,
                "messages": call.messages,
                "status": answer.status_code,
                "as_expected": answer.status_code == expected,
                "milliseconds": milliseconds,
            }
        )
        self._tell(self.story)

    def _receipt(self, answer: Response) -> str:
        receipt = answer.json()
        self._access_codes[receipt["ticket"]] = receipt["access_code"]
        return str(receipt["ticket"])

    async def _watch(self, operator: asyncpg.Connection, done: Callable[[list[Complaint]], bool]) -> None:
        """Follow the complaints through the operator's window until `done`, or until patience ends."""
        deadline = time.monotonic() + _PATIENCE_S
        complaints = self.story.complaints
        while time.monotonic() < deadline:
            for row in await operator.fetch("SELECT * FROM bus.journey ORDER BY complaint_id, sequence"):
                complaints.setdefault(row["ticket"], Complaint(row["ticket"])).note(row)
            self._tell(self.story)
            if done(list(complaints.values())):
                return
            await asyncio.sleep(_POLL_S)

    async def _work(self, http: AsyncClient) -> list[str]:
        """Let a liaison officer sign in and work one complaint of each channel: take it, answer, close."""
        photo = list(self._access_codes)[-1]
        chosen = {self.story.complaints[photo].channel: photo}
        for complaint in self.story.complaints.values():
            if not complaint.sealed:
                chosen.setdefault(complaint.channel, complaint.ticket)
        tickets = list(chosen.values())
        password = secrets.token_urlsafe(18)
        agencies = {self.story.complaints[ticket].agency_key for ticket in tickets}
        await self._add_officer("petugas.demo", password, sorted(agencies))
        identity, casework = self._stack.url("identity"), self._stack.url("casework")
        session = await http.post(f"{identity}/v1/sessions", json={"username": "petugas.demo", "password": password})
        _require(session, "sign in")
        headers = {"Authorization": f"Bearer {session.json()['token']}"}
        queue = await http.get(f"{casework}/v1/cases", headers=headers)
        _require(queue, "read the queue")
        seen = [item["ticket"] for item in queue.json()["items"]]
        for ticket in tickets:
            await _finish(http, f"{casework}/v1/cases/{ticket}", headers)
        self.story.officer = {
            "agency": self.story.complaints[photo].agency,
            "queue": seen,
            "ticket": photo,
            "answered": tickets,
            "answer": ANSWER,
        }
        self._tell(self.story)
        return tickets

    def _there(self, answered: list[str]) -> Complaint | None:
        """Return a complaint at LAPOR! that nobody here has answered, whose citizen can be written to."""
        all_ = self.story.complaints.values()
        return next(
            (one for one in all_ if one.lapor_id and one.channel in ANSWERS and one.ticket not in answered), None
        )

    async def _follow_up_at_lapor(self, window: Window, answered: list[str]) -> None:
        one = self._there(answered)
        if one is not None:
            await window.follow_up(one.lapor_id, FOLLOW_UP)
            self.story.outside.followed_up = one.ticket

    async def _look_outside(self, window: Window) -> None:
        """Ask those outside what they hold, until it is what it should be: replies and topics take a moment."""
        outside, deadline = self.story.outside, time.monotonic() + _PATIENCE_S
        while True:
            outside.lapor, outside.told = await window.lapor(), await window.told()
            outside.regions = await window.regions()
            self._tell(self.story)
            gaps = outside.gaps(self.story.complaints.values(), self.story.officer["answered"])
            if not gaps or time.monotonic() > deadline:
                return
            await asyncio.sleep(_POLL_S)

    async def _add_officer(self, username: str, password: str, agencies: list[str]) -> None:
        database = Database(self._stack.database_url(role_of("identity")), application="demo", pool_size=1)
        try:
            async with database.transaction() as tx:
                await IdentityService().add_officer(
                    tx,
                    username=username,
                    password=password,
                    display_name="Petugas Demo",
                    role=Role.LIAISON,
                    agencies=agencies,
                )
        finally:
            await database.close()

    async def _read_answer(self, http: AsyncClient, ticket: str) -> None:
        """Look where the citizen looks: the ticket's page, with the access code. The answer travels through Kafka."""
        url = f"{self._stack.url('intake-mobile')}/v1/complaints/{ticket}"
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            page = await http.get(url, headers={"X-Access-Code": self._access_codes[ticket]})
            _require(page, "read the ticket")
            status = page.json()
            self.story.officer["citizen_reads"] = [one["text"] for one in status["answers"]]
            self.story.officer["citizen_sees"] = status["state_words"]
            if status["state"] == "closed":
                return
            await asyncio.sleep(_POLL_S)

    async def _refused(self, http: AsyncClient) -> int:
        """Ask the doors how many calls they refused."""
        total = 0
        for name in self._stack.ports:
            figures = await http.get(f"{self._stack.url(name)}/metrics")
            total += sum(int(float(value)) for value in _REFUSED.findall(figures.text))
        return total


async def _finish(http: AsyncClient, case_url: str, headers: dict[str, str]) -> None:
    case = await http.get(case_url, headers=headers)
    _require(case, "open the case")
    for verb, body in (("take", None), ("answer", {"text": ANSWER}), ("close", {"reason": "Selesai dikerjakan"})):
        case = await _order(http, f"{case_url}/{verb}", {**headers, "If-Match": case.headers["etag"]}, body)
        if case.status_code == HTTPStatus.PRECONDITION_FAILED:  # LAPOR! moved it meanwhile: the officer reads it again
            case = await http.get(case_url, headers=headers)
            case = await _order(http, f"{case_url}/{verb}", {**headers, "If-Match": case.headers["etag"]}, body)
        _require(case, verb)


async def _order(http: AsyncClient, url: str, headers: dict[str, str], body: dict[str, str] | None) -> Response:
    return await http.post(url, headers=headers, json=body)


def _settled(complaints: list[Complaint], answered: list[str]) -> bool:
    """Tell whether the answered ones are closed, and what may leave stands at LAPOR! with its last status."""
    closed = {one.ticket for one in complaints if one.state == "closed"}
    mirrored = all(one.lapor_status == LAST_LAPOR_STATUS for one in complaints if one.may_leave)
    return closed >= set(answered) and mirrored


def _require(answer: Response, step: str) -> None:
    if not answer.is_success:
        raise StoryError(f"The officer could not {step}: {answer.status_code} {answer.text}")
