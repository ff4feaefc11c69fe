"""How many members a consumer group has."""

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kafka import KafkaSettings


async def members(kafka: KafkaSettings, group: str) -> int:
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
