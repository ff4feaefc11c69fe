"""A storm: LAPOR! fails at random in every known way, the mirror's processes are killed, and afterwards is counted.

Real processes of `ntbcare serve lapor`, fed by Kafka, in front of the stand-in as a process of its own. A "person"
looks into the stand-in for what is in doubt and says which, as an officer would at LAPOR!'s own pages.
"""

import asyncio
import hashlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from shared.contents import AttachmentStore
from shared.core.ids import new_id
from shared.core.ticket import new_ticket
from shared.events import (
    COMPLAINTS,
    Actor,
    AgencyRef,
    AttachmentRef,
    ComplaintAssigned,
    ComplaintFollowedUp,
    ComplaintReceived,
    ComplaintVerified,
    Event,
    Place,
    encode_headers,
)
from shared.http.client import async_client
from shared.kafka import KafkaSettings

AUTH = "$2y$10$kQ4fZ1hV8sLw3xNbT6rPuO"
TOKEN = "{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF a photo of a road"
NAMES = ("Lalu Wiratmaja", "Baiq Nurhayati", "Budi Contohsari", "Siti Rahmawati", "I Made Contohwan", "Amaq Sahnim")
PLACES = ("Selong", "Praya", "Gerung", "Tanjung", "Dompu", "Woha", "Taliwang", "Ampenan")
WRONG = ("lubang besar di jalan", "lampu jalan padam", "air keruh sejak kemarin", "atap sekolah bocor")
STATUSES = ("Terverifikasi", "Dalam Proses", "Selesai", "Diarsipkan", "Menunggu Telaah")


