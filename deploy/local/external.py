"""The same processes against a PostgreSQL and a Kafka that somebody else runs, as one env file describes them.

The env file's own Kafka user is the administrator. Where Kafka wants a password (SCRAM), each process gets a user of
its own, as the table in `deploy/kafka/access.py` names it; its password is drawn once and kept in the state folder.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError

from deploy.kafka.access import service_user, users
from deploy.kafka.administration import Administration, Difference, NoRulesError
from deploy.local.files import write_private
from deploy.local.locks import FolderLock
from deploy.local.processes import ServerError
from deploy.local.stack import PROCESSES
from deploy.local.supervisor import Process, Supervisor
from shared.db import migrations
from shared.db.address import check_address
from shared.db.roles import prepare_roles
from shared.events import TOPICS
from shared.kafka import KafkaSettings, apply_topics

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Owner:
    """The database's owner, and the password that each login role is to have."""

    url: str = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)


class External(Supervisor):
    """The stack without servers of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        env_file: Path,
        kafka: KafkaSettings,
        owner: Owner | None,
        first_port: int | None = None,
    ) -> None:
        """Take the administrator's way in to Kafka, and the database's owner.

        Without an owner nothing is prepared: roles, schemas, topics, rules and users are there.
        """
        super().__init__(folder, PROCESSES, first_port=first_port)
        self.kafka = kafka
        self._env_file = env_file
        self._owner = owner
        self.warnings: list[str] = []
        self._lock = FolderLock(folder)
        self._users_file = folder / "kafka-users.json"
        self._users: dict[str, str] = json.loads(self._users_file.read_text()) if self._users_file.exists() else {}

    @property
    def env_file(self) -> Path:
        """The file that describes everything; it is the operator's."""
        return self._env_file

    def prepare(self, say: Callable[[str], None]) -> None:
        """Ask both servers whether they are there; then make what is missing on them, unless told not to."""
        self._lock.acquire()
        say("PostgreSQL and Kafka …")
        if self._owner is not None:
            asyncio.run(_log_in(self._owner.url))
        Administration(self.kafka).topics()
        if self._owner is None:
            return
        say("Schemas and login roles …")
        asyncio.run(prepare_roles(self._owner.url, self._owner.passwords))
        migrations.upgrade(self._owner.url)
        say("Topics, rules and users …")
        self._prepare_kafka()

    def stop(self) -> None:
        """Stop every process, and give the folder free."""
        super().stop()
        self._lock.release()

    def watch_servers(self, say: Callable[[str], None]) -> None:
        """Leave them to whoever runs them; the processes wait for a server that is away."""

    def settings_of(self, process: Process) -> dict[str, str]:
        """Return the process's own Kafka user, where it has one."""
        user = service_user(process.arguments[0])
        if user not in self._users:
            return {}
        return {
            "NTBCARE_KAFKA_USERNAME": f"{self.kafka.prefix}{user}",
            "NTBCARE_KAFKA_PASSWORD": self._users[user],
        }

    def _prepare_kafka(self) -> None:
        try:
            asyncio.run(apply_topics(self.kafka, TOPICS))
        except KafkaError as error:
            raise ServerError(f"Kafka at {self.kafka.bootstrap} made no topics ({type(error).__name__}).") from None
        if not self.kafka.with_sasl or self.kafka.sasl_mechanism == "PLAIN":
            return
        administration = Administration(self.kafka)
        difference = administration.compare()
        try:
            administration.apply(Difference(missing=difference.missing))
        except NoRulesError as error:
            self.warnings.append(f"{error} Whoever gets in may read everything.")
        if difference.undeclared:
            self.warnings.append("Kafka users of ours may do more than is declared: run `ntbcare events access apply`.")
        self._prepare_users(administration)

    def _prepare_users(self, administration: Administration) -> None:
        services = {process.arguments[0] for process in self.processes if process.talks_to_kafka}
        drawn = {user: secrets.token_hex(32) for service in services if (user := service_user(service)) in users()}
        self._users = {**drawn, **self._users}
        write_private(self._users_file, json.dumps(self._users))
        for user, password in self._users.items():
            administration.set_password(f"{self.kafka.prefix}{user}", password)


async def _log_in(url: str) -> None:
    check_address(url)
    try:
        connection = await asyncpg.connect(url, timeout=_PATIENCE_S)
    except (asyncpg.PostgresError, OSError) as error:  # their words hold no password
        raise ServerError(f"PostgreSQL does not let its owner in ({type(error).__name__}: {error}).") from None
    await connection.close()
