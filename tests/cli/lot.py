"""What stands in the outbox and in routing's parking lot before the operator comes."""

from typing import Any
from uuid import UUID

from aiokafka import ConsumerRecord

from services.routing.models import inbox, parked
from shared.core.ids import new_id
from shared.db import Database
from shared.events import COMPLAINTS, ComplaintEvent, ComplaintStatusChanged, Envelope, decode
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from tests.kafka.pipes import headers_of

LOT = ParkingLot(inbox, parked)
NOWHERE = KafkaSettings(bootstrap="127.0.0.1:1")


async def publish(database: Database, *events: ComplaintEvent) -> list[UUID]:
    ids = [new_id() for _ in events]
    async with database.transaction() as tx:
        for event, event_id in zip(events, ids, strict=True):
            tx.publish(event, event_id=event_id)
    return ids


async def park(database: Database, event: ComplaintEvent, event_id: UUID, state: Any, reason: str) -> None:
    record: Any = ConsumerRecord(
        COMPLAINTS.name, 0, 7, 0, 0, b"", event.model_dump_json().encode(), None, 0, 0,
        headers_of(event, event_id=event_id),
    )  # fmt: skip
    async with database.transaction() as tx:
        await LOT.park(tx, record, decode(record.headers, record.value), state=state, reason=reason)


def attendant(database: Database, failing: set[UUID]) -> Consumer:
    """Make routing's consumer, of which only the parking lot's attendant is run."""

    async def handle(_tx: object, envelope: Envelope) -> None:
        if envelope.id in failing:
            raise ValueError("words of a citizen")

    return Consumer(
        NOWHERE, database, group="routing", topic=COMPLAINTS, lot=LOT, handlers={ComplaintStatusChanged: handle}
    )
