"""Lapor's composition root: a consumer and two workers, no HTTP of its own."""

from services.lapor import consumers
from services.lapor.circuit import Circuit
from services.lapor.client import LaporClient, longest_call_s
from services.lapor.models import inbox, parked
from services.lapor.service import LaporService, Policy
from services.lapor.settings import LaporSettings
from services.lapor.worker import Mirror
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot

_BEGINNING_S = 15.0
_RECORDING_S = 30.0


def build(_options: ServeOptions) -> ServiceApp:
    """Build lapor from its settings."""
    settings = LaporSettings.load()
    database = Database(settings.database_url.get_secret_value(), application="lapor")
    service = LaporService(policy(settings))
    client = LaporClient(settings)
    mirror = Mirror(database, service, client, Circuit(settings.pause_s))
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="lapor",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(service),
    )

    async def close() -> None:
        await client.close()
        await database.close()

    return ServiceApp(
        name="lapor",
        workers={
            "consumer": consumer.run,
            "parking": consumer.attend_parking,
            "push": mirror.push,
            "look": mirror.look,
            "sample": mirror.sample,
        },
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=close,
    )


def policy(settings: LaporSettings) -> Policy:
    """Return what the service needs to know of the settings.

    A claim outlives a late beginning, the longest call and its record.
    """
    return Policy(
        institution_id=settings.institution_id,
        institution_ids=settings.institution_ids,
        lease_s=_BEGINNING_S + longest_call_s(settings) + _RECORDING_S,
        begin_s=_BEGINNING_S,
        retry_s=settings.retry_s,
        look_every_s=settings.look_every_s,
        look_again_s=settings.look_again_s,
        looks_per_hour=settings.looks_per_hour,
    )
