"""The whole house on one machine: Postgres, a broker, and each service as a process of its own.

`make demo` and `make up` run it. Its folder is its whole state: the database, the secrets drawn at the first start
(they are nobody's default), attachments and logs. A memory-only broker is filled again from the outbox at every start.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.local.brokers import Broker
from deploy.local.files import write_private
from deploy.local.kannel import Kannel, kannel_available
from deploy.local.postgres import Postgres
from deploy.local.server import Server
from deploy.local.supervisor import Process, Supervisor
from shared.db import Database, migrations
from shared.db.roles import prepare_roles, role_of
from shared.events import TOPICS
from shared.kafka import KafkaSettings, apply_topics
from shared.kafka.relay import republish
from shared.security import new_key_pair

DATABASE = "ntbcare"
_SENDSMS_PATH = "/cgi-bin/sendsms"

PROCESSES = (
    Process("intake-sms", ("intake", "--channels", "sms", "--part", "http")),
    Process("intake-facebook", ("intake", "--channels", "facebook", "--part", "http")),
    Process("intake-instagram", ("intake", "--channels", "instagram", "--part", "http")),
    Process("intake-mobile", ("intake", "--channels", "mobile,web,lapor", "--part", "http")),
    # The doors need no Kafka and ask no provider: one process apart does both for all of them, and opens no door.
    Process("intake-workers", ("intake", "--part", "workers"), talks_to_kafka=True),
    Process("relay", ("relay",), talks_to_kafka=True),
    Process("routing", ("routing",), talks_to_kafka=True),
    Process("casework", ("casework",), talks_to_kafka=True),
    Process("identity", ("identity",)),
    Process("lapor", ("lapor",), talks_to_kafka=True),
    Process("replies", ("replies",), talks_to_kafka=True),
    Process("regencies", ("regencies",), talks_to_kafka=True),
    Process("monitoring", ("monitoring",), talks_to_kafka=True),
)

LAPOR, GRAPH, SENDSMS = "lapor-simulator", "graph-simulator", "kannel-simulator"
LAST_LAPOR_STATUS = "Dalam Proses"
"""What LAPOR!'s stand-in says of a complaint in the end."""
_STEPS = f"1:Terverifikasi,2:{LAST_LAPOR_STATUS}"
_LAPOR = ("lapor", "simulator", "--journal", "{folder}/lapor.journal", "--timetable", _STEPS)
_DOORS = {"--facebook-door": "{intake-facebook}/channels/facebook"}
_DOORS |= {"--instagram-door": "{intake-instagram}/channels/instagram"}
_GRAPH = ("graph", "simulator", *(word for pair in _DOORS.items() for word in pair))
STAND_INS = (
    Process(LAPOR, _LAPOR, stand_in=True, ready="/_simulator/quirks"),
    Process(GRAPH, _GRAPH, stand_in=True, ready="/_simulator/messages"),
)
"""Third parties that no demonstration and no test may call: strict servers of their own."""
SENDSMS_STAND_IN = Process(SENDSMS, ("kannel", "simulator"), stand_in=True, ready="/_simulator/messages")
"""In Kannel's place on machines without it."""

OFFICERS = Process("officers", ("identity", "lapor", "intake", "--channels", "web", "--part", "http"))
"""What the officers' page asks, at one address: elsewhere the ingress makes one of all of them."""

FACEBOOK_PAGE = "1067280970047460"
INSTAGRAM_ACCOUNT = "17841400008460056"
META_APP = "1517776481860111"
"""Our app at Meta: by it the doors know the echo of what we sent."""
SMS_NUMBER = "1708"


