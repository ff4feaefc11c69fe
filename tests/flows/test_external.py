"""`ntbcare up --external`: the same processes on a PostgreSQL with TLS and a Kafka with TLS, users and rules."""

import asyncio
import os
import secrets
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.kafka.administration import Administration
from deploy.local.brokers import ApacheKafka, BrokerCertificate, apache_kafka_available
from deploy.local.external import External, Owner
from deploy.local.processes import ServerError, free_port
from deploy.local.stack import Stack
from shared.http.client import client
from shared.kafka import KafkaSettings
from tests.tls import make_certificates, postgres_with_tls

REASON = apache_kafka_available()
UP = [sys.executable, "-m", "deploy.cli.main", "up", "--external"]
SUBMISSION = {"text": "Lampu jalan mati di Desa Sembalun, Lombok Timur"}
PATIENCE_S = 60


@pytest.fixture
def certificates(tmp_path):
    return make_certificates(tmp_path / "certificates")


@pytest.fixture
def broker(tmp_path, certificates):
    certificate = BrokerCertificate(server=certificates.server, ca=certificates.ca)
    with ApacheKafka(tmp_path / "broker", certificate=certificate) as broker:
        yield broker


@pytest.fixture
def database(postgres):
    """An empty database, as an operator's administrator hands it over."""
    name = f"external_{secrets.token_hex(4)}"
    asyncio.run(execute(postgres.admin_url(), f'CREATE DATABASE "{name}"'))
    return name


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def env_file(tmp_path, postgres, passwords, broker, database, certificates):
    """The one file that describes everything."""
    with postgres_with_tls(postgres.port, certificates) as port:
        query = f"sslmode=verify-full&sslrootcert={certificates.ca}"
        drawn = Stack(tmp_path / "drawn", postgres=postgres, broker=broker).environment()
        urls = {
            f"{role.upper()}_DATABASE_URL": f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}?{query}"
            for role, password in passwords.items()
        }
        owner = postgres.admin_url(database).replace(str(postgres.port), str(port))
        settings = (
            drawn
            | urls
            | {
                "NTBCARE_OWNER_DATABASE_URL": f"{owner}?{query}",
                "NTBCARE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
                "NTBCARE_KAFKA_USERNAME": broker.kafka.username,
                "NTBCARE_KAFKA_PASSWORD": broker.kafka.password.get_secret_value(),
                "NTBCARE_KAFKA_CA_FILE": broker.kafka.ca_file,
            }
        )
        path = tmp_path / "everything.env"
        path.write_text("".join(f"{name}='{value}'\n" for name, value in settings.items()))
        yield path


@pytest.mark.wide
@pytest.mark.apache
@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_a_complaint_is_assigned_on_servers_of_somebody_elses_with_tls_users_and_rules(env_file, broker, tmp_path):
    port = free_port(beside=range(-2, 20))
    state = tmp_path / "state"
    up = subprocess.Popen(
        [*UP, "--state", str(state), "--first-port", str(port)],
        env={**os.environ, "NTBCARE_ENV_FILE": str(env_file)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    try:
        assert up.stdout is not None
        for line in up.stdout:
            said.append(line)
            if line.startswith("Logs:"):
                break
        else:
            pytest.fail("up ended before it was ready:\n" + "".join(said))
        app = f"http://127.0.0.1:{port + 3}"
        with client(timeout=5) as http:
            receipt = http.post(f"{app}/v1/complaints", json=SUBMISSION, headers={"Idempotency-Key": "k-external"})
            status = f"{app}{receipt.json()['status_url']}"
            deadline = time.monotonic() + PATIENCE_S
            while http.get(status).json()["state"] != "assigned":
                assert time.monotonic() < deadline, "it was not assigned"
                time.sleep(0.1)
        family = psutil.Process(up.pid).children(recursive=True)
        assert not [child for child in family if "postgres" in child.name() or "tansu" in child.name()]
        difference = Administration(broker.kafka).compare()
        assert (difference.missing, difference.undeclared) == ((), ())
        assert stat.S_IMODE((state / "external" / "kafka-users.json").stat().st_mode) == 0o600
    finally:
        up.send_signal(signal.SIGTERM)
        said.append(up.communicate(timeout=PATIENCE_S)[0])
    assert up.returncode == 0
    words = "".join([*said, *(log.read_text() for log in Path(state).rglob("*.log"))])
    assert not [line for line in env_file.read_text().splitlines() if is_secret(line) and value(line) in words]


def is_secret(line: str) -> bool:
    return any(word in line.partition("=")[0] for word in ("PASSWORD", "SECRET", "KEY", "URL", "TOKEN"))


def value(line: str) -> str:
    return line.partition("=")[2].strip("'")


def test_a_database_that_does_not_let_the_owner_in_is_said_before_anything_starts(postgres, tmp_path):
    url = f"postgresql://postgres:an-old-password-of-theirs@127.0.0.1:{postgres.port}/postgres"
    nowhere = KafkaSettings(bootstrap="127.0.0.1:1")
    house = External(tmp_path, env_file=tmp_path / "no.env", kafka=nowhere, owner=Owner(url, {}))
    with pytest.raises(ServerError, match="PostgreSQL does not let its owner in") as refused:
        house.start()
    assert "an-old-password-of-theirs" not in f"{refused.value} {house._owner!r}"


def test_each_process_gets_the_kafka_user_of_its_service_and_no_other(tmp_path):
    (tmp_path / "kafka-users.json").write_text('{"ntbcare-relay": "of-relay", "ntbcare-intake": "of-intake"}')
    kafka = KafkaSettings(bootstrap="127.0.0.1:1", prefix="a.")
    house = External(tmp_path, env_file=tmp_path / "no.env", kafka=kafka, owner=None)
    given = {process.name: house.settings_of(process) for process in house.processes}
    assert given["relay"] == {"NTBCARE_KAFKA_USERNAME": "a.ntbcare-relay", "NTBCARE_KAFKA_PASSWORD": "of-relay"}
    assert given["intake-workers"]["NTBCARE_KAFKA_PASSWORD"] == "of-intake"
    assert given["identity"] == {}
    assert not [process.name for process in house.processes if process.stand_in]
