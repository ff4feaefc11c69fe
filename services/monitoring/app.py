"""Monitoring's composition root."""

from services.monitoring import consumers, endpoints
from services.monitoring.models import inbox, parked
from services.monitoring.settings import MonitoringSettings
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot
from shared.security import SecuritySettings, authenticated


def build(_options: ServeOptions) -> ServiceApp:
    """Build monitoring from its settings."""
    database = Database(MonitoringSettings.load().database_url.get_secret_value(), application="monitoring")
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="monitoring",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(),
    )
    return ServiceApp(
        name="monitoring",
        router=endpoints.figures(database, authenticated(SecuritySettings.load())),
        workers={"consumer": consumer.run, "parking": consumer.attend_parking},
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=database.close,
    )
