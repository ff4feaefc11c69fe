"""How we reach the broker: settings, and clients made from them in one place."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaTimeoutError, TopicAlreadyExistsError, for_code

from shared.events import Topic
from shared.kafka.connection import KafkaConnection

_FETCH_WAIT_MS = 20
"""aiokafka's default of 500 ms costs up to 126 ms a hop on the embedded broker."""
_FETCH_BYTES = 128 * 1024
"""Of a partition at a time; aiokafka's megabyte held many records in memory behind a backlog. A larger event comes all
the same, by itself (KIP-74)."""

_STOP_S = 3.0


class KafkaSettings(KafkaConnection):
    """`prefix` separates installations (and tests) that share a broker: before every topic, group and user."""

    prefix: str = ""
    idempotence: bool = True
    """Off only for the embedded broker, which has no idempotent producers."""
    replication_factor: int = 1

    def topic(self, topic: Topic) -> str:
        """Return the topic's full name in this installation."""
        return f"{self.prefix}{topic.name}"

    def producer(self) -> AIOKafkaProducer:
        """Make the relay's producer (nobody else writes): acks=all, and idempotent where the broker can."""
        return AIOKafkaProducer(
            **self.connection("relay"),
            acks="all",
            enable_idempotence=self.idempotence,
            linger_ms=0,
            request_timeout_ms=10_000,
            retry_backoff_ms=100,
        )

    def consumer(self, group: str | None) -> AIOKafkaConsumer:
        """Make a consumer without topics; a group member commits by hand and starts at the beginning."""
        options: dict[str, Any] = {
            **self.connection(group or "reader"),
            "group_id": f"{self.prefix}{group}" if group else None,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "fetch_max_wait_ms": _FETCH_WAIT_MS,
            "max_partition_fetch_bytes": _FETCH_BYTES,
            "session_timeout_ms": 6_000,
            "heartbeat_interval_ms": 1_000,
        }
        return AIOKafkaConsumer(**options)


async def stop_producer(producer: AIOKafkaProducer) -> None:
    """Stop a producer in seconds, even one whose broker is away.

    aiokafka's own `stop` waits until everything is sent, and an idempotent producer's batches never expire.
    """
    stopping = asyncio.create_task(producer.stop())
    done, _ = await asyncio.wait([stopping], timeout=_STOP_S)
    if not done:
        await producer._sender.close()  # noqa: SLF001 - it has no public way to give up
        producer._message_accumulator.fail_all(KafkaTimeoutError())  # noqa: SLF001 - as above
    await stopping


async def apply_topics(settings: KafkaSettings, topics: Iterable[Topic]) -> list[str]:
    """Create the topics that are missing; return their names. Existing ones are left as they are."""
    admin = AIOKafkaAdminClient(**settings.connection("topics"))
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if settings.topic(topic) not in existing]
        if missing:
            answer = await admin.create_topics([_new_topic(settings, topic) for topic in missing])
            for name, code, *_rest in answer.topic_errors:
                if code not in {0, TopicAlreadyExistsError.errno}:
                    raise for_code(code)(name)
        return [settings.topic(topic) for topic in missing]
    finally:
        await admin.close()


def _new_topic(settings: KafkaSettings, topic: Topic) -> NewTopic:
    return NewTopic(
        name=settings.topic(topic),
        num_partitions=topic.partitions,
        replication_factor=settings.replication_factor,
        topic_configs={
            "retention.ms": str(int(topic.retention.total_seconds() * 1000)),
            "min.insync.replicas": "1" if settings.replication_factor == 1 else "2",
        },
    )
