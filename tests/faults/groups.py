"""Consumer groups: their members, and how far they have read."""

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kafka import KafkaSettings

_GLANCE_S = 0.3


async def until_members(kafka: KafkaSettings, group: str, wanted: int) -> None:
    """Wait until the group has so many; one that was killed counts until its session is over."""
    while True:
        if await _members(kafka, group) == wanted:
            return
        await asyncio.sleep(_GLANCE_S)


async def _members(kafka: KafkaSettings, group: str) -> int:
    """Ask the broker; 0 while it cannot say."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        async with asyncio.timeout(10):
            await client.start()
            (answer,) = await client.describe_consumer_groups([group])
    except (KafkaError, OSError, TimeoutError):
        return 0
    finally:
        await client.close()
    described: Any = answer.groups[0]
    return len(described[5])


async def read_by(kafka: KafkaSettings, group: str) -> dict[int, int]:
    """Return the offset that a group will read next, by partition."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await client.start()
    try:
        offsets = await client.list_consumer_group_offsets(group)
    finally:
        await client.close()
    return {partition.partition: told.offset for partition, told in offsets.items()}
