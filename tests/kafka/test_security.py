"""Apache Kafka with TLS, passwords and the declared rules: each user does its own work and nothing else.

One secured broker for the module; users and rules are made by the product's own commands.
"""

import asyncio
import json
import os
import secrets
import stat
import sys
from contextlib import AsyncExitStack, asynccontextmanager

import psutil
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from confluent_kafka.admin import (  # type: ignore[attr-defined] # it says __init__ exports nothing
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)
from pydantic import SecretStr
from structlog.testing import capture_logs
from typer.testing import CliRunner

from deploy.cli import events
from deploy.cli.operator import console
from deploy.contracts.files import ROOT
from deploy.kafka.access import region_user, service_user, users
from deploy.kafka.administration import Administration, AdministrationError, Difference
from deploy.local.brokers import ApacheKafka, BrokerCertificate, apache_kafka_available
from shared.core.ids import new_id
from shared.events import COMPLAINTS, REGION_TOPICS, TOPICS, ComplaintSharedWithRegion
from shared.kafka import KafkaSettings, apply_topics
from tests.tls import make_certificates

from .pipes import Pipes, Probe, changed, example, until

REASON = apache_kafka_available()
pytestmark = [pytest.mark.apache, pytest.mark.skipif(REASON is not None, reason=str(REASON))]

EXAMPLE = ROOT / "docs" / "examples" / "region_consumer.py"
LOMBOK_TIMUR, BIMA, MATARAM, PROVINCE = "52.03", "52.06", "52.71", "52"
PREFIX = "a."


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    certificates = make_certificates(tmp_path_factory.mktemp("certificates"))
    certificate = BrokerCertificate(server=certificates.server, ca=certificates.ca)
    with ApacheKafka(tmp_path_factory.mktemp("secured"), certificate=certificate) as broker:
        yield broker


@pytest.fixture(scope="module")
def admin(secured: ApacheKafka) -> KafkaSettings:
    """The administrator's way in, with topics, rules and a user for everybody of the table."""
    settings = secured.kafka.model_copy(update={"prefix": PREFIX})
    asyncio.run(apply_topics(settings, TOPICS))
    administration = Administration(settings)
    administration.apply(administration.compare())
    for name in users():
        administration.set_password(f"{PREFIX}{name}", password_of(name))
    return settings


@pytest.fixture(scope="module")
def as_user(admin: KafkaSettings):
    def as_user(name: str, password: str | None = None) -> KafkaSettings:
        secret = SecretStr(password or password_of(name))
        return admin.model_copy(update={"username": f"{PREFIX}{name}", "password": secret})

    return as_user


def password_of(name: str) -> str:
    return f"the-password-of-{name}"


@asynccontextmanager
async def started(client):
    try:
        await client.start()
        yield client
    finally:
        await client.stop()


@pytest.fixture
def read(as_user):
    """Read one record of a topic as a user, as a member of a group."""

    async def read(user, topic, group):
        settings = as_user(user)
        async with (
            asyncio.timeout(10),
            started(
                AIOKafkaConsumer(
                    f"{PREFIX}{topic}",
                    **settings.connection("test"),
                    group_id=f"{PREFIX}{group}",
                    auto_offset_reset="earliest",
                )
            ) as consumer,
        ):
            return (await consumer.getone()).value

    return read


@pytest.fixture
def write(as_user):
    async def write(user, topic, value):
        settings = as_user(user).model_copy(update={"idempotence": user == "ntbcare-relay"})
        async with asyncio.timeout(10), started(settings.producer()) as producer:
            await producer.send_and_wait(f"{PREFIX}{topic}", value)

    return write


@pytest.fixture
def run(admin, monkeypatch, tmp_path):
    """Type `ntbcare events …` as the administrator."""
    monkeypatch.setenv("NTBCARE_ENV_FILE", str(tmp_path / "no.env"))
    monkeypatch.setattr(console, "width", 240)
    for name, value in {
        "BOOTSTRAP": admin.bootstrap,
        "PREFIX": PREFIX,
        "SECURITY_PROTOCOL": "SASL_SSL",
        "USERNAME": admin.username,
        "PASSWORD": admin.password.get_secret_value(),
        "CA_FILE": admin.ca_file,
    }.items():
        monkeypatch.setenv(f"NTBCARE_KAFKA_{name}", value)

    async def run(*arguments, typed=None):
        return await asyncio.to_thread(lambda: CliRunner().invoke(events.app, list(arguments), input=typed))

    return run


def topic_of(region: str) -> str:
    return REGION_TOPICS[region].name


