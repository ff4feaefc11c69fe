import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from deploy.local.brokers import ApacheKafka, Broker, Tansu, apache_kafka_available
from deploy.local.locks import FolderInUseError

from .starters import APACHE_KAFKA, TANSU, ends, kill, listening_addresses, starter

REASON = apache_kafka_available()
NEEDS_APACHE = [pytest.mark.apache, pytest.mark.skipif(REASON is not None, reason=str(REASON))]
BROKERS = [pytest.param(Tansu, id="tansu"), pytest.param(ApacheKafka, id="apache", marks=NEEDS_APACHE)]


@pytest.fixture(scope="module", params=BROKERS)
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with request.param(tmp_path_factory.mktemp("a folder, with spaces") / "é") as server:
        yield server


async def send(broker: Broker, value: bytes, *, idempotent: bool = False) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all", enable_idempotence=idempotent)
    try:
        await producer.start()
        await asyncio.wait_for(producer.send_and_wait("things", value), timeout=10)
    finally:
        await producer.stop()


async def make_topic(broker: Broker) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    try:
        await admin.start()
        await admin.create_topics([NewTopic("things", num_partitions=1, replication_factor=1)])
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def first_value(broker: Broker) -> bytes | None:
    consumer = AIOKafkaConsumer("things", bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    try:
        await consumer.start()
        value: bytes | None = (await asyncio.wait_for(consumer.getone(), timeout=10)).value
        return value
    finally:
        await consumer.stop()


def test_a_broker_listens_on_loopback_only(broker: Broker) -> None:
    addresses = {address.removeprefix("::ffff:") for address in listening_addresses(broker.pid)}
    assert addresses == {"127.0.0.1"}


async def test_a_broker_keeps_after_a_kill_what_it_promises_to_keep(broker: Broker) -> None:
    await make_topic(broker)
    await send(broker, b"kept?")
    assert await first_value(broker) == b"kept?"
    address = broker.bootstrap
    broker.kill()
    assert not broker.running
    broker.start()
    assert broker.bootstrap == address
    if broker.durable:
        assert await first_value(broker) == b"kept?"
    else:
        assert await make_topic(broker) == {"things"}
        await send(broker, b"new")
        assert await first_value(broker) == b"new"


async def test_a_broker_takes_idempotent_producers_exactly_if_it_says_so(broker: Broker) -> None:
    if broker.supports_idempotence:
        await send(broker, b"once", idempotent=True)
    else:
        with pytest.raises(KafkaError):
            await send(broker, b"once", idempotent=True)


def test_a_second_starter_of_the_same_broker_learns_who_holds_it(broker: Broker) -> None:
    with pytest.raises(FolderInUseError, match=rf"in use by process {os.getpid()} "):
        type(broker)(broker.folder).start()
    assert broker.running


def test_the_name_says_what_is_running(broker: Broker) -> None:
    expected = "Apache Kafka 4." if broker.durable else "embedded broker (Tansu 0."
    assert broker.name.startswith(expected)


@pytest.mark.parametrize(
    "code", [pytest.param(TANSU, id="tansu"), pytest.param(APACHE_KAFKA, id="apache", marks=NEEDS_APACHE)]
)
def test_a_broker_dies_when_its_starter_is_killed(tmp_path: Path, code: str) -> None:
    with starter(code, tmp_path / "state") as (process, server):
        kill(process)
        assert ends(server, within=10)
