"""Regencies' composition root: a consumer, no HTTP of its own."""

from services.regencies import consumers
from services.regencies.models import inbox, parked
from services.regencies.service import RegenciesService
from services.regencies.settings import RegenciesSettings
from shared.core.service import ServeOptions, ServiceApp
from shared.db import Database
from shared.directory import directory
from shared.events import COMPLAINTS
from shared.kafka import Consumer, KafkaSettings, ParkingLot


def build(_options: ServeOptions) -> ServiceApp:
    """Build regencies with the directory as it stands."""
    database = Database(RegenciesSettings.load().database_url.get_secret_value(), application="regencies")
    consumer = Consumer(
        KafkaSettings.load(),
        database,
        group="regencies",
        topic=COMPLAINTS,
        lot=ParkingLot(inbox, parked),
        handlers=consumers.handlers(RegenciesService(directory())),
    )
    return ServiceApp(
        name="regencies",
        workers={"consumer": consumer.run, "parking": consumer.attend_parking},
        checks={"database": database.ping},
        worker_checks={"consumer": consumer.check},
        close=database.close,
    )