@pytest.mark.wide
async def test_the_relay_publishes_and_routing_consumes(as_user, database_urls, sql):
    complaint = new_id()
    async with AsyncExitStack() as stack:
        pipes = Pipes(as_user(service_user("routing")), database_urls, sql, stack)
        (event,) = await pipes.publish(changed(complaint))
        consumer = pipes.consumer(Probe())
        relay = pipes.relay(kafka=as_user("ntbcare-relay"))
        async with pipes.running(relay.run(), consumer.run()) as tasks:

            async def arrived() -> bool:
                return await pipes.effects(complaint) == [event]

            await until(arrived, tasks=tasks)


@pytest.mark.parametrize(
    ("user", "password", "error"),
    [
        ("ntbcare-routing", None, "ClusterAuthorizationFailedError"),
        ("ntbcare-relay", "an-older-password-of-ours", "KafkaConnectionError"),
    ],
)
async def test_a_relay_that_may_not_write_says_so_and_keeps_its_events(
    as_user, database_urls, sql, user, password, error
):
    async with AsyncExitStack() as stack:
        pipes = Pipes(as_user(service_user("routing")), database_urls, sql, stack)
        await pipes.publish(changed(new_id()))
        with capture_logs() as logs:
            async with pipes.running(pipes.relay(kafka=as_user(user, password)).run()) as tasks:

                async def said() -> bool:
                    return len([line for line in logs if line.get("error") == error]) > 1

                await until(said, tasks=tasks)
        assert {line["event"] for line in logs} <= {"relay.broker_unavailable", "relay.leading"}
        assert await pipes.pending() == 1


async def test_a_wrong_password_is_refused_and_stands_in_no_log(as_user, caplog, capfd):
    wrong = "an-older-password-of-somebody"
    settings = as_user("ntbcare-relay", wrong)
    producer = settings.producer()
    with pytest.raises(KafkaConnectionError) as refused:
        await producer.start()
    await producer.stop()
    with pytest.raises(AdministrationError, match="invalid credentials") as explained:
        await asyncio.to_thread(Administration(settings, patience=1).topics)
    output = capfd.readouterr()
    everything = f"{refused.value} {explained.value} {caplog.text} {output.out} {output.err}"
    assert "Authentication failed" in everything
    assert wrong not in everything


async def test_a_broker_with_somebody_elses_certificate_gets_no_password(as_user, tmp_path):
    settings = as_user("ntbcare-relay").model_copy(update={"ca_file": str(make_certificates(tmp_path).ca)})
    producer = settings.producer()
    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()


async def test_lombok_timur_reads_its_own_topic_and_no_other(as_user, read, write):
    own, user = topic_of(LOMBOK_TIMUR), region_user(LOMBOK_TIMUR)
    for topic in (own, topic_of(BIMA), COMPLAINTS.name):
        await write("ntbcare-relay", topic, topic.encode())
    assert await read(user, own, user) == own.encode()
    assert await read(user, own, f"{user}-dashboard") == own.encode()
    for topic in (topic_of(BIMA), topic_of(PROVINCE), COMPLAINTS.name):
        with pytest.raises(TopicAuthorizationFailedError):
            await read(user, topic, user)
    assert await asyncio.to_thread(Administration(as_user(user)).topics) == {f"{PREFIX}{own}"}


async def test_the_example_follows_its_region_over_tls_with_the_regions_password(as_user, database_urls, sql, tmp_path):
    complaint = new_id()
    settings = as_user("ntbcare-relay")
    async with AsyncExitStack() as stack:
        pipes = Pipes(settings, database_urls, sql, stack)
        async with pipes.running(pipes.relay().run()) as tasks:
            await pipes.publish(example(ComplaintSharedWithRegion, complaint, region=MATARAM))

            async def sent() -> bool:
                return await pipes.pending() == 0

            await until(sent, tasks=tasks)
    environment = {
        "REGION": MATARAM,
        "KAFKA_BOOTSTRAP": settings.bootstrap,
        "KAFKA_PREFIX": PREFIX,
        "KAFKA_PASSWORD": password_of(region_user(MATARAM)),
        "KAFKA_CA_FILE": settings.ca_file,
        "STORE": str(tmp_path / "complaints.sqlite"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, EXAMPLE, env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), timeout=15)
    finally:
        process.kill()
        await process.communicate()
    assert json.loads(line)["complaint_id"] == str(complaint)


async def test_lombok_timur_writes_nowhere(write):
    for topic in (topic_of(LOMBOK_TIMUR), topic_of(BIMA), COMPLAINTS.name):
        with pytest.raises(TopicAuthorizationFailedError):
            await write(region_user(LOMBOK_TIMUR), topic, b"not ours to say")


@pytest.mark.parametrize(
    ("region", "group"),
    [
        (LOMBOK_TIMUR, "routing"),
        (LOMBOK_TIMUR, "regency-52.06"),
        (LOMBOK_TIMUR, "regency-52.031"),
        (PROVINCE, "regency-52.03"),
        (PROVINCE, "regency-52.03-dashboard"),
    ],
)
async def test_a_region_joins_no_group_but_its_own(read, region, group):
    with pytest.raises(GroupAuthorizationFailedError):
        await read(region_user(region), topic_of(region), group)