@dataclass(slots=True)
class Told:
    """One complaint as the storm knows it."""

    complaint_id: Any
    ticket: str
    name: str
    nik: str
    phone: str
    files: int
    status: str
    theirs: str
    ours: str
    events: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Count:
    """What is counted in the end."""

    complaints: int
    held: int
    twice: list[str]
    missing: list[str]
    files_missing: int
    our_follow_ups: Counter[int]
    status_wrong: list[str]
    their_follow_ups: Counter[int]
    wrong_case: int
    personal: list[str]
    kills: int
    asked_a_person: int
    seconds: float
    calls: int
    dealt: Mapping[str, int]

    def report(self, file: Path) -> None:
        """Write it down."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([*self.lines(), ""]), encoding="utf-8")

    def lines(self) -> list[str]:
        """Say it for people."""
        failed = sum(self.dealt.values())
        return [
            f"{self.complaints} complaints in {self.seconds:.0f} s; {self.kills} kills -9; {self.calls} calls",
            f"{failed} of them went wrong, in {len(self.dealt)} ways; {self.asked_a_person} doubts put to a person",
            f"held by LAPOR!: {self.held}; twice: {len(self.twice)}; missing: {len(self.missing)}",
            f"complaints there without their file: {self.files_missing}",
            f"our follow-ups there, by how often: {dict(self.our_follow_ups)}",
            f"their follow-ups here, by how often: {dict(self.their_follow_ups)}; on a wrong case: {self.wrong_case}",
            f"status wrong: {len(self.status_wrong)}; personal data in what was sent: {len(self.personal)}",
        ]


def complaint(chance: random.Random, photo: AttachmentRef) -> Told:
    """Draw a complaint that names people in the ways in which people do."""
    name, place = chance.choice(NAMES), chance.choice(PLACES)
    nik = f"5203{chance.randrange(10**11, 10**12 - 1)}"[:16]
    phone = f"08{chance.randrange(10**9, 10**10 - 1)}"
    said = [f"Nama saya {name}.", f"NIK {nik}.", f"Hubungi {phone}.", f"WA +62{phone[1:]}", f"a.n. {name}"]
    words = f"Ada {chance.choice(WRONG)} di {place}, sudah {chance.randrange(2, 90)} hari."
    if chance.random() < 0.6:
        words = f"{words} {' '.join(chance.sample(said, 2))}"
    files = chance.random() < 0.4
    now, complaint_id, ticket = datetime.now(UTC), new_id(), new_ticket()
    told = Told(
        complaint_id=complaint_id,
        ticket=ticket,
        name=name,
        nik=nik,
        phone=phone,
        files=int(files),
        status=chance.choice(STATUSES),
        theirs=f"Kami tangani aduan {ticket} besok.",
        ours=f"Petugas sudah ke lokasi, dihubungi {name} di {phone}." if chance.random() < 0.3 else "Sudah ditinjau.",
    )
    known: dict[str, Any] = {"complaint_id": complaint_id, "ticket": ticket}
    agency = AgencyRef(key="NTB.DIKPORA", name="Dinas Dikpora NTB")
    told.events = [
        ComplaintReceived(
            **known,
            channel="sms",
            account="1708",
            surface="sms",
            conversation_id=new_id(),
            message_id=new_id(),
            text=words,
            language="id",
            attachments=(photo.model_copy(update={"id": new_id()}),) if files else (),
            received_at=now,
            reporter=new_id(),
            anonymous=chance.random() < 0.1,
            secret=chance.random() < 0.1,
            sealed=False,
        ),
        ComplaintAssigned(
            **known,
            agency=agency,
            affair=None,
            level="province",
            place=Place(),
            confidence=0.9,
            reasons=("Urusan: pendidikan.",),
            actor=Actor(kind="machine", id="casework.follow_routing"),
            sealed=False,
            assigned_at=now,
        ),
        ComplaintVerified(**known, actor=Actor(kind="officer", id="7"), version=3, verified_at=now),
        ComplaintFollowedUp(
            **known,
            follow_up_id=new_id(),
            agency=agency,
            action="inspection",
            text=told.ours,
            actor=Actor(kind="officer", id="7"),
            followed_up_at=now,
        ),
    ]
    return told


class Storm:
    """The processes, the person, and the counting."""

    def __init__(self, folder: Path, *, kafka: KafkaSettings, urls: Mapping[str, str], share: float, seed: int) -> None:
        """Take a folder of its own, Kafka, the database's login URLs, and how much goes wrong."""
        self._folder = folder
        self._kafka = kafka
        self._urls = urls
        self._share = share
        self._chance = random.Random(seed)
        self._port = _free_port()
        self._stand_in: subprocess.Popen[bytes] | None = None
        self._mirrors: list[subprocess.Popen[bytes]] = []
        self._asked = 0
        self._kills = 0
        self._told: list[Told] = []
        self._log = (folder / "storm.log").open("ab")

    async def run(self, complaints: int, *, processes: int, kill_every_s: float, patience_s: float) -> Count:
        """Tell so many complaints through the storm, and count."""
        began = time.monotonic()
        photo = await self._photo()
        self._told = [complaint(self._chance, photo) for _ in range(complaints)]
        self._start_stand_in()
        await self._reachable()
        async with self._http() as http:
            await http.patch("/_simulator/quirks", json=self._quirks())
        self._mirrors = [self._start_mirror() for _ in range(processes)]
        helpers = [asyncio.create_task(self._person()), asyncio.create_task(self._killer(kill_every_s))]
        try:
            await self._feed()
            await self._until(self._all_told, patience_s)
            await self._their_turn()
            await self._until(self._all_heard, patience_s)
        finally:
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            count = await self._count(time.monotonic() - began)
            self.stop()
        return count

    def stop(self) -> None:
        """Stop every process."""
        for process in (*self._mirrors, self._stand_in):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def _quirks(self) -> dict[str, Any]:
        ways = {"fail_share": self._share, "fail_seed": 7, "fail_slow_s": 0.1, "late_s": 1.5, "retry_after_s": 0}
        looks = {"text_ids": True, "unordered_logs": True, "object_logs": True, "object_attachments": True}
        return {**ways, **looks}

    async def _photo(self) -> AttachmentRef:
        sha256 = hashlib.sha256(JPEG).hexdigest()
        await AttachmentStore.in_folder(self._folder / "attachments").keep({sha256: JPEG})
        return AttachmentRef(id=new_id(), kind="image", media_type="image/jpeg", sha256=sha256, size=len(JPEG))

    def _start_stand_in(self) -> None:
        journal = str(self._folder / "lapor.journal")
        self._stand_in = self._start("lapor", "simulator", "--port", str(self._port), "--journal", journal)

    def _start_mirror(self) -> subprocess.Popen[bytes]:
        return self._start("serve", "lapor", "--part", "workers", "--port", str(_free_port()))

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "deploy.cli.main", *arguments]
        return subprocess.Popen(command, env=self._environment(), stdout=self._log, stderr=self._log)

    def _environment(self) -> dict[str, str]:
        settings = {
            "BASE_URL": f"http://127.0.0.1:{self._port}/lapor/3.0.0",
            "DATABASE_URL": self._urls["lapor"],
            "AUTH": AUTH,
            "TOKEN": TOKEN,
            "USER_ID": "77",
            "CHANNEL_ID": "12",
            "INSTITUTION_ID": "1",
            "REVIEW": "never",
            "ATTACHMENTS": str(self._folder / "attachments"),
            "CONNECT_S": "2",
            "SUBMIT_S": "1",
            "READ_S": "1",
            "RETRY_S": "0.2",
            "SETTLE_S": "2",
            "PAUSE_S": "0.2",
            "LOOK_EVERY_S": str(max(5, len(self._told) // 15)),
            "LOOK_AGAIN_S": "1",
            "LOOKS_PER_HOUR": "10000000",
            "SENDS_PER_HOUR": "10000000",
        }
        mine = {f"NTBCARE_LAPOR_{name}": value for name, value in settings.items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NTBCARE_")}
        return {
            **kept,
            **mine,
            "NTBCARE_ENV_FILE": str(self._folder / "no.env"),
            "NTBCARE_KAFKA_BOOTSTRAP": self._kafka.bootstrap,
            "NTBCARE_KAFKA_PREFIX": self._kafka.prefix,
            "NTBCARE_KAFKA_IDEMPOTENCE": str(self._kafka.idempotence).lower(),
        }

    async def _feed(self) -> None:
        producer = self._kafka.producer()
        await producer.start()
        try:
            for told in self._told:
                for sequence, event in enumerate(told.events, 1):
                    headers = encode_headers(
                        event_id=new_id(),
                        event_type=event.type,
                        source=event.source,
                        subject=told.complaint_id,
                        time=datetime.now(UTC),
                        sequence=sequence,
                        traceparent=None,
                    )
                    key, value = str(told.complaint_id).encode(), event.model_dump_json().encode()
                    await producer.send(self._kafka.topic(COMPLAINTS), value, key=key, headers=headers)
            await producer.flush()
        finally:
            await producer.stop()

    async def _killer(self, every_s: float) -> None:
        """kill -9 one of the mirrors every so often; another takes its place."""
        while True:
            await asyncio.sleep(every_s)
            victim = self._chance.randrange(len(self._mirrors))
            self._mirrors[victim].send_signal(signal.SIGKILL)
            self._mirrors[victim].wait()
            self._mirrors[victim] = self._start_mirror()
            self._kills += 1

    async def _person(self) -> None:
        """Look every doubtful one up at LAPOR!, and say which, as `ntbcare lapor resolve` does."""
        connection = await asyncpg.connect(self._urls["operator"])
        try:
            async with self._http() as http:
                while True:
                    doubts = await connection.fetch(
                        "SELECT ticket FROM lapor.mirror WHERE state = 'perhaps_created' AND verdict IS NULL LIMIT 50"
                    )
                    for doubt in doubts:
                        await self._resolve(connection, http, doubt["ticket"])
                    await asyncio.sleep(0.3)
        finally:
            await connection.close()

    async def _resolve(self, connection: asyncpg.Connection, http: Any, ticket: str) -> None:
        found = (await http.get("/_simulator/complaints", params={"ticket": ticket})).json()["complaints"]
        verdict, number = ("created", str(found[0]["id"])) if found else ("not_created", None)
        self._asked += 1
        await connection.execute(
            "UPDATE lapor.mirror SET verdict = $2, verdict_number = $3 WHERE ticket = $1 AND state = 'perhaps_created'",
            ticket,
            verdict,
            number,
        )

    async def _their_turn(self) -> None:
        """Let LAPOR! move each complaint and write a follow-up of its own."""
        async with self._http() as http:
            for told in self._told:
                (one,) = (await http.get("/_simulator/complaints", params={"ticket": told.ticket})).json()["complaints"]
                answer = {"content": told.theirs, "status": told.status}
                (await http.post(f"/_simulator/complaints/{one['id']}/followups", json=answer)).raise_for_status()

    async def _all_told(self) -> bool:
        async with self._owner() as sql:
            there = await sql.fetchval("SELECT count(*) FROM lapor.mirror WHERE lapor_id IS NOT NULL")
            done = await sql.fetchval("SELECT count(*) FROM lapor.step WHERE kind = 'follow_up' AND state = 'done'")
        return bool(there == len(self._told) and done == len(self._told))

    async def _all_heard(self) -> bool:
        async with self._owner() as sql:
            heard = await sql.fetchval(
                "SELECT count(DISTINCT subject) FROM bus.outbox WHERE type = 'complaint.mirror_followed_up.v1'"
            )
            rows = await sql.fetch("SELECT ticket, status FROM lapor.mirror")
        status = {row["ticket"]: row["status"] for row in rows}
        return bool(heard == len(self._told) and all(status.get(one.ticket) == one.status for one in self._told))

    async def _until(self, done: Any, patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if await done():
                return
            await asyncio.sleep(0.5)

    async def _count(self, seconds: float) -> Count:
        held = await self._held()
        by_ticket: dict[str, list[dict[str, Any]]] = {}
        for one in held["complaints"]:
            by_ticket.setdefault(one["ticket"], []).append(one)
        async with self._owner() as sql:
            events = await sql.fetch(
                "SELECT subject, type, value FROM bus.outbox WHERE type LIKE 'complaint.mirror%' ORDER BY sequence"
            )
        return _counted(
            self._told,
            by_ticket,
            [(row["subject"], row["type"], row["value"]) for row in events],
            kills=self._kills,
            asked=self._asked,
            seconds=seconds,
            calls=sum(held["calls"].values()),
            dealt=held["dealt"],
        )

    async def _held(self) -> dict[str, Any]:
        async with self._http() as http:
            found: dict[str, Any] = (await http.get("/_simulator/complaints")).json()
        return found

    async def _reachable(self) -> None:
        async with asyncio.timeout(60), self._http() as http:
            while True:
                with suppress(Exception):
                    if (await http.get("/_simulator/quirks")).is_success:
                        return
                await asyncio.sleep(0.1)

    @asynccontextmanager
    async def _http(self) -> AsyncIterator[Any]:
        async with async_client(timeout=60) as http:
            http.base_url = f"http://127.0.0.1:{self._port}"
            yield http

    @asynccontextmanager
    async def _owner(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self._urls["owner"])
        try:
            yield connection
        finally:
            await connection.close()


PERSONAL = {
    "nik": re.compile(r"\d[\d .-]{14,22}\d"),
    "phone": re.compile(r"(?:\+?62|\b0)[\s.-]*8[\d\s.-]{7,}\d"),
    "email": re.compile(r"\S+@\S+\.\w+"),
}
"""A detector of its own; beside it, what each complaint is known to name is looked for literally."""


def _personal(told: Told, text: str) -> bool:
    plain = text.replace(told.ticket, "")
    literal = (told.name, told.name.split()[-1], told.nik, told.phone, told.phone[1:])
    return any(one in plain for one in literal) or any(pattern.search(plain) for pattern in PERSONAL.values())


def _counted(
    told: list[Told],
    by_ticket: Mapping[str, list[dict[str, Any]]],
    events: list[tuple[Any, str, Any]],
    **more: Any,
) -> Count:
    statuses: dict[Any, str] = {}
    theirs: dict[Any, list[str]] = {}
    for subject, kind, value in events:
        facts = json.loads(value)
        if kind == "complaint.mirror_status_changed.v1":
            statuses[subject] = facts["status"]
        elif kind == "complaint.mirror_followed_up.v1":
            theirs.setdefault(subject, []).append(facts["text"])
    ours: Counter[int] = Counter()
    personal: list[str] = []
    for one in told:
        for there in by_ticket.get(one.ticket, []):
            mine = [said["content"] for said in there["followups"] if said["content"].startswith(f"[{one.ticket} #")]
            ours[len(mine)] += 1
            words = [there["sent"]["title"], there["sent"]["content"], *mine]
            personal += [one.ticket for text in words if _personal(one, text)]
    asked = more.pop("asked")
    return Count(
        complaints=len(told),
        held=sum(map(len, by_ticket.values())),
        twice=[ticket for ticket, found in by_ticket.items() if len(found) > 1],
        missing=[one.ticket for one in told if one.ticket not in by_ticket],
        files_missing=sum(
            one.files for one in told for there in by_ticket.get(one.ticket, []) if not there["sent"]["attachments"]
        ),
        our_follow_ups=ours,
        status_wrong=[one.ticket for one in told if statuses.get(one.complaint_id) != one.status],
        their_follow_ups=Counter(len(theirs.get(one.complaint_id, [])) for one in told),
        wrong_case=sum(text != one.theirs for one in told for text in theirs.get(one.complaint_id, [])),
        personal=personal,
        asked_a_person=asked,
        **more,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
