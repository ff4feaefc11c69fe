"""How the house stands now: who is connected, what waits, how far readers of Kafka are behind, how accounts fare."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from sqlalchemy import text

from deploy.cli import parking
from deploy.kafka.access import ALSO, READERS
from services.intake.ledger.accounts import Accounts
from shared.db import Database
from shared.events import COMPLAINTS
from shared.kafka import KafkaSettings

_CONNECTED = text("""
    SELECT substr(usename, 9) AS service, count(*) AS connections FROM pg_stat_activity
    WHERE datname = current_database() AND usename LIKE 'ntbcare\\_%' AND usename <> current_user GROUP BY usename
""")
_OUTBOX = text("""
    SELECT count(*) AS pending, count(refused_reason) AS refused,
           coalesce(extract(epoch FROM clock_timestamp() - min(stored_at)), 0)::float AS oldest_s
    FROM bus.ledger WHERE published_at IS NULL
""")
_MAIL = text("""
    SELECT (SELECT reason FROM casework.mail_server) AS rests, count(*) AS untold,
           count(*) FILTER (WHERE problem IS NOT NULL) AS nobody
    FROM casework.notice WHERE told_at IS NULL
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The house, now. `lag` by group; None where Kafka did not say."""

    connections: Mapping[str, int]
    parked: Mapping[str, int]
    requests: int
    pending: int
    refused: int
    oldest_s: float
    intake: Mapping[str, Any]
    mail: Mapping[str, Any]
    """Steps of the ladder that are untold, those that nobody is there for, and why no officer is mailed (rests)."""
    lag: Mapping[str, int | None]


async def standing(database: Database, lag: Mapping[str, int | None]) -> Standing:
    """Look at the database, as the operator."""
    services = await parking.lots(database)
    parked = {one: len(await parking.listed(database, [one])) for one in services}
    async with database.transaction() as tx:
        connected = {row.service: row.connections for row in await tx.execute(_CONNECTED)}
        outbox = (await tx.execute(_OUTBOX)).one()
        mail = dict((await tx.execute(_MAIL)).mappings().one())
    return Standing(
        connections={name: connected.get(name, 0) for name in sorted({*services, *connected, "relay", "identity"})},
        parked=parked,
        requests=len(await parking.requests(database)),
        pending=outbox.pending,
        refused=outbox.refused,
        oldest_s=outbox.oldest_s,
        intake=await Accounts(database, {}).report(),
        mail=mail,
        lag=lag,
    )


async def lags(settings: KafkaSettings) -> dict[str, int | None]:
    """Return how many events each service has not worked through, None for one that never read; raises `KafkaError`."""
    admin, consumer = AIOKafkaAdminClient(**settings.connection("status")), settings.consumer(None)
    try:
        await admin.start()
        await consumer.start()
        return {group: await _lag(admin, consumer, settings, group) for group in READERS}
    finally:
        await consumer.stop()
        await admin.close()


async def _lag(
    admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, settings: KafkaSettings, group: str
) -> int | None:
    topics = (COMPLAINTS, *ALSO.get(group, ()))
    parts = [TopicPartition(settings.topic(topic), number) for topic in topics for number in range(topic.partitions)]
    try:
        offsets = await admin.list_consumer_group_offsets(f"{settings.prefix}{group}", partitions=parts)
    except GroupCoordinatorNotAvailableError:  # no group has ever read from this broker
        return None
    kept = {part: one.offset for part, one in offsets.items() if one.offset >= 0}
    ends = await consumer.end_offsets(list(kept)) if kept else {}
    return sum(max(0, ends[part] - offset) for part, offset in kept.items()) if kept else None