async def test_a_service_that_only_reads_writes_nowhere(write):
    with pytest.raises(TopicAuthorizationFailedError):
        await write("ntbcare-routing", COMPLAINTS.name, b"past the outbox")


async def test_a_user_of_the_house_administrates_nothing(as_user):
    administration = Administration(as_user("ntbcare-relay"))
    with pytest.raises(AdministrationError, match=r"does not let a\.ntbcare-relay administrate it"):
        await asyncio.to_thread(lambda: administration.apply(administration.compare()))


def test_the_administrators_password_stands_in_no_command_line_and_nobody_else_reads_it(secured):
    password = secured.kafka.password.get_secret_value()
    assert password not in " ".join(psutil.Process(secured.pid).cmdline())
    holding = [path for path in secured.folder.iterdir() if path.is_file() and password in path.read_text()]
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in holding] == [("password", 0o600)]


async def test_only_an_administrator_makes_topics(run, as_user, monkeypatch):
    monkeypatch.setenv("NTBCARE_KAFKA_PREFIX", "other.")
    monkeypatch.setenv("NTBCARE_KAFKA_USERNAME", f"{PREFIX}ntbcare-relay")
    monkeypatch.setenv("NTBCARE_KAFKA_PASSWORD", password_of("ntbcare-relay"))
    answer = await run("topics")
    assert answer.exit_code == 1
    assert "(TopicAuthorizationFailedError). Is a.ntbcare-relay an administrator?" in answer.output


async def test_applying_the_rules_twice_changes_nothing(run):
    for _ in range(2):
        answer = await run("access", "apply")
        assert answer.exit_code == 0, answer.output
        assert answer.output == "Every rule is there, and no other of our users.\n"


async def test_a_rule_that_is_not_declared_is_shown_and_removed_after_a_yes(admin, run):
    await asyncio.to_thread(add_rule, admin, f"User:{PREFIX}regency-52.06", f"{PREFIX}complaints.v1")
    line = "a.regency-52.06: allow read topic a.complaints.v1"
    answer = await run("access", "apply", typed="n\n")
    assert line in answer.output
    assert answer.exit_code == 1
    answer = await run("access", "apply", typed="y\n")
    assert line in answer.output
    assert "removed 1" in answer.output
    assert line not in (await run("access", "apply")).output


async def test_a_strangers_rule_on_our_topics_is_shown_and_left_alone(admin, run):
    await asyncio.to_thread(add_rule, admin, "User:somebody", f"{PREFIX}complaints.v1")
    await asyncio.to_thread(add_rule, admin, "User:b.ntbcare-relay", "b.complaints.v1")
    for _ in range(2):
        answer = await run("access", "apply", "--yes")
        assert "somebody: allow read topic a.complaints.v1" in answer.output
        assert "b.complaints.v1" not in answer.output


async def test_a_users_new_password_is_printed_once_and_voids_the_old_one(as_user, run, tmp_path):
    answer = await run("access", "user", "ntbcare-replies")
    name, password = (line.partition("=")[2] for line in answer.output.splitlines())
    assert name == "a.ntbcare-replies"
    assert await asyncio.to_thread(Administration(as_user("ntbcare-replies", password)).topics)
    with pytest.raises(AdministrationError):
        await asyncio.to_thread(Administration(as_user("ntbcare-replies"), patience=1).topics)


async def test_a_password_can_come_from_standard_input_and_is_not_printed(as_user, run):
    password = secrets.token_hex(16)
    answer = await run("access", "user", "ntbcare-lapor", "--stdin", typed=f"{password}\n")
    assert answer.output == "a.ntbcare-lapor has this password now.\n"
    assert await asyncio.to_thread(Administration(as_user("ntbcare-lapor", password)).topics)


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (["nobody"], None, "knows no user nobody"),
        (["ntbcare-lapor", "--stdin"], "short\n", "at least 16 characters"),
    ],
)
async def test_an_unknown_user_or_a_weak_password_is_refused(run, arguments, typed, words):
    answer = await run("access", "user", *arguments, typed=typed)
    assert answer.exit_code != 0
    assert words in answer.output


async def test_the_table_is_printed_for_people_and_machines(run):
    assert "a.regency-52.03" in (await run("access", "show")).output
    assert '"name": "a.complaints.region.52.03"' in (await run("access", "show", "--json")).output


def add_rule(admin: KafkaSettings, principal: str, topic: str) -> None:
    rule = AclBinding(
        ResourceType.TOPIC,
        topic,
        ResourcePatternType.LITERAL,
        principal,
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    Administration(admin).apply(Difference(missing=(rule,)))