class Stack(Supervisor):
    """The stack in one folder. Use it as a context manager, or `start` and `stop` it."""

    def __init__(
        self,
        folder: Path,
        *,
        postgres: Postgres,
        broker: Broker,
        prefix: str = "",
        first_port: int | None = None,
        settings: Mapping[str, str] | None = None,
        by_hand: bool = False,
    ) -> None:
        """Choose the state folder and the servers; those that do not run yet are started and stopped with the stack.

        `first_port` fixes the processes' ports in a row from there, otherwise free ones are drawn. `prefix` stands
        before topics and groups; `settings` go into every process's environment. `by_hand`: somebody tries it out; who
        writes with curl is answered, though Graph's stand-in never saw them write, and the officers' page is served.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._secrets = _secrets(folder / "secrets.json")
        self.kannel = None if kannel_available() else self._kannel(folder / "kannel")
        stand_ins: tuple[Process, ...] = STAND_INS if self.kannel else (*STAND_INS, SENDSMS_STAND_IN)
        if by_hand:
            stand_ins = tuple(_answering_anybody(process) for process in stand_ins)
        officers = (OFFICERS,) if by_hand else ()
        super().__init__(folder, (*PROCESSES, *stand_ins, *officers), first_port=first_port)
        self.postgres = postgres
        self.broker = broker
        self._prefix = prefix
        self._own_servers: list[Server] = []
        self._extra = dict(settings or {})

    def database_url(self, role: str) -> str:
        """Return the database URL of a login role."""
        return f"postgresql://{role}:{self._secrets[role]}@127.0.0.1:{self.postgres.port}/{DATABASE}"

    @property
    def owner_url(self) -> str:
        """The database URL of its owner: for migrations, and for counting what no service may see."""
        return self.postgres.admin_url(DATABASE)

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker."""
        return KafkaSettings(
            bootstrap=self.broker.bootstrap, prefix=self._prefix, idempotence=self.broker.supports_idempotence
        )

    def environment(self) -> dict[str, str]:
        """Return the settings of every service."""
        drawn = self._secrets
        urls = {f"{role.upper()}_DATABASE_URL": self.database_url(role) for role in migrations.login_roles()}
        return {
            **urls,
            "NTBCARE_OWNER_DATABASE_URL": self.owner_url,
            "NTBCARE_KAFKA_BOOTSTRAP": self.broker.bootstrap,
            "NTBCARE_KAFKA_PREFIX": self._prefix,
            "NTBCARE_KAFKA_IDEMPOTENCE": str(self.broker.supports_idempotence).lower(),
            "NTBCARE_INTAKE_VAULT_KEYS": drawn["vault_key"],
            "NTBCARE_INTAKE_ACCESS_CODE_KEY": drawn["access_code_key"],
            "NTBCARE_INTAKE_ATTACHMENTS": str(self.folder / "attachments"),
            "NTBCARE_IDENTITY_SIGNING_KEY": drawn["signing_key"],
            "NTBCARE_IDENTITY_VAULT_KEYS": drawn["identity_vault_key"],
            # A local installation: whoever tries it out has no authenticator at hand.
            "NTBCARE_IDENTITY_TOTP_REQUIRED": "none",
            "NTBCARE_SECURITY_TOKEN_PUBLIC_KEY": drawn["public_key"],
            "NTBCARE_CASEWORK_VERIFICATION": "confident_routing",
            "NTBCARE_CASEWORK_VERIFICATION_CONFIDENCE": "0.6",
            "NTBCARE_CASEWORK_VAULT_KEYS": drawn["vault_key"],
            "NTBCARE_REPLIES_VAULT_KEYS": drawn["vault_key"],
            "NTBCARE_REPLIES_QUIET_BEGIN": "00:00",  # a demonstration at night shows everything too
            "NTBCARE_REPLIES_QUIET_END": "00:00",
            **self._channels(),
            **self._lapor(),
            **self._extra,
        }

    def _channels(self) -> dict[str, str]:
        drawn, graph = self._secrets, f"{self.url(GRAPH)}/v26.0"
        return {
            "NTBCARE_FACEBOOK_APP_SECRETS": drawn["facebook_app_secret"],
            "NTBCARE_FACEBOOK_VERIFY_TOKEN": drawn["facebook_verify_token"],
            "NTBCARE_FACEBOOK_PAGES": FACEBOOK_PAGE,
            "NTBCARE_FACEBOOK_PAGE_TOKENS": json.dumps({FACEBOOK_PAGE: drawn["facebook_page_token"]}),
            "NTBCARE_FACEBOOK_GRAPH_URL": graph,
            "NTBCARE_INSTAGRAM_APP_SECRETS": drawn["instagram_app_secret"],
            "NTBCARE_INSTAGRAM_VERIFY_TOKEN": drawn["instagram_verify_token"],
            "NTBCARE_INSTAGRAM_APP_ID": META_APP,
            "NTBCARE_INSTAGRAM_ACCOUNTS": INSTAGRAM_ACCOUNT,
            "NTBCARE_INSTAGRAM_ACCOUNT_TOKENS": json.dumps({INSTAGRAM_ACCOUNT: drawn["instagram_account_token"]}),
            "NTBCARE_INSTAGRAM_GRAPH_URL": graph,
            "NTBCARE_SMS_NUMBERS": SMS_NUMBER,
            "NTBCARE_SMS_KANNEL_TOKEN": drawn["kannel_token"],
            "NTBCARE_SMS_SENDSMS_URL": self.kannel.sendsms_url
            if self.kannel
            else f"{self.url(SENDSMS)}{_SENDSMS_PATH}",
            "NTBCARE_SMS_SENDSMS_PASSWORD": drawn["sendsms_password"],
            "NTBCARE_SMS_DLR_URL": self.sms_door,
            "NTBCARE_MOBILE_APPS": "ntbcare",
            "NTBCARE_LAPOR_DOOR_SECRETS": drawn["lapor_door_secret"],
            "NTBCARE_LAPOR_DOOR_URL": self.lapor_door,
        }

    def _lapor(self) -> dict[str, str]:
        return {
            "NTBCARE_LAPOR_BASE_URL": f"{self.url(LAPOR)}/lapor/3.0.0",
            "NTBCARE_LAPOR_AUTH": self._secrets["lapor_auth"],
            "NTBCARE_LAPOR_TOKEN": f"{{{self._secrets['lapor_token']}}}",
            "NTBCARE_LAPOR_USER_ID": "1",
            "NTBCARE_LAPOR_CHANNEL_ID": "1",
            "NTBCARE_LAPOR_INSTITUTION_ID": "1",
            "NTBCARE_LAPOR_LOOK_EVERY_S": "15",
            "NTBCARE_LAPOR_LOOK_AGAIN_S": "15",
            "NTBCARE_LAPOR_RETRY_S": "2",
            "NTBCARE_LAPOR_PAUSE_S": "5",
            "NTBCARE_LAPOR_SETTLE_S": "5",
            # A local installation: nobody sits there to look at what was masked; it goes, and is secret there.
            "NTBCARE_LAPOR_REVIEW": "never",
            "NTBCARE_LAPOR_LOOKS_PER_HOUR": "100000",
            "NTBCARE_LAPOR_SENDS_PER_HOUR": "100000",
            "NTBCARE_LAPOR_ATTACHMENTS": str(self.folder / "attachments"),
        }

    @property
    def sms_door(self) -> str:
        """Our door as Kannel calls it, with its token."""
        return f"{self.url('intake-sms')}/channels/sms/kannel/{self._secrets['kannel_token']}"

    @property
    def lapor_door(self) -> str:
        """Our door as the service lapor calls it."""
        return f"{self.url('intake-mobile')}/channels/lapor/complaints"

    def _kannel(self, folder: Path) -> Kannel:
        return Kannel(
            folder, door_url="", sender=SMS_NUMBER, password=self._secrets["sendsms_password"], retry_seconds=1
        )

    def prepare(self, say: Callable[[str], None]) -> None:
        """Start the servers that do not run; make roles, schemas and topics."""
        if not self.postgres.running:
            say("PostgreSQL …")
            self._own_servers.append(self.postgres.start())
        say("Schemas and login roles …")
        asyncio.run(self._prepare_database())
        migrations.upgrade(self.owner_url)
        if not self.broker.running:
            say(f"{self.broker.name} …")
            self._own_servers.append(self.broker.start())
        asyncio.run(self._prepare_topics())
        if self.kannel and not self.kannel.running:
            say("Kannel …")
            self.kannel.door_url = self.sms_door
            self._own_servers.append(self.kannel.start())
        self._write_env_file()

    def stop(self) -> None:
        """Stop everything, the services first."""
        super().stop()
        while self._own_servers:
            self._own_servers.pop().stop()

    def restart_broker(self) -> None:
        """Start a broker that ended. One that forgets must not meet anybody who remembers its old offsets.

        A consumer that lives on would commit them to the new, shorter log and never see what stands below. The
        processes that talk to Kafka therefore end first, and `watch` starts them again.
        """
        if not self.broker.durable:
            for process in PROCESSES:
                if process.talks_to_kafka and self._children[process.name].running:
                    self.kill_process(process.name)
        self.broker.start()
        asyncio.run(self._prepare_topics())

    def watch_servers(self, say: Callable[[str], None]) -> None:
        """Start a server again that ended."""
        if not self.postgres.running:
            say("PostgreSQL ended; starting it again.")
            self.postgres.start()
        if not self.broker.running:
            say(f"{self.broker.name} ended; starting it again and publishing what it forgot.")
            self.restart_broker()
        if self.kannel and not self.kannel.running:
            say("Kannel ended; starting it again.")
            self.kannel.start()

    async def _prepare_database(self) -> None:
        connection = await asyncpg.connect(self.postgres.admin_url())
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close()
        await prepare_roles(self.owner_url, {role: self._secrets[role] for role in migrations.login_roles()})

    async def _prepare_topics(self) -> None:
        created = await apply_topics(self.kafka, TOPICS)
        if created and not self.broker.durable:
            database = Database(self.database_url(role_of("relay")), application="stack", pool_size=1, patient=True)
            retention = max(topic.retention for topic in TOPICS)
            await republish(database, since=datetime.now(UTC) - retention)
            await database.close()

    def _write_env_file(self) -> None:
        write_private(self.env_file, "".join(_env_line(*setting) for setting in self.environment().items()))


def _answering_anybody(process: Process) -> Process:
    return replace(process, arguments=(*process.arguments, "--anybody")) if process.name == GRAPH else process


def _env_line(name: str, value: str) -> str:
    """Write one setting as an env file holds it: a folder's name may have a quote in it."""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{quoted}'\n"


def _secrets(path: Path) -> dict[str, str]:
    """Return the secrets of this folder; what is missing is drawn now."""
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    names = [
        *migrations.login_roles(),
        "vault_key",
        "identity_vault_key",
        "access_code_key",
        "facebook_app_secret",
        "facebook_verify_token",
        "instagram_app_secret",
        "instagram_verify_token",
        "kannel_token",
        "facebook_page_token",
        "instagram_account_token",
        "sendsms_password",
        "lapor_auth",
        "lapor_token",
        "lapor_door_secret",
    ]
    drawn = {name: secrets.token_hex(32) for name in names}
    pair = new_key_pair()
    drawn |= {"signing_key": pair.signing_key, "public_key": pair.public_key}
    merged = {**drawn, **known}
    if merged != known:
        write_private(path, json.dumps(merged))
    return merged
