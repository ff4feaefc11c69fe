"""Casework's composition root."""

from services.casework import consumers, endpoints
from services.casework.models import inbox, parked
from services.casework.repository import lock_cases
from services.casework.service import CaseworkService
from services.casework.settings import CaseworkSettings
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.directory import directory
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from shared.security import SecuritySettings, authenticated


def build(_options: ServeOptions) -> ServiceApp:
    """Build casework from its settings."""
    settings = CaseworkSettings.load()
    database = Database(settings.database_url.get_secret_value(), application="casework", pool_size=10)
    service = CaseworkService(
        policy=settings.policy,
        directory=directory(),
    )
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="casework",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(service),
        lock=lock_cases,
    )
    return ServiceApp(
        name="casework",
        router=endpoints.cases(service, database, authenticated(SecuritySettings.load())),
        workers={"consumer": consumer.run, "parking": consumer.attend_parking},
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=database.close,
    )
