"""The house that is going to be hurt: every service as a process of its own, and what faults need to reach."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import asyncpg
import psutil

from deploy.local.brokers import ApacheKafka, Tansu, apache_kafka_available
from deploy.local.postgres import Postgres
from deploy.local.processes import Child, free_port
from deploy.local.stack import Stack
from deploy.local.supervisor import Process
from shared.http.client import HTTPError, client
from tests.faults.disk import SmallDisk

DOORS = {
    "facebook": "intake-facebook",
    "instagram": "intake-instagram",
    "sms": "intake-sms",
    "mobile": "intake-mobile",
}
BYSTANDERS = ("replies", "lapor", "regencies")
"""What only reacts to what is counted: ended when the load is over, so that what is left is drained the sooner."""
WRITERS = ("routing", "casework", "intake-workers")
"""Who still writes events when no message comes any more; ended before the count."""
POSTGRES, BROKER = "postgres", "broker"
_READY_S = 60.0
_AGAIN_S = 0.2
_LIMITS = {
    "NTBCARE_INTAKE_SUBMISSIONS_PER_MINUTE": "10000000",
    "NTBCARE_INTAKE_UPLOAD_REQUESTS_PER_MINUTE": "10000000",
    "NTBCARE_INTAKE_UPLOAD_REQUESTS_PER_MINUTE_AND_ADDRESS": "10000000",
    "NTBCARE_LAPOR_LOOK_EVERY_S": "60",
}
"""Everything comes from one address here."""


class House(Stack):
    """A stack whose parts can be found by name, PostgreSQL and the broker among them."""

    def __init__(self, folder: Path) -> None:
        """Put it into a folder of its own, on Apache Kafka where that can run."""
        self.disk = SmallDisk(folder / "attachments-disk")
        self._moods: dict[str, Mapping[str, str]] = {}
        super().__init__(
            folder,
            postgres=Postgres(folder / POSTGRES),
            broker=(Tansu if apache_kafka_available() else ApacheKafka)(folder / BROKER),
            settings={**_LIMITS, "NTBCARE_INTAKE_ATTACHMENTS": str(self.disk.folder)},
            by_hand=True,
        )

    def __enter__(self) -> Self:
        """Start it, with the small disk."""
        self.disk.mount()
        try:
            return super().__enter__()
        except BaseException:
            self.disk.unmount()
            raise

    def __exit__(self, *exception: object) -> None:
        """Stop it, and give the disk back."""
        try:
            super().__exit__(*exception)
        finally:
            self.disk.unmount()

    def settings_of(self, process: Process) -> dict[str, str]:
        """Add what `in_a_mood` says."""
        return {**super().settings_of(process), **self._moods.get(process.name, {})}

    @contextmanager
    def in_a_mood(self, name: str, environment: Mapping[str, str]) -> Iterator[None]:
        """Give a process more in its environment, the next time it is started."""
        self._moods[name] = environment
        try:
            yield
        finally:
            del self._moods[name]

    def pid_of(self, name: str) -> int:
        """Return the process id of a service or a server."""
        if name == POSTGRES:
            return self.postgres.pid
        return self.broker.pid if name == BROKER else self.pid(name)

    def family(self, name: str) -> list[psutil.Process]:
        """Return a process and all below it: PostgreSQL is many."""
        process = psutil.Process(self.pid_of(name))
        return [process, *process.children(recursive=True)]

    def kill(self, name: str) -> None:
        """Send SIGKILL."""
        if name == POSTGRES:
            self.postgres.kill()
        elif name == BROKER:
            self.broker.kill()
        else:
            self.kill_process(name)

    def begin(self, name: str) -> None:
        """Start what was killed and wait until it answers."""
        if name == POSTGRES:
            self.postgres.start()
        elif name == BROKER:
            self.broker.start()
        else:
            self.start_process(name)
            self.wait_for_answer(name)

    def wait_for_answer(self, name: str) -> None:
        """Wait until a process answers at all; what it needs may be away just now."""
        deadline = time.monotonic() + _READY_S
        with client(timeout=2) as http:
            while time.monotonic() < deadline:
                try:
                    http.get(f"{self.url(name)}/health/live")
                except HTTPError:
                    time.sleep(0.05)
                else:
                    return
        raise TimeoutError(f"{name} does not answer")

    def clock_of(self, name: str) -> str:
        """Return the time that a process itself tells, in the header `Date` of its answers."""
        with client(timeout=10) as http:
            return str(http.get(f"{self.url(name)}/health/live").headers.get("date"))

    def second(self, service: str) -> Child:
        """Start a second member of a service's consumer group."""
        child = Child(f"{service}-second", self.folder / "processes")
        child.start(
            [sys.executable, "-m", "deploy.cli.main", "serve", service, "--port", str(free_port())],
            env={**os.environ, "NTBCARE_ENV_FILE": str(self.env_file)},
        )
        return child

    async def ask(self, question: str) -> int:
        """Ask the database, as its owner, for a number; while it is away, wait for it."""
        while True:
            try:
                connection = await asyncpg.connect(self.owner_url)
                try:
                    return int(await connection.fetchval(question))
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(_AGAIN_S)
